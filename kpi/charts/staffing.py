"""Agents by half-hour: the week as a table of shades, and one day as a curve."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi.charts import base

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_SAY = {"field": "said", "type": "nominal"}
_HOUR = "substring(datum.label, 3) == '00' && toNumber(substring(datum.label, 0, 2)) % 3 == 0 ? substring(datum.label, 0, 5) : ''"


@lru_cache(maxsize=8)
def week(most: int, slots: tuple[str, ...], days: tuple[str, ...], numbers: bool = True) -> dict[str, Any]:
    """The spec of the week. Data "w": one row a half-hour with `clock`, `day`, `agents` and `said`. Darker takes more; the number stands in the cell."""
    x = {
        "field": "clock", "type": "ordinal", "title": None, "sort": list(slots), "scale": {"domain": list(slots)},
        "axis": {"labelExpr": _HOUR, "ticks": False, "grid": False, "labelAngle": 0, "labelOverlap": False, "domain": False},
    }  # fmt: skip
    y = {
        "field": "day", "type": "ordinal", "title": None, "sort": list(days), "scale": {"domain": list(days)},
        "axis": {"ticks": False, "domain": False, "grid": False, "labelExpr": "substring(datum.label, 0, 3)"},
    }  # fmt: skip
    shade = {
        "field": "agents", "type": "quantitative", "legend": None, "scale": {"domain": [0, max(most, 1)], "range": [0.08, 0.9]},
    }  # fmt: skip
    named = {"data": {"name": "w"}}
    cells = {
        **named,
        "mark": {"type": "rect"},
        "encoding": {
            "x": x, "y": y, "opacity": shade, "color": {"datum": "agents", "type": "nominal", "legend": None}, "tooltip": _SAY,
        },
    }  # fmt: skip
    half = 0.55 * max(most, 1)
    texts = [
        {
            **named,
            "transform": [{"filter": f"datum.agents {sign} {half}"}],
            "mark": {"type": "text", "style": style, "fontSize": 11},
            "encoding": {"x": x, "y": y, "text": {"field": "agents", "type": "quantitative"}, "tooltip": _SAY},
        }
        for sign, style in (("<=", "ink"), (">", "paper"))
    ]
    return {"$schema": SCHEMA, "height": 34 * len(days) + 20, "layer": [cells, *(texts if numbers else [])]}


@lru_cache(maxsize=8)
def day(slots: tuple[str, ...], has_roster: bool = False) -> dict[str, Any]:
    """The spec of a day. Data "d": one row a half-hour with `clock`, `agents`, `low`, `high`, `load` and `said`; "r", with a roster: one row with `agents`
    on duty and `label`."""
    x = {
        "field": "clock", "type": "ordinal", "title": None, "sort": list(slots), "scale": {"domain": list(slots)},
        "axis": {"labelExpr": _HOUR, "ticks": False, "grid": False, "labelAngle": 0, "labelOverlap": False},
    }  # fmt: skip
    y = {"field": "agents", "type": "quantitative", "title": "agents", "scale": {"zero": True, "nice": True}, "axis": {"tickMinStep": 1}}
    named = {"data": {"name": "d"}}
    first = {"datum": "agents", "type": "nominal", "legend": None}
    layers: list[dict[str, Any]] = [
        {
            **named,
            "mark": {"type": "bar", "opacity": 0.55, "width": {"band": 0.92}},
            "encoding": {"x": x, "y": y, "color": first, "tooltip": _SAY},
        },
        {
            **named,
            "mark": {"type": "rule", "style": "ink_line", "strokeWidth": 1.5},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": _SAY},
        },
        {
            **named,
            "mark": {"type": "line", "style": "quiet_line", "interpolate": "step", "strokeDash": [2, 2]},
            "encoding": {"x": x, "y": {**y, "field": "load"}},
        },
    ]
    if has_roster:
        layers += [
            {"data": {"name": "r"}, "mark": {"type": "rule", "style": "target"}, "encoding": {"y": y}},
            *(
                {
                    "data": {"name": "r"},
                    "mark": {"type": "text", "style": style, "align": "left", "baseline": "bottom", "dy": -3, "x": 4},
                    "encoding": {"y": y, "text": {"field": "label", "type": "nominal"}},
                }
                for style in ("halo", "ink")
            ),
        ]
    return {"$schema": SCHEMA, "height": base.USUAL, "layer": layers}
