"""Links: the matrix of all pairs, intervals of the named ones, the cloud of a pair with its line, what leads what, and parts of a column."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
PICKED = "picked"
"""The name of the matrix's selection: the `pair` that was clicked."""
TOGETHER, OPPOSITE, NONE, LINKED, UNKNOWN = (
    "go together",
    "go opposite ways",
    "cannot be told apart from 0",
    "linked by arithmetic",
    "too little",
)
CELL, WIDE, FEW = 20, 44, 12
"""Height of a cell; its width where there are few numbers, else the cells share the width of the page."""
_SAY = {"field": "said", "type": "nominal"}


@lru_cache(maxsize=64)
def matrix(names: tuple[str, ...]) -> dict[str, Any]:
    """The spec of the lower triangle; `names` are the labels in order, numbered on both sides. Data "d": row and column (numbers, the row the
    larger), state (one of the five above), size (0 to 1), sign ("+", "-", "=", ""), pair, said; "s": the chosen cell, row and column.

    Up to `FEW` names it has a width of its own: draw it as wide as its content.
    """
    n = len(names)
    labels = "[" + ",".join(f"'{_quoted(name)}'" for name in names) + "]"
    x = {
        "field": "column",
        "type": "ordinal",
        "scale": {"domain": list(range(1, n)), "paddingInner": 0.06},
        "axis": {
            "title": None,
            "orient": "bottom",
            "ticks": False,
            "labelOverlap": True,
            "labelFontSize": 10,
            "grid": False,
            "labelAngle": 0,
        },
    }
    y = {
        "field": "row",
        "type": "ordinal",
        "scale": {"domain": list(range(1, n + 1)), "paddingInner": 0.06},
        "axis": {
            "title": None,
            "grid": False,
            "ticks": False,
            "labelOverlap": False,
            "labelFlush": False,
            "labelLimit": {"expr": "width < 420 ? 118 : 220"},
            "labelFontSize": 11,
            "labelExpr": f"{labels}[datum.value - 1] + '  ' + datum.value",
        },
    }
    at = {"x": x, "y": y}
    cell = {"type": "rect", "cornerRadius": 2}
    claimed = f"datum.state == '{TOGETHER}' || datum.state == '{OPPOSITE}'"
    colour = {
        "field": "state",
        "type": "nominal",
        "scale": {**base.scale((TOGETHER, OPPOSITE))},
        "legend": {"title": None, "orient": "top"},
    }
    strength = {"field": "size", "type": "quantitative", "scale": {"domain": [0, 0.6], "range": [0.3, 1], "clamp": True}, "legend": None}
    sign = {"type": "text", "fontSize": {"expr": f"min(13, width / {max(n, 2)} * 0.8)"}, "baseline": "middle"}
    return {
        "$schema": SCHEMA,
        "height": {"step": CELL},
        **({"width": {"step": WIDE}} if n <= FEW else {}),
        "layer": [
            {
                "data": {"name": "d"},
                "transform": [{"filter": f"!({claimed})"}],
                "mark": {**cell, "style": "band"},
                "encoding": {**at, "opacity": {"condition": {"test": f"datum.state == '{NONE}'", "value": 0.18}, "value": 0.06}},
            },
            {
                "data": {"name": "d"},
                "transform": [{"filter": claimed}],
                "mark": cell,
                "encoding": {**at, "color": colour, "opacity": strength},
            },
            {
                "data": {"name": "d"},
                "transform": [{"filter": f"datum.sign != '' && ({claimed})"}],
                "mark": {**sign, "style": "ink"},
                "encoding": {**at, "text": {"field": "sign", "type": "nominal"}},
            },
            {
                "data": {"name": "d"},
                "transform": [{"filter": f"datum.sign != '' && !({claimed})"}],
                "mark": {**sign, "style": "quiet", "opacity": 0.6},
                "encoding": {**at, "text": {"field": "sign", "type": "nominal"}},
            },
            {"data": {"name": "s"}, "mark": {**cell, "style": "ink_line", "filled": False, "strokeWidth": 2}, "encoding": at},
            {
                "data": {"name": "d"},
                "params": [{"name": PICKED, "select": {"type": "point", "fields": ["pair"], "toggle": False}}],
                "mark": {**cell, "opacity": 0, "cursor": "pointer"},
                "encoding": {**at, "tooltip": _SAY},
            },
        ],
    }


