"""What was planted: each effect with its amount, the facts of the company, and what the drawn tickets should show on average."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kpi.sample import company as c
from kpi.sample.log import Facts
from kpi.sample.surveys import Answers
from kpi.sample.tickets import Block, World
from kpi.sample.work import Costs


@dataclass(frozen=True)
class Effect:
    """One planted effect. `amount` is 0 when nothing was planted; `unit` says what it counts; `details` say where and when."""

    name: str
    about: str
    metric: str
    amount: float
    unit: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """What the written company really is. The same as `truth.json`."""

    tickets: int
    seed: int
    is_null: bool
    start: str
    end: str  # not included
    effects: tuple[Effect, ...]
    facts: dict[str, Any]
    expected: dict[str, Any]
    agents: tuple[dict[str, Any], ...]
    rows: dict[str, int]

    def effect(self, name: str) -> Effect:
        """The effect of that name. KeyError if there is none."""
        return {effect.name: effect for effect in self.effects}[name]

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**plain, "effects": {e.name: {k: getattr(e, k) for k in list(e.__dataclass_fields__)[1:]} for e in self.effects}}

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _share(part: Any, whole: Any) -> float | None:
    return round(float(100 * part / whole), 4) if whole > 0 else None


class Expected:
    """Sums of chances over the tickets asked for a rating, by final team, channel and first contact; not of what was drawn.

    From them follow the CSAT one should find (on average over the luck of rating and answering), pooled or within any of the
    three, among everyone asked and among those who answer.
    """

    def __init__(self) -> None:
        shape = (len(c.TEAMS), len(c.CHANNELS), 2)
        self.asked, self.good, self.answers, self.good_answers = (np.zeros(shape) for _ in range(4))
        self.moved = 0.0  # sum over tickets: chance of an answer × what first contact changes in CSAT among answers

    def add(self, block: Block, facts: Facts, answers: Answers) -> None:
        asked = answers.asked
        assert asked is not None  # noqa: S101  # about_tickets always says
        ticket = answers.ticket[answers.kind == 0]
        place = (facts.team[ticket], block.channel[ticket], asked.is_fcr.astype(np.int64))

        def among(good: Any) -> tuple[Any, Any]:
            yes = good * asked.answers_if_good
            return yes, yes + (1 - good) * asked.answers_if_bad

        yes, answering = among(asked.good)
        for total, value in zip((self.asked, self.good, self.answers, self.good_answers), (1.0, asked.good, answering, yes), strict=True):
            np.add.at(total, place, value)
        (up, all_up), (down, all_down) = among(asked.good_if_fcr), among(asked.good_if_not)
        self.moved += float((answering * (up / all_up - down / all_down)).sum())

    def points_among_answers(self) -> float | None:
        return _share(self.moved, self.answers.sum())

    def csat(self, among_answers: bool, **where: int) -> float | None:
        """Expected CSAT in percent, of `team`, `channel`, `fcr` as given."""
        at = tuple(where.get(axis, slice(None)) for axis in ("team", "channel", "fcr"))
        good, asked = (self.good_answers, self.answers) if among_answers else (self.good, self.asked)
        return _share(good[at].sum(), asked[at].sum())

    def table(self) -> dict[str, Any]:
        teams, channels = [t.name for t in c.TEAMS], [x.name for x in c.CHANNELS]

        def both(**where: int) -> dict[str, float | None]:
            return {"asked": self.csat(False, **where), "answers": self.csat(True, **where)}

        return {
            "csat": both(),
            "csat_by_first_contact": {"yes": both(fcr=1), "no": both(fcr=0)},
            "csat_by_channel": {name: both(channel=k) for k, name in enumerate(channels)},
            "csat_by_team": {name: both(team=k) for k, name in enumerate(teams)},
            "csat_by_team_and_channel": {
                team: {name: both(team=t, channel=k) for k, name in enumerate(channels)} for t, team in enumerate(teams)
            },
            "response_rate": _share(self.answers.sum(), self.asked.sum()),
        }


def _simpson(expected: Expected, e: c.Effects) -> Effect:
    trap, rival = c.TEAM[e.trap_team], c.TEAM[e.trap_rival]

    def gap(**where: int) -> float | None:
        a, b = expected.csat(True, team=trap, **where), expected.csat(True, team=rival, **where)
        return None if a is None or b is None else round(a - b, 4)

    details = {
        "dimension": "team", "hidden_by": "channel", "team": e.trap_team, "rival": e.trap_rival,
        "sign_within": int(np.sign(e.trap_points)), "sign_pooled": -int(np.sign(e.trap_points)),
        "expected_pooled_points": gap(), "expected_within_points": {x.name: gap(channel=k) for k, x in enumerate(c.CHANNELS)},
        "channel_points": {x.name: x.points * e.channel_points for x in c.CHANNELS},
    }  # fmt: skip
    about = "In every channel the team is better than its rival; pooled it looks worse, for most of its tickets are e-mail."
    return Effect("simpson_trap", about, "csat", e.trap_points, "points", details)


def _effects(world: World, expected: Expected, costs: Costs) -> tuple[Effect, ...]:
    e, agents = world.effects, world.agents
    asked, answers = expected.csat(False) or 0.0, expected.csat(True) or 0.0
    usual = sum(c.PRODUCTS.values())
    flooded = (usual + (e.launch_factor - 1) * c.PRODUCTS[e.launch_product]) / usual
    total = costs.labour + costs.overhead
    return (
        Effect("launch", "A launch floods one product: tickets about it, times the factor.", "tickets_created", e.launch_factor - 1,
               "share of the product's usual volume, on top", {"product_area": e.launch_product, "date": str(e.launch_day),
               "days": e.launch_days, "factor": e.launch_factor, "factor_all_products": round(flooded, 6)}),
        Effect("macro", "A new tool cuts handle time of one team, on work started from the date.", "handle_time", 0.0 - 100 * e.macro_saving, "%",
               {"team": e.macro_team, "date": str(e.macro_day), "ratio": 1 - e.macro_saving}),
        Effect("first_contact_on_csat", "Exactly one reply and never reopened, against anything else: average causal effect.", "csat",
               e.fcr_points, "points", {"among_answers_points": expected.points_among_answers() if e.fcr_points else 0.0,
               "driver": "first_contact_resolution: one reply and not reopened"}),
        Effect("first_reply_on_csat", "Flat up to the threshold, then a straight fall, then flat.", "csat", 0.0 - e.slow_points, "points",
               {"flat_until_hours": e.slow_from_hours, "full_from_hours": e.slow_full_hours, "clock": "calendar"}),
        _simpson(expected, e),
        Effect("agents_on_csat", "True differences between agents (see agents): the largest, either way.", "csat", e.agent_points, "points"),
        Effect("agents_on_handle_time", "Spread of agents' true handle time factors.", "handle_time", round(float(np.std(np.log(agents.handle))), 6),
               "sd of log"),
        Effect("agents_on_first_reply", "Spread of agents' true reply delay factors.", "first_reply_time",
               round(float(np.std(np.log(agents.reply))), 6), "sd of log"),
        Effect("agents_on_first_contact", "True differences between agents: the largest, either way.", "first_contact_resolution",
               100 * e.agent_fcr, "points"),
        Effect("first_contact_on_ces", "First contact resolution makes it easier, on the 1–7 scale.", "ces", e.ces_points, "score"),
        Effect("handle_time_on_cost", "Elasticity of labour cost per handled ticket with respect to handle time.", "cost_per_ticket",
               e.cost_elasticity, "elasticity",
               {"of_all_cost": round(e.cost_elasticity * costs.labour / total, 4) if total else 0.0,
                "formula": "handling hours × hourly cost / (occupancy × utilisation) + overhead per ticket"}),
        Effect("non_response", "The happy answer oftener: CSAT among answers less CSAT among everyone asked.", "csat",
               round(answers - asked, 4) if e.answer_ratio != 1 else 0.0, "points", {"happy_to_unhappy": e.answer_ratio}),
    )  # fmt: skip


def _facts() -> dict[str, Any]:
    """What is so with and without planted effects."""
    return {
        "weekday_factors": dict(zip(c.WEEKDAYS, c.WEEKDAY_FACTORS, strict=True)),
        "growth_a_year": c.GROWTH, "year_swing": c.YEAR_SWING, "holiday_factor": c.HOLIDAY_FACTOR,
        "day_noise": {"sd_of_log": c.DAY_NOISE_SD, "lag_1": c.DAY_NOISE_PHI},
        "reopen": c.REOPEN, "reopen_again": c.REOPEN_AGAIN, "closes_after_seconds": c.CLOSES_AFTER, "follow_up": c.FOLLOW_UP,
        "response_rate_by_channel": {x.name: x.answers for x in c.CHANNELS}, "csat_offered": c.CSAT_OFFERED, "ces_offered": c.CES_OFFERED,
        "occupancy": c.OCCUPANCY, "utilisation": c.UTILISATION, "overhead_per_ticket": sum(c.OVERHEAD.values()), "currency": c.CURRENCY,
        "reply_promise_business_seconds": dict(zip(c.PRIORITIES, c.REPLY_PROMISE, strict=True)),
        "reply_promise_live_seconds": c.LIVE_REPLY_PROMISE,
        "solve_promise_business_seconds": dict(zip(c.PRIORITIES, c.SOLVE_PROMISE, strict=True)),
    }  # fmt: skip


def _agents(world: World) -> tuple[dict[str, Any], ...]:
    agents = world.agents

    def day(instant: int) -> str | None:
        return None if instant < 0 else str(np.datetime64(instant, "s").astype("datetime64[D]"))

    return tuple(
        {
            "agent": name, "team": c.TEAMS[agents.team[k]].name, "schedule": c.REGIONS[agents.region[k]].name,
            "joined": day(int(agents.joined[k])), "left": day(int(agents.left[k])), "csat_points": round(float(agents.points[k]), 6),
            "handle_factor": round(float(agents.handle[k]), 6), "reply_factor": round(float(agents.reply[k]), 6),
            "first_contact_points": round(float(100 * agents.fcr[k]), 6),
        }
        for k, name in enumerate(agents.name)
    )  # fmt: skip


def truth(world: World, expected: Expected, costs: Costs, rows: dict[str, int]) -> Truth:
    """Everything worth knowing about the written company."""
    return Truth(
        tickets=world.tickets,
        seed=world.draws.seed,
        is_null=c.is_nothing(world.effects),
        start=c.START.date().isoformat(),
        end=c.END.date().isoformat(),
        effects=_effects(world, expected, costs),
        facts=_facts(),
        expected=expected.table(),
        agents=_agents(world),
        rows=rows,
    )
