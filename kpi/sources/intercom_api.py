"""Intercom's API: conversations and their parts, as it gives them or as `kpi pull` writes them.

Times are UTC. The durations of `statistics` leave out the hours the office is closed, so they fill the business columns; its instants are wall
clock. "Closed" is our *solved*, snoozed waits for the customer. Only a teammate's rating is read: `kpi pull` leaves ratings of bots out.
"""

from __future__ import annotations

from kpi.cells import choice, constant, count, either, flag, identifier, instant, items, number, seconds, status, text
from kpi.sources._source import Part, Source
from kpi.sources.intercom import STATES

_AGENT, _TEAM = text("assignee.name", "admin_assignee_id", missing=("0",)), text("team.name", "team_assignee_id", missing=("0",))
_REQUESTER, _CHANNEL = identifier("contact_id"), text("source.type")

CONVERSATIONS = Source(
    name="intercom_api",
    label="Intercom (API)",
    tool="intercom",
    fills="tickets",
    confidence="medium",
    signs=(("id", "state", "admin_assignee_id", "team_assignee_id", "created_at"),),
    needs=("agent",),  # its other headers (id, status, created_at) are everybody's
    utc=True,
    columns={
        "ticket_id": identifier("id"),
        "created_at": instant("created_at"),
        "first_reply_at": instant("statistics.first_admin_reply_at"),
        "work_started_at": instant("statistics.first_assignment_at"),
        "first_solved_at": instant("statistics.first_close_at"),
        "solved_at": instant("statistics.last_close_at"),
        "updated_at": instant("updated_at"),
        "status": status("state", words=STATES),
        "channel": _CHANNEL,
        "priority": text("priority"),
        "topic": text("topic"),
        "tags": items("tags"),
        "team": _TEAM,
        "agent": _AGENT,
        "requester": _REQUESTER,
        "reopens": count("statistics.count_reopens"),
        "reassignments": count("statistics.count_assignments", less=1),
        "is_sla_met": flag("sla_applied.sla_status", words={"hit": True, "missed": False, "cancelled": None, "active": None}),
        "first_reply_business_seconds": seconds("statistics.time_to_admin_reply"),
        "first_resolution_business_seconds": seconds("statistics.time_to_first_close"),
        "full_resolution_business_seconds": seconds("statistics.time_to_last_close"),
    },
    also=(
        Part(
            "surveys",
            {
                "ticket_id": identifier("id"),
                "requester": _REQUESTER,
                "kind": constant("csat"),
                "score": number("conversation_rating.rating", low=1, high=5),
                "scale_low": constant(1),
                "scale_high": constant(5),
                "is_higher_better": constant(True),
                "answered_at": instant("conversation_rating.created_at"),
                "comment": text("conversation_rating.remark"),
                "agent": text("conversation_rating.agent_name", "assignee.name"),
                "team": _TEAM,
                "channel": _CHANNEL,
            },
        ),
    ),
    skip=(
        "type", "admin_assignee_id", "team_assignee_id", "source.delivered_as", "conversation_rating.rated", "conversation_rating.teammate_id",
        "conversation_rating.agent_name", "statistics.last_contact_reply_at", "statistics.last_assignment_at", "statistics.last_admin_reply_at",
        "statistics.last_assignment_admin_reply_at", "statistics.first_contact_reply_at", "statistics.last_closed_by_id", "statistics.type",
        "statistics.count_conversation_parts", "title", "source.id", "source.body", "source.subject", "source.author.id", "source.author.name",
        "source.author.email", "source.url", "waiting_since", "snoozed_until", "read", "open",
    ),
)  # fmt: skip

PARTS = Source(
    name="intercom_parts",
    label="Intercom (messages, pulled)",
    tool="intercom",
    fills="messages",
    confidence="medium",
    signs=(("conversation_id", "part_type", "author.type", "created_at"),),
    utc=True,
    columns={
        "ticket_id": identifier("conversation_id"),
        "sent_at": instant("created_at"),
        "author": identifier("author.id"),
        "author_role": choice(
            "author.type",
            words={"admin": "agent", "team": "agent", "user": "requester", "lead": "requester", "contact": "requester", "bot": "bot"},
        ),
        "is_public": either(flag("public"), choice("part_type", words={"note": False, "comment": True, "open": True, "close": True})),
    },
)

SOURCES = (CONVERSATIONS, PARTS)
