"""Teams: group against group, each pulled towards the average as far as its few rows deserve, by name and not by rank."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from kpi import Result, Scope, agents, benchmarks, units
from kpi.benchmarks import Group, Groups
from kpi.catalogue import CATALOGUE
from kpi.charts.benchmarks import peers, ticks_of
from kpi.tables import TICKETS
from pages.parts import asked_filters, drawn, links, number_asked, recorded
from pages.parts.asked_words import label, needed
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import plain

FIRST = ("team", "channel", "agent")
MOST_DRAWN = 40
LISTS = frozenset(column.name for column in TICKETS.columns if column.type == "list")
"""A ticket may be in several groups of these, so that they cannot be set against each other."""


def draw(mine: Mine, scope: Scope) -> None:
    columns = [c for c in asked_filters.columns(mine) if c not in LISTS]
    columns = [*(c for c in FIRST if c in columns), *(c for c in columns if c not in FIRST)]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="benchmark_team_choices"):
        name = number_asked.choose(mine, scope)
        column = _choose(columns)
    lacks = CATALOGUE[name].missing(mine.dataset.filled, scope.ask)
    if lacks or not column:
        what = needed(lacks) if lacks else "a column to compare groups by"
        recorded.say(f"**{plain(CATALOGUE[name].label)} cannot be compared: these data lack {plain(what)}.**")
        return
    found = _found(mine, name, scope, column)
    recorded.say(f"**{plain(found.text)}**" + ("" if found.why_not else f" {plain(_caveat(found))}"))
    if found.why_not:
        return
    _chart(found)
    if column in agents.BY and name in agents.comparable(column, scope, mine.dataset):
        links.to(
            "agents.py",
            label=f"The same {label(column).lower()}s, as if everybody had the same tickets",
            icon=":material/groups:",
            query_params=links.query(metric=name, by_whom=column),
        )


def _choose(columns: list[str]) -> str:
    if not columns:
        return ""
    asked = links.one_of("own", columns, columns[0])
    links.put(own=asked)
    st.session_state["benchmark_column"] = asked
    st.selectbox(
        "By",
        columns,
        format_func=label,
        key="benchmark_column",
        on_change=lambda: links.put(own=st.session_state["benchmark_column"]),
        width=240,
    )
    return asked


def _found(mine: Mine, name: str, scope: Scope, column: str) -> Groups:
    asked = scope.but(by="all", split=(column,), compare=None)
    key = tuple((part, tuple(values)) for part, values in sorted(asked.to_query().items()))
    return _groups(mine.dataset.fingerprint, name, key, _result=measured(mine, [name], asked))


@st.cache_resource(max_entries=200, show_spinner=False)
def _groups(fingerprint: str, name: str, asked: Any, _result: Result) -> Groups:
    return benchmarks.groups(_result, name)


def _caveat(found: Groups) -> str:
    few = len(found.of("few"))
    left = f" {few} with fewer than 10 rows get no place." if few else ""
    return f"All groups are judged together, so that chance alone names one in 5 % of cases. What kinds of tickets each gets is not allowed for.{left}"


def _chart(found: Groups) -> None:
    drawn_ones = [g for g in found.groups if g.estimate is not None]
    some = sorted(sorted(drawn_ones, key=lambda g: -g.n)[:MOST_DRAWN], key=lambda g: g.name)
    rows = pd.DataFrame([_row(group, found) for group in some])
    low, high = rows[["low", "value"]].min().min(), rows[["high", "value"]].max().max()
    unit = found.metric.unit
    ticks, logs = ticks_of(unit, low, high)
    average = pd.DataFrame({"value": [found.average], "label": [f"average {found.say(found.average)}"]})
    drawn.draw(
        peers(unit, len(rows), found.currency or None, ticks, logs),
        {"d": rows, "o": average},
        key="benchmark_peers",
        alt=found.text,
        table=_table(found),
        file_name=f"{found.metric.name}-by-{found.column}",
    )
    more = f" · the {MOST_DRAWN} largest of {len(drawn_ones)}" if len(drawn_ones) > MOST_DRAWN else ""
    said = [
        "Dot: what the group likely is, pulled towards the average",
        "lines hold for all groups together in 95 % of cases",
        "small ring: as measured",
    ]
    said += ["times on a log scale"] if logs else []
    recorded.quiet(f"{' · '.join(said)} · by name{more}")


def _row(group: Group, found: Groups) -> dict[str, Any]:
    name = asked_filters.short(group.name)
    verdict = {"above": "better", "below": "worse"} if found.metric.better == "higher" else {"above": "worse", "below": "better"}
    interval = units.say_interval(group.low, group.high, found.metric.unit, found.currency or None, days=found.in_days)
    as_measured = f"measured {found.say(group.value)}, n = {units.say(group.n, 'count')}"
    return {
        "name": name if len(name) <= 28 else f"{name[:27]}…",
        "value": group.value,
        "estimate": group.estimate,
        "low": group.low,
        "high": group.high,
        "verdict": verdict.get(group.verdict, group.verdict),
        "said": f"{name}: likely {found.say(group.estimate)} ({interval}), {as_measured}; {found.word(group)}",
    }


def _table(found: Groups) -> pd.DataFrame:
    def rank(group: Group) -> str:
        if group.rank_low is None or group.rank_high is None:
            return ""
        return str(group.rank_low) if group.rank_low == group.rank_high else f"{group.rank_low}–{group.rank_high}"

    some = found.groups
    return pd.DataFrame(
        {
            label(found.column): [g.name for g in some],
            "Measured": [found.say(g.value) for g in some],
            "n": [g.n for g in some],
            "Likely": [found.say(g.estimate) for g in some],
            "Low": [found.say(g.low) for g in some],
            "High": [found.say(g.high) for g in some],
            "Possible places, 1 the best": [rank(g) for g in some],
            "So it": [found.word(g) for g in some],
        }
    )
