"""Freshdesk. Tickets sorted by their last change in moving windows (300 pages are all it lists), deleted ones and spam as lists of their own,
ratings, agents, groups, and (where asked for) the conversation of every ticket that changed.

A merged ticket is closed, and nothing in the list tells it from others; archived tickets are not listed. Without `updated_since` only the
tickets of the last 30 days would come. A list with `stats` counts as more than one request. Sources: developers.freshdesk.com/api (tickets,
pagination, rate limit, surveys), github.com/airbytehq/airbyte/issues/3858 (the 300th page), github.com/zammad/zammad/issues/3681.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator

from kpi.pull.model import Api, Ask, Look, Output, Page, Record, Resource, State, listed, name_of, written
from kpi.pull.paging import Passes, Windows

_SIZE = 100
_LAG = 60.0
_RATINGS_OVERLAP = 3600.0
_OUTBOUND = 10
_TICKET = (
    "id", "status", "priority", "source", "type", "responder_id", "group_id", "requester_id", "company_id", "product_id", "tags", "due_by",
    "fr_due_by", "is_escalated", "fr_escalated", "created_at", "updated_at", "spam", "deleted", "stats",
)  # fmt: skip


def _header(values: tuple[str, ...]) -> str:
    return "Basic " + b64encode(f"{values[0]}:X".encode()).decode()


def _next(page: Page, state: State) -> int | None:
    return int(state["token"] or 1) + 1 if page.has_next_link else None


def _turn(timed: str = "", **always: str) -> Passes:
    """A list with page numbers: all of it, or what came since the last pass, by the parameter `timed`."""

    def ask(state: State) -> Ask:
        since = {timed: written(state["from"])} if timed else {}
        return Ask("", {"per_page": _SIZE, **always, **since, "page": state["token"] or 1})

    return Passes(_next, ask, _RATINGS_OVERLAP if timed else None)


def _marked(mark: str) -> Callable[[Record, str], Record]:
    return lambda ticket, _: {**ticket, mark: True}


def _removed(name: str) -> Resource:
    """The tickets in the bin, or among spam. Listed whole each time: nothing says that removing a ticket counts as a change of it."""
    return Resource(
        name, f"tickets ({name})", "/api/v2/tickets", _turn(filter=name, updated_since="1970-01-01T00:00:00Z"), listed(""), _TICKET,
        into="tickets", shape=_marked(name), may_lack=True,
    )  # fmt: skip


def _ticket_rows(ticket: Record, look: Look) -> Iterator[Record]:
    row = {**ticket, "agent_name": name_of(look, "agents", ticket.get("responder_id"))}
    row["group_name"] = name_of(look, "groups", ticket.get("group_id"))
    row["product_name"] = name_of(look, "products", ticket.get("product_id"))
    row["state"] = "deleted" if ticket.get("deleted") else "spam" if ticket.get("spam") else ticket.get("status")
    yield row


def _rating_rows(rating: Record, look: Look) -> Iterator[Record]:
    yield {
        **rating,
        "agent_name": name_of(look, "agents", rating.get("agent_id")),
        "group_name": name_of(look, "groups", rating.get("group_id")),
    }


def _message_rows(ticket: Record, look: Look) -> Iterator[Record]:
    """The opening message, which the API keeps in the ticket, and then the conversation."""
    held = look("conversations", ticket["id"])
    if held is None:
        return
    by_us = ticket.get("source") == _OUTBOUND
    yield {
        "id": f"ticket {ticket['id']}", "ticket_id": ticket["id"], "created_at": ticket["created_at"],
        "user_id": ticket.get("responder_id") if by_us else ticket.get("requester_id"), "incoming": not by_us, "private": False,
        "source": ticket.get("source"),
    }  # fmt: skip
    yield from held["items"]


FRESHDESK = Api(
    name="freshdesk",
    label="Freshdesk",
    address=lambda account: f"https://{account}.freshdesk.com",
    keys=(("KPI_FRESHDESK_KEY",),),
    header=_header,
    resources=(
        Resource("groups", "groups", "/api/v2/groups", _turn(), listed(""), ("id", "name")),
        Resource("products", "products", "/api/v2/products", _turn(), listed(""), ("id", "name"), may_lack=True),
        Resource(
            "agents", "agents", "/api/v2/agents", _turn(), listed(""), ("id", "name"),
            shape=lambda agent, _: {"id": agent["id"], "name": (agent.get("contact") or {}).get("name")},
        ),
        Resource(
            "tickets", "tickets", "/api/v2/tickets",
            Windows({"order_by": "updated_at", "order_type": "asc", "per_page": _SIZE, "include": "stats"}, most_pages=300, lag=_LAG),
            listed(""), _TICKET,
        ),
        _removed("spam"),
        _removed("deleted"),
        Resource(
            "ratings", "ratings", "/api/v2/surveys/satisfaction_ratings", _turn("created_since"), listed(""),
            ("id", "survey_id", "user_id", "agent_id", "group_id", "ticket_id", "ratings", "feedback", "created_at", "updated_at"),
            may_lack=True,
        ),
        Resource(
            "conversations", "conversations", "/api/v2/tickets/{id}/conversations", _turn(), listed(""),
            ("id", "ticket_id", "user_id", "incoming", "private", "source", "created_at"),
            is_extra=True, each="tickets",
        ),
    ),
    outputs=(
        Output("freshdesk_tickets", "tickets", _ticket_rows),
        Output("freshdesk_ratings", "ratings", _rating_rows),
        Output("freshdesk_conversations", "tickets", _message_rows),
    ),
)  # fmt: skip
