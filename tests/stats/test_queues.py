"""Oracles: standard traffic tables, worked call-centre cases, Garnett-Mandelbaum-Reiman 2002, an event simulation."""

import heapq
import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import agents_needed, backlog_paths, erlang_a, erlang_b, erlang_c


def test_erlang_b_tables():
    assert erlang_b(5, 10) == pytest.approx(0.018385, abs=5.1e-7)
    assert erlang_b(20.34, 30) == pytest.approx(0.010013, abs=5.1e-7)


@pytest.mark.parametrize(("agents", "load", "p_wait"), [(10, 8, 0.409180), (3, 2, 0.444444), (2, 1, 0.333333)])
def test_erlang_c_tables(agents, load, p_wait):
    assert erlang_c(load * 3600 / 100, 100, agents).p_wait == pytest.approx(p_wait, abs=5.1e-7)


@pytest.mark.parametrize(
    ("agents", "p_wait", "service_level", "mean_wait"),
    [
        (11, 0.682118, 0.389614, 122.781),
        (12, 0.449388, 0.640158, 40.445),
        (13, 0.285270, 0.795595, 17.116),
        (14, 0.174132, 0.888350, 7.836),
        (15, 0.102042, 0.941453, 3.674),
    ],
)
def test_two_hundred_calls_an_hour(agents, p_wait, service_level, mean_wait):
    queue = erlang_c(200, 180, agents, within=20)
    assert (queue.p_wait, queue.service_level) == pytest.approx((p_wait, service_level), abs=5.1e-7)
    assert queue.mean_wait == pytest.approx(mean_wait, abs=5.1e-4)
    if agents == 14:
        assert queue.occupancy == pytest.approx(0.714286, abs=5.1e-7)


def test_more_worked_cases():
    queue = erlang_c(720, 240, 55, within=15)
    assert queue.load == pytest.approx(48) and queue.mean_wait == pytest.approx(8.184, abs=5.1e-4)
    assert (queue.occupancy, queue.p_wait, queue.service_level) == pytest.approx((0.872727, 0.238701, 0.845883), abs=5.1e-7)
    for agents, p_wait, level in ((21, 0.395872, 0.716346), (23, 0.190692, 0.890590)):
        queue = erlang_c(360, 180, agents)
        assert (queue.p_wait, queue.service_level) == pytest.approx((p_wait, level), abs=5.1e-7)


def test_with_and_without_patience():
    """48 calls a minute of a minute each, 50 agents; Garnett, Mandelbaum and Reiman print 3.1 %, 3.7 s, 58.1 against 12.5 s."""
    endless = erlang_c(48 * 60, 60, 50)
    assert (endless.p_wait, endless.occupancy) == pytest.approx((0.694456, 0.96), abs=5.1e-7)
    assert (endless.mean_wait, endless.queue_length, endless.wait_90) == pytest.approx((20.834, 16.667, 58.139), abs=6e-4)
    human = erlang_a(48 * 60, 60, 50, patience=120)
    assert (human.p_wait, human.p_abandon, human.occupancy) == pytest.approx((0.467774, 0.030912, 0.930324), abs=5.1e-7)
    assert (human.mean_wait, human.queue_length, human.wait_90) == pytest.approx((3.7095, 2.9676, 12.445), abs=5.1e-4)


def test_erlang_a_case():
    queue = erlang_a(200, 180, 14, patience=300, within=20)
    assert (queue.p_wait, queue.p_abandon, queue.occupancy) == pytest.approx((0.145260, 0.013984, 0.704297), abs=5.1e-7)
    assert (queue.mean_wait / 60, queue.service_level) == pytest.approx((0.069919, 0.916792), abs=5.1e-7)


@pytest.mark.parametrize(("calls", "agents"), [(200, 12), (200, 14), (1000, 52)])
def test_endless_patience_is_erlang_c(calls, agents):
    patient, endless = erlang_a(calls, 180, agents, patience=1e9), erlang_c(calls, 180, agents)
    for name in ("p_wait", "service_level", "mean_wait", "occupancy", "wait_90", "queue_length"):
        assert getattr(patient, name) == pytest.approx(getattr(endless, name), rel=1e-5, abs=1e-9), name


