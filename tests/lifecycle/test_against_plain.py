"""The SQL of the lifecycle against a slow, plain reference, on random conversations and histories."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.engine import from_frames
from kpi.hours import parse_calendar
from tests.lifecycle.plain import facts

WEEKDAYS = parse_calendar(
    "[[schedule]]\nname = 'weekdays'\nzone = 'UTC'\n[schedule.hours]\n"
    + "\n".join(f"{day} = ['09:00-17:00']" for day in ("mon", "tue", "wed", "thu", "fri")),
    "weekdays",
)
START = datetime(2024, 3, 1)
minutes = st.integers(0, 60 * 24 * 12)


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[dict], list[dict], list[dict]]:
    tickets, messages, changes = [], [], []
    for number in range(draw(st.integers(1, 4))):
        created = START + timedelta(minutes=draw(minutes), seconds=draw(st.integers(0, 59)))
        ticket_id = f"t{number}"
        tickets.append({"ticket_id": ticket_id, "created_at": created})
        first = draw(st.sampled_from(["requester", "agent", "later"]))
        if first != "later":
            messages.append(_message(ticket_id, created, first, True, f"{first}0"))
        for offset in sorted(draw(st.lists(minutes, max_size=8, unique=True))):
            role = draw(st.sampled_from(["agent", "agent", "requester", "requester", "bot", "system"]))
            at = created + timedelta(minutes=offset + 1)
            messages.append(_message(ticket_id, at, role, draw(st.booleans()), f"{role}{draw(st.integers(0, 2))}"))
        changes.append({"ticket_id": ticket_id, "changed_at": created, "field": "status", "old": None, "new": "new"})
        for offset in sorted(draw(st.lists(minutes, max_size=9, unique=True))):
            at = created + timedelta(minutes=offset + 1)
            field = draw(st.sampled_from(["status", "status", "status", "agent", "team"]))
            words = {
                "status": ["open", "pending", "hold", "solved", "solved", "closed"],
                "agent": ["ann", "bob", None],
                "team": ["one", "two"],
            }[field]
            changes.append({"ticket_id": ticket_id, "changed_at": at, "field": field, "old": None, "new": draw(st.sampled_from(words))})
    # Every dataset knows messages and assignments, so that "no reply" and "never assigned" are 0 and not unknown.
    last = tickets[-1]
    messages.append(_message(last["ticket_id"], last["created_at"] + timedelta(days=13), "bot", True, "bot0"))
    changes += [
        {"ticket_id": last["ticket_id"], "changed_at": last["created_at"], "field": f, "old": None, "new": "x"} for f in ("agent", "team")
    ]
    return tickets, messages, changes


def _message(ticket_id: str, at: datetime, role: str, is_public: bool, author: str) -> dict:
    return {"ticket_id": ticket_id, "sent_at": at, "author_role": role, "is_public": is_public, "author": author}


def check(company: tuple[list[dict], list[dict], list[dict]]) -> None:
    tickets, messages, changes = company
    data = from_frames({"tickets": pd.DataFrame(tickets), "messages": pd.DataFrame(messages), "changes": pd.DataFrame(changes)})
    made = data.query("SELECT * FROM tickets", data.stand(None, WEEKDAYS)).set_index("ticket_id")
    for ticket in tickets:
        own = [m for m in messages if m["ticket_id"] == ticket["ticket_id"]]
        history = [c for c in changes if c["ticket_id"] == ticket["ticket_id"]]
        for name, wanted in facts(ticket, own, history).items():
            got = made.loc[ticket["ticket_id"], name]
            if not own and name in ("participants", "reply_waits"):
                continue
            if wanted is None:
                assert pd.isna(got), (ticket, name, got, own, history)
            else:
                assert got == (pytest.approx(wanted, abs=1e-6) if isinstance(wanted, float) else wanted), (
                    ticket,
                    name,
                    got,
                    wanted,
                    own,
                    history,
                )


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(companies())
def test_facts_equal_the_plain_reference(company: tuple[list[dict], list[dict], list[dict]]) -> None:
    check(company)


@pytest.mark.simulation
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(companies())
def test_facts_equal_the_plain_reference_many_times(company: tuple[list[dict], list[dict], list[dict]]) -> None:
    check(company)
