"""A metric as a tile: label, value, change, sparkline, interval and n. Everything it says comes from a Result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import streamlit as st

from kpi import Metric, Result
from kpi.report import tiles as told
from kpi.report.blocks import Tile
from kpi.report.tiles import name_of, series, verdict
from pages.parts import asked_dates, links, recorded, steady
from pages.parts.asked_words import needed
from pages.parts.words import plain

__all__ = ["blank", "name_of", "series", "tile", "verdict", "wall"]

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
    rows, lines, drawn = {row["metric"]: row for row in now.records()}, series(past), []
    with st.grid(4, min_column_width=225):
        for name in names:
            with st.container(border=True, height="stretch", key=f"tile_{name}", gap="xsmall"):
                if lacks.get(name):
                    drawn.append(blank(now.metrics[name], lacks[name]))
                else:
                    row = rows[name] | ({"is_beyond_noise": False} if name in doubted else {})
                    drawn.append(tile(now, row, lines.get(name, []), name in doubted, (chips or {}).get(name)))
    recorded.tiles(drawn)


def tile(now: Result, row: Row, line: Sequence[float], is_doubted: bool = False, chip: tuple[str, str] | None = None) -> Tile:
    """One metric, its label a link to how it is made. A change has colour only beyond noise, and a word for what it is."""
    metric = now.metrics[row["metric"]]
    _head(metric, name_of(metric, row), _help(now, row) + (f"\n\n{steady.SAID}" if is_doubted else ""))
    said = _value(now, row, line, chip)
    if chip:
        st.badge(chip[0], icon=":material/flag:", color=cast(Any, chip[1]))
    return said


def _value(now: Result, row: Row, line: Sequence[float], chip: tuple[str, str] | None = None) -> Tile:
    """The number with its change, its small line, its interval and n."""
    metric = now.metrics[row["metric"]]
    said = told.tile(now, row, line, chip=chip, about=f"{metric.about} {metric.formula}")
    st.metric(
        said.label,
        said.value,
        said.change or None,
        delta_color=DIRECTION[metric.better] if row.get("is_beyond_noise") else "off",
        delta_arrow="auto" if row.get("change") else "off",
        delta_description=said.verdict or None,
        chart_data=said.line if len(said.line) >= FEWEST_POINTS else None,
        chart_type="bar" if said.is_count else "line",
        label_visibility="collapsed",
    )
    if said.below:
        st.caption(plain(said.below) if said.note else said.below)
    return said


def blank(metric: Metric, lacks: Sequence[str]) -> Tile:
    """A metric these data cannot tell, grey and in its place, with what it would need."""
    said = told.lacking(metric, needed(lacks), f"{metric.about} {metric.formula}")
    _head(metric, said.label, f"{metric.about}\n\n*{plain(metric.formula)}*")
    st.metric(said.label, f":gray[{said.value}]", label_visibility="collapsed")
    st.caption(said.below)
    return said


def _head(metric: Metric, label: str, text: str) -> None:
    links.to(
        "number.py",
        or_text=True,
        label=plain(label),
        query_params=links.query(metric=metric.name),
        help=text,
        icon=":material/chevron_right:",
        icon_position="right",
    )


def _help(now: Result, row: Row) -> str:
    """What it is and how it is made; then the result's own sentence, with the exact dates compared."""
    metric, before = now.metrics[row["metric"]], now.scope.before()
    against = f"Compared with {asked_dates.said(before.start, before.end)}." if before and row.get("change") is not None else ""
    parts = [metric.about, f"*{plain(metric.formula)}*", plain(now.sentence(row)), against]
    return "\n\n".join(part for part in parts if part)
