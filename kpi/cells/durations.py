# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Durations, always in seconds: plain numbers in a stated unit, clocks (`135:02:11`), words (`2 hours 5 minutes`).

The unit is what the header says (`(in hrs)`, `(seconds)`), else what the source declares. A date under a duration's header is
told apart by its look and stays unread: it is never turned into a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from kpi.cells.base import Compiled, HeaderLike, Reader, Sheet, fold, literal
from kpi.errors import BadValue
from kpi.tables import Column

UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
"""Seconds in one of each."""

_UNIT_WORDS = {
    "milliseconds": "ms msec msecs millis millisecond milliseconds",
    "seconds": "s sec secs second seconds",
    "minutes": "min mins minute minutes",
    "hours": "h hr hrs hour hours",
    "days": "d day days",
}
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
CLOCKS = ("h:mm", "m:ss")
_CLOCK_NOTES = {"hh:mm": "h:mm", "h:mm": "h:mm", "mm:ss": "m:ss", "m:ss": "m:ss"}

_NUMBER = r"^\d+([.,]\d+)?$"
_CLOCK3 = r"^(\d+(?:[.]|\s*(?:d|day|days),?\s+))?\d+:\d{1,2}:\d{1,2}([.,]\d+)?$"
_CLOCK2 = r"^\d+:\d{1,2}([.,]\d+)?$"
_WORDS = r"(?i)^(\d+([.,]\d+)?\s*(ms|milliseconds?|d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)[\s,]*(and\s+)?)+$"
_ISO = r"^P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:[.]\d+)?S)?)?$"
_DATE = r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[A-Za-z]{3,} \d{1,2},? \d{4}|\d{1,2}[ -/][A-Za-z]{3,}[ -/]\d{2}"


@dataclass(frozen=True)
class Duration(Reader):
    """A span of time in seconds, 0 or more.

    `unit` is the unit of plain numbers when the header names none; without either they stay unread. `assumed` makes it a
    guess that is said aloud. `clock` says what `12:34` means ("h:mm" or "m:ss"); without it two-part clocks stay unread.
    """

    kind: ClassVar[str] = "duration"
    unit: str = ""
    clock: str = ""
    assumed: bool = False

    def __post_init__(self) -> None:
        if self.unit and self.unit not in UNITS:
            raise BadValue(f"{self.unit!r} is not a unit of time.", f"Use one of {', '.join(UNITS)}.")
        if self.clock and self.clock not in CLOCKS:
            raise BadValue(f"{self.clock!r} is not a form of a clock.", f"Use one of {', '.join(CLOCKS)}.")

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        stated = unit_of(header.note) or unit_of(_AT_END.sub(r"\1", header.name) if _AT_END.match(header.name) else "")
        unit = stated or self.unit
        clock = _CLOCK_NOTES.get(fold(header.note).removeprefix("in "), self.clock)
        doubts: list[str] = []
        if stated and self.unit and stated != self.unit:
            doubts.append(f"“{header.raw}” says {stated}; read as {stated}, not {self.unit}")
        elif not stated and unit and self.assumed:
            plain = sheet.rows(f"SELECT count(*) FROM (SELECT {cell} AS t FROM {sheet.view}) WHERE regexp_matches(t, '{_NUMBER}')")
            if plain[0][0]:
                doubts.append(f"“{header.raw}” names no unit; its plain numbers are read as {unit}")
        value = _seconds(cell, unit, clock)
        reason = (
            f"CASE WHEN regexp_matches({cell}, {literal(_DATE)}) THEN 'a date, not a duration' "
            f"WHEN starts_with({cell}, '-') THEN 'a negative duration' "
            f"WHEN regexp_matches({cell}, {literal(_NUMBER)}) THEN 'a plain number, and nothing names its unit' "
            f"WHEN regexp_matches({cell}, {literal(_CLOCK2)}) THEN 'hours and minutes, or minutes and seconds: nothing says which' "
            "ELSE 'not a duration' END"
        )
        return Compiled(cell, value, reason, (header,), tuple(doubts))


_AT_END = re.compile(r"^.*(?:\bin |_)([a-z]+)$", re.IGNORECASE)


def unit_of(note: str) -> str:
    """The unit a header's note names ("in hrs" -> "hours"), or the empty string."""
    words = (fold(part).removeprefix("in ").strip(".") for part in note.split("; "))
    return next((_UNIT_OF[word] for word in words if word in _UNIT_OF), "")


def _number(text: str) -> str:
    return f"try_cast(replace({text}, ',', '.') AS DOUBLE)"


def _part(cell: str, position: int, seconds_each: int) -> str:
    return f"{_number(f'split_part({cell}, $$:$$, {position})')} * {seconds_each}"


def _found(cell: str, pattern: str, seconds_each: float) -> str:
    """SQL: the number a pattern's first group finds, in seconds; 0 where the cell does not mention that unit."""
    extracted = f"regexp_extract({cell}, {literal(pattern)}, 1)"
    return f"coalesce({_number(extracted)}, 0) * {seconds_each!r}"


def _seconds(cell: str, unit: str, clock: str) -> str:
    """SQL: seconds of one cell, null where it is no duration."""

    def when(pattern: str, *terms: str) -> str:
        return f"WHEN regexp_matches({cell}, {literal(pattern)}) THEN {' + '.join(terms)}"

    # A day fraction is a clock a spreadsheet has divided: the thousandth of a second takes the noise of the division away.
    plain = f"{_number(cell)} * {UNITS[unit]!r}" if unit else ""
    pieces = [when(_NUMBER, f"round({plain}, 3)" if unit == "days" else plain)] if unit else []
    hms = f"regexp_extract({cell}, '\\d+:.*$')"
    days = _found(cell, r"^(\d+)(?:\.\d+:|\s*d)", 86400)
    pieces.append(when(_CLOCK3, days, _part(hms, 1, 3600), _part(hms, 2, 60), _part(hms, 3, 1)))
    if clock:
        first, second = (3600, 60) if clock == "h:mm" else (60, 1)
        pieces.append(when(_CLOCK2, _part(cell, 1, first), _part(cell, 2, second)))
    pieces.append(when(_WORDS, *(_found(cell, rf"(?i)([0-9]+(?:[.,][0-9]+)?)\s*(?:{w})(?:[^a-z]|$)", s) for w, s in _WORDED)))
    pieces.append(when(_ISO, *(_found(cell, pattern, s) for pattern, s in _ISO_PARTS)))
    return f"CASE {' '.join(pieces)} END"


_WORDED = (("d|days?", 86400), ("h|hrs?|hours?", 3600), ("m|mins?|minutes?", 60), ("s|secs?|seconds?", 1), ("ms|milliseconds?", 0.001))
_ISO_PARTS = ((r"(\d+)D", 86400), (r"(\d+)H", 3600), (r"T(?:\d+H)?(\d+)M", 60), (r"([\d.]+)S", 1))
