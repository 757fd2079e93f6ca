"""Gorgias tickets by the field names of its API. Its CSV was not at hand: such a file goes to the mapping screen.

A snoozed ticket counts as closed. The channel is that of the first message. Scores are 1 to 5; an unanswered survey has none.
"""

from __future__ import annotations

from kpi.cells import constant, identifier, instant, number, status, text
from kpi.sources._source import Part, Source

_TICKET, _REQUESTER = identifier("id"), identifier("customer.id", "customer.email", "customer")
_AGENT = text("assignee_user.name", "assignee_user.email", "assignee_user.id", "assignee_user")
_TEAM, _CHANNEL = text("assignee_team.name", "assignee_team.id", "assignee_team"), text("channel")

SOURCE = Source(
    name="gorgias",
    label="Gorgias",
    fills="tickets",
    confidence="low",
    signs=(
        ("id", "created_datetime", "opened_datetime"),
        ("id", "created_datetime", "closed_datetime", "last_message_datetime"),
        ("id", "created_datetime", "last_received_message_datetime"),
    ),
    utc=True,
    columns={
        "ticket_id": _TICKET,
        "created_at": instant("created_datetime"),
        "closed_at": instant("closed_datetime"),
        "updated_at": instant("updated_datetime"),
        "status": status("status"),
        "channel": _CHANNEL,
        "priority": text("priority"),
        "language": text("language"),
        "team": _TEAM,
        "agent": _AGENT,
        "requester": _REQUESTER,
    },
    also=(
        Part(
            "surveys",
            {
                "ticket_id": _TICKET,
                "requester": _REQUESTER,
                "kind": constant("csat"),
                "score": number("satisfaction_survey.score", low=1, high=5),
                "scale_low": constant(1),
                "scale_high": constant(5),
                "is_higher_better": constant(True),
                "comment": text("satisfaction_survey.body_text"),
                "agent": _AGENT,
                "team": _TEAM,
                "channel": _CHANNEL,
            },
        ),
    ),
    skip=("external_id", "subject", "tags", "customer.name", "customer.email", "uri", "assignee_user.id", "assignee_team.id"),
)
