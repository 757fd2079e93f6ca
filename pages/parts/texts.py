"""Texts that belong to somebody's data, as this visitor may see and change them.

The sample company is one for everybody, and a link's data are not its reader's: what such a visitor says stays in the visit.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi import store
from pages.parts.mine import Mine, who


def text(mine: Mine, name: str) -> str:
    """What is kept under a name (`kpi.store.TEXTS`); "" when nothing is. The sample company comes with notes of its own."""
    own = st.session_state.get(_place(mine, name)) if _stays(mine) else None
    if own is not None:
        return str(own)
    return mine.shared.text(name) if mine.shared else store.text(mine.key, name)


def change(mine: Mine, name: str, how: Callable[[str], str]) -> str:
    """Keep what `how` makes of the present text, and return it."""
    if not _stays(mine):
        who(mine.key).check("edit")
        return store.change(mine.key, name, how)
    now = how(text(mine, name))
    st.session_state[_place(mine, name)] = now
    return now


def _stays(mine: Mine) -> bool:
    return mine.is_sample or not mine.may_edit


def _place(mine: Mine, name: str) -> str:
    return f"{mine.shared.link.id if mine.shared else 'sample'}_{name}"
