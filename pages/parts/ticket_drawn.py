"""One ticket: what happened to it, what a number takes from it, and its facts."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.catalogue import find
from kpi.explain.listing import one
from kpi.tables import TABLES
from pages.parts import drawn, links
from pages.parts.mine import Mine
from pages.parts.ticket_columns import label
from pages.parts.words import plain

BY_DEFAULT = ("full_resolution_time", "first_reply_time", "tickets_created")
"""What a ticket is drawn for where no number is asked about: the first that the data can give."""
_TICKETS = TABLES["tickets"].by_name


def opened(mine: Mine, ticket: str, metric: str, scope: Scope) -> None:
    """A ticket the visitor asked for: drawn, with its facts, the way to the help desk, and the way back."""
    facts = one(mine.dataset, ticket, scope)
    lacks = mine.dataset.lacking(scope.ask)
    about = metric or next((name for name in BY_DEFAULT if not lacks[name]), "")
    with st.container(border=True, key="ticket"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(f"Ticket {plain(ticket)}", anchor=False)
            st.button("Close", icon=":material/close:", type="tertiary", key="ticket_close", on_click=_close)
        if about:
            st.caption(f"What {plain(find(about).label)} takes from it{'' if metric else '; choose another number under Rows'}:")
            drawn.timeline(mine.dataset, ticket, about, scope, key="ticket_drawn")
        url = facts.get("url")
        if isinstance(url, str) and url.casefold().startswith(("http://", "https://")):
            st.link_button("Open it in the help desk", url, icon=":material/open_in_new:", key="ticket_url")
        said = {label(name): words for name, value in facts.items() if name != "url" and (words := _said(name, value, scope.zone))}
        half = (len(said) + 1) // 2
        with st.grid(2, min_column_width=320):
            for part in (dict(list(said.items())[:half]), dict(list(said.items())[half:])):
                if part:
                    st.table({name: plain(words) for name, words in part.items()}, border="horizontal")
        st.caption(f"Times in {scope.zone}. What is not known is not listed.")


def _close() -> None:
    links.put(ticket="")


def _said(name: str, value: Any, zone: str) -> str:
    """A cell in words; "" where it is not known."""
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(str(item) for item in value)
    kind = _TICKETS[name].type if name in _TICKETS else "text"
    if value is None or pd.isna(value):
        said = ""
    elif isinstance(value, dt.datetime):
        said = f"{value.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    elif kind == "flag":
        said = "yes" if value else "no"
    elif name.endswith("_seconds"):
        said = units.say(float(value), "s", days=not name.endswith("_business_seconds"))
    else:
        said = f"{float(value):,.10g}" if kind in ("count", "number") else str(value)
    return said
