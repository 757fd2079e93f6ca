# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Cells that were read and are odd all the same: a time without a zone among times that state theirs, a row that stands for several tickets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpi.cells import Connection, HeaderLike, ident, literal

if TYPE_CHECKING:
    from kpi.sources._plan import Plan, Planned

ODD = "odd_cells"
ODD_COLUMNS = 'file VARCHAR, "row" BIGINT, "table" VARCHAR, kind VARCHAR, header VARCHAR, text VARCHAR'
NO_ZONE, SUMMARY = "no_zone", "summary"
MOST = 1_000_000
"""At most this many cells of one column are listed."""

_THINGS = r"(?:tickets?|conversations?|cases?|incidents?|requests?|records?|rows?)"
_HOW_MANY = re.compile(
    rf"(?:#|no\.?|number|count|sum|total)(?: of)? {_THINGS}|{_THINGS} (?:count|created|solved|total)|(?:tickets|conversations|cases|incidents)|"
    rf"{_THINGS} - count|count|record count",
    re.IGNORECASE,
)
"""Headers of how many tickets a row stands for ("Tickets", "Ticket count", "No. of conversations")."""


def list_odd(con: Connection, plan: Plan) -> None:
    """Write down the odd cells of the rows a plan has put into its tables."""
    for planned in plan.parts:
        for header in _headers(planned):
            if header.raw in plan.sheet.mixed:
                _list(con, plan, planned, NO_ZONE, header.raw, ident(header.column), plan.sheet.mixed[header.raw])
    main = plan.parts[0]
    if main.part.fills != "tickets":
        return
    for header in plan.sheet.headers:
        if header.column not in plan.used and _HOW_MANY.fullmatch(" ".join(header.name.replace("_", " ").split())):
            cell = ident(header.column)
            number = f"try_cast({cell} AS DOUBLE)"
            ((is_count,),) = plan.sheet.rows(
                f"SELECT coalesce(count({cell}) = count(*) FILTER ({number} >= 1 AND {number} = floor({number})), false) "
                f"FROM {ident(plan.sheet.view)}"
            )
            if is_count:
                _list(con, plan, main, SUMMARY, header.raw, cell, f"{number} > 1")


def _headers(planned: Planned) -> list[HeaderLike]:
    """The headers a part reads, each once."""
    return list({h.raw: h for compiled in planned.columns.values() for h in compiled.headers}.values())


def _list(con: Connection, plan: Plan, planned: Planned, kind: str, header: str, cell: str, where: str) -> None:
    con.execute(
        f"INSERT INTO {ODD} SELECT ?, _row, {literal(planned.part.fills)}, {literal(kind)}, ?, left({cell}, 200) "
        f"FROM {ident(plan.sheet.view)} WHERE ({where}) AND ({planned.where}) ORDER BY _row LIMIT {MOST}",
        [plan.match.raw.file, header],
    )
