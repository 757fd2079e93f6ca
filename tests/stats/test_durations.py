"""Oracles: rank tables and small sample worked in R, brute-force binomial sums, published sample sizes."""

import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import (
    geometric_mean,
    geometric_mean_interval,
    mean_interval,
    mean_interval_of,
    order_interval,
    quantile_interval,
    quantile_ranks,
    sample_size_geometric_mean,
    sample_size_mean,
    smallest_geometric_mean_change,
    smallest_mean_change,
)

HOURS = [2.5, 1.2, 8.4, 30.1, 4.4, 6.0, 72.5, 3.3, 12.8, 5.1, 0.9, 18.2]
# n, quantile, ranks, exact coverage where printed
RANKS = [
    (5, 0.5, (None, None), None),
    (6, 0.5, (1, 6), 0.96875),
    (8, 0.5, (1, 8), 0.99219),
    (10, 0.5, (2, 9), 0.97852),
    (15, 0.5, (4, 12), 0.96484),
    (20, 0.5, (6, 15), 0.95861),
    (25, 0.5, (8, 18), 0.95671),
    (30, 0.5, (10, 21), 0.95723),
    (50, 0.5, (18, 33), 0.96716),
    (100, 0.5, (40, 61), 0.96480),
    (20, 0.9, (15, None), None),
    (30, 0.9, (23, None), None),
    (50, 0.9, (41, 50), None),
    (100, 0.9, (84, 96), None),
    (200, 0.9, (171, 189), None),
    (1000, 0.9, (881, 919), None),
]


def chance_below(n: int, q: float, rank: int) -> float:
    """P(fewer than `rank` of n values lie below the quantile), summed by hand."""
    return sum(math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(rank))


@pytest.mark.parametrize(("n", "q", "ranks", "coverage"), RANKS)
def test_ranks(n, q, ranks, coverage):
    assert quantile_ranks(n, q) == ranks
    if coverage:
        low, high = ranks
        assert chance_below(n, q, high) - chance_below(n, q, low) == pytest.approx(coverage, abs=5.1e-6)


@pytest.mark.parametrize(("q", "fewest"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_fewest_values_for_two_limits(q, fewest):
    assert None in quantile_ranks(fewest - 1, q)
    assert None not in quantile_ranks(fewest, q)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9, 0.95])
def test_a_whole_column_of_sizes_matches_brute_force(q):
    """The tightest ranks that leave at most 2.5 % outside on each side."""
    sizes = np.arange(0, 121)
    low, high = quantile_ranks(sizes, q)
    for n in sizes:
        below = [chance_below(n, q, rank) for rank in range(n + 1)] + [1.0]
        lows = [rank for rank in range(1, n + 1) if below[rank] <= 0.025]
        highs = [rank for rank in range(1, n + 1) if 1 - below[rank] <= 0.025 + 1e-12]
        # P(value at rank > quantile) = below[rank]: the low limit must fail at most 2.5 % of the time
        assert np.nan_to_num(low[n], nan=-1) == (max(lows) if lows else -1), n
        assert np.nan_to_num(high[n], nan=-1) == (min(highs) if highs else -1), n


def test_ranks_match_scipy_for_large_and_unknown_sizes():
    from scipy.stats import binom

    sizes = np.random.default_rng(1).integers(400, 5_000_000, 3000)
    for q in (0.5, 0.9, 0.99):
        low, high = quantile_ranks(sizes, q)
        assert (low == binom.ppf(0.025, sizes, q)).all()
        assert (high == binom.ppf(0.975, sizes, q) + 1).all()
    low, high = quantile_ranks([6, math.nan, 0])
    assert low[0] == 1 and np.isnan(low[1:]).all() and np.isnan(high[1:]).all()
    assert quantile_ranks(0) == (None, None)


