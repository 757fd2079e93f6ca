"""The methods of others are theirs: each against R 4.2.2 (forecast, strucchange, sandwich, stl, decompose) or pymannkendall 1.4.3."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from kpi.stats import correlation_interval, correlation_p_value, event_columns, lag1, trend_columns
from kpi.stats.regression import known_rows, whitened_fit
from tests.stats import rival_forecasts as ahead
from tests.stats import rivals

CLASSIC = {
    name: np.array(values, float) for name, values in json.loads((Path(__file__).parent / "classic_series.json").read_text("utf-8")).items()
}
NILE, HURON, NOTTEM = CLASSIC["nile"], CLASSIC["lake_huron"], CLASSIC["nottem"]


def test_mann_kendall_of_the_nile() -> None:
    found = rivals.mann_kendall(NILE)
    assert found.s == -1387 and found.variance == pytest.approx(112728.3333, abs=5.1e-5)
    assert found.z == pytest.approx(-4.1280665, abs=5.1e-8) and found.p == pytest.approx(3.658263e-05, abs=5.1e-12)
    tied = np.array([1, 3, 3, 2, 5, 7, 7, 7, 4, 9.0])
    assert rivals.mann_kendall(tied).p == pytest.approx(0.01069542, abs=5.1e-9), "R cor.test(kendall, exact = FALSE, continuity = TRUE)"


@pytest.mark.parametrize(
    ("method", "nile", "huron"),
    [
        (rivals.hamed_rao, (-1387, 241565.3569166269, 0.004802676310), (-1682, 348825.2192890224, 0.004424588915)),
        (rivals.yue_wang, (-1387, 112149.66644163335, 3.49275106390e-05), (-1682, 117281.42672664771, 9.17529047e-07)),
        (rivals.prewhitened_mann_kendall, (-845, 109417.0, 0.010725223653), (-416, 102949.33333333333, 0.195869176957)),
        (rivals.trend_free_prewhitening, (-1515, 109417.0, 4.716306254e-06), (-2326, 102949.33333333333, 4.2858e-13)),
    ],
)  # fmt: skip
def test_its_rescues_match_pymannkendall(method, nile, huron) -> None:
    for series, expected in ((NILE, nile), (HURON, huron)):
        found = method(series)
        assert (found.s, found.variance, found.p) == pytest.approx(expected, rel=1e-4 if found.p < 1e-9 else 1e-8)


def test_newey_west_of_the_seatbelts() -> None:
    """R sandwich::NeweyWest(lag = 4, prewhite = FALSE, adjust = TRUE)."""
    place = np.arange(1, 193.0)
    law = (place >= 170).astype(float)
    design = np.column_stack([np.ones(192), place, law, law * (place - 170)])
    drivers = np.log(CLASSIC["seatbelts_drivers"])
    found = rivals.newey_west(drivers, design, lag=4)
    assert found.coefficients == pytest.approx([7.513374, -0.000893971, -0.3261575, 0.01371552], rel=5e-7)
    assert found.errors == pytest.approx([0.0371593, 0.00034223, 0.0514958, 0.0043932], rel=1e-5)
    plain = rivals.ols(drivers, design)
    assert plain.errors == pytest.approx([0.0217908591735, 0.0002223441306, 0.0609662366945, 0.0044382617152], rel=1e-9), "R lm"
    nile = rivals.newey_west(NILE, trend_columns(100), lag=3)
    assert nile.errors[1] == pytest.approx(0.6601832286, rel=1e-9)
    assert rivals.ols(NILE, trend_columns(100)).p[1] == pytest.approx(1.071694886e-06, rel=1e-8)
    assert [rivals.rule_of_thumb_lag(n) for n in (26, 52, 100, 104)] == [2, 3, 4, 4]


def test_lake_huron_by_least_squares_is_sure_of_a_trend() -> None:
    fit = rivals.ols(HURON, trend_columns(98))
    assert fit.coefficients[1] / fit.errors[1] == pytest.approx(-6.0, abs=0.05), "where REML with memory has -1.5"


def test_prais_winsten_ends_at_its_own_memory() -> None:
    design = event_columns(100, 28, slopes=False)
    found = rivals.prais_winsten(NILE, design)
    phi = lag1(NILE - design @ found.coefficients)
    coefficients, inverse, variance = whitened_fit(*known_rows(NILE, design), phi)
    assert found.coefficients == pytest.approx(coefficients, rel=1e-6)
    assert found.errors == pytest.approx(np.sqrt(np.diag(inverse) * variance), rel=1e-6)


def test_welch() -> None:
    assert rivals.welch(NILE, 28) == pytest.approx(7.307856757e-11, rel=1e-8), "R t.test"


def test_the_interval_of_a_break_is_strucchange_s() -> None:
    """R confint(breakpoints(Nile ~ 1)): 25 to 32; Lake Huron in four levels and the Seatbelts in three, each shift among its neighbours."""
    assert rivals.bai_interval(NILE, 28) == (25, 32)
    assert rivals.bai_interval(NILE, 28, conf=0.90) == (26, 31) and rivals.bai_interval(NILE, 28, conf=0.99) == (23, 34)
    assert rivals.bai_interval(NILE, 28, pooled=True) == (25, 31), "het.err = FALSE"
    drivers = np.log(CLASSIC["seatbelts_drivers"])
    for series, start, cut, end, expected in (
        (HURON, 0, 14, 48, (12, 16)),
        (HURON, 14, 48, 67, (43, 49)),
        (HURON, 48, 67, 98, (55, 77)),
        (drivers, 0, 72, 169, (60, 85)),
        (drivers, 72, 169, 192, (163, 174)),
    ):
        low, high = rivals.bai_interval(series[start:end], cut - start)
        assert (low + start, high + start) == expected
    assert rivals.bai_interval(NILE, 28, phi=0.4)[0] < 25


def test_how_far_the_date_of_a_break_may_be_off() -> None:
    """R strucchange's distribution of the estimate's place, and Bai's own: beyond 11.03 on either side in 5 % when both sides are alike."""
    for ratio, tails in ((0.25, (0.401028, 0.1126374, 0.005537315)), (1.0, (0.3011461, 0.09276651, 0.004801347)), (3.0, (0.1659471, 0.05654633, 0.003184897))):  # fmt: skip
        assert [rivals.too_far(far, ratio) for far in (1, 5, 20)] == pytest.approx(tails, rel=1e-6)
    assert rivals.too_far(11.03, 1.0) == pytest.approx(0.025, abs=2e-5)
    rng, step = np.random.default_rng(7), 0.02
    there = np.cumsum(rng.normal(-step / 2, math.sqrt(step), (4000, 2500)), axis=1)
    back = np.cumsum(rng.normal(-step / 2, math.sqrt(step), (4000, 2500)), axis=1)
    late = (there.max(axis=1) > np.maximum(back.max(axis=1), 0)) & (there.argmax(axis=1) * step > 5)
    assert late.mean() == pytest.approx(rivals.too_far(5, 1.0), abs=0.015), "the walk itself"


