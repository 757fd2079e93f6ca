"""What a dated note is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kpi.errors import BadValue, did_you_mean

LONGEST_TITLE, LONGEST_NOTE, MOST_METRICS, MOST_VALUES = 120, 2_000, 50, 50
FIRST_YEAR, LAST_YEAR = 1900, 2199
NEAR = dt.timedelta(days=28)
"""Notes this close to another are named beside it: they may have had a part in what came after."""


@dataclass(frozen=True)
class Kind:
    """A kind of event: its `word`, the `icon` it has in lists (Material), the `shape` it has on charts (Vega), and other words for it."""

    word: str
    icon: str
    shape: str
    others: tuple[str, ...] = ()


KINDS = {
    "release": Kind("Release", "rocket_launch", "triangle-up", ("launch", "deploy", "deployment", "version", "rollout", "go live")),
    "incident": Kind("Incident", "warning", "diamond", ("outage", "problem", "downtime", "major incident")),
    "campaign": Kind("Campaign", "campaign", "triangle-right", ("marketing", "promotion", "promo", "sale", "newsletter")),
    "hire": Kind("Hire", "person_add", "square", ("hiring", "onboarding", "new hire", "staffing", "joiner", "leaver")),
    "holiday": Kind("Holiday", "beach_access", "triangle-down", ("public holiday", "bank holiday", "closure", "closed")),
    "change": Kind("Change", "build", "cross", ("tool", "process", "policy", "macro", "migration", "training")),
    "other": Kind("Other", "event_note", "circle", ("note", "annotation", "event")),
}
"""What may happen: told apart by word and by shape, never by colour alone."""


@dataclass(frozen=True)
class Event:
    """Something dated. `end` is its last day, where it lasted; `metrics` are names of those it is about (none: all of them); `where` are
    column and values of the tickets it is about (none: all of them). BadValue for a date or a text that cannot be kept.
    """

    date: dt.date
    title: str
    kind: str = "other"
    end: dt.date | None = None
    note: str = ""
    metrics: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise BadValue("An event needs a title.", "Say in a few words what happened.")
        for name, text, longest in (("title", self.title, LONGEST_TITLE), ("note", self.note, LONGEST_NOTE)):
            if len(text) > longest:
                raise BadValue(f"The {name} has {len(text):,} letters; {longest:,} are kept.", "Shorten it.")
        if self.kind not in KINDS:
            raise BadValue(f"There is no kind of event {self.kind!r}.", did_you_mean(self.kind, KINDS) or f"It may be {', '.join(KINDS)}.")
        for day in (self.date, self.end or self.date):
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise BadValue(f"The date {day} is too far away.", f"Years from {FIRST_YEAR} to {LAST_YEAR} are known.")
        if self.end and self.end < self.date:
            raise BadValue(f"The event ends ({self.end}) before it begins ({self.date}).", "Swap the dates.")
        if len(self.metrics) > MOST_METRICS or sum(len(values) for _, values in self.where) > MOST_VALUES:
            raise BadValue("The event names too many metrics or values.", "Leave them out: an event without any is about everything.")

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.end or self.date

    def is_about(self, metric: str) -> bool:
        """Whether it may concern a metric; "" is any."""
        return not (metric and self.metrics) or metric in self.metrics

    @property
    def text(self) -> str:
        """ "2 Mar 2026: New macro for Billing (change; team: Billing)." """
        days = said(self.date) + (f" to {said(self.end)}" if self.end and self.end != self.date else "")
        about = [f"{column.replace('_', ' ')}: {', '.join(values)}" for column, values in self.where]
        note = f" {self.note}" if self.note else ""
        return " ".join(f"{days}: {self.title} ({'; '.join([KINDS[self.kind].word.lower(), *about])}).{note}".split())


def said(day: dt.date) -> str:
    """ "2 Mar 2026"."""
    return f"{day.day} {day:%b} {day.year}"


def named(events: Iterable[Event]) -> dict[str, Event]:
    """Each event under a name an address may hold ("2026-03-02-new-macro-for-billing"), in order of date."""
    found: dict[str, Event] = {}
    for event in sorted(events, key=lambda e: (e.date, e.title, e.kind)):
        words = re.sub(r"[\W_]+", "-", event.title.casefold()).strip("-")[:50].rstrip("-")
        stem = f"{event.date}-{words}" if words else str(event.date)
        name, number = stem, 1
        while name in found:
            number += 1
            name = f"{stem}-{number}"
        found[name] = event
    return found


def near(event: Event, events: Iterable[Event], within: dt.timedelta = NEAR) -> tuple[Event, ...]:
    """The other events whose days come within so much of this one's beginning, the nearest first."""
    others = [e for e in events if e != event and e.date - within <= event.date <= e.last + within]
    return tuple(sorted(others, key=lambda e: (abs(e.date - event.date), e.date, e.title)))
