"""Working hours: as the export states them, or by a calendar that is kept with the data and named in the address by its fingerprint."""

from __future__ import annotations

from kpi import store
from kpi.errors import BadValue, NotAllowed
from kpi.hours import Calendar, parse_calendar
from pages.parts.mine import Mine
from pages.parts.words import plain

STATED, OTHER = "", "other"
"""No calendar: the hours are those the export itself states. Other: by a file that is asked for."""


def calendar(code: str, mine: Mine) -> Calendar | None:
    """The calendar of a fingerprint, where it is known for these data."""
    if mine.calendar and code == mine.calendar.fingerprint:
        return mine.calendar
    return mine.hours.get(code)


def choices(mine: Mine, now: Calendar | None) -> dict[str, str]:
    """Fingerprint -> the names of a calendar's schedules, the export's own statement first."""
    known = dict(mine.hours) | ({now.fingerprint: now} if now else {})
    own = {code: plain(", ".join(one.names)) for code, one in known.items()}
    return {STATED: "As the export states them", **own, **({OTHER: "Other: bring a calendar file"} if mine.may_edit else {})}


def add(mine: Mine, name: str, content: bytes) -> Calendar:
    """Keep an uploaded calendar with the data; BadValue, naming the file, for anything that cannot be used."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadValue(f"{name}: the calendar is not UTF-8 text.", "Save it as plain text in UTF-8.") from None
    made = parse_calendar(text, name)
    if not mine.may_edit:
        raise NotAllowed("Working hours can be added by who may change these data.", "Ask the person you have them from.")
    store.add_calendar(mine.key, text)
    return made
