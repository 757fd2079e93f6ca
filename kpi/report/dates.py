"""Dates as a sentence says them."""

from __future__ import annotations

import datetime as dt


def said(start: dt.date | None, end: dt.date | None, but_year: int | None = None) -> str:
    """ "3–30 Oct 2026", "12 Oct – 8 Nov 2026", "from 3 Oct 2026": month and year are said once where they are the same.

    A year that the reader has just been told (`but_year`) is left out.
    """
    if start is None or end is None:
        return f"from {one(start)}" if start else f"to {one(end)}" if end else "all dates"
    last = f"{end.day} {end:%b}" if start.year == end.year == but_year else one(end)
    if start == end:
        return last
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{last}"
    return f"{start.day} {start:%b}{'' if start.year == end.year else f' {start.year}'} – {last}"


def one(day: dt.date) -> str:
    """ "3 Oct 2026"."""
    return f"{day.day} {day:%b} {day.year}"
