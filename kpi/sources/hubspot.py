"""HubSpot Service tickets. The columns are the user's choice; ids exported through a spreadsheet lose digits.

A status is a stage of a pipeline, often with the pipeline behind it: `Closed (Support Pipeline)`. A ticket that is waiting on us is open.
A first reply is a time of its own, or a duration since creation (`HH:mm:ss`, hours above 24 allowed). The SLA
columns are kept as splits: their words are not known well enough to be read.
"""

from __future__ import annotations

from kpi.cells import after, constant, duration, either, identifier, instant, number, status, text
from kpi.sources._source import Part, Source

_TICKET, _REQUESTER = identifier("Ticket ID"), text("All associated contact emails", "Associated Contact")
_CREATED = instant("Create date")

SOURCE = Source(
    name="hubspot",
    label="HubSpot Service",
    fills="tickets",
    signs=(
        ("Ticket ID", "Ticket name", "Pipeline"),
        ("Ticket ID", "Ticket name", "Time to first agent email reply (HH:mm:ss)"),
        ("Ticket ID", "Ticket name", "Time to close (HH:mm:ss)"),
    ),
    columns={
        "ticket_id": _TICKET,
        "created_at": _CREATED,
        "first_reply_at": either(
            instant("First agent email response date"),
            after(_CREATED, duration("Time to first agent email reply (HH:mm:ss)", clock="h:mm")),
        ),
        "solved_at": instant("Close date"),
        "closed_at": instant("Close date"),
        "status": status("Ticket status", words={"waiting on us": "open"}),
        "channel": text("Source"),
        "priority": text("Priority"),
        "product_area": text("Category"),
        "topic": text("Subcategory"),
        "team": text("Pipeline"),
        "agent": text("Ticket owner"),
        "requester": _REQUESTER,
        "organization": text("Associated Company (Primary)", "Associated Company"),
        "first_reply_seconds": duration("Time to first agent email reply (HH:mm:ss)", clock="h:mm"),
        "full_resolution_seconds": duration("Time to close (HH:mm:ss)", clock="h:mm"),
    },
    also=(
        Part(
            "surveys",
            {
                "ticket_id": _TICKET,
                "requester": _REQUESTER,
                "kind": constant("ces"),
                "score": number("Last CES survey rating", low=1, high=7),
                "scale_low": constant(1),
                "scale_high": constant(7),
                "is_higher_better": constant(True),
                "answered_at": instant("Last CES survey date"),
                "comment": text("Last CES survey comment"),
                "agent": text("Ticket owner"),
                "channel": text("Source"),
            },
        ),
    ),
    skip=("Ticket name", "Last CES survey comment", "Last customer reply date", "All associated contact emails"),
)
