"""Oracles: the one-by-one functions, which are tested against R themselves; and a cluster sandwich made by hand in R on mtcars."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from kpi.stats import correlate_many, correlate_series, correlate_series_many, correlate_tickets, scan_lags, slope_within

CLASSIC = json.loads((Path(__file__).parent / "classic_series.json").read_text())
MPG, WT, CYL = (CLASSIC[f"mtcars_{name}"] for name in ("mpg", "wt", "cyl"))
CARB = [4, 4, 1, 1, 2, 1, 4, 2, 2, 4, 4, 3, 3, 3, 4, 4, 4, 1, 2, 1, 1, 2, 2, 4, 2, 1, 2, 2, 4, 6, 8, 2]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("has_agents", [True, False])
def test_many_pairs_are_what_one_pair_is(seed: int, has_agents: bool) -> None:
    rng = np.random.default_rng(seed)
    n, columns = 400, []
    for k in range(4):
        column = np.round(rng.lognormal(size=n), 1 if k % 2 else 6)
        column[rng.random(n) < 0.2 * k] = np.nan
        columns.append(column)
    agents, segments = rng.integers(0, 12, n), rng.integers(0, 5, n)
    pairs = [(0, 1), (1, 2), (0, 3), (3, 1)]
    found = correlate_many(columns, pairs, agents if has_agents else None, segments)
    for (i, j), one in zip(pairs, found, strict=True):
        expected = correlate_tickets(columns[i], columns[j], agents.tolist() if has_agents else None, segments.tolist())
        for part in "r low high p n clusters within_r within_low within_high within_p".split():
            assert_allclose(getattr(one, part), getattr(expected, part), rtol=1e-9, err_msg=part)


def test_many_series_are_what_one_pair_is() -> None:
    rng = np.random.default_rng(3)
    series = [np.cumsum(rng.normal(size=60)) * 0.3 + rng.normal(size=60) for _ in range(4)]
    series[3][[4, 30]] = np.nan
    pairs, taken_out = [(0, 1), (1, 2), (2, 3)], [1, 1, 5, 1]
    found = correlate_series_many(series, pairs, taken_out)
    for (i, j), one in zip(pairs, found, strict=True):
        expected = correlate_series(series[i], series[j], trend=False, taken_out=max(taken_out[i], taken_out[j]))
        for part in "r low high p n n_eff second_r second_p is_confirmed".split():
            assert_allclose(getattr(one, part), getattr(expected, part), rtol=1e-9, err_msg=part)


def test_a_line_taken_out_before_counts_as_one_taken_out_inside() -> None:
    rng = np.random.default_rng(8)
    place = np.arange(40)
    x, y = (rng.normal(size=40) + 0.1 * place for _ in range(2))
    before = [v - np.polyval(np.polyfit(place, v, 1), place) for v in (x, y)]
    inside, outside = correlate_series(x, y), correlate_series(*before, trend=False, taken_out=1)
    for part in "r low high p n_eff second_p".split():
        assert_allclose(getattr(inside, part), getattr(outside, part), rtol=1e-6, err_msg=part)
    assert_allclose(scan_lags(x, y).p, scan_lags(*before, trend=False, taken_out=1).p, rtol=1e-6)


def test_slope_within_is_the_clustered_slope_of_r() -> None:
    """R: lm(mpg ~ wt + factor(cyl)), cluster sandwich by carb with the factor G/(G-1) (n-1)/(n-k), and HC1."""
    found = slope_within(WT, MPG, CARB, CYL)
    assert_allclose(
        [found.slope, found.error, found.low, found.high], [-3.20561325619, 0.908415678125, -5.54077009759, -0.870456414797], rtol=1e-9
    )
    assert (found.n, found.clusters) == (32, 6)
    plain = slope_within(WT, MPG, segments=CYL)
    assert_allclose([plain.slope, plain.error], [-3.20561325619, 0.657591879868], rtol=1e-9)
    assert plain.spread == 1 and found.spread > 1


def test_a_yes_no_slope_is_a_difference_of_shares() -> None:
    driver, outcome = [1] * 50 + [0] * 80, [1] * 40 + [0] * 10 + [1] * 40 + [0] * 40
    assert_allclose(slope_within(driver, outcome).slope, 40 / 50 - 40 / 80)


def test_too_little_gives_unknown() -> None:
    assert np.isnan(slope_within([1, 2], [1, 2]).slope)
    assert np.isnan(slope_within([1.0] * 30, list(range(30))).slope)
    few = slope_within(WT, MPG, [i % 3 for i in range(32)])
    assert np.isnan(few.low) and not np.isnan(few.slope)
    assert np.isnan(correlate_many([[1.0] * 9, list(range(9))], [(0, 1)])[0].r)


def test_the_same_twice_is_one_and_tests_nothing() -> None:
    random = np.random.default_rng(3)
    values, agents = random.lognormal(size=5_001), random.integers(0, 40, 5_001)
    found = correlate_many([values, values, -values], [(0, 1), (0, 2)], agents)
    assert [link.r for link in found] == [1.0, -1.0] and all(np.isnan(link.p) for link in found)
