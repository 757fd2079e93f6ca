"""Sections 1 and 2 of the statistics page: coverage of intervals of shares, differences of shares, clustered answers, and NPS."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from kpi.stats import clopper_pearson, design_effect, newcombe, nps_interval, wilson
from tests.simulation.worlds import misses

pytestmark = pytest.mark.simulation

SHARES = np.linspace(0.60, 0.99, 391)
WILSON = {5: (0.955, 0.833), 10: (0.955, 0.842), 20: (0.954, 0.899), 50: (0.952, 0.895), 100: (0.951, 0.921), 300: (0.950, 0.936)}
EXACT = {5: (0.991, 0.975), 10: (0.985, 0.961), 20: (0.978, 0.960), 50: (0.970, 0.953), 100: (0.965, 0.950), 300: (0.959, 0.950)}
"""n -> mean and worst coverage of a nominal 95 % over shares of .60 to .99."""
NEWCOMBE = {
    (10, 10, 0.9, 0.8): 0.977,
    (10, 10, 0.95, 0.9): 0.995,
    (20, 60, 0.95, 0.95): 0.969,
    (50, 50, 0.9, 0.8): 0.957,
    (100, 100, 0.8, 0.8): 0.952,
}
CLUSTERED = {0.0: (0.949, 0.957), 0.01: (0.904, 0.938), 0.02: (0.880, 0.943), 0.05: (0.781, 0.932), 0.10: (0.668, 0.929)}
"""Correlation within an agent -> coverage of the plain Wilson interval, and of that widened by the design effect."""
NPS = {(10, 0.7, 0.1): 0.952, (10, 0.85, 0.03): 0.949, (20, 0.85, 0.03): 0.961, (50, 0.7, 0.1): 0.950, (200, 0.5, 0.2): 0.952}


@pytest.mark.parametrize(("interval", "published"), [(wilson, WILSON), (clopper_pearson, EXACT)], ids=["wilson", "clopper-pearson"])
def test_coverage_of_a_share(interval, published) -> None:
    """No luck here: every outcome counts with its binomial chance, over shares in steps of a thousandth."""
    for n, (mean, worst) in published.items():
        x = np.arange(n + 1)
        low, high = interval(x, np.full(n + 1, n))
        covered = [scipy_stats.binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum() for p in SHARES]
        assert np.mean(covered) == pytest.approx(mean, abs=0.0006), n
        assert min(covered) == pytest.approx(worst, abs=0.0006), n


@pytest.mark.parametrize(("case", "published"), NEWCOMBE.items(), ids=str)
def test_coverage_of_a_difference(case, published) -> None:
    n1, n2, p1, p2 = case
    x1, x2 = (a.ravel() for a in np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij"))
    low, high = newcombe(x1, np.full(len(x1), n1), x2, np.full(len(x2), n2))
    chance = scipy_stats.binom.pmf(x1, n1, p1) * scipy_stats.binom.pmf(x2, n2, p2)
    within = (low <= p1 - p2 + 1e-12) & (p1 - p2 - 1e-12 <= high)
    assert chance[within].sum() == pytest.approx(published, abs=0.0006)


def test_coverage_with_answers_that_hang_together_by_agent() -> None:
    """20 agents with about 30 answers each, CSAT 80 % on average. How agents differ is not published: beta here, so .02 more is allowed."""
    rng, runs, share = np.random.default_rng(1), 1500, 0.8
    plain, widened = {}, {}
    for icc, published in CLUSTERED.items():
        hits = np.zeros(2)
        for _ in range(runs):
            sizes = rng.poisson(30, size=20) + 1
            spread = (1 - icc) / icc if icc else np.inf
            rates = rng.beta(share * spread, (1 - share) * spread, size=20) if icc else np.full(20, share)
            good = rng.binomial(sizes, rates)
            x, n, wider = good.sum(), sizes.sum(), float(design_effect(good, sizes))
            for place, deff in enumerate((1.0, wider)):
                low, high = wilson(x / deff, n / deff)
                hits[place] += low <= share <= high
        plain[icc], widened[icc] = ((hits[i] / runs, published[i]) for i in (0, 1))
    assert not misses(plain, runs, runs, slack=0.03)
    assert not misses(widened, runs, runs, slack=0.02)


def test_coverage_of_nps() -> None:
    rng, runs, found = np.random.default_rng(2), 60_000, {}
    for (n, promoters, detractors), published in NPS.items():
        drawn = rng.multinomial(n, [promoters, 1 - promoters - detractors, detractors], size=runs)
        low, high = nps_interval(drawn[:, 0], drawn[:, 1], drawn[:, 2])
        truth = 100 * (promoters - detractors)
        found[n, promoters] = float(((low <= truth) & (truth <= high)).mean()), published
    assert not misses(found, runs, runs)
