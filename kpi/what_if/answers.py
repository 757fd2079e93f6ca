"""Tickets as cells: how many with so many a yes, for each combination of drivers, segments and agent. Made by the engine, not row by row.

The rows are those behind the metrics themselves (`kpi.measure.rows.judged`), so a driver and an outcome mean here what they mean everywhere,
under the clock, the thresholds and the definition of the scope.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi.engine import Dataset, quoted
from kpi.measure.compile import form_of, table_name
from kpi.measure.facts import facts, kept_columns
from kpi.measure.rows import judged
from kpi.scope import NONE, Scope
from kpi.what_if.inputs import INPUTS
from kpi.what_if.links import SEGMENTS, SUBJECTS

STEPS_A_DECADE = 20
"""Times are rounded to a twentieth of a decade (12 %): fine enough for a curve, coarse enough for cells."""
MOST_REPLIES = 6
LEARNED_DAYS = 364
FEWEST_OF_A_LEVEL, MOST_LEVELS = 50, 15
OTHERS = "(others)"


@dataclass(frozen=True)
class Cells:
    """`frame`: a row per cell with `y` (its yeses' share, or mean seconds), `n` (tickets), `now` (those in the scope's own dates), the drivers by
    name, the `segments` by name (rare levels pooled), and `cluster`. `by_agent`: clusters are agents, else weeks.
    """

    frame: pd.DataFrame
    segments: tuple[str, ...]
    by_agent: bool


def learned(scope: Scope, newest: dt.date) -> Scope:
    """The scope to learn from: its own tickets, over the year that ends with it; a shorter memory says too little, a longer one too much of then."""
    end = min(scope.end or newest, newest)
    begin = end - dt.timedelta(days=LEARNED_DAYS - 1)
    return scope.but(by="all", split=(), compare=None, end=end, start=min(begin, scope.start) if scope.start else begin)


def cells(outcome_name: str, terms: tuple[str, ...], scope: Scope, data: Dataset, newest: dt.date) -> Cells:
    """The cells of an outcome (the name of a metric), for all its models at once. `terms` are the metrics in their designs that the data know;
    NaN where a ticket does not."""
    wide = learned(scope, newest)
    table = table_name(form_of(outcome_name, scope.ask).behind(scope.ask).rows)
    kept = kept_columns(terms, wide, data) if table == "tickets" else ()
    outcome = judged(outcome_name, wide, data, beside=kept)  # what is kept beside tickets needs no join
    known = data.columns(table)
    segments = _segments(known, data)
    at = outcome.at or "rated_at"
    now = _inside(f"o.{quoted(at)}", scope)
    values = dict(zip(terms, (f"o.{column}" for column in kept), strict=True)) if kept else {name: f"d.{name}" for name in terms}
    columns = [f"{_binned(name, value)} AS {name}" for name, value in values.items()]
    behind = f"SELECT * FROM ({outcome.behind}) WHERE value IS NOT NULL"
    if kept:
        behind, rows = f"o AS ({behind})", "o"
    else:
        forever = scope.but(by="all", split=(), compare=None, start=None, end=None, where=())
        drivers, _ = facts(terms, forever, data, wanted=(("ticket_id IN (SELECT ticket_id FROM o)", ()),))
        behind, rows = f"o AS MATERIALIZED ({behind}), d AS MATERIALIZED ({drivers})", "o LEFT JOIN d USING (ticket_id)"

    def counted(cluster: str) -> pd.DataFrame:
        keys = [*(f"coalesce(o.{quoted(s)}::VARCHAR, '{NONE}') AS {s}" for s in segments), f"{cluster} AS cluster"]
        return data.query(
            f"WITH {behind} SELECT {', '.join([*columns, *keys])}, avg(o.value::DOUBLE) AS y, count(*) AS n, count(*) FILTER ({now}) AS now "
            f"FROM {rows} GROUP BY ALL ORDER BY ALL",
            outcome.schema,
            coded=True,
        )

    by_agent, week = "agent" in known, f"date_trunc('week', o.{quoted(at)})::VARCHAR"
    frame = counted(f"coalesce(o.agent, '{NONE}')" if by_agent else week)
    if by_agent and frame["cluster"].nunique() < 5:
        frame, by_agent = counted(week), False
    pooled = {name: _pooled(frame[name], frame["n"]) for name in segments}
    return Cells(frame.assign(**pooled), tuple(name for name, levels in pooled.items() if len(levels.categories) > 1), by_agent)


def _pooled(levels: Any, n: Any) -> Any:
    """The levels of a segment, rare ones as one."""
    counts = n.groupby(levels, observed=True).sum().sort_values(ascending=False, kind="stable")
    common = [level for level, tickets in counts.items() if tickets >= FEWEST_OF_A_LEVEL and level != OTHERS][:MOST_LEVELS]
    place = {level: code for code, level in enumerate(common)}
    codes = np.array([place.get(level, len(common)) for level in levels.cat.categories], dtype=np.int64)
    return pd.Categorical.from_codes(codes[levels.cat.codes], pd.Index([*common, OTHERS], dtype=object)).remove_unused_categories()


def _segments(known: dict[str, str], data: Dataset) -> tuple[str, ...]:
    """The columns that get an effect: those the rows carry and the data fill, one subject at most."""
    there = [name for name in SEGMENTS if name in known and f"tickets.{name}" in data.filled]
    subject = next((name for name in SUBJECTS if name in there), "")
    return tuple(name for name in there if name not in SUBJECTS or name == subject)


def _binned(name: str, value: str) -> str:
    """A driver as a number a cell can have: a flag as 0 or 1, a time in seconds rounded on the log scale, a count up to a limit."""
    kind = INPUTS[name].kind
    if kind == "share":
        return f"({value})::INTEGER::DOUBLE"
    if kind == "count":
        return f"least(greatest(({value})::DOUBLE, 0), {MOST_REPLIES})"
    return f"pow(10, round(log10(greatest(({value})::DOUBLE, 1)) * {STEPS_A_DECADE}) / {STEPS_A_DECADE})"


def _inside(column: str, scope: Scope) -> str:
    start, end = scope.span()
    limits = [f"{column} >= TIMESTAMP '{start:%Y-%m-%d %H:%M:%S}'"] if start else []
    limits += [f"{column} < TIMESTAMP '{end:%Y-%m-%d %H:%M:%S}'"] if end else []
    return " AND ".join(limits) or "true"
