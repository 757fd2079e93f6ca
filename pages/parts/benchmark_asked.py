"""What is compared with what: the figures at hand, the channel and the industry, and our value among them."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from kpi import Scope, benchmarks
from kpi.benchmarks import ALL, CHANNELS, INDUSTRIES, Figure, Ours, Placement
from pages.parts import asked_filters, links, texts
from pages.parts.measured import measured
from pages.parts.mine import Mine

TEXT = "benchmarks.csv"
MIXED = "several"
"""A filter that keeps channels of several kinds: no published figure is about that mix."""
_INDUSTRY = "benchmark_industry"


@st.cache_data(max_entries=50, show_spinner=False)
def _own(told: str) -> benchmarks.Book:
    return benchmarks.read(told)


def text(mine: Mine) -> str:
    """The visitor's own file as it was brought; "" when there is none."""
    return texts.text(mine, TEXT)


def own(mine: Mine) -> benchmarks.Book:
    """The visitor's own figures, and the rows of their file that could not be used."""
    return _own(text(mine))


def figures(mine: Mine) -> tuple[Figure, ...]:
    """All figures there are: the product's and the visitor's own."""
    return benchmarks.published() + own(mine).figures


def industry() -> str:
    """The industry of the address, else the one chosen earlier in this visit; anything unknown is all of them."""
    chosen = links.one_of("industry", INDUSTRIES, "" if links.own("industry") else st.session_state.get(_INDUSTRY, ALL)) or ALL
    st.session_state[_INDUSTRY] = chosen
    return str(chosen)


def channels(mine: Mine) -> dict[str, tuple[str, ...]]:
    """Kind of channel -> the values of these data that are of that kind."""
    found: dict[str, tuple[str, ...]] = {}
    if "tickets.channel" in mine.dataset.filled:
        for value in asked_filters.values("channel", mine):
            if kind := benchmarks.channel_of(value):
                found[kind] = (*found.get(kind, ()), value)
    return {kind: found[kind] for kind in CHANNELS if kind in found}


def filtered(scope: Scope) -> str:
    """The kind of channel the scope's own filter keeps: "" without one, "several" where it mixes kinds or keeps one nobody knows."""
    values = dict(scope.where).get("channel", ())
    kinds = {benchmarks.channel_of(value) for value in values}
    return "" if not values else kinds.pop() or MIXED if len(kinds) == 1 else MIXED


def narrowed(mine: Mine, scope: Scope, channel: str) -> Scope:
    """The scope over the whole of its dates, kept to the tickets of a channel where one is chosen and not filtered already."""
    whole = scope.but(by="all", split=(), compare=None)
    if channel in (ALL, MIXED) or filtered(scope):
        return whole
    return whole.but(where=tuple(sorted({**dict(whole.where), "channel": tuple(sorted(channels(mine)[channel]))}.items())))


def value(mine: Mine, metric: str, scope: Scope, channel: str, industry_: str) -> Ours:
    """Our value of a metric as it is compared."""
    return benchmarks.ours(measured(mine, [metric], narrowed(mine, scope, channel)), metric, channel=channel, industry=industry_)


def placed(mine: Mine, metric: str, scope: Scope, channel: str, industry_: str) -> Placement:
    """Where our value stands among all figures at hand."""
    return benchmarks.place(value(mine, metric, scope, channel, industry_), figures(mine), today())


def choose_channel(mine: Mine, metric: str, scope: Scope) -> str:
    """The channel compared: the scope's own filter, else the address, else the one with the most comparable figures; and the list to choose from."""
    if kept := filtered(scope):
        return kept
    known = channels(mine)
    if not known:
        return ALL
    offers = benchmarks.offered(value(mine, metric, scope, ALL, industry()), figures(mine), "channel")
    options = [ALL, *known]
    asked = links.one_of("channel", options, ALL if offers.get(ALL) else max(options, key=lambda kind: offers.get(kind, 0)), also=CHANNELS)
    links.put(channel=asked)
    st.session_state["benchmark_channel"] = asked
    st.selectbox(
        "Channel",
        options,
        format_func=lambda kind: f"{_capital(CHANNELS[kind])} · {_many(offers.get(kind, 0))}",
        key="benchmark_channel",
        on_change=_put,
        args=("channel", "benchmark_channel"),
        width=240,
    )
    return str(asked)


def choose_industry(mine: Mine, metric: str, scope: Scope, channel: str) -> str:
    """The industry compared, and the list to choose from, each with how many figures would compare."""
    chosen = industry()
    offers = benchmarks.offered(value(mine, metric, scope, channel, chosen), figures(mine), "industry")
    st.session_state["benchmark_industry_asked"] = chosen
    st.selectbox(
        "Industry",
        list(offers),
        format_func=lambda name: f"{'Over all industries' if name == ALL else _capital(name)} · {_many(offers[name])}",
        key="benchmark_industry_asked",
        on_change=_put,
        args=("industry", "benchmark_industry_asked"),
        width=280,
    )
    return chosen


def _put(name: str, key: str) -> None:
    links.put(**{name: st.session_state[key]})


def _many(count: int) -> str:
    return f"{count or 'no'} figure{'' if count == 1 else 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def today() -> dt.date:
    """The date figures are old by."""
    return dt.datetime.now(dt.UTC).date()
