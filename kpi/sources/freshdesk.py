"""Freshdesk ticket export (the columns are the user's choice).

`Initial response time` is a TIMESTAMP. `… (in hrs)` are `HH:MM:SS` inside the working hours of the promise, while timestamps
are wall clock: they fill the business columns and are never compared with the timestamps. A reopened ticket loses its
Resolved time. Survey texts are those of the default surveys; "happy" and better counts as good, so it is 4 or 5 of 5.
"""

from __future__ import annotations

from kpi.cells import choice, constant, count, flag, hours, identifier, instant, items, status, text
from kpi.sources._source import Part, Source

STATES = {
    "open": "open",
    "pending": "pending",
    "resolved": "solved",
    "closed": "closed",
    "waiting on customer": "pending",
    "waiting on third party": "hold",
    # The API's numbers.
    "2": "open",
    "3": "pending",
    "4": "solved",
    "5": "closed",
}
_PROMISE = {"within sla": True, "sla met": True, "sla violated": False, "violated sla": False}
RATINGS: dict[str, object] = {
    "extremely happy": 5, "very happy": 5, "happy": 4, "neutral": 3, "unhappy": 2, "very unhappy": 1, "extremely unhappy": 1,
    "103": 5, "102": 5, "101": 4, "100": 3, "-101": 2, "-102": 1, "-103": 1,
    "not answered": None, "no response": None, "not rated": None,
}  # fmt: skip
_NOBODY = ("No Agent", "No Group", "Unassigned", "--")

_AGENT, _TEAM = text("Agent", missing=_NOBODY), text("Group", missing=_NOBODY)
_TICKET, _REQUESTER = identifier("Ticket ID"), text("Email", "Requester Email", "Full name", "Requester Name", "Contact ID")
_CHANNEL = text("Source")

SOURCE = Source(
    name="freshdesk",
    label="Freshdesk",
    fills="tickets",
    signs=(
        ("Ticket ID", "Agent interactions"),
        ("Ticket ID", "Created time", "Initial response time"),
        ("Ticket ID", "First response time (in hrs)"),
        ("Ticket ID", "Created time", "Resolution status", "Last update time"),
    ),
    missing=("No Summary",),
    columns={
        "ticket_id": _TICKET,
        "created_at": instant("Created time"),
        "first_reply_at": instant("Initial response time"),
        "solved_at": instant("Resolved time"),
        "closed_at": instant("Closed time"),
        "updated_at": instant("Last update time", "Last Updated Time"),
        "due_at": instant("Due by Time"),
        "status": status("Status", words=STATES),
        "channel": _CHANNEL,
        "priority": text("Priority"),
        "type": text("Type"),
        "product_area": text("Product", "Category"),
        "topic": text("Sub-Category"),
        "tags": items("Tags", separators=","),
        "team": _TEAM,
        "agent": _AGENT,
        "requester": _REQUESTER,
        "organization": text("Company Name", "Company"),
        "agent_replies": count("Agent interactions"),
        "requester_replies": count("Customer interactions"),
        "handle_seconds": hours("Time tracked"),
        "is_sla_met": flag("Resolution status", words=_PROMISE),
        "is_reply_sla_met": flag("First response status", words=_PROMISE),
        "first_reply_business_seconds": hours("First response time (in hrs)"),
        "full_resolution_business_seconds": hours("Resolution time (in hrs)"),
    },
    also=(
        Part(
            "surveys",
            {
                "ticket_id": _TICKET,
                "requester": _REQUESTER,
                "kind": constant("csat"),
                "score": choice("Survey results", "Survey Result", words=RATINGS),
                "scale_low": constant(1),
                "scale_high": constant(5),
                "is_higher_better": constant(True),
                "agent": _AGENT,
                "team": _TEAM,
                "channel": _CHANNEL,
            },
        ),
    ),
    skip=("Full name", "Title", "Email", "Contact ID", "Association type", "Requester Name", "Requester Email", "Every response status"),
)
