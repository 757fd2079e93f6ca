"""Gladly's conversation export. A closed conversation opens again, so closed is our solved; merged ones are kept and not counted."""

from __future__ import annotations

from kpi.cells import identifier, instant, status, text
from kpi.sources._source import Source

SOURCE = Source(
    name="gladly",
    label="Gladly",
    fills="tickets",
    confidence="medium",
    signs=(
        ("Conversation ID", "First Closed At", "Initiator Type - Created"),
        ("Conversation ID", "Assigned Agent ID - Current"),
        ("Conversation ID", "Inbox Name - Current"),
    ),
    columns={
        "ticket_id": identifier("Conversation ID"),
        "created_at": instant("Created At"),
        "first_solved_at": instant("First Closed At"),
        "solved_at": instant("Last Closed At"),
        "status": status("Status", words={"closed": "solved"}),
        "team": text("Inbox Name - Current", "Inbox ID - Current"),
        "agent": text("Assigned Agent Name - Current", "Assigned Agent ID - Current"),
        "requester": identifier("Customer ID"),
        "submitter": text("Initiator Agent Name - Created"),
        "url": text("Conversation Link"),
    },
    skip=("Assigned Agent ID - Current", "Inbox ID - Current", "Initiator Agent ID - Created", "Inbox ID - Created"),
)
