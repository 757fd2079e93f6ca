"""What a ticket is before anything happens to it: when, who, through which channel, about what, how urgent, for which team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.sample import company as c
from kpi.sample.clock import is_open
from kpi.sample.draws import Draws, Flags, Ints
from kpi.sample.people import Agents, Customers, hire
from kpi.sample.rhythm import Rhythm

HUMAN, BOT, SPAM, DELETED, MERGED = range(5)
"""How a ticket goes: answered by people (or abandoned in the queue), solved by the assistant, or thrown out."""


@dataclass(frozen=True)
class World:
    """Everything that exists before the first ticket: luck, effects, rhythm, people."""

    tickets: int
    draws: Draws
    effects: c.Effects
    rhythm: Rhythm
    agents: Agents
    customers: Customers

    @classmethod
    def make(cls, tickets: int, seed: int, effects: c.Effects) -> World:
        draws = Draws(seed)
        rhythm = Rhythm(tickets, draws, effects)
        return cls(tickets, draws, effects, rhythm, hire(tickets, draws, effects), Customers(tickets, rhythm, draws))


@dataclass(frozen=True)
class Block:
    """Consecutive tickets, one place in every array a ticket. Whole numbers are codes into the company's declarations."""

    row: Ints  # number of the ticket, 0 first
    created: Ints
    requester: Ints
    region: Ints
    segment: Ints
    channel: Ints
    product: Ints
    topic: Ints
    team: Ints  # at creation
    priority: Ints
    kind: Ints
    is_outbound: Flags  # an agent opened it by writing to the requester
    is_live: Flags
    will_escalate: Flags  # the first team will pass it to the technical one


def _of(attribute: str, declared: tuple[object, ...], code: Ints) -> Any:
    """The attribute of each row's declaration, as an array: `_of("reply", CHANNELS, block.channel)`."""
    return np.array([getattr(item, attribute) for item in declared])[code]


def channel_fact(name: str, channel: Ints) -> Any:
    """An attribute of each row's channel, as an array."""
    return _of(name, c.CHANNELS, channel)


def _topics(draws: Draws, rows: Ints, channel: Ints) -> tuple[Ints, Ints]:
    """Topic and desk (0 general, 1 billing, 2 technical) of each ticket."""
    desks = ("general", "billing", "technical")
    money = draws.chance("money", rows, channel_fact("billing", channel))
    desk = np.where(money, 1, np.where(draws.chance("technical", rows, c.TECHNICAL_SHARE), 2, 0))
    topic = np.empty_like(desk)
    for number, name in enumerate(desks):
        own = [index for index, t in enumerate(c.TOPICS) if t.desk == name]
        here = desk == number
        chosen = draws.pick("topic", rows[here], [c.TOPICS[index].share for index in own])
        topic[here] = np.array(own)[chosen]
    return topic, desk


def _kinds(draws: Draws, rows: Ints, channel: Ints) -> Ints:
    spam, bot = channel_fact("spam", channel), channel_fact("bot", channel)
    rest = 1 - spam - bot - c.MERGED - c.DELETED
    shares = np.column_stack([rest, bot, spam, np.full(len(rows), c.DELETED), np.full(len(rows), c.MERGED)])
    return draws.pick_rows("kind", rows, shares)


def draw(world: World, first: int, last: int) -> Block:
    """Tickets number `first` to `last` (not included)."""
    draws, rows = world.draws, np.arange(first, last, dtype=np.int64)
    created, requester = world.rhythm.created(rows), world.customers.of_tickets(rows)
    region, segment = world.customers.region(requester), world.customers.segment(requester)
    during = draws.pick("channel", rows, [x.open_share for x in c.CHANNELS])
    outside = draws.pick("channel", rows, [x.closed_share for x in c.CHANNELS])
    channel = np.where(is_open(region, created), during, outside)
    product = world.rhythm.product(rows)
    topic, desk = _topics(draws, rows, channel)
    is_vip = segment == len(c.SEGMENTS) - 1
    straight = (desk == 2) & draws.chance("straight", rows, c.STRAIGHT_TO_TECHNICAL)
    team = np.where(is_vip, c.TEAM["VIP"], np.where(desk == 1, c.TEAM["Billing"], np.where(straight, c.TEAM["Technical"], 0)))
    kind = _kinds(draws, rows, channel)
    is_live = channel_fact("live", channel)
    usual = draws.pick("priority", rows, c.PRIORITY_SHARES)
    return Block(
        row=rows,
        created=created,
        requester=requester,
        region=region,
        segment=segment,
        channel=channel,
        product=product,
        topic=topic,
        team=team,
        priority=np.where(is_vip, draws.pick("priority", rows, c.PRIORITY_SHARES_VIP), usual),
        kind=kind,
        is_outbound=(kind == HUMAN) & (channel == 0) & draws.chance("outbound", rows, c.OUTBOUND),
        is_live=is_live,
        will_escalate=(kind == HUMAN)
        & (team != c.TEAM["Technical"])
        & draws.chance("escalates", rows, np.array(list(c.ESCALATED.values()))[desk]),
    )
