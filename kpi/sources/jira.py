"""Jira Service Management: the CSV of the issue navigator. Columns are repeated, one for each label, watcher or comment of the largest issue.

`Custom field (Time to resolution)` and `(Time to first response)` are the time LEFT of the promise, not the time it took: below zero it is
broken. A promise that is not broken counts as kept once the issue is resolved or answered, and is unknown before. Status names are one's
own; where one is not known, its category (To Do, In Progress, Done) stands in. Comments do not say which of them are public, so they are
no messages. A navigator export ends at 1,000 issues: give all files at once.
"""

from __future__ import annotations

from kpi.cells import choice, constant, first, identifier, instant, items, kept, number, status, text
from kpi.sources._source import Part, Source

_ISSUE, _REPORTER = identifier("Issue key"), identifier("Reporter Id", "Reporter")
_FIRST_RESPONSE = "Custom field ([CHART] Date of First Response)"

SOURCE = Source(
    name="jira",
    label="Jira Service Management",
    fills="tickets",
    signs=(("Issue key", "Issue id"),),
    most_rows=1_000,
    columns={
        "ticket_id": _ISSUE,
        "created_at": instant("Created"),
        "first_reply_at": instant(_FIRST_RESPONSE),
        "solved_at": instant("Resolved"),
        "updated_at": instant("Updated"),
        "due_at": instant("Due date"),
        "status": first(
            status("Status", words={"waiting for support": "open"}),
            choice("Status Category", words={"to do": "new", "in progress": "open", "done": "solved"}),
        ),
        "priority": text("Priority"),
        "type": text("Issue Type"),
        "product_area": text("Custom field (Request Type)"),
        "tags": items("Labels", separators=" "),
        "agent": text("Assignee"),
        "requester": _REPORTER,
        "submitter": identifier("Creator Id", "Creator"),
        "language": text("Custom field (Request language)"),
        "is_sla_met": kept("Custom field (Time to resolution)", once="Resolved"),
        "is_reply_sla_met": kept("Custom field (Time to first response)", once=_FIRST_RESPONSE),
    },
    also=(
        Part(
            "surveys",
            {
                "ticket_id": _ISSUE,
                "requester": _REPORTER,
                "kind": constant("csat"),
                "score": number("Satisfaction rating", low=1, high=5),
                "scale_low": constant(1),
                "scale_high": constant(5),
                "is_higher_better": constant(True),
                "answered_at": instant("Custom field (Satisfaction date)"),
                "agent": text("Assignee"),
            },
        ),
    ),
    skip=(
        "Issue id", "Project lead", "Project lead id", "Project description", "Assignee Id", "Reporter", "Creator", "Last Viewed", "Watchers",
        "Watchers Id", "Custom field (Rank)", "Custom field (Request participants)", "Custom field (Responders)", "Custom field (Approvals)",
        "Custom field ([CHART] Time in Status)", "Custom field (Time to done)", "Parent", "Parent key", "Parent summary", "Work Ratio",
        "Status Category Changed", "Environment", "Attachment",
    ),
)  # fmt: skip
