"""A metric week by week, and its level over some weeks with an interval that knows both chances: of tickets, and of weeks.

Statistics of times are made on the log scale. A week is complete when the data cover all of it and tickets were created after it, so that
the thin tail of an export (created in spring, closed by winter) is not taken for the present.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from kpi import stats
from kpi.engine import Dataset
from kpi.forms import Duration, Form, Mean, Nps, Ratio, Share
from kpi.measure import measure
from kpi.measure.compile import form_of
from kpi.metric import Metric
from kpi.scope import Scope, floor_date
from kpi.stats.base import Array
from kpi.targets.target import DAY, WEEK

MOST_WEEKS = 156
"""So far back a series is looked at: what lies before says little about what comes."""
FEWEST, FEWEST_FOR_LINE = 8, 12
MINUTE = 60.0
SIX_DAYS = dt.timedelta(days=6)
FARTHEST = dt.timedelta(days=20 * 365)


@dataclass(frozen=True)
class Scale:
    """Where differences mean the same: the logarithm for times, `shift` seconds added where one may be 0; else the value itself."""

    is_log: bool = False
    shift: float = 0.0

    def of(self, values: float | Array) -> Array:
        given = np.asarray(values, dtype=np.float64)
        if not self.is_log:
            return given
        moved = given + self.shift
        return np.log(moved, out=np.full_like(moved, np.nan), where=moved > 0)

    def back(self, values: float | Array) -> Array:
        given = np.asarray(values, dtype=np.float64)
        return np.exp(given) - self.shift if self.is_log else given

    @staticmethod
    def fit(metric: Metric, *values: float | Array) -> Scale:
        """The scale for a metric and all the values it has to hold."""
        seen = np.concatenate([np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in values])
        seen = seen[~np.isnan(seen)]
        if metric.unit != "s" or (seen < 0).any():
            return Scale()
        return Scale(True, MINUTE if (seen <= 0).any() else 0.0)


@dataclass(frozen=True)
class Weeks:
    """The complete weeks of a metric, oldest first: Monday, value (nan: unknown) and rows behind it. `reason` says why there are none."""

    metric: Metric
    scope: Scope
    mondays: tuple[dt.date, ...] = ()
    values: Array = field(default_factory=lambda: np.empty(0))
    n: Array = field(default_factory=lambda: np.empty(0))
    currency: str = ""
    reason: str = ""

    def between(self, first: dt.date, last: dt.date) -> npt.NDArray[Any]:
        """Which weeks begin from `first` to `last`."""
        return np.array([first <= monday <= last for monday in self.mondays], dtype=bool)

    @property
    def newest(self) -> dt.date:
        """Monday of the newest complete week."""
        return self.mondays[-1]

    @property
    def known(self) -> int:
        return int((~np.isnan(self.values)).sum())


@dataclass(frozen=True)
class Level:
    """A metric over whole weeks: `value` with `low` and `high` (nan: cannot be told), from `first` to `last` date, over `weeks` known weeks and
    `n` rows. `by` says what the interval allows for: "rows" where chance between tickets is the larger, "weeks" where that between weeks is.
    `own` is the interval of the rows alone.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    n: float = math.nan
    first: dt.date | None = None
    last: dt.date | None = None
    weeks: int = 0
    by: str = ""
    own: tuple[float, float] = (math.nan, math.nan)


def weekly(name: str, scope: Scope, data: Dataset, since: dt.date | None = None) -> Weeks:
    """The complete weeks of a metric, at least back to `since` and at most `MOST_WEEKS` before that. UnknownName for a wrong column."""
    return several([name], scope, data, since)[name]


def several(names: list[str], scope: Scope, data: Dataset, since: dt.date | None = None, last: dt.date | None = None) -> dict[str, Weeks]:
    """`weekly` of many metrics in one measurement; `last` is the newest complete week where it is known already."""
    scope = scope.but(by="week", split=(), compare=None)
    last = last or last_week(scope, data)
    early = last - MOST_WEEKS * WEEK
    start = floor_date("week", max(min(early, since or early), _local_day(data.first)))
    result = measure(names, scope.but(start=min(start, last), end=last + SIX_DAYS), data, intervals=False)
    found = {}
    for name in names:
        metric = result.metrics[name]
        frame = result.frame[result.frame["metric"] == name]
        if reason := result.unavailable.get(name, ""):
            found[name] = Weeks(metric, scope, reason=reason)
            continue
        frame = frame[frame["is_complete"].astype(bool)]
        known = frame["value"].notna().to_numpy()
        begin = int(known.argmax()) if known.any() else len(frame)  # weeks before the first known one say nothing
        frame = frame.iloc[begin:]
        mondays = tuple(dt.date.fromisoformat(str(period)) for period in frame["period"])
        values, n = frame["value"].to_numpy(dtype=np.float64), frame["n"].to_numpy(dtype=np.float64)
        found[name] = Weeks(metric, scope, mondays, values, n, result.currency, "" if len(frame) else "no complete week has a value")
    return found


