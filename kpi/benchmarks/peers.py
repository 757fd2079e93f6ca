"""Team against team, fairly: each group's value pulled towards the average as far as its few tickets deserve, and no medals.

Shares by a hierarchical beta-binomial, times by a hierarchical normal on the log scale, scores and ratios by the same on their own scale.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from kpi import stats, units
from kpi.errors import BadValue
from kpi.measure.compile import is_share
from kpi.measure.result import Result
from kpi.measure.words import SPOKEN
from kpi.metric import Metric
from kpi.scope import NONE
from kpi.stats.base import Array

FEWEST_ROWS, SMALL = 10, 30
"""Groups of fewer rows get no place at all; below thirty they are said to be small."""
MOST_GROUPS, MOST_NAMED = 200, 4
CONF, DRAWS = 0.95, 20_000
MINUTE = 60.0
Z = NormalDist().inv_cdf((1 + CONF) / 2)
Row = Mapping[str, Any]
ABOVE, BELOW, ALIKE, FEW = "above", "below", "alike", "few"


@dataclass(frozen=True)
class Group:
    """One group: its `value` as it is, and what it likely is in truth: `estimate`, limits that hold for all groups together in 95 % of
    cases, and its possible ranks (1 = best).

    `verdict` is above or below the average of all beyond doubt, alike (cannot be told apart from it) or few (too few rows for any place).
    """

    name: str
    value: float | None
    n: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    verdict: str = FEW


@dataclass(frozen=True)
class Groups:
    """All groups by name, never by rank; `average` is where they are pulled to. `why_not` says why nothing could be compared."""

    metric: Metric
    column: str
    groups: tuple[Group, ...]
    average: float | None
    currency: str = ""
    statistic: str = ""
    in_days: bool = True
    why_not: str = ""

    def say(self, value: float | None) -> str:
        return units.say(value, self.metric.unit, self.currency or None, days=self.in_days)

    def of(self, verdict: str) -> list[Group]:
        return [group for group in self.groups if group.verdict == verdict]

    def word(self, group: Group) -> str:
        """A verdict as a person reads it."""
        if group.verdict in (FEW, ALIKE):
            return f"fewer than {FEWEST_ROWS}: no place" if group.verdict == FEW else "cannot be told apart"
        return _judged(self.metric, group.verdict)

    @property
    def text(self) -> str:
        """ "CSAT: of 6 groups, North is worse than average (83.8 %); 5 cannot be told apart from it." """
        label = f"{self.metric.label}, {SPOKEN[self.statistic]}" if self.statistic in SPOKEN else self.metric.label
        if self.why_not:
            return f"{label}: {self.why_not}"
        placed = len(self.groups) - len(self.of(FEW))
        said = []
        for verdict in (ABOVE, BELOW):
            names = [group.name for group in self.of(verdict)]
            said += [f"{_listed(names)} {'is' if len(names) == 1 else 'are'} {_judged(self.metric, verdict)}"] if names else []
        alike = len(self.of(ALIKE))
        if not said:
            return f"{label}: the {placed} groups cannot be told apart; their differences are what chance makes of so many rows."
        rest = f"; {alike} cannot be told apart from it" if alike else ""
        return f"{label}: of {placed} groups, {' and '.join(said)}, which is {self.say(self.average)}{rest}."


def groups(result: Result, name: str) -> Groups:
    """Groups of a metric measured over the whole of its dates and split by one column. BadValue for any other result."""
    scope, metric = result.scope, result.metrics[name]
    if scope.by != "all" or len(scope.split) != 1:
        raise BadValue("Groups are compared over the whole of the dates, by one column.", "Measure without a grain and with one split.")
    column = scope.split[0]
    share = is_share(name, scope.ask)
    rows = [row for row in result.records() if row["metric"] == name and row["group"][column] != NONE and row["value"] is not None]
    notes = [note for row in rows for note in row["notes"] if note in SPOKEN]
    in_days = not (scope.clock == "business" and "clock" in metric.params)
    nothing = Groups(metric, column, (), None, result.currency, notes[0] if notes else "", in_days)
    if metric.unit == "count" or metric.better == "neither":
        return _but(nothing, "it says how much there is, not how good it is, so that groups are not set against each other.")
    if name in result.unavailable:
        return _but(nothing, f"{result.unavailable[name]}.")
    rows.sort(key=lambda row: -_rows_of(row, share))
    rows = sorted(rows[:MOST_GROUPS], key=lambda row: str(row["group"][column]))
    sizes = [_rows_of(row, share) for row in rows]
    enough = [i for i, size in enumerate(sizes) if size >= FEWEST_ROWS]
    shift = MINUTE if metric.unit == "s" and any((rows[i]["low"] or 0) <= 0 for i in enough) else 0.0
    usable = [i for i in enough if share or _error(rows[i], metric, shift) is not None]
    found = [Group(str(row["group"][column]), row["value"], int(n)) for row, n in zip(rows, sizes, strict=True)]
    if len(usable) < 2:
        return _but(nothing, f"fewer than two groups have {FEWEST_ROWS} rows or more, so that nothing can be compared.", found)
    some = [rows[i] for i in usable]
    shrunk, average = _shares(some) if share else _means(some, metric, shift)
    for i, (estimate, low, high, first, last) in zip(usable, shrunk, strict=True):
        ranks = (int(first), int(last)) if metric.better == "higher" else (len(usable) + 1 - int(last), len(usable) + 1 - int(first))
        verdict = ABOVE if low > average else BELOW if high < average else ALIKE
        found[i] = Group(found[i].name, found[i].value, found[i].n, float(estimate), float(low), float(high), *ranks, verdict)
    return Groups(metric, column, tuple(found), average, result.currency, nothing.statistic, in_days)


def _shares(rows: Sequence[Row]) -> tuple[Array, float]:
    """A row of estimate, low, high, first and last rank for each group, and the pooled share; in per cent."""
    top, bottom = (np.array([float(row[c]) for row in rows]) for c in ("top", "bottom"))
    found = stats.shrink_rates(top, bottom, _strict(len(rows)), DRAWS)
    table = np.column_stack([100 * found.estimate, 100 * found.low, 100 * found.high, found.rank_low, found.rank_high])
    return table, 100 * float(top.sum() / bottom.sum())


def _means(rows: Sequence[Row], metric: Metric, shift: float) -> tuple[Array, float]:
    """The same for times (on the log scale, `shift` added where one is 0) and for scores and ratios, in the metric's unit."""
    logs = metric.unit == "s"
    values = np.array([math.log(row["value"] + shift) if logs else row["value"] for row in rows])
    errors = np.array([_error(row, metric, shift) for row in rows], dtype=float)
    found = stats.shrink_means(values, errors, _strict(len(rows)), DRAWS)

    def back(scaled: Array) -> Array:
        return np.maximum(np.exp(scaled) - shift, 0.0) if logs else scaled

    table = np.column_stack([back(found.estimate), back(found.low), back(found.high), found.rank_low, found.rank_high])
    return table, float(back(np.array(found.average)))


def _error(row: Row, metric: Metric, shift: float) -> float | None:
    """The standard error that an interval of 95 % says, on the scale of comparison; None when it has no two sides."""
    if row["low"] is None or row["high"] is None or row["high"] <= row["low"]:
        return None
    if metric.unit != "s":
        return float(row["high"] - row["low"]) / (2 * Z)
    if row["low"] + shift <= 0:  # the interval of a mean may reach below 0: its upper side says how wide it is
        return (math.log(row["high"] + shift) - math.log(row["value"] + shift)) / Z if row["value"] + shift > 0 else None
    return (math.log(row["high"] + shift) - math.log(row["low"] + shift)) / (2 * Z)


def _rows_of(row: Row, share: bool) -> float:
    return float((row["bottom"] if share else row["n"]) or 0)


def _strict(many: int) -> float:
    """The confidence at which one of so many groups is called different, so that all together are wrong in 5 % of cases."""
    return 1 - (1 - CONF) / many


def _judged(metric: Metric, verdict: str) -> str:
    return "better than average" if (verdict == ABOVE) == (metric.better == "higher") else "worse than average"


def _but(nothing: Groups, why: str, found: Sequence[Group] = ()) -> Groups:
    return Groups(nothing.metric, nothing.column, tuple(found), None, nothing.currency, nothing.statistic, nothing.in_days, why)


def _listed(names: list[str]) -> str:
    *most, last = names[:MOST_NAMED] + ([f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else [])
    return f"{', '.join(most)} and {last}" if most else last
