"""The dated notes beside the data: read once for each text, changed in one place."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi import events, store
from kpi.errors import KpiError
from kpi.events import Event, Notes
from pages.parts.mine import Mine

NAME = "events.csv"
OWN = "sample_events"
"""Notes on the sample company, which everybody shares, are kept for this visit only: nobody else wants to read them."""


def text(mine: Mine) -> str:
    """The file as it is kept."""
    if mine.is_sample and OWN in st.session_state:
        return str(st.session_state[OWN])
    return store.text(mine.key, NAME)


def change(mine: Mine, how: Callable[[str], str]) -> None:
    """Keep what `how` makes of the present text."""
    if mine.is_sample:
        st.session_state[OWN] = how(text(mine))
    else:
        store.change(mine.key, NAME, how)


def notes(mine: Mine) -> Notes:
    """Everything in the file. What somebody else broke in it is said once, and takes nothing else with it."""
    try:
        return _read(text(mine))
    except KpiError as error:
        return Notes(remarks=(str(error),))


def kept(mine: Mine) -> dict[str, Event]:
    """The events under their names in the address, by date."""
    return events.named(notes(mine).events)


@st.cache_data(max_entries=100, show_spinner=False)
def _read(text: str) -> Notes:
    return events.read(text)
