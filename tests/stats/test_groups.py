"""Oracles: the eight schools of Bayesian Data Analysis and a brute-force integral, the grid reference and R's beta-binomial MLE, exact binomial tails, worked post-stratification."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from kpi.errors import BadValue
from kpi.stats import funnel_p_values, post_stratify, shrink_means, shrink_rates, weighting_effect

X, N = [10, 9, 19, 14, 8, 27, 5, 40, 17, 30], [20, 10, 20, 20, 20, 30, 10, 50, 20, 30]
GRID = [0.549, 0.852, 0.912, 0.711, 0.465, 0.879, 0.576, 0.796, 0.832, 0.966]
MLE = [0.547420, 0.855800, 0.914636, 0.710627, 0.465816, 0.881417, 0.580104, 0.796507, 0.833033, 0.968351]


def test_reference():
    found = shrink_rates(X, N)
    assert found.estimate == pytest.approx(GRID, abs=0.004)
    assert found.estimate == pytest.approx(MLE, abs=0.007)
    assert ((found.low < found.estimate) & (found.estimate < found.high)).all()
    assert found.p_below[4] > 0.95 and found.p_below[9] < 0.05
    assert found.rank_low[9] == 1 and found.rank_high[4] == 10 and found.rank_high[7] - found.rank_low[7] >= 2
    assert (shrink_rates(X, N).low == found.low).all()


def test_groups_alike_are_not_told_apart():
    """R's best fit runs to infinity here and calls all of them .8677; integrating leaves a little room."""
    found = shrink_rates([18, 45, 7, 30, 88, 12, 3, 50, 20, 9], [20, 50, 10, 33, 100, 15, 5, 60, 20, 12])
    assert found.estimate == pytest.approx([0.8677] * 10, abs=0.045)
    assert (found.rank_high - found.rank_low >= 4).all()


def test_empty_and_unknown_groups():
    found = shrink_rates([5, 0, math.nan, 9], [10, 0, 5, 10])
    assert np.isnan(found.estimate[1:3]).all() and not np.isnan(found.estimate[[0, 3]]).any()
    assert np.isnan(shrink_rates([0], [0]).low).all() and shrink_rates([], []).low.shape == (0,)
    alone = shrink_rates([8], [10])
    assert 0.6 < alone.estimate[0] < 0.9
    perfect = shrink_rates([10, 20], [10, 20])
    assert (perfect.estimate < 1).all() and (perfect.estimate > 0.8).all()
    with pytest.raises(BadValue, match="greater"):
        shrink_rates([3], [2])


def test_funnel_is_exact():
    p = funnel_p_values([5, 50, 50], [20, 100, 100])
    pooled = 105 / 220
    below = sum(math.comb(20, k) * pooled**k * (1 - pooled) ** (20 - k) for k in range(6))
    assert p[0] == pytest.approx(min(1, 3 * 2 * below))
    assert np.isnan(funnel_p_values([0, math.nan], [0, 3])).all()
    flagged = funnel_p_values([10] * 20 + [2], [20] * 21)
    assert (flagged[:20] > 0.5).all() and flagged[20] < 0.05


def test_post_stratification():
    found = post_stratify([6000, 2000, 2000], [225, 540, 340], [300, 600, 400])
    assert found.raw == pytest.approx(0.85) and found.value == pytest.approx(0.80)
    assert found.deff == pytest.approx(1.777, abs=5.1e-4)
    assert found.low < 0.80 < found.high and found.high - found.low > 0.05
    weights = np.repeat([0.6 / (3 / 13), 0.2 / (6 / 13), 0.2 / (4 / 13)], [300, 600, 400])
    assert weighting_effect(weights) == pytest.approx(found.deff)


def test_post_stratification_edges():
    capped = post_stratify([9900, 100], [1, 90], [2, 100], largest_weight=5)
    assert capped.value == pytest.approx((5 * 1 + (0.01 / (100 / 102)) * 90) / (5 * 2 + (0.01 / (100 / 102)) * 100))
    without = post_stratify([100, 100], [5, 0], [10, 0])
    assert without.value == 0.5 and without.deff == 1
    assert math.isnan(post_stratify([10], [0], [0]).value)
    assert weighting_effect([1, 1, 1]) == 1 and math.isnan(weighting_effect([]))


