"""The process behaviour chart: a number over time, its usual range, what lies outside it, targets, benchmarks and dated notes.

Also its moving range. Sizes and places come from `kpi.trends`; a chart decides nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base
from kpi.charts.events import UTC, flags

DATES = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}
PARTS = ("flags", "benchmark", "limits", "interval", "level", "line", "open", "target")
"""What there may be beside the line itself."""
SIGN = {"good": "good", "bad": "bad", "odd": "ink"}
"""Tone of a signal -> its style. Its shape and its word say the same without colour."""
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_ROUND = (
    *(1.0, 2.0, 5.0, 10.0, 20.0, 30.0),
    *(_MINUTE * n for n in (1, 2, 5, 10, 20, 30)),
    *(_HOUR * n for n in (1, 2, 4, 8, 12)),
    *(_DAY * n for n in (1, 2, 4, 7, 14, 28, 91, 182, 365)),
)
WIDE = 4.0
"""A log axis that spans more than this factor gets the round durations; below it even steps read better."""


def log_ticks(low: float, high: float) -> list[float]:
    """Marks of a log axis of seconds: 10 min, 30 min, 1 h, 2 h, 4 h …, at most about seven."""
    if high < WIDE * low:
        return units.duration_ticks(low, high, at_most=5)
    inside = [tick for tick in _ROUND if low <= tick <= high]
    step = max(1, -(-len(inside) // 7))
    return inside[::step]


@lru_cache(maxsize=512)
def process(
    unit: str,
    by: str,
    currency: str | None = None,
    ticks: tuple[float, ...] = (),
    from_zero: bool = False,
    is_log: bool = False,
    parts: tuple[str, ...] = ("limits",),
    height: int = base.HIGHEST,
) -> dict[str, Any]:
    """The spec. Data "d": a row per complete period with ISO `period`, `value`, `low`, `high`, `limit_low`, `limit_high`, `level`, `line`, `side`, `said`,
    `apart` (why it is not judged, or ""), `tone` ("" or a key of `SIGN`) and `word`.

    By `parts` also: "o" (the last complete period and the open ones, with `is_complete`), "n" (names of the limits: `period`, `value`, `text`, `place`
    "above" or "below", `end` "left" or "right"), "t" (target: `period`, `value`, `said`, and `name` on its last row), "b" (benchmark: `low`, `high`,
    `said`), "e" (flags, see `kpi.charts.events.flags`).
    """
    x = x_of(by)
    y = y_of(unit, currency, ticks, from_zero, is_log)
    first = {"datum": "value", "type": "nominal", "legend": None}  # the first colour of the theme
    say = {"field": "said", "type": "nominal"}
    d, o, n, t, b = ({"data": {"name": name}} for name in "dontb")
    known = {"transform": [{"filter": "isValid(datum.value)"}]}
    layers: dict[str, list[dict[str, Any]]] = {
        "benchmark": [
            {
                **b,
                "mark": {"type": "rect", "style": "band", "opacity": 0.14},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": say},
            },
            {
                **b,
                "mark": {
                    "type": "text",
                    "style": "quiet",
                    "align": "left",
                    "baseline": "bottom",
                    "dx": 4,
                    "dy": -3,
                    "x": 0,
                    "fontSize": 11,
                },
                "encoding": {"x": {"value": 0}, "y": {**y, "field": "low"}, "text": {"value": "published figures"}},
            },
        ],
        "interval": [
            {
                **d,
                "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
                "mark": {"type": "area", "opacity": 0.18, "line": False},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": first},
            }
        ],
        "limits": [
            {
                **d,
                "transform": [{"filter": "isValid(datum.limit_low) && isValid(datum.limit_high)"}],
                "mark": {"type": "area", "style": "band", "opacity": 0.1, "line": False},
                "encoding": {"x": x, "y": {**y, "field": "limit_low"}, "y2": {"field": "limit_high"}},
            },
            *(
                {
                    **d,
                    "mark": {"type": "line", "style": "quiet_line", "strokeDash": [2, 3], "opacity": 0.9},
                    "encoding": {"x": x, "y": {**y, "field": edge}},
                }
                for edge in ("limit_low", "limit_high")
            ),
            *(
                {
                    **n,
                    "transform": [{"filter": f"datum.place == '{place}' && datum.end == '{end}'"}],
                    "mark": {"type": "text", "style": "quiet", "align": end, "baseline": baseline, "dx": dx, "dy": dy, "fontSize": 11},
                    "encoding": {"x": x, "y": y, "text": {"field": "text", "type": "nominal"}},
                }
                for place, baseline, dy in (("above", "top", 5), ("below", "bottom", -4))  # inside the range, clear of axis and flags
                for end, dx in (("left", 2), ("right", -2))
            ),
        ],
        "level": [
            {
                **d,
                "mark": {"type": "line", "style": "ink_line", "strokeWidth": 1.5, "interpolate": "step-after"},
                "encoding": {"x": x, "y": {**y, "field": "level"}},
            }
        ],
        "line": [
            {**d, "mark": {"type": "line", "style": "ink_line", "strokeWidth": 1.5}, "encoding": {"x": x, "y": {**y, "field": "line"}}}
        ],
        "target": [
            {**t, "mark": {"type": "line", "style": "target", "interpolate": "step-after"}, "encoding": {"x": x, "y": y}},
            {
                **t,
                "transform": [{"filter": "datum.name != ''"}],
                "mark": {"type": "text", "style": "ink", "align": "right", "baseline": "bottom", "dy": -5, "fontSize": 11},
                "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}, "tooltip": say},
            },
        ],
        "open": [
            {**o, "mark": {"type": "line", "strokeDash": [4, 4]}, "encoding": {"x": x, "y": y, "color": first}},
            {
                **o,
                "transform": [{"filter": "!datum.is_complete"}],
                "mark": {"type": "point", "filled": False, "size": 60, "strokeWidth": 2},
                "encoding": {"x": x, "y": y, "color": first, "tooltip": say},
            },
        ],
    }
    special = {
        **d,
        "transform": [{"filter": "datum.apart != '' && isValid(datum.value)"}],
        "mark": {"type": "point", "style": "quiet_line", "filled": False, "size": 70, "strokeWidth": 1.5},
        "encoding": {"x": x, "y": y},
    }
    series = [
        {**d, **known, "mark": {"type": "line"}, "encoding": {"x": x, "y": y, "color": first}},
        {**d, **known, "mark": {"type": "point", "filled": True, "size": 22}, "encoding": {"x": x, "y": y, "color": first}},
    ]
    wanted = [layer for part in PARTS if part in parts and part in layers and part not in ("open", "target") for layer in layers[part]]
    after = [layer for part in ("open", "target") if part in parts for layer in layers[part]]
    touch = {
        **d,
        **known,
        "mark": {"type": "point", "filled": True, "size": 400, "opacity": 0},
        "encoding": {"x": x, "y": y, "tooltip": say},
    }
    notes = flags(x) if "flags" in parts else []
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": height,
        "padding": {"top": 14 if notes else 5, "bottom": 5, "left": 5, "right": 5},
        "layer": [*notes, *wanted, *series, special, *after, *signals(x, y), touch],
    }


def signals(x: dict[str, Any], y: dict[str, Any], *, words: bool = True, size: int = 110) -> list[dict[str, Any]]:
    """Diamonds on what lies outside, each with its word: layers over data "d" with `tone`, `side` and `word`."""
    d = {"data": {"name": "d"}}
    marks = [
        {
            **d,
            "transform": [{"filter": f"datum.tone == '{tone}'"}],
            "mark": {"type": "point", "shape": "diamond", "filled": True, "size": size, "opacity": 1, "style": style},
            "encoding": {"x": x, "y": y},
        }
        for tone, style in SIGN.items()
    ]
    told = [
        {
            **d,
            "transform": [{"filter": f"datum.word != '' && datum.side {sign} 0"}],
            "mark": {"type": "text", "style": "ink", "fontSize": 11, "baseline": baseline, "dy": dy},
            "encoding": {"x": x, "y": y, "text": {"field": "word", "type": "nominal"}},
        }
        for sign, baseline, dy in ((">", "bottom", -8), ("<", "top", 9))
    ]
    return [*marks, *(told if words else [])]


@lru_cache(maxsize=64)
def ranges(by: str, is_relative: bool, unit: str = "", currency: str | None = None) -> dict[str, Any]:
    """The moving range: how far each period lies from the one before. Data "d": `period`, `moving_range`, `tone`, `said`; "l": `limit`, one row or none.

    `is_relative`: ranges are shares of the period before (durations), shown in per cent; else they are in the metric's unit.
    """
    label = (
        f"format(100 * datum.value, '.0f') + '{units.NBSP}%'"
        if is_relative or not unit
        else units.axis_label("points" if unit == "%" else unit, currency)
    )
    label = label.replace("'+~f'", "'~f'")  # a distance has no sign
    x = x_of(by)
    y = {"field": "moving_range", "type": "quantitative", "axis": {"labelExpr": label, "title": None, "grid": True, "tickCount": 3}}
    first = {"datum": "value", "type": "nominal", "legend": None}
    say = {"field": "said", "type": "nominal"}
    d, limit = {"data": {"name": "d"}}, {"data": {"name": "l"}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": 140,
        "layer": [
            {**limit, "mark": {"type": "rule", "style": "quiet_line", "strokeDash": [2, 3]}, "encoding": {"y": {**y, "field": "limit"}}},
            {**d, "mark": {"type": "line"}, "encoding": {"x": x, "y": y, "color": first}},
            {**d, "mark": {"type": "point", "filled": True, "size": 22}, "encoding": {"x": x, "y": y, "color": first, "tooltip": say}},
            {
                **d,
                "transform": [{"filter": "datum.tone != ''"}],
                "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 110, "opacity": 1, "style": "ink"},
                "encoding": {"x": x, "y": y, "tooltip": say},
            },
        ],
    }


def x_of(by: str) -> dict[str, Any]:
    """Periods are dates, not instants: drawn in UTC they stay the same dates in every browser."""
    axis = {"format": DATES[by], "grid": False, "tickCount": 8, "labelOverlap": True, "labelFlush": True}
    return {"field": "period", "type": "temporal", "timeUnit": UTC, "title": None, "axis": axis}


def y_of(unit: str, currency: str | None, ticks: tuple[float, ...], from_zero: bool, is_log: bool, count: int = 5) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "labelExpr": units.axis_label(unit, currency),
        "title": "log scale" if is_log else None,
        "grid": True,
        "tickCount": count,
    }
    if ticks:
        axis["values"] = list(ticks)
    scale: dict[str, Any] = {"type": "log", "nice": False, "padding": 8} if is_log else {"zero": from_zero, "nice": True}
    return {"field": "value", "type": "quantitative", "axis": axis, "scale": scale}
