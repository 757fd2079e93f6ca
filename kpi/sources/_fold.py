# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Several rows of one ticket: the newest is the ticket, the others are older states of it. Counted, never silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.cells import Connection, ident
from kpi.errors import BadValue
from kpi.sources._conflicts import list_conflicts
from kpi.tables import Table

SUPERSEDED = "superseded_rows"
SUPERSEDED_COLUMNS = 'file VARCHAR, "row" BIGINT, "table" VARCHAR, id VARCHAR, created_at TIMESTAMP'
"""The table that lists the rows set aside: where each stands, what it was a row of, and the creation it stated."""


@dataclass(frozen=True)
class Folded:
    """What folding found: repeated keys, the rows they had, keys whose rows state different creations, rows gone per load."""

    keys: int
    rows: int
    conflicts: int
    gone: dict[int, int]


def fold_rows(con: Connection, table: Table, tools: Sequence[tuple[str, str]], children: Sequence[tuple[int, str]]) -> Folded:
    """Keep the newest row of each key of `table`; remove what the removed rows had filled elsewhere.

    `tools` are the (tool, file) of each load, in order; `children` are (load, other table) filled from the same rows.
    The newest has the greatest `_latest`, else the greatest `updated_at`; ties go to the last row of the last file.

    Raises
    ------
    BadValue
        When two tools use one id: those are different tickets, and nothing could tell their messages apart.
    """
    name, (key,) = ident(table.name), table.key
    con.execute(f"CREATE OR REPLACE TEMP TABLE _kpi_twice AS SELECT {key} FROM {name} GROUP BY {key} HAVING count(*) > 1")
    keys = int(con.execute("SELECT count(*) FROM _kpi_twice").fetchone()[0])
    if not keys:
        con.execute("DROP TABLE _kpi_twice")
        return Folded(0, 0, 0, {})
    if table.name == "tickets":
        _refuse_shared_ids(con, tools)
    newest = "[epoch(updated_at)]" if "updated_at" in table.by_name else "NULL::DOUBLE[]"
    order = f"list_concat(list_transform(coalesce(_latest, {newest}, []), lambda v: coalesce(v, -1e300)), [_load, _row])"
    created = "count(DISTINCT created_at) > 1" if "created_at" in table.by_name else "false"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _kpi_kept AS SELECT {key}, arg_max(rowid, {order}) AS kept, count(*) AS n, {created} AS conflict "
        f"FROM {name} SEMI JOIN _kpi_twice USING ({key}) GROUP BY {key}"
    )
    rows, conflicts = con.execute("SELECT sum(n)::BIGINT, count(*) FILTER (conflict) FROM _kpi_kept").fetchone()
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _kpi_gone AS "
        f"SELECT t.rowid AS id, t.{key}, t._load, t._row FROM {name} t JOIN _kpi_kept k USING ({key}) WHERE t.rowid <> k.kept"
    )
    stated = "t.created_at" if "created_at" in table.by_name else "NULL"
    con.execute(
        f"INSERT INTO {SUPERSEDED} SELECT t._file, t._row, '{table.name}', t.{key}, {stated} FROM {name} t JOIN _kpi_gone g ON g.id = t.rowid"
    )
    list_conflicts(con, table)
    gone = {int(load): int(n) for load, n in con.execute("SELECT _load, count(*) FROM _kpi_gone GROUP BY 1").fetchall()}
    con.execute(f"DELETE FROM {name} WHERE rowid IN (SELECT id FROM _kpi_gone)")
    for load, child in children:
        con.execute(f"DELETE FROM {ident(child)} WHERE _load = ? AND _row IN (SELECT _row FROM _kpi_gone WHERE _load = ?)", [load, load])
    for temporary in ("_kpi_twice", "_kpi_kept", "_kpi_gone"):
        con.execute(f"DROP TABLE IF EXISTS {temporary}")
    return Folded(keys, int(rows), int(conflicts), gone)


def _refuse_shared_ids(con: Connection, tools: Sequence[tuple[str, str]]) -> None:
    if len({tool for tool, _ in tools}) < 2:
        return
    con.execute("CREATE OR REPLACE TEMP TABLE _kpi_tools (load INTEGER, tool VARCHAR)")
    con.executemany("INSERT INTO _kpi_tools VALUES (?, ?)", [(i, tool) for i, (tool, _) in enumerate(tools)])
    shared = con.execute(
        "SELECT ticket_id, list_sort(list(DISTINCT _load)), count(*) OVER () FROM tickets SEMI JOIN _kpi_twice USING (ticket_id) "
        "JOIN _kpi_tools ON load = _load GROUP BY ticket_id HAVING count(DISTINCT tool) > 1 ORDER BY 1 LIMIT 1"
    ).fetchone()
    con.execute("DROP TABLE _kpi_tools")
    if shared:
        files = " and ".join(f"“{tools[load][1]}”" for load in shared[1])
        raise BadValue(
            f"Ticket {shared[0]} is in {files}, which come from different tools ({shared[2]:,} such ids).",
            "Import one tool at a time, or make the ids different.",
        )
