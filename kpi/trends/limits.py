"""The limits of the usual up and down, chosen by what the metric is, and how rare each period outside them would be by chance.

XmR (Wheeler) for times, scores and counts; Laney's p' for shares with enough counts; exact binomial limits for shares with few. Limits
are widened for series that remember. No run rules: with memory, eight on one side mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kpi import stats
from kpi.stats.base import Array, special, t_p_value

Flags = npt.NDArray[np.bool_]
FEWEST, SETTLED = 12, 20
"""Fewer periods have no limits; below `SETTLED` they are provisional."""
FEW_FAILURES = 5
"""Below so many expected failures (or successes) a period, counting luck is far from a normal curve: exact limits."""
FEW_EVENTS, MOST_OF_FEW = 5.0, 60
"""Counts of fewer than this a period on average get limits no narrower than luck alone would need."""
OUTSIDE = 0.0027
"""How often chance alone puts a period outside three standard deviations."""
FAR, MOST_FAR = 5.0, 0.15
"""Periods beyond `FAR` robust standard deviations leave the baseline, as long as they are no more than this share of all."""
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


def far_out(judged: Array) -> Flags:
    """Periods so far from all others that they are no part of what is usual: five robust standard deviations. None where they are many."""
    middle = np.nanmedian(judged)
    spread = 1.4826 * float(np.nanmedian(np.abs(judged - middle)))
    with np.errstate(invalid="ignore"):
        far = np.abs(judged - middle) > FAR * spread
    return np.asarray(far) if spread > 0 and far.sum() <= MOST_FAR * (~np.isnan(judged)).sum() else np.zeros(len(judged), np.bool_)


def of_values(judged: Array, phi: float, far: Flags) -> Limits:
    """XmR limits from the periods that are not `far` out. All nan when nothing ever moves: then nothing is out of the ordinary either."""
    found = stats.xmr(np.where(far, np.nan, judged), phi)
    n = len(judged)
    half = float(found.high) - found.centre
    if not half > 1e-9 * max(1.0, abs(found.centre)):
        nothing = np.full(n, np.nan)
        return Limits("", nothing, nothing, nothing, np.zeros(n), nothing)
    p = _tails((judged - found.centre) / (half / 3), found.n)
    return Limits(
        "XmR", _all(found.centre, n), _all(float(found.low), n), _all(float(found.high), n), found.outside(judged), p, found.range_limit
    )


def of_few(values: Array, found: Limits, far: Flags, low: Array, high: Array) -> Limits:
    """XmR limits of a rare count (`low` and `high` in its own unit), no narrower than the exact ones of a count that comes by luck (Poisson).

    A range measured on a series that is 0 nearly always says nothing about how often 1 or 2 come by chance.
    """
    mean = float(np.nanmean(np.where(far, np.nan, values)))
    below = special().pdtr(np.arange(MOST_OF_FEW), mean)
    least, most = (float(np.searchsorted(below, tail)) for tail in (OUTSIDE / 2, 1 - OUTSIDE / 2))
    hits = np.nan_to_num(values)
    luck = np.minimum(special().pdtr(hits, mean), np.where(hits > 0, 1 - special().pdtr(np.maximum(hits - 1, 0), mean), 1.0))
    low, high = np.minimum(low, least), np.maximum(high, most)
    return Limits(
        found.chart, found.centre, low, high, _side(values, low, high), np.maximum(found.p, np.minimum(1.0, 2 * luck)), found.range_limit
    )


def of_shares(top: Array, bottom: Array, phi: float, far: Flags) -> Limits:
    """Laney's p' limits, or exact binomial ones where few failures are expected, from the periods that are not `far` out.

    Periods without rows have none.
    """
    size = np.where((bottom > 0) & ~np.isnan(top), bottom, np.nan)
    seen = ~np.isnan(size) & ~far
    total = float(size[seen].sum())
    centre = float(top[seen].sum()) / total if total else float("nan")
    n, value = len(top), top / size
    if not 0 < centre < 1:  # always or never so far: no limits can be told
        nothing = np.full(n, np.nan)
        return Limits("", nothing, nothing, nothing, np.zeros(n), nothing)
    if float(np.median(size[seen])) * min(centre, 1 - centre) < FEW_FAILURES:
        low, high = (np.asarray(edge) for edge in stats.binomial_limits(size, centre))
        hits, rows = np.nan_to_num(top), np.nan_to_num(size).astype(np.int64)
        below = special().bdtr(hits, rows, centre)
        above = np.where(hits > 0, 1 - special().bdtr(np.maximum(hits - 1, 0), rows, centre), 1.0)
        p = np.where(np.isnan(size), np.nan, np.minimum(1.0, 2 * np.minimum(below, above)))
        return Limits("exact binomial", _all(centre, n), low, high, _side(value, low, high), p)
    found = stats.laney_p(np.where(seen, top, np.nan), np.where(seen, size, np.nan), phi)
    deviation = np.sqrt(centre * (1 - centre) / size) * max(1.0, found.spread)
    low, high = np.clip(centre - 3 * deviation, 0, 1), np.clip(centre + 3 * deviation, 0, 1)
    return Limits("Laney p'", _all(centre, n), low, high, _side(value, low, high), _tails((value - centre) / deviation, found.n))


def _side(value: Array, low: Array, high: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(value > high, 1.0, np.where(value < low, -1.0, 0.0))


def _tails(z: Array, n: int) -> Array:
    """Two-sided probability of one period so many standard deviations out, these being estimated from n periods themselves."""
    return np.asarray(t_p_value(z, max(2.0, FREEDOM * (n - 1))), dtype=np.float64).reshape(z.shape)


def _all(value: float, n: int) -> Array:
    return np.full(n, value)
