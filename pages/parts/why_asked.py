"""What is asked on the page "Why did it change?": which number, and which two sides; all of it stands in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

import kpi
from kpi import Scope, changes
from kpi.changes import Pair
from kpi.errors import BadValue
from kpi.scope import pairs_of
from pages.parts import asked, asked_dates, asked_filters, left_out, links, recorded
from pages.parts.asked_words import label, needed, spoken
from pages.parts.mine import Mine
from pages.parts.number_asked import FIRST

PERIODS = ""
MOST_PARTS = 60


@dataclass(frozen=True)
class Asked:
    """A number, and the two sides it is compared on; `pair` is None where there is nothing to compare with yet."""

    metric: str
    pair: Pair | None
    scope: Scope


def ask(mine: Mine, scope: Scope) -> Asked:
    """Draw the choices, and return what is asked. An address that names what is not there is read as if it named nothing."""
    metric = _metric(mine, scope)
    column, part, against = _parts(mine)
    state = st.session_state
    state["why_metric"], state["why_sides"] = metric, column
    lacks, metrics = mine.dataset.lacking(scope.ask), kpi.metrics()
    sides = {PERIODS: "Two periods", **{c: f"Two parts, by {label(c).lower()}" for c in asked_filters.columns(mine) if c != "tags"}}
    with st.container(horizontal=True, vertical_alignment="bottom", key="why_choices"):
        st.selectbox(
            "Number",
            sorted(metrics, key=lambda n: bool(lacks[n])),
            format_func=lambda n: metrics[n].label + (f" · needs {needed(lacks[n])}" if lacks[n] else ""),
            key="why_metric",
            on_change=_put_metric,
            width=300,
        )
        st.selectbox("Compared", list(sides), format_func=sides.__getitem__, key="why_sides", on_change=_put_sides, args=(mine,), width=280)
        if column:
            values = list(asked_filters.values(column, mine))[:MOST_PARTS]
            state["why_part"], state["why_against"] = part, against
            shown = {value: asked_filters.short(spoken(column, value)) for value in values}
            st.selectbox(
                label(column), values, format_func=shown.__getitem__, key="why_part", on_change=_put_part, args=(column,), width=220
            )
            others = [PERIODS, *[value for value in values if value != part]]
            st.selectbox(
                "Against",
                others,
                format_func=lambda v: shown.get(v, "All others"),
                key="why_against",
                on_change=_put_against,
                width=220,
            )
    if not column:
        dated = scope.but(compare="previous") if scope.start and scope.end and not scope.compare else scope
        return Asked(metric, changes.periods(dated), dated)
    others = [against] if against else [v for v in asked_filters.values(column, mine) if v != part]
    return Asked(metric, changes.parts(scope, column, part, others), scope.but(compare=None))


def no_pair(mine: Mine, scope: Scope) -> None:
    """Instead of an answer: what is missing, and a way to it."""
    recorded.say("**Nothing is compared here: choose dates, and this says why the number moved since the dates before.**")
    start, end = asked_dates.of(asked_dates.FIRST, mine, scope.zone)
    st.button(
        f"Compare {asked_dates.said(start, end)} with the four weeks before",
        key="why_dates",
        on_click=asked.change,
        args=(mine,),
        kwargs={"start": start, "end": end, "compare": "previous"},
    )
    recorded.quiet("Or compare two parts of the tickets with each other, above.")


def _metric(mine: Mine, scope: Scope) -> str:
    lacks = mine.dataset.lacking(scope.ask)
    return links.one_of("metric", lacks, next((name for name in FIRST if not lacks[name]), FIRST[0]))


def _parts(mine: Mine) -> tuple[str, str, str]:
    """(column, part, against) of the address; empty texts where it names none, or what the data do not have."""
    asked = links.own("segment")
    try:
        found = pairs_of([asked] if asked else [], "segment")
    except BadValue:
        found = {}
    for column, (part, *_) in found.items():
        if column in asked_filters.columns(mine) and column != "tags":
            values = list(asked_filters.values(column, mine))[:MOST_PARTS]
            if part in values and len(values) > 1:
                return column, part, links.one_of("against", [value for value in values if value != part])
    if asked:
        left_out.part("segment", asked)
    return "", "", ""


def _put_metric() -> None:
    links.put(metric=st.session_state["why_metric"], by_column="")


def _put_sides(mine: Mine) -> None:
    column = st.session_state["why_sides"]
    values = list(asked_filters.values(column, mine)) if column else []
    links.put(segment=f"{column}={values[0]}" if len(values) > 1 else "", against="", by_column="")


def _put_part(column: str) -> None:
    links.put(segment=f"{column}={st.session_state['why_part']}", against="", by_column="")


def _put_against() -> None:
    links.put(against=st.session_state["why_against"], by_column="")
