"""The two sides of a comparison: a period and the one it is compared with, or one part of the tickets and another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kpi.changes.said import level_said, named
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.measure import measure
from kpi.scope import Scope

MOST_VALUES = 200


@dataclass(frozen=True)
class Pair:
    """What is compared: `before` and `now` are scopes without grain, split and comparison; `words` name both sides.

    `is_period` is False for two parts of the same period: then "before" is the part one compares with. `column` is what tells such parts
    apart ("" for periods): it explains nothing, since each side has its own values of it.
    """

    before: Scope
    now: Scope
    words: tuple[str, str] = ("before", "now")
    is_period: bool = True
    column: str = ""


def periods(scope: Scope) -> Pair | None:
    """A scope against the period it is compared with; None where it has no dates or no comparison."""
    bare = scope.but(by="all", split=())
    before = bare.before()
    return Pair(before, bare.but(compare=None), (_dates(before), _dates(bare))) if before else None


def between(scope: Scope, start: dt.date, end: dt.date) -> Pair:
    """A scope's dates against others, of any length. BadValue where a day would be on both sides, or the scope has no dates."""
    if not (scope.start and scope.end):
        raise BadValue("A period needs its first and its last day.", "Choose both dates.")
    bare = scope.but(by="all", split=(), compare=None)
    before = bare.but(start=start, end=end)
    if start <= scope.end and scope.start <= end:
        raise BadValue(f"{_dates(bare)} and {_dates(before)} share days.", "Choose two periods that do not overlap.")
    return Pair(before, bare, (_dates(before), _dates(bare)))


def values(column: str, scope: Scope, data: Dataset) -> tuple[str, ...]:
    """The values tickets have in a column over all dates, the most frequent 200 first; "(none)" where it is not known. UnknownName for a column
    that does not exist."""
    frame = measure(["tickets_created"], Scope(split=(column,), calendar=scope.calendar), data, intervals=False).frame
    if frame["value"].isna().all():
        return ()
    most = frame.nlargest(MOST_VALUES, "value", keep="first")
    return tuple(str(value) for value, count in zip(most[column], most["value"], strict=True) if count > 0)


def parts(scope: Scope, column: str, value: str, others: Sequence[str]) -> Pair:
    """The tickets whose `column` is `value` against those where it is one of `others`, in the same dates. BadValue where these overlap."""
    if not others or value in others:
        raise BadValue(f"There is nothing to compare {named(column).lower()} {value!r} with.", "Choose another part, or leave it out.")
    bare = scope.but(by="all", split=(), compare=None)
    rest = tuple(pair for pair in bare.where if pair[0] != column)
    before, now = (bare.but(where=tuple(sorted([*rest, (column, tuple(sorted(some)))]))) for some in (others, (value,)))
    against = level_said(column, others[0]) if len(others) == 1 else f"all other {named(column).lower()}s"
    return Pair(before, now, (against, level_said(column, value)), False, column)


def _dates(scope: Scope) -> str:
    return f"{scope.start} to {scope.end}" if scope.start != scope.end else str(scope.start)
