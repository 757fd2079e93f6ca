"""What keeps luck from passing for a link: classes of pairs judged apart, and agents' figures of different tickets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from kpi.correlations.agents import matrix_of, of_facts
from kpi.correlations.model import Pair
from kpi.correlations.tickets import Facts
from kpi.correlations.together import judged
from kpi.correlations.words import sentence
from kpi.metric import Ask
from kpi.stats import false_discovery

SIZE, AGENTS = 12_000, 40
NAMES = ("first_reply_time", "csat")


def company(rng: np.random.Generator, by_agent: float, by_ticket: float) -> Facts:
    """Tickets of 40 agents whose second figure goes with the first: from agent to agent, or only from ticket to ticket."""
    agent = rng.integers(0, AGENTS, SIZE)
    skill, care = rng.normal(size=(2, AGENTS))
    luck = rng.normal(size=SIZE)
    wait = np.exp(8 + by_agent * skill[agent] + luck)
    chance = 0.8 - 0.1 * by_agent * skill[agent] - 0.03 * by_agent * care[agent] - by_ticket * luck
    good = (rng.random(SIZE) < np.clip(chance, 0, 1)).astype(float)
    names = tuple(f"agent {k}" for k in range(AGENTS))
    frame = pd.DataFrame({"agent": agent})
    return Facts(dict(zip(NAMES, (wait, good), strict=True)), agent, None, np.ones(SIZE, dtype=bool), (), names, frame, False)


def test_common_luck_of_tickets_is_no_habit_of_agents() -> None:
    """Agents all alike, tickets that wait longer rated lower: the figures of agents hang together, and nothing is claimed of agents."""
    shown = claimed = 0
    for seed in range(15):
        matrix = matrix_of(of_facts(company(np.random.default_rng(seed), 0.0, 0.2), Ask()), Ask())
        pair = matrix.pair(*NAMES)
        if pair is None or not pair.is_scored:  # no agent differs at all
            continue
        shown += pair.bound < 0
        claimed += pair.is_claimed
        assert pair.p >= pair.again_p
    assert shown >= 6 and claimed <= 1, (shown, claimed)


def test_a_habit_of_agents_is_found_in_different_tickets_too() -> None:
    for seed in range(5):
        pair = matrix_of(of_facts(company(np.random.default_rng(seed), 0.4, 0.0), Ask()), Ask()).pair(*NAMES)
        assert pair and pair.is_claimed and pair.r < 0 and pair.again < 0 and pair.again_p < 0.001


def test_a_pair_without_halves_enough_is_shown_and_not_claimed() -> None:
    found = company(np.random.default_rng(0), 0.4, 0.0)
    one_half = Facts(**{**found.__dict__, "is_odd": np.zeros(SIZE, dtype=bool)})
    pair = matrix_of(of_facts(one_half, Ask()), Ask()).pair(*NAMES)
    assert pair and pair.is_scored and not pair.is_confirmed and not pair.is_claimed
    assert "different tickets of the same agents" in sentence(pair, Ask())


def test_what_people_say_is_judged_by_itself() -> None:
    """Benjamini and Hochberg in each class: true links of the workings among themselves do not loosen the bar for a pair of CSAT."""
    workings = [
        ("handle_time", "reopen_rate"),
        ("first_reply_time", "escalation_rate"),
        ("queue_time", "one_touch"),
        ("backlog", "occupancy"),
    ]
    said = [("first_reply_time", "csat"), ("reopen_rate", "csat"), ("handle_time", "quality_score"), ("backlog", "dsat")]
    p = {**dict.fromkeys(workings, 1e-9), **dict(zip(said, (0.02, 0.3, 0.5, 0.9), strict=True))}
    for unit in ("periods", "agents"):
        pairs = [Pair(a, b, unit, r=0.3, low=0.1, high=0.5, p=value, n=50, worth=50.0) for (a, b), value in p.items()]
        matrix = judged(unit, tuple({name for pair in p for name in pair}), pairs, Ask(), n=50)
        told = {(pair.first, pair.second): pair for pair in matrix.pairs}
        assert_allclose([told[one].q for one in said], false_discovery([0.02, 0.3, 0.5, 0.9]))
        assert false_discovery(list(p.values()))[4] < 0.05 < told["first_reply_time", "csat"].q
        assert all(told[one].is_claimed for one in workings) and not any(told[one].is_claimed for one in said)
        assert matrix.looked == 8
