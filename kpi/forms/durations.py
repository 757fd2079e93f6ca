"""Durations: quantiles by order statistics, means by t, and Kaplan-Meier where too many clocks still run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi import stats
from kpi.forms.base import Behind, Cells, Finished, Part, column, count
from kpi.metric import STATISTICS, Ask

LONG_TAIL = 300
"""Below this many durations the t interval of a mean covers too little (statistics.md section 3)."""
OPEN_SHARE = 0.05
"""With more than this share still open, finished ones alone flatter: Kaplan-Meier."""


@dataclass(frozen=True)
class Duration:
    """A duration column under the asked clock and statistic: quantile with order-statistics interval, or mean with the t interval.

    `base` names the columns `<base>_seconds` and, where there is one, `<base>_business_seconds`. `running` names the age columns of rows
    whose clock may still run; it does where `where` is false (a reopened ticket has an age, but its first resolution is over). With the
    cohort "created" and more than 5 % running, quantiles are Kaplan-Meier's.
    """

    rows: Any
    base: str
    at: Any
    where: Any
    statistic: str = "median"
    start: Any = None
    running: str = ""
    missing: str = "without a usable time, left out"

    def _seconds(self, base: str, ask: Ask) -> Any:
        business = f"{base}_business_seconds"
        return self.rows[business if ask.clock == "business" and business in self.rows.columns else f"{base}_seconds"]

    def _by_creation(self, ask: Ask) -> bool:
        return ask.choice("cohort") == "created" and self.start is not None and bool(self.running)

    def _at(self, ask: Ask) -> Any:
        return self.start if self._by_creation(ask) else self.at

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        seconds, at, where = self._seconds(self.base, ask), self._at(ask), self.where.fill_null(False)
        counted = where & seconds.notnull()
        statistic = ask.statistic or self.statistic
        parts = {
            "bottom": Part(self.rows, counted.sum(), at),
            "missing": Part(self.rows, (where & seconds.isnull()).sum(), at),
        }
        if statistic == "mean":
            parts["top"] = Part(self.rows, seconds.sum(where=counted), at)
            parts["mean"] = Part(self.rows, seconds.mean(where=counted), at)
            parts["deviation"] = Part(self.rows, seconds.std(where=counted, how="sample"), at, needed="interval")
        else:
            # Where the values come for the interval they tell the quantile too: the engine need not look for it a second time.
            parts["quantile"] = Part(self.rows, seconds.quantile(STATISTICS[statistic], where=counted), at, needed="alone")
            parts["values"] = Part(self.rows, seconds.collect(where=counted), at, needed="interval")
        if self._by_creation(ask):
            age, running = self._seconds(self.running, ask), ~where
            parts["open"] = Part(self.rows, (running & age.notnull()).sum(), at)
            if statistic != "mean":
                parts["values"] = Part(self.rows, seconds.collect(where=counted), at)
                parts["ages"] = Part(self.rows, age.collect(where=running & age.notnull()), at)
        return parts

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        n, missing = count(cells, "bottom"), count(cells, "missing")
        statistic = ask.statistic or self.statistic
        notes: list[list[str]] = [[statistic] for _ in range(len(cells))]
        top = low = high = np.full(len(cells), np.nan)
        if statistic == "mean":
            value, top = column(cells, "mean"), column(cells, "top")
            if "deviation" in cells:
                low, high = stats.mean_interval_of(value, column(cells, "deviation"), n)
                low = np.maximum(low, 0)
            for i in np.flatnonzero((n > 0) & (n < LONG_TAIL)):
                notes[i].append(f"fewer than {LONG_TAIL}: where the tail is long, the interval is likely too narrow")
        else:
            q = float(STATISTICS[statistic] or 0.5)
            if "values" in cells:
                value, low, high = _ordered(cells["values"].tolist(), n, q)
            else:
                value = column(cells, "quantile")
        if "open" in cells:
            still = count(cells, "open")
            for i in np.flatnonzero(still > 0):
                notes[i].append(f"{int(still[i]):,} still open")
                if statistic != "mean" and still[i] > OPEN_SHARE * (still[i] + n[i]):
                    value[i], low[i], high[i] = _survival(cells["values"].iloc[i], cells["ages"].iloc[i], q)
                    notes[i].append("Kaplan-Meier: open tickets count with their age" + (", not reached yet" if np.isnan(value[i]) else ""))
                    n[i] += still[i]
        if statistic != "mean" and "values" in cells:
            for i in np.flatnonzero((n > 0) & np.isnan(low) & np.isnan(high) & ~np.isnan(value)):
                notes[i].append("too few for an interval")
        for i in np.flatnonzero(missing > 0):
            notes[i].append(f"{int(missing[i]):,} {self.missing}")
        return Finished(value, n, low, high, top, n, [tuple(s) for s in notes])

    def behind(self, ask: Ask) -> Behind:
        seconds = self._seconds(self.base, ask)
        return Behind(self.rows, self._at(ask), self.where.fill_null(False) & seconds.notnull(), seconds)


def _ordered(lists: list[Any], n: Any, q: float) -> tuple[Any, Any, Any]:
    """The quantile of each cell, between its two neighbours as PERCENTILE_CONT has it, and its limits by order statistics."""
    low_rank, high_rank = stats.quantile_ranks(n, q)
    value, low, high = (np.full(len(lists), np.nan) for _ in range(3))
    for i, values in enumerate(lists):
        if not n[i]:
            continue
        place = (n[i] - 1) * q
        below, above = int(np.floor(place)), int(np.ceil(place))
        limits = [int(rank) - 1 for rank in (low_rank[i], high_rank[i]) if not np.isnan(rank)]
        ordered = np.partition(np.asarray(values, dtype="float64"), [below, above, *limits])
        value[i] = ordered[below] + (ordered[above] - ordered[below]) * (place - below)
        if not np.isnan(low_rank[i]):
            low[i] = ordered[int(low_rank[i]) - 1]
        if not np.isnan(high_rank[i]):
            high[i] = ordered[int(high_rank[i]) - 1]
    return value, low, high


def _survival(done: Any, running: Any, q: float) -> tuple[float, float, float]:
    times = [np.asarray([] if part is None or part is pd.NA else part, dtype="float64") for part in (done, running)]
    solved = np.concatenate([np.ones(len(times[0])), np.zeros(len(times[1]))])
    return stats.kaplan_meier(np.concatenate(times), solved.astype(bool)).quantile(q)
