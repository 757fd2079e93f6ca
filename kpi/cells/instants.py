# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Instants: one decision per column, made from every row, about how its dates are written.

The column's texts are profiled by shape (every digit a 9, so a million rows have a handful of shapes); each shape is read by
a small grammar into an exact `strptime` format. Whether `04/08/2015` is 4 August or 8 April is decided from all rows (a part
above 12 decides) and asked otherwise: never guessed, never decided per row. What has no zone is local to the sheet's zone and
turned into UTC with the zone's own history; a time in the repeated hour of an autumn night is read as the second one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from kpi.cells.base import Compiled, HeaderLike, Question, Reader, Sheet, fold, ident, literal, pick, without
from kpi.cells.dates import ABBREVIATIONS, ENGLISH, Form, read_shape
from kpi.cells.zones import Zone, zone_of
from kpi.errors import BadValue
from kpi.tables import Column

SHAPES = 3000
"""At most this many shapes of a column are read; a column of dates has a few dozen. Rows of rarer shapes stay unread."""

ORDERS = ("dmy", "mdy")
_PARTS = r"^(?:[A-Za-z]+\.?,? +)?(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2}"


@dataclass(frozen=True)
class Instant(Reader):
    """A point in time. `order` fixes day and month ("dmy", "mdy") where the source is known to write only one."""

    kind: ClassVar[str] = "instant"
    order: str = ""

    def __post_init__(self) -> None:
        if self.order and self.order not in ORDERS:
            raise BadValue(f"{self.order!r} is not an order of day and month.", "Use 'dmy' or 'mdy'.")

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        return compile_instant(sheet, column, (header,), cell, self.order)


@dataclass(frozen=True)
class DayAndTime(Reader):
    """An instant in two columns: `names` holds the day, `times` the time of day (`09:12:58`, `9:12 AM` or a day fraction)."""

    kind: ClassVar[str] = "day_and_time"
    times: tuple[str, ...] = ()
    order: str = ""

    @property
    def sought(self) -> tuple[str, ...]:
        return (*self.names, *self.times)

    def found(self, headers: Sequence[HeaderLike]) -> tuple[HeaderLike, ...]:  # type: ignore[override]  # any iterable works
        day, time = (next((h for h in (pick(headers, n) for n in names) if h), None) for names in (self.names, self.times))
        return (day, time) if day and time else ()

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        found = self.found(sheet.headers)
        if not found:
            return None
        day, time = (without(ident(h.column), self.missing) for h in found)
        # A day fraction becomes a clock first, rounded to the second but never past midnight; a day that is itself a
        # full timestamp (a real date cell) gives only its day.
        fraction = f"try_cast({time} AS DOUBLE)"
        clock = (
            f"CASE WHEN {fraction} >= 0 AND {fraction} < 1 THEN strftime(TIMESTAMP '2000-01-01' + "
            f"to_seconds(least(round({fraction} * 86400), 86399)), '%H:%M:%S') "
            f"ELSE regexp_replace({time}, '^\\d{{4}}-\\d\\d-\\d\\d[ T]', '') END"
        )
        text = f"(regexp_replace({day}, '[ T]00:00(:00(\\.0+)?)?$', '') || ' ' || {clock})"
        return compile_instant(sheet, column, found, text, self.order, given=f"coalesce({text}, {day})")


@dataclass
class _Plan:
    """Formats by how their text becomes UTC."""

    local: list[str] = field(default_factory=list)
    utc: list[str] = field(default_factory=list)
    offset: list[str] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    replace: dict[str, str] = field(default_factory=dict)
    dateless: bool = False

    @property
    def states_zone(self) -> bool:
        """Whether some cells say which instant they mean."""
        return bool(self.utc or self.offset or self.named or self.numbers & set(_UNIX))

    def add(self, form: Form, order: str) -> None:
        if form.number:
            self.numbers.add(form.number)
            return
        self.replace.update(form.replace)
        self.dateless |= not form.has_time
        pattern = form.pattern(order)
        if form.zone == "offset":
            target = self.offset
        elif form.zone == "utc":
            target = self.utc
        elif form.zone:
            target = self.named.setdefault(form.zone, [])
        else:
            target = self.local
        if pattern not in target:
            target.append(pattern)


