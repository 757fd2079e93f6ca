"""A server that asks who one is: nobody gets in without saying it, and each role sees what it may do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.charts import base
from kpi.store import people
from kpi.store.people import Person
from pages.parts import downloads, login, login_page, visitor

App = Callable[..., AppTest]
WORD = "correct horse battery"


@pytest.fixture(autouse=True)
def asks(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    monkeypatch.setenv("KPI_PASSPHRASE", WORD)
    monkeypatch.setattr(people, "_CHOSEN", people.PASSPHRASE)
    monkeypatch.setattr(login, "_wrong", 0)


def post(passphrase: str) -> tuple[int, str]:
    """What the form's sender is answered: the status and the cookie."""
    sent = [{"type": "http.request", "body": urlencode({"passphrase": passphrase}).encode(), "more_body": False}]
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/login", "raw_path": b"/login", "query_string": b"",
        "headers": [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    said: list[dict] = []

    async def receive() -> dict:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        said.append(message)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(Starlette(routes=login.routes)(scope, receive, send))).result()
    headers = dict(said[0]["headers"])
    return said[0]["status"], headers.get(b"set-cookie", b"").decode()


def test_nothing_is_shown_before_the_login(app: App, sample_key: str) -> None:
    at = app(sample_key)
    assert [title.value for title in at.title] == ["Log in"] and not at.metric and not at.get("file_uploader")


def test_the_right_passphrase_gives_a_cookie_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    status, cookie = post(WORD)
    value = cookie.partition(";")[0].partition("=")[2]
    assert status == 303 and login.is_in(value) and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    for wrong in ("", "x", ".", value[:-1], "f" * 12 + value[8:], value.partition(".")[0], f"{int(time.time()) + 10:x}.{'0' * 64}"):
        assert not login.is_in(wrong)
    monkeypatch.setenv("KPI_PASSPHRASE", WORD + "!")
    assert not login.is_in(value), "another passphrase ends every login"
    monkeypatch.setenv("KPI_PASSPHRASE", WORD)
    monkeypatch.setattr(time, "time", lambda: 9e9)
    assert not login.is_in(value)


@pytest.mark.parametrize("harm", ['"><script>', "$style $said {page}", "</style>"])
def test_the_form_stands_in_the_colours_of_the_app_and_runs_nothing(harm: str) -> None:
    page = login_page.written(harm, f"/login?next={harm}")
    assert "<script" not in page and page.count("</style>") == 1
    for colours in (base.PAGE, base.INK, base.PAPER):
        assert all(colour in page for colour in colours.values())
    assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), "nothing from elsewhere"
    assert all(f"font-family:{family}" in page for family in login_page.FACES), "Streamlit still has these letters"


def test_guessing_is_slowed() -> None:
    assert [post("wrong")[0] for _ in range(login.PATIENCE)] == [401] * login.PATIENCE
    assert post(WORD)[0] == 429


@pytest.mark.parametrize(("role", "editor"), [("owner", True), ("editor", True), ("viewer", False)])
def test_roles_on_the_pages(app: App, sample_key: str, monkeypatch: pytest.MonkeyPatch, role: str, editor: bool) -> None:
    monkeypatch.setattr(login, "person", lambda: Person("ann@example.com", role))
    at = app(sample_key)
    assert len(at.metric) > 8 and not at.exception
    assert ({"data", "share"} <= at.session_state["open_pages"]) is editor
    start = app(None)
    assert bool(start.get("file_uploader")) is editor


def test_the_datasets_of_the_workspace_are_offered_to_members_only(app: App, sample_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    people.register(sample_key, "autumn.csv", who="ann@example.com")
    monkeypatch.setattr(login, "person", lambda: Person("ann@example.com", "viewer"))
    assert any("autumn" in button.label for button in app(None).button)
    for way in (people.LOOPBACK, people.OPEN):
        monkeypatch.setattr(people, "_CHOSEN", way)
        assert not any("autumn" in button.label for button in app(None).button)


def test_a_key_alone_downloads_nothing_here(sample_key: str) -> None:
    with pytest.raises(store.folders.UnknownName):
        downloads._opened({"data": sample_key})
    assert downloads._opened({"data": sample_key, downloads.ADMITTED: visitor.passed_key(sample_key)})[0].rows["tickets"]
    with pytest.raises(store.folders.UnknownName):
        downloads._opened({"data": sample_key, downloads.ADMITTED: visitor.passed_key("0" * 32)})
