"""Calls and chats as they came: per weekday and half-hour, day by day, with how long they take and how patient callers are."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kpi.engine import Dataset, quoted_text
from kpi.errors import BadValue
from kpi.hours import offset_changes
from kpi.measure.rows import judged
from kpi.scope import Scope
from kpi.stats.base import Array

HALF_HOUR, SLOTS, WEEKDAYS = 1800.0, 48, 7
MOST_WEEKS, FEWEST_WEEKS = 13, 3
FEWEST_HANDLED = 30
FEWEST_ABANDONED = 10
NAN = float("nan")


@dataclass(frozen=True)
class Contacts:
    """`counts` (weeks x 7 weekdays x 48 half-hours of the reporting zone, Monday first) of contacts that came to a queue, abandoned ones too.

    `handle` is the mean handle time of the answered in seconds, from `handled` of them; `abandoned` the share that left, 0..1; `patience` the
    mean seconds a caller would wait (all waits over those who left; infinite where hardly anybody left). `channel` is "" for all
    queues together. `first` is the Monday of the first week.
    """

    counts: Array
    handle: float
    handled: int
    abandoned: float
    patience: float
    channel: str = ""
    first: dt.date = dt.date(1970, 1, 1)

    @property
    def weeks(self) -> int:
        return int(self.counts.shape[0])

    @property
    def mean(self) -> Array:
        """Contacts per half-hour of the week (7 x 48), averaged over weeks: never over half-hours."""
        return np.asarray(self.counts.mean(axis=0))

    def drawn(self, draws: int = 400, seed: int = 0) -> Array:
        """Means (draws x 7 x 48) of weeks drawn again, whole weeks together, so that a busy one stays busy all through."""
        rng = np.random.default_rng(seed)
        weights = rng.multinomial(self.weeks, np.full(self.weeks, 1 / self.weeks), draws) / self.weeks
        return np.asarray((weights @ self.counts.reshape(self.weeks, -1)).reshape(draws, WEEKDAYS, SLOTS))


def queues(scope: Scope, data: Dataset) -> dict[str, int]:
    """Channel -> contacts that came to a queue in the scope (a wait or an abandonment is recorded), the busiest first."""
    if not _has_queue(data):
        return {}
    rows = judged("tickets_created", scope.but(by="all", split=(), compare=None), data)
    frame = data.query(
        f"SELECT coalesce(channel, '(none)') AS channel, count(*) AS n FROM ({rows.behind}) WHERE {_IN_QUEUE} GROUP BY 1 ORDER BY n DESC, 1",
        rows.schema,
    )
    return {str(channel): int(n) for channel, n in zip(frame["channel"], frame["n"], strict=True)}


_IN_QUEUE = "(queue_seconds IS NOT NULL OR is_abandoned)"


def contacts(scope: Scope, data: Dataset, channel: str = "") -> Contacts:
    """The contacts of a channel over the last whole weeks of the scope, at most 13. BadValue where there is no queue or too little of it."""
    if not _has_queue(data):
        raise BadValue(
            "These data know no queue: no contact has a wait before an agent took it, nor a mark that it was abandoned.",
            "Tickets that wait their turn are planned by their backlog instead.",
        )
    weeks, first = _weeks(scope, data)
    if weeks < FEWEST_WEEKS:
        raise BadValue(
            f"There are {weeks} whole weeks of contacts in these dates.", f"At least {FEWEST_WEEKS} are needed: choose more dates."
        )
    last = first + dt.timedelta(days=7 * weeks - 1)
    asked = scope.but(by="all", split=(), compare=None, start=first, end=last)
    rows = judged("tickets_created", asked, data)
    own = f"AND coalesce(channel, '(none)') = '{quoted_text(channel)}'" if channel else ""
    base = f"SELECT * FROM ({rows.behind}) WHERE {_IN_QUEUE} {own}"
    local = _local("created_at", scope.zone, first, last)
    frame = data.query(
        f"SELECT date_diff('day', DATE '{first}', ({local})::DATE) AS day, "
        f"extract(hour FROM {local}) * 2 + extract(minute FROM {local}) // 30 AS slot, count(*) AS n FROM ({base}) GROUP BY 1, 2",
        rows.schema,
    )
    if not len(frame):
        raise BadValue(f"No contact came by {channel or 'any queue'} in these dates.", "Choose another channel or other dates.")
    counts = np.zeros((weeks * 7, SLOTS))
    counts[frame["day"].to_numpy(int), frame["slot"].to_numpy(int)] = frame["n"].to_numpy(float)
    (told,) = data.query(
        "SELECT avg(handle_seconds) FILTER (NOT coalesce(is_abandoned, false)) AS handle, "
        "count(handle_seconds) FILTER (NOT coalesce(is_abandoned, false)) AS handled, "
        "avg(is_abandoned::INTEGER) AS abandoned, count(*) FILTER (is_abandoned) AS left_early, "
        f"sum(queue_seconds) AS waited FROM ({base})",
        rows.schema,
    ).to_dict("records")
    handled, left = int(told["handled"]), int(told["left_early"])
    patience = float(told["waited"]) / left if left >= FEWEST_ABANDONED and told["waited"] and told["waited"] > 0 else float("inf")
    return Contacts(
        counts.reshape(weeks, WEEKDAYS, SLOTS),
        float(told["handle"]) if handled >= FEWEST_HANDLED else NAN,
        handled,
        float(told["abandoned"]) if not math.isnan(told["abandoned"]) else 0.0,
        patience,
        channel,
        first,
    )


def _has_queue(data: Dataset) -> bool:
    return "tickets.created_at" in data.filled and bool({"tickets.queue_seconds", "tickets.is_abandoned"} & data.filled)


def _weeks(scope: Scope, data: Dataset) -> tuple[int, dt.date]:
    """(whole weeks, the Monday of the first): the newest of the scope, or of the time before its end where it is short."""
    end = min(scope.end or data.newest.date(), data.newest.date())
    after = end + dt.timedelta(days=1)
    monday = after - dt.timedelta(days=after.weekday())
    begin = data.first.date() + dt.timedelta(days=1)
    begin += dt.timedelta(days=-begin.weekday() % 7)
    weeks = max(0, min(MOST_WEEKS, (monday - begin).days // 7))
    return weeks, monday - dt.timedelta(days=7 * weeks)


def _local(column: str, zone: str, first: dt.date, last: dt.date) -> str:
    """A UTC column by the zone's clock, over its few offset changes."""
    since, offsets = offset_changes(zone, first.year - 1, last.year + 1)
    steps: list[tuple[dt.datetime, int]] = [
        (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(s)), int(o) // 1_000_000) for s, o in zip(since, offsets, strict=True)
    ]
    cases = " ".join(f"WHEN {column} < TIMESTAMP '{after:%Y-%m-%d %H:%M:%S}' THEN {ahead}" for (_, ahead), (after, _) in pairwise(steps))
    seconds = f"CASE {cases} ELSE {steps[-1][1]} END" if cases else str(steps[-1][1])
    return f"({column} + ({seconds}) * INTERVAL 1 SECOND)"
