"""Zendesk Support. Tickets by the cursor-based incremental export with their metric sets, ticket events by the time-based one, ratings by cursor.

Incremental exports leave out the last minute, contain deleted tickets (status `deleted`), and may give a ticket again; ten requests a minute.
A ticket merged into another is closed with the tag `closed_by_merge`. Sources:
developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports,
developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api,
developer.zendesk.com/documentation/developer-tools/pagination/paginating-through-lists-using-cursor-pagination,
developer.zendesk.com/api-reference/introduction/rate-limits.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from kpi.pull.model import Api, Ask, Broken, Look, Output, Page, Record, Resource, State, listed, name_of
from kpi.pull.paging import Clocked, Passes, Stream

_RATINGS_OVERLAP = 3600.0
_FIELDS = {"status": "status", "assignee_id": "agent", "group_id": "team", "priority": "priority", "type": "type"}
"""The fields of a ticket whose changes are kept, and what we call them."""


def _header(values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return f"Bearer {values[0]}"
    return "Basic " + b64encode(f"{values[0]}/token:{values[1]}".encode()).decode()


def _tickets(page: Page) -> list[Record]:
    """Tickets with their metric set, whether it is sent inside each or as a list beside them."""
    found = listed("tickets")(page)
    beside = {m.get("ticket_id"): m for m in page.value.get("metric_sets") or () if isinstance(m, dict)}
    return [ticket if "metric_set" in ticket else {**ticket, "metric_set": beside.get(ticket["id"])} for ticket in found]


def _after(page: Page, state: State) -> str | None:
    meta = page.value.get("meta")
    if not isinstance(meta, dict) or "has_more" not in meta:
        raise Broken("a page that does not say whether there is more")
    return str(meta["after_cursor"]) if meta["has_more"] and meta.get("after_cursor") else None


def _turn(timed: bool = False, **always: str) -> Passes:
    """A list with cursor pagination: all of it, or (`timed`) what came since the last pass."""

    def ask(state: State) -> Ask:
        since = {"start_time": max(int(state["from"]), 1)} if timed else {}
        after = {"page[after]": state["token"]} if state["token"] else {}
        return Ask("", {"page[size]": 100, **always, **since, **after})

    return Passes(_after, ask, _RATINGS_OVERLAP if timed else None)


def _event(event: Record, _parent: str) -> Record:
    """An event with what we read of its parts: comments without their words, and changes of the fields we know."""
    parts: list[Record] = []
    children = event.get("child_events")
    for child in children if isinstance(children, list) else ():
        if not isinstance(child, dict):
            continue
        kind = child.get("event_type") or child.get("type")
        if kind in ("Comment", "VoiceComment"):
            parts.append({key: child.get(key) for key in ("id", "author_id", "public", "via")} | {"type": "Comment"})
        elif kind in ("Create", "Change"):
            parts += [
                {"id": child.get("id"), "type": kind, "field": field, "new": child[field], "old": child.get("previous_value")}
                for field in _FIELDS
                if field in child
            ]
    return {**event, "parts": parts}


def _ticket_rows(ticket: Record, look: Look) -> Iterator[Record]:
    row = {**ticket, "assignee": {"name": name_of(look, "agents", ticket.get("assignee_id"))}}
    row["group"] = {"name": name_of(look, "groups", ticket.get("group_id"))}
    if row.get("status") == "closed" and "closed_by_merge" in (row.get("tags") or ()):
        row["status"] = "merged"
    if look("rated", ticket["id"]) is not None:  # its rating is in the list of ratings, with its times: once is enough
        row.pop("satisfaction_rating", None)
    yield row


def _rating_rows(rating: Record, look: Look) -> Iterator[Record]:
    yield {
        **rating,
        "assignee": {"name": name_of(look, "agents", rating.get("assignee_id"))},
        "group": {"name": name_of(look, "groups", rating.get("group_id"))},
    }


def _comment_rows(event: Record, look: Look) -> Iterator[Record]:
    for part in event.get("parts", ()):
        if part["type"] == "Comment":
            author = part.get("author_id") or event.get("updater_id")
            agent = author is not None and look("agents", author)
            ticket = look("tickets", event["ticket_id"]) or {}
            role = "agent" if agent else "requester" if author == ticket.get("requester_id") else "system" if author == -1 else None
            yield {
                "id": part["id"], "ticket_id": event["ticket_id"], "type": "Comment", "created_at": event["created_at"], "author_id": author,
                "author_role": role, "public": part.get("public"), "via": part.get("via"),
            }  # fmt: skip


def _change_rows(event: Record, look: Look) -> Iterator[Record]:
    for part in event.get("parts", ()):
        if part["type"] != "Comment":
            names = {"assignee_id": "agents", "group_id": "groups"}.get(part["field"])
            old, new = ((name_of(look, names, part[side]) if names else part[side]) for side in ("old", "new"))
            yield {
                "id": part["id"], "ticket_id": event["ticket_id"], "created_at": event["created_at"],
                "field_name": _FIELDS[part["field"]], "previous_value": old, "value": new, "author_id": event.get("updater_id"),
            }  # fmt: skip


ZENDESK = Api(
    name="zendesk",
    label="Zendesk",
    address=lambda account: f"https://{account}.zendesk.com",
    keys=(("KPI_ZENDESK_EMAIL", "KPI_ZENDESK_TOKEN"), ("KPI_ZENDESK_OAUTH",)),
    header=_header,
    resources=(
        Resource(
            "groups", "groups", "/api/v2/groups.json", _turn(), listed("groups"), ("id", "name"),
        ),
        Resource(
            "agents", "agents", "/api/v2/users.json", _turn(role="agent"), listed("users"), ("id", "name", "role"),
        ),
        Resource(
            "admins", "administrators", "/api/v2/users.json", _turn(role="admin"), listed("users"), ("id", "name", "role"),
            into="agents",
        ),
        Resource(
            "tickets", "tickets", "/api/v2/incremental/tickets/cursor.json", Stream({"include": "metric_sets", "per_page": 1000}), _tickets,
            ("id", "url", "created_at", "updated_at", "due_at", "type", "priority", "status", "via", "requester_id", "submitter_id",
             "assignee_id", "organization_id", "group_id", "brand_id", "tags", "satisfaction_rating", "metric_set"),
            shape=lambda ticket, _: {**ticket, "via": {"channel": (ticket.get("via") or {}).get("channel")}},
            per_minute=10,
        ),
        Resource(
            "ratings", "ratings", "/api/v2/satisfaction_ratings.json", _turn(timed=True), listed("satisfaction_ratings"),
            ("id", "ticket_id", "assignee_id", "group_id", "requester_id", "score", "comment", "created_at", "updated_at"),
            may_lack=True, marks="rated",
        ),
        Resource(
            "events", "ticket events", "/api/v2/incremental/ticket_events.json", Clocked({"include": "comment_events"}), listed("ticket_events"),
            ("id", "ticket_id", "created_at", "updater_id", "parts"), shape=_event, is_extra=True, per_minute=10,
        ),
    ),
    outputs=(
        Output("zendesk_tickets", "tickets", _ticket_rows),
        Output("zendesk_ratings", "ratings", _rating_rows),
        Output("zendesk_comments", "events", _comment_rows),
        Output("zendesk_changes", "events", _change_rows),
    ),
)  # fmt: skip
