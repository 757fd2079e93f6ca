"""Planted effects are recovered inside their intervals, and none is claimed where none is, over many companies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kpi
from kpi import sample
from kpi.what_if import play, prepare

pytestmark = pytest.mark.simulation
FCR = "first_contact_resolution"
SEEDS, TICKETS = 100, 6_000


def stood(folder: Path, seed: int, null: bool) -> tuple[object, sample.Truth]:
    truth = sample.write(folder, tickets=TICKETS, seed=seed, null=null, format="parquet")
    data = kpi.read(*[path for path in sorted(folder.glob("*.parquet")) if path.stem != "events"])
    return prepare(kpi.Scope(start="2025-11-01", end="2026-10-31"), data), truth


def test_planted_effects_are_recovered(tmp_path):
    """First contact on CSAT and handle time on cost, each in at least 93 of 100 companies."""
    satisfaction = cost = 0
    for seed in range(SEEDS):
        ground, truth = stood(tmp_path / str(seed), seed, null=False)
        found, wanted = ground.model("csat", [FCR]).contrast(FCR), truth.effect("first_contact_on_csat")
        satisfaction += found.low <= wanted.details["among_answers_points"] <= found.high
        played = play(ground, {"handle_time": 0.98 * ground.work.handle_time})
        fall = np.log(played.work.cost_per_ticket / played.before.cost_per_ticket) / np.log(0.98)
        cost += abs(fall - truth.effect("handle_time_on_cost").details["of_all_cost"]) < 0.05
    assert satisfaction >= 0.93 * SEEDS and cost >= 0.93 * SEEDS


def test_nothing_is_claimed_where_nothing_was_planted(tmp_path):
    """A clear effect of first contact in at most 5 of 100 companies without one, give or take the luck of 100."""
    claimed = 0
    for seed in range(SEEDS):
        ground, _ = stood(tmp_path / str(seed), seed, null=True)
        claimed += ground.model("csat", [FCR]).contrast(FCR).is_clear
    assert claimed <= 0.05 * SEEDS + 4
