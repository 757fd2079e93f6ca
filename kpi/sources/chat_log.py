"""Chats, one a row, from LiveChat, Userlike and their kin. No export was at hand, so headers are matched loosely, by best effort.

A chat is a ticket of the channel chat that is solved when it ends. Its duration is the time from its beginning to its end, not the time
an agent spent: agents hold several chats at once. LiveChat writes durations in seconds and rates good or bad.
"""

from __future__ import annotations

from kpi.cells import choice, constant, duration, either, identifier, instant, items, status, text
from kpi.sources._source import Part, Source

_TICKET = identifier("Chat ID", "chat_id", "Conversation ID", "Session ID", "id")
_REQUESTER = identifier("Customer ID", "Visitor ID", "user_id", "userId", "Customer email", "Visitor email", "Visitor", "Customer")
_AGENT = text("Agent", "Agent name", "Operator", "Operator name", "agent_id", "operator_id", "Assignee", "Last operator")
_TEAM = text("Group", "Group name", "Department", "Team", "Widget")
_RATING: dict[str, object] = {
    "good": 1, "rated good": 1, "bad": 0, "rated bad": 0, "not rated": None, "rated commented": None,
}  # fmt: skip

SOURCE = Source(
    name="chat_log",
    label="a chat log (LiveChat, Userlike and others)",
    fills="tickets",
    confidence="low",
    general=True,
    over=("call_log",),
    signs=(("Chat ID",), ("chat_id",), ("chatcampaign_id", "time_start", "state")),
    needs=("created_at",),
    columns={
        "ticket_id": _TICKET,
        "created_at": instant(
            "Chat started", "Chat start", "Started at", "started_at", "time_start", "Start time", "Created at", "created_at", "Date",
        ),
        "solved_at": instant("Chat ended", "Chat end", "Ended at", "ended_at", "time_end", "End time", "Closed at", "closed_at"),
        "status": status("Status", "state"),
        "channel": either(text("Channel"), constant("chat")),
        "topic": text("Topic"),
        "tags": items("Tags", "tags"),
        "team": _TEAM,
        "agent": _AGENT,
        "requester": _REQUESTER,
        "country": text("Country"),
        "queue_seconds": duration("Queue time", "Wait time", "queue_duration", "queue_seconds", unit="seconds", assumed=True),
        "full_resolution_seconds": duration("Duration", "Chat duration", "duration_secs", unit="seconds", assumed=True),
    },
    also=(
        Part(
            "surveys",
            {
                "ticket_id": _TICKET,
                "requester": _REQUESTER,
                "kind": constant("csat"),
                "score": choice("Rating", "Rate", "ratings", words=_RATING),
                "scale_low": constant(0),
                "scale_high": constant(1),
                "is_higher_better": constant(True),
                "comment": text("Rating comment", "Feedback"),
                "agent": _AGENT,
                "team": _TEAM,
            },
        ),
    ),
    skip=("Transcript", "Visitor name", "Customer name"),
)  # fmt: skip
