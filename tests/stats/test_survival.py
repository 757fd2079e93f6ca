"""Oracles: R 4.2.2 `survival` (survfit with conf.type = "log-log", survdiff) on Gehan 6-MP and AML; brute force."""

import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import kaplan_meier, logrank

GEHAN = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
AML = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
# t, at risk, S, log-log 95 %
GEHAN_TABLE = [
    (6, 21, 0.857143, 0.619718, 0.951552),
    (7, 17, 0.806723, 0.563147, 0.922809),
    (10, 15, 0.752941, 0.503200, 0.889362),
    (13, 12, 0.690196, 0.431610, 0.849066),
    (16, 11, 0.627451, 0.367511, 0.804912),
    (22, 7, 0.537815, 0.267779, 0.746791),
    (23, 6, 0.448179, 0.188052, 0.680143),
]


def cohort(text):
    return [float(word.rstrip("+")) for word in text.split()], [not word.endswith("+") for word in text.split()]


def test_gehan_curve_and_band():
    curve = kaplan_meier(*cohort(GEHAN))
    times, at_risk, survival, low, high = np.array(GEHAN_TABLE).T
    assert (curve.times == times).all() and (curve.at_risk == at_risk).all()
    assert curve.survival == pytest.approx(survival, abs=5.1e-7)
    band_low, band_high = curve.band()
    assert band_low == pytest.approx(low, abs=5.1e-7)
    assert band_high == pytest.approx(high, abs=5.1e-7)
    assert (curve.n, curve.n_open, curve.longest) == (21, 12, 35)


def test_gehan_quantiles_and_restricted_mean():
    curve = kaplan_meier(*cohort(GEHAN))
    value, low, high = curve.quantile()
    assert (value, low) == (23, 13) and math.isnan(high), "not reached"
    assert curve.quantile(0.1) == (6, 6, 10)
    assert curve.quantile(0.25) == (13, 6, 22)
    value, low, high = curve.quantile(0.75)
    assert math.isnan(value) and low == 23 and math.isnan(high)
    assert curve.restricted_mean() == pytest.approx((23.287395, 2.8274676), abs=5.1e-7)
    assert curve.restricted_mean(20) == pytest.approx((16.116527, 1.2515602), abs=5.1e-7)


def test_aml():
    curve = kaplan_meier(*cohort(AML))
    value, low, high = curve.quantile()
    assert (value, low) == (31, 13) and math.isnan(high)
    assert curve.at(48) == pytest.approx(0.184091, abs=5.1e-7)
    low, high = curve.band()
    assert (low[-1], high[-1]) == pytest.approx((0.0117385, 0.525015), abs=5.1e-7)


def test_everything_solved_ends_at_nothing_and_claims_no_band_there():
    curve = kaplan_meier([5, 1, 4, 2, 3], [1] * 5)
    low, high = curve.band()
    assert curve.survival == pytest.approx([0.8, 0.6, 0.4, 0.2, 0])
    assert low == pytest.approx([0.20381, 0.12573, 0.05198, 0.00837, math.nan], abs=5.1e-6, nan_ok=True)
    assert high[:4] == pytest.approx([0.969, 0.882, 0.753, 0.582], abs=5.1e-4)
    assert curve.quantile(0.5)[:2] == (3, 1)
    assert curve.quantile(0.9)[:2] == (5, 3)
    assert curve.restricted_mean()[0] == pytest.approx(3.0), "with nothing open it is the plain mean"


def test_without_open_tickets_the_curve_is_the_empirical_share():
    rng = np.random.default_rng(5)
    durations = rng.integers(0, 40, 500).astype(float)
    curve = kaplan_meier(durations, np.ones(500))
    for time in (0, 3, 17, 39):
        assert curve.at(time) == pytest.approx((durations > time).mean())
    assert math.isnan(curve.at(40)) and math.isnan(curve.at(-1))
    assert curve.at([0.5, 41]) == pytest.approx([(durations > 0.5).mean(), math.nan], nan_ok=True)
    assert curve.restricted_mean()[0] == pytest.approx(durations.mean())


def test_logrank_matches_r_and_scipy():
    from scipy.stats import CensoredData
    from scipy.stats import logrank as scipy_logrank

    mp, placebo = cohort(GEHAN), cohort(PLACEBO)
    chi_squared, p = logrank(*mp, *placebo)
    assert chi_squared == pytest.approx(16.7929, abs=5.1e-5)
    assert p == pytest.approx(4.169e-05, rel=2e-4)
    assert logrank(*placebo, *mp) == pytest.approx((chi_squared, p)), "the order does not matter"
    durations, flags = map(np.array, mp)
    theirs = scipy_logrank(x=CensoredData.right_censored(durations, ~flags), y=placebo[0])
    assert theirs.statistic**2 == pytest.approx(chi_squared)
    assert theirs.statistic == pytest.approx(-4.097919, abs=5.1e-7)


def test_unknown_rows_are_left_out_and_nonsense_is_refused():
    durations, flags = cohort(AML)
    curve = kaplan_meier([*durations, math.nan, 7], [*flags, True, None])
    assert curve.n == len(durations)
    empty = kaplan_meier([], [])
    assert all(math.isnan(v) for v in (*empty.quantile(), *empty.restricted_mean(), empty.at(1)))
    still_open = kaplan_meier([1, 2, 3], [0, 0, 0])
    assert still_open.n_open == 3 and still_open.at(2) == 1 and math.isnan(still_open.quantile()[0])
    assert all(math.isnan(v) for v in logrank([1, 2], [0, 0], [3], [0]))
    for wrong in (([-1], [True]), ([1], [2]), ([1, 2], [True])):
        with pytest.raises(BadValue):
            kaplan_meier(*wrong)
    with pytest.raises(BadValue, match="cut"):
        kaplan_meier([1, 2], [1, 1]).restricted_mean(5)


def test_last_weeks_cohort_is_seen_without_bias():
    """Log-normal, median 24 h, a quarter still open: the solved-only median says about 17 h, this says about 24 h."""
    rng = np.random.default_rng(2)
    naive, honest, covered = [], [], []
    for _ in range(300):
        durations = rng.lognormal(math.log(24), 1.3, 200)
        age = rng.uniform(0, 168, 200)
        solved = durations <= age
        value, low, high = kaplan_meier(np.minimum(durations, age), solved).quantile()
        naive.append(np.median(durations[solved]))
        honest.append(value)
        covered.append(low <= 24 and not high < 24)
    assert np.mean(naive) == pytest.approx(16.8, abs=0.8)
    assert np.mean(honest) == pytest.approx(24.2, abs=0.8)
    assert 0.92 < np.mean(covered) <= 0.99
