"""Two companies on one server, by the pages: what one of them has, the other neither opens, lists nor learns of, whatever the address says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.api import rights
from kpi.api.problems import NoToken
from kpi.errors import UnknownName
from kpi.store import links, people, workspaces
from kpi.store.people import Person
from pages.parts import downloads, login, people_list, visitor, workspace, workspace_list

App = Callable[..., AppTest]
ROOT = Person("root@example.com", "owner")
GONE = "The data of this address are not here any more."
NORTH, SOUTH = "North shop", "Süd & Söhne"


@pytest.fixture
def keys(kept: dict[str, str], tmp_path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A book of the test's own: the tiny data are North's, those that lack columns South's, with the titles of their owners' customers."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    monkeypatch.setenv("KPI_DATABASE", f"sqlite:///{tmp_path}/book.sqlite")
    monkeypatch.setenv("KPI_OWNERS", ROOT.name)
    monkeypatch.setattr(people, "_CHOSEN", people.OIDC)
    monkeypatch.setattr(login, "leave", lambda: None)
    for title, owner, viewer, key in ((NORTH, "anna", "vi", "tiny"), (SOUTH, "bo", "vera", "lacking")):
        name = workspaces.make(title, who=ROOT).name
        people.add(f"{owner}@example.com", "owner", who=ROOT, workspace=name)
        people.add(f"{viewer}@example.com", "viewer", who=ROOT, workspace=name)
        people.register(kept[key], f"secret of {name}.csv", workspace=name)
    people.add("both@example.com", "viewer", who=ROOT, workspace="north-shop")
    people.add("both@example.com", "editor", who=ROOT, workspace="sud-sohne")
    return {"north": kept["tiny"], "south": kept["lacking"]}


@pytest.fixture
def comes(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda name: monkeypatch.setattr(login, "person", lambda: people.anywhere(f"{name}@example.com"))


def told(at: AppTest) -> str:
    """Every word on the screen, the menu's pages, and the address."""
    assert not at.exception, at.exception
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "text",
        "error",
        "info",
        "warning",
        "button",
        "metric",
        "selectbox",
        "badge",
    )
    found = [
        f"{getattr(one, 'label', '')} {getattr(one, 'value', '')} {getattr(one, 'options', '')}" for kind in kinds for one in at.get(kind)
    ]
    errors = [f"{one.proto.title} {one.value}" for one in at.error]
    return "\n".join([*found, *errors, *sorted(at.session_state["open_pages"]), str(dict(at.query_params))]).replace("\\", "")


@pytest.mark.parametrize(
    ("name", "north", "south"),
    [("root", "owner", "owner"), ("anna", "owner", ""), ("vi", "viewer", ""), ("bo", "", "owner"), ("both", "viewer", "editor")],
)
def test_an_address_opens_what_is_ones_own(app: App, keys: dict[str, str], comes, name: str, north: str, south: str) -> None:
    comes(name)
    nothing = told(app("0" * 32))
    assert GONE in nothing
    for place, role in (("north", north), ("south", south)):
        at = app(keys[place])
        said = told(at)
        assert (at.session_state["mine"] is not None) is bool(role)
        if role:
            assert GONE not in said and ({"data", "share"} <= at.session_state["open_pages"]) is (role != "viewer")
        else:
            assert said == nothing, "as for data there are none of, to the letter"


@pytest.mark.parametrize("forged", ["sud-sohne", "nowhere", "../x", "main"])
def test_a_forged_workspace_is_an_unknown_one(app: App, keys: dict[str, str], comes, forged: str) -> None:
    comes("vi")
    said, other = (told(app(None, workspace=asked)).replace(f"“{asked}”", "“…”") for asked in (forged, "no-such"))
    assert said == other and "Left out: workspace “…”" in said
    assert "secret of north-shop.csv" in said and "Söhne" not in said and "sud" not in said


