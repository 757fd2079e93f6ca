"""What if: where a number may go with and without a change, where inputs have been, the shape of a link, goals turned round, and the tree."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
UTC = "utcyearmonthdate"
_SAY = {"field": "said", "type": "nominal"}
_NOW, _MOVED = "as it is", "with the change"
_PHONE = "width < 520"


def _time(field: str = "period") -> dict[str, Any]:
    return {
        "field": field,
        "type": "temporal",
        "timeUnit": UTC,
        "title": None,
        "axis": {"format": "%-d %b", "grid": False, "tickCount": 8, "labelOverlap": True, "labelFlush": True},
    }


def _value(unit: str, currency: str | None, ticks: tuple[float, ...], zero: bool = False, field: str = "value") -> dict[str, Any]:
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit, currency), "title": None, "grid": True}
    if ticks:
        axis["values"] = list(ticks)
    return {"field": field, "type": "quantitative", "axis": axis, "scale": {"zero": zero, "nice": True}}


@lru_cache(maxsize=64)
def fan(unit: str, currency: str | None = None, zero: bool = False, has_past: bool = True, has_target: bool = False) -> dict[str, Any]:
    """The spec of two futures. Data "f": one row a period and `which` ("as it is", "with the change") with ISO `period`, `low`, `middle`, `high` and
    `said`; "p", with a past: `period`, `value`, `said`; "t", with a target: one row with `value` and `label`; "n": labels at the ends, with
    `period`, `middle`, `which`."""
    x, y = _time(), _value(unit, currency, (), zero)
    named = {"data": {"name": "f"}}
    bands = [
        {
            **named,
            "transform": [{"filter": f"datum.which == '{name}'"}],
            "mark": {"type": "area", "opacity": opacity, **({"style": "others"} if name == _NOW else {})},
            "encoding": {
                "x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, **({"color": _first()} if name == _MOVED else {}),
            },
        }
        for name, opacity in ((_NOW, 0.16), (_MOVED, 0.16))
    ]  # fmt: skip
    lines = [
        {
            **named,
            "transform": [{"filter": f"datum.which == '{name}'"}],
            "mark": {"type": "line", **({"style": "quiet_line", "strokeDash": [4, 4]} if name == _NOW else {})},
            "encoding": {"x": x, "y": {**y, "field": "middle"}, **({"color": _first()} if name == _MOVED else {})},
        }
        for name in (_NOW, _MOVED)
    ]
    touch = {
        **named,
        "mark": {"type": "point", "filled": True, "size": 300, "opacity": 0},
        "encoding": {"x": x, "y": {**y, "field": "middle"}, "tooltip": _SAY},
    }
    labels = [
        {
            "data": {"name": "n"},
            "mark": {
                "type": "text",
                "style": style,
                "align": "right",
                "dy": {"expr": f"datum.which == '{_NOW}' ? 14 : -12"},
                "clip": False,
            },
            "encoding": {"x": x, "y": {**y, "field": "middle"}, "text": {"field": "which", "type": "nominal"}},
        }
        for style in ("halo", "quiet")
    ]
    past = [
        {"data": {"name": "p"}, "mark": {"type": "line", "style": "ink_line", "strokeWidth": 1.5}, "encoding": {"x": x, "y": y}},
        {
            "data": {"name": "p"},
            "mark": {"type": "point", "filled": True, "size": 300, "opacity": 0},
            "encoding": {"x": x, "y": y, "tooltip": _SAY},
        },
    ]
    target = [
        {"data": {"name": "t"}, "mark": {"type": "rule", "style": "target"}, "encoding": {"y": y}},
        *(
            {
                "data": {"name": "t"},
                "mark": {"type": "text", "style": style, "align": "right", "baseline": "bottom", "dy": -3, "x": {"expr": "width - 4"}},
                "encoding": {"y": y, "text": {"field": "label", "type": "nominal"}},
            }
            for style in ("halo", "ink")
        ),
    ]
    return {
        "$schema": SCHEMA,
        "height": base.USUAL,
        "layer": [*bands, *(past if has_past else []), *lines, *(target if has_target else []), *labels, touch],
    }


def _first() -> dict[str, Any]:
    """The theme's first colour."""
    return {"datum": "value", "type": "nominal", "legend": None}


