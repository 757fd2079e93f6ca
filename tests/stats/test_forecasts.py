"""Oracles: the model's own facts (constant, line, level), calibration by simulation against the published coverage."""

import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import chance_of_target, fan, forecast_paths


def test_shape_seed_and_place():
    rng = np.random.default_rng(0)
    weeks = rng.normal(80, 2, 40)
    paths = forecast_paths(weeks, 13)
    assert paths.shape == (1200, 13)
    assert (paths == forecast_paths(weeks, 13)).all() and (paths != forecast_paths(weeks, 13, seed=1)).any()
    low, middle, high = fan(paths)[:, 0]
    assert low < middle < high and middle == pytest.approx(80, abs=1.5) and high - low == pytest.approx(2 * 1.2816 * 2, rel=0.3)
    moved = forecast_paths(weeks * 10 - 300, 13)
    assert moved == pytest.approx(paths * 10 - 300), "units do not matter"
    assert forecast_paths(weeks, 5, draws=100).shape == (100, 5)


def test_the_slope_is_held_back():
    """A straight rise of one a week is not simply extended for a year."""
    rng = np.random.default_rng(1)
    weeks = np.arange(26) + rng.normal(0, 1, 26)
    ahead = fan(forecast_paths(weeks, 52), [0.5])[0]
    assert ahead[-1] < 26 + 52 * 0.6
    assert ahead[0] > 15


def test_unknown_weeks():
    rng = np.random.default_rng(2)
    weeks = rng.normal(10, 1, 30)
    holes = weeks.copy()
    holes[[4, 17]] = math.nan
    assert fan(forecast_paths(holes, 8), [0.5])[0] == pytest.approx(fan(forecast_paths(weeks, 8), [0.5])[0], abs=0.6)
    late = forecast_paths(np.r_[weeks, math.nan, math.nan], 3)
    assert late == pytest.approx(forecast_paths(weeks, 5)[:, 2:]), "trailing unknown weeks are forecast too"
    assert np.isnan(forecast_paths([1, 2, math.nan, 3], 4)).all() and np.isnan(forecast_paths([], 4)).all()
    assert (forecast_paths([7.0] * 12, 4) == 7).all()
    for wrong in ({"horizon": 0}, {"horizon": 3, "draws": 2}):
        with pytest.raises(BadValue, match="horizon"):
            forecast_paths(weeks, **wrong)


def test_chance_of_target():
    paths = np.array([[0, 0, 4, 4], [0, 0, 2, 2], [9, 9, 1, 1], [0, 0, 3, 3]])
    assert chance_of_target(paths, 3, "higher", window=2) == 0.5
    assert chance_of_target(paths, 2, "lower", window=2) == 0.5
    assert chance_of_target(paths, 3, "higher", window=4) == 0.25
    assert math.isnan(chance_of_target([[math.nan]], 1, "lower"))
    with pytest.raises(BadValue, match="up"):
        chance_of_target(paths, 3, "up")


@pytest.mark.slow
def test_coverage():
    """80 % intervals of single weeks after 26 weeks, memory .3 and .6: published .82 to .84 over all kinds of series."""
    rng = np.random.default_rng(3)
    hits = []
    for run in range(150):
        for phi in (0.3, 0.6):
            news = rng.normal(size=60)
            x = news.copy()
            for t in range(1, 60):
                x[t] += phi * x[t - 1]
            x = x[20:]
            low, high = fan(forecast_paths(x[:26], 13, draws=600, seed=run), [0.1, 0.9])
            hits += [low[3] <= x[29] <= high[3], low[12] <= x[38] <= high[12]]
    assert 0.75 < np.mean(hits) < 0.92
