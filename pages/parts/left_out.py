"""What an address asks in vain: left out, and named in one note above the page for as long as that address stands."""

from __future__ import annotations

import streamlit as st

from pages.parts.words import plain

MOST, LONGEST = 5, 40
"""So many parts are named in one note, and so many letters of what one asks for."""
_PARTS, _AT, _PLACE = "left_out", "left_out_at", "left_out_place"


def begin(page: str) -> None:
    """A page begins to run. What an earlier run of this very address left out is still left out: a page that waits for a slow step runs twice,
    and by then the address may say what is shown instead."""
    state = st.session_state
    if state.get(_AT) != _address(page):
        state[_PARTS] = {}
    state[_PLACE] = None


def place() -> None:
    """Here the note stands, if there is one; what the page itself leaves out comes to it."""
    st.session_state[_PLACE] = st.empty()
    _draw()


def end(page: str) -> None:
    """The run is over, however it ended: the address is as it stays."""
    st.session_state[_AT] = _address(page)


def part(name: str, value: str) -> None:
    """A parameter whose value says nothing here."""
    say(f"{name} “{value[:LONGEST]}{'…' if len(value) > LONGEST else ''}”")


def say(what: str) -> None:
    """Anything left out, as the middle of a sentence: `view “pie”`."""
    st.session_state.setdefault(_PARTS, {})[what] = True
    _draw()


def _draw() -> None:
    parts = list(st.session_state.get(_PARTS, ()))
    where = st.session_state.get(_PLACE)
    if where is None or not parts:
        return
    some = plain("; ".join(parts[:MOST])) + (f" and {len(parts) - MOST} more" if len(parts) > MOST else "")
    where.info(
        f"Left out: {some}. All else is as asked.", title="A part of this address says nothing about these data", icon=":material/info:"
    )


def _address(page: str) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    return page, tuple(sorted((name, tuple(st.query_params.get_all(name))) for name in st.query_params))
