"""The week as a heat map, the backlog as stacked ages, and the flow beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

RAMP = {
    "light": ("#EAF2F0", "#B5D6D1", "#6DAFAA", "#1F7675", "#0A4B4B"),
    "dark": ("#1E292B", "#1F4547", "#28696B", "#43A19D", "#8FE3DC"),
}
"""One hue from little to much, even in lightness, so that it reads without colour; the first lies just above the page in each mode."""
TURN = {"light": 0.7, "dark": 0.605}
"""The place on the ramp at which black and white letters are as easy to read (4.5 : 1 and more on either side, WCAG 1.4.3)."""
PALE, DEEP = "#000000", "#FFFFFF"
"""Letters on the paler and on the deeper colours."""
WIDE = 640
"""Below this width (a phone) cells are too narrow for numbers: the legend and the table have them."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PICKED = "picked"
"""The name of the heat map's selection: the `cell` that was clicked."""
AGES = {
    "light": ("#CFE3DF", "#A0CAC4", "#6DAFAA", "#1F7675", "#0A4B4B"),
    "dark": ("#24393B", "#1F5254", "#2C7A7A", "#4FB3AE", "#9BEBE4"),
}
"""Young to old, each a step from the page and from its neighbours."""
_UTC = "utcyearmonthdate"
_AXIS = 44
"""Room for the numbers of an axis, the same in charts that stand above each other, so that their dates do too."""


@lru_cache(maxsize=32)
def week(unit: str, theme: str, title: str, is_log: bool = False, ticks: tuple[float, ...] = ()) -> dict[str, Any]:
    """The spec of the week. Data "d": day ("Mon"), hour (0 to 23), cell, value (null: not known, drawn grey), label, on (place on the ramp, 0 to 1), said;
    data "s", the chosen cell: day, hour.

    `title` says what the colour is ("": nothing is known, so that there is no legend); on a log scale where `is_log`, with `ticks` on its legend.
    """
    scale: dict[str, Any] = {"range": list(RAMP[theme]), "interpolate": "rgb"} | ({"type": "log"} if is_log else {"zero": True})
    every_third = "datum.value % 3 == 0 ? format(datum.value, '02') : ''"
    x = {
        "field": "hour",
        "type": "ordinal",
        "scale": {"domain": list(range(24)), "paddingInner": 0.04},
        "axis": {"title": None, "labelExpr": every_third, "labelFlush": False, "labelOverlap": False, "ticks": False},
    }
    y = {
        "field": "day",
        "type": "ordinal",
        "scale": {"domain": list(DAYS), "paddingInner": 0.06},
        "axis": {"title": None, "grid": False, "labelFlush": False, "labelBaseline": "middle", "labelOverlap": False, "ticks": False},
    }
    legend: dict[str, Any] = {
        "title": title,
        "labelExpr": units.axis_label(unit),
        "gradientLength": 180,
        "orient": "top",
        "titleLimit": 400,
    }
    legend |= {"values": list(ticks)} if ticks else {"tickCount": 4}
    shown = legend if title else None
    say = {"field": "said", "type": "nominal"}
    known, cell = "isValid(datum.value)", {"type": "rect", "cornerRadius": 2}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": {"step": 30},
        "layer": [
            {
                "data": {"name": "d"},
                "transform": [{"filter": known}],
                "mark": cell,
                "encoding": {"x": x, "y": y, "color": {"field": "value", "type": "quantitative", "scale": scale, "legend": shown}},
            },
            {
                "data": {"name": "d"},
                "transform": [{"filter": f"!{known}"}],
                "mark": {**cell, "style": "band", "opacity": 0.14},
                "encoding": {"x": x, "y": y},
            },
            *(
                {
                    "data": {"name": "d"},
                    "transform": [{"filter": f"{known} && {test}"}],
                    "mark": {"type": "text", "color": colour, "fontSize": 10.5, "opacity": {"expr": f"width < {WIDE} ? 0 : 1"}},
                    "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}},
                }
                for colour, test in letters(theme)
            ),
            {
                "data": {"name": "s"},
                "mark": {**cell, "style": "ink_line", "filled": False, "strokeWidth": 2},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"name": "d"},
                "params": [{"name": PICKED, "select": {"type": "point", "fields": ["cell"], "on": "click", "clear": "dblclick"}}],
                "mark": {**cell, "cursor": "pointer", "opacity": 0},
                "encoding": {"x": x, "y": y, "tooltip": say},
            },
        ],
    }