def test_shifts_at_the_usual_price_and_other_small_ones() -> None:
    assert rivals.shifts_without_memory(NILE, 3) == [28]
    low, high = rivals.p_chart(np.array([90.0, 80]), np.array([100.0, 100]))
    assert (low[0], high[0]) == pytest.approx((0.85 - 3 * 0.0357071421, 0.85 + 3 * 0.0357071421))
    assert rivals.eight_on_one_side(np.r_[np.zeros(8), np.ones(8)]) and not rivals.eight_on_one_side(np.tile([0.0, 1.0], 10))


def test_pyper_peterman_and_the_circular_shift_by_hand() -> None:
    """Two sawteeth of ten: r(1) = -.9, r(2) = .8; 1 + 2 (100/81 x .81 + 100/64 x .64) = 5: ten are worth two, counted as four, the least."""
    saw = np.tile([1.0, -1.0], 5)
    assert rivals.pyper_peterman(saw, saw) == 4.0
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 400))
    assert rivals.pyper_peterman(a, b) == pytest.approx(400, rel=0.2)
    assert rivals.circular_shift(saw, saw) == 1.0, "every second turn is perfect, every other perfectly opposite"
    assert rivals.circular_shift(a[:20], 2 * a[:20] + 1) == 1 / 20


def test_rates_of_groups_by_likelihood_and_where_that_fails() -> None:
    """R optim: alpha 3.416562, beta 1.092157, -loglik 110.324575; without spread between groups it runs away and gives everybody the pooled rate."""
    x, n = np.array([10.0, 9, 19, 14, 8, 27, 5, 40, 17, 30]), np.array([20.0, 10, 20, 20, 20, 30, 10, 50, 20, 30])
    alpha, beta, misfit = rivals.beta_binomial(x, n)
    assert (alpha, beta) == pytest.approx((3.416562, 1.092157), rel=2e-6) and misfit == pytest.approx(110.324575, abs=5.1e-7)
    shrunk = [0.547420, 0.855800, 0.914636, 0.710627, 0.465816, 0.881417, 0.580104, 0.796507, 0.833033, 0.968351]
    assert (x + alpha) / (n + alpha + beta) == pytest.approx(np.array(shrunk), abs=1.1e-6)
    x, n = np.array([18.0, 45, 7, 30, 88, 12, 3, 50, 20, 9]), np.array([20.0, 50, 10, 33, 100, 15, 5, 60, 20, 12])
    alpha, beta, _ = rivals.beta_binomial(x, n)
    assert alpha + beta > 1e4 and (x + alpha) / (n + alpha + beta) == pytest.approx(np.full(10, 0.8677), abs=5e-4)


