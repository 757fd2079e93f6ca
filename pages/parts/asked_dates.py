"""Dates: presets that end with the last complete day before the newest ticket, and dates as a sentence says them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from kpi import Scope, periods
from kpi.report.dates import one, said
from kpi.scope import floor_date
from pages.parts.measured import measured
from pages.parts.mine import Mine

__all__ = ["PRESETS", "first", "newest", "of", "one", "past", "preset_of", "reach", "said"]

OWN, FIRST = "own", "28"
PRESETS = {**periods.PRESETS, OWN: "Other dates"}
DAY = dt.timedelta(days=1)


def of(preset: str, mine: Mine, zone: str) -> periods.Dates:
    """First and last date of a preset, complete days only; (None, None) is all dates, and also what other dates start from."""
    return (None, None) if preset == OWN else periods.of(preset, newest(mine, zone))


def preset_of(scope: Scope, mine: Mine, liked: str | None = None) -> str:
    """The preset whose dates a scope has; the one the visitor chose, where several have the same."""
    same = [code for code in PRESETS if code != OWN and of(code, mine, scope.zone) == (scope.start, scope.end)]
    return liked if liked in same else same[0] if same else OWN


def first(mine: Mine, everything: Scope) -> Scope:
    """What a visitor sees who asked for nothing: the last 28 days against the 28 before, or everything where those are too thin."""

    def counted(scope: Scope) -> dict[str, Any]:
        (row,) = measured(mine, ["tickets_created"], scope, intervals=False, is_shown=False).records()
        return row

    found = periods.usual(everything, mine.dataset, newest(mine, everything.zone), counted)
    return found if found == everything else found.but(compare="previous")


def reach(mine: Mine, zone: str) -> tuple[dt.date, dt.date]:
    """The first and the last local date that anything happened on."""
    return periods.local(mine.dataset.first, zone), periods.local(mine.dataset.newest, zone)


@st.cache_resource(max_entries=200, show_spinner=False)
def _newest(fingerprint: str, zone: str, _mine: Mine) -> dt.date:
    return periods.newest(_mine.dataset, Scope(zone=zone, calendar=_mine.calendar))


def newest(mine: Mine, zone: str) -> dt.date:
    """The local date of the newest ticket; of the newest thing that happened, where tickets have no date."""
    return _newest(mine.dataset.fingerprint, zone, mine)


def past(scope: Scope, mine: Mine, periods: int = 13) -> Scope:
    """The scope of a sparkline: the last complete periods that end where the scope ends, in its own grain or one that fits its length."""
    low, high = reach(mine, scope.zone)
    start, end = scope.start or low, min(scope.end or high, high)
    days = (end - start).days + 1
    by = scope.by if scope.by != "all" else next(by for by, most in _GRAINS if days <= most)
    after = floor_date(by, end + DAY)
    begin = after
    for _ in range(periods):
        begin = floor_date(by, begin - DAY)
    whole = low if low == floor_date(by, low) else _next(by, low)
    begin = max(begin, whole)
    if begin >= after:  # not one complete period: nothing is drawn, but the scope must be possible
        begin = floor_date(by, after - DAY)
    return scope.but(by=by, start=begin, end=after - DAY, compare=None, split=())


_GRAINS = (("day", 14), ("week", 100), ("month", 800), ("quarter", 3000), ("year", 10**6))


def _next(by: str, day: dt.date) -> dt.date:
    """The first day of the bucket after the one a day is in: no bucket is longer than 366 days."""
    begin = floor_date(by, day)
    return next(floor_date(by, begin + n * DAY) for n in range(1, 367) if floor_date(by, begin + n * DAY) > begin)
