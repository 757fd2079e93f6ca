"""Chatwoot's CSAT report, a row for each answer. Its other reports are summaries (a row for each agent, inbox, team or label) and are refused.

The ticket is the number at the end of the link to the conversation. Its reports say that they are in UTC.
"""

from __future__ import annotations

from kpi.cells import constant, first, identifier, instant, number, text
from kpi.sources._source import Source

SOURCE = Source(
    name="chatwoot",
    label="Chatwoot (CSAT)",
    fills="surveys",
    signs=(("Link to the conversation", "Rating"),),
    zone="UTC",
    columns={
        "ticket_id": identifier("Link to the conversation", part=r"/conversations/(\d+)"),
        "requester": first(text("Contact Email Address"), text("Contact Name")),
        "kind": constant("csat"),
        "score": number("Rating", low=1, high=5),
        "scale_low": constant(1),
        "scale_high": constant(5),
        "is_higher_better": constant(True),
        "answered_at": instant("Recorded date"),
        "comment": text("Feedback Comment"),
        "agent": text("Agent Name"),
    },
)
