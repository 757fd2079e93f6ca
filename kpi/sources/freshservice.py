"""Freshservice ticket export: the labels of Freshdesk with capitals, and those of an IT desk (urgency, impact, approval, category).

Ids are `INC-123` or `SR-45`. What is said of Freshdesk's times and promises holds here too.
"""

from __future__ import annotations

from dataclasses import replace

from kpi.cells import text
from kpi.sources.freshdesk import SOURCE as FRESHDESK

SOURCE = replace(
    FRESHDESK,
    name="freshservice",
    label="Freshservice",
    confidence="medium",
    signs=(
        ("Ticket Id", "Urgency", "Impact"),
        ("Ticket Id", "Approval Status"),
        ("Ticket Id", "Requester VIP"),
        ("Ticket Id", "Experience Score"),
    ),
    over=("freshdesk",),
    columns={
        **FRESHDESK.columns,
        "product_area": text("Category"),
        "topic": text("Sub-Category"),
        "requester": text("Requester Email", "Requester Name"),
        "organization": text("Company"),
    },
)
