"""Agents and teams: what each likely has with its interval, the funnel over the number of rows, and what was got beside what was expected."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base
from kpi.charts.benchmarks import SCHEMA, ticks_of

__all__ = ["beside", "dots", "funnel", "ticks_of"]

ROW, AROUND, TALL, ASIDE, WORD = 24, 64, 380, 62, 46
"""Height of a row and of what stands around the rows, height of the funnel, width of the counts at the right and of a verdict's word."""
_VERDICTS = ["better", "worse", "alike", "small"]
_COLOUR: dict[str, Any] = {
    "field": "verdict",
    "type": "nominal",
    "legend": None,
    "scale": {"domain": _VERDICTS, "range": [base.GOOD, base.BAD, base.OTHERS, base.OTHERS]},
}
_Y: dict[str, Any] = {
    "field": "name",
    "type": "nominal",
    "sort": None,
    "title": None,
    "axis": {"grid": False, "domain": False, "ticks": False, "labelLimit": 150, "labelOverlap": False, "labelFlush": False},
}
_SAID = {"field": "said", "type": "nominal"}
_CLEAR = {"filter": "datum.verdict == 'better' || datum.verdict == 'worse'"}


def _x(unit: str, currency: str | None, ticks: tuple[float, ...], logs: bool, title: str | None = None) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "labelExpr": units.axis_label(unit, currency),
        "title": title,
        "grid": True,
        "tickCount": 6,
        "labelOverlap": True,
    }
    if ticks:
        axis["values"] = list(ticks)
    scale = {"type": "log", "nice": False, "padding": 12} if logs else {"zero": False, "nice": True, "padding": 12}
    return {"field": "value", "type": "quantitative", "axis": axis, "scale": scale}


def _average(x: dict[str, Any]) -> list[dict[str, Any]]:
    """The dashed line that all are set beside, and what it is."""
    return [
        {"data": {"name": "o"}, "mark": {"type": "rule", "style": "quiet_line", "strokeDash": [2, 3]}, "encoding": {"x": x}},
        {
            "data": {"name": "o"},
            "mark": {"type": "text", "style": "quiet", "dy": -8},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "label", "type": "nominal"}},
        },
    ]


def _counts() -> dict[str, Any]:
    """How many rows each stands on, in grey at the right edge."""
    return {
        "data": {"name": "d"},
        "mark": {"type": "text", "style": "quiet", "align": "left", "dx": 8},
        "encoding": {"x": {"value": "width"}, "y": _Y, "text": {"field": "n", "type": "quantitative", "format": ",d"}, "tooltip": _SAID},
    }


def _word() -> dict[str, Any]:
    """Good and bad have a word beside their colour: right of the line, or left of it where it would run into the counts."""
    no_room = f"scale('x', datum.high) > width - {WORD}"
    return {
        "data": {"name": "d"},
        "transform": [_CLEAR],
        "mark": {
            "type": "text",
            "style": "ink",
            "x": {"expr": f"scale('x', {no_room} ? datum.low : datum.high)"},
            "align": {"expr": f"{no_room} ? 'right' : 'left'"},
            "dx": {"expr": f"{no_room} ? -8 : 8"},
        },
        "encoding": {"y": _Y, "text": {"field": "verdict", "type": "nominal"}},
    }


