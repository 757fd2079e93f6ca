"""Periods everybody knows to be unlike others: those with holidays. They are drawn, and not judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from kpi.hours import Calendar

DAYS = {"day": 1, "week": 7}
MANY = 2
"""A week with so many holidays in one schedule (or around the turn of the year) is set apart; one holiday is part of the usual up and down."""


def holidays(calendar: Calendar | None, periods: Iterable[str], by: str) -> dict[str, str]:
    """Period (ISO date) -> why it is set apart, for days and weeks. Longer periods all have holidays.

    A day is set apart when it is a holiday of some schedule, a week with two or more weekday holidays in one schedule. The days from Christmas Eve
    to New Year count as holidays everywhere, calendar or none.
    """
    if by not in DAYS:
        return {}
    schedules = calendar.schedules if calendar else ()
    out = {}
    for period in dict.fromkeys(periods):
        first = dt.date.fromisoformat(period)
        days = [first + dt.timedelta(days=n) for n in range(DAYS[by])]
        turn = [day for day in days if (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)]
        free = max(([day for day in days if schedule.is_holiday(day)] for schedule in schedules), key=len, default=[])
        named = sorted({*turn, *free})
        weekdays = [day for day in named if day.weekday() < 5]
        if named and (by == "day" or len(weekdays) >= MANY):
            out[period] = "holidays" if by == "week" else "holiday"
    return out
