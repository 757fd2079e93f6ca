"""The few instants at which a zone's clock is moved, found by asking `zoneinfo`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from numpy.typing import NDArray

from kpi.errors import BadValue, did_you_mean
from kpi.hours.timeline import MICROS

_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The IANA zone names this machine knows."""
    return frozenset(available_timezones())


def check_zone(zone: str) -> None:
    """Raise BadValue unless `zone` is a known IANA name; the names are looked up, so no path is ever opened."""
    if zone not in known_zones():
        hint = did_you_mean(zone, known_zones()) or 'Write an IANA name, such as "Europe/Berlin" or "UTC".'
        raise BadValue(f"Time zone {zone[:60]!r} is unknown.", hint)


def offset_changes(zone: str, first_year: int, last_year: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """UTC microseconds since 1970 and, from each of them on, local minus UTC in microseconds.

    The first entry is the start of `first_year` (UTC); the list runs to the end of `last_year`. Local time at an instant
    is the instant plus the last offset at or before it. Raises BadValue for an unknown zone.
    """
    check_zone(zone)
    start = _year_start(first_year)
    changes = [(start, _offset(ZoneInfo(zone), start))]
    for year in range(first_year, last_year + 1):
        changes += _changes_of(zone, year)
    table = np.array(changes, dtype=np.int64) * MICROS
    return table[:, 0], table[:, 1]


def _year_start(year: int) -> int:
    return (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)


def _offset(zone: ZoneInfo, second: int) -> int:
    local = (_EPOCH + timedelta(seconds=second)).astimezone(zone)
    return (local.utcoffset() or timedelta()) // timedelta(seconds=1)


@lru_cache(maxsize=4096)
def _changes_of(zone: str, year: int) -> list[tuple[int, int]]:
    """The changes of one year as (UTC second, offset in seconds from then on).

    `zoneinfo` keeps its list of changes to itself, so it is asked once a day and the day of a change is then halved down
    to the second. Only a change undone within the same day could be missed; the zone database has none since 1900.
    """
    clock = ZoneInfo(zone)
    seconds = range(_year_start(year), _year_start(year + 1) + 1, _DAY)
    offsets = [_offset(clock, second) for second in seconds]
    found: list[tuple[int, int]] = []
    for second, before, after in zip(seconds, offsets, offsets[1:], strict=False):
        if before != after:
            _halve(clock, (second, before), (second + _DAY, after), found)
    return found


def _halve(clock: ZoneInfo, low: tuple[int, int], high: tuple[int, int], found: list[tuple[int, int]]) -> None:
    """Append every change in (low, high] to `found`, in order."""
    if low[1] == high[1]:
        return
    if high[0] - low[0] == 1:
        found.append(high)
        return
    middle = (low[0] + high[0]) // 2
    between = (middle, _offset(clock, middle))
    _halve(clock, low, between, found)
    _halve(clock, between, high, found)
