"""A distribution as bars and as a rising curve, over a log scale of time or a plain scale of numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

ROUND = (
    *(1, 5, 15),
    *(60 * minutes for minutes in (1, 5, 15)),
    *(3_600 * hours for hours in (1, 4, 12)),
    *(86_400 * days for days in (1, 3, 7, 30, 90, 365, 1_095, 3_650)),
)
"""Times one knows by heart, spread about evenly over a log scale."""
LABEL = 14
"""Height of a line of labels."""
ROOM = 3
"""Lines of labels above the bars: one a mark."""
HEIGHT = base.HIGHEST


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """The round times from `low` to `high` seconds, for a log axis."""
    return tuple(float(tick) for tick in ROUND if low <= tick <= high)


def _x(unit: str, is_log: bool, low: float, high: float, ticks: tuple[float, ...], title: str) -> dict[str, Any]:
    """The axis both charts share; bars of whole numbers stand half a step beyond their ends, and only whole numbers are written."""
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit), "title": title, "grid": False, "labelOverlap": True, "labelFlush": True}
    if ticks:
        axis["values"] = list(ticks)
    if not is_log and low % 1 == high % 1 == 0.5:
        axis["tickMinStep"] = 1
    scale: dict[str, Any] = {"domain": [low, high], "nice": False, "zero": False}
    return {"type": "quantitative", "axis": axis, "scale": scale | ({"type": "log"} if is_log else {})}


@lru_cache(maxsize=256)
def bars(unit: str, is_log: bool, low: float, high: float, ticks: tuple[float, ...], title: str) -> dict[str, Any]:
    """The spec of the bars. Data "d": low, high, share, said; "m", the marks: value, label, row (0 is the topmost line of labels), is_limit.

    `low` and `high` are the ends of the axis in `unit`, `ticks` its marks (none: the theme's choice), `title` says what it is and that it is log.
    """
    x = _x(unit, is_log, low, high, ticks, title)
    y = {
        "field": "share",
        "type": "quantitative",
        "axis": {"labelExpr": units.axis_label("%"), "title": None},
        "scale": {"zero": True, "nice": True},
    }
    first = {"datum": "rows", "type": "nominal", "legend": None}
    at = {**x, "field": "value"}
    top: dict[str, Any] = {"y": {"expr": f"datum.row * {LABEL} - {LABEL * ROOM}"}, "y2": {"expr": "height"}}
    beside: dict[str, Any] = {"align": {"expr": "datum.to_left ? 'right' : 'left'"}, "dx": {"expr": "datum.to_left ? -4 : 4"}}
    rules: list[Any] = [
        {
            "data": {"name": "m"},
            "transform": [{"filter": condition}],
            "mark": {"type": "rule", "style": style, "strokeWidth": 1.5, **top},
            "encoding": {"x": at},
        }
        for condition, style in (("!datum.is_limit", "ink_line"), ("datum.is_limit", "target"))
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": HEIGHT,
        "padding": {"top": LABEL * ROOM + 6, "left": 5, "right": 5, "bottom": 5},
        "layer": [
            {
                "data": {"name": "d"},
                "mark": {"type": "rect", "opacity": 0.8},
                "encoding": {
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "y": y,
                    "y2": {"datum": 0},
                    "color": first,
                    "tooltip": {"field": "said", "type": "nominal"},
                },
            },
            *rules,
            {
                "data": {"name": "m"},
                "mark": {"type": "text", "style": "ink", **beside, "y": {"expr": f"datum.row * {LABEL} - {LABEL * ROOM - 6}"}},
                "encoding": {"x": at, "text": {"field": "label", "type": "nominal"}, "tooltip": {"field": "said", "type": "nominal"}},
            },
        ],
    }


@lru_cache(maxsize=256)
def curve(unit: str, is_log: bool, low: float, high: float, ticks: tuple[float, ...], title: str) -> dict[str, Any]:
    """The spec of the rising curve. Data "c": value, share, said; "m", the marks: value, low, high (of its interval), share, label, said."""
    x = _x(unit, is_log, low, high, ticks, title)
    y = {
        "field": "share",
        "type": "quantitative",
        "axis": {
            "labelExpr": units.axis_label("%"),
            "title": None,
            "values": [0, 25, 50, 75, 90, 100],
            "tickCount": 7,
            "labelOverlap": False,
        },
        "scale": {"domain": [0, 100]},
    }
    first = {"datum": "rows", "type": "nominal", "legend": None}
    say = {"field": "said", "type": "nominal"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": HEIGHT,
        "layer": [
            {
                "data": {"name": "c"},
                "mark": {"type": "line", "interpolate": "step-after"},
                "encoding": {"x": {**x, "field": "value"}, "y": y, "color": first},
            },
            {
                "data": {"name": "c"},
                "mark": {"type": "point", "filled": True, "size": 120, "opacity": 0},
                "encoding": {"x": {**x, "field": "value"}, "y": y, "tooltip": say},
            },
            {
                "data": {"name": "m"},
                "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
                "mark": {"type": "rule", "style": "ink_line", "strokeWidth": 5, "opacity": 0.35},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
            },
            {
                "data": {"name": "m"},
                "mark": {"type": "point", "filled": True, "size": 50, "style": "ink"},
                "encoding": {"x": {**x, "field": "value"}, "y": y, "tooltip": say},
            },
            {
                "data": {"name": "m"},
                "mark": {
                    "type": "text",
                    "style": "ink",
                    "align": {"expr": "datum.to_left ? 'right' : 'left'"},
                    "dx": {"expr": "datum.to_left ? -8 : 8"},
                    "dy": {"expr": "datum.to_left ? -8 : 12"},
                },
                "encoding": {"x": {**x, "field": "value"}, "y": y, "text": {"field": "label", "type": "nominal"}},
            },
        ],
    }
