"""What tends to give way when a number is pushed: the metrics to watch beside each target. One table, to be argued with."""

from __future__ import annotations

COUNTERS: dict[str, tuple[str, ...]] = {
    # speed bought with quality
    "first_reply_time": ("replies_per_resolution", "csat"),
    "reply_time": ("replies_per_resolution", "csat"),
    "first_reply_within": ("replies_per_resolution", "csat"),
    "reply_sla_attainment": ("replies_per_resolution", "csat"),
    "first_resolution_time": ("reopen_rate", "csat"),
    "full_resolution_time": ("reopen_rate", "csat"),
    "work_resolution_time": ("reopen_rate", "csat"),
    "requester_wait_time": ("reopen_rate", "csat"),
    "resolved_within": ("reopen_rate", "backlog_age"),
    "sla_attainment": ("reopen_rate", "backlog_age"),
    "unassigned_time": ("reassignment_rate",),
    "queue_time": ("reassignment_rate", "csat"),
    "handle_time": ("reopen_rate", "first_contact_resolution", "csat"),
    "tickets_per_agent_hour": ("reopen_rate", "first_contact_resolution", "csat"),
    "speed_of_answer": ("cost_per_ticket", "first_contact_resolution"),
    "service_level": ("cost_per_ticket", "first_contact_resolution"),
    "abandonment_rate": ("cost_per_ticket", "handle_time"),
    # closing for the sake of closing
    "backlog": ("reopen_rate", "csat"),
    "backlog_age": ("reopen_rate", "csat"),
    "days_of_backlog": ("reopen_rate", "csat"),
    "net_flow": ("reopen_rate", "csat"),
    "resolution_rate": ("reopen_rate", "csat"),
    "one_touch": ("reopen_rate", "csat"),
    "replies_per_resolution": ("reopen_rate", "csat"),
    "first_contact_resolution": ("handle_time", "csat"),
    "next_issue_avoidance": ("handle_time", "full_resolution_time"),
    "zero_touch": ("csat", "reopen_rate"),
    # passing on, or keeping too long
    "escalation_rate": ("full_resolution_time", "first_contact_resolution"),
    "reassignment_rate": ("full_resolution_time", "first_contact_resolution"),
    "reopen_rate": ("full_resolution_time", "handle_time"),
    # asking only the happy ones, or pleasing at any price
    "csat": ("survey_response_rate", "handle_time"),
    "csat_mean": ("survey_response_rate", "handle_time"),
    "dsat": ("survey_response_rate", "handle_time"),
    "nps": ("survey_response_rate", "handle_time"),
    "ces": ("survey_response_rate", "handle_time"),
    "survey_response_rate": ("csat",),
    "quality_score": ("handle_time", "first_reply_time"),
    # saving
    "cost_per_ticket": ("csat", "first_reply_time", "reopen_rate"),
    "cost_per_resolution": ("csat", "first_reply_time", "reopen_rate"),
    "contact_rate": ("csat", "churn_rate"),
    "utilisation": ("csat", "handle_time"),
    "occupancy": ("csat", "handle_time"),
}
"""Metric -> what must not get worse meanwhile. A metric that is not here has none by itself; a target may name its own."""
