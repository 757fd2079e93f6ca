"""The store: what is kept is what was read, and whatever breaks in between leaves it as it was."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

import kpi
from kpi import store
from kpi.errors import KpiError, UnknownName, UnreadableFile
from kpi.store import imports, versions

pytestmark = pytest.mark.slow

TICKETS = b"""ticket_id,created_at,first_reply_at,solved_at,status,channel,colour
1,2026-03-02T08:00:00Z,2026-03-02T08:30:00Z,2026-03-02T10:00:00Z,solved,email,red
2,2026-03-02T09:00:00Z,when?,2026-03-02T13:00:00Z,solved,chat,blue
3,2026-03-03T09:00:00Z,,2026-03-04T09:00:00Z,solved,email,
4,2026-03-04T09:00:00Z,,,open,email,red
,2026-03-04T09:00:00Z,,,open,email,red
"""
HOURS = """[[schedule]]
name = "Office"
zone = "UTC"
default = true
[schedule.hours]
mon = ["08:00-12:00"]
tue = ["08:00-12:00"]
wed = ["08:00-12:00"]
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def settled(key: str) -> store.State:
    for _ in range(600):
        if (now := store.state(key)).name != "running":
            return now
        time.sleep(0.1)
    raise AssertionError("the import does not end")


def test_what_is_opened_is_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_bytes(TICKETS)
    read = kpi.read(tmp_path / "tickets.csv")
    key = store.keep({"tickets.csv": TICKETS})
    assert store.state(key).name == "absent"
    store.import_now(key)
    assert store.state(key).name == "ready"
    kept = store.open_dataset(key)
    for name in ("fingerprint", "first", "newest", "filled", "extras", "rows", "report"):
        assert getattr(kept, name) == getattr(read, name), name
    assert kept.unread()["text"].tolist() == ["when?"] and len(kept.rejected()) == 1
    for scope in (kpi.Scope(), kpi.Scope(by="day", split=["colour"]), kpi.Scope(as_of="2026-03-02T12:00:00Z")):
        ours, theirs = (kpi.measure([], scope, data).frame for data in (kept, read))
        pd.testing.assert_frame_equal(ours, theirs)
    assert store.open_dataset(key) is kept, "opened once for everybody"


def test_the_default_working_hours_are_in_the_file_and_others_beside_it() -> None:
    key = store.keep({"tickets.csv": TICKETS})
    (store.folder(key) / "calendar.toml").write_text(HOURS)
    store.import_now(key)
    data, office = store.open_dataset(key), store.default_calendar(key)
    assert data.stand(None, office) == "kept.measured", "no facts are made again"
    ask = ["full_resolution_time"]
    in_office = kpi.measure(ask, kpi.Scope(calendar=office, clock="business", statistic="mean"), data).records()[0]
    # 08:00–10:00 is 2 h, 09:00–12:00 of 09:00–13:00 is 3 h, Tuesday 09:00–12:00 and Wednesday 08:00–09:00 are 4 h.
    assert in_office["value"] == 3 * 3600
    longer = store.add_calendar(key, HOURS.replace("12:00", "18:00"))
    assert list(store.calendars(key)) == [office.fingerprint, longer]
    scope = kpi.Scope(calendar=store.calendars(key)[longer], clock="business", statistic="mean")
    assert kpi.measure(ask, scope, data).records()[0]["value"] == (2 + 4 + 10) / 3 * 3600
    with pytest.raises(KpiError):
        store.add_calendar(key, "mon = nonsense")
    assert not list((store.folder(key) / "calendars").glob("half-*"))


def test_an_import_in_its_own_process_reports_and_ends() -> None:
    key = store.keep({"tickets.csv": TICKETS})
    store.begin(key)
    store.begin(key)  # a second visitor starts nothing
    assert store.state(key).name == "running"
    assert settled(key).name == "ready"
    assert store.open_dataset(key).rows["tickets"] == 4


def test_a_stopped_import_leaves_the_store_as_it_was() -> None:
    key = store.keep({"tickets.csv": TICKETS})
    store.import_now(key)
    fingerprint = store.open_dataset(key).fingerprint
    before = sorted(p.name for p in store.folder(key).iterdir())
    store.say(key, zone="Europe/Berlin")
    assert store.state(key).name == "absent", "what was said about the files asks for a new import"
    store.begin(key)
    store.cancel(key)
    assert store.state(key).name == "stopped"
    assert store.open_dataset(key).fingerprint == fingerprint
    assert sorted(p.name for p in store.folder(key).iterdir()) == sorted([*before, "failed.json", "options.json"])
    store.begin(key)
    assert settled(key).name == "ready"


def test_a_crash_while_writing_leaves_the_store_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    key = store.keep({"tickets.csv": TICKETS})
    store.import_now(key)
    present = store.open_dataset(key)
    before = {p.name: p.read_bytes() for p in store.folder(key).iterdir() if p.is_file()}

    def fall(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fall)
        with pytest.raises(OSError, match="no space"):
            versions.write(present, store.folder(key), None)
    assert {p.name: p.read_bytes() for p in store.folder(key).iterdir() if p.is_file()} == before
    versions.forget(key)
    assert store.open_dataset(key).rows == present.rows


def test_files_nobody_can_read_are_an_answer_not_a_crash() -> None:
    for content, kind in ((b"colour,size\nred,1\n", "UnknownExport"), (b"PK\x03\x04garbage", "UnreadableFile")):
        key = store.keep({"what.csv" if kind == "UnknownExport" else "what.xlsx": content})
        store.begin(key)
        now = settled(key)
        assert (now.name, now.kind) == ("failed", kind) and now.what and now.hint
        assert store.state(key) == now, "it is still the answer after a restart"


def test_keys_are_no_paths_and_deleting_deletes() -> None:
    for bad in ("..", "../x", "a/b", "A" * 32, "", "0" * 31):
        with pytest.raises(UnknownName):
            store.folder(bad)
    key = store.keep({"../../evil.csv": TICKETS})
    assert [p.name for p in store.folder(key).iterdir() if p.suffix == ".csv"] == ["0.csv"]
    store.import_now(key)
    store.open_dataset(key)
    store.discard(key)
    assert not store.folder(key).exists() and store.state(key).kind == "gone"
    with pytest.raises(UnknownName):
        store.open_dataset(key)


def test_a_damaged_version_is_said_and_read_again() -> None:
    key = store.keep({"tickets.csv": TICKETS})
    store.import_now(key)
    next(store.folder(key).glob("*.duckdb")).write_bytes(b"not a database")
    versions.forget(key)
    with pytest.raises(UnreadableFile):
        store.open_dataset(key)
    imports.import_now(key)
    assert store.open_dataset(key).rows["tickets"] == 4
