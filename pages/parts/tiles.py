"""A metric as a tile: label, value, change, sparkline, interval and n. Everything it says comes from a Result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import streamlit as st

from kpi import Metric, Result, units
from kpi.forms import Ratio
from kpi.forms.base import SMALL_SAMPLE
from kpi.measure.words import SPOKEN, behind, too_few
from kpi.units import NBSP
from pages.parts import asked_dates, links, steady
from pages.parts.asked_words import needed
from pages.parts.words import plain

FEWEST_POINTS = 4
"""A sparkline of fewer complete periods says nothing."""
DIRECTION: dict[str, Any] = {"higher": "normal", "lower": "inverse", "neither": "off"}
Row = Mapping[str, Any]


def wall(
    names: Sequence[str],
    now: Result,
    past: Result,
    lacks: Mapping[str, Sequence[str]],
    chips: Mapping[str, tuple[str, str]] | None = None,
    doubted: Collection[str] = (),
) -> None:
    """Tiles of some metrics, in rows of equal cards that reflow on a narrow screen; `lacks` says which columns keep one grey.

    `doubted` are changes that whole days scatter as much as: beyond noise by their rows, and yet not to be coloured. `chips` are the states
    of targets by metric, a word with its colour: whether a line is crossed is one thing, whether a number changed another.
    """
    rows = {row["metric"]: row for row in now.records()}
    lines = series(past)
    with st.grid(4, min_column_width=225):
        for name in names:
            with st.container(border=True, height="stretch", key=f"tile_{name}", gap="xsmall"):
                if lacks.get(name):
                    blank(now.metrics[name], lacks[name])
                else:
                    tile(now, rows[name] | ({"is_beyond_noise": False} if name in doubted else {}), lines.get(name, []), name in doubted)
                    if chips and name in chips:
                        word, colour = chips[name]
                        st.badge(word, icon=":material/flag:", color=cast(Any, colour))


def tile(now: Result, row: Row, line: Sequence[float], is_doubted: bool = False) -> None:
    """One metric, its label a link to how it is made."""
    metric = now.metrics[row["metric"]]
    _head(metric, name_of(metric, row), _help(now, row) + (f"\n\n{steady.SAID}" if is_doubted else ""))
    _value(now, row, line)


def _value(now: Result, row: Row, line: Sequence[float]) -> None:
    """The number. A change has colour only beyond noise, and a word for what it is."""
    metric, currency = now.metrics[row["metric"]], now.currency or None
    label = name_of(metric, row)
    if row["value"] is None:
        st.metric(label, units.say(None, metric.unit), label_visibility="collapsed")
        st.caption(plain("; ".join(row["notes"])) or "nothing to measure in these dates")
        return
    if few := too_few(metric, row, now.scope.ask):
        st.metric(label, few, chart_data=line if len(line) >= FEWEST_POINTS else None, label_visibility="collapsed")
        st.caption(
            f"n = {units.say(row['n'], 'count')}: too few for {'a percentage' if metric.unit == '%' else 'a score'}".replace(" ", NBSP, 2)
        )
        return
    days = not (now.scope.clock == "business" and "clock" in metric.params)  # a working day is not 24 hours
    change, beyond = row.get("change"), bool(row.get("is_beyond_noise"))
    st.metric(
        label,
        units.say(row["value"], metric.unit, currency, days=days, n=None if isinstance(metric.form, Ratio) else row["n"]),
        None if change is None else units.say_change(change, metric.unit, currency, days=days),
        delta_color=DIRECTION[metric.better] if beyond else "off",
        delta_arrow="auto" if change else "off",
        delta_description=verdict(row) or None,
        chart_data=line if len(line) >= FEWEST_POINTS else None,
        chart_type="bar" if metric.unit == "count" else "line",
        label_visibility="collapsed",
    )
    limits = units.say_interval(row["low"], row["high"], metric.unit, currency, days=days)
    stands_on = behind(metric, row, now.scope.ask, currency)
    said = [part.replace(" ", NBSP) for part in (limits, stands_on) if part]  # "n = 24,918" never breaks
    if said:
        st.caption(" · ".join(said))


def blank(metric: Metric, lacks: Sequence[str]) -> None:
    """A metric these data cannot tell, grey and in its place, with what it would need."""
    _head(metric, metric.label, f"{metric.about}\n\n*{plain(metric.formula)}*")
    st.metric(metric.label, f":gray[{units.UNKNOWN}]", label_visibility="collapsed")
    st.caption(f"needs: {needed(lacks)}")


def _head(metric: Metric, label: str, text: str) -> None:
    st.page_link(
        "number.py",
        label=plain(label),
        query_params=links.query(metric=metric.name),
        help=text,
        icon=":material/chevron_right:",
        icon_position="right",
    )


def name_of(metric: Metric, row: Row) -> str:
    """ "First reply, median": the label, with the statistic where there is a choice."""
    return ", ".join([metric.label, *(SPOKEN[note] for note in row["notes"] if note in SPOKEN)])


def verdict(row: Row) -> str:
    """What a change is, in words; "" where there is none or nothing tells its noise."""
    if row.get("change") is None:
        return ""
    if row["is_beyond_noise"]:
        return "beyond noise"
    if row["unit"] != "count" and min(row["n"] or 0, row["before_n"] or 0) < SMALL_SAMPLE:
        return "too few"
    return "" if row["change_low"] is None else "no clear change"


def series(past: Result) -> dict[str, list[float]]:
    """Metric -> its values over the complete periods of a result, oldest first."""
    lines: dict[str, list[float]] = {}
    for row in past.records():
        if row["is_complete"] and row["value"] is not None:
            lines.setdefault(row["metric"], []).append(row["value"])
    return lines


def _help(now: Result, row: Row) -> str:
    """What it is and how it is made; then the result's own sentence, with the exact dates compared."""
    metric, before = now.metrics[row["metric"]], now.scope.before()
    against = f"Compared with {asked_dates.said(before.start, before.end)}." if before and row.get("change") is not None else ""
    parts = [metric.about, f"*{plain(metric.formula)}*", plain(now.sentence(row)), against]
    return "\n\n".join(part for part in parts if part)
