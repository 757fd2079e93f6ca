"""The links of many pairs of facts at once, as `correlate_tickets` finds them one by one; and a link told in the outcome's own units.

Ranking is the costly part: each column is ranked once, and for the rows two columns share its ranks are made anew by counting. Most pairs share
their rows with other pairs: what is needed of a column there is made once for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kpi.stats.base import Array, Numbers, floats, t_of, t_p_value
from kpi.stats.correlation import TicketCorrelation, clustered_limits, linked_standard, standardised
from kpi.stats.proportions import FEWEST_CLUSTERS
from kpi.stats.series import (
    NAN,
    SeriesCorrelation,
    correlate_series,
    correlation_interval,
    correlation_p_value,
    effective_sample_size,
    lag1,
    prewhitened,
    residuals,
)

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slope:
    """How much an outcome changes with one more of a driver: `slope`, `low`, `high` in the outcome's units, p-value `p`.

    `n` rows of `clusters` agents (0: not given); `error` is the standard error, `spread` how many times its variance exceeds that of
    independent rows (1 without clusters). NaN throughout when there is nothing to tell.
    """

    slope: float
    low: float
    high: float
    p: float
    n: int
    clusters: int
    error: float = NAN
    spread: float = 1.0


@dataclass(frozen=True)
class Coded:
    """A column as the `places` of its values among all different ones, in their order (-1: unknown), of which there are `size`."""

    places: Codes
    size: int

    def __getitem__(self, rows: Any) -> Coded:
        return Coded(self.places[rows], self.size)


def correlate_many(
    columns: Sequence[Numbers | Coded],
    pairs: Sequence[tuple[int, int]],
    clusters: Any = None,
    segments: Any = None,
    conf: float = 0.95,
) -> list[TicketCorrelation]:
    """Spearman's link of each pair of columns (by place), pooled and within segments; as `correlate_tickets`, without `by_segment`.

    `clusters` and `segments` are whole numbers from 0, one a row. About 1 ms a pair of 100 000 rows; what is asked of the same column again
    and again is `coded` before.
    """
    known = [column if isinstance(column, Coded) else coded(column) for column in columns]
    agent, segment = (None if labels is None else np.asarray(labels, dtype=np.int64) for labels in (clusters, segments))
    if agent is not None:  # the tickets of an agent side by side: sums by agent are sums of neighbours
        order = np.argsort(agent, kind="stable")
        known = [column[order] for column in known]
        agent, segment = agent[order], None if segment is None else segment[order]

    def links_of(rows: Any, same: list[tuple[int, int]]) -> dict[tuple[int, int], TicketCorrelation]:
        own, part = (None if labels is None else labels[rows] for labels in (agent, segment))
        return _links({place: known[place] for pair in same for place in pair}, same, rows, own, part, conf)

    groups = _shared([column.places >= 0 for column in known], pairs)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # nearly all of it is in numpy, which lets others work meanwhile
        found = {pair: link for links in pool.map(links_of, *zip(*groups, strict=True)) for pair, link in links.items()} if groups else {}
    return [found[pair] for pair in pairs]


def slope_within(driver: Numbers, outcome: Numbers, clusters: Any = None, segments: Any = None, conf: float = 0.95) -> Slope:
    """The least-squares slope of an outcome on a driver, inside segments where they are given, with errors that know the clusters.

    For a yes/no driver and a yes/no outcome it is the difference of two shares, tickets of one segment compared with each other (a
    linear probability model with segment effects). Errors are clustered with the usual small-sample factor (as R's sandwich::vcovCL,
    type HC1) and t on clusters - 1; NaN below 5 clusters. Without clusters they allow for unequal spread (HC1).
    """
    x, y = floats(driver).ravel(), floats(outcome).ravel()
    both = ~np.isnan(x) & ~np.isnan(y)
    agent = None if clusters is None else dense(np.asarray(clusters)[both])
    segment = np.zeros(int(both.sum()), dtype=np.int64) if segments is None else dense(np.asarray(segments)[both])
    x, y, n = x[both], y[both], int(both.sum())
    groups = int(segment.max()) + 1 if n else 0
    counted = 0 if agent is None or not n else int(agent.max()) + 1
    if n - groups - 1 < 3:
        return Slope(NAN, NAN, NAN, NAN, n, counted)
    x, y = x - _means(x, segment), y - _means(y, segment)
    spread = float(x @ x)
    if not spread > 1e-12 * max(1.0, n):
        return Slope(NAN, NAN, NAN, NAN, n, counted)
    slope = float(x @ y) / spread
    score = x * (y - slope * x)
    plain = float(np.sqrt((score**2).sum()) / spread)
    left = n - groups - 1
    if agent is None:
        error, df = plain * float(np.sqrt(n / left)), float(left)
    elif counted < FEWEST_CLUSTERS:
        return Slope(slope, NAN, NAN, NAN, n, counted)
    else:
        factor = counted / (counted - 1) * (n - 1) / left
        error, df = float(np.sqrt(factor * (np.bincount(agent, weights=score) ** 2).sum()) / spread), counted - 1.0
    half = t_of(conf, df) * error
    p = float(t_p_value(slope / error, df)) if error > 0 else NAN
    times = max(1.0, (error / plain) ** 2) if plain > 0 and agent is not None else 1.0
    return Slope(slope, slope - half, slope + half, p, n, counted, error, times)


def dense(labels: Any) -> Codes:
    """Labels of any kind as whole numbers from 0 without gaps."""
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64).ravel()


def coded(column: Numbers) -> Coded:
    """A column of numbers, its values as their places."""
    values = floats(column).ravel()
    seen = ~np.isnan(values)
    known = values[seen]
    low, high = (float(known.min()), float(known.max())) if len(known) else (NAN, NAN)
    is_high = known == high
    if low < high and (is_high | (known == low)).all():  # a yes or no needs no sorting
        place, size = is_high.astype(np.int64), 2
    else:
        different, place = np.unique(known, return_inverse=True)
        size = len(different)
    out = np.full(len(values), -1, dtype=np.int64)
    out[seen] = place.ravel()
    return Coded(out, size)


def _shared(known: Sequence[Any], pairs: Sequence[tuple[int, int]]) -> list[tuple[Any, list[tuple[int, int]]]]:
    """The rows that both of a pair know, each with all pairs that share exactly these."""
    kinds = [mask.tobytes() for mask in known]
    first = {kind: place for place, kind in reversed(list(enumerate(kinds)))}
    kind_of = [first[kind] for kind in kinds]
    rows_of: dict[tuple[int, int], tuple[bytes, Any]] = {}
    groups: dict[bytes, tuple[Any, list[tuple[int, int]]]] = {}
    for i, j in pairs:
        key = min(kind_of[i], kind_of[j]), max(kind_of[i], kind_of[j])
        if key not in rows_of:
            both = known[i] & known[j]
            rows_of[key] = both.tobytes(), np.flatnonzero(both)
        name, rows = rows_of[key]
        groups.setdefault(name, (rows, []))[1].append((i, j))
    return list(groups.values())


def _links(
    columns: dict[int, Coded], pairs: list[tuple[int, int]], rows: Any, agent: Codes | None, segment: Codes | None, conf: float
) -> dict[tuple[int, int], TicketCorrelation]:
    """The links of pairs that share the same rows; `agent` and `segment` are those of the rows."""
    ranked = {place: _ranks(column.places[rows], column.size) for place, column in columns.items()}
    pooled = {place: standardised(x) for place, x in ranked.items()}
    starts = None if agent is None else np.flatnonzero(np.diff(agent, prepend=-1))
    inside: dict[int, Array | None] = {}
    spent = 0
    if segment is not None:
        counts = np.bincount(segment)
        spent = int((counts > 0).sum()) - 1
        for place, x in ranked.items():
            inside[place] = standardised(floats(x - _over(np.bincount(segment, weights=x), counts)[segment]))
    agents = 0 if starts is None else len(starts)
    together = _linked(pooled, pairs, starts, conf)
    within = _linked(inside, pairs, starts, conf, spent)
    return {pair: TicketCorrelation(*together[pair], len(rows), agents, *within[pair][:3], within_p=within[pair][3]) for pair in pairs}


def _linked(
    columns: dict[int, Array | None], pairs: list[tuple[int, int]], starts: Any, conf: float, spent: int = 0
) -> dict[tuple[int, int], tuple[float, float, float, float]]:
    """(r, low, high, p) of pairs of standardised columns, as `linked_standard` has it one by one. `starts`: where the next agent's rows begin."""
    found = dict.fromkeys(pairs, (NAN, NAN, NAN, NAN))
    told = [pair for pair in pairs if columns.get(pair[0]) is not None and columns.get(pair[1]) is not None]
    if starts is None:
        return found | {(i, j): linked_standard(columns[i], columns[j], None, "spearman", conf, spent) for i, j in told}
    if told:
        known = {place: x for place, x in columns.items() if x is not None}
        n = len(next(iter(known.values())))
        squares = {place: np.add.reduceat(x * x, starts) for place, x in known.items()}
        sums = np.array([np.add.reduceat(known[i] * known[j], starts) for i, j in told])
        r = sums.sum(axis=1) / n
        r = np.where(np.abs(r) > 1 - 1e-12, np.sign(r), r)  # the same twice is no matter of rounding
        influence = sums - r[:, None] / 2 * np.array([squares[i] + squares[j] for i, j in told])
        rows = np.column_stack([r, *clustered_limits(floats(r), floats(influence), n, conf, spent)]).tolist()
        found |= {pair: (row[0], row[1], row[2], row[3]) for pair, row in zip(told, rows, strict=True)}
    return found


