"""Dates by name: spans of complete days that end with the last day before the newest ticket."""

from __future__ import annotations

import datetime as dt
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


def local(instant: dt.datetime, zone: str) -> dt.date:
    """The date of a UTC instant in a zone."""
    return instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
