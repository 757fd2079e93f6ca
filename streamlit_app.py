"""The server: Streamlit around `pages/frame.py`, in one process with our own routes.

`streamlit run streamlit_app.py` finds `app` and serves it. The main script is `pages/frame.py` and not this file: a
`pages/` folder beside the main script would switch Streamlit's old multipage mode on, and the first visitor of a deep link
on a fresh server would get a page without its frame.

Listens on the loopback address unless told otherwise (.streamlit/config.toml).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

# Before anything loads numpy: our matrices are small, and threads that wait for each other cost many times the work under load.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.auth_util import is_authlib_installed
from streamlit.runtime.secrets import secrets_singleton
from streamlit.starlette import App

from kpi import api
from kpi.api import framing
from kpi.errors import KpiError
from kpi.store import people, retention
from pages.parts import downloads, login, onward, warm
from pages.parts.forged import KnownControls
from pages.parts.words import say

T = TypeVar("T")


def content_security_policy() -> str:
    """Nothing from elsewhere, and no script but the server's own files and the inline ones of Streamlit's index page.

    Their hashes are taken from the installed page, so a new Streamlit version needs no new constant here. Styles are
    inline by the way Streamlit's front end makes them. `img-src` without a host is what keeps a picture address
    in a ticket's text from phoning home.
    """
    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    inline = re.findall(r"<script>(.*?)</script>", index, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'"
    )


class SecurityHeaders:
    """Adds the headers to every HTTP answer. Plain ASGI: it buffers nothing and leaves the WebSocket alone."""

    def __init__(self, app: ASGIApp, embedding: tuple[str, ...] = ()) -> None:
        self.app, self.embedding, self.policy = app, embedding, content_security_policy()
        headers = {
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }
        self.headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                # a wiki may show pages, where it may at all: not the login, not a download
                allowed = self.embedding if scope["path"].strip("/") in onward.PAGES else ()
                framed = framing.headers(self.policy, allowed, scope["query_string"].decode("latin-1"))
                own = [(name.encode(), value.encode()) for name, value in framed.items()]
                message = {**message, "headers": [*message.get("headers", []), *self.headers, *own]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class OwnScript:
    """Puts our one script at the head of Streamlit's index page (see history.js for what it is for)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started: Message | None = None
        if scope["type"] == "http" and scope["path"].strip("/") in onward.PAGES:  # what comes packed has no head to put anything into
            scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]}

        async def with_script(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and (b"content-type", b"text/html; charset=utf-8") in message["headers"]:
                started = message  # its length is not known yet
                return
            if message["type"] == "http.response.body" and started is not None:
                body = message.get("body", b"").replace(b"<head>", b'<head><script src="/history.js"></script>', 1)
                headers = [(k, v) for k, v in started["headers"] if k != b"content-length"]
                if not message.get("more_body"):
                    headers.append((b"content-length", str(len(body)).encode()))
                await send({**started, "headers": headers})
                started, message = None, {**message, "body": body}
            await send(message)

        await self.app(scope, receive, with_script if scope["type"] == "http" else send)


async def history(request: Request) -> FileResponse:
    return FileResponse(Path(__file__).parent / "pages" / "parts" / "history.js", media_type="text/javascript")


async def healthz(request: Request) -> JSONResponse:
    """The process answers. Says nothing about anybody's data."""
    return JSONResponse({"status": "ok", "version": version("deskmeter")})


def _said(setting: Callable[[], T]) -> T:
    """What a setting of the environment says; say what to do, and end, where that cannot be understood: no data must be kept for longer than meant."""
    try:
        return setting()
    except KpiError as error:
        sys.exit(str(error))


def _let_in() -> None:
    """Decide how this server lets people in; say what to do, and end, where it would let in anybody without having been told to."""
    auth = secrets_singleton.load_if_toml_exists() and bool(secrets_singleton.get("auth"))
    try:
        way = people.way_in(str(config.get_option("server.address") or ""), has_oidc=auth)
    except KpiError as error:
        sys.exit(str(error))
    if way == people.OIDC and not is_authlib_installed():
        sys.exit("OpenID Connect is set up, and what it needs is not installed. Install it: pip install 'deskmeter[oidc]'.")
    people.choose(way)


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """Get ready while the first visitor is still on the way: the server answers at once, and a thread warms up beside it."""
    threading.Thread(target=warm.up, name="warm-up", daemon=True).start()
    stop = threading.Event()
    if KEPT is not None:
        threading.Thread(target=retention.daily, args=(KEPT, stop), name="retention", daemon=True).start()
    yield
    stop.set()


_let_in()
KEPT, EMBEDDING = _said(retention.from_environment), _said(framing.from_environment)
app = App(
    Path(__file__).parent / "pages" / "frame.py",
    routes=[Route("/healthz", healthz), Route("/history.js", history), *downloads.routes, *login.routes, *api.routes],
    middleware=[
        Middleware(SecurityHeaders, embedding=EMBEDDING),
        Middleware(OwnScript),
        Middleware(onward.Onward),
        Middleware(KnownControls),
    ],
    lifespan=lifespan,
    on_script_error=say,
)
