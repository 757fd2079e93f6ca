"""Simpson's paradox: does a link fall apart or turn round when tickets are compared inside the parts of a column?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi.correlations.facts import DIMENSIONS
from kpi.correlations.tickets import Facts
from kpi.correlations.words import label, r_said
from kpi.metric import Ask
from kpi.stats import Coded, TicketCorrelation, coded, correlate_many, correlation_interval

MOST_COLUMNS, MOST_VALUES, MOST_SHOWN, FEWEST = 12, 200, 12, 30
"""Columns tried, values a column may have, parts drawn, tickets a part needs."""
TURNS, VANISHES, APPEARS, HOLDS = "turns round", "vanishes", "appears", "holds"


@dataclass(frozen=True)
class Split:
    """A link inside the parts of one column. `pooled` and `within` are (r, low, high), with limits that allow for all columns looked at.

    `verdict`: "turns round" (clearly one way together, clearly the other way inside), "vanishes" (clear together, inside clearly less and not
    to be told from 0), "appears", or "holds". `parts` has part, r, low, high, n of the largest parts.
    """

    column: str
    verdict: str
    pooled: tuple[float, float, float]
    within: tuple[float, float, float]
    parts: pd.DataFrame
    text: str

    @property
    def is_flagged(self) -> bool:
        return self.verdict != HOLDS


def candidates(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns to try, the usual ones first."""
    known = [c for c in DIMENSIONS if c in columns]
    return tuple([*known, *(c for c in columns if c not in known)][:MOST_COLUMNS])


def splits(first: str, second: str, found: Facts, columns: tuple[str, ...], ask: Ask) -> tuple[Split, ...]:
    """The check for each column, flagged ones first."""
    rows = found.rows(ask, first, second)
    x, y = found.columns[first][rows], found.columns[second][rows]
    both = ~np.isnan(x) & ~np.isnan(y)
    kept = np.flatnonzero(rows)[both]
    if found.agent is not None:
        kept = kept[np.argsort(found.agent[kept], kind="stable")]  # once, and not for every column
    agent = None if found.agent is None else found.agent[kept]
    x, y = coded(found.columns[first][kept]), coded(found.columns[second][kept])
    parts = {column: pd.factorize(found.frame[column].take(kept), sort=True) for column in columns}
    parts = {column: (codes, names) for column, (codes, names) in parts.items() if 2 <= len(names) <= MOST_VALUES}
    if not parts or len(kept) < 2 * FEWEST:
        return ()
    conf = 1 - 0.05 / len(parts)
    checked = []
    for column, (codes, names) in parts.items():
        (link,) = correlate_many([x, y], [(0, 1)], agent, codes, conf=conf)
        if not np.isnan(link.r) and not np.isnan(link.within_r):
            checked.append(_split(column, link, _parts(x, y, codes, list(names)), first, second))
    return tuple(sorted(checked, key=lambda one: [TURNS, VANISHES, APPEARS, HOLDS].index(one.verdict)))


def _parts(x: Coded, y: Coded, codes: Any, names: list[str]) -> pd.DataFrame:
    rows = []
    counts = np.bincount(codes)
    for code in np.argsort(-counts)[:MOST_SHOWN]:
        if counts[code] < FEWEST:
            continue
        own = codes == code
        (link,) = correlate_many([x[own], y[own]], [(0, 1)])
        low, high = correlation_interval(link.r, link.n, "spearman")
        rows.append({"part": str(names[code]), "r": link.r, "low": low, "high": high, "n": int(counts[code])})
    return pd.DataFrame(rows, columns=["part", "r", "low", "high", "n"])


def _split(column: str, link: TicketCorrelation, parts: pd.DataFrame, first: str, second: str) -> Split:
    pooled, within = (link.r, link.low, link.high), (link.within_r, link.within_low, link.within_high)
    verdict = verdict_of(pooled, within)
    both = f"{label(first)} and {label(second)}"
    column_said = column.replace("_", " ")
    told = {
        TURNS: f"All tickets together say {r_said(link.r)}, tickets of the same {column_said} {r_said(link.within_r)}: the link of {both} turns "
        f"round, because {column_said} goes with both. Trust the comparison inside.",
        VANISHES: f"Most of the link of {both} ({r_said(link.r)}) comes from {column_said}: among tickets of the same {column_said} it is "
        f"{r_said(link.within_r)} and cannot be told from none.",
        APPEARS: f"Among tickets of the same {column_said} there is a link ({r_said(link.within_r)}) that all tickets together hide "
        f"({r_said(link.r)}).",
        HOLDS: f"It holds among tickets of the same {column_said} ({r_said(link.within_r)}; all together {r_said(link.r)}).",
    }
    return Split(column, verdict, pooled, within, parts, told[verdict])


def verdict_of(pooled: tuple[float, float, float], within: tuple[float, float, float]) -> str:
    """What became of a link (value, low, high) inside the parts of a column; unknown limits claim nothing."""
    clear, clear_inside = (low > 0 or high < 0 for _, low, high in (pooled, within))
    if clear and clear_inside and pooled[0] * within[0] < 0:
        return TURNS
    if clear and within[1] <= 0 <= within[2] and not within[1] <= pooled[0] <= within[2] and abs(within[0]) < abs(pooled[0]) / 2:
        return VANISHES
    if clear_inside and pooled[1] <= 0 <= pooled[2] and not pooled[1] <= within[0] <= pooled[2]:
        return APPEARS
    return HOLDS
