# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Another table of text made of a decoded one, for layouts whose rows are not rows of ours (events of a ticket, a column for each question)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kpi.cells import Connection, fold, ident, pick
from kpi.files import Header, RawTable, header

if TYPE_CHECKING:
    from kpi.sources._source import Reshape


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


def beside(reshape: Reshape) -> Reshape:
    """The same table with the file's own columns beside what is made of them, so that a person can correct single columns of it."""

    def made(con: Connection, raw: RawTable) -> RawTable:
        new = reshape(con, raw)
        table = f"{raw.table}_beside"
        own = [replace(h, column=f"own{place}") for place, h in enumerate(raw.headers)]
        cells = ", ".join(["m.*", *(f"r.{ident(h.column)} AS {ident(o.column)}" for h, o in zip(raw.headers, own, strict=True))])
        con.execute(
            f"CREATE OR REPLACE TABLE {ident(table)} AS SELECT {cells} FROM {ident(new.table)} m LEFT JOIN {ident(raw.table)} r USING (_row)"
        )
        if new.table != raw.table:
            con.execute(f"DROP TABLE {ident(new.table)}")
        return replace(new, table=table, headers=(*new.headers, *own))

    return made


def cell(raw: RawTable, *names: str) -> str:
    """SQL: the trimmed cell under the first of these headers that is there, null where none is."""
    found = next((h for name in names if (h := pick(raw.headers, name)) is not None), None)
    return f"nullif(trim({ident(found.column)}), '')" if found else "NULL::VARCHAR"


def others(raw: RawTable, names: Iterable[str]) -> list[Header]:
    """The headers that are none of these."""
    known = {fold(h.raw) for name in names if (h := pick(raw.headers, name)) is not None}
    return [h for h in raw.headers if fold(h.raw) not in known]
