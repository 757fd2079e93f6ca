"""Comparisons that turn round: a team that looks worse than another and is better in every channel.

For a share of tickets, two values of one column are compared all together and inside the values of another column. A turn is claimed where
both differences are clear of 0 and point opposite ways, among all comparisons made (Benjamini and Hochberg on the weaker of the two p-values).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import pandas as pd

from kpi import units
from kpi.catalogue import find
from kpi.correlations.facts import DIMENSIONS, dimensions, is_yes_no
from kpi.engine import Dataset, quoted
from kpi.measure.facts import facts
from kpi.scope import NONE, Scope
from kpi.stats import false_discovery
from kpi.stats.base import Array, normal_p_value

LARGEST, FEWEST, MOST_VALUES, COLUMNS = 4, 100, 60, 7
"""Values of a column that are compared, rows each needs, values a hiding column may have, columns tried."""
PARTS = ["part", "first", "first_n", "second", "second_n"]


@dataclass(frozen=True)
class Turned:
    """`first` against `second`, values of `column`: `pooled` (difference, low, high) in points together and `within` inside `hidden_by`.

    `parts` has part, first, first_n, second, second_n: both shares in per cent in each value of the hiding column, the largest first.
    """

    metric: str
    column: str
    first: str
    second: str
    hidden_by: str
    pooled: tuple[float, float, float]
    within: tuple[float, float, float]
    parts: pd.DataFrame
    looked: int

    @property
    def text(self) -> str:
        def said(one: tuple[float, float, float]) -> str:
            return f"{units.say_change(one[0], '%')} ({units.say_change_interval(one[1], one[2], '%')})"

        column, hiding = self.column.replace("_", " "), self.hidden_by.replace("_", " ")
        return (
            f"{self.first} against {self.second} ({column}): {find(self.metric).label} {said(self.pooled)} all together, but {said(self.within)} "
            f"inside the same {hiding}. The mix of {hiding} turns the comparison round: trust the one inside."
        )


def turned(metric: str, scope: Scope, data: Dataset) -> tuple[Turned, ...]:
    """The comparisons of a share that turn round, the clearest first; nothing for other metrics."""
    return judged(compared(metric, scope, data))


def compared(metric: str, scope: Scope, data: Dataset) -> list[tuple[Turned, float]]:
    """Every comparison that was made, turned round or not, with the larger of its two p-values; nothing for what is no share."""
    if not is_yes_no(metric, scope.ask):
        return []
    columns = tuple(c for c in dimensions(data) if c in DIMENSIONS)[:COLUMNS]
    text, schema = facts((metric,), scope, data, columns)
    couples = list(combinations(columns, 2))
    if not couples:
        return []
    sets = ", ".join(f"({quoted(a)}, {quoted(b)})" for a, b in couples)
    told = ", ".join(f"coalesce({quoted(c)}, '{NONE}') AS {quoted(c)}" for c in columns)
    frame = data.query(
        f"SELECT {', '.join(quoted(c) for c in columns)}, count(*) AS n, sum({metric}) AS x "
        f"FROM (SELECT {told}, {metric} FROM ({text}) WHERE {metric} IS NOT NULL) GROUP BY GROUPING SETS ({sets})",
        schema,
    )
    known = frame[list(columns)].notna()
    found: list[tuple[Turned, float]] = []
    for first, second in couples:
        table = frame[known[first] & known[second] & (known.sum(axis=1) == 2)]
        found += [one for a, b in permutations((first, second)) for one in _compared(metric, table, a, b)]
    return found


def judged(found: list[tuple[Turned, float]]) -> tuple[Turned, ...]:
    """Those that turn round, among all comparisons made."""
    q = false_discovery([p for _, p in found])
    clear = [(one, value) for (one, _), value in zip(found, q, strict=True) if value < 0.05 and one.pooled[0] * one.within[0] < 0]
    shown: dict[tuple[str, str, str], Turned] = {}
    for one, _ in sorted(clear, key=lambda pair: pair[1]):
        shown.setdefault((one.column, one.first, one.second), Turned(**{**one.__dict__, "looked": len(found)}))
    return tuple(shown.values())


def _compared(metric: str, table: pd.DataFrame, column: str, hidden_by: str) -> list[tuple[Turned, float]]:
    """Every two of the largest values of a column, each with the larger of its two p-values."""
    n = table.pivot_table(index=column, columns=hidden_by, values="n", aggfunc="sum", fill_value=0)
    x = table.pivot_table(index=column, columns=hidden_by, values="x", aggfunc="sum", fill_value=0)
    totals = n.sum(axis=1)
    largest = [name for name in totals.sort_values(ascending=False, kind="stable").index if name != NONE and totals[name] >= FEWEST][
        :LARGEST
    ]
    if not 2 <= n.shape[1] <= MOST_VALUES:
        return []
    found = []
    for first, second in combinations(largest, 2):
        sides = [(n.loc[name].to_numpy(float), x.loc[name].to_numpy(float)) for name in (first, second)]
        pooled, pooled_p = difference(*[(counts.sum(keepdims=True), hits.sum(keepdims=True)) for counts, hits in sides])
        within, within_p = difference(*sides)
        if np.isnan(pooled_p) or np.isnan(within_p):
            continue
        order = np.argsort(-(sides[0][0] + sides[1][0]))
        rows = [
            [str(n.columns[k]), _share(*sides[0], k), sides[0][0][k], _share(*sides[1], k), sides[1][0][k]]
            for k in order
            if min(sides[0][0][k], sides[1][0][k]) > 0
        ]
        parts = pd.DataFrame(rows, columns=PARTS)
        found.append((Turned(metric, column, str(first), str(second), hidden_by, pooled, within, parts, 1), max(pooled_p, within_p)))
    return found


def difference(first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[tuple[float, float, float], float]:
    """((difference of two shares in points, low, high), p) over the parts that hold both, weighted as Mantel and Haenszel do (n1 n2 / n).

    Each side is (rows, hits) by part. The error is that of the weighted sum of independent shares (as Greenland and Robins 1985 for one part).
    """
    (n1, x1), (n2, x2) = first, second
    both = (n1 > 0) & (n2 > 0)
    n1, x1, n2, x2 = (v[both] for v in (n1, x1, n2, x2))
    weight = n1 * n2 / np.maximum(n1 + n2, 1)
    if not weight.sum() > 0:
        return (float("nan"),) * 3, float("nan")
    p1, p2 = x1 / n1, x2 / n2
    value = float((weight * (p1 - p2)).sum() / weight.sum())
    spread = x1 * (n1 - x1) / np.maximum(n1, 1) ** 3 + x2 * (n2 - x2) / np.maximum(n2, 1) ** 3
    error = float(np.sqrt((weight**2 * spread).sum()) / weight.sum())
    if not error > 0:
        return (100 * value, float("nan"), float("nan")), float("nan")
    return (100 * value, 100 * (value - 1.959964 * error), 100 * (value + 1.959964 * error)), float(normal_p_value(value / error))


def _share(counts: Array, hits: Array, place: int) -> float:
    return float(100 * hits[place] / counts[place])
