"""Where the outcome may go, with and without the change: a fan of paths, and how many of them reach the target."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from kpi import stats
from kpi.stats.base import Array, scipy_part
from kpi.what_if.fit import Change

DRAWS, MOST_HISTORY, FEWEST = 1200, 104, 8
SHARES = (0.1, 0.5, 0.9)
WINDOW = 4
HORIZON, FARTHEST = 13, 52


@dataclass(frozen=True)
class Outlook:
    """`before` and `after` are fans (3 x weeks: 10, 50, 90 %), in the outcome's unit. `chance`, `chance_half` and `chance_before`: how likely
    the mean of the last four weeks meets `target`, with the change, with half of it, and without; in tens, never below 5 % or above 95 %; NaN untold.
    """

    weeks: int
    before: Array = field(default_factory=lambda: np.zeros((3, 0)))
    after: Array = field(default_factory=lambda: np.zeros((3, 0)))
    target: float = math.nan
    chance: float = math.nan
    chance_half: float = math.nan
    chance_before: float = math.nan
    history: int = 0

    @property
    def is_beyond(self) -> bool:
        """Whether it looks further ahead than back."""
        return self.weeks > self.history


def paths(values: Array, weeks: int) -> Array:
    """Futures of a weekly series (draws x weeks), all NaN below 8 known weeks."""
    past = np.asarray(values, dtype=float)[-MOST_HISTORY:]
    if int((~np.isnan(past)).sum()) < FEWEST:
        return np.full((DRAWS, weeks), np.nan)
    return stats.forecast_paths(past, weeks, DRAWS)


def outlook(futures: Array, change: Change, target: float, better: str, history: int, low: float | None, high: float | None) -> Outlook:
    """The futures with a change on top, its own uncertainty drawn beside theirs. The change is there from the first week on."""
    weeks = futures.shape[1]
    if np.isnan(futures).any() or math.isnan(change.value):
        return Outlook(weeks, target=target, history=history)
    futures = np.clip(futures, low, high)
    drawn = np.full(DRAWS, change.value)
    if change.error > 0:
        rng = np.random.default_rng(0)
        deviates = rng.standard_normal(DRAWS) if math.isinf(change.df) else scipy_part("special").stdtrit(change.df, rng.random(DRAWS))
        drawn = drawn + change.error * deviates
    moved, half = (np.clip(futures + part[:, None], low, high) for part in (drawn, drawn / 2))

    def chance(of: Array) -> float:
        return math.nan if math.isnan(target) else stats.chance_in_tens(stats.chance_of_target(of, target, better, min(WINDOW, weeks)))

    return Outlook(
        weeks, stats.fan(futures, SHARES), stats.fan(moved, SHARES), target, chance(moved), chance(half), chance(futures), history
    )


def said(chance: float) -> str:
    """ "about 40 %", "5 % or less"."""
    return stats.chance_said(chance) or "cannot be told"
