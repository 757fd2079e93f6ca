"""What the tests of this folder share: bytes in, cells out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from kpi.files import RawTable, decode

_CON = duckdb.connect()

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Read:
    """A decoded table with its content: rows by their number in the file, and the rejected ones."""

    raw: RawTable
    rows: dict[int, Row]
    rejected: dict[int, tuple[str, str]]

    @property
    def headers(self) -> list[str]:
        return [h.raw for h in self.raw.headers]

    @property
    def cells(self) -> list[Row]:
        return list(self.rows.values())

    def says(self, *words: str) -> bool:
        return any(all(word in doubt for word in words) for doubt in self.raw.doubts)


def read_all(*paths: Path, names: list[str] | None = None) -> list[Read]:
    raws = decode(_CON, paths, names=names)
    try:
        return [look(_CON, raw) for raw in raws]
    finally:
        for raw in raws:
            _CON.execute(f"DROP TABLE {raw.table}; DROP TABLE {raw.table}_rejected")


def look(con: duckdb.DuckDBPyConnection, raw: RawTable) -> Read:
    columns = [h.column for h in raw.headers]
    rows = {
        number: tuple(cells)
        for number, *cells in con.execute(f"SELECT _row, {', '.join(columns)} FROM {raw.table} ORDER BY _row").fetchall()
    }
    rejected = {n: (reason, text) for n, reason, text in con.execute(f'SELECT "row", reason, text FROM {raw.table}_rejected').fetchall()}
    kinds = {
        t
        for (t,) in con.execute(
            "SELECT DISTINCT data_type FROM duckdb_columns() WHERE table_name = ? AND column_name <> '_row'", [raw.table]
        ).fetchall()
    }
    assert kinds <= {"VARCHAR"}
    assert raw.rows == len(rows)
    assert raw.rejected == len(rejected)
    return Read(raw, rows, rejected)


def read_bytes(folder: Path, content: bytes | str, name: str = "upload") -> Read:
    """The only table in a file of this content, stored under a name that says nothing."""
    path = folder / "0b5f"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [table] = read_all(path, names=[name])
    return table
