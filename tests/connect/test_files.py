"""A DuckDB file, a folder and a pattern of paths give what the same files give as an upload."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import kpi
from kpi import connect, sample
from kpi.errors import KpiError
from kpi.tables import TABLES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    sample.write(folder, tickets=300, seed=4, format="parquet")
    return folder


@pytest.fixture(scope="module")
def uploaded(company: Path) -> kpi.Dataset:
    return kpi.read(*(company / f"{name}.parquet" for name in TABLES))


def declared(folder: Path, text: str) -> Path:
    path = folder / "desk.toml"
    path.write_text(text, "utf-8")
    return path


def database(path: Path, company: Path, *more: str) -> Path:
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone = 'UTC'")
        for name in TABLES:
            con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{company / name}.parquet')")
        for sql in more:
            con.execute(sql)
    return path


def test_a_duckdb_file_gives_the_data_of_its_tables(company: Path, uploaded: kpi.Dataset, tmp_path: Path) -> None:
    database(tmp_path / "desk.duckdb", company, "CREATE TABLE unrelated AS SELECT 1 AS x", "CREATE SCHEMA other")
    data = connect.read(declared(tmp_path, 'kind = "duckdb"\nplace = "desk.duckdb"'))
    assert data.fingerprint == uploaded.fingerprint
    assert {file.file for file in data.report.files} == {f"Desk › {name}" for name in TABLES}


def test_every_kind_of_column_of_duckdb_is_told_as_it_stands(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "odd.duckdb")) as con:
        con.execute(
            """CREATE TABLE cases AS SELECT 9007199254740993::HUGEINT AS "no", 'open'::ENUM('open', 'solved') AS state, TIMESTAMP_NS '2026-02-01 08:00:00.5' AS opened,
            'infinity'::TIMESTAMP AS closed, ['a', 'b'] AS labels, {'name': 'Ann'} AS who, 12.50::DECIMAL(9, 2) AS price, INTERVAL 90 SECONDS AS spent, uuid() AS id"""
        )
    text = 'kind = "duckdb"\nplace = "odd.duckdb"\n[[table]]\nname = "cases"\nfills = "tickets"\n[table.columns]\n' + (
        'ticket_id = "no"\nstatus = "state"\ncreated_at = "opened"\nclosed_at = "closed"\ntags = "labels"\ncost = "price"\nrequester = "who"\n'
    )
    data = connect.read(declared(tmp_path, text), zone="UTC")
    row = data.con.execute(
        "SELECT ticket_id, status, created_at::VARCHAR, closed_at, tags, cost, requester FROM canonical.tickets"
    ).fetchone()
    assert row == ("9007199254740993", "open", "2026-02-01 08:00:00.5", None, ["a", "b"], 12.5, '{"name":"Ann"}')


def test_a_view_cannot_read_what_lies_beside_the_database(company: Path, tmp_path: Path) -> None:
    (tmp_path / "private.csv").write_text("ticket_id,created_at\n1,2026-02-01T00:00:00Z\n", "utf-8")
    database(tmp_path / "desk.duckdb", company, f"CREATE VIEW stolen AS SELECT * FROM read_csv('{tmp_path / 'private.csv'}')")
    with pytest.raises(KpiError, match="“stolen” of “Desk” is a view that reads other files"):
        connect.read(declared(tmp_path, 'kind = "duckdb"\nplace = "desk.duckdb"\n[[table]]\nname = "stolen"'))


def test_a_folder_and_a_pattern_are_read_like_uploads(company: Path, uploaded: kpi.Dataset, tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    for name in TABLES:
        (tmp_path / "calls" / f"{name}.parquet").write_bytes((company / f"{name}.parquet").read_bytes())
    (tmp_path / "calls" / "_SUCCESS").write_text("", "utf-8")
    (tmp_path / "calls" / "notes.md").write_text("not a table", "utf-8")
    for place in ("calls", "calls/*.parquet", "c*/*.parquet", str(tmp_path / "calls")):
        assert connect.read(declared(tmp_path, f'kind = "folder"\nplace = "{place}"')).fingerprint == uploaded.fingerprint, place


def test_a_table_in_parts_is_one_table(company: Path, uploaded: kpi.Dataset, tmp_path: Path) -> None:
    """As a warehouse unloads it: tickets/part-0.parquet, tickets/part-1.parquet."""
    (tmp_path / "tickets").mkdir()
    whole = pq.read_table(company / "tickets.parquet")
    for i in range(3):
        pq.write_table(whole.slice(i * 100, 100), tmp_path / "tickets" / f"part-{i}.parquet")
    data = connect.read(declared(tmp_path, 'kind = "folder"\nplace = "."\n[[table]]\nname = "tickets/*.parquet"\nsource = "tickets"'))
    assert data.rows["tickets"] == uploaded.rows["tickets"] == 300
    assert [file.file for file in data.report.files] == [f"Desk › tickets › part-{i}.parquet" for i in range(3)]


def test_nothing_leads_out_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("ticket_id,created_at\n1,2026-02-01T00:00:00Z\n", "utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    for table in ("", '\n[[table]]\nname = "../*.csv"', '\n[[table]]\nname = "link.csv"'):
        with pytest.raises(KpiError, match=r"holds no table|has no file"):
            connect.read(declared(tmp_path, f'kind = "folder"\nplace = "in"{table}'))


MISSING = {
    "no file": ('kind = "duckdb"\nplace = "gone.duckdb"', "The DuckDB file of “Desk” is not there."),
    "no DuckDB file": ('kind = "duckdb"\nplace = "text.duckdb"', "The DuckDB file of “Desk” cannot be opened"),
    "no folder": ('kind = "folder"\nplace = "gone"', "The folder of “Desk” is not there."),
    "an empty folder": ('kind = "folder"\nplace = "empty"', "The folder of “Desk” holds no table."),
    "no such table": (
        'kind = "duckdb"\nplace = "desk.duckdb"\n[[table]]\nname = "ticket"',
        "“Desk” has no table “ticket”. It has “agent_time”",
    ),
    "no such column": (
        'kind = "duckdb"\nplace = "desk.duckdb"\n[[table]]\nname = "tickets"\nfills = "tickets"\n[table.columns]\nticket_id = "ticket_id"\ncreated_at = "opened"',
        "“Desk › tickets” has no column “opened”. It has “ticket_id”",
    ),
    "columns of another tool": (
        'kind = "duckdb"\nplace = "desk.duckdb"\n[[table]]\nname = "tickets"\nsource = "five9"',
        "“Desk › tickets” is not an export of Five9",
    ),
    "nothing known": (
        'kind = "duckdb"\nplace = "desk.duckdb"\nschema = "other"',
        "No table of “Desk” is recognised by its columns. It has “x”.",
    ),
    "an injected name": (
        "kind = 'duckdb'\nplace = 'desk.duckdb'\n[[table]]\nname = 'tickets\"; DROP TABLE tickets; --'",
        "“Desk” has no table",
    ),
    "an object store": ('kind = "folder"\nplace = "s3://bucket/tickets/*.parquet"', "DuckDB’s extension for that is not installed"),
}


def _has_httpfs() -> bool:
    asked = "SELECT count(*) FROM duckdb_extensions() WHERE extension_name = 'httpfs' AND installed"
    return bool(duckdb.connect().execute(asked).fetchall() != [(0,)])


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_one_sentence(name: str, company: Path, tmp_path: Path) -> None:
    database(tmp_path / "desk.duckdb", company, "CREATE SCHEMA other", "CREATE TABLE other.x AS SELECT 1 AS y")
    (tmp_path / "text.duckdb").write_text("This is no database.", "utf-8")
    (tmp_path / "empty").mkdir()
    text, said = MISSING[name]
    if name == "an object store" and _has_httpfs():
        pytest.skip("httpfs is installed here")
    with pytest.raises(KpiError) as caught:
        connect.read(declared(tmp_path, text))
    assert said in str(caught.value)
    with duckdb.connect(str(tmp_path / "desk.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM tickets").fetchone() == (300,)


def test_files_of_a_store_are_read_as_text_where_nothing_types_them(company: Path, tmp_path: Path) -> None:
    """What the object store is asked, on local paths: Parquet by its types, CSV without guesses."""
    from kpi import engine
    from kpi.connect.duck import copied, files

    (tmp_path / "tickets.csv").write_text("ticket_id,created_at\n007,08/04/2026 09:00\n", "utf-8")
    con = engine.connect()
    rows = copied(con, files(str(tmp_path / "*.csv")), tmp_path / "a.parquet", "S", "a", lambda _: None)
    assert rows == 1 and pq.read_table(tmp_path / "a.parquet").to_pylist() == [{"ticket_id": "007", "created_at": "08/04/2026 09:00"}]
    rows = copied(con, files(str(company / "ticket*.parquet")), tmp_path / "b.parquet", "S", "b", lambda _: None)
    assert rows == 300 and len(pq.read_table(tmp_path / "b.parquet").schema) == len(pq.read_table(company / "tickets.parquet").schema)


def test_a_copy_that_breaks_leaves_no_file(company: Path, tmp_path: Path) -> None:
    database(tmp_path / "desk.duckdb", company, "CREATE VIEW broken AS SELECT ticket_id, error('no')::VARCHAR AS created_at FROM tickets")
    found = connect.read_declaration(declared(tmp_path, 'kind = "duckdb"\nplace = "desk.duckdb"\n[[table]]\nname = "broken"'))
    (tmp_path / "to").mkdir()
    with pytest.raises(KpiError, match="“broken” of “Desk” cannot be read"):
        connect.pull(found, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []
