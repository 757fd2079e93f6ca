"""What a metric takes from one ticket: the stretches that count, their sum, and what decides, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi import units
from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.forms import Duration, Mean, Nps, Share, Spread, Total
from kpi.measure.compile import form_of
from kpi.measure.rows import judged
from kpi.metric import Ask, Metric
from kpi.scope import Scope
from kpi.timeline.events import of_story, stretches
from kpi.timeline.open_hours import Interval, inside, open_hours
from kpi.timeline.story import Story, instants, read, seconds
from kpi.timeline.told import STATUS_WORDS, TALES, Tale

SPANS = ("started_at", "ended_at", "seconds", "business_seconds", "counted_seconds", "is_counted", "words")
_DIGITS = 1e-6
"""Instants are whole microseconds: two sums of the same stretches differ by less."""
MOST_SAID = 3
"""More waits than this are summed in the sentence; the table has them all."""
STILL = "since the creation, and still running"
ELSEWHERE = "it counts, but not in the dates and filters asked for"


@dataclass(frozen=True)
class Counted:
    """What one metric takes from one ticket.

    `spans` are the stretches it looks at: started_at and ended_at (UTC; null where nobody can place them), seconds by the calendar,
    business_seconds inside working hours (null without a calendar), counted_seconds by the scope's clock (0 where not counted), is_counted
    and why. `pieces` are the same cut at the edges of working hours, for drawing; the seconds of its counted ones are the counted seconds.
    `values` is what `kpi.rows` gives for the ticket, one per row of it (a reply, an answer, a review); empty where it does not count.
    `is_in_scope` is false where it counts, but outside the dates and filters of the scope. `text` is all of it in one sentence.
    """

    metric: Metric
    ticket_id: str
    clock: str
    spans: pd.DataFrame
    pieces: pd.DataFrame
    hours: tuple[Interval, ...]
    values: tuple[float, ...]
    is_in_scope: bool
    why: str
    text: str
    story: Story
    limit_at: dt.datetime | None = None

    @property
    def events(self) -> pd.DataFrame:
        """What happened to the ticket, as `kpi.timeline.events` lists it."""
        return of_story(self.story)

    @property
    def statuses(self) -> pd.DataFrame:
        """Its stretches in a status, as `kpi.timeline.statuses` lists them."""
        return stretches(self.story)

    @property
    def value(self) -> float | None:
        """The ticket's share of the number: the one value, the sum of several waits, the mean of several scores; None where it has none."""
        if not self.values:
            return None
        return float(sum(self.values) if self.metric.unit == "s" else np.mean(self.values))

    @property
    def is_hit(self) -> bool | None:
        """For a share: whether the ticket is among those counted in its numerator. None where that is no question."""
        return bool(self.values[0]) if self.values and self.metric.unit == "%" and set(self.values) <= {0.0, 1.0} else None


def counted(data: Dataset, ticket_id: str, metric: str, scope: Scope, story: Story | None = None) -> Counted:
    """What `metric` takes from a ticket under the clock, parameters and dates of `scope`.

    The counted seconds add up to the very value of `kpi.rows`. UnknownName for a ticket or a metric that does not exist, BadValue where the
    data cannot give the metric. `story` is the ticket already read under this scope (`kpi.timeline.read`), where several metrics are told of it.
    """
    data.seen.check_rows()
    declared, tale = find(metric), TALES[metric]
    story = story or read(data, ticket_id, scope)
    rows, is_in_scope = _judged(data, ticket_id, metric, scope)
    values = tuple(float(row["value"]) for row in rows if row["reason"] is None)
    why = next((str(row["_why"]) for row in rows if row["reason"] is not None), "") if not values else ""
    is_time = isinstance(form_of(metric, scope.ask), Duration | Spread)
    business = scope.clock == "business" and "clock" in declared.params
    looked_at = _stretches(tale, story, scope.ask, counts=bool(values))
    hours = _hours(story, looked_at) if business else []
    spans, pieces = _spans(looked_at, story, hours, business)
    if is_time and values and not abs(spans["counted_seconds"].sum() - sum(values)) < _DIGITS:
        spans, pieces = _as_stated(values, business)
    text = _text(declared, tale, story, scope, values, spans, is_in_scope, why)
    return Counted(
        metric=declared,
        ticket_id=ticket_id,
        clock="business" if business else "calendar",
        spans=spans,
        pieces=pieces,
        hours=tuple(hours),
        values=values,
        is_in_scope=is_in_scope,
        why=why,
        text=text,
        story=story,
        limit_at=_limit_at(tale, story, scope, business),
    )


