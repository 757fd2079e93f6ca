"""Calls, one a row, from any telephone system: when it came, how long it waited, how long it was talked to, and by whom.

A call is a ticket with the channel phone. Handle time is talk + hold + after-call work, where the talk is there. Whether it
was abandoned is read from a yes/no, from a word for the outcome, or from `answered`. Headers are matched loosely, so this is
considered only where no particular source fits; a plain number without a unit is read as seconds, and said.
"""

from __future__ import annotations

from kpi.cells import Duration, constant, day_and_time, duration, either, flag, identifier, instant, text, total
from kpi.sources._source import Source

_ID = ("Call ID", "call_id", "callid", "Call", "Call number", "Contact ID", "Interaction ID", "Conversation ID", "UCID", "Session ID", "id")
_START = (
    "Timestamp", "Started at", "Start time", "Start", "call_start", "started_at", "Call start", "Call started", "Date/Time", "Datetime",
    "Call time start", "Offered at", "Queued at", "queued_at", "created_at", "Created at", "Call date time", "date_time", "vru_entry",
)  # fmt: skip
_DAY, _TIME = ("Date", "Call date", "call_date", "Day"), ("Time", "Call time", "call_time", "Time of day", "Start time")
_WAIT = (
    "Queue wait time", "Wait time", "Waiting time", "wait_time", "wait_seconds", "Wait", "Queue time", "queue_time", "queue_seconds",
    "q_time", "Speed of answer", "Speed of answer in seconds", "Time to answer", "Total queue", "Seconds to answer", "waiting_seconds",
)  # fmt: skip
_TALK = (
    "Talk time",
    "talk_time",
    "talk_seconds",
    "Talk",
    "Talk duration",
    "Total talk",
    "ser_time",
    "Service time",
    "conversation_seconds",
)
_HOLD = ("Hold time", "hold_time", "hold_seconds", "Total hold")
_WRAP = (
    "After call work time", "After call work", "Wrap time", "wrap_time", "wrap_seconds", "wrap", "ACW", "acw_seconds", "Total ACW",
    "Wrap up time", "after_call_seconds",
)  # fmt: skip
_HANDLE = ("Handle time", "handle_time", "handle_seconds", "Total handle", "Handling time")
_ANSWERED = ("Answered", "is_answered", "Call answered", "answered_flag")
_ABANDONED = ("Abandoned", "is_abandoned", "Abandon", "call_abandoned")
_OUTCOME = ("Outcome", "Contact type", "Call outcome", "Call result", "Call status", "Disposition")


def _seconds(*names: str) -> Duration:
    return duration(*names, unit="seconds", clock="m:ss", assumed=True)


_FLIPPED: dict[str, object] = {
    **dict.fromkeys(("yes", "y", "true", "t", "1"), False),
    **dict.fromkeys(("no", "n", "false", "f", "0"), True),
}
LEFT: dict[str, object] = {
    **dict.fromkeys(
        ("abandoned", "abandon", "short_abandoned", "short abandoned", "hang", "hangup", "hung up", "missed", "unanswered"), True
    ),
    **dict.fromkeys(("answered", "agent", "handled", "connected", "completed", "served"), False),
    **dict.fromkeys(("voicemail", "phantom", "transferred", "callback"), None),
}

SOURCE = Source(
    name="call_log",
    label="a call log",
    tool="call_log",
    fills="tickets",
    general=True,
    needs=("created_at", "queue_seconds", "handle_seconds"),
    columns={
        "ticket_id": identifier(*_ID),
        "created_at": either(instant(*_START), day_and_time(_DAY, _TIME), instant(*_DAY)),
        "channel": either(text("Media type", "Channel"), constant("phone")),
        "topic": text("Topic", "Call reason", "Reason", "Wrap-up", "Disposition"),
        "team": text("Queue", "Queue name", "Team", "Team name", "Skill", "Department", "Campaign", "Ring groups"),
        "agent": text("Agent name", "agent_name", "Agent", "User name", "Answered by", missing=("[None]", "NO_SERVER")),
        "requester": identifier("Customer ID", "customer_id", "Caller ID", "Caller", "ANI", "Customer", "Customer phone number"),
        "queue_seconds": _seconds(*_WAIT),
        "handle_seconds": either(_seconds(*_HANDLE), total(_seconds(*_TALK), _seconds(*_HOLD), _seconds(*_WRAP))),
        "is_abandoned": either(flag(*_ABANDONED, marks=True), flag(*_ANSWERED, words=_FLIPPED), flag(*_OUTCOME, words=LEFT)),
        "is_first_contact_resolved": flag("Resolved", "First call resolution", "FCR", "Resolved on first contact"),
    },
    keep=flag("Data Status", words={"valid": True, "damaged": False}),
    drops="the export marks it as damaged",
    skip=("Customer name", "DNIS", "Recordings", "Contact person number", "External phone number (forward)", "Phone display name"),
)
