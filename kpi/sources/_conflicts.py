# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""What rows of one ticket say against each other where nothing tells which is right: listed cell by cell, never settled in silence.

A newer row that says something else is news, no conflict. Two rows of one age that differ are one, and so are two times of creation.
"""

from __future__ import annotations

from kpi.cells import Connection, ident
from kpi.tables import Column, Table

CONFLICTS = "conflicting_cells"
CONFLICTS_COLUMNS = (
    'file VARCHAR, "row" BIGINT, "table" VARCHAR, id VARCHAR, "column" VARCHAR, stated VARCHAR, counted VARCHAR, '
    "counted_file VARCHAR, counted_row BIGINT, reason VARCHAR"
)
"""One cell a row: where the row set aside stands, what it states, what counts and where that stands, and why it is no news."""
MOST = 100_000
"""At most this many conflicts of one table are listed."""
AGE, NO_AGE, CREATION = "both rows state the same last change", "no row states when it last changed", "a ticket is created once"


def list_conflicts(con: Connection, table: Table) -> None:
    """Write down the conflicts between the rows to be removed (`_kpi_gone`) and the kept ones (`_kpi_kept`), while both are there."""
    name, (key,) = ident(table.name), table.key
    own = "[epoch({0}.updated_at)]" if "updated_at" in table.by_name else "NULL::DOUBLE[]"
    ages = [f"coalesce({alias}._latest, {own.format(alias)}, [])" for alias in ("g", "k")]
    known = [f"len(list_filter({age}, lambda v: v IS NOT NULL)) > 0" for age in ages]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _kpi_pairs AS SELECT g.rowid AS gone, k.rowid AS kept, "
        f"CASE WHEN NOT ({known[0]} OR {known[1]}) THEN '{NO_AGE}' WHEN {ages[0]} = {ages[1]} THEN '{AGE}' END AS reason "
        f"FROM _kpi_gone x JOIN {name} g ON g.rowid = x.id JOIN _kpi_kept y ON y.{key} = x.{key} JOIN {name} k ON k.rowid = y.kept"
    )
    cells = " UNION ALL ".join(_differing(table, c, place) for place, c in enumerate(table.columns) if c.name != key and not c.derived)
    con.execute(
        f'INSERT INTO {CONFLICTS} SELECT file, "row", \'{table.name}\', id, "column", stated, counted, counted_file, counted_row, reason '
        f'FROM ({cells}) ORDER BY id, file, "row", place LIMIT {MOST}'
    )
    con.execute("DROP TABLE _kpi_pairs")


def _differing(table: Table, column: Column, place: int) -> str:
    cell, (key,) = ident(column.name), table.key
    reason = f"coalesce(p.reason, '{CREATION}')" if column.name == "created_at" else "p.reason"
    shown = [_shown(column, alias) for alias in ("g", "k")]
    return (
        f'SELECT {place} AS place, g._file AS file, g._row AS "row", g.{key} AS id, \'{column.name}\' AS "column", {shown[0]} AS stated, '
        f"{shown[1]} AS counted, k._file AS counted_file, k._row AS counted_row, {reason} AS reason "
        f"FROM _kpi_pairs p JOIN {ident(table.name)} g ON g.rowid = p.gone JOIN {ident(table.name)} k ON k.rowid = p.kept "
        f"WHERE {reason} IS NOT NULL AND g.{cell} <> k.{cell}"
    )


def _shown(column: Column, alias: str) -> str:
    cell = f"{alias}.{ident(column.name)}"
    if column.type == "instant":
        return f"strftime({cell}, '%Y-%m-%d %H:%M:%S')"
    return f"array_to_string({cell}, ', ')" if column.type == "list" else f"{cell}::VARCHAR"
