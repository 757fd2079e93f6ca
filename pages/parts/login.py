"""Who somebody is, on a server that asks: its passphrase, by a form of our own, or OpenID Connect, by Streamlit's login.

The passphrase gives a cookie that scripts cannot read and other sites cannot send. It ends after a week, and with another passphrase.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import secrets
import threading
import time
from urllib.parse import parse_qs, urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.auth_util import validate_auth_credentials
from streamlit.errors import StreamlitAuthError
from streamlit.user_info import generate_login_redirect_url

from kpi.home import user_folder
from kpi.store import people
from kpi.store.people import Person
from pages.parts import accent, login_page, onward

log = logging.getLogger("deskmeter")
READER = Person("", "viewer")
"""Who came with a link: it says what they may see, and nothing they say stays."""
COOKIE, WEEK = "deskmeter", 7 * 86_400
PATIENCE, LONGEST = 5, 60.0
"""After so many wrong passphrases in a row the server answers later and later, up to so many seconds."""
MOST = 4_096
"""Bytes the form may send."""
_wrong = 0
_lock = threading.Lock()


def person() -> Person | None:
    """Who is looking; None, with the way to log in on the screen, for somebody this server does not know. Their role is that of one of their workspaces."""
    way = people.chosen()
    if way in (people.LOOPBACK, people.OPEN):
        return Person()
    if way == people.PASSPHRASE:
        if is_in(str(st.context.cookies.get(COOKIE, ""))):
            return Person("owner")
        _ask("This server asks for its passphrase.")
        return None
    if not st.user.is_logged_in:
        _ask("This server asks who you are.")
        return None
    email = str(st.user.get("email") or "")
    known = people.anywhere(email) if st.user.get("email_verified", True) else None
    if known is None:
        with st.container(width=480, key="login"):
            st.title("You are not a member yet", anchor=False)
            st.text(f"You are logged in as {email}. Ask an owner of this workspace to add you.")  # as Markdown it would be a link
            st.button("Log out", on_click=st.logout, key="log_out")
    return known


def _ask(said: str) -> None:
    """The way to the login, and from there to the address on the screen."""
    with st.container(width=480, key="login"):
        st.title("Log in", anchor=False)
        st.markdown(said)
        address = f"/login?{urlencode({onward.WISH: onward.wished()})}"
        if st.context.is_embedded:  # a frame on another site is never logged in: there it is a tab of its own
            st.link_button("Log in", address, type=accent.button())
        else:
            st.button("Log in", type=accent.button(), on_click=onward.go, args=(address,), key="log_in")


def leave() -> None:
    """The way out, at the foot of the menu, where people log in."""
    way = people.chosen()
    if way not in (people.PASSPHRASE, people.OIDC):
        return
    with st.sidebar.container(key="log_out_foot"):
        if way == people.OIDC and (email := str(st.user.get("email") or "")):
            st.text(f"Logged in as {email}")
        out = st.logout if way == people.OIDC else onward.go
        st.button(
            "Log out",
            icon=":material/logout:",
            type="tertiary",
            on_click=out,
            args=("/logout",) * (way == people.PASSPHRASE),
            key="log_out",
        )


def is_in(cookie: str) -> bool:
    """Whether a cookie is one of ours, for the present passphrase, and not over."""
    until, _, sign = cookie.partition(".")
    return hmac.compare_digest(sign.encode("utf-8", "replace"), _signed(until).encode()) and int(until, 16) >= time.time()


def _signed(until: str) -> str:
    said = f"{until} {os.environ.get('KPI_PASSPHRASE', '')}"
    return hmac.new(_secret(), said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _secret() -> bytes:
    """This server's own secret, made once; nobody else may read its file."""
    place = user_folder() / "secret"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f"half-{secrets.token_hex(8)}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):  # the first one wins
            os.link(half, place)
        half.unlink()
    return place.read_bytes()


def form(request: Request) -> Response:
    """The form, or the way to the provider of logins; there is neither where nobody logs in."""
    wish = onward.safe(request.query_params.get(onward.WISH, "/"))
    if people.chosen() == people.OIDC:
        return _provider(wish)
    if people.chosen() != people.PASSPHRASE:
        return Response("There is nothing to log in to here.", 404)
    return _page("", wish, 200)


def _page(said: str, wish: str, status: int) -> Response:
    page = login_page.written(said, f"/login?{urlencode({onward.WISH: wish})}")
    return HTMLResponse(page, status, headers={"cache-control": "no-store"})


def _provider(wish: str) -> Response:
    """On to the provider of `[auth]`, by Streamlit's own route; the wish waits here."""
    try:
        validate_auth_credentials("default")
        address = generate_login_redirect_url("default")
    except StreamlitAuthError as error:
        log.error("the login by OpenID Connect is not set up: %s", error)
        return Response("The login of this server is not set up. Its log says what is missing.", 500)
    answer = RedirectResponse(address, 303, headers={"cache-control": "no-store"})
    onward.remember(answer, wish)
    return answer


async def sent(request: Request) -> Response:
    """Somebody's try. A wrong one costs time, more each time."""
    if people.chosen() != people.PASSPHRASE:
        return Response("There is nothing to log in to here.", 404)
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > MOST:
            return Response("Too long.", 413)
    given = parse_qs(content.decode("utf-8", "replace")).get("passphrase", [""])[0]
    return _answer(given, onward.safe(request.query_params.get(onward.WISH, "/")))


def _answer(given: str, wish: str) -> Response:
    global _wrong  # noqa: PLW0603  one server, one count
    with _lock:
        wait = min(LONGEST, 2.0 ** (_wrong - PATIENCE)) if _wrong >= PATIENCE else 0.0
        if wait and time.monotonic() < _last[0] + wait:
            return _page(f"Too many wrong passphrases. Wait {int(wait) + 1} seconds, and try again.", wish, 429)
        right = people.is_passphrase(given)
        _wrong = 0 if right else _wrong + 1
        _last[0] = time.monotonic()
    if not right:
        return _page("That is not it. Check capitals and spaces.", wish, 401)
    until = f"{int(time.time()) + WEEK:x}"
    answer = RedirectResponse(wish, 303)
    answer.set_cookie(COOKIE, f"{until}.{_signed(until)}", max_age=WEEK, httponly=True, samesite="strict", path="/")
    return answer


def out(_request: Request) -> Response:
    """Forget the passphrase's login in this browser."""
    answer = RedirectResponse("/", 303, headers={"cache-control": "no-store"})
    answer.delete_cookie(COOKIE, path="/")
    return answer


_last = [0.0]
routes = [
    Route("/login", form, methods=["GET"]),
    Route("/login", sent, methods=["POST"]),
    Route("/logout", out, methods=["GET"]),
]
