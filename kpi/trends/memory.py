"""How sure a move is when nobody knows how much a series remembers: p-values averaged over what its memory may be.

REML takes one value of the memory, the best. Where that comes out too small the p-value is far too small: of series with a memory of 0.5 and
26 points, 1 % are given p < 0.001. A board of fifty metrics lives in that tail. Averaged over the likelihood of the memory (a flat prior
on 0 to 0.96, and the usual ones on level and spread: Zellner and Tiao 1964), p < 0.001 happens in 0.1 % of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpi.stats.base import Array, floats, t_p_value
from kpi.stats.regression import known_rows, likelihood_profile, whitened_fits

MEMORIES = np.linspace(0, 0.96, 33)
NEGLIGIBLE = 1e-7


def p_over_memory(values: Array, design: Array, columns: Sequence[int]) -> Array:
    """Two-sided p-value of some coefficients of `values` on `design` (n x k, more rows than columns), averaged over the memory. Gaps keep their place."""
    y, x, gaps = known_rows(values, design)
    n, k = x.shape
    profile = likelihood_profile(y, x, gaps, MEMORIES)
    weights = np.exp(profile.min() - profile)
    weights /= weights.sum()
    likely = weights > NEGLIGIBLE
    coefficients, inverse, variance = whitened_fits(y, x, gaps, MEMORIES[likely])
    wanted = list(columns)
    errors = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2)[:, wanted] * variance[:, None])
    p = weights[likely] @ np.asarray(t_p_value(coefficients[:, wanted] / errors, n - k))
    return floats(np.minimum(p, 1.0))
