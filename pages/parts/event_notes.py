"""The dated notes beside the data: read once for each text, changed in one place."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi import events
from kpi.errors import KpiError
from kpi.events import Event, Notes
from pages.parts import texts
from pages.parts.mine import Mine

NAME = "events.csv"


def text(mine: Mine) -> str:
    """The file as it is kept."""
    return texts.text(mine, NAME)


def change(mine: Mine, how: Callable[[str], str]) -> None:
    """Keep what `how` makes of the present text."""
    texts.change(mine, NAME, how)


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
