"""After the login one is where one wanted to go; no address leads to another server."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from kpi.store import people
from pages.parts import login, onward

WORD = "correct horse battery"


@dataclass(frozen=True)
class Answer:
    status_code: int
    headers: Headers
    text: str


@dataclass(frozen=True)
class Client:
    """Asks an app in this process, and follows nothing."""

    app: ASGIApp

    def ask(self, method: str, address: str, content: str = "", cookie: str = "") -> Answer:
        path, _, query = address.partition("?")
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
            "query_string": query.encode(), "headers": [(b"cookie", cookie.encode())] if cookie else [], "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "asgi": {"version": "3.0", "spec_version": "2.4"},
        }  # fmt: skip
        sent, said = [{"type": "http.request", "body": content.encode(), "more_body": False}], []

        async def receive() -> dict:
            return sent.pop() if sent else {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            said.append(message)

        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: asyncio.run(self.app(scope, receive, send))).result()
        body = b"".join(one.get("body", b"") for one in said[1:])
        return Answer(said[0]["status"], Headers(raw=said[0]["headers"]), body.decode())

    def get(self, address: str, cookie: str = "") -> Answer:
        return self.ask("GET", address, cookie=cookie)

    def post(self, address: str, content: str = "") -> Answer:
        return self.ask("POST", address, content)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/trends",
        "/trends?data=0a&metric=csat",
        "/tickets?where=team%3DBilling&where=channel%3Demail&find=a%26b%3Dc",
        "/overview?note=",
    ],
)
def test_an_own_address_is_kept_as_it_is(path: str) -> None:
    assert onward.safe(path) == path


@pytest.mark.parametrize(
    "wish",
    [
        *("", "trends", "https://evil.example/trends", "//evil.example/trends", "///evil.example", "/\\evil.example", "\\\\evil.example"),
        *("/%2f/evil.example", "http:trends", "javascript:alert(1)", "/trends/../login", "/trends/", "/login?next=/", "/frame", "/api/v1/datasets"),
        *("//[", "/@evil.example", "/\t/evil.example", "\n//evil.example", " //evil.example", "/.evil.example", "https:/trends", "/trends\\@evil"),
        "/trends?x=" + "y" * 4_000,
    ],
)  # fmt: skip
def test_any_other_leads_to_the_first_page(wish: str) -> None:
    assert onward.safe(wish) == "/"


def test_what_is_followed_holds_no_line_break_and_no_mark() -> None:
    assert onward.safe("/trends?metric=a\r\nset-cookie: x=1") == "/trends?metric=aset-cookie%3A+x%3D1"
    assert onward.safe("/trends?m=<script>#//evil.example") == "/trends?m=%3Cscript%3E"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("KPI_PASSPHRASE", WORD)
    monkeypatch.setattr(people, "_CHOSEN", people.PASSPHRASE)
    monkeypatch.setattr(login, "_wrong", 0)
    return Client(Starlette(routes=login.routes))


def action(page: str) -> str:
    """Where the form of a page is sent."""
    return page.partition('action="')[2].partition('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize(("wish", "end"), [("/trends?data=0a&metric=csat", "/trends?data=0a&metric=csat"), ("//evil.example/x", "/")])
def test_the_form_carries_it_past_a_wrong_try(client: Client, tmp_path, monkeypatch: pytest.MonkeyPatch, wish: str, end: str) -> None:
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    form = client.get(f"/login?next={quote(wish, safe='')}")
    assert form.status_code == 200 and "evil" not in form.text
    wrong = client.post(action(form.text), "passphrase=x")
    assert wrong.status_code == 401 and "evil" not in wrong.text
    right = client.post(action(wrong.text), f"passphrase={quote(WORD)}")
    assert right.status_code == 303 and right.headers["location"] == end
    forged = client.post(f"/login?next={quote(wish, safe='')}", f"passphrase={quote(WORD)}")
    assert forged.headers["location"] == end


def test_a_mark_in_the_wish_stays_text(client: Client) -> None:
    wish = quote('/trends?metric="><script>alert(1)</script>', safe="")
    page = client.get(f"/login?next={wish}").text
    assert "<script>" not in page
    assert parse_qs(urlsplit(action(page)).query)["next"] == ["/trends?metric=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E"]


def test_out_again(client: Client) -> None:
    answer = client.get("/logout")
    assert answer.status_code == 303 and answer.headers["location"] == "/" and "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("kept", "end"), [("/trends?metric=csat", "/trends?metric=csat"), ("//evil.example", "/"), ("https://evil.example/", "/"), ("", "/")]
)
def test_who_comes_back_from_a_provider_goes_on_once(kept: str, end: str) -> None:
    """The inner server answers as Streamlit does: a redirect to its first page with the cookie of the login."""

    def back(_request: object) -> Response:
        answer = RedirectResponse("/", 302)
        answer.set_cookie("_streamlit_user", "x")
        return answer

    app = onward.Onward(Starlette(routes=[Route("/oauth2callback", back), Route("/other", back)]))
    client = Client(app)
    sent = f"{onward.COOKIE}={quote(kept, safe='')}" if kept else ""
    answer = client.get("/oauth2callback", sent)
    cookies = answer.headers.getlist("set-cookie")
    assert answer.status_code == 302 and answer.headers.getlist("location") == [end]
    assert any(one.startswith("_streamlit_user=x") for one in cookies)
    assert any(one.startswith(f'{onward.COOKIE}=""; ') and "Max-Age=0" in one for one in cookies) is bool(kept)
    assert client.get("/other", sent).headers["location"] == "/"


def test_nobody_logs_in_where_there_is_no_login(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_CHOSEN", people.LOOPBACK)
    assert client.get("/login").status_code == 404 and client.post("/login").status_code == 404
