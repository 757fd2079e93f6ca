"""What `kpi doctor` finds. Oracle: a whole home, and each kind of damage done to a copy by hand; the copy is byte for byte as before."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from kpi import cli, lifecycle, store
from kpi.store import audit, book_checked, database, links, people
from kpi.store.doctor import Examined, examined
from kpi.store.links import Told

pytestmark = pytest.mark.slow

CSV = b"ticket_id,created_at,status,team\n1,2026-01-01T00:00:00Z,open,Billing\n2,2026-01-02T00:00:00Z,solved,Sales\n"
MORE = CSV + b"3,2026-01-03T00:00:00Z,open,Sales\n"
Damage = Callable[[Path, str], None]


def plenty(_: Path) -> int:
    return 10**12


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with data of two versions, one of them only for a frozen link; and its key."""
    home = tmp_path_factory.mktemp("whole") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", str(home))
        patch.delenv("KPI_DATABASE", raising=False)
        key = store.keep({"tickets.csv": CSV})
        people.register(key, "tickets.csv")
        store.import_now(key)
        for title, frozen in (("Frozen", {}), ("Live", None)):
            links.make(key, Told(title), fingerprint="f", code="1", frozen=frozen)
        store.bring(key, {"tickets.csv": MORE}, ["tickets.csv"])
        store.import_now(key)
        store.add_calendar(key, '[[schedule]]\nname = "a"\nzone = "UTC"\n[schedule.hours]\nmon = ["09:00-17:00"]\n')
        store.change(key, "events.csv", lambda _: "date,title\n2026-01-01,a\n")
        store.open_dataset(key)
        database._engine(database.url()).dispose()
    return home, key


