"""How a trend is said: numbers through `kpi.units`, dates as results say them, nothing about causes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kpi import units
from kpi.measure.words import when
from kpi.metric import Metric
from kpi.trends.model import Line, Shift, Signal, Year

NO_CHANGE = "No change beyond the usual up and down."
RELATIVE = ("s", "count", "currency", "ratio")
"""Units whose changes are told in per cent of what was before; all others in their own points."""
BUDGET_SAID = "Of series in which nothing changed, at most one in twenty is said to have changed."
ROUGH = "Such a date, with its range, is right in about 19 of 20 cases, and what came at the same time need not be the cause."
SEASON = "With less than two years to compare, part of this may be the season."


@dataclass(frozen=True)
class Speaker:
    """Says values of one metric by one grain. `days` is False where a day is not 24 hours; `name` is what the series is called."""

    metric: Metric
    name: str
    by: str
    currency: str | None = None
    days: bool = True

    @property
    def periods(self) -> str:
        return f"{self.by}s"

    def value(self, value: float) -> str:
        return units.say(value, self.metric.unit, self.currency, days=self.days)

    def usual(self, low: float, high: float) -> str:
        """ "82–141", "at most 141", "at least 82.1 %": a limit at the end of the metric's range limits nothing."""
        least, most = self.metric.low, self.metric.high
        if least is not None and low <= least:
            return "" if most is not None and high >= most else f"at most {self.value(high)}"
        if most is not None and high >= most:
            return f"at least {self.value(low)}"
        return units.say_interval(low, high, self.metric.unit, self.currency, days=self.days)

    def when(self, period: str) -> str:
        """ "the week of 2 Mar 2026", "March 2026"."""
        said = when(period, self.by)
        return f"the {said}" if self.by == "week" else said

    def change(self, absolute: float, relative: float) -> str:
        if self.metric.unit in RELATIVE and not math.isnan(relative):
            return units.say_relative(100 * relative)
        return units.say_change(absolute, self.metric.unit, self.currency, days=self.days)

    def between(self, low: tuple[float, float], high: tuple[float, float]) -> str:
        return f"between {self.change(*low)} and {self.change(*high)}"

    def judged(self, direction: float) -> str:
        """ ": better", ": worse", or nothing where neither side is good."""
        if self.metric.better == "neither" or direction == 0:
            return ""
        return ": better" if (direction > 0) == (self.metric.better == "higher") else ": worse"

    def signal(self, period: str, value: float, low: float, high: float, side: int, p: float) -> str:
        place = self.when(period)
        rare = f"by chance alone about one {self.by} in {rarity(p)} is so far out"
        far = "above" if side > 0 else "below"
        return f"{place[0].upper()}{place[1:]}: {self.value(value)}, {far} the usual {self.usual(low, high) or 'range'}; {rare}."

    def dated(self, shift: Shift) -> str:
        """ "around the week of 2 Mar 2026 (between 16 Feb 2026 and 23 Mar 2026)"; "in March 2026" where no other date is possible."""
        if shift.earliest == shift.latest:
            return f"{'on' if self.by == 'day' else 'in'} {self.when(shift.period)}"
        first, last = (when(one, self.by).removeprefix("week of ") for one in (shift.earliest, shift.latest))
        return f"around {self.when(shift.period)} (between {first} and {last})"

    def shift(self, shift: Shift) -> str:
        up = shift.after > shift.before
        return (
            f"{self.name} moved {'up' if up else 'down'} {self.dated(shift)}, from about {self.value(shift.before)} to "
            f"{self.value(shift.after)} ({self._size(shift)}){self.judged(shift.after - shift.before)}."
        )

    def up_and_back(self, first: Shift, second: Shift) -> str:
        up = first.after > first.before
        return (
            f"{self.name} went {'up' if up else 'down'} {self.dated(first)}, from about {self.value(first.before)} to "
            f"{self.value(first.after)}, and came back {self.dated(second)}, to {self.value(second.after)}."
        )

    def line(self, line: Line, n: int) -> str:
        a_period = (1 + line.relative) ** (1 / (n - 1)) - 1 if line.relative > -1 else math.nan
        pace = self.change(line.change / (n - 1), a_period)
        size = self.change(line.change, line.relative)
        sure = self.between((line.change_low, line.relative_low), (line.change_high, line.relative_high))
        return (
            f"{self.name} has been {'rising' if line.change > 0 else 'falling'}: {size} over {n} {self.periods} ({sure}), "
            f"about {pace} a {self.by}{self.judged(line.change)}."
        )

    def points(self, believed: Sequence[Signal], in_a_row: bool) -> str:
        """`believed` in order of time; `in_a_row`: neighbours on one side."""
        clearest = min(believed, key=lambda signal: signal.p)
        told = clearest.text[0].lower() + clearest.text[1:]
        if len(believed) == 1:
            return f"{self.name}: one {self.by} stands out, {told}"
        which = f"{len(believed)} {self.periods} from {self.when(believed[0].period)} on" if in_a_row else f"{len(believed)} {self.periods}"
        return f"{self.name}: {which} stand out, the clearest {told}"

    def year(self, year: Year, beyond: bool) -> str:
        size = self.change(year.now - year.before, year.relative)
        sure = self.between((year.change_low, year.relative_low), (year.change_high, year.relative_high))
        verdict = f"beyond noise{self.judged(year.now - year.before)}" if beyond else "no clear change"
        return f"{self.name} over the last year against the same {self.periods} a year earlier: {size} ({sure}), {verdict}."

    def _size(self, shift: Shift) -> str:
        size = self.change(shift.after - shift.before, shift.relative)
        return f"{size}, {self.between((shift.change_low, shift.relative_low), (shift.change_high, shift.relative_high))}"


def rarity(p: float) -> str:
    """ "4,200"; "a million" at most: a tail further out is nothing anybody knows."""
    if p <= 1e-6:
        return "a million or more"
    many = 1 / p
    digits = max(0, math.floor(math.log10(many)) - 1)
    return f"{round(many / 10**digits) * 10**digits:,}"


def by_chance(expected: float, by: str) -> str:
    """How many periods outside the limits chance alone explains."""
    if math.isnan(expected) or expected <= 0:
        return ""
    if expected >= 0.8:
        return f"Chance alone puts about {expected:.0f} of these {by}s outside."
    return f"Chance alone puts a {by} outside in about one of {max(2, round(1 / expected))} such series."
