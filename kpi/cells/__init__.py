"""Readers: how a cell of text becomes a typed value, declared once and run as SQL over whole columns.

    columns = {"created_at": instant("Created at"), "first_reply_seconds": minutes("First reply time in minutes")}

Every function takes the headers to look under (the first found wins) and returns a frozen declaration.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpi.cells.base import (
    MISSING,
    WORDS_TABLE,
    Compiled,
    Connection,
    HeaderLike,
    Question,
    Reader,
    Sheet,
    batched,
    clean,
    fold,
    ident,
    literal,
    pick,
    typed,
)
from kpi.cells.combined import After, Between, Either, First, Kept, Total, When
from kpi.cells.durations import UNITS, Duration, unit_of
from kpi.cells.instants import ORDERS, DayAndTime, Instant
from kpi.cells.plain import Choice, Constant, Count, Flag, Identifier, Items, Number, Text
from kpi.cells.statuses import STATUS_WORDS
from kpi.cells.zones import Zone, require_zone, zone_of
from kpi.tables import Column

READERS: dict[str, type[Reader]] = {
    r.kind: r
    for r in (
        Text,
        Identifier,
        Choice,
        Flag,
        Number,
        Count,
        Items,
        Constant,
        Instant,
        DayAndTime,
        Duration,
        Total,
        After,
        Between,
        Either,
        First,
        Kept,
        When,
    )
}
"""Kind -> reader, for mapping files. `status` is a Choice with the common words of all tools."""


def text(*names: str, missing: tuple[str, ...] = (), strip_code: bool = False, words: Mapping[str, str] | None = None) -> Text:
    """A text as it stands; `strip_code` turns `3 - Moderate` into `Moderate`, `words` some texts into ours."""
    return Text(names, missing, strip_code, words or {})


def identifier(*names: str, missing: tuple[str, ...] = (), part: str = "") -> Identifier:
    """A number or code that names something; `123.0` is `123`; of a longer text the `part` a pattern's group finds."""
    return Identifier(names, missing, part)


def choice(*names: str, words: Mapping[str, object], missing: tuple[str, ...] = ()) -> Choice:
    """A closed vocabulary: what the tool writes -> what we say (None: nothing there). Other words stay unread."""
    return Choice(names, missing, words)


def status(*names: str, words: Mapping[str, object] | None = None) -> Choice:
    """A ticket status: the tool's own words first, then the words common to all tools."""
    return Choice(names, (), words or {}, STATUS_WORDS)


def flag(*names: str, words: Mapping[str, object] | None = None, missing: tuple[str, ...] = (), marks: bool = False) -> Flag:
    """True or false; with `marks`, an empty cell is false in a column that never says no."""
    return Flag(names, missing, words or {}, marks=marks)


def instant(*names: str, order: str = "", missing: tuple[str, ...] = ()) -> Instant:
    """A point in time, in any common form; its day/month order is decided from the whole column."""
    return Instant(names, missing, order)


def day_and_time(day: str | tuple[str, ...], time: str | tuple[str, ...], order: str = "") -> DayAndTime:
    """An instant whose day and time of day stand in two columns."""
    days, times = ((n,) if isinstance(n, str) else n for n in (day, time))
    return DayAndTime(days, (), times, order)


def duration(*names: str, unit: str = "", clock: str = "", assumed: bool = False, missing: tuple[str, ...] = ()) -> Duration:
    """A span of time, in seconds; `unit` is that of plain numbers when the header names none."""
    return Duration(names, missing, unit, clock, assumed)


def seconds(*names: str) -> Duration:
    """A span of time written in seconds."""
    return Duration(names, unit="seconds")


def minutes(*names: str) -> Duration:
    """A span of time written in minutes."""
    return Duration(names, unit="minutes")


def hours(*names: str, clock: str = "h:mm") -> Duration:
    """A span of time written in hours."""
    return Duration(names, unit="hours", clock=clock)


def number(*names: str, low: float | None = None, high: float | None = None, missing: tuple[str, ...] = ()) -> Number:
    """A number, with a decimal point or comma."""
    return Number(names, missing, low, high)


def count(*names: str, less: int = 0, missing: tuple[str, ...] = ()) -> Count:
    """A whole number, 0 or more, after taking `less` off."""
    return Count(names, missing, less=less)


def items(*names: str, separators: str = ";,") -> Items:
    """A list in one cell: JSON, or separated texts."""
    return Items(names, (), separators)


def constant(value: object) -> Constant:
    """The same value in every row."""
    return Constant(value=value)


def total(*parts: Duration) -> Total:
    """The sum of durations; the first must be there."""
    return Total(parts=parts)


def after(start: Instant, wait: Duration) -> After:
    """An instant stated as a duration since another."""
    return After(start=start, wait=wait)


def between(start: Instant, end: Instant) -> Between:
    """The seconds from one instant to another."""
    return Between(start=start, end=end)


def either(*choices: Reader) -> Either:
    """The first of several readers whose headers are there."""
    return Either(choices=choices)


def first(*choices: Reader) -> First:
    """The first of several readers that can read its cell, row by row."""
    return First(choices=choices)


def kept(*names: str, once: str | tuple[str, ...] = ()) -> Kept:
    """Whether a promise was kept, from the time left of it; `once` is the event that ends it."""
    return Kept(names, (), (once,) if isinstance(once, str) else once)


def when(what: Reader, where: Flag) -> When:
    """What a reader reads, in the rows where a flag is true."""
    return When(what=what, where=where)


def reader_for(column: Column, *names: str) -> Reader:
    """The reader a canonical column has when nothing else is said: by its type, its words and its unit."""
    if column.name == "status":
        return status(*names)
    if column.words:
        return choice(*names, words={w: w for w in column.words})
    if column.type == "text":
        keys = ("requester", "submitter", "reviewer", "author")
        return identifier(*names) if column.name.endswith("_id") or column.name in keys else text(*names)
    if column.type == "number":
        return duration(*names, unit="seconds") if column.unit == "s" else number(*names)
    by_type: dict[str, Reader] = {"instant": instant(*names), "count": count(*names), "flag": flag(*names), "list": items(*names)}
    return by_type[column.type]


__all__ = [
    "MISSING",
    "ORDERS",
    "READERS",
    "STATUS_WORDS",
    "UNITS",
    "WORDS_TABLE",
    "Choice",
    "Compiled",
    "Connection",
    "Constant",
    "DayAndTime",
    "Duration",
    "Either",
    "First",
    "Flag",
    "HeaderLike",
    "Instant",
    "Kept",
    "Question",
    "Reader",
    "Sheet",
    "When",
    "Zone",
    "after",
    "batched",
    "between",
    "choice",
    "clean",
    "constant",
    "count",
    "day_and_time",
    "duration",
    "either",
    "first",
    "flag",
    "fold",
    "hours",
    "ident",
    "identifier",
    "instant",
    "items",
    "kept",
    "literal",
    "minutes",
    "number",
    "pick",
    "reader_for",
    "require_zone",
    "seconds",
    "status",
    "text",
    "total",
    "typed",
    "unit_of",
    "when",
    "zone_of",
]  # fmt: skip
