"""A dataset's file looked through: whether it opens, and holds the content whose fingerprint it claims."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kpi import lifecycle
from kpi.engine.dataset import _fingerprint, quoted_text


@dataclass(frozen=True)
class Checked:
    """What a dataset's file says and holds. `fingerprint` is what it claims, `counted` what its rows give; `is_present_facts`: this version of the code
    made its facts. `fault` says why it cannot be read ("" where it can): then the rest is empty."""

    fingerprint: str = ""
    counted: str = ""
    rows: int = 0
    is_present_facts: bool = True
    fault: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.fault and self.fingerprint == self.counted


def checked(path: Path) -> Checked:
    """Read a whole file that `kpi.engine.write` made, without writing anything beside it."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("SET autoinstall_known_extensions = false")
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH '{quoted_text(path)}' AS kept (READ_ONLY)")
        con.execute("USE kept")
        ((said,),) = con.execute("SELECT json FROM main.about").fetchall()
        about = json.loads(said)
        counted = _fingerprint(con)
        for schema, table in con.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'kept' AND table_schema = 'measured' "
            "AND table_type = 'BASE TABLE'"
        ).fetchall():
            con.execute(f'SELECT bit_xor(hash(one)) FROM "{schema}"."{table}" AS one').fetchall()  # every block is read
        rows = int(sum(about["rows"].values()))
        return Checked(str(about["fingerprint"]), counted, rows, about["facts"] == lifecycle.version())
    except (duckdb.Error, ValueError, KeyError, TypeError) as error:
        return Checked(fault=type(error).__name__)
    finally:
        con.close()
