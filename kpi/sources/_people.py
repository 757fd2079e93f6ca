# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Lists of persons: what other exports of the tool call by id gets a name, and a message learns who wrote it.

Only those who work there are named: a requester stays the id that joins files.
"""

from __future__ import annotations

from collections.abc import Sequence

from kpi.cells import Connection, ident, literal
from kpi.sources._plan import Plan
from kpi.tables import ROLES

_PEOPLE = "_kpi_people"
_NAMED = (
    ("tickets", "agent", ""),
    ("surveys", "agent", ""),
    ("reviews", "agent", ""),
    ("changes", "old", "agent"),
    ("changes", "new", "agent"),
)
"""Columns that may hold the id of an agent: table, column, and the field of the change where it is one."""


def gather_people(con: Connection, plan: Plan) -> None:
    """Remember the persons a file lists, with the tool whose ids they are."""
    if "id" not in plan.people:
        return
    source = plan.match.source
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {_PEOPLE} (load INTEGER, tool VARCHAR, id VARCHAR, name VARCHAR, role VARCHAR)")
    name, role = (plan.people.get(c, "NULL") for c in ("name", "role"))
    con.execute(
        f"INSERT INTO {_PEOPLE} SELECT {plan.load}, ?, {plan.people['id']}, {name}, {role} FROM {ident(plan.sheet.view)}",
        [source.tool or source.name],
    )


def name_people(con: Connection, plans: Sequence[Plan]) -> list[str]:
    """Put names in the place of agents' ids, and roles beside the authors of messages; sentences about what was done."""
    if not any(plan.people for plan in plans):
        return []
    loads = [(plan.load, plan.match.source.tool or plan.match.source.name) for plan in plans]
    con.execute("CREATE OR REPLACE TEMP TABLE _kpi_loads (load INTEGER, tool VARCHAR)")
    con.executemany("INSERT INTO _kpi_loads VALUES (?, ?)", [list(pair) for pair in loads])
    roles = ", ".join(literal(role) for role in ROLES)
    # Two agents of one name are two agents: they keep their ids beside it. Of several rows of a person the last counts.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _kpi_named AS SELECT tool, id, role, "
        "CASE WHEN count(*) OVER (PARTITION BY tool, name, role) > 1 THEN name || ' (' || id || ')' ELSE name END AS name FROM "
        f"(SELECT tool, id, arg_max(name, load) AS name, arg_max(role, load) AS role FROM {_PEOPLE} "
        f"WHERE id IS NOT NULL AND (role IS NULL OR role IN ({roles})) GROUP BY tool, id)"
    )
    for table, column, field in _NAMED:
        only = f"AND t.field = {literal(field)}" if field else ""
        con.execute(
            f"UPDATE {ident(table)} AS t SET {ident(column)} = p.name FROM _kpi_named p JOIN _kpi_loads l USING (tool) "
            f"WHERE l.load = t._load AND p.id = t.{ident(column)} AND p.name IS NOT NULL AND p.role = 'agent' {only}"
        )
    con.execute(
        "UPDATE messages AS t SET author_role = p.role FROM _kpi_named p JOIN _kpi_loads l USING (tool) "
        "WHERE l.load = t._load AND p.id = t.author AND t.author_role IS NULL"
    )
    # Once some authors are known, the others would count as nobody: whom the list does not name is said.
    known, silent = con.execute("SELECT count(author_role), count(author) - count(author_role) FROM messages").fetchone()
    for temporary in (_PEOPLE, "_kpi_loads", "_kpi_named"):
        con.execute(f"DROP TABLE IF EXISTS {temporary}")
    if known and silent:
        return [f"{silent:,} messages are by persons the list of persons does not name; they count neither as agents nor as requesters."]
    return []
