"""Flat up to a point, then a drop: where does waiting begin to matter, and where does it stop making things worse?

The outcome is level up to `start`, changes in a straight line up to `end`, and is level again; both points are chosen by least squares
(the likelihood of a normal model; for a yes/no outcome a linear probability model), beside segment effects. The interval of each is its
likelihood region, widened for clusters; whether the bend is real is asked against the better of two straight lines (in the driver and in
its logarithm), with a p-value from data simulated along that line, because the usual tables do not hold for points that are searched for
(Davies 1987). Step and straight line are its ends: `start` = `end`, and `start`, `end` beyond the data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kpi.stats.base import Array, Numbers, floats, same_length, special
from kpi.stats.many import dense, slope_within
from kpi.stats.series import NAN

EXACT, CELLS, POINTS = 400, 200, 90
"""Up to so many different values are taken as they are, else put into so many cells; so many points are tried as start and as end."""
BAR = 0.025
"""Both tests have to be this sure: a bend is one of the things a page looks for among others."""
FEWEST, FEWEST_OF_A_SEGMENT = 200, 30
"""Rows below which no shape is looked for; segments smaller than this share one level."""


@dataclass(frozen=True)
class Threshold:
    """`start`, `end` in the driver's unit with likelihood limits, `height` the change of the outcome between them (negative: it falls).

    `p_flat`: the chance of as much shape where there is no link; `p_line`: where a straight line is the truth. NaN when there is too little
    to tell. `n` rows; `below`, `above` the outcome's level on both sides (of an average segment).
    """

    start: float
    start_low: float
    start_high: float
    end: float
    end_low: float
    end_high: float
    height: float
    height_low: float
    height_high: float
    below: float
    above: float
    p_flat: float
    p_line: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Whether there is a bend that a straight line does not explain."""
        return self.p_flat < BAR and self.p_line < BAR


UNKNOWN = Threshold(NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0)


def threshold(
    driver: Numbers,
    outcome: Numbers,
    clusters: Any = None,
    segments: Any = None,
    conf: float = 0.95,
    draws: int = 499,
    seed: int = 0,
    points: Numbers | None = None,
) -> Threshold:
    """Where an outcome begins and stops to change with a driver that is never negative (a wait, in seconds).

    `clusters` and `segments` as in `slope_within`; `points` are the places tried (default: spread evenly over the logarithm of the middle
    98 %). Same seed, same figures. 100 000 rows take about half a second.
    """
    x, y = floats(driver).ravel(), floats(outcome).ravel()
    same_length(driver=x, outcome=y)
    seen = ~np.isnan(x) & ~np.isnan(y)
    x, y, n = x[seen], y[seen], int(seen.sum())
    agent = None if clusters is None else dense(np.asarray(clusters)[seen])
    segment = np.zeros(n, dtype=np.int64) if segments is None or not n else _pooled(dense(np.asarray(segments)[seen]))
    tried = _points(x) if points is None else np.unique(floats(points))
    if n < FEWEST or len(tried) < 4 or not y.std() > 0:
        return replace(UNKNOWN, n=n)
    place, middle = _cells(x, tried)
    shape = (int(segment.max()) + 1, len(middle))
    cell = segment * shape[1] + place
    counts = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
    sums = np.bincount(cell, weights=y, minlength=shape[0] * shape[1]).reshape(shape)
    i, j = np.triu_indices(len(tried), 1)
    ramps = _ramp(middle, tried[i][:, None], tried[j][:, None])
    lines = np.vstack([middle / max(middle.max(), 1e-12), np.log(middle + max(float(tried[0]), 1e-12))])
    spreads, line_spreads = _spread(ramps, counts), _spread(lines, counts)
    news = (sums - counts * (sums.sum(1) / counts.sum(1))[:, None]).sum(0)
    gains, line_gains = _gain(ramps @ news, spreads), _gain(lines @ news, line_spreads)
    best = int(gains.argmax())
    left = float(((y - (sums.sum(1) / counts.sum(1))[segment]) ** 2).sum()) - float(gains[best])
    variance = left / max(1, n - shape[0] - 3)
    wider = slope_within(ramps[best][place], y, agent, segment).spread
    unit = variance * wider
    line = int(line_gains.argmax())
    p_flat, p_line = _p_values(
        ramps, spreads, lines, line_spreads, counts, line, float(gains[best]), line_gains, lines @ news, unit, draws, seed
    )
    # points that were searched for lie further off than the usual limit: half the error makes it hold (simulated, see the tests)
    allowed = float(special().chdtri(1, (1 - conf) / 2)) * unit - (gains[best] - gains)
    inside = allowed >= 0
    heights = np.divide(ramps @ news, spreads, out=np.zeros(len(i)), where=spreads > 0)
    half = np.sqrt(np.divide(np.maximum(allowed, 0), spreads, out=np.zeros(len(i)), where=spreads > 0))
    level = float(y.mean() - heights[best] * (ramps[best] @ counts.sum(0)) / n)
    return Threshold(
        start=float(tried[i[best]]),
        start_low=_beside(tried, int(i[inside].min()) - 1),
        start_high=_beside(tried, int(i[inside].max()) + 1),
        end=float(tried[j[best]]),
        end_low=_beside(tried, int(j[inside].min()) - 1),
        end_high=_beside(tried, int(j[inside].max()) + 1),
        height=float(heights[best]),
        height_low=float((heights - half)[inside].min()),
        height_high=float((heights + half)[inside].max()),
        below=level,
        above=level + float(heights[best]),
        p_flat=p_flat,
        p_line=p_line,
        n=n,
    )