def _judged(data: Dataset, ticket_id: str, metric: str, scope: Scope) -> tuple[list[dict[str, Any]], bool]:
    """The metric's rows of this ticket with value, reason and why; and whether they lie inside the scope's dates and filters."""
    for asked, is_in_scope in ((scope, True), (scope.but(start=None, end=None, where=(), compare=None), False)):
        found = judged(metric, asked, data)
        if "ticket_id" not in data.columns(found.table):
            return [], True
        cursor = data.con.cursor()
        cursor.execute(f"SET schema = '{found.schema}'")
        order = "ORDER BY ordinal" if found.table == "replies" else ""
        sql = f"SELECT value, reason, _why FROM ({found.text}) WHERE ticket_id = $ticket {order}"
        rows = [dict(zip(("value", "reason", "_why"), row, strict=True)) for row in cursor.execute(sql, {"ticket": ticket_id}).fetchall()]
        if rows:
            return rows, is_in_scope
    return [], True


@dataclass(frozen=True)
class _Stretch:
    start: dt.datetime | None
    end: dt.datetime | None
    is_counted: bool
    words: str
    seconds: float | None = None


def _stretches(tale: Tale, t: Story, ask: Ask, counts: bool) -> list[_Stretch]:
    """The stretches of the ticket that a metric looks at. `counts` is false where the ticket has no value: then none counts."""
    start = t.facts.get(tale.start) if tale.start else None
    if tale.waits:
        return [_Stretch(w["wait_started_at"], w["replied_at"], counts, f"wait {w['ordinal']}: {tale.says}") for w in t.waits]
    if tale.statuses or tale.without:
        return _in_statuses(tale, t, counts)
    if tale.stated:
        known = t.facts[tale.stated]
        if known is None:
            return []
        end = start + dt.timedelta(seconds=known) if start else None
        return [_Stretch(start, end, counts, tale.says, float(known))]
    end = t.facts.get(tale.end) if tale.end else None
    if tale.end == "solved_at" and not t.facts["is_solved"]:
        end = None  # solved once, but open again: the clock runs on
    if start is None or (end is None and not tale.runs) or (end is not None and end < start):
        return []
    return [_Stretch(start, end or t.as_of, counts, tale.says if end or not tale.end else STILL)]


def _in_statuses(tale: Tale, t: Story, counts: bool) -> list[_Stretch]:
    found = []
    until = t.facts[tale.end] if tale.end else None
    for row in t.statuses:
        start, end, status = row["started_at"], row["ended_at"], row["status"]
        if tale.without:
            if until is None or start >= until:
                continue
            is_counted = status not in tale.without
        else:
            if end is None and status not in tale.statuses:
                continue  # it has not ended, and would not count if it had
            is_counted = status in tale.statuses and end is not None
            if not is_counted and t.facts["is_solved"] and t.facts["solved_at"] and start >= t.facts["solved_at"]:
                continue  # it is over
        words = STATUS_WORDS.get(status or "", str(status))
        lasts = f"{words}, and it has not ended" if end is None else words
        found.append(_Stretch(start, end or t.as_of, counts and is_counted, lasts))
    return found


def _hours(t: Story, looked_at: Iterable[_Stretch]) -> list[Interval]:
    """The working hours over everything that is drawn of the ticket."""
    edges = [edge for s in looked_at for edge in (s.start, s.end) if edge] + [t.facts["created_at"]]
    known = [edge for edge in edges if edge]
    if t.calendar is None or not known:
        return []
    return open_hours(t.calendar, min(known), max(known), t.schedules)


