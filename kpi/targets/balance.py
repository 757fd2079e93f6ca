"""Has something else given way since a target was set? Each counter-metric before and since the start, by a step in a series with memory.

The claims of all targets looked at together are to be wrong in at most 5 % of companies where nothing changed, so the error is divided
among all counters (Bonferroni), and only the bad side counts.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from kpi import stats, units
from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.errors import KpiError
from kpi.metric import Metric
from kpi.scope import Scope
from kpi.targets.counters import COUNTERS
from kpi.targets.target import WEEK, Target
from kpi.targets.weeks import FEWEST, Scale, Weeks, several

BEFORE = 26
"""So many weeks before the start tell what was usual."""
ERROR = 0.05


@dataclass(frozen=True)
class Counter:
    """A metric that must not get worse: how far it moved since the start (`change`, per cent for times, else its unit) with its interval.

    `is_worse` is true only beyond noise; None where it cannot be told, and then `reason` says why.
    """

    metric: Metric
    change: float = math.nan
    low: float = math.nan
    high: float = math.nan
    is_relative: bool = False
    is_worse: bool | None = None
    reason: str = ""
    currency: str = ""

    @property
    def text(self) -> str:
        """ "Reopen rate got worse: +2.1 pts (+0.4 to +3.8 pts)." """
        if self.is_worse is None:
            return f"{self.metric.label}: {self.reason}."
        word = "got worse beyond noise" if self.is_worse else "did not clearly get worse"
        return f"{self.metric.label} {word}: {self.said}."

    @property
    def said(self) -> str:
        """The change with its interval."""
        if self.is_worse is None:
            return units.UNKNOWN
        if self.is_relative:
            ends = " to ".join(units.say_relative(end) for end in (self.low, self.high))
            return f"{units.say_relative(self.change)} ({ends})"
        limits = units.say_change_interval(self.low, self.high, self.metric.unit, self.currency or None)
        return f"{units.say_change(self.change, self.metric.unit, self.currency or None)} ({limits})"


def balance(target: Target, scope: Scope, data: Dataset, last: dt.date, looks: int = 1) -> tuple[Counter, ...]:
    """The counter-metrics of a target that the data can give, in the target's own rows, up to the week of `last`.

    `looks` is how many targets are looked at together.
    """
    names = list(target.counters or COUNTERS.get(target.metric, ()))
    lacks = data.lacking(scope.ask)
    names = [name for name in names if target.counters or not lacks[name]]
    if not names:
        return ()
    plain = scope.but(statistic=None)  # the statistic asked for is the target's
    since = target.start - BEFORE * WEEK
    try:
        found = several(names, plain, data, since, last)
    except KpiError as error:
        return tuple(Counter(find(name), reason=error.what.rstrip(".")) for name in names)
    return tuple(_judged(found[name], target.start, ERROR / (len(names) * max(1, looks))) for name in names)


def _judged(weeks: Weeks, start: dt.date, error: float) -> Counter:
    """The step at the start; claimed only on the bad side, at a one-sided error."""
    metric = weeks.metric
    if weeks.reason:
        return Counter(metric, reason=weeks.reason)
    if metric.better == "neither":
        return Counter(metric, reason="neither high nor low is bad")
    kept = np.array([monday >= start - BEFORE * WEEK for monday in weeks.mondays], dtype=bool)
    values = weeks.values[kept]
    at = int(sum(monday < start for monday, keep in zip(weeks.mondays, kept, strict=True) if keep))
    before, after = (int((~np.isnan(part)).sum()) for part in (values[:at], values[at:]))
    if min(before, after) < FEWEST:
        return Counter(metric, reason=f"{before} weeks before and {after} since the start are too few to tell; {FEWEST} of each are needed")
    scale = Scale.fit(metric, values)
    fit = stats.gls_ar1(scale.of(values), stats.event_columns(len(values), at, slopes=False), conf=1 - 2 * error)
    step, low, high = (float(column[1]) for column in (fit.coefficients, fit.low, fit.high))
    is_worse = high < 0 if metric.better == "higher" else low > 0
    if scale.is_log:
        step, low, high = (100 * math.expm1(value) for value in (step, low, high))
    return Counter(metric, step, low, high, scale.is_log, is_worse, currency=weeks.currency)
