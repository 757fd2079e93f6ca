"""Columns and their values as a person says them."""

from __future__ import annotations

from kpi.measure.words import in_a_line
from kpi.scope import NONE

_WORDS = {"sla": "SLA", "csat": "CSAT", "nps": "NPS", "id": "ID", "url": "URL"}
_NAMED = {"created_weekday": "Weekday of creation", "created_hour": "Hour of creation"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OTHER = "small groups together"
LONGEST = 60


def named(column: str) -> str:
    """ "Product area" for product_area."""
    said = _NAMED.get(column) or " ".join(_WORDS.get(word, word) for word in column.replace("_", " ").split())
    return said[:1].upper() + said[1:]


def level_said(column: str, level: str | None) -> str:
    """A value of a column in words, in one line and short; None is the small groups pooled, "(none)" is not known."""
    if level is None:
        return OTHER
    if level == NONE:
        return "not known"
    if column == "created_weekday" and level in "1234567":
        return _WEEKDAYS[int(level) - 1]
    if column == "created_hour" and level.isascii() and level.isdigit():
        return f"{int(level):02}:00–{int(level):02}:59"
    text = in_a_line(level) or "empty text"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
