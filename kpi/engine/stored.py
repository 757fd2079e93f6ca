"""A dataset as one file that never changes: written aside, named at the end, opened read-only by everybody."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from kpi import lifecycle
from kpi.engine.dataset import CANONICAL, MEMORY, VALUED, Dataset, connect, quoted, quoted_text
from kpi.errors import UnreadableFile
from kpi.hours import Calendar
from kpi.tables import TABLES

KEPT = "kept"
"""The name under which a dataset's own file is attached, read only."""
PIECE = 100_000
"""Tickets whose values are worked out at a time."""
Values = Callable[[str], Sequence[str]]
"""From SQL of ids of tickets to SQL texts, each of `ticket_id` and columns of its own, for those tickets."""


def write(data: Dataset, path: Path, calendar: Calendar | None, values: Values | None = None, **more: Any) -> None:
    """Write a dataset as one columnar file that never changes again: canonical tables, the measured tables under `calendar`, and `more` (JSON).

    Tickets lie in order of creation, so that a question about a month reads that month. `values` of tickets are kept beside them, in `VALUED`.
    The file is written aside and takes its name at the end: nobody ever sees half of it.
    """
    schema = data.stand(None, calendar)
    half = path.with_name(f"half-{uuid.uuid4().hex}")
    con = data.con.cursor()
    try:
        con.execute(f"ATTACH '{quoted_text(half)}' AS written")
        for source, target in ((data.canonical, CANONICAL), (schema, "measured")):
            con.execute(f"CREATE SCHEMA written.{target}")
            con.execute(f"SET schema = '{source}'")
            for name in data._tables_in(source):
                order = lifecycle.ORDERS.get(name, "") if target == "measured" else "ORDER BY _row" * (name in TABLES)
                if values and target == "measured" and name == "tickets":
                    _beside(con, values, order)
                elif name not in lifecycle.VIEWS:
                    con.execute(f"CREATE TABLE written.{target}.{quoted(name)} AS FROM {quoted(name)} {order}")
        con.execute("SET schema = 'written.measured'")
        plain = [column for column, _ in data._columns_in(schema, "tickets")]
        kept: list[str] = []
        if values:
            kept = [column for column, *_ in con.execute(f"DESCRIBE {VALUED}").fetchall() if column not in plain]
            con.execute(f"CREATE VIEW tickets AS SELECT {', '.join(quoted(column) for column in plain)} FROM {VALUED}")
        for statement in lifecycle.VIEWS.values():
            con.execute(statement)
        about = {
            "fingerprint": data.fingerprint,
            "first": data.first.isoformat(),
            "newest": data.newest.isoformat(),
            "filled": sorted(data.filled),
            "extras": list(data.extras),
            "rows": dict(data.rows),
            "calendar": calendar.fingerprint if calendar else "",
            "facts": lifecycle.version(),
            "values": kept,
            **more,
        }
        con.execute("CREATE TABLE written.main.about AS SELECT ? AS json", [json.dumps(about)])
        con.execute("SET schema = 'memory.main'")
        con.execute("DETACH written")
        half.replace(path)
    finally:
        con.execute("SET schema = 'memory.main'")
        con.execute("DETACH DATABASE IF EXISTS written")
        half.unlink(missing_ok=True)


def opened(path: Path) -> tuple[Dataset, dict[str, Any]]:
    """The dataset of a file that `write` made, and what is noted about it. UnreadableFile for any other file.

    Facts that another version of the lifecycle made are left aside: they are made anew, in memory, on first wish.
    """
    con = connect(MEMORY)
    try:
        con.execute(f"ATTACH '{quoted_text(path)}' AS {KEPT} (READ_ONLY)")
        about: dict[str, Any] = json.loads(con.execute(f"SELECT json FROM {KEPT}.main.about").fetchall()[0][0])
    except (duckdb.Error, IndexError, ValueError):
        raise UnreadableFile(f"{path.name} is not a dataset this version can open.", "Import the files again.") from None
    data = Dataset(
        con,
        fingerprint=about["fingerprint"],
        first=dt.datetime.fromisoformat(about["first"]),
        newest=dt.datetime.fromisoformat(about["newest"]),
        filled=frozenset(about["filled"]),
        extras=tuple(about["extras"]),
        rows=about["rows"],
        canonical=f"{KEPT}.{CANONICAL}",
    )
    if about["facts"] == lifecycle.version():
        data._built[about["calendar"], data.newest] = f"{KEPT}.measured"
        data._valued[f"{KEPT}.measured"] = frozenset(about.get("values", ()))
    return data, about


def _beside(con: Any, values: Values, order: str) -> None:
    """The measured tickets with values beside them: a piece at a time, as all at once would not fit in the memory an import may have."""
    con.execute(f"CREATE TEMP TABLE pieces AS SELECT ticket_id, (row_number() OVER ({order}) - 1) // {PIECE} AS piece FROM tickets")
    for (piece,) in con.execute("SELECT DISTINCT piece FROM temp.pieces ORDER BY piece").fetchall():
        ids = f"SELECT ticket_id FROM temp.pieces WHERE piece = {int(piece)}"
        texts = values(ids)
        columns = ["t.*", *(f"v{place}.* EXCLUDE (ticket_id)" for place in range(len(texts)))]
        joins = [f"LEFT JOIN ({text}) AS v{place} USING (ticket_id)" for place, text in enumerate(texts)]
        verb = f"INSERT INTO written.measured.{VALUED}" if piece else f"CREATE TABLE written.measured.{VALUED} AS"
        con.execute(f"{verb} SELECT {', '.join(columns)} FROM (FROM tickets WHERE ticket_id IN ({ids})) AS t {' '.join(joins)} {order}")
    con.execute("DROP TABLE temp.pieces")
