"""Is it getting better? One series over time: its usual up and down, what lies outside it, where it goes, when its level moved.

    result = kpi.measure("csat", kpi.Scope(by="week"), data)
    print(trend(result).text)

`trend` looks at one metric and group of a Result, `moved` at many at once. The process behaviour chart, the line and the levels together keep
one error budget: a series in which nothing changed is said to have changed at most once in twenty
(simulated: 3 % at a memory of 0.5, 4 % at 0.7).
Sources: Wheeler, "Understanding Variation"; Laney 2002; Pinheiro and Bates (REML); Killick 2012 and Chakar 2017 (levels).
"""

from __future__ import annotations

from kpi.trends.apart import holidays
from kpi.trends.board import Board, Moved, board_of, moved, together
from kpi.trends.look import trend
from kpi.trends.model import Line, Shift, Signal, Trend, Year
from kpi.trends.series import series_of
from kpi.trends.told import spoken

__all__ = [
    "Board",
    "Line",
    "Moved",
    "Shift",
    "Signal",
    "Trend",
    "Year",
    "board_of",
    "holidays",
    "moved",
    "series_of",
    "spoken",
    "together",
    "trend",
]
