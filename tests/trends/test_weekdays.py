"""What days owe to their weekdays: R's medians, and STL (which `tests/stats/test_rivals.py` holds to R's digits) beside ours."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from kpi.trends.scale import weekdays
from tests.stats.rival_forecasts import stl

NILE = np.array(json.loads((Path(__file__).parents[1] / "stats" / "classic_series.json").read_text("utf-8"))["nile"], float)
RHYTHM = np.array([3.0, 2.0, 1.0, 0.5, 0.0, -2.5, -4.0])


def days(n: int, first: dt.date = dt.date(2025, 1, 6)) -> list[dt.date]:
    return [first + dt.timedelta(days=i) for i in range(n)]


def test_medians_of_weekdays_as_r_has_them() -> None:
    """R: m <- apply(matrix(Nile[1:98], 7), 1, median); m - mean(m): the river of 14 "weeks"."""
    r = [18.285714286, -18.214285714, 37.285714286, -4.714285714, 56.285714286, -41.214285714, -47.714285714]
    found = weekdays(NILE[:98], days(98))
    assert found is not None and found == pytest.approx(np.tile(r, 14), abs=1e-9)
    later = weekdays(NILE[:98], days(98, dt.date(2025, 1, 8)))
    assert later is not None and later == pytest.approx(found), "whichever weekday is first"


def test_stl_finds_the_same_rhythm_and_neither_minds_the_memory() -> None:
    """Half a year with memory .5: both within a few standard errors of what was planted; a flood of a week moves ours less."""
    rng, n = np.random.default_rng(5), 182
    noise = rng.normal(size=n)
    for t in range(1, n):
        noise[t] += 0.5 * noise[t - 1]
    x = np.resize(RHYTHM, n) + 0.5 * noise
    planted = np.resize(RHYTHM - RHYTHM.mean(), n)
    ours, theirs = weekdays(x, days(n)), stl(x, 7, 35)[0]
    assert ours is not None
    assert np.abs(ours - planted).max() < 0.5 and np.abs(ours[7:-7] - theirs[7:-7]).max() < 0.6
    flood = x.copy()
    flood[84:91] += 15 * np.array([1, 1, 1, 1, 1, 0, 0])
    flooded = weekdays(flood, days(n))
    assert flooded is not None
    assert np.abs(flooded - ours).max() < 0.3 < np.abs(stl(flood, 7, 35)[0] - theirs).max()


def test_a_rhythm_needs_four_of_a_weekday_in_four_weeks() -> None:
    assert weekdays(NILE[:27], days(27)) is None
    assert weekdays(NILE[:28], days(28)) is not None
    holes = NILE[:42].copy()
    holes[6::7][:3] = np.nan  # three of six Sundays are known
    found = weekdays(holes, days(42))
    assert found is not None and np.isnan(found[6::7]).all() and not np.isnan(found[:6]).any()
