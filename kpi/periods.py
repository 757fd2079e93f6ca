"""Dates by name: spans of complete days that end with the last day before the newest ticket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.measure import measure
from kpi.scope import Scope, floor_date

Dates = tuple[dt.date | None, dt.date | None]
EVERYTHING = "all"
PRESETS = {
    "7": "Last 7 days",
    "28": "Last 28 days",
    "91": "Last 13 weeks",
    "364": "Last 52 weeks",
    "month": "Last complete month",
    "quarter": "Last complete quarter",
    EVERYTHING: "All dates",
}
DAY = dt.timedelta(days=1)
USUAL_DAYS = 28
FEWEST, QUARTER = 30, 4
"""The last four weeks are taken where they and the four before hold at least 30 tickets and a quarter of the usual pace; else everything.

An export of what was created in spring and closed by winter ends in a thin tail that says little about support.
"""
Counted = Callable[[Scope], Mapping[str, Any]]
"""A scope with a comparison -> the row of `tickets_created` in it: `value`, `before`."""


def of(preset: str, newest: dt.date) -> Dates:
    """First and last date of a preset where the newest ticket is of a day; (None, None) is all dates. BadValue for a name that is none."""
    if preset not in PRESETS:
        raise BadValue(f"There are no dates called {preset!r}.", f"There are {', '.join(PRESETS)}.")
    if preset == EVERYTHING:
        return None, None
    last = newest - DAY
    if preset in ("month", "quarter"):
        after = floor_date(preset, last + DAY)  # the first day of the bucket that is not over yet
        return floor_date(preset, after - DAY), after - DAY
    return last - dt.timedelta(days=int(preset) - 1), last


def newest(data: Dataset, scope: Scope) -> dt.date:
    """The local date of the newest ticket; of the newest thing that happened, where tickets have no date."""
    last = local(data.newest, scope.zone)
    if "tickets.created_at" not in data.filled:
        return last
    try:
        days = measure(["tickets_created"], Scope(by="day", zone=scope.zone, calendar=scope.calendar), data, intervals=False).frame
    except BadValue:  # centuries of days
        return last
    some = days[days["value"] > 0]
    return dt.date.fromisoformat(some["period"].iloc[-1]) if len(some) else last


def recent(scope: Scope, data: Dataset, last: dt.date | None = None) -> Scope:
    """The scope over the 28 days before the day of the newest ticket; `last` is that day, where it is known already."""
    end = (last or newest(data, scope)) - DAY
    return scope.but(start=end - (USUAL_DAYS - 1) * DAY, end=end)


def usual(scope: Scope, data: Dataset, last: dt.date | None = None, counted: Counted | None = None) -> Scope:
    """The scope; without dates that of a first visit: the last 28 complete days, or everything where those are too thin.

    `last` is the day of the newest ticket and `counted` counts tickets, where somebody has them already.
    """
    if scope.start or scope.end:
        return scope
    found = recent(scope, data, last)
    row = (counted or (lambda asked: measure(["tickets_created"], asked, data, intervals=False).records()[0]))(
        found.but(where=(), params=(), compare="previous")
    )
    low, high = (local(instant, scope.zone) for instant in (data.first, data.newest))
    pace = data.rows["tickets"] / ((high - low).days + 1) * USUAL_DAYS
    return found if min(row["value"] or 0, row["before"] or 0) >= max(FEWEST, pace / QUARTER) else scope


def local(instant: dt.datetime, zone: str) -> dt.date:
    """The date of a UTC instant in a zone."""
    return instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
