"""Oracles: the fluid limit, the published case (200 open, 100 in, 110 out), and a queue simulated ticket by ticket."""

from __future__ import annotations

import datetime as dt
import math
from collections import deque

import numpy as np
import pytest

from kpi.what_if import Ahead, Flow, ahead, capacity_needed, play
from kpi.what_if.backlog import flow

SINCE = dt.date(2026, 10, 31)
PUBLISHED = Flow((100.0,) * 7, (110.0,) * 7, 1.0, 200.0, SINCE, 8)


def test_published_case():
    """Poisson both ways: mean 27 on day 20, 10-90 % 0 to 82; half of the paths are at 20 or below by day 18."""
    found = ahead(PUBLISHED, 20, draws=20_000)
    assert found.end[0] == 0 and found.end[2] == pytest.approx(82, abs=4) and not found.grows
    assert found.cleared == pytest.approx(18, abs=1)
    assert found.fan[:, 0].tolist() == [200.0] * 3


def test_waiting_by_little():
    """200 waiting, 110 leave a day: 1.82 days."""
    steady = Flow((110.0,) * 7, (110.0,) * 7, 1.0, 200.0, SINCE, 8)
    found = ahead(steady, 1, draws=20_000)
    assert found.wait_days == pytest.approx(200 / 110, rel=0.03)
    assert ahead(steady, 5, limit=1e9).chance == 1.0 and ahead(steady, 5, limit=-1.0).chance == 0.0


def test_weekdays_come_in_their_order():
    """Only Mondays bring tickets, only Tuesdays take them: from a Saturday on the first Monday is day 2."""
    only = Flow((50.0, 0, 0, 0, 0, 0, 0), (0.0, 50, 0, 0, 0, 0, 0), 1.0, 0.0, SINCE, 8)
    assert SINCE.weekday() == 5
    fan = ahead(only, 7, draws=4000).fan[1]
    assert fan[1] == 0 and fan[2] == pytest.approx(50, abs=2) and fan[3] < 12, "Sunday nothing, Monday in, Tuesday out"


def test_learned_from_days():
    rng = np.random.default_rng(4)
    days = [SINCE - dt.timedelta(days=55 - n) for n in range(56)]
    level = np.array([120.0, 100, 100, 100, 80, 20, 10])[[d.weekday() for d in days]]
    even = rng.poisson(level).astype(float)
    uneven = rng.poisson(level * rng.gamma(5, 1 / 5, 56)).astype(float)
    one = flow(days, even, even, 40.0)
    assert one.weeks == 8 and one.arrivals[0] == even[[d.weekday() == 0 for d in days]].mean()
    assert 1.0 <= one.spread_in < 1.8
    assert flow(days, uneven, even, 40.0).spread_in > 5
    assert "three whole weeks" in flow(days[:20], even[:20], even[:20], 4.0).reason
    assert flow(days, even, even, float("nan")).reason


def test_capacity_that_holds():
    growing = Flow((110.0,) * 7, (100.0,) * 7, 1.0, 50.0, SINCE, 8)
    times = capacity_needed(growing, 28, 50.0)
    assert ahead(growing.moved(capacity=times), 28, 50.0).chance >= 0.9
    assert ahead(growing.moved(capacity=times - 0.02), 28, 50.0).chance < 0.9
    assert 1.08 < times < 1.25, "a little more than comes in"
    assert math.isnan(capacity_needed(Flow((1e4,) * 7, (1.0,) * 7, 1.0, 0.0, SINCE, 8), 28, 5.0))


def test_moves_turn_into_arrivals_and_capacity(ground):
    before, after = play(ground, {"tickets_per_week": 12_000.0, "paid_hours": 3_600.0}).backlog(20)
    assert isinstance(after, Ahead) and before.gap == pytest.approx(-10) and after.gap == pytest.approx(120 - 132)
    assert play(ground, {"handle_time": 450.0}).more_capacity == pytest.approx(2.0)
    assert play(ground, {"occupancy": 40.0}).more_capacity == pytest.approx(0.5)
    assert play(ground, {"shrinkage": 50.0}).more_capacity == pytest.approx(0.5)


def test_a_queue_ticket_by_ticket():
    """Tickets one after the other, first come first served: the backlog's middle and spread, and how long a new one waits."""
    rng = np.random.default_rng(9)
    runs, days, ends, waits = 600, 20, [], []
    for _ in range(runs):
        queue = deque([0.0] * 200)
        for day in range(days):
            queue.extend(day + rng.random(rng.poisson(100)))
            for _ in range(min(len(queue), rng.poisson(110))):
                came = queue.popleft()
                if day == 0:
                    waits.append(came)
        ends.append(len(queue))
    found = ahead(PUBLISHED, days, draws=4000)
    assert np.quantile(ends, [0.1, 0.5, 0.9]) == pytest.approx(found.end, abs=6)
    assert np.mean(ends) == pytest.approx(27, abs=3)
