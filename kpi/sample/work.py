"""The work behind the tickets: quality reviews, agents' paid time, and what it all cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from kpi.sample import company as c
from kpi.sample.clock import BEGIN_S, DAYS, END_S, clocks, day_of
from kpi.sample.draws import Floats, Ints
from kpi.sample.log import Facts
from kpi.sample.tickets import HUMAN, Block, World

REVIEW_KINDS = ["manager", "peer", "self"]
CATEGORIES = [category.name for category in c.SCORE_CARD]


@dataclass(frozen=True)
class Reviews:
    """Rated categories, all of a review together. `ticket` is the place in the block."""

    ticket: Ints
    category: Ints
    score: Floats
    kind: Ints
    reviewer: Ints  # an agent; the team lead for a manager's review
    at: Ints


def review(world: World, block: Block, facts: Facts) -> Reviews:
    """A few solved tickets, rated on the score card some days later."""
    draws, agents = world.draws, world.agents
    at = facts.solved + 86_400 + (5 * 86_400 * draws.uniform("review after", block.row)).astype(np.int64)
    chosen = (block.kind == HUMAN) & (facts.replies > 0) & (facts.solved > 0) & (at < END_S)
    ticket = np.flatnonzero(chosen & draws.chance("reviewed", block.row, c.REVIEWED))
    rows = block.row[ticket]
    kind = draws.pick("review kind", rows, (0.7, 0.2, 0.1))
    team, region = facts.team[ticket], agents.region[facts.agent[ticket]]
    lead = np.array([int(np.flatnonzero(agents.team == t)[0]) for t in range(len(c.TEAMS))])[team]
    peer = agents.pick(team, region, day_of(at[ticket]), draws.uniform("peer", rows))
    reviewer = np.where(kind == 0, lead, np.where(kind == 1, peer, facts.agent[ticket]))
    scores = np.empty((len(ticket), len(c.SCORE_CARD)))
    for place, category in enumerate(c.SCORE_CARD):
        stars = [draws.chance(f"{category.name} {k}", rows, (category.mean - 1) / 4) for k in range(4)]
        absent = draws.chance(f"{category.name} absent", rows, category.not_applicable)
        scores[:, place] = np.where(absent, np.nan, 1 + np.sum(stars, axis=0))
    size = len(c.SCORE_CARD)
    return Reviews(
        ticket=np.repeat(ticket, size),
        category=np.tile(np.arange(size), len(ticket)),
        score=scores.ravel(),
        kind=np.repeat(kind, size),
        reviewer=np.repeat(reviewer, size),
        at=np.repeat(at[ticket], size),
    )


@dataclass(frozen=True)
class AgentDays:
    """Agents' days with work on tickets."""

    agent: Ints
    started: Ints
    paid: Floats
    available: Floats
    handling: Floats
    other: Floats
    handled: Ints  # tickets
    hourly: Floats


