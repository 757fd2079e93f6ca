"""Oracles: the worked table of the adjusted Wald interval (Rocks 2016), checked in R."""

import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import nps, nps_difference, nps_interval, nps_standard_error, sample_size_nps

# promoters, passives, detractors, score, standard error, Wald, centre of the adjusted interval, adjusted interval, digits
TABLE = [
    ((50, 30, 20), 30.0, 7.8102, (14.6922, 45.3078), 29.1262, (14.0511, 44.2013), 4),
    ((120, 50, 30), 45.0, 5.2321, (34.7452, 55.2548), 44.3350, (34.1354, 54.5345), 4),
    ((100, 50, 50), 25.0, 5.8630, (13.5087, 36.4913), 24.6305, (13.2399, 36.0212), 4),
    ((6, 3, 1), 50.0, 21.2132, (8.42, 91.58), 38.4615, (-0.2033, 77.1264), 2),
    ((700, 200, 100), 60.0, 2.0976, (55.8887, 64.1113), 59.8205, (55.7096, 63.9315), 4),
]


@pytest.mark.parametrize(("answers", "score", "error", "wald", "centre", "interval", "digits"), TABLE)
def test_table(answers, score, error, wald, centre, interval, digits):
    assert nps(*answers) == pytest.approx(score)
    assert nps_standard_error(*answers) == pytest.approx(error, abs=5.1e-5)
    half = 1.959964 * nps_standard_error(*answers)
    assert (score - half, score + half) == pytest.approx(wald, abs=0.51 * 10**-digits)
    assert nps_interval(*answers) == pytest.approx(interval, abs=5.1e-5)
    assert sum(nps_interval(*answers)) / 2 == pytest.approx(centre, abs=5.1e-5)


def test_everybody_happy_is_clipped_but_not_certain():
    assert nps(10, 0, 0) == 100
    assert nps_standard_error(10, 0, 0) == 0
    assert nps_interval(10, 0, 0) == pytest.approx((47.50, 100), abs=5.1e-3)
    assert nps_interval(10, 0, 0)[1] == 100


def test_difference_table():
    first, second = (100, 50, 50), (120, 50, 30)
    change = nps(*first) - nps(*second)
    error = math.hypot(nps_standard_error(*first), nps_standard_error(*second))
    assert (change, error, change / error) == pytest.approx((-20.0, 7.8581, -2.5451), abs=5.1e-5)
    assert nps_difference(first, second) == pytest.approx((-34.9942, -4.4147), abs=5.1e-5)
    assert sum(nps_difference(first, second)) / 2 == pytest.approx(-19.7044, abs=5.1e-5)


@pytest.mark.parametrize(("points", "needed"), [(10, 235), (5, 938)])
def test_sample_sizes(points, needed):
    assert sample_size_nps(points, promoters=0.5, detractors=0.2) == needed


def test_columns_unknowns_and_nonsense():
    low, high = nps_interval([50, 6, 0, math.nan], [30, 3, 0, 1], [20, 1, 0, 1])
    assert low[:2] == pytest.approx([14.0511, -0.2033], abs=5.1e-5)
    assert np.isnan(low[2:]).all() and np.isnan(high[2:]).all()
    assert math.isnan(nps(0, 0, 0))
    assert nps_interval(100, 60, 40, deff=2) == pytest.approx(nps_interval(50, 30, 20))
    assert all(math.isnan(v) for v in nps_interval(50, 30, 20, deff=math.nan))
    with pytest.raises(BadValue, match="negative"):
        nps(-1, 5, 5)
    with pytest.raises(BadValue, match="half-width"):
        sample_size_nps(0, 0.5, 0.2)


@pytest.mark.parametrize(("n", "up", "down", "covered"), [(10, 0.7, 0.1, 0.952), (20, 0.85, 0.03, 0.961), (50, 0.7, 0.1, 0.950)])
def test_coverage(n, up, down, covered):
    answers = np.random.default_rng(3).multinomial(n, [up, 1 - up - down, down], 40_000)
    low, high = nps_interval(*answers.T)
    truth = 100 * (up - down)
    assert np.mean((low <= truth) & (truth <= high)) == pytest.approx(covered, abs=0.006)
