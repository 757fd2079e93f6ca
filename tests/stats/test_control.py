"""Oracles: NIST handbook 6.3.2.2, Laney's worked toy, exact binomial sums, published rates of false alarms."""

import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import binomial_limits, daily_oddity, laney_p, laney_u, xmr

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
TRIALS = [1000, 1100, 1050, 1200, 950, 1150, 1080, 1020, 1180, 990]


def test_nist_flow():
    limits = xmr(FLOW)
    assert limits.centre == pytest.approx(50.81) and limits.spread == pytest.approx(1.877778, abs=5.1e-7)
    assert (limits.low, limits.high) == pytest.approx((45.81511, 55.80489), abs=5.1e-6)
    assert limits.range_limit == pytest.approx(6.136578, abs=5.1e-7)
    # NIST prints 3/1.128 of the mean range instead of the rounded 2.66
    assert 50.81 - 3 / 1.128 * limits.spread == pytest.approx(45.8159, abs=5.1e-5)
    assert limits.outside([45.0, 50.0, 56.0, math.nan]).tolist() == [-1, 0, 1, 0]


def test_memory_widens_the_limits():
    plain, wide = xmr(FLOW), xmr(FLOW, phi=0.75)
    assert wide.high - wide.centre == pytest.approx(2 * (plain.high - plain.centre))
    assert xmr(FLOW, phi=0.99).high == xmr(FLOW, phi=0.8).high and xmr(FLOW, phi=-1).high == plain.high
    assert xmr(FLOW, phi=math.nan).high == plain.high


def test_gaps_are_not_moves():
    limits = xmr([1, 2, math.nan, 10, 11])
    assert limits.n == 4 and limits.spread == 1, "2 and 10 are not neighbours"
    assert math.isnan(xmr([1]).low) and math.isnan(xmr([]).centre) and math.isnan(xmr([1, math.nan, 2]).high)


def test_laney_toy():
    limits = laney_p([150, 180, 165, 210, 140, 190, 175, 160, 205, 155], TRIALS)
    assert limits.centre == pytest.approx(0.161380597, abs=5.1e-10)
    assert limits.spread == pytest.approx(1.108553339, abs=5.1e-10)
    assert (limits.low[0], limits.high[0]) == pytest.approx((0.122692, 0.200069), abs=5.1e-7)
    assert (limits.low[3], limits.high[3]) == pytest.approx((0.126063, 0.196699), abs=5.1e-7)
    uneven = laney_p([100, 180, 120, 210, 90, 190, 130, 160, 205, 95], TRIALS)
    assert (uneven.centre, uneven.spread) == pytest.approx((0.1380597, 4.6973858), abs=5.1e-8)


def test_laney_never_narrows_and_survives_empty_and_perfect_weeks():
    calm = laney_p([50] * 10, [100] * 10)
    assert calm.high[0] == pytest.approx(0.5 + 3 * 0.05), "the same every week: no narrower than counting luck"
    holes = laney_p([5, math.nan, 7, 0], [10, 10, 10, 0])
    assert holes.n == 2 and math.isnan(holes.low[3]) and not math.isnan(holes.low[0])
    assert laney_p([10, 10], [10, 10]).centre == 1
    assert math.isnan(laney_p([1], [2]).centre)
    with pytest.raises(BadValue, match="greater"):
        laney_p([5], [2])


def test_laney_rates_by_hand():
    # 40 events in 400 hours: centre .1; z = (x/100 - .1) / sqrt(.1/100)
    limits = laney_u([8, 12, 9, 11], [100] * 4)
    z = (np.array([8, 12, 9, 11]) / 100 - 0.1) / math.sqrt(0.001)
    assert limits.spread == pytest.approx(np.abs(np.diff(z)).mean() / 1.128)
    assert limits.high[0] == pytest.approx(0.1 + 3 * math.sqrt(0.001) * max(1, limits.spread))
    with pytest.raises(BadValue, match="negative"):
        laney_u([-1], [1])


def test_binomial_limits_are_exact():
    """20 answers a week, 90 %: any false alarm in 26 weeks .012 (three-sigma p-chart .107)."""
    low, high = binomial_limits(20, 0.9)
    inside = sum(math.comb(20, k) * 0.9**k * 0.1 ** (20 - k) for k in range(21) if low <= k / 20 <= high)
    assert 1 - inside**26 == pytest.approx(0.012, abs=5.1e-4) or 1 - inside <= 0.0027
    assert np.isnan(binomial_limits([0, math.nan], 0.9)[0]).all()


def test_odd_days():
    rng = np.random.default_rng(2)
    weekday = np.array([100, 110, 105, 100, 90, 20, 15.0])
    days = weekday[np.arange(140) % 7] + rng.normal(0, 5, 140)
    days[100] += 60
    odd = daily_oddity(days)
    assert np.isnan(odd[:56]).all() and not np.isnan(odd[56:]).any()
    assert np.flatnonzero(np.abs(odd) > 4).tolist() == [100]
    assert np.isnan(daily_oddity(np.full(100, 7.0))).all(), "without any spread nothing can be odd"
    days[::2] = math.nan
    assert np.isfinite(daily_oddity(days)[1::2][50:]).all()


@pytest.mark.slow
def test_false_alarms():
    """Published: XmR on independent points .160 in 26 new weeks; daily rule 1.1 to 1.9 a year at 4 standard deviations."""
    rng = np.random.default_rng(3)
    alarms = []
    for _ in range(2000):
        x = rng.normal(size=52)
        alarms.append(xmr(x[:26]).outside(x[26:]).any())
    assert np.mean(alarms) == pytest.approx(0.160, abs=0.03)
    year = np.mean([(np.abs(daily_oddity(rng.normal(size=56 + 365))) > 4).sum() for _ in range(60)])
    assert 0.2 < year < 2.5
