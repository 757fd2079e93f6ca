"""Oracles: a search agent by agent, published call-centre cases, and calls simulated one by one against the plan."""

from __future__ import annotations

import datetime as dt
import heapq
import math
from dataclasses import replace

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.staffing import Aim, Contacts, needed, plan, roster
from kpi.stats import agents_needed


def contacts(per_half_hour: dict[tuple[int, int], float], weeks: int = 8, abandoned: float = 0.0, patience: float = math.inf) -> Contacts:
    counts = np.zeros((weeks, 7, 48))
    for (weekday, slot), many in per_half_hour.items():
        counts[:, weekday, slot] = many
    return Contacts(counts, 180.0, 5000, abandoned, patience, "phone", dt.date(2026, 6, 1))


def test_published_case():
    """200 calls an hour of 180 s, 80 % in 20 s: 14 agents; 20 with 30 % shrinkage."""
    own = contacts({(0, 20): 100.0})
    assert plan(own, Aim()).agents[0, 20] == 14 and plan(own, Aim(shrinkage=0.3)).agents[0, 20] == 20
    made = plan(own, Aim())
    assert made.model == "Erlang C" and made.load[0, 20] == pytest.approx(10.0) and made.agents.sum() == 14 and made.hours == 7.0
    assert "Monday 10:00, takes 14 agents" in made.finding


@pytest.mark.parametrize(
    ("handle", "level", "within", "patience"), [(180, 0.8, 20, None), (600, 0.9, 30, None), (300, 0.8, 20, 240.0), (45, 0.95, 5, 60.0)]
)
def test_the_staircase_is_a_search_agent_by_agent(handle, level, within, patience):
    rates = np.array([0.5, 3.0, 11.0, 40.0, 97.0, 180.0])
    wanted = [agents_needed(rate, handle, level, within, patience) for rate in rates]
    assert needed(rates, handle, Aim(level, within), patience).tolist() == wanted
    assert needed(np.zeros((7, 48)), handle, Aim(level, within), patience).sum() == 0, "nobody for nothing"


def test_the_impatient_are_erlang_a():
    few = plan(contacts({(0, 20): 100.0}, abandoned=0.031, patience=300.0), Aim())
    many = plan(contacts({(0, 20): 100.0}, abandoned=0.029, patience=300.0), Aim())
    assert few.model == "Erlang A" and many.model == "Erlang C"
    assert few.agents[0, 20] == agents_needed(200, 180, patience=300.0) < many.agents[0, 20]
    assert "hang up" in few.caveat and "hardly anybody hangs up" in many.caveat
    unknown = plan(contacts({(0, 20): 100.0}, abandoned=0.2), Aim())
    assert unknown.model == "Erlang C" and "not known" in unknown.caveat


def test_the_day_is_never_averaged():
    """A hundred calls in one half-hour and none in the other are not fifty in both."""
    peak = plan(contacts({(0, 20): 100.0}), Aim()).agents[0, 20:22].tolist()
    even = plan(contacts({(0, 20): 50.0, (0, 21): 50.0}), Aim()).agents[0, 20:22].tolist()
    assert peak == [14, 0] and even[0] == even[1] and even[0] < 14 and sum(even) > 14


def test_several_chats_at_a_time():
    one, two = plan(contacts({(0, 20): 100.0}), Aim()), plan(contacts({(0, 20): 100.0}), Aim(concurrency=2))
    assert two.agents[0, 20] == math.ceil(one.agents[0, 20] / 2) and "2 at a time" in two.caveat
    assert two.load[0, 20] == pytest.approx(one.load[0, 20] / 2)


def test_other_volume_and_other_handle_time():
    own = contacts({(0, 20): 100.0})
    assert plan(own, Aim(volume=2.0)).agents[0, 20] == agents_needed(400, 180)
    assert plan(own, Aim(handle=360.0)).agents[0, 20] == agents_needed(200, 360)


def test_the_range_is_the_luck_of_weeks():
    rng = np.random.default_rng(3)
    counts = np.zeros((12, 7, 48))
    counts[:, 2, 18:24] = rng.poisson(60, (12, 6)) * rng.gamma(20, 1 / 20, (12, 1))
    made = plan(Contacts(counts, 300.0, 900, 0.0, math.inf), Aim())
    assert (made.low <= made.agents).all() and (made.agents <= made.high).all() and (made.low < made.high)[2, 18:24].any()
    low, high = made.hours_range
    assert low <= made.hours <= high and high - low < made.high.sum() / 2 - made.low.sum() / 2 + 1e-9
    steady = plan(contacts({(0, 20): 100.0}), Aim())
    assert steady.hours_range == (7.0, 7.0), "weeks that never differ leave nothing to luck"


def test_more_work_than_agents_is_refused():
    made = plan(contacts({(0, 20): 100.0, (0, 21): 10.0}), Aim())
    refused = roster(made, 0, 10)
    assert refused.refused == (20,) and "Refused" in refused.text and "10:00" in refused.text and not refused.queues[20].is_stable
    assert math.isnan(refused.queues[20].service_level)
    enough = roster(made, 0, 14)
    assert enough.refused == () and enough.queues[20].service_level == pytest.approx(0.888350, abs=5.1e-7) and "88.8" in enough.text
    assert enough.queues[0] is None and "No contact" in roster(made, 3, 5).text
    impatient = roster(plan(contacts({(0, 20): 100.0}, abandoned=0.1, patience=120.0), Aim()), 0, 8)
    assert impatient.refused == () and "hang up" in impatient.text, "where people leave, even too few agents have a queue"


def test_nonsense_is_refused():
    for wrong in (
        {"level": 80.0},
        {"level": 0.0},
        {"within": 0.0},
        {"shrinkage": 1.0},
        {"concurrency": 0},
        {"concurrency": 1.5},
        {"handle": -1.0},
        {"volume": 0.0},
    ):
        with pytest.raises(BadValue):
            Aim(**wrong)
    with pytest.raises(BadValue, match="too few to plan by"):
        plan(replace(contacts({(0, 20): 5.0}), handle=math.nan), Aim())
    with pytest.raises(BadValue, match="more than"):
        plan(contacts({(0, 20): 1e5}), Aim())


def simulated(rate: float, handle: float, agents: int, patience: float, within: float, calls: int = 60_000) -> float:
    """The share answered in time, of all, of calls one after the other."""
    rng = np.random.default_rng(11)
    arrive = np.cumsum(rng.exponential(3600 / rate, calls))
    service = rng.exponential(handle, calls)
    bears = rng.exponential(patience, calls) if math.isfinite(patience) else np.full(calls, math.inf)
    free, in_time = [0.0] * agents, 0
    for at, takes, patient in zip(arrive, service, bears, strict=True):
        start = max(at, free[0])
        if start - at > patient:
            continue
        in_time += start - at <= within
        heapq.heapreplace(free, start + takes)
    return in_time / calls


@pytest.mark.parametrize(("abandoned", "patience"), [(0.0, math.inf), (0.05, 240.0)])
def test_calls_one_by_one_agree_with_the_plan(abandoned, patience):
    """So many agents are enough, and one fewer is not."""
    made = plan(contacts({(1, 22): 45.0}, abandoned=abandoned, patience=patience), Aim(0.8, 20.0))
    agents = int(made.agents[1, 22])
    assert simulated(90, 180, agents, patience, 20.0) > 0.8 > simulated(90, 180, agents - 1, patience, 20.0)
    told = roster(made, 1, agents).queues[22].service_level
    assert simulated(90, 180, agents, patience, 20.0) == pytest.approx(told, abs=0.012)