def test_who_has_several_chooses(app: App, keys: dict[str, str], comes) -> None:
    comes("both")
    at = app(None, workspace="sud-sohne")
    box = next(one for one in at.selectbox if one.label == "Workspace")
    assert box.value == "sud-sohne" and box.options == [NORTH, SOUTH] and at.get("file_uploader")
    assert [one.label.split(" :gray")[0].replace("\\", "") for one in at.button if str(one.key).startswith("kept_")] == [
        "secret of sud-sohne.csv"
    ]
    box.select("north-shop").run()
    assert "north-shop" in at.query_params["workspace"] and not at.get("file_uploader"), "a viewer there"
    kept = next(one for one in at.button if str(one.key).startswith("kept_"))
    kept.click().run()
    assert at.session_state["mine"].key == keys["north"] and "workspace" not in at.query_params
    assert NORTH in told(at) and SOUTH not in told(at)


def test_one_workspace_looks_as_before(app: App, keys: dict[str, str], comes) -> None:
    comes("vi")
    for at in (app(None), app(keys["north"])):
        assert (
            NORTH not in told(at) and "workspace" not in at.query_params and not [one for one in at.selectbox if one.label == "Workspace"]
        )


def test_downloads_and_the_api(keys: dict[str, str]) -> None:
    passed = visitor.passed_key(keys["north"])
    assert downloads._opened({"data": keys["north"], downloads.ADMITTED: passed})[0].rows["tickets"]
    for key, given in ((keys["south"], passed), (keys["south"], ""), (keys["north"], visitor.passed_key(keys["south"]))):
        with pytest.raises(UnknownName):
            downloads._opened({"data": key, downloads.ADMITTED: given})
    workspaces.move(keys["north"], "sud-sohne", who=ROOT)
    with pytest.raises(UnknownName):
        downloads._opened({"data": keys["north"], downloads.ADMITTED: passed})
    for key in (*keys.values(), "0" * 32):
        with pytest.raises(NoToken) as error:
            rights.of(Request({"type": "http", "headers": [(b"authorization", f"Bearer {key}".encode())], "query_string": b""}))
        assert str(error.value) == rights.NOTHING


def _deeds() -> None:
    """What a click would do with the data of another, past every screen."""
    import streamlit as st

    from kpi import store
    from kpi.errors import KpiError
    from pages.parts import connected, mine, share_list, share_made, texts
    from pages.parts.mine import Mine

    key = st.session_state["foreign"]
    theirs = Mine(key, ("x.csv",), store.open_dataset(key))
    deeds = {
        "edit": lambda: mine.reread(key, zone="Europe/Berlin"),
        "delete": lambda: mine.discard(key),
        "share": lambda: share_made.make(theirs, None),  # type: ignore[arg-type]
        "revoke": lambda: share_list.revoke(theirs, share_list.of(theirs)[0].id),
        "note": lambda: texts.change(theirs, "events.csv", lambda _: "x"),
        "refresh": lambda: connected._refresh(key),
        "files": lambda: mine._edit(store.go_back, key),
    }
    for name, deed in deeds.items():
        try:
            deed()
            st.text(f"{name}: done")
        except KpiError as error:
            st.text(f"{name}: {type(error).__name__}")


@pytest.mark.parametrize(
    ("name", "said"),
    [("anna", "UnknownName"), ("vi", "UnknownName"), ("vera", "NotAllowed")],
    ids=["owner of North", "viewer of North", "viewer"],
)
def test_no_click_reaches_the_data_of_another(keys: dict[str, str], name: str, said: str) -> None:
    """Nor does a viewer's change them. The visit believes to be an owner's: the store asks anew."""
    token, _ = links.make(keys["south"], links.Told(title="South's own"), fingerprint="f", code="c")
    at = AppTest.from_function(_deeds, default_timeout=60)
    at.session_state["foreign"], at.session_state["person"] = keys["south"], Person(f"{name}@example.com", "owner")
    at.run()
    assert not at.exception, at.exception
    assert {one.value for one in at.text} == {
        f"{deed}: {said}" for deed in ("edit", "delete", "share", "revoke", "note", "refresh", "files")
    }
    assert links.find(token) and workspaces.of(keys["south"]) == "sud-sohne"


