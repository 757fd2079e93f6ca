# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Exports that tell a part of a ticket (its metric events) beside the one that tells the ticket: columns the latter has not are added.

Whole columns, not cells: an empty "solved" in the ticket's own export means that it is not solved now, and stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from kpi.cells import Connection, ident
from kpi.sources._plan import Plan


def complete_rows(con: Connection, plans: Sequence[Plan]) -> dict[int, int]:
    """Move what completing files say into the rows of the others of their tool; the rows moved, by load."""
    moved: dict[int, int] = {}
    for plan in plans:
        tool = _tool(plan)
        others = [p for p in plans if _tool(p) == tool and not p.match.source.completes and p.match.source.fills == "tickets"]
        if not plan.match.source.completes or not others:
            continue
        theirs = {c for p in others for c, compiled in p.parts[0].columns.items() if compiled.headers}
        columns = [c for c, compiled in plan.parts[0].columns.items() if compiled.headers and c not in theirs]
        beside = f"t._load IN ({', '.join(str(p.load) for p in others)}) AND s._load = {plan.load} AND s.ticket_id = t.ticket_id"
        if columns:
            added = ", ".join(f"{ident(c)} = s.{ident(c)}" for c in columns)
            con.execute(f"UPDATE tickets AS t SET {added} FROM tickets s WHERE {beside}")
        gone = con.execute(f"DELETE FROM tickets AS s WHERE EXISTS (FROM tickets t WHERE {beside}) RETURNING 1").fetchall()
        moved[plan.load] = len(gone)
    return moved


def _tool(plan: Plan) -> str:
    return plan.match.source.tool or plan.match.source.name