def test_too_few_agents():
    refused = erlang_c(200, 180, 10)
    assert not refused.is_stable and refused.load == pytest.approx(10)
    assert all(math.isnan(v) for v in (refused.p_wait, refused.service_level, refused.mean_wait, refused.p_abandon))
    crowded = erlang_a(400, 180, 10, patience=120)
    assert crowded.p_abandon == pytest.approx(0.5, abs=0.01), "20 agents' work for 10: half of the callers leave"
    assert crowded.occupancy > 0.99 and 0 < crowded.service_level < 0.2
    alone = erlang_a(10, 60, 1, patience=60)
    assert 0 < alone.p_abandon < alone.p_wait < 1


def test_agents_needed():
    assert agents_needed(200, 180, service_level=0.8, within=20) == 14
    assert agents_needed(200, 180, service_level=0.8, within=20, shrinkage=0.3) == 20
    assert agents_needed(200, 180, service_level=0.8, within=20, patience=300) < 14
    assert agents_needed(212, 180, service_level=0.05, within=20) == 11, "load 10.6: the fewest above it are enough"
    assert agents_needed(1, 10, service_level=0.5) == 1
    for calls, seconds, level, within in ((37, 240, 0.9, 10), (1800, 300, 0.8, 20), (90, 600, 0.95, 60)):
        brute = next(n for n in range(1, 500) if (queue := erlang_c(calls, seconds, n, within)).is_stable and queue.service_level >= level)
        assert agents_needed(calls, seconds, level, within) == brute


def test_nonsense_is_refused():
    for wrong in (lambda: erlang_c(0, 180, 5), lambda: erlang_c(10, math.nan, 5), lambda: erlang_a(10, 10, 5, patience=0)):
        with pytest.raises(BadValue, match="above 0"):
            wrong()
    for agents in (0, 2.5, -3, 1e9):
        with pytest.raises(BadValue, match="whole number"):
            erlang_c(10, 60, agents)
    with pytest.raises(BadValue, match="service level"):
        agents_needed(10, 60, service_level=80)
    with pytest.raises(BadValue, match="Shrinkage"):
        agents_needed(10, 60, shrinkage=30)


def test_backlog():
    """200 open, 100 in and 110 out a day: empty on average after 20 days; published day-20 mean 27, 10-90 % 0 to 82."""
    paths = backlog_paths(200, [100] * 20, [110], arrivals_spread=1, capacity_spread=1, draws=20_000, seed=1)
    assert paths.shape == (20_000, 21) and (paths[:, 0] == 200).all() and (paths >= 0).all()
    assert paths[:, 20].mean() == pytest.approx(27, abs=3)
    assert np.quantile(paths[:, 20], [0.1, 0.9]) == pytest.approx([0, 82], abs=4)
    steady = backlog_paths(200, [100] * 20, 110, arrivals_spread=0)
    assert steady[0].tolist() == [200 - 10 * day for day in range(21)]
    uneven = backlog_paths(1000, np.full(30, 50), 50, arrivals_spread=4, draws=5000)
    assert np.diff(uneven, axis=1).var() == pytest.approx(4 * 50, rel=0.05)
    with pytest.raises(BadValue, match="known"):
        backlog_paths(10, [math.nan], 5)
    with pytest.raises(BadValue, match="spread"):
        backlog_paths(10, [5], 5, arrivals_spread=0.5)


@pytest.mark.slow
def test_event_simulation_agrees():
    """Calls one by one: 200 an hour, 180 s, 14 agents, patience 300 s."""
    rng = np.random.default_rng(7)
    calls = 200_000
    arrive = np.cumsum(rng.exponential(18, calls))
    service, patience = rng.exponential(180, calls), rng.exponential(300, calls)
    free = [0.0] * 14
    waited = abandoned = in_time = 0
    for at, needs, bears in zip(arrive, service, patience, strict=True):
        start = max(at, free[0])
        wait = start - at
        waited += wait > 0
        if wait > bears:
            abandoned += 1
            continue
        in_time += wait <= 20
        heapq.heapreplace(free, start + needs)
    theory = erlang_a(200, 180, 14, patience=300, within=20)
    assert waited / calls == pytest.approx(theory.p_wait, abs=0.008)
    assert abandoned / calls == pytest.approx(theory.p_abandon, abs=0.002)
    assert in_time / calls == pytest.approx(theory.service_level, abs=0.006)
