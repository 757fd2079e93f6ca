"""The working hours inside a stretch of time, as intervals to shade and to count in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from kpi.hours import Calendar, Schedule, offset_changes
from kpi.hours.timeline import DAY, MICROS, Micros, joined, to_utc

Interval = tuple[dt.datetime, dt.datetime]
_MINUTE = 60 * MICROS
_EPOCH = dt.datetime(1970, 1, 1)
_EVE = 2
"""Dates more on either side: a zone is up to a day off UTC, and a span may run into the next date."""


def open_hours(
    calendar: Calendar, start: dt.datetime, end: dt.datetime, schedules: Sequence[tuple[dt.datetime | None, str | None]] = ((None, None),)
) -> list[Interval]:
    """The open intervals between two UTC instants, in order. `schedules` says since when which one is in force (None: the default)."""
    found: list[Interval] = []
    for place, (since, name) in enumerate(schedules):
        until = schedules[place + 1][0] if place + 1 < len(schedules) else None
        first, last = max(start, since or start), min(end, until or end)
        if first < last:
            found += _of(calendar.schedule(name), first, last)
    return found


def _of(schedule: Schedule, start: dt.datetime, end: dt.datetime) -> list[Interval]:
    days = [start.date() + dt.timedelta(days=n) for n in range(-_EVE, (end.date() - start.date()).days + 1 + _EVE)]
    zero = dt.date(1970, 1, 1)
    spans = [((day - zero).days * DAY, span) for day in days for span in schedule.spans_on(day)]
    opens = np.array([midnight + span.opens * _MINUTE for midnight, span in spans], dtype=np.int64)
    closes = np.array([midnight + span.closes * _MINUTE for midnight, span in spans], dtype=np.int64)
    if not len(opens):
        return []
    changes, offsets = offset_changes(schedule.zone, days[0].year - 1, days[-1].year + 1)
    after = ((days[-1] - zero).days + _EVE) * DAY
    opens, closes = to_utc(*joined(opens, closes), changes, offsets, after)
    return [(max(a, start), min(b, end)) for a, b in zip(_times(opens), _times(closes), strict=True) if a < end and b > start]


def _times(values: Micros) -> list[dt.datetime]:
    return [_EPOCH + dt.timedelta(microseconds=int(value)) for value in values]


def inside(hours: Sequence[Interval], start: dt.datetime, end: dt.datetime) -> list[Interval]:
    """The pieces of a stretch that lie inside the intervals."""
    return [(max(a, start), min(b, end)) for a, b in hours if a < end and b > start]
