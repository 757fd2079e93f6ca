"""A real PostgreSQL: what is read from it gives the numbers of the files, to the digit; and every refusal is one sentence."""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kpi
from kpi import connect, sample
from kpi.errors import KpiError
from kpi.tables import TABLES
from tests.sources import layouts

psycopg = pytest.importorskip("psycopg", reason="the postgres extra is not installed")
pytestmark = [pytest.mark.database, pytest.mark.slow]
TYPES = {pa.int64(): "bigint", pa.float64(): "double precision", pa.bool_(): "boolean"}


@pytest.fixture
def schema(postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A schema of this test's own, so that tests at work at the same time never meet."""
    name = f"kpi_{secrets.token_hex(6)}"
    monkeypatch.setenv("WAREHOUSE_URL", postgres)
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute(f"CREATE SCHEMA {name}")
        yield name
        con.execute(f"DROP SCHEMA {name} CASCADE")


def load(postgres: str, schema: str, path: Path) -> None:
    """A Parquet file as a table of PostgreSQL, typed as PostgreSQL types it, by COPY."""
    table = pq.read_table(path)
    columns = {field.name: TYPES.get(field.type, _moment(field.type)) for field in table.schema}
    inside = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute(f'CREATE TABLE {schema}."{path.stem}" ({inside})')
        with con.cursor().copy(f'COPY {schema}."{path.stem}" FROM STDIN') as copy:
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                copy.write_row([None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row])
        con.execute(f'ANALYZE {schema}."{path.stem}"')


def _moment(kind: Any) -> str:
    if pa.types.is_list(kind):
        return "text[]"
    if not pa.types.is_timestamp(kind):
        return "text"
    return "timestamptz" if kind.tz else "timestamp"


def declared(folder: Path, text: str) -> Path:
    path = folder / "warehouse.toml"
    path.write_text(f'kind = "postgres"\nplace = {{ environment = "WAREHOUSE_URL" }}\n{text}', "utf-8")
    return path


SCOPES: dict[str, dict[str, Any]] = {
    "all": {}, "weeks of a zone": {"by": "week", "zone": "America/New_York"}, "by channel": {"split": ["channel"]}, "by tag": {"split": ["tags"]},
    "business hours": {"clock": "business", "by": "month"},
}  # fmt: skip


def same_numbers(ours: kpi.Dataset, theirs: kpi.Dataset) -> int:
    """Every number of every metric both can measure, to the last digit; how many were compared."""
    assert ours.lacking() == theirs.lacking()
    names = sorted(name for name, lacks in ours.lacking().items() if not lacks)
    compared = 0
    for asked in SCOPES.values():
        if any(split not in ("channel", "tags") or f"tickets.{split}" not in ours.filled for split in asked.get("split", [])):
            continue
        a, b = (kpi.measure(names, kpi.Scope(**asked), data).frame for data in (ours, theirs))
        assert list(a.columns) == list(b.columns) and len(a) == len(b)
        for column in a.columns:
            for i, (x, y) in enumerate(zip(a[column], b[column], strict=True)):
                both = [v is None or v != v for v in (x, y)]  # noqa: PLR0124  only NaN is not itself
                assert all(both) or x == y, (asked, column, a["metric"].iloc[i], x, y)
                compared += 1
    return compared


def test_the_sample_company_in_postgres_gives_the_numbers_of_its_files(postgres: str, schema: str, tmp_path: Path) -> None:
    sample.write(tmp_path, tickets=2_000, seed=4, format="parquet")
    for name in TABLES:
        load(postgres, schema, tmp_path / f"{name}.parquet")
    seen: list[tuple[str, float]] = []
    data = connect.read(declared(tmp_path, f'schema = "{schema}"'), progress=lambda what, share: seen.append((what, share)))
    files = kpi.read(*(tmp_path / f"{name}.parquet" for name in TABLES))
    assert data.rows == files.rows and data.filled == files.filled
    assert data.fingerprint == files.fingerprint
    assert same_numbers(files, data) > 10_000
    assert {name for name, _ in seen} >= set(TABLES) and seen[-1][1] == 1.0 and [s for _, s in seen] == sorted(s for _, s in seen)


def test_zendesk_as_fivetran_lays_it_out_gives_the_numbers_of_its_files(postgres: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    paths = layouts.zendesk(layouts.made(tmp_path / "truth", 2_000), tmp_path)
    for path in paths:
        load(postgres, schema, path)
    ready = (Path(__file__).parents[2] / "data" / "connections" / "fivetran_zendesk.toml").read_text("utf-8")
    tables = ready[ready.index("[[table]]") :]
    data = connect.read(declared(tmp_path, f'schema = "{schema}"\n{tables}'))
    assert [file.source for file in data.report.files] == [
        "zendesk_warehouse_tickets", "zendesk_warehouse_changes", "zendesk_warehouse_messages", "zendesk_warehouse_users", "zendesk_ratings",
    ]  # fmt: skip
    files = kpi.read(*paths)
    assert data.fingerprint == files.fingerprint
    assert same_numbers(files, data) > 5_000
    told = connect.read(declared(tmp_path, f'schema = "{schema}"'))  # without a declared table: recognised by their columns
    assert told.fingerprint == files.fingerprint


def test_types_of_postgres_are_told_as_they_stand(postgres: str, schema: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute(
            f"""CREATE TABLE {schema}.cases AS SELECT 9007199254740993::numeric AS "no", timestamptz '2026-02-01 08:00:00.5+02' AS opened,
            timestamp 'infinity' AS closed, date '2026-02-03' AS due, ARRAY['a', 'b,c'] AS labels, jsonb '{{"name": "Ann"}}' AS who,
            12.50::numeric(9, 2) AS price, 90::smallint AS spent, '\\x00'::bytea AS attachment"""
        )
    text = f'schema = "{schema}"\n[[table]]\nname = "cases"\nfills = "tickets"\n[table.columns]\n' + (
        'ticket_id = "no"\ncreated_at = "opened"\nclosed_at = "closed"\ndue_at = "due"\ntags = "labels"\nrequester = "who"\ncost = "price"\n'
        'handle_seconds = { duration = "spent", unit = "seconds" }\n'
    )
    data = connect.read(declared(tmp_path, text), zone="UTC")
    columns = "ticket_id, created_at::VARCHAR, closed_at, due_at::VARCHAR, tags, requester, cost, handle_seconds"
    row = data.con.execute(f"SELECT {columns} FROM canonical.tickets").fetchone()
    assert row == ("9007199254740993", "2026-02-01 06:00:00.5", None, "2026-02-03 00:00:00", ["a", "b,c"], '{"name": "Ann"}', 12.5, 90.0)


def test_all_tables_are_of_one_moment(postgres: str, schema: str, tmp_path: Path) -> None:
    """A ticket that comes while the tables are read is in none of them, rather than in one."""
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute(f"CREATE TABLE {schema}.tickets (ticket_id text, created_at timestamptz)")
        con.execute(f"CREATE TABLE {schema}.messages (ticket_id text, sent_at timestamptz)")
        con.execute(f"INSERT INTO {schema}.tickets VALUES ('1', '2026-02-01')")
        con.execute(f"INSERT INTO {schema}.messages VALUES ('1', '2026-02-01')")

        def meanwhile(what: str, share: float) -> None:
            if what == "tickets" and share == 0.0:
                con.execute(f"INSERT INTO {schema}.tickets VALUES ('2', '2026-02-02')")
                con.execute(f"INSERT INTO {schema}.messages VALUES ('2', '2026-02-02')")

        text = f'schema = "{schema}"\n[[table]]\nname = "messages"\n[[table]]\nname = "tickets"\n'
        found = connect.read_declaration(declared(tmp_path, text))

        def before_tickets(what: str, share: float) -> None:
            if what == "messages":
                meanwhile("tickets", 0.0 if share == 0.5 else 1.0)

        pulled = connect.pull(found, tmp_path, before_tickets)
    rows = {name: pq.read_table(path).num_rows for name, path in pulled.files.items()}
    assert rows == {"Warehouse › messages": 1, "Warehouse › tickets": 1}


def test_what_is_missing_or_forbidden_is_one_sentence(postgres: str, schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    role = f"kpi_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute(f"CREATE TABLE {schema}.tickets (ticket_id text, created_at timestamptz)")
        con.execute(
            f"CREATE VIEW {schema}.broken AS SELECT ticket_id, (1 / (length(ticket_id) - 1))::text AS created_at FROM {schema}.tickets"
        )
        con.execute(f"INSERT INTO {schema}.tickets VALUES ('1', now())")
        con.execute(f"CREATE ROLE {role} LOGIN")
        con.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        try:
            table = f'schema = "{schema}"\n[[table]]\nname = '
            for text, said in {
                f'{table}"ticket"': "“Warehouse” has no table “ticket”. It has “broken”, “tickets”.",
                f'{table}"tickets"\nfills = "tickets"\n[table.columns]\nticket_id = "number"': "“Warehouse › tickets” has no column “number”.",
                f'{table}"broken"': "“Warehouse” answered with an error (SQLSTATE 22012).",
                f"{table}'tickets\"; DROP TABLE {schema}.tickets; --'": "“Warehouse” has no table",
                'schema = "nowhere"': "No table of “Warehouse” is recognised by its columns. It has no table that may be read.",
            }.items():
                with pytest.raises(KpiError) as caught:
                    connect.read(declared(tmp_path, text))
                assert said in str(caught.value), caught.value
            monkeypatch.setenv("WAREHOUSE_URL", postgres.replace("kpi@", f"{role}@", 1))
            with pytest.raises(KpiError, match=r"The user of “Warehouse” may not read “tickets”\. Ask its administrator to GRANT SELECT"):
                connect.read(declared(tmp_path, f'{table}"tickets"'))
            assert con.execute(f"SELECT count(*) FROM {schema}.tickets").fetchone() == (1,)
        finally:
            con.execute(f"DROP OWNED BY {role}")
            con.execute(f"DROP ROLE {role}")


def test_a_connection_that_breaks_in_the_middle_is_one_sentence(postgres: str, schema: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute(f"CREATE TABLE {schema}.tickets AS SELECT n::text AS ticket_id, now() AS created_at FROM generate_series(1, 20000) n")
        ended = threading.Event()

        def end(_what: str, share: float) -> None:
            if share > 0.1 and not ended.is_set():
                con.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = to_regclass(%s) AND pid <> pg_backend_pid()",
                    [f"{schema}.tickets"],
                )
                ended.set()

        found = connect.read_declaration(declared(tmp_path, f'schema = "{schema}"'))
        (tmp_path / "to").mkdir()
        with pytest.raises(KpiError, match="The connection to “Warehouse” was lost while “tickets” was read"):
            connect.pull(found, tmp_path / "to", end)
    assert ended.is_set() and list((tmp_path / "to").iterdir()) == []
