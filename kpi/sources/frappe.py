"""Frappe Helpdesk tickets, by the labels of its form. Day and time of opening are two columns; a rating is a fraction, five stars are 1.

An SLA that is due or paused is not decided. Its durations are not read: the timestamps are there. No rating is written as 0.
Source: the vendor's own hd_ticket.json.
"""

from __future__ import annotations

from kpi.cells import constant, day_and_time, flag, identifier, instant, number, status, text
from kpi.sources._source import Part, Source

_TICKET, _REQUESTER = identifier("ID", "Name"), text("Raised By (Email)", "Raised By", "Contact")
_DUE: dict[str, object] = dict.fromkeys(("first response due", "resolution due", "paused"))

SOURCE = Source(
    name="frappe",
    label="Frappe Helpdesk",
    fills="tickets",
    signs=(("Raised By (Email)", "Opening Date"), ("First Responded On", "Resolution By", "SLA Status")),
    columns={
        "ticket_id": _TICKET,
        "created_at": day_and_time("Opening Date", "Opening Time"),
        "first_reply_at": instant("First Responded On"),
        "solved_at": instant("Resolution Date"),
        "due_at": instant("Resolution By"),
        "status": status("Status", words={"replied": "pending"}),
        "priority": text("Priority"),
        "type": text("Ticket Type"),
        "team": text("Team"),
        "requester": _REQUESTER,
        "organization": text("Customer"),
        "is_sla_met": flag("SLA Status", words={"fulfilled": True, "failed": False, **_DUE}),
    },
    also=(
        Part(
            "surveys",
            {
                "ticket_id": _TICKET,
                "requester": _REQUESTER,
                "kind": constant("csat"),
                "score": number("Rating", low=0, high=1, missing=("0", "0.0", "0.00")),
                "scale_low": constant(0.2),
                "scale_high": constant(1),
                "is_higher_better": constant(True),
                "comment": text("Feedback (Extra)"),
                "team": text("Team"),
            },
        ),
    ),
    skip=("First Response Time", "Average Response Time", "Resolution Time", "User Resolution Time", "Contact", "Feedback (Option)"),
)
