"""What has moved? All numbers at once: those that moved as cards, then all of them as a table to open one from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.catalogue import find
from kpi.charts import base, multiples
from kpi.charts.process import log_ticks
from kpi.report import Chart
from kpi.trends import Board, Moved, Trend, spoken
from pages.parts import drawn, links, recorded, trend_made
from pages.parts.asked import nothing_left
from pages.parts.mine import Mine
from pages.parts.words import plain

MOST_CARDS = 6
VERDICTS = {
    "shift": "its level moved",
    "line": "a steady trend",
    "points": "stands out",
    "year": "unlike a year ago",
    "none": "",
    "unknown": "",
}
UNSURE = "only by chance, likely"


def draw(mine: Mine, scope: Scope) -> None:
    """The finding over all numbers, its cards and its table."""
    board, result = trend_made.board(mine, scope)
    asked = result.scope
    if not trend_made.has_something([row.trend for row in board.rows]):
        nothing_left(asked, mine)
        return
    recorded.say(f"**{plain(board.finding)}** {plain(board.caveat)}")
    shown = [row for row in board.rows if row.trend.frame["value"].notna().any()]
    if cards := board.moved[:MOST_CARDS]:
        recorded.heading("What moved most clearly")
        with st.grid(3, min_column_width=300, gap="small", key="moved_cards"):
            for row in cards:
                _card(spoken(row.trend, result))
    recorded.heading("All numbers")
    recorded.quiet(plain(f"By {asked.by}, {asked.zone}. The clearest first."))
    st.caption("Choose a row to open it.")
    frame = _table(shown)
    recorded.table(
        frame,
        key="trend_board",
        alt="All numbers with their direction and whether they moved",
        selection_mode="single-row",
        on_select=lambda: _opened([row.trend.metric for row in shown]),
        column_config={
            "Over time": st.column_config.LineChartColumn(width="medium"),
            "Number": st.column_config.TextColumn(width=280),
        },
        row_height=44,
    )
    st.download_button(
        "Download as CSV",
        drawn.csv_of(_plain_table(frame, shown, board)),
        "what-has-moved.csv",
        "text/csv",
        key="trend_board_csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _card(one: Trend) -> None:
    """One number that moved: its name as a link to it, its line, its sentence, and a word for good or bad."""
    with st.container(border=True, height="stretch", gap="xsmall", key=f"moved_{one.metric}"):
        links.to(
            "trends.py",
            or_text=True,
            label=plain(find(one.metric).label),  # which statistic it is stands in the sentence below
            icon=":material/chevron_right:",
            icon_position="right",
            query_params=links.query(metric=one.metric),
        )
        data = trend_made.rows(one)
        whole = data["d"]
        values = one.frame["value"].dropna()
        low, high = float(values.min()), float(values.max())
        is_log = one.scale == "log" and low > 0
        ticks = log_ticks(low, high)[::2] if is_log else units.duration_ticks(low, high, at_most=4) if one.unit == "s" else []
        spec = multiples.panel(
            one.unit,
            one.by,
            one.currency,
            tuple(ticks),
            one.unit == "count" and low >= 0,
            is_log,
            False,
            bool(whole["limit_high"].notna().any()),
        )
        empty = pd.DataFrame({"period": [], "value": []})
        st.vega_lite_chart(
            {**spec, "config": base.config(drawn.theme()), "datasets": {**data, "s": empty}},
            key=f"moved_{one.metric}_chart",
            alt=f"{one.label}: {one.finding}",
            width="stretch",
        )
        recorded.chart(Chart(spec, {**data, "s": empty}, f"{one.label}: {one.finding}", pd.DataFrame(), f"trend-{one.metric}"))
        word, colour = trend_made.WORDS[one.is_better]
        st.badge(word, color=colour)
        recorded.quiet(plain(one.finding))


def _opened(names: list[str]) -> None:
    chosen: Any = st.session_state["trend_board"]["selection"]["rows"]
    if chosen:
        links.put(metric=names[chosen[0]])


def _direction(one: Trend) -> str:
    if not one.is_moved or one.direction or not one.shifts:
        return {1: "up", -1: "down", 0: ""}[one.direction] if one.is_moved else ""
    return "up and back" if one.shifts[0].after > one.shifts[0].before else "down and back"


def _verdict(row: Moved) -> str:
    one = row.trend
    if one.verdict == "unknown":
        return "too early to tell" if one.n else "not judged"
    if not one.is_moved:
        return "no clear change"
    if not row.is_moved:
        return "no clear change among so many"
    good = {True: ", better", False: ", worse", None: ""}[one.is_better]
    return f"{VERDICTS[one.verdict]}{good}"


def _latest(one: Trend) -> str:
    values = one.frame["value"].to_numpy(float)[one.frame["is_complete"].to_numpy(bool)]
    known = values[~np.isnan(values)]
    return one.say(float(known[-1])) if len(known) else "–"


def _table(rows: list[Moved]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Number": [row.trend.label for row in rows],
            "Over time": [
                row.trend.frame.loc[row.trend.frame["is_complete"].astype(bool), "value"].astype(float).round(6).tolist() for row in rows
            ],
            "Latest": [_latest(row.trend) for row in rows],
            "Direction": [_direction(row.trend) for row in rows],
            "Verdict": [_verdict(row) for row in rows],
        }
    )


def _plain_table(table: pd.DataFrame, rows: list[Moved], board: Board) -> pd.DataFrame:
    """Without pictures, with p-values: for those who want to check."""
    return table.drop(columns="Over time").assign(
        **{  # type: ignore[arg-type]  # columns by their headers
            "Finding": [row.trend.finding for row in rows],
            "p": [row.trend.p for row in rows],
            f"p, allowing for {board.looked_at} numbers": [row.q for row in rows],
        }
    )
