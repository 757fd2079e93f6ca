"""A dataset as one file that never changes: written aside, named at the end, opened read-only by everybody."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
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


def write(data: Dataset, path: Path, calendar: Calendar | None, values: Sequence[str] = (), **more: Any) -> None:
    """Write a dataset as one columnar file that never changes again: canonical tables, the measured tables under `calendar`, and `more` (JSON).

    Tickets lie in order of creation, so that a question about a month reads that month. `values` are kept beside them in
    `VALUED`: SQL texts, each of `ticket_id` and columns of its own. The file is written aside and takes its name at the end: nobody ever sees
    half of it.
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
                if target == "measured" and name == "tickets":
                    con.execute(f"CREATE TABLE written.measured.{VALUED} AS {_beside(values)} {order}")
                elif name not in lifecycle.VIEWS:
                    con.execute(f"CREATE TABLE written.{target}.{quoted(name)} AS FROM {quoted(name)} {order}")
        plain = [column for column, _ in data._columns_in(schema, "tickets")]
        con.execute("SET schema = 'written.measured'")
        con.execute(f"CREATE VIEW tickets AS SELECT {', '.join(quoted(column) for column in plain)} FROM {VALUED}")
        for statement in lifecycle.VIEWS.values():
            con.execute(statement)
        every = [column for column, *_ in con.execute(f"DESCRIBE {VALUED}").fetchall()]
        about = {
            "fingerprint": data.fingerprint,
            "first": data.first.isoformat(),
            "newest": data.newest.isoformat(),
            "filled": sorted(data.filled),
            "extras": list(data.extras),
            "rows": dict(data.rows),
            "calendar": calendar.fingerprint if calendar else "",
            "facts": lifecycle.version(),
            "values": [column for column in every if column not in plain],
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


def _beside(values: Sequence[str]) -> str:
    """SQL of the measured tickets with values beside them."""
    joins = [f"LEFT JOIN ({text}) AS v{place} USING (ticket_id)" for place, text in enumerate(values)]
    columns = ["t.*", *(f"v{place}.* EXCLUDE (ticket_id)" for place in range(len(values)))]
    return f"SELECT {', '.join(columns)} FROM tickets AS t {' '.join(joins)}"
