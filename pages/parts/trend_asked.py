"""What the Trends page is asked: which number, which view, split by what; and how far back it looks."""

from __future__ import annotations

import datetime as dt

import streamlit as st

import kpi
from kpi import Scope
from kpi.scope import floor_date
from pages.parts import asked_dates, asked_filters, links
from pages.parts.asked_words import label, needed
from pages.parts.mine import Mine

VIEWS = {"": "Over time", "spread": "Spread", "cohorts": "Cohorts"}
CHARTS = ("free", "sure")
"""What `chart` may say: the one with a split, the other without."""
EVERYTHING = "What has moved? All numbers"
JUDGED = {"day": 91, "week": 52, "month": 24, "quarter": 16, "year": 12}
"""So many complete periods are judged and drawn; more when the dates in question hold more, to `MOST`."""
MEASURED = {"day": 91, "week": 104, "month": 36, "quarter": 16, "year": 12}
"""So many are measured: what is earlier serves the comparison with the year before and the yearly wave."""
MOST = 157
SHORT = 84
"""Data of fewer days are looked at by day where no grain is asked for."""
LENGTH = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
DAY = dt.timedelta(days=1)


def controls(mine: Mine, scope: Scope) -> tuple[str, str, str]:
    """(number, view, column it is split by): the controls of the page, on one line where there is room."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="trend_asked"):
        name = metric(mine, scope)
        shown = view() if name else ""
        column = split_by(mine) if name and not shown else ""
    return name, shown, column


def metric(mine: Mine, scope: Scope) -> str:
    """The number of the address, "" for all of them, and a list to choose another from."""
    metrics, lacks = kpi.metrics(), mine.dataset.lacking(scope.ask)
    asked = links.one_of("metric", metrics)
    st.session_state["trend_metric"] = asked

    def option(name: str) -> str:
        if not name:
            return EVERYTHING
        one = metrics[name]
        return f"{one.label} · {one.family}" + (f" · needs {needed(lacks[name])}" if lacks[name] else "")

    ordered = ["", *sorted(metrics, key=lambda name: bool(lacks[name]))]
    st.selectbox("Number", ordered, format_func=option, key="trend_metric", on_change=_put, args=("trend_metric", "metric"), width=380)
    return asked


def view() -> str:
    """Over time, spread or cohorts, as the address says it."""
    return _switch("view", "trend_view", VIEWS, "View")


def scales() -> bool:
    """Whether all panels share one axis."""
    return _switch("chart", "trend_scales", {"": "Same scale", "free": "Own scales"}, "Scale") != "free"


def picture() -> str:
    """ "" for the usual range, "sure" for the interval of every period."""
    return _switch("chart", "trend_picture", {"": "Usual range", "sure": "95 % intervals"}, "Show")


def split_by(mine: Mine) -> str:
    """The column the number is split by, "" for none: one of those one may filter by."""
    columns = asked_filters.columns(mine)
    asked = links.one_of("split_by", columns)
    st.session_state["trend_split"] = asked
    st.selectbox(
        "Split by",
        ["", *columns],
        format_func=lambda column: label(column) if column else "Nothing",
        key="trend_split",
        on_change=_put,
        args=("trend_split", "split_by"),
        width=220,
    )
    return asked


def looked(mine: Mine, scope: Scope) -> tuple[Scope, int]:
    """(the scope that is measured, how many of its last complete periods are judged). It ends where the dates in question end, and reaches
    into the period that is not over yet."""
    low, high = asked_dates.reach(mine, scope.zone)
    by = scope.by if scope.by != "all" else ("week" if (high - low).days >= SHORT else "day")
    days = (min(scope.end or high, high) - max(scope.start or low, low)).days + 1 if scope.start else 0
    judged = min(MOST, max(JUDGED[by], days // LENGTH[by]))
    asked = asked_dates.past(scope.but(by=by), mine, max(MEASURED[by], judged))
    return _with_open(asked, high), judged


def _with_open(asked: Scope, high: dt.date) -> Scope:
    """The scope with the period after its last complete one, where the data reach into it and end there."""
    if asked.end is None or asked.end >= high:
        return asked
    begin = last = asked.end + DAY
    while floor_date(asked.by, last + DAY) == begin:
        last += DAY
    return asked.but(end=last) if begin <= high <= last else asked


def _switch(own: str, key: str, words: dict[str, str], name: str) -> str:
    """A choice of few that stands in the address; what an address asks in vain is the first."""
    asked = links.one_of(own, words, next(iter(words)), also=CHARTS if own == "chart" else ())
    st.session_state[key] = asked
    st.segmented_control(
        name, list(words), format_func=words.__getitem__, key=key, on_change=_put, args=(key, own), label_visibility="collapsed"
    )
    return asked


def _put(key: str, own: str) -> None:
    links.put(**{own: st.session_state[key] or "", **({"range": ""} if own == "metric" else {})})  # a range is one of that number's values
