"""Who may come in, and what each role may do."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.errors import BadValue, NotAllowed
from kpi.store import audit, people
from kpi.store.people import Person

EVERYWHERE = "0.0.0.0"  # noqa: S104  a test of what refuses it
OWNER = Person("ann@example.com", "owner")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    for name in ("KPI_DATABASE", "KPI_PASSPHRASE", "KPI_OPEN", "KPI_OWNERS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_this_machine_needs_no_login(address: str) -> None:
    assert people.way_in(address, has_oidc=False) == "loopback"


@pytest.mark.parametrize(
    "address", [EVERYWHERE, "::", "", "192.168.1.7", "kpi.example.com", "localhost.example.com", "127.0.0.1.example.com"]
)
def test_any_other_address_needs_one_or_an_open_word(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadValue, match="without a login"):
        people.way_in(address, has_oidc=False)
    assert people.way_in(address, has_oidc=True) == "oidc"
    monkeypatch.setenv("KPI_OPEN", "1")
    assert people.way_in(address, has_oidc=False) == "open"
    monkeypatch.setenv("KPI_PASSPHRASE", "short")
    with pytest.raises(BadValue, match="too short"):
        people.way_in(address, has_oidc=False)
    monkeypatch.setenv("KPI_PASSPHRASE", "correct horse battery")
    assert people.way_in(address, has_oidc=False) == "passphrase"


def test_the_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not people.is_passphrase("")
    monkeypatch.setenv("KPI_PASSPHRASE", "correct horse battery")
    assert people.is_passphrase("correct horse battery")
    assert not any(people.is_passphrase(wrong) for wrong in ("", "correct", "Correct horse battery", "\ud800"))


def test_owners_by_the_environment_members_by_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_OWNERS", "Ann@example.com, bob@example.com")
    assert people.of_email("ANN@example.com") == OWNER and people.of_email("eve@example.com") is None and people.of_email("") is None
    people.add("Eve@Example.com ", "viewer", who=OWNER)
    assert people.of_email("eve@example.com") == Person("eve@example.com", "viewer")
    people.add("eve@example.com", "editor", who=OWNER)
    assert people.members() == {"eve@example.com": "editor"}
    people.remove("eve@example.com", who=OWNER)
    assert people.of_email("eve@example.com") is None
    assert [deed.what for deed in audit.deeds()] == ["remove person", "add person", "add person"]


@pytest.mark.parametrize(("role", "may"), [("owner", {"look", "edit", "own"}), ("editor", {"look", "edit"}), ("viewer", {"look"})])
def test_roles(role: str, may: set[str]) -> None:
    person = Person("x@example.com", role)
    assert {deed for deed in ("look", "edit", "own") if person.may(deed)} == may
    if "own" not in may:
        with pytest.raises(NotAllowed, match=role):
            people.add("y@example.com", "owner", who=person)


@pytest.mark.parametrize(
    ("email", "role"), [("eve", "viewer"), ("@", "viewer"), ("a b@c.d", "viewer"), ("x" * 300 + "@y.z", "viewer"), ("a@b.c", "king")]
)
def test_who_is_nobody_is_said(email: str, role: str) -> None:
    with pytest.raises(BadValue):
        people.add(email, role, who=OWNER)


def test_the_datasets_of_the_workspace() -> None:
    people.register("a" * 32, "tickets.csv", who="ann@example.com")
    people.register("a" * 32, "again.csv")
    people.register("b" * 32, "x" * 500)
    assert {one.key: one.title[:11] for one in people.datasets()} == {"a" * 32: "tickets.csv", "b" * 32: "x" * 11}
    people.forget("a" * 32)
    assert [one.key for one in people.datasets()] == ["b" * 32]


def test_a_login_that_is_set_is_asked_for_on_this_machine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that serves others reaches the server by the loopback address."""
    assert people.way_in("127.0.0.1", has_oidc=True) == "oidc"
    monkeypatch.setenv("KPI_OPEN", "1")
    assert people.way_in("127.0.0.1", has_oidc=False) == "loopback"
    monkeypatch.setenv("KPI_PASSPHRASE", "correct horse battery")
    assert people.way_in("127.0.0.1", has_oidc=False) == "passphrase"
    monkeypatch.setenv("KPI_PASSPHRASE", "short")
    with pytest.raises(BadValue, match="too short"):
        people.way_in("localhost", has_oidc=False)