@lru_cache(maxsize=256)
def dots(unit: str, rows: int, currency: str | None = None, ticks: tuple[float, ...] = (), logs: bool = False) -> dict[str, Any]:
    """Names, one a row, in the order given: what each likely has (dot with interval), as measured (small ring), and how many rows (right).

    Data "d": `name`, `estimate`, `low`, `high`, `value` (or null), `n`, `verdict` (better, worse, alike, small), `said`. Data "o": one row with the
    average as `value` and its `label`. Small samples are paler.
    """
    x = _x(unit, currency, ticks, logs)
    pale = {"condition": {"test": "datum.verdict == 'small'", "value": 0.45}, "value": 1}
    layers = [
        *_average(x),
        {
            "data": {"name": "d"},
            "mark": {"type": "rule", "strokeWidth": 3},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": _Y, "color": _COLOUR, "opacity": pale, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "mark": {"type": "point", "filled": True, "size": 90},
            "encoding": {"x": {**x, "field": "estimate"}, "y": _Y, "color": _COLOUR, "opacity": pale, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "transform": [{"filter": "isValid(datum.value)"}],
            "mark": {"type": "point", "filled": False, "size": 36, "opacity": 1, "style": "quiet_line"},
            "encoding": {"x": x, "y": _Y, "tooltip": _SAID},
        },
        _word(),
        _counts(),
    ]
    return {"$schema": SCHEMA, "height": ROW * rows + AROUND, "padding": {"top": 22, "right": ASIDE}, "layer": layers}


@lru_cache(maxsize=256)
def beside(unit: str, rows: int, currency: str | None = None, ticks: tuple[float, ...] = (), logs: bool = False) -> dict[str, Any]:
    """What was got (dot) beside what the same tickets are expected to get (upright tick), a line between them.

    Data "d": `name`, `got`, `expected`, `n`, `verdict`, `said`. Data "o": one row with the average as `value` and its `label`.
    """
    x = _x(unit, currency, ticks, logs)
    layers = [
        *_average(x),
        {
            "data": {"name": "d"},
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {
                "x": {**x, "field": "expected"},
                "x2": {"field": "got"},
                "y": _Y,
                "color": _COLOUR,
                "opacity": {"condition": {"test": "datum.verdict == 'better' || datum.verdict == 'worse'", "value": 1}, "value": 0.45},
                "tooltip": _SAID,
            },
        },
        {
            "data": {"name": "d"},
            "mark": {"type": "tick", "style": "ink_line", "thickness": 2.5, "size": 14, "orient": "vertical"},
            "encoding": {"x": {**x, "field": "expected"}, "y": _Y, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"x": {**x, "field": "got"}, "y": _Y, "color": _COLOUR, "tooltip": _SAID},
        },
        _counts(),
    ]
    return {"$schema": SCHEMA, "height": ROW * rows + AROUND, "padding": {"top": 22, "right": ASIDE}, "layer": layers}


@lru_cache(maxsize=256)
def funnel(
    unit: str, currency: str | None = None, ticks: tuple[float, ...] = (), title: str = "", logs: tuple[float, float] | None = None
) -> dict[str, Any]:
    """A figure over the number of rows it stands on, with the limits of chance as two grey bands; `title` names the rows of the axis below.

    `logs` are the ends of a log scale (of times); the bands, which reach very far where rows are few, are cut there.

    Data "c": `n`, `low`, `high`, `far_low`, `far_high`. Data "d": `name`, `n`, `value`, `verdict`, `said`. Data "o": the average as `value`, its `label`.
    """
    size = {
        "field": "n",
        "type": "quantitative",
        "scale": {"type": "log", "nice": False, "padding": 6},
        "axis": {"title": title, "grid": False, "tickCount": 6, "format": ",d", "labelOverlap": True},
    }
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit, currency), "title": "log scale" if logs else None}
    if ticks:
        axis["values"] = list(ticks)
    scale = {"type": "log", "domain": list(logs), "nice": False, "clamp": True} if logs else {"zero": False, "nice": True}
    y = {"type": "quantitative", "axis": axis, "scale": scale}
    bands = [
        {
            "data": {"name": "c"},
            "mark": {"type": "area", "style": "band", "opacity": opacity, "interpolate": "monotone", "line": False},
            "encoding": {"x": size, "y": {**y, "field": low}, "y2": {"field": high}},
        }
        for low, high, opacity in (("far_low", "far_high", 0.13), ("low", "high", 0.2))
    ]
    layers = [
        *bands,
        {
            "data": {"name": "o"},
            "mark": {"type": "rule", "style": "quiet_line", "strokeDash": [2, 3]},
            "encoding": {"y": {**y, "field": "value"}},
        },
        {
            "data": {"name": "d"},
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 0.95},
            "encoding": {"x": size, "y": {**y, "field": "value"}, "color": _COLOUR, "tooltip": _SAID},
        },
        {
            "data": {"name": "d"},
            "transform": [_CLEAR],
            "mark": {"type": "text", "style": "ink", "dy": -11, "limit": 140},
            "encoding": {"x": size, "y": {**y, "field": "value"}, "text": {"field": "name", "type": "nominal"}},
        },
    ]
    return {"$schema": SCHEMA, "height": TALL, "padding": {"top": 14, "right": 24}, "layer": layers}
