"""When did the level of a series move for good? Best split into pieces of constant level, with a price per split.

The price, 3 log(n) times the long-run variance, grows with the memory of the series (after Chakar et al. 2017), because
the usual one finds a "step" in 58 to 99 % of autocorrelated series without any. The memory is measured from differences
over one and two periods, which a step hardly touches.

How sure the date is: every other date that the series contradicts too little to be ruled out (`shift_intervals`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, check_conf, floats

LARGEST_PHI = 0.85
Places = tuple[int, int]


def level_shifts(values: Numbers, penalty: float = 3.0, min_size: int = 4) -> tuple[int, ...]:
    """0-based places of the first period of each new level, in order; () when the level seems never to have moved.

    Unknown periods are skipped. Wants 16 or more periods: below 2 x min_size there is nothing to find. Dates are
    rough (a step of 2 standard deviations is found within 2 periods in about half of the cases); no cause is implied.
    """
    if min_size < 2:
        raise BadValue(f"A level must last at least 2 periods, not {min_size}.", "Four is a good choice.")
    y = floats(values).ravel()
    places = np.flatnonzero(~np.isnan(y))
    known = y[places]
    if len(known) < 2 * min_size:
        return ()
    long_run = robust_memory(known)[2]
    if not long_run > 0:
        # hardly ever moves: between two neighbours mostly nothing happens, so any lasting move is a shift
        long_run = max(1e-12 * float(np.var(known)), 1e-300)
    return tuple(int(places[cut]) for cut in _best_cuts(known, penalty * np.log(len(known)) * long_run, min_size))


def shift_intervals(values: Numbers, cuts: Sequence[int], phi: float = 0.0, conf: float = 0.95) -> tuple[Places, ...]:
    """For each of `cuts` (as `level_shifts` gives them) the earliest and the latest place where that new level may have begun.

    A date is left out where it explains the series worse than the best one by more than -2 log(1 - sqrt(conf)) long-run variances
    (Siegmund 1988; Eo and Morley 2015: the likelihood ratio), with the other shifts held. `phi` is the memory of the series, best that of
    `gls_ar1` with these levels; it widens. Of shifts that were found, at n = 52 and phi of 0 to 0.5, 92 to 99 % lie inside; of the more
    usual interval of Bai (1997) 80 to 99 %, and that is wider where the step is clear. Never beyond the neighbouring shifts.
    BadValue for places that cannot be cuts. A perfect step has its one date.
    """
    if not len(cuts):
        return ()
    y = floats(values).ravel()
    places = np.flatnonzero(~np.isnan(y))
    known = y[places]
    edges = [0, *(int(cut) for cut in np.searchsorted(places, list(cuts))), len(known)]
    if any(late <= early for early, late in pairwise(edges)):
        raise BadValue(f"The places {list(cuts)} do not cut these {len(y)} periods into levels.", "Pass what level_shifts found.")
    left = np.concatenate([known[start:end] - known[start:end].mean() for start, end in pairwise(edges)])
    memory = min(LARGEST_PHI, max(0.0, phi))
    long_run = float(left @ left) / max(1, len(known) - len(edges) + 1) * (1 + memory) / (1 - memory)
    allowed = -2 * float(np.log1p(-np.sqrt(check_conf(conf)))) * long_run
    out = []
    for start, cut, end in zip(edges, edges[1:], edges[2:], strict=False):
        before = np.arange(1, end - start)
        sums = np.cumsum(known[start:end] - known[start:end].mean())[:-1]
        gained = sums**2 * (end - start) / (before * (end - start - before))
        best = gained[cut - start - 1]
        possible = start + before[gained >= best - allowed - 1e-9 * abs(best)]
        out.append((int(places[possible[0]]), int(places[possible[-1]])))
    return tuple(out)


def robust_memory(values: Numbers) -> tuple[float, float, float]:
    """(phi in 0..0.85, variance, long-run variance) of a series that may contain steps and outliers; needs 3 values."""
    x = floats(values).ravel()
    x = x[~np.isnan(x)]
    if len(x) < 3:
        return float("nan"), float("nan"), float("nan")
    near, far = _clipped_square(x[1:] - x[:-1]), _clipped_square(x[2:] - x[:-2])
    phi = min(LARGEST_PHI, max(0.0, far / near - 1)) if near > 0 else 0.0
    variance = near / (2 * (1 - phi))
    return phi, variance, variance * (1 + phi) / (1 - phi)


def _clipped_square(differences: Array) -> float:
    """Mean square with everything beyond three robust standard deviations pulled in."""
    limit = 3 * 1.4826 * np.median(np.abs(differences))
    return float(np.mean(np.clip(differences, -limit, limit) ** 2))


def _best_cuts(x: Array, price: float, min_size: int) -> list[int]:
    """Optimal partitioning (Jackson et al. 2005): the cuts that minimise squared error + price per cut, exactly."""
    n = len(x)
    centred = x - x.mean()
    sums, squares = np.concatenate([[0.0], np.cumsum(centred)]), np.concatenate([[0.0], np.cumsum(centred**2)])
    best = np.full(n + 1, np.inf)
    best[0] = -price
    last = np.zeros(n + 1, dtype=np.int64)
    for end in range(min_size, n + 1):
        starts = np.arange(0, end - min_size + 1)
        error = squares[end] - squares[starts] - (sums[end] - sums[starts]) ** 2 / (end - starts)
        total = best[starts] + error + price
        last[end] = starts[int(total.argmin())]
        best[end] = total.min()
    cuts, end = [], n
    while last[end] > 0:
        end = int(last[end])
        cuts.append(end)
    return cuts[::-1]
