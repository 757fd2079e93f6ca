# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Rows that two files have alike: exports that overlap. What says when it happened is the same thing told twice; it counts once, and is said."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.cells import Connection, ident
from kpi.sources._fold import SUPERSEDED
from kpi.tables import TABLES

_TELLS = {
    "messages": "sent_at",
    "changes": "changed_at",
    "surveys": "coalesce(answered_at, offered_at)",
    "reviews": "review_id",
    "agent_time": "started_at",
}
"""What makes a row of a table without a key one thing; without it two equal rows may be two. Cost lines are never taken for one."""


def drop_repeated(con: Connection, files: Mapping[int, str]) -> tuple[dict[int, int], list[str]]:
    """Set aside the rows of later files that an earlier one has cell by cell; rows gone by load, and sentences. Within a file nothing is touched."""
    gone: dict[int, int] = {}
    doubts: list[str] = []
    for table, tells in _TELLS.items():
        name = ident(table)
        if con.execute(f"SELECT count(DISTINCT _load) FROM {name}").fetchone()[0] < 2:
            continue
        cells = ", ".join(ident(c.name) for c in TABLES[table].columns)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE _kpi_repeated AS SELECT id, _load, _file, _row FROM ("
            f"SELECT rowid AS id, _load, _file, _row, row_number() OVER (PARTITION BY {cells}, _load ORDER BY _row) AS nth, {cells} "
            f"FROM {name} WHERE {tells} IS NOT NULL) QUALIFY row_number() OVER (PARTITION BY {cells}, nth ORDER BY _load) > 1"
        )
        id_ = "t.ticket_id" if "ticket_id" in TABLES[table].by_name else "t.agent"
        con.execute(
            f"INSERT INTO {SUPERSEDED} SELECT r._file, r._row, '{table}', {id_}, NULL FROM _kpi_repeated r JOIN {name} t ON t.rowid = r.id"
        )
        con.execute(f"DELETE FROM {name} WHERE rowid IN (SELECT id FROM _kpi_repeated)")
        for load, n in con.execute("SELECT _load, count(*) FROM _kpi_repeated GROUP BY 1 ORDER BY 1").fetchall():
            gone[int(load)] = gone.get(int(load), 0) + int(n)
            what = "rows of agent time" if table == "agent_time" else table
            doubts.append(f"“{files[int(load)]}”: {n:,} {what} stand in an earlier file as well, cell by cell; they count once.")
        con.execute("DROP TABLE _kpi_repeated")
    return gone, doubts
