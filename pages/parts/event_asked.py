"""What is asked on the Events page: which note, which number, and what it is compared with; all of it stands in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

import kpi
from kpi import Scope
from kpi.events import KINDS, Event
from kpi.events.effect import FEWEST
from kpi.events.event import said
from kpi.scope import floor_date
from pages.parts import asked_dates, asked_filters, links
from pages.parts.asked_words import label, needed, spoken
from pages.parts.mine import Mine
from pages.parts.number_asked import FIRST

NOTHING, YEAR, OTHERS = "", "year", "others"
MOST_CONTROLS, LONGEST = 12, 60
YEARS_BEFORE, WEEKS_AFTER = 3, 60
Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Asked:
    """One comparison: the event under its `name`, the `metric`, the tickets it is measured on (`scope`), and those it is compared with."""

    name: str
    event: Event
    metric: str
    scope: Scope
    control: str = NOTHING
    against: Scope | None = None
    words: str = ""


def chosen(kept: Mapping[str, Event], mine: Mine, scope: Scope) -> tuple[str, Event]:
    """The note of the address; else the newest that has enough weeks on both sides, holidays last; else the newest."""
    name = links.one_of("event", kept)
    if name:
        return name, kept[name]
    low, high = asked_dates.reach(mine, scope.zone)
    room = dt.timedelta(weeks=FEWEST + 1)
    newest = sorted(kept, key=lambda n: (low + room <= kept[n].date <= high - room, kept[n].kind != "holiday", kept[n].date))
    return newest[-1], kept[newest[-1]]


def ask(kept: Mapping[str, Event], mine: Mine, scope: Scope) -> Asked:
    """Draw the three choices, and return what is asked."""
    name, event = chosen(kept, mine, scope)
    metric = _metric(event, mine, scope)
    focus = tuple(sorted({**dict(event.where), **dict(scope.where)}.items()))
    known = {column for column, _ in focus if column in asked_filters.columns(mine)}
    focus = tuple((column, values) for column, values in focus if column in known)
    controls = _controls(focus, mine)
    control = links.one_of("control", controls, NOTHING)
    state = st.session_state
    state["event_chosen"], state["event_metric"], state["event_control"] = name, metric, control
    lacks = mine.dataset.lacking(scope.ask)
    metrics = kpi.metrics()
    by_date = sorted(kept, key=lambda n: (kept[n].date, n), reverse=True)
    numbers = sorted(metrics, key=lambda n: bool(lacks[n]))
    with st.container(horizontal=True, vertical_alignment="bottom", key="event_choices"):
        st.selectbox(
            "Event",
            by_date,
            format_func=lambda n: short(kept[n]),
            key="event_chosen",
            on_change=_put,
            args=("event", "event_chosen"),
            width=380,
        )
        st.selectbox(
            "Number",
            numbers,
            format_func=lambda n: metrics[n].label + (f" · needs {needed(lacks[n])}" if lacks[n] else ""),
            key="event_metric",
            on_change=_put,
            args=("metric", "event_metric"),
            width=280,
        )
        st.selectbox(
            "Compared with",
            list(controls),
            format_func=lambda c: controls[c][0],
            key="event_control",
            on_change=_put,
            args=("control", "event_control"),
            width=280,
            help="Another part of support that the event did not touch, or last year, takes out what happened to everybody.",
        )
    measured_on = around(event, scope, mine).but(where=focus)
    words, where = controls[control]
    against = None if control == NOTHING else _earlier(measured_on) if control == YEAR else measured_on.but(where=where)
    return Asked(name, event, metric, measured_on, control, against, words)


def short(event: Event) -> str:
    """ "2 Mar 2026 · New macro for Billing (change)"."""
    title = event.title if len(event.title) <= LONGEST else f"{event.title[: LONGEST - 1]}…"
    return f"{said(event.date)} · {title} ({KINDS[event.kind].word.lower()})"


def _metric(event: Event, mine: Mine, scope: Scope) -> str:
    lacks = mine.dataset.lacking(scope.ask)
    known = [name for name in lacks if not lacks[name]]
    return links.one_of("metric", known, next((name for name in (*event.metrics, *FIRST) if name in known), FIRST[0]))


def _put(name: str, key: str) -> None:
    links.put(**{name: st.session_state[key]})


def around(event: Event, scope: Scope, mine: Mine) -> Scope:
    """The whole periods around an event, as far as the data reach."""
    by = scope.by if scope.by in ("week", "month", "quarter") else "week"
    low, high = asked_dates.reach(mine, scope.zone)
    start = max(low, event.date - dt.timedelta(days=366 * YEARS_BEFORE))
    end = min(high, event.last + dt.timedelta(weeks=WEEKS_AFTER))
    start = min(floor_date(by, start), high)
    return scope.but(by=by, start=start, end=max(start, end), compare=None, split=())


def _earlier(scope: Scope) -> Scope:
    """The same periods a year earlier; weeks stay weeks."""
    if scope.by == "week" and scope.start and scope.end:
        year = dt.timedelta(weeks=52)
        return scope.but(start=scope.start - year, end=scope.end - year)
    return scope.but(compare="last_year").before() or scope


def _controls(focus: Where, mine: Mine) -> dict[str, tuple[str, Where]]:
    """What there is to compare with: code -> its words, and the tickets it means."""
    found: dict[str, tuple[str, Where]] = {NOTHING: ("Its own past", ()), YEAR: ("The same weeks a year earlier", ())}
    for column, values in focus:
        others = [value for value in asked_filters.values(column, mine) if value not in values]
        if not others:
            continue
        rest = tuple((c, tuple(sorted(others)) if c == column else v) for c, v in focus)
        found[f"{OTHERS}:{column}"] = (f"All other tickets ({label(column).lower()})", rest)
        for value in others[: MOST_CONTROLS // len(focus)]:
            part = tuple((c, (value,) if c == column else v) for c, v in focus)
            found[f"{column}={value}"] = (f"{label(column)}: {asked_filters.short(spoken(column, value))}", part)
    return found
