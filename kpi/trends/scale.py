"""The scale a series is judged on, so that "the usual up and down" is the same size at every height, and the rhythm of its weekdays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.stats.base import Array

MINUTE = 60.0
SMALL_COUNT = 30
"""Counts whose middle is below this are judged on the root scale (Anscombe 1948), where their luck is the same size at every height."""
FEWEST_DAYS, FEWEST_OF_A_WEEKDAY = 28, 4


@dataclass(frozen=True)
class Scale:
    """`name` is "plain", "log" (durations: changes are factors) or "root" (small counts and counts by day); `offset` keeps a 0 on the log scale."""

    name: str = "plain"
    offset: float = 0.0

    def to(self, values: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.name == "log":
                return np.asarray(np.log(values + self.offset))
            if self.name == "root":
                return np.asarray(2 * np.sqrt(values + 0.375))
        return values

    def back(self, judged: Any) -> Any:
        """Values in the metric's unit again; below 0 there are no durations and no counts."""
        if self.name == "log":
            return np.maximum(np.exp(judged) - self.offset, 0.0)
        if self.name == "root":
            return np.maximum((np.maximum(judged, 0.0) / 2) ** 2 - 0.375, 0.0)
        return judged


def scale_of(unit: str, by: str, values: Array) -> Scale:
    """Seconds go on the log scale, with a minute added where one is 0; small counts and counts by day on the root scale."""
    known = values[~np.isnan(values)]
    if not len(known) or (known < 0).any():
        return Scale()
    if unit == "s":
        return Scale("log", MINUTE if (known <= 0).any() else 0.0)
    if unit == "count" and (by == "day" or np.median(known) < SMALL_COUNT):
        return Scale("root")
    return Scale()


def weekdays(judged: Array, days: Sequence[dt.date]) -> Array | None:
    """What each day owes to its weekday: the median of that weekday less the middle of the seven. None below four of each weekday known."""
    weekday = np.array([day.weekday() for day in days])
    medians = np.full(7, np.nan)
    for one in range(7):
        known = judged[(weekday == one) & ~np.isnan(judged)]
        if len(known) >= FEWEST_OF_A_WEEKDAY:
            medians[one] = np.median(known)
    if np.isnan(medians).all() or len(judged) < FEWEST_DAYS:
        return None
    effect = medians - np.nanmean(medians)
    return np.asarray(effect[weekday])
