"""Oracles: the one-draw split, scipy's permutation test and exact enumeration; false claims counted on data where nothing happened."""

import itertools

import numpy as np
import pytest
import scipy.stats as st

from kpi.errors import BadValue
from kpi.stats import contributions, dealt_labels, drawn_units, kitagawa, largest_of_all


def test_many_draws_split_as_one_does():
    rng = np.random.default_rng(1)
    n_0, n_1 = rng.integers(0, 40, (2, 50, 6)).astype(float)
    x_0, x_1 = n_0 * rng.random((50, 6)), n_1 * rng.random((50, 6))
    rate, mix = contributions(n_0, x_0, n_1, x_1)
    for i in range(50):
        one = kitagawa(n_0[i], x_0[i], n_1[i], x_1[i])
        assert rate[i] == pytest.approx(one.rate, abs=1e-12) and mix[i] == pytest.approx(one.mix, abs=1e-12)
    rate, mix = contributions([[0, 0], [1, 2]], [[0, 0], [1, 1]], [[1, 1], [1, 0]], [[1, 1], [1, 0]])
    assert np.isnan(rate[0]).all() and np.isnan(mix[0]).all() and not np.isnan(rate[1]).any()


def test_labels_are_dealt_within_strata():
    is_after, weekday = np.arange(28) >= 14, np.arange(28) % 7
    dealt = dealt_labels(is_after, weekday, draws=300)
    assert (dealt.sum(axis=1) == 14).all()
    for day in range(7):
        assert (dealt[:, weekday == day].sum(axis=1) == 2).all(), "two of the four Mondays are after, whichever they are"
    assert len({tuple(row) for row in dealt.tolist()}) > 250
    assert (dealt_labels(is_after, weekday, draws=300) == dealt).all(), "same seed, same deal"


def test_p_of_one_statistic_is_the_permutation_test():
    """scipy enumerates all 252 ways to deal ten values; p is also counted by hand."""
    a, b = np.array([4.1, 5.0, 6.2, 3.9, 4.4]), np.array([5.9, 6.8, 5.2, 7.0, 6.1])
    pooled = np.concatenate([a, b])
    exact = st.permutation_test(
        (b, a), lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis), vectorized=True, n_resamples=np.inf
    ).pvalue
    every = [np.mean(pooled[list(chosen)]) for chosen in itertools.combinations(range(10), 5)]
    assert exact == pytest.approx(np.mean(np.abs(np.array(every) - pooled.mean()) >= abs(b.mean() - pooled.mean()) - 1e-9))
    dealt = dealt_labels(np.arange(10) >= 5, draws=20_000, seed=3).astype(float)
    luck = dealt @ pooled / 5 - (1 - dealt) @ pooled / 5
    _, p = largest_of_all([b.mean() - a.mean()], luck[:, None])
    assert p[0] == pytest.approx(exact, abs=0.004)


def test_the_largest_of_many_is_judged_as_that():
    rng = np.random.default_rng(2)
    luck = rng.standard_normal((4000, 20)) * np.linspace(0.1, 50, 20)
    z, p = largest_of_all(3.1 * np.linspace(0.1, 50, 20), luck)
    assert z == pytest.approx(3.1, rel=0.05)
    assert p == pytest.approx(1 - (2 * st.norm.cdf(3.1) - 1) ** 20, abs=0.012), "Sidak: independent statistics, each on its own scale"


def test_what_does_not_vary_or_is_unknown_has_no_p():
    luck = np.column_stack([np.zeros(50), np.full(50, np.nan), np.linspace(-1, 1, 50)])
    _, p = largest_of_all([1.0, 1.0, np.nan], luck)
    assert np.isnan(p).all()
    with pytest.raises(BadValue, match="column"):
        largest_of_all([1.0], luck)


def test_a_bootstrap_draws_each_side_by_itself():
    times = drawn_units([0] * 5 + [1] * 8, draws=4000)
    assert (times[:, :5].sum(axis=1) == 5).all() and (times[:, 5:].sum(axis=1) == 8).all()
    values = np.arange(13.0)
    means = times[:, 5:] @ values[5:] / 8
    assert means.std() == pytest.approx(values[5:].std() / np.sqrt(8), rel=0.04), "the textbook error of a mean"


@pytest.mark.slow
def test_searching_whole_days_does_not_find_what_is_not_there():
    """40 slices whose days share their luck, nothing changed: counting rows as independent claims much too often, whole days do not."""
    rng = np.random.default_rng(4)
    claims = naive = 0
    for run in range(200):
        size = rng.poisson(30, (56, 40)).astype(float)
        chance = np.clip(0.8 + 0.05 * rng.standard_normal((56, 40)), 0, 1)
        good = rng.binomial(size.astype(int), chance)
        is_after = np.arange(56) >= 28
        dealt = dealt_labels(is_after, np.arange(56) % 7, draws=400, seed=run).astype(float)

        def change(side, n=size, x=good):
            return (side @ x) / (side @ n) - ((1 - side) @ x) / ((1 - side) @ n)

        seen = change(is_after[None, :].astype(float))[0]
        claims += (largest_of_all(seen, change(dealt))[1] < 0.05).any()
        naive += (np.abs(seen) / np.sqrt(0.16 / (size[:28].sum(axis=0)) + 0.16 / size[28:].sum(axis=0)) > st.norm.ppf(1 - 0.05 / 80)).any()
    assert claims / 200 < 0.10 and naive / 200 > claims / 200
