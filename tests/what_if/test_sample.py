"""The sample company says what was planted: what was found must hold it. Nothing is claimed where nothing was."""

from __future__ import annotations

import numpy as np
import pytest

import kpi
from kpi import sample
from kpi.what_if import play, prepare, tree
from tests.what_if.conftest import FCR

pytestmark = pytest.mark.slow


def test_first_contact_on_csat(stood, company):
    truth = company[1].effect("first_contact_on_csat")
    found = stood.model("csat", [FCR]).contrast(FCR)
    assert found.low < truth.details["among_answers_points"] < found.high and found.is_clear
    assert found.high - found.low < 12, "and the interval says something"


def test_first_reply_is_flat_and_then_falls(stood, company):
    """Planted: nothing up to 8 hours, 9 points lost from 16 on."""
    curve = stood.model("csat", ["first_reply_time"]).curve("first_reply_time")
    at = {h: curve.iloc[(curve["value"] - 3600 * h).abs().argmin()] for h in (1, 8, 18)}
    assert at[18]["mean"] < at[8]["mean"] - 3 and abs(at[8]["mean"] - at[1]["mean"]) < 6


def test_handle_time_on_cost(stood, company):
    """Elasticity 1 of labour, so much of all cost; the identity with today's hours gives it without being told."""
    of_all = company[1].effect("handle_time_on_cost").details["of_all_cost"]
    played = play(stood, {"handle_time": 0.97 * stood.work.handle_time})
    fall = np.log(played.work.cost_per_ticket / played.before.cost_per_ticket) / np.log(0.97)
    assert fall == pytest.approx(of_all, abs=0.03)


def test_the_identities_hold_in_the_data(stood, company):
    """Hours needed by volume, handle time, occupancy and shrinkage are the hours that were paid; the cost is the cost."""
    assert stood.work.hours_needed == pytest.approx(stood.work.paid_hours, rel=0.03)
    (row,) = kpi.measure("cost_per_ticket", stood.scope, company[0]).records()
    assert stood.work.cost_per_ticket == pytest.approx(row["value"], rel=1e-6)
    assert stood.work.occupancy == pytest.approx(100 * company[1].facts["occupancy"], abs=3)


def test_everything_is_there_and_is_drawn(stood):
    assert set(stood.drivers("csat")) == {FCR, "first_reply_time", "replies_per_resolution", "reopen_rate", "full_resolution_time"}
    assert not stood.flow.reason and set(stood.histories) >= {FCR, "handle_time", "occupancy", "shrinkage", "tickets_per_week"}
    found = tree(stood)
    learned = found.edges[found.edges["kind"] == "learned"]
    assert set(learned["target"]) == {"csat", "handle_time"} and "(" in learned["said"].iloc[0]
    assert found.nodes["name"].is_unique and (found.nodes["x"] >= 0).all()
    assert not found.nodes.duplicated(["x", "y"]).any(), "no number stands on another"


def test_nothing_is_claimed_in_a_null_company(tmp_path):
    sample.write(tmp_path, tickets=8_000, seed=4, null=True, format="parquet")
    data = kpi.read(*[p for p in sorted(tmp_path.glob("*.parquet")) if p.stem != "events"])
    stood = prepare(kpi.Scope(start="2025-11-01", end="2026-10-31"), data)
    assert not stood.model("csat", [FCR]).contrast(FCR).is_clear
    today = stood.today[FCR]
    played = play(stood, {FCR: today + 0.5}, guarded=False)
    assert "cannot be told from no change" in played.text


def test_what_lacks_is_said(company):
    from kpi.engine import from_frames

    data = company[0]
    frame = data.query("SELECT ticket_id, created_at, channel FROM tickets", data.canonical)
    stood = prepare(kpi.Scope(), from_frames({"tickets": frame}))
    assert stood.drivers("csat") == () and all(one.reason for one in stood.learned.values())
    assert stood.flow.reason and "not known in these data" in play(stood, {FCR: 70.0}).finding
