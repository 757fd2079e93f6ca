"""Facts of a ticket side by side: one row a ticket, one column a metric, joined on the ticket's id by the engine.

The tickets are those created in the scope's dates, whatever happened to them later: a rating and the reply it is about may lie weeks apart.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis

from kpi.catalogue import CATALOGUE, find
from kpi.engine import Dataset, quoted
from kpi.forms import Duration, Mean, Nps, Share
from kpi.measure.compile import (
    Condition,
    Shape,
    base_table,
    check_columns,
    filled,
    fillings,
    form_of,
    inside,
    narrowed,
    replaced,
    shape_of,
    table_name,
    values_of,
)
from kpi.metric import MEASURED, Ask
from kpi.scope import Scope

SCORED = (Share, Mean, Nps, Duration)
"""Forms of which every row has a value of its own."""
ON_TICKETS = ("tickets", "replies", "surveys", "quality_reviews")
ALIKE = ("channel", "team")
"""Tickets of the same of these are like with like: the segment inside which links are measured beside the pooled ones."""
DIMENSIONS = ("channel", "team", "priority", "type", "product_area", "topic", "language", "country", "source")
"""Columns by which a pooled link may fall apart; an export's own columns come on top."""
_WANTED = ibis.table({"ticket_id": "string", "agent": "string"}, name="wanted")
"""The scope's tickets: what hangs on others is not added up."""
MOST_TICKETS, MOST_ANSWERS = 50_000, 100_000
"""From more tickets than this, so many are drawn by a fixed rule of their ids; of those with an answer or a review, so many."""


def on_tickets(data: Dataset, scope: Scope) -> tuple[str, ...]:
    """The metrics that every ticket has a value of its own for, of those the data can give."""
    lacks = data.lacking(scope.ask)
    return tuple(name for name in CATALOGUE if not lacks[name] and is_of_tickets(name, scope.ask))


def is_of_tickets(name: str, ask: Ask) -> bool:
    """Whether a metric is made of values of single tickets (their answers, replies and reviews included)."""
    form = form_of(name, ask)
    return isinstance(form, SCORED) and table_name(form.behind(ask).rows) in ON_TICKETS and not form.behind(ask).edge


def is_yes_no(name: str, ask: Ask) -> bool:
    """Whether a ticket's value is 1 or 0: such a pair is told in points, not only by a coefficient."""
    return isinstance(form_of(name, ask), Share)


def is_rare(name: str, ask: Ask) -> bool:
    """Whether only some tickets have it: answers and reviews (an invitation most of them get)."""
    return name != "survey_response_rate" and table_name(form_of(name, ask).behind(ask).rows) in ("surveys", "quality_reviews")


def dimensions(data: Dataset) -> tuple[str, ...]:
    """The columns of a ticket that hold something one may split by."""
    own = tuple(c for c in DIMENSIONS if f"tickets.{c}" in data.filled or (c == "team" and "changes.team" in data.filled))
    return own + tuple(data.extras)


def has_agents(data: Dataset) -> bool:
    return "tickets.agent" in data.filled or "changes.agent" in data.filled


def facts(names: tuple[str, ...], scope: Scope, data: Dataset, beside: tuple[str, ...] = (), only: str = "TRUE") -> tuple[str, str]:
    """(SQL, schema): a row a ticket with `ticket_id`, `agent`, a column for each metric (unknown: null) and for each column of `beside`.

    Yes/no metrics are 1 or 0, durations seconds; of several replies or reviews of one ticket the mean. `only` is SQL on the
    `ticket_id` of those wanted. UnknownName for a column that does not exist.
    """
    check_columns(scope, {c: t for table in MEASURED for c, t in data.columns(table).items()})
    as_of = scope.as_of or data.newest
    shape = shape_of(scope.but(by="all", split=(), compare=None), data.first, as_of, data.extras)
    text = _text(names, shape, beside)
    return filled(text, values_of(scope, data.first, as_of) | {"only": Condition(only)}), data.stand(scope.as_of, scope.calendar)


@lru_cache(maxsize=200)
def _text(names: tuple[str, ...], shape: Shape, beside: tuple[str, ...]) -> str:
    by_table: dict[str, list[str]] = {"tickets": []}
    for name in names:
        by_table.setdefault(table_name(find_form(name, shape).behind(shape.ask).rows), []).append(name)
    parts, joins = [], []
    for place, (table, own) in enumerate(by_table.items()):
        made = ibis.to_sql(_of_table(table, tuple(own), shape, beside), dialect="duckdb")
        parts.append(f"p{place} AS ({made})" if place else f"wanted AS (SELECT * FROM ({made}) WHERE asked_filter('only'))")
        joins.append(f"LEFT JOIN p{place} USING (ticket_id)" if place else "FROM wanted")
    columns = ["ticket_id", "agent", *(quoted(column) for column in beside), *names]
    return f"WITH {', '.join(parts)} SELECT {', '.join(columns)} {' '.join(joins)}"


def find_form(name: str, shape: Shape) -> Any:
    return form_of(name, shape.ask)


def _of_table(table: str, names: tuple[str, ...], shape: Shape, beside: tuple[str, ...]) -> Any:
    """The relation of one measured table: its tickets with a value for each metric."""
    base: Any = None
    values: dict[str, Any] = {}
    is_tickets = table == "tickets"
    for name in names or ("",):
        rows = find("tickets_created").form.behind(shape.ask).rows if not name else find_form(name, shape).behind(shape.ask).rows
        if base is None:
            base = base_table(rows, shape)
            base = narrowed(base, shape).filter(*_dates(base, shape)) if is_tickets else base
        if not name:
            continue
        behind = find_form(name, shape).behind(shape.ask)
        swaps = {**fillings(), behind.rows.op(): base.op()}
        counted, value = replaced(behind.counted, swaps).fill_null(False), replaced(behind.value, swaps).cast("float64")
        values[name] = ibis.cases((counted, value)) if is_tickets else value.mean(where=counted)
    if is_tickets:
        return base.select("ticket_id", "agent", *[base[column].cast("string").name(column) for column in beside], **values)
    return base.filter(base.ticket_id.isin(_WANTED.ticket_id)).group_by("ticket_id").agg(**values)


def _dates(tickets: Any, shape: Shape) -> list[Any]:
    return inside(tickets.created_at, shape, False) or [ibis.literal(True)]
