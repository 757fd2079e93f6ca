"""What canonical columns are called on screen: their names in words, derived; and the few that derive badly."""

from __future__ import annotations

_SAID = {
    "ticket_id": "Ticket id",
    "review_id": "Review id",
    "is_sla_met": "Resolution SLA kept",
    "is_reply_sla_met": "Reply SLA kept",
    "is_first_contact_resolved": "Resolved at first contact",
    "is_one_touch": "Solved in one touch",
    "is_higher_better": "A high score is good",
    "first_solved_at": "First solved",
    "updated_at": "Last changed",
    "offered_at": "Sent",
    "due_at": "Due",
    "source": "Help desk",
    "submitter": "Created by",
    "queue_seconds": "Time in queue",
    "csat_score": "Satisfaction score",
    "url": "Link",
    "became_customer_at": "Customer since",
    "left_at": "Customer until",
    "scale_low": "Lowest score of the scale",
    "scale_high": "Highest score of the scale",
    "author_role": "Author is",
}


def column_label(table: str, column: str) -> str:
    """A canonical column in words: "First reply", "Handle time", "Resolution SLA kept". `table` is for columns that mean two things."""
    if (table, column) == ("surveys", "kind"):
        return "Kind of survey"
    if column in _SAID:
        return _SAID[column]
    name, clock = column.removeprefix("is_"), ""
    if name.endswith("_business_seconds"):
        name, clock = name.removesuffix("_business_seconds") + "_time", ", working hours"
    for ending, said in (("_seconds", "_time"), ("_at", "")):
        name = name.removesuffix(ending) + said if name.endswith(ending) else name
    return name.replace("_", " ").capitalize() + clock
