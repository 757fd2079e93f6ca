"""Which metrics and columns of tickets are set side by side (`kpi.measure.facts` reads them), and how many tickets at most."""

from __future__ import annotations

from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.forms import Duration, Mean, Nps, Share
from kpi.measure.compile import form_of, table_name
from kpi.metric import Ask
from kpi.scope import Scope

SCORED = (Share, Mean, Nps, Duration)
"""Forms of which every row has a value of its own."""
ON_TICKETS = ("tickets", "replies", "surveys", "quality_reviews")
ALIKE = ("channel", "team")
"""Tickets of the same of these are like with like: the segment inside which links are measured beside the pooled ones."""
DIMENSIONS = ("channel", "team", "priority", "type", "product_area", "topic", "language", "country", "source")
"""Columns by which a pooled link may fall apart; an export's own columns come on top."""
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


def alike_in(data: Dataset) -> tuple[str, ...]:
    """Those of `ALIKE` the data know."""
    return tuple(column for column in ALIKE if column in dimensions(data))


def has_agents(data: Dataset) -> bool:
    return "tickets.agent" in data.filled or "changes.agent" in data.filled
