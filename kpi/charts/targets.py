"""Targets as pictures: a bullet (value, interval, where it should be, goal), the path with what happened and what may come, and hit rates."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
BULLET = 78
"""Its height with its axis; the marks are 34 high."""
_UTC = "utcyearmonthdate"
_SAY = {"field": "said", "type": "nominal"}
_FIRST = {"datum": "value", "type": "nominal", "legend": None}


@lru_cache(maxsize=128)
def bullet(
    unit: str, currency: str | None = None, ticks: tuple[float, ...] = (), parts: tuple[str, ...] = ("interval", "band")
) -> dict[str, Any]:
    """One target: the value as a bar from zero, its interval, a long mark at the goal, a short one at what the path asks for now.

    Data "d": one row with `zero`, `value`, `low`, `high`, `goal`, `asked`, `said`. With "band" in `parts` data "b": `low`, `high`, `said`, the range of
    published figures. `ticks` are the marks of an axis of seconds.
    """
    axis: dict[str, Any] = {
        "labelExpr": units.axis_label(unit, currency),
        "title": None,
        "grid": False,
        "tickCount": 5,
        "labelOverlap": True,
    }
    if ticks:
        axis["values"] = list(ticks)
    x = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": True, "nice": True}}
    layers = [
        (
            "band",
            {
                "data": {"name": "b"},
                "mark": {"type": "rect", "style": "band", "height": 34},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": _SAY},
            },
        ),
        ("", {"mark": {"type": "bar", "height": 12}, "encoding": {"x": x, "color": _FIRST, "tooltip": _SAY}}),
        (
            "interval",
            {
                "mark": {"type": "rule", "style": "ink_line", "strokeWidth": 2},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": _SAY},
            },
        ),
        (
            "asked",
            {
                "mark": {"type": "tick", "style": "ink", "opacity": 1, "thickness": 2, "size": 20},
                "encoding": {"x": {**x, "field": "asked"}, "tooltip": _SAY},
            },
        ),
        (
            "",
            {
                "mark": {"type": "tick", "style": "ink", "opacity": 1, "thickness": 4, "size": 34},
                "encoding": {"x": {**x, "field": "goal"}, "tooltip": _SAY},
            },
        ),
    ]
    return {
        "$schema": SCHEMA,
        "height": BULLET,
        "data": {"name": "d"},
        "layer": [layer for part, layer in layers if not part or part in parts],
        "config": {"view": {"stroke": None}},
    }


@lru_cache(maxsize=128)
def course(
    unit: str, currency: str | None = None, ticks: tuple[float, ...] = (), parts: tuple[str, ...] = ("fan", "levels")
) -> dict[str, Any]:
    """The course of a target: complete weeks as a line, the path dashed, the fan of what may come, and the levels that are compared.

    Data "d": `period`, `value`, `said` of each week; "p": the path, likewise; "g": the goal, likewise. With "fan" in `parts` data "f": `period`, `low`,
    `middle`, `high`, `said`; with "levels" data "l": one row per level with `start`, `end`, `value`, `low`, `high`, `said`.
    """
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit, currency), "title": None, "grid": True}
    if ticks:
        axis["values"] = list(ticks)
    x = {
        "field": "period",
        "type": "temporal",
        "timeUnit": _UTC,
        "title": None,
        "axis": {"format": "%b %Y", "grid": False, "tickCount": 8, "labelOverlap": True, "labelFlush": True},
    }
    y = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": False, "nice": True}}
    band = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    span = {"x": {**x, "field": "start"}, "x2": {"field": "end", "timeUnit": _UTC}}

    def layer(data: str, mark: str, encoding: dict[str, Any], *, said: bool = False, **style: Any) -> dict[str, Any]:
        return {"data": {"name": data}, "mark": {"type": mark, **style}, "encoding": {**encoding, **({"tooltip": _SAY} if said else {})}}

    point, coloured = {"x": x, "y": y}, {"color": _FIRST}
    layers = [
        ("fan", layer("f", "area", {"x": x, **band}, said=True, style="band")),
        ("fan", layer("f", "line", {"x": x, "y": {**y, "field": "middle"}}, style="quiet_line", strokeDash=[2, 3])),
        ("levels", layer("l", "rect", {**span, **band, **coloured}, said=True, opacity=0.22)),
        ("", layer("d", "line", point | coloured, strokeWidth=1, opacity=0.75)),
        ("", layer("d", "point", point | coloured, said=True, filled=True, size=18)),
        ("levels", layer("l", "rule", {**span, "y": y, **coloured}, said=True, strokeWidth=3)),
        ("", layer("p", "line", point, style="target")),
        ("", layer("p", "point", point, said=True, filled=True, size=300, opacity=0)),
        ("", layer("g", "point", point, said=True, shape="diamond", filled=True, size=110, style="ink")),
    ]
    return {"$schema": SCHEMA, "height": base.HIGHEST, "layer": [layer for part, layer in layers if not part or part in parts]}


@lru_cache(maxsize=4)
def hit_rates(order: tuple[str, ...]) -> dict[str, Any]:
    """Hit rates with their intervals, a row each, against what was claimed (a dashed line).

    Data "d": `what`, `rate`, `low`, `high`, `said`; data "c": one row with `claimed`.
    """
    x = {
        "field": "rate",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 100]},
        "axis": {"labelExpr": units.axis_label("%"), "tickCount": 5, "grid": True},
    }
    y = {
        "field": "what",
        "type": "nominal",
        "title": None,
        "sort": list(order),
        "axis": {"labelLimit": 260, "ticks": False, "domain": False},
    }
    return {
        "$schema": SCHEMA,
        "height": {"step": 30},
        "layer": [
            {"data": {"name": "c"}, "mark": {"type": "rule", "style": "target"}, "encoding": {"x": {**x, "field": "claimed"}}},
            {
                "data": {"name": "d"},
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": _FIRST, "tooltip": _SAY},
            },
            {
                "data": {"name": "d"},
                "mark": {"type": "point", "filled": True, "size": 90},
                "encoding": {"x": x, "y": y, "color": _FIRST, "tooltip": _SAY},
            },
        ],
    }
