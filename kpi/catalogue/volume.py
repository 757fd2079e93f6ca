"""How much came, how much was done, how much is waiting."""

from __future__ import annotations

from kpi.catalogue.tables import open_at, solved_at, tickets
from kpi.forms import Difference, Ratio, Spread, Total
from kpi.metric import Metric

FAMILY = "volume"
CREATED = Total(tickets, tickets.created_at, tickets.ticket_id.notnull())
SOLVED = Total(
    tickets,
    tickets.solved_at,
    tickets.is_solved,
    asides={"untimed": (tickets.is_solved & tickets.solved_at.isnull(), "solved, but nobody wrote down when")},
)
BACKLOG = Total(open_at, None, open_at.ticket_id.notnull(), edge="end")
_SOLVED_KNOWN = ("tickets.solved_at", "tickets.closed_at", "tickets.status", "changes.status & tickets.created_at")
_STOCK_NEEDS = (
    "tickets.created_at & tickets.status",
    "tickets.created_at & tickets.solved_at",
    "tickets.created_at & tickets.closed_at",
    "tickets.created_at & changes.status",
)
_UNKNOWN_STATUS = (open_at.span_status.isnull(), "open with an unknown status (no status history)")

METRICS = (
    Metric(
        name="tickets_created",
        label="Tickets created",
        family=FAMILY,
        about="Tickets created in the period.",
        formula="count of tickets by creation",
        unit="count",
        better="neither",
        form=CREATED,
        by="creation",
        reference="Zendesk Explore 'Tickets created'",
        needs=("tickets.ticket_id",),
    ),
    Metric(
        name="tickets_solved",
        label="Tickets solved",
        family=FAMILY,
        about="Tickets that are solved or closed, by their last solve; a reopened ticket is not solved.",
        formula="count of solved tickets by last solve (close, where never solved)",
        unit="count",
        better="neither",
        form=SOLVED,
        by="last solve",
        reference="Chatwoot counts a resolution only while it lasts",
        needs=_SOLVED_KNOWN,
    ),
    Metric(
        name="tickets_active",
        label="Tickets with us",
        family=FAMILY,
        about="Unsolved tickets waiting for us (new, open, hold) at the end of the period.",
        formula="count of tickets in new, open or hold at period end",
        unit="count",
        better="lower",
        form=Total(open_at, None, open_at.span_status.isin(["new", "open", "hold"]), edge="end", unknown=_UNKNOWN_STATUS),
        by="end of the period",
        reference="Zendesk status categories; with us + with the customer = backlog",
        needs=("tickets.created_at & changes.status", "tickets.created_at & tickets.status"),
    ),
    Metric(
        name="tickets_pending",
        label="Tickets with the customer",
        family=FAMILY,
        about="Unsolved tickets waiting for the customer (pending) at the end of the period.",
        formula="count of tickets in pending at period end",
        unit="count",
        better="neither",
        form=Total(open_at, None, open_at.span_status == "pending", edge="end", unknown=_UNKNOWN_STATUS),
        by="end of the period",
        reference="Zendesk status categories",
        needs=("tickets.created_at & changes.status", "tickets.created_at & tickets.status"),
    ),
    Metric(
        name="tickets_closed",
        label="Tickets closed",
        family=FAMILY,
        about="Tickets closed for good in the period.",
        formula="count of closed tickets by close",
        unit="count",
        better="neither",
        form=Total(tickets, tickets.closed_at, tickets.closed_at.notnull() & (tickets.status.isnull() | (tickets.status == "closed"))),
        by="close",
        reference="Zendesk: solved can reopen, closed cannot",
        needs=("tickets.closed_at", "changes.status & tickets.created_at"),
    ),
    Metric(
        name="backlog",
        label="Backlog",
        family=FAMILY,
        about="Tickets created and not solved (new, open, pending, hold) at the end of the period: a stock, not a flow.",
        formula="count of tickets created at or before T and unsolved at T",
        unit="count",
        better="lower",
        form=BACKLOG,
        by="end of the period",
        reference="equals dbt_zendesk ticket_backlog at the end of a day",
        needs=_STOCK_NEEDS,
    ),
    Metric(
        name="backlog_age",
        label="Age of the backlog",
        family=FAMILY,
        about="How long the tickets in the backlog have been waiting since their creation.",
        formula="T − created, over the backlog at T",
        unit="s",
        better="lower",
        form=Spread(open_at, open_at.instant_epoch - open_at.created_epoch),
        by="end of the period",
        reference="our own, over the backlog as dbt_zendesk counts it",
        needs=_STOCK_NEEDS,
    ),
    Metric(
        name="net_flow",
        label="Net flow",
        family=FAMILY,
        about="Tickets created minus tickets solved in the period; above zero the backlog grows.",
        formula="tickets created − tickets solved",
        unit="count",
        better="lower",
        form=Difference(CREATED, SOLVED),
        by="creation and last solve",
        reference="Zammad calls this backlog; it is a flow",
        needs=tuple(f"tickets.created_at & {need}" for need in _SOLVED_KNOWN),
        low=None,
    ),
    Metric(
        name="days_of_backlog",
        label="Days of backlog",
        family=FAMILY,
        about="How many days the backlog would take at the pace of the last 28 days.",
        formula="backlog ÷ (tickets solved in the 28 days before T ÷ 28)",
        unit="ratio",
        better="lower",
        form=Ratio(BACKLOG, Total(solved_at, None, solved_at.ticket_id.notnull(), edge="end"), scale=28.0),
        by="end of the period",
        reference="Little's law: queue ÷ throughput",
        needs=_STOCK_NEEDS[1:],  # a status alone does not say when a ticket was solved
    ),
    Metric(
        name="tickets_per_agent",
        label="Tickets per agent",
        family=FAMILY,
        about="Solved tickets per agent who solved at least one in the period.",
        formula="tickets solved ÷ distinct assignees of them",
        unit="ratio",
        better="neither",
        form=Ratio(
            Total(tickets, tickets.solved_at, tickets.is_solved & tickets.agent.notnull()),
            Total(tickets, tickets.solved_at, tickets.is_solved & tickets.agent.notnull(), distinct=tickets.agent),
        ),
        by="last solve",
        reference="Zendesk benchmark",
        needs=tuple(f"tickets.agent & {need}" for need in _SOLVED_KNOWN),
    ),
)
