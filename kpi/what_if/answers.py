"""Tickets as cells: how many with so many a yes, for each combination of drivers, segments and agent. Made by the engine, not row by row.

The rows are those behind the metrics themselves (`kpi.measure.rows.judged`), so a driver and an outcome mean here what they mean everywhere,
under the clock, the thresholds and the definition of the scope.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from kpi.engine import Dataset, quoted
from kpi.measure.facts import facts
from kpi.measure.rows import judged
from kpi.scope import Scope
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
    outcome = judged(outcome_name, wide, data)
    known = data.columns(outcome.table)
    segments = _segments(known, data)
    forever = scope.but(by="all", split=(), compare=None, start=None, end=None, where=())
    drivers, _ = facts(terms, forever, data, only="ticket_id IN (SELECT ticket_id FROM o)")
    columns = [f"{_binned(name, f'd.{name}')} AS {name}" for name in terms]
    at = outcome.at or "rated_at"
    now = _inside(f"o.{quoted(at)}", scope)
    has_agent = "agent" in known
    cluster = "coalesce(o.agent, '(none)')" if has_agent else f"date_trunc('week', o.{quoted(at)})::VARCHAR"
    keys = [*(f"coalesce(o.{quoted(s)}::VARCHAR, '(none)') AS {s}" for s in segments), f"{cluster} AS cluster"]
    text = (
        f"WITH o AS MATERIALIZED (SELECT * FROM ({outcome.behind}) WHERE value IS NOT NULL), d AS MATERIALIZED ({drivers}) "
        f"SELECT {', '.join([*columns, *keys])}, avg(o.value::DOUBLE) AS y, count(*) AS n, count(*) FILTER ({now}) AS now "
        "FROM o LEFT JOIN d USING (ticket_id) GROUP BY ALL ORDER BY ALL"
    )
    frame = data.query(text, outcome.schema)
    if has_agent and frame["cluster"].nunique() < 5:
        text = text.replace(f"{cluster} AS cluster", f"date_trunc('week', o.{quoted(at)})::VARCHAR AS cluster")
        frame, has_agent = data.query(text, outcome.schema), False
    kept = []
    for name in segments:
        counts = frame.groupby(name)["n"].sum().sort_values(ascending=False)
        levels = [str(level) for level, n in counts.items() if n >= FEWEST_OF_A_LEVEL][:MOST_LEVELS]
        frame[name] = frame[name].where(frame[name].isin(levels), OTHERS)
        if frame[name].nunique() > 1:
            kept.append(name)
    return Cells(frame, tuple(kept), has_agent)


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
