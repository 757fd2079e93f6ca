"""The scope bar: what the visitor asks, as controls, as the address, and as one Scope. The address is the Scope's own."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import streamlit as st

from kpi import units
from kpi.hours import known_zones
from kpi.metric import CLOCKS, STATISTICS
from kpi.scope import COMPARISONS, Scope
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import errors_in_words

EVERYTHING, OWN = "all", "own"
PERIODS = {EVERYTHING: "All dates", "28": "Last 28 days", "91": "Last 13 weeks", "364": "Last 52 weeks", OWN: "Other dates"}
OWN_STATISTIC = "own"
FIRST, FEWEST, USUAL = "28", 30, 4
"""Shown first: the last four weeks against the four before, where each has at least 30 tickets and a quarter of the usual pace.

Else everything: an export of what was created in spring and closed by winter ends in a thin tail that says little about support.
"""


def bar(mine: Mine, *, shown: bool = True) -> Scope:
    """Draw the controls and return what they, or the address, ask. An address that asks the impossible is told so."""
    scope = _asked(mine)
    if not shown:
        return scope
    _set_controls(scope, mine)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="scope_bar"):
        st.selectbox("Period", PERIODS, format_func=PERIODS.__getitem__, key="period", on_change=_changed, args=(mine,), width=180)
        if st.session_state["period"] == OWN:
            st.date_input("From and to", key="dates", format="YYYY-MM-DD", on_change=_changed, args=(mine,), width=260)
        if scope.start and scope.end:
            kinds = {"": "Nothing", **{code: words.capitalize() for code, words in COMPARISONS.items()}}
            st.selectbox("Compare with", kinds, format_func=kinds.__getitem__, key="compare", on_change=_changed, args=(mine,), width=240)
        with st.popover("More", icon=":material/tune:"):
            clocks = {code: words.capitalize() for code, words in CLOCKS.items()}
            st.segmented_control(
                "Clock", clocks, format_func=clocks.__getitem__, key="clock", required=True, on_change=_changed, args=(mine,)
            )
            choices = {OWN_STATISTIC: "Each metric's own", **{code: code.capitalize() for code in STATISTICS}}
            st.selectbox("Times as", choices, format_func=choices.__getitem__, key="statistic", on_change=_changed, args=(mine,))
            st.selectbox("Time zone of days", sorted(known_zones()), key="zone", on_change=_changed, args=(mine,))
    return scope


def sentence(scope: Scope, mine: Mine) -> str:
    """The scope in one line: its exact dates, those compared with, the zone, the clock, and how many tickets there are."""
    first, last = (scope.start, scope.end) if scope.start and scope.end else _whole(scope, mine)
    before = scope.before()
    dates = _said(first, last) if "tickets.created_at" in mine.dataset.filled or scope.start else "dates unknown"
    parts = [
        f"**{dates}**" + (f" against {_said(before.start, before.end)}" if before and before.start and before.end else ""),
        scope.zone,
        CLOCKS[scope.clock],
        f"{units.say(mine.dataset.rows['tickets'], 'count')} tickets in the data",
        *(["sample data"] if mine.is_sample else []),
    ]
    return " · ".join(parts)


def _said(first: dt.date, last: dt.date) -> str:
    """ "3–30 Oct 2026", "12 Oct – 8 Nov 2026": month and year are said once where they are the same."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b} {last.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b} {last.year}"


def past(scope: Scope, mine: Mine) -> Scope:
    """The scope of a tile's sparkline: some dozen periods that end where the scope ends, at a grain that fits it."""
    first, last = (scope.start, scope.end) if scope.start and scope.end else _whole(scope, mine)
    days = (last - first).days + 1
    grains = (("day", 7, 14), ("week", 35, 91), ("week", 190, 0), ("month", 1500, 0), ("quarter", 5000, 0), ("year", days, 0))
    by, reach = next((by, reach) for by, most, reach in grains if days <= most)
    start = max(last - dt.timedelta(days=reach - 1), _whole(scope, mine)[0]) if reach else first
    return scope.but(by=by, start=start, end=last, compare=None)


def _asked(mine: Mine) -> Scope:
    """The scope of the address where it says one (a link, or Back), else the one asked before."""
    query = {name: st.query_params.get_all(name) for name in st.query_params if name != "data"}
    if query and query != st.session_state.get("scope"):
        st.session_state["scope"] = query
    scope = None
    if known := st.session_state.get("scope"):
        with errors_in_words():  # an impossible wish is said once, then forgotten
            scope = Scope.from_query(known, calendar=mine.calendar)
    scope = scope or _first(mine)
    _ask(scope, mine)
    return scope


def _first(mine: Mine) -> Scope:
    everything = Scope(calendar=mine.calendar)
    start, end = _dates(FIRST, everything, mine)
    recent = everything.but(start=start, end=end, compare="previous")
    (row,) = measured(mine, ["tickets_created"], recent, intervals=False).records()
    first, last = _whole(everything, mine)
    usual = mine.dataset.rows["tickets"] / ((last - first).days + 1) * int(FIRST)
    return recent if min(row["value"] or 0, row["before"] or 0) >= max(FEWEST, usual / USUAL) else everything


def _ask(scope: Scope, mine: Mine) -> None:
    st.session_state["scope"] = scope.to_query()
    wanted = {"data": mine.key, **scope.to_query()}
    if {name: st.query_params.get_all(name) for name in st.query_params} != {"data": [mine.key], **scope.to_query()}:
        st.query_params.from_dict(wanted)


def _set_controls(scope: Scope, mine: Mine) -> None:
    """Controls show the scope, whoever changed it: their state is set before they are drawn."""
    state = st.session_state
    preset = next((code for code in PERIODS if _dates(code, scope, mine) == (scope.start, scope.end)), OWN)
    state["period"] = OWN if state.get("period") == OWN and scope.start else preset
    state["dates"] = (scope.start, scope.end) if scope.start and scope.end else _whole(scope, mine)
    state["compare"], state["clock"], state["zone"] = scope.compare or "", scope.clock, scope.zone
    state["statistic"] = scope.statistic or OWN_STATISTIC


def _changed(mine: Mine) -> None:
    """A control moved: the new scope goes into the address before the page runs."""
    state = st.session_state
    scope = Scope.from_query(state.get("scope", {}), calendar=mine.calendar)
    scope = scope.but(
        zone=state["zone"], clock=state["clock"], statistic=None if state["statistic"] == OWN_STATISTIC else state["statistic"]
    )
    chosen = tuple(state.get("dates", ()))
    start, end = _dates(state["period"], scope, mine)
    if state["period"] == OWN:
        start, end = chosen if len(chosen) == 2 else (scope.start, scope.end)
    _ask(scope.but(start=start, end=end, compare=state.get("compare") or None if start else None), mine)


def _dates(code: str, scope: Scope, mine: Mine) -> tuple[dt.date | None, dt.date | None]:
    """First and last date of a preset: complete days only, so they end the day before the newest thing in the data."""
    if code == EVERYTHING:
        return None, None
    if code == OWN:
        return _whole(scope, mine)
    last = _whole(scope, mine)[1] - dt.timedelta(days=1)
    return last - dt.timedelta(days=int(code) - 1), last


def _whole(scope: Scope, mine: Mine) -> tuple[dt.date, dt.date]:
    """The first and the last local date that anything happened on."""
    first, newest = (
        instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(scope.zone)).date() for instant in (mine.dataset.first, mine.dataset.newest)
    )
    return first, newest
