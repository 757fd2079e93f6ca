"""Freshdesk's API: tickets (with `include=stats`), satisfaction ratings and conversations, as it gives them or as `kpi pull` writes them.

Statuses, priorities and sources are numbers; those from 8 on are the account's own. Times are UTC, `stats` holds instants, and how often a
ticket was reopened is not told. A rating counts by its first question (`default_question`): 101 and better is good.
"""

from __future__ import annotations

from kpi.cells import choice, constant, flag, identifier, instant, items, status, text
from kpi.sources._source import Source
from kpi.sources.freshdesk import RATINGS, STATES

_CHANNELS = {
    "1": "email", "2": "portal", "3": "phone", "4": "forum", "5": "twitter", "6": "facebook", "7": "chat", "9": "feedback widget",
    "10": "outbound email", "11": "ecommerce", "12": "bot", "13": "whatsapp",
}  # fmt: skip
_PRIORITIES = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}

TICKETS = Source(
    name="freshdesk_api",
    label="Freshdesk (API)",
    tool="freshdesk",
    fills="tickets",
    confidence="medium",
    signs=(("id", "responder_id", "fr_due_by", "company_id"),),
    needs=("agent",),  # its other headers (id, status, created_at) are everybody's
    utc=True,
    columns={
        "ticket_id": identifier("id"),
        "created_at": instant("created_at"),
        "first_reply_at": instant("stats.first_responded_at"),
        "solved_at": instant("stats.resolved_at"),
        "closed_at": instant("stats.closed_at"),
        "updated_at": instant("updated_at"),
        "due_at": instant("due_by"),
        "status": status("state", "status", words={**STATES, "6": "pending", "7": "hold"}),
        "channel": text("source", words=_CHANNELS),
        "priority": text("priority", words=_PRIORITIES),
        "type": text("type"),
        "product_area": text("product_name", "product_id"),
        "tags": items("tags", separators=","),
        "team": text("group_name", "group_id"),
        "agent": text("agent_name", "responder_id"),
        "requester": identifier("requester_id"),
        "organization": identifier("company_id"),
    },
    skip=(
        "responder_id", "group_id", "product_id", "status", "spam", "deleted", "is_escalated", "fr_escalated", "fr_due_by",
        "stats.agent_responded_at", "stats.requester_responded_at", "stats.status_updated_at", "stats.reopened_at", "stats.pending_since",
        "subject", "description", "description_text", "to_emails", "cc_emails", "fwd_emails", "reply_cc_emails", "requester.name",
        "requester.email", "requester.id", "form_id", "email_config_id", "association_type",
    ),
)  # fmt: skip

SURVEYS = Source(
    name="freshdesk_ratings",
    label="Freshdesk (ratings)",
    tool="freshdesk",
    fills="surveys",
    confidence="medium",
    signs=(("survey_id", "ticket_id", "ratings.default_question"),),
    utc=True,
    columns={
        "ticket_id": identifier("ticket_id"),
        "requester": identifier("user_id"),
        "kind": constant("csat"),
        "score": choice("ratings.default_question", words=RATINGS),
        "scale_low": constant(1),
        "scale_high": constant(5),
        "is_higher_better": constant(True),
        "answered_at": instant("created_at"),
        "comment": text("feedback"),
        "agent": text("agent_name", "agent_id"),
        "team": text("group_name", "group_id"),
    },
)

MESSAGES = Source(
    name="freshdesk_conversations",
    label="Freshdesk (conversations)",
    tool="freshdesk",
    fills="messages",
    confidence="medium",
    signs=(("ticket_id", "user_id", "incoming", "private", "created_at"),),
    utc=True,
    columns={
        "ticket_id": identifier("ticket_id"),
        "sent_at": instant("created_at"),
        "author": identifier("user_id"),
        "author_role": choice("incoming", words={"true": "requester", "false": "agent"}),
        "is_public": flag("private", words={"true": False, "false": True}),
    },
)

SOURCES = (TICKETS, SURVEYS, MESSAGES)
