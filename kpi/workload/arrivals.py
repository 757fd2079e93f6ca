"""Arrivals by weekday and hour: how many tickets a week, how long they wait for a first reply, how many each staffed hour gets."""

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
from kpi.measure import measure
from kpi.measure.compile import base_table, check_columns, filled, inside, narrowed, values_of
from kpi.measure.shape import Shape, local, shape_of
from kpi.metric import CREATED
from kpi.scope import Scope
from kpi.workload.clock import WEEK_HOURS, Numbers, Pieces, cell_name, cell_of, pieces
from kpi.workload.peak import FEWEST, FEWEST_WEEKS, WEEKDAYS, Peak, by_week, excess, peak
from kpi.workload.staff import Staff, staffed

WAIT = "first_reply_time"
SHOWS = {"count": "Tickets a week", "wait": "Wait for a first reply", "staffed": "Tickets a staffed hour"}
"""What the heat map may show, by its name in the address."""
HARDLY = 0.25
"""Below so many people, or so much of an hour open, on average nobody works on what comes in: tickets per staffed hour would say nothing."""
FEWEST_WAITS = 6
"""Below this many tickets a median has no interval (statistics.md section 11)."""


@dataclass(frozen=True)
class Arrivals:
    """When the tickets of a scope were created, by the clock of its zone.

    `grid` has a row for each of the 168 hours of the week: weekday (1 Monday), hour, cell ("mon-14"), n tickets, hours (how many such hours the
    dates hold), a_week (n ÷ hours: what a week brings at that hour) with low and high, share (0 to 100 of a week), wait (median seconds to
    the first reply) with wait_low, wait_high and wait_n, staffed (staffed hours) and per_staffed. Unknown is nan. `weeks` is the length of the
    dates in weeks, `wait_reason` why there are no waits ("" where there are).
    """

    scope: Scope
    start: dt.date
    end: dt.date
    weeks: float
    n: int
    grid: pd.DataFrame
    peak: Peak | None
    daily: Peak | None
    staff: Staff
    wait_reason: str

    @property
    def text(self) -> str:
        """When most of the work comes in, with an interval, and whether that can be told from the next busiest hours."""
        if not self.n:
            return "No ticket was created in these dates and filters."
        if self.peak is None:
            days = units.say(round(7 * self.weeks), "count")
            return f"{units.say(self.n, 'count')} tickets in {days} days are too few to name the busiest hours: it takes {FEWEST} and {FEWEST_WEEKS} weeks."
        return self.daily.text if self._is_daily and self.daily else self.peak.text

    @property
    def caveat(self) -> str:
        """What the sentence and the map stand on."""
        days = self.grid.groupby("weekday")["a_week"].sum()
        total = float(days.sum())
        if not total:
            return ""
        top, low = (1 + int(place) for place in (days.argmax(), days.argmin()))
        said = (
            f"{WEEKDAYS[top - 1]}s bring {units.say(100 * days.iloc[top - 1] / total, '%')} of a week's tickets, "
            f"{WEEKDAYS[low - 1]}s {units.say(100 * days.iloc[low - 1] / total, '%')}."
        )
        week = f"{self.peak.text} " if self.peak and self._is_daily else ""
        return f"{week}{said} The intervals allow for having looked at every pair of hours." if self.peak else said

    @property
    def _is_daily(self) -> bool:
        """Where no hours of the week are clear, those of the day may be: a day has seven times the tickets an hour."""
        return bool(self.peak and self.daily and not self.peak.is_clear and self.daily.stands_out)

    def cell(self, name: str) -> pd.Series[Any] | None:
        """The row of a cell by its name in the address; None for a name that is none."""
        found = cell_of(name)
        return None if found is None else self.grid.iloc[24 * (found[0] - 1) + found[1]]

    def say_cell(self, name: str) -> str:
        """ "Monday 14:00–14:59: 52 tickets in 4 such hours, 13.0 a week (9.7–17.0), 1.1 % of a week's tickets. …" "" for a name that is none."""
        row = self.cell(name)
        if row is None:
            return ""
        head = f"{WEEKDAYS[int(row['weekday']) - 1]} {int(row['hour']):02}:00–{int(row['hour']):02}:59"
        if row["hours"] <= 0:
            return f"{head}: these dates hold no such hour."
        times = _times(float(row["hours"]))
        many = f"{units.say(row['n'], 'count')} ticket{'' if row['n'] == 1 else 's'}"
        said = f"{head}: {many} in {times}, {units.say(row['a_week'], 'count')} a week{_in_brackets(row['low'], row['high'], 'count')}"
        share = f", {units.say(row['share'], '%')} of a week's tickets" if not math.isnan(row["share"]) else ""
        return f"{said}{share}.{self._wait_said(row)}{self._staff_said(row)}"

    def _wait_said(self, row: Any) -> str:
        if self.wait_reason or not row["wait_n"]:
            return ""
        if math.isnan(row["wait"]):
            return " Fewer than half of them have a first reply yet."
        days = self.scope.clock != "business"
        limits = units.say_interval(row["wait_low"], row["wait_high"], "s", days=days)
        few = "" if row["wait_n"] >= FEWEST_WAITS else "too few for an interval"
        return f" Half of them got a first reply within {units.say(row['wait'], 's', days=days)} ({limits or few}; n = {units.say(row['wait_n'], 'count')})."

    def _staff_said(self, row: Any) -> str:
        if not self.staff.kind or math.isnan(row["per_staffed"]):
            return " Nobody, or hardly anybody, was there." if self.staff.kind == "agents" else " Closed." if self.staff.kind else ""
        kind = "staffed" if self.staff.kind == "agents" else "open"
        return (
            f" {units.say(row['per_staffed'], 'count')} tickets {self.staff.unit_said} ({units.say(row['staffed'], 'count')} {kind} hours)."
        )