@lru_cache(maxsize=16)
def inputs(rows: int, has_band: bool = False) -> dict[str, Any]:
    """The spec of where the inputs stand. Data "r": one row an input with `label`, `from` and `to` (the middle 95 % of its weeks), `low` and `high`
    (all of them), `today`, `now` (where it is moved to) and `said`, all placed so that its lowest week is 0 and its highest 1. With a band:
    "b", with `label`, `low`, `high`, `said`: published figures. Data "l": one row with `today` and `now`, names of the two signs."""
    y = {
        "field": "label", "type": "nominal", "title": None, "sort": None,
        "axis": {"grid": False, "ticks": False, "domain": False, "labelLimit": 150},
    }  # fmt: skip
    x = {
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [-0.25, 1.25], "clamp": True, "nice": False},
        "axis": {
            "values": [0, 1],
            "labelExpr": "datum.value == 0 ? 'lowest week' : 'highest week'",
            "grid": True,
            "labelFlush": False,
        },
    }
    named = {"data": {"name": "r"}}
    whole = {
        **named,
        "mark": {"type": "rule", "style": "quiet_line", "opacity": 0.7},
        "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
    }
    middle = {
        **named,
        "mark": {"type": "bar", "height": 7, "cornerRadius": 3, "style": "others", "opacity": 0.45},
        "encoding": {"y": y, "x": {**x, "field": "from"}, "x2": {"field": "to"}, "tooltip": _SAY},
    }
    band = {
        "data": {"name": "b"},
        "mark": {"type": "bar", "height": 20, "style": "band"},
        "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": _SAY},
    }
    today = {
        **named,
        "mark": {"type": "tick", "style": "ink", "thickness": 2, "size": 18},
        "encoding": {"y": y, "x": {**x, "field": "today"}, "tooltip": _SAY},
    }
    moved = {
        **named,
        "transform": [{"filter": "isValid(datum.now)"}],
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {"y": y, "x": {**x, "field": "now"}, "color": _first(), "tooltip": _SAY},
    }
    return {"$schema": SCHEMA, "height": max(60, 34 * rows), "layer": [*([band] if has_band else []), whole, middle, today, moved]}


@lru_cache(maxsize=64)
def curve(unit: str, driver_unit: str, ticks: tuple[float, ...], title: str, is_time: bool = True) -> dict[str, Any]:
    """The spec of a link's shape. Data "c": rows along the driver with `value`, `mean`, `low`, `high` and `said`; "m": one row with `today`."""
    axis: dict[str, Any] = {"labelExpr": units.axis_label(driver_unit), "title": title, "grid": False, "labelOverlap": True}
    if ticks:
        axis["values"] = list(ticks)
    scale = {"type": "log", "nice": False} if is_time else {"zero": False, "nice": False, "padding": 20}
    x = {"field": "value", "type": "quantitative", "axis": axis, "scale": scale}
    y = _value(unit, None, (), field="mean")
    named = {"data": {"name": "c"}}
    return {
        "$schema": SCHEMA,
        "height": base.LOWEST,
        "layer": [
            {
                **named,
                "mark": {"type": "area" if is_time else "rule", "opacity": 0.18 if is_time else 0.6, **({} if is_time else {"strokeWidth": 3})},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": _first()},
            },
            {**named, "mark": {"type": "line" if is_time else "point", "filled": not is_time, "size": 60}, "encoding": {"x": x, "y": y, "color": _first()}},
            {"data": {"name": "m"}, "mark": {"type": "rule", "style": "target"}, "encoding": {"x": {**x, "field": "today"}}},
            {**named, "mark": {"type": "point", "filled": True, "size": 250, "opacity": 0}, "encoding": {"x": x, "y": y, "tooltip": _SAY}},
        ],
    }  # fmt: skip


SHADES = ("not met", "possible", "met by the estimate", "met for sure")


