"""Intercom. Conversations by searching for what changed since the last pass, teammates, teams, and (where asked for) the parts of each.

The search pages with `starting_after`; a pass begins an overlap before the last one did, by Intercom's clock, so that what it indexed late is
not lost. Times are Unix seconds; the durations of `statistics` leave out the hours the office is closed, its instants do not. A single
conversation shows its newest 500 parts. Deleted conversations are not reported. Sources:
developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/searchconversations,
developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/pagination,
developers.intercom.com/docs/references/rest-api/errors/rate-limiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpi.pull.model import Api, Ask, Broken, Look, Output, Page, Record, Resource, State, listed, moment, name_of, written
from kpi.pull.paging import Passes

_SIZE = 150
_OVERLAP = 600.0
_REGIONS = {"us": "https://api.intercom.io", "eu": "https://api.eu.intercom.io", "au": "https://api.au.intercom.io"}
_STATISTICS = ("first_admin_reply_at", "first_assignment_at", "first_close_at", "last_close_at", "last_contact_reply_at")


def _search(state: State) -> Ask:
    paging = {"per_page": _SIZE} | ({"starting_after": state["token"]} if state["token"] else {})
    return Ask(
        "",
        body={
            "query": {"operator": "AND", "value": [{"field": "updated_at", "operator": ">", "value": int(state["from"])}]},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": paging,
        },
    )


def _after(page: Page, _state: State) -> str | None:
    pages = page.value.get("pages")
    if not isinstance(pages, dict):
        raise Broken("a page that does not say whether there is more")
    following = pages.get("next")
    return str(following["starting_after"]) if isinstance(following, dict) and following.get("starting_after") else None


_WHOLE = Passes(lambda _page, _state: None, lambda _state: Ask(""))


def _conversation(found: Record, _parent: str) -> Record:
    """A conversation without what was said in it, and without names and addresses of those who asked."""
    contacts = _inside(found, "contacts", "contacts")
    source = found.get("source") or {}
    rating = found.get("conversation_rating") or {}
    return {
        **found,
        "tags": [tag.get("name") for tag in _inside(found, "tags", "tags")],
        "topic": next((topic.get("name") for topic in _inside(found, "topics", "topics")), None),
        "source": {"type": source.get("type"), "delivered_as": source.get("delivered_as")},
        "contact_id": next((contact.get("id") for contact in contacts), None),
        "conversation_rating": {key: rating.get(key) for key in ("rating", "remark", "created_at")}
        | {"rated": (rating.get("teammate") or {}).get("type"), "teammate_id": (rating.get("teammate") or {}).get("id")},
        "sla_applied": {"sla_status": (found.get("sla_applied") or {}).get("sla_status")},
    }


def _inside(found: Record, outer: str, inner: str) -> list[Any]:
    there = found.get(outer)
    there = there.get(inner) if isinstance(there, dict) else there
    return [item for item in there if isinstance(item, dict)] if isinstance(there, list) else []


def _parts(page: Page) -> list[Record]:
    """The opening message and the parts of a conversation."""
    found = page.value
    if not isinstance(found, dict) or found.get("id") is None:
        raise Broken("no conversation")
    source = found.get("source") or {}
    opening = {
        "id": f"opening {found['id']}", "part_type": "comment", "author": source.get("author"), "created_at": found.get("created_at"), "body": "x",
    }  # fmt: skip
    parts = _inside(found, "conversation_parts", "conversation_parts")
    if not all(part.get("id") is not None for part in parts):
        raise Broken("a part without its number")
    return [opening, *parts]


def _part(part: Record, parent: str) -> Record:
    author = part.get("author") or {}
    return {
        "id": part["id"], "conversation_id": parent, "part_type": part.get("part_type"), "created_at": part.get("created_at"),
        "author": {"type": author.get("type"), "id": author.get("id")}, "is_said": bool(part.get("body")),
    }  # fmt: skip


def _ticket_rows(found: Record, look: Look) -> Iterator[Record]:
    statistics = found.get("statistics") or {}
    rating = found.get("conversation_rating") or {}
    yield {
        **found,
        **{key: _time(found.get(key)) for key in ("created_at", "updated_at")},
        "assignee": {"name": name_of(look, "agents", found.get("admin_assignee_id") or None)},
        "team": {"name": name_of(look, "groups", found.get("team_assignee_id") or None)},
        "statistics": statistics | {key: _time(statistics.get(key)) for key in _STATISTICS},
        # A rating of a bot is another thing than one of a teammate.
        "conversation_rating": rating
        | {"created_at": _time(rating.get("created_at")), "agent_name": name_of(look, "agents", rating.get("teammate_id"))}
        if rating.get("rated") == "admin"
        else None,
    }


def _message_rows(conversation: Record, _look: Look) -> Iterator[Record]:
    for part in conversation["items"]:
        if part.get("is_said"):
            yield {**part, "created_at": _time(part.get("created_at")), "public": part.get("part_type") != "note"}


def _time(seconds: Any) -> str | None:
    return written(moment(seconds)) if seconds else None


INTERCOM = Api(
    name="intercom",
    label="Intercom",
    address=lambda account: _REGIONS.get(account, _REGIONS["us"]),
    accounts=tuple(_REGIONS),
    keys=(("KPI_INTERCOM_TOKEN",),),
    header=lambda values: f"Bearer {values[0]}",
    headers={"Intercom-Version": "2.11"},
    identity=("/me", lambda answer: str(answer["app"]["id_code"])),
    resources=(
        Resource("groups", "teams", "/teams", _WHOLE, listed("teams"), ("id", "name")),
        Resource("agents", "teammates", "/admins", _WHOLE, listed("admins"), ("id", "name")),
        Resource(
            "tickets", "conversations", "/conversations/search", Passes(_after, _search, _OVERLAP), listed("conversations"),
            ("id", "created_at", "updated_at", "state", "priority", "admin_assignee_id", "team_assignee_id", "tags", "topic", "source",
             "contact_id", "statistics", "conversation_rating", "sla_applied"),
            shape=_conversation,
        ),
        Resource(
            "parts", "messages", "/conversations/{id}", _WHOLE, _parts,
            ("id", "conversation_id", "part_type", "created_at", "author", "is_said"), shape=_part, is_extra=True, each="tickets",
        ),
    ),
    outputs=(
        Output("intercom_conversations", "tickets", _ticket_rows),
        Output("intercom_parts", "parts", _message_rows),
    ),
)  # fmt: skip