def _spans(looked_at: list[_Stretch], t: Story, hours: list[Interval], business: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, pieces = [], []
    for s in looked_at:
        lasts = s.seconds if s.seconds is not None else seconds(s.start, s.end)
        worked = _worked(t, hours, s) if business else np.nan
        counts = (worked if business else lasts) if s.is_counted else 0.0
        rows.append((s.start, s.end, lasts, worked, counts, s.is_counted, s.words))
        if s.start is None or s.end is None:
            continue
        if not (business and s.is_counted):
            pieces.append((s.start, s.end, lasts, s.is_counted, s.words))
            continue
        at = s.start
        for opens, closes in inside(hours, s.start, s.end):
            if opens > at:
                pieces.append((at, opens, seconds(at, opens), False, "outside working hours"))
            pieces.append((opens, closes, seconds(opens, closes), True, s.words))
            at = closes
        if s.end > at:
            pieces.append((at, s.end, seconds(at, s.end), False, "outside working hours"))
    return _frame(rows, SPANS), _frame(pieces, ("started_at", "ended_at", "seconds", "is_counted", "words"))


def _worked(t: Story, hours: list[Interval], s: _Stretch) -> float:
    if t.calendar is None or s.start is None or s.end is None:
        return np.nan
    micros = sum((closes - opens) // dt.timedelta(microseconds=1) for opens, closes in inside(hours, s.start, s.end))
    return micros / 1e6


def _as_stated(values: tuple[float, ...], business: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Seconds an export states without the events behind them: nobody can say when they passed."""
    words = "as the export states it; the events behind it are not in the data"
    rows = [(None, None, np.nan if business else value, value if business else np.nan, value, True, words) for value in values]
    return _frame(rows, SPANS), _frame([], ("started_at", "ended_at", "seconds", "is_counted", "words"))


def _frame(rows: list[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns))
    for column in ("started_at", "ended_at"):
        frame[column] = instants(frame[column])
    return frame


def _limit_at(tale: Tale, t: Story, scope: Scope, business: bool) -> dt.datetime | None:
    """Where the clock would be late."""
    if tale.due:
        due: dt.datetime | None = t.facts[tale.due]
        return due
    start = t.facts.get(tale.start) if tale.start else None
    if not tale.limit or start is None:
        return None
    limit = scope.ask.seconds(tale.limit)
    if business and t.calendar is not None:
        due_at = t.calendar.due_at(np.array([start], dtype="datetime64[us]"), np.array([limit]))[0]
        return None if np.isnat(due_at) else dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(due_at.view(np.int64)))
    late: dt.datetime = start + dt.timedelta(seconds=limit)
    return late


def _text(
    metric: Metric, tale: Tale, t: Story, scope: Scope, values: tuple[float, ...], spans: pd.DataFrame, is_in_scope: bool, why: str
) -> str:
    """ "1 h 42 min: from the creation to the first public human reply." "Yes: closed, last solved …; 1 public agent reply." """
    if tale.about:
        return f"{metric.label} counts {tale.about}."
    decided = tale.decides(t, scope.ask) if tale.decides else ""
    if not values:
        because = decided if why in ("", "another kind of survey") else why
        more = f" ({decided})" if decided and because not in decided else ""
        return f"Does not count: {because or 'nothing of this ticket belongs to it'}{more}."
    said = f"{_value(metric, scope, values)}: {'; '.join(part for part in (_stretch(metric, tale, scope, spans), decided) if part)}"
    return f"{said}{'' if is_in_scope else f'; {ELSEWHERE}'}."


def _value(metric: Metric, scope: Scope, values: tuple[float, ...]) -> str:
    form = form_of(metric.name, scope.ask)
    days = not (scope.clock == "business" and "clock" in metric.params)
    if isinstance(form, Share):
        return "Yes" if values[0] else "No"
    if isinstance(form, Nps):
        return "Promoter" if values[0] >= 9 else "Detractor" if values[0] <= 6 else "Passive"
    if isinstance(form, Duration | Spread):
        each = ", ".join(units.say(value, "s", days=days) for value in values)
        return each if len(values) <= MOST_SAID else f"{units.say(sum(values), 's', days=days)} in all"
    if isinstance(form, Mean):
        return units.say(float(np.mean(values)), "count" if metric.unit == "ratio" else metric.unit)
    return f"Counts as {units.say(sum(values), 'count')}" if isinstance(form, Total) else "Counts"


def _stretch(metric: Metric, tale: Tale, scope: Scope, spans: pd.DataFrame) -> str:
    if not tale.says:
        return ""
    is_hours = scope.clock == "business" and "clock" in metric.params
    clock = ", working hours only" if is_hours else ""
    if isinstance(form_of(metric.name, scope.ask), Share):
        if spans.empty:
            return ""
        return f"{units.say(spans['counted_seconds'].sum(), 's', days=not is_hours)} {spans['words'].iloc[0]}{clock}"
    return f"{tale.says}{clock}"
