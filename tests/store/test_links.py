"""Links: nothing but the right token opens one, what it may see is written once, and what it needs is kept as long as it is open."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa

from kpi import store
from kpi.errors import BadValue, UnknownName
from kpi.store import audit, database, links
from kpi.store.links import Told
from kpi.store.schema import AUDIT, LINKS, META

pytestmark = pytest.mark.slow

WORD = "open sesame"
CSV = b"ticket_id,created_at,status,team,agent\n1,2026-01-01T00:00:00Z,open,Billing,Ann\n2,2026-01-02T00:00:00Z,open,Sales,Bob\n"


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    key = store.keep({"tickets.csv": CSV})
    store.import_now(key)
    return key


def made(key: str, **more: object) -> tuple[str, links.Link]:
    told = more.pop("told", Told("Billing", where=(("team", ("Billing",)),), query={"by": ("week",)}))
    return links.make(key, told, fingerprint="f", code="1", **more)  # type: ignore[arg-type]


def test_a_token_opens_its_link_and_is_written_nowhere(key: str, tmp_path: Path) -> None:
    token, link = made(key, passphrase=WORD, who="ann@example.com")
    assert len(token) >= 32 and links.find(token) == link and link.state() == "open" and not link.is_frozen
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert token.encode() not in written and WORD.encode() not in written
    with sqlite3.connect(tmp_path / database.FILE) as book:
        ((kept,),) = book.execute("SELECT token_hash FROM links").fetchall()
    assert len(kept) == 64


def test_wrong_expired_and_revoked_tokens_open_nothing(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    token, link = made(key, expires_at=audit.now() + dt.timedelta(days=1))
    for wrong in ("", token[:-1], token + "A", token.swapcase(), "x" * 100_000, "\ud800", "' OR 1=1 --"):
        assert links.find(wrong) is None
    later = audit.now() + dt.timedelta(days=2)
    with monkeypatch.context() as patch:
        patch.setattr(links, "now", lambda: later)
        assert links.find(token) is None
    links.revoke(key, link.id)
    assert links.find(token) is None and links.one(key, link.id).state() == "revoked"
    with pytest.raises(BadValue, match="before it begins"):
        made(key, expires_at=audit.now())


def test_a_passphrase_is_asked_and_guessing_is_slowed(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, link = made(key, passphrase=WORD)
    assert links.admit(link, WORD) and not links.admit(link, "open") and not links.admit(link, "")
    for _ in range(links.PATIENCE - 2):
        links.admit(link, "wrong")
    with pytest.raises(BadValue, match="Too many"):
        links.admit(link, WORD)
    later = audit.now() + links.LONGEST_WAIT
    monkeypatch.setattr(links, "now", lambda: later)
    assert links.admit(link, WORD)
    _, plain = made(key)
    assert links.admit(plain, "") and links.admit(plain, "anything")


def test_what_a_link_shows_comes_back_as_it_was_written(key: str) -> None:
    told = Told(
        'A "title" <script>',
        "note\nof two lines",
        "number",
        ("overview", "number"),
        {"metric": ("csat",), "where": ("team=Billing", "channel=a=b")},
        (("channel", ("chat", "(none)")), ("team", ("Billing",))),
        "28",
        "hidden",
        True,
        False,
        ("dates",),
    )
    token, _ = made(key, told=told)
    found = links.find(token)
    assert found and found.told == told and found.told.seen("s").where == told.where


def test_a_link_sees_its_part_of_the_data(key: str) -> None:
    _, link = made(key)
    seen = store.open_dataset(key).as_seen(link.told.seen(links.salt(key)))
    assert seen.rows["tickets"] == 1
    assert links.salt(key) == links.salt(key) and len(links.salt(key)) == 32


def test_a_frozen_link_keeps_its_version_through_imports_until_it_ends(key: str) -> None:
    token, link = made(key, frozen={"texts": {"targets.toml": "x"}})
    _, live = made(key)
    assert link.is_frozen and link.version == links.file_of(key) and links.kept(link) == {"texts": {"targets.toml": "x"}}
    store.say(key, zone="Europe/Berlin")
    (store.folder(key) / "0.csv").write_bytes(CSV + b"3,2026-01-03T00:00:00Z,open,Sales,Bob\n")
    store.import_now(key)
    now, then = store.open_dataset(key), store.open_dataset(key, link.version)
    assert (now.rows["tickets"], then.rows["tickets"]) == (3, 2)
    links.revoke(key, link.id)
    store.import_now(key)
    with pytest.raises(UnknownName):
        store.open_dataset(key, link.version)
    assert links.kept(link) == {} and links.one(key, live.id).state() == "open" and links.find(token) is None


def test_deleting_the_data_ends_every_link_to_them(key: str) -> None:
    tokens = [made(key)[0], made(key, frozen={})[0]]
    assert [link.state() for link in links.of(key)] == ["open", "open"]
    store.discard(key)
    assert not store.folder(key).exists() and [links.find(token) for token in tokens] == [None, None]
    assert [link.state() for link in links.of(key)] == ["revoked", "revoked"]


def test_the_audit_log_says_who_did_what(key: str) -> None:
    _, link = made(key, who="ann@example.com")
    links.count_view(link)
    links.revoke(key, link.id, who="bob@example.com")
    store.discard(key)
    deeds = audit.deeds(key)
    assert [deed.what for deed in deeds] == ["delete", "revoke all", "revoke", "share", "import"]
    assert deeds[3].who == "ann@example.com" and deeds[3].about["title"] == "Billing" and deeds[2].who == "bob@example.com"
    assert links.one(key, link.id).views == 1 and audit.deeds("0" * 32) == []
    assert not json.dumps([deed.about for deed in deeds]).count("Ann")


def test_what_cannot_be_shared_says_so(key: str) -> None:
    for wrong in (
        {"title": "x" * 201},
        {"free": ("everything",)},
        {"names": "loud"},
        {"page": "data"},
        {"preset": "2 weeks"},
        {"where": (("created_hour", ("9",)),)},
    ):
        with pytest.raises(BadValue):
            Told(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UnknownName):
        made("0" * 32)
    with pytest.raises(UnknownName):
        links.one(key, "nothing")
    with pytest.raises(BadValue):
        made(key, passphrase="x" * 201)


def _is_as_declared(address: str) -> list[object]:
    with database._engine(address).connect() as connection:
        ours = {"include_name": lambda name, kind, _parents: kind != "table" or name in META.tables}  # the database may hold others' tables
        context = alembic.migration.MigrationContext.configure(connection, opts=ours)
        return list(alembic.autogenerate.compare_metadata(context, META))


def test_the_migrations_make_the_declared_tables(key: str) -> None:
    assert _is_as_declared(database.url()) == []


@pytest.mark.database
def test_the_book_in_postgresql(key: str, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_DATABASE", postgres)
    with database.begin() as connection:
        for table in (LINKS, AUDIT):
            connection.execute(sa.delete(table))
    token, link = made(key, frozen={}, passphrase=WORD)
    assert links.find(token) == link and links.admit(link, WORD) and not links.admit(link, "x")
    links.count_view(link)
    links.revoke(key, link.id)
    assert links.find(token) is None and [deed.what for deed in audit.deeds(key)] == ["revoke", "share"]
    assert _is_as_declared(database.url()) == []
    database._engine(database.url()).dispose()


def test_an_address_of_no_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_DATABASE", "mysql://somewhere")
    with pytest.raises(BadValue, match="KPI_DATABASE"):
        database.url()
