"""Oracles: R prop.test(correct=FALSE), binom.test, poisson.test; Newcombe 1998 table II method 10; brute-force coverage."""

import math

import numpy as np
import pandas as pd
import pytest

from kpi.errors import BadValue
from kpi.stats import (
    clopper_pearson,
    design_effect,
    mover_difference,
    mover_ratio,
    newcombe,
    poisson_interval,
    pooled_z,
    sample_size_shares,
    share_test,
    smallest_share_change,
    wilson,
)

# successes, trials, R prop.test(correct=FALSE), R binom.test
SHARES = [
    (81, 263, 0.255289, 0.366210, 0.252737, 0.367622),
    (15, 148, 0.062386, 0.160487, 0.057844, 0.161650),
    (0, 20, 0, 0.161125, 0, 0.168433),
    (1, 29, 0.006113, 0.171755, 0.000873, 0.177644),
    (9, 10, 0.595850, 0.982124, 0.554984, 0.997471),
    (45, 50, 0.786398, 0.956524, 0.781865, 0.966725),
    (10, 10, 0.722467, 1, 0.691503, 1),
    (850, 1000, 0.826531, 0.870790, 0.826342, 0.871575),
]
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1),
    (10, 10, 0, 10, 0.6075, 1),
    (170, 200, 150, 200, 0.0215, 0.1773),
]


@pytest.mark.parametrize(("x", "n", "low", "high", "exact_low", "exact_high"), SHARES)
def test_intervals_of_a_share_match_r(x, n, low, high, exact_low, exact_high):
    assert wilson(x, n) == pytest.approx((low, high), abs=5.1e-7)
    assert clopper_pearson(x, n) == pytest.approx((exact_low, exact_high), abs=5.1e-7)


def test_columns_give_the_same_as_single_numbers():
    table = np.array(SHARES)
    low, high = wilson(table[:, 0], table[:, 1])
    assert low == pytest.approx(table[:, 2], abs=5.1e-7)
    assert high == pytest.approx(table[:, 3], abs=5.1e-7)
    assert low[2] == 0 and high[6] == 1, "the ends are exact, not 1e-17 beside them"
    low, high = clopper_pearson(table[:, 0], table[:, 1])
    assert low == pytest.approx(table[:, 4], abs=5.1e-7)


@pytest.mark.parametrize(("x_a", "n_a", "x_b", "n_b", "low", "high"), NEWCOMBE)
def test_newcombe_table(x_a, n_a, x_b, n_b, low, high):
    assert newcombe(x_a, n_a, x_b, n_b) == pytest.approx((low, high), abs=5.1e-5)
    back_low, back_high = newcombe(x_b, n_b, x_a, n_a)
    assert (-back_high, -back_low) == pytest.approx((low, high), abs=5.1e-5), "swapping the sides mirrors the interval"


def test_newcombe_is_the_general_form_with_wilson_limits():
    a, b = wilson(56, 70), wilson(48, 80)
    assert mover_difference(0.8, *a, 0.6, *b) == pytest.approx(newcombe(56, 70, 48, 80))


def test_mover_keeps_one_limit_when_the_other_cannot_be_known():
    low, high = mover_difference(10, 8, math.nan, 4, 3, 5)
    assert low == pytest.approx(6 - math.hypot(2, 1))
    assert math.isnan(high)


def test_mover_ratio_by_hand():
    # logs: 2 +- 1 against 0 +- 1 -> exp(2 +- sqrt 2)
    e = math.e
    assert mover_ratio(e**2, e, e**3, 1, 1 / e, e) == pytest.approx((e ** (2 - math.sqrt(2)), e ** (2 + math.sqrt(2))))
    assert all(math.isnan(v) for v in mover_ratio(0, 0, 1, 1, 0.5, 2)), "nothing can be said about a ratio with 0"


def test_difference_test_matches_r():
    assert pooled_z(56, 70, 48, 80) ** 2 == pytest.approx(7.023411, abs=5e-7)
    assert share_test(56, 70, 48, 80) == pytest.approx(0.008045, abs=5e-7)
    assert pooled_z(0, 5, 0, 9) == 0
    assert math.isnan(pooled_z(1, 5, 0, 0))


def test_poisson_matches_r():
    assert poisson_interval(10) == pytest.approx((4.795389, 18.390356), abs=5e-7)
    assert poisson_interval(0) == pytest.approx((0, -math.log(0.025)))
    assert poisson_interval([10, math.nan], 2)[0] == pytest.approx([4.795389 / 2, math.nan], abs=5e-7, nan_ok=True)


