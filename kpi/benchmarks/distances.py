"""Where the distance to others matters most: every metric with comparable figures, ours minus the middle one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kpi import units
from kpi.benchmarks.definitions import ALL, CHANNELS
from kpi.benchmarks.placing import Placement

FEWEST_FIGURES = 3
"""Below so many dated figures their spread is not known, and a distance cannot be told in units of it."""
CONF = 0.95


@dataclass(frozen=True)
class Gap:
    """Ours minus the middle published figure, in the metric's unit, with the limits that our own uncertainty leaves.

    `spreads` is the same in units of the spread of the figures, half the way from their lowest to their highest (times on the log scale);
    None below three figures. Above 0 is better, below 0 worse, where the metric has a good side. `is_clear`: beyond our own uncertainty, judged
    together with all other gaps.
    """

    placement: Placement
    gap: float
    low: float | None
    high: float | None
    spreads: float | None
    goodness: int
    is_clear: bool

    @property
    def name(self) -> str:
        """ "CSAT, e-mail"."""
        channel = self.placement.ours.channel
        return self.placement.ours.label + ("" if channel == ALL else f", {CHANNELS[channel]}")

    @property
    def words(self) -> str:
        """ "worse", "perhaps better", "the same", "above"."""
        if self.gap == 0:
            return "the same"
        side = ("above" if self.gap > 0 else "below") if not self.goodness else "better" if self.goodness > 0 else "worse"
        return side if self.is_clear else f"perhaps {side}"

    @property
    def said(self) -> str:
        mine = self.placement.ours
        return units.say_change(self.gap, mine.metric.unit, mine.currency or None, days=mine.in_days)

    @property
    def said_interval(self) -> str:
        mine = self.placement.ours
        return units.say_change_interval(self.low, self.high, mine.metric.unit, mine.currency or None, days=mine.in_days)


@dataclass(frozen=True)
class Gaps:
    """All gaps, those to the worse side first, the clear before the unclear, the widest first: in units of spread, else of our own interval."""

    gaps: tuple[Gap, ...]

    @property
    def text(self) -> str:
        """The one that matters most, in a sentence."""
        if not self.gaps:
            return "No metric of these data has a published figure that compares."
        many = f"Of {len(self.gaps)} comparisons" if len(self.gaps) > 1 else "In the one comparison there is"
        first = self.gaps[0]
        if not first.is_clear or first.goodness >= 0:
            return f"{many}, none is clearly on the worse side of the middle published figure."
        middle = first.placement.ours.say(first.placement.middle)
        limits = f" ({first.said_interval})" if first.said_interval else ""
        return f"{many}, the widest to the worse side is {first.name}: {first.said}{limits} from the middle figure of {middle}."


def gaps(placements: Iterable[Placement]) -> Gaps:
    """The gaps of all placements that have a dated figure beside a known value."""
    placed = [p for p in placements if p.middle is not None and p.ours.value is not None]
    strict = NormalDist().inv_cdf(1 - (1 - CONF) / 2 / max(1, len(placed))) / NormalDist().inv_cdf((1 + CONF) / 2)
    return Gaps(tuple(sorted((_gap(p, strict) for p in placed), key=_order)))


def _gap(placed: Placement, wider: float) -> Gap:
    mine, middle = placed.ours, placed.middle
    value, better = mine.value, mine.metric.better
    if middle is None or value is None:
        raise AssertionError("placed without a middle or a value")
    gap = value - middle
    limits = (mine.low, mine.high)
    clear = False
    if mine.low is not None and mine.high is not None:
        clear = value - wider * (value - mine.low) > middle or value + wider * (mine.high - value) < middle
    goodness = 0 if better == "neither" or gap == 0 else 1 if (gap > 0) == (better == "higher") else -1
    low, high = (None if limit is None else limit - middle for limit in limits)
    spread = _spreads(placed, value, middle)
    return Gap(placed, gap, low, high, None if spread is None else math.copysign(spread, goodness or gap), goodness, clear)


def _spreads(placed: Placement, value: float, middle: float) -> float | None:
    figures = np.array([figure.value for figure in placed.dated], dtype=float)
    numbers = np.array([value, middle, *figures])
    if len(figures) < FEWEST_FIGURES:
        return None
    if placed.ours.metric.unit == "s":
        if (numbers <= 0).any():
            return None
        numbers = np.log(numbers)
    spread = float(np.ptp(numbers[2:])) / 2
    return abs(float(numbers[0] - numbers[1])) / spread if spread > 0 else None


def _order(gap: Gap) -> tuple[int, bool, float, str]:
    side = 0 if gap.is_clear and gap.goodness < 0 else 1 if gap.goodness < 0 else 2
    width = (gap.high - gap.low) if gap.low is not None and gap.high is not None else 0.0
    wide = abs(gap.spreads) if gap.spreads is not None else abs(gap.gap) / width if width else 0.0
    return side, gap.spreads is None, -wide, gap.name
