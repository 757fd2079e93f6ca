"""A number over time: complete periods as a line with the band of its interval, the open period dashed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kpi import units
from kpi.charts import base

_DATES = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}
FEW, MOST_NAMED = 20, 8
"""Of more weeks than this the axis names months; of fewer, at most so many."""
_UTC = "utcyearmonthdate"
"""Periods are dates, not instants: drawn in UTC they stay the same dates in every browser."""


@lru_cache(maxsize=256)
def trend(
    unit: str,
    by: str,
    currency: str | None = None,
    ticks: tuple[float, ...] = (),
    from_zero: bool = False,
    parts: tuple[str, ...] = ("ground", "band", "open"),
    named: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The spec of a trend. `unit` is the metric's, `by` the grain; `ticks` are the marks of an axis of seconds (`kpi.units.duration_ticks`).

    Data "d": one row per complete period with `period` (ISO date), `value`, `low`, `high` (null where unknown) and `said`, the sentence of
    the period. `parts` names what there is beside the line: "band" (some period has an interval), "open" (data "o": the last complete period
    and the open ones after it, with `is_complete`, drawn dashed) and "ground" (data "s": one row with `start` and `end`, the dates the number on
    the page is about). `named` are the periods the axis names (`own_weeks`); without them it chooses round dates.
    """
    axis: dict[str, Any] = {"labelExpr": units.axis_label(unit, currency), "title": None, "grid": True}
    if ticks:
        axis["values"] = list(ticks)
    x = {
        "field": "period",
        "type": "temporal",
        "timeUnit": _UTC,
        "title": None,
        "axis": {
            "format": _DATES[by], "grid": False, "tickCount": 8, "labelOverlap": True, "labelFlush": True,
            **({"values": [_utc(day) for day in named]} if named else {}),
        },
    }  # fmt: skip
    y = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": from_zero, "nice": True}}
    first = {"datum": "value", "type": "nominal", "legend": None}  # the first colour of the theme
    say = {"field": "said", "type": "nominal"}
    ground = {
        "data": {"name": "s"},
        "mark": {"type": "rect", "style": "band", "opacity": 0.1},
        "encoding": {"x": {**x, "field": "start"}, "x2": {"field": "end", "timeUnit": _UTC}},
    }
    band = {
        "data": {"name": "d"},
        "mark": {"type": "area", "opacity": 0.18, "line": False},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": first},
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
    }
    line = {"data": {"name": "d"}, "mark": {"type": "line"}, "encoding": {"x": x, "y": y, "color": first}}
    dots = {
        "data": {"name": "d"},
        "mark": {"type": "point", "filled": True, "size": 22},
        "encoding": {"x": x, "y": y, "color": first, "tooltip": say},
    }
    touch = {
        "data": {"name": "d"},
        "mark": {"type": "point", "filled": True, "size": 400, "opacity": 0},
        "encoding": {"x": x, "y": y, "tooltip": say},
    }
    dashed = {"data": {"name": "o"}, "mark": {"type": "line", "strokeDash": [4, 4]}, "encoding": {"x": x, "y": y, "color": first}}
    hollow = {
        "data": {"name": "o"},
        "transform": [{"filter": "!datum.is_complete"}],
        "mark": {"type": "point", "filled": False, "size": 60, "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "color": first, "tooltip": say},
    }
    layers = [("ground", ground), ("band", band), ("", line), ("open", dashed), ("", dots), ("open", hollow), ("", touch)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": base.USUAL,
        "layer": [layer for part, layer in layers if not part or part in parts],
    }


def own_weeks(periods: Sequence[str], by: str) -> tuple[str, ...]:
    """The periods an axis of few weeks names, the newest among them: left alone, it would name Sundays, where no point stands."""
    if by != "week" or len(periods) > FEW:
        return ()
    return tuple(sorted(periods, reverse=True)[:: 1 + (len(periods) - 1) // MOST_NAMED][::-1])


def _utc(day: str) -> dict[str, Any]:
    year, month, date = (int(part) for part in day[:10].split("-"))
    return {"year": year, "month": month, "date": date, "utc": True}
