"""Oracles: a cluster sandwich made by hand in R on mtcars; rows against the means they were summed into.

Petersen's own panel (5,000 rows, `PetersenCL` of R's sandwich) is not kept here; against it this gave, to every printed digit,
0.0296797 (0.0670127) and 1.0348334 (0.0505957) by firm, 0.0233867 and 0.0333889 by year.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import linear

CLASSIC = json.loads((Path(__file__).parent / "classic_series.json").read_text())


def test_clusters_match_an_r_sandwich():
    design = np.column_stack([np.ones(32), CLASSIC["mtcars_wt"]])
    fit = linear(CLASSIC["mtcars_mpg"], design, [i % 8 for i in range(32)])
    assert fit.coefficients == pytest.approx([37.285126167342, -5.344471572723], rel=1e-10)
    assert fit.errors == pytest.approx([2.4971789494749, 0.7406448665423], rel=1e-9)
    assert fit.df == 7
    change, low, high = fit.average_change(design, design + np.array([0, 1]))
    assert change == pytest.approx(-5.344471572723) and low < change < high
    assert (high - change) / 0.7406448665423 == pytest.approx(2.364624251, rel=1e-6)  # R qt(.975, 7)


def test_means_of_equal_rows_give_the_fit_of_the_rows():
    rng = np.random.default_rng(5)
    agent, driver = rng.integers(0, 12, 4000), rng.integers(0, 2, 4000)
    outcome = 300 - 40 * driver + 20 * (agent % 3) + rng.normal(0, 50, 4000)
    whole = linear(outcome, np.column_stack([np.ones(4000), driver]), agent)
    cells = [(outcome[at].mean(), a, d, at.sum()) for a in range(12) for d in (0, 1) if (at := (agent == a) & (driver == d)).any()]
    mean, a, d, n = (np.array(column) for column in zip(*cells, strict=True))
    summed = linear(mean, np.column_stack([np.ones(len(d)), d]), a, n)
    assert summed.coefficients == pytest.approx(whole.coefficients) and summed.errors == pytest.approx(whole.errors)
    assert summed.n == whole.n == 4000


def test_what_cannot_be_fitted_says_nothing():
    few = linear([1, 2, 4, 3], np.column_stack([np.ones(4), [0, 1, 0, 1]]), [1, 1, 2, 2])
    assert not np.isnan(few.coefficients).any() and np.isnan(few.errors).all()
    assert np.isnan(linear([1, 2, 4, 3], np.ones((4, 2)), range(4)).coefficients).all()
    with pytest.raises(BadValue, match="row"):
        linear([1, 2], np.ones((3, 1)), range(2))
