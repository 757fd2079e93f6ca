"""A metric as a tile: label, value, change, sparkline, interval and n. Everything it says comes from a Result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from kpi import Metric, Result, units
from kpi.forms import Ratio
from kpi.metric import STATISTICS
from pages.parts.words import plain

FEWEST_POINTS = 4
"""A sparkline of fewer complete periods says nothing."""
DIRECTION: dict[str, Any] = {"higher": "normal", "lower": "inverse", "neither": "off"}


def wall(names: Sequence[str], now: Result, past: Result) -> None:
    """Tiles of some metrics, in rows of equal cards that reflow on a narrow screen."""
    rows = {row["metric"]: row for row in now.records()}
    lines = series(past)
    with st.grid(4, min_column_width=225):
        for name in names:
            with st.container(border=True, height="stretch", key=f"tile_{name}", gap="xsmall"):
                tile(now.metrics[name], rows[name], lines.get(name, []), now.currency or None)


def tile(metric: Metric, row: Mapping[str, Any], line: Sequence[float], currency: str | None) -> None:
    """One metric. A change has colour only beyond noise; a metric the data cannot give says what it needs."""
    label = ", ".join([metric.label, *(note for note in row["notes"] if note in STATISTICS)])
    if row["value"] is None:
        st.metric(label, units.say(None, metric.unit), help=_help(metric, row))
        st.caption(plain("; ".join(row["notes"])) or "no data in these dates")
        return
    change, beyond = row.get("change"), bool(row.get("is_beyond_noise"))
    st.metric(
        label,
        units.say(row["value"], metric.unit, currency, n=None if isinstance(metric.form, Ratio) else row["n"]),
        None if change is None else units.say_change(change, metric.unit, currency),
        delta_color=DIRECTION[metric.better] if beyond else "off",
        delta_arrow="auto" if change else "off",
        delta_description=None if change is None else "beyond noise" if beyond else "no clear change",
        chart_data=line if len(line) >= FEWEST_POINTS else None,
        chart_type="bar" if metric.unit == "count" else "line",
        help=_help(metric, row),
    )
    said = units.say_interval(row["low"], row["high"], metric.unit, currency), behind(metric, row)
    if any(said):
        st.caption(" · ".join(part for part in said if part))


def behind(metric: Metric, row: Mapping[str, Any]) -> str:
    """How many rows stand behind a value: "15,803 of 24,918" for a share of rows, else "n = 24,918"; "" where that says nothing."""
    if isinstance(metric.form, Ratio) and metric.unit == "%":
        return ""  # two sums of time, not of rows
    if metric.unit == "%" and row["top"] <= row["bottom"]:
        return f"{units.say(row['top'], 'count')} of {units.say(row['bottom'], 'count')}"
    return "" if row["n"] in (None, row["value"]) else f"n = {units.say(row['n'], 'count')}"


def series(past: Result) -> dict[str, list[float]]:
    """Metric -> its values over the complete periods of a result, oldest first."""
    lines: dict[str, list[float]] = {}
    for row in past.records():
        if row["is_complete"] and row["value"] is not None:
            lines.setdefault(row["metric"], []).append(row["value"])
    return lines


def _help(metric: Metric, row: Mapping[str, Any]) -> str:
    notes = [f"- {plain(note)}" for note in row["notes"] if note not in STATISTICS]
    return "\n".join([metric.about, "", f"*{plain(metric.formula)}*", "", *notes])
