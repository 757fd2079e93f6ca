"""The week as a map: what it shows, the cell one chooses, and the way to its tickets."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, units
from kpi.charts import base
from kpi.charts import workload as charts
from kpi.charts.spread import log_ticks
from kpi.report import Chart
from kpi.workload import SHOWS, WEEKDAYS, Arrivals, arrivals, cell_name, cell_of
from pages.parts import drawn, left_out, links, recorded
from pages.parts.asked_words import needed
from pages.parts.mine import Mine
from pages.parts.words import plain

FEWEST_WAITS = 6
"""A median of fewer is not drawn."""


def found(mine: Mine, scope: Scope) -> Arrivals:
    """`kpi.workload.arrivals`, remembered by data and scope. Shared: never change one."""
    bare = scope.but(by="all", split=(), compare=None, statistic=None)
    asked = tuple((name, tuple(values)) for name, values in sorted(bare.to_query().items()))
    result: Arrivals = _arrivals(mine.dataset.fingerprint, asked, _scope=bare, _data=mine.dataset)
    return result


@st.cache_resource(max_entries=200, show_spinner=False)
def _arrivals(fingerprint: str, asked: Any, _scope: Scope, _data: kpi.Dataset) -> Arrivals:
    return arrivals(_scope, _data)


def draw(mine: Mine, scope: Scope, week: Arrivals) -> None:
    """The map with its switch, and the chosen cell."""
    show = links.one_of("show", SHOWS, next(iter(SHOWS)))
    names = {**SHOWS, "staffed": "Tickets an open hour" if week.staff.kind == "calendar" else SHOWS["staffed"]}
    st.session_state["workload_show"] = show
    st.segmented_control(
        "Show",
        list(names),
        format_func=names.__getitem__,
        key="workload_show",
        on_change=_shown,
        label_visibility="collapsed",
        required=True,
    )
    reason = _lacking(mine, scope, week, show)
    if reason:
        recorded.say(f"**{plain(names[show])} is not known.** {plain(reason)}")
    cell = links.own("cell")
    if cell and not cell_of(cell):
        left_out.part("cell", cell)
        cell = ""
    _map(week, show, names[show], cell, reason)
    _chosen(week, cell)


def _lacking(mine: Mine, scope: Scope, week: Arrivals, show: str) -> str:
    if show == "wait" and week.wait_reason:
        lacks = kpi.metrics()["first_reply_time"].missing(mine.dataset.filled, scope.ask)
        return f"It needs {needed(lacks)}." if lacks else f"{week.wait_reason[:1].upper()}{week.wait_reason[1:]}."
    return week.staff.text if show == "staffed" and not week.staff.kind else ""


def _map(week: Arrivals, show: str, name: str, cell: str, reason: str) -> None:
    unit, is_log = ("s", True) if show == "wait" else ("count", False)
    rows = _rows(week, show, reason)
    chosen = rows[rows["cell"] == cell][["day", "hour"]]
    theme = drawn.theme()
    title = (
        ""
        if rows["value"].isna().all()
        else {"count": "tickets a week at that hour", "wait": "median wait, log scale"}.get(show, f"tickets {week.staff.unit_said}")
    )
    alt = f"{name} by weekday and hour, {week.scope.zone}. {week.text}"
    spec = charts.week(unit, theme, title, is_log, _ticks(rows) if is_log else ())
    st.vega_lite_chart(
        {**spec, "config": base.config(theme), "datasets": {"d": rows, "s": chosen}},
        key=f"workload_map_{show}",
        alt=alt,
        width="stretch",
        on_select=_picked,
        selection_mode=[charts.PICKED],
    )
    table = _table(week)
    chart = Chart(spec, {"d": rows, "s": chosen}, alt, table, "tickets-by-weekday-and-hour")
    recorded.chart(chart)
    drawn.as_table(table, key="workload_map_table", alt=alt, file_name=chart.name, chart=chart)
    recorded.quiet(plain(f"By the clock in {week.scope.zone}" if reason else _how(week, show)))


def _how(week: Arrivals, show: str) -> str:
    """What a cell is, in a line."""
    zone = f"By the clock in {week.scope.zone}"
    if show == "wait":
        return f"{zone} · the median first reply of the tickets created in that hour, unanswered ones with their age · grey: fewer than {FEWEST_WAITS}"
    if show == "staffed":
        return (
            f"{zone} · {week.staff.text} · grey: nobody, or hardly anybody, there"
            if week.staff.kind == "agents"
            else f"{zone} · {week.staff.text} · grey: closed"
        )
    return f"{zone} · tickets divided by how often that weekday and hour came in these dates"


def _rows(week: Arrivals, show: str, reason: str) -> pd.DataFrame:
    grid = week.grid
    column = {"count": "a_week", "wait": "wait", "staffed": "per_staffed"}[show]
    values = grid[column].where(grid["wait_n"] >= FEWEST_WAITS) if show == "wait" else grid[column]
    if reason:
        values = values * math.nan
    if show == "wait":
        values = values.clip(lower=1)  # a log scale has no 0
    known = [None if pd.isna(value) else float(value) for value in values]
    return pd.DataFrame(
        {
            "day": [charts.DAYS[int(day) - 1] for day in grid["weekday"]],
            "hour": grid["hour"].astype(int),
            "cell": grid["cell"],
            "value": known,
            "label": ["" if value is None else _short(value, show) for value in known],
            "on": charts.place(known, show == "wait"),
            "said": [week.say_cell(cell) for cell in grid["cell"]],
        }
    )


def _ticks(rows: pd.DataFrame) -> tuple[float, ...]:
    """At most four round times for the legend of a log scale."""
    known = rows["value"].dropna()
    ticks = log_ticks(float(known.min()), float(known.max())) if len(known) else ()
    return ticks[:: 1 + (len(ticks) - 1) // 4] if ticks else ()


def _short(value: float, show: str) -> str:
    """What fits a cell: one part of a time, a count without decimals above 10."""
    if show != "wait":
        return units.say(round(value) if value >= 10 else round(value, 1), "count")
    size = next(size for size, most in ((1, 60), (60, 3_600), (3_600, 172_800), (86_400, math.inf)) if value < most)
    return units.say(round(value / size) * size, "s")


def _table(week: Arrivals) -> pd.DataFrame:
    """Every cell with everything known of it."""
    grid, days = week.grid, week.scope.clock != "business"

    def counts(column: str) -> list[str]:
        return [units.say(None if pd.isna(v) else round(float(v), 2), "count") for v in grid[column]]

    columns: dict[str, Any] = {
        "Weekday": [WEEKDAYS[int(day) - 1] for day in grid["weekday"]],
        "Hour": [f"{int(hour):02}:00" for hour in grid["hour"]],
        "Tickets": grid["n"].astype(int).tolist(),
        "Such hours": counts("hours"),
        "A week": counts("a_week"),
        "Low": counts("low"),
        "High": counts("high"),
    }
    if not week.wait_reason:
        columns["First reply, median"] = [units.say(None if pd.isna(v) else float(v), "s", days=days) for v in grid["wait"]]
        columns["Of"] = [0 if pd.isna(v) else int(v) for v in grid["wait_n"]]
    if week.staff.kind:
        columns["Staffed hours" if week.staff.kind == "agents" else "Open hours"] = counts("staffed")
        columns[f"Tickets {week.staff.unit_said}"] = counts("per_staffed")
    return pd.DataFrame(columns)


def _chosen(week: Arrivals, cell: str) -> None:
    """The cell of the address in words, chosen by a click on the map or here, and its tickets."""
    state, now = st.session_state, cell_of(cell)
    state["workload_day"], state["workload_hour"] = (now[0], now[1]) if now else (None, None)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="workload_cell"):
        st.selectbox(
            "Weekday",
            range(1, 8),
            format_func=lambda day: WEEKDAYS[day - 1],
            key="workload_day",
            on_change=_typed,
            width=160,
            placeholder="Any",
        )
        st.selectbox(
            "Hour", range(24), format_func=lambda hour: f"{hour:02}:00", key="workload_hour", on_change=_typed, width=120, placeholder="Any"
        )
    if not now:
        st.caption("Choose an hour here, or on the map, for its numbers and its tickets.")
        return
    recorded.say(plain(week.say_cell(cell)))
    row = week.cell(cell)
    if row is not None and row["n"] > 0:
        many = units.say(row["n"], "count")
        links.to(
            "tickets.py",
            label=f"The {many} tickets of this hour" if row["n"] != 1 else "The ticket of this hour",
            icon=":material/table_rows:",
            query_params=_narrowed(*now),
        )


def _narrowed(weekday: int, hour: int) -> links.Query:
    """The address of the scope as it is, only for the tickets created on this weekday and hour."""
    query = links.query()
    kept = query.get("where", [])
    kept = [kept] if isinstance(kept, str) else list(kept)
    others = [pair for pair in kept if not pair.startswith(("created_weekday=", "created_hour="))]
    return {**query, "where": [*others, f"created_weekday={weekday}", f"created_hour={hour}"]}


def _shown() -> None:
    links.put(show=st.session_state["workload_show"] or "")


def _typed() -> None:
    """A weekday or an hour was chosen: the other one is taken as noon, or Monday, until it is."""
    day, hour = st.session_state["workload_day"], st.session_state["workload_hour"]
    links.put(cell=cell_name(day or 1, 12 if hour is None else hour) if day or hour is not None else "")


def _picked() -> None:
    """A cell of the map was clicked; the same one again lets go of it."""
    for key in SHOWS:
        event = st.session_state.get(f"workload_map_{key}")
        if event is not None:
            points = event["selection"].get(charts.PICKED) or []
            links.put(cell=str(points[0].get("cell", "")) if points else "")
            return
