"""Several companies on one server: who may do what where, by a table written by hand, and nothing of one is known in another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import alembic.autogenerate
import alembic.command
import alembic.config
import alembic.migration
import pytest
import sqlalchemy as sa

from kpi import sources, store
from kpi.errors import BadValue, KpiError, NotAllowed, UnknownName
from kpi.store import audit, connected, database, people, workspaces
from kpi.store.people import Person
from kpi.store.schema import AUDIT, DATASETS, MEMBERS, META, WORKSPACES

ROOT = Person("root@example.com", "owner")
NOBODY, GONE = "0" * 32, "The data of this address are not here any more. Open the file again."
MAPPING = '[[file]]\nfills = "tickets"\n[file.columns]\nticket_id = "Nr"\n'

# Who may what, in A, in B, in Main, and with workspaces themselves. l: look, e: edit, o: own (delete), p: change the list of people; W: make, rename,
# move, delete workspaces. A dash: nothing at all.
TABLE = """
root@example.com     leop  leop  leop  W
anna@example.com     leop  -     -     -
ed@example.com       le    -     -     -
vi@example.com       l     -     -     -
both@example.com     l     leop  -     -
bo@example.com       -     leop  -     -
mia@example.com      -     -     leop  -
new@example.com      -     -     -     -
"""
RIGHTS = [line.split() for line in TABLE.strip().splitlines()]
LETTER = {"viewer": "l", "editor": "le", "owner": "leop"}


def tickets(text: str = "1") -> str:
    return store.keep({"tickets.csv": f"ticket_id,created_at\n{text},2026-03-02T08:00:00Z\n".encode()})


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Data of A, of B, of Main, and some nobody has listed; people by the table."""
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    for name in ("KPI_DATABASE", "KPI_CONNECTIONS"):
        monkeypatch.delenv(name, raising=False)
    return furnished(monkeypatch)


