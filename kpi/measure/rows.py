"""The tickets behind a number, and the ones left out with the reason: as SQL that stands by itself, and as a frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ibis
import pandas as pd

from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.forms import Behind, Form
from kpi.measure.compile import base_table, check_columns, filled, fillings, form_of, inside, narrowed, table_name, valued_table, values_of
from kpi.measure.edges import at_edges, edges_of, instants_of
from kpi.measure.reasons import FOREIGN, UNCOUNTED, UNKNOWN, first_of, part_of, whys
from kpi.measure.shape import Shape, replaced, shape_of
from kpi.metric import LOCAL_DATES, Ask
from kpi.scope import Scope

REASON, WHY = "reason", "_why"
"""Columns of judged rows: why a row does not count (empty where it does), in the three words of `kpi.rows`, and more exactly."""
NEWEST_FIRST = ("created_at", "rated_at", "replied_at", "started_at", "spent_on")


@dataclass(frozen=True)
class Judged:
    """Every row of a scope that a metric looks at, each with `value`, `reason` and `_why`: SQL text for `Dataset.query` in `schema`.

    `table` is the measured table, `at` the column that decides the period ("" where it is not one column). `reason` is null where the row
    counts. Nothing has run yet.
    """

    text: str
    schema: str
    table: str
    at: str

    @property
    def behind(self) -> str:
        """The rows that count."""
        return f"SELECT * EXCLUDE ({REASON}, {WHY}) FROM ({self.text}) WHERE {REASON} IS NULL"

    @property
    def left_out(self) -> str:
        """The rows that do not count, each with its exact reason."""
        return f"SELECT * EXCLUDE ({REASON}, {WHY}), {WHY} AS {REASON} FROM ({self.text}) WHERE {REASON} IS NOT NULL"


def rows(name: str, scope: Scope, data: Dataset, *, excluded: bool = False) -> pd.DataFrame:
    """The rows (tickets, answers, replies …) behind a metric's number over the whole scope, newest first.

    Columns are those of the measured table plus `value`, what each row contributes (1 or 0 for a share, seconds for a duration). With
    `excluded` the rows of the same scope that do not count, with a `reason` each. A ratio shows the rows of its numerator; a split is ignored.
    Open tickets, which Kaplan-Meier counts with their age (cohort "created"), are among the excluded: they have no duration yet.
    """
    found = judged(name, scope, data)
    text = f"SELECT * EXCLUDE ({WHY}) FROM ({found.text}) WHERE {REASON} IS NOT NULL" if excluded else found.behind
    frame = data.query(text, found.schema)
    order = [c for c in NEWEST_FIRST if c in frame]
    return frame.sort_values(order[:1], ascending=False, kind="stable").reset_index(drop=True) if order else frame


def judged(name: str, scope: Scope, data: Dataset, *, part: str = "", undated: bool = False, beside: tuple[str, ...] = ()) -> Judged:
    """The rows a metric looks at in a scope. `part="second"` means those of a ratio's denominator, or of what a difference takes away.

    `undated` are instead the rows without the time that decides the period: they belong to no dates. `beside` are columns of `VALUED` to come along,
    for a metric of tickets. Raises UnknownName for a column that
    does not exist, BadValue where the data cannot give the metric.
    """
    metric = find(name)
    behind = _behind(name, scope.ask, part)[1]
    check_columns(scope, data.columns(table_name(behind.rows)))
    lacks = metric.missing(data.filled, scope.ask)
    if lacks:
        raise BadValue(f"{metric.label} cannot be measured: it needs {' and '.join(lacks)}.", "Add a file that has it.")
    as_of = scope.as_of or data.newest
    bare = scope.but(by="all", split=(), compare=None)
    text = _text(name, shape_of(bare, data.first, as_of, data.extras), scope.ask, part, undated, beside)
    values = values_of(scope, data.first, as_of)
    if behind.edge:
        periods = bare.periods(data.first, as_of)
        instants = instants_of(periods[-1:] if behind.edge == "end" else periods[:1], as_of)
        text = _with_instants(filled(text, values | edges_of(instants, as_of)), instants)
    else:
        text = filled(text, values)
    at = "" if behind.at is None else str(behind.at.get_name())
    return Judged(
        text, data.stand(scope.as_of, scope.calendar), table_name(behind.rows), at if at in data.columns(table_name(behind.rows)) else ""
    )


def _behind(name: str, ask: Ask, part: str) -> tuple[Form, Behind]:
    form = part_of(form_of(name, ask), part)
    return form, form.behind(ask)


@lru_cache(maxsize=512)
def _text(name: str, shape: Shape, ask: Ask, part: str, undated: bool, beside: tuple[str, ...]) -> str:
    """The text, its values still to be filled in; `ask` says which variant and which statuses are meant."""
    form, behind = _behind(name, ask, part)
    every = _every_status(shape)
    rel = narrowed(valued_table(beside, every) if beside else base_table(behind.rows, every), every)
    rel = at_edges(rel, behind.edge) if behind.edge else rel
    swaps = {**fillings(), behind.rows.op(): rel.op()}
    counted, value = replaced(behind.counted, swaps).fill_null(False), replaced(behind.value, swaps)
    allowed = ibis.literal(True) if ask.choice("statuses") == "all" else rel.is_counted.fill_null(False)
    reason = ibis.cases((~allowed, UNCOUNTED), (counted, None), (value.isnull(), UNKNOWN), else_=FOREIGN)
    exactly = [(replaced(condition, swaps), words) for condition, words in whys(find(name), form, ask, behind.rows)]
    why = ibis.cases((~allowed, _status_of(rel)), (counted, None), else_=first_of(exactly, FOREIGN))
    rel = rel.mutate(value=value, **{REASON: reason, WHY: why})
    if behind.at is not None:
        at = replaced(behind.at, swaps)
        kept = [at.isnull()] if undated else inside(at, shape, behind.at.get_name() in LOCAL_DATES)
        rel = rel.filter(*kept) if kept else rel
    elif undated:
        rel = rel.filter(ibis.literal(False))
    return str(ibis.to_sql(rel, dialect="duckdb"))


def _every_status(shape: Shape) -> Shape:
    """The shape with every status kept: what was left out must be there to be told."""
    choices = {**dict(shape.choices), "statuses": "all"}
    return Shape(**{**shape.__dict__, "choices": tuple(sorted(choices.items()))})


def _status_of(rel: Any) -> Any:
    """Which of deleted, spam and merged a row is, where its table says so."""
    return rel.status.fill_null(UNCOUNTED) if "status" in rel.columns else ibis.literal(UNCOUNTED)


def _with_instants(text: str, instants: pd.DataFrame) -> str:
    """The text with its instants written in, so that it needs no table beside it."""
    cells = ", ".join(f"({row.bucket}, {_stamp(row.opens)}, {_stamp(row.closes)}, {_stamp(row.until)})" for row in instants.itertuples())
    return f"WITH instants(bucket, opens, closes, until) AS (VALUES {cells}) SELECT * FROM ({text})"


def _stamp(instant: Any) -> str:
    return f"TIMESTAMP '{instant:%Y-%m-%d %H:%M:%S.%f}'"
