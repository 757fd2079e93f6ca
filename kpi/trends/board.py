"""What has moved? Many metrics over the same periods, and which of them moved when all that was looked at is paid for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kpi import stats
from kpi.engine import Dataset
from kpi.measure import Result, measure
from kpi.scope import Scope
from kpi.trends.look import judged
from kpi.trends.model import BUDGET, Trend
from kpi.trends.series import in_time
from kpi.trends.words import NO_CHANGE

MOST_NAMED = 3
Apart = Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True)
class Moved:
    """One metric of the board: its trend, and its p-value after Benjamini and Hochberg over all (nan where there is too little)."""

    trend: Trend
    q: float
    is_moved: bool


@dataclass(frozen=True)
class Board:
    """All metrics looked at, those that moved first, by strength; then the quiet ones, then those with too little to tell."""

    rows: tuple[Moved, ...]
    looked_at: int
    finding: str
    caveat: str

    @property
    def text(self) -> str:
        return f"{self.finding} {self.caveat}"

    @property
    def moved(self) -> tuple[Moved, ...]:
        return tuple(row for row in self.rows if row.is_moved)


def moved(result: Result, *, last: int | None = None, apart: Mapping[str, str] | None = None) -> Board:
    """The board of a result by a grain and without a split: every metric of it looked at once (see `together`).

    The frames of its trends lack the sentences of their periods: `spoken` adds them to what is drawn.
    """
    rows = dict(iter(result.frame.groupby("metric", sort=False)))
    names = [name for name in result.metrics if name not in result.unavailable]
    return together([judged(result, in_time(rows[name]), name, last=last, apart=apart) for name in names], result.scope.by)


def board_of(
    names: Sequence[str], scope: Scope, data: Dataset, *, last: int | None = None, apart: Apart | None = None
) -> tuple[Result, Board]:
    """Metrics measured by the scope's grain, and their board: each is judged while the engine measures the others.

    `apart` says which of some periods (ISO dates) are known to be unlike others, and why.
    """
    looked: dict[str, Trend] = {}
    special: dict[str, str] = {}

    def look(one: Result) -> None:
        (name,), rows = one.metrics, in_time(one.frame)
        if apart and not looked:
            special.update(apart([str(period) for period in rows["period"]]))
        looked[name] = judged(one, rows, name, last=last, apart=special)

    result = measure(names, scope, data, told=look)
    return result, together([looked[name] for name in result.metrics if name in looked], scope.by)


def together(looked: Sequence[Trend], by: str, noun: str = "metric") -> Board:
    """Several trends looked at once; `noun` is what each of them is.

    One counts as moved where its trend says so and its p-value, adjusted for having looked at all with enough periods (Benjamini and
    Hochberg 1995), is below 0.05: of those named, at most one in twenty on average did not move; where none did, one is named once in twenty.
    """
    p = np.array([one.p for one in looked], dtype=float)
    q = stats.false_discovery(p)
    rows = [Moved(one, float(adjusted), bool(one.is_moved and adjusted < BUDGET)) for one, adjusted in zip(looked, q, strict=True)]
    rows.sort(key=lambda row: (not row.is_moved, np.isnan(row.q), row.trend.p, row.trend.label))
    told = int((~np.isnan(p)).sum())
    return Board(tuple(rows), told, *_said(rows, told, by, noun))


def _said(rows: Sequence[Moved], told: int, by: str, noun: str) -> tuple[str, str]:
    early = len(rows) - told
    few = f" {early} more {'is' if early == 1 else 'are'} not judged: too few complete {by}s, or not ripe yet." if early else ""
    if not told:
        return "Too early to tell.", f"No {noun} has enough complete {by}s to know a usual up and down."
    looked = f"We looked at {told} {noun}s" if told > 1 else f"We looked at one {noun}"
    found = [row for row in rows if row.is_moved]
    if not found:
        return NO_CHANGE, f"{looked}, and allowed for having looked at them all.{few}"
    first = found[0].trend.finding
    count = f"{len(found)} of {told} {noun}s moved beyond the usual up and down. " if told > 1 else ""
    others = [row.trend.label for row in found[1 : 1 + MOST_NAMED]]
    more = len(found) - 1 - len(others)
    also = f" Next: {'; '.join(others)}{f'; and {more} more' if more else ''}." if others else ""
    return (
        f"{count}{first}",
        f"{also.strip()} {looked} and allowed for it: of those named, at most one in twenty on average did not move.{few}".strip(),
    )
