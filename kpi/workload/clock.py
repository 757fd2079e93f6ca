"""The week by the clock on the wall: how many real hours of a stretch carry each weekday and hour.

Where the clock jumps forward an hour is missing, where it is put back one comes twice: both are counted as they happened.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi.hours import DAYS, offset_changes

HOUR, WEEK_HOURS = 3_600, 168
_MONDAY = 4 * 24
"""1970-01-01 was a Thursday: the first Monday began 96 hours later."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pieces:
    """A stretch cut at every full hour of the wall clock and wherever that clock is moved.

    `edges` (one more than pieces) are seconds since 1970 (UTC); `label` is each piece's hour of the week, 0 (Monday 00) to 167 (Sunday 23); `week`
    counts the Mondays of the wall clock since 1970.
    """

    edges: Numbers
    label: NDArray[np.int64]
    week: NDArray[np.int64]

    @property
    def hours(self) -> Numbers:
        """The length of each piece in hours."""
        return np.asarray(np.diff(self.edges) / HOUR, dtype=np.float64)

    def by_label(self, amounts: Any) -> Numbers:
        """One amount a piece, summed over the 168 hours of the week."""
        total = np.bincount(self.label, weights=np.asarray(amounts, dtype=np.float64), minlength=WEEK_HOURS)
        return np.asarray(total, dtype=np.float64)


def pieces(begin: dt.datetime, end: dt.datetime, zone: str) -> Pieces:
    """The pieces from one UTC instant to another by the clock of a zone; none where the end does not come after the begin."""
    first, last = _seconds(begin), _seconds(end)
    changes, offsets = offset_changes(zone, begin.year - 1, end.year + 1)
    since, ahead = changes / 1e6, offsets / 1e6
    inside = since[(since > first) & (since < last)]
    starts: list[Numbers] = []
    hours: list[NDArray[np.int64]] = []
    for low, high in pairwise([first, *inside.tolist(), last]):
        if high <= low:
            continue
        offset = ahead[np.searchsorted(since, low, side="right") - 1]
        full = np.arange(np.floor((low + offset) / HOUR) + 1, np.ceil((high + offset) / HOUR))
        part = np.concatenate([[low], full * HOUR - offset])
        starts.append(part)
        hours.append(np.floor((part + offset) / HOUR).astype(np.int64))
    if not starts:
        return Pieces(np.array([first]), np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    wall = np.concatenate(hours) - _MONDAY
    return Pieces(np.concatenate([*starts, [last]]), wall % WEEK_HOURS, wall // WEEK_HOURS)


def cell_name(weekday: int, hour: int) -> str:
    """ "mon-14": Monday (1) from 14:00 to 14:59."""
    return f"{DAYS[weekday - 1]}-{hour:02}"


def cell_of(name: str) -> tuple[int, int] | None:
    """The weekday (1 to 7) and hour of "mon-14"; None for anything else."""
    day, dash, hour = name.partition("-")
    if not dash or day not in DAYS or not (hour.isascii() and hour.isdigit() and len(hour) <= 2 and int(hour) < 24):
        return None
    return DAYS.index(day) + 1, int(hour)


def _seconds(instant: dt.datetime) -> float:
    return (instant - dt.datetime(1970, 1, 1)).total_seconds()
