"""What a decoded file is: a table of text in DuckDB, its headers as found, and what we were not sure of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kpi.files import limits

CELL_TYPES = ("number", "text", "instant")

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u2060\x00"))
_PAIRS = {")": "(", "]": "[", "）": "（"}


@dataclass(frozen=True)
class Header:
    """One header as found, and its matching form.

    raw: as in the file, e.g. "Conversation started at (America/New_York)"
    name: byte order mark and blanks stripped, case folded, spaces collapsed, trailing "(…)" and "[…]" cut off
    note: what was cut off, as in the file, e.g. "America/New_York", "seconds", "list"; several joined by "; "; "" when nothing
    column: the SQL column name in the raw table: "c0", "c1" … (a column that was left out leaves a gap)
    """

    raw: str
    name: str
    note: str
    column: str


@dataclass(frozen=True)
class RawTable:
    """A decoded table.

    table: its SQL name in the connection. All columns are VARCHAR; an empty cell is NULL and nothing else is. One more
        column, `_row` BIGINT, is the row a person finds in the file, counting from 1 with titles, header and empty rows:
        the record of a text file (a cell with line breaks is still one record), the row of a spreadsheet, the line of an
        NDJSON file; for JSON and Parquet, which have no header row, the n-th object or row.
    file: display name: "tickets.csv", "a.zip › b.csv", "x.xlsx › Sheet1"
    format: "csv" (comma, semicolon or bar), "tsv", "xlsx" (also .xls), "json", "ndjson" or "parquet"
    headers: one for each column, in order; repeated headers stay repeated
    rows: rows in the table
    rejected: rows that could not be decoded; the table `<table>_rejected` (file, row, reason, text) lists them
    doubts: sentences about what was not plain, for the person who uploaded the file
    cell_types: for formats that know (xlsx, json, ndjson, parquet) one of CELL_TYPES for each header; () for text files.
        "number" and "instant" mean every cell that is not empty is one.
    odd_lines, odd_at: how many lines have another encoding than the rest of the file, and the first of them, counted from 1
    """

    table: str
    file: str
    format: str
    headers: tuple[Header, ...]
    rows: int
    rejected: int
    doubts: tuple[str, ...]
    cell_types: tuple[str, ...] = ()
    odd_lines: int = 0
    odd_at: tuple[int, ...] = ()


def header(raw: str, position: int) -> Header:
    """The header of the column at `position` (0-based); what is longer than any name is cut, or every look at it would cost a megabyte."""
    raw = raw[: limits.MAX_HEADER]
    name = " ".join(raw.translate(_INVISIBLE).split())
    notes: list[str] = []
    while (cut := _trailing_group(name)) is not None:
        name, note = cut
        notes.insert(0, note)
    return Header(raw, name.casefold(), "; ".join(notes), f"c{position}")


def _trailing_group(name: str) -> tuple[str, str] | None:
    """("opened at", "UTC") for "opened at (UTC)"; None when nothing trails or nothing would be left."""
    if not name or name[-1] not in _PAIRS:
        return None
    closing, opening, depth = name[-1], _PAIRS[name[-1]], 0
    for i in range(len(name) - 1, -1, -1):
        depth += (name[i] == closing) - (name[i] == opening)
        if depth == 0:
            before, note = name[:i].rstrip(), name[i + 1 : -1].strip()
            return (before, note) if before else None
    return None


def quoted(identifier: str) -> str:
    """An SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def counted(n: int, one: str, many: str = "") -> str:
    """ "1 row", "2,100 rows"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(numbers: Iterable[int], most: int = 3) -> str:
    """ "3, 8, 12 …"."""
    shown = list(numbers)
    return ", ".join(f"{n:,}" for n in shown[:most]) + (" …" if len(shown) > most else "")


def shown(text: str, most: int = 60) -> str:
    """A piece of the file inside a sentence: one line, cut short, without control characters."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
