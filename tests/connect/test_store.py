"""Data of a connection in the store: read by the import process, refreshed under the same key, and kept when a refresh fails."""

from __future__ import annotations

import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kpi import connect, sample, store
from kpi.errors import KpiError, NotAllowed, UnknownName
from kpi.store import people
from kpi.store.people import Person
from kpi.tables import TABLES

pytestmark = pytest.mark.slow

SECRET = "correct-horse-battery"  # noqa: S105  nobody's: it must be found nowhere


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KPI_CONNECTIONS", raising=False)
    monkeypatch.setattr(people, "_CHOSEN", people.LOOPBACK)
    (tmp_path / "home" / "connections").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def desk(home: Path, tmp_path: Path) -> Path:
    """A declared folder that holds the sample company."""
    sample.write(tmp_path / "desk", tickets=60, seed=4, format="parquet")
    (home / "connections" / "desk.toml").write_text(f'label = "The desk"\nkind = "folder"\nplace = "{tmp_path / "desk"}"\n', "utf-8")
    (tmp_path / "desk" / "truth.json").unlink()
    (tmp_path / "desk" / "events.csv").unlink()
    return tmp_path / "desk"


def fewer(desk: Path, tickets: int) -> None:
    table = pq.read_table(desk / "tickets.parquet")
    pq.write_table(table.slice(0, tickets), desk / "tickets.parquet")


def waited(key: str) -> store.State:
    store.begin(key)
    until = time.monotonic() + 120
    while (now := store.state(key)).name == "running":
        assert time.monotonic() < until
        time.sleep(0.05)
    return now


@pytest.mark.slow
def test_a_connection_becomes_data_and_a_refresh_a_new_version(desk: Path) -> None:
    key = store.connected.begin("desk", who=Person("ann@example.com", "editor"))
    assert store.state(key).name == "absent" and store.connected.is_wanted(key)
    assert waited(key).name == "ready" and not store.connected.is_wanted(key)
    first = store.open_dataset(key)
    assert first.rows["tickets"] == 60
    assert set(store.names(key)) == {f"The desk › {name}.parquet" for name in TABLES}
    assert not store.may_go_back(key), "there was nothing before"
    found = store.connected.of(key)
    assert found is not None and (found.name, found.label, found.is_declared) == ("desk", "The desk", True) and found.read_at is not None
    assert [one.title for one in people.datasets()] == ["The desk"]

    fewer(desk, 50)
    assert store.state(key).name == "ready", "nothing is read before somebody asks"
    store.connected.refresh(key, who=Person())
    assert waited(key).name == "ready"
    second = store.open_dataset(key)
    assert second.rows["tickets"] == 50 and second.fingerprint != first.fingerprint
    assert len(store.names(key)) == len(TABLES), "the new files took the place of the old"
    assert len(list(store.folder(key).glob("*.duckdb"))) == 1
    assert [deed.what for deed in store.audit.deeds(key) if deed.what in ("connect", "refresh", "import")] == [
        "import",
        "refresh",
        "import",
        "connect",
    ]
    store.discard(key)
    assert not store.folder(key).exists()


@pytest.mark.slow
def test_a_refresh_that_fails_or_is_stopped_leaves_what_there_was(desk: Path) -> None:
    key = store.connected.begin("desk", who=Person())
    assert waited(key).name == "ready"
    print_before = store.open_dataset(key).fingerprint
    hidden = desk.rename(desk.with_name("away"))
    store.connected.refresh(key, who=Person())
    failed = waited(key)
    assert failed.name == "failed" and failed.what == "The folder of “The desk” is not there."
    assert store.open_dataset(key).fingerprint == print_before, "a link shows it all the while"
    store.connected.leave(key)
    assert store.state(key).name == "ready"

    hidden.rename(desk)
    store.connected.refresh(key, who=Person())
    store.begin(key)
    store.cancel(key)
    assert store.state(key).name in ("stopped", "ready")
    assert not (store.folder(key) / store.connected.PULLING).exists()
    store.connected.leave(key)
    assert store.state(key).name == "ready" and store.open_dataset(key).fingerprint == print_before


def test_uploads_beside_a_connection_stay_when_it_is_read_again(desk: Path) -> None:
    for path in desk.glob("*.parquet"):
        if path.stem not in ("tickets", "surveys"):
            path.unlink()
    key = store.connected.begin("desk", who=Person())
    store.import_now(key)
    store.bring(key, {"costs.csv": b"period_start,amount\n2026-01-01,10\n"})
    store.import_now(key)
    assert store.open_dataset(key).rows["costs"] == 1
    fewer(desk, 10)
    store.connected.refresh(key, who=Person())
    store.import_now(key)
    data = store.open_dataset(key)
    assert (data.rows["tickets"], data.rows["costs"]) == (10, 1)
    assert set(store.names(key)) == {"The desk › tickets.parquet", "The desk › surveys.parquet", "costs.csv"}


def test_who_may_and_what_a_form_may_name(desk: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotAllowed):
        store.connected.begin("desk", who=Person("bob@example.com", "viewer"))
    for hostile in ("../connections/desk", str(desk), "desk.toml", "/etc/passwd", "postgresql://x@y/z"):
        with pytest.raises(UnknownName, match="not declared here"):
            store.connected.begin(hostile, who=Person())
    monkeypatch.setattr(people, "_CHOSEN", people.OPEN)
    assert not store.connected.may(Person())
    with pytest.raises(NotAllowed, match="On a server without a login"):
        store.connected.begin("desk", who=Person())
    assert not (home / "data").exists() or list((home / "data").iterdir()) == []


def test_a_refresh_asks_for_what_is_declared_now(desk: Path, home: Path) -> None:
    key = store.connected.begin("desk", who=Person())
    store.import_now(key)
    (home / "connections" / "desk.toml").unlink()
    found = store.connected.of(key)
    assert found is not None and not found.is_declared
    with pytest.raises(UnknownName, match="not declared here any more"):
        store.connected.refresh(key, who=Person())
    uploaded = store.keep({"tickets.csv": b"ticket_id,created_at\n1,2026-02-01T00:00:00Z\n"})
    assert store.connected.of(uploaded) is None
    with pytest.raises(UnknownName, match="come from no connection"):
        store.connected.refresh(uploaded, who=Person())


def test_a_password_is_nowhere_on_the_disk_after_a_failed_connection(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    from tests.connect.servers import refusal, refusing

    (home / "connections" / "warehouse.toml").write_text('kind = "postgres"\nplace = { environment = "WAREHOUSE_URL" }\n', "utf-8")
    with refusing(refusal("28P01", f"wrong password {SECRET}")) as port:
        monkeypatch.setenv("WAREHOUSE_URL", f"postgresql://kpi:{SECRET}@127.0.0.1:{port}/db")
        key = store.connected.begin("warehouse", who=Person())
        state = waited(key)
        assert state.name == "failed" and state.what == "The user or the password of “Warehouse” is wrong."
        with pytest.raises(KpiError):
            connect.pull(connect.named("warehouse"), home)
    assert SECRET not in repr(store.audit.deeds(key))
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert len(kept) > 3
    assert not [path.name for path in kept if SECRET.encode() in path.read_bytes()]
