"""Dated notes for the charts of other pages: as flags to draw, and a button to add one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from kpi.events import Event
from pages.parts import event_notes, event_written
from pages.parts.mine import Mine

COLUMNS = ["date", "end", "title", "kind", "said"]


def of(mine: Mine, start: dt.date, end: dt.date, metric: str = "") -> pd.DataFrame:
    """The notes that touch some days (both included), for `kpi.charts.events.flags`: ISO dates, title, kind, and the sentence of the flag.

    With a `metric`, those that name other metrics only are left out. A note that began earlier or ends later is cut to these days.
    """
    return frame([event for event in event_notes.kept(mine).values() if event.is_about(metric)], start, end)


def frame(events: Iterable[Event], start: dt.date, end: dt.date) -> pd.DataFrame:
    """Events as rows of `of`, those that touch some days."""
    found = [event for event in events if event.date <= end and event.last >= start]
    rows = [(max(e.date, start).isoformat(), min(e.last, end).isoformat(), e.title, e.kind, e.text) for e in found]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


def add(mine: Mine, key: str, metric: str = "", day: dt.date | None = None) -> None:
    """Draw the button "Add a note", which opens a dialog. `metric` and `day` are what the form proposes."""
    if st.button("Add a note", icon=":material/add_comment:", type="tertiary", key=key):
        event_written.ask(mine, metric=metric, day=day)
