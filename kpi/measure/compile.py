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
import pandas as pd

from kpi.catalogue import find
from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.forms import Choice, Form, Part, Share
from kpi.hours import offset_changes
from kpi.metric import AS_OF, CREATED, LOCAL_DATES, PARAMS, Ask, columns_of, condition
from kpi.scope import NONE, Period, Scope

_EVER, _NEVER = dt.datetime(1000, 1, 1), dt.datetime(9999, 12, 31)
INSTANTS = ibis.table({"bucket": "int64", "opens": "timestamp(6)", "closes": "timestamp(6)"}, name="instants")
"""The periods of the scope as a small table the engine lays beside the query: where each opens and where it closes (or stands now)."""


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

_ASKED = re.compile(r""""(?:[^"]|"")*"|asked_(?:instant|number|filter)\('([a-z0-9_]+)'\)""", re.IGNORECASE)
"""An asking, or a quoted name: whatever a column is called, nothing is written into its name."""


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
        years=_years(first, as_of) if scope.zone != "UTC" else (0, 0),
        clock=scope.clock,
        statistic=scope.statistic,
        choices=tuple((name, value) for name, value in ask.params if isinstance(value, str)),
        extras=extras,
    )


def _years(first: dt.datetime, as_of: dt.datetime) -> tuple[int, int]:
    """The years in which zone changes are written out."""
    return first.year - 1, as_of.year + 1


