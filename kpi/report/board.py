"""Which metrics the Overview and the digest show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BOARD = {
    "Satisfaction": ["csat", "nps", "ces", "first_contact_resolution", "survey_response_rate"],
    "Speed": ["first_reply_time", "full_resolution_time", "sla_attainment", "backlog", "resolved_within", "first_reply_within"],
    "Quality": ["reopen_rate", "one_touch", "replies_per_resolution", "quality_score", "reassignment_rate", "escalation_rate"],
    "Volume and effort": ["tickets_created", "tickets_solved", "handle_time", "cost_per_ticket", "net_flow", "tickets_per_agent"],
    "Phone and chat": ["service_level", "speed_of_answer", "abandonment_rate", "occupancy"],
}
"""Headlines by what they are about, the best first: a section shows the first four that the data can tell.

No resolution rate: of tickets created lately fewer are solved yet, so that beside an earlier period it always seems to fall.
"""
ALWAYS = {"csat", "first_contact_resolution", "first_reply_time", "full_resolution_time", "backlog", "reopen_rate", "tickets_created"}
"""Shown in their place even where the data cannot tell them, with what they need."""
MOST = 4
"""So many metrics a section shows."""


def shown(lacks: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Heading -> its metrics, where `lacks` says what each metric misses; a section that has none is empty."""
    return {heading: [name for name in names if name in ALWAYS or not lacks[name]][:MOST] for heading, names in BOARD.items()}
