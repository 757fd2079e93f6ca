"""What waits and how old it is, what flows in and out, and the tickets that waited longest."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, units
from kpi.charts import workload as charts
from kpi.measure.words import listed, when
from kpi.workload import BANDS, Backlog, backlog, stalest
from pages.parts import asked_dates, drawn, links, recorded, slow, ticket_columns
from pages.parts.asked_words import needed
from pages.parts.mine import Mine
from pages.parts.words import plain

PERIODS = 26
FEWEST = 2
"""Below this many periods nothing is drawn over time."""
MOST = 10
ORDERS = {"place_by_age": "Oldest", "place_by_touch": "Longest untouched"}
WRITTEN = {"oldest": "place_by_age", "untouched": "place_by_touch"}
"""`order` in the address -> the column the list begins with."""


def draw(mine: Mine, scope: Scope) -> None:
    """The backlog by age over time, the flow, and the stalest tickets; what they need, where it is not there."""
    recorded.heading("How much is waiting, and for how long?")
    lacks = kpi.metrics()["backlog"].missing(mine.dataset.filled, scope.ask)
    if lacks:
        recorded.say(f"**The backlog cannot be counted with these data:** needs {plain(needed(lacks))}.")
        return
    asked = asked_dates.past(scope, mine, PERIODS)
    found: Backlog = _backlog(mine, asked)
    recorded.say(f"**{plain(found.text)}**")
    bands, flow = found.bands[found.bands["is_complete"]], found.flow[found.flow["is_complete"] & found.flow["net"].notna()]
    by = asked.by
    if bands["period"].nunique() >= FEWEST and int(bands["n"].sum()):
        drawn.draw(
            charts.ages(BANDS, by, drawn.theme()),
            {"d": bands[["period", "band", "age", "n"]], "t": _totals(bands, by)},
            key="workload_ages",
            alt=f"The backlog by age at the end of each {by}. {found.text}",
            table=_bands_table(bands, by),
            file_name="backlog-by-age",
        )
        if len(flow) >= FEWEST:
            drawn.draw(
                charts.flow(by),
                {"d": flow.assign(said=[_flow_said(row, by) for row in flow.itertuples()])[["period", "net", "said"]]},
                key="workload_flow",
                alt=f"Tickets created minus tickets solved, by {by}: above 0 the backlog grows.",
                table=_flow_table(flow, by),
                file_name="created-minus-solved",
            )
            recorded.quiet(
                f"Above: open tickets at the end of each {by} by their age then · below: created minus solved (reopened tickets come back uncreated)"
            )
    _stale(mine, scope)


def _order(orders: dict[str, str]) -> str:
    """What the list begins with, as the address says it."""
    asked = WRITTEN.get(links.one_of("order", WRITTEN), next(iter(orders)))
    st.session_state["workload_stale"] = asked
    words = {code: name for name, code in WRITTEN.items()}
    st.segmented_control(
        "Order",
        list(orders),
        format_func=orders.__getitem__,
        key="workload_stale",
        on_change=lambda: links.put(order=words[st.session_state["workload_stale"]]),
        label_visibility="collapsed",
        required=True,
    )
    return asked


def _key(scope: Scope) -> Any:
    return tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))


def _backlog(mine: Mine, scope: Scope) -> Backlog:
    key = ("open", mine.dataset.fingerprint, _key(scope))
    return slow.step(key, "Counting what was open when", lambda: backlog(scope, mine.dataset), keep=200)


def _stalest(mine: Mine, scope: Scope) -> Any:
    key = ("stalest", mine.dataset.fingerprint, _key(scope))
    return slow.step(key, "Looking for what is open longest", lambda: stalest(scope, mine.dataset, MOST), keep=200)


def _totals(bands: pd.DataFrame, by: str) -> pd.DataFrame:
    rows = []
    for period, part in bands.groupby("period", sort=True):
        ages = ", ".join(f"{units.say(n, 'count')} {band}" for band, n in zip(part["band"], part["n"], strict=True) if n)
        total = int(part["n"].sum())
        rows.append([period, total, f"End of {when(str(period), by)}: {units.say(total, 'count')} waiting{f' ({ages})' if ages else ''}"])
    return pd.DataFrame(rows, columns=["period", "total", "said"])


def _flow_said(row: Any, by: str) -> str:
    created, solved, net = (units.say(value, "count") for value in (row.created, row.solved, abs(row.net)))
    word = "more came than were solved" if row.net > 0 else "more were solved than came"
    return f"{when(str(row.period), by)}: {created} created, {solved} solved" + (f": {net} {word}" if row.net else "")


def _bands_table(bands: pd.DataFrame, by: str) -> pd.DataFrame:
    wide = bands.pivot(index="period", columns="band", values="n")[list(BANDS)]
    table = wide.rename(columns=lambda band: f"{band[:1].upper()}{band[1:]}")
    table.insert(0, f"End of {by}", [listed(str(period), by) for period in wide.index])
    table["All"] = wide.sum(axis=1)
    return table.reset_index(drop=True).rename_axis(columns=None)


def _flow_table(flow: pd.DataFrame, by: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            by.capitalize(): [listed(str(period), by) for period in flow["period"]],
            "Created": flow["created"].astype(int).tolist(),
            "Solved": flow["solved"].astype(int).tolist(),
            "Created minus solved": flow["net"].astype(int).tolist(),
        }
    )


def _stale(mine: Mine, scope: Scope) -> None:
    if not mine.has_rows:
        return
    bare = scope.but(by="all", split=(), compare=None)
    at, rows = _stalest(mine, bare)
    if rows.empty:
        return
    recorded.heading("Which tickets have waited longest?")
    orders = ORDERS if rows["touched_at"].notna().any() else {"place_by_age": ORDERS["place_by_age"]}
    order = next(iter(orders))
    if len(orders) > 1:
        order = _order(orders)
    shown = rows[rows[order] <= MOST].sort_values(order)
    if order == "place_by_touch":
        shown = shown[shown["touched_at"].notna()]
    columns = [
        "ticket_id",
        "age_seconds",
        "untouched_seconds",
        "created_at",
        "touched_at",
        "status",
        "priority",
        "channel",
        "team",
        "agent",
    ]
    shown = shown[[c for c in columns if shown[c].notna().any()]]
    names = {"age_seconds": "Age", "untouched_seconds": "Untouched for", "touched_at": "Last touched"}
    ticket_columns.table(
        shown.reset_index(drop=True),
        scope.zone,
        key=f"workload_stale_{order}",
        alt=f"The {len(shown)} tickets {'that are oldest' if order == 'place_by_age' else 'nobody touched for longest'}",
        column_config={c: st.column_config.Column(name) for c, name in names.items() if c in shown and c != "touched_at"}
        | (
            {"touched_at": st.column_config.DatetimeColumn(names["touched_at"], format="YYYY-MM-DD HH:mm")} if "touched_at" in shown else {}
        ),
    )
    local = asked_dates.one(pd.Timestamp(at).tz_localize("UTC").tz_convert(scope.zone).date())
    recorded.quiet(f"Open on {local} · times in {scope.zone} · untouched: since the last message, change or update that is recorded")
    links.to(
        "tickets.py",
        label="Every open ticket, the oldest first",
        icon=":material/table_rows:",
        query_params=links.query(metric="backlog", sort="created_at"),
    )
