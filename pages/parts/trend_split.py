"""One number in its parts: a small panel for each group, the rest pooled, and which of them moved when all are paid for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Result, Scope, units
from kpi.charts import base, multiples
from kpi.charts.process import log_ticks
from kpi.measure.words import when
from kpi.metric import MANY
from kpi.report import Chart
from kpi.trends import Board, Trend, together, trend
from pages.parts import asked, asked_filters, drawn, links, recorded, trend_asked, trend_made
from pages.parts.asked_words import label, needed
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import plain

REST = "All others"
FEWEST_SHOWN = 3
"""A group with fewer known periods has no panel of its own."""


@dataclass(frozen=True)
class Parts:
    """The panels in order of size, the pooled rest last (with how many groups are in it), and the board of them together."""

    panels: tuple[tuple[str, Trend], ...]
    pooled: int
    board: Board
    scope: Scope
    unavailable: str = ""


def draw(mine: Mine, scope: Scope, name: str, column: str) -> None:
    """The panels of a number split by a column, under one finding."""
    if lacks := mine.dataset.lacking(scope.ask)[name]:
        recorded.say(f"**{plain(kpi.metrics()[name].label)} cannot be measured with these data:** needs {plain(needed(lacks))}.")
        return
    with st.skeleton(height=420):
        found = parts(mine, scope, name, column)
    if found.unavailable:
        recorded.say(f"**{plain(kpi.metrics()[name].label)} cannot be shown like that.** {plain(found.unavailable.capitalize())}.")
        return
    if not found.panels:
        asked.nothing_left(found.scope, mine)
        return
    recorded.say(f"**{plain(found.board.finding)}** {plain(found.board.caveat)}")
    is_shared = trend_asked.scales()
    recorded.quiet(plain(_caption(found, column, is_shared)))
    moved = {row.trend.group: row for row in found.board.rows if row.is_moved}
    reach, is_log = _reach([one for _, one in found.panels]), any(one.scale == "log" for _, one in found.panels)
    with st.grid(3, min_column_width=280, gap="small", key="trend_panels"):
        for number, (title, one) in enumerate(found.panels):
            with st.container(border=True, height="stretch", gap="xxsmall", key=f"panel_{number}"):
                _panel(
                    number,
                    title,
                    one,
                    is_shared,
                    one.scale == "log" or (is_shared and is_log),
                    reach,
                    is_rest=title == REST and not one.group,
                )
                if one.group in moved:
                    word, colour = trend_made.WORDS[one.is_better]
                    ways = {1: ":material/trending_up:", -1: ":material/trending_down:"}
                    st.badge(word, icon=ways.get(one.direction, ":material/show_chart:"), color=colour)
                    recorded.quiet(plain(one.finding))
    drawn.as_table(
        _table(found, column),
        key="trend_panels_table",
        alt=f"{kpi.metrics()[name].label} by {label(column)} and {found.scope.by}",
        file_name=f"{name}-by-{column}-and-{found.scope.by}",
    )
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=name))


def _panel(number: int, title: str, one: Trend, is_shared: bool, is_log: bool, reach: tuple[float, float], is_rest: bool) -> None:
    data = trend_made.rows(one)
    whole = data["d"]
    low, high = reach if is_shared else _reach([one])
    is_log = is_log and low > 0
    zero = one.unit == "count" and low >= 0
    ticks = log_ticks(low, high)[::2] if is_log else units.duration_ticks(low, high, at_most=4) if one.unit == "s" else []
    latest = float(whole["value"].dropna().iloc[-1])
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        recorded.say(f"**{plain(asked_filters.short(title))}**", width="content")
        recorded.quiet(plain(one.say(latest)), width="content")
    spec = multiples.panel(
        one.unit, one.by, one.currency, tuple(ticks), zero, is_log, is_rest, bool(whole["limit_high"].notna().any()), len(data["o"]) > 0
    )
    edges = (
        pd.DataFrame({"period": [whole["period"].iloc[0]] * 2, "value": [low, high]})
        if is_shared
        else pd.DataFrame({"period": [], "value": []})
    )
    alt = f"{one.label}, {when(str(whole['period'].iloc[0]), one.by)} to {when(str(whole['period'].iloc[-1]), one.by)}: {one.finding}"
    frames = {**data, "s": edges}
    st.vega_lite_chart(
        {**spec, "config": base.config(drawn.theme()), "datasets": frames}, key=f"panel_{number}_chart", alt=alt, width="stretch"
    )
    recorded.chart(Chart(spec, frames, alt, pd.DataFrame(), f"panel-{number}"))


def _caption(found: Parts, column: str, is_shared: bool) -> str:
    weeks = sum(one.n for _, one in found.panels if one.chart)
    chance = sum(one.expected for _, one in found.panels if not math.isnan(one.expected))
    said = [
        f"By {label(column).lower()} and {found.scope.by}, the largest first",
        "all on the same scale" if is_shared else "each on its own scale",
        "grey: its usual range",
        *(
            [f"diamonds: outside it; over {units.say(weeks, 'count')} {found.scope.by}s chance alone puts about {chance:.1f} there"]
            if weeks
            else []
        ),
        *([f"{units.say(found.pooled, 'count')} smaller groups are pooled as others"] if found.pooled else []),
        *(["a ticket counts in each of its tags"] if column in MANY else []),
    ]
    return " · ".join(said)


def _reach(trends: list[Trend]) -> tuple[float, float]:
    """Lowest and highest of what is drawn, limits too: panels on one scale have the same ends whatever their own limits are."""
    seen = pd.concat([one.frame[column] for one in trends for column in ("value", "limit_low", "limit_high")]).dropna()
    return float(seen.min()), float(seen.max())


def _table(found: Parts, column: str) -> pd.DataFrame:
    tables = [trend_made.table(one).set_axis(_headers(one), axis="columns").assign(**{label(column): title}) for title, one in found.panels]
    together_ = pd.concat(tables, ignore_index=True)
    return together_[[label(column), *[c for c in together_ if c != label(column)]]]


def _headers(one: Trend) -> list[str]:
    return ["Period", "Value", "Low", "High", "Usual from", "Usual to", "Outside", "n", "Complete"]


def parts(mine: Mine, scope: Scope, name: str, column: str) -> Parts:
    """At most twelve panels: all groups, or the eleven largest and the rest measured together, never averaged."""
    looked, last = trend_asked.looked(mine, scope)
    query = tuple((key, tuple(values)) for key, values in sorted(looked.to_query().items()))
    calendar = mine.calendar.fingerprint if mine.calendar else ""
    measured(mine, [name], looked.but(split=(column,)))  # remembered, and recorded for the page's files
    return _parts(mine.dataset.fingerprint, query, calendar, name, column, last, _mine=mine, _looked=looked)


@st.cache_resource(max_entries=100, show_spinner=False)
def _parts(fingerprint: str, query: Any, calendar: str, name: str, column: str, last: int, _mine: Mine, _looked: Scope) -> Parts:
    split = measured(_mine, [name], _looked.but(split=(column,)), is_shown=False)
    nothing = Parts((), 0, together([], _looked.by), _looked, next(iter(split.unavailable.values()), ""))
    if split.unavailable:
        return nothing
    known = split.frame[split.frame["value"].notna() & split.frame["is_complete"].astype(bool)]
    size = known.groupby(column)["n"].sum().sort_values(ascending=False, kind="stable")
    periods = known.groupby(column)["period"].nunique()
    groups = [str(group) for group in size.index if size[group] > 0 and periods[group] >= FEWEST_SHOWN]
    if not groups:
        return nothing
    special = trend_made.apart(_mine, split)
    shown = groups if len(groups) <= multiples.MOST and len(groups) == len(size) else groups[: multiples.MOST - 1]
    panels = [(group, trend(split, name, (group,), last=last, apart=special)) for group in shown]
    rest = [str(group) for group in size.index if str(group) not in shown]
    if rest:
        result = _rest(_mine, name, column, _looked, rest)
        if result.frame["value"].notna().any():
            whole = kpi.metrics()[name]
            panels.append((REST, trend(result, name, last=last, apart=special, name=f"{whole.label}, {REST.lower()}")))
    panels = [(title, one) for title, one in panels if one.frame.loc[one.frame["is_complete"].astype(bool), "value"].notna().any()]
    return Parts(tuple(panels), len(rest), together([one for _, one in panels], _looked.by, "group"), _looked)


def _rest(mine: Mine, name: str, column: str, looked: Scope, rest: list[str]) -> Result:
    where = {**dict(looked.where), column: tuple(rest)}
    return measured(mine, [name], looked.but(where=where), is_shown=False)
