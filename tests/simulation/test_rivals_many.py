"""Looking many times, or at many agents: sections 4, 8 and 9 of the statistics page, what is found where nothing is when nobody pays for the looks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from kpi.stats import (
    correlate_series,
    correlate_tickets,
    correlation_p_value,
    cross_correlation,
    effective_sample_size,
    false_discovery,
    funnel_p_values,
    lag1,
    residuals,
    search_slices,
)
from kpi.stats.series import pearson
from tests.simulation.worlds import memory, misses

pytestmark = pytest.mark.simulation


def test_forty_five_pairs() -> None:
    """Ten independent KPIs, memory .6, 52 weeks: 7.5 "findings" by plain r in every run, 2.3 in .91 of runs by n_eff, .03 in .028 after Benjamini-Hochberg."""
    rng, runs = np.random.default_rng(61), 200
    pairs = [(i, j) for i in range(10) for j in range(i)]
    counts = np.zeros((runs, 3))
    for run in range(runs):
        kpis = memory(rng, 10, 52, 0.6)
        plain = [correlation_p_value(pearson(kpis[i], kpis[j]), 52) for i, j in pairs]
        ours = np.array([correlate_series(kpis[i], kpis[j]).p for i, j in pairs])
        counts[run] = (np.array(plain) < 0.05).sum(), (ours < 0.05).sum(), (false_discovery(ours) < 0.05).sum()
    assert counts.mean(axis=0)[:2] == pytest.approx([7.5, 2.3], abs=0.6)
    found = dict(zip(("plain", "n_eff", "paid for"), zip((counts > 0).mean(axis=0), (1.0, 0.91, 0.028), strict=True), strict=True))
    assert not misses(found, runs, 500, slack=0.01)


def test_seventeen_lags() -> None:
    """Two independent series with memory .5, 52 weeks, lags of -8 to 8: some lag below .05 in .755 by plain r, .471 by n_eff, .034 with Bonferroni."""
    rng, runs = np.random.default_rng(62), 600
    hits = np.zeros(3)
    for _ in range(runs):
        (x, removed), (y, _) = (residuals(one) for one in memory(rng, 2, 52, 0.5))
        r = np.array([cross_correlation(x, y, lag) for lag in range(-8, 9)])
        overlap = 52 - np.abs(np.arange(-8, 9))
        plain = correlation_p_value(r, overlap)
        careful = correlation_p_value(r, effective_sample_size(overlap - removed, lag1(x), lag1(y)))
        hits += (plain < 0.05).any(), (careful < 0.05).any(), (careful < 0.05 / 17).any()
    found = dict(zip(("plain", "n_eff", "Bonferroni"), zip(hits / runs, (0.755, 0.471, 0.034), strict=True), strict=True))
    assert not misses(found, runs, 500, slack=0.06), found  # how lags at the ends are scaled is not told


def test_forty_slices() -> None:
    """1,000 and 1,000 answers without any change, 40 slices: some slice with p < .05 in .855; .040 with Bonferroni, .035 with the largest of permutations."""
    rng, runs, slices = np.random.default_rng(63), 120, 40
    hits = np.zeros(3)
    after = np.arange(2000) < 1000
    for run in range(runs):
        member = rng.random((slices, 2000)) < 0.2
        good = rng.random(2000) < 0.8
        found = search_slices((good & ~after, ~after), (good & after, after), member, draws=200, seed=run)
        p = 2 * scipy_stats.norm.sf(np.abs(found.z))
        hits += (p < 0.05).any(), (p < 0.05 / slices).any(), (found.p < 0.05).any()
    shares = dict(zip(("naive", "Bonferroni", "ours"), zip(hits / runs, (0.855, 0.040, 0.035), strict=True), strict=True))
    assert not misses(shares, runs, 1000, slack=0.01), shares


def test_forty_agents_who_are_all_alike() -> None:
    """Somebody is flagged by normal 95 % limits in .831, by three sigmas in .129, by exact ones with Benjamini-Hochberg in .018.

    Sizes of 5 to 400 are published, their spread and the share are not: evenly on the log scale and 83 % here.
    """
    rng, runs = np.random.default_rng(64), 3000
    hits = np.zeros(3)
    for _ in range(runs):
        n = np.round(np.exp(rng.uniform(np.log(5), np.log(400), 40)))
        x = rng.binomial(n.astype(int), 0.83)
        pooled = x.sum() / n.sum()
        z = np.abs(x / n - pooled) / np.sqrt(pooled * (1 - pooled) / n)
        hits += (z > 1.96).any(), (z > 3).any(), (funnel_p_values(x, n) < 0.05).any()
    found = dict(zip(("95 %", "three sigmas", "ours"), zip(hits / runs, (0.831, 0.129, 0.018), strict=True), strict=True))
    assert not misses(found, runs, 2000, slack=0.01), found


@pytest.mark.parametrize(("each", "naive", "least", "most"), [(40, 0.07, 0.058, 0.060), (400, 0.25, 0.058, 0.060)])
def test_agents_who_differ(each: int, naive: float, least: float, most: float) -> None:
    """25 agents, each with an effect of its own on both facts (.3 of the noise here): plain Pearson, by clusters, and within agents (.045 to .050)."""
    rng, runs, agent = np.random.default_rng(65), 500, np.repeat(np.arange(25), each)
    hits = np.zeros(3)
    for _ in range(runs):
        x, y = (rng.normal(0, 0.3, 25)[agent] + rng.normal(size=25 * each) for _ in range(2))
        inside = [one - np.repeat(one.reshape(25, each).mean(axis=1), each) for one in (x, y)]
        hits += (
            correlate_tickets(x, y, method="pearson").p < 0.05,
            correlate_tickets(x, y, clusters=agent, method="pearson").p < 0.05,
            correlation_p_value(pearson(*inside), 25 * each - 24) < 0.05,
        )
    shares = hits / runs
    assert not misses(
        {"naive": (shares[0], naive), "clusters": (shares[1], (least + most) / 2), "inside": (shares[2], 0.0475)}, runs, 1000, slack=0.015
    )
