"""Files that come later: what they add and replace, what stays, and the way back when they cannot be read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import kpi
from kpi import store
from kpi.errors import BadValue, KpiError, UnknownName
from kpi.store import imports, links, uploads

HEAD = b"ticket_id,created_at,updated_at,solved_at,status\n"
JANUARY = (
    HEAD + b"1,2026-01-05T08:00:00Z,2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,solved\n2,2026-01-06T08:00:00Z,2026-01-06T08:00:00Z,,open\n"
)
NEWER = (
    HEAD + b"2,2026-01-06T08:00:00Z,2026-02-01T08:00:00Z,2026-01-06T12:00:00Z,solved\n3,2026-02-02T08:00:00Z,2026-02-02T08:00:00Z,,open\n"
)
OLDER = HEAD + b"1,2026-01-05T08:00:00Z,2026-01-05T08:30:00Z,,open\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def kept() -> str:
    key = store.keep({"january.csv": JANUARY})
    store.import_now(key)
    return key


def statuses(key: str) -> dict[str, str]:
    data = store.open_dataset(key)
    found = data.query("SELECT ticket_id, status FROM tickets ORDER BY 1", data.canonical)
    return dict(zip(found["ticket_id"], found["status"], strict=True))


def stored(key: str) -> set[str]:
    return {path.name for path in store.folder(key).iterdir() if path.suffix == ".csv"}


@pytest.mark.slow
def test_an_append_takes_the_newest_of_every_ticket() -> None:
    """2 is newer in the second file, 1 older in the third: 1 was solved after 2 h, 2 after 4 h, so the mean is 3 h, by hand."""
    key = kept()
    first = store.open_dataset(key).fingerprint
    assert store.bring(key, {"february.csv": NEWER, "late.csv": OLDER}) == ("february.csv", "late.csv")
    assert store.state(key).name == "absent", "the address asks for an import"
    assert store.open_dataset(key).fingerprint == first, "until it is done, what was there counts"
    store.import_now(key)
    assert statuses(key) == {"1": "solved", "2": "solved", "3": "open"}
    data = store.open_dataset(key)
    assert data.fingerprint != first
    assert [f.superseded for f in data.report.files] == [1, 0, 1]
    assert kpi.measure("full_resolution_time", kpi.Scope(statistic="mean"), data).frame["value"].iloc[0] == 3 * 3600
    assert not store.may_go_back(key) and store.names(key) == ("january.csv", "february.csv", "late.csv")


@pytest.mark.slow
def test_a_replacement_leaves_nothing_of_the_old_file() -> None:
    key = kept()
    store.bring(key, {"january.csv": NEWER}, instead=["january.csv"])
    store.import_now(key)
    assert statuses(key) == {"2": "solved", "3": "open"} and store.names(key) == ("january.csv",)
    assert len(stored(key)) == 1, "the old file is gone"


@pytest.mark.slow
def test_a_file_of_equal_name_and_size_is_read_anew() -> None:
    key = kept()
    store.bring(key, {"january.csv": JANUARY.replace(b"open", b"hold")}, instead=["january.csv"])
    assert store.state(key).name == "absent"
    store.import_now(key)
    assert statuses(key)["2"] == "hold"


@pytest.mark.slow
def test_a_file_that_cannot_be_read_can_be_taken_back() -> None:
    key = kept()
    before = stored(key)
    store.bring(key, {"picture.csv": b"\x89PNG\r\n\x1a\n\x00\x00"}, instead=["january.csv"])
    store.bring(key, {"more.csv": b"a,b\n1,2\n"})
    with pytest.raises(KpiError):
        store.import_now(key)
    assert statuses(key) == {"1": "solved", "2": "open"}, "a live link still shows what was read last"
    assert store.may_go_back(key)
    store.go_back(key)
    assert store.state(key).name == "ready" and store.names(key) == ("january.csv",) and stored(key) == before
    with pytest.raises(UnknownName):
        store.go_back(key)


@pytest.mark.slow
def test_a_mapping_goes_on_to_the_file_that_takes_the_place() -> None:
    said = 'name = "ours"\n[[file]]\nfills = "tickets"\nsigns = [["Ref"]]\n[file.columns]\nticket_id = "Ref"\ncreated_at = "Born"\n'
    key = store.keep({"one.csv": b"Ref,Born\n7,2026-01-01T08:00:00Z\n"})
    store.say(key, mappings={"one.csv": said})
    store.import_now(key)
    store.bring(key, {"two.csv": b"Ref,Born\n8,2026-01-01T08:00:00Z\n"}, instead=["one.csv"])
    store.import_now(key)
    assert list(statuses(key)) == ["8"] and store.options(key).mappings == {"two.csv": said}


def test_two_of_one_name_are_both_kept() -> None:
    key = store.keep({"a.csv": JANUARY})
    assert store.bring(key, {"a.csv": NEWER}) == ("a (2).csv",)
    assert store.bring(key, {"a.csv": OLDER}) == ("a (3).csv",)
    assert [path.read_bytes() for path in store.files(key).values()] == [JANUARY, NEWER, OLDER]


def test_what_cannot_be_brought() -> None:
    key = store.keep({"a.csv": JANUARY})
    with pytest.raises(UnknownName, match="There is no file"):
        store.bring(key, {"c.csv": NEWER}, instead=["b.csv"])
    with pytest.raises(BadValue):
        store.bring(key, {})
    with pytest.raises(BadValue):
        store.bring(store.SAMPLE, {"a.csv": NEWER})
    assert store.names(key) == ("a.csv",) and stored(key) == {"0.csv"}


def test_names_of_uploads_are_never_paths() -> None:
    key = store.keep({"a.csv": JANUARY})
    store.bring(key, {"../../evil.csv": NEWER, "names.json": OLDER})
    assert set(store.names(key)) == {"a.csv", "../../evil.csv", "names.json"}
    assert all(path.parent == store.folder(key) for path in store.files(key).values())


@pytest.mark.slow
def test_files_that_come_while_an_import_runs_are_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    key = kept()
    store.bring(key, {"february.csv": NEWER})
    real = imports.versions.write

    def slow(*given: object, **more: object) -> str:
        store.bring(key, {"late.csv": OLDER})
        return real(*given, **more)  # type: ignore[arg-type]  # passed through as it came

    monkeypatch.setattr(imports.versions, "write", slow)
    store.import_now(key)
    assert store.state(key).name == "absent" and (store.folder(key) / uploads.BEFORE).is_file()


@pytest.mark.slow
def test_live_links_follow_and_frozen_ones_do_not() -> None:
    key = kept()
    told = links.Told("All", query={})
    _, live = links.make(key, told, fingerprint="f", code="1")
    before = store.open_dataset(key)
    _, frozen = links.make(key, told, fingerprint=before.fingerprint, code="1", frozen=store.frozen(key))
    store.bring(key, {"february.csv": NEWER})
    store.import_now(key)
    assert store.shared(live).dataset.rows["tickets"] == 3
    assert store.shared(frozen).dataset.rows["tickets"] == 2


def test_a_file_is_told_by_its_content_and_stays_whatever_it_is_called() -> None:
    """A version is a `.duckdb` file, too, and old ones go after an import; an upload of that name is none of them."""
    key = store.keep({"january.duckdb": JANUARY})
    store.import_now(key)
    uploads.bring(key, {"newer.csv": NEWER})
    store.import_now(key)
    assert statuses(key) == {"1": "solved", "2": "solved", "3": "open"}
    assert {path.name for path in store.files(key).values()} <= {path.name for path in store.folder(key).iterdir()}


def test_a_database_is_no_upload(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as con:
        con.execute("CREATE TABLE tickets AS SELECT 1 AS ticket_id")
    with pytest.raises(KpiError, match="is a DuckDB database") as refused:
        kpi.read(tmp_path / "a.duckdb")
    assert "connection" in str(refused.value)
