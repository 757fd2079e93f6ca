"""A look at the head of a file: its tables, with a few rows each, in a database of their own that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from kpi.files.decoder import decode
from kpi.files.table import RawTable


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """A private database in memory, closed at the end. Nothing outside of it can be reached but files we name."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET autoinstall_known_extensions = false")
        con.execute("SET enable_progress_bar = false")
        yield con
    finally:
        con.close()


def read_head(path: Path, name: str, rows: int) -> list[tuple[RawTable, Any]]:
    """Each table of a file (sheets, members of an archive) with its first `rows` rows as an Arrow table of text and `_row`.

    Raises UnreadableFile as `decode` does.
    """
    with scratch() as con:
        return [
            (table, con.sql(f"SELECT * FROM {table.table} ORDER BY _row").to_arrow_table())
            for table in decode(con, [path], names=[name], most=rows)
        ]
