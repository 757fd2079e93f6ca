"""The list of people on the page Sharing: an owner's, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kpi.store import people
from kpi.store.people import Person
from pages.parts import login, people_list

App = Callable[..., AppTest]
ANN = Person("ann@example.com", "owner")
HEAD = "Who may come in"


@pytest.fixture(autouse=True)
def asks(kept: dict[str, str], tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book of the test's own beside the data of all."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    monkeypatch.setenv("KPI_DATABASE", f"sqlite:///{tmp_path}/book.sqlite")
    monkeypatch.setenv("KPI_OWNERS", ANN.name)
    monkeypatch.setattr(people, "_CHOSEN", people.OIDC)
    monkeypatch.setattr(login, "leave", lambda: None)
    as_person(monkeypatch, ANN)


def as_person(monkeypatch: pytest.MonkeyPatch, person: Person) -> None:
    monkeypatch.setattr(login, "person", lambda: person)


def heads(at: AppTest) -> list[str]:
    return [one.value for one in at.subheader]


def test_let_in_change_and_remove(app: App, tiny_key: str) -> None:
    at = app(tiny_key, "share.py")
    assert HEAD in heads(at) and any("KPI_OWNERS" in one.value for one in at.caption)
    at.text_input(key=people_list.NEW).input("Eve@example.com")
    at.selectbox(key=people_list.ROLE).select("editor")
    next(one for one in at.button if one.label == "Let in").click().run()
    assert not at.exception and people.members() == {"eve@example.com": "editor"} and at.text_input(key=people_list.NEW).value == ""
    at.selectbox(key="people_role_eve@example.com").select("viewer").run()
    assert people.members() == {"eve@example.com": "viewer"}
    log = next(frame.value for frame in at.dataframe if "Address" in frame.value)
    assert list(log["What"]) == ["Role changed from Editor to Viewer", "Let in as Editor"] and set(log["Who"]) == {ANN.name}
    at.button(key=f"{people_list.SURE}_eve@example.com").click().run()
    assert people.members() == {} and not at.exception


def test_what_speaks_against_it_is_said(app: App, tiny_key: str) -> None:
    at = app(tiny_key, "share.py")
    at.text_input(key=people_list.NEW).input("eve")
    next(one for one in at.button if one.label == "Let in").click().run()
    assert [one.value for one in at.error] and not at.exception and people.members() == {}
    assert at.text_input(key=people_list.NEW).value == "eve", "what was written can be mended"
    assert not at.run().error


def test_an_editor_has_no_list_and_no_way_to_change_it(app: App, tiny_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where an owner's visit goes on after the role was taken away: the buttons are still on the screen."""
    people.add("bob@example.com", "owner", who=ANN)
    people.add("eve@example.com", "viewer", who=ANN)
    as_person(monkeypatch, Person("bob@example.com", "owner"))
    at = app(tiny_key, "share.py")
    assert HEAD in heads(at)
    people.add("bob@example.com", "editor", who=ANN)
    as_person(monkeypatch, Person("bob@example.com", "editor"))
    at.button(key=f"{people_list.SURE}_eve@example.com").click().run()
    assert people.members() == {"bob@example.com": "editor", "eve@example.com": "viewer"}
    assert HEAD not in heads(at) and "Links" in heads(at) and not at.exception
    assert not any("example.com" in one.value for kind in ("markdown", "caption", "text") for one in getattr(at, kind))


def test_a_viewer_has_no_such_page(app: App, tiny_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_person(monkeypatch, Person("eve@example.com", "viewer"))
    at = app(tiny_key)
    assert "share" not in at.session_state["open_pages"] and HEAD not in heads(at)


@pytest.mark.parametrize("way", [people.LOOPBACK, people.OPEN, people.PASSPHRASE])
def test_where_nobody_has_a_name_one_sentence_says_why(app: App, tiny_key: str, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(people, "_CHOSEN", way)
    at = app(tiny_key, "share.py")
    assert HEAD in heads(at) and any(one.value == people_list.NOBODY[way] for one in at.markdown)
    assert not [one for one in at.button if one.label == "Let in"]


def test_without_data_the_list_is_there(app: App) -> None:
    assert HEAD in heads(app(None, "share.py"))
