"""Zoho Desk tickets. Headers carry the module behind them, ` (Ticket)` or ` (Contact)`, or not, even in one file.

Statuses are one's own. "Not Violated" says that a promise was kept only once the ticket is closed; a violation is one at any time. A
violation of the one promise says nothing of the other. The happiness rating is another module and another export.
"""

from __future__ import annotations

from kpi.cells import First, flag, identifier, instant, items, status, text
from kpi.sources._promise import promise
from kpi.sources._source import Source

_VIOLATION = "SLA Violation Type"
_ENDED = flag(
    "Status (Ticket)",
    "Status",
    words={**dict.fromkeys(("closed", "resolved"), True), **dict.fromkeys(("open", "on hold", "escalated"), False)},
)


_BOTH = "response and resolution violation"


def _kept(own: str, other: str) -> First:
    return promise(_VIOLATION, broken=(own, _BOTH), kept=("not violated",), silent=(other,), ended=_ENDED)


SOURCE = Source(
    name="zoho_desk",
    label="Zoho Desk",
    fills="tickets",
    signs=(
        ("Ticket Id", "Status (Ticket)"),
        ("Ticket Id", "Created Time (Ticket)"),
        ("Ticket Id", "Priority (Ticket)"),
        ("Ticket Id", "Ticket Closed Time"),
        ("Ticket Id", _VIOLATION),
    ),
    columns={
        "ticket_id": identifier("Ticket Id"),
        "created_at": instant("Created Time (Ticket)", "Created Time"),
        "closed_at": instant("Ticket Closed Time", "Closed Time"),
        "updated_at": instant("Modified Time (Ticket)", "Modified Time"),
        "due_at": instant("Due Date"),
        "status": status("Status (Ticket)", "Status", words={"under observation": "open"}),
        "channel": text("Channel (Ticket)", "Channel"),
        "priority": text("Priority (Ticket)", "Priority"),
        "type": text("Ticket Type"),
        "product_area": text("Product"),
        "topic": text("Category (Ticket)", "Category"),
        "tags": items("Tags"),
        "team": text("Team"),
        "agent": text("Ticket Owner", "Agent"),
        "requester": text("Email (Contact)", "Contact name"),
        "submitter": text("Created By (Ticket)", "Created By"),
        "organization": text("Account Name"),
        "is_sla_met": _kept("resolution violation", "response violation"),
        "is_reply_sla_met": _kept("response violation", "resolution violation"),
    },
    skip=("Contact name", "Phone (Ticket)", "Subject"),
)
