"""A page inside a wiki's page (`…&embed=true`): no menu, no buttons, no choices; one line says what it is and opens it whole.

That the browser says so changes nothing of what may be seen: a link gives the same with a frame and without.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import mine as mines
from pages.parts import share_version
from pages.parts.mine import Mine
from pages.parts.words import plain


def is_on() -> bool:
    """Whether the page stands in another one, by its address."""
    return bool(st.context.is_embedded)


def ribbon(mine: Mine) -> DeltaGenerator:
    """What a reader must know of what they see, and the way to the whole page, in a tab of its own. Returns the row."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="ribbon")
    with row:
        if mine.is_sample:
            st.badge("Sample data: a made-up company", icon=":material/science:", color="orange")
        if mine.shared:
            if mine.shared.link.told.title:
                st.caption(plain(mine.shared.link.told.title), width="content")
            mines.link_badges(mine.shared)
        st.link_button("Open in a new tab", whole(), icon=":material/open_in_new:", type="tertiary")
    if mine.shared and mine.shared.link.told.note:
        st.caption(plain(mine.shared.link.told.note))
    if mine.shared and (said := share_version.note(mine.shared)):
        st.caption(f":material/history: {plain(said)}")
    return row


def whole() -> str:
    """The address of this page with its frame: the same without `embed`."""
    here = urlsplit(st.context.url or "")
    query = urlencode({name: st.query_params.get_all(name) for name in st.query_params}, doseq=True)
    return here._replace(path=here.path or "/", query=query, fragment="").geturl()
