"""Staffed hours of each weekday and hour: from the agents' paid time where it is known, else the open hours of the working calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from kpi.engine import Dataset
from kpi.measure.compile import lacking, values_of
from kpi.scope import Scope
from kpi.workload.clock import WEEK_HOURS, Numbers, Pieces

LONGEST = 24 * 3_600.0
"""An interval longer than a day is a sum over days: its hours are not known."""
MIDNIGHT = 0.9
"""With more than this share of intervals beginning at 00:00:00, the times are dates."""
AGENTS, CALENDAR = "agents", "calendar"


@dataclass(frozen=True)
class Staff:
    """`kind` is "agents" (paid hours of people), "calendar" (hours the desk is open) or "" (not known, for `reason`); `hours` are those of the 168."""

    kind: str
    hours: Numbers = field(default_factory=lambda: np.zeros(WEEK_HOURS))
    reason: str = ""

    @property
    def unit_said(self) -> str:
        return {AGENTS: "per staffed hour", CALENDAR: "per open hour"}.get(self.kind, "")

    @property
    def text(self) -> str:
        """Where the hours come from, in a sentence."""
        if self.kind == AGENTS:
            return "Staffed hours are the agents' paid time, laid out without a break from the start of each interval."
        if self.kind == CALENDAR:
            return f"{self.reason} Open hours of the working calendar are taken instead: they say when the desk is open, not how many people are there."
        return self.reason


def staffed(scope: Scope, data: Dataset, week: Pieces) -> Staff:
    """The staffed hours of a stretch cut into pieces."""
    reason = "When agents worked is not known."
    if {"agent_time.started_at", "agent_time.paid_seconds"} <= data.filled:
        foreign = lacking(data.columns("agent_time"), scope.but(split=()))
        found = None if foreign else _agents(scope, data, week)
        if found is not None and found.sum() > 0:
            return Staff(AGENTS, found)
        reason = (
            f"The agents' time is not known by {' and '.join(name.replace('_', ' ') for name in foreign)}."
            if foreign
            else "The agents' time is known by day, not by hour."
            if found is not None or _has_some(data)
            else reason
        )
    if scope.calendar is not None and len(week.label):
        edges = (week.edges * 1e6).astype("int64").view("datetime64[us]")
        opened = scope.calendar.schedule().seconds_between(edges[:-1], edges[1:])
        return Staff(CALENDAR, week.by_label(np.nan_to_num(opened) / 3_600), reason)
    return Staff("", reason=f"{reason} It needs a table of agent time, or working hours (Data & quality says how).")


def _has_some(data: Dataset) -> bool:
    return data.rows.get("agent_time", 0) > 0


def _agents(scope: Scope, data: Dataset, week: Pieces) -> Numbers | None:
    """Paid hours by hour of the week; None where intervals are dates or longer than a day."""
    if not len(week.label):
        return None
    begin, end = week.edges[0], week.edges[-1]
    where = values_of(scope, data.first, scope.as_of or data.newest)["where"]
    low, high = (f"TIMESTAMP '{_instant(at):%Y-%m-%d %H:%M:%S.%f}'" for at in (begin - LONGEST, end))
    found = data.query(
        f"""SELECT epoch_us(started_at) / 1e6 AS began, paid_seconds AS paid, count(*) AS n FROM agent_time
        WHERE {where} AND started_at >= {low} AND started_at < {high} AND paid_seconds > 0 GROUP BY ALL""",
        data.stand(scope.as_of, scope.calendar),
    )
    if found.empty:
        return np.zeros(WEEK_HOURS)
    began, paid, many = (found[c].to_numpy(float) for c in ("began", "paid", "n"))
    offset = _ahead(week, began)
    at_midnight = many[((began + offset) % 86_400 == 0) | (began % 86_400 == 0)].sum() / many.sum()
    if at_midnight > MIDNIGHT or (paid > LONGEST).mean() > 0.01:
        return None
    done = _worked_until(week.edges - begin, began - begin, many) - _worked_until(week.edges - begin, began + paid - begin, many)
    return week.by_label(np.diff(done) / 3_600)


def _worked_until(edges: Numbers, starts: Numbers, many: Numbers) -> Numbers:
    """At each edge, the sum over all starts before it of the time since: n × (edge − start)."""
    order = np.argsort(starts)
    starts, many = starts[order], many[order]
    counts, sums = np.concatenate([[0.0], np.cumsum(many)]), np.concatenate([[0.0], np.cumsum(many * starts)])
    before = np.searchsorted(starts, edges, side="right")
    return np.asarray(edges * counts[before] - sums[before], dtype=np.float64)


def _ahead(week: Pieces, instants: Numbers) -> Numbers:
    """How far the wall clock is ahead of UTC at some instants, seconds modulo a day."""
    place = np.clip(np.searchsorted(week.edges, instants, side="right") - 1, 0, len(week.label) - 1)
    # A piece that begins on the full hour of the wall clock says the offset; a day is all that matters here.
    begins = np.where(place == 0, week.edges[1] - 3_600 if len(week.label) > 1 else week.edges[0], week.edges[place])
    return np.asarray((week.label[place] % 24) * 3_600 - begins % 86_400, dtype=np.float64)


def _instant(seconds: float) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=float(seconds))
