"""Zendesk Explore: the CSV of a report with a row for each ticket. Its columns are what the author of the report chose.

Most Explore reports are summaries; one without a ticket id is refused with the reason. Durations are read in the unit their header names.
"""

from __future__ import annotations

from kpi.cells import after, count, duration, either, identifier, instant, status, text
from kpi.sources._source import Source
from kpi.sources.zendesk import STATES

_CREATED = either(instant("Ticket created - Timestamp"), instant("Ticket created - Date"))

SOURCE = Source(
    name="zendesk_explore",
    label="Zendesk Explore (a row for each ticket)",
    tool="zendesk",
    fills="tickets",
    confidence="low",
    signs=(
        ("Ticket ID", "Ticket created - Timestamp"),
        ("Ticket ID", "First reply time (min)"),
        ("Ticket ID", "Full resolution time (hrs)"),
    ),
    warns=(
        "an Explore report is usually a summary: where a row stands for several tickets its times are averages, and nothing can be "
        "computed from them. Check that it has one row for each ticket.",
    ),
    columns={
        "ticket_id": identifier("Ticket ID"),
        "created_at": _CREATED,
        "first_reply_at": after(instant("Ticket created - Timestamp"), duration("First reply time")),
        "solved_at": either(instant("Ticket solved - Timestamp"), instant("Ticket solved - Date")),
        "updated_at": either(instant("Ticket updated - Timestamp"), instant("Ticket updated - Date")),
        "status": status("Ticket status", "Status", words=STATES),
        "channel": text("Ticket channel", "Channel"),
        "priority": text("Ticket priority", "Priority"),
        "type": text("Ticket type", "Type"),
        "product_area": text("Ticket brand", "Brand"),
        "team": text("Ticket group", "Group"),
        "agent": text("Assignee name", "Assignee"),
        "requester": identifier("Requester ID", "Requester name", "Requester"),
        "organization": text("Ticket organization name", "Organization"),
        "reopens": count("Reopens"),
        "agent_replies": count("Agent replies", "Replies"),
        "first_reply_seconds": duration("First reply time"),
        "first_resolution_seconds": duration("First resolution time"),
        "full_resolution_seconds": duration("Full resolution time"),
        "requester_wait_seconds": duration("Requester wait time"),
    },
    skip=("Requester name", "Requester email"),
)