@pytest.fixture
def copy(whole: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A backup: another folder, and another KPI_HOME that must not be touched."""
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    shutil.copytree(whole[0], tmp_path / "backup")
    return tmp_path / "backup", whole[1]


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes() if path.is_file() else b"", path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


def versions(folder: Path, key: str) -> tuple[Path, Path]:
    """The present version, and the one only a frozen link needs."""
    present = folder / "data" / key / json.loads((folder / "data" / key / "import.json").read_text())["file"]
    (other,) = set((folder / "data" / key).glob("*.duckdb")) - {present}
    return present, other


def told(found: Examined) -> list[tuple[str, str]]:
    return [(one.level, one.check) for one in found.findings if one.level != "ok"]


def test_a_whole_home_is_well_and_nothing_in_it_changes(copy: tuple[Path, str], tmp_path: Path) -> None:
    before = everything(copy[0])
    found = examined(copy[0], free=plenty)
    assert found.is_well and told(found) == [], found.text
    assert everything(copy[0]) == before and not (tmp_path / "elsewhere").exists()
    assert found.text.splitlines()[-1] == "All is well." and "2 open links, 0 ended." in found.text
    assert sum("is whole:" in line for line in found.text.splitlines()) == 2, "both versions were read"


def remove_upload(folder: Path, key: str) -> None:
    next(path for path in (folder / "data" / key).iterdir() if path.suffix == ".csv" and path.name != "events.csv").unlink()


def remove_present(folder: Path, key: str) -> None:
    versions(folder, key)[0].unlink()


def remove_frozen(folder: Path, key: str) -> None:
    versions(folder, key)[1].unlink()


def swap_versions(folder: Path, key: str) -> None:
    present, other = versions(folder, key)
    present.write_bytes(other.read_bytes())


def cut_version(folder: Path, key: str) -> None:
    present = versions(folder, key)[0]
    present.write_bytes(present.read_bytes()[:4096])


def flip_block(folder: Path, key: str) -> None:
    """One bit in every block: whatever is read, a checksum does not fit."""
    present = versions(folder, key)[0]
    content = bytearray(present.read_bytes())
    for at in range(3 * 4096 + 64, len(content), 4096):
        content[at] ^= 1
    present.write_bytes(content)


def change_a_cell(folder: Path, key: str) -> None:
    present = versions(folder, key)[0]
    with duckdb.connect(str(present)) as con:
        con.execute("UPDATE canonical.tickets SET team = 'Legal' WHERE team = 'Billing'")


def remove_data(folder: Path, key: str) -> None:
    shutil.rmtree(folder / "data" / key)


def remove_book(folder: Path, key: str) -> None:
    (folder / database.FILE).unlink()


def damage_book(folder: Path, key: str) -> None:
    path = folder / database.FILE
    path.with_name(f"{path.name}-wal").unlink(missing_ok=True)
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)


def break_a_rule_of_the_book(folder: Path, key: str) -> None:
    """A link without its title and pages, which the table does not allow."""
    rules = "SELECT sql FROM sqlite_master WHERE name = 'links'"
    with closing(sqlite3.connect(folder / database.FILE)) as book:  # one left open would keep what follows in the journal beside it
        ((rule,),) = book.execute(rules).fetchall()
    for sql, change in ((rule.replace("told JSON NOT NULL", "told JSON"), "UPDATE links SET told = NULL"), (rule, "SELECT 1")):
        for statement, values in (("UPDATE sqlite_master SET sql = ? WHERE name = 'links'", (sql,)), (change, ())):
            book = sqlite3.connect(folder / database.FILE)
            book.execute("PRAGMA writable_schema = ON")
            book.execute(statement, values)
            book.commit()
            book.close()


def no_book_at_all(folder: Path, key: str) -> None:
    (folder / database.FILE).write_bytes(b"not a database" * 1000)


def newer_book(folder: Path, key: str) -> None:
    with closing(sqlite3.connect(folder / database.FILE)) as book, book:
        book.execute("UPDATE alembic_version SET version_num = 'z9'")


def open_folder(folder: Path, key: str) -> None:
    folder.chmod(0o755)


FAULTS: list[tuple[Damage, list[str], str]] = [
    (remove_upload, ["files"], "is gone"),
    (remove_present, ["version"], "its dataset is gone"),
    (remove_frozen, ["version"], "a frozen link needs is gone"),
    (swap_versions, ["version"], "other content"),
    (cut_version, ["version"], "cannot be read"),
    (flip_block, ["version"], "cannot be read"),
    (change_a_cell, ["version"], "other content"),
    (remove_data, ["links", "links"], "leads to data that are gone"),
    (remove_book, ["book"], "There is no book"),
    (damage_book, ["book"], "damaged"),
    (break_a_rule_of_the_book, ["book"], "damaged: NULL value in links.told"),
    (no_book_at_all, ["book"], "cannot be opened"),
    (newer_book, ["book"], "newer version"),
    (open_folder, ["permissions"], "chmod 700"),
]


@pytest.mark.parametrize(("damage", "checks", "said"), FAULTS, ids=[one[0].__name__ for one in FAULTS])
def test_each_damage_is_found_and_named(copy: tuple[Path, str], damage: Damage, checks: list[str], said: str) -> None:
    damage(*copy)
    before = everything(copy[0])
    found = examined(copy[0], free=plenty)
    assert [one.check for one in found.faults] == checks and said in found.faults[0].text, found.text
    assert not found.is_well and "Traceback" not in found.text and everything(copy[0]) == before


def test_what_is_only_worth_knowing_is_no_fault(copy: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, key = copy
    place = folder / "data" / key
    (folder / "notes.txt").write_text("mine")
    (folder / "data" / "half-abc").mkdir()
    (folder / "data" / "other").mkdir()
    (place / "half-def").write_text("x")
    os.utime(place / "half-def", (time.time() - 2 * 86_400,) * 2)
    (place / f"{'0' * 16}.duckdb").write_bytes(b"")
    (place / "stray.bin").write_bytes(b"")
    monkeypatch.setattr(lifecycle, "version", lambda: "of tomorrow")
    found = examined(folder, free=plenty)
    assert found.is_well
    notes = sorted(one.text for one in found.findings if one.level == "note")
    for said in (
        "notes.txt",
        "half-abc is being written",
        "half-def was never finished",
        "0000.duckdb",
        "'stray.bin'",
        "data/'other'",
        "worked out its facts",
    ):
        assert any(said in note for note in notes), (said, notes)
    assert len(notes) == 8  # both versions have facts of another version of the code


def test_a_book_of_an_older_version_is_read_and_left_as_it_is(copy: tuple[Path, str]) -> None:
    with sqlite3.connect(copy[0] / database.FILE) as book:
        for table in ("workspaces", "members", "datasets"):
            book.execute(f"DROP TABLE {table}")
        book.execute("UPDATE alembic_version SET version_num = 'a1'")
    before = everything(copy[0])
    found = examined(copy[0], free=plenty)
    assert found.is_well and ("note", "book") in told(found) and "2 open links" in found.text
    assert everything(copy[0]) == before


def test_a_full_disk_is_a_fault(copy: tuple[Path, str]) -> None:
    found = examined(copy[0], free=lambda _: 10_000_000)
    assert [one.check for one in found.faults] == ["disk"] and "0.0 GB free" in found.text


def test_a_book_that_is_written_while_it_is_copied_is_copied_again(copy: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    real, copies = book_checked.shutil.copyfile, []

    def busy(source: Path, target: Path) -> None:
        real(source, target)
        copies.append(source)
        if len(copies) == 1:
            os.utime(source, (1, 1))  # somebody wrote

    monkeypatch.setattr(book_checked.shutil, "copyfile", busy)
    assert examined(copy[0], free=plenty).is_well and copies.count(copy[0] / database.FILE) == 2


def test_what_is_no_home_is_told(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nothing"):
        assert [one.check for one in examined(place).faults] == ["folder"]


def test_the_command(copy: tuple[Path, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.main(["doctor", str(copy[0])]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All is well."
    remove_present(*copy)
    assert cli.main(["doctor", str(copy[0]), "--json"]) == 1
    out = capsys.readouterr().out
    found = json.loads(out)
    assert not found["well"] and found["faults"] == 1 and copy[1] not in out.replace(str(copy[0]), "")
    assert [one["data"] for one in found["findings"] if one["level"] == "fault"] == [copy[1][:8]]
    monkeypatch.setenv("KPI_HOME", str(copy[0]))
    assert cli.main(["doctor"]) == 1 and "1 fault." in capsys.readouterr().out


def test_a_live_home_is_looked_at_while_it_is_in_use(copy: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", str(copy[0]))
    store.open_dataset(copy[1])
    audit.note("share", copy[1])
    assert examined(copy[0], free=plenty).is_well
    assert store.open_dataset(copy[1]).rows["tickets"] == 3


@pytest.mark.database
def test_a_book_in_postgresql(copy: tuple[Path, str], postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_DATABASE", postgres)
    audit.note("share", copy[1])  # makes its tables
    found = examined(copy[0], database.url(), plenty)
    assert "The book is in PostgreSQL, and opens." in found.text and not [one for one in found.faults if one.check == "book"]
    gone = (
        database.url().replace("postgresql+psycopg://", "postgresql+psycopg://nobody@")
        if "@" not in postgres
        else "postgresql+psycopg://nobody@127.0.0.1:1/none"
    )
    assert [one.check for one in examined(copy[0], gone, plenty).faults] == ["book"]