@lru_cache(maxsize=64)
def region(
    first: str, second: str, first_unit: str, second_unit: str, currency: str | None, ticks: tuple[tuple[float, ...], tuple[float, ...]]
) -> dict[str, Any]:
    """The spec of pairs that meet goals. Data "g": one row a pair with `x`, `x2`, `y`, `y2` (its corners), `met` (one of `SHADES`), `strength` (0, 1, 2, 3)
    and `said`; "h": one row with `x`, `x2`, `y`, `y2`, own history; "m": one row with `x` and `y`, today."""
    x = _axis("x", first, first_unit, currency, ticks[0])
    y = _axis("y", second, second_unit, currency, ticks[1])
    cells = {
        "data": {"name": "g"},
        "transform": [{"filter": "datum.strength > 0"}],
        "mark": {"type": "rect", "tooltip": True},
        "encoding": {
            "x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, "color": _first(),
            "opacity": {
                "field": "strength", "type": "ordinal", "legend": None, "scale": {"domain": [1, 2, 3], "range": [0.18, 0.45, 0.8]},
            },
            "tooltip": _SAY,
        },
    }  # fmt: skip
    none = {
        "data": {"name": "g"},
        "transform": [{"filter": "datum.strength == 0"}],
        "mark": {"type": "rect", "opacity": 0},
        "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, "tooltip": _SAY},
    }
    own = {
        "data": {"name": "h"},
        "mark": {"type": "rect", "fillOpacity": 0, "style": "ink_line", "strokeWidth": 1.5},
        "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}},
    }
    label = {
        "data": {"name": "h"},
        "mark": {"type": "text", "style": "ink", "align": "left", "baseline": "bottom", "dy": -4},
        "encoding": {"x": x, "y": {**y, "field": "y2"}, "text": {"value": "your weeks"}},
    }
    today = {
        "data": {"name": "m"},
        "mark": {"type": "point", "shape": "cross", "style": "ink", "filled": True, "size": 120, "opacity": 1},
        "encoding": {"x": x, "y": y, "tooltip": _SAY},
    }
    return {"$schema": SCHEMA, "height": base.HIGHEST, "layer": [none, cells, own, label, today]}


