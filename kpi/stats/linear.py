"""What would the mean be if a driver changed? Least squares with errors that allow for tickets of one agent being alike.

Errors are clustered (Liang and Zeger 1986) with the finite-sample factor G/(G-1) (n-1)/(n-k) of Petersen (2009, doi
10.1093/rfs/hhn053) and t quantiles with G - 1 degrees of freedom. Like `kpi.stats.logistic`, for a number instead of a yes or no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats, same_length, t_of
from kpi.stats.logistic import is_full_rank, sums_by_cluster
from kpi.stats.proportions import FEWEST_CLUSTERS


@dataclass(frozen=True)
class LinearFit:
    """`coefficients` of the design's columns, their `covariance`, its `df` (clusters less one), `n` rows.

    All NaN when the rows are no more than the columns, or a column repeats others; the covariance alone below 5 clusters.
    """

    coefficients: Array
    covariance: Array
    df: float
    n: float

    @property
    def errors(self) -> Array:
        """Standard errors of the coefficients."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)

    def predict(self, design: Numbers) -> Array:
        """The mean for each row."""
        return np.asarray(floats(design) @ self.coefficients, dtype=np.float64)

    def average_change(
        self, today: Numbers, instead: Numbers, weights: Numbers | None = None, conf: float = 0.95
    ) -> tuple[float, float, float]:
        """(change, low, high) of the mean when every row of `today` becomes that of `instead`."""
        before, after = floats(today), floats(instead)
        share = np.ones(len(before)) if weights is None else floats(weights).ravel()
        gradient = (share / share.sum()) @ (after - before)
        change = float(gradient @ self.coefficients)
        half = float(t_of(conf, self.df) * np.sqrt(gradient @ self.covariance @ gradient))
        return change, change - half, change + half


def linear(outcome: Numbers, design: Numbers, clusters: Sequence[Any], weights: Numbers | None = None) -> LinearFit:
    """Fit an `outcome` (n) on `design` (n x k, with its own column of ones) by least squares, errors clustered by `clusters`.

    A row may stand for `weights` tickets of one cluster with equal design: the outcome is then their mean, and the fit is the one
    the tickets themselves would give. Rows with an unknown cell are left out.
    """
    y, x = floats(outcome).ravel(), floats(design)
    times = np.ones(len(y)) if weights is None else floats(weights).ravel()
    if x.ndim != 2 or len(x) != len(y):
        raise BadValue(f"The design must have one row for each of the {len(y)} outcomes.", "Pass a table of numbers.")
    labels = np.asarray(clusters, dtype=object)
    same_length(outcome=y, weights=times, clusters=labels)
    seen = ~np.isnan(y) & ~np.isnan(x).any(axis=1) & (times > 0)
    y, x, times, labels = y[seen], x[seen], times[seen], labels[seen]
    n, k = float(times.sum()), x.shape[1]
    nothing = LinearFit(np.full(k, np.nan), np.full((k, k), np.nan), float("nan"), n)
    if n <= k or not is_full_rank(x):
        return nothing
    inverse = floats(np.linalg.inv((x * times[:, None]).T @ x))
    coefficients = inverse @ (x.T @ (times * y))
    names, place = np.unique(labels.astype(str), return_inverse=True)
    if len(names) < FEWEST_CLUSTERS:
        return LinearFit(coefficients, nothing.covariance, float("nan"), n)
    scores = sums_by_cluster(x, np.arange(len(x)), times * (y - x @ coefficients), place)
    factor = len(names) / (len(names) - 1) * (n - 1) / (n - k)
    return LinearFit(coefficients, inverse @ (scores.T @ scores) @ inverse * factor, len(names) - 1.0, n)
