"""Talkdesk calls report. Whether a call was abandoned is its contact type; rows marked as damaged are left out.

Numbers are read as seconds, and said. The end of a call is not its solution, so none is read. The service level is the promise of an answer.
"""

from __future__ import annotations

from kpi.cells import Duration, constant, duration, either, flag, identifier, instant, text, total
from kpi.sources._source import Source
from kpi.sources.call_log import LEFT


def _span(*names: str) -> Duration:
    return duration(*names, unit="seconds", clock="m:ss", assumed=True)


SOURCE = Source(
    name="talkdesk",
    label="Talkdesk (calls)",
    fills="tickets",
    signs=(("Interaction ID", "Contact Type", "Talk Time"), ("Interaction ID", "Contact Type", "Wait Time")),
    columns={
        "ticket_id": identifier("Interaction ID"),
        "created_at": instant("Started At"),
        "first_reply_at": instant("Answered At"),
        "channel": constant("phone"),
        "type": text("Direction"),
        "team": text("Team Name", "Ring Groups"),
        "agent": text("User Name"),
        "requester": identifier("Contact Person Number"),
        "queue_seconds": _span("Wait Time"),
        "handle_seconds": either(_span("Handle Time"), total(_span("Talk Time"), _span("Hold Time"), _span("After Call Work Time"))),
        "is_abandoned": flag("Contact Type", words=LEFT),
        "is_reply_sla_met": flag("Inside Service Level"),
    },
    keep=flag("Data Status", words={"valid": True, "damaged": False}),
    drops="the export marks it as damaged",
    skip=(
        "Contact ID", "Company Number", "Phone Display Name", "External Phone Number", "Time to Missed", "Abandon Time", "Short Abandon Time",
        "Time to Voicemail", "Ring Time", "Connect Time", "Connected At", "Finished At",
        "Hard Hold Time", "Soft Hold Time", "Duration", "Talk Time", "Hold Time",
        "After Call Work Time", "User ID", "Team ID", "Direct Assignment User", "Direct Assignment IDs", "Handling Ring Groups",
    ),
)  # fmt: skip
