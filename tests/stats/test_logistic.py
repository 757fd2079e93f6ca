"""Oracles: R glm (epsilon 1e-15) on Berkeley admissions, and a cluster sandwich made by hand in R."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import logistic

CLASSIC = json.loads((Path(__file__).parent / "classic_series.json").read_text())
# admitted and rejected men, admitted and rejected women, by department
ADMISSIONS = [(512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244), (53, 138, 94, 299), (22, 351, 24, 317)]
AM = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]


def admissions(with_department=True):
    rows = [
        (admitted, count, [1, woman, *[int(with_department and d == k) for k in range(1, 6)]])
        for d, counts in enumerate(ADMISSIONS)
        for (admitted, woman), count in zip([(1, 0), (0, 0), (1, 1), (0, 1)], counts, strict=True)
    ]
    outcome, weights, design = zip(*rows, strict=True)
    design = np.array(design, float)
    return np.array(outcome), np.array(weights), design if with_department else design[:, :2]


def test_admissions_match_r():
    outcome, weights, design = admissions()
    fit = logistic(outcome, design, weights=weights)
    wanted = [0.58205139528, 0.09987008816, -0.04339793121, -1.26259802238, -1.29460646875, -1.73930573782, -3.30648005589]
    assert fit.coefficients == pytest.approx(wanted, abs=1e-8)
    assert fit.errors[:2] == pytest.approx([0.0689925968758, 0.0808464665324], rel=1e-8)
    alone = logistic(*admissions(False)[::2], weights=weights)
    assert alone.coefficients[1] == pytest.approx(-0.6103524, abs=5.1e-8)
    assert alone.errors[1] == pytest.approx(0.0638930484690, rel=1e-8)


def test_standardised_difference_matches_r():
    outcome, weights, design = admissions()
    fit = logistic(outcome, design, weights=weights)
    men, women = design.copy(), design.copy()
    men[:, 1], women[:, 1] = 0, 1
    change, low, high = fit.average_change(men, women, weights)
    assert change == pytest.approx(0.01949704, abs=5.1e-9)
    assert low < 0 < high
    # the delta method against drawing coefficients from their own distribution
    rng = np.random.default_rng(0)
    drawn = rng.multivariate_normal(fit.coefficients, fit.covariance, 20_000)
    share = weights / weights.sum()
    changes = [share @ (1 / (1 + np.exp(-women @ b)) - 1 / (1 + np.exp(-men @ b))) for b in drawn]
    assert (low, high) == pytest.approx(np.quantile(changes, [0.025, 0.975]), abs=0.001)


def test_clusters_match_an_r_sandwich():
    design = np.column_stack([np.ones(32), CLASSIC["mtcars_wt"]])
    fit = logistic(AM, design, clusters=[i % 8 for i in range(32)])
    assert fit.coefficients == pytest.approx([12.04036972866, -4.02396996217], rel=1e-8)
    assert fit.errors == pytest.approx([5.06728090731, 1.62336186807], rel=1e-7)
    assert fit.df == 7
    few = logistic(AM, design, clusters=[i % 4 for i in range(32)])
    assert few.coefficients == pytest.approx(fit.coefficients) and np.isnan(few.errors).all()
    change, low, _ = few.average_change(design, design + np.array([0, 0.1]))
    assert change < 0 and math.isnan(low)


def test_what_cannot_be_fitted_says_nothing():
    x = np.arange(10.0)
    separated = logistic(x > 4, np.column_stack([np.ones(10), x]))
    assert np.isnan(separated.coefficients).all()
    assert np.isnan(logistic([1, 0], np.ones((2, 3))).coefficients).all()
    assert np.isnan(logistic([1, 0, 1, 0], np.ones((4, 2))).coefficients).all(), "a column repeats another"
    fit = logistic([1, 0, math.nan, 1, 0, 0], np.ones((6, 1)))
    assert fit.n == 5 and fit.predict([[1.0]])[0] == pytest.approx(0.4)
    with pytest.raises(BadValue, match="0 or 1"):
        logistic([2, 0], np.ones((2, 1)))
    with pytest.raises(BadValue, match="row"):
        logistic([1, 0], np.ones((3, 1)))
