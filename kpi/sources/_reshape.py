# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Another table of text made of a decoded one, for layouts whose rows are not rows of ours (events of a ticket, a column for each question)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from kpi.cells import Connection, fold, ident, pick
from kpi.files import Header, RawTable, header


def shaped(
    con: Connection, raw: RawTable, names: Sequence[str], query: str, parameters: Sequence[Any] = (), doubts: Iterable[str] = ()
) -> RawTable:
    """The table `query` makes of `raw`: `_row` (of the file) and one text column for each of `names`, in order."""
    table = f"{raw.table}_shaped"
    columns = ", ".join(["_row", *(f"c{i}" for i in range(len(names)))])
    con.execute(f"CREATE OR REPLACE TABLE {ident(table)} AS SELECT * FROM ({query}) AS shaped({columns})", list(parameters))
    rows = int(con.execute(f"SELECT count(*) FROM {ident(table)}").fetchone()[0])
    headers = tuple(header(name, i) for i, name in enumerate(names))
    return replace(raw, table=table, headers=headers, rows=rows, doubts=(*raw.doubts, *doubts), cell_types=())


def cell(raw: RawTable, *names: str) -> str:
    """SQL: the trimmed cell under the first of these headers that is there, null where none is."""
    found = next((h for name in names if (h := pick(raw.headers, name)) is not None), None)
    return f"nullif(trim({ident(found.column)}), '')" if found else "NULL::VARCHAR"


def others(raw: RawTable, names: Iterable[str]) -> list[Header]:
    """The headers that are none of these."""
    known = {fold(h.raw) for name in names if (h := pick(raw.headers, name)) is not None}
    return [h for h in raw.headers if fold(h.raw) not in known]
