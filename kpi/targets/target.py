"""A target: which number, where, from what, to what, by when, and who looks after it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from kpi import units
from kpi.catalogue import find
from kpi.errors import BadValue, KpiError
from kpi.forms import Duration, Spread
from kpi.hours import Calendar
from kpi.measure.compile import form_of
from kpi.measure.words import SPOKEN, in_a_line
from kpi.metric import Metric
from kpi.scope import Scope, floor_date
from kpi.targets import amounts
from kpi.targets.amounts import Change

WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)
USUAL_WEEKS, FEWEST_WEEKS, MOST_WEEKS = 4, 2, 13
"""The evaluation window: the mean of the last 4 weeks, never of one."""
USUAL_BASELINE = "13 weeks"
LONGEST_DAYS = 3_660
LONGEST_TEXT = 500
Made = TypeVar("Made")


@dataclass(frozen=True)
class Target:
    """`metric` over the rows of `where`, by `statistic`, `clock` and `params` (None: the metric's own), from `begin` or the mean of `baseline`
    to `goal` or by `change`, from `start` to `deadline`.

    Values are in the metric's unit (seconds, per cent …). `deadline` is a date or a span after the start ("10 months"), `baseline` a span
    before the start ("13 weeks") or "2025-10-01 to 2025-12-31". `steps` are values to be at by a date on the way. `counters` are metrics
    that must not get worse meanwhile; none: the usual ones (`kpi.targets.counters`). `weeks` is the evaluation window.
    """

    metric: str
    start: dt.date
    deadline: str
    goal: float | None = None
    change: Change | None = None
    name: str = ""
    begin: float | None = None
    baseline: str = USUAL_BASELINE
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    statistic: str | None = None
    clock: str = "calendar"
    params: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[dt.date, float], ...] = ()
    owner: str = ""
    note: str = ""
    counters: tuple[str, ...] = ()
    weeks: int = USUAL_WEEKS

    @property
    def declared(self) -> Metric:
        return find(self.metric)

    @property
    def due(self) -> dt.date:
        """The deadline as a date."""
        return amounts.after(self.start, self.deadline)

    @property
    def has_days(self) -> bool:
        """Whether a day of its durations is 24 hours: not so of working hours."""
        return not (self.clock == "business" and "clock" in self.declared.params)

    def window(self) -> tuple[dt.date, dt.date]:
        """First and last date of the baseline; both included."""
        first, _, last = self.baseline.partition(" to ")
        if last:
            return amounts.day(first), amounts.day(last)
        end = self.start - DAY
        span = amounts.after(dt.date(2000, 1, 1), self.baseline) - dt.date(2000, 1, 1)
        return end - span + DAY, end

    def base_weeks(self) -> tuple[dt.date, dt.date]:
        """Mondays of the first and the last whole week of the baseline; "13 weeks" are the last 13 whole ones before the start."""
        first, last = self.window()
        end = floor_date("week", last + DAY) - WEEK
        count, _, what = self.baseline.strip().partition(" ")
        if what.strip() in ("week", "weeks"):
            return end - (int(count) - 1) * WEEK, end
        begin = first + DAY * (-first.weekday() % 7)
        return begin, max(end, begin)

    def due_weeks(self) -> tuple[dt.date, dt.date]:
        """Mondays of the first and the last whole week of the evaluation window that ends with the deadline."""
        last = floor_date("week", self.due + DAY) - WEEK
        return last - (self.weeks - 1) * WEEK, last

    def scope(self, zone: str = "UTC", calendar: Calendar | None = None, as_of: dt.datetime | None = None) -> Scope:
        """Its rows, week by week, over all dates."""
        return Scope("week", where=dict(self.where), zone=zone, calendar=calendar, clock=self.clock, statistic=self.statistic,
                     as_of=as_of, params=dict(self.params))  # fmt: skip

    def fits(self, metric: str, scope: Scope) -> bool:
        """Whether a scope counts the same: the metric over the same rows, by the same statistic, clock and thresholds."""
        own = self.scope(scope.zone, scope.calendar)
        same_clock = "clock" not in self.declared.params or own.clock == scope.clock
        return (
            metric == self.metric and own.where == scope.where and own.params == scope.params and same_clock
            and _statistic(metric, own) == _statistic(metric, scope)
        )  # fmt: skip

    def label(self) -> str:
        """ "Full resolution, mean, working hours, team: Billing"."""
        metric, scope = self.declared, self.scope()
        spoken = SPOKEN.get(_statistic(self.metric, scope), "")
        clock = "working hours" if not self.has_days else ""
        rows = [f"{column.replace('_', ' ')}: {' or '.join(in_a_line(v) for v in values)}" for column, values in self.where]
        params = [f"{key.replace('_', ' ')} {in_a_line(value)}" for key, value in self.params]
        return ", ".join(part for part in (metric.label, spoken, clock, *params, *rows) if part)

    def title(self) -> str:
        """Its name, or what it is about where it has none."""
        return self.name or f"{self.label()} {self.aim()}"

    def aim(self) -> str:
        """ "-5.0 %", "to 90 %"."""
        if self.change is not None:
            return self.change.said(self.declared.unit)
        return f"to {units.say(self.goal, self.declared.unit, days=self.has_days)}"

    @property
    def key(self) -> str:
        """What names it in a file and in an address."""
        return " ".join(self.title().split()).casefold()


def _statistic(metric: str, scope: Scope) -> str:
    form = form_of(metric, scope.ask)
    return str(scope.ask.statistic or form.statistic) if isinstance(form, Duration | Spread) else ""


def check(target: Target) -> Target:
    """The target itself; BadValue or UnknownName, naming the key, for one that makes no sense."""
    _of("where, statistic, clock or params", target.scope)
    if (target.goal is None) == (target.change is None):
        raise BadValue("It needs either to or change.", 'Write to = "14h" or change = "-5 %".')
    if not FEWEST_WEEKS <= target.weeks <= MOST_WEEKS:
        raise BadValue(f"weeks cannot be {target.weeks}.", f"It may be {FEWEST_WEEKS} to {MOST_WEEKS}: a single week says too little.")
    for key in ("name", "owner", "note"):
        if len(getattr(target, key)) > LONGEST_TEXT:
            raise BadValue(f"{key} is longer than {LONGEST_TEXT} characters.", "Say it shorter.")
    _check_dates(target)
    _check_values(target)
    for counter in target.counters:
        _of("counter", partial(find, counter))
        if counter == target.metric:
            raise BadValue("counter: it is the metric itself.", "Name what must not get worse meanwhile.")
    return target


def _check_dates(target: Target) -> None:
    due, (first, last) = _of("deadline", lambda: target.due), _of("baseline", target.window)
    if due < target.start + (target.weeks + 1) * WEEK:
        raise BadValue(f"deadline: {due} leaves no time after {target.start}.", f"Give it more than {target.weeks} weeks.")
    if (due - target.start).days > LONGEST_DAYS:
        raise BadValue(f"deadline: {due} is more than ten years away.", "Choose a nearer one.")
    if first + 2 * WEEK > last + DAY or last >= target.start:
        raise BadValue(f"baseline: {target.baseline!r} is no window of two weeks or more before the start.", 'Write "13 weeks".')
    for step, _ in target.steps:
        if not target.start < step < due:
            raise BadValue(f"steps: {step} is not between the start and the deadline.", "Choose a date on the way.")
    if [step for step, _ in target.steps] != sorted({step for step, _ in target.steps}):
        raise BadValue("steps: the dates are not in order, or one is there twice.", "Sort them.")


def _check_values(target: Target) -> None:
    metric, change = target.declared, target.change
    values = {"from": target.begin, "to": target.goal, **{f"steps, {step}": value for step, value in target.steps}}
    if change is not None and target.begin is not None:
        values["change"] = change.of(target.begin)
    for key, value in values.items():
        if value is not None and not _end(metric.low, -math.inf) <= value <= _end(metric.high, math.inf):
            raise BadValue(f"{key}: {units.say(value, metric.unit)} is beyond what {metric.label} can be.", "Choose a value it can reach.")
    if change is not None and change.kind == "relative" and not -100 < change.amount <= 1000:
        raise BadValue(f"change: {change.text(metric.unit)} cannot be.", "It lies above -100 % and up to +1000 %.")


def _end(limit: float | None, without: float) -> float:
    return without if limit is None else limit


def _of(key: str, make: Callable[[], Made]) -> Made:
    """What `make` makes; what it raises is told with the key it is of."""
    try:
        return make()
    except KpiError as error:
        raise type(error)(f"{key}: {error.what}", error.hint) from None
