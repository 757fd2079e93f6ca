"""Zendesk's ticket events as `kpi pull` writes them: a row for each comment, and one for each change of a field. Times are UTC.

Agents and groups have their names already. An author who is neither an agent nor the ticket's requester is left without a role.
"""

from __future__ import annotations

from kpi.cells import choice, flag, identifier, instant, text
from kpi.sources._source import Source
from kpi.tables import ROLES

COMMENTS = Source(
    name="zendesk_comments",
    label="Zendesk (comments, pulled)",
    tool="zendesk",
    fills="messages",
    confidence="medium",
    signs=(("ticket_id", "type", "created_at", "author_id", "author_role", "public"),),
    utc=True,
    columns={
        "ticket_id": identifier("ticket_id"),
        "sent_at": instant("created_at"),
        "author": identifier("author_id"),
        "author_role": choice("author_role", words={role: role for role in ROLES}),
        "is_public": flag("public"),
        "channel": text("via", "via.channel"),
    },
)

CHANGES = Source(
    name="zendesk_changes",
    label="Zendesk (changes, pulled)",
    tool="zendesk",
    fills="changes",
    confidence="medium",
    signs=(("ticket_id", "created_at", "field_name", "previous_value", "value"),),
    utc=True,
    columns={
        "ticket_id": identifier("ticket_id"),
        "changed_at": instant("created_at"),
        "field": text("field_name"),
        "old": text("previous_value", words={"on-hold": "hold"}),
        "new": text("value", words={"on-hold": "hold"}),
    },
)

SOURCES = (COMMENTS, CHANGES)
