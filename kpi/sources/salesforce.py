"""Salesforce Service Cloud: a case report (labels as headers, title and footer lines around the table), and cases by their field names.

Case numbers are zero-padded text. `Closed` is a check box, not a time. `Date/Time Closed` ends a case; one that was opened again has none.
The report has no first reply and no satisfaction. Rows without a case number are the subtotals of a formatted report and are left out.
"""

from __future__ import annotations

from kpi.cells import flag, identifier, instant, status, text
from kpi.sources._source import Source

REPORT = Source(
    name="salesforce",
    label="Salesforce (case report)",
    tool="salesforce",
    fills="tickets",
    confidence="medium",
    signs=(("Case Number", "Date/Time Opened"), ("Case Number", "Opened Date")),
    columns={
        "ticket_id": identifier("Case Number"),
        "created_at": instant("Date/Time Opened", "Opened Date"),
        "closed_at": instant("Date/Time Closed", "Closed Date"),
        "status": status("Status"),
        "channel": text("Case Origin"),
        "priority": text("Priority"),
        "type": text("Type", "Case Type"),
        "topic": text("Case Reason"),
        "agent": text("Case Owner", "Case Owner Alias"),
        "requester": text("Contact Name"),
        "organization": text("Account Name"),
        "is_escalated": flag("Escalated"),
    },
    skip=("Case Owner Alias", "Age", "Age (Hours)", "Open", "Closed", "Parent Case"),
)

CASES = Source(
    name="salesforce_api",
    label="Salesforce (case fields)",
    tool="salesforce",
    fills="tickets",
    confidence="medium",
    signs=(("CaseNumber", "CreatedDate"),),
    utc=True,
    columns={
        "ticket_id": identifier("CaseNumber"),
        "created_at": instant("CreatedDate"),
        "closed_at": instant("ClosedDate"),
        "status": status("Status"),
        "channel": text("Origin"),
        "priority": text("Priority"),
        "type": text("Type"),
        "topic": text("Reason"),
        "agent": identifier("OwnerId"),
        "requester": identifier("ContactId"),
        "organization": identifier("AccountId"),
        "is_escalated": flag("IsEscalated"),
    },
    skip=("Id", "ParentId"),
)

SOURCES = (REPORT, CASES)
