"""The scale a series is judged on, so that "the usual up and down" is the same size at every height; the rhythm of its weekdays and year."""

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
YEAR = 365.25
TURNS, RESISTS = 30, 4.685
"""Rounds of reweighting of the robust fit, and where Tukey's bisquare gives an outlier no say (95 % efficient)."""


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


def wave_columns(days: Sequence[dt.date]) -> Array:
    """One wave a year, as two columns centred over these days."""
    angle = 2 * np.pi * np.array([day.toordinal() for day in days]) / YEAR
    columns = np.column_stack([np.cos(angle), np.sin(angle)])
    return np.asarray(columns - columns.mean(axis=0))


def wave(judged: Array, days: Sequence[dt.date]) -> Array | None:
    """The yearly wave of a series beside its straight growth, robust to floods and holidays; None below a full year of known periods.

    It is what a smooth year can explain, whether or not it does: counts of less than two years cannot tell a season from a change, so a
    change must be faster than a season to be called one.
    """
    known = ~np.isnan(judged)
    if known.sum() < 12 or (days[-1] - days[0]).days < YEAR - 32:
        return None
    columns = wave_columns(days)
    design = np.column_stack([np.ones(len(days)), np.linspace(-1, 1, len(days)), columns])
    y, x = judged[known], design[known]
    weights = np.ones(len(y))
    for _ in range(TURNS):
        root = np.sqrt(weights)
        fit = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
        left = y - x @ fit
        spread = 1.4826 * float(np.median(np.abs(left - np.median(left))))
        if not spread > 0:
            break
        weights = np.clip(1 - (left / (RESISTS * spread)) ** 2, 0, None) ** 2
    return np.asarray(columns @ fit[2:])
