"""Rows of text into DuckDB, in batches; then the clean-up every format shares: empty rows, footers, nameless columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

import duckdb
import pyarrow as pa

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.table import RawTable, counted, header, listed, quoted, shown

Cells = Sequence[str | None]

_SHEETS = ("csv", "tsv", "xlsx")  # rows of JSON and Parquet are data by their form
_BATCH = "_kpi_batch"
_TOTAL = re.compile(r"(grand |sub)?totals?|sum|summe|gesamt|insgesamt|total général|totale|suma", re.I)
_CLOSING_WORDS = re.compile(r"copyright|©|generated|confidential|report|exported|\brows\b|\brecords\b|total|filter", re.I)
_DAMAGED = r"[+-]?\d([.,]\d+)?E\+\d{2,}"


class Loader:
    """Builds one raw table. Columns are c0, c1 …; more may be added while rows come in (JSON finds its columns late)."""

    def __init__(self, con: duckdb.DuckDBPyConnection, file: str, format: str, columns: int = 0) -> None:
        self.con, self.file, self.format = con, file, format
        self.table = _free_name(con)
        self.columns = 0
        self.rejected = 0
        self._made = 0  # columns the table has by now
        self._filled = False
        self._rows: list[Cells] = []
        self._numbers: list[int] = []
        self._rejects: list[tuple[str, int, str, str]] = []
        self._characters = 0
        con.execute(f"CREATE TABLE {self.table} (_row BIGINT)")
        con.execute(f'CREATE TABLE {self.table}_rejected (file VARCHAR, "row" BIGINT, reason VARCHAR, text VARCHAR)')
        self.widen(columns)
        self._make_room()

    def widen(self, columns: int) -> None:
        """Make room for `columns` columns."""
        if columns > limits.MAX_COLUMNS:
            raise UnreadableFile(
                f"“{self.file}” has {columns:,} columns; {limits.MAX_COLUMNS:,} is the most we read.",
                "Export it with fewer columns, or as one row per ticket.",
            )
        self.columns = max(columns, self.columns)

    def _make_room(self) -> None:
        if self._made == 0 and self.columns and not self._filled:
            names = ", ".join(f"c{i} VARCHAR" for i in range(self.columns))
            self.con.execute(f"CREATE OR REPLACE TABLE {self.table} ({names}, _row BIGINT)")
        else:
            for i in range(self._made, self.columns):
                self.con.execute(f"ALTER TABLE {self.table} ADD COLUMN c{i} VARCHAR")
        self._made = self.columns

    def add(self, number: int, cells: Cells, characters: int = 0) -> None:
        """One row. Shorter than the table is wide means null for the rest; "" and None are null."""
        self._rows.append(cells)
        self._numbers.append(number)
        self._characters += characters
        if len(self._rows) * max(self.columns, 1) >= limits.BATCH_CELLS or self._characters >= limits.BATCH_CHARACTERS:
            self.flush()

    def reject(self, number: int, reason: str, text: str) -> None:
        """A row that could not be decoded: it is listed, never lost."""
        text = text.rstrip("\r\n")
        if len(text) > limits.MAX_REJECTED_TEXT:
            text = text[: limits.MAX_REJECTED_TEXT] + " …"
        self._rejects.append((self.file, number, reason, _storable(text)))
        self.rejected += 1
        if len(self._rejects) >= 1_000:
            self._flush_rejects()

    def flush(self) -> None:
        self._make_room()
        if self._rows:
            width = self.columns
            even = [row if len(row) == width else (*row, *[None] * (width - len(row))) for row in self._rows]
            arrays = [_text_array(column) for column in zip(*even, strict=True)]
            names = [f"c{i}" for i in range(width)]
            self.insert(pa.table([*arrays, pa.array(self._numbers, pa.int64())], names=[*names, "_row"]))
        self._rows, self._numbers, self._characters = [], [], 0
        self._flush_rejects()

    def insert(self, batch: Any, select: str = "*") -> None:
        """An Arrow table with columns c… and _row straight into the table."""
        self._filled = True
        self.con.register(_BATCH, batch)
        try:
            self.con.execute(f"INSERT INTO {self.table} BY NAME SELECT {select} FROM {_BATCH}")
        finally:
            self.con.unregister(_BATCH)

    def _flush_rejects(self) -> None:
        if self._rejects:
            columns = [pa.array(c) for c in zip(*self._rejects, strict=True)]
            self.con.register(_BATCH, pa.table(columns, names=["file", "row", "reason", "text"]))
            try:
                self.con.execute(f"INSERT INTO {self.table}_rejected SELECT * FROM {_BATCH}")
            finally:
                self.con.unregister(_BATCH)
        self._rejects = []

    def drop(self) -> None:
        """Take everything back."""
        drop(self.con, self.table)

    def finish(self, headers: Sequence[str], doubts: Sequence[str], types: Sequence[str] = (), may_go: Sequence[int] = ()) -> RawTable:
        """Flush, leave out what is no data (said as a doubt), and describe the table.

        types: one of CELL_TYPES for each column, where known; may_go: columns that go, unsaid, when they are empty.
        """
        self.flush()
        said = list(doubts)
        last = self.one(f"SELECT max(_row) FROM {self.table}")
        empty = self._leave_out_empty_rows()
        if empty:
            where = "the last row" if empty == {last} else f"row {listed(sorted(empty))}"
            said.append(f"{counted(len(empty), 'empty row was', 'empty rows were')} left out ({where}).")
        if self.format in _SHEETS:
            said += self._leave_out_footers(empty)
        kept, nameless = self._leave_out_empty_columns(headers, may_go)
        said += nameless
        said += self._damaged_numbers([(i, headers[i]) for i in kept])
        if self.rejected:
            first = [n for (n,) in self.con.execute(f'SELECT "row" FROM {self.table}_rejected ORDER BY 1 LIMIT 4').fetchall()]
            said.append(f"{counted(self.rejected, 'row')} could not be read (row {listed(first)}); they are listed with the reason.")
        rows = self.one(f"SELECT count(*) FROM {self.table}") or 0
        return RawTable(
            table=self.table,
            file=self.file,
            format=self.format,
            headers=tuple(header(headers[i], i) for i in kept),
            rows=rows,
            rejected=self.rejected,
            doubts=tuple(said),
            cell_types=tuple(types[i] for i in kept) if types else (),
        )

    def one(self, sql: str) -> int | None:
        """The only value of a query. Always fetched to its end: a result left open locks the connection."""
        return cast("int | None", self.con.execute(sql).fetchall()[0][0])

    def _leave_out_empty_rows(self) -> set[int]:
        """Their numbers."""
        if not self.columns:
            return set()
        cells = ", ".join(f"nullif(trim(c{i}, ' \t\r\n\u00a0'), '')" for i in range(self.columns))
        empty = f"coalesce({cells}, NULL) IS NULL"
        return {n for (n,) in self.con.execute(f"DELETE FROM {self.table} WHERE {empty} RETURNING _row").fetchall()}

    def _leave_out_footers(self, empty: set[int]) -> list[str]:
        """Report lines under the table: "Generated by …", a total. `empty`: the numbers of the empty rows left out before."""
        if self.columns < 3:
            return []
        tail = self.con.execute(
            f"SELECT _row, {', '.join(f'c{i}' for i in range(self.columns))} FROM {self.table} "
            f"ORDER BY _row DESC LIMIT {limits.FOOTERS_WITHIN + 1}"
        ).fetchall()
        footers: list[tuple[int, str]] = []
        waiting: list[tuple[int, str]] = []
        for number, *cells in tail[:-1]:
            kind = footer_kind(cells)
            if not kind:
                break
            waiting.append((number, shown(" ".join(c for c in cells if c))))
            if kind == "sure" or number - 1 in empty:
                footers += waiting
                waiting = []
        if not footers:
            return []
        self.con.execute(f"DELETE FROM {self.table} WHERE _row IN ({', '.join(str(n) for n, _ in footers)})")
        return [footers_doubt(footers)]

    def _leave_out_empty_columns(self, headers: Sequence[str], may_go: Sequence[int]) -> tuple[list[int], list[str]]:
        """Columns without a header that hold nothing: a comma at the end of every line, an empty strip beside a table."""
        nameless = [i for i in range(self.columns) if not header(headers[i], i).name]
        asked = [*nameless, *may_go]
        if not asked:
            return list(range(self.columns)), []
        [counts] = self.con.execute(f"SELECT {', '.join(f'count(c{i})' for i in asked)} FROM {self.table}").fetchall()
        empty = {i for i, n in zip(asked, counts, strict=True) if n == 0}
        if len(empty) == self.columns:
            empty = set()
        for i in empty:
            self.con.execute(f"ALTER TABLE {self.table} DROP COLUMN c{i}")
        gone, stay = [i for i in nameless if i in empty], [i for i in nameless if i not in empty]
        said = [f"{counted(len(gone), 'empty column')} without a header left out."] if gone else []
        said += [f"{counted(len(stay), 'column')} without a header {'holds' if len(stay) == 1 else 'hold'} values."] if stay else []
        return [i for i in range(self.columns) if i not in empty], said

    def _damaged_numbers(self, columns: Sequence[tuple[int, str]]) -> list[str]:
        """Ids a spreadsheet has turned into 5.70306E+17: their last digits are gone."""
        if not columns:
            return []
        hints = ", ".join(f"bool_or(contains(c{i}, 'E+'))" for i, _ in columns)  # quick, so that few columns meet the pattern
        [found] = self.con.execute(f"SELECT {hints} FROM {self.table}").fetchall()
        said = []
        for i, name in [column for column, hint in zip(columns, found, strict=True) if hint]:
            n = self.one(f"SELECT count(*) FROM {self.table} WHERE regexp_full_match(c{i}, '{_DAMAGED}')") or 0
            if n:
                said.append(
                    f"Column {quoted(shown(name))}: {counted(n, 'value')} in a form like 5.70306E+17; "
                    "a spreadsheet has cut the last digits off, so different ids may look the same."
                )
        return said


def footer_kind(cells: Sequence[str | None]) -> str:
    """ "sure" for a line that names itself a footer, "maybe" for one that is one only under an empty row, else ""."""
    filled = [c.strip() for c in cells if c and c.strip()]
    if not filled or len(filled) == len(cells):
        return ""
    if _TOTAL.fullmatch(filled[0].rstrip(":. ")):
        return "sure"
    if len(filled) > 1 or not cells[0] or not re.search(r"[^\W\d_]{2}", filled[0]):
        return ""
    return "sure" if _CLOSING_WORDS.search(filled[0]) and len(filled[0].split()) > 1 else "maybe"


def footers_doubt(footers: Sequence[tuple[int, str]]) -> str:
    """The sentence about report lines under the table that were left out."""
    texts = "; ".join(f"row {n:,} “{text}”" for n, text in sorted(footers)[:3])
    return f"{counted(len(footers), 'line')} under the table {'was' if len(footers) == 1 else 'were'} left out: {texts}."


def drop(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop a raw table and its list of rejected rows."""
    con.execute(f"DROP TABLE IF EXISTS {table}")
    con.execute(f"DROP TABLE IF EXISTS {table}_rejected")


def _free_name(con: duckdb.DuckDBPyConnection) -> str:
    taken = {
        name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views()").fetchall()
    }
    n = 0
    while f"raw_{n}" in taken or f"raw_{n}_rejected" in taken:
        n += 1
    return f"raw_{n}"


def _text_array(column: Sequence[str | None]) -> Any:
    try:
        return pa.array([v or None for v in column], pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can write one, UTF-8 cannot
        return pa.array([_storable(v) if v else None for v in column], pa.string())


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