def _ranks(codes: Codes, size: int) -> Array:
    """1-based mean ranks of codes that are in the order of their values."""
    counts = np.bincount(codes, minlength=size)
    return floats((np.cumsum(counts) - (counts - 1) / 2)[codes])


def _means(values: Array, segment: Codes) -> Array:
    return _over(np.bincount(segment, weights=values), np.bincount(segment))[segment]


def _over(sums: Any, counts: Any) -> Array:
    return floats(sums / np.maximum(counts, 1))


def correlate_series_many(series: Sequence[Numbers], pairs: Sequence[tuple[int, int]], taken_out: Sequence[int]) -> list[SeriesCorrelation]:
    """Each pair of series (by place) as `correlate_series(..., trend=False, taken_out=...)` finds it, whole series all at once.

    The series are what is left after line and season, of which `taken_out` terms were removed from each. Series with gaps are done one by one.
    """
    left = [residuals(one, None, trend=False)[0] for one in series]
    whole = [bool(len(one) and not np.isnan(one).any() and one.std() > 0) for one in left]
    found: dict[tuple[int, int], SeriesCorrelation] = {}
    quick = [(i, j) for i, j in pairs if whole[i] and whole[j] and len(left[i]) - max(taken_out[i], taken_out[j]) >= 6]
    if quick:
        kept = sorted({place for pair in quick for place in pair})
        row = {place: k for k, place in enumerate(kept)}
        i, j = (np.array([row[pair[side]] for pair in quick]) for side in (0, 1))
        terms = np.array([max(taken_out[a], taken_out[b]) for a, b in quick])
        table = np.vstack([left[place] for place in kept])
        white = np.vstack([prewhitened(left[place])[1:] for place in kept])
        memory = np.array([lag1(left[place]) for place in kept])
        n = table.shape[1]
        r, again = _all_pairs(table)[i, j], _all_pairs(white)[i, j]
        n_eff = np.maximum(4.0, effective_sample_size(n - terms, memory[i], memory[j]))
        low, high = correlation_interval(r, n_eff)
        p, again_p = correlation_p_value(r, n_eff), correlation_p_value(again, n - 1 - terms)
        agreed = (np.maximum(p, again_p) < 0.05) & (r * again > 0)
        for k, pair in enumerate(quick):
            one = [float(column[k]) for column in (r, low, high, p, n_eff, again, again_p)]
            found[pair] = SeriesCorrelation(*one[:4], n, *one[4:], bool(agreed[k]))  # type: ignore[arg-type,call-arg]  # seven floats
    return [
        found[pair]
        if pair in found
        else correlate_series(series[pair[0]], series[pair[1]], trend=False, taken_out=max(taken_out[pair[0]], taken_out[pair[1]]))
        for pair in pairs
    ]


def _all_pairs(rows: Array) -> Array:
    """Plain correlations of all rows with each other."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    size = np.sqrt((centred**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return floats(np.clip(centred @ centred.T / np.outer(size, size), -1, 1))
