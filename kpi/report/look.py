"""The look of a report: the colours of the app's own theme, and a chart's configuration outside the app."""

from __future__ import annotations

import datetime as dt
import json
import math
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from kpi.charts import base
from kpi.home import app_folder
from kpi.report.blocks import Chart

SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
THEMES = ("light", "dark")
NAMES = {
    "paper": "backgroundColor",
    "card": "secondaryBackgroundColor",
    "ink": "textColor",
    "line": "borderColor",
    "accent": "primaryColor",
    "good": "greenColor",
    "bad": "redColor",
}
"""Our word for a colour -> the theme's."""
USUAL_WIDTH = 720


@lru_cache(maxsize=1)
def _theme() -> dict[str, Any]:
    """The theme as the app itself has it: colours are typed in one place."""
    return dict(tomllib.loads((app_folder() / ".streamlit" / "config.toml").read_text("utf-8"))["theme"])


@lru_cache(maxsize=2)
def colours(theme: str) -> dict[str, str]:
    """Colours by our words; "quiet" is that of captions."""
    return {ours: str(_theme()[theme][theirs]) for ours, theirs in NAMES.items()} | {"quiet": base.QUIET[theme]}


@lru_cache(maxsize=2)
def config(theme: str) -> dict[str, Any]:
    """The Vega-Lite `config` of a chart outside the app: what Streamlit's theme does inside it, then what all our charts share."""
    own, quiet = colours(theme), base.QUIET[theme]
    text = {"labelColor": quiet, "titleColor": quiet, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    outside = {
        "font": SANS,
        "view": {"stroke": None, "continuousHeight": base.USUAL},
        "mark": {"color": own["accent"], "tooltip": True},
        "axis": {**text, "gridColor": own["line"], "domain": False, "ticks": False, "labelFontWeight": "normal"},
        "legend": text,
        "header": text,
        "title": {"color": own["ink"], "subtitleColor": quiet},
        "range": {"category": list(_theme()[theme]["chartCategoricalColors"])},
    }
    return merged(outside, base.config(theme))


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both, part by part; what is over wins."""
    both = dict(under)
    for name, part in over.items():
        old = both.get(name)
        both[name] = merged(old, part) if isinstance(old, Mapping) and isinstance(part, Mapping) else part
    return both


def drawing(chart: Chart, theme: str | None = None, width: int | str = "container") -> dict[str, Any]:
    """The whole spec of a chart with its data. Without a `theme` only the chart's own configuration is in it."""
    own = chart.spec.get("config", {})
    spec = {**chart.spec, "datasets": {name: records(frame) for name, frame in chart.datasets.items()}}
    spec["config"] = merged(config(theme), own) if theme else dict(own)
    if not {"hconcat", "vconcat", "concat", "facet", "repeat"} & spec.keys() and "width" not in spec:
        row = spec.get("encoding", {})
        if not {"row", "column", "facet"} & row.keys():
            spec |= {"width": width, "autosize": {"type": "fit", "contains": "padding"}}
    return spec


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON can carry them; what is not known is null."""
    plain = {str(name): [cell(value) for value in frame[name]] for name in frame}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def cell(value: Any) -> Any:
    """A cell as JSON can carry it: instants in ISO 8601, not-a-number is null."""
    if isinstance(value, list | tuple):
        return [cell(one) for one in value]
    if hasattr(value, "tolist") and not isinstance(value, str):
        return cell(value.tolist())
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | str) else str(value)


def embedded(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or start another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
