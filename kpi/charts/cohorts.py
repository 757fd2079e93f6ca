"""Cohorts as a table one can see at a glance, and as curves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base
from kpi.charts.workload import RAMP, letters

ROW = 24
"""Height of a row of the table."""


@lru_cache(maxsize=64)
def table(days: tuple[int, ...], rows: tuple[str, ...], least: float, theme: str) -> dict[str, Any]:
    """The spec of the table. Data "d": cohort, day, share (null: not every ticket could be followed so long), label, on (0 to 1), said.

    `rows` are the cohorts' labels from top to bottom, `days` the columns, `least` the share the colours begin at.
    """
    x = {
        "field": "day",
        "type": "ordinal",
        "scale": {"domain": list(days), "paddingInner": 0.04},
        "axis": {"orient": "top", "title": None, "labelExpr": "(datum.index == 0 ? 'Day ' : '') + datum.value", "labelOverlap": False},
    }
    y = {
        "field": "cohort",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": list(rows), "paddingInner": 0.06},
        "axis": {"title": None, "grid": False, "labelLimit": 120, "labelFlush": False, "labelBaseline": "middle", "ticks": False},
    }
    say = {"field": "said", "type": "nominal"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": {"step": ROW},
        "layer": [
            {
                "data": {"name": "d"},
                "mark": {"type": "rect", "cornerRadius": 2},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": {"range": list(RAMP[theme]), "interpolate": "rgb", "domain": [least, 100]},
                        "legend": None,
                    },
                    "tooltip": say,
                },
            },
            *(
                {
                    "data": {"name": "d"},
                    "transform": [{"filter": f"isValid(datum.share) && {test}"}],
                    "mark": {"type": "text", "color": colour, "fontSize": 11.5, "tooltip": None},
                    "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}, "tooltip": say},
                }
                for colour, test in letters(theme)
            ),
        ],
    }


@lru_cache(maxsize=16)
def curves(last: int, least: float) -> dict[str, Any]:
    """The spec of the curves. Data "d": cohort, kind ("before", "newest" or "all"), day, share, is_followed, is_open, said.

    `least` is the share the axis begins at. What not everybody was followed for (`is_open`) is dashed.
    """
    x = {
        "field": "day",
        "type": "quantitative",
        "axis": {
            "title": "Days since creation, early ones drawn wider",
            "grid": False,
            "tickMinStep": 1,
            "values": [d for d in (0, 1, 2, 3, 7, 14, 21, 30) if d <= last],
        },
        "scale": {"type": "pow", "exponent": 0.5, "domain": [0, last], "nice": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "axis": {"labelExpr": units.axis_label("%"), "title": None},
        "scale": {"domain": [least, 100], "zero": False},
    }
    detail = {"field": "cohort", "type": "nominal"}
    first = {"datum": "share", "type": "nominal", "legend": None}
    step = {"type": "line", "interpolate": "step-after"}

    def lines(kind: str, mark: dict[str, Any], **colour: Any) -> list[dict[str, Any]]:
        """Solid as far as everybody was followed, dashed from there on."""
        return [
            {
                "data": {"name": "d"},
                "transform": [{"filter": f"datum.kind == '{kind}' && {condition}"}],
                "mark": {**step, **mark, **dash},
                "encoding": {"x": x, "y": y, "detail": detail, **colour},
            }
            for condition, dash in (("datum.is_followed", {}), ("datum.is_open", {"strokeDash": [4, 4]}))
        ]

    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": base.USUAL,
        "layer": [
            *lines("before", {"style": "quiet_line", "strokeWidth": 1, "opacity": 0.45}),
            *lines("all", {"style": "ink_line", "strokeWidth": 2}),
            *lines("newest", {}, color=first),
            {
                "data": {"name": "d"},
                "mark": {"type": "point", "filled": True, "size": 130, "opacity": 0},
                "encoding": {"x": x, "y": y, "tooltip": {"field": "said", "type": "nominal"}},
            },
        ],
    }
