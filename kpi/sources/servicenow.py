"""ServiceNow incidents: the list export (labels as headers) and the audit log (field names; several rows per incident).

In an audit log the newest row of an incident is its state now: the greatest `sys_mod_count`, then `sys_updated_at`, then the
last row. Reopen and reassignment counts live on that row. `made_sla` is the promise of resolution only.
"""

from __future__ import annotations

from kpi.cells import count, flag, identifier, instant, items, status, text
from kpi.sources._source import Source

# States as words and as the numbers of the default workflow (6 resolved, 7 closed, 8 cancelled).
_STATES = {
    "new": "new",
    "active": "open",
    "in progress": "open",
    "on hold": "hold",
    "awaiting user info": "pending",
    "awaiting caller": "pending",
    "awaiting vendor": "hold",
    "awaiting problem": "hold",
    "awaiting evidence": "hold",
    "awaiting change": "hold",
    "resolved": "solved",
    "closed": "closed",
    "canceled": "closed",
    "cancelled": "closed",
    "1": "new",
    "2": "open",
    "3": "hold",
    "6": "solved",
    "7": "closed",
    "8": "closed",
}

SOURCE = Source(
    name="servicenow",
    label="ServiceNow",
    fills="tickets",
    signs=(
        ("number", "sys_mod_count"),
        ("number", "made_sla"),
        ("number", "assignment_group"),
        ("Number", "Assignment group", "Opened"),
        ("Number", "Assignment group", "State"),
    ),
    missing=("?",),
    latest=(count("sys_mod_count", "Updates"), "updated_at"),
    columns={
        "ticket_id": identifier("number"),
        "created_at": instant("opened_at", "Opened"),
        "work_started_at": instant("work_start", "Actual start"),
        "solved_at": instant("resolved_at", "Resolved"),
        "closed_at": instant("closed_at", "Closed"),
        "updated_at": instant("sys_updated_at", "Updated"),
        "due_at": instant("due_date", "Due date"),
        "status": status("incident_state", "state", words=_STATES),
        "channel": text("contact_type", "Contact type", "Channel"),
        "priority": text("priority", strip_code=True),
        "type": text("sys_class_name", "Task type"),
        "product_area": text("category"),
        "topic": text("subcategory"),
        "tags": items("sys_tags", "Tags", separators=","),
        "team": text("assignment_group", "Assignment group"),
        "agent": text("assigned_to", "Assigned to"),
        "requester": text("caller_id", "Caller"),
        "submitter": text("opened_by", "Opened by"),
        "organization": text("company"),
        "reopens": count("reopen_count", "Reopen count"),
        "reassignments": count("reassignment_count", "Reassignment count"),
        "is_sla_met": flag("made_sla", "Made SLA"),
    },
    skip=(
        "cmdb_ci",
        "problem_id",
        "rfc",
        "caused_by",
        "sys_created_by",
        "sys_updated_by",
        "sys_created_at",
        "Updated by",
        "Short description",
    ),
)
