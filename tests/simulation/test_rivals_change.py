"""Section 5 of the statistics page, the columns beside ours: what other methods find where nothing changed, and when a shift that is there was.

Ours in the same tables are in `test_change.py` and `test_control.py`; that each rival is what it is called is tested in `tests/stats/test_rivals.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from kpi.stats import daily_oddity, event_columns, gls_ar1, level_shifts, shift_intervals, trend_columns, xmr
from tests.simulation.worlds import Floats, memory, misses
from tests.stats import rivals

pytestmark = pytest.mark.simulation

RUNS, PUBLISHED = 500, 500
TREND_BY = ("OLS", "Mann-Kendall", "Hamed-Rao", "Yue-Wang", "TFPW", "OLS-HAC", "REML")
TREND = {
    (26, 0.0): (0.070, 0.060, 0.107, 0.462, 0.072, 0.223, 0.046),
    (26, 0.5): (0.237, 0.243, 0.240, 0.533, 0.285, 0.305, 0.072),
    (52, 0.3): (0.135, 0.118, 0.133, 0.477, 0.130, 0.200, 0.062),
    (52, 0.5): (0.273, 0.262, 0.200, 0.522, 0.322, 0.235, 0.078),
    (52, 0.7): (0.428, 0.398, 0.265, 0.552, 0.523, 0.288, 0.062),
}
PREWHITENED = {
    (26, 0.0): (0.032, 0.055),
    (26, 0.5): (0.052, 0.057),
    (52, 0.3): (0.040, 0.056),
    (52, 0.5): (0.044, 0.052),
    (52, 0.7): (0.054, 0.063),
}
"""Of prewhitened Mann-Kendall a range over variants is published."""
PREWHITENED_POWER = {0.3: 0.64, 0.7: 0.23}
"""To find a drift of two standard deviations in 52 weeks, where REML has .80 and .42."""
EVENT_BY = ("Welch", "OLS", "HAC", "HAC, long lag", "Prais-Winsten", "REML")
EVENT = {
    (24, 0.0): (0.044, 0.044, 0.142, 0.270, 0.038, 0.027),
    (24, 0.5): (0.240, 0.208, 0.242, 0.386, 0.144, 0.070),
    (52, 0.3): (0.118, 0.138, 0.144, 0.268, 0.074, 0.047),
    (52, 0.5): (0.236, 0.218, 0.172, 0.270, 0.070, 0.075),
    (52, 0.7): (0.388, 0.334, 0.246, 0.306, 0.098, 0.045),
    (104, 0.7): (0.432, 0.404, 0.236, 0.296, 0.110, 0.057),
}
USUAL_PRICE = {
    (52, 0.0): (0.136, 0.035, 0.005, 0.0),
    (52, 0.3): (0.584, 0.362, 0.094, 0.019),
    (52, 0.5): (0.900, 0.735, 0.409, 0.163),
    (52, 0.7): (0.993, 0.963, 0.824, 0.632),
    (104, 0.5): (0.973, 0.849, 0.465, 0.155),
}
"""Any level shift at a price of 2, 3, 5 and 8 x log n x the variance of a series without memory, where ours finds .005 to .098."""
P_CHART = {0.0: 0.055, 0.01: 0.772, 0.02: 0.999}
RUN_RULE = {0.0: 0.229, 0.3: 0.615}
HELD = {0.0: (1.5, 2.0, 3.0), 0.3: (1.5, 2.0, 3.0), 0.5: (1.5, 2.0, 3.0)}
Judge = Callable[[Floats], float]


def long_lag(n: int) -> int:
    return math.ceil(1.3 * math.sqrt(n))


def positives(worlds: Floats, judge: Judge) -> float:
    return float(np.mean([judge(y) < 0.05 for y in worlds]))


def test_what_others_find_in_series_without_a_trend() -> None:
    rng, found = np.random.default_rng(41), {}
    for (n, phi), published in TREND.items():
        x, worlds = trend_columns(n), memory(rng, RUNS, n, phi)
        judges: tuple[Judge, ...] = (
            lambda y, x=x: rivals.ols(y, x).p[1],
            lambda y: rivals.mann_kendall(y).p,
            lambda y: rivals.hamed_rao(y).p,
            lambda y: rivals.yue_wang(y).p,
            lambda y: rivals.trend_free_prewhitening(y).p,
            lambda y, x=x: rivals.newey_west(y, x, long_lag(len(y))).p[1],
            lambda y, x=x: gls_ar1(y, x).p[1],
        )
        found |= {(n, phi, name): (positives(worlds, judge), p) for name, judge, p in zip(TREND_BY, judges, published, strict=True)}
        least, most = PREWHITENED[n, phi]
        share = positives(worlds, lambda y: rivals.prewhitened_mann_kendall(y).p)
        assert least - 0.03 < share < most + 0.03, (n, phi, share)
    # the lag of the published HAC is not told and the worst rank test lies outside counting noise of either simulation: a little slack
    assert not misses(found, RUNS, PUBLISHED, slack=0.01)


def test_prewhitening_takes_the_trend_with_it() -> None:
    rng, runs = np.random.default_rng(42), 500
    for phi, published in PREWHITENED_POWER.items():
        worlds = memory(rng, runs, 52, phi) + np.linspace(0, 2, 52)
        ours = positives(worlds, lambda y: gls_ar1(y, trend_columns(52)).p[1])
        theirs = positives(worlds, lambda y: rivals.prewhitened_mann_kendall(y).p)
        assert not misses({phi: (theirs, published)}, runs, PUBLISHED, slack=0.03) and ours > theirs + 0.08, (phi, ours, theirs)


def test_what_others_find_at_an_event_without_effect() -> None:
    rng, found = np.random.default_rng(43), {}
    for (n, phi), published in EVENT.items():
        x, at, worlds = event_columns(n, n // 2), n // 2, memory(rng, RUNS, n, phi)
        judges: tuple[Judge, ...] = (
            lambda y, at=at: rivals.welch(y, at),
            lambda y, x=x: rivals.ols(y, x).p[2],
            lambda y, x=x: rivals.newey_west(y, x, rivals.rule_of_thumb_lag(len(y)), df=len(y) - 4).p[2],
            lambda y, x=x: rivals.newey_west(y, x, long_lag(len(y)), df=len(y) - 4).p[2],
            lambda y, x=x: rivals.prais_winsten(y, x).p[2],
            lambda y, x=x: gls_ar1(y, x).p[2],
        )
        found |= {(n, phi, name): (positives(worlds, judge), p) for name, judge, p in zip(EVENT_BY, judges, published, strict=True)}
    assert not misses(found, RUNS, PUBLISHED, slack=0.01)


def test_shifts_at_the_usual_price() -> None:
    rng, runs, found = np.random.default_rng(44), 400, {}
    for (n, phi), published in USUAL_PRICE.items():
        worlds = memory(rng, runs, n, phi)
        for penalty, p in zip((2, 3, 5, 8), published, strict=True):
            found[n, phi, penalty] = float(np.mean([bool(rivals.shifts_without_memory(y, penalty)) for y in worlds])), p
        ours = float(np.mean([bool(level_shifts(y)) for y in worlds]))
        assert ours < found[n, phi, 3][0] or phi == 0.0, (n, phi)
    assert not misses(found, runs, 1000, slack=0.01)


def test_limits_that_know_neither_memory_nor_spread() -> None:
    """p-charts of large counts; eight on one side beside limits from the same 52 weeks."""
    rng, runs, found = np.random.default_rng(45), 2000, {}
    for spread, p in P_CHART.items():
        n = rng.poisson(2000, size=(runs, 26)).astype(float)
        x = rng.binomial(n.astype(int), np.clip(rng.normal(0.85, spread, size=n.shape) if spread else np.full(n.shape, 0.85), 0, 1))
        found["p-chart", spread] = any_outside(x, n), p
    found["p-chart of 20 a week"] = any_outside(rng.binomial(20, 0.9, (runs, 26)), np.full((runs, 26), 20.0)), 0.107
    for phi, p in RUN_RULE.items():
        worlds = memory(rng, runs, 52, phi)
        found["run rule", phi] = float(np.mean([bool(xmr(y).outside(y).any()) or rivals.eight_on_one_side(y) for y in worlds])), p
    assert not misses(found, runs, 2000)


def any_outside(x: Floats, n: Floats) -> float:
    """How often any week lies outside its p-chart."""
    alarms = 0
    for a, b in zip(x, n, strict=True):
        low, high = rivals.p_chart(a, b)
        alarms += bool(((a / b < low) | (a / b > high)).any())
    return alarms / len(x)


def test_the_spread_of_eight_mondays_is_not_enough() -> None:
    """Alarms a year with the deviation of its own weekday's eight weeks alone: 17 to 18, where pooled over all days there are 3.4 to 4.0."""
    rng, runs, alone, pooled = np.random.default_rng(46), 60, 0, 0
    for x in rng.normal(size=(runs, 365 + 56)):
        past = np.stack([x[56 - 7 * k : len(x) - 7 * k] for k in range(1, 9)])
        middle = np.median(past, axis=0)
        spread = 1.4826 * np.median(np.abs(past - middle), axis=0)
        alone += int((np.abs(x[56:] - middle) > 3.5 * spread).sum())
        pooled += int((np.abs(daily_oddity(x)[56:]) > 3.5).sum())
    assert 15 < alone / runs < 19 and pooled / runs < 5, (alone / runs, pooled / runs)


