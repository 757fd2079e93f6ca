"""Oracles: R glm (epsilon 1e-15) on Berkeley admissions, and a cluster sandwich made by hand in R."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from kpi.errors import BadValue
from kpi.stats import logistic, logistic_cells
from kpi.stats.logistic import is_full_rank, products

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


def test_a_change_is_never_surer_than_of_rows_that_have_nothing_to_do_with_each_other():
    """The larger of both errors, by the delta method over coefficients that R has checked above."""
    rng = np.random.default_rng(3)
    x, agent = rng.normal(size=400), rng.integers(0, 12, 400)
    seen = set()
    for _ in range(30):
        y = (rng.random(400) < 0.7).astype(float)
        design = np.column_stack([np.ones(400), x])
        moved = design + np.array([0.0, 1.0])
        clustered, plain = logistic(y, design, clusters=agent.tolist()), logistic(y, design)
        gradient = (clustered.predict(moved) * (1 - clustered.predict(moved))) @ moved - (
            clustered.predict(design) * (1 - clustered.predict(design))
        ) @ design
        errors = [float(np.sqrt(gradient @ fit.covariance @ gradient)) / 400 for fit in (clustered, plain)]
        _, low, high = clustered.average_change(design, moved)
        assert (high - low) / 2 == pytest.approx(stats.t.ppf(0.975, 11) * max(errors))
        seen.add(errors[0] > errors[1])
    assert seen == {True, False}


@pytest.mark.parametrize("has_clusters", [True, False])
def test_cells_are_the_same_as_one_row_a_ticket(has_clusters: bool) -> None:
    """Many tickets look alike: the pattern once, with its tickets and yeses, gives what a row for each ticket gives."""
    rng = np.random.default_rng(5)
    patterns = np.column_stack([np.ones(40), rng.integers(0, 2, 40), rng.normal(size=40)])
    place, agent = rng.integers(0, 40, 3000), rng.integers(0, 12, 3000)
    chance = 1 / (1 + np.exp(-(patterns @ [0.3, -0.8, 0.5])[place] - rng.normal(size=12)[agent]))
    yes = (rng.random(3000) < chance).astype(float)
    each = logistic(yes, patterns[place], agent.tolist() if has_clusters else None)
    cell, code = np.unique(np.column_stack([place, agent]), axis=0, return_inverse=True)
    unused = np.vstack([patterns, [[1.0, 5.0, 7.0]]])  # a pattern nobody has
    together = logistic_cells(
        unused, cell[:, 0], np.bincount(code, yes), np.bincount(code).astype(float), cell[:, 1] if has_clusters else None
    )
    assert together.n == each.n and together.df == each.df
    assert together.coefficients == pytest.approx(each.coefficients, rel=1e-9)
    assert together.covariance == pytest.approx(each.covariance, rel=1e-8)


def test_columns_made_of_one_another_are_seen_however_they_are_scaled() -> None:
    x = np.column_stack([np.ones(50), np.arange(50.0), 1e6 * np.arange(50.0) + 3])
    assert not is_full_rank(x)
    assert is_full_rank(np.column_stack([np.ones(50), 1e-6 * np.arange(50.0), 1e6 * np.arange(50.0) ** 2]))
    assert not is_full_rank(np.column_stack([np.ones(50), np.zeros(50)])) and not is_full_rank(np.ones((1, 2)))


def test_products_are_made_in_pieces_of_any_length() -> None:
    rng = np.random.default_rng(1)
    for n in (0, 1, 511, 512, 513, 1300):
        x, w = rng.normal(size=(n, 3)), rng.random(n)
        assert products(x, w) == pytest.approx(x.T @ np.diag(w) @ x) and products(x) == pytest.approx(x.T @ x)
