"""Where a declaration meets the shape of a dataset: parts of metrics to one SQL text per table and time. Nothing runs here.

Compiling costs tens of milliseconds, so a text is made once per *shape* (what is grouped, which kind of filters, which clock) and
kept; the values (dates, thresholds, filter words) are asked for by name in the text and written in before it runs.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import ibis

from kpi.catalogue import find
from kpi.engine import VALUED
from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.forms import Choice, Form, Part, Share
from kpi.measure.edges import at_edges, counted
from kpi.measure.shape import UNITS, Shape, asked_filter, asked_instant, asked_number, local, offsets, replaced, years_of
from kpi.metric import AS_OF, CREATED, LOCAL_DATES, PARAMS, Ask, condition
from kpi.scope import NONE, Scope

_ASKED = re.compile(r""""(?:[^"]|"")*"|asked_(?:instant|number|filter)\('([a-z0-9_]+)'\)""", re.IGNORECASE)
"""An asking, or a quoted name: whatever a column is called, nothing is written into its name."""


def values_of(scope: Scope, first: dt.datetime, as_of: dt.datetime) -> dict[str, dt.datetime | float | Condition]:
    """What the texts ask for, by name."""
    ask = scope.ask
    start, end = scope.span()
    found: dict[str, dt.datetime | float | Condition] = {p.name: ask.seconds(p.name) for p in PARAMS.values() if p.kind == "duration"}
    found["as_of"] = as_of
    if start and scope.start:
        found |= {"start": start, "start_date": dt.datetime.combine(scope.start, dt.time())}
    if end and scope.end:
        found |= {"end": end, "end_date": dt.datetime.combine(scope.end + dt.timedelta(days=1), dt.time())}
    found["where"] = Condition(
        " AND ".join(condition(_text_of(c, scope.zone, years_of(first, as_of)), c, words) for c, words in scope.where) or "TRUE"
    )
    return found


class Condition(str):
    """SQL of our own making, written in as it is."""

    __slots__ = ()


def _text_of(column: str, zone: str, years: tuple[int, int]) -> str:
    """A column as SQL that DuckDB and PostgreSQL both read: its quoted name, or what is worked out from `created_at` by the zone's clock."""
    if column not in CREATED:
        return '"' + column.replace('"', '""') + '"'
    seconds = "0"
    if zone != "UTC":
        steps = offsets(zone, years)
        cases = " ".join(f"WHEN created_at < {_literal(after)} THEN {now}" for (_, now), (after, _) in pairwise(steps))
        seconds = f"CASE {cases} ELSE {steps[-1][1]} END" if cases else str(steps[-1][1])
    return f"EXTRACT({CREATED[column]} FROM created_at + {seconds} * INTERVAL '1' SECOND)"


def filled(text: str, values: Mapping[str, dt.datetime | float | Condition]) -> str:
    """The text with its values written in as literals of their type."""
    return _ASKED.sub(lambda found: _literal(values[found[1].lower()]) if found[1] else found[0], text)


def _literal(value: dt.datetime | float | str) -> str:
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"
    if isinstance(value, Condition):
        return f"({value})"  # an OR of its own must not meet the ANDs around it
    if isinstance(value, float):
        return f"CAST({value!r} AS FLOAT8)"
    return "'" + value.replace("'", "''") + "'"


def lacking(columns: Mapping[str, str], scope: Scope) -> tuple[str, ...]:
    """The split and filter columns a table does not carry."""
    asked = dict.fromkeys([*scope.split, *(name for name, _ in scope.where)])
    return tuple(c for c in asked if c not in columns and not (c in CREATED and "created_at" in columns))


@lru_cache(maxsize=1000)
def tables_of(name: str, ask: Ask) -> frozenset[str]:
    """The measured tables a metric stands on."""
    return frozenset(table_name(part.rows) for part in find(name).form.parts(ask).values())


def check_columns(scope: Scope, known: Mapping[str, str]) -> None:
    """UnknownName for a split or filter column that no table of the dataset has."""
    for column in lacking(known, scope):
        raise UnknownName(
            f"There is no column {column!r} to split or filter by.", did_you_mean(column, known) or "`kpi read` lists the columns."
        )
    for column, words in scope.where:
        for word in words:
            if any("\ud800" <= letter <= "\udfff" for letter in word):  # half a character: no engine takes it
                raise BadValue(f"{column} cannot be {word!r}: that is not text.", "Write it in UTF-8.")


def base_table(rows: Any, shape: Shape) -> Any:
    """The measured table behind the unbound one a form was written on, with this dataset's own columns."""
    name = table_name(rows)
    return ibis.table(shape.columns(name), name=name)


def valued_table(columns: Sequence[str], shape: Shape) -> Any:
    """The measured tickets with columns of values kept beside them."""
    return ibis.table({**shape.columns("tickets"), **dict.fromkeys(columns, "float64")}, name=VALUED)


