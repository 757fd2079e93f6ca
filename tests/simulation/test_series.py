"""Section 4 of the statistics page: links between series that have nothing to do with each other, and between those that have."""

from __future__ import annotations

import numpy as np
import pytest

from kpi.stats import correlate_series, false_discovery, scan_lags
from tests.simulation.worlds import memory, misses

pytestmark = pytest.mark.simulation

SHIPPED = {
    (16, 0.3, None): (0.051, 0.948),
    (26, 0.0, None): (0.052, 0.947),
    (26, 0.5, None): (0.047, 0.952),
    (52, 0.5, None): (0.052, 0.948),
    (52, 0.7, None): (0.028, 0.970),
    (104, 0.7, None): (0.050, 0.950),
    (182, 0.5, 7): (0.058, 0.942),
}
"""Periods, memory, season -> false positives at 5 %, and how often the interval covers 0."""
POWER = {(26, 0.0): 0.75, (26, 0.5): 0.59, (26, 0.7): 0.41, (52, 0.5): 0.88, (104, 0.7): 0.93}
WEEKDAYS = np.array([3.0, 2.0, 1.0, 0.5, 0.0, -2.0, -3.0])


@pytest.mark.parametrize("trend", [True], ids=["trend removed"])
def test_false_links_between_independent_series(trend: bool) -> None:
    rng, runs = np.random.default_rng(11), 2000
    wrong, covered = {}, {}
    for (n, phi, period), (published, coverage) in SHIPPED.items():
        rhythm = np.resize(WEEKDAYS, n) if period else 0.0
        found = [
            correlate_series(x + rhythm, y + rhythm, period, trend)
            for x, y in zip(memory(rng, runs, n, phi), memory(rng, runs, n, phi), strict=True)
        ]
        wrong[n, phi] = float(np.mean([one.p < 0.05 for one in found])), published
        covered[n, phi] = float(np.mean([one.low <= 0 <= one.high for one in found])), coverage
    assert not misses(wrong, runs, 2000)
    assert not misses(covered, runs, 2000)


def test_links_that_are_there() -> None:
    """True correlation .5."""
    rng, runs, found = np.random.default_rng(12), 1000, {}
    for (n, phi), published in POWER.items():
        x, other = memory(rng, runs, n, phi), memory(rng, runs, n, phi)
        y = 0.5 * x + np.sqrt(0.75) * other
        found[n, phi] = float(np.mean([correlate_series(a, b).p < 0.05 for a, b in zip(x, y, strict=True)])), published
    assert not misses(found, runs, 2000)


def test_many_pairs_and_many_lags() -> None:
    """Ten independent KPIs, 45 pairs, memory .6, 52 weeks: any find after Benjamini and Hochberg .028. Lags of -8 to +8: .053."""
    rng, runs = np.random.default_rng(13), 400
    pairs = [(i, j) for i in range(10) for j in range(i)]
    any_pair = any_lag = 0
    for _ in range(runs):
        kpis = memory(rng, 10, 52, 0.6)
        any_pair += bool((false_discovery([correlate_series(kpis[i], kpis[j]).p for i, j in pairs]) < 0.05).any())
        x, y = memory(rng, 2, 52, 0.5)
        any_lag += scan_lags(x, y, 8).best is not None
    assert not misses({"pairs": (any_pair / runs, 0.028), "lags": (any_lag / runs, 0.053)}, runs, 500, slack=0.01)