def test_people_of_one_workspace(app: App, keys: dict[str, str], comes) -> None:
    comes("anna")
    at = app(keys["north"], "share.py")
    said = told(at)
    assert "vi@example.com" in said and "vera" not in said and "bo@" not in said and SOUTH not in said and "Workspaces" not in said
    at.text_input(key=people_list.NEW).input("ned@example.com")
    next(one for one in at.button if one.label == "Let in").click().run()
    assert people.roles("ned@example.com") == {"north-shop": "viewer"} and not at.exception


def test_an_owner_of_all_makes_renames_moves_and_deletes(app: App, keys: dict[str, str], comes) -> None:
    comes("root")
    at = app(keys["north"], "share.py")
    at.text_input(key=workspace_list.NEW).input("East")
    next(one for one in at.button if one.label == "Make").click().run()
    at.text_input(key=f"{workspace_list.TITLE}_east").input("Far East")
    at.button(key="workspace_renamed_east").click().run()
    assert workspaces.one("east").title == "Far East"
    at.selectbox(key=workspace_list.TO).select("east").run()
    at.button(key="workspace_move").click().run()
    assert workspaces.of(keys["north"]) == "east" and at.session_state[workspace.OWN] == "east" and "Far East" in told(at)
    assert not [one for one in at.button if one.key in (f"{workspace_list.SURE}_east", f"{workspace_list.SURE}_main")]
    at.selectbox(key=f"{people_list.OF}_east").select("north-shop").run()
    assert "anna@example.com" in told(at)
    at.button(key=f"{workspace_list.SURE}_north-shop").click().run()
    assert "north-shop" not in [one.name for one in workspaces.every()] and not at.exception
    log = next(frame.value for frame in at.dataframe if "Workspace" in frame.value)
    assert list(log["What"])[:4] == ["Deleted", "Data moved here", "Renamed", "Made"]
    at.text_input(key=workspace_list.NEW).input("far east")
    next(one for one in at.button if one.label == "Make").click().run()
    assert any("already" in one.proto.title for one in at.error)


def _brings() -> None:
    """What the uploader and a connection's button do, in the workspace at hand."""
    import io

    import streamlit as st

    from kpi import store
    from kpi.errors import KpiError
    from pages.parts import mine, workspace

    file = io.BytesIO(b"ticket_id,created_at\n1,2026-03-02T08:00:00Z\n")
    file.name = "brought.csv"
    try:
        workspace.present().check("edit")
        key = mine.keep([file])  # type: ignore[list-item]
        titles = {one.key: one.title for one in store.people.datasets(workspace.name())}
        st.text(f"{store.workspaces.of(key)} {titles[key]}")
        store.discard(key)
    except KpiError as error:
        st.text(type(error).__name__)


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        ("both", "sud-sohne", "sud-sohne brought.csv"),
        ("both", "north-shop", "NotAllowed"),
        ("anna", "sud-sohne", "NotAllowed"),
        ("root", "main", "main brought.csv"),
        ("root", "gone", "UnknownName"),
    ],
)
def test_what_is_brought_belongs_to_the_workspace_at_hand(keys: dict[str, str], name: str, place: str, said: str) -> None:
    there = sorted(store.folders.keys())
    at = AppTest.from_function(_brings, default_timeout=60)
    at.session_state["person"], at.session_state[workspace.OWN] = Person(f"{name}@example.com", "owner"), place
    at.run()
    assert not at.exception and [one.value for one in at.text] == [said] and sorted(store.folders.keys()) == there


@pytest.mark.parametrize("way", [people.LOOPBACK, people.PASSPHRASE])
def test_where_nobody_has_a_name_workspaces_keep_data_in_order(
    app: App, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(people, "_CHOSEN", way)
    monkeypatch.setattr(login, "person", Person)
    at = app(None, workspace="north-shop")
    assert next(one for one in at.selectbox if one.label == "Workspace").options == ["Main", NORTH, SOUTH]
    listed = [one.label for one in at.button if str(one.key).startswith("kept_")]
    assert len(listed) == (way == people.PASSPHRASE), "without a login nobody learns of data whose address they do not know"
    assert SOUTH in told(app(keys["south"])) and workspaces.of(keys["south"]) == "sud-sohne"
    assert "Workspaces" in [one.label for one in app(keys["south"], "share.py").expander]
