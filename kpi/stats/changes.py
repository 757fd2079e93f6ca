"""Why did a figure change? Splits that add up exactly, and a search over segments that does not cry wolf.

Kitagawa 1955 (ratios: rate and mix), LMDI-I (Ang 2005; products), max-T permutation (Westfall and Young 1993).
Medians do not split this way: split the mean, or the share above a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, check_counts, floats, same_length
from kpi.stats.proportions import pooled_z

FEWEST_A_SIDE = 30


@dataclass(frozen=True)
class Decomposition:
    """Contribution of each segment to the change from `before` to `after`: its own `rate`, and its share of the `mix`.

    rate.sum() + mix.sum() == after - before. A positive mix means more of a segment above average, or less of one below.
    """

    rate: Array
    mix: Array
    before: float
    after: float


def kitagawa(sizes_before: Numbers, totals_before: Numbers, sizes_after: Numbers, totals_after: Numbers) -> Decomposition:
    """Split the change of a ratio (share satisfied, mean handle time) by segment into rate and mix, without remainder.

    Per segment: `sizes` denominators (answers, tickets), `totals` numerators (satisfied, seconds). A segment that is new
    or gone is pure mix; one empty on both sides contributes 0. All NaN when a period is empty; BadValue for unknown or
    negative sizes: a split needs every segment.
    """
    n_before, x_before, n_after, x_after = (floats(v).ravel() for v in (sizes_before, totals_before, sizes_after, totals_after))
    same_length(sizes_before=n_before, totals_before=x_before, sizes_after=n_after, totals_after=x_after)
    if np.isnan(np.concatenate([n_before, x_before, n_after, x_after])).any() or (n_before < 0).any() or (n_after < 0).any():
        raise BadValue("A segment has an unknown or negative size or total.", "Count an unknown segment as '(none)'.")
    if not n_before.sum() > 0 or not n_after.sum() > 0:
        nothing = np.full(len(n_before), np.nan)
        return Decomposition(nothing, nothing, float("nan"), float("nan"))
    before, after = x_before.sum() / n_before.sum(), x_after.sum() / n_after.sum()
    share_before, share_after = n_before / n_before.sum(), n_after / n_after.sum()
    rate, mix = _split(share_before, _rates(x_before, n_before), share_after, _rates(x_after, n_after), (before + after) / 2)
    return Decomposition(rate, mix, float(before), float(after))


def kitagawa_intervals(
    sizes_before: Numbers,
    successes_before: Numbers,
    sizes_after: Numbers,
    successes_after: Numbers,
    *,
    conf: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[Array, Array, Array, Array]:
    """(rate low, rate high, mix low, mix high) per segment, for shares: what counting luck alone leaves open.

    Parametric bootstrap: segment sizes multinomial, successes binomial. An explanation whose interval holds 0 is none.
    """
    n_before, n_after = floats(sizes_before).ravel(), floats(sizes_after).ravel()
    x_before, x_after = floats(successes_before).ravel(), floats(successes_after).ravel()
    check_counts(x_before, n_before)
    check_counts(x_after, n_after)
    kitagawa(n_before, x_before, n_after, x_after)  # the same refusals
    rng = np.random.default_rng(seed)
    sides = []
    for n, x in ((n_before, x_before), (n_after, x_after)):
        sizes = rng.multinomial(int(n.sum()), n / n.sum(), draws)
        found = rng.binomial(sizes, np.divide(x, n, out=np.zeros_like(x), where=n > 0))
        overall = found.sum(axis=1, keepdims=True) / n.sum()
        sides.append((sizes / n.sum(), _rates(found.astype(float), sizes.astype(float)), overall))
    (share_0, rate_0, all_0), (share_1, rate_1, all_1) = sides
    rate, mix = _split(share_0, rate_0, share_1, rate_1, (all_0 + all_1) / 2)
    tails = [(1 - conf) / 2, (1 + conf) / 2]
    (rate_low, rate_high), (mix_low, mix_high) = np.quantile(rate, tails, axis=0), np.quantile(mix, tails, axis=0)
    return rate_low, rate_high, mix_low, mix_high


def lmdi(before: Numbers, after: Numbers) -> Array:
    """What each factor of a product (cost = volume x handle time x rate / occupancy) adds to its change; sums exactly.

    Put a divisor in as its reciprocal. Every factor must be above 0; NaN when one is unknown.
    """
    a, b = floats(before).ravel(), floats(after).ravel()
    same_length(before=a, after=b)
    if (a <= 0).any() or (b <= 0).any():
        raise BadValue("Every factor of a product must be above 0 to split its change.", "Leave out the factor that is 0.")
    first, last = a.prod(), b.prod()
    mean = first if first == last else (last - first) / np.log(last / first)
    return np.asarray(mean * np.log(b / a), dtype=np.float64)


@dataclass(frozen=True)
class SliceSearch:
    """`z` of the change of each slice (NaN below 30 answers a side) and `p`, which allows for having searched them all."""

    z: Array
    p: Array
    n_slices: int


def search_slices(
    cells_before: tuple[Numbers, Numbers],
    cells_after: tuple[Numbers, Numbers],
    slices: Numbers,
    draws: int = 2000,
    seed: int = 0,
) -> SliceSearch:
    """In which slice did a share change, beyond what searching so many slices turns up by luck?

    Cells are the joint groups no two of which share a ticket (channel x topic x team), each side as (successes, sizes);
    `slices` (slices x cells, true/false) says which cells make up each slice. p compares |z| with the largest |z| over
    all slices when tickets are dealt to the two periods at random (max-T permutation).
    """
    (x_before, n_before), (x_after, n_after) = ([floats(v).ravel() for v in side] for side in (cells_before, cells_after))
    member = floats(slices)
    same_length(successes_before=x_before, sizes_before=n_before, successes_after=x_after, sizes_after=n_after)
    check_counts(x_before, n_before)
    check_counts(x_after, n_after)
    if member.ndim != 2 or member.shape[1] != len(n_before):
        raise BadValue(f"The slices must have one column for each of the {len(n_before)} cells.", "Pass slices x cells.")
    kinds = np.concatenate([x_before + x_after, n_before + n_after - x_before - x_after]).astype(np.int64)
    sizes_all = (n_before + n_after) @ member.T
    found_all = (x_before + x_after) @ member.T

    def z_of_side(successes: Array, sizes: Array) -> Array:
        """|z| between a side and the rest, NaN where either is too small."""
        x, n = successes @ member.T, sizes @ member.T
        z = floats(pooled_z(found_all - x, sizes_all - n, x, n))
        return np.where((n >= FEWEST_A_SIDE) & (sizes_all - n >= FEWEST_A_SIDE), z, np.nan)

    z = z_of_side(x_before, n_before)
    if np.isnan(z).all():
        return SliceSearch(z, np.full(len(z), np.nan), len(z))
    rng = np.random.default_rng(seed)
    dealt = rng.multivariate_hypergeometric(kinds, int(n_before.sum()), draws, method="marginals").astype(float)
    successes, failures = np.split(dealt, 2, axis=1)
    luck = np.nan_to_num(np.abs(z_of_side(successes, successes + failures))).max(axis=1)
    p = np.array([(1 + (luck >= abs(one) - 1e-9).sum()) / (draws + 1) if not np.isnan(one) else np.nan for one in z])
    return SliceSearch(z, p, len(z))


def _rates(totals: Array, sizes: Array) -> Array:
    return np.divide(totals, sizes, out=np.full_like(totals, np.nan), where=sizes > 0)


def _split(share_0: Array, rate_0: Array, share_1: Array, rate_1: Array, middle: Array | float) -> tuple[Array, Array]:
    """(rate, mix) contributions; a rate missing on one side is taken from the other, which makes the segment pure mix."""
    rate_0, rate_1 = np.where(np.isnan(rate_0), rate_1, rate_0), np.where(np.isnan(rate_1), rate_0, rate_1)
    rate = (share_0 + share_1) / 2 * (rate_1 - rate_0)
    mix = (share_1 - share_0) * ((rate_0 + rate_1) / 2 - middle)
    return np.nan_to_num(rate), np.nan_to_num(mix)  # empty on both sides: contributes nothing