def arrivals(scope: Scope, data: Dataset) -> Arrivals:
    """The arrivals of a scope; a split, a grain and a comparison play no part.

    BadValue where nobody knows when tickets were created; UnknownName for a column that does not exist.
    """
    if "tickets.created_at" not in data.filled:
        raise BadValue("Nobody wrote down when tickets were created.", "Add a file that has the created time.")
    scope = scope.but(by="all", split=(), compare=None)
    check_columns(scope, data.columns("tickets"))
    begin, end = _stretch(scope, data)
    week = pieces(begin, end, scope.zone)
    counts = _counts(scope, data, week)
    hours = by_week(week, week.hours)
    staff = staffed(scope, data, week)
    grid = _grid(counts, hours, staff)
    waits, reason = _waits(scope, data)
    last = max(begin, end - dt.timedelta(microseconds=1))
    return Arrivals(
        scope=scope,
        start=_local(begin, scope.zone).date(),
        end=_local(last, scope.zone).date(),
        weeks=float(week.hours.sum() / WEEK_HOURS),
        n=int(counts.sum()),
        grid=grid.merge(waits, on=["weekday", "hour"], how="left"),
        peak=peak(counts, hours) if len(counts) else None,
        daily=peak(counts.reshape(-1, 24), hours.reshape(-1, 24)) if len(counts) else None,
        staff=staff,
        wait_reason=reason,
    )


