"""Surveys: who is asked, who answers, and what — with the chance of a good rating in closed form.

The chance of a rating of 4 or 5 is a sum of percentage points that never leaves 0–100 %:

    good = base_points + channel + team + agent + fcr_points · [one reply, never reopened] − slow(first reply time)

so the average causal effect of first contact resolution on CSAT is `fcr_points`, for every ticket alike. Whether somebody
answers depends on the channel and on being happy; that is why CSAT among answers is not CSAT among everyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from kpi.sample import comments as words
from kpi.sample import company as c
from kpi.sample.clock import END_S
from kpi.sample.draws import NONE, Draws, Flags, Floats, Ints
from kpi.sample.log import Facts
from kpi.sample.people import Customers
from kpi.sample.tickets import HUMAN, Block, World

CSAT, CES, NPS = range(3)
KINDS = ["csat", "ces", "nps"]
LOW, HIGH = (1, 1, 0), (5, 7, 10)
NPS_DAYS = [datetime(y, m, 15, 9, tzinfo=UTC) for y in (2024, 2025, 2026) for m in (3, 6, 9, 12)]
NPS_ASKED = [int(day.timestamp()) for day in NPS_DAYS if c.START <= day < c.END]
USUAL_GOOD = 0.82  # used only to split a channel's response rate between the happy and the unhappy


@dataclass(frozen=True)
class Odds:
    """Chances of each surveyed ticket: good as it was, had it been solved at first contact, had it not; and of an answer."""

    is_fcr: Flags
    hours: Floats  # to first reply
    good: Floats
    good_if_fcr: Floats
    good_if_not: Floats
    answers_if_good: Floats
    answers_if_bad: Floats


def is_first_contact(facts: Facts) -> Flags:
    """Exactly one reply and never reopened."""
    out: Flags = (facts.replies == 1) & (facts.reopens == 0)
    return out


def slow_points(hours: Floats, effects: c.Effects) -> Floats:
    """Points lost by a first reply time: none, then a straight fall, then no more."""
    span = effects.slow_full_hours - effects.slow_from_hours
    return effects.slow_points * np.clip((hours - effects.slow_from_hours) / span, 0, 1)


def odds(world: World, block: Block, facts: Facts, ticket: Ints) -> Odds:
    e = world.effects
    team = np.zeros(len(c.TEAMS))
    team[c.TEAM[e.trap_team]] = e.trap_points
    channel = block.channel[ticket]
    hours = (facts.first_reply[ticket] - block.created[ticket]) / 3600
    rest = e.base_points + e.channel_points * np.array([x.points for x in c.CHANNELS])[channel]
    rest = rest + team[facts.team[ticket]] + world.agents.points[facts.agent[ticket]] - slow_points(hours, e)
    fcr = is_first_contact(facts)[ticket]
    happy = np.array([x.answers for x in c.CHANNELS])[channel] / (USUAL_GOOD + (1 - USUAL_GOOD) / e.answer_ratio)
    return Odds(fcr, hours, (rest + e.fcr_points * fcr) / 100, (rest + e.fcr_points) / 100, rest / 100, happy, happy / e.answer_ratio)


@dataclass(frozen=True)
class Answers:
    """Rows of the surveys table. `ticket` is the place in the block (NONE: about no ticket)."""

    ticket: Ints
    requester: Ints
    kind: Ints
    score: Floats
    offered: Ints
    answered: Ints
    comment: list[str | None]
    asked: Odds | None = None  # of the csat rows, in their order


def _binomial(draws: Draws, what: str, rows: Ints, times: int, chance: Floats) -> Ints:
    return sum((draws.chance(f"{what} {k}", rows, chance).astype(np.int64) for k in range(times)), np.zeros(len(rows), dtype=np.int64))


def _scores(draws: Draws, rows: Ints, good: Flags) -> Ints:
    up = np.array(list(c.GOOD_SCORES))[draws.pick("score", rows, list(c.GOOD_SCORES.values()))]
    down = np.array(list(c.BAD_SCORES))[draws.pick("score", rows, list(c.BAD_SCORES.values()))]
    return np.where(good, up, down)


def _comments(world: World, block: Block, ticket: Ints, is_csat: Flags, good: Flags, chances: Odds) -> list[str | None]:
    """A sentence beside a quarter of the ratings, fitting what happened."""
    languages = [language for region in c.REGIONS for _, language, _ in region.countries]
    country = world.customers.country(block.requester[ticket])
    reason = np.where(chances.hours > c.PLANTED.slow_full_hours, words.SLOW, np.where(chances.is_fcr, words.POOR, words.REPEAT))
    reason = np.where(good, np.where(chances.is_fcr, words.PLAIN, words.HAPPY), reason)
    luck = world.draws.uniform("comment", block.row[ticket]) * 4
    out: list[str | None] = [None] * len(ticket)
    for place in np.flatnonzero(is_csat & (luck < 1)).tolist():
        choices = words.COMMENTS[languages[country[place]]][reason[place]]
        out[place] = choices[int(luck[place] * len(choices))]
    return out


def about_tickets(world: World, block: Block, facts: Facts) -> Answers:
    """One survey for most tickets that were answered by people and have closed: satisfaction, or ease."""
    draws, e = world.draws, world.effects
    lot = draws.uniform("survey", block.row)
    offered = facts.closed + 300 + (3300 * draws.uniform("survey sent", block.row)).astype(np.int64)
    asked = (block.kind == HUMAN) & (facts.replies > 0) & (facts.closed != NONE) & (offered < END_S)
    ticket = np.flatnonzero(asked & (lot < c.CSAT_OFFERED + c.CES_OFFERED))
    rows, is_csat = block.row[ticket], lot[ticket] < c.CSAT_OFFERED
    chances = odds(world, block, facts, ticket)
    good = draws.chance("good", rows, chances.good)
    rate = np.where(good & is_csat, chances.answers_if_good, chances.answers_if_bad)
    rate = np.where(is_csat, rate, np.array([x.answers for x in c.CHANNELS])[block.channel[ticket]])
    back = offered[ticket] + 60 + (14_400 * draws.lognormal("answers after", rows, 1.2)).astype(np.int64)
    answered = draws.chance("answers", rows, rate) & (back < END_S)
    ease = 1 + _binomial(draws, "ease", rows, 6, (c.CES_MEAN + e.ces_points * chances.is_fcr - 1) / 6)
    comment = _comments(world, block, ticket, is_csat & answered, good, chances)
    csat = Odds(*(getattr(chances, name)[is_csat] for name in Odds.__dataclass_fields__))
    return Answers(
        ticket=ticket,
        requester=block.requester[ticket],
        kind=np.where(is_csat, CSAT, CES),
        score=np.where(answered, np.where(is_csat, _scores(draws, rows, good), ease), np.nan),
        offered=offered[ticket],
        answered=np.where(answered, back, NONE),
        comment=comment,
        asked=csat,
    )


def about_the_company(customers: Customers, draws: Draws, first: int, last: int) -> Answers:
    """The quarterly question whether one would recommend the company, to customers number `first` to `last` (not included)."""
    who = np.arange(first, last, dtype=np.int64)
    came, left, segment = customers.became(who), customers.left(who), customers.segment(who)
    promoters = np.array([s.nps_promoters for s in c.SEGMENTS])[segment]
    detractors = np.array([s.nps_detractors for s in c.SEGMENTS])[segment]
    parts: list[tuple[Ints, Ints, Ints, Floats]] = []
    for quarter, day in enumerate(NPS_ASKED):
        here = (came <= day) & ((left == NONE) | (left > day)) & draws.chance(f"nps {quarter}", who, c.NPS_INVITED)
        row = who[here]
        side = draws.uniform(f"nps side {quarter}", row)
        within = draws.uniform(f"nps score {quarter}", row)
        score = np.where(side < promoters[here], 9 + (2 * within).astype(int), 7 + (2 * within).astype(int))
        score = np.where(side > 1 - detractors[here], (7 * np.sqrt(within)).astype(int), score)
        offered = day + (6 * 3600 * draws.uniform(f"nps sent {quarter}", row)).astype(np.int64)
        back = offered + 120 + (40_000 * draws.lognormal(f"nps after {quarter}", row, 1.2)).astype(np.int64)
        answers = draws.chance(f"nps answers {quarter}", row, c.NPS_ANSWERED) & (back < END_S)
        parts.append((row, offered, np.where(answers, back, NONE), np.where(answers, score, np.nan)))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")  # customer by customer, so that rows do not depend on the size of a block
    row, offered, back, score = (column[order] for column in columns)
    nothing = np.full(len(row), NONE, dtype=np.int64)
    return Answers(nothing, row, nothing * 0 + NPS, score, offered, back, [None] * len(row))
