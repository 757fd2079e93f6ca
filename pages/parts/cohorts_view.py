"""How fast the tickets of each week get done: the sentence, a table of weeks and days, and the curves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, units
from kpi.charts import cohorts as charts
from kpi.cohorts import VERBS, Cohorts, cohorts, usual_metric
from kpi.measure.words import listed, when
from pages.parts import asked_dates, drawn, links, recorded
from pages.parts.asked_words import needed
from pages.parts.mine import Mine
from pages.parts.words import plain

PERIODS = 16
"""So many weeks (or months) are shown."""
MONTHS = 250
"""From so many days on the cohorts are months."""


def draw(mine: Mine, scope: Scope, metric: str = "") -> None:
    """The cohorts that end where the scope ends. `metric`: one that is followed (`kpi.cohorts.VERBS`); any other asks for the usual one."""
    name = metric if metric in VERBS else usual_metric(mine.dataset)
    one = kpi.metrics()[name]
    lacks = one.missing(mine.dataset.filled, scope.ask) or (() if "tickets.created_at" in mine.dataset.filled else ("tickets.created_at",))
    if lacks:
        recorded.say(f"**Tickets cannot be followed with these data:** needs {plain(needed(lacks))}.")
        return
    found = _of(mine, name, _asked(mine, scope))
    recorded.say(f"**{plain(found.text)}** {plain(found.caveat)}")
    if found.sizes.empty:
        return
    theme, by = drawn.theme(), found.scope.by
    sizes = found.sizes.sort_values("period", ascending=False)
    labels = tuple(_label(period, by) for period in sizes["period"])
    days, least = found.days, _least(found)
    with st.grid(2, min_column_width=420, gap="small", key="cohorts_charts"):
        with st.container():
            drawn.draw(
                charts.table(days, labels, least, theme),
                {"d": _cells(found, least)},
                key="cohorts_table",
                alt=f"The share {found.verb} by day, for the tickets of each {by}. {found.text}",
                table=_table(found),
                file_name="cohorts",
            )
            recorded.quiet(
                f"The share {found.verb} by the end of day …, for the tickets created in each {by} · day 0 is the day of creation in {found.scope.zone} · "
                "blank: not every ticket could be followed so long yet"
            )
        with st.container():
            drawn.draw(
                charts.curves(max(days), least),
                {"d": _lines(found)},
                key="cohorts_curves",
                alt=f"The share {found.verb} over days: each {by}, the newest, and all together. {found.text}",
                table=_curves_table(found),
                file_name="cohort-curves",
            )
            newest = when(str(sizes["period"].iloc[0]), by)
            recorded.quiet(
                f"Coloured: {newest} · bold: all {len(sizes)} {by}s together · thin: each {by} before · dashed: estimated, for not everybody was followed so "
                "long (Kaplan-Meier; open tickets count with the days they were followed)"
            )
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=name))


def _asked(mine: Mine, scope: Scope) -> Scope:
    """The last complete weeks or months that end where the scope ends: half a week holds other weekdays, and compares with none."""
    low, high = asked_dates.reach(mine, scope.zone)
    start, end = scope.start or low, min(scope.end or high, high)
    by = scope.by if scope.by in ("week", "month") else "month" if (end - start).days > MONTHS else "week"
    return asked_dates.past(scope.but(by=by, start=start, end=end), mine, PERIODS).but(statistic=None, clock="calendar")


def _of(mine: Mine, name: str, scope: Scope) -> Cohorts:
    asked = tuple((key, tuple(values)) for key, values in sorted(scope.to_query().items()))
    found: Cohorts = _cohorts(mine.dataset.fingerprint, name, asked, _scope=scope, _data=mine.dataset)
    return found


@st.cache_resource(max_entries=200, show_spinner=False)
def _cohorts(fingerprint: str, name: str, asked: Any, _scope: Scope, _data: kpi.Dataset) -> Cohorts:
    return cohorts(name, _scope, _data)


def _label(period: str, by: str) -> str:
    """ "12 Oct", "Oct 2026": short, for the side of a table."""
    day = dt.date.fromisoformat(period)
    return f"{day.day} {day:%b}" if by == "week" else f"{day:%b %Y}"


def _least(found: Cohorts) -> float:
    """The tens below every share: where colours and axis begin."""
    least = found.curves["share"].min()
    return 0.0 if pd.isna(least) else min(90.0, 10.0 * (float(least) // 10))


def _whole(share: float) -> str:
    """ "84 %"; 0 and 100 only where it is exact."""
    if share in (0.0, 100.0) or 0.5 <= share < 99.5:
        return f"{units.say(round(share), 'count')}{units.NBSP}%"
    return f"<1{units.NBSP}%" if share < 1 else f">99{units.NBSP}%"


def _cells(found: Cohorts, least: float) -> pd.DataFrame:
    by, rows = found.scope.by, []
    for row in found.cells.to_dict("records"):
        share, day = row["share"], int(row["day"])
        head, cohort = f"{when(str(row['period']), by)}, day {day}", _label(str(row["period"]), by)
        if pd.isna(share):
            rows.append([cohort, day, None, "", 0.0, f"{head}: not every ticket could be followed so long"])
            continue
        limits = units.say_interval(row["low"], row["high"], "%")
        counted = f"{units.say(row['done'], 'count')} of {units.say(row['n'], 'count')}"
        said = f"{head}: {units.say(share, '%')} {found.verb}{f' ({limits})' if limits else ''}; {counted}"
        rows.append([cohort, day, share, _whole(share), (share - least) / (100 - least), said])
    return pd.DataFrame(rows, columns=["cohort", "day", "share", "label", "on", "said"])


def _lines(found: Cohorts) -> pd.DataFrame:
    """The curves; the dashed part begins at the last day everybody was followed for."""
    rows, by = found.curves.copy(), found.scope.by
    newest = found.sizes["period"].max()
    rows["kind"] = ["all" if period == "all" else "newest" if period == newest else "before" for period in rows["period"]]
    last = rows[rows["is_followed"]].groupby("period")["day"].max()
    rows["is_open"] = rows["day"] >= rows["period"].map(last).fillna(0)
    rows["said"] = [
        f"{'All together' if period == 'all' else when(str(period), by)}, day {day}: {units.say(share, '%')} {found.verb}"
        f"{'' if followed else ', estimated'}"
        for period, day, share, followed in zip(rows["period"], rows["day"], rows["share"], rows["is_followed"], strict=True)
    ]
    return rows.rename(columns={"period": "cohort"})[["cohort", "kind", "day", "share", "is_followed", "is_open", "said"]]


def _table(found: Cohorts) -> pd.DataFrame:
    """Cohorts and days with n and intervals, the newest first."""
    by = found.scope.by
    sizes = found.sizes.sort_values("period", ascending=False)
    table: dict[str, list[Any]] = {
        "Week of" if by == "week" else "Created in": [listed(str(period), by) for period in sizes["period"]],
        "Tickets": sizes["n"].tolist(),
        "Still open": sizes["still_open"].tolist(),
    }
    for day in found.days:
        cells = found.cells[found.cells["day"] == day].set_index("period").loc[sizes["period"]]
        words = []
        for share, low, high in zip(cells["share"], cells["low"], cells["high"], strict=True):
            limits = units.say_interval(low, high, "%")
            words.append(units.say(None if pd.isna(share) else share, "%") + (f" ({limits})" if limits else ""))
        table[f"By day {day}"] = words
    return pd.DataFrame(table)


def _curves_table(found: Cohorts) -> pd.DataFrame:
    rows, by = found.curves, found.scope.by
    return pd.DataFrame(
        {
            "Created in": ["all together" if period == "all" else listed(str(period), by) for period in rows["period"]],
            "Day": rows["day"].tolist(),
            f"Share {found.verb}": [units.say(share, "%") for share in rows["share"]],
            "Everybody followed": ["yes" if followed else "no" for followed in rows["is_followed"]],
        }
    )
