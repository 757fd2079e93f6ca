"""The address as state: which parameters belong to the page itself, and links that carry everything along."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

from kpi.scope import QUERY_NAMES
from pages.parts import left_out

Query = dict[str, str | list[str]]
SHARED = frozenset({"data", "link", "names", "workspace", *QUERY_NAMES})
"""Parameters that mean the same on every page; all others are the page's own."""
OPEN = "open_pages"
"""Where the frame notes the pages this visitor may open."""


def query(**own: str | Sequence[str]) -> Query:
    """The parameters of a link to a page: the data and the scope as they are now, and the page's own. Empty ones are left out."""
    shared: Query = {name: st.query_params.get_all(name) for name in st.query_params if name in SHARED}
    return shared | {name: value if isinstance(value, str) else list(value) for name, value in own.items() if value}


def own(name: str, default: str = "") -> str:
    """A parameter of the page itself, as the address says it. It is a stranger's text: check it before use. Given twice, the last one counts."""
    if len(st.query_params.get_all(name)) > 1:
        left_out.say(f"all but the last {name}")
    return str(st.query_params.get(name, default))


def one_of(name: str, known: Collection[str], usual: str = "", also: Collection[str] = ()) -> str:
    """A parameter that is one of a few: the usual one where the address has none, and where it asks in vain, which is noted above the page.

    `also` are values that mean something, only not here or not now: the usual one, and no note.
    """
    asked = own(name)
    if asked and asked in known:
        return asked
    if asked and asked not in also:
        left_out.part(name, asked)
    return usual


def put(**given: str | Sequence[str]) -> None:
    """Write parameters of the page itself into the address; an empty one is taken out."""
    for name, value in given.items():
        if not value:
            st.query_params.pop(name, None)
        elif st.query_params.get_all(name) != ([value] if isinstance(value, str) else list(value)):
            st.query_params[name] = value if isinstance(value, str) else list(value)


def only(*names: str) -> None:
    """Leave no parameters in the address but the shared ones and these: what another page left behind says nothing here."""
    for name in [name for name in st.query_params if name not in SHARED and name not in names]:
        del st.query_params[name]


def may(page: str) -> bool:
    """Whether this visitor may open a page ("tickets"): everything that leads there asks first."""
    return page in st.session_state.get(OPEN, (page,))


def to(file: str, *, or_text: bool = False, **looks: Any) -> None:
    """As `st.page_link`, for who may open the page. Others see nothing, or the label as plain words where it says something by itself."""
    if may(file.removesuffix(".py")):
        st.page_link(file, **looks)
    elif or_text:
        st.markdown(looks["label"])
