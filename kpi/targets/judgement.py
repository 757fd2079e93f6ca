"""A target held against a dataset: where it should be, where it is, how fast it moves, and what can and cannot be known."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kpi import stats
from kpi.engine import Dataset
from kpi.errors import KpiError
from kpi.hours import Calendar
from kpi.measure.compile import check_columns, form_of
from kpi.metric import MEASURED
from kpi.targets import words
from kpi.targets.balance import Counter, balance
from kpi.targets.outlook import Outlook, outlook
from kpi.targets.path import MIDDLE, Path
from kpi.targets.smallest import Smallest, smallest
from kpi.targets.target import DAY, WEEK, Target
from kpi.targets.weeks import FEWEST, SIX_DAYS, Level, Scale, Weeks, half_width, is_pooled, level, weekly

ON_TRACK, BEHIND, TOO_EARLY = "on track", "behind", "too early to tell"
REACHED, MISSED, TOO_CLOSE = "reached", "missed", "too close to tell"
UNTOLD = "cannot be told"
STATUSES = {
    ON_TRACK: "the interval of the last weeks is at or beyond the path",
    BEHIND: "the interval of the last weeks is entirely on the wrong side of the path",
    TOO_EARLY: "the path lies inside the interval, or there is too little to judge by",
    REACHED: "the deadline is over, and the interval is at or beyond the goal",
    MISSED: "the deadline is over, and the interval is entirely on the wrong side of the goal",
    TOO_CLOSE: "the deadline is over, and the goal lies inside the interval",
    UNTOLD: "the data cannot give the metric, or the goal is not known",
}
"""Status -> what it means."""
WEEKS_A_MONTH = 365.25 / 12 / 7
OFFSET_WEEKS = 13


@dataclass(frozen=True)
class Pace:
    """A speed per month: per cent for times, else the metric's unit; with its interval where it was measured."""

    value: float
    low: float = math.nan
    high: float = math.nan
    weeks: int = 0


