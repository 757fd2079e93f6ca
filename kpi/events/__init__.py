"""Dated notes of what happened (releases, incidents, campaigns, hires, holidays), and what the numbers did before and after.

notes = read(text)                       # events.csv; rows that could not be read are listed, the rest is there
text = write(notes.events)
found = before_after(series, event)      # never says that one caused the other
"""

from __future__ import annotations

from kpi.events.effect import BeforeAfter, before_after, together
from kpi.events.event import KINDS, Event, Kind, named, near
from kpi.events.file import FIELDS, Notes, Rejected, add, read, text_of, without, write
from kpi.events.series import Scale, Series

__all__ = [
    "FIELDS",
    "KINDS",
    "BeforeAfter",
    "Event",
    "Kind",
    "Notes",
    "Rejected",
    "Scale",
    "Series",
    "add",
    "before_after",
    "named",
    "near",
    "read",
    "text_of",
    "together",
    "without",
    "write",
]
