"""Where a target asks to be on each day: through its start, its steps and its goal; evenly in per cent for times, evenly for the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpi.stats.base import Array
from kpi.targets.target import WEEK
from kpi.targets.weeks import Scale

MIDDLE = dt.timedelta(days=3)
"""From the Monday of a week to its middle."""


@dataclass(frozen=True)
class Path:
    """Points (date, value) joined by straight lines on `scale`; flat before the first and after the last."""

    points: tuple[tuple[dt.date, float], ...]
    scale: Scale

    def at(self, days: Sequence[dt.date]) -> Array:
        """The value asked for on each day."""
        place = [day.toordinal() for day, _ in self.points]
        height = self.scale.of(np.array([value for _, value in self.points]))
        return self.scale.back(np.interp([day.toordinal() for day in days], place, height))

    def over(self, first: dt.date, last: dt.date) -> float:
        """The value asked for over the weeks that begin from `first` to `last`: the mean on the scale, at their middles."""
        mondays = [first + n * WEEK for n in range((last - first).days // 7 + 1)]
        return float(self.scale.back(float(np.mean(self.scale.of(self.at([monday + MIDDLE for monday in mondays]))))))
