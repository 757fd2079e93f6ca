"""Intercom: conversations, tickets and CSAT reports (CSV), and messages (Prodsight). The zone of a report is in its headers; durations are seconds.

A conversation has no end that cannot reopen: "closed" is our *solved*, snoozed waits for the customer. First closed is the
first solve, last closed the last. Only a teammate's rating is read: ratings of Fin and of chatbots are other columns and other
things; of the CSAT report those about an agent that is no teammate are left out. Only the CSAT report says when a rating was given.
The message export is in UTC; a conversation in it is told by its first row, and notes are not public.
"""

from __future__ import annotations

from kpi.cells import choice, constant, count, flag, identifier, instant, items, number, seconds, status, text
from kpi.sources._source import Part, Source

STATES = {"open": "open", "closed": "solved", "snoozed": "pending"}
_TICKET = identifier("Conversation ID")
_REQUESTER = identifier("User ID", "User email", "User participant IDs", "User participant emails", "User name")
_TEAM, _CHANNEL = text("Team currently assigned"), text("Channel")
_AGENT = text("Teammate currently assigned")
_RATING = Part(
    "surveys",
    {
        "ticket_id": _TICKET,
        "requester": _REQUESTER,
        "kind": constant("csat"),
        "score": number("Last teammate rating", low=1, high=5),
        "scale_low": constant(1),
        "scale_high": constant(5),
        "is_higher_better": constant(True),
        "comment": text("Last teammate rating remark"),
        "agent": text("Last teammate rated", "Teammate currently assigned"),
        "team": _TEAM,
        "channel": _CHANNEL,
    },
)
_HOURS = ", only within office hours"
_WITHIN = ", within office hours"

CONVERSATIONS = Source(
    name="intercom",
    label="Intercom",
    tool="intercom",
    fills="tickets",
    signs=(
        ("Conversation ID", "Conversation started at"),
        ("Conversation ID", "Conversation created at", "Conversation last closed at"),
    ),
    columns={
        "ticket_id": _TICKET,
        "created_at": instant("Conversation started at", "Conversation created at"),
        "first_reply_at": instant("Conversation first replied at"),
        "work_started_at": instant("First assignment at"),
        "first_solved_at": instant("Conversation first closed at"),
        "solved_at": instant("Conversation last closed at"),
        "updated_at": instant("Conversation updated at"),
        "status": status("Current conversation state", words=STATES),
        "channel": _CHANNEL,
        "priority": text("Conversation priority"),
        "type": text("Ticket type"),
        "product_area": text("Ticket category"),
        "topic": text("Topics"),
        "tags": items("Conversation tag", separators=";,"),
        "team": _TEAM,
        "agent": _AGENT,
        "requester": _REQUESTER,
        "organization": text("Company name"),
        "country": text("Country"),
        "agent_replies": count("Replies to close a conversation"),
        "reassignments": count("Number of reassignments"),
        "handle_seconds": seconds("Handling time"),
        "is_first_contact_resolved": flag("Resolved on first contact"),
        "url": text("Conversation URL"),
        "first_reply_seconds": seconds("First response time"),
        "first_reply_business_seconds": seconds(f"First response time{_HOURS}"),
        "first_resolution_seconds": seconds("Time to first close"),
        "first_resolution_business_seconds": seconds(f"Time to first close{_WITHIN}"),
        "full_resolution_seconds": seconds("Time to close"),
        "full_resolution_business_seconds": seconds(f"Time to close{_WITHIN}"),
    },
    also=(
        _RATING,
    ),
    skip=(
        "Title", "Source URL", "Conversation source", "CX Score explanation", "Call participants", "User type", "User ID",
        "User participant IDs", "User participant names", "User participant emails", "Fin AI Agent rating remark",
        "Last teammate rated ID", "Teammate currently assigned ID", "Team currently assigned ID", "Fin content referenced",
    ),
)  # fmt: skip

TICKETS = Source(
    name="intercom_tickets",
    label="Intercom (tickets)",
    tool="intercom",
    fills="tickets",
    signs=(("Conversation ID", "Ticket created", "Current ticket state category"),),
    columns={
        "ticket_id": _TICKET,
        "created_at": instant("Ticket created"),
        "solved_at": instant("Ticket last resolved"),
        "updated_at": instant("Conversation updated at"),
        "status": status("Current ticket state category", words={"submitted": "new", "in progress": "open"}),
        "channel": _CHANNEL,
        "type": text("Ticket type"),
        "product_area": text("Ticket category"),
        "team": _TEAM,
        "agent": _AGENT,
        "requester": _REQUESTER,
        "url": text("Ticket URL"),
        "full_resolution_seconds": seconds("Ticket time to resolve"),
    },
    also=(_RATING,),
    skip=CONVERSATIONS.skip,
)

_BOTS = ("bot", "chatbot", "custom bot", "operator", "workflow", "fin", "fin ai agent", "ai agent")

CSAT = Source(
    name="intercom_csat",
    label="Intercom (CSAT)",
    tool="intercom",
    fills="surveys",
    signs=(("Conversation ID", "Conversation rating", "Agent rated type"),),
    keep=flag("Agent rated type", words={"teammate": True, "admin": True, "human": True, **dict.fromkeys(_BOTS, False)}),
    drops="the rating is about a bot",
    columns={
        "ticket_id": _TICKET,
        "requester": identifier("User ID", "User email", "User name"),
        "kind": constant("csat"),
        "score": number("Conversation rating", low=1, high=5),
        "scale_low": constant(1),
        "scale_high": constant(5),
        "is_higher_better": constant(True),
        "answered_at": instant("Updated at"),
        "comment": text("Conversation rating remark"),
    },
)

_MESSAGE_TICKET = identifier("conversation_id")

MESSAGES = Source(
    name="intercom_messages",
    label="Intercom (messages, by Prodsight)",
    tool="intercom",
    fills="messages",
    confidence="medium",
    signs=(("message_id", "conversation_id", "message_created_at", "message_author_type"),),
    utc=True,
    columns={
        "ticket_id": _MESSAGE_TICKET,
        "sent_at": instant("message_created_at"),
        "author": identifier("message_author_id"),
        "author_role": choice(
            "message_author_type",
            words={"admin": "agent", "user": "requester", "lead": "requester", "contact": "requester", "bot": "bot"},
        ),
        "is_public": flag("message_type", words={"note": False, "comment": True, "conversation": True, "assignment": False}),
        "text": text("message_body"),
    },
    also=(
        Part(
            "tickets",
            {
                "ticket_id": _MESSAGE_TICKET,
                "created_at": instant("conversation_created_at"),
                "first_reply_at": instant("conversation_first_response_at"),
                "solved_at": instant("conversation_closed_at"),
                "status": status("conversation_state", words=STATES),
                "tags": items("conversation_tags", separators=";,"),
            },
            once=True,
        ),
    ),
    skip=("message_id", "app_id", "message_author_user_id", "message_author_name", "message_author_companies"),
)

SOURCES = (CONVERSATIONS, TICKETS, CSAT, MESSAGES)
