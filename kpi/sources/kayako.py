"""Kayako cases. No export was at hand: headers by best effort."""

from __future__ import annotations

from kpi.cells import identifier, instant, items, status, text
from kpi.sources._source import Source

SOURCE = Source(
    name="kayako",
    label="Kayako",
    fills="tickets",
    confidence="low",
    signs=(("Case ID", "Assigned Agent"), ("Case ID", "Team", "Status", "Created", "Updated")),
    columns={
        "ticket_id": identifier("Case ID"),
        "created_at": instant("Created", "Created At"),
        "updated_at": instant("Updated", "Updated At"),
        "status": status("Status"),
        "channel": text("Channel", "Source"),
        "priority": text("Priority"),
        "type": text("Type"),
        "tags": items("Tags"),
        "team": text("Team", "Assigned Team"),
        "agent": text("Assigned Agent"),
        "requester": text("Requester", "Customer"),
        "organization": text("Organization"),
    },
)