def table_name(rows: Any) -> str:
    return str(rows.get_name()).removesuffix("_at")


@lru_cache(maxsize=1)
def fillings() -> dict[Any, Any]:
    """Placeholder of a declaration -> what the text asks for instead."""
    swaps = {p.seconds.op(): asked_number(p.name).op() for p in PARAMS.values() if p.kind == "duration"}
    swaps[AS_OF.op()] = asked_instant("as_of").op()
    return swaps


def narrowed(table: Any, shape: Shape) -> Any:
    """Rows that count: not deleted, spam or merged (unless asked for), and inside the filters."""
    rel = table if shape.ask.choice("statuses") == "all" else table.filter(table.is_counted)
    # The filter is text of its own: to compile one for every wish of filters would take longer than the answer.
    return rel.filter(asked_filter("where"))


def in_groups(rel: Any, split: Sequence[str], shape: Shape) -> tuple[Any, list[Any]]:
    """The relation, unnested where a column holds lists, and the named group keys; unknown is "(none)"."""
    for column in split:
        if column not in CREATED and rel[column].type().is_array():
            rel = rel.unnest(column, keep_empty=True)
    return rel, [_group(rel, column, shape).cast("string").fill_null(NONE).name(f"g{i}") for i, column in enumerate(split)]


def _group(rel: Any, column: str, shape: Shape) -> Any:
    if column not in CREATED:
        return rel[column]
    at = local(rel.created_at, shape)
    return at.hour() if CREATED[column] == "hour" else at.day_of_week.index() + 1


def inside(at: Any, shape: Shape, is_date: bool) -> list[Any]:
    """The conditions that keep a time within the scope's dates."""
    ending = "_date" if is_date else ""
    return [
        *([at >= asked_instant(f"start{ending}")] if shape.has_start else []),
        *([at < asked_instant(f"end{ending}")] if shape.has_end else []),
    ]


def part_query(parts: Mapping[str, Part], shape: Shape, extra_split: str = "", dialect: str = "duckdb") -> Any:
    """One query for parts that share a table, a time and an edge: a row per period (`bucket`) and group (`g0`, `g1` …)."""
    one = next(iter(parts.values()))
    rel = narrowed(base_table(one.rows, shape), shape)
    rel, keys = in_groups(rel, [*shape.split, *([extra_split] if extra_split else [])], shape)
    if one.edge:
        alive = counted(rel, parts, keys, one.edge, shape, {**fillings(), one.rows.op(): rel.op()})
        if alive is not None:
            return alive
        rel = at_edges(rel, one.edge, shape, has_asof=dialect == "duckdb" and shape.by != "all")
        keys = [rel.bucket.name("bucket"), *keys]
    swaps = {**fillings(), one.rows.op(): rel.op()}
    if not one.edge:
        at = replaced(one.at, swaps)
        is_date = one.at.get_name() in LOCAL_DATES
        kept = inside(at, shape, is_date) or ([at.notnull()] if shape.by != "all" else [])
        rel = rel.filter(*kept) if kept else rel
        if shape.by != "all":
            bucket = (at if is_date else local(at, shape)).truncate(UNITS[shape.by]).cast("date")
            keys = [bucket.name("bucket"), *keys]
    sums = {name: replaced(part.aggregate, swaps) for name, part in parts.items()}
    return rel.group_by(keys).agg(**sums) if keys else rel.agg(**sums)


@dataclass(frozen=True)
class Query:
    """One SQL text with the part columns it returns ("csat|top"); `edge` as in `Part`."""

    text: str
    parts: tuple[str, ...]
    edge: str


@lru_cache(maxsize=512)
def queries(names: tuple[str, ...], shape: Shape, intervals: bool, clusters: bool = False, dialect: str = "duckdb") -> tuple[Query, ...]:
    """The texts that measure metrics in a shape: one per table, time and edge. `clusters` asks for shares by agent."""
    groups: dict[Any, dict[str, Part]] = {}
    for name in names:
        for key, part in find(name).form.parts(shape.ask).items():
            if clusters and (key not in ("top", "bottom") or "agent" not in shape.columns(table_name(part.rows))):
                continue
            if part.needed in ("value", "interval" if intervals else "alone"):
                place = (part.rows.get_name(), part.edge, None if part.at is None else part.at.op())
                groups.setdefault(place, {})[f"{name}|{key}"] = part
    return tuple(
        Query(
            str(ibis.to_sql(part_query(parts, shape, "agent" if clusters else "", dialect), dialect=dialect)),
            tuple(parts),
            next(iter(parts.values())).edge,
        )
        for parts in groups.values()
    )


def form_of(name: str, ask: Ask) -> Form:
    """The form of a metric once its choices are made."""
    form = find(name).form
    while isinstance(form, Choice):
        form = form.taken(ask)
    return form


def is_share(name: str, ask: Ask) -> bool:
    return isinstance(form_of(name, ask), Share)
