"""Agents with their true effects and their rota, and customers: who they are, when they came, when they left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi.sample import company as c
from kpi.sample.clock import BEGIN_S, DAYS, END_S
from kpi.sample.draws import NONE, Draws, Flags, Floats, Ints
from kpi.sample.rhythm import Rhythm

_FIRST = (
    "Ana Ben Carla Dmitri Elif Femi Greta Hugo Ines Jonas Karin Luca Maya Nils Olga Paul Quinn Rosa Sami Tara Umut Vera Wim Xenia "
    "Yusuf Zoe Aino Bram Chloe Diego Emma Farid Gina Hana Ivan Julia"
).split()
_LAST = (
    "Adler Brandt Costa Dubois Eriksen Fischer Garcia Hansen Ito Jansen Keller Lopez Moreau Novak Okafor Petrov Quist Rossi Silva "
    "Tanaka Urban Vogel Weber Xu Young Ziegler Almeida Becker Conti Diaz Engel Ferrari Gruber Horvat Ivanov Kaya"
).split()
_ADJECTIVES = (
    "Amber Bright Cedar Delta Early Fair Golden Harbour Iron Juniper Kind Lunar Maple North Open Prime Quiet River Silver Timber Union "
    "Velvet Willow Young Zenith Alpine Blue Coral Dawn Ember"
).split()
_NOUNS = (
    "Foods Freight Furniture Games Garden Glass Health Hotels Imports Insurance Labs Legal Logistics Media Mills Motors Music Optics "
    "Outdoor Paper Pharma Press Retail Schools Sports Studio Supply Telecom Textiles Travel"
).split()
ON_DUTY = 0.8  # share of the agents employed who work on a given day
STEADY = 0.65  # share of each team in each region that is there throughout
DAY = 86_400


def agent_name(number: int) -> str:
    first, last = _FIRST[number % len(_FIRST)], _LAST[(number * 7 + number // len(_FIRST)) % len(_LAST)]
    rounds = number // (len(_FIRST) * len(_LAST))
    return f"{first} {last}" + (f" {rounds + 1}" if rounds else "")


def organization_names(numbers: Ints) -> list[str]:
    """Company names; numbered once the words run out."""
    out = []
    for number in numbers.tolist():
        name = f"{_ADJECTIVES[number % 30]} {_NOUNS[number // 30 % 30]}"
        out.append(name if number < 900 else f"{name} {number // 900 + 1}")
    return out


@dataclass(frozen=True)
class Agents:
    """All agents, one place in each array an agent, with their true effects (all none when nothing is planted)."""

    name: list[str]
    team: Ints
    region: Ints
    joined: Ints  # instants; NONE: before the history
    left: Ints  # NONE: still here
    points: Floats  # CSAT percentage points
    handle: Floats  # times handle time
    reply: Floats  # times the delay from assignment to first reply
    fcr: Floats  # added to the chance of a one-reply solve
    rota: Ints  # (day, team × region, slot) -> agent on duty
    on_duty: Ints  # (day, team × region) -> how many

    def pick(self, team: Ints, region: Ints, day: Ints, luck: Floats) -> Ints:
        """An agent on duty on that day in that team and region."""
        day, cell = np.clip(day, 0, DAYS - 1), team * len(c.REGIONS) + region
        out: Ints = self.rota[day, cell, (luck * self.on_duty[day, cell]).astype(np.int64)]
        return out


def _cells(total: int) -> list[tuple[int, int]]:
    """The (team, region) of each agent: shares of the work, two at least in every cell."""
    out: list[tuple[int, int]] = []
    for team, declared in enumerate(c.TEAMS):
        for region, share in enumerate((0.57, 0.43)):
            out += [(team, region)] * max(2, round(total * declared.agents * share))
    return out


def _spread(values: Floats) -> Floats:
    """Centred on zero with the largest at ± 1."""
    centred = values - values.mean()
    out: Floats = centred / np.abs(centred).max()
    return out


def hire(tickets: int, draws: Draws, effects: c.Effects) -> Agents:
    """The agents of a company with so many tickets: 30 or so, more above 225 000 tickets (part-timers on the desk below)."""
    cells = np.array(_cells(max(c.AGENTS, -(-tickets // c.TICKETS_PER_AGENT))))
    team, region = cells[:, 0], cells[:, 1]
    rows = np.arange(len(cells))
    cell = team * len(c.REGIONS) + region
    stays = rows - np.searchsorted(cell, cell) < STEADY * np.bincount(cell)[cell]
    joins = draws.chance("joins", rows, 0.50) & ~stays
    joined_day = np.where(joins, draws.between("joined", rows, 20, DAYS - 150).astype(np.int64), 0)
    leaves = draws.chance("leaves", rows, 0.45) & ~stays
    left_day = (joined_day + 90 + draws.uniform("left", rows) * (DAYS - joined_day - 90)).astype(np.int64)
    # An agent starts a few days after joining and takes nothing new in the last two weeks, so that open tickets rarely outlast them.
    first_day, last_day = np.where(joins, joined_day + 4, 0), np.where(leaves, left_day - 14, DAYS)
    rota, on_duty = _rota(draws, cell, first_day, last_day)
    return Agents(
        name=[agent_name(k) for k in range(len(cells))],
        team=team,
        region=region,
        joined=np.where(joins, BEGIN_S + joined_day * DAY, NONE),
        left=np.where(leaves, BEGIN_S + left_day * DAY, NONE),
        points=effects.agent_points * _spread(draws.uniform("agent points", rows)),
        handle=np.exp(effects.agent_handle_sd * draws.normal("agent handle", rows)),
        reply=np.exp(effects.agent_reply_sd * draws.normal("agent reply", rows)),
        fcr=effects.agent_fcr * _spread(draws.uniform("agent fcr", rows)),
        rota=rota,
        on_duty=on_duty,
    )


def _rota(draws: Draws, cell: Ints, first_day: Ints, last_day: Ints) -> tuple[Ints, Ints]:
    """Who works, each day and (team, region): a fixed share of those employed, by lot; at least one."""
    days, cells = np.arange(DAYS), int(cell.max()) + 1
    rota = np.zeros((DAYS, cells, int(np.bincount(cell).max())), dtype=np.int64)
    on_duty = np.zeros((DAYS, cells), dtype=np.int64)
    for place in range(cells):
        crew = np.flatnonzero(cell == place)
        lots = np.array([draws.uniform(f"on duty {agent}", days) for agent in crew])
        employed = (days >= first_day[crew, None]) & (days < last_day[crew, None])
        drawn = crew[np.argsort(np.where(employed, lots, 2.0), axis=0, kind="stable")]  # those employed first
        rota[:, place, : len(crew)] = drawn.T
        on_duty[:, place] = np.ceil(ON_DUTY * employed.sum(axis=0))
    return rota, on_duty


class Customers:
    """Customers by number, in the order they came; every fact is a function of the number. 0 and 7 never leave."""

    OLD = 0.65  # share who came in the three years before the history

    def __init__(self, tickets: int, rhythm: Rhythm, draws: Draws) -> None:
        self.count = max(200, tickets // c.TICKETS_PER_CUSTOMER)
        self.old = int(self.count * self.OLD)
        self.tickets, self.rhythm, self.draws = tickets, rhythm, draws

    def became(self, number: Ints) -> Ints:
        before, span = 3 * 365 * DAY, END_S - BEGIN_S
        old = BEGIN_S - before + ((number + 0.5) / self.old * before).astype(np.int64)
        new = BEGIN_S + ((number - self.old + 0.5) / (self.count - self.old) * span).astype(np.int64)
        return np.where(number < self.old, old, new)

    def known(self, instant: Ints) -> Ints:
        """How many customers had come by then."""
        share = (instant - BEGIN_S) / (END_S - BEGIN_S)
        return self.old + np.floor(share * (self.count - self.old) - 0.5).astype(np.int64)

    def segment(self, number: Ints) -> Ints:
        return self.draws.pick("segment", number, [s.share for s in c.SEGMENTS])

    def left(self, number: Ints) -> Ints:
        """When the customer left; NONE while still here at the end."""
        years = np.array([s.stays_years for s in c.SEGMENTS])[self.segment(number)]
        gone = self.became(number) + 30 * DAY + (self.draws.exponential("stay", number) * years * 365 * DAY).astype(np.int64)
        return np.where((gone < END_S) & (number != 0) & (number != 7), gone, NONE)

    def region(self, number: Ints) -> Ints:
        return np.isin(number % 12, c.REGIONS[1].residues).astype(np.int64)

    def country(self, number: Ints) -> Ints:
        """Index into the countries of both regions, the first region's first."""
        own = [self.draws.pick("country", number, [share for *_, share in region.countries]) for region in c.REGIONS]
        return np.where(self.region(number) == 0, own[0], own[1] + len(c.REGIONS[0].countries))

    def organization(self, number: Ints) -> Ints:
        """Number of the customer's company; NONE for starters, who are private persons."""
        return np.where(self.segment(number) > 0, number // 4, NONE)

    def _is_here(self, number: Ints, instant: Ints) -> Flags:
        left = self.left(number)
        out: Flags = (self.became(number) <= instant) & ((left == NONE) | (left > instant))
        return out

    def _asking(self, rows: Ints) -> Ints:
        """The requester of a ticket that follows no other: tried until one is found who is here and inclined to write."""
        instant, region = self.rhythm.created(rows), self.rhythm.region(rows)
        out = np.where(region == 0, 0, 7)
        residues = [np.array(r.residues) for r in c.REGIONS]
        waiting = np.arange(len(rows))
        for attempt in range(30):
            if not len(waiting):
                break
            here, luck = rows[waiting], self.draws.uniform(f"asks {attempt}", rows[waiting])
            among = np.where(region[waiting] == 0, len(residues[0]), len(residues[1]))
            place = (self.draws.uniform(f"which {attempt}", here) * among).astype(np.int64)
            residue = np.where(region[waiting] == 0, residues[0][place], residues[1][place % len(residues[1])])
            who = (luck * (self.known(instant[waiting]) // 12 + 1)).astype(np.int64) * 12 + residue
            writes = np.array([s.contacts for s in c.SEGMENTS])[self.segment(who)]
            found = self._is_here(who, instant[waiting]) & self.draws.chance(f"writes {attempt}", here, writes) & (who < self.count)
            out[waiting[found]] = who[found]
            waiting = waiting[~found]
        return out

    def of_tickets(self, rows: Ints) -> Ints:
        """The requester of each ticket. A few tickets come from whoever asked some tickets ago: the same person again."""
        who = self._asking(rows)
        again = np.flatnonzero(self.draws.chance("follow-up", rows, c.FOLLOW_UP))
        back = 1 + (self.draws.exponential("how long ago", rows[again]) * self.tickets / DAYS * 2.5).astype(np.int64)
        again, earlier = again[back <= rows[again]], (rows[again] - back)[back <= rows[again]]
        before = self._asking(earlier)
        stays = self._is_here(before, self.rhythm.created(rows[again]))
        who[again[stays]] = before[stays]
        return who
