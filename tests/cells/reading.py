"""Run one reader over a few cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from kpi import cells
from kpi.cells import Compiled, Reader, Sheet
from kpi.files import header
from kpi.tables import TICKETS

COLUMN = {
    "instant": "created_at",
    "number": "cost",
    "count": "reopens",
    "flag": "is_sla_met",
    "list": "tags",
    "text": "channel",
    "id": "ticket_id",
    "status": "status",
}


@dataclass
class Out:
    """What a reader made of some cells: values, the reason of every unread cell by position, and what it said."""

    values: list[Any]
    unread: dict[int, str]
    compiled: Compiled
    sheet: Sheet


def run(reader: Reader, *columns: list[str | None], kind: str = "number", names: tuple[str, ...] = ("X", "Y"), **facts: Any) -> Out:
    con = duckdb.connect(config={"threads": 1})
    con.execute(f"CREATE TABLE raw_0 ({', '.join(f'c{i} VARCHAR' for i in range(len(columns)))}, _row BIGINT)")
    con.execute(f"INSERT INTO raw_0 SELECT {'unnest(?::VARCHAR[]), ' * len(columns)} unnest(range(?))", [*columns, len(columns[0])])
    headers = [header(n, i) for i, n in enumerate(names[: len(columns)])]
    cleaned = ", ".join(f"{cells.clean(h.column, cells.MISSING)} AS {h.column}" for h in headers)
    con.execute(f"CREATE TEMP VIEW sheet AS SELECT _row, {cleaned} FROM raw_0")
    sheet = Sheet(con, "sheet", "x.csv", headers, **facts)
    column = TICKETS.by_name[COLUMN[kind]]
    compiled = reader.compile(sheet, column)
    assert compiled is not None
    found = con.execute(
        f"SELECT _row, {cells.typed(compiled.value, column)}, {compiled.given} IS NOT NULL, {compiled.reason} FROM sheet ORDER BY _row"
    ).fetchall()
    return Out([v for _, v, _, _ in found], {r: why for r, v, g, why in found if g and v is None}, compiled, sheet)
