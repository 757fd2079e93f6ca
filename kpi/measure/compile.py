"""Where a declaration meets the shape of a dataset: parts of metrics to one Ibis query per table and time. Nothing runs here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis
import pandas as pd

from kpi.errors import UnknownName, did_you_mean
from kpi.forms import Part
from kpi.hours import offset_changes
from kpi.metric import AS_OF, LOCAL_DATES, PARAMS, Ask
from kpi.scope import NONE, Period, Scope

MANY = ("tags",)
"""List columns: a row counts in each of its groups, so the groups do not add up to the whole."""


@dataclass(frozen=True)
class Shape:
    """What a query depends on besides the parts: the scope, its switches, its buckets, the dataset's columns and the instant."""

    scope: Scope
    ask: Ask
    periods: tuple[Period, ...]
    as_of: dt.datetime
    first: dt.datetime


def base_table(rows: Any, columns: Mapping[str, str]) -> Any:
    """The measured table behind the unbound one a form was written on, with this dataset's own columns."""
    return ibis.table(columns, name=rows.get_name().removesuffix("_at"))


def replaced(expr: Any, swaps: Mapping[Any, Any]) -> Any:
    """The expression with placeholders and tables exchanged; operations are compared by value."""
    return expr.op().replace(swaps).to_expr()


def fillings(ask: Ask, as_of: dt.datetime) -> dict[Any, Any]:
    """Placeholder -> literal for every threshold, and for the instant one stands at."""
    swaps = {p.seconds.op(): ibis.literal(ask.seconds(p.name), type="float64").op() for p in PARAMS.values() if p.kind == "duration"}
    swaps[AS_OF.op()] = ibis.literal(as_of, type="timestamp(6)").op()
    return swaps


def lacking(columns: Mapping[str, str], scope: Scope) -> tuple[str, ...]:
    """The split and filter columns a table does not carry."""
    return tuple(c for c in dict.fromkeys([*scope.split, *(name for name, _ in scope.where)]) if c not in columns)


def check_columns(scope: Scope, known: Mapping[str, str]) -> None:
    """UnknownName for a split or filter column that no table of the dataset has."""
    for column in lacking(known, scope):
        raise UnknownName(
            f"There is no column {column!r} to split or filter by.", did_you_mean(column, known) or "`kpi read` lists the columns."
        )


def narrowed(table: Any, scope: Scope, ask: Ask) -> Any:
    """Rows that count: not deleted, spam or merged (unless asked for), and inside the filters."""
    rel = table if ask.choice("statuses") == "all" else table.filter(table.is_counted)
    for column, values in scope.where:
        wanted = [v for v in values if v != NONE]
        if table[column].type().is_array():
            hits = [rel[column].contains(v).fill_null(False) for v in wanted]
            hits += [rel[column].isnull() | (rel[column].length() == 0)] if NONE in values else []
        else:
            text = rel[column].cast("string")
            hits = [text.isin(wanted).fill_null(False)] if wanted else []
            hits += [text.isnull()] if NONE in values else []
        rel = rel.filter(ibis.or_(*hits))
    return rel


def in_groups(rel: Any, split: Sequence[str]) -> tuple[Any, list[Any]]:
    """The relation, unnested where a column holds lists, and the named group keys; unknown is "(none)"."""
    keys = []
    for i, column in enumerate(split):
        if rel[column].type().is_array():
            rel = rel.unnest(column, keep_empty=True)
        keys.append((f"g{i}", column))
    return rel, [rel[column].cast("string").fill_null(NONE).name(name) for name, column in keys]


INSTANTS = ibis.table({"bucket": "int64", "opens": "timestamp(6)", "closes": "timestamp(6)"}, name="instants")
"""The periods of the scope as a small table the engine lays beside the query: where each opens and where it closes (or stands now)."""


def instants_of(shape: Shape) -> pd.DataFrame:
    """The rows of `INSTANTS`: an open period closes at the instant one stands at."""
    closes = [min(p.end - dt.timedelta(microseconds=1), shape.as_of) for p in shape.periods]
    frame = pd.DataFrame({"bucket": range(len(closes)), "opens": [p.start for p in shape.periods], "closes": closes})
    return frame.astype({"opens": "datetime64[us]", "closes": "datetime64[us]"})


