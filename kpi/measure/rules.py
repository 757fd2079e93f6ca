"""Why another tool may show another number: the same tickets by the rule most exports use."""

from __future__ import annotations

from collections.abc import Sequence

from kpi import units
from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.measure.result import Result
from kpi.scope import Scope

EXPORTS_RULE = {"statuses": "all", "clocks": "finished"}
"""Every row of the file counts, and only clocks that have ended: what adding up an export's own columns gives."""


def by_the_exports_rule(scope: Scope) -> Scope:
    """The scope with every status kept and finished clocks only; what the scope itself says of these stays."""
    return scope.but(compare=None, split=(), params=tuple({**EXPORTS_RULE, **dict(scope.params)}.items()))


def differences(names: Sequence[str], ours: Result, theirs: Result, data: Dataset) -> list[str]:
    """A sentence for every metric whose number the rule moves, and what moves it.

    `ours` is measured by the scope, `theirs` by `by_the_exports_rule`, both without periods and splits.
    """
    now, then = ({row["metric"]: row for row in result.records()} for result in (ours, theirs))
    said, late = [], []
    for name in names:
        if name not in now or name not in then or now[name]["value"] in (None, then[name]["value"]):
            continue
        metric = CATALOGUE[name]
        here, there = (
            units.say(row["value"], metric.unit, result.currency or None, n=max(units.FINE, row["n"]))
            for row, result in ((now[name], ours), (then[name], theirs))
        )
        said.append(f"{metric.label}: {here} here, {there} with every status kept and finished clocks only.")
        late += [f"{metric.label}: {note}." for note in now[name]["notes"] if "counted as" in note]
    if not said:
        return []
    left_out = data.query(
        "SELECT coalesce(sum(tickets), 0) AS tickets FROM findings WHERE name = 'not_counted'",
        data.stand(ours.scope.as_of, ours.scope.calendar),
    )["tickets"].iloc[0]
    return [*said, *([f"{units.say(left_out, 'count')} deleted, spam or merged tickets are left out here."] if left_out else []), *late]
