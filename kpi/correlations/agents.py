"""Links from agent to agent: do agents who answer later have lower ratings? Each agent's figure is pulled towards the average as far as its
few answers deserve, and agents are compared inside their team, so that the mix of work of a team does not pass for a habit of its people.

Two figures of an agent come from the same tickets: where long tickets have many replies, agents who are all alike would seem to be slow and wordy
by the luck of their tickets. So a second opinion takes the one figure from one half of the tickets and the other from the other half, both ways
round, and the weaker of the two p-values counts.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from kpi.catalogue import find
from kpi.correlations.arithmetic import linked
from kpi.correlations.facts import is_yes_no, on_tickets
from kpi.correlations.model import ERROR, Matrix, Pair
from kpi.correlations.order import driver_first
from kpi.correlations.tickets import Facts, read_facts
from kpi.correlations.together import judged
from kpi.engine import Dataset
from kpi.metric import Ask
from kpi.scope import NONE, Scope
from kpi.stats import correlation_interval, correlation_p_value, dense, ranks, shrink_means, shrink_rates
from kpi.stats.base import Array, floats
from kpi.stats.series import pearson

FEWEST_ROWS, FEWEST = 10, 10
"""Answers (tickets, replies) an agent needs, and agents a link needs."""
MINUTE, DRAWS = 60.0, 1000


@dataclass(frozen=True)
class Group:
    """The agents of one metric: `value` shrunk, with `low` and `high`, on the scale of comparison (shares 0 to 1, times in log seconds);
    `plain` as observed, `n` rows behind each; `halves` as observed in two halves of the tickets. NaN for agents with too few."""

    name: str
    value: Array
    low: Array
    high: Array
    plain: Array
    n: Array
    halves: tuple[Array, Array] | None = None


@dataclass(frozen=True)
class Agents:
    """All agents: their names, the team most of their tickets belong to (None where not known), and a group for each metric."""

    names: tuple[str, ...]
    team: tuple[str, ...] | None
    groups: dict[str, Group]

    @cached_property
    def team_codes(self) -> Any:
        """The teams as whole numbers from 0."""
        return None if self.team is None else dense(np.array(self.team, dtype=object).astype(str))


def read_agents(scope: Scope, data: Dataset, names: tuple[str, ...] = ()) -> Agents:
    """Each agent's shrunk figures over the scope's tickets; with `names` of these metrics only."""
    found = read_facts(names or on_tickets(data, scope), scope, data)
    return of_facts(found, scope.ask)


def of_facts(found: Facts, ask: Ask) -> Agents:
    """The agents of facts already read."""
    if found.agent is None:
        return Agents((), None, {})
    known = found.agent >= 0
    keep = [code for code, name in enumerate(found.agents) if name != NONE]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # nearly all of it is in numpy and scipy, which let others work meanwhile
        made = pool.map(lambda name: _group(name, found.columns[name], found, keep, ask), found.columns)
        groups = {group.name: group for group in made if group is not None}
    team = None
    if "team" in found.alike:
        codes, labels = pd.factorize(found.frame["team"], sort=True)
        table = np.zeros((len(found.agents), len(labels)))
        np.add.at(table, (found.agent[known], codes[known]), 1)
        team = tuple(str(labels[int(row.argmax())]) for row in table[keep])
    return Agents(tuple(found.agents[code] for code in keep), team, groups)


def _group(name: str, column: Array, found: Facts, keep: list[int], ask: Ask) -> Group | None:
    """One metric's agents, or None where too few have enough rows or none differs."""
    rows = found.rows(ask, name) & ~np.isnan(column)
    agent, values = found.agent[rows], column[rows]
    odd = (np.arange(found.n) % 2 == 1 if found.is_odd is None else found.is_odd)[rows]
    size = len(found.agents)
    n = np.bincount(agent, minlength=size)[keep].astype(float)
    enough = n >= FEWEST_ROWS
    if enough.sum() < FEWEST or not values.std() > 0:
        return None
    if is_yes_no(name, ask):
        hits = np.bincount(agent, weights=values, minlength=size)[keep]
        shrunk = shrink_rates(np.where(enough, hits, np.nan), np.where(enough, n, np.nan), draws=DRAWS, ranked=False)
        rate = np.where(enough, hits / np.maximum(n, 1), np.nan)
        return Group(name, shrunk.estimate, shrunk.low, shrunk.high, rate, n, _halves(agent, values, odd, size, keep))
    if find(name).unit == "s":
        values = np.log(values + (0.0 if (values > 0).all() else MINUTE))
    mean = np.bincount(agent, weights=values, minlength=size)[keep] / np.maximum(n, 1)
    square = np.bincount(agent, weights=values**2, minlength=size)[keep] / np.maximum(n, 1)
    error = np.sqrt(np.maximum(square - mean**2, 0) / np.maximum(n - 1, 1))
    usable = enough & (error > 0)
    if usable.sum() < FEWEST:
        return None
    means = shrink_means(np.where(usable, mean, np.nan), np.where(usable, error, np.nan), draws=DRAWS, ranked=False)
    return Group(
        name, means.estimate, means.low, means.high, np.where(usable, mean, np.nan), n, _halves(agent, values, odd, size, keep)
    )  # fmt: skip


