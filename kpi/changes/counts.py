"""The sums behind both sides of a comparison, by segment and by unit of luck (a day, a week, or a random bundle of rows).

One query reads the rows behind the metric on either side (`kpi.measure.rows.judged`) and groups them by each dimension in turn: what is
brought here is a small table, however many rows there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi.changes.figures import TOTALS, Figure
from kpi.changes.sides import Pair
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.forms import Form
from kpi.measure.compile import filled, fillings, form_of, in_groups, table_name, values_of
from kpi.measure.reasons import part_of
from kpi.measure.rows import judged
from kpi.measure.shape import Shape, local, replaced, shape_of
from kpi.metric import CREATED, LOCAL_DATES, MANY
from kpi.scope import Scope
from kpi.stats.base import Array
from kpi.tables import TABLES, TICKETS

SMALLEST, MOST_LEVELS = 30, 60
"""Groups of fewer rows on both sides are pooled; of the others so many, the largest, are kept apart."""
FEWEST_DAYS, MOST_DAYS, BUNDLES = 7, 182, 24
"""From so many days a side on luck is told by whole days, beyond the most by whole weeks; below, by random bundles of rows."""
UNFIT = frozenset({"source", "status"})
"""Where a row came from and where it stands now are no segments of support."""


@dataclass(frozen=True)
class Cells:
    """One dimension: `sizes` and `totals` are units x levels; `rows` is 2 x levels. A level of None holds the small groups together."""

    column: str
    levels: tuple[str | None, ...]
    rows: Array
    sizes: Array
    totals: Array


@dataclass(frozen=True)
class Counts:
    """Both sides by unit: `is_after` says which side a unit is of, `stratum` its weekday (0 where that plays no part). Units lie in order
    of time, the side before first.

    `unit` is "day", "week" or "bundle". `left_out` says which dimensions cannot be split by, and why.
    """

    cells: tuple[Cells, ...]
    whole: Cells
    is_after: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.int64]
    unit: str
    left_out: dict[str, str]


def dimensions(name: str, pair: Pair, data: Dataset) -> tuple[str, ...]:
    """The columns one may split a metric by: known for its rows (both kinds of them, in a ratio), single-valued, not what tells the sides apart."""
    form = form_of(name, pair.now.ask)
    tables = {table_name(part_of(form, part).behind(pair.now.ask).rows) for part in ("", "second")}
    found = []
    for column in (*TICKETS.splits, *TABLES["costs"].splits, *TABLES["customers"].splits, *data.extras, *CREATED):
        known = all(column in data.columns(t) or (column in CREATED and "created_at" in data.columns(t)) for t in tables)
        if known and column not in UNFIT and column not in MANY and column != pair.column and column not in found:
            found.append(column)
    return tuple(found)


def count(name: str, figure: Figure, pair: Pair, data: Dataset, columns: Sequence[str]) -> Counts:
    """The sums of a figure on both sides, by each of some dimensions."""
    seconds = ("", "second") if figure.has_second else ("",)
    behind = [part_of(form_of(name, pair.now.ask), part).behind(pair.now.ask) for part in seconds]
    days = None if any(one.at is None for one in behind) else _days(figure, pair, data)
    texts = [_rows_of(name, scope, data, tuple(columns), days is None, part) for part in seconds for scope in (pair.before, pair.now)]
    schema = judged(name, pair.now, data).schema
    if judged(name, pair.before, data).schema != schema:
        raise BadValue("The two sides stand at different instants.", "Compare parts of one dataset.")
    names = ", ".join(f"g{i}" for i in range(len(columns))) or "NULL AS nothing"
    units = [_unit(days, i) for i in (0, 1)]
    union = " UNION ALL ".join(
        f"SELECT {i % 2} AS side, {i // 2} AS part, {units[i % 2]} AS unit, {figure.value} AS value, {names} FROM ({text})"
        for i, text in enumerate(texts)
    )
    wholes = (
        "SELECT -1 AS dim, side, part, unit, CAST(NULL AS VARCHAR) AS level, count(*) AS n, sum(value) AS x FROM every_row GROUP BY ALL"
    )
    each = [_BY_LEVEL.format(i=i, fewest=SMALLEST, most=MOST_LEVELS) for i in range(len(columns))]
    frame = data.query(f"WITH every_row AS MATERIALIZED ({union}) {' UNION ALL '.join([wholes, *each])}", schema)
    return _arranged(frame, figure, days, tuple(columns))


_BY_LEVEL = """
SELECT {i} AS dim, l.side, l.part, l.unit, k.level AS level, sum(l.n)::BIGINT AS n, sum(l.x) AS x
FROM (SELECT side, part, unit, g{i} AS level, count(*) AS n, sum(value) AS x FROM every_row GROUP BY ALL) AS l
LEFT JOIN (
    SELECT level FROM (SELECT g{i} AS level, side, part, count(*) AS n FROM every_row GROUP BY ALL)
    GROUP BY level HAVING max(n) >= {fewest} ORDER BY max(n) DESC, level LIMIT {most}
) AS k ON k.level = l.level
GROUP BY ALL
"""


@dataclass(frozen=True)
class _Days:
    """The first local dates of both sides, how many units each has, and the days of a unit."""

    first: tuple[dt.date, dt.date]
    many: tuple[int, int]
    step: int


def _days(figure: Figure, pair: Pair, data: Dataset) -> _Days | None:
    """None where luck is told by bundles of rows."""
    if figure.is_stock or "tickets.created_at" not in data.filled:
        return None
    low, high = data.first.date() - dt.timedelta(days=1), data.newest.date() + dt.timedelta(days=1)
    ends = [(scope.start or low, scope.end or high) for scope in (pair.before, pair.now)]
    lengths = [(last - first).days + 1 for first, last in ends]
    if min(lengths) < FEWEST_DAYS:
        return None
    step = 1 if max(lengths) <= MOST_DAYS else 7
    first, second = ((length - 1) // step + 1 for length in lengths)
    return _Days((ends[0][0], ends[1][0]), (first, second), step)


def _unit(days: _Days | None, side: int) -> str:
    """SQL of the number of a row's unit, counted through both sides; a row without a date is put with the first."""
    if days is None:
        return f"unit + {side * BUNDLES}"
    number = f"coalesce((unit - DATE '{days.first[side]}') // {days.step}, 0)"
    return f"{side * days.many[0]} + greatest(0, least({days.many[side] - 1}, {number}))"


def _rows_of(name: str, scope: Scope, data: Dataset, columns: tuple[str, ...], bundles: bool, part: str) -> str:
    """SQL of the rows behind one side: `unit` (a local date, or the number of a bundle), `value`, and a group for each dimension."""
    found = judged(name, scope, data, part=part)
    as_of = scope.as_of or data.newest
    shape = shape_of(scope.but(by="all", split=(), compare=None), data.first, as_of, data.extras)
    select = filled(_select(name, shape, columns, bundles, part), values_of(scope, data.first, as_of))
    return f"WITH side_rows AS ({found.behind}) {select}"


@lru_cache(maxsize=256)
def _select(name: str, shape: Shape, columns: tuple[str, ...], bundles: bool, part: str) -> str:
    form: Form = part_of(form_of(name, shape.ask), part)
    behind = form.behind(shape.ask)
    table = table_name(behind.rows)
    known = dict(shape.columns(table))
    rel = ibis.table({**known, "value": "float64"}, name="side_rows")
    rel, groups = in_groups(rel, columns, shape)
    if bundles or behind.at is None:
        whose = next((c for c in ("ticket_id", "requester", "agent") if c in known), "")
        unit: Any = (rel[whose].fill_null("").hash() % BUNDLES).abs() if whose else ibis.literal(0)
        unit = unit.cast("int64")
    else:
        at = replaced(behind.at, {**fillings(), behind.rows.op(): rel.op()})
        unit = (at if behind.at.get_name() in LOCAL_DATES else local(at, shape)).cast("date")
    value = rel.value.cast("float64").fill_null(0.0)
    return str(ibis.to_sql(rel.select(unit=unit, value=value, **{g.get_name(): g for g in groups}), dialect="duckdb"))


def _arranged(frame: pd.DataFrame, figure: Figure, days: _Days | None, columns: tuple[str, ...]) -> Counts:
    many = days.many if days else (BUNDLES, BUNDLES)
    is_after = np.arange(sum(many)) >= many[0]
    stratum = np.zeros(sum(many), dtype=np.int64)
    if days and days.step == 1:
        stratum = np.concatenate([(first.weekday() + np.arange(size)) % 7 for first, size in zip(days.first, many, strict=True)])
    left_out: dict[str, str] = {}
    cells = []
    parts = dict(list(frame.groupby("dim")))
    for dim in (-1, *range(len(columns))):
        one = _cells(parts.get(dim, frame.iloc[:0]), columns[dim] if dim >= 0 else "", figure, len(is_after))
        if dim >= 0 and len(one.levels) < 2:
            continue
        stray = [(one.sizes[side].sum(axis=0) <= 0) & (one.totals[side].sum(axis=0) != 0) for side in (is_after, ~is_after)]
        if dim >= 0 and figure.kind == "ratio" and (stray[0] | stray[1]).any():
            left_out[columns[dim]] = "a part of the numerator is not known by it"
            continue
        cells.append(one)
    unit = "bundle" if days is None else "day" if days.step == 1 else "week"
    return Counts(tuple(cells[1:]), cells[0], is_after, stratum, unit, left_out)


def _cells(own: pd.DataFrame, column: str, figure: Figure, many: int) -> Cells:
    codes, known = pd.factorize(own["level"], sort=True)
    levels: list[str | None] = [str(value) for value in known]
    if column == "" or (codes < 0).any():
        codes = np.where(codes < 0, len(levels), codes)
        levels.append(None)
    first, side, unit = own["part"].to_numpy(int) == 0, own["side"].to_numpy(int), own["unit"].to_numpy(int)
    n, x = own["n"].to_numpy(float), own["x"].to_numpy(float)

    def spread(weights: Any, where: Any) -> Array:
        flat = np.bincount(unit[where] * len(levels) + codes[where], weights[where], minlength=many * len(levels))
        return np.asarray(flat.reshape(many, len(levels)), dtype=np.float64)

    every = np.ones(len(own), dtype=bool)
    base = first if figure.kind != "ratio" else ~first
    if figure.kind in TOTALS:
        base = every
    rows = (
        np.bincount(side[base] * len(levels) + codes[base], n[base], minlength=2 * len(levels)).reshape(2, len(levels)).astype(np.float64)
    )
    if figure.kind == "ratio":
        return Cells(column, tuple(levels), rows, spread(x, ~first), figure.scale * spread(x, first))
    if figure.kind in TOTALS:
        return Cells(column, tuple(levels), rows, spread(n, every), spread(np.where(first, x, -x), every))
    return Cells(column, tuple(levels), rows, spread(n, first), spread(x, first))
