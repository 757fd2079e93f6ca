"""How a number is made: everything one may ask of it, by the same code path as the number itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.explain.example import example
from kpi.explain.lines import Reading, code_version, python_lines
from kpi.explain.words import CENSORED, KAPLAN_MEIER, Part, change_of, equation, interval_of, parts_of, rows_said, switches
from kpi.forms import Difference, Ratio
from kpi.measure import Result, measure
from kpi.measure.compile import form_of
from kpi.measure.reasons import RUNNING, UNCOUNTED
from kpi.measure.rows import REASON, WHY, judged
from kpi.metric import Metric
from kpi.scope import Scope

__all__ = ["Explained", "LeftOut", "Look", "Part", "Reading", "code_version", "example", "explain", "rows_said"]


@dataclass(frozen=True)
class LeftOut:
    """Rows of the scope that do not count, with the reason they share; `kind` is the reason in the three words of `kpi.rows`."""

    reason: str
    rows: int
    kind: str


@dataclass(frozen=True)
class Look:
    """The rows of one table that were looked at: `counted` behind the number, `left_out` of it; together they are all that is in scope.

    `words` says what these rows make ("" where the number has but one such table), `part` names them to `kpi.measure.rows.judged`. `undated`
    would count by their status but have no time that decides the period, so they belong to no dates (0 where no dates are asked for).
    """

    words: str
    part: str
    table: str
    counted: int
    left_out: tuple[LeftOut, ...]
    undated: int = 0

    @property
    def in_scope(self) -> int:
        return self.counted + sum(out.rows for out in self.left_out)


@dataclass(frozen=True)
class Explained:
    """One number, opened. `row` is its only record in `result` (value, low, high, n, top, bottom; None is unknown).

    `parts` are the sums it is made of and `equation` the arithmetic; `interval` and `change` say how the limits are made; `switches` are
    (name, words) of what was chosen; `looks` count what was in and what was left out; `python` are the lines that give it again. `needs` says
    what is missing where the data cannot give the number (everything counted is then empty).
    """

    metric: Metric
    result: Result
    row: Mapping[str, Any]
    sentence: str
    parts: tuple[Part, ...]
    equation: str
    interval: str
    change: str
    switches: tuple[tuple[str, str], ...]
    looks: tuple[Look, ...]
    notes: tuple[str, ...]
    python: str
    provenance: tuple[tuple[str, str], ...]
    needs: str = ""

    @property
    def sql(self) -> tuple[str, ...]:
        """The queries as they ran."""
        return self.result.sql


def explain(name: str, scope: Scope, data: Dataset, reading: Reading | None = None) -> Explained:
    """Everything behind one number: the metric over the whole of the scope's dates and filters (periods and splits are put aside).

    `reading` says how the files were read, for the Python lines; without it they name the files of the import's own report. Rows are
    counted where they lie, never fetched. Raises UnknownName and BadValue as `kpi.measure` does; a metric the data cannot give is explained
    too, with `needs`.
    """
    metric = find(name)
    whole = scope.but(by="all", split=())
    result = measure(name, whole, data)
    (row,) = result.records()
    form, ask = form_of(name, whole.ask), whole.ask
    needs = result.unavailable.get(name, "")
    how = reading or Reading(tuple(dict.fromkeys(f.file.split(" › ")[0] for f in data.report.files)) if data.report else ())
    notes = tuple(row["notes"])
    found = () if needs else looks(name, whole, data)
    if any(KAPLAN_MEIER in note for note in notes):
        notes, found = (*notes, CENSORED), tuple(_aged(look) for look in found)
    return Explained(
        metric=metric,
        result=result,
        row=row,
        sentence=result.text,
        parts=parts_of(metric, form, ask, row),
        equation=equation(metric, form, ask, row, result.currency or None),
        interval=interval_of(form, ask, row),
        change=change_of(row, metric.unit),
        switches=switches(metric, form, whole),
        looks=found,
        notes=notes,
        python=python_lines(metric, whole, how, data.fingerprint),
        provenance=_provenance(result, whole),
        needs=needs,
    )


def looks(name: str, scope: Scope, data: Dataset) -> tuple[Look, ...]:
    """What was counted and what was left out, by table: two for a ratio and a difference, else one."""
    form = form_of(name, scope.ask)
    if not isinstance(form, Ratio | Difference):
        return (_look(name, scope, data, "", ""),)
    first, second = parts_of(find(name), form, scope.ask, dict.fromkeys(("top", "bottom")))
    return _look(name, scope, data, first.words, ""), _look(name, scope, data, second.words, "second")


def _look(name: str, scope: Scope, data: Dataset, words: str, part: str) -> Look:
    found = judged(name, scope, data, part=part)
    counts = data.query(f"SELECT {REASON}, {WHY}, count(*) AS rows FROM ({found.text}) GROUP BY ALL", found.schema)
    counted = int(counts.loc[counts[REASON].isna(), "rows"].sum())
    out = counts[counts[REASON].notna()].sort_values(["rows", WHY], ascending=[False, True])
    undated = 0
    if scope.start or scope.end:
        none = judged(name, scope, data, part=part, undated=True)
        counts_too = f"SELECT count(*) AS rows FROM ({none.text}) WHERE {REASON} IS DISTINCT FROM '{UNCOUNTED}'"
        undated = int(data.query(counts_too, none.schema)["rows"].iloc[0])
    reasons: dict[str, LeftOut] = {}
    for kind, why, rows in zip(out[REASON], out[WHY], out["rows"], strict=True):
        before = reasons.get(str(why))
        reasons[str(why)] = LeftOut(str(why), int(rows) + (before.rows if before else 0), str(kind))
    ordered = sorted(reasons.values(), key=lambda left: (-left.rows, left.reason))
    return Look(words, part, found.table, counted, tuple(ordered), undated)


def _aged(look: Look) -> Look:
    """Where Kaplan-Meier counts open tickets, they are not simply left out."""
    said = (replace(out, reason="still open, counted with the age so far") if out.reason == RUNNING else out for out in look.left_out)
    return replace(look, left_out=tuple(said))


def _provenance(result: Result, scope: Scope) -> tuple[tuple[str, str], ...]:
    calendar = scope.calendar
    return (
        ("Dataset fingerprint", result.fingerprint),
        ("Code version", code_version()),
        ("Standing at", f"{result.as_of:%Y-%m-%d %H:%M:%S} UTC"),
        ("Time zone of days", scope.zone),
        ("Working hours", f"{', '.join(calendar.names)} ({calendar.fingerprint})" if calendar else "none given"),
    )