@dataclass(frozen=True)
class Judgement:
    """All that is known of a target. `begin`, `goal` and the levels are in the metric's unit; nan is unknown.

    `asked` is what the path (after the deadline: the goal) asks of the evaluation window `current`; `better` the side the target goes to.
    `series` has the complete weeks (period, value), `line` the path (period, value), `fan` what may come (period, low, middle, high).
    `needed` and `pace` are per month. `reason` says why a status is no more certain.
    """

    target: Target
    status: str = UNTOLD
    reason: str = ""
    better: str = ""
    begin: float = math.nan
    baseline: Level = field(default_factory=lambda: Level(math.nan))
    goal: float = math.nan
    current: Level = field(default_factory=lambda: Level(math.nan))
    asked: float = math.nan
    is_over: bool = False
    needed: Pace | None = None
    pace: Pace | None = None
    outlook: Outlook = field(default_factory=Outlook)
    smallest: Smallest | None = None
    balance: tuple[Counter, ...] = ()
    notes: tuple[str, ...] = ()
    series: pd.DataFrame = field(default_factory=pd.DataFrame)
    line: pd.DataFrame = field(default_factory=pd.DataFrame)
    fan: pd.DataFrame = field(default_factory=pd.DataFrame)
    path: Path | None = None
    currency: str = ""
    due: tuple[dt.date, dt.date] | None = None
    newest: dt.date | None = None
    is_relative: bool = False

    @property
    def is_missed(self) -> bool:
        """Missed for sure, so far or for good: the interval of the newest complete weeks lies entirely on the wrong side."""
        return self.status in (BEHIND, MISSED)

    @property
    def gap(self) -> float:
        """From where it is to the goal."""
        return self.goal - self.current.value

    @property
    def worsened(self) -> tuple[Counter, ...]:
        """The counter-metrics that got worse beyond noise."""
        return tuple(counter for counter in self.balance if counter.is_worse)

    @property
    def finding(self) -> str:
        """The one sentence: its state, where it is, where it should be."""
        return words.finding(self)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All there is to say, each sentence by itself."""
        return words.sentences(self)

    @property
    def text(self) -> str:
        return " ".join((self.finding, *self.sentences))


def judge(
    target: Target, data: Dataset, *, zone: str = "UTC", calendar: Calendar | None = None, as_of: dt.datetime | None = None, looks: int = 1
) -> Judgement:
    """Hold a target against the data. Never raises for a target these data cannot answer: the status is then "cannot be told" and says why.

    `zone` and `calendar` cut the weeks and count working hours; `as_of` is the instant one stands at (default: the newest in the data).
    `looks` is how many targets are judged side by side: the false alarms of all their counter-metrics together are held to 5 %.
    """
    scope = target.scope(zone, calendar, as_of)
    try:
        check_columns(scope, {c: t for table in MEASURED for c, t in data.columns(table).items()})
        weeks = weekly(target.metric, scope, data, target.base_weeks()[0])
        if weeks.reason or not weeks.known:
            return Judgement(target, reason=weeks.reason or "no complete week has a value")
        return _judged(target, weeks, data, looks)
    except KpiError as error:
        return Judgement(target, reason=f"{error.what.rstrip('.')}. {error.hint}".rstrip(". "))


def _judged(target: Target, weeks: Weeks, data: Dataset, looks: int) -> Judgement:
    metric = target.declared
    scale = Scale.fit(metric, weeks.values, *[np.array([v for v in (target.begin, target.goal) if v is not None])])
    first, last = target.base_weeks()
    baseline = level(weeks, first, last, scale, data, alone=True)
    begin = baseline.value if target.begin is None else target.begin
    shown = {"series": _frame(weeks), "currency": weeks.currency, "newest": weeks.newest + SIX_DAYS, "is_relative": scale.is_log}
    if math.isnan(begin):
        reason = f"there is nothing to start from: no week from {first} to {last + SIX_DAYS} has a value. Set the value to start from"
        return Judgement(target, reason=reason, baseline=baseline, **shown)  # type: ignore[arg-type]
    goal = target.change.of(begin) if target.change is not None else float(target.goal or 0.0)
    if (metric.low is not None and goal < metric.low) or (metric.high is not None and goal > metric.high):
        return Judgement(target, reason=f"the goal lies beyond what {metric.label} can be", begin=begin, baseline=baseline, **shown)  # type: ignore[arg-type]
    better = _side(target, begin, goal)
    is_held = target.change is None and (begin >= goal if better == "higher" else begin <= goal)
    points = ((target.start, goal if is_held else begin), *target.steps, (target.due, goal))
    path = Path(points, scale)
    due = target.due_weeks()
    is_over = weeks.newest >= due[1]
    end = min(weeks.newest, due[1])
    since = end - (target.weeks - 1) * WEEK
    current = level(weeks, since, end, scale, data)
    asked = goal if is_over else path.over(since, end)
    status, reason = _status(target, weeks, current, asked, better, since, is_over)
    ahead = max(0, (due[1] - weeks.newest).days // 7)
    seen = outlook(weeks.values, ahead, goal, better, target.weeks, scale, _offset(weeks, scale, data))
    mondays = _mondays(target.start, target.due)
    recent = weeks.scope.but(by="all", start=max(weeks.mondays[0], end - 12 * WEEK), end=end + SIX_DAYS)
    halves = _halves(weeks, scale, since, end, first, last)
    return Judgement(
        target,
        status,
        reason,
        better,
        begin,
        baseline,
        goal,
        current,
        asked,
        is_over,
        _needed(scale, current.value, goal, ahead),
        _pace(target, weeks, scale),
        seen,
        smallest(metric, recent, data, current, begin, goal, scale, better, halves),
        balance(target, weeks.scope, data, weeks.newest, looks),
        _notes(target, weeks, better, is_held, scale),
        line=pd.DataFrame({"period": [m.isoformat() for m in mondays], "value": path.at([m + MIDDLE for m in mondays])}),
        fan=_fan(seen, weeks.newest),
        path=path,
        due=(due[0], due[1] + SIX_DAYS),
        **shown,  # type: ignore[arg-type]
    )


def _side(target: Target, begin: float, goal: float) -> str:
    """Where a target goes: a change says it by its sign, a value by the metric's good side."""
    if target.change is not None:
        return "higher" if target.change.amount > 0 else "lower"
    better = target.declared.better
    return better if better != "neither" else "higher" if goal > begin else "lower"


def _status(target: Target, weeks: Weeks, current: Level, asked: float, better: str, since: dt.date, is_over: bool) -> tuple[str, str]:
    """The word, and why it is no more certain."""
    if math.isnan(current.value):
        return UNTOLD, f"no week from {current.first} to {current.last} has a value"
    unsure = TOO_CLOSE if is_over else TOO_EARLY
    if reason := _too_little(target, weeks, current, not is_over and since < target.start):
        return unsure, reason
    good, bad = (current.low >= asked, current.high < asked) if better == "higher" else (current.high <= asked, current.low > asked)
    sure = (REACHED, MISSED) if is_over else (ON_TRACK, BEHIND)
    return sure[0] if good else sure[1] if bad else unsure, ""


