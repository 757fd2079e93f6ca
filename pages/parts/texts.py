"""Texts that belong to somebody's data, as this visitor may see and change them.

The sample company is one for everybody, so what a visitor says about it stays in the visit: strangers never read each other's words.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi import store
from pages.parts.mine import Mine


def text(mine: Mine, name: str) -> str:
    """What is kept under a name (`kpi.store.TEXTS`); "" when nothing is. The sample company comes with notes of its own."""
    own = st.session_state.get(_place(name)) if mine.is_sample else None
    return store.text(mine.key, name) if own is None else str(own)


def change(mine: Mine, name: str, how: Callable[[str], str]) -> str:
    """Keep what `how` makes of the present text, and return it."""
    if not mine.is_sample:
        return store.change(mine.key, name, how)
    now = how(text(mine, name))
    st.session_state[_place(name)] = now
    return now


def _place(name: str) -> str:
    return f"sample_{name}"
