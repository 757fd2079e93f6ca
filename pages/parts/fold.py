"""Parts of a page that are made once somebody unfolds them. Which are open stands in the address: `open`, once for each, by its key."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from pages.parts import left_out

OPEN = "open"
_KEY = re.compile(r"[a-z0-9_]{1,80}")
_WRITTEN, _FORCED, _SEEN = "folds_written", "folds_forced", "folds_seen"


def begin(page: str) -> None:
    """A page begins to run. An address that is not the one this visit left decides what is open: a link, Back, another page."""
    state = st.session_state
    state[_FORCED] = state.get(_WRITTEN) != (page, tuple(st.query_params.get_all(OPEN)))
    state[_SEEN] = set()
    for odd in [name for name in st.query_params.get_all(OPEN) if not _KEY.fullmatch(name)]:
        left_out.part(OPEN, odd)
        _put(odd, is_open=False)


def end(page: str) -> None:
    """The run is over, however it ended."""
    st.session_state[_WRITTEN] = (page, tuple(st.query_params.get_all(OPEN)))


def unknown() -> None:
    """The page has run to its end: what the address wants open and the page does not have is named."""
    for name in [name for name in st.query_params.get_all(OPEN) if name not in st.session_state[_SEEN]]:
        left_out.part(OPEN, name)
        _put(name, is_open=False)


def fold(label: str, *, key: str, **looks: Any) -> Any:
    """As `st.expander`, whose `.open` says whether to draw what is inside."""
    state = st.session_state
    state.setdefault(_SEEN, set()).add(key)
    if state.get(_FORCED):
        state[key] = key in st.query_params.get_all(OPEN)
    found = st.expander(label, key=key, on_change="rerun", **looks)
    _put(key, is_open=bool(found.open))
    return found


def _put(key: str, *, is_open: bool) -> None:
    now = st.query_params.get_all(OPEN)
    wanted = [name for name in now if name != key] + ([key] if is_open else [])
    if (is_open and key in now) or wanted == now:
        return
    if wanted:
        st.query_params[OPEN] = wanted
    else:
        st.query_params.pop(OPEN, None)
