"""The company is believable: its KPIs lie where support teams' KPIs lie, and making it bigger does not take more memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from kpi.tables import NOT_COUNTED, SOLVED, UNSOLVED

from .conftest import Company


@pytest.fixture(scope="module")
def levels(small: Company) -> dict[str, float]:
    tickets = small.tickets[~small.tickets.status.isin(NOT_COUNTED)]
    done = tickets[tickets.status.isin(SOLVED)]
    wait = (tickets.first_reply_at - tickets.created_at).dt.total_seconds()
    queued = tickets[tickets.queue_seconds.notna()]
    time, costs, surveys = small.table("agent_time"), small.table("costs"), small.surveys
    csat, nps = (surveys[surveys.kind == kind] for kind in ("csat", "nps"))
    recent = (tickets.solved_at >= pd.Timestamp("2026-10-04", tz="UTC")).sum() / 28
    handling, available = time.handling_seconds.sum(), time.available_seconds.sum()
    return {
        "csat": 100 * (csat.score.dropna() >= 4).mean(),
        "response_rate": 100 * csat.score.notna().mean(),
        "first_contact_resolution": 100 * ((done.agent_replies == 1) & (done.reopens == 0)).mean(),
        "first_reply_email_hours": wait[tickets.channel == "email"].median() / 3600,
        "first_reply_chat_seconds": wait[tickets.channel == "chat"].median(),
        "phone_answer_seconds": queued.queue_seconds[(queued.channel == "phone") & queued.is_abandoned.eq(False)].mean(),
        "abandonment": 100 * queued.is_abandoned.astype(float).mean(),
        "sla": 100 * tickets.is_sla_met.dropna().astype(float).mean(),
        "reply_sla": 100 * tickets.is_reply_sla_met.dropna().astype(float).mean(),
        "reopen_rate": 100 * (tickets.reopens > 0).sum() / tickets.first_solved_at.notna().sum(),
        "handle_minutes": tickets.handle_seconds.mean() / 60,
        "occupancy": 100 * handling / (handling + available),
        "utilisation": 100 * (handling + available) / time.paid_seconds.sum(),
        "cost_per_ticket": costs.amount.sum() / len(tickets),
        "nps": 100 * ((nps.score >= 9).sum() - (nps.score <= 6).sum()) / nps.score.notna().sum(),
        "ces": surveys.score[surveys.kind == "ces"].mean(),
        "backlog_days": tickets.status.isin(UNSOLVED).sum() / recent,
        "escalated": 100 * tickets.is_escalated.mean(),
        "agents": tickets.agent.nunique(),
    }


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("csat", 82, 86), ("response_rate", 22, 29), ("first_contact_resolution", 60, 70), ("first_reply_email_hours", 2, 4),
        ("first_reply_chat_seconds", 10, 120), ("phone_answer_seconds", 33, 50), ("abandonment", 3, 6.5), ("sla", 83, 92),
        ("reply_sla", 86, 95), ("reopen_rate", 5, 7), ("handle_minutes", 8, 12), ("occupancy", 75, 80), ("utilisation", 80, 85),
        ("cost_per_ticket", 6, 9), ("nps", 25, 38), ("ces", 5, 6), ("backlog_days", 1, 5), ("escalated", 4, 9), ("agents", 26, 36),
    ],
)  # fmt: skip
def test_level(name: str, low: float, high: float, levels: dict[str, float]) -> None:
    assert low <= levels[name] <= high


def test_everything_there_is_to_split_by_is_there(small: Company) -> None:
    """Every split of tickets has several values; channels, teams and the rest are not empty anywhere they should not be."""
    tickets = small.tickets
    for name in ("channel", "priority", "type", "product_area", "topic", "team", "language", "country"):
        assert tickets[name].notna().all() and tickets[name].nunique() >= 4, name
    assert set(tickets.status) >= {*UNSOLVED, *SOLVED, *NOT_COUNTED}
    assert tickets.tags.map(len).max() >= 3 and (tickets.tags.map(len) == 0).any()
    assert tickets.organization.nunique() > 200
    back = tickets.requester.value_counts()
    assert (back > 1).mean() > 0.5
    agents = pd.DataFrame(small.truth.agents)
    assert agents.joined.notna().sum() >= 2 and agents.left.notna().sum() >= 2


def test_the_last_weeks_are_unfinished(small: Company) -> None:
    """Open tickets crowd at the end of the history, as they do in life."""
    unsolved = small.tickets[small.tickets.status.isin(UNSOLVED)]
    age = (pd.Timestamp("2026-11-01", tz="UTC") - unsolved.created_at).dt.days
    assert (age <= 14).mean() > 0.6 and age.max() > 14


PEAK = """
import json, resource, sys
from pathlib import Path
from kpi.sample import write
write(Path(sys.argv[1]), tickets=int(sys.argv[2]), format=sys.argv[3])
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


@pytest.mark.slow
@pytest.mark.parametrize("format", [pytest.param("csv", marks=pytest.mark.simulation), "parquet"])
def test_memory_does_not_grow_with_the_number_of_tickets(format: str, tmp_path: Path) -> None:
    """Peak memory of a process of its own, at 200 000 tickets and at four times as many."""
    root = Path(__file__).parents[2]

    def peak(tickets: int) -> int:
        run = [sys.executable, "-c", PEAK, str(tmp_path / str(tickets)), str(tickets), format]
        return int(json.loads(subprocess.run(run, cwd=root, check=True, capture_output=True, text=True).stdout))

    assert peak(800_000) / peak(200_000) < 1.2
