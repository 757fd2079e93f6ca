"""Section 6 of the statistics page: how often forecasts hold, and whether chances of hitting a target come true.

The page names the seven kinds of series but not their sizes. Those here are of the same kinds, with noise of standard deviation 1; so shares may
differ by .08: more than the luck of counting, less than what tells the mixture from its rivals (.66 for the historic mean).
"""

from __future__ import annotations

import numpy as np
import pytest

from kpi.stats import chance_of_target, fan, forecast_paths
from tests.simulation.worlds import BEFORE, Floats, memory

pytestmark = pytest.mark.simulation

KINDS = ("memory .3", "memory .6", "drifting level", "trend", "trend that stops", "annual wave", "step")
HORIZONS, QUARTER, TEN_MONTHS = (4, 13, 43), 13, 43
SINGLE = {12: (0.82, 0.84, 0.85), 26: (0.82, 0.81, 0.84), 52: (0.82, 0.84, 0.86)}
"""History -> how often the 80 % interval of a single week 4, 13 and 43 weeks ahead holds, over all kinds."""
HISTORIC_MEAN, EIGHTY = {12: 0.68, 26: 0.67, 52: 0.71}, 1.2816
"""The same of a normal interval around the historic mean, 13 weeks ahead."""
WINDOW = {8: (0.94, 0.90), 12: (0.92, 0.86), 26: (0.90, 0.84), 52: (0.89, 0.85)}
"""History -> how often the 80 % interval of a mean of four weeks holds, ten months and a quarter ahead."""
BRIER = {TEN_MONTHS: (0.210, 0.210, 0.388), QUARTER: (0.202, 0.209, 0.317)}
"""Squared error of chances: the mixture, the base rate, and a straight line with normal errors."""
BASE_RATE, NEARLY = 0.30, 0.08


def world(rng: np.random.Generator, kind: str, runs: int, n: int) -> Floats:
    """`runs` series of n weeks of a kind."""
    t = np.arange(n)
    if kind.startswith("memory"):
        return memory(rng, runs, n, float(kind.split()[1]))
    noise = memory(rng, runs, n, 0.3)
    if kind == "drifting level":
        return noise + np.cumsum(rng.normal(scale=0.12, size=(runs, n + BEFORE)), axis=1)[:, BEFORE:]
    slope = rng.choice([-1, 1], size=(runs, 1)) * 1.5 / 52
    if kind == "trend":
        return noise + slope * t
    if kind == "trend that stops":
        return noise + slope * np.minimum(t, rng.integers(n // 3, n, size=(runs, 1)))
    if kind == "annual wave":
        return noise + np.sin(2 * np.pi * (t + rng.uniform(0, 52, size=(runs, 1))) / 52)
    return noise + rng.choice([-1, 1], size=(runs, 1)) * 1.5 * (t >= rng.integers(0, n, size=(runs, 1)))


@pytest.mark.parametrize("history", SINGLE)
def test_single_weeks_lie_in_the_fan(history: int) -> None:
    """And the interval around the historic mean, in the same worlds, holds as seldom as is published of it."""
    rng, runs = np.random.default_rng(history), 100
    hits, rival = np.zeros(3), np.zeros(3)
    for kind in KINDS:
        for y in world(rng, kind, runs, history + TEN_MONTHS):
            past = y[:history]
            low, high = fan(forecast_paths(past, TEN_MONTHS, draws=600), (0.1, 0.9))
            hits += [low[h - 1] <= y[history + h - 1] <= high[h - 1] for h in HORIZONS]
            half = EIGHTY * past.std(ddof=1) * np.sqrt(1 + 1 / history)
            rival += [abs(y[history + h - 1] - past.mean()) <= half for h in HORIZONS]
    many = runs * len(KINDS)
    shares = hits / many
    assert shares == pytest.approx(SINGLE[history], abs=NEARLY), shares
    assert rival[1] / many == pytest.approx(HISTORIC_MEAN[history], abs=0.075)
    assert (shares - rival / many)[1:].min() > 0.08, "the mixture holds far oftener than the historic mean"


@pytest.mark.parametrize("history", WINDOW)
def test_means_of_four_weeks_lie_in_their_interval(history: int) -> None:
    rng, runs = np.random.default_rng(100 + history), 100
    hits = np.zeros(2)
    for kind in KINDS:
        for y in world(rng, kind, runs, history + TEN_MONTHS):
            paths = forecast_paths(y[:history], TEN_MONTHS, draws=600)
            for place, ahead in enumerate((TEN_MONTHS, QUARTER)):
                low, high = np.quantile(paths[:, ahead - 4 : ahead].mean(axis=1), [0.1, 0.9])
                hits[place] += low <= y[history + ahead - 4 : history + ahead].mean() <= high
    shares = hits / (runs * len(KINDS))
    assert shares == pytest.approx(WINDOW[history], abs=NEARLY), shares


@pytest.mark.parametrize("ahead", BRIER)
def test_chances_of_hitting_a_target(ahead: int) -> None:
    """The target is as far off as is hit in three of ten cases. The mixture is no worse than that base rate and its chances come true; a line is far worse."""
    rng, runs, histories = np.random.default_rng(200 + ahead), 40, (12, 26, 52)
    said, line, gained = [], [], []
    for history in histories:
        for kind in KINDS:
            for y in world(rng, kind, runs, history + ahead):
                past, future = y[:history], y[history : history + ahead]
                base = past[-4:].mean()
                gained.append(base - future[-4:].mean())
                target = base - OFF[ahead]
                said.append(chance_of_target(forecast_paths(past, ahead, draws=600), target, "lower"))
                line.append(_line(past, ahead, target))
    hit = (np.array(gained) >= OFF[ahead]).astype(float)
    assert hit.mean() == pytest.approx(BASE_RATE, abs=0.06)
    brier = [float(np.mean((np.array(chance) - hit) ** 2)) for chance in (said, np.full(len(hit), hit.mean()), line)]
    mix, constant, straight = BRIER[ahead]
    assert brier[0] - brier[1] == pytest.approx(mix - constant, abs=0.03), brier
    assert brier[2] - brier[0] > (straight - mix) / 3, brier
    chances = np.array(said)
    for low in (0.1, 0.2, 0.3, 0.4, 0.5):
        of = (chances >= low) & (chances < low + 0.1)
        if of.sum() >= 60:
            assert abs(hit[of].mean() - chances[of].mean()) < 0.2, (low, hit[of].mean())


OFF = {TEN_MONTHS: 0.55, QUARTER: 0.45}
"""How far below the last four weeks the target lies, so that about three in ten are hit."""


def _line(past: Floats, ahead: int, target: float) -> float:
    """The chance a straight line with normal errors would give."""
    from scipy import stats

    t = np.arange(len(past))
    fit = stats.linregress(t, past)
    left = past - fit.intercept - fit.slope * t
    at = fit.intercept + fit.slope * (len(past) + ahead - 2.5)
    return float(stats.norm.cdf((target - at) / (left.std(ddof=2) / 2)))