def furnished(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("KPI_OWNERS", ROOT.name)
    monkeypatch.setattr(people, "_CHOSEN", people.OIDC)
    assert [workspaces.make(title, who=ROOT).name for title in ("A", "B")] == ["a", "b"]
    for email, *rights, _ in RIGHTS[1:]:
        for place, right in zip(("a", "b", "main"), rights, strict=True):
            if role := {letters: role for role, letters in LETTER.items()}.get(right):
                people.add(email, role, who=ROOT, workspace=place)
    found = {place: tickets() for place in ("a", "b", "main")}
    for place, key in found.items():
        people.register(key, f"of {place}", workspace=place)
    return found


def refusal(who: Person, key: str) -> str:
    with pytest.raises(UnknownName) as error:
        workspaces.checked(who, key)
    return str(error.value)


def tried(deed: Callable[[], object]) -> bool:
    try:
        deed()
    except (NotAllowed, UnknownName):
        return False
    return True


def rights(who: Person, place: str, key: str) -> str:
    """What somebody may in a workspace, in the letters of the table."""
    found = workspaces.admitted(who, key)
    if found is None:
        assert refusal(who, key) == refusal(who, NOBODY) == GONE
    may = "".join(deed[0] for deed in ("look", "edit", "own") if found and found.may(deed))
    lists = tried(lambda: people.listed(place, who=who))
    adds = tried(lambda: people.add("guest@example.com", "viewer", who=who, workspace=place))
    drops = tried(lambda: people.remove("guest@example.com", who=who, workspace=place))
    assert lists == adds == drops, "all of the list of people, or nothing of it"
    return may + "p" * adds or "-"


@pytest.mark.parametrize("claimed", ["viewer", "owner"])  # what a visit began with counts for nothing
@pytest.mark.parametrize(("email", "in_a", "in_b", "in_main", "over"), RIGHTS, ids=[row[0].partition("@")[0] for row in RIGHTS])
def test_the_table(keys: dict[str, str], email: str, in_a: str, in_b: str, in_main: str, over: str, claimed: str) -> None:
    who, told = Person(email, claimed), {"a": in_a, "b": in_b, "main": in_main}
    assert {place: rights(who, place, keys[place]) for place in told} == told
    assert {one.name for one in workspaces.of_person(who)} == {place for place, letters in told.items() if letters != "-"}
    deeds = [
        lambda: workspaces.make("C", who=who),
        lambda: workspaces.rename("c", "D", who=who),
        lambda: workspaces.move(keys["a"], "c", who=who),
        lambda: workspaces.move(keys["a"], "a", who=who),
        lambda: workspaces.delete("c", who=who),
        lambda: workspaces.deeds(who=who),
    ]
    assert {tried(deed) for deed in deeds} == {over == "W"}


def test_data_of_others_and_data_there_are_none_of_are_one(keys: dict[str, str]) -> None:
    vi = Person("vi@example.com", "viewer")
    assert {refusal(vi, key) for key in (keys["b"], keys["main"], NOBODY, "x", "../book.sqlite")} == {GONE}
    assert workspaces.checked(vi, keys["a"]).role == "viewer" and workspaces.checked(vi, store.SAMPLE) == vi


def test_nobody_adds_to_a_workspace_there_is_none_of(keys: dict[str, str]) -> None:
    for who, error in ((ROOT, UnknownName), (Person("anna@example.com", "owner"), NotAllowed)):
        with pytest.raises(error):
            people.add("x@example.com", "viewer", who=who, workspace="nowhere")
    with pytest.raises(UnknownName):
        people.register(tickets(), "x", workspace="nowhere")
    assert people.roles("x@example.com") == {} and "nowhere" not in {one.workspace for one in people.every_dataset()}


def test_lists_and_logs_are_of_one_workspace(keys: dict[str, str]) -> None:
    assert [one.title for one in people.datasets("a")] == ["of a"] and [one.title for one in people.datasets()] == ["of main"]
    anna = Person("anna@example.com", "owner")
    people.add("vi@example.com", "editor", who=anna, workspace="a")
    assert {deed.about["email"] for deed in people.deeds("a", who=anna)} == {f"{name}@example.com" for name in ("anna", "ed", "vi", "both")}
    assert people.deeds("a", who=anna)[0].who == anna.name
    assert [deed.about["email"] for deed in people.deeds(who=ROOT)] == ["mia@example.com"]
    assert people.members("b") == {"bo@example.com": "owner", "both@example.com": "owner"}


def test_a_name_made_of_a_title_and_one_that_is_given(keys: dict[str, str]) -> None:
    names = [workspaces.make(title, who=ROOT).name for title in ("Müller & Söhne", "Muller Sohne", "顧客", "顧客二", "x" * 80)]
    assert names == ["muller-sohne", "muller-sohne-2", "workspace", "workspace-2", "x" * 28]
    assert workspaces.make("Ours", "our-desk", who=ROOT).name == "our-desk"
    assert workspaces.every()[0].name == "main", "the one every server has comes first"


@pytest.mark.parametrize(
    ("title", "name"),
    [("", ""), ("   ", ""), ("x" * 81, ""), ("a\u202eb", ""), ("A", ""), ("a", ""), ("New", "a"), ("New", "../x"), ("New", "A")],
)
def test_what_is_no_title_or_name(keys: dict[str, str], title: str, name: str) -> None:
    with pytest.raises(BadValue):
        workspaces.make(title, name, who=ROOT)
    assert [one.name for one in workspaces.every()] == ["main", "a", "b"]


def test_rename(keys: dict[str, str]) -> None:
    workspaces.rename("main", "Headquarters", who=ROOT)
    workspaces.rename("a", "a", who=ROOT)  # its own, in small letters
    assert [(one.name, one.title) for one in workspaces.every()] == [("main", "Headquarters"), ("a", "a"), ("b", "B")]
    for name, title, error in (("a", "b", BadValue), ("nowhere", "X", UnknownName)):
        with pytest.raises(error):
            workspaces.rename(name, title, who=ROOT)


def test_only_an_empty_workspace_is_deleted(keys: dict[str, str]) -> None:
    sources.save_mapping(MAPPING, "Ours", "a")
    for name, match in (("a", "still holds 1 dataset"), ("main", "cannot be deleted")):
        with pytest.raises(BadValue, match=match):
            workspaces.delete(name, who=ROOT)
    assert [one.name for one in workspaces.every()] == ["main", "a", "b"], "nothing of it was done"
    store.discard(keys["a"])
    workspaces.delete("a", who=ROOT)
    assert people.roles("anna@example.com") == {} and people.anywhere("anna@example.com") is None
    workspaces.make("A", who=ROOT)
    assert people.members("a") == {} and people.deeds("a", who=ROOT) == [] and sources.saved("a") == {}, (
        "another one of its name begins anew"
    )


def test_a_dataset_moves_with_its_links_and_its_log(keys: dict[str, str]) -> None:
    key = keys["a"]
    store.import_now(key)
    token, link = store.links.make(key, store.links.Told(title="For the board"), fingerprint="f", code="c")
    workspaces.move(key, "b", who=ROOT)
    assert workspaces.of(key) == "b" and people.datasets("a") == [] and {one.title for one in people.datasets("b")} == {"of a", "of b"}
    assert workspaces.admitted(Person("anna@example.com"), key) is None and workspaces.admitted(Person("bo@example.com"), key)
    assert store.links.find(token) == link and [one.id for one in store.links.of(key)] == [link.id]
    assert [deed.what for deed in audit.deeds(key)] == ["move", "share", "import"]
    unlisted = tickets("2")
    workspaces.move(unlisted, "b", who=ROOT)
    assert workspaces.of(unlisted) == "b"
    for wrong, error in ((NOBODY, UnknownName), (store.SAMPLE, BadValue)):
        with pytest.raises(error):
            workspaces.move(wrong, "a", who=ROOT)


def test_what_is_saved_or_connected_in_one_is_not_in_another(keys: dict[str, str], tmp_path: Path) -> None:
    sources.save_mapping(MAPPING, "Ours", "a")
    assert sources.saved("a") == {"ours": "Ours"} and sources.saved("b") == sources.saved() == {}
    for call in (sources.saved_text, sources.saved_path):
        with pytest.raises(UnknownName):
            call("ours", "../b")
    place = tmp_path / "home" / "connections"
    place.mkdir()
    for name, of in (("north", 'workspace = "a"\n'), ("whole", "")):
        (place / f"{name}.toml").write_text(f'label = "{name}"\nkind = "folder"\nplace = "x/*.csv"\n{of}', "utf-8")
    assert [list(connected.offered(name)) for name in ("a", "b", "main")] == [["north"], [], ["whole"]]
    with pytest.raises(UnknownName, match="not declared here"):
        connected.begin("north", who=Person("bo@example.com", "owner"), workspace="b")
    key = connected.begin("north", who=Person("ed@example.com", "editor"), workspace="a")
    assert workspaces.of(key) == "a" and workspaces.admitted(Person("bo@example.com"), key) is None, "also before it was read"
    with pytest.raises(UnknownName):
        connected.refresh(key, who=Person("bo@example.com", "owner"))
    with pytest.raises(BadValue, match="still being read"):
        workspaces.move(key, "b", who=ROOT)
    store.discard(keys["a"])
    with pytest.raises(BadValue, match="still holds 1 dataset"):
        workspaces.delete("a", who=ROOT)


@pytest.mark.parametrize("way", [people.LOOPBACK, people.PASSPHRASE, people.OPEN])
def test_where_nobody_has_a_name_who_is_in_owns_all(keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(people, "_CHOSEN", way)
    me = Person()
    assert all(workspaces.admitted(me, key) == me for key in keys.values()) and len(workspaces.of_person(me)) == 3
    workspaces.make("C", who=me)
    workspaces.move(keys["a"], "c", who=me)
    assert workspaces.of(keys["a"]) == "c"
    with pytest.raises(NotAllowed):
        workspaces.make("D", who=Person("", "viewer"))  # a link's reader


def test_a_home_of_before_is_upgraded_without_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book with the tables of the version before, its rows written by hand."""
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    monkeypatch.setattr(people, "_CHOSEN", people.OIDC)
    monkeypatch.setenv("KPI_OWNERS", "")
    key, file = tickets(), tmp_path / database.FILE
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "b2")
    engine.dispose()
    with sqlite3.connect(file) as book:
        assert not book.execute("SELECT * FROM sqlite_master WHERE name = 'workspaces'").fetchall()
        book.execute("INSERT INTO datasets VALUES (?, 'main', 'autumn.csv', 'ann@example.com', '2026-01-02 03:04:05.000000')", [key])
        book.execute("INSERT INTO members VALUES ('main', 'ann@example.com', 'owner', '2026-01-02 03:04:05.000000')")
        book.execute(
            "INSERT INTO audit (at, who, what, data_key, about) VALUES ('2026-01-02 03:04:05.000000', '', 'add person', '', '{\"email\": \"ann@example.com\", \"role\": \"owner\"}')"
        )
    ann = people.anywhere("ann@example.com")
    assert ann == Person("ann@example.com", "owner") and workspaces.admitted(ann, key) == ann
    assert [(one.name, one.title) for one in workspaces.every()] == [("main", "Main")]
    assert [one.title for one in people.datasets()] == ["autumn.csv"] and len(people.deeds(who=ann)) == 1
    with database._engine(database.url()).connect() as connection:
        assert alembic.autogenerate.compare_metadata(alembic.migration.MigrationContext.configure(connection), META) == []


@pytest.mark.database
def test_the_same_in_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: str) -> None:
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    monkeypatch.setenv("KPI_DATABASE", postgres)
    with database.begin() as connection:
        for table in (AUDIT, DATASETS, MEMBERS):
            connection.execute(sa.delete(table))
        connection.execute(sa.delete(WORKSPACES).where(WORKSPACES.c.name != "main"))
    keys = furnished(monkeypatch)
    anna = Person("anna@example.com", "owner")
    assert {deed.about["email"] for deed in people.deeds("a", who=anna)} == {f"{name}@example.com" for name in ("anna", "ed", "vi", "both")}
    assert workspaces.admitted(anna, keys["b"]) is None and workspaces.checked(anna, keys["a"]).role == "owner"
    with pytest.raises(BadValue, match="still holds"):
        workspaces.delete("b", who=ROOT)
    workspaces.move(keys["b"], "a", who=ROOT)
    workspaces.delete("b", who=ROOT)
    assert workspaces.sizes() == {"a": 2, "main": 1} and people.roles("bo@example.com") == {}
    with pytest.raises(KpiError):
        people.register(tickets("9"), "x", workspace="b")
    assert [deed.what for deed in workspaces.deeds(who=ROOT)] == ["delete workspace", "move", "make workspace", "make workspace"]
    database._engine(database.url()).dispose()