def _points(x: Array) -> Array:
    """Places to try, evenly over the logarithm: waits differ by factors."""
    known = x[x > 0]
    if not len(known):
        return floats([])
    low, high = np.quantile(known, [0.01, 0.99])
    return floats(np.geomspace(low, high, POINTS)) if high > low else floats([])


def _cells(x: Array, tried: Array) -> tuple[Any, Array]:
    """(cell of each row, mean driver of each cell): the values themselves where they are few, else fine cells."""
    different, place = np.unique(x, return_inverse=True)
    if len(different) > EXACT:
        edges = np.unique(np.concatenate([np.quantile(x, np.linspace(0, 1, CELLS)[1:-1]), tried]))
        _, place = np.unique(np.searchsorted(edges, x), return_inverse=True)
    place = place.ravel()
    return place, floats(np.bincount(place, weights=x) / np.bincount(place))


def _ramp(x: Array, start: Array, end: Array) -> Array:
    """0 up to `start`, 1 from `end` on, a straight line between them."""
    return floats(np.clip((x - start) / (end - start), 0.0, 1.0))


def _spread(shapes: Array, counts: Array) -> Array:
    """How much each shape varies inside segments: its sum of squares about the segment means."""
    return floats((shapes**2) @ counts.sum(0) - ((shapes @ counts.T) ** 2 / np.maximum(counts.sum(1), 1)).sum(1))


def _gain(products: Array, spreads: Array) -> Array:
    """The sum of squares a shape explains; a shape that hardly varies explains nothing."""
    least = 1e-6 * float(spreads.max()) if len(spreads) else 0.0
    usable = (spreads if products.ndim == 1 else spreads[:, None]) > max(least, 1e-12)
    wide = spreads if products.ndim == 1 else spreads[:, None]
    return floats(np.where(usable, products**2 / np.where(usable, wide, 1.0), 0.0))


def _p_values(
    ramps: Array,
    spreads: Array,
    lines: Array,
    line_spreads: Array,
    counts: Array,
    line: int,
    best: float,
    line_gains: Array,
    line_products: Array,
    unit: float,
    draws: int,
    seed: int,
) -> tuple[float, float]:
    """(p against no link, p against the better straight line), from data simulated with the spread that was seen."""
    rng = np.random.default_rng(seed)
    share = counts / np.maximum(counts.sum(1), 1)[:, None]
    rough = rng.standard_normal((draws, *counts.shape)) * np.sqrt(unit * counts)
    noise = (rough - share * rough.sum(2, keepdims=True)).sum(1).T  # cells x draws, segment means taken out
    flat = _gain(ramps @ noise, spreads).max(0)
    slope = line_products[line] / line_spreads[line] if line_spreads[line] > 0 else 0.0
    z = lines[line]
    means = (counts @ z) / np.maximum(counts.sum(1), 1)
    truth = (slope * counts * (z[None, :] - means[:, None])).sum(0)[:, None]
    bent = _gain(ramps @ (noise + truth), spreads).max(0) - _gain(lines @ (noise + truth), line_spreads).max(0)
    of = draws + 1.0
    return float((1 + (flat >= best).sum()) / of), float((1 + (bent >= best - line_gains[line]).sum()) / of)


def _beside(tried: Array, place: int) -> float:
    """The place tried next to the edge of a region: the truth may lie anywhere up to it. NaN beyond the last: no limit."""
    return float(tried[place]) if 0 <= place < len(tried) else NAN


def _pooled(segment: Any) -> Any:
    """Segments with few rows put together into one."""
    small = np.bincount(segment) < FEWEST_OF_A_SEGMENT
    return dense(np.where(small[segment], -1, segment))
