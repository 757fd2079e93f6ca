"""The range of published figures behind a trend: a grey band where enough of them compare, nothing where they do not."""

from __future__ import annotations

import pandas as pd

from kpi import Scope
from kpi.benchmarks import ALL
from pages.parts import benchmark_asked
from pages.parts.mine import Mine

FEWEST = 3
"""Below so many publishers a band would say more than is known."""


def band(mine: Mine, metric: str, scope: Scope) -> pd.DataFrame:
    """One row with `low`, `high` (in the metric's unit) and `said`; no row below three comparable publishers.

    The limits are quartiles over publishers from four of them on, else their lowest and highest. Channel filter, statistic, clock and switches of
    the scope decide what compares; the industry is the one chosen on the page of benchmarks.
    """
    nothing = pd.DataFrame({"low": [], "high": [], "said": []}).astype({"low": float, "high": float, "said": str})
    if mine.dataset.lacking(scope.ask).get(metric, ("",)):
        return nothing
    placed = benchmark_asked.placed(mine, metric, scope, benchmark_asked.filtered(scope) or ALL, benchmark_asked.industry())
    values = placed.by_publisher
    if len(values) < FEWEST or placed.years is None:
        return nothing
    low, high = placed.quartiles or (min(values.values()), max(values.values()))
    first, last = placed.years
    part = "the middle half of" if placed.quartiles else "the range of"
    years = str(first) if first == last else f"{first}–{last}"
    where = "over all industries" if placed.ours.industry == ALL else placed.ours.industry
    said = f"{part} {len(values)} publishers' figures, {where}, {years}: {placed.ours.say_interval(low, high)}"
    return pd.DataFrame({"low": [low], "high": [high], "said": [said]})
