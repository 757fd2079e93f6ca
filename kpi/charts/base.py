"""What every chart has in common: the order of colours, the few fixed ones, text, grid and height. No chart is made here.

The theme fills `range.category` with its own seven colours, light or dark. A chart never types one of them: it names a position.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

SERIES = ("teal", "amber", "indigo", "grey", "vermilion", "green", "mauve")
"""The theme's colours in their order. Grey is kept for what is pooled, past or merely there."""
GREY = SERIES.index("grey")
MOST_SERIES = len(SERIES) - 1
"""More series than this cannot be told apart: pool the rest as others."""

OTHERS = "#7F858F"
GOOD, BAD = "#2B9A73", "#D4603A"
"""At least 3 : 1 against the page and the card in both modes (WCAG 1.4.11); only for good and bad, and never without a word or a shape."""
INK = {"light": "#14171E", "dark": "#E8E6E0"}
QUIET = {"light": "#5F6570", "dark": "#A3A9B4"}
PAPER = {"light": "#FFFFFF", "dark": "#14171C"}
"""Text on a chart: body and caption colour; at least 4.5 : 1 on the page and on a card. Paper is text on the accent."""
PAGE = {"light": "#FCFBF8", "dark": "#14171C"}
"""What a chart lies on. A text drawn once in it, broader, keeps the lines behind it off its letters."""

LOWEST, USUAL, HIGHEST = 220, 260, 320
"""Heights in pixels."""


@lru_cache(maxsize=2)
def config(theme: str = "light") -> dict[str, Any]:
    """The Vega-Lite `config` that every chart gets when it is drawn; what a spec itself says wins.

    `theme` is "light" or "dark" and decides the colour of text marks only; everything else is the theme's own. Marks take their part by
    `style`: ink and quiet (text, lines), paper (text on the accent), halo (what lies under a text that lines cross), others (pooled), good, bad,
    target (dashed line in text colour), band (a grey range).
    """
    ink, quiet, paper, page = (colours.get(theme, colours["light"]) for colours in (INK, QUIET, PAPER, PAGE))
    return {
        "background": "transparent",
        "aria": False,  # a chart has its sentence and its table; what its marks and axes would say one by one is noise
        "mark": {"aria": False},  # or their empty groups stay, as pictures without a name
        "axisX": {"grid": False, "labelAngle": 0},
        "axisY": {"grid": True, "tickCount": 5},
        "axis": {"labelPadding": 6, "titlePadding": 10, "labelLimit": 160},
        # Streamlit pushes the labels at both ends of an axis inside; the first of some names is at no end, and would stand off its row
        "axisDiscrete": {"labelFlush": False},
        "legend": {"orient": "top", "title": None, "offset": 6, "columns": 4},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "bar": {"cornerRadiusEnd": 2},
        "rule": {"color": ink},
        "text": {"color": ink, "fontSize": 12},
        "style": {
            "ink": {"color": ink, "fill": ink, "fontSize": 12},
            "quiet": {"color": quiet, "fill": quiet, "fontSize": 12},
            "paper": {"color": paper, "fill": paper, "fontSize": 12},
            "halo": {"color": page, "fill": page, "stroke": page, "strokeWidth": 6, "strokeJoin": "round", "fontSize": 12},
            "ink_line": {"color": ink, "stroke": ink, "strokeWidth": 1},
            "quiet_line": {"color": quiet, "stroke": quiet, "strokeWidth": 1},
            "others": {"color": OTHERS, "fill": OTHERS},
            "good": {"color": GOOD, "fill": GOOD},
            "bad": {"color": BAD, "fill": BAD},
            "target": {"color": ink, "stroke": ink, "strokeDash": [5, 4], "strokeWidth": 1.5},
            "band": {"color": OTHERS, "fill": OTHERS, "opacity": 0.18},
        },
    }


def scale(names: Sequence[str], others: str | None = None) -> dict[str, Any]:
    """The colour scale of some series in the theme's order; `others` is the pooled rest, in grey.

    Grey's place in between is filled by an empty name: give the legend `legend_of(names, others)`, or label the lines themselves.
    """
    domain = list(names[:GREY])
    if len(names) > GREY or others is not None:
        domain += [*[f"\u200b{i}" for i in range(GREY - len(domain))], others or "\u200b", *names[GREY:]]
    return {"domain": domain}


def legend_of(names: Sequence[str], others: str | None = None) -> dict[str, Any]:
    """The legend beside `scale`: the series and the pooled rest, nothing else. Up to four series are better labelled at their end."""
    return {"values": [*names, *([others] if others is not None else [])]}