@lru_cache(maxsize=8)
def intervals(rows: tuple[str, ...], low: float = -1.0, high: float = 1.0) -> dict[str, Any]:
    """The spec of coefficients with their intervals, one a row, in the order of `rows`. Data "d": row, r, low, high, is_claimed, said;
    "z": one row with zero, 0.
    """
    y = {
        "field": "row",
        "type": "nominal",
        "scale": {"domain": list(rows)},
        "axis": {
            "title": None,
            "grid": False,
            "ticks": False,
            "labelLimit": {"expr": "width < 420 ? 150 : 280"},
            "labelOverlap": False,
            "labelFlush": False,
        },
    }
    x = {
        "field": "r",
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": True},
        "axis": {
            "title": ["r: -1 opposite ways,", "0 no link, +1 together"],
            "tickCount": 5,
            "grid": True,
            "labelExpr": _signed("datum.value"),
        },
    }
    first = {"datum": "value", "type": "nominal", "legend": None}
    known = {"filter": "isValid(datum.r)"}

    def both(claimed: bool) -> list[dict[str, Any]]:
        paint: dict[str, Any] = {"color": first} if claimed else {}
        style: dict[str, Any] = {} if claimed else {"style": "others"}
        own = {"data": {"name": "d"}, "transform": [known, {"filter": f"{'' if claimed else '!'}datum.is_claimed"}]}
        return [
            {
                **own,
                "mark": {"type": "rule", "strokeWidth": 2, **(style if claimed else {"color": base.OTHERS})},
                "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, **paint},
            },
            {**own, "mark": {"type": "point", "filled": claimed, "size": 80, "opacity": 1, **style}, "encoding": {"y": y, "x": x, **paint}},
        ]

    zero = {"data": {"name": "z"}, "mark": {"type": "rule", "style": "quiet_line"}, "encoding": {"x": {**x, "field": "zero"}}}
    touch = {
        "data": {"name": "d"},
        "transform": [known],
        "mark": {"type": "point", "filled": True, "size": 500, "opacity": 0},
        "encoding": {"y": y, "x": x, "tooltip": _SAY},
    }
    return {"$schema": SCHEMA, "height": {"step": 30}, "layer": [zero, *both(False), *both(True), touch]}


