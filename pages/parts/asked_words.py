"""Columns in words: a person reads "Product area" and "solved time", never product_area and solved_at."""

from __future__ import annotations

from collections.abc import Iterable

from kpi.measure.words import with_words

_WRITTEN = {"sla": "SLA", "csat": "CSAT", "nps": "NPS", "ces": "CES", "url": "URL", "id": "ID", "aht": "AHT"}
_LABELS = {"created_weekday": "Created on", "created_hour": "Created at"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENDINGS = {"_at": " time", "_seconds": " time"}


def label(column: str) -> str:
    """A column one can filter or split by, as the name of a control: "Product area"."""
    said = _LABELS.get(column) or _spaced(column)
    return said[:1].upper() + said[1:]


def spoken(column: str, value: str) -> str:
    """A value of a column as a person says it: weekday 1 is Monday, hour 9 is 09:00–09:59; all others as the data have it."""
    if column == "created_weekday" and value in list("1234567"):
        return _WEEKDAYS[int(value) - 1]
    if column == "created_hour" and value.isascii() and value.isdigit() and len(value) < 3:
        return f"{int(value):02}:00–{int(value):02}:59"
    return value


def needed(columns: Iterable[str]) -> str:
    """What a metric lacks, of canonical columns: "solved time", "CSAT answers", "sent time of messages and changes of status"."""
    words = list(dict.fromkeys(_needed(column) for column in columns))
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _needed(name: str) -> str:
    table, _, column = name.partition(".")
    said = with_words(name)
    if not said.startswith(name):  # kinds of rows: answers of a survey, changes of a field
        return " ".join(_WRITTEN.get(word, word) for word in said.replace("_", " ").split())
    ending = next((ending for ending in _ENDINGS if column.endswith(ending)), "")
    words = _spaced(column.removesuffix(ending).removeprefix("is_")) + _ENDINGS.get(ending, "")
    return words if table == "tickets" else f"{words} of {_spaced(table)}"


def _spaced(name: str) -> str:
    return " ".join(_WRITTEN.get(word, word) for word in name.replace("_", " ").split())
