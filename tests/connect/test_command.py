"""`kpi connect`, and a connection in the place of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kpi import sample
from kpi.cli import main
from kpi.tables import TABLES


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    sample.write(tmp_path / "desk", tickets=60, seed=4, format="parquet")
    path = tmp_path / "desk.toml"
    path.write_text('label = "The desk"\nkind = "folder"\nplace = "desk/*.parquet"\n', "utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str]) -> object:
    return json.loads(capsys.readouterr().out)


def test_a_connection_is_read_where_a_file_is(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(desk.with_suffix("") / f"{name}.parquet") for name in TABLES]
    assert main(["compute", "--metric", "csat", "tickets_solved", "--", *files]) == 0
    ours = said(capsys)
    assert main(["compute", "--metric", "csat", "tickets_solved", "--", str(desk)]) == 0
    theirs = said(capsys)
    assert isinstance(ours, dict) and isinstance(theirs, dict)
    assert theirs["results"] == ours["results"] and theirs["dataset"]["fingerprint"] == ours["dataset"]["fingerprint"]
    assert "The desk › tickets.parquet" in theirs["dataset"]["files"]


def test_what_a_database_holds_is_told_without_reading_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "d.duckdb")) as con:
        con.execute("CREATE TABLE tickets (ticket_id VARCHAR, created_at TIMESTAMP)")
        con.execute("CREATE TABLE invoices (no VARCHAR)")
    (tmp_path / "d.toml").write_text('kind = "duckdb"\nplace = "d.duckdb"\n', "utf-8")
    assert main(["connect", str(tmp_path / "d.toml")]) == 0
    told = said(capsys)
    assert isinstance(told, dict) and told["kind"] == "duckdb"
    tables = {one["table"]: one for one in told["tables"]}
    assert tables["tickets"]["source"] == "Deskmeter’s own tickets.csv" and tables["tickets"]["columns"] == 2
    assert tables["invoices"]["source"] == "" and "Nothing recognises “D › invoices”." in tables["invoices"]["lacks"]
    assert main(["connect", str(tmp_path / "d.toml"), "-o", str(tmp_path / "out")]) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tickets.parquet"]
    assert main(["connect", str(tmp_path / "d.toml"), "-o", str(tmp_path / "out")]) == 2, "nothing is written over"
    assert "is not an empty folder" in capsys.readouterr().err


def test_a_connection_that_fails_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "d.toml").write_text('kind = "duckdb"\nplace = "d.duckdb"\n', "utf-8")
    for command in (["connect"], ["read"], ["compute", "--metric", "csat", "--"]):
        assert main([*command, str(tmp_path / "d.toml")]) == 2
        assert capsys.readouterr().err == "The DuckDB file of “D” is not there. Correct its place in the declaration.\n"


def test_the_python_lines_of_a_connection_read_it(desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from kpi import connect
    from kpi.catalogue import find
    from kpi.explain.lines import Reading, python_lines
    from kpi.scope import Scope

    data = connect.read(desk)
    lines = python_lines(find("tickets_created"), Scope(), Reading(("desk.toml",)), data.fingerprint)
    assert 'data = connect.read("desk.toml")' in lines
    monkeypatch.chdir(desk.parent)
    exec(lines, {})  # noqa: S102  our own lines, as a reader would run them
    assert "Tickets created" in capsys.readouterr().out


def test_a_declaration_is_no_upload(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file somebody else chose never says what is opened: only `kpi connect` and paths of one's own do."""
    import kpi
    from kpi import store
    from kpi.errors import KpiError

    with pytest.raises(KpiError):
        kpi.read(desk)
    monkeypatch.setenv("KPI_HOME", str(desk.parent / "home"))
    key = store.keep({"desk.toml": desk.read_bytes()})
    with pytest.raises(KpiError):
        store.import_now(key)
