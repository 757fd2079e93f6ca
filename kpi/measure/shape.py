"""The shape of a question: all that decides the text of its queries and none of the values, which the text asks for by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis

from kpi.hours import offset_changes
from kpi.metric import Ask, columns_of
from kpi.scope import Scope

UNITS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
"""How far a local time is cut for each grain."""


def _instant(key: str) -> dt.datetime:
    raise NotImplementedError(key)  # the engine never sees it: `filled` writes the value in first


def _number(key: str) -> float:
    raise NotImplementedError(key)


def _filter(key: str) -> bool:
    raise NotImplementedError(key)


asked_instant: Any = ibis.udf.scalar.builtin(_instant, name="asked_instant")
asked_number: Any = ibis.udf.scalar.builtin(_number, name="asked_number")
asked_filter: Any = ibis.udf.scalar.builtin(_filter, name="asked_filter")
"""What a text asks the scope for, by name."""


@dataclass(frozen=True)
class Shape:
    """All that decides the text of a query, and none of its values: hashable, so that texts can be kept.

    `years` is the range in which zone changes are written out; `extras` are the dataset's own columns.
    """

    by: str
    split: tuple[str, ...]
    has_start: bool
    has_end: bool
    zone: str
    years: tuple[int, int]
    clock: str
    statistic: str | None
    choices: tuple[tuple[str, str], ...]
    extras: tuple[str, ...]

    @property
    def ask(self) -> Ask:
        return Ask(self.clock, self.statistic, self.choices)

    def columns(self, table: str) -> dict[str, str]:
        """Measured table -> its columns with Ibis types, the dataset's own included."""
        return columns_of(table, self.extras)


def shape_of(scope: Scope, first: dt.datetime, as_of: dt.datetime, extras: tuple[str, ...]) -> Shape:
    ask = scope.ask
    return Shape(
        by=scope.by,
        split=scope.split,
        has_start=scope.start is not None,
        has_end=scope.end is not None,
        zone=scope.zone,
        years=years_of(first, as_of) if scope.zone != "UTC" else (0, 0),
        clock=scope.clock,
        statistic=scope.statistic,
        choices=tuple((name, value) for name, value in ask.params if isinstance(value, str)),
        extras=extras,
    )


def years_of(first: dt.datetime, as_of: dt.datetime) -> tuple[int, int]:
    """The years in which zone changes are written out."""
    return first.year - 1, as_of.year + 1


def local(instant: Any, shape: Shape) -> Any:
    """UTC to the wall clock of the reporting zone, as the instant plus a CASE over the zone's few offset changes."""
    if shape.zone == "UTC":
        return instant
    steps = offsets(shape.zone, shape.years)
    seconds: Any = ibis.literal(steps[-1][1])
    if len(steps) > 1:
        cases = [(instant < after, now) for (_, now), (after, _) in pairwise(steps)]
        seconds = ibis.cases(*cases, else_=steps[-1][1])
    return instant + seconds.as_interval("s")


def offsets(zone: str, years: tuple[int, int]) -> list[tuple[dt.datetime, int]]:
    """The zone's offset changes in some years: the UTC instant each begins at, and the seconds the clock is ahead from then on."""
    since, offsets = offset_changes(zone, *years)
    return [(dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(s)), int(o) // 1_000_000) for s, o in zip(since, offsets, strict=True)]


def replaced(expr: Any, swaps: Mapping[Any, Any]) -> Any:
    """The expression with placeholders and tables exchanged; operations are compared by value."""
    return expr.op().replace(swaps).to_expr()