@pytest.mark.slow
def test_shrunk_rates_cover_and_beat_raw_ones():
    """40 agents, true spread .04: published coverage .935 and error .0346 against .0788 raw."""
    rng = np.random.default_rng(5)
    covered, shrunk, raw = [], [], []
    strength = 0.85 * 0.15 / 0.04**2 - 1
    for run in range(40):
        truth = rng.beta(0.85 * strength, 0.15 * strength, 40)
        n = np.exp(rng.uniform(np.log(5), np.log(400), 40)).astype(int)
        x = rng.binomial(n, truth)
        found = shrink_rates(x, n, draws=1500, seed=run)
        covered.append(((found.low <= truth) & (truth <= found.high)).mean())
        shrunk.append(((found.estimate - truth) ** 2).mean())
        raw.append(((x / n - truth) ** 2).mean())
    assert 0.91 < np.mean(covered) < 0.97
    assert math.sqrt(np.mean(shrunk)) < 0.6 * math.sqrt(np.mean(raw))


SCHOOLS = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]


def test_eight_schools():
    """Rubin 1981; the medians of Bayesian Data Analysis, table 5.3 (recalled; of 200 draws, so good to a point or two)."""
    found = shrink_means(*SCHOOLS, draws=20_000)
    assert found.estimate == pytest.approx([10, 8, 7, 8, 5, 6, 10, 8], abs=1.6)
    assert found.average == pytest.approx(8.0, abs=0.5)
    assert (found.rank_low <= 2).all() and (found.rank_high >= 7).all(), "the famous point: they cannot be told apart"


def test_shrunk_means_against_a_brute_force_integral():
    """Posterior means by summing over a plain grid of (average, spread), straight from the two densities of the model."""
    y, s = np.array([5.1, 4.2, 6.0, 4.9, 5.5]), np.array([0.3, 0.2, 0.5, 0.1, 0.4])
    mu, tau = (g.ravel() for g in np.meshgrid(np.linspace(3, 7.5, 181), np.linspace(0.005, 8, 800)))
    log_p = sum(-0.5 * np.log(tau**2 + e**2) - 0.5 * (v - mu) ** 2 / (tau**2 + e**2) for v, e in zip(y, s, strict=True))
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    truth = [(p * (v / e**2 + mu / tau**2) / (1 / e**2 + 1 / tau**2)).sum() for v, e in zip(y, s, strict=True)]
    found = shrink_means(y, s, draws=40_000)
    assert found.estimate == pytest.approx(truth, abs=0.01)
    weight = tau**2 / (tau**2 + s[0] ** 2)
    middle, width = weight * y[0] + (1 - weight) * mu, np.sqrt(weight) * s[0]
    for limit, below in ((found.low[0], 0.025), (found.high[0], 0.975)):
        assert (p * norm.cdf(limit, middle, width)).sum() == pytest.approx(below, abs=0.004)


def test_shrunk_means_of_groups_alike_cover_and_claim_nothing():
    """Nine equal groups, 200 times: the intervals hold the truth, and the chance of being below is extreme in few of them."""
    rng = np.random.default_rng(7)
    errors = np.linspace(0.05, 0.6, 9)
    runs = [shrink_means(rng.normal(2, errors), errors, draws=1000) for _ in range(200)]
    covered = np.mean([(r.low <= 2) & (r.high >= 2) for r in runs])
    claimed = np.mean([((r.p_below < 0.002) | (r.p_below > 0.998)).any() for r in runs])
    assert covered >= 0.95 and claimed <= 0.05


def test_shrunk_means_with_few_or_unknown_groups():
    far = shrink_means([1.0, 9.0], [0.1, 0.1])
    assert far.estimate == pytest.approx([1, 9], abs=0.1) and far.p_below[0] > 0.9
    near = shrink_means([5.0, 5.2, math.nan], [0.5, 0.5, 0.5])
    assert math.isnan(near.estimate[2]) and abs(near.estimate[1] - near.estimate[0]) < 0.2
    assert math.isnan(shrink_means([], []).average)
    assert shrink_means([3.0], [1.0]).estimate[0] == pytest.approx(3, abs=0.2)
    with pytest.raises(BadValue, match="above 0"):
        shrink_means([1, 2], [0, 1])
