"""The list of people is an owner's to see and to change, whatever a screen would let one press."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kpi.errors import BadValue, KpiError, NotAllowed, UnknownName
from kpi.store import people
from kpi.store.people import Member, Person

ANN, EVE = Person("ann@example.com", "owner"), "eve@example.com"
DEEDS: dict[str, Callable[[Person], object]] = {
    "list": lambda who: people.listed(who=who),
    "log": lambda who: people.deeds(who=who),
    "add": lambda who: people.add("new@example.com", "viewer", who=who),
    "change": lambda who: people.add(EVE, "owner", who=who),
    "remove": lambda who: people.remove(EVE, who=who),
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server where people log in by name, Ann owns it by its settings, and Eve may look."""
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    monkeypatch.setenv("KPI_OWNERS", ANN.name)
    monkeypatch.setattr(people, "_CHOSEN", people.OIDC)
    people.add(EVE, "viewer", who=ANN)


def book() -> dict[str, str]:
    return people.members()


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_only_an_owner_may(deed: str, role: str) -> None:
    people.add("bob@example.com", role, who=ANN)
    before, done = book(), len(people.deeds(who=ANN))
    with pytest.raises(NotAllowed):
        DEEDS[deed](Person("bob@example.com", role))
    assert book() == before and len(people.deeds(who=ANN)) == done
    DEEDS[deed](ANN)  # and the owner may: the refusal is not of the deed


@pytest.mark.parametrize("deed", DEEDS)
def test_a_visit_that_began_as_owner_counts_no_more_than_its_present_role(deed: str) -> None:
    bob = Person("bob@example.com", "owner")
    with pytest.raises(NotAllowed, match="no member"):
        DEEDS[deed](bob)
    people.add(bob.name, "viewer", who=ANN)
    with pytest.raises(NotAllowed, match="viewer"):
        DEEDS[deed](bob)


def test_the_list() -> None:
    people.add(ANN.name.replace("ann", "bob"), "editor", who=ANN)
    assert [(one.email, one.role, one.by_settings) for one in people.listed(who=ANN)] == [
        (ANN.name, "owner", True),
        ("bob@example.com", "editor", False),
        (EVE, "viewer", False),
    ]
    assert isinstance(people.listed(who=ANN)[0], Member)


def test_the_log_says_who_did_what() -> None:
    people.add(EVE, "editor", who=ANN)
    people.add(EVE, "editor", who=ANN)  # nothing new
    people.remove(EVE, who=ANN)
    assert [(deed.who, deed.what, deed.about) for deed in people.deeds(who=ANN)] == [
        (ANN.name, "remove person", {"email": EVE}),
        (ANN.name, "add person", {"email": EVE, "role": "editor", "was": "viewer"}),
        (ANN.name, "add person", {"email": EVE, "role": "viewer"}),
    ]


@pytest.mark.parametrize("deed", [lambda: people.add(ANN.name, "viewer", who=ANN), lambda: people.remove("Ann@Example.com", who=ANN)])
def test_owners_by_the_settings_stay(deed: Callable[[], None]) -> None:
    with pytest.raises(BadValue, match="settings"):
        deed()
    assert people.of_email(ANN.name) == ANN


def test_one_owner_is_always_left(monkeypatch: pytest.MonkeyPatch) -> None:
    people.add("bob@example.com", "owner", who=ANN)
    people.add("cy@example.com", "owner", who=ANN)
    monkeypatch.delenv("KPI_OWNERS")
    bob = Person("bob@example.com", "owner")
    people.remove("cy@example.com", who=bob)
    for deed in (lambda: people.remove(bob.name, who=bob), lambda: people.add(bob.name, "editor", who=bob)):
        with pytest.raises(BadValue, match="no owner left"):
            deed()
    assert book() == {bob.name: "owner", EVE: "viewer"}


@pytest.mark.parametrize("email", ["", "stranger@example.com", "'; DROP TABLE members; --@x"])
def test_nobody_else_is_removed(email: str) -> None:
    with pytest.raises(UnknownName):
        people.remove(email, who=ANN)
    assert book() == {EVE: "viewer"}


@pytest.mark.parametrize("email", ["a\x00b@example.com", "a\u202eb@example.com", "a\u200bb@example.com", "a@b\n.com"])
def test_an_address_that_cannot_be_read_is_none(email: str) -> None:
    with pytest.raises(KpiError):
        people.add(email, "viewer", who=ANN)