def _too_little(target: Target, weeks: Weeks, current: Level, is_young: bool) -> str:
    """What is lacking to judge at all; "" when nothing is."""
    if weeks.known < FEWEST:
        return f"there are {weeks.known} complete weeks, and {FEWEST} are needed to know how much weeks differ by themselves"
    if is_young:
        return f"the first {target.weeks} whole weeks since the start on {target.start} are not over yet"
    if current.weeks < target.weeks:
        return f"{target.weeks - current.weeks} of the last {target.weeks} weeks have no value"
    if math.isnan(current.low) or math.isnan(current.high):
        return "these weeks have too few rows for an interval"
    return ""


def _needed(scale: Scale, now: float, goal: float, ahead: int) -> Pace | None:
    """The pace that leads from the window's middle to the due window's middle."""
    if not ahead or math.isnan(now):
        return None
    return Pace(_a_month(float(scale.of(goal) - scale.of(now)) / ahead, scale))


def _pace(target: Target, weeks: Weeks, scale: Scale) -> Pace | None:
    """The trend since the start, by REML with first-order memory; None below 8 known weeks."""
    since = scale.of(weeks.values[weeks.between(target.start - DAY * target.start.weekday(), target.due)])
    known = int((~np.isnan(since)).sum())
    if known < FEWEST:
        return None
    fit = stats.gls_ar1(since, stats.trend_columns(len(since)))
    value, low, high = (_a_month(float(column[1]), scale) for column in (fit.coefficients, fit.low, fit.high))
    return Pace(value, low, high, known)


def _a_month(a_week: float, scale: Scale) -> float:
    return 100 * math.expm1(a_week * WEEKS_A_MONTH) if scale.is_log else a_week * WEEKS_A_MONTH


def _offset(weeks: Weeks, scale: Scale, data: Dataset) -> float:
    """How far a level made anew from all rows lies above the mean of its weeks, on the scale: means of skewed times differ by that."""
    if not is_pooled(form_of(weeks.metric.name, weeks.scope.ask)):
        return 0.0
    first = max(weeks.mondays[0], weeks.newest - (OFFSET_WEEKS - 1) * WEEK)
    known = scale.of(weeks.values[weeks.between(first, weeks.newest)])
    whole = level(weeks, first, weeks.newest, scale, data).value
    offset = float(scale.of(whole)) - float(np.nanmean(known)) if not np.isnan(known).all() else math.nan
    return 0.0 if math.isnan(offset) else offset


def _halves(weeks: Weeks, scale: Scale, since: dt.date, end: dt.date, first: dt.date, last: dt.date) -> tuple[float, float]:
    """Half widths, on the scale, of the weekly intervals of the window and of the baseline (of the window twice, where it has none)."""
    values = scale.of(weeks.values)
    now = half_width(values[: int(weeks.between(since, end).nonzero()[0][-1]) + 1], weeks.between(since, end))
    then = half_width(values, weeks.between(first, last), alone=True)
    return now, now if math.isnan(then) else then


def _notes(target: Target, weeks: Weeks, better: str, is_held: bool, scale: Scale) -> tuple[str, ...]:
    good = target.declared.better
    said = []
    if is_held:
        said.append("It was there already at the start: the aim is to hold it.")
    if good not in ("neither", better):
        said.append(f"This target asks for a worse value: {good} is better.")
    if scale.shift:
        said.append("Some weeks are at 0 s, so a minute is added to all before logarithms are taken.")
    if weeks.newest + SIX_DAYS < target.start:
        said.append(f"The data end before it starts, on {weeks.newest + SIX_DAYS}.")
    return tuple(said)


def _mondays(first: dt.date, last: dt.date) -> list[dt.date]:
    begin = first - DAY * first.weekday()
    return [begin + n * WEEK for n in range((last - begin).days // 7 + 1)]


def _frame(weeks: Weeks) -> pd.DataFrame:
    return pd.DataFrame({"period": [monday.isoformat() for monday in weeks.mondays], "value": weeks.values, "n": weeks.n})


def _fan(seen: Outlook, newest: dt.date) -> pd.DataFrame:
    if seen.fan is None:
        return pd.DataFrame({name: [] for name in ("period", "low", "middle", "high")})
    ahead: Any = [(newest + (n + 1) * WEEK).isoformat() for n in range(seen.fan.shape[1])]
    return pd.DataFrame({"period": ahead, "low": seen.fan[0], "middle": seen.fan[1], "high": seen.fan[2]})
