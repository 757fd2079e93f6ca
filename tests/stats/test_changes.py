"""Oracles: worked three-segment example, Berkeley admissions (R), LMDI and Shapley values; simulated searches."""

import itertools
import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import kitagawa, kitagawa_intervals, lmdi, search_slices

MEN, ADMITTED_MEN = [825, 560, 325, 417, 191, 373], [512, 353, 120, 138, 53, 22]
WOMEN, ADMITTED_WOMEN = [108, 25, 593, 375, 393, 341], [89, 17, 202, 131, 94, 24]


def test_three_segments():
    sizes_0, sizes_1 = np.array([600, 300, 100]), np.array([400, 300, 300])
    split = kitagawa(sizes_0, sizes_0 * [0.80, 0.90, 0.85], sizes_1, sizes_1 * [0.78, 0.90, 0.70])
    assert (split.before, split.after) == pytest.approx((0.835, 0.792))
    assert split.rate == pytest.approx([-0.010, 0, -0.030])
    assert split.mix == pytest.approx([0.0047, 0, -0.0077])
    assert split.rate.sum() + split.mix.sum() == pytest.approx(-0.043)


def test_admissions_match_r():
    split = kitagawa(MEN, ADMITTED_MEN, WOMEN, ADMITTED_WOMEN)
    assert split.after - split.before == pytest.approx(-0.1416454, abs=5.1e-8)
    assert (split.rate.sum(), split.mix.sum()) == pytest.approx((0.0360285, -0.1776739), abs=5.1e-8)
    assert split.rate == pytest.approx([0.0371770, 0.0055035, -0.0063460, 0.0033054, -0.0054607, 0.0018493], abs=5.1e-8)
    assert split.mix == pytest.approx([-0.0862011, -0.0546118, -0.0039322, -0.0016909, -0.0166143, -0.0146235], abs=5.1e-8)


def test_new_and_gone_segments_are_pure_mix_and_totals_may_be_seconds():
    split = kitagawa([10, 5, 0, 0], [3000, 4500, 0, 0], [10, 0, 5, 0], [3500, 0, 1000, 0])
    assert split.rate[1:] == pytest.approx([0, 0, 0]) and split.mix[3] == 0
    assert split.rate.sum() + split.mix.sum() == pytest.approx(split.after - split.before)
    nothing = kitagawa([0, 0], [0, 0], [1, 2], [1, 1])
    assert np.isnan(nothing.rate).all() and math.isnan(nothing.before)
    with pytest.raises(BadValue, match="segment"):
        kitagawa([1, math.nan], [1, 1], [1, 2], [1, 1])


def test_intervals_of_contributions_cover_and_need_not_exclude_zero():
    rate_low, rate_high, mix_low, mix_high = kitagawa_intervals(MEN, ADMITTED_MEN, WOMEN, ADMITTED_WOMEN)
    split = kitagawa(MEN, ADMITTED_MEN, WOMEN, ADMITTED_WOMEN)
    assert ((rate_low < split.rate) & (split.rate < rate_high)).all()
    assert ((mix_low < split.mix) & (split.mix < mix_high)).all()
    assert rate_low[0] > 0, "department A favours women beyond luck"
    assert rate_low[1] < 0 < rate_high[1], "department B's 25 women prove nothing"
    again = kitagawa_intervals(MEN, ADMITTED_MEN, WOMEN, ADMITTED_WOMEN)
    assert (again[0] == rate_low).all(), "same seed, same figures"


def test_product():
    before, after = [10_000, 0.25, 30, 1 / 0.8], [11_000, 0.24, 31.5, 1 / 0.75]
    parts = lmdi(before, after)
    assert np.prod(before) == pytest.approx(93_750) and np.prod(after) == pytest.approx(110_880)
    assert parts == pytest.approx([9728.839385, -4166.927697, 4980.283027, 6587.805286], abs=5.1e-7)
    assert parts.sum() == pytest.approx(17_130)
    # Shapley by brute force over all orders says nearly the same
    orders = list(itertools.permutations(range(4)))
    shapley = np.zeros(4)
    for order in orders:
        now = list(before)
        for factor in order:
            old = math.prod(now)
            now[factor] = after[factor]
            shapley[factor] += (math.prod(now) - old) / len(orders)
    assert shapley == pytest.approx([9729.895833, -4175.3125, 4984.0625, 6591.354167], abs=5.1e-7)
    assert parts == pytest.approx(shapley, rel=0.003)


def test_product_edges():
    assert lmdi([2, 5], [2, 5]).tolist() == [0, 0]
    assert lmdi([2, 5], [5, 2]).sum() == pytest.approx(0)
    assert np.isnan(lmdi([2, math.nan], [3, 1])).all()
    with pytest.raises(BadValue, match="above 0"):
        lmdi([0, 1], [1, 1])


def cells(rng, shares, n=50):
    return rng.binomial(n, shares), np.full(len(shares), n)


def one_way_slices():
    """Cells of a 4 x 5 table of two dimensions; the slices are its rows and its columns."""
    row, column = np.divmod(np.arange(20), 5)
    return np.array([row == r for r in range(4)] + [column == c for c in range(5)])


def test_a_planted_slice_is_found():
    rng = np.random.default_rng(1)
    slices = one_way_slices()
    after = np.where(slices[6], 0.6, 0.8)
    found = search_slices(cells(rng, np.full(20, 0.8)), cells(rng, after), slices)
    assert int(np.nanargmin(found.z)) == 6 and found.z[6] < 0 and found.p[6] < 0.01
    assert found.n_slices == 9


def test_small_slices_are_not_looked_at():
    slices = [[True, False], [False, True]]
    found = search_slices(([80, 5], [100, 20]), ([60, 9], [100, 20]), slices)
    assert not math.isnan(found.z[0]) and math.isnan(found.z[1]) and math.isnan(found.p[1])
    nothing = search_slices(([1, 1], [2, 2]), ([1, 2], [2, 2]), slices)
    assert np.isnan(nothing.p).all()
    with pytest.raises(BadValue, match="column"):
        search_slices(([1], [2]), ([1], [2]), slices)


@pytest.mark.slow
def test_searching_does_not_find_what_is_not_there():
    """No change at all: some slice has |z| > 1.96 far more often than 5 %, the searched p-value does not."""
    rng = np.random.default_rng(2)
    slices = one_way_slices()
    naive, honest = [], []
    for run in range(300):
        found = search_slices(cells(rng, np.full(20, 0.8)), cells(rng, np.full(20, 0.8)), slices, draws=400, seed=run)
        naive.append((np.abs(found.z) > 1.96).any())
        honest.append((found.p < 0.05).any())
    assert np.mean(naive) > 0.2
    assert 0.02 < np.mean(honest) < 0.085