class Ledger:
    """Adds up handle time by day and agent while blocks go by; knows the books at the end. Its size is that of the staff."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seconds = np.zeros((DAYS, len(world.agents.name)))
        self.handled = np.zeros((DAYS, len(world.agents.name)), dtype=np.int64)

    def add(self, facts: Facts) -> None:
        """Time counts for whoever replied last, on that day."""
        worked = facts.replies > 0
        place = (day_of(facts.last_reply[worked]), facts.last_author[worked])
        np.add.at(self.seconds, place, facts.handle[worked])
        np.add.at(self.handled, place, 1)

    def agent_days(self) -> AgentDays:
        """Time available and paid follows handling by occupancy and utilisation; busier days are denser."""
        world, draws = self.world, self.world.draws
        day, agent = np.nonzero(self.handled)
        address = day * 100_000 + agent
        handling = self.seconds[day, agent]
        occupancy = np.clip(c.OCCUPANCY * world.rhythm.load[day] ** 0.4 * draws.lognormal("occupancy", address, 0.05), 0.5, 0.93)
        available = np.rint(handling * (1 / occupancy - 1))
        utilisation = np.clip(c.UTILISATION + 0.03 * draws.normal("utilisation", address), 0.7, 0.94)
        other = np.rint((handling + available) * (1 / utilisation - 1))
        started = np.array([_shifts(region) for region in range(len(c.REGIONS))])[world.agents.region[agent], day]
        return AgentDays(
            agent, started, handling + available + other, available, handling, other, self.handled[day, agent], hourly(world)[agent]
        )


def _shifts(region: int) -> Ints:
    """When a shift of the region starts, each UTC day: at opening; at nine local time on a closed day."""
    clock, zone = clocks()[region], ZoneInfo(c.REGIONS[region].zone)
    days = [c.START.date() + timedelta(days=n) for n in range(DAYS)]
    out = np.array([int(datetime.combine(day, time(9), tzinfo=zone).timestamp()) for day in days], dtype=np.int64)
    opens = clock.opens[(clock.opens >= BEGIN_S) & (clock.opens < END_S)][::-1]  # the first of a day wins
    out[day_of(opens)] = opens
    return out


def hourly(world: World) -> Floats:
    """Loaded cost of an hour of each agent."""
    agents = world.agents
    rate = np.array([team.hourly_cost for team in c.TEAMS])[agents.team]
    return np.round(rate * world.draws.between("hourly", np.arange(len(rate)), 0.94, 1.06) * 2) / 2


def ticket_cost(handle: Floats, team: Ints, effects: c.Effects) -> Floats:
    """Labour by handle time (at planned occupancy and utilisation) and overhead; nan where nobody worked on it."""
    rate = np.array([x.hourly_cost for x in c.TEAMS])[team] / (c.OCCUPANCY * c.UTILISATION)
    plan = 600.0 * np.array([x.handle for x in c.TEAMS])[team]
    seconds = plan * (handle / plan) ** effects.cost_elasticity
    return np.where(np.isnan(handle), np.nan, np.round(seconds / 3600 * rate + sum(c.OVERHEAD.values()), 2))


@dataclass(frozen=True)
class CostLine:
    start: date
    end: date
    category: str
    amount: float
    team: str | None


def _months() -> list[date]:
    return [date(2024 + (10 + n) // 12, (10 + n) % 12 + 1, 1) for n in range(25)]


def _month_of_day() -> Ints:
    days = [c.START.date() + timedelta(days=n) for n in range(DAYS)]
    return np.array([(day.year - 2024) * 12 + day.month - 11 for day in days])


@dataclass(frozen=True)
class Costs:
    lines: list[CostLine]
    labour: float
    overhead: float


def costs(world: World, ledger: Ledger, days: AgentDays) -> Costs:
    """Monthly cost lines. Labour per handled ticket moves with handle time by the stated elasticity; overhead with tickets."""
    months, teams = _months(), len(c.TEAMS)
    cell = _month_of_day()[day_of(days.started)] * teams + world.agents.team[days.agent]
    paid = np.bincount(cell, days.paid / 3600 * days.hourly, minlength=24 * teams).reshape(24, teams)
    count = np.bincount(cell, days.handled, minlength=24 * teams).reshape(24, teams)
    usual = paid.sum(axis=0) / np.maximum(1, count.sum(axis=0))
    relative = np.divide(paid, count * usual, where=(count > 0) & (usual > 0), out=np.ones_like(paid))
    labour = count * usual * relative**world.effects.cost_elasticity
    lines = []
    for month, (start, end) in enumerate(pairwise(months)):
        for team, declared in enumerate(c.TEAMS):
            amount = float(labour[month, team])
            lines.append(CostLine(start, end, "salaries", round(amount * (1 - c.BENEFITS), 2), declared.name))
            lines.append(CostLine(start, end, "benefits", round(amount * c.BENEFITS, 2), declared.name))
        handled = float(count[month].sum())
        lines += [CostLine(start, end, name, round(each * handled, 2), None) for name, each in c.OVERHEAD.items()]
    return Costs(lines, float(labour.sum()), float(count.sum()) * sum(c.OVERHEAD.values()))


def instant(day: date) -> int:
    return int(datetime.combine(day, time(0), tzinfo=UTC).timestamp())
