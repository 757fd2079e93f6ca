"""Oracles: the published example (93,750; 133,929 with shrinkage) and identities worked by hand."""

from __future__ import annotations

import math

import pytest

from kpi.what_if import Work, play
from kpi.what_if.work import other_cost

EXAMPLE = Work(10_000, 900, 80, 0, 30, 0, 3_125)


def test_published_example():
    assert EXAMPLE.cost_per_week == pytest.approx(93_750) and EXAMPLE.cost_per_ticket == pytest.approx(9.375)
    assert EXAMPLE.moved({"shrinkage": 30.0}).cost_per_week == pytest.approx(133_928.571, abs=0.001)
    assert EXAMPLE.hours_needed == 3_125 and EXAMPLE.capacity == pytest.approx(10_000), "as many as come, with just enough hours"


def test_factors_one_by_one():
    assert EXAMPLE.moved({"handle_time": 450.0}).cost_per_week == pytest.approx(93_750 / 2)
    assert EXAMPLE.moved({"occupancy": 40.0}).cost_per_week == pytest.approx(2 * 93_750)
    assert EXAMPLE.moved({"tickets_per_week": 20_000.0}).cost_per_ticket == pytest.approx(9.375), "more of the same costs the same each"
    assert EXAMPLE.moved({"paid_hours": 6_250.0}).capacity == pytest.approx(20_000)
    assert EXAMPLE.moved({"first_contact_resolution": 70.0}) == EXAMPLE
    half = Work(10_000, 900, 80, 0, 30, 1.0, 3_125, handled=0.5)
    assert half.cost_per_ticket == pytest.approx(9.375 / 2 + 1), "every other ticket takes an agent; each takes its licence"


def test_what_is_not_labour():
    assert other_cost(100_000, 10_000, EXAMPLE) == (pytest.approx(0.625), "")
    each, remark = other_cost(80_000, 10_000, EXAMPLE)
    assert each == 0 and "labour" in remark
    assert math.isnan(other_cost(float("nan"), 10_000, EXAMPLE)[0]) and math.isnan(Work().cost_per_week)


def test_saved_hours_are_capacity_not_cash(ground):
    played = play(ground, {"handle_time": 880.0})
    assert played.before.cost_per_week == pytest.approx(93_750) and played.work.cost_per_week == pytest.approx(93_750 * 880 / 900)
    assert "capacity, not cash" in played.caveat and "causal" not in played.text, "arithmetic needs no causality"
    assert "69.4 paid hours a week less work" in played.finding
    assert "capacity, not cash" not in play(ground, {"handle_time": 920.0}).caveat
