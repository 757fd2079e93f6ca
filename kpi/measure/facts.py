"""Facts of a ticket side by side: one row a ticket, one column a metric, joined on the ticket's id by the engine.

The tickets are those created in the scope's dates, whatever happened to them later: a rating and the reply it is about may lie weeks apart.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis

from kpi import catalogue, forms, metric
from kpi.catalogue import find
from kpi.engine import Dataset, quoted
from kpi.measure.compile import (
    Condition,
    base_table,
    check_columns,
    filled,
    fillings,
    form_of,
    inside,
    narrowed,
    table_name,
    valued_table,
    values_of,
)
from kpi.measure.shape import Shape, asked_filter, replaced, shape_of
from kpi.metric import MEASURED, PARAMS, Ask
from kpi.scope import Scope

_WANTED = ibis.table({"ticket_id": "string", "agent": "string"}, name="wanted")
"""The scope's tickets: what hangs on others is not added up."""
Wanted = tuple[tuple[str, tuple[str, ...]], ...]
"""Which tickets: any of (SQL on a ticket's `ticket_id`, metrics of which it must know one; none: it need not)."""
EVERY: Wanted = (("TRUE", ()),)
Values = dict[str, dt.datetime | float | Condition]
_COUNTED: OrderedDict[tuple[str, ...], tuple[int, int]] = OrderedDict()
_COUNTING = threading.Lock()
MOST_COUNTED = 500
"""Counts remembered: a page asks for the same ones in several places, often at once."""


def facts(names: tuple[str, ...], scope: Scope, data: Dataset, beside: tuple[str, ...] = (), wanted: Wanted = EVERY) -> tuple[str, str]:
    """(SQL, schema): a row a ticket with `ticket_id`, `agent`, a column for each metric (unknown: null) and for each column of `beside`.

    Yes/no metrics are 1 or 0, durations seconds; of several replies or reviews of one ticket the mean. Only the tickets `wanted`.
    UnknownName for a column that does not exist.
    """
    check_columns(scope, {c: t for table in MEASURED for c, t in data.columns(table).items()})
    schema, shape, values = _asked(scope, data)
    rare = tuple(dict.fromkeys(name for _, known in wanted for name in known))
    kept = dict(zip((*names, *rare), kept_columns((*names, *rare), scope, data), strict=False))
    if kept:
        text = _kept_text(names, tuple(kept[name] for name in names), shape, beside)
        knows = {known: " OR ".join(f"{kept[name]} IS NOT NULL" for name in known) for _, known in wanted}
    else:
        text = _text(names, shape, beside)
        knows = {known: f"ticket_id IN ({filled(_knowing(known, shape), values)})" for _, known in wanted if known}
    only = " OR ".join(f"({condition} AND ({knows[known]}))" if known else condition for condition, known in wanted)
    return filled(text, values | {"only": Condition(only)}), schema


def how_many(names: tuple[str, ...], scope: Scope, data: Dataset) -> tuple[int, int]:
    """(tickets of the scope, those of them with a value of any of these metrics)."""
    schema, shape, values = _asked(scope, data)
    kept = kept_columns(names, scope, data)
    text = filled(_kept_counting(kept, shape) if kept else _counting(names, shape), values | {"only": Condition("TRUE")})
    key = (data.fingerprint, scope.calendar.fingerprint if scope.calendar else "", f"{scope.as_of or data.newest}", text)
    with _COUNTING:
        if key not in _COUNTED:
            found = data.query(text, schema)
            _COUNTED[key] = int(found["tickets"].iloc[0]), int(found["knowing"].fillna(0).iloc[0])
            while len(_COUNTED) > MOST_COUNTED:
                _COUNTED.popitem(last=False)
        return _COUNTED[key]


def _asked(scope: Scope, data: Dataset) -> tuple[str, Shape, Values]:
    """The schema, the shape and the values of a question about single tickets."""
    as_of = scope.as_of or data.newest
    shape = shape_of(scope.but(by="all", split=(), compare=None), data.first, as_of, data.extras)
    return data.stand(scope.as_of, scope.calendar), shape, values_of(scope, data.first, as_of)


