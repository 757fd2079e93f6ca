"""Which of two metrics is told as what one does, and which as what comes of it; and the pairs everybody asks about first."""

from __future__ import annotations

from kpi.catalogue import CATALOGUE, find

NAMED: tuple[tuple[str, str], ...] = (
    ("first_contact_resolution", "csat"),
    ("first_reply_time", "csat"),
    ("full_resolution_time", "csat"),
    ("replies_per_resolution", "csat"),
    ("reopen_rate", "csat"),
    ("quality_score", "csat"),
    ("backlog", "first_reply_time"),
    ("handle_time", "cost_per_ticket"),
    ("occupancy", "cost_per_ticket"),
)
"""(what one does, what may come of it), in the order they are shown."""
_OUTCOME = {"volume": 0, "people and cost": 1, "speed": 2, "voice and chat": 2, "quality": 3, "customers": 4, "satisfaction": 5}
_COST = 6
_ORDER = list(CATALOGUE)


def driver_first(first: str, second: str) -> tuple[str, str]:
    """Both metrics, the one that is rather done before the one that rather comes of it. Says nothing about causes."""
    if (first, second) in NAMED or (second, first) in NAMED:
        return (first, second) if (first, second) in NAMED else (second, first)
    return (first, second) if _key(first) <= _key(second) else (second, first)


def _key(name: str) -> tuple[int, int]:
    rank = _COST if find(name).unit == "currency" else 1 if name == "survey_response_rate" else _OUTCOME[find(name).family]
    return rank, _ORDER.index(name)
