"""What customers write: shares of themes with their intervals, a theme over time, and words that mark low or high scores."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base
from kpi.charts.events import flags

UTC = "utcyearmonthdate"
_DATES = {"week": "%-d %b", "month": "%b %Y"}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_SAY = {"field": "said", "type": "nominal"}


def _names(field: str) -> dict[str, Any]:
    axis = {"title": None, "grid": False, "ticks": False, "domain": False, "labelLimit": 150, "labelOverlap": False, "labelFlush": False}
    return {"field": field, "type": "nominal", "sort": None, "axis": axis}


@lru_cache(maxsize=8)
def shares(title: str, has_whole: bool = False) -> dict[str, Any]:
    """The spec of shares with intervals. Data "d", in the order to be shown: label, value, low, high (per cent; null: too few), said; "w", with `has_whole`:
    value (the share of all comments, a dashed line)."""
    x = {
        "field": "value",
        "type": "quantitative",
        "title": title,
        "axis": {"labelExpr": units.axis_label("%"), "grid": True, "tickCount": 5},
        "scale": {"zero": True, "nice": True},
    }
    y = _names("label")
    first = {"datum": "value", "type": "nominal", "legend": None}
    d = {"data": {"name": "d"}}
    whole = {"data": {"name": "w"}, "mark": {"type": "rule", "style": "target"}, "encoding": {"x": x, "tooltip": _SAY}}
    return {
        "$schema": _SCHEMA,
        "height": {"step": 30},
        "layer": [
            {
                **d,
                "mark": {"type": "text", "opacity": 0, "text": ""},
                "encoding": {"y": y},
            },  # every row has its place, also one without a share
            {
                **d,
                "transform": [{"filter": "!isValid(datum.value)"}],
                "mark": {"type": "text", "style": "quiet", "text": "too few to tell", "align": "right", "fontSize": 11},
                "encoding": {"x": {"value": {"expr": "width"}}, "y": y, "tooltip": _SAY},
            },
            {
                **d,
                "mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round", "opacity": 0.55},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": first},
            },
            {**d, "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1}, "encoding": {"x": x, "y": y, "color": first}},
            *([whole] if has_whole else []),
            {**d, "mark": {"type": "point", "filled": True, "size": 500, "opacity": 0}, "encoding": {"x": x, "y": y, "tooltip": _SAY}},
        ],
    }


@lru_cache(maxsize=8)
def over_time(by: str, has_limits: bool) -> dict[str, Any]:
    """The spec of one theme over time. Data "d": ISO `period`, `value` (per cent), `limit_low`, `limit_high`, `centre`, `is_complete`, `is_out`,
    `said`; "e": dated notes (see `kpi.charts.events.flags`)."""
    axis = {"format": _DATES[by], "grid": False, "tickCount": 8, "labelOverlap": True, "labelFlush": True}
    x = {"field": "period", "type": "temporal", "timeUnit": UTC, "title": None, "axis": axis}
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": {"labelExpr": units.axis_label("%"), "title": None, "grid": True},
        "scale": {"zero": True, "nice": True},
    }
    first = {"datum": "value", "type": "nominal", "legend": None}
    d: dict[str, Any] = {"data": {"name": "d"}}
    limits: list[dict[str, Any]] = [
        {
            **d,
            "transform": [{"filter": "isValid(datum.limit_low)"}],
            "mark": {"type": "area", "style": "band", "opacity": 0.1, "line": False, "interpolate": "step"},
            "encoding": {"x": x, "y": {**y, "field": "limit_low"}, "y2": {"field": "limit_high"}},
        },
        {
            **d,
            "transform": [{"filter": "isValid(datum.centre)"}],
            "mark": {"type": "line", "style": "quiet_line", "strokeDash": [2, 3]},
            "encoding": {"x": x, "y": {**y, "field": "centre"}},
        },
    ]
    known = "isValid(datum.value)"
    return {
        "$schema": _SCHEMA,
        "height": base.USUAL,
        "padding": {"top": 14, "bottom": 5, "left": 5, "right": 5},
        "layer": [
            *flags(x),
            *(limits if has_limits else []),
            {
                **d,
                "transform": [{"filter": f"{known} && datum.is_complete"}],
                "mark": {"type": "line"},
                "encoding": {"x": x, "y": y, "color": first},
            },
            {
                **d,
                "transform": [{"filter": f"{known} && datum.is_complete"}],
                "mark": {"type": "point", "filled": True, "size": 22},
                "encoding": {"x": x, "y": y, "color": first},
            },
            {
                **d,
                "transform": [{"filter": f"{known} && !datum.is_complete"}],
                "mark": {"type": "point", "filled": False, "size": 50, "strokeWidth": 1.5},
                "encoding": {"x": x, "y": y, "color": first},
            },
            {
                **d,
                "transform": [{"filter": "datum.is_out"}],
                "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 110, "opacity": 1, "style": "ink"},
                "encoding": {"x": x, "y": y},
            },
            {
                **d,
                "transform": [{"filter": known}],
                "mark": {"type": "point", "filled": True, "size": 400, "opacity": 0},
                "encoding": {"x": x, "y": y, "tooltip": _SAY},
            },
        ],
    }


@lru_cache(maxsize=2)
def words(title: str) -> dict[str, Any]:
    """The spec of words that separate scores. Data "d", in the order to be shown: word, strength (z: below 0 to the left, low scores), side ("low",
    "high"), said."""
    x = {
        "field": "strength",
        "type": "quantitative",
        "title": title,
        "axis": {"grid": True, "tickCount": 5, "labelExpr": "abs(datum.value)"},
    }
    y = _names("word")
    styles = (("low", "bad"), ("high", "good"))
    return {
        "$schema": _SCHEMA,
        "height": {"step": 24},
        "layer": [
            *(
                {
                    "data": {"name": "d"},
                    "transform": [{"filter": f"datum.side == '{side}'"}],
                    "mark": {"type": "bar", "style": style, "height": 12},
                    "encoding": {"x": x, "x2": {"datum": 0}, "y": y, "tooltip": _SAY},
                }
                for side, style in styles
            ),
            {
                "data": {"name": "d"},
                "mark": {"type": "bar", "opacity": 0},
                "encoding": {"x": x, "x2": {"datum": 0}, "y": y, "tooltip": _SAY},
            },
        ],
    }