def to_keep(names: tuple[str, ...], scope: Scope, data: Dataset, ids: str) -> str:
    """SQL of what the tickets of `ids` (SQL) know of these metrics, under the names `kept_name` gives them: to be kept beside them."""
    forever = scope.but(by="all", split=(), compare=None, start=None, end=None, where=(), params={"statuses": "all"})
    text, _ = facts(names, forever, data, wanted=((f"ticket_id IN ({ids})", ()),))
    return f"SELECT ticket_id, {', '.join(f'{name} AS {kept_name(name, scope.ask)}' for name in names)} FROM ({text})"


def kept_columns(names: tuple[str, ...], scope: Scope, data: Dataset) -> tuple[str, ...]:
    """The columns of `VALUED` that keep the values of these metrics as the scope asks for them; nothing where one of them is not kept."""
    columns = tuple(kept_name(name, scope.ask) for name in names)
    return columns if data.valued(data.stand(scope.as_of, scope.calendar)).issuperset(columns) else ()


@lru_cache(maxsize=2000)
def kept_name(name: str, ask: Ask) -> str:
    """The column of a ticket's value of a metric: of its own for each choice and threshold that decides it, and for each version of the rules."""
    form, usual = form_of(name, ask).behind(ask), form_of(name, Ask()).behind(Ask())
    sides = form.value, form.counted
    told = [version(), name]
    if not all(one.equals(other) for one, other in zip(sides, (usual.value, usual.counted), strict=True)):
        told += [ask.clock, *(f"{p.name}={ask.choice(p.name)}" for p in PARAMS.values() if p.kind != "duration")]
    nothing = ibis.literal(0.0).op()
    for param in (p for p in PARAMS.values() if p.kind == "duration"):
        if not all(replaced(side, {param.seconds.op(): nothing}).equals(side) for side in sides):
            told.append(f"{param.name}={ask.seconds(param.name)}")
    return f"kept_{hashlib.sha256('|'.join(told).encode()).hexdigest()[:16]}"


