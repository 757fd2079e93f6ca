"""The two sides of a comparison: a period and the one it is compared with, or one part of the tickets and another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.changes.said import level_said, named
from kpi.errors import BadValue
from kpi.scope import Scope


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
