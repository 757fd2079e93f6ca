"""A page inside a page of another server: two wikis on two origins, of which one may."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kpi import store
from kpi.api import framing
from kpi.store import links
from kpi.store.links import Told

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
TOLD = Told("For the wiki", "A note", "overview", ("overview", "number"), {"from": ("2026-10-05",), "to": ("2026-10-18",)})
BLOCKED = "chrome-error://chromewebdata/"
REAL = "[data-testid='stApp'][data-test-script-state='notRunning'][data-test-connection-state='CONNECTED']"


@contextmanager
def wiki(host: str) -> Iterator[tuple[str, list[str]]]:
    """A web server of one page, with a frame in it: its origin, and the list that holds the address the frame shows."""
    shown: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><title>Wiki</title><h1>Wiki</h1><iframe src="{shown[-1]}" width="1000" height="800"></iframe>'.encode()
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}", shown
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def wikis() -> Iterator[tuple[tuple[str, list[str]], tuple[str, list[str]]]]:
    """One that may, on another site than the app; one that may not."""
    with wiki("localhost") as allowed, wiki("127.0.0.1") as other:
        yield allowed, other


@pytest.fixture
def home(small_company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(small_company, tmp_path / "home")
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def asked(address: str) -> tuple[int, dict[str, str]]:
    """Status and headers of a request without a browser."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
    connection.request("GET", f"{parts.path or '/'}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.casefold(): value for name, value in answer.getheaders()}


def opened(chromium, origin: str):
    page = chromium.new_context(viewport={"width": 1200, "height": 950}, timezone_id="UTC", locale="en-GB").new_page()
    page.set_default_timeout(180_000)  # a busy machine
    page.goto(f"{origin}/")
    return page


def test_who_is_named_may_frame_a_page_and_nobody_else(
    chromium, serving: Callable, home: Path, tmp_path: Path, wikis, monkeypatch: pytest.MonkeyPatch
) -> None:
    (origin, shown), (other, shown_there) = wikis
    monkeypatch.setenv(framing.SETTING, origin)
    token, _ = links.make(store.SAMPLE, TOLD, fingerprint="f", code="1")
    with serving(home, tmp_path / "server.log") as server:
        bare = f"{server.url}/?link={token}&embed=true"
        for path in (f"/?link={token}", "/trends", "/login?embed=true", "/healthz?embed=true", "/api/health?embed=true", "/_stcore/health"):
            _, told = asked(f"{server.url}{path}")
            assert told["x-frame-options"] == "SAMEORIGIN" and "frame-ancestors 'self'" in told["content-security-policy"]
            assert origin not in told["content-security-policy"], path
        _, told = asked(bare)
        assert told["content-security-policy"].endswith(f"frame-ancestors 'self' {origin}") and "x-frame-options" not in told
        assert told["x-content-type-options"] == "nosniff" and "script-src 'self'" in told["content-security-policy"]

        shown.append(bare)
        page = opened(chromium, origin)
        inside = page.frame_locator("iframe")
        inside.get_by_role("heading", name="How support is doing").wait_for()
        inside.locator(REAL).wait_for()
        inside.get_by_text("For the wiki").wait_for()
        inside.get_by_text("Live link: follows the data").wait_for()
        inside.get_by_text("Sample data: a made-up company").wait_for()
        for chrome in ("stSidebar", "stSidebarNavItems", "stLogo", "stToolbar"):
            assert inside.get_by_test_id(chrome).count() == 0 or not inside.get_by_test_id(chrome).first.is_visible(), chrome
        for button in ("Files", "Share", "Use other data"):
            assert inside.get_by_role("button", name=button).count() == 0
        whole = inside.get_by_role("link", name="Open in a new tab").get_attribute("href") or ""
        assert whole.startswith(server.url) and f"link={token}" in whole and "embed" not in whole
        inside.locator("[data-testid=stMain] a", has_text="CSAT").first.click()
        inside.get_by_role("heading", name="CSAT").first.wait_for()
        assert "embed=true" in page.frames[1].url and inside.get_by_test_id("stSidebar").count() == 0, "the next page has no frame either"

        shown.append(f"{server.url}/?link={token}")
        blocked = opened(chromium, origin)
        blocked.wait_for_load_state("networkidle")
        assert blocked.frames[1].url == BLOCKED, "what does not ask for it is not framed"
        shown_there.append(bare)
        stranger = opened(chromium, other)
        stranger.wait_for_load_state("networkidle")
        assert stranger.frames[1].url == BLOCKED
        for one in (page, blocked, stranger):
            one.context.close()


def test_without_the_setting_nobody_may(
    chromium, serving: Callable, home: Path, tmp_path: Path, wikis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(framing.SETTING, raising=False)
    (origin, shown), _ = wikis
    with serving(home, tmp_path / "server.log") as server:
        for path in ("/?embed=true", "/"):
            _, told = asked(f"{server.url}{path}")
            assert told["content-security-policy"].endswith("frame-ancestors 'self'") and told["x-frame-options"] == "SAMEORIGIN"
        shown.append(f"{server.url}/?embed=true")
        page = opened(chromium, origin)
        page.wait_for_load_state("networkidle")
        assert page.frames[1].url == BLOCKED
        page.context.close()


@pytest.mark.parametrize(("setting", "value"), [(framing.SETTING, "*"), ("KPI_RETENTION", "for ever")])
def test_a_server_does_not_start_with_a_setting_that_says_nothing(tmp_path: Path, setting: str, value: str) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", "0"]
    told = {**os.environ, "KPI_HOME": str(tmp_path), setting: value}
    ended = subprocess.run(command, check=False, cwd=ROOT, env=told, capture_output=True, text=True, timeout=120)
    assert ended.returncode and setting in ended.stderr + ended.stdout and "Traceback" not in ended.stderr
