"""What the backlog does: tickets in by the weekday they come, tickets out by what people can do, a thousand times over.

Tickets that wait their turn are no telephone queue: people work them off, so the queue is simulated day by day (`kpi.stats.backlog_paths`), never
put into Erlang's formula. Arrivals are uneven: their spread (variance over mean) is taken from the days themselves, the weekday's own
level and the slow rise and fall over months taken out.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kpi import stats
from kpi.stats.base import Array

DRAWS, DAYS, LONGEST = 1000, 56, 365
LEARNED_WEEKS, FEWEST_WEEKS = 8, 3
FAN = (0.1, 0.5, 0.9)
LUCK = 1.0
"""Spread of what goes out: that of independent tickets."""
CLEAR = 0.1
"""A backlog counts as cleared at a tenth of what it was."""


@dataclass(frozen=True)
class Flow:
    """Tickets in and out by weekday (Monday first), with the spread of arrivals; `start` open now, on `since`: the number of the metric `of`.
    `weeks` were learned from.

    What goes out is today's pace, with luck alone on top: its ups and downs mostly follow what came in.

    `reason` says why nothing can be told.
    """

    arrivals: tuple[float, ...] = ()
    solved: tuple[float, ...] = ()
    spread_in: float = 1.0
    start: float = math.nan
    since: dt.date = dt.date(1970, 1, 1)
    weeks: int = 0
    reason: str = ""
    of: str = "backlog"

    def moved(self, volume: float = 1.0, capacity: float = 1.0) -> Flow:
        """With so many times the arrivals and the capacity."""
        return replace(self, arrivals=tuple(v * volume for v in self.arrivals), solved=tuple(v * capacity for v in self.solved))


@dataclass(frozen=True)
class Ahead:
    """`fan` (3 x days + 1: 10, 50, 90 %) from today on. `end` (low, middle, high) on the last day; `cleared` the day on which half of the paths
    have come down to a tenth (NaN: not within the days); `wait_days` what is waiting on the last day over what leaves in a day (Little).
    `chance` that it stays at or below `limit` on the last day, in 0..1; NaN without one.
    """

    fan: Array
    end: tuple[float, float, float]
    cleared: float
    wait_days: float
    chance: float
    limit: float
    gap: float

    @property
    def grows(self) -> bool:
        """Whether more comes in than can go out, on average."""
        return self.gap > 0


def flow(days: Sequence[dt.date], created: Array, solved: Array, start: float) -> Flow:
    """Learn a flow from daily counts (oldest first, complete days only): the last eight whole weeks."""
    whole = len(days) // 7
    weeks = min(LEARNED_WEEKS, whole)
    if weeks < FEWEST_WEEKS or math.isnan(start):
        return Flow(reason="it takes three whole weeks of created and solved tickets, and the tickets open now")
    n = weeks * 7
    weekday = np.array([day.weekday() for day in days[-n:]])
    coming, leaving = np.nan_to_num(created[-n:]), np.nan_to_num(solved[-n:])

    def means(counts: Array) -> Array:
        return np.array([counts[weekday == one].mean() for one in range(7)])

    return Flow(
        tuple(means(coming).tolist()),
        tuple(means(leaving).tolist()),
        _spread(coming, weekday),
        float(start),
        days[-1],
        weeks,
    )


def _spread(counts: Array, weekday: Array) -> float:
    """Variance over mean of daily counts around their weekday's mean: 1 is luck alone, more is uneven; never below 1."""
    mean = np.array([counts[weekday == one].mean() for one in range(7)])[weekday]
    used = mean > 0
    free = len(counts) - 7
    if not used.any() or free < 1:
        return 1.0
    return max(1.0, float(((counts[used] - mean[used]) ** 2 / mean[used]).sum() / free))


def ahead(flow: Flow, days: int = DAYS, limit: float = math.nan, draws: int = DRAWS, seed: int = 0) -> Ahead:
    """Simulate so many days from the day after the last one known."""
    first = (flow.since.weekday() + 1) % 7
    order = [(first + day) % 7 for day in range(min(days, LONGEST))]
    coming, leaving = np.array(flow.arrivals)[order], np.array(flow.solved)[order]
    paths = stats.backlog_paths(flow.start, coming, leaving, arrivals_spread=flow.spread_in, capacity_spread=LUCK, draws=draws, seed=seed)
    low, middle, high = (float(v) for v in np.quantile(paths[:, -1], FAN))
    done = paths <= max(CLEAR * flow.start, 0.5)
    half = np.flatnonzero(np.maximum.accumulate(done, axis=1).mean(axis=0) >= 0.5)
    out = float(np.mean(flow.solved))
    return Ahead(
        np.quantile(paths, FAN, axis=0),
        (low, middle, high),
        float(half[0]) if len(half) else math.nan,
        middle / out if out > 0 else math.nan,
        math.nan if math.isnan(limit) else float((paths[:, -1] <= limit).mean()),
        limit,
        float(np.mean(flow.arrivals) - np.mean(flow.solved)),
    )


def capacity_needed(flow: Flow, days: int, limit: float, chance: float = 0.9, seed: int = 0) -> float:
    """How many times today's capacity it takes for the backlog to be at or below `limit` after `days`, in `chance` of the paths; NaN: more than 20."""
    if ahead(flow, days, limit, seed=seed).chance >= chance:
        few, enough = 0.0, 1.0
    else:
        few, enough = 1.0, 2.0
        while ahead(flow.moved(capacity=enough), days, limit, seed=seed).chance < chance:
            few, enough = enough, enough * 2
            if enough > 20:
                return math.nan
    for _ in range(10):
        middle = (few + enough) / 2
        few, enough = (few, middle) if ahead(flow.moved(capacity=middle), days, limit, seed=seed).chance >= chance else (middle, enough)
    return enough


def frame(found: Ahead, since: dt.date) -> pd.DataFrame:
    """The fan as rows: day (ISO), low, middle, high."""
    days = [(since + dt.timedelta(days=n)).isoformat() for n in range(found.fan.shape[1])]
    return pd.DataFrame({"day": days, "low": found.fan[0], "middle": found.fan[1], "high": found.fan[2]})
