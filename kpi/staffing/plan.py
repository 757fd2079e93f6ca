"""How many agents each half-hour of the week takes, so that callers are answered in time. Never an average over the day.

Erlang C where callers wait however long; Erlang A where more than 3 in 100 hang up (`kpi.stats.queues`). Each half-hour stands by itself: the
morning's queue is not carried into the next one, and handle times vary as an exponential does; both make the plan a little too hopeful when the
load rises fast. Shrinkage (breaks, training, absence) comes on top. Half-hours without a contact take nobody.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi import units
from kpi.errors import BadValue
from kpi.staffing.contacts import HALF_HOUR, SLOTS, WEEKDAYS, Contacts
from kpi.stats import Queue, erlang_a, erlang_c
from kpi.stats.base import Array

LEAVES_TOO_OFTEN = 0.03
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_SERVERS = 2_000
EDGES = (0.025, 0.975)
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Aim:
    """`level` (0..1) of contacts answered `within` seconds; `shrinkage` 0..1 of paid time that is not worked on contacts.

    `concurrency` chats at a time by one agent: only where handle time was measured while agents did so. `handle`: handle time in seconds instead of
    the measured one, `volume` times the measured contacts.
    """

    level: float = 0.8
    within: float = 20.0
    shrinkage: float = 0.0
    concurrency: int = 1
    handle: float | None = None
    volume: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise BadValue(f"The service level cannot be {self.level:g}.", "Give a share between 0 and 1: 0.8 for 80 %.")
        if not 0 <= self.shrinkage < 1:
            raise BadValue(f"Shrinkage cannot be {self.shrinkage:g}.", "Give a share from 0 to below 1: 0.3 for 30 %.")
        if not 0 < self.within <= 86_400:
            raise BadValue(f"The threshold cannot be {self.within:g} s.", "Give seconds, up to a day.")
        if self.concurrency != int(self.concurrency) or not 1 <= self.concurrency <= 10:
            raise BadValue(f"{self.concurrency:g} chats at a time cannot be.", "Give a whole number from 1 to 10.")
        if self.handle is not None and not 0 < self.handle <= 1e6:
            raise BadValue(f"The handle time cannot be {self.handle:g} s.", "Give seconds above 0.")
        if not 0 < self.volume <= 100:
            raise BadValue(f"{self.volume:g} times the contacts cannot be.", "Give a factor above 0.")


@dataclass(frozen=True)
class Plan:
    """Agents to roster (7 x 48, Monday first): `agents`, with `low` and `high` from weeks drawn again; `load` is the work in agents, `calls` the contacts
    per half-hour. `model` is "Erlang C" or "Erlang A". `handle` in seconds.
    """

    contacts: Contacts
    aim: Aim
    model: str
    handle: float
    calls: Array
    load: Array
    agents: Counts
    low: Counts
    high: Counts
    hours_range: tuple[float, float]

    @property
    def hours(self) -> float:
        """Paid agent hours a week."""
        return float(self.agents.sum()) * HALF_HOUR / 3600

    @property
    def peak(self) -> tuple[int, int]:
        """(weekday, half-hour) that takes most agents."""
        weekday, slot = np.unravel_index(int(np.argmax(self.agents + self.load / 1e6)), self.agents.shape)
        return int(weekday), int(slot)

    @property
    def finding(self) -> str:
        weekday, slot = self.peak
        most = int(self.agents[weekday, slot])
        low, high = int(self.low[weekday, slot]), int(self.high[weekday, slot])
        between = f" ({low}–{high})" if (low, high) != (most, most) else ""
        lowest, highest = self.hours_range
        return (
            f"To answer {units.say(100 * self.aim.level, '%')} within {units.say(self.aim.within, 's')} the busiest half-hour, {DAYS[weekday]} "
            f"{clock(slot)}, takes {most} agent{'' if most == 1 else 's'}{between}; the week takes {units.say(self.hours, 'count')} paid hours "
            f"({units.say(lowest, 'count')}–{units.say(highest, 'count')})."
        )

    @property
    def caveat(self) -> str:
        own, aim = self.contacts, self.aim
        why = "hardly anybody hangs up" if own.abandoned <= LEAVES_TOO_OFTEN else "how patient callers are is not known"
        if self.model == "Erlang A":
            why = f"{units.say(100 * own.abandoned, '%')} hang up, and would wait {units.say(own.patience, 's')} on average"
        several = f", {aim.concurrency} at a time" if aim.concurrency > 1 else ""
        shrunk = f"with {units.say(100 * aim.shrinkage, '%')} shrinkage on top"
        return (
            f"{self.model}: {why}. Handle time {units.say(self.handle, 's')}{several}, "
            f"{shrunk if aim.shrinkage else 'without shrinkage: add breaks, training and absence'}. "
            f"From {own.weeks} weeks; the ranges are the luck of those weeks. Each half-hour stands by itself."
        )

    @property
    def text(self) -> str:
        return f"{self.finding} {self.caveat}"

    def frame(self) -> pd.DataFrame:
        """A row per half-hour with a contact: weekday (0 Monday), slot, day, clock, calls, load, agents, low, high."""
        rows = [
            (w, s, DAYS[w], clock(s), self.calls[w, s], self.load[w, s], int(self.agents[w, s]), int(self.low[w, s]), int(self.high[w, s]))
            for w in range(WEEKDAYS)
            for s in range(SLOTS)
            if self.calls[w, s] > 0
        ]
        return pd.DataFrame(rows, columns=["weekday", "slot", "day", "clock", "calls", "load", "agents", "low", "high"])


def plan(own: Contacts, aim: Aim) -> Plan:
    """Agents for every half-hour of the week. BadValue where handle time is not known."""
    handle = own.handle if aim.handle is None else aim.handle
    if math.isnan(handle):
        raise BadValue(
            f"How long a contact takes is known of {own.handled}, too few to plan by.",
            "Give the handle time: talk, hold and wrap-up together.",
        )
    patience = own.patience if own.abandoned > LEAVES_TOO_OFTEN and math.isfinite(own.patience) else None
    calls, drawn = own.mean * aim.volume, own.drawn() * aim.volume
    agents, possible = needed(calls * 2, handle, aim, patience), needed(drawn * 2, handle, aim, patience)
    low, high = (np.quantile(possible, q, axis=0, method="nearest").astype(np.int64) for q in EDGES)
    hours = np.quantile(possible.sum(axis=(1, 2)) * HALF_HOUR / 3600, EDGES)
    return Plan(
        own, aim, "Erlang A" if patience else "Erlang C", handle, calls, calls * handle / HALF_HOUR / aim.concurrency,
        agents, low, high, (float(hours[0]), float(hours[1])),
    )  # fmt: skip


def needed(per_hour: Array, handle: float, aim: Aim, patience: float | None) -> Counts:
    """Agents to roster for arrivals per hour (any shape): servers by Erlang, over the concurrency, shrinkage on top, rounded up."""
    rates = np.asarray(per_hour, dtype=float)
    most = float(rates.max(initial=0.0))
    steps = _bounds(round(most, 6), handle, aim.level, aim.within, patience)
    servers = np.where(rates > 0, np.searchsorted(steps, rates - 1e-9) + 1, 0)
    agents = np.ceil(servers / aim.concurrency)
    return np.ceil(np.round(agents / (1 - aim.shrinkage), 9)).astype(np.int64)


@lru_cache(maxsize=256)
def _bounds(most: float, handle: float, level: float, within: float, patience: float | None) -> Array:
    """The largest arrivals per hour that 1, 2, 3 … servers answer in time, up to `most`: a staircase is cheaper than a search per half-hour."""
    bounds: list[float] = []
    while not bounds or bounds[-1] < most:
        servers = len(bounds) + 1
        if servers > MOST_SERVERS:
            raise BadValue(f"This takes more than {MOST_SERVERS:,} agents at once.", "Check the handle time.")
        bounds.append(_largest(servers, handle, level, within, patience, bounds[-1] if bounds else 0.0))
    return np.array(bounds)


def _largest(servers: int, handle: float, level: float, within: float, patience: float | None, few: float) -> float:
    """By bisection, to a thousandth of a contact an hour; at least what one server fewer can do."""

    def reached(rate: float) -> bool:
        if rate <= 0:
            return True
        queue = erlang_c(rate, handle, servers, within) if patience is None else erlang_a(rate, handle, servers, patience, within)
        return queue.is_stable and queue.service_level >= level

    per_server = 3600 / handle
    enough = few + 2 * per_server
    while reached(enough):
        few, enough = enough, enough * 1.5
    while enough - few > max(1e-3, 1e-4 * enough):
        middle = (few + enough) / 2
        few, enough = (middle, enough) if reached(middle) else (few, middle)
    return few


@dataclass(frozen=True)
class Roster:
    """What so many agents on duty mean for each half-hour of a weekday: `queues` (48; None without contacts), `refused` the half-hours (indices) where
    nobody hangs up and the work is no less than the agents there are."""

    weekday: int
    agents: int
    queues: tuple[Queue | None, ...]
    refused: tuple[int, ...]

    @property
    def text(self) -> str:
        there = [(queue.service_level, slot, queue) for slot, queue in enumerate(self.queues) if queue is not None]
        if not there:
            return f"No contact comes on a {DAYS[self.weekday]}."
        if not self.refused:
            level, slot, worst = min(there, key=lambda one: one[:2])
            leave = f", {units.say(100 * worst.p_abandon, '%')} hang up" if worst.p_abandon > 0 else ""
            return f"With {self.agents} on duty all day, the worst half-hour is {clock(slot)}: {units.say(100 * level, '%')} answered in time{leave}."
        slots = ", ".join(clock(slot) for slot in self.refused[:4]) + (" and later" if len(self.refused) > 4 else "")
        return (
            f"Refused: with {self.agents} on duty there is as much work as agents or more at {slots}. The queue would grow without end, and no waiting "
            "time can be told."
        )


def roster(made: Plan, weekday: int, agents: int) -> Roster:
    """Hold so many agents on duty (after shrinkage) against a day. Refuses where load is no less than agents and callers wait however long."""
    patience = made.contacts.patience if made.model == "Erlang A" else None
    queues: list[Queue | None] = []
    for calls in made.calls[weekday]:
        if calls <= 0:
            queues.append(None)
            continue
        servers = agents * made.aim.concurrency
        queues.append(
            erlang_c(calls * 2, made.handle, servers, made.aim.within)
            if patience is None
            else erlang_a(calls * 2, made.handle, servers, patience, made.aim.within)
        )
    refused = tuple(slot for slot, queue in enumerate(queues) if queue is not None and not queue.is_stable)
    return Roster(weekday, agents, tuple(queues), refused)


def clock(slot: int) -> str:
    """ "09:30"."""
    return f"{dt.time(slot // 2, 30 * (slot % 2)):%H:%M}"
