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
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import python_calamine as calamine

from kpi.errors import UnreadableFile
from kpi.files.dialect import find_header, header_doubts
from kpi.files.loader import Loader
from kpi.files.sheet_guard import SheetFacts, look_at_sheets
from kpi.files.table import RawTable, counted, quoted, shown

_SAMPLE_ROWS = 200
_MIDNIGHT = dt.time()
_DAY_ZERO = dt.datetime(1899, 12, 31)
_FIRST_REAL_DAY = dt.datetime(1900, 3, 1)  # days before it are durations in a time format; spreadsheets get their dates wrong anyway
_EXACT = 10**15  # a spreadsheet keeps fifteen digits


def read_workbook(con: duckdb.DuckDBPyConnection, path: Path, file: str, tick: Callable[[float], None]) -> list[RawTable]:
    """Every sheet with a cell in it."""
    facts = look_at_sheets(path, file) if zipfile.is_zipfile(path) else {}
    tables: list[RawTable] = []
    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            sheets = [s for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
            for i, meta in enumerate(sheets):
                tick(i / len(sheets))
                sheet = book.get_sheet_by_name(meta.name)
                hidden = meta.visible != calamine.SheetVisibleEnum.Visible
                table = _read_sheet(con, sheet, f"{file} › {shown(meta.name)}", facts.get(meta.name, SheetFacts()), hidden)
                tables += [table] if table else []
    except calamine.PasswordError:
        raise protected(file) from None
    except calamine.CalamineError as error:
        raise UnreadableFile(
            f"“{file}” is a damaged spreadsheet ({shown(str(error))}).", "Open it, save it again as .xlsx or CSV, and upload that."
        ) from None
    if not tables:
        raise UnreadableFile(f"“{file}” holds only empty sheets.", "Export it again; the first row must hold the column names.")
    return tables


def protected(file: str) -> UnreadableFile:
    """The error for a file that needs a password."""
    return UnreadableFile(f"“{file}” is protected by a password.", "Save a copy without a password and upload that.")


def _read_sheet(con: duckdb.DuckDBPyConnection, sheet: Any, file: str, facts: SheetFacts, hidden: bool) -> RawTable | None:
    if sheet.start is None:
        return None
    rows = sheet.iter_rows()
    sample = list(islice(rows, _SAMPLE_ROWS))
    width = len(sample[0]) if sample else 0
    texts = [[plain_text(v) for v in row] for row in sample]
    at = find_header(texts, _usual_reach(texts))
    header = [t or "" for t in texts[at]]
    doubts = header_doubts(texts, at)
    if hidden:
        doubts.append("The sheet is hidden.")
    if facts.errors:
        doubts.append(f"{counted(facts.errors, 'cell')} with a spreadsheet error such as #N/A or #REF! count as empty.")
    columns = [_Column(i + sheet.start[1] in facts.locale_times) for i in range(width)]
    loader = Loader(con, file, "xlsx", width)
    try:
        number = at + 1
        for group in (sample[at + 1 :], rows):
            for row in group:
                number += 1
                loader.add(number, [c.text(v) for c, v in zip(columns, row, strict=True)])
        loader.flush()
        for i, column in enumerate(columns):
            if column.instants and not column.has_time:
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
        self.numbers = self.instants = self.texts = self.long_ids = 0

    def text(self, value: Any) -> str | None:
        if value == "" or value is None:
            return None
        if isinstance(value, float):
            self.numbers += 1
            if not -_EXACT < value < _EXACT and value == value // 1:
                self.long_ids += 1
            return number_text(value)
        if isinstance(value, str):
            self.texts += 1
            return value
        if isinstance(value, dt.datetime) and value < _FIRST_REAL_DAY:
            value = value - _DAY_ZERO
        if self.locale_times and isinstance(value, (dt.time, dt.timedelta)):
            self.numbers += 1
            return number_text(_seconds(value) / 86_400)
        if isinstance(value, dt.date):
            self.instants += 1
            self.has_time |= isinstance(value, dt.datetime) and value.time() != _MIDNIGHT
            return _instant_text(value)
        if isinstance(value, (bool, dt.time, dt.timedelta)):
            self.texts += 1
            return plain_text(value)
        self.numbers += 1
        return str(value)

    @property
    def type(self) -> str:
        if self.numbers and not self.instants and not self.texts:
            return "number"
        return "instant" if self.instants and not self.numbers and not self.texts else "text"

    def doubts(self, name: str) -> list[str]:
        said, name = [], quoted(shown(name))
        if self.instants and self.texts:
            said.append(
                f"Column {name} mixes {counted(self.instants, 'real date')} and {counted(self.texts, 'text')}: a spreadsheet may "
                "have taken some texts for dates and swapped day and month."
            )
        if self.locale_times and self.numbers:
            said.append(f"Column {name} has a format that is a time in some languages only; its cells are read as plain numbers.")
        if self.long_ids:
            said.append(
                f"Column {name}: {counted(self.long_ids, 'number')} of more than 15 digits; a spreadsheet keeps 15, so different ids may "
                "look the same."
            )
        return said


def number_text(value: float) -> str:
    """The shortest text that is this number; whole numbers below 10^21 without a fraction or an exponent."""
    if value == value // 1 and abs(value) < 1e21:
        return str(int(value))
    return repr(value)


def plain_text(value: Any) -> str | None:
    """The text of a single cell, without knowing its column."""
    if value == "" or value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, dt.date):
        return _instant_text(value)
    if isinstance(value, dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return _duration_text(value)
    return str(value)


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
