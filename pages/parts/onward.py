"""Where somebody goes once they are in: the address that was asked for before the login, and no other server's.

The wish travels in addresses and, past a provider of logins, in a cookie; anybody may write it. So what is followed is made anew from a page of
ours and its parameters: nothing else of the wish is left in it.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

PAGES = frozenset({"", *(path.stem for path in Path(__file__).parents[1].glob("*.py") if path.stem not in ("frame", "__init__"))})
"""The pages, by their names in the address; "" is the first one."""
WISH = "next"
"""Its name in the address of the login."""
COOKIE, MINUTES = "deskmeter_next", 10
LONGEST = 3_500
"""Characters of an address that a cookie still holds; a longer one leads to the first page."""
CALLBACK = "/oauth2callback"
"""Where a provider of logins sends people back to: Streamlit's own route, which then goes to the first page."""


def wished() -> str:
    """The address on the screen, as a path of this server."""
    name = urlsplit(st.context.url or "").path.rpartition("/")[2]
    said = [(one, value) for one in st.query_params for value in st.query_params.get_all(one)]
    return safe(f"/{name if name in PAGES else ''}?{urlencode(said)}")


def safe(wish: str) -> str:
    """The path of a page of this server, with the parameters of a wish that names one; "/" for any other wish."""
    try:
        parts = urlsplit(wish)
        asked = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return "/"
    name = parts.path.removeprefix("/")
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or name not in PAGES:
        return "/"
    path = f"/{name}" + (f"?{urlencode(asked)}" if asked else "")
    return path if len(path) <= LONGEST else "/"


def go(path: str) -> None:
    """Send the browser to a path of this server, in the same tab: a button's callback, as `st.login` is.

    By the message `st.login` itself sends; what Streamlit has for addresses (a link button) opens a new tab. A browser test watches it.
    """
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.auth_redirect.url = path
        context.enqueue(message)


def remember(answer: Response, wish: str) -> None:
    """Keep a wish while its bearer is away at a provider of logins. Lax: who comes back comes from another site."""
    path = safe(wish)
    answer.set_cookie(COOKIE, quote(path, safe=""), max_age=60 * MINUTES, httponly=True, samesite="lax", path="/")


class Onward:
    """Who comes back from a provider of logins goes on to the address that was asked for, once. Plain ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = Request(scope).cookies.get(COOKIE, "") if scope["type"] == "http" and scope["path"].endswith(CALLBACK) else ""

        async def sent_on(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 302:
                base = dict(message["headers"]).get(b"location", b"/").decode("latin-1").rstrip("/")
                moved = Response()
                moved.delete_cookie(COOKIE, path="/")
                headers = [(name, value) for name, value in message["headers"] if name != b"location"]
                headers.append((b"location", f"{base}{safe(unquote(kept))}".encode("latin-1")))
                headers += [(name, value) for name, value in moved.raw_headers if name == b"set-cookie"]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, sent_on if kept else send)