@lru_cache(maxsize=16)
def ages(bands: tuple[str, ...], by: str, theme: str) -> dict[str, Any]:
    """The spec of the backlog by age, oldest at the bottom. Data "d": period (ISO date), band, age (0 is the youngest), n, said."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": base.USUAL,
        "layer": [
            {
                "data": {"name": "d"},
                "mark": {"type": "area", "line": {"color": base.PAPER[theme], "strokeWidth": 1}, "opacity": 1},
                "encoding": {
                    "x": _dates(by),
                    "y": {"field": "n", "type": "quantitative", "stack": "zero", "axis": _counts(), "scale": {"zero": True, "nice": True}},
                    "color": {
                        "field": "band",
                        "type": "nominal",
                        "scale": {"domain": list(bands), "range": list(AGES[theme])},
                        "legend": {"columns": {"expr": f"width < {WIDE} ? 3 : 5"}, "title": None, "orient": "top", "symbolType": "square"},
                    },
                    "order": {"field": "age", "type": "quantitative", "sort": "descending"},
                },
            },
            {
                "data": {"name": "t"},
                "mark": {"type": "point", "filled": True, "size": 26, "style": "ink"},
                "encoding": {
                    "x": _dates(by),
                    "y": {"field": "total", "type": "quantitative"},
                    "tooltip": {"field": "said", "type": "nominal"},
                },
            },
            {
                "data": {"name": "t"},
                "mark": {"type": "point", "filled": True, "size": 500, "opacity": 0},
                "encoding": {
                    "x": _dates(by),
                    "y": {"field": "total", "type": "quantitative"},
                    "tooltip": {"field": "said", "type": "nominal"},
                },
            },
        ],
    }


@lru_cache(maxsize=16)
def flow(by: str) -> dict[str, Any]:
    """The spec of what came minus what was solved. Data "d": period (ISO date), net, said; above 0 the pile grows."""
    y = {"field": "net", "type": "quantitative", "axis": {**_counts(), "tickCount": 4}, "scale": {"nice": True}}
    first = {"datum": "net", "type": "nominal", "legend": None}
    say = {"field": "said", "type": "nominal"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": 110,
        "layer": [
            {
                "mark": {"type": "rule", "style": "quiet_line"},
                "data": {"values": [{"zero": 0}]},
                "encoding": {"y": {"field": "zero", "type": "quantitative"}},
            },
            {"data": {"name": "d"}, "mark": {"type": "line"}, "encoding": {"x": _dates(by), "y": y, "color": first}},
            {
                "data": {"name": "d"},
                "mark": {"type": "point", "filled": True, "size": 26},
                "encoding": {"x": _dates(by), "y": y, "color": first, "tooltip": say},
            },
            {
                "data": {"name": "d"},
                "mark": {"type": "point", "filled": True, "size": 400, "opacity": 0},
                "encoding": {"x": _dates(by), "y": y, "tooltip": say},
            },
        ],
    }


def letters(theme: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """(colour of letters, where they stand as a Vega test on `on`, the place on the ramp) for a heat map's numbers."""
    below, above = (PALE, DEEP) if theme == "light" else (DEEP, PALE)
    return (below, f"datum.on < {TURN[theme]}"), (above, f"datum.on >= {TURN[theme]}")


def place(values: Sequence[float | None], is_log: bool = False) -> list[float]:
    """Where values lie on the ramp, 0 to 1: from 0 (on a log scale from the least) to the greatest; unknown is 0."""
    known = [v for v in values if v is not None and math.isfinite(v) and (v > 0 or not is_log)]
    if not known:
        return [0.0] * len(values)
    if is_log:
        low, high = math.log(min(known)), math.log(max(known))
        return [(math.log(v) - low) / (high - low) if v is not None and v > 0 and high > low else 0.0 for v in values]
    high = max(known)
    return [v / high if v is not None and math.isfinite(v) and high > 0 else 0.0 for v in values]


def _dates(by: str) -> dict[str, Any]:
    shown = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}[by]
    axis = {"format": shown, "grid": False, "tickCount": 8, "labelOverlap": True, "labelFlush": True}
    return {"field": "period", "type": "temporal", "timeUnit": _UTC, "title": None, "axis": axis}


def _counts() -> dict[str, Any]:
    return {"labelExpr": units.axis_label("count"), "title": None, "grid": True, "minExtent": _AXIS, "format": ",d"}
