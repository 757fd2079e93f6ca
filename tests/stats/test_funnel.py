"""Oracles: binomial tails summed by hand, limits by trying every count, Hoeffding's theorem by brute force, clusters made to order."""

import math

import numpy as np
import pytest

from kpi.stats import binomial_p_values, design_effect, design_effect_within, funnel_limits


def tail(k: int, n: int, p: float) -> float:
    """P(X <= k)."""
    return sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize(("k", "n", "p"), [(5, 20, 0.4773), (0, 12, 0.2), (12, 12, 0.8), (47, 50, 0.8), (3, 10, 0.3)])
def test_tails_are_those_of_the_binomial(k, n, p):
    by_hand = min(1.0, 2 * min(tail(k, n, p), 1 - tail(k - 1, n, p)))
    assert binomial_p_values(k, n, p) == pytest.approx(by_hand, rel=1e-9)


def test_edges_and_unknown():
    found = binomial_p_values([0, 5, 0, 5, math.nan, 0], [5, 5, 5, 5, 5, 0], [0, 1, 1, 0, 0.5, 0.5])
    assert found[:4] == pytest.approx([1, 1, 0, 0], abs=1e-12) and np.isnan(found[4:]).all()


def test_rows_that_hang_together_count_as_fewer():
    assert binomial_p_values(60, 100, 0.7, deff=2.0) == pytest.approx(binomial_p_values(30, 50, 0.7))
    assert binomial_p_values(60, 100, 0.7, deff=1.7) > binomial_p_values(60, 100, 0.7)


@pytest.mark.parametrize(("n", "p"), [(10, 0.8), (40, 0.85), (200, 0.5), (7, 0.9)])
@pytest.mark.parametrize("conf", [0.95, 0.998])
def test_limits_leave_out_exactly_the_counts_with_a_small_tail(n, p, conf):
    low, high = funnel_limits(n, p, conf)
    for k in range(n + 1):
        assert (k / n < low - 1e-9) == (tail(k, n, p) < (1 - conf) / 2), (k, low)
        assert (k / n > high + 1e-9) == (1 - tail(k - 1, n, p) < (1 - conf) / 2), (k, high)


def test_limits_are_smooth_and_narrow_with_size():
    n = np.linspace(5, 5000, 300)
    low, high = funnel_limits(n, 0.84, 0.95)
    assert (np.diff(low) >= -1e-9).all() and (np.diff(high) <= 1e-9).all() and (low < 0.84).all() and (high > 0.84).all()
    normal = 1.959964 * np.sqrt(0.84 * 0.16 / n[-1])
    assert (high[-1] - low[-1]) / 2 == pytest.approx(normal, rel=0.03)
    assert np.isnan(funnel_limits(0, 0.5)[0]) and funnel_limits(100, 0.5, deff=4) == pytest.approx(funnel_limits(25, 0.5))


def test_a_mix_of_expected_shares_errs_on_the_safe_side():
    """Hoeffding 1956: of all mixes with this mean the binomial has the longest tails."""
    shares = np.array([0.95] * 30 + [0.5] * 20)
    exact = np.array([1.0])
    for p in shares:
        exact = np.convolve(exact, [1 - p, p])
    for k in (28, 30, 32, 46, 48):
        true = 2 * min(exact[: k + 1].sum(), exact[k:].sum())
        assert binomial_p_values(k, 50, shares.mean()) >= true


def test_design_effect_by_hand():
    """Group 0: clusters (1, 1) and (0, 0); group 1: 1, 0 alone. Squares 2 x 1 + 2 x .25 over .375 x (2 x 2 x .5 + 2 x .5) = 2.5 / 1.125."""
    found = design_effect_within([1, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 2, -1])
    variance = (4 * 0.25 + 2 * 0.25) / (6 - 2)
    assert found == pytest.approx((2 * 1.0 + 2 * 0.25) / (variance * (2 * 2 * 0.5 + 2 * 0.5)))


def test_design_effect_of_made_clusters():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(20), 500)
    cluster = np.tile(np.repeat(np.arange(100), 5), 20)
    alone = rng.normal(size=10_000) + group
    shared = alone + rng.normal(size=(20, 100))[group, cluster]  # half of the variance is shared: 1 + 4 x .5
    assert design_effect_within(alone, group, cluster) == pytest.approx(1.0, abs=0.05)
    assert design_effect_within(shared, group, cluster) == pytest.approx(3.0, rel=0.08)
    hits = (rng.random((200, 5)) < np.clip(0.8 + 0.25 * rng.normal(size=(200, 1)), 0, 1)).astype(float)
    one = design_effect_within(hits.ravel(), np.zeros(1000), np.repeat(np.arange(200), 5))
    assert one == pytest.approx(design_effect(hits.sum(axis=1), np.full(200, 5.0)), rel=0.01)


def test_design_effect_of_nothing_to_tell():
    assert math.isnan(design_effect_within([], [], []))
    assert design_effect_within([1, 0, 1], [0, 1, 2], [0, 0, 0]) == 1 and design_effect_within([1, 1], [0, 0], [0, 0]) == 1
    assert design_effect_within([1, 0, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]) == 1, "one cluster a group says nothing of clusters"
