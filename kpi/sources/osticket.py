"""osTicket ticket export: a subset of labels chosen by the user, with a semicolon between cells where the decimal mark is a comma.

`Overdue` is about tickets that are still open too, so one that is not overdue kept its promise only once it is closed. `Thread Count`
counts all messages, not an agent's replies, and is not read as such. Source: the vendor's own code (class.queue.php, class.export.php).
"""

from __future__ import annotations

from kpi.cells import count, flag, identifier, instant, status, text
from kpi.sources._promise import promise
from kpi.sources._source import Source

_ENDED = flag("Current Status", words={**dict.fromkeys(("closed", "resolved"), True), **dict.fromkeys(("open", "new"), False)})

SOURCE = Source(
    name="osticket",
    label="osTicket",
    fills="tickets",
    signs=(("Ticket Number", "Help Topic"), ("Ticket Number", "Current Status", "Thread Count")),
    columns={
        "ticket_id": identifier("Ticket Number"),
        "created_at": instant("Date Created"),
        "closed_at": instant("Closed Date"),
        "updated_at": instant("Last Updated"),
        "due_at": instant("SLA Due Date", "Due Date"),
        "status": status("Current Status"),
        "channel": text("Source"),
        "priority": text("Priority"),
        "topic": text("Help Topic"),
        "team": text("Department"),
        "agent": text("Agent Assigned"),
        "requester": text("From Email", "From"),
        "reopens": count("Reopen Count"),
        "is_sla_met": promise("Overdue", broken=("1", "yes", "true"), kept=("0", "no", "false"), ended=_ENDED),
    },
    skip=("From", "Subject", "Due Date", "Attachment Count", "Task Count", "Thread Count"),
)
