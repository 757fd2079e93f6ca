"""The record of a distribution, and what it says in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from kpi import units
from kpi.forms.durations import LONG_TAIL
from kpi.measure.compile import form_of
from kpi.metric import Metric
from kpi.scope import Scope

FEWEST = 10
"""Below this many rows a tenth is no row: only the range is said."""
PULLED = 1.5
"""A mean this many times the median is said to be pulled up."""
SHORTEST = 1.0
"""A log scale has no 0: what took less than a second stands in one bar at the left."""


@dataclass(frozen=True)
class Mark:
    """A quantile `q` of the rows with its 95 % interval; nan where too few rows say it."""

    q: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Limit:
    """The threshold in seconds, and the share (0 to 100) of the rows within it, with its interval (nan below 10 rows)."""

    param: str
    seconds: float
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Distribution:
    """The rows behind a number, spread out.

    `bins` has a row a bar: low, high (in the metric's unit; the first bar of a log scale may stand for all below), n, share (0 to 100).
    `curve` has value and share: how many per cent of the rows are at most `value`. `n` rows count; `unknown` belong to the metric but have no
    value; `still_open` are tickets created in the dates whose clock still runs (not among the `n`; with `is_survival` they shape curve and
    marks with their age). `half` is the share (0 to 100) of the slowest rows that make up half of the sum.
    """

    metric: Metric
    scope: Scope
    n: int
    unknown: int
    still_open: int
    is_log: bool
    is_survival: bool
    least: float
    most: float
    mean: float
    mean_low: float
    mean_high: float
    half: float
    marks: tuple[Mark, ...]
    limit: Limit | None
    bins: pd.DataFrame
    curve: pd.DataFrame
    table: str
    is_stock: bool = False

    def say(self, value: float | None) -> str:
        """A value of the metric in words; working hours know no days."""
        return units.say(value, self.metric.unit, days=self._days)

    def between(self, low: float, high: float) -> str:
        return units.say_interval(low, high, self.metric.unit, days=self._days)

    @property
    def _days(self) -> bool:
        return not (self.scope.clock == "business" and "clock" in self.metric.params)

    @property
    def text(self) -> str:
        """ "First reply: half took at most 1 h 42 min (1 h 30 min–1 h 55 min), one in ten more than 14 h. The mean of 5 h is pulled up …" """
        if not self.n:
            return f"{self.metric.label}: nothing to spread out in these dates and filters."
        if self.n < FEWEST:
            return f"{self.metric.label}: {self.rows_said(self.n)}, from {self.say(self.least)} to {self.say(self.most)}: too few to say how they spread."
        if self.metric.unit != "s":
            return self._counts_said()
        half, ninth = self.marks
        if math.isnan(half.value):
            return f"{self.metric.label}: fewer than half are over, so that their median is not known yet."
        tenth = f", one in ten more than {self.say(ninth.value)}" if not math.isnan(ninth.value) else ""
        limits = self.between(half.low, half.high)
        took = "are at most" if self.is_stock else "took at most"
        return f"{self.metric.label}: half {took} {self.say(half.value)}{f' ({limits})' if limits else ''}{tenth}.{self._mean_said(half.value)}"

    @property
    def caveat(self) -> str:
        """What it stands on: the share within the limit, what still runs, what is not known, and how far the mean is to be trusted."""
        parts = []
        if self.limit and self.n >= FEWEST:
            share = units.say(self.limit.share, "%", n=self.n)
            parts.append(
                f"Within {units.say(self.limit.seconds, 's', days=self._days)}: {share} ({units.say_interval(self.limit.low, self.limit.high, '%')})."
            )
        open_words = "without a reply yet" if self._running == "unanswered" else "still open"
        if self.still_open and self.is_survival:
            parts.append(
                f"{units.say(self.still_open, 'count')} {open_words} count with their age (Kaplan-Meier) in the curve and its marks, not in the bars."
            )
        elif self.still_open:
            are = "ticket created in these dates is" if self.still_open == 1 else "tickets created in these dates are"
            parts.append(f"{units.say(self.still_open, 'count')} {are} {open_words}, and not in it.")
        if self.unknown:
            parts.append(f"{units.say(self.unknown, 'count')} without a usable value left out.")
        if FEWEST <= self.n < LONG_TAIL and self.metric.unit == "s":
            parts.append(f"With fewer than {LONG_TAIL} the mean is uncertain: one long ticket moves it.")
        return " ".join(parts)

    def range_said(self, low: float, high: float, n: int, share: float) -> str:
        """What a bar, or several, hold: "1 h to 2 h: 412 rows, 8.1 %"."""
        return f"{self.edges_said(low, high)}: {self.rows_said(n)}, {units.say(share, '%')}"

    def edges_said(self, low: float, high: float) -> str:
        if not self.is_log and float(high - low) == 1.0 and float(low) % 1 == 0.5:
            return self.say(low + 0.5)
        if self.is_log and low < SHORTEST:
            return f"under {self.say(high)}"
        return f"{self.say(low)} to {self.say(high)}"

    def rows_said(self, n: int) -> str:
        words = {"tickets": "ticket", "replies": "reply", "open_spans": "ticket", "surveys": "answer", "quality_reviews": "review"}
        one = words.get(self.table, "row")
        many = "replies" if one == "reply" else f"{one}s"
        return f"{units.say(n, 'count')} {one if n == 1 else many}"

    @property
    def _running(self) -> str:
        return str(getattr(form_of(self.metric.name, self.scope.ask), "running", ""))

    def _mean_said(self, median: float) -> str:
        mean = self.say(self.mean)
        limits = self.between(self.mean_low, self.mean_high)
        said = f"{mean}{f' ({limits})' if limits else ''}"
        if self.is_survival:
            return f" The mean of those that are over is {said}."
        if median > 0 and self.mean > PULLED * median and not math.isnan(self.half):
            return f" The mean of {said} is pulled up by the slowest {units.say(self.half, '%')}, which make up half of all the time."
        return f" The mean is {said}."

    def _counts_said(self) -> str:
        (half, _) = self.marks
        top = self.bins.iloc[int(self.bins["n"].argmax())]
        bar = self.edges_said(float(top["low"]), float(top["high"]))
        limits = self.between(self.mean_low, self.mean_high)
        return (
            f"{self.metric.label}: the mean is {self.say(self.mean)}{f' ({limits})' if limits else ''}, the median {self.say(half.value)}; "
            f"most often {bar} ({units.say(float(top['share']), '%')} of {self.rows_said(self.n)})."
        )
