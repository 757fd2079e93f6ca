"""Dated notes of what happened (releases, incidents, campaigns, hires, holidays), and what the numbers did before and after.

notes = read(text)                       # events.csv; rows that could not be read are listed, the rest is there
text = write(notes.events)
found = before_after(series, event)      # never says that one caused the other
"""

from __future__ import annotations

from kpi.events.event import KINDS, Event, Kind, named, near
from kpi.events.file import FIELDS, Notes, Rejected, add, read, text_of, without, write

__all__ = [
    "FIELDS",
    "KINDS",
    "Event",
    "Kind",
    "Notes",
    "Rejected",
    "add",
    "named",
    "near",
    "read",
    "text_of",
    "without",
    "write",
]