def test_what_is_too_sure_for_nine_pairs() -> None:
    """Hollander and Wolfe's nine: rho .6, by the t approximation p .0876228 where the exact one, which the product takes, is .0967978 (R)."""
    assert correlation_p_value(0.6, 9) == pytest.approx(0.0876228, abs=5.1e-8)
    assert correlation_interval(-0.7131848, 11) == pytest.approx((-0.9196245, -0.1980323), abs=2e-7), "R, mtcars with four cylinders"


def test_exponential_smoothing_of_the_nile() -> None:
    """R ets(Nile, "ANN"); its optimiser stops at a likelihood of the same eight digits a hair away, so half a per cent as for any other."""
    found = ahead.smoothing(NILE)
    assert (found.alpha, found.first, found.last) == pytest.approx((0.2455, 1110.6869, 805.38128), rel=0.005)
    assert found.sigma == pytest.approx(144.2318, abs=5.1e-5)
    low, high = found.ahead(3).interval()
    assert (low[0], high[0], low[2], high[2]) == pytest.approx((522.692, 1088.070, 506.135, 1104.628), rel=0.005)
    statsforecast, statsmodels = (805.479, 519.861, 1091.098), (804.997, 0.246684)
    assert (found.last, low[0], high[0]) == pytest.approx(statsforecast, rel=0.006)
    assert (found.last, found.alpha) == pytest.approx(statsmodels, rel=0.005)
    worlds = [ahead.smoothing(np.r_[NILE[:k]]) for k in (12, 26)]
    assert all(0 < one.alpha < 1 and one.sigma > 0 for one in worlds)