def _stretch(scope: Scope, data: Dataset) -> tuple[dt.datetime, dt.datetime]:
    """The part of the scope's dates in which tickets could have come: from the first day of the data to where one stands."""
    opens, closes = scope.span()
    first = _local(data.first, scope.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    born = first.replace(tzinfo=ZoneInfo(scope.zone)).astimezone(dt.UTC).replace(tzinfo=None)
    as_of = (scope.as_of or data.newest) + dt.timedelta(microseconds=1)
    begin = max(opens, born) if opens else born
    return begin, max(begin, min(closes, as_of) if closes else as_of)


def _local(instant: dt.datetime, zone: str) -> dt.datetime:
    return instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@lru_cache(maxsize=256)
def _text(shape: Shape) -> str:
    """Tickets by date and hour of the wall clock."""
    rel = narrowed(base_table(tickets, shape), shape)
    rel = rel.filter(rel.created_at.notnull(), *inside(rel.created_at, shape, is_date=False))
    wall = local(rel.created_at, shape)
    rel = rel.mutate(epoch_hour=(wall.truncate("h").epoch_seconds() / 3_600).round().cast("int64"))
    return str(ibis.to_sql(rel.group_by("epoch_hour").agg(n=rel.count()), dialect="duckdb"))


def _counts(scope: Scope, data: Dataset, week: Pieces) -> Numbers:
    """Tickets as weeks × 168, the weeks of `week`."""
    as_of = scope.as_of or data.newest
    text = filled(_text(shape_of(scope, data.first, as_of, data.extras)), values_of(scope, data.first, as_of))
    found = data.query(text, data.stand(scope.as_of, scope.calendar))
    if not len(week.label):
        return np.zeros((0, WEEK_HOURS))
    wall = found["epoch_hour"].to_numpy(np.int64) - 96  # the first Monday of 1970 began at hour 96
    row, first = wall // WEEK_HOURS, int(week.week.min())
    inside_ = (row >= first) & (row <= int(week.week.max()))
    flat = np.zeros((int(week.week.max()) - first + 1) * WEEK_HOURS)
    np.add.at(flat, ((row - first) * WEEK_HOURS + wall % WEEK_HOURS)[inside_], found["n"].to_numpy(float)[inside_])
    return flat.reshape(-1, WEEK_HOURS)


def _grid(counts: Numbers, hours: Numbers, staff: Staff) -> pd.DataFrame:
    """The 168 rows without waits."""
    n, lasted = counts.sum(axis=0), hours.sum(axis=0)
    label = np.arange(WEEK_HOURS)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(lasted > 0, n / lasted, np.nan)
        is_there = (staff.hours > 0) & (staff.hours >= HARDLY * lasted)
        per_staffed = np.where(is_there, n / staff.hours, np.nan) if staff.kind else np.full(WEEK_HOURS, np.nan)
    total = np.nansum(rate)
    low = high = np.full(WEEK_HOURS, np.nan)
    if hours.sum() >= FEWEST_WEEKS * (WEEK_HOURS - 1):
        effect = 1 + np.nan_to_num(rate) * excess(counts.ravel(), (rate * hours).ravel(), fitted=int((lasted > 0).sum()))
        low, high = (np.asarray(edge) for edge in stats.poisson_interval(n / effect, lasted / effect))
    return pd.DataFrame(
        {
            "weekday": label // 24 + 1,
            "hour": label % 24,
            "cell": [cell_name(int(at) // 24 + 1, int(at) % 24) for at in label],
            "n": n,
            "hours": lasted,
            "a_week": rate,
            "low": low,
            "high": high,
            "share": 100 * rate / total if total > 0 else np.full(WEEK_HOURS, np.nan),
            "staffed": staff.hours,
            "per_staffed": per_staffed,
        }
    )


def _waits(scope: Scope, data: Dataset) -> tuple[pd.DataFrame, str]:
    """The median first reply of each cell by the catalogue's own measure, of the tickets created there: unanswered ones count with their age."""
    empty = pd.DataFrame({"weekday": [], "hour": [], "wait": [], "wait_low": [], "wait_high": [], "wait_n": []}, dtype="float64")
    lacks = find(WAIT).missing(data.filled, scope.ask)
    if lacks:
        return empty, f"needs {' and '.join(lacks)}"
    params = tuple({**dict(scope.params), "cohort": "created"}.items())
    found = measure(WAIT, scope.but(split=tuple(CREATED), statistic="median", params=params), data)
    if found.unavailable:
        return empty, found.unavailable[WAIT]
    weekday, hour = (pd.to_numeric(found.frame[column], errors="coerce") for column in CREATED)
    frame = found.frame[weekday.notna() & hour.notna()]  # nothing at all is one row without a group
    return pd.DataFrame(
        {
            "weekday": weekday[frame.index].astype(int),
            "hour": hour[frame.index].astype(int),
            "wait": frame["value"],
            "wait_low": frame["low"],
            "wait_high": frame["high"],
            "wait_n": frame["n"],
        }
    ), ""


def _in_brackets(low: float, high: float, unit: str) -> str:
    limits = units.say_interval(low, high, unit)
    return f" ({limits})" if limits else ""


def _times(hours: float) -> str:
    """ "4 such hours", "1 such hour", "3.5 such hours"."""
    said = units.say(round(hours, 1), "count")
    return f"{said} such hour{'' if said == '1' else 's'}"