def compile_instant(sheet: Sheet, column: Column, headers: tuple[HeaderLike, ...], text: str, order: str, given: str = "") -> Compiled:
    """The SQL that reads every cell of one column of instants, or a question when day and month cannot be told apart."""
    given = given or text
    shapes = sheet.distinct(f"translate({text}, '0123456789', '9999999999')", SHAPES)
    forms = [form for shape, _ in shapes if (form := read_shape(shape)) is not None]
    doubts: list[str] = []
    if any(f.needs_order for f in forms):
        order = _answer(sheet, headers, column) or order
        if not order:
            found = _decide(sheet, column, headers, text)
            if isinstance(found, Question):
                return Compiled(given, "NULL::TIMESTAMP", literal(found.why), headers, (), found)
            order = found
        sheet.orders_seen[headers[0].raw] = order
    plan = _Plan()
    for form in forms:
        plan.add(form, order)
    zone = next((z for note in headers[0].note.split("; ") if (z := zone_of(note))), None) or zone_of(sheet.zone)
    if zone is None and (plan.local or "excel" in plan.numbers):
        sheet.unzoned[headers[0].raw] = column.name
        if silent := _silent(text, plan):
            sheet.mixed[headers[0].raw] = silent
    elif plan.states_zone or zone is not None:
        sheet.zoned[headers[0].raw] = column.name
    value = _value(text, plan, zone)
    if zone is not None and zone.offset is None and plan.local:
        doubts += _repeated_hour(sheet, headers[0], value, zone)
    if plan.dateless:
        doubts.append(f"“{headers[0].raw}” has dates without a time of day; they are read as midnight")
    doubts += [_NUMBER_DOUBT[n].format(headers[0].raw) for n in sorted(plan.numbers) if n in _NUMBER_DOUBT]
    return Compiled(given, value, _reason(given, order), headers, tuple(doubts))


def _silent(text: str, plan: _Plan) -> str:
    """SQL of the cells that state no zone in a column where others do; empty where none does."""
    if not plan.states_zone:
        return ""
    local = _Plan(local=plan.local, numbers=plan.numbers - set(_UNIX), replace=plan.replace)
    stated = replace(plan, local=[], numbers=plan.numbers & set(_UNIX))
    return f"{_value(text, local, None)} IS NOT NULL AND {_value(text, stated, None)} IS NULL"


def _repeated_hour(sheet: Sheet, header: HeaderLike, value: str, zone: Zone) -> list[str]:
    """A sentence when local times fall into the hour that the clocks of their zone repeat."""
    # Clocks go back by an hour; those of Lord Howe Island by half of one.
    again = f"{zone.to_local('u')} IN ({zone.to_local('(u - INTERVAL 1 HOUR)')}, {zone.to_local('(u - INTERVAL 30 MINUTE)')})"
    ((twice,),) = sheet.rows(f"SELECT count(*) FROM (SELECT {value} AS u FROM {ident(sheet.view)}) WHERE u IS NOT NULL AND {again}")
    if not twice:
        return []
    return [f"“{header.raw}”: {twice:,} times fall into the hour that the clocks of {zone.name} repeat; the second one is meant"]


_NUMBER_DOUBT = {
    "unix": "“{}” holds plain numbers; they are read as Unix seconds",
    "unix_ms": "“{}” holds plain numbers; they are read as Unix milliseconds",
    "unix_us": "“{}” holds plain numbers; they are read as Unix microseconds",
    "excel": "“{}” holds plain numbers; they are read as spreadsheet day numbers",
}


def _answer(sheet: Sheet, headers: tuple[HeaderLike, ...], column: Column) -> str:
    wanted = {fold(h.raw) for h in headers} | {fold(h.name) for h in headers} | {column.name, "*"}
    for key, order in sheet.orders.items():
        if fold(key) in wanted or fold(key).removeprefix(f"{fold(sheet.file)}:").strip() in wanted:
            if order not in ORDERS:
                raise BadValue(f"{order!r} is not an order of day and month for {key!r}.", "Use 'dmy' or 'mdy'.")
            return order
    return ""