def _axis(field: str, title: str, unit: str, currency: str | None, ticks: tuple[float, ...]) -> dict[str, Any]:
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit, currency), "title": title, "grid": False}
    if ticks:
        axis["values"] = list(ticks)
    scale: dict[str, Any] = {"type": "log", "nice": False, "zero": False} if unit == "s" else {"nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


@lru_cache(maxsize=32)
def reached(unit: str, driver_unit: str, currency: str | None, title: str, ticks: tuple[float, ...]) -> dict[str, Any]:
    """The spec of a goal along one input. Data "c": rows with `value`, `middle`, `low`, `high` and `said`; "g": one row with `goal`, `label` and
    `at`, the end where it has room ("left", "right"); "h": one row with `from`, `middle` and `to`, own weeks; "m": one row with `today`."""
    x = {**_axis("value", title, driver_unit, currency, ticks), "field": "value"}
    y = _value(unit, currency, (), field="middle")
    named = {"data": {"name": "c"}}
    return {
        "$schema": SCHEMA,
        "height": base.USUAL,
        "layer": [
            {"data": {"name": "h"}, "mark": {"type": "rect", "style": "band"}, "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}}},
            {
                "data": {"name": "h"},
                "mark": {"type": "text", "style": "quiet", "dy": -8},
                "encoding": {"x": {**x, "field": "middle"}, "y": {"value": 0}, "text": {"value": "your weeks"}},
            },
            {**named, "mark": {"type": "area", "opacity": 0.18}, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": _first()}},
            {**named, "mark": {"type": "line"}, "encoding": {"x": x, "y": y, "color": _first()}},
            {"data": {"name": "g"}, "mark": {"type": "rule", "style": "target"}, "encoding": {"y": {**y, "field": "goal"}}},
            {
                "data": {"name": "g"},
                "mark": {
                    "type": "text", "style": "ink", "baseline": "bottom", "dy": -3,
                    "align": {"expr": "datum.at"}, "x": {"expr": "datum.at == 'left' ? 4 : width - 4"},
                },
                "encoding": {"y": {**y, "field": "goal"}, "text": {"field": "label", "type": "nominal"}},
            },
            {"data": {"name": "m"}, "mark": {"type": "rule", "style": "quiet_line"}, "encoding": {"x": {**x, "field": "today"}}},
            {**named, "mark": {"type": "point", "filled": True, "size": 250, "opacity": 0}, "encoding": {"x": x, "y": y, "tooltip": _SAY}},
        ],
    }  # fmt: skip


@lru_cache(maxsize=8)
def tree(columns: int, rows: int) -> dict[str, Any]:
    """The spec of the metric tree. Data "e": one row a link with `x`, `y`, `x2`, `y2`, `kind` ("identity", "learned") and `said`; "n": one row a number
    with `x`, `y`, `label`, `folded` (the label in short lines), `lines` (how many those are), `value` and `said`. Solid is arithmetic, dashed is learned.

    What one moves has its name at the left of its point. On a phone names are folded."""
    x = {
        "type": "quantitative", "axis": None,
        "scale": {"domainMin": {"expr": f"{_PHONE} ? {-0.36 * (columns - 0.5):.3g} : -1.25"}, "domainMax": columns - 0.5, "nice": False, "zero": False},
    }  # fmt: skip
    y = {"type": "quantitative", "axis": None, "scale": {"domain": [rows - 0.3, -0.7], "nice": False}}
    ends = {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    looks: dict[str, dict[str, Any]] = {
        "identity": {"style": "quiet_line", "strokeWidth": 1.3, "opacity": 0.75},
        "learned": {"strokeDash": [6, 4], "strokeWidth": 1.8},
    }
    edges: list[dict[str, Any]] = []
    for kind, look in looks.items():
        mark: dict[str, Any] = {"type": "rule", **look}
        encoding: dict[str, Any] = {**ends, "tooltip": _SAY, **({"color": _first()} if kind == "learned" else {})}
        edges.append({"data": {"name": "e"}, "transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": encoding})
    step = {
        "data": {"name": "n"},
        "mark": {"type": "point", "filled": True, "size": 70, "style": "ink", "opacity": 1},
        "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}, "tooltip": _SAY},
    }
    texts = [
        _named(is_first, is_label, style, {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}})
        for is_label, own in ((True, "ink"), (False, "quiet"))
        for style in ("halo", own)
        for is_first in (True, False)
    ]
    return {"$schema": SCHEMA, "height": max(base.HIGHEST, 46 * rows), "layer": [*edges, step, *texts]}


def _named(is_first: bool, is_label: bool, style: str, place: dict[str, Any]) -> dict[str, Any]:
    """The names, or the values, of the numbers of the first column or of the others."""
    lines, sign = f"({_PHONE} ? datum.lines : 1)", "-" if is_label else ""
    if is_first:
        looks: dict[str, Any] = {"align": "right", "dx": -9, "dy": {"expr": f"{sign}7 * {lines}"}}
    else:
        looks = {"align": "center", "dy": {"expr": f"-2 - 13 * {lines}"} if is_label else 15}
    shown: dict[str, Any] = {"field": "label" if is_label else "value", "type": "nominal"}
    if is_label:
        shown = {"condition": {"test": _PHONE, "field": "folded", "type": "nominal"}, **shown}
    mark = {
        "type": "text",
        "style": style,
        "fontWeight": 600 if is_label else 400,
        "baseline": "middle",
        "lineBreak": "\n",
        "lineHeight": 13,
    }
    return {
        "data": {"name": "n"},
        "transform": [{"filter": f"datum.x {'==' if is_first else '>'} 0"}],
        "mark": {**mark, **looks},
        "encoding": {**place, "text": shown, "tooltip": _SAY},
    }


@lru_cache(maxsize=8)
def backlog(has_limit: bool = False) -> dict[str, Any]:
    """The spec of a simulated backlog: `fan` over days, from 0. Data as there, with `day`s in `period`."""
    return fan("count", None, zero=True, has_past=False, has_target=has_limit)
