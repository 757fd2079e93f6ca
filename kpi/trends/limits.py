"""The limits of the usual up and down, chosen by what the metric is, and how rare each period outside them would be by chance.

XmR (Wheeler) for times, scores and counts; Laney's p' for shares with enough counts; exact binomial limits for shares with few. Limits
are widened for series that remember. No run rules: with memory, eight on one side mean nothing (statistics of the false alarms: README of tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi import stats
from kpi.stats.base import Array, special, t_p_value

FEWEST, SETTLED = 12, 20
"""Fewer periods have no limits; below `SETTLED` they are provisional."""
FEW_FAILURES = 5
"""Below so many expected failures (or successes) a period, counting luck is far from a normal curve: exact limits."""
OUTSIDE = 0.0027
"""How often chance alone puts a period outside three standard deviations."""
FREEDOM = 0.62
"""A mean moving range of n periods is worth about 0.62 (n - 1) degrees of freedom (Patnaik's approximation for ranges of two)."""


@dataclass(frozen=True)
class Limits:
    """On the judged scale (shares: 0 to 1): `centre`, `low`, `high` and single-period probability `p` for each period."""

    chart: str
    centre: Array
    low: Array
    high: Array
    side: Array
    p: Array
    range_limit: float = float("nan")


def of_values(judged: Array, phi: float) -> Limits:
    """XmR limits. All nan when nothing ever moves: then nothing is out of the ordinary either."""
    found = stats.xmr(judged, phi)
    n = len(judged)
    half = float(found.high) - found.centre
    if not half > 1e-9 * max(1.0, abs(found.centre)):
        nothing = np.full(n, np.nan)
        return Limits("", nothing, nothing, nothing, np.zeros(n), nothing)
    p = _tails((judged - found.centre) / (half / 3), found.n)
    return Limits(
        "XmR", _all(found.centre, n), _all(float(found.low), n), _all(float(found.high), n), found.outside(judged), p, found.range_limit
    )


def of_shares(top: Array, bottom: Array, phi: float) -> Limits:
    """Laney's p' limits, or exact binomial ones where few failures are expected; periods without rows have none."""
    size = np.where(bottom > 0, bottom, np.nan)
    seen = ~np.isnan(size) & ~np.isnan(top)
    total = float(size[seen].sum())
    centre = float(top[seen].sum()) / total if total else float("nan")
    n, value = len(top), top / size
    if not 0 < centre < 1:  # always or never so far: no limits can be told
        nothing = np.full(n, np.nan)
        return Limits("", nothing, nothing, nothing, np.zeros(n), nothing)
    if float(np.median(size[seen])) * min(centre, 1 - centre) < FEW_FAILURES:
        low, high = (np.asarray(edge) for edge in stats.binomial_limits(size, centre))
        below = special().bdtr(np.nan_to_num(top), np.nan_to_num(size).astype(np.int64), centre)
        above = 1 - special().bdtr(np.nan_to_num(top) - 1, np.nan_to_num(size).astype(np.int64), centre)
        p = np.where(seen, np.minimum(1.0, 2 * np.minimum(below, np.where(top > 0, above, 1.0))), np.nan)
        with np.errstate(invalid="ignore"):
            side = np.where(value > high, 1.0, np.where(value < low, -1.0, 0.0))
        return Limits("exact binomial", _all(centre, n), low, high, side, p)
    found = stats.laney_p(top, np.nan_to_num(size), phi)
    deviation = np.sqrt(centre * (1 - centre) / size) * max(1.0, found.spread)
    return Limits(
        "Laney p'",
        _all(found.centre, n),
        np.asarray(found.low),
        np.asarray(found.high),
        found.outside(value),
        _tails((value - centre) / deviation, found.n),
    )


def _tails(z: Array, n: int) -> Array:
    """Two-sided probability of one period so many standard deviations out, these being estimated from n periods themselves."""
    return np.asarray(t_p_value(z, max(2.0, FREEDOM * (n - 1))), dtype=np.float64).reshape(z.shape)


def _all(value: float, n: int) -> Array:
    return np.full(n, value)
