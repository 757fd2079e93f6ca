"""Oracles: R nlme::gls, REML, corAR1 and (with gaps) corCAR1, on Nile, LakeHuron and Seatbelts; R's mblm / zyp for Theil-Sen."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import event_columns, gls_ar1, robust_slope, trend_columns
from kpi.stats.base import t_of

CLASSIC = json.loads((Path(__file__).parent / "classic_series.json").read_text())


def test_nile_dam():
    fit = gls_ar1(CLASSIC["nile"], event_columns(100, 28, slopes=False))
    assert fit.coefficients == pytest.approx([1098.6714, -249.33133], rel=1e-6)
    assert fit.errors == pytest.approx([28.901443, 34.019397], rel=1e-5)
    assert fit.phi == pytest.approx(0.18301168, abs=1e-6)
    assert fit.df == pytest.approx(98 * (1 - fit.phi) / (1 + fit.phi))
    assert fit.high[1] < -175 and fit.p[1] < 1e-6


def test_nile_with_unknown_years_keeps_the_gaps():
    values = np.array(CLASSIC["nile"], float)
    values[[4, 5, 6, 29, 30, 59, 98]] = math.nan
    fit = gls_ar1(values, event_columns(100, 28, slopes=False))
    assert fit.n == 93
    assert fit.coefficients == pytest.approx([1107.9274509, -257.0217239], rel=1e-6)
    assert fit.errors == pytest.approx([31.51739794, 36.80584483], rel=1e-5)
    assert fit.phi == pytest.approx(0.226206013, abs=1e-6)


def test_seatbelts_law():
    place = np.arange(1, 193.0)
    law = (place >= 170).astype(float)
    design = np.column_stack([np.ones(192), place, law, law * (place - 170)])
    fit = gls_ar1(np.log(CLASSIC["seatbelts_drivers"]), design)
    assert fit.coefficients == pytest.approx([7.51036777, -0.00086896915, -0.34848546, 0.01645630], rel=1e-6)
    assert fit.errors == pytest.approx([0.04573126, 0.00046160752, 0.09414581, 0.00725927], rel=1e-5)
    assert fit.phi == pytest.approx(0.62905746, abs=1e-6)
    cover = [[2.09134815e-3, -1.82194835e-5, 6.09785088e-4], [-1.82194835e-5, 2.13081506e-7, -1.08683828e-5]]
    assert fit.cover[:2, :3] == pytest.approx(np.array(cover), rel=1e-5), "R: vcov"
    value, low, high = fit.at([[1, 180, 0, 0]])  # where the line would have been without the law
    assert value[0] == pytest.approx(7.3539533253, rel=1e-9)
    assert (high[0] - low[0]) / 2 == pytest.approx(0.04935762256 * t_of(0.95, fit.df), rel=1e-5)
    # the ready-made design counts from 0 and has the same jump and the same change of slope
    ready = gls_ar1(np.log(CLASSIC["seatbelts_drivers"]), event_columns(192, 169))
    assert ready.coefficients[2:] == pytest.approx(fit.coefficients[2:], rel=1e-6)


def test_lake_huron_has_no_clear_trend():
    fit = gls_ar1(CLASSIC["lake_huron"], trend_columns(98))
    assert fit.coefficients[1] == pytest.approx(-0.01943459, rel=1e-6)
    assert fit.errors[1] == pytest.approx(0.012664138, rel=1e-5)
    assert fit.phi == pytest.approx(0.82476741, abs=1e-6)
    assert fit.low[1] < 0 < fit.high[1], "ordinary least squares says t = -6"


def test_theil_sen():
    assert robust_slope(CLASSIC["nile"]) == pytest.approx((-2.6, -3.627907, -1.428571), abs=5.1e-7)
    assert robust_slope([1, math.nan, 3, 4])[0] == pytest.approx(1.0), "gaps keep their place"
    assert all(math.isnan(v) for v in robust_slope([1, 2]))


def test_too_little_data_and_wrong_designs():
    nothing = gls_ar1([1.0, math.nan, 2.0], trend_columns(3))
    assert nothing.n == 2 and np.isnan(nothing.coefficients).all() and math.isnan(nothing.phi)
    perfect = gls_ar1(2 + 3 * np.arange(12.0), trend_columns(12))
    assert perfect.coefficients == pytest.approx([2, 3]) and (perfect.errors == 0).all() and np.isnan(perfect.p).all()
    with pytest.raises(BadValue, match="row"):
        gls_ar1([1, 2, 3], trend_columns(4))
    with pytest.raises(BadValue, match="repeats"):
        gls_ar1(np.random.default_rng(0).normal(size=10), np.ones((10, 2)))
    for at in (0, 10, 12):
        with pytest.raises(BadValue, match="inside"):
            event_columns(10, at)


@pytest.mark.slow
def test_trends_and_steps_that_are_not_there():
    """52 weeks, phi .5: published false alarms .078 for a trend, .075 for a step (ordinary least squares .27 and .22)."""
    rng = np.random.default_rng(5)
    trend, step = [], []
    for _ in range(500):
        news = rng.normal(size=72)
        x = news.copy()
        for t in range(1, 72):
            x[t] += 0.5 * x[t - 1]
        x = x[20:]
        trend.append(gls_ar1(x, trend_columns(52)).p[1] < 0.05)
        step.append(gls_ar1(x, event_columns(52, 26)).p[2] < 0.05)
    assert 0.04 < np.mean(trend) < 0.115
    assert 0.04 < np.mean(step) < 0.115
