"""How often the app was right: intervals that held, chances against what happened, changes that were still there.

Hit rates come with Wilson intervals and say "too few" below 10; the Brier score (mean squared error of a chance, 0 is best) stands beside that
of always saying the rate at which things happened.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kpi import stats, units
from kpi.calibration.calls import Call

FEWEST = 10
"""Below this many scored claims a rate says nothing."""
BINS = ((0.0, 0.25, "unlikely"), (0.25, 0.6, "uncertain"), (0.6, 1.0001, "likely"))
WORDS = {
    "interval": "80 % intervals that held the value that came",
    "chance": "chances of a target",
    "change": "changes called real that were still there",
}


@dataclass(frozen=True)
class Scored:
    """A claim and what came of it: `value` over the due dates, and whether what was said of it happened."""

    call: Call
    value: float
    happened: bool


@dataclass(frozen=True)
class Bin:
    """Chances of one word: how many, what was said on average, how often it happened, with the Wilson interval (per cent)."""

    word: str
    n: int
    said: float
    happened: float
    low: float
    high: float


@dataclass(frozen=True)
class Score:
    """The record of one kind of claim. `rate`, `low`, `high` and `claimed` are per cent; `brier` and `flat` (always saying the rate) 0 to 1."""

    kind: str
    n: int
    hits: int
    rate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    claimed: float = math.nan
    brier: float = math.nan
    flat: float = math.nan
    bins: tuple[Bin, ...] = ()

    @property
    def is_enough(self) -> bool:
        return self.n >= FEWEST

    @property
    def text(self) -> str:
        """One sentence; below 10 claims counts only."""
        if not self.n:
            return f"No {_ONE[self.kind]} has come due yet."
        counts = f"{units.say(self.hits, 'count')} of {units.say(self.n, 'count')}"
        if not self.is_enough:
            return f"{_SUBJECT[self.kind]}: {counts}, too few to say how good they are."
        limits = units.say_interval(self.low, self.high, "%")
        rate = f"{_SUBJECT[self.kind]}: {counts}, {units.say(self.rate, '%')} ({limits})"
        if self.kind == "chance":
            better = "better than" if self.brier < self.flat else "no better than"
            return (
                f"{rate}; {units.say(self.claimed, '%')} were foretold on average. "
                f"Brier score {self.brier:.3f}, {better} always saying the rate itself ({self.flat:.3f})."
            )
        if self.kind == "change":
            return f"{rate}. Had nothing changed, about half would look so."
        return f"{rate}, where {units.say(self.claimed, '%')} should."


_SUBJECT = {
    "interval": "Forecast intervals held",
    "chance": "What chances were given for happened",
    "change": "Changes called real were still there",
}
_ONE = {"interval": "forecast interval", "chance": "chance", "change": "change called real"}


def came_true(call: Call, value: float) -> bool:
    """Whether what was claimed of the value happened."""
    if call.kind == "interval":
        return float(call.low or 0.0) <= value <= float(call.high or 0.0)
    goal = float(call.goal or 0.0)
    if call.kind == "change":
        return value > goal if call.better == "higher" else value < goal
    return value >= goal if call.better == "higher" else value <= goal


def scored(calls: Iterable[Call], value_of: Callable[[Call], float | None], covered_to: dt.date) -> list[Scored]:
    """The claims that can be scored: made before their due dates, which the data (complete up to `covered_to`) now cover.

    Of several claims about the same dates of the same number only the first counts: they would be right or wrong together. `value_of` gives
    what came, None or nan where it is not known.
    """
    found = []
    seen: set[tuple[str, ...]] = set()
    for call in sorted(calls, key=lambda call: (call.knew_to, call.made)):
        if call.about in seen or call.due_to > covered_to or call.due_to <= call.knew_to:
            continue
        seen.add(call.about)
        value = value_of(call)
        if value is not None and not math.isnan(value):
            found.append(Scored(call, value, came_true(call, value)))
    return found


def score(kind: str, found: Sequence[Scored]) -> Score:
    """The record of a kind of claim."""
    mine = [one for one in found if one.call.kind == kind]
    return score_of(kind, [one.happened for one in mine], [one.call.chance for one in mine])


def score_of(kind: str, happened: Sequence[bool], chances: Sequence[float | None]) -> Score:
    """The record of claims by what happened and with what chance each was made (None: a change, which has none)."""
    n, hits = len(happened), int(sum(happened))
    if not n:
        return Score(kind, 0, 0)
    low, high = stats.wilson(hits, n)
    came = np.array(happened, dtype=np.float64)
    said = np.array([math.nan if chance is None else chance for chance in chances], dtype=np.float64)
    claimed = 100 * float(np.mean(said)) if not np.isnan(said).any() else math.nan
    if kind != "chance":
        return Score(kind, n, hits, 100 * hits / n, 100 * low, 100 * high, claimed)
    brier, flat = float(np.mean((said - came) ** 2)), float(np.mean((came - came.mean()) ** 2))
    return Score(kind, n, hits, 100 * hits / n, 100 * low, 100 * high, claimed, brier, flat, _bins(said, came))


def _bins(said: stats.base.Array, came: stats.base.Array) -> tuple[Bin, ...]:
    found = []
    for least, most, word in BINS:
        inside = (said >= least) & (said <= most if word == "uncertain" else said < most if word == "unlikely" else said > least)
        if n := int(inside.sum()):
            hits = int(came[inside].sum())
            low, high = stats.wilson(hits, n)
            found.append(Bin(word, n, 100 * float(said[inside].mean()), 100 * hits / n, 100 * low, 100 * high))
    return tuple(found)
