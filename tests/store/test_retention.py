"""How long data are kept. Oracle: the bytes on disk (of files and of the book) before and after, and dates counted by hand."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kpi import cli, store
from kpi.errors import BadValue, UnreadableFile
from kpi.store import audit, database, links, people, retention, versions
from kpi.store.links import Told
from kpi.store.retention import Rule, retain, rule

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
WORD = "open sesame"
TEAM = "Kestrelgroup"
CSV = f"ticket_id,created_at,status,team\n1,2026-01-01T00:00:00Z,open,{TEAM}\n2,2026-01-02T00:00:00Z,open,Sales\n".encode()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    for name in ("KPI_DATABASE", retention.SETTING):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(versions, "_STAMPED", {})
    return tmp_path / "home"


@pytest.fixture
def bring(home: Path) -> Callable[..., str]:
    def brought(title: str = "march.csv") -> str:
        key = store.keep({title: CSV})
        people.register(key, title)
        store.import_now(key)
        return key

    return brought


def share(key: str, title: str = "For the board", **more: object) -> tuple[str, links.Link]:
    told = Told(title, note=f"about {TEAM}", where=(("team", (TEAM,)),))
    return links.make(key, told, fingerprint="f", code="1", **more)  # type: ignore[arg-type]


def holding(home: Path, word: str) -> set[str]:
    """Which files hold a word."""
    return {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file() and word.encode() in path.read_bytes()}


def test_what_is_old_goes_with_its_files_and_links_and_nothing_else_does(home: Path, bring: Callable[..., str]) -> None:
    old, now = bring("old.csv"), audit.now()
    frozen, _ = share(old, frozen={"texts": {"events.csv": TEAM}})
    live, _ = share(old, "For the team")
    assert {name.partition("-")[0].partition("/")[0] for name in holding(home, TEAM)} == {"book.sqlite", "data"}
    for days, gone in ((89, 0), (90, 1)):
        told = retain(Rule(older_than=90 * DAY), is_dry=True, at=now + days * DAY)
        assert len(told.gone) == gone and links.find(live), "looking deletes nothing"
    assert set(told.gone[0].links) == {"For the team", "For the board"}
    done = retain(Rule(older_than=90 * DAY), at=now + 90 * DAY)
    assert [one.key for one in done.gone] == [old] and not store.folder(old).exists()
    assert "old.csv" in done.text and "“For the board”" in done.text and "brought 90 days ago" in done.text
    assert [links.find(token) for token in (frozen, live)] == [None, None]
    assert holding(home, TEAM) == set(), "not in a file, not in a freed page of the book, not in its log"
    assert store.state(old).kind == "gone" and people.datasets() == []
    deed = next(deed for deed in audit.deeds(old) if deed.what == "delete")
    assert deed.who == "retention" and set(deed.about["died"]) == {"For the team", "For the board"} and "90 days" in deed.about["why"]


def test_younger_data_and_the_sample_stay(home: Path, bring: Callable[..., str]) -> None:
    key = bring()
    sample = store.folder(store.SAMPLE)
    sample.mkdir(parents=True)
    (sample / "names.json").write_text("[]")
    token, _ = share(key)
    done = retain(Rule(older_than=90 * DAY), at=audit.now() + 89 * DAY)
    assert done.gone == () and links.find(token) and store.open_dataset(key).rows["tickets"] == 2
    retain(Rule(older_than=DAY), at=audit.now() + 900 * DAY)
    assert sample.is_dir() and not store.folder(key).exists()


def test_reading_anew_does_not_make_data_young(bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    key, later = bring(), audit.now() + 60 * DAY
    with monkeypatch.context() as patch:
        patch.setattr(audit, "now", lambda: later)
        store.import_now(key)
    assert len([deed for deed in audit.deeds(key) if deed.what == "import"]) == 2
    assert retain(Rule(older_than=90 * DAY), at=later + 31 * DAY).gone


def test_data_are_as_old_as_the_newest_upload_into_them(bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    key, later = bring(), audit.now() + 60 * DAY
    with monkeypatch.context() as patch:
        patch.setattr(audit, "now", lambda: later)
        store.bring(key, {"april.csv": CSV.replace(b"2026-01", b"2026-02")})
    assert not retain(Rule(older_than=90 * DAY), at=later + 89 * DAY).gone
    assert retain(Rule(older_than=90 * DAY), at=later + 90 * DAY).gone


def test_what_somebody_opens_stays(bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen, unseen, start = bring("seen.csv"), bring("unseen.csv"), audit.now()
    for key in (seen, unseen):
        store.open_dataset(key)
    with monkeypatch.context() as patch:
        patch.setattr(audit, "now", lambda: start + 60 * DAY)
        store.open_dataset(seen)
    limit = Rule(unopened=90 * DAY)
    assert retain(limit, at=start + 89 * DAY).gone == ()
    assert [one.title for one in retain(limit, at=start + 91 * DAY).gone] == ["unseen.csv"]
    (gone,) = retain(limit, at=start + 150 * DAY).gone
    assert (gone.title, gone.why) == ("seen.csv", "opened by nobody for 90 days")


def test_data_of_which_nobody_knows_are_not_taken_for_unopened(bring: Callable[..., str]) -> None:
    """A home of an older version has no notes of who opened what: the first run must not empty it."""
    key, later = bring(), audit.now() + 400 * DAY
    (store.folder(key) / versions.OPENED).unlink(missing_ok=True)
    limit = Rule(unopened=90 * DAY)
    assert retain(limit, is_dry=True, at=later).gone == () and versions.opened_at(key) is None
    assert retain(limit, at=later).gone == () and versions.opened_at(key) == later
    assert retain(limit, at=later + 90 * DAY).gone


def test_links_that_have_ended_are_cleared_away(home: Path, bring: Callable[..., str]) -> None:
    key, now = bring(), audit.now()
    store.open_dataset(key)
    _, over = share(key, "Over", frozen={"texts": {"events.csv": "Heronguild"}}, expires_at=now + DAY, passphrase=WORD)
    open_, _ = share(key, "Open", frozen={"texts": {"events.csv": "Ospreygroup"}})
    assert holding(home, "Heronguild")
    (store.folder(key) / "0.csv").write_bytes(CSV + b"3,2026-01-03T00:00:00Z,open,Sales\n")
    store.import_now(key)
    version = store.folder(key) / (over.version or "")
    limit = Rule(older_than=90 * DAY)
    done = retain(limit, at=now + 2 * DAY)
    assert holding(home, "Heronguild") == set() and holding(home, "Ospreygroup"), "what it kept goes at once, of that link only"
    assert done.ended == 0 and links.one(key, over.id).state(now + 2 * DAY) == "expired" and version.is_file()
    links.revoke(key, next(link.id for link in links.of(key) if link.told.title == "Open"))
    os.utime(version, (0, 0))
    assert retain(limit, is_dry=True, at=now + 2 * DAY).leftovers == 1 and version.is_file()
    assert retain(limit, at=now + 2 * DAY).leftovers == 1 and not version.exists(), "no open link needs it any more"
    assert store.open_dataset(key).rows["tickets"] == 3 and links.find(open_) is None


def test_ended_links_leave_the_book_after_as_long(bring: Callable[..., str]) -> None:
    key, now = bring(), audit.now()
    share(key, "Over", expires_at=now + DAY)
    share(key, "Open")
    limit = Rule(older_than=1000 * DAY, unopened=90 * DAY)
    store.open_dataset(key)
    versions.stamp(key, now + 60 * DAY)
    assert retain(limit, at=now + 90 * DAY).ended == 0 and len(links.of(key)) == 2
    assert retain(limit, at=now + 91 * DAY).ended == 1 and [link.told.title for link in links.of(key)] == ["Open"]
    deed = next(deed for deed in audit.deeds() if deed.what == "clear links")
    assert deed.about == {"links": 1, "titles": ["Over"]}


def test_halves_go_when_they_are_old_and_nothing_under_way_does(home: Path, bring: Callable[..., str]) -> None:
    key, now = bring(), audit.now()
    half, young = home / "data" / "half-abc", home / "data" / "half-def"
    for place in (half, young):
        place.mkdir()
        (place / "0.csv").write_bytes(CSV)
    os.utime(half, (0, 0))
    assert retain(Rule(older_than=90 * DAY), at=now).leftovers == 1 and not half.exists() and young.is_dir()
    (store.folder(key) / "progress.json").write_text('{"what": "Reading", "share": 0.5}')
    os.utime(store.folder(key) / "import.json", (0, 0))
    assert retain(Rule(older_than=DAY), at=now + 100 * DAY).gone == (), "an import is under way"
    os.utime(store.folder(key) / "progress.json", (1, 1))
    assert retain(Rule(older_than=DAY), at=now + 100 * DAY).gone, "it ended long ago"


def test_what_cannot_be_deleted_is_not_called_gone(bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    key, other = bring("stuck.csv"), bring("other.csv")
    real = store.imports.shutil.rmtree
    monkeypatch.setattr(store.imports.shutil, "rmtree", lambda place, **more: None if key in str(place) else real(place, **more))
    done = retain(Rule(older_than=DAY), at=audit.now() + 2 * DAY)
    assert [one.key for one in done.gone] == [other] and "could not be deleted" in done.kept[0] and "stuck.csv" in done.text
    with pytest.raises(UnreadableFile, match="could not be deleted"):
        store.discard(key)


@pytest.mark.parametrize(
    ("text", "days"),
    [("90d", (90, 0)), ("older-than 12w", (84, 0)), ("unopened 2y", (0, 730)), (" older-than 2 years , unopened 90 days", (730, 90))],
)
def test_a_setting_in_words(text: str, days: tuple[int, int]) -> None:
    found = rule(text)
    assert found is not None and tuple(limit.days if limit else 0 for limit in (found.older_than, found.unopened)) == days


@pytest.mark.parametrize("text", ["0d", "90", "-5d", "1h", "forever", "unopened", "999999d", "90d, 80d", "older than 5d", "٩d", "d" * 5000])
def test_a_setting_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="cannot be"):
        rule(text)


def test_without_a_setting_nothing_is_ever_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(retention.SETTING, "")
    assert retention.from_environment() is None


def test_the_server_does_it_at_its_start_and_daily(bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    first, start, runs = bring("first.csv"), audit.now(), []
    stop = threading.Event()
    real = retention.retain

    def counted(given: Rule) -> retention.Done:
        runs.append(given)
        if len(runs) == 2:
            stop.set()
            raise RuntimeError("a bad day ends nothing")
        return real(given, at=start + 91 * DAY)

    monkeypatch.setattr(retention, "retain", counted)
    retention.daily(Rule(older_than=90 * DAY), stop, pause=dt.timedelta(0))
    assert len(runs) == 2 and not store.folder(first).exists()


def test_the_command_tells_and_deletes(
    home: Path, bring: Callable[..., str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bring("march.csv")
    share(key)
    later = audit.now() + 90 * DAY
    monkeypatch.setattr(audit, "now", lambda: later)
    assert cli.main(["retain", "--older-than", "90d", "--dry-run"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["dry_run"] and told["datasets"][0]["data"] == "march.csv" and told["datasets"][0]["links"] == ["For the board"]
    assert told["datasets"][0]["bytes"] > len(CSV) and "1 dataset would be deleted." in err and store.folder(key).exists()
    monkeypatch.setenv(retention.SETTING, "90d")
    assert cli.main(["retain"]) == 0 and not store.folder(key).exists()
    assert "1 dataset deleted." in capsys.readouterr().err
    monkeypatch.delenv(retention.SETTING)
    assert cli.main(["retain"]) == 2 and "It was not said how long" in capsys.readouterr().err
    assert cli.main(["retain", "--older-than", "soon"]) == 2


def test_a_home_that_is_not_there_is_not_made(home: Path) -> None:
    assert retain(Rule(older_than=DAY)) == retention.Done((), 0, 0, False) and not home.exists()


def test_a_new_home_is_for_its_owner_only(home: Path, bring: Callable[..., str]) -> None:
    bring()
    assert home.stat().st_mode & 0o777 == 0o700


@pytest.mark.database
def test_in_postgresql(home: Path, postgres: str, bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_DATABASE", postgres)
    key = bring()
    token, _ = share(key, frozen={})
    done = retain(Rule(older_than=90 * DAY), at=audit.now() + 90 * DAY)
    assert [one.key for one in done.gone] == [key] and links.find(token) is None and links.of(key) == []


def test_the_book_overwrites_what_it_deletes_whatever_sqlite_is_built_for(home: Path) -> None:
    with database.begin() as connection:
        assert connection.execute(sa.text("PRAGMA secure_delete")).scalar_one() == 1