def test_dates_of_shifts_lie_in_their_intervals() -> None:
    """Of shifts that were found, at any date of 52 weeks: ours holds the true date in nine of ten and mostly more; Bai's does not with memory.

    Both are given the memory of `gls_ar1`. Nominal .95; a found shift is one that luck made look clear, so a date is surer than it may be.
    """
    rng, runs, n = np.random.default_rng(47), 500, 52
    theirs = {}
    for phi, steps in HELD.items():
        for step in steps:
            ours, bai = [], []
            for y, at in zip(memory(rng, runs, n, phi), rng.integers(8, n - 7, runs), strict=True):
                x = y + step * (np.arange(n) >= at)
                cuts = level_shifts(x)
                if len(cuts) != 1:
                    continue
                fit = gls_ar1(x, event_columns(n, cuts[0], slopes=False))
                ((low, high),) = shift_intervals(x, cuts, fit.phi)
                ours.append(low <= at <= high)
                low, high = rivals.bai_interval(x, cuts[0], phi=min(0.85, fit.phi))
                bai.append(low <= at <= high)
            noise = 3.5 * math.sqrt(0.9 * 0.1 / len(ours))
            assert np.mean(ours) > 0.90 - noise * (phi == 0.5), (phi, step, np.mean(ours))
            theirs[phi, step] = float(np.mean(bai)), len(bai), float(np.mean(ours))
    held, many, better = theirs[0.5, 1.5]
    assert held < 0.90 and better > held + 0.03, (held, many, better)