@pytest.mark.parametrize(("after", "needed"), [(0.86, 19_458), (0.87, 4_722), (0.90, 683)])
def test_sample_sizes(after, needed):
    assert sample_size_shares(0.85, after) == needed
    assert smallest_share_change(0.85, needed) == pytest.approx(after - 0.85, rel=1e-3), "the inverse"


def test_smallest_change_names_a_side():
    down = smallest_share_change(0.85, 500, better="lower")
    assert sample_size_shares(0.85, 0.85 - down) in (500, 501)
    assert math.isnan(smallest_share_change(0.99, 20)), "20 answers cannot show any rise from 99 %"
    with pytest.raises(BadValue, match="higher"):
        smallest_share_change(0.5, 10, better="up")


def test_unknown_is_not_zero():
    assert all(math.isnan(v) for v in wilson(None, 10))
    assert all(math.isnan(v) for v in wilson(0, 0))
    assert all(math.isnan(v) for v in clopper_pearson(0, 0))
    assert all(math.isnan(v) for v in newcombe(1, 2, 0, 0))
    low, high = wilson(pd.array([1, None], dtype="Int64"), pd.Series([2, 2]))
    assert not math.isnan(low[0]) and math.isnan(low[1]) and math.isnan(high[1])
    assert wilson([], [])[0].shape == (0,)


@pytest.mark.parametrize(("x", "n"), [(3, 2), (-1, 5), (0, -1)])
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(BadValue):
        wilson(x, n)


def test_words_are_refused_with_a_sentence():
    with pytest.raises(BadValue, match="numbers"):
        wilson("many", 10)
    with pytest.raises(BadValue, match="between 0 and 1"):
        wilson(1, 10, conf=95)


def test_design_effect_by_hand():
    # five clusters of two answers, all alike inside a cluster: mean .6; sum (x - .6 m)^2 = 3 * .8^2 + 2 * 1.2^2 = 4.8
    # clustered variance 5/4 * 4.8 / 100 = .06; single .6 * .4 / 10 = .024; ratio 2.5
    assert design_effect([2, 2, 2, 0, 0], [2] * 5) == pytest.approx(2.5)
    assert design_effect([1] * 6, [2] * 6) == 1.0, "clusters that are more alike than chance do not shrink an interval"
    assert design_effect([2] * 6, [2] * 6) == 1.0
    assert math.isnan(design_effect([2, 1, 0, 2], [2] * 4)), "four clusters claim nothing"
    assert math.isnan(design_effect([2, 1, 0, 2, math.nan, 0], [2, 2, 2, 2, 2, 0])), "empty clusters do not count"
    assert design_effect([1, -1, 1, -1, 0], [1] * 5, variance=0.8) == pytest.approx(1.25), "promoters minus detractors"
    with pytest.raises(BadValue, match="length"):
        design_effect([1], [1, 2])


def test_design_effect_widens_as_if_there_were_fewer_answers():
    assert wilson(60, 100, deff=2) == pytest.approx(wilson(30, 50))
    assert wilson(60, 100, deff=0.5) == wilson(60, 100)
    assert all(math.isnan(v) for v in wilson(60, 100, deff=math.nan)), "too few clusters: no interval"
    assert newcombe(60, 100, 30, 100, deff_a=2, deff_b=2) == pytest.approx(newcombe(30, 50, 15, 50))


def test_wilson_covers_what_the_design_page_says():
    """Exact coverage averaged over p in .60-.99: .955 at n = 10, .952 at 50, .951 at 100."""
    from scipy.stats import binom

    for n, wanted in ((10, 0.955), (50, 0.952), (100, 0.951)):
        x = np.arange(n + 1)
        low, high = wilson(x, n)
        shares = np.arange(0.60, 0.9901, 0.01)
        covered = [binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum() for p in shares]
        assert np.mean(covered) == pytest.approx(wanted, abs=0.0025)


def test_clustered_answers_are_covered_only_with_the_design_effect():
    """20 agents x 30 answers, intra-class correlation .05: plain Wilson covers about .78, with the effect about .93."""
    rng = np.random.default_rng(7)
    p, icc = 0.8, 0.05
    strength = 1 / icc - 1
    plain, mended = [], []
    for _ in range(1500):
        agents = rng.beta(p * strength, (1 - p) * strength, 20)
        sizes = rng.poisson(30, 20) + 1
        happy = rng.binomial(sizes, agents)
        for covered, effect in ((plain, 1.0), (mended, design_effect(happy, sizes))):
            low, high = wilson(happy.sum(), sizes.sum(), deff=effect)
            covered.append(low <= p <= high)
    assert 0.74 < np.mean(plain) < 0.83
    assert 0.91 < np.mean(mended) < 0.96
