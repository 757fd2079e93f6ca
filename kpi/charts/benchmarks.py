"""Ours among published figures, among our own past and group by group, and the parts of a scorecard: one row each, ours in the accent."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ROW, AROUND = 28, 64
"""Height of one row, and of what stands above and below the rows, in pixels."""
WIDE, MOST_MARKS = 20.0, 8
_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_ROUND = tuple(
    float(number * size)
    for numbers, size in (
        ((1, 2, 5, 10, 30), 1),
        ((1, 5, 15, 30), _MINUTE),
        ((1, 2, 4, 8, 16), _HOUR),
        ((1, 2, 4, 7, 14, 28, 91, 365), _DAY),
    )
    for number in numbers
)
"""Times one counts in."""
_OURS: dict[str, Any] = {"datum": "ours", "type": "nominal", "legend": None}  # the first colour of the theme


def _x(unit: str, currency: str | None, ticks: tuple[float, ...], logs: bool = False, field: str = "value") -> dict[str, Any]:
    axis: dict[str, Any] = {
        "labelExpr": units.axis_label(unit, currency),
        "title": None,
        "grid": True,
        "tickCount": 6,
        "labelOverlap": True,
    }
    if ticks:
        axis["values"] = list(ticks)
    scale = {"type": "log", "nice": False} if logs else {"zero": False, "nice": True, "padding": 12}
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


_Y: dict[str, Any] = {
    "field": "name",
    "type": "nominal",
    "sort": None,
    "title": None,
    "axis": {"grid": False, "domain": False, "ticks": False, "labelLimit": 190, "labelOverlap": False, "labelFlush": False},
}
_SAID = {"field": "said", "type": "nominal"}


def ticks_of(unit: str, low: float, high: float) -> tuple[tuple[float, ...], bool]:
    """The marks of an axis of times, and whether it is a log one: times that differ by more than `WIDE` are drawn so. No marks for other units."""
    if unit != "s":
        return (), False
    if not 0 < low < high / WIDE:
        return tuple(units.duration_ticks(low, high)), False
    inside = [tick for tick in _ROUND if low <= tick <= high]
    step = -(-len(inside) // MOST_MARKS)
    return tuple(inside[::step]), True


def _height(rows: int) -> int:
    return ROW * rows + AROUND


@lru_cache(maxsize=256)
def among(
    unit: str, rows: int, currency: str | None = None, ticks: tuple[float, ...] = (), logs: bool = False, band: bool = True
) -> dict[str, Any]:
    """Ours among the figures of others.

    Data "d": a row per figure with `name` (year and publisher), `value`, `low`, `high` (its range, or null), `is_dated`, `is_primary`, `said`.
    Data "o": one row with our `value`, `low`, `high`, `label` and `said`. Undated figures are hollow, second-hand ones diamonds. `band`: our interval is known.
    """
    x = _x(unit, currency, ticks, logs)
    plain = {**x, "scale": x["scale"]}
    interval = {
        "data": {"name": "o"},
        "mark": {"type": "rect", "opacity": 0.18},
        "encoding": {"x": {**plain, "field": "low"}, "x2": {"field": "high"}, "color": _OURS, "tooltip": _SAID},
    }
    line = {
        "data": {"name": "o"},
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"x": x, "color": _OURS, "tooltip": _SAID},
    }
    label = {
        "data": {"name": "o"},
        "mark": {"type": "text", "style": "ink", "dy": -8, "fontWeight": "bold"},
        "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "label", "type": "nominal"}},
    }
    spans = {
        "data": {"name": "d"},
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "rule", "style": "quiet_line"},
        "encoding": {"x": {**plain, "field": "low"}, "x2": {"field": "high"}, "y": _Y, "tooltip": _SAID},
    }
    shape = {"condition": {"test": "datum.is_primary", "value": "circle"}, "value": "diamond"}
    dots = [
        {
            "data": {"name": "d"},
            "transform": [{"filter": "datum.is_dated" if dated else "!datum.is_dated"}],
            "mark": {
                "type": "point",
                "filled": dated,
                "size": 110,
                "opacity": 1,
                "strokeWidth": 1.8,
                "style": "ink" if dated else "quiet_line",
            },
            "encoding": {"x": x, "y": _Y, "shape": shape, "tooltip": _SAID},
        }
        for dated in (True, False)
    ]
    layers = [*([interval] if band else []), spans, line, *dots, label]
    return {"$schema": SCHEMA, "height": _height(rows), "padding": {"top": 22}, "layer": layers}


@lru_cache(maxsize=256)
def own_past(unit: str, by: str, currency: str | None = None, ticks: tuple[float, ...] = (), from_zero: bool = False) -> dict[str, Any]:
    """The newest complete period (accent) beside those before it (grey), each with its interval.

    Data "d": a row per period with `period` as a person says it, `value`, `low`, `high` (or null), `is_now`, `said`, in order.
    """
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit, currency), "title": None}
    if ticks:
        axis["values"] = list(ticks)
    x = {"field": "period", "type": "ordinal", "sort": None, "title": None, "axis": {"labelOverlap": True, "labelAngle": 0}}
    y = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": from_zero, "nice": True}}
    layers = [layer for now in (False, True) for layer in _periods(x, y, now)]
    return {"$schema": SCHEMA, "height": base.USUAL, "layer": layers}


def _periods(x: dict[str, Any], y: dict[str, Any], now: bool) -> list[dict[str, Any]]:
    """The newest period, or those before it: intervals and dots."""
    keep = {"filter": "datum.is_now" if now else "!datum.is_now"}
    known = {"filter": "isValid(datum.low) && isValid(datum.high)"}
    rule: dict[str, Any] = {"type": "rule", "strokeWidth": 2} | ({} if now else {"style": "quiet_line"})
    dot: dict[str, Any] = {"type": "point", "filled": True, "opacity": 1, "size": 130 if now else 70} | ({} if now else {"style": "quiet"})
    limits: dict[str, Any] = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    place: dict[str, Any] = {"x": x, "y": y, "tooltip": _SAID}
    paint = {"color": _OURS} if now else {}
    return [
        {"data": {"name": "d"}, "transform": [keep, known], "mark": rule, "encoding": limits | paint},
        {"data": {"name": "d"}, "transform": [keep], "mark": dot, "encoding": place | paint},
    ]


@lru_cache(maxsize=256)
def peers(unit: str, rows: int, currency: str | None = None, ticks: tuple[float, ...] = (), logs: bool = False) -> dict[str, Any]:
    """Groups by name: what each likely is (dot with interval), what it measured (hollow), the average as a line.

    Data "d": `name`, `value`, `estimate`, `low`, `high` (null for groups with too few rows), `verdict` (better, worse, alike, few), `said`.
    Data "o": one row with the average as `value` and its `label`. Good and bad have colour and a word.
    """
    x = _x(unit, currency, ticks, logs)
    colour = {
        "field": "verdict",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["better", "worse", "alike", "few"], "range": [base.GOOD, base.BAD, base.OTHERS, base.OTHERS]},
    }
    placed = [{"filter": "isValid(datum.estimate)"}]
    layers = [
        {"data": {"name": "o"}, "mark": {"type": "rule", "style": "quiet_line", "strokeDash": [2, 3]}, "encoding": {"x": x}},
        {
            "data": {"name": "o"},
            "mark": {"type": "text", "style": "quiet", "dy": -8},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "label", "type": "nominal"}},
        },
        {
            "data": {"name": "d"},
            "transform": placed,
            "mark": {"type": "rule", "strokeWidth": 3},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": _Y, "color": colour, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "transform": placed,
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {"x": {**x, "field": "estimate"}, "y": _Y, "color": colour, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "transform": placed,
            "mark": {"type": "point", "filled": False, "size": 40, "opacity": 1, "style": "quiet_line"},
            "encoding": {"x": x, "y": _Y, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "transform": [*placed, {"filter": "datum.verdict == 'better' || datum.verdict == 'worse'"}],
            "mark": {"type": "text", "style": "ink", "align": "left", "dx": 8},
            "encoding": {"x": {**x, "field": "high"}, "y": _Y, "text": {"field": "verdict", "type": "nominal"}},
        },
    ]
    return {"$schema": SCHEMA, "height": _height(rows), "padding": {"top": 22}, "layer": layers}


@lru_cache(maxsize=64)
def scorecard(rows: int, before: bool) -> dict[str, Any]:
    """The parts of a scorecard from 0 to 100 with their intervals; a tick where each was before.

    Data "d": `name`, `score`, `low`, `high`, `was` (null where unknown), `label` (the score in words), `said`.
    """
    x = {
        "field": "score",
        "type": "quantitative",
        "scale": {"domain": [0, 108], "nice": False},
        "axis": {"values": [0, 25, 50, 75, 100], "title": None, "grid": True},
    }
    layers: list[dict[str, Any]] = [
        {
            "data": {"name": "d"},
            "mark": {"type": "bar", "height": {"band": 0.55}, "opacity": 0.75},
            "encoding": {"x": x, "y": _Y, "color": _OURS, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
            "mark": {"type": "rule", "style": "ink_line", "strokeWidth": 1.5},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": _Y, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "mark": {"type": "text", "style": "ink", "align": "right"},
            "encoding": {"x": {"datum": 108, "type": "quantitative"}, "y": _Y, "text": {"field": "label", "type": "nominal"}},
        },
    ]
    if before:
        layers.append(
            {
                "data": {"name": "d"},
                "transform": [{"filter": "isValid(datum.was)"}],
                "mark": {"type": "tick", "style": "ink_line", "thickness": 2.5, "size": 18, "orient": "vertical"},
                "encoding": {"x": {**x, "field": "was"}, "y": _Y, "tooltip": _SAID},
            }
        )
    return {"$schema": SCHEMA, "height": _height(rows), "layer": layers}
