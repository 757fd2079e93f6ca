"""Oracle: the same search by brute force with lm() in R, over values made by a formula; and simulated worlds for size and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from kpi.stats import Threshold, threshold

HOUR = 3600.0


def test_the_search_is_the_one_r_makes() -> None:
    i = np.arange(1, 401)
    x, segment = 1.02**i, i % 3
    y = 3 + 0.4 * segment - 1.5 * np.clip((x - 60) / 90, 0, 1) + 0.6 * np.sin(i * 12.9898) + 0.4 * np.cos(i * i * 0.37)
    found = threshold(x, y, segments=segment, points=np.exp(np.linspace(np.log(5), np.log(1500), 24)))
    assert_allclose([found.start, found.end, found.height], [59.700675557, 160.984084442, -1.52351022759], rtol=1e-8)
    limits = [found.start_low, found.start_high, found.end_low, found.end_high, found.height_low, found.height_high]
    assert_allclose(limits, [28.3711195093, 76.5033001084, 98.0349865871, 206.292702886, -1.65468016796, -1.40129893232], rtol=1e-6)
    assert found.is_clear and found.n == 400


def test_little_or_nothing_to_see() -> None:
    assert np.isnan(threshold([1.0, 2.0], [0, 1]).p_flat)
    assert np.isnan(threshold(np.ones(500), np.arange(500) % 2).p_flat)
    assert np.isnan(threshold(np.arange(1.0, 501), np.ones(500)).p_flat)
    assert not Threshold(*[float("nan")] * 13, 0).is_clear


def world(seed: int, kind: str, n: int = 12_000) -> Threshold:
    """Waits of eight segments with levels of their own; the outcome falls by nine points between 8 and 16 hours, in a line, or not at all."""
    rng = np.random.default_rng(seed)
    segment = rng.integers(0, 8, n)
    hours = np.exp(rng.normal(np.log(np.array([0.02, 0.03, 1, 1, 1.5, 2, 1, 1.2])[segment]), 1.4))
    level = 0.84 + 0.05 * np.array([1, 1, -1, -1, 0, 0, 0, 0])[segment]
    falls = {"bend": 0.09 * np.clip((hours - 8) / 8, 0, 1), "line": 0.003 * hours, "log": 0.013 * np.log(hours), "none": 0 * hours}
    rated = rng.random(n) < np.clip(level - falls[kind], 0, 1)
    return threshold(HOUR * hours, rated, rng.integers(0, 50, n), segment, draws=199, seed=seed)


@pytest.mark.slow
def test_a_planted_bend_is_found_where_it_is() -> None:
    found = world(7, "bend", 20_000)
    assert found.is_clear
    assert found.start_low <= 8 * HOUR <= found.start_high and found.end_low <= 16 * HOUR <= found.end_high
    assert found.height_low <= -0.09 <= found.height_high


@pytest.mark.simulation
def test_limits_hold_and_no_bend_is_seen_where_there_is_none() -> None:
    """Over 100 worlds each: limits cover at least 93 times, and a bend is claimed at most 8 times where there is a line or nothing."""
    bends = [world(seed, "bend") for seed in range(100)]
    covered = [
        sum(not one.start_low > 8 * HOUR and not one.start_high < 8 * HOUR for one in bends),
        sum(not one.end_low > 16 * HOUR and not one.end_high < 16 * HOUR for one in bends),
        sum(one.height_low <= -0.09 <= one.height_high for one in bends),
    ]
    assert min(covered) >= 93, covered
    for kind in ("none", "line", "log"):
        assert sum(world(1000 + seed, kind).is_clear for seed in range(100)) <= 8, kind
