"""A number over time, as a comparison needs it: one value a period, and the scale on which differences mean something."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from kpi import units
from kpi.errors import BadValue
from kpi.measure import Result
from kpi.measure.words import SPOKEN, when
from kpi.stats.base import Array, Numbers, floats

ON_LOG = ("s", "count", "currency")
"""Units whose changes are told in per cent: they grow and shrink by factors, not by steps."""
MINUTE = 60.0


@dataclass(frozen=True)
class Series:
    """Complete periods of one number, oldest first, without holes: `dates` are their first days, `values` may be NaN (unknown).

    `unit` is as in `kpi.units`, `better` higher, lower or neither; `days` is False for working hours, where a day is not 24 of them.
    """

    dates: tuple[dt.date, ...]
    values: Array
    by: str = "week"
    label: str = "the number"
    unit: str = "ratio"
    better: str = "neither"
    currency: str = ""
    days: bool = True

    def __post_init__(self) -> None:
        if len(self.dates) != len(self.values):
            raise BadValue(f"There are {len(self.dates)} dates for {len(self.values)} values.", "Give one date for each value.")

    @staticmethod
    def of(result: Result, name: str = "") -> Series:
        """The complete periods of one metric of a result that is neither split nor over all dates at once."""
        name = name or next(iter(result.metrics))
        metric, scope = result.metrics[name], result.scope
        if scope.split or scope.by == "all":
            raise BadValue("Before and after need one value a period.", "Measure by week, without a split.")
        frame = result.frame[(result.frame["metric"] == name) & (result.frame["period"] != "all")]
        whole = frame[frame["is_complete"].astype(bool)]
        said = [SPOKEN[note] for notes in whole["notes"].head(1) for note in notes if note in SPOKEN]
        return Series(
            dates=tuple(dt.date.fromisoformat(str(period)) for period in whole["period"]),
            values=floats(whole["value"].to_numpy(float)),
            by=scope.by,
            label=", ".join([metric.label, *said]),
            unit=metric.unit,
            better=metric.better,
            currency=result.currency,
            days=not (scope.clock == "business" and "clock" in metric.params),
        )

    def when(self, place: int) -> str:
        """ "week of 2 Mar 2026"; a day is its date."""
        return when(self.dates[place].isoformat(), self.by)

    def say(self, value: float) -> str:
        """A value in words."""
        return units.say(value, self.unit, self.currency or None, days=self.days)


@dataclass(frozen=True)
class Scale:
    """How values become what a model adds up: their logarithm (after adding `shift`), or themselves."""

    is_log: bool
    shift: float = 0.0

    @staticmethod
    def of(*series: Series) -> Scale:
        """Logarithms for times, counts and money, where every value allows it; a minute is added to times when some are 0."""
        known = np.concatenate([s.values[~np.isnan(s.values)] for s in series])
        unit = series[0].unit
        if unit not in ON_LOG or not len(known) or (known < 0).any():
            return Scale(False)
        if (known == 0).any():
            return Scale(True, MINUTE) if unit == "s" else Scale(False)
        return Scale(True)

    def to(self, values: Numbers) -> Array:
        x = floats(values)
        return floats(np.log(x + self.shift)) if self.is_log else x

    def back(self, values: Numbers) -> Array:
        x = floats(values)
        return floats(np.exp(x) - self.shift) if self.is_log else x

    def change(self, difference: float) -> float:
        """A difference on this scale as it is told: per cent, or in the unit itself."""
        return float(100 * np.expm1(difference)) if self.is_log else float(difference)

    def say(self, change: float, series: Series) -> str:
        """A change in words, with its sign."""
        if self.is_log:
            return units.say_relative(change)
        return units.say_change(change, series.unit, series.currency or None, days=series.days)

    def say_limits(self, low: float, high: float, series: Series) -> str:
        if not self.is_log:
            return units.say_change_interval(low, high, series.unit, series.currency or None, days=series.days)
        return units.say_change_interval(low, high, "%").replace(f"{units.NBSP}pts", f"{units.NBSP}%")
