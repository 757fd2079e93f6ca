"""How fast the tickets of a week get done: for each creation week the share solved by the same day, the next day, a week later.

A cohort is what was created in one period. Day 0 is the local date a ticket was created on, day 1 the date after it. Tickets still open count
with the days they have been followed (Kaplan-Meier): only days that are over count as followed, so that the last, unfinished day of the data
neither helps nor harms. A share is shown where *every* ticket of the cohort could have been followed for so long; beyond it is an estimate.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd

from kpi import stats, units
from kpi.catalogue import find
from kpi.catalogue.tables import tickets
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.forms import Duration
from kpi.measure.compile import base_table, check_columns, filled, fillings, form_of, inside, narrowed, values_of
from kpi.measure.shape import Shape, local, replaced, shape_of
from kpi.measure.words import when
from kpi.metric import Metric
from kpi.scope import Scope

DAYS = (0, 1, 2, 3, 7, 14, 30)
SAID = 7
"""The day the sentence is about."""
GRAINS = {"week": "W", "month": "M"}
FEWEST = 10
"""Below this many tickets a share has no interval (statistics.md section 11)."""
BASELINE = 12
"""So many earlier cohorts make a usual range."""
VERBS = {"first_reply_time": "answered", "first_resolution_time": "solved", "full_resolution_time": "solved for good"}
"""The metrics whose clock is followed, and what is said of a ticket when it has ended."""


@dataclass(frozen=True)
class Cohorts:
    """What became of each period's tickets.

    `cells`: a row per cohort and day of `days`: period, day, share (0 to 100), low, high, done, n; unknown where not every ticket of the cohort
    could be followed so long. `curves`: a row per cohort (and "all") and day 0 to the last: period, day, share, is_followed (false beyond what
    every ticket was followed for). `sizes`: a row per cohort: period, n, still_open, followed (whole days), is_whole (all its days
    lie in the dates). `unknown` tickets say neither whether nor when they were done; `too_young` were created on the unfinished last day.
    """

    metric: Metric
    scope: Scope
    days: tuple[int, ...]
    cells: pd.DataFrame
    curves: pd.DataFrame
    sizes: pd.DataFrame
    unknown: int
    too_young: int

    @property
    def verb(self) -> str:
        return VERBS[self.metric.name]

    @property
    def said_day(self) -> int:
        """The day the sentence is about: 7, or the longest that some whole cohort was followed for."""
        reached = [int(self.sizes.loc[self.sizes["is_whole"], "followed"].max())] if self.sizes["is_whole"].any() else [0]
        return max((day for day in self.days if day <= min(SAID, *reached)), default=0)

    @property
    def text(self) -> str:
        """ "Of the 1,204 tickets created in the week of 12 Oct 2026, 84.1 % (82.0–86.1 %) were solved by day 7; the 11 weeks before: 83.2 %." """
        if self.sizes.empty:
            return "No ticket of these dates could be followed for a whole day yet."
        day = self.said_day
        rows = self._told(day)
        if rows.empty:
            return "No ticket of these dates could be followed for a whole day yet."
        now, before = rows.iloc[-1], rows.iloc[:-1]
        many = f"{units.say(now['n'], 'count')} ticket{'s' if now['n'] != 1 else ''}"
        period = when(str(now["period"]), self.scope.by)
        said = f"Of the {many} created in {'the ' if self.scope.by == 'week' else ''}{period}, {_share(now)} were {self.verb} by {day_said(day)}"
        return f"{said}{self._against(now, before)}."

    @property
    def caveat(self) -> str:
        """What the table leaves out, and what is assumed."""
        parts = []
        young = self.sizes[self.sizes["followed"] < max(self.days)]
        if len(young):
            parts.append(f"The youngest {self.scope.by}s end where not every ticket could have been followed so long.")
        if self.unknown:
            parts.append(f"{units.say(self.unknown, 'count')} without a known end left out.")
        if self.metric.name == "full_resolution_time":
            parts.append("Counted by the last solve: an old ticket has had more time to be reopened than a young one.")
        return " ".join(parts)

    def _told(self, day: int) -> pd.DataFrame:
        """The cohorts whose share by a day is known; whole ones only, where there are any."""
        rows = self.cells[(self.cells["day"] == day) & self.cells["share"].notna()].merge(self.sizes[["period", "is_whole"]], on="period")
        return rows[rows["is_whole"]] if rows["is_whole"].any() else rows

    def _against(self, now: Any, before: pd.DataFrame) -> str:
        """Against the cohorts before: inside or outside their usual range where there are enough of them, else only what they were together."""
        before = before[before["n"] >= FEWEST]
        if before.empty:
            return ""
        done, n = before["done"].to_numpy(float), before["n"].to_numpy(float)
        together = units.say(100 * done.sum() / n.sum(), "%")
        many = f"the {len(before)} {self.scope.by}s before" if len(before) > 1 else f"the {self.scope.by} before"
        if len(before) < BASELINE or now["n"] < FEWEST:
            return f"; {many}: {together}"
        limits = stats.laney_p(done, n, phi=max(0.0, float(np.nan_to_num(stats.lag1(done / n)))))
        half = 300 * math.sqrt(limits.centre * (1 - limits.centre) / now["n"]) * max(1.0, float(np.nan_to_num(limits.spread, nan=1.0)))
        low, high = max(0.0, 100 * limits.centre - half), min(100.0, 100 * limits.centre + half)
        place = "below" if now["share"] < low else "above" if now["share"] > high else "inside"
        return f": {place} the usual range of {many} ({units.say_interval(low, high, '%')}, {together} together)"


def day_said(day: int) -> str:
    """ "the end of the same day", "the next day", "day 7"."""
    return {0: "the end of the same day", 1: "the next day"}.get(day, f"day {day}")


def usual_metric(data: Dataset) -> str:
    """First resolution where the data know the first solve (it happens once, so that old and young tickets compare), else full resolution."""
    lacks = data.lacking()
    knows_first = {"changes.status", "tickets.first_solved_at", "tickets.first_resolution_seconds"} & data.filled
    return "first_resolution_time" if knows_first and not lacks["first_resolution_time"] else "full_resolution_time"


def cohorts(name: str, scope: Scope, data: Dataset, days: tuple[int, ...] = DAYS) -> Cohorts:
    """The cohorts of a scope by week or month (`scope.by`; anything else is by week), for a metric of `VERBS`; a split plays no part.

    BadValue for another metric or one the data cannot give; UnknownName for a column that does not exist.
    """
    metric = find(name)
    if name not in VERBS:
        raise BadValue(f"{metric.label} is not something a ticket is followed for.", f"Choose {', '.join(find(n).label for n in VERBS)}.")
    lacks = metric.missing(data.filled, scope.ask)
    if lacks or "tickets.created_at" not in data.filled:
        raise BadValue(
            f"{metric.label} cannot be followed: it needs {' and '.join(lacks or ['tickets.created_at'])}.", "Add a file that has it."
        )
    scope = scope.but(by=scope.by if scope.by in GRAINS else "week", split=(), compare=None, clock="calendar", statistic=None)
    check_columns(scope, data.columns("tickets"))
    as_of = scope.as_of or data.newest
    text = filled(_text(name, shape_of(scope, data.first, as_of, data.extras)), values_of(scope, data.first, as_of))
    found = data.query(text, data.stand(scope.as_of, scope.calendar))
    found["created_day"] = pd.to_datetime(found["created_day"]).dt.date
    unknown = int(found.loc[~found["is_over"] & ~found["is_open"], "n"].sum())
    found = found[found["is_over"] | found["is_open"]]
    last = last_whole_day(as_of, scope.zone)
    found = found.assign(followed=[(last - day).days for day in found["created_day"]])
    too_young = int(found.loc[found["followed"] < 0, "n"].sum())
    found = found[found["followed"] >= 0]
    groups = {str(period)[:10]: part for period, part in found.groupby("period", sort=True)}
    whole = {period.label: period.is_complete for period in scope.periods(data.first, as_of)}
    cells, curves, sizes = [], [], []
    for label, part in groups.items():
        followed, n = int(part["followed"].min()), int(part["n"].sum())
        curve = _curve(part)
        curves.append(_points(label, curve, followed, max(days)))
        cells.append(_cells(label, part, days, followed, n))
        still_open = int(part.loc[part["is_open"], "n"].sum())
        sizes.append({"period": label, "n": n, "still_open": still_open, "followed": followed, "is_whole": whole.get(label, False)})
    if groups:
        curves.append(_points("all", _curve(found), int(found["followed"].max()), max(days)))
    return Cohorts(
        metric,
        scope,
        days,
        _frame(cells, ["period", "day", "share", "low", "high", "done", "n"]),
        _frame(curves, ["period", "day", "share", "is_followed"]),
        pd.DataFrame(sizes, columns=["period", "n", "still_open", "followed", "is_whole"]),
        unknown,
        too_young,
    )


def last_whole_day(as_of: dt.datetime, zone: str) -> dt.date:
    """The last local date that is over at `as_of` (UTC)."""
    wall = (as_of + dt.timedelta(microseconds=1)).replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    return wall.date() - dt.timedelta(days=1)


@lru_cache(maxsize=256)
def _text(name: str, shape: Shape) -> str:
    """One row per creation date, days until done (null while open) and state, with the number of tickets."""
    form = form_of(name, shape.ask)
    if not isinstance(form, Duration):
        raise TypeError(name)
    rel = narrowed(base_table(tickets, shape), shape)
    rel = rel.filter(rel.created_at.notnull(), *inside(rel.created_at, shape, is_date=False))
    swaps = {**fillings(), tickets.op(): rel.op()}
    ended, seconds = replaced(form.where, swaps).fill_null(False), rel[f"{form.base}_seconds"]
    made, done = (local(at, shape).truncate("D") for at in (rel.created_at, replaced(form.at, swaps)))
    is_over = ended & seconds.notnull() & done.notnull()
    rel = rel.mutate(
        period=made.truncate(GRAINS[shape.by]).cast("date"),
        created_day=made.cast("date"),
        is_over=is_over,
        is_open=~ended & rel[f"{form.running}_seconds"].notnull(),
        day=ibis.cases((is_over, ((done.epoch_seconds() - made.epoch_seconds()) / 86_400).round().cast("int64"))),
    )
    rel = rel.group_by("period", "created_day", "is_over", "is_open", "day").agg(n=rel.count())
    return str(ibis.to_sql(rel, dialect="duckdb"))


def _curve(part: pd.DataFrame) -> stats.Survival:
    """Kaplan-Meier over days. What was not done by the last day it was followed for counts as open to the end of that day, done later or not."""
    followed, day = part["followed"].to_numpy(float), part["day"].to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        is_done = part["is_over"].to_numpy(bool) & (day <= followed)
    lengths = np.where(is_done, np.nan_to_num(day), followed + 0.5)
    many = part["n"].to_numpy(int)
    return stats.kaplan_meier(np.repeat(lengths, many), np.repeat(is_done, many))


def _points(label: str, curve: stats.Survival, followed: int, last: int) -> pd.DataFrame:
    days = np.arange(last + 1)
    share = 100 * (1 - curve.at(days.astype(float)))
    return pd.DataFrame({"period": label, "day": days, "share": share, "is_followed": days <= followed}).dropna(subset="share")


def _cells(label: str, part: pd.DataFrame, days: tuple[int, ...], followed: int, n: int) -> pd.DataFrame:
    """Shares where everybody was followed: then Kaplan-Meier's is the plain share, and Wilson's interval is its own."""
    day, many = part["day"].to_numpy(float, na_value=np.nan), part["n"].to_numpy(float)
    with np.errstate(invalid="ignore"):
        done = np.array([many[day <= at].sum() if at <= followed else np.nan for at in days])
    trials = np.where(np.isnan(done), np.nan, float(n))
    low, high = stats.wilson(done, trials) if n >= FEWEST else (np.full(len(days), np.nan),) * 2
    return pd.DataFrame(
        {
            "period": label,
            "day": days,
            "share": 100 * done / n,
            "low": 100 * np.asarray(low),
            "high": 100 * np.asarray(high),
            "done": done,
            "n": n,
        }
    )


def _frame(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _share(row: Any) -> str:
    said = units.say(float(row["share"]), "%")
    limits = units.say_interval(float(row["low"]), float(row["high"]), "%")
    return f"{said} ({limits})" if limits else f"{said} ({units.say(row['done'], 'count')} of {units.say(row['n'], 'count')})"