def at_edges(rel: Any, edge: str) -> Any:
    """Spans joined to the instants they are alive at: the end of each period (the last instant known, while it runs) or its start."""
    at = INSTANTS.select("bucket", instant=INSTANTS.closes if edge == "end" else INSTANTS.opens, until=INSTANTS.closes)
    at = at.mutate(instant_epoch=at.instant.epoch_seconds().cast("float64"))
    return rel.join(at, [rel.span_started_at <= at.instant, rel.span_ended_at.isnull() | (rel.span_ended_at > at.instant)])


def local(instant: Any, shape: Shape) -> Any:
    """UTC to the wall clock of the reporting zone, as the instant plus a CASE over the zone's few offset changes."""
    if shape.scope.zone == "UTC":
        return instant
    first, last = (min(shape.first, *(p.start for p in shape.periods)), max(shape.as_of, *(p.end for p in shape.periods)))
    since, offsets = offset_changes(shape.scope.zone, first.year, last.year)
    steps = [
        (int(o) // 1_000_000, dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(s))) for s, o in zip(since, offsets, strict=True)
    ]
    seconds: Any = ibis.literal(steps[-1][0])
    if len(steps) > 1:
        cases = [(instant < nxt[1], now[0]) for now, nxt in pairwise(steps)]
        seconds = ibis.cases(*cases, else_=steps[-1][0])
    return instant + seconds.as_interval("s")


_UNITS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


def bucket(at: Any, shape: Shape, is_date: bool) -> Any:
    """The first date of the period an instant falls into."""
    return (at if is_date else local(at, shape)).truncate(_UNITS[shape.scope.by]).cast("date")


def part_query(parts: Mapping[str, Part], columns: Mapping[str, str], shape: Shape, extra_split: str = "") -> Any:
    """One query for parts that share a table, a time and an edge: a row per period (`bucket`) and group (`g0`, `g1` …)."""
    one = next(iter(parts.values()))
    rel = narrowed(base_table(one.rows, columns), shape.scope, shape.ask)
    rel, keys = in_groups(rel, [*shape.scope.split, *([extra_split] if extra_split else [])])
    if one.edge:
        rel = at_edges(rel, one.edge)
        keys = [rel.bucket.name("bucket"), *(rel[name.get_name()] if name.get_name() in rel.columns else name for name in keys)]
    swaps = {**fillings(shape.ask, shape.as_of), one.rows.op(): rel.op()}
    if not one.edge:
        start, end = shape.scope.span()
        at = replaced(one.at, swaps)
        is_date = one.at.get_name() in LOCAL_DATES
        if is_date:
            start, end = (dt.datetime.combine(d, dt.time()) if d else None for d in (shape.scope.start, shape.scope.end))
            end = end + dt.timedelta(days=1) if end else None
        inside = [at >= ibis.literal(start, type="timestamp(6)")] if start else []
        inside += [at < ibis.literal(end, type="timestamp(6)")] if end else []
        inside += [at.notnull()] if shape.scope.by != "all" and not inside else []
        rel = rel.filter(*inside) if inside else rel
        if shape.scope.by != "all":
            keys = [bucket(at, shape, is_date).name("bucket"), *keys]
    return (
        rel.group_by(keys).agg(**{name: replaced(part.aggregate, swaps) for name, part in parts.items()})
        if keys
        else rel.agg(**{name: replaced(part.aggregate, swaps) for name, part in parts.items()})
    )


def grouped(parts: Mapping[str, Part]) -> list[dict[str, Part]]:
    """The parts sorted into queries: same table, same edge, same time."""
    queries: dict[Any, dict[str, Part]] = {}
    for name, part in parts.items():
        key = (part.rows.get_name(), part.edge, None if part.at is None else part.at.op())
        queries.setdefault(key, {})[name] = part
    return list(queries.values())