def test_nonsense_is_refused():
    for wrong in (-1, 2.5):
        with pytest.raises(BadValue, match="whole"):
            quantile_ranks(wrong)
    with pytest.raises(BadValue, match="quantile"):
        quantile_ranks(10, q=90)
    with pytest.raises(BadValue, match="Rank 9"):
        order_interval([1, 2, 3], (1, 9))
    with pytest.raises(BadValue, match="infinite"):
        quantile_interval([1, math.inf])


def test_interval_of_the_median_and_p90():
    shuffled = np.random.default_rng(0).permutation(np.arange(1, 101))
    assert quantile_interval(shuffled) == (40, 61)
    assert quantile_interval(shuffled, 0.9) == (84, 96)
    low, high = quantile_interval(np.arange(1, 21), 0.9)
    assert low == 15 and math.isnan(high), "no upper limit from so few tickets"
    assert quantile_interval([3, None, 1, 2, 4, 6, math.nan, 5]) == (1, 6), "unknown durations are left out"
    assert all(math.isnan(v) for v in quantile_interval([]))
    assert order_interval([9, 7, 8], (1, None))[0] == 7


def test_means_match_r():
    assert mean_interval(HOURS) == pytest.approx((0.862718373544, 26.703948293123), abs=1e-11)
    assert geometric_mean(HOURS) == pytest.approx(6.443568, abs=5.1e-7)
    assert geometric_mean_interval(HOURS) == pytest.approx((2.85187950742, 14.55866835471), abs=1e-11)
    # numpy's default is R's type 7, the definition every engine here uses for a percentile
    assert np.quantile(HOURS, [0.5, 0.9]) == pytest.approx([5.55, 28.91])


def test_means_from_sums_match_means_from_rows():
    low, high = mean_interval_of([np.mean(HOURS), 4.0, math.nan], [np.std(HOURS, ddof=1), 0.0, 1.0], [len(HOURS), 1, 9])
    assert (low[0], high[0]) == pytest.approx(mean_interval(HOURS))
    assert np.isnan(low[1:]).all() and np.isnan(high[1:]).all(), "one ticket has no interval"


def test_zero_durations_need_a_shift():
    with pytest.raises(BadValue, match="above 0"):
        geometric_mean_interval([0.0, 5.0])
    assert geometric_mean([0.0, 180.0], shift=60) == pytest.approx(60.0)  # sqrt(60 * 240) - 60
    assert math.isnan(geometric_mean([]))
    assert all(math.isnan(v) for v in mean_interval([5.0]))


@pytest.mark.parametrize(
    ("deviation", "change", "mean", "geometric"),
    [
        (1.0, 0.05, 10_790, 5_967),
        (1.0, 0.10, 2_698, 1_415),
        (1.0, 0.20, 675, 316),
        (1.3, 0.05, 27_751, 10_084),
        (1.3, 0.10, 6_938, 2_390),
        (1.3, 0.20, 1_735, 533),
    ],
)
def test_sample_sizes_and_their_inverse(deviation, change, mean, geometric):
    assert sample_size_mean(change, deviation) == mean
    assert sample_size_geometric_mean(change, deviation) == geometric
    assert smallest_mean_change(mean, deviation) == pytest.approx(change, rel=2e-3)
    assert smallest_geometric_mean_change([geometric, 0], deviation) == pytest.approx([change, math.nan], rel=2e-3, nan_ok=True)


def test_quantile_intervals_cover_skewed_durations():
    """Log-normal, sigma 1.3, n = 30: order statistics cover .960 (median) and .995 (p90), never below .95."""
    rng = np.random.default_rng(11)
    for q, covered in ((0.5, 0.957), (0.9, 0.992)):
        truth = float(np.exp(1.3 * {0.5: 0.0, 0.9: 1.2815515655446004}[q]))
        hits = []
        for _ in range(2000):
            low, high = quantile_interval(rng.lognormal(0, 1.3, 30), q)
            hits.append(low <= truth and not truth > high)
        assert np.mean(hits) == pytest.approx(covered, abs=0.015)
