"""A second engine: the SQL compiled for PostgreSQL gives the digits DuckDB gives, metric by metric, on the sample company."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import kpi
from kpi.catalogue import CATALOGUE
from kpi.measure.compile import filled, lacking, queries, values_of
from kpi.measure.edges import edges_of, instants_of
from kpi.measure.shape import shape_of
from kpi.metric import MEASURED

psycopg = pytest.importorskip("psycopg", reason="the postgres extra is not installed")
pytestmark = [pytest.mark.database, pytest.mark.slow]

TYPES = {
    "string": "text",
    "timestamp(6)": "timestamp(6)",
    "int64": "bigint",
    "float64": "double precision",
    "boolean": "boolean",
    "array<string>": "text[]",
}
GAPS: dict[str, str] = {}
"""Metric -> why PostgreSQL cannot measure it. None so far."""

SCOPES = {
    "all": kpi.Scope(),
    "weeks of a DST zone": kpi.Scope(by="week", zone="America/New_York", start="2026-02-16", end="2026-04-12"),
    "by channel": kpi.Scope(split=["channel"], where={"team": ["Billing", "Front line"]}),
    "by tag": kpi.Scope(split=["tags"]),
    "local weekday and hour": kpi.Scope(zone="America/New_York", split=["created_weekday"], where={"created_hour": ["9", "10", "(none)"]}),
    "variants": kpi.Scope(statistic="p90", params={"first_contact_resolution": "D", "clocks": "finished", "statuses": "all"}),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> kpi.Dataset:
    from kpi import sample

    folder = tmp_path_factory.mktemp("sample")
    sample.write(folder, tickets=3_000, seed=4, format="parquet")
    return kpi.read(*sorted(folder.glob("*.parquet")))


@pytest.fixture(scope="module")
def database(postgres: str, data: kpi.Dataset) -> Iterator[Any]:
    """The measured tables of the dataset, copied into PostgreSQL."""
    schema = data.stand(None, None)
    with psycopg.connect(postgres, autocommit=True) as connection:
        for table in MEASURED:
            columns = {name: TYPES[kind] for name, kind in data.columns(table).items()}
            listed = ", ".join(f'"{name}"' for name in columns)
            connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute(_create(table, columns))
            frame = data.query(f"SELECT {listed} FROM {table}", schema)
            with connection.cursor().copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in frame.itertuples(index=False, name=None):
                    copy.write_row([_plain(cell) for cell in row])
        yield connection


def _create(table: str, columns: dict[str, str]) -> str:
    inside = ", ".join('"' + name + '" ' + kind for name, kind in columns.items())
    return f"CREATE TABLE {table} ({inside})"


def _plain(cell: Any) -> Any:
    if isinstance(cell, (list, tuple)) or (hasattr(cell, "tolist") and getattr(cell, "ndim", 0) == 1):
        return [str(c) for c in cell]
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return cell.item() if hasattr(cell, "item") else cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell


def _numbers(rows: list[tuple[Any, ...]], names: list[str], keys: list[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Key -> part -> number; lists are sorted, so that they can be compared."""
    found = {}
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        key = tuple(str(pd.Timestamp(cells[k]).date()) if isinstance(cells[k], (dt.date, pd.Timestamp)) else str(cells[k]) for k in keys)
        found[key] = {n: _number(v) for n, v in cells.items() if n not in keys}
    return found


def _number(value: Any) -> Any:
    if isinstance(value, list) or hasattr(value, "tolist"):
        listed = sorted(float(v) for v in value) if not hasattr(value, "ndim") or value.ndim else value.item()
        return listed if isinstance(listed, list) else _number(listed)
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value)


@pytest.mark.parametrize("what", SCOPES)
def test_postgres_gives_the_digits_of_duckdb(what: str, data: kpi.Dataset, database: Any) -> None:
    scope = SCOPES[what]
    schema, as_of = data.stand(None, None), data.newest
    shape, values = shape_of(scope, data.first, as_of, data.extras), values_of(scope, data.first, as_of)
    instants = instants_of(scope.periods(data.first, as_of), as_of)
    values |= edges_of(instants, as_of)
    database.execute("DROP TABLE IF EXISTS instants")
    database.execute("CREATE TABLE instants (bucket bigint, opens timestamp(6), closes timestamp(6), until timestamp(6))")
    for row in instants.itertuples(index=False, name=None):
        database.execute("INSERT INTO instants VALUES (%s, %s, %s, %s)", [_plain(cell) for cell in row])
    compared = 0
    for name in CATALOGUE:
        metric = CATALOGUE[name]
        if metric.missing(data.filled, scope.ask) or name in GAPS:
            continue
        if any(lacking(data.columns(_table(p)), scope) for p in metric.form.parts(scope.ask).values()):
            continue
        ours = queries((name,), shape, True)
        theirs = queries((name,), shape, True, dialect="postgres")
        for mine, other in zip(ours, theirs, strict=True):
            frame = data.query(filled(mine.text, values), schema, instants if mine.edge else None)
            cursor = database.execute(filled(other.text, values))
            names = [c.name for c in cursor.description]
            keys = [n for n in names if n not in mine.parts]
            a = _numbers(list(frame.itertuples(index=False, name=None)), list(frame.columns), keys)
            b = _numbers(cursor.fetchall(), names, keys)
            assert a.keys() == b.keys(), (name, set(a) ^ set(b))
            for key, parts in a.items():
                for part, value in parts.items():
                    assert b[key][part] == (pytest.approx(value, rel=1e-9, abs=1e-9) if value is not None else None), (name, key, part)
                    compared += 1
    assert compared > 50


def _table(part: Any) -> str:
    return str(part.rows.get_name()).removesuffix("_at")
