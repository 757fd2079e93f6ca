"""Cells of a table as a report writes them: what a reader sees, and the plain value behind it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from kpi.report.look import cell
from kpi.units import UNKNOWN


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_line(value: Any) -> bool:
    """Whether a cell is a small line: a list of numbers."""
    return isinstance(value, list) and all(one is None or is_number(one) for one in value)


def plain(frame: pd.DataFrame) -> list[list[Any]]:
    """The rows of a frame, every cell a text, a number, a truth, a list or None."""
    columns = [[cell(value) for value in frame.iloc[:, place]] for place in range(frame.shape[1])]
    return [list(row) for row in zip(*columns, strict=True)]


def said(value: Any) -> str:
    """A cell in words; what is not known is a dash, nothing stays nothing."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    return _day(str(value))


def _number(value: float) -> str:
    """With at most four decimals, as the app's own tables have it; what is not 0 is never said as 0."""
    said = f"{value:,.4f}".rstrip("0").rstrip(".")
    return said if value == 0 or said not in ("0", "-0") else f"{value:.2g}"


def _day(text: str) -> str:
    """An instant at midnight is a date."""
    if len(text) not in (16, 19) or text[10] != "T":
        return text
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{instant:%Y-%m-%d}" if instant.time() == dt.time() else f"{instant:%Y-%m-%d %H:%M}"
