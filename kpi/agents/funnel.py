"""The funnel: every group's figure over its number of rows, and how far chance alone reaches at each number (Spiegelhalter 2005)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kpi import stats
from kpi.agents.model import FEWEST, SHARE, TIME, Compared, One
from kpi.agents.words import label, listed, many
from kpi.stats.base import Array, z_of

INNER, OUTER = 0.95, 0.998
POINTS = 80


@dataclass(frozen=True)
class Funnel:
    """A row of `curve` for each number of rows `n`: inner and outer limits in the metric's unit. For shares they are exact.

    The limits are those of one group looked at alone; who is named was found by looking at all of them together.
    """

    found: Compared
    n: Array
    low: Array
    high: Array
    far_low: Array
    far_high: Array

    def outside(self, conf: float) -> list[One]:
        """The groups outside the inner or the outer limits."""
        placed = self.found.placed
        if self.found.why_not or not placed:
            return []
        low, high = _limits(self.found, np.array([one.n for one in placed], dtype=float), conf)
        values = np.array([even(self.found, one) for one in placed])
        return [one for one, is_out in zip(placed, (values < low - 1e-9) | (values > high + 1e-9), strict=True) if is_out]

    @property
    def text(self) -> str:
        """ "CSAT: 3 of 30 agents lie outside the 95 % limits, where chance puts about 2; looked at together, nobody differs beyond doubt." """
        if self.found.why_not:
            return self.found.text
        placed, beyond, named = len(self.found.placed), len(self.outside(INNER)), self.found.named
        by_chance = max(1, round(placed * (1 - INNER)))
        said = f"{label(self.found)}: {beyond} of {many(self.found, placed)} {'lies' if beyond == 1 else 'lie'} outside the 95 % limits, "
        said += f"where chance alone puts about {by_chance}; looked at all together, "
        one = "differs" if len(named) == 1 else "differ"
        return f"{said}{listed([n.name for n in named]) + ' ' + one if named else 'nobody differs'} beyond doubt."


def even(found: Compared, one: One) -> float:
    """What a group got, as if it had everybody's mix of tickets, nothing pulled: the average and what it is above or below expectation."""
    if one.got is None or one.expected is None or found.average is None:
        return math.nan
    if found.how == TIME:
        return max(0.0, (found.average + found.shift) * (one.got + found.shift) / (one.expected + found.shift) - found.shift)
    value = found.average + one.got - one.expected
    return min(100.0, max(0.0, value)) if found.how == SHARE else value


def funnel(found: Compared) -> Funnel:
    """The funnel around the average of a comparison, over the sizes of its groups."""
    sizes = [one.n for one in found.placed]
    if found.why_not or not sizes or found.average is None:
        nothing = np.zeros(0)
        return Funnel(found, nothing, nothing, nothing, nothing, nothing)
    n = np.geomspace(max(FEWEST, 0.8 * min(sizes)), 1.15 * max(sizes), POINTS)
    return Funnel(found, n, *_limits(found, n, INNER), *_limits(found, n, OUTER))


def _limits(found: Compared, n: Array, conf: float) -> tuple[Array, Array]:
    average = found.average or 0.0
    if found.how == SHARE:
        share = average / 100
        if not 0 < share < 1:
            return np.full(len(n), average), np.full(len(n), average)
        low, high = stats.funnel_limits(n, share, conf, found.deff)
        return 100 * low, 100 * high
    half = z_of(conf) * found.spread * np.sqrt(found.deff / n)
    if found.how == TIME:
        centre = average + found.shift
        return np.maximum(centre * np.exp(-half) - found.shift, 0), centre * np.exp(half) - found.shift
    top = np.inf if found.metric.high is None else found.metric.high
    bottom = -np.inf if found.metric.low is None else found.metric.low
    return np.clip(average - half, bottom, top), np.clip(average + half, bottom, top)
