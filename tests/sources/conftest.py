"""Reading a file all the way to the canonical tables, for the tests of the sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from kpi.files import decode
from kpi.sources import Import, load, recognise


@dataclass
class Loaded:
    """An import and the connection that holds its tables."""

    con: duckdb.DuckDBPyConnection
    report: Import

    def one(self, query: str) -> Any:
        row = self.con.execute(query).fetchone()
        assert row is not None
        return row[0] if len(row) == 1 else row

    def frame(self, query: str) -> pd.DataFrame:
        return self.con.execute(query).df()

    def counts(self, column: str, table: str = "tickets") -> dict[Any, int]:
        return dict(self.con.execute(f'SELECT "{column}", count(*) FROM {table} GROUP BY 1').fetchall())


Read = Callable[..., Loaded]


@pytest.fixture(scope="session")
def read() -> Read:
    """Decode, recognise and load files; keyword arguments go to `load`, `source` and `mapping` to `recognise`."""

    def reading(*paths: Path, source: str | None = None, mapping: Mapping[str, Any] | Path | None = None, **facts: Any) -> Loaded:
        con = duckdb.connect(config={"threads": 2})
        matches = [recognise(raw, con=con, source=source, mapping=mapping) for raw in decode(con, [Path(p) for p in paths])]
        return Loaded(con, load(con, matches, **facts))

    return reading


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a small file."""

    def writing(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return writing
