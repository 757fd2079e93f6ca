# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""What the read tickets say about themselves that cannot be right: impossible orders of events."""

from __future__ import annotations

from kpi.cells import Connection

_ORDERS = (
    ("created_at", "first_reply_at", "answered before they were created"),
    ("created_at", "first_solved_at", "solved before they were created"),
    ("created_at", "solved_at", "solved before they were created"),
    ("created_at", "closed_at", "closed before they were created"),
    ("first_reply_at", "solved_at", "solved before their first reply"),
    ("first_solved_at", "solved_at", "solved for the last time before the first time"),
)


def check_tickets(con: Connection) -> list[str]:
    """Sentences about tickets whose events stand in an impossible order, and about a missing creation."""
    asked = ", ".join(f"count(*) FILTER ({b} < {a}), count({b} - {a})" for a, b, _ in _ORDERS)
    total, created, *counts = con.execute(f"SELECT count(*), count(created_at), {asked} FROM tickets").fetchone()
    doubts = []
    if total and not created:
        doubts.append("No ticket has a time of creation, so no reply, resolution or wait time can be computed.")
    pairs = zip(_ORDERS, counts[::2], counts[1::2], strict=True)
    said: set[str] = set()
    for (_, _, words), wrong, n in pairs:
        if wrong and words not in said:
            said.add(words)
            doubts.append(f"{wrong:,} of {n:,} tickets were {words}; times computed from these two are left out.")
    return doubts
