"""A fresh server and a real browser. Every visit is watched: no outside host, no broken script, no traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from kpi import sample, store
from kpi.store import links
from kpi.store.links import Told
from kpi.tables import TABLES
from tests.browser import shared
from tests.browser.shared import PAGES, QUERY, World

ROOT = Path(__file__).parents[2]
LOCAL = re.compile(r"^(https?|wss?)://127\.0\.0\.1[:/]|^(data|blob|about|chrome):")
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
WIDEST_PHONE = 480
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning'][data-test-connection-state='CONNECTED']:not(:has(.st-key-slow_step))"


@dataclass(frozen=True)
class Server:
    url: str
    home: Path
    log: Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server process of its own, that nobody has visited yet, with an empty home."""
    with serving(tmp_path / "home", tmp_path / "server.log") as made:
        yield made


@pytest.fixture(scope="module")
def standing(small_company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the tests of a file share, with the small company: for those to whom it is all one who was there before them.

    A file whose `server` hands it on has it for all its visits; each of them is a new browser all the same.
    """
    place = tmp_path_factory.mktemp("standing")
    shutil.copytree(small_company, place / "home")
    with serving(place / "home", place / "server.log") as made:
        yield made


@pytest.fixture(name="serving", scope="session")
def serving_fixture() -> Callable:
    return serving


@contextmanager
def serving(home: Path, log: Path, *, may_complain: bool = False) -> Iterator[Server]:
    """A server process over a home, on a free port; what it said must hold no traceback, unless it may complain."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(f"http://127.0.0.1:{port}", home, log)
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    command += ["--server.fileWatcherType", "none"]  # nothing changes while we look
    with made.log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "KPI_HOME": str(made.home)}, stdout=out, stderr=out)
    try:
        for _ in range(600):
            if process.poll() is not None:
                pytest.fail(f"the server did not start:\n{made.log.read_text()}")
            try:
                urllib.request.urlopen(f"{made.url}/healthz", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail(f"the server did not answer:\n{made.log.read_text()}")
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    said = made.log.read_text()
    assert may_complain or "Traceback" not in said, said


@pytest.fixture(scope="session")
def small_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds a sample company of 2,000 tickets, imported: what `KPI_HOME/data/sample` would be, in a second."""
    home = tmp_path_factory.mktemp("company")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", str(home))
        place = store.folder(store.SAMPLE)
        place.mkdir(parents=True)
        sample.write(place, tickets=2_000)
        (place / "names.json").write_text(json.dumps(sorted(path.name for path in place.glob("*.csv") if path.stem in TABLES)), "utf-8")
        store.import_now(store.SAMPLE)
    return home


@pytest.fixture
def company(small_company: Path, server: Server) -> str:
    """The small company lies in the server's home, under the key of this name: `visit(f"/?data={company}")` shows it at once."""
    if not (server.home / "data" / store.SAMPLE).exists():
        shutil.copytree(small_company, server.home, dirs_exist_ok=True)
    return store.SAMPLE


@pytest.fixture
def keep(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`keep({"a.csv": b"…"})`: files in the server's home as if somebody had uploaded them, and their key; nobody has read them yet."""
    monkeypatch.setenv("KPI_HOME", str(server.home))
    return store.keep


@pytest.fixture
def visit(server: Server, visit_at: Callable) -> Callable:
    """`visit("/definitions", width=390, dark=True)` opens a page of the server, or of one `at` another address: see `visit_at`."""
    return partial(visit_at, at=server.url)


@pytest.fixture
def visit_at(chromium) -> Iterator[Callable]:
    """`visit_at("/definitions", at=url)` opens a page of a server, waits until it is idle and returns it. A narrow one is a phone's.

    Each is a browser of its own, without anything another one has. `seen` is shown the page before it is opened.
    """
    contexts, outside, complaints = [], [], []

    def complain(kind: str, text: str) -> None:
        # On a deep link Streamlit's front end first looks for its server below the page's own path; that 404 is how it finds out.
        if kind == "error" and not re.search(r" 404 .*/\w+/_stcore/(health|host-config)$", text):
            complaints.append(text)

    def open_page(path: str = "/", *, at: str, width: int = 1440, dark: bool = False, seen: Callable | None = None):
        phone = {"user_agent": PHONE, "is_mobile": True, "has_touch": True} if width <= WIDEST_PHONE else {}
        scheme = "dark" if dark else "light"
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, timezone_id="UTC", locale="en-GB", **phone
        )
        contexts.append(context)
        context.on("request", lambda request: LOCAL.match(request.url) or outside.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: LOCAL.match(socket.url) or outside.append(socket.url))
        page.on("console", lambda message: complain(message.type, f"{message.text} {message.location['url']}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if seen is not None:
            seen(page)
        page.goto(at + path)
        settle(page)
        return page

    yield open_page
    broken = [
        text for context in contexts for page in context.pages for text in page.locator("[data-testid=stException]").all_inner_texts()
    ]
    for context in contexts:
        context.close()
    assert not outside, f"the browser asked other hosts: {outside}"
    assert not complaints, f"the browser complained: {complaints}"
    assert not broken, f"a traceback on the page: {broken}"


def settle(page, seconds: float = 60) -> None:
    """Wait until the page's script has run (a rerun starts a moment after what caused it)."""
    page.wait_for_timeout(400)
    page.wait_for_selector(IDLE, timeout=seconds * 1000)


@pytest.fixture(name="settle")
def settle_fixture() -> Callable:
    return settle


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A home with the data of an owner, and what nobody with a link to the team Billing may ever be sent."""
    return shared.company(tmp_path_factory.mktemp("world"), tmp_path_factory.mktemp("made"))


@pytest.fixture
def share(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`share(rows=True)`: the token of a link to the team Billing in one quarter, with every page unless it is said otherwise."""
    monkeypatch.setenv("KPI_HOME", str(world.home))

    def made(passphrase: str = "", frozen: bool = False, **told: object) -> str:
        whole = {"title": "Billing", "query": QUERY, "where": (("team", ("Billing",)),), "pages": PAGES} | told
        kept = store.frozen(world.key) if frozen else None
        return links.make(world.key, Told(**whole), fingerprint="f", code="1", frozen=kept, passphrase=passphrase)[0]

    return made
