"""One panel of small multiples: the same number for one group, small enough to stand beside eleven others.

A page lays the panels out, so that they reflow on a narrow screen. What they share (the height of the axis) travels as data.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kpi.charts import base
from kpi.charts.process import signals, x_of, y_of

HEIGHT = 120
MOST = 12
"""More panels than this nobody reads: the rest is pooled."""


@lru_cache(maxsize=256)
def panel(
    unit: str,
    by: str,
    currency: str | None = None,
    ticks: tuple[float, ...] = (),
    from_zero: bool = False,
    is_log: bool = False,
    is_rest: bool = False,
    has_limits: bool = True,
    has_open: bool = False,
) -> dict[str, Any]:
    """The spec. Data "d" and "o" as `kpi.charts.process.process`; "s": rows with `period` and `value` that the axis must reach (none: its own).

    `is_rest` draws the pooled rest, in grey.
    """
    x, y = x_of(by), y_of(unit, currency, ticks, from_zero, is_log, count=3)
    x = {**x, "axis": {**x["axis"], "tickCount": 3}}
    y = {**y, "axis": {**y["axis"], "title": None}}
    say = {"field": "said", "type": "nominal"}
    colour: dict[str, Any] = {} if is_rest else {"color": {"datum": "value", "type": "nominal", "legend": None}}
    grey: dict[str, Any] = {"stroke": base.OTHERS} if is_rest else {}
    d, o, s = ({"data": {"name": name}} for name in "dos")
    known = {"transform": [{"filter": "isValid(datum.value)"}]}
    limits = [
        {
            **d,
            "transform": [{"filter": "isValid(datum.limit_low) && isValid(datum.limit_high)"}],
            "mark": {"type": "area", "style": "band", "opacity": 0.13, "line": False},
            "encoding": {"x": x, "y": {**y, "field": "limit_low"}, "y2": {"field": "limit_high"}},
        }
    ]
    dashed: list[dict[str, Any]] = [
        {**o, "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1.5, **grey}, "encoding": {"x": x, "y": y, **colour}},
        {
            **o,
            "transform": [{"filter": "!datum.is_complete"}],
            "mark": {"type": "point", "filled": False, "size": 30, **grey},
            "encoding": {"x": x, "y": y, "tooltip": say, **colour},
        },
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": HEIGHT,
        "layer": [
            {**s, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}},
            *(limits if has_limits else []),
            {**d, **known, "mark": {"type": "line", "strokeWidth": 1.5, **grey}, "encoding": {"x": x, "y": y, **colour}},
            *(dashed if has_open else []),
            *signals(x, y, words=False, size=70),
            {
                **d,
                **known,
                "mark": {"type": "point", "filled": True, "size": 300, "opacity": 0},
                "encoding": {"x": x, "y": y, "tooltip": say},
            },
        ],
    }
