"""How right would the app have been? It stands at past weeks, knows only what was known then, foretells, and looks what came.

This answers on the first day, but it is not the record itself: the weeks are the company's own past, seen with today's corrections, and the
method was chosen before them, not after.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpi import stats
from kpi.calibration.scores import Score, score_of
from kpi.stats.base import Array, Numbers, floats

HORIZONS = (4, 13)
WINDOW, FIRST, DRAWS, MOST = 4, 16, 600, 30
"""Means of 4 weeks are foretold, from 16 known weeks on, at most at 30 past weeks, 4 weeks apart so that what is foretold never overlaps."""
SHARES = (0.1, 0.5, 0.9)
CHANCE = 0.8


@dataclass(frozen=True)
class Forecast:
    """Standing after `known` weeks: the 80 % interval and middle of the mean of the weeks that end `horizon` later, and what came.

    `chance` is that of being at or beyond (on the good side of) the last four weeks known then, and `happened` whether it was.
    """

    known: int
    horizon: int
    low: float
    middle: float
    high: float
    value: float
    chance: float
    happened: bool

    @property
    def held(self) -> bool:
        return self.low <= self.value <= self.high


@dataclass(frozen=True)
class BackTest:
    """Forecasts of one series, on its own scale, oldest first."""

    forecasts: tuple[Forecast, ...] = ()

    def intervals(self, horizon: int) -> Score:
        """How many 80 % intervals held at this distance."""
        return score_of("interval", [f.held for f in self.of(horizon)], [CHANCE] * len(self.of(horizon)))

    def chances(self, horizon: int) -> Score:
        """How chances came true at this distance."""
        return score_of("chance", [f.happened for f in self.of(horizon)], [f.chance for f in self.of(horizon)])

    def of(self, horizon: int) -> tuple[Forecast, ...]:
        return tuple(forecast for forecast in self.forecasts if forecast.horizon == horizon)


def backtest(values: Numbers, better: str, horizons: Sequence[int] = HORIZONS) -> BackTest:
    """Stand at past weeks of a weekly series (durations on the log scale) and forecast. Nothing below 16 weeks and the nearest horizon.

    `better` is "higher" or "lower": the side whose chance is foretold. Weeks that are unknown keep their place; a window with none known
    is left out.
    """
    weeks = floats(values).ravel()
    stands = list(range(FIRST, len(weeks) - min(horizons) + 1, WINDOW))[-MOST:]
    found = [one for known in stands for one in _forecasts(weeks, known, better, horizons)]
    return BackTest(tuple(found))


def _forecasts(weeks: Array, known: int, better: str, horizons: Sequence[int]) -> list[Forecast]:
    past = weeks[:known]
    usual = _mean(past[-WINDOW:])
    ahead = [h for h in horizons if known + h <= len(weeks)]
    if not ahead or math.isnan(usual):
        return []
    paths = stats.forecast_paths(past, max(ahead), DRAWS)
    found = []
    for horizon in ahead:
        value = _mean(weeks[known + horizon - WINDOW : known + horizon])
        due = paths[:, max(0, horizon - WINDOW) : horizon].mean(axis=1)
        if math.isnan(value) or np.isnan(due).any():
            continue
        low, middle, high = (float(v) for v in np.quantile(due, SHARES))
        chance = stats.chance_of_target(due[:, None], usual, better, 1)
        happened = value >= usual if better == "higher" else value <= usual
        found.append(Forecast(known, horizon, low, middle, high, value, chance, happened))
    return found


def _mean(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan
