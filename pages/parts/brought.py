"""More files for the same data: beside those there are, or in the place of one. The address, notes, targets and live links stay."""

from __future__ import annotations

import streamlit as st

from pages.parts import start
from pages.parts.mine import Mine, upload

ADD = ""
TELL = (
    "Tickets, messages, surveys, reviews, agent time, costs or customers, from whatever tool: they are joined by ticket id or requester. "
    "A ticket that is in several files counts by its newest row."
)


def files(mine: Mine) -> None:
    """The uploader, and what its files do to those there are."""
    with st.expander("Add or replace files", icon=":material/upload_file:", key="add_files"):
        st.caption(TELL)
        st.session_state.setdefault("bring_instead", ADD)
        if st.session_state["bring_instead"] not in (ADD, *mine.names):
            st.session_state["bring_instead"] = ADD
        instead = st.selectbox(
            "The new files",
            [ADD, *mine.names],
            format_func=lambda name: f"take the place of {name}" if name else "join those that are there",
            key="bring_instead",
            width=420,
        )
        key = f"add_{st.session_state.get('uploads', 0)}"
        st.file_uploader(
            "Files to add" if instead == ADD else "File to put in its place",
            type=start.KINDS,
            accept_multiple_files=True,
            key=key,
            on_change=upload,
            args=(key, mine.key, [instead] if instead != ADD else []),
            label_visibility="collapsed",
        )
        st.caption(
            "All files are read together again. The address, your notes and targets, and live links stay as they are and show the new data."
        )
