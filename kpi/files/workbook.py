"""Spreadsheets (.xlsx, .xls) -> one raw table for each sheet that holds something.

Cells become the text a CSV of the same rows would hold: numbers in their shortest form, whole ones without ".0"; dates as
YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS[.ffffff] where any cell of the column has a time; times as HH:MM:SS; durations as
[h]:mm:ss, which may exceed 24 hours; true and false. Spreadsheet errors (#N/A) are empty.
"""

from __future__ import annotations

import datetime as dt
import statistics
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from kpi.errors import UnreadableFile
from kpi.files.dialect import find_header, header_doubts, several_rows
from kpi.files.header_rows import whole_header
from kpi.files.loader import Loader, drop
from kpi.files.sheet_guard import SheetFacts, look_at_sheets
from kpi.files.sheets import Sheet, open_sheets
from kpi.files.table import CELL_TYPES, RawTable, counted, quoted, shown

_SAMPLE_ROWS = 200
_MIDNIGHT = dt.time()
_DAY_ZERO = dt.datetime(1899, 12, 31)
_FIRST_REAL_DAY = dt.datetime(1900, 3, 1)  # days before it are durations in a time format; spreadsheets get their dates wrong anyway
_EXACT = 10**15  # a spreadsheet keeps fifteen digits


def read_workbook(
    con: duckdb.DuckDBPyConnection, path: Path, file: str, tick: Callable[[float], None], most: int | None = None
) -> list[RawTable]:
    """Every sheet with a cell in it; of each the first `most` rows, or all."""
    facts = look_at_sheets(path, file) if zipfile.is_zipfile(path) else {}
    tables: list[RawTable] = []
    try:
        with open_sheets(path, file) as sheets:
            for sheet in sheets:
                tick(1 - 0.5 ** (len(tables) + 1))
                tables.append(_read_sheet(con, sheet, f"{file} › {shown(sheet.name)}", facts.get(sheet.name, SheetFacts()), most))
    except BaseException:
        for table in tables:
            drop(con, table.table)
        raise
    if not tables:
        raise UnreadableFile(f"“{file}” holds only empty sheets.", "Export it again; the first row must hold the column names.")
    return tables


def _read_sheet(con: duckdb.DuckDBPyConnection, sheet: Sheet, file: str, facts: SheetFacts, most: int | None) -> RawTable:
    sample = list(islice(sheet.rows, _SAMPLE_ROWS))
    width = len(sample[0]) if sample else 0
    texts = [[plain_text(v) for v in row] for row in sample]
    at = find_header(texts, _usual_reach(texts))
    doubts = header_doubts(texts, at)
    header, taken = whole_header(texts, at)
    doubts += [several_rows(taken)] if taken > 1 else []
    if sheet.is_hidden:
        doubts.append("The sheet is hidden.")
    if facts.errors:
        doubts.append(f"{counted(facts.errors, 'cell')} with a spreadsheet error such as #N/A or #REF! count as empty.")
    columns = [_Column(i + sheet.left in facts.locale_times) for i in range(width)]
    loader = Loader(con, file, "xlsx", width)
    try:
        number = at + taken
        for group in (sample[at + taken :], islice(sheet.rows, most)):
            for row in group:
                number += 1
                loader.add(number, [c.text(v) for c, v in zip(columns, row, strict=True)])
        loader.flush()
        for i, column in enumerate(columns):
            if column.seen["instant"] and not column.has_time:
                loader.con.execute(f"UPDATE {loader.table} SET c{i} = left(c{i}, 10) WHERE c{i} LIKE '____-__-__ 00:00:00'")
            doubts += column.doubts(header[i])
        return loader.finish(header, doubts, [c.type for c in columns])
    except BaseException:
        loader.drop()
        raise


def _usual_reach(rows: Sequence[Sequence[str | None]]) -> int:
    """How far to the right rows reach, usually: a stray note far out does not make the table wide."""
    reach = [max((i + 1 for i, c in enumerate(row) if c), default=0) for row in rows]
    return round(statistics.median([n for n in reach if n] or [0]))


class _Column:
    """Turns the cells of one column into text and remembers what kinds it saw."""

    def __init__(self, locale_times: bool) -> None:
        self.locale_times = locale_times  # a format that means a time in some languages only: the number stays a number
        self.has_time = False
        self.long_ids = 0
        self.seen = dict.fromkeys(CELL_TYPES, 0)

    def text(self, value: Any) -> str | None:
        if value == "" or value is None:
            return None
        if isinstance(value, dt.datetime) and value < _FIRST_REAL_DAY:
            value = value - _DAY_ZERO
        if self.locale_times and isinstance(value, (dt.time, dt.timedelta)):
            value = _seconds(value) / 86_400
        if isinstance(value, float) and abs(value) >= _EXACT:
            self.long_ids += 1
        elif isinstance(value, dt.datetime):
            self.has_time |= value.time() != _MIDNIGHT
        self.seen[_KINDS.get(type(value), "text")] += 1
        return plain_text(value)

    @property
    def type(self) -> str:
        kinds = [kind for kind, n in self.seen.items() if n]
        return kinds[0] if len(kinds) == 1 else "text"

    def doubts(self, name: str) -> list[str]:
        said, name = [], quoted(shown(name))
        if self.seen["instant"] and self.seen["text"]:
            said.append(
                f"Column {name} mixes {counted(self.seen['instant'], 'real date')} and {counted(self.seen['text'], 'text')}: a spreadsheet may "
                "have taken some texts for dates and swapped day and month."
            )
        if self.locale_times and self.seen["number"]:
            said.append(f"Column {name} has a format that is a time in some languages only; its cells are read as plain numbers.")
        if self.long_ids:
            said.append(
                f"Column {name}: {counted(self.long_ids, 'number')} of more than 15 digits; a spreadsheet keeps 15, so different ids may "
                "look the same."
            )
        return said


def number_text(value: float) -> str:
    """The shortest text that is this number; whole numbers below 10^21 without a fraction or an exponent."""
    text = repr(value + 0.0)  # never "-0.0"
    if value != value // 1 or abs(value) >= 1e21:
        return text
    return text.removesuffix(".0") if "e" not in text else format(Decimal(text), "f")


def plain_text(value: Any) -> str | None:
    """The text of a single cell, without knowing its column; None for an empty one."""
    return None if value == "" or value is None else _WRITERS.get(type(value), str)(value)


def _instant_text(value: dt.date) -> str:
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else f"{value.isoformat()} 00:00:00"


def _seconds(value: dt.time | dt.timedelta) -> float:
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6


def _duration_text(value: dt.timedelta) -> str:
    micros = abs(value) // dt.timedelta(microseconds=1)
    seconds, micros = divmod(micros, 1_000_000)
    sign = "-" if value < dt.timedelta() else ""
    fraction = f".{micros:06d}" if micros else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    float: number_text,
    dt.datetime: _instant_text,
    dt.date: _instant_text,
    dt.time: dt.time.isoformat,
    dt.timedelta: _duration_text,
}
_KINDS: dict[type, str] = {float: "number", int: "number", dt.datetime: "instant", dt.date: "instant"}
