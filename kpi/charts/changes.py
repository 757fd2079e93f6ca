"""Why a number changed, as a waterfall: totals at the ends, every part where the one before it ended."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

STEP = 27
"""Pixels of a row: every label has its place."""
_FINE = f"(datum.value >= 60 ? floor(datum.value / 60) + '{units.NBSP}min{units.NBSP}' : '') + round(datum.value % 60) + '{units.NBSP}s'"


@lru_cache(maxsize=128)
def waterfall(unit: str, currency: str | None = None, ticks: tuple[float, ...] = ()) -> dict[str, Any]:
    """The spec. Data "d": one row a bar in `order`, with a unique `label`, the `next` label ("" at the end), `what` (rate, mix, rest, total), `role`
    (good, bad, plain, quiet), `start` and `end` (of a total from `base` on), `low_at` and `high_at` (the interval, at its place; null without),
    `text_at`, `say` (what stands beside it), `said` (on touch) and `link` (where a click leads; null for nowhere).

    A part itself is filled, a part's share is hollow and dashed, totals are grey: told apart without colour.
    """
    axis: dict[str, Any] = {
        "labelExpr": units.axis_label(unit, currency),
        "title": None,
        "grid": True,
        "tickCount": 5,
        "labelOverlap": True,
    }
    if ticks:
        axis["values"] = list(ticks)
        if any(tick % 60 for tick in ticks) and max(ticks) < 3600:  # 9 min 40 s, not 9.7 min
            axis["labelExpr"] = _FINE
    y = {
        "field": "label",
        "type": "nominal",
        "sort": {"field": "order"},
        "title": None,
        "axis": {"grid": False, "ticks": False, "domain": False, "labelOverlap": False, "labelLimit": 190},
        "scale": {"paddingInner": 0.35},
    }
    x = {"field": "start", "type": "quantitative", "axis": axis, "scale": {"zero": False, "nice": False, "padding": 6}}
    say = {"field": "said", "type": "nominal"}

    def bar(what: list[str], role: str, **mark: Any) -> dict[str, Any]:
        kinds = " || ".join(f"datum.what == '{kind}'" for kind in what)
        colour = {"color": {"datum": "value", "type": "nominal", "legend": None}} if role == "plain" else {}
        return {
            "data": {"name": "d"},
            "transform": [{"filter": f"({kinds}) && datum.role == '{role}'"}],
            "mark": {"type": "bar", "cornerRadius": 1, **({} if role == "plain" else {"style": _STYLES[role]}), **mark},
            "encoding": {"y": y, "x": x, "x2": {"field": "end"}, "tooltip": say, "href": {"field": "link", "type": "nominal"}, **colour},
        }

    hollow = {"fillOpacity": 0.12, "strokeWidth": 1.5, "strokeDash": [3, 2], "strokeOpacity": 1}
    strokes = {"good": base.GOOD, "bad": base.BAD, "quiet": base.OTHERS}
    bars = [bar(["total", "rest"], "quiet", opacity=0.75)]
    for role in ("good", "bad", "plain", "quiet"):
        filled = {"opacity": 0.55} if role == "quiet" else {}
        stroke = {"stroke": strokes[role]} if role in strokes else {"filled": False}
        bars += [bar(["rate"], role, **filled), bar(["mix"], role, **hollow, **stroke)]
    joined = {
        "data": {"name": "d"},
        "transform": [{"filter": "datum.next != ''"}],
        "mark": {"type": "rule", "style": "quiet_line", "opacity": 0.5, "strokeWidth": 1},
        "encoding": {"y": y, "y2": {"field": "next"}, "x": {**x, "field": "end"}},
    }
    limits = {
        "data": {"name": "d"},
        "transform": [{"filter": "isValid(datum.low_at) && isValid(datum.high_at)"}],
        "mark": {"type": "rule", "style": "ink_line", "strokeWidth": 1.2, "opacity": 0.8},
        "encoding": {"y": y, "x": {**x, "field": "low_at"}, "x2": {"field": "high_at"}},
    }
    words = {
        "data": {"name": "d"},
        "mark": {"type": "text", "style": "ink", "align": "left", "dx": 7, "baseline": "middle", "clip": False},
        "encoding": {"y": y, "x": {**x, "field": "text_at"}, "text": {"field": "say", "type": "nominal"}, "tooltip": say},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": {"step": STEP},
        "padding": {"right": 76},
        "layer": [joined, *bars, limits, words],
    }


_STYLES = {"good": "good", "bad": "bad", "quiet": "others"}