def values_of(scope: Scope, first: dt.datetime, as_of: dt.datetime) -> dict[str, dt.datetime | float | Condition]:
    """What the texts ask for, by name."""
    ask = scope.ask
    start, end = scope.span()
    found: dict[str, dt.datetime | float | Condition] = {p.name: ask.seconds(p.name) for p in PARAMS.values() if p.kind == "duration"}
    found["as_of"] = as_of
    found |= {"first_opens": _EVER, "first_closes": _EVER, "last_opens": _NEVER, "last_closes": _NEVER}  # `edges_of` knows better
    if start and scope.start:
        found |= {"start": start, "start_date": dt.datetime.combine(scope.start, dt.time())}
    if end and scope.end:
        found |= {"end": end, "end_date": dt.datetime.combine(scope.end + dt.timedelta(days=1), dt.time())}
    found["where"] = Condition(
        " AND ".join(condition(_text_of(c, scope.zone, _years(first, as_of)), c, words) for c, words in scope.where) or "TRUE"
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
        steps = _offsets(zone, years)
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
        return str(value)
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


def table_name(rows: Any) -> str:
    return str(rows.get_name()).removesuffix("_at")


def replaced(expr: Any, swaps: Mapping[Any, Any]) -> Any:
    """The expression with placeholders and tables exchanged; operations are compared by value."""
    return expr.op().replace(swaps).to_expr()


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


def instants_of(periods: Sequence[Period], as_of: dt.datetime) -> pd.DataFrame:
    """The rows of `INSTANTS`: an open period closes at the instant one stands at."""
    closes = [min(p.end - dt.timedelta(microseconds=1), as_of) for p in periods]
    frame = pd.DataFrame({"bucket": range(len(closes)), "opens": [p.start for p in periods], "closes": closes})
    return frame.astype({"opens": "datetime64[us]", "closes": "datetime64[us]"})


def edges_of(instants: pd.DataFrame, as_of: dt.datetime) -> dict[str, dt.datetime]:
    """What `at_edges` asks for by name: the first and the last of the instants. Without them it looks at every span."""
    return {
        f"{end}_{edge}": instants[edge].agg(how).to_pydatetime() if len(instants) else as_of
        for edge in ("opens", "closes")
        for end, how in (("first", "min"), ("last", "max"))
    }


def at_edges(rel: Any, edge: str, shape: Shape | None = None, *, has_asof: bool = False) -> Any:
    """Spans joined to the instants they are alive at: the end of each period (the last instant known, while it runs) or its start.

    By periods (`shape`), spans that begin and end inside one leave before the join to their ends: that is most of them, and comparing every
    span with every instant takes twice as long. Where the engine knows the join to the next instant (`has_asof`), the others between two
    instants leave by it, and arrive in order of time, which halves the join after it.
    """
    at = INSTANTS.select("bucket", instant=INSTANTS.closes if edge == "end" else INSTANTS.opens, until=INSTANTS.closes)
    at = at.mutate(instant_epoch=at.instant.epoch_seconds().cast("float64"))
    # Most spans are over before the first instant: they leave before the join. An end that never comes is far away, so that both sides
    # of the join are plain comparisons, which engines answer by sorting.
    # The first and the last instant are written in: asked for from the table, they would cost more than they spare.
    first, last = (asked_instant(f"{place}_{'closes' if edge == 'end' else 'opens'}") for place in ("first", "last"))
    rel = rel.filter(rel.span_started_at <= last, rel.span_ended_at.isnull() | (rel.span_ended_at > first))
    if shape is not None and shape.by != "all" and edge == "end":
        begins, ends = (local(instant, shape).truncate(_UNITS[shape.by]) for instant in (rel.span_started_at, rel.span_ended_at))
        # The first and the last instant may lie inside a period: dates cut it, or it still runs.
        is_odd = (rel.span_started_at <= first) | rel.span_ended_at.isnull() | (rel.span_ended_at > last)
        rel = rel.filter((begins < ends) | is_odd)
    if has_asof:
        following = at.select(next_instant=at.instant)
        rel = rel.asof_join(following, on=rel.span_started_at <= following.next_instant)
        rel = rel.filter(rel.next_instant < rel.span_ended_at.fill_null(_NEVER)).drop("next_instant")
    return rel.join(at, [rel.span_started_at <= at.instant, rel.span_ended_at.fill_null(_NEVER) > at.instant])


def inside(at: Any, shape: Shape, is_date: bool) -> list[Any]:
    """The conditions that keep a time within the scope's dates."""
    ending = "_date" if is_date else ""
    return [
        *([at >= asked_instant(f"start{ending}")] if shape.has_start else []),
        *([at < asked_instant(f"end{ending}")] if shape.has_end else []),
    ]


def local(instant: Any, shape: Shape) -> Any:
    """UTC to the wall clock of the reporting zone, as the instant plus a CASE over the zone's few offset changes."""
    if shape.zone == "UTC":
        return instant
    steps = _offsets(shape.zone, shape.years)
    seconds: Any = ibis.literal(steps[-1][1])
    if len(steps) > 1:
        cases = [(instant < after, now) for (_, now), (after, _) in pairwise(steps)]
        seconds = ibis.cases(*cases, else_=steps[-1][1])
    return instant + seconds.as_interval("s")


def _offsets(zone: str, years: tuple[int, int]) -> list[tuple[dt.datetime, int]]:
    """The zone's offset changes in some years: the UTC instant each begins at, and the seconds the clock is ahead from then on."""
    since, offsets = offset_changes(zone, *years)
    return [(dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(s)), int(o) // 1_000_000) for s, o in zip(since, offsets, strict=True)]


_UNITS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


def part_query(parts: Mapping[str, Part], shape: Shape, extra_split: str = "", dialect: str = "duckdb") -> Any:
    """One query for parts that share a table, a time and an edge: a row per period (`bucket`) and group (`g0`, `g1` …)."""
    one = next(iter(parts.values()))
    rel = narrowed(base_table(one.rows, shape), shape)
    rel, keys = in_groups(rel, [*shape.split, *([extra_split] if extra_split else [])], shape)
    if one.edge:
        rel = at_edges(rel, one.edge, shape, has_asof=dialect == "duckdb" and shape.by != "all")
        keys = [rel.bucket.name("bucket"), *keys]
    swaps = {**fillings(), one.rows.op(): rel.op()}
    if not one.edge:
        at = replaced(one.at, swaps)
        is_date = one.at.get_name() in LOCAL_DATES
        kept = inside(at, shape, is_date) or ([at.notnull()] if shape.by != "all" else [])
        rel = rel.filter(*kept) if kept else rel
        if shape.by != "all":
            bucket = (at if is_date else local(at, shape)).truncate(_UNITS[shape.by]).cast("date")
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
            if intervals or part.needed == "value":
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
