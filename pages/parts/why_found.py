"""What the page "Why did it change?" asks of `kpi.changes`, remembered for everybody who asks the same of the same data."""

from __future__ import annotations

from typing import Any

import streamlit as st

import kpi
from kpi import changes
from kpi.changes import SHARE, Change, Pair, Product, Respondents
from pages.parts.mine import Mine
from pages.parts.why_asked import Asked


def found(mine: Mine, asked: Asked, view: str = SHARE) -> Change:
    """`kpi.changes.why`, remembered for everybody who asks the same of the same data."""
    pair = pair_of(asked)
    change: Change = _why(mine.dataset.fingerprint, asked.metric, _key(pair), view, _pair=pair, _data=mine.dataset)
    return change


def answered(mine: Mine, asked: Asked) -> Respondents | None:
    """Who answered on both sides; None for a number that is not made of answers."""
    pair = pair_of(asked)
    who: Respondents | None = _respondents(mine.dataset.fingerprint, asked.metric, _key(pair), _pair=pair, _data=mine.dataset)
    return who


def product(mine: Mine, asked: Asked, name: str = "") -> Product | None:
    """The factors behind a number; None where it is no product."""
    pair = pair_of(asked)
    one: Product | None = _factors(mine.dataset.fingerprint, name or asked.metric, _key(pair), _pair=pair, _data=mine.dataset)
    return one


def pair_of(asked: Asked) -> Pair:
    """The two sides asked about."""
    assert asked.pair is not None  # noqa: S101  # the page stops before, where nothing is compared
    return asked.pair


def _key(pair: Pair) -> Any:
    return str(pair.before.to_query()), str(pair.now.to_query()), pair.words


@st.cache_resource(max_entries=200, show_spinner=False)
def _why(fingerprint: str, metric: str, key: Any, view: str, _pair: Pair, _data: kpi.Dataset) -> Change:
    return changes.why(metric, _pair, _data, view=view)


@st.cache_resource(max_entries=200, show_spinner=False)
def _respondents(fingerprint: str, metric: str, key: Any, _pair: Pair, _data: kpi.Dataset) -> Respondents | None:
    return changes.respondents(metric, _pair, _data)


@st.cache_resource(max_entries=200, show_spinner=False)
def _factors(fingerprint: str, metric: str, key: Any, _pair: Pair, _data: kpi.Dataset) -> Product | None:
    return changes.factors(metric, _pair, _data)
