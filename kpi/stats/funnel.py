"""The funnel of groups of unequal size: exact binomial tails and limits (Spiegelhalter 2005), also where rows hang together."""

from __future__ import annotations

import numpy as np

from kpi.stats.base import (
    Array,
    Numbers,
    Pair,
    check_conf,
    check_counts,
    check_share,
    floats,
    pair,
    plain,
    same_length,
    special,
)

DENSE = 4
"""Up to so many pairs of group and cluster a row, a table of all of them is made."""


def binomial_p_values(successes: Numbers, trials: Numbers, expected: Numbers, deff: float = 1.0) -> Array:
    """Two-sided exact p-values of groups against the share expected of each (0..1): twice the smaller binomial tail, at most 1.

    Where what is expected differs between a group's rows (its mix), give the mean of the expected shares: the binomial of that mean has the
    longer tails (Hoeffding 1956), so that the p-value errs on the safe side. `deff` above 1 counts rows that hang together as so many fewer;
    the tails are then read between whole numbers by the incomplete beta function. NaN for groups without rows.
    """
    x, n, share = np.broadcast_arrays(floats(successes), floats(trials), floats(expected))
    check_counts(x, n)
    seen = ~np.isnan(x) & ~np.isnan(share) & (n > 0)
    out = np.full(x.shape, np.nan)
    hits, size, p = x[seen] / max(deff, 1.0), n[seen] / max(deff, 1.0), np.clip(share[seen], 0.0, 1.0)
    tail = special().betainc
    below = np.where(hits >= size, 1.0, tail(np.maximum(size - hits, 1e-300), hits + 1, 1 - p))
    above = np.where(hits <= 0, 1.0, tail(np.maximum(hits, 1e-300), size - hits + 1, p))
    out[seen] = np.minimum(1.0, 2 * np.minimum(below, above))
    return out


def funnel_limits(trials: Numbers, share: float, conf: float = 0.95, deff: float = 1.0) -> Pair:
    """(low, high) of the funnel around a `share`: outside lie the groups whose binomial tail on that side is below (1 - conf) / 2.

    Exact at whole numbers and smooth between them, so that it can be drawn over any number of trials. 0 and 1 where nothing can lie outside.
    NaN where trials is 0.
    """
    check_share("share", share)
    tail = (1 - check_conf(conf)) / 2
    n = floats(trials)
    size = np.where(n > 0, n, np.nan) / max(deff, 1.0)
    low = np.nan_to_num(special().bdtrik(tail, size, share), nan=0.0)
    high = np.nan_to_num(special().bdtrik(1 - tail, size, share), nan=np.inf) + 1
    unknown = np.isnan(size)
    return pair(np.where(unknown, np.nan, np.clip(low / size, 0, 1)), np.where(unknown, np.nan, np.clip(high / size, 0, 1)))


def design_effect_within(values: Numbers, group: Numbers, cluster: Numbers) -> float:
    """How many times wider than independent rows the mean of a group wanders, because the rows of a cluster (customer, week) are alike; >= 1.

    One figure for all groups: squares of the sums over (group, cluster) of what is left when each group's own mean is taken away, over what
    independent rows would give. `group` and `cluster` are whole numbers; a cluster below 0 is unknown, its rows stand alone. With one row a
    cluster, or one cluster a group, it is 1. Kish 1965, pooled over groups. NaN without rows.
    """
    x, of, within = floats(values), np.asarray(group, dtype=np.int64), np.asarray(cluster, dtype=np.int64)
    same_length(values=x, group=of, cluster=within)
    if not len(x):
        return float("nan")
    size = np.bincount(of)
    left = x - (np.bincount(of, weights=x) / np.maximum(size, 1))[of]
    groups = int((size > 0).sum())
    if len(x) <= groups:
        return 1.0
    variance = float((left**2).sum()) / (len(x) - groups)
    known = within >= 0
    if not variance > 0 or not known.any():
        return 1.0
    clusters = int(within.max()) + 1
    code = of[known] * clusters + within[known]
    if clusters * len(size) <= DENSE * len(x):  # weeks: a table of all pairs is quicker than sorting
        many, sums = np.bincount(code), np.bincount(code, weights=left[known])
        pairs = np.flatnonzero(many)
        many, sums = many[pairs], sums[pairs]
    else:
        pairs, place = np.unique(code, return_inverse=True)
        many, sums = np.bincount(place), np.bincount(place, weights=left[known])
    owner = pairs // clusters
    # What independent rows give: a cluster of m of a group's n rows varies by m (1 - m / n).
    usual = float((many * (1 - many / size[owner])).sum())
    alone = float((1 - 1 / size[of[~known]]).sum())
    if not usual + alone > 0:
        return 1.0
    return float(max(1.0, plain(((sums**2).sum() + (left[~known] ** 2).sum()) / (variance * (usual + alone)))))