@lru_cache(maxsize=1)
def version() -> str:
    """Which rules make the values: a digest of the code that says what a metric is, and what it is of a ticket."""
    rooms = (Path(room.__file__ or "").parent for room in (catalogue, forms))
    files = [Path(__file__), Path(metric.__file__), *(path for room in rooms for path in room.glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:16]


@lru_cache(maxsize=200)
def _kept_text(names: tuple[str, ...], columns: tuple[str, ...], shape: Shape, beside: tuple[str, ...]) -> str:
    base = _kept_table(columns, shape)
    named = {name: base[column] for name, column in zip(names, columns, strict=True)}
    return str(ibis.to_sql(base.select("ticket_id", "agent", *[base[c].cast("string").name(c) for c in beside], **named), dialect="duckdb"))


@lru_cache(maxsize=200)
def _kept_counting(columns: tuple[str, ...], shape: Shape) -> str:
    base = _kept_table(columns, shape)
    is_known = ibis.or_(*(base[column].notnull() for column in columns)) if columns else ibis.literal(False)
    marked = base.select(is_known=is_known)
    return str(ibis.to_sql(marked.agg(tickets=marked.count(), knowing=marked.is_known.cast("int32").sum()), dialect="duckdb"))


def _kept_table(columns: tuple[str, ...], shape: Shape) -> Any:
    """The scope's tickets with values kept beside them."""
    base = valued_table(columns, shape)
    return narrowed(base, shape).filter(*_dates(base, shape), asked_filter("only"))


@lru_cache(maxsize=200)
def _counting(names: tuple[str, ...], shape: Shape) -> str:
    own: list[str] = []
    beside: dict[str, None] = {}
    for name in names:
        table = table_name(form_of(name, shape.ask).behind(shape.ask).rows)
        own += [name] if table == "tickets" else []
        beside |= {} if table == "tickets" else {name: None}
    tickets = _of_table("tickets", tuple(own), shape, ())
    known = [tickets[name].notnull() for name in own]
    if beside:
        known.append(tickets.ticket_id.isin(ibis.union(*_rows_knowing(tuple(beside), shape)).ticket_id))
    is_known = ibis.literal(False) if not known else known[0] if len(known) == 1 else ibis.or_(*known)
    marked = tickets.select(is_known=is_known)
    return str(ibis.to_sql(marked.agg(tickets=marked.count(), knowing=marked.is_known.cast("int32").sum()), dialect="duckdb"))


@lru_cache(maxsize=200)
def _knowing(names: tuple[str, ...], shape: Shape) -> str:
    return str(ibis.to_sql(ibis.union(*_rows_knowing(names, shape)), dialect="duckdb"))


def _rows_knowing(names: tuple[str, ...], shape: Shape) -> list[Any]:
    """The ids of the rows with a value of any of these metrics, a relation for each of their tables."""
    by_table: dict[str, list[Any]] = {}
    for name in names:
        behind = form_of(name, shape.ask).behind(shape.ask)
        by_table.setdefault(table_name(behind.rows), []).append(behind)
    found = []
    for behinds in by_table.values():
        base = base_table(behinds[0].rows, shape)
        known = [
            replaced(behind.counted, swaps).fill_null(False) & replaced(behind.value, swaps).notnull()
            for behind in behinds
            for swaps in ({**fillings(), behind.rows.op(): base.op()},)
        ]
        found.append(base.filter(ibis.or_(*known) if len(known) > 1 else known[0]).select("ticket_id"))
    return found


@lru_cache(maxsize=200)
def _text(names: tuple[str, ...], shape: Shape, beside: tuple[str, ...]) -> str:
    by_table: dict[str, list[str]] = {"tickets": []}
    for name in names:
        by_table.setdefault(table_name(form_of(name, shape.ask).behind(shape.ask).rows), []).append(name)
    parts, joins = [], []
    for place, (table, own) in enumerate(by_table.items()):
        made = ibis.to_sql(_of_table(table, tuple(own), shape, beside), dialect="duckdb")
        parts.append(f"p{place} AS ({made})" if place else f"wanted AS ({made})")
        joins.append(f"LEFT JOIN p{place} USING (ticket_id)" if place else "FROM wanted")
    columns = ["ticket_id", "agent", *(quoted(column) for column in beside), *names]
    return f"WITH {', '.join(parts)} SELECT {', '.join(columns)} {' '.join(joins)}"


def _of_table(table: str, names: tuple[str, ...], shape: Shape, beside: tuple[str, ...]) -> Any:
    """The relation of one measured table: its tickets with a value for each metric."""
    base: Any = None
    values: dict[str, Any] = {}
    is_tickets = table == "tickets"
    for name in names or ("",):
        rows = find("tickets_created").form.behind(shape.ask).rows if not name else form_of(name, shape.ask).behind(shape.ask).rows
        if base is None:
            base = base_table(rows, shape)
            # Those not wanted leave before anything is worked out of them.
            base = narrowed(base, shape).filter(*_dates(base, shape), asked_filter("only")) if is_tickets else base
        if not name:
            continue
        behind = form_of(name, shape.ask).behind(shape.ask)
        swaps = {**fillings(), behind.rows.op(): base.op()}
        counted, value = replaced(behind.counted, swaps).fill_null(False), replaced(behind.value, swaps).cast("float64")
        values[name] = ibis.cases((counted, value)) if is_tickets else value.mean(where=counted)
    if is_tickets:
        return base.select("ticket_id", "agent", *[base[column].cast("string").name(column) for column in beside], **values)
    return base.filter(base.ticket_id.isin(_WANTED.ticket_id)).group_by("ticket_id").agg(**values)


def _dates(tickets: Any, shape: Shape) -> list[Any]:
    return inside(tickets.created_at, shape, False) or [ibis.literal(True)]
