"""Dated notes on charts: flags over any chart of time, what came before and after one, and the same reckoning at other dates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base
from kpi.events import KINDS

UTC = "utcyearmonthdate"
"""Dates are drawn in UTC, so that they stay the same dates in every browser."""
_DATES = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}
_SHAPE = {
    "field": "kind",
    "type": "nominal",
    "legend": None,
    "scale": {"domain": list(KINDS), "range": [kind.shape for kind in KINDS.values()]},
}


def flags(x: Mapping[str, Any] | None = None, *, labels: bool = False) -> list[dict[str, Any]]:
    """Layers to lay over any chart of time whose y is a quantity. Data "e": the frame of `pages.parts.event_flags.of`: ISO `date`, `end`,
    `title`, `kind`, `said`. Put them first, so that what is measured lies above, and give an empty frame where there are none.

    A note that lasted is a quiet ground from its first to its last day; each has a thin line and, at the top, a sign whose shape is its
    kind, with the sentence on touch. `x` is the host's own encoding of its dates (field and end are replaced), so that axes agree.
    `labels` writes titles beside the signs: for one or two notes only.
    """
    time = {"type": "temporal", "timeUnit": UTC, "title": None, **(x or {}), "field": "date"}
    say = {"field": "said", "type": "nominal"}
    named = {"data": {"name": "e"}}
    ground = {
        **named,
        "transform": [{"filter": "datum.end > datum.date"}],
        "mark": {"type": "rect", "style": "band"},
        "encoding": {"x": time, "x2": {"field": "end", "timeUnit": UTC}},
    }
    line = {**named, "mark": {"type": "rule", "style": "quiet_line", "opacity": 0.7}, "encoding": {"x": time}}
    sign = {
        **named,
        "mark": {"type": "point", "style": "quiet", "filled": True, "size": 90, "opacity": 1, "clip": False},
        "encoding": {"x": time, "y": {"value": 0}, "shape": _SHAPE, "tooltip": say},
    }
    touch = {
        **named,
        "mark": {"type": "point", "filled": True, "size": 700, "opacity": 0, "clip": False},
        "encoding": {"x": time, "y": {"value": 0}, "tooltip": say},
    }
    title = {
        **named,
        "mark": {"type": "text", "style": "quiet", "align": "left", "dx": 9, "baseline": "middle", "limit": 150, "clip": False},
        "encoding": {"x": time, "y": {"value": 0}, "text": {"field": "title", "type": "nominal"}, "tooltip": say},
    }
    return [ground, line, sign, *([title] if labels else []), touch]


@lru_cache(maxsize=128)
def before_after(
    unit: str,
    by: str,
    currency: str | None = None,
    ticks: tuple[float, ...] = (),
    has_line: bool = True,
    has_control: bool = False,
) -> dict[str, Any]:
    """The spec of a comparison. Data "d": one row a period with ISO `period`, `value`, `side` (before, after, left out) and `said`; "c": the
    periods with `expected`, `expected_low`, `expected_high` (what its own past would have led one to expect) and `is_after`; "e": the flag
    (see `flags`); "k", with a control: `period` and `value` of the control.

    `has_line` is False where there is too little to expect anything from: then "c" is not asked for.
    """
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit, currency), "title": None, "grid": True}
    if ticks:
        axis["values"] = list(ticks)
    x = {
        "field": "period",
        "type": "temporal",
        "timeUnit": UTC,
        "title": None,
        "axis": {"format": _DATES[by], "grid": False, "tickCount": 8, "labelOverlap": True, "labelFlush": True},
    }
    y = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": False, "nice": True}}
    first = {"datum": "value", "type": "nominal", "legend": None}
    say = {"field": "said", "type": "nominal"}
    band = {
        "data": {"name": "c"},
        "transform": [{"filter": "datum.is_after"}],
        "mark": {"type": "area", "style": "band"},
        "encoding": {"x": x, "y": {**y, "field": "expected_low"}, "y2": {"field": "expected_high"}},
    }
    past = {
        "data": {"name": "c"},
        "mark": {"type": "line", "style": "quiet_line", "strokeWidth": 1.5},
        "encoding": {"x": x, "y": {**y, "field": "expected"}, "strokeDash": _dashed("is_after")},
    }
    control = {
        "data": {"name": "k"},
        "mark": {"type": "line", "color": base.OTHERS, "strokeWidth": 1.5, "opacity": 0.8},
        "encoding": {"x": x, "y": y, "tooltip": say},
    }
    known = [{"filter": "datum.side != 'left out' && isValid(datum.value)"}]
    line = {
        "data": {"name": "d"},
        "transform": known,
        "mark": {"type": "line"},
        "encoding": {"x": x, "y": y, "color": first, "detail": {"field": "side"}},
    }
    dots = {
        "data": {"name": "d"},
        "transform": known,
        "mark": {"type": "point", "filled": True, "size": 26},
        "encoding": {"x": x, "y": y, "color": first},
    }
    hollow = {
        "data": {"name": "d"},
        "transform": [{"filter": "datum.side == 'left out' && isValid(datum.value)"}],
        "mark": {"type": "point", "filled": False, "size": 50, "strokeWidth": 1.5},
        "encoding": {"x": x, "y": y, "color": first},
    }
    touch = {
        "data": {"name": "d"},
        "mark": {"type": "point", "filled": True, "size": 400, "opacity": 0},
        "encoding": {"x": x, "y": y, "tooltip": say},
    }
    layers = [*flags(x, labels=True), *([band, past] if has_line else []), *([control] if has_control else []), line, dots, hollow, touch]
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "height": base.HIGHEST, "padding": {"top": 14}, "layer": layers}


@lru_cache(maxsize=4)
def placebos() -> dict[str, Any]:
    """The spec of the strip: the same reckoning at dates before the event. Data "p": one row a date with ISO `date`, `strength` (the jump
    over half the width of its interval), `is_event` and `said`; "n": one row with `low` and `high`, -1 and 1, within which a jump is noise.
    """
    x = {
        "field": "strength",
        "type": "quantitative",
        "title": "step, in half widths of its own interval",
        "axis": {"grid": False, "tickCount": 7},
    }
    say = {"field": "said", "type": "nominal"}
    noise = {
        "data": {"name": "n"},
        "mark": {"type": "rect", "style": "band"},
        "encoding": {"y": {"value": 0}, "y2": {"value": {"expr": "height"}}, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
    }
    zero = {"data": {"name": "n"}, "mark": {"type": "rule", "style": "quiet_line", "opacity": 0.6}, "encoding": {"x": {"datum": 0}}}
    others = {
        "data": {"name": "p"},
        "transform": [{"filter": "!datum.is_event"}],
        "mark": {"type": "tick", "style": "quiet", "thickness": 2, "size": 22, "opacity": 0.8},
        "encoding": {"x": x, "tooltip": say},
    }
    own = {
        "data": {"name": "p"},
        "transform": [{"filter": "datum.is_event"}],
        "mark": {"type": "point", "filled": True, "size": 160, "shape": "diamond", "opacity": 1},
        "encoding": {"x": x, "color": {"datum": "value", "type": "nominal", "legend": None}, "tooltip": say},
    }
    touch = {
        "data": {"name": "p"},
        "mark": {"type": "point", "filled": True, "size": 300, "opacity": 0},
        "encoding": {"x": x, "tooltip": say},
    }
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "height": 110, "layer": [noise, zero, others, own, touch]}


def _dashed(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [False, True], "range": [[1, 0], [5, 4]]},
    }