@lru_cache(maxsize=256)
def cloud(
    kind: str,
    x_unit: str,
    y_unit: str,
    x_title: str,
    y_title: str,
    is_log_x: bool = False,
    is_log_y: bool = False,
    x_ticks: tuple[float, ...] = (),
    y_ticks: tuple[float, ...] = (),
    currency: str | None = None,
    has_band: bool = True,
    parts: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The spec of a pair's cloud. Data as in `kpi.correlations.cloud.Cloud`: "d" (points), "f" (fit), "r" (single tickets).

    Units are those of `kpi.units`, "relative" (per cent of the usual) and "pts". With `parts` each has its own colour and shape.
    """
    x = _axis("x", x_unit, x_title, is_log_x, x_ticks, currency)
    y = _axis("y", y_unit, y_title, is_log_y, y_ticks, currency)
    if kind == "groups":
        x = {
            "field": "x",
            "type": "ordinal",
            "axis": {"title": x_title, "labelExpr": "datum.value == 0 ? 'No' : 'Yes'", "grid": False, "ticks": False, "labelAngle": 0},
        }
    first: dict[str, Any] = {"datum": "value", "type": "nominal", "legend": None}
    shape: dict[str, Any] = {}
    if parts:
        legend = {"title": None, "orient": "top", **base.legend_of(parts)}
        first = {"field": "part", "type": "nominal", "scale": base.scale(parts), "legend": legend}
        shapes = {"domain": list(parts), "range": ["circle", "diamond", "square", "triangle-up"][: len(parts)]}
        shape = {"shape": {"field": "part", "type": "nominal", "scale": shapes, "legend": None}}
    raw = {
        "data": {"name": "r"},
        "mark": {"type": "point", "filled": True, "size": 10, "opacity": 0.35, "style": "others", "clip": True},
        "encoding": {"x": x, "y": y},
    }
    limits = {
        "data": {"name": "d"},
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.6, "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": first},
    }
    band = {
        "data": {"name": "f"},
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "area", "style": "band", "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }
    line = {
        "data": {"name": "f"},
        "mark": {"type": "line", "style": "ink_line", "strokeWidth": 1.5, "clip": True},
        "encoding": {"x": x, "y": y},
    }
    size = 46 if kind == "points" else 70
    dots = {
        "data": {"name": "d"},
        "mark": {"type": "point", "filled": True, "size": size, "opacity": 0.75 if kind == "points" else 1},
        "encoding": {"x": x, "y": y, "color": first, **shape},
    }
    touch = {
        "data": {"name": "d"},
        "mark": {"type": "point", "filled": True, "size": 350, "opacity": 0},
        "encoding": {"x": x, "y": y, "tooltip": _SAY},
    }
    fit = [*([band] if has_band else []), line] if kind != "groups" else []
    return {"$schema": SCHEMA, "height": base.HIGHEST, "layer": [raw, *fit, limits, dots, touch]}


@lru_cache(maxsize=4)
def lags() -> dict[str, Any]:
    """The spec of the lag scan. Data "d": lag (weeks, above 0 the first leads), r, is_best, said; "n": one row, low and high: within them is noise."""
    x = {
        "field": "lag",
        "type": "ordinal",
        "axis": {"title": "weeks by which the first comes before the second", "grid": False, "labelAngle": 0},
    }
    y = {
        "field": "r",
        "type": "quantitative",
        "axis": {"title": None, "labelExpr": _signed("datum.value"), "tickCount": 5},
        "scale": {"nice": True, "zero": True},
    }
    noise = {
        "data": {"name": "n"},
        "mark": {"type": "rect", "style": "band"},
        "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }
    others = {
        "data": {"name": "d"},
        "transform": [{"filter": "!datum.is_best"}],
        "mark": {"type": "bar", "style": "others", "width": {"band": 0.5}},
        "encoding": {"x": x, "y": y, "tooltip": _SAY},
    }
    best = {
        "data": {"name": "d"},
        "transform": [{"filter": "datum.is_best"}],
        "mark": {"type": "bar", "width": {"band": 0.5}},
        "encoding": {"x": x, "y": y, "color": {"datum": "value", "type": "nominal", "legend": None}, "tooltip": _SAY},
    }
    return {"$schema": SCHEMA, "height": base.LOWEST, "layer": [noise, others, best]}


@lru_cache(maxsize=64)
def pairs_of_shares(first: str, second: str, parts: tuple[str, ...]) -> dict[str, Any]:
    """The spec of two groups inside the parts of a column. Data "d": part, side (`first` or `second`), share, said; parts in the order given."""
    y = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": list(parts)},
        "axis": {"title": None, "grid": True, "ticks": False, "labelLimit": 160},
    }
    x = {
        "field": "share",
        "type": "quantitative",
        "axis": {"title": None, "labelExpr": units.axis_label("%")},
        "scale": {"zero": False, "nice": True},
    }
    colour = {"field": "side", "type": "nominal", "scale": base.scale((first, second)), "legend": {"title": None, "orient": "top"}}
    shape = {"field": "side", "type": "nominal", "scale": {"domain": [first, second], "range": ["circle", "diamond"]}, "legend": None}
    line = {
        "data": {"name": "d"},
        "mark": {"type": "line", "style": "quiet_line"},
        "encoding": {"y": y, "x": x, "detail": {"field": "part"}},
    }
    dots = {
        "data": {"name": "d"},
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {"y": y, "x": x, "color": colour, "shape": shape, "tooltip": _SAY},
    }
    return {"$schema": SCHEMA, "height": {"step": 32}, "layer": [line, dots]}


def _axis(field: str, unit: str, title: str, is_log: bool, ticks: tuple[float, ...], currency: str | None) -> dict[str, Any]:
    if unit in ("relative", "pts"):
        expr = f"{_signed('datum.value')} + '{units.NBSP}{'%' if unit == 'relative' else 'pts'}'"
    else:
        expr = units.axis_label(unit, currency)
    axis: dict[str, Any] = {
        "title": title,
        "labelExpr": expr,
        "grid": field == "y",
        "labelOverlap": True,
        "labelFlush": True,
        "titleLimit": 420,
    }
    if ticks:
        axis["values"] = list(ticks)
    scale: dict[str, Any] = {"type": "log", "nice": False} if is_log else {"zero": False, "nice": True}
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def _signed(value: str) -> str:
    """A Vega expression: a number with its sign, the minus as everywhere else."""
    return f"({value} == 0 ? '0' : replace(format({value}, '+.2~f'), '\u2212', '-'))"


def _quoted(name: str) -> str:
    """A label of ours inside a Vega expression."""
    return name.replace("\\", "").replace("'", "\u2019")