def last_week(scope: Scope, data: Dataset) -> dt.date:
    """Monday of the newest week that is over, for the tickets created as for the data as a whole."""
    now = _local_day(scope.as_of or data.newest, scope.zone)
    last = floor_date("week", now + DAY) - WEEK
    if "tickets.created_at" not in data.filled:
        return last
    # the calendar does not matter here, but without it the engine would build all measured tables anew
    every = Scope(
        "week", start=max(_local_day(data.first), now - FARTHEST), end=now, zone=scope.zone, as_of=scope.as_of, calendar=scope.calendar
    )
    created = measure("tickets_created", every, data, intervals=False).frame
    some = created[created["value"] > 0]
    if some.empty:
        return last
    newest = dt.date.fromisoformat(str(some["period"].iloc[-1]))
    return last if last <= newest else newest - WEEK


def level(weeks: Weeks, first: dt.date, last: dt.date, scale: Scale, data: Dataset, *, alone: bool = False) -> Level:
    """The level over the weeks that begin from `first` to `last`.

    Shares, means, quantiles, scores and ratios of flows are made anew from all rows of these weeks; counts and stocks are the mean of their
    weeks. The interval is the wider of two: that of the form (chance between rows) and that of a level with first-order memory fitted to
    the weeks before and in the window (chance between weeks; `alone`: to those in the window only), from 8 known weeks on.
    """
    inside = weeks.between(first, last)
    known = inside & ~np.isnan(weeks.values)
    facts = {"first": first, "last": last + SIX_DAYS, "weeks": int(known.sum())}
    if not known.any():
        return Level(math.nan, **facts)  # type: ignore[arg-type]  # dates and a count, each under its own name
    value, low, high, n = float(np.mean(weeks.values[known])), math.nan, math.nan, float(np.nansum(weeks.n[inside]))
    if is_pooled(form_of(weeks.metric.name, weeks.scope.ask)):
        whole = measure(weeks.metric.name, weeks.scope.but(by="all", start=first, end=last + SIX_DAYS), data).frame.iloc[0]
        value, low, high, n = (float(whole[column]) for column in ("value", "low", "high", "n"))
    if math.isnan(value):
        return Level(value, n=n, **facts)  # type: ignore[arg-type]
    half = half_width(scale.of(weeks.values)[: int(np.flatnonzero(inside)[-1]) + 1], inside, alone=alone)
    wide = [float(scale.back(scale.of(value) + side * half)) for side in (-1, 1)]
    own = low, high
    by = "rows" if not math.isnan(low + high) else ""
    if not math.isnan(half) and (not by or wide[1] - wide[0] > high - low):
        by = "weeks"
    low, high = float(np.fmin(own[0], wide[0])), float(np.fmax(own[1], wide[1]))
    ends = np.clip([low, high], weeks.metric.low, weeks.metric.high)
    return Level(value, float(ends[0]), float(ends[1]), n, by=by, own=own, **facts)  # type: ignore[arg-type]


def half_width(values: Array, inside: npt.NDArray[Any], *, alone: bool = False) -> float:
    """Half the 95 % interval of the level inside a window at the end of a series, by REML with first-order memory; nan below 8 known values.

    The weeks before have a level of their own, and a line from 12 known ones on, so that only their restlessness counts.
    """
    inside = inside[: len(values)]
    known = ~np.isnan(values)
    before = known & ~inside
    if alone:
        values, inside, before = values[inside], inside[inside], np.zeros(int(inside.sum()), dtype=bool)
        known = ~np.isnan(values)
    if known.sum() < FEWEST or not (known & inside).any():
        return math.nan
    columns = [inside.astype(float)]
    if before.any():
        place = np.arange(len(values), dtype=np.float64)
        columns += [(~inside).astype(float)]
        if before.sum() >= FEWEST_FOR_LINE:
            columns += [np.where(inside, 0.0, place - place[before].mean())]
    fit = stats.gls_ar1(values, np.column_stack(columns))
    return float((fit.high[0] - fit.low[0]) / 2)


def is_pooled(form: Form) -> bool:
    """Whether a form means the same over four weeks as over one: not so a count, nor what is looked at on an edge of the period."""
    if isinstance(form, Ratio):
        return not any(total.edge or total.distinct is not None for total in (form.over, form.under))
    return isinstance(form, Duration | Mean | Nps) or (isinstance(form, Share) and not form.edge)


def _local_day(instant: dt.datetime, zone: str = "UTC") -> dt.date:
    return instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
