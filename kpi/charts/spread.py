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
LABEL = 15
"""Height of a line of labels."""
ROOM = 4
"""Lines of labels above the bars at most."""


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """The round times from `low` to `high` seconds, for a log axis."""
    return tuple(float(tick) for tick in ROUND if low <= tick <= high)


def _x(unit: str, is_log: bool, low: float, high: float, ticks: tuple[float, ...], title: str) -> dict[str, Any]:
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit), "title": title, "grid": False, "labelOverlap": True, "labelFlush": True}
    if ticks:
        axis["values"] = list(ticks)
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
    label = {
        "type": "text",
        "style": "ink",
        "align": {"expr": "datum.to_left ? 'right' : 'left'"},
        "dx": {"expr": "datum.to_left ? -4 : 4"},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": base.USUAL,
        "padding": {"top": LABEL * ROOM},
        "layer": [
            {
                "data": {"name": "d"},
                "mark": {"type": "bar", "opacity": 0.75, "binSpacing": 1, "cornerRadiusEnd": 0},
                "encoding": {
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "y": y,
                    "color": first,
                    "tooltip": {"field": "said", "type": "nominal"},
                },
            },
            {
                "data": {"name": "m"},
                "transform": [{"filter": "!datum.is_limit"}],
                "mark": {
                    "type": "rule",
                    "style": "ink_line",
                    "strokeWidth": 1.5,
                    "y": {"expr": f"datum.row * {LABEL} - {LABEL * ROOM - 6}"},
                    "y2": "height",
                },
                "encoding": {"x": at},
            },
            {
                "data": {"name": "m"},
                "transform": [{"filter": "datum.is_limit"}],
                "mark": {"type": "rule", "style": "target", "y": {"expr": f"datum.row * {LABEL} - {LABEL * ROOM - 6}"}, "y2": "height"},
                "encoding": {"x": at},
            },
            {
                "data": {"name": "m"},
                "mark": {**label, "y": {"expr": f"datum.row * {LABEL} - {LABEL * ROOM - 12}"}},
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
        "axis": {"labelExpr": units.axis_label("%"), "title": None, "values": [0, 25, 50, 75, 90, 100]},
        "scale": {"domain": [0, 100]},
    }
    first = {"datum": "rows", "type": "nominal", "legend": None}
    say = {"field": "said", "type": "nominal"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": base.USUAL,
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
