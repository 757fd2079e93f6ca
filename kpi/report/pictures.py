"""Charts as pictures, made on this machine without a browser and without a network."""

from __future__ import annotations

import json
from typing import Any

from kpi.report.blocks import Chart
from kpi.report.look import USUAL_WIDTH, colours, drawing

VEGA_LITE = "6.4"
"""The version our specs are written for, as vl-convert names it."""


def png(chart: Chart, theme: str = "light", width: int = USUAL_WIDTH, scale: float = 2) -> bytes:
    """A chart as PNG, on the theme's paper."""
    return bytes(_convert().vegalite_to_png(_spec(chart, theme, width, colours(theme)["paper"]), vl_version=VEGA_LITE, scale=scale))


def svg(chart: Chart, theme: str = "light", width: int = USUAL_WIDTH) -> str:
    """A chart as SVG on no ground."""
    return str(_convert().vegalite_to_svg(_spec(chart, theme, width), vl_version=VEGA_LITE))


def pdf(chart: Chart, width: int = USUAL_WIDTH) -> bytes:
    """A chart as a PDF page of its own size: lines and letters, no pixels."""
    return bytes(_convert().vegalite_to_pdf(_spec(chart, "light", width), vl_version=VEGA_LITE))


def scripts() -> str:
    """Vega, Vega-Lite and Vega-Embed as one piece of JavaScript that asks for nothing from anywhere."""
    return str(_convert().javascript_bundle(vl_version=VEGA_LITE))


def _spec(chart: Chart, theme: str, width: int, ground: str = "") -> str:
    spec = drawing(chart, theme, width)
    if ground:
        spec["config"]["background"] = ground
        spec["padding"] = 16
    return json.dumps(spec, allow_nan=False)


def _convert() -> Any:
    import vl_convert  # noqa: PLC0415  a large library of the extra `report`: only those who draw wait for it

    return vl_convert
