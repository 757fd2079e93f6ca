"""Oracles: R acf, ccf, p.adjust; Bartlett's n_eff by hand; simulated false alarms against the published table."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import (
    autocorrelation,
    correlate_series,
    correlation_interval,
    correlation_p_value,
    cross_correlation,
    effective_sample_size,
    false_discovery,
    holm,
    interval_p_value,
    lag1,
    prewhitened,
    ranks,
    residuals,
    scan_lags,
)

CLASSIC = json.loads((Path(__file__).parent / "classic_series.json").read_text())


def remembering(rng, n, phi, shift=0.0):
    """A stationary first-order autoregressive series."""
    x = np.empty(n)
    x[0] = rng.normal() / math.sqrt(1 - phi * phi)
    for t in range(1, n):
        x[t] = phi * x[t - 1] + rng.normal()
    return x + shift


def test_autocorrelation_matches_r():
    found = [autocorrelation(CLASSIC["lake_huron"], lag) for lag in range(1, 6)]
    assert found == pytest.approx([0.8319112104, 0.6099371036, 0.4582506053, 0.3705030652, 0.3255536661], abs=1e-9)


def test_cross_correlation_matches_r_with_lags_the_other_way_round():
    found = [cross_correlation(CLASSIC["mdeaths"], CLASSIC["fdeaths"], -lag) for lag in range(-3, 4)]
    r = [0.01975942501, 0.40520063945, 0.74430932192, 0.97624125122, 0.73566853209, 0.36424183915, -0.01067572497]
    assert found == pytest.approx(r, abs=1e-9)


def test_effective_sample_size():
    assert effective_sample_size(52, 0.5, 0.5) == pytest.approx(31.2)
    assert effective_sample_size(52, -0.5, 0.5) == 52, "opposite memories do not create evidence"
    assert effective_sample_size([52, 52], [0.5, math.nan], 0.5) == pytest.approx([31.2, math.nan], nan_ok=True)


def test_lag1_is_corrected_upwards_and_bounded():
    r = autocorrelation(CLASSIC["lake_huron"])
    assert lag1(CLASSIC["lake_huron"]) == pytest.approx(r + (1 + 3 * r) / 98)
    assert lag1(np.arange(10.0)) <= 0.98
    assert math.isnan(lag1([])) and math.isnan(lag1([3, 3, 3]))


def test_residuals_take_out_line_and_weekday():
    days = np.arange(70)
    weekday = np.array([5, 1, 0, 0, 1, 9, 12.0])
    left, removed = residuals(3 + 0.2 * days + weekday[days % 7], period=7)
    assert removed == 7 and (left == 0).all()
    left, removed = residuals([1, 2, math.nan, 4])
    assert removed == 1 and np.isnan(left[2]) and (left[[0, 1, 3]] == 0).all()
    assert np.isnan(residuals([math.nan, math.nan])[0]).all()
    with pytest.raises(BadValue, match="season"):
        residuals([1, 2, 3], period=1)


def test_prewhitening_by_hand():
    x = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 5.0, 8.0])
    centred, phi = x - x.mean(), lag1(x)
    assert prewhitened(x)[1:] == pytest.approx(centred[1:] - phi * centred[:-1])
    assert math.isnan(prewhitened(x)[0])


def test_interval_and_p_value_match_r():
    # Hollander and Wolfe, cor.test: r .5711816 from 9 pairs
    assert correlation_interval(0.5711815576, 9) == pytest.approx((-0.1497426330, 0.8955794618), abs=1e-9)
    assert correlation_p_value(0.5711815576, 9) == pytest.approx(0.1081731, abs=5e-8)
    assert all(math.isnan(v) for v in correlation_interval(0.5, 3))
    assert math.isnan(correlation_p_value(0.5, 2))
    wider = correlation_interval(0.8, 30, "spearman")
    assert wider[0] < correlation_interval(0.8, 30)[0]


def test_ranks_share_ties():
    assert ranks([10, 20, 10, math.nan, 30]) == pytest.approx([1.5, 3, 1.5, math.nan, 4], nan_ok=True)


P_VALUES = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1]
ADJUSTED = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0638571, 0.0638571, 0.0645, 0.0765, 0.486, 0.5811818, 0.714875, 0.7532308, 0.8132143, 1]  # fmt: skip


def test_an_interval_tells_its_p_value():
    """A difference of 2.0 with standard error 0.9: the normal tail beyond 2 / 0.9 on both sides, as the error function has it."""
    half = 1.959963984540054 * 0.9
    assert interval_p_value(2.0, 2.0 - half, 2.0 + half) == pytest.approx(math.erfc(2 / 0.9 / math.sqrt(2)), rel=1e-12)
    p = interval_p_value([2.0, -2.0, 0.0, 1.0, 3.0, 1.0], [0.0, -5.0, -1.0, np.nan, 3.0, 0.2], [9.0, 0.0, 1.0, 2.0, 3.0, 5.0])
    assert p[0] == pytest.approx(0.05) and p[1] == pytest.approx(0.05), "a limit at 0 is the border, whatever the other side"
    assert p[2] == 1 and np.isnan(p[3]) and p[4] == 0 and p[5] < 0.05


def test_false_discovery_matches_r():
    adjusted = false_discovery(P_VALUES)
    assert adjusted == pytest.approx(ADJUSTED, abs=5.1e-8)
    assert (adjusted < 0.05).sum() == 4
    careful = false_discovery(P_VALUES, method="by")
    assert careful[:5] == pytest.approx([0.00497734349, 0.00995468698, 0.03152317544, 0.11821190788, 0.20008920829], abs=1e-9)


def test_false_discovery_of_a_matrix_with_unknowns():
    square = np.array([[0.01, math.nan], [0.04, 0.03]])
    assert false_discovery(square) == pytest.approx(np.array([[0.03, math.nan], [0.04, 0.04]]), nan_ok=True)
    assert false_discovery([]).shape == (0,)
    for wrong in ([1.5], [-0.1]):
        with pytest.raises(BadValue, match="p-value"):
            false_discovery(wrong)
    with pytest.raises(BadValue, match="adjustment"):
        false_discovery([0.5], "holm")


def test_holm_matches_r():
    """R: p.adjust(method = "holm")."""
    expected = [0.0015, 0.0056, 0.0247, 0.1140, 0.2211, *[0.2780] * 3, 0.3213, *[1.0] * 6]
    assert holm(P_VALUES) == pytest.approx(expected, abs=1e-9)
    assert holm([[0.01, math.nan, 0.04], [0.03, 0.005, math.nan]]) == pytest.approx(
        np.array([[0.03, math.nan, 0.06], [0.06, 0.02, math.nan]]), nan_ok=True
    )
    with pytest.raises(BadValue, match="p-value"):
        holm([1.5])


def test_a_shared_trend_is_not_a_link():
    rng = np.random.default_rng(4)
    drift = np.linspace(0, 6, 60)
    found = correlate_series(drift + rng.normal(size=60), drift + rng.normal(size=60))
    assert np.corrcoef(drift + rng.normal(size=60), drift + rng.normal(size=60))[0, 1] > 0.6
    assert found.low < 0 < found.high and not found.is_confirmed


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_a_real_link_is_found_and_confirmed(method):
    rng = np.random.default_rng(8)
    shared = remembering(rng, 80, 0.4)
    found = correlate_series(shared + 0.5 * rng.normal(size=80), -shared + 0.5 * rng.normal(size=80), method=method)
    assert found.high < -0.3 and found.p < 0.001 and found.is_confirmed
    assert found.n == 80 and 10 < found.n_eff < 80


def test_gaps_keep_their_place_and_are_not_links():
    rng = np.random.default_rng(1)
    x, y = remembering(rng, 60, 0.5), remembering(rng, 60, 0.5)
    holes = x.copy()
    holes[[5, 6, 20, 41]] = math.nan
    found = correlate_series(holes, y)
    assert found.n == 56 and abs(found.r - correlate_series(x, y).r) < 0.15
    for nothing in (correlate_series([], []), correlate_series([1, 2, 3], [3, 1, 2]), correlate_series(np.ones(30), y[:30])):
        assert math.isnan(nothing.r) and math.isnan(nothing.low) and not nothing.is_confirmed
    with pytest.raises(BadValue, match="length"):
        correlate_series([1, 2], [1])
    with pytest.raises(BadValue, match="kendall"):
        correlate_series(x, y, method="kendall")


def test_the_leading_series_is_named():
    rng = np.random.default_rng(6)
    news = rng.normal(size=121)
    scan = scan_lags(news[1:], 0.9 * news[:-1] + 0.3 * rng.normal(size=120), longest=4)
    assert scan.best == 1, "positive: the first leads"
    assert scan_lags(0.9 * news[:-1] + 0.3 * rng.normal(size=120), news[1:]).best == -1


@pytest.mark.slow
def test_false_alarms_stay_near_five_per_cent():
    """Independent series: 52 weeks, phi .5 and .7 (published .052 and .028); daily with a weekday pattern (.058)."""
    rng = np.random.default_rng(2)
    weekday = np.array([0, 1, 1, 1, 0, -4, -5.0])
    for n, phi, period, low, high in ((52, 0.5, None, 0.035, 0.07), (52, 0.7, None, 0.015, 0.05), (182, 0.5, 7, 0.04, 0.08)):
        false, scanned = [], []
        pattern = weekday[np.arange(n) % 7] if period else 0.0
        for _ in range(800):
            x, y = remembering(rng, n, phi) + pattern, remembering(rng, n, phi) + pattern
            false.append(correlate_series(x, y, period=period).p < 0.05)
            scanned.append(scan_lags(x, y, period=period).best is not None)
        assert low - 0.01 < np.mean(false) < high + 0.01, (n, phi, np.mean(false))
        assert np.mean(scanned) < 0.08, (n, phi, np.mean(scanned))
