"""Who has a link: what it opens, the passphrase it may ask for, and the one plain page of every link that opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from kpi import store
from kpi.errors import BadValue, KpiError
from kpi.scope import QUERY_NAMES
from kpi.store import Shared, links, workspaces
from pages.parts import accent
from pages.parts.words import plain

OWN = "link"
"""The token's name in the address."""
PREVIEW = "preview"
"""How the token of an owner's preview begins; those of links have no dot."""
_SECRET = secrets.token_bytes(32)
LASTS = 3600
"""So many seconds a pass lets its bearer download what the page offered."""


def token() -> str:
    """The token of the address; "" for a visitor who came without a link."""
    return str(st.query_params.get(OWN, ""))


def arrive() -> Shared | None:
    """What the link of the address opens; None without one. Every link that opens nothing ends the run with the same page, whatever is wrong with it."""
    if not token():
        return None
    link = opened(token())
    try:
        found = store.shared(link) if link else None
    except KpiError:  # its data are gone
        found = None
    if link is None or found is None:
        _closed()
        st.stop()
    if is_preview():
        _whole_address(found)
        return found
    if link.has_passphrase and link.id not in st.session_state.setdefault("admitted", set()):
        _ask(link)
        st.stop()
    seen = st.session_state.setdefault("links_seen", set())
    if link.id not in seen:
        seen.add(link.id)
        links.count_view(link)
        _whole_address(found)
    return found


def opened(given: str) -> links.Link | None:
    """The open link of a token; or of its owner's preview, which lasts an hour and is one of this server."""
    kind, _, rest = given.partition(".")
    if kind != PREVIEW:
        return links.find(given)
    number, _, sign = rest.partition(".")
    link = links.by_id(number)
    return link if link and _is_signed(f"{PREVIEW} {number}", sign) else None


def preview(link: links.Link) -> str:
    """What opens a link to its owner as its readers see it, without its token and its passphrase."""
    return f"{PREVIEW}.{link.id}.{_pass(f'{PREVIEW} {link.id}')}"


def is_preview() -> bool:
    """Whether an owner looks at what readers see."""
    return token().startswith(f"{PREVIEW}.")


def _whole_address(found: Shared) -> None:
    """The address of a link is short: what the page it opens with was asked is put into it once, unless it asks something already."""
    if not set(st.query_params) - {OWN}:
        own = {name: list(values) for name, values in found.link.told.query.items() if name not in QUERY_NAMES}
        st.query_params.from_dict({**own, **found.opening.to_query(), OWN: token()})


def _closed() -> None:
    with st.container(width=640, key="link_closed"):
        st.title("This link opens nothing", anchor=False)
        st.markdown("It may be mistyped, out of date, or withdrawn. Ask the person it came from for a new one.")


def _ask(link: links.Link) -> None:
    """Ask for the passphrase; say nothing of what is behind it."""
    hold_page()
    with st.container(width=480, key="link_passphrase"):
        st.title("This link asks for a passphrase", anchor=False)
        with st.form("passphrase_form", border=False):
            given = st.text_input("Passphrase", type="password", max_chars=links.LONGEST["passphrase"])
            sent = st.form_submit_button("Open", type=accent.button())
        if not sent:
            return
        try:
            right = links.admit(link, given)
        except BadValue as error:
            st.error(plain(error.hint), title=plain(error.what), icon=":material/hourglass:")
            return
        if not right:
            st.error("Check capitals and spaces, or ask the person the link came from.", title="That is not it.", icon=":material/error:")
            return
        st.session_state["admitted"].add(link.id)
        st.rerun()


def hold_page() -> None:
    """Keep the page an address names while something is asked first: a run without a menu would send the browser to the first page.

    The menu of nobody in particular, and hidden: it tells nothing of what this visitor may open.
    """
    names = sorted(path.stem for path in Path(__file__).parents[1].glob("*.py") if path.stem not in ("frame", "__init__"))
    here = urlsplit(st.context.url or "").path.rpartition("/")[2]
    if here in names:
        other = next(name for name in names if name != here)
        st.navigation([st.Page(f"{name}.py", default=name == other) for name in (other, here)], position="hidden")


def passed(link: links.Link, at: float | None = None) -> str:
    """A pass that tells a download that its bearer has opened the link: a passphrase cannot stand in an address."""
    return _pass(link.id, at)


def is_passed(link: links.Link, given: str) -> bool:
    """Whether a pass is one of this server for this link, and not over."""
    return _is_signed(link.id, given)


def passed_key(key: str) -> str:
    """The same for the data of a key, on a server where people log in: a key alone opens nothing there. It ends when the data are moved."""
    return _pass(f"{key} {workspaces.of(key)}", None)


def is_passed_key(key: str, given: str) -> bool:
    """Whether a pass is one of this server for this key, and not over."""
    return _is_signed(f"{key} {workspaces.of(key)}", given)


def _pass(what: str, at: float | None = None) -> str:
    until = f"{int((at or time.time()) + LASTS):x}"
    return f"{until}.{_signed(what, until)}"


def _is_signed(what: str, given: str) -> bool:
    until, _, sign = given.partition(".")
    return hmac.compare_digest(sign.encode("utf-8", "replace"), _signed(what, until).encode()) and int(until, 16) >= time.time()


def _signed(what: str, until: str) -> str:
    return hmac.new(_SECRET, f"{what} {until}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