def test_naive_drift_theta_and_the_mean_of_all() -> None:
    low, high = ahead.naive(NILE, 3).interval()
    assert low == pytest.approx([412.0497, 276.2083, 171.9735], abs=5.1e-5) and high == pytest.approx(
        [1067.9503, 1203.7917, 1308.0265], abs=5.1e-5
    )
    drift = ahead.drift(NILE, 3)
    assert drift.mean == pytest.approx([736.161616, 732.323232, 728.484848], abs=5.1e-7)
    assert [edge[0] for edge in drift.interval()] == pytest.approx([404.969, 1067.354], abs=5.1e-4)
    assert [edge[2] for edge in drift.interval()] == pytest.approx([149.1343734, 1307.8353236], abs=1e-6)
    theta = ahead.theta(NILE, 3)
    assert theta.mean == pytest.approx([799.812, 798.455, 797.098], rel=0.005)
    assert [edge[2] for edge in theta.interval()] == pytest.approx([497.8335, 1096.3619], rel=0.005), "statsmodels: 227 to 1366"
    mean = ahead.mean(NILE, 2)
    assert mean.mean == pytest.approx([919.35] * 2)
    assert mean.error[0] * 1.9842169 == pytest.approx(1256.8088194 - 919.35, rel=1e-7), "R meanf, with its t of 99 degrees"


@pytest.mark.parametrize("trend", [False, True])
def test_memory_around_a_mean_or_a_line(trend: bool) -> None:
    """With 2,000 values everything is known, and what is left is the textbook's: variance (1 - phi^2h) / (1 - phi^2), fading to the mean or line."""
    rng, phi, n = np.random.default_rng(1), 0.6, 2000
    y = rng.normal(size=n)
    for t in range(1, n):
        y[t] += phi * y[t - 1]
    y[-1] = 3.0
    slope = 0.01 if trend else 0.0
    found, h = ahead.memory_around(y + slope * np.arange(n), 8, trend, draws=20_000), np.arange(1, 9)
    assert found.mean == pytest.approx(3.0 * phi**h + slope * (n - 1 + h), abs=0.2)
    assert found.error == pytest.approx(np.sqrt((1 - phi ** (2 * h)) / (1 - phi**2)), rel=0.05)


def test_a_line_is_no_surer_than_it_can_be() -> None:
    """Twelve weeks without memory of the noise: the line's own error a year ahead is far larger than the noise, that of a mean hardly is."""
    y = np.random.default_rng(2).normal(size=12)
    line, mean = ahead.memory_around(y, 43, trend=True), ahead.memory_around(y, 43, trend=False)
    assert line.error[-1] > 3 * line.error[0] and mean.error[-1] < 2 * mean.error[0]


def test_stl_of_nottingham() -> None:
    """R stl(nottem, s.window = 7, s.jump = 1, t.jump = 1, l.jump = 1), and three years of it with a window wider than they are."""
    season, trend = ahead.stl(NOTTEM, 12, 7)
    assert season[:3] == pytest.approx([-7.9258427, -9.1380775, -6.1972541], abs=5.1e-8)
    assert trend[:3] == pytest.approx([48.9018728, 48.9285262, 48.9645351], abs=5.1e-8)
    assert season[[99, 237, 239]] == pytest.approx([-2.02389692069, -0.08947888811, -10.82173720634], abs=1e-9)
    assert trend[[99, 237, 239]] == pytest.approx([48.68764556, 49.32559697, 49.21868276], abs=5.1e-9)
    season, trend = ahead.stl(NOTTEM[:36], 12, 13)
    assert season[[0, 19, 35]] == pytest.approx([-8.34103730, 7.93135990, -7.08962396], abs=5.1e-9)
    assert trend[[0, 19, 35]] == pytest.approx([49.2432183, 50.1183170, 47.0668658], abs=5.1e-8)


def test_classical_seasons_of_nottingham() -> None:
    """R decompose(nottem)$figure."""
    figure = ahead.decompose(NOTTEM, 12)
    assert figure[:3] == pytest.approx([-9.33936404, -9.89989035, -6.94660088], abs=5.1e-9)
    assert figure[3:] == pytest.approx(
        [-2.7573464912, 3.4533991228, 8.9865131579, 12.9672149123, 11.4591008772, 7.4001096491, 0.6547149123, -6.6176535088, -9.3601973684], abs=1e-9
    )  # fmt: skip
