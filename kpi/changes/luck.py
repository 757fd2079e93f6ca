"""How far luck alone would have moved each part: labels of whole days dealt again, days drawn again.

Between periods "nothing happened" means that any day might as well have been on the other side: labels are dealt again within weekdays. Two parts
of one period have the same days: days are drawn again, both parts together, and what they scatter around is moved to 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi import stats
from kpi.changes.counts import Cells, Counts
from kpi.changes.figures import TOTALS
from kpi.stats.base import Array

DEALT, DRAWN, SEED = 2000, 1000, 1
TAILS = (0.025, 0.975)
FEWEST_UNITS = 6
"""With fewer days or bundles a side there is nothing to deal."""


@dataclass(frozen=True)
class Luck:
    """Weights of units in `dealt` (null) and `drawn` (bootstrap) samples, draws x units, for both sides; `widen` is how much wider than for
    independent days luck is, because neighbouring days hang together (AR(1)) and because there are few of them (at least 1).
    """

    dealt: tuple[Array, Array] | None
    drawn: tuple[Array, Array]
    widen: float


def luck_of(counts: Counts, kind: str, is_period: bool, seed: int = SEED) -> Luck | None:
    """None where luck cannot be told: a side of fewer than six units, or all rows in one."""
    sides = [int((~counts.is_after).sum()), int(counts.is_after.sum())]
    lived = [int((counts.whole.sizes[side].sum(axis=1) > 0).sum()) for side in (~counts.is_after, counts.is_after)]
    if min(*sides, *lived) < FEWEST_UNITS:
        return None
    after = counts.is_after.astype(float)
    paired = not is_period and counts.unit != "bundle" and sides[0] == sides[1]
    by_side = stats.drawn_units(np.zeros(sides[0]) if paired else counts.is_after, DRAWN, seed)
    times = np.tile(by_side, 2) if paired else by_side
    dealt = None
    if is_period:
        labels = stats.dealt_labels(counts.is_after, counts.stratum, DEALT, seed).astype(float)
        dealt = (1 - labels, labels)
    few = float(np.sqrt(max(s / (s - 1) for s in sides)))
    return Luck(dealt, (times * (1 - after), times * after), few * _memory(counts, kind, is_period))


def _memory(counts: Counts, kind: str, is_period: bool) -> float:
    """sqrt((1 + phi) / (1 - phi)) of what is left of the days' figures after their side's mean and their weekday; 1 for bundles of rows."""
    if counts.unit == "bundle":
        return 1.0
    n, x = counts.whole.sizes.sum(axis=1), counts.whole.totals.sum(axis=1)
    left = np.zeros(len(n))
    for side in (~counts.is_after, counts.is_after):
        left[side] = x[side] - (x[side].mean() if kind in TOTALS else n[side] * x[side].sum() / max(n[side].sum(), 1e-300))
        for day in np.unique(counts.stratum[side]):
            same = side & (counts.stratum == day)
            left[same] -= left[same].mean()
    half = int((~counts.is_after).sum())
    series = left if is_period else left[half:] / max(n[half:].sum(), 1e-300) - left[:half] / max(n[:half].sum(), 1e-300)
    phi = stats.lag1(series)
    phi = 0.0 if np.isnan(phi) else min(max(phi, 0.0), 0.9)
    return float(np.sqrt((1 + phi) / (1 - phi)))


def observed(counts: Counts) -> tuple[Array, Array]:
    """The weights of what was seen: one draw."""
    after = counts.is_after.astype(float)
    return (1 - after)[None, :], after[None, :]


@dataclass(frozen=True)
class Sums:
    """Sizes and totals of each level on both sides, draws x levels, and the weights they were made with."""

    n_0: Array
    x_0: Array
    n_1: Array
    x_1: Array
    units_0: Array
    units_1: Array


def sums(cells: Cells, weights: tuple[Array, Array]) -> Sums:
    before, after = weights
    (n_0, x_0), (n_1, x_1) = ((np.asarray(w @ cells.sizes), np.asarray(w @ cells.totals)) for w in (before, after))
    return Sums(n_0, x_0, n_1, x_1, before.sum(axis=1, keepdims=True), after.sum(axis=1, keepdims=True))


def whole_effect(found: Sums, kind: str) -> Array:
    """The change of the figure itself in each draw, draws x 1; of a total, a unit's worth of it."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind in TOTALS:
            return np.asarray(found.x_1 / found.units_1 - found.x_0 / found.units_0)
        return np.asarray(found.x_1 / found.n_1 - found.x_0 / found.n_0)


def own_effects(found: Sums, kind: str) -> Array:
    """How much more each level moved than the rest, draws x levels: by its rate, or, of a total, by its share of it."""
    n_0, x_0, n_1, x_1 = found.n_0, found.x_0, found.n_1, found.x_1
    all_n0, all_x0, all_n1, all_x1 = (v.sum(axis=1, keepdims=True) for v in (n_0, x_0, n_1, x_1))
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "difference":  # inflow less outflow: a part has no share
            return np.asarray(x_1 / found.units_1 - x_0 / found.units_0)
        if kind == "total":
            return np.asarray(x_1 / all_x1 - x_0 / all_x0)
        own = x_1 / n_1 - x_0 / n_0
        own -= (all_x1 - x_1) / (all_n1 - n_1) - (all_x0 - x_0) / (all_n0 - n_0)
    return np.asarray(np.where(np.isfinite(own), own, np.nan))


def split_effects(found: Sums, kind: str) -> tuple[Array, Array]:
    """(rate, mix) of each level, draws x levels; of a total all is in the first."""
    if kind in TOTALS:
        return np.asarray(found.x_1 - found.x_0), np.zeros_like(found.x_1)
    return stats.contributions(found.n_0, found.x_0, found.n_1, found.x_1)


def limits(drawn: Array, seen: Array, widen: float) -> tuple[Array, Array]:
    """Percentile limits of each column of the draws, `widen` times as far from what was seen."""
    low, high = np.nanquantile(drawn, TAILS, axis=0)
    return np.minimum(seen, seen + widen * (low - seen)), np.maximum(seen, seen + widen * (high - seen))