def _halves(agent: Any, values: Array, odd: Any, size: int, keep: list[int]) -> tuple[Array, Array]:
    """Each agent's plain mean in the two halves of the tickets; NaN for agents with too few in one of them."""
    means = []
    for half in (odd, ~odd):
        n = np.bincount(agent[half], minlength=size)[keep]
        total = np.bincount(agent[half], weights=values[half], minlength=size)[keep]
        means.append(floats(np.where(n >= FEWEST_ROWS / 2, total / np.maximum(n, 1), np.nan)))
    return means[0], means[1]


def matrix(scope: Scope, data: Dataset) -> Matrix:
    """All pairs of agents' figures, judged together."""
    return matrix_of(read_agents(scope, data), scope.ask)


def matrix_of(agents: Agents, ask: Ask) -> Matrix:
    pairs = []
    for a, b in combinations(agents.groups, 2):
        first, second = driver_first(a, b)
        link = linked(first, second, ask)
        pairs.append(Pair(first, second, "agents", link=link) if link else of_groups(agents, first, second))
    lacks = (
        ""
        if len(agents.groups) > 1
        else f"There are too few agents to compare: {len(agents.names)} known, {FEWEST} with {FEWEST_ROWS} answers each are needed."
    )
    return judged("agents", tuple(agents.groups), pairs, ask, n=len(agents.names), lacks=lacks)


def of_groups(agents: Agents, first: str, second: str) -> Pair:
    """Rank correlation of two shrunk figures, pooled and inside teams."""
    x, y = agents.groups[first].value, agents.groups[second].value
    both = ~np.isnan(x) & ~np.isnan(y)
    n = int(both.sum())
    pair = Pair(first, second, "agents", n=n, worth=float(n))
    if n < FEWEST:
        return replace(pair, lacks=f"only {n} agents have {FEWEST_ROWS} of both, {FEWEST} are needed")
    team = agents.team_codes
    pooled, r, spent = _alike(x[both], y[both], None if team is None else dense(team[both]))
    if np.isnan(pooled):
        return replace(pair, lacks="agents do not differ in one of them")
    pooled_low, pooled_high = correlation_interval(pooled, n, "spearman")
    low, high = correlation_interval(r, n - spent, "spearman")
    p = float(correlation_p_value(r, n - spent))
    pair = replace(pair, r=r, low=low, high=high, p=p, pooled=pooled, pooled_low=pooled_low, pooled_high=pooled_high)
    pair = replace(pair, alike=("team",) if spent else ())
    return _second(pair, agents.groups[first], agents.groups[second], team)


def _alike(x: Array, y: Array, team: Any) -> tuple[float, float, int]:
    """(Spearman's r of all agents, r inside teams where there are agents enough, how many means that took); NaN where one does not differ."""
    x, y = ranks(x), ranks(y)
    pooled = pearson(x, y)
    if team is not None:
        counts = np.bincount(team)
        inside_x, inside_y = (v - (np.bincount(team, weights=v) / counts)[team] for v in (x, y))
        within = pearson(inside_x, inside_y)
        if len(counts) > 1 and len(x) - len(counts) + 1 >= FEWEST and not np.isnan(within):
            return pooled, within, len(counts) - 1
    return pooled, pooled, 0


def _second(pair: Pair, first: Group, second: Group, team: Any) -> Pair:
    """The pair with the second opinion: the same link between figures of different tickets, both ways round. It can only take a claim away."""
    if first.halves is None or second.halves is None:
        return pair
    found, worth = [], []
    for x, y in zip(first.halves, second.halves[::-1], strict=True):
        both = ~np.isnan(x) & ~np.isnan(y)
        if both.sum() >= FEWEST:
            _, r, spent = _alike(x[both], y[both], None if team is None else dense(team[both]))
            found.append(r)
            worth.append(int(both.sum()) - spent)
    if len(found) < 2 or np.isnan(found).any():
        return replace(pair, is_confirmed=False)
    again = float(np.mean(found))
    again_p = float(correlation_p_value(again, min(worth)))  # the mean of two scatters less than each
    return replace(
        pair, again=again, again_p=again_p, p=max(pair.p, again_p), is_confirmed=bool(again * pair.r > 0 and again_p < ERROR)
    )  # fmt: skip


def on_scale(group: Group, ask: Ask) -> Array:
    """The shrunk values in the metric's own unit: shares in per cent, times in seconds (their geometric mean)."""
    if is_yes_no(group.name, ask):
        return floats(100 * group.value)
    return floats(np.exp(group.value)) if find(group.name).unit == "s" else group.value
