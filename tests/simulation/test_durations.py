"""Section 3 of the statistics page: quantiles and means of skewed times, and tickets that are still open."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from kpi.stats import geometric_mean_interval, kaplan_meier, mean_interval, quantile_interval, quantile_ranks
from tests.simulation.worlds import misses

pytestmark = pytest.mark.simulation

SIGMA = 1.3
MEDIAN_EXACT = {6: 0.96875, 8: 0.99219, 10: 0.97852, 15: 0.96484, 20: 0.95861, 25: 0.95671, 30: 0.95723, 50: 0.96716, 100: 0.96480}
QUANTILES = {(0.5, 8): 0.992, (0.5, 30): 0.960, (0.9, 15): 0.988, (0.9, 30): 0.995, (0.9, 100): 0.954}
MEAN = {10: 0.778, 30: 0.827, 100: 0.879, 300: 0.919, 1000: 0.910, 3000: 0.942}
"""n -> how often the plain t interval of a mean covers it: too seldom, which is why the mean is no headline."""
OPEN = {"kaplan-meier": 0.958, "solved only": 0.123}


def test_coverage_of_the_median_is_exact() -> None:
    for n, published in MEDIAN_EXACT.items():
        low, high = (int(rank) for rank in quantile_ranks(n, 0.5))
        assert scipy_stats.binom.cdf(high - 1, n, 0.5) - scipy_stats.binom.cdf(low - 1, n, 0.5) == pytest.approx(published, abs=5e-6), n


def test_coverage_of_quantiles() -> None:
    """Log-normal with sigma 1.3; an end that so few tickets cannot give covers everything on its side."""
    rng, runs, found = np.random.default_rng(3), 3000, {}
    for (q, n), published in QUANTILES.items():
        truth, hits = np.exp(SIGMA * scipy_stats.norm.ppf(q)), 0
        for _ in range(runs):
            low, high = quantile_interval(np.exp(rng.normal(0, SIGMA, size=n)), q)
            hits += not (low > truth) and not (high < truth)  # unknown ends are NaN
        found[q, n] = hits / runs, published
    assert not misses(found, runs, 2000)


def test_coverage_of_a_mean_of_skewed_times() -> None:
    rng, truth, found = np.random.default_rng(4), np.exp(SIGMA**2 / 2), {}
    runs = 2000
    for n, published in MEAN.items():
        covered = [low <= truth <= high for low, high in (mean_interval(np.exp(rng.normal(0, SIGMA, size=n))) for _ in range(runs))]
        found[n] = float(np.mean(covered)), published
    assert not misses(found, runs, 1000)
    geometric = [low <= 1 <= high for low, high in (geometric_mean_interval(np.exp(rng.normal(0, SIGMA, size=30))) for _ in range(runs))]
    assert not misses({"geometric mean": (float(np.mean(geometric)), 0.95)}, runs, 10**9)


def test_tickets_still_open() -> None:
    """The last week's 200 tickets, seen at its end: 26 % are open. Median 24 h; those solved say 16.8 h, Kaplan and Meier 24.2 h."""
    rng, runs = np.random.default_rng(5), 1000
    medians: dict[str, list[float]] = {"kaplan-meier": [], "solved only": []}
    hits = dict.fromkeys(OPEN, 0)
    still = []
    for _ in range(runs):
        needed = 24 * np.exp(rng.normal(0, SIGMA, size=200))
        age = rng.uniform(0, 168, size=200)
        solved = needed <= age
        still.append(1 - solved.mean())
        low, high = (kaplan_meier(np.minimum(needed, age), solved).quantile()[i] for i in (1, 2))
        hits["kaplan-meier"] += low <= 24 <= (np.inf if np.isnan(high) else high)
        medians["kaplan-meier"].append(kaplan_meier(np.minimum(needed, age), solved).quantile()[0])
        low, high = quantile_interval(needed[solved], 0.5)
        hits["solved only"] += low <= 24 <= high
        medians["solved only"].append(float(np.median(needed[solved])))
    assert np.mean(still) == pytest.approx(0.26, abs=0.02)
    assert np.mean(medians["kaplan-meier"]) == pytest.approx(24.2, abs=0.6)
    assert np.mean(medians["solved only"]) == pytest.approx(16.8, abs=0.5)
    assert not misses({name: (hits[name] / runs, OPEN[name]) for name in OPEN}, runs, 500)
