"""What is odd about the data, and how much it matters: every oddity with the size of its effect on the metrics it harms.

>>> for finding in quality(data, scope):
...     print(finding.sentence)
...     for effect in effects(finding, scope, data):
...         print(effect.label, effect.now, effect.other, effect.difference)

Effects are measured by the same declarations and the same SQL as every other number, over tables from which the tickets concerned are
taken away (or in which they are kept, where they are left out now): see `shadow`. They are measured when asked for, one finding at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.lifecycle.others import FINDINGS
from kpi.measure import measure
from kpi.quality.cells import of_cells
from kpi.quality.events import Odd, ids_of, odds
from kpi.quality.files import of_files
from kpi.quality.model import KEPT, KINDS, LEFT_OUT, Effect, Example, Finding
from kpi.quality.places import examples, places
from kpi.quality.shadow import shadowed, without
from kpi.quality.verdict import said, verdict
from kpi.scope import Scope

__all__ = [
    "KEPT",
    "KINDS",
    "LEFT_OUT",
    "Effect",
    "Example",
    "Finding",
    "concerned",
    "effects",
    "places",
    "quality",
    "said",
    "touched",
    "verdict",
    "zone_moves",
]

_EVERY = "Every ticket is concerned, so nothing would be left to compare with."
_ALL = {"statuses": "all"}


def quality(data: Dataset, scope: Scope | None = None, *, now: dt.datetime | None = None) -> list[Finding]:
    """Every oddity of the data as they stand at the scope's `as_of` under its calendar, those of most tickets first.

    The scope's dates, filters and splits say nothing here: a finding is about the data. `now` (UTC) is today, beyond which a time lies in
    the future. Costs some tens of milliseconds per kind of finding; effects are asked for one by one with `effects`.
    """
    scope = scope or Scope()
    now = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    if not any(data.rows.values()):
        return of_files(data)
    schema = data.stand(scope.as_of, scope.calendar)
    known = set(data.query("SELECT name FROM findings", schema)["name"])
    told = {name for name, *_ in FINDINGS}
    found = []
    for odd in odds(now):
        if odd.name in told and odd.name not in known:
            continue
        if finding := _of_tickets(odd, data, schema):
            found.append(finding)
    return sorted([*found, *of_cells(data), *of_files(data)], key=lambda f: (not f.metrics, -f.tickets, -f.rows))


def effects(finding: Finding, scope: Scope, data: Dataset, names: Sequence[str] | None = None) -> list[Effect]:
    """What each harmed metric is now, and what it would be the other way (`finding.other`), over the scope without period, split or comparison.

    `names` asks for other metrics than those the finding harms. Empty where nothing can be measured: `finding.why_not` says why.
    Negative durations are kept by all hours only: no working calendar runs backwards.
    """
    wanted = list(names if names is not None else finding.metrics)
    if not finding.other or not wanted:
        return []
    scope = scope.but(by="all", split=(), compare=None)
    other_scope, other_data = scope, data
    kept = {odd.name: odd.kept for odd in odds(data.newest)}.get(finding.name, "")
    if finding.other == LEFT_OUT:
        other_data = without(data, finding.ids)
        if finding.name == "in_the_future":
            other_scope = scope.but(as_of=_newest_but(finding, scope, data))
    elif kept:
        scope = other_scope = scope.but(clock="calendar")
        other_data = shadowed(data, {"tickets": kept})
    else:
        other_scope = scope.but(params=tuple({**dict(scope.params), **_ALL}.items()))
    here, there = measure(wanted, scope, data), measure(wanted, other_scope, other_data, intervals=False)
    now, then = ({row["metric"]: row for row in result.records()} for result in (here, there))
    return [
        Effect(
            metric=name,
            label=here.metrics[name].label,
            unit=here.metrics[name].unit,
            now=now[name]["value"],
            other=then[name]["value"],
            low=now[name]["low"],
            high=now[name]["high"],
            n=now[name]["n"],
            other_n=then[name]["n"],
            currency=here.currency,
        )
        for name in wanted
        if name not in here.unavailable
    ]


def concerned(finding: Finding, scope: Scope, data: Dataset) -> list[str]:
    """The ids of all tickets a finding concerns, in order; empty where it concerns none."""
    if not finding.ids:
        return []
    frame = data.query(f"SELECT ticket_id FROM ({finding.ids}) ORDER BY ticket_id", data.stand(scope.as_of, scope.calendar))
    return [str(i) for i in frame["ticket_id"]]


def touched(found: Sequence[Finding], scope: Scope, data: Dataset) -> int:
    """How many tickets at least one finding concerns that harms a metric, each counted once; what a rule leaves out on purpose is not odd."""
    queries = [finding.ids for finding in found if finding.ids and finding.metrics and finding.kind != "left_out"]
    if not queries:
        return 0
    union = " UNION ".join(f"SELECT ticket_id FROM ({query})" for query in queries)
    frame = data.query(f"SELECT count(*) AS n FROM ({union})", data.stand(scope.as_of, scope.calendar))
    return int(frame["n"].iloc[0])


def zone_moves(zones: Sequence[str], scope: Scope, data: Dataset) -> pd.DataFrame:
    """What another zone of times that state none would move: zone, tickets on another day (UTC), their share of all in per cent.

    Durations are not in it: both ends of each move together (but for the nights clocks change).
    """
    cells = ", ".join(
        f"count(*) FILTER (date_trunc('day', timezone('UTC', timezone('{zone}', created_at))) <> date_trunc('day', created_at))"
        for zone in zones
        if zone.replace("/", "").replace("_", "").isalnum()
    )
    schema = data.stand(scope.as_of, scope.calendar)
    row = data.query(f"SELECT count(created_at), {cells} FROM tickets", schema).iloc[0].tolist()
    total = int(row[0])
    return pd.DataFrame(
        [{"zone": z, "tickets": int(n), "share": 100 * int(n) / total if total else None} for z, n in zip(zones, row[1:], strict=True)]
    )


def _of_tickets(odd: Odd, data: Dataset, schema: str) -> Finding | None:
    ids = ids_of(odd, data, schema)
    n = int(data.query(f"SELECT count(*) AS n FROM ({ids})", schema)["n"].iloc[0])
    if not n:
        return None
    listing = _listing(odd, ids, data, schema)
    metrics = tuple(name for name in odd.harms if name in CATALOGUE and not CATALOGUE[name].missing(data.filled))
    every = odd.other == LEFT_OUT and n >= data.rows["tickets"]
    other = odd.other if metrics and not every else ""
    why_not = _EVERY if every else "" if other else "No number is made from them now." if odd.kind == "orphans" else _NOTHING
    return Finding(
        name=odd.name,
        kind=odd.kind,
        title=odd.title,
        sentence=f"{n:,} ticket{'s' * (n != 1)} {odd.sentence}.",
        tickets=n,
        examples=examples(listing, data, schema),
        metrics=metrics,
        other=other,
        why_not=why_not,
        ids=ids,
        listing=listing,
    )


_NOTHING = "It harms no number these data can give."


def _listing(odd: Odd, ids: str, data: Dataset, schema: str) -> str:
    """A query of all the tickets by id, where they stand in the files, and the cells that are odd."""
    raw = data.canonical
    columns = set(data.query(f"SELECT * FROM {raw}.tickets LIMIT 0", schema).columns)
    place = "r._file, r._row" if "_file" in columns else "NULL, NULL"
    cells = ", ".join(f"'{words} ' || {_text(column)}" for words, column in odd.shows)
    text = f"concat_ws(', ', {cells})" if cells else "''"
    return (
        f"SELECT o.ticket_id, {place}, {text} FROM ({ids}) o "
        f"LEFT JOIN {raw}.tickets r ON r.ticket_id = o.ticket_id LEFT JOIN {schema}.tickets t ON t.ticket_id = o.ticket_id"
    )


def _text(column: str) -> str:
    return f"strftime(t.{column}, '%Y-%m-%d %H:%M')" if column.endswith("_at") else f"t.{column}::VARCHAR"


def _newest_but(finding: Finding, scope: Scope, data: Dataset) -> Any:
    """The newest thing that happened to any other ticket: where one would stand without those of the future."""
    times = ", ".join(f"max({c})" for c in ("created_at", "first_reply_at", "solved_at", "closed_at"))
    frame = data.query(
        f"SELECT greatest({times}) AS newest FROM {data.canonical}.tickets ANTI JOIN ({finding.ids}) o USING (ticket_id)",
        data.stand(scope.as_of, scope.calendar),
    )
    newest = frame["newest"].iloc[0]
    return scope.as_of if pd.isna(newest) else newest.to_pydatetime()
