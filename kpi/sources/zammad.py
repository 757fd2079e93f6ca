"""Zammad's report download (.xlsx): a title above the header, times in the zone of whoever downloaded it.

`… In Min` are working minutes. `… Diff In Min` is the time LEFT of a promise: below zero it was missed. `Time Units Total` is in a unit the
administrator chose, so its cells stay unread until a mapping names it. Source: the vendor's own code (lib/excel_sheet/ticket.rb).
"""

from __future__ import annotations

from kpi.cells import duration, identifier, instant, items, kept, minutes, status, text
from kpi.sources._source import Source

SOURCE = Source(
    name="zammad",
    label="Zammad",
    fills="tickets",
    signs=(("#", "Create Channel", "Close Diff In Min"), ("#", "Create Channel", "First Response Diff In Min")),
    columns={
        "ticket_id": identifier("#"),
        "created_at": instant("Created At"),
        "first_reply_at": instant("First Response At"),
        "closed_at": instant("Closed At"),
        "updated_at": instant("Updated At"),
        "due_at": instant("Close Escalation At"),
        "status": status("State"),
        "channel": text("Create Channel"),
        "priority": text("Priority"),
        "tags": items("Tags", separators=","),
        "team": text("Group"),
        "agent": text("Owner"),
        "requester": text("Customer"),
        "organization": text("Organization"),
        "handle_seconds": duration("Time Units Total"),
        "is_sla_met": kept("Close Diff In Min", once="Closed At"),
        "is_reply_sla_met": kept("First Response Diff In Min", once="First Response At"),
        "first_reply_business_seconds": minutes("First Response In Min"),
        "full_resolution_business_seconds": minutes("Close In Min"),
    },
    skip=("Title", "Update In Min", "Update Diff In Min", "Article Count"),
)
