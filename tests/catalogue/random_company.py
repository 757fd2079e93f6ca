"""Random small companies for property tests: tickets with a life of status changes, replies, answers; None is unknown."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
from hypothesis import strategies as st

START = datetime(2024, 3, 1)
AS_OF = datetime(2024, 5, 1)
"""Everything has happened by then: creation within 30 days, at most 5 steps of 5,000 minutes."""

STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted", "spam")
TICKET = st.fixed_dictionaries(
    {
        "created": st.integers(0, 30 * 24 * 60),
        "steps": st.lists(st.tuples(st.integers(1, 5000), st.sampled_from((*STATUSES[1:6], "solved", "solved", "spam"))), max_size=5),
        "replies": st.lists(st.integers(1, 4000), max_size=3),
        "score": st.lists(st.tuples(st.integers(1, 9000), st.integers(0, 6)), max_size=2),
        "due": st.none() | st.integers(1, 20000),
        "channel": st.sampled_from((None, "email", "chat")),
        "team": st.sampled_from(("A", "B")),
        "agent": st.sampled_from((None, "Ann", "Ben", "Cem")),
        "requester": st.sampled_from(("r1", "r2", "r3", "r4")),
        "queue": st.none() | st.integers(0, 90),
        "abandoned": st.none() | st.booleans(),
        "escalated": st.none() | st.booleans(),
        "handle": st.none() | st.integers(0, 4000),
    }
)
ANCHOR = {
    "created": 3,
    "steps": [(100, "pending"), (10, "solved"), (10, "open"), (20, "solved"), (30, "closed")],
    "replies": [5, 7],
    "score": [(500, 4)],
    "due": 200,
    "channel": "email",
    "team": "A",
    "agent": "Ann",
    "requester": "r1",
    "queue": 10,
    "abandoned": False,
    "escalated": False,
    "handle": 60,
}
"""A ticket that has everything, so that every company can tell the same metrics (and their SQL is made but once)."""
COMPANY = st.lists(TICKET, max_size=25).map(lambda tickets: [ANCHOR, *tickets])


def frames(company: list[dict]) -> dict[str, pd.DataFrame]:
    """The canonical tables of a company."""
    tickets, messages, changes, surveys = [], [], [], []
    for i, spec in enumerate(company):
        ticket, at = f"t{i}", START + timedelta(minutes=spec["created"])
        steps = [(at, "new")]
        for wait, status in spec["steps"]:
            steps.append((steps[-1][0] + timedelta(minutes=wait), status))
        statuses = [status for _, status in steps]
        changes += [
            {"ticket_id": ticket, "changed_at": when, "field": "status", "old": old, "new": new}
            for (when, new), old in zip(steps, [None, *statuses], strict=False)
        ]
        messages.append(_message(ticket, at, spec["requester"], "requester"))
        when = at
        for wait in spec["replies"]:
            when += timedelta(minutes=wait)
            messages.append(_message(ticket, when, "Ann", "agent"))
        surveys += [
            {"ticket_id": ticket, "kind": "csat", "score": score, "answered_at": at + timedelta(minutes=wait, seconds=k)}
            for k, (wait, score) in enumerate(spec["score"])
        ]
        tickets.append(
            {
                "ticket_id": ticket,
                "created_at": at,
                "due_at": None if spec["due"] is None else at + timedelta(minutes=spec["due"]),
                "status": steps[-1][1],
                **{name: spec[name] for name in ("channel", "team", "agent", "requester")},
                "queue_seconds": spec["queue"],
                "is_abandoned": spec["abandoned"],
                "is_escalated": spec["escalated"],
                "handle_seconds": spec["handle"],
            }
        )
    made = {"tickets": tickets, "messages": messages, "changes": changes, "surveys": surveys}
    return {name: pd.DataFrame(rows) for name, rows in made.items() if rows}


def _message(ticket: str, at: datetime, author: str, role: str) -> dict:
    return {"ticket_id": ticket, "sent_at": at, "author": author, "author_role": role, "is_public": True}