def _decide(sheet: Sheet, column: Column, headers: tuple[HeaderLike, ...], text: str) -> str | Question:
    """The order of day and month, from all rows: a part above 12 decides; none, or both, is a question."""
    # The first few characters decide, and there are far fewer of them than rows.
    first, second = (f"try_cast(regexp_extract(t, '{_PARTS}', {i}) AS INTEGER)" for i in (1, 2))
    ((day_first, month_first, apart, example),) = sheet.rows(
        "SELECT coalesce(sum(n) FILTER (WHERE a > 12), 0)::BIGINT, coalesce(sum(n) FILTER (WHERE b > 12), 0)::BIGINT, "
        "coalesce(sum(n) FILTER (WHERE a <> b), 0)::BIGINT, coalesce(min(t) FILTER (WHERE a <> b AND a <= 12 AND b <= 12), min(t)) "
        f"FROM (SELECT t, n, {first} AS a, {second} AS b FROM (SELECT min(t) AS t, count(*) AS n FROM "
        f"(SELECT {text} AS t FROM {ident(sheet.view)}) GROUP BY left(t, CASE WHEN t < 'A' THEN 8 ELSE 20 END))) "
        "WHERE a IS NOT NULL AND b IS NOT NULL"
    )
    if day_first and not month_first:
        return "dmy"
    if (month_first and not day_first) or not apart:
        return "mdy"
    why = (
        f"{day_first} rows can only be day first and {month_first} only month first"
        if day_first
        else "no row has a day above 12, so day and month cannot be told apart"
    )
    match = re.match(_PARTS, str(example))
    a, b = (int(match[1]), int(match[2])) if match else (1, 1)
    return Question(
        file=sheet.file,
        header=headers[0].raw,
        column=column.name,
        readings=ORDERS,
        example=str(example),
        as_dmy=f"{a} {ENGLISH[(b - 1) % 12]}",
        as_mdy=f"{b} {ENGLISH[(a - 1) % 12]}",
        why=why,
    )


def _parsed(text: str, formats: Sequence[str]) -> str:
    # Two-digit years first: `%Y` would take "23" for the year 23.
    ordered = sorted(formats, key=lambda f: ("%y" not in f, f))
    return f"try_strptime({text}, [{', '.join(literal(f) for f in ordered)}])"


def _value(text: str, plan: _Plan, zone: Zone | None) -> str:
    for word, english in plan.replace.items():
        whole = r"(?i)\b" + re.escape(word) + ("" if word.endswith(".") else r"\b")
        text = f"regexp_replace({text}, {literal(whole)}, {literal(english)})"
    to_utc = zone.to_utc if zone else str
    pieces: list[str] = []
    if plan.utc:
        pieces.append(_parsed(text, plan.utc))
    if plan.local:
        pieces.append(to_utc(_parsed(text, plan.local)))
    if plan.offset:
        pieces.append(f"timezone('UTC', {_parsed(text, plan.offset)})")
    for name, formats in plan.named.items():
        pieces.append(f"({_parsed(text, formats)} - to_seconds({ABBREVIATIONS[name]}))")
    number = f"try_cast({text} AS DOUBLE)"
    if "excel" in plan.numbers:  # day 0 is 1899-12-30 in every spreadsheet; rounded to the second they were typed in
        days = f"CASE WHEN {number} BETWEEN 10000 AND 99999 THEN {number} END"
        pieces.append(to_utc(f"(TIMESTAMP '1899-12-30' + to_seconds(round({days} * 86400)))"))
    for kind, (low, high, per_second) in _UNIX.items():
        if kind in plan.numbers:
            micros = f"CASE WHEN {number} BETWEEN {low} AND {high} THEN CAST(round({number} * {1_000_000 // per_second}) AS BIGINT) END"
            pieces.append(f"make_timestamp({micros})")
    if not pieces:
        return "NULL::TIMESTAMP"
    value = f"coalesce({', '.join(pieces)})"
    # A year outside any help desk's life is a placeholder (0001-01-01, 9999-12-31); strptime reads "infinity" as 1900-01-01.
    return f"CASE WHEN {value} BETWEEN TIMESTAMP '1900-01-03' AND TIMESTAMP '2200-01-01' THEN {value} END"


_UNIX = {
    "unix": (1e8, 9.9e9, 1),
    "unix_ms": (1e11, 9.9e12, 1_000),
    "unix_us": (1e14, 9.9e15, 1_000_000),
}


def _reason(given: str, order: str) -> str:
    named = {"dmy": "no such date, read day first", "mdy": "no such date, read month first"}.get(order, "no such date")
    return (
        f"CASE WHEN regexp_matches({given}, '^-?\\d+:\\d\\d') THEN 'a duration or a time of day, not a date' "
        f"WHEN regexp_matches({given}, '^-?\\d+([.,]\\d+)?$') THEN 'a plain number, not a date' "
        f"WHEN regexp_matches({given}, '\\d[-/.]\\d') THEN {literal(named)} ELSE 'not a date' END"
    )
