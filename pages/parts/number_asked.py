"""Which number is opened, and everything about it, remembered for everybody who asks the same of the same data."""

from __future__ import annotations

from typing import Any

import streamlit as st

import kpi
from kpi import Metric, Scope, units
from kpi.explain import Explained, Reading, example, explain
from kpi.explain.words import statistic_of
from kpi.forms import Duration, Ratio, Spread
from kpi.measure.compile import form_of
from kpi.measure.words import SPOKEN
from pages.parts import links
from pages.parts.asked_words import needed
from pages.parts.mine import Mine

FIRST = ("csat", "first_reply_time", "full_resolution_time", "tickets_created")
"""Opened where the address names no number: the first of them that the data can give."""


def choose(mine: Mine, scope: Scope) -> str:
    """The number of the address, and a list to choose another from: by family, with what the data lack for it."""
    metrics, lacks = kpi.metrics(), mine.dataset.lacking(scope.ask)
    asked = links.one_of("metric", metrics, next((name for name in FIRST if not lacks[name]), FIRST[0]))
    links.put(metric=asked)
    st.session_state["number"] = asked

    def option(name: str) -> str:
        metric = metrics[name]
        return f"{metric.label} · {metric.family}" + (f" · needs {needed(lacks[name])}" if lacks[name] else "")

    ordered = sorted(metrics, key=lambda name: bool(lacks[name]))
    st.selectbox("Number", ordered, format_func=option, key="number", on_change=_chosen, width=420)
    return asked


def _chosen() -> None:
    links.put(metric=st.session_state["number"])


def explained(mine: Mine, name: str, scope: Scope) -> Explained:
    """`kpi.explain`, with the files under the names they came with. Shared: never change one."""
    reading = Reading(mine.given, mine.options.zone, mine.options.date_orders, mine.options.mappings, mine.is_sample)
    found: Explained = _explained(
        mine.dataset.fingerprint, name, _key(scope), repr(reading), _scope=scope, _data=mine.dataset, _reading=reading
    )
    return found


def example_of(mine: Mine, name: str, scope: Scope) -> str:
    """The id of a typical ticket behind a number; "" where there is none."""
    return str(_example(mine.dataset.fingerprint, name, _key(scope), _scope=scope, _data=mine.dataset))


def _key(scope: Scope) -> Any:
    return tuple((name, tuple(values)) for name, values in sorted(scope.but(by="all", split=()).to_query().items()))


@st.cache_resource(max_entries=200, show_spinner=False)
def _explained(fingerprint: str, name: str, asked: Any, read: str, _scope: Scope, _data: kpi.Dataset, _reading: Reading) -> Explained:
    return explain(name, _scope, _data, _reading)


@st.cache_resource(max_entries=500, show_spinner=False)
def _example(fingerprint: str, name: str, asked: Any, _scope: Scope, _data: kpi.Dataset) -> str:
    return example(name, _scope, _data)


def label_of(metric: Metric, scope: Scope) -> str:
    """ "First reply, median": the label, with the statistic where there is a choice."""
    form = form_of(metric.name, scope.ask)
    return f"{metric.label}, {SPOKEN[statistic_of(form, scope.ask)]}" if isinstance(form, Duration | Spread) else metric.label


def said(found: Explained, value: float | None) -> str:
    """A value of this number's unit, in words."""
    metric, row = found.metric, found.row
    n = None if isinstance(metric.form, Ratio) else row["n"]
    return units.say(value, metric.unit, found.result.currency or None, days=in_days(found), n=n)


def in_days(found: Explained) -> bool:
    """A day of working hours is not 24 of them."""
    return not (found.result.scope.clock == "business" and "clock" in found.metric.params)
