"""Against ourselves: the last complete period beside the complete ones before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd

from kpi import stats, units
from kpi.errors import BadValue
from kpi.measure.result import Result
from kpi.measure.words import SPOKEN, when
from kpi.metric import Metric
from kpi.stats.base import Array

FEWEST, MOST = 4, 12
"""So many earlier periods are needed, and so many are looked at."""
UNRIPE = frozenset({"resolution_rate", "answer_rate"})
"""Of newer tickets fewer are done by now: their newest period is lower for that reason alone, and beside older ones says nothing."""
CONF = 0.95


@dataclass(frozen=True)
class Past:
    """The newest complete period among the complete ones before it.

    `better` and `worse` of the `of` earlier periods it beats and loses to (for a metric without a good side: higher and lower), the rest being equal;
    `clearly_better` and `clearly_worse` count those it differs from beyond noise, all of them judged together at 5 %.
    `percentile` is the share of earlier periods it beats, ties by half, from 0 to 100; None when there are too few.
    """

    metric: Metric
    by: str
    period: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    earlier: tuple[tuple[str, float], ...] = ()
    better: int = 0
    worse: int = 0
    clearly_better: int = 0
    clearly_worse: int = 0
    currency: str = ""
    statistic: str = ""
    in_days: bool = True
    why_not: str = ""

    @property
    def of(self) -> int:
        return len(self.earlier)

    @property
    def percentile(self) -> float | None:
        return None if self.why_not else 100 * (self.better + (self.of - self.better - self.worse) / 2) / self.of

    def say(self, value: float | None) -> str:
        return units.say(value, self.metric.unit, self.currency or None, days=self.in_days)

    @property
    def text(self) -> str:
        """ "CSAT in October 2026 was 83.8 %: better than 9 of the 12 months before. Beyond noise it differs from 2: better than 2, worse than none." """
        label = f"{self.metric.label}, {SPOKEN[self.statistic]}" if self.statistic in SPOKEN else self.metric.label
        if self.why_not:
            return f"{label}: {self.why_not}"
        good, bad = ("higher", "lower") if self.metric.better == "neither" else ("better", "worse")
        limits = units.say_interval(self.low, self.high, self.metric.unit, self.currency or None, days=self.in_days)
        said = f"{label}, {when(self.period, self.by)}: {self.say(self.value)}{f' ({limits})' if limits else ''}"
        said += f", {good} than {self.better} of the {self.of} {self.by}s before"
        told = self.clearly_better + self.clearly_worse
        if not told:
            return f"{said}; beyond noise it differs from none of them."
        counts = ((good, self.clearly_better), (bad, self.clearly_worse))
        parts = [f"{word} than {count}" for word, count in counts if count]
        return f"{said}; beyond noise {' and '.join(parts)}."


def past(result: Result, name: str) -> Past:
    """The newest complete period of a metric measured by a grain, among up to twelve complete ones before it. BadValue without a grain."""
    if result.scope.by == "all":
        raise BadValue("The past needs periods to compare.", "Measure by day, week, month, quarter or year.")
    metric, by = result.metrics[name], result.scope.by
    frame = result.frame[(result.frame["metric"] == name) & result.frame["is_complete"].astype(bool) & result.frame["value"].notna()]
    notes = frame["notes"].iloc[-1] if len(frame) else ()
    statistic = next((note for note in notes if note in SPOKEN), "")
    in_days = not (result.scope.clock == "business" and "clock" in metric.params)
    nothing = Past(metric, by, currency=result.currency, statistic=statistic, in_days=in_days)
    if name in UNRIPE:
        return replace(nothing, why_not="of newer tickets fewer are done by now, so that the newest dates cannot stand beside older ones.")
    if len(frame) < FEWEST + 1:
        return replace(nothing, why_not=f"fewer than {FEWEST} complete {by}s lie before the newest, too few to compare.")
    before = frame.iloc[:-1].iloc[-MOST:]
    value, low, high = _limits(frame.iloc[-1:], metric, len(before))
    sign = -1.0 if metric.better == "lower" else 1.0
    distance = sign * (value - before["value"].to_numpy(float))
    least, most = stats.mover_difference(value, low, high, *_limits(before, metric, len(before)))
    clearly = sign * np.where(least > 0, 1.0, np.where(most < 0, -1.0, 0.0))
    newest = frame.iloc[-1]
    return replace(
        nothing,
        period=str(newest["period"]),
        value=float(newest["value"]),
        low=None if np.isnan(newest["low"]) else float(newest["low"]),
        high=None if np.isnan(newest["high"]) else float(newest["high"]),
        earlier=tuple(zip(before["period"].astype(str), before["value"].astype(float), strict=True)),
        better=int((distance > 0).sum()),
        worse=int((distance < 0).sum()),
        clearly_better=int((clearly > 0).sum()),
        clearly_worse=int((clearly < 0).sum()),
    )


def _limits(frame: pd.DataFrame, metric: Metric, many: int) -> tuple[Array, Array, Array]:
    """Values with limits wide enough that `many` comparisons together are wrong in 5 % of cases."""
    value, low, high = (frame[c].to_numpy(float) for c in ("value", "low", "high"))
    if metric.unit == "count" and (value >= 0).all():
        low, high = stats.poisson_interval(value)
    wider = NormalDist().inv_cdf(1 - (1 - CONF) / 2 / many) / NormalDist().inv_cdf((1 + CONF) / 2)
    return value, value - wider * (value - low), value + wider * (high - value)
