"""What would the share be if a driver changed? Logistic regression, and averages of its predictions (g-computation).

The answer is a change on today's mix of tickets, *if the pattern in the data is causal*: something unseen behind both
driver and outcome makes its interval far too sure. Leave out whatever the driver itself changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats, same_length, scipy_part, t_of, z_of
from kpi.stats.proportions import FEWEST_CLUSTERS
from kpi.steps import check

MOST_STEPS = 50
SURELY = 1e-7
"""The smallest eigenvalue of the correlations of columns above which they are surely not made of one another."""
PIECE = 512
"""Rows multiplied at a time: they stay in the processor's cache, and below what a BLAS would spread over threads that wait for each other."""
CERTAIN = 30.0
"""A linear predictor beyond this means a chance of 0 or 1: the columns separate the outcomes and nothing can be fitted."""


@dataclass(frozen=True)
class LogisticFit:
    """`coefficients` (log-odds) of the design's columns, their `covariance`, its `df` (infinite without clusters), `n` rows. `plain` is the covariance
    rows would have that have nothing to do with each other (None: the same).

    All NaN when the rows are fewer than the columns, or the columns separate yes from no perfectly.
    """

    coefficients: Array
    covariance: Array
    df: float
    n: float
    plain: Array | None = None

    @property
    def errors(self) -> Array:
        """Standard errors of the coefficients."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)

    def predict(self, design: Numbers) -> Array:
        """Chance of a yes for each row, 0..1."""
        return np.asarray(1 / (1 + np.exp(-floats(design) @ self.coefficients)), dtype=np.float64)

    def average_change(
        self, today: Numbers, instead: Numbers, weights: Numbers | None = None, conf: float = 0.95
    ) -> tuple[float, float, float]:
        """(change, low, high) of the mean chance when every row of `today` becomes that of `instead`, in -1..1.

        The interval is the delta method's, cluster-robust when the fit is, and then never narrower than the plain one.
        """
        before, after = floats(today), floats(instead)
        share = np.ones(len(before)) if weights is None else floats(weights).ravel()
        share = share / share.sum()
        chance_before, chance_after = self.predict(before), self.predict(after)
        change = float(share @ (chance_after - chance_before))
        slope_after, slope_before = chance_after * (1 - chance_after), chance_before * (1 - chance_before)
        gradient = (share * slope_after) @ after - (share * slope_before) @ before
        times = z_of(conf) if np.isinf(self.df) else t_of(conf, self.df)
        half = times * self.error_of(gradient)
        return change, change - half, change + half

    def error_of(self, gradient: Array) -> float:
        """The standard error of what moves by `gradient` with the coefficients. Never below the plain one: a sum over few agents is too small by luck
        about as often as too large (Angrist and Pischke 2009, section 8.2.3).
        """
        error = float(np.sqrt(gradient @ self.covariance @ gradient))
        return error if self.plain is None or np.isnan(error) else max(error, float(np.sqrt(gradient @ self.plain @ gradient)))


def logistic(outcome: Numbers, design: Numbers, clusters: Sequence[Any] | None = None, weights: Numbers | None = None) -> LogisticFit:
    """Fit a yes/no `outcome` (n, 0 or 1) on `design` (n x k, with its own column of ones) by maximum likelihood.

    `weights` says how many equal tickets a row stands for. `clusters` names the agent of each row: errors then allow for
    tickets of one agent being alike, and are NaN below 5 agents. Rows with an unknown cell are left out.
    """
    y, x = floats(outcome).ravel(), floats(design)
    times = np.ones(len(y)) if weights is None else floats(weights).ravel()
    if x.ndim != 2 or len(x) != len(y):
        raise BadValue(f"The design must have one row for each of the {len(y)} outcomes.", "Pass a table of numbers.")
    same_length(outcome=y, weights=times)
    if ((y != 0) & (y != 1) & ~np.isnan(y)).any():
        raise BadValue("An outcome must be 0 or 1.", "Code yes as 1 and no as 0.")
    seen = ~np.isnan(y) & ~np.isnan(x).any(axis=1) & (times > 0)
    y, x, times = y[seen], x[seen], times[seen]
    labels = None
    if clusters is not None:
        labels = np.asarray(clusters, dtype=object)
        same_length(outcome=seen, clusters=labels)
        labels = np.unique(labels[seen].astype(str), return_inverse=True)[1]
    return logistic_cells(x, np.arange(len(x)), times * y, times, labels)


def logistic_cells(design: Array, place: Any, yes: Array, times: Array, clusters: Any = None) -> LogisticFit:
    """As `logistic`, where many tickets look alike: cell i stands for `times[i]` tickets, `yes[i]` of them yeses, that all look like row
    `place[i]` of `design` and are of cluster `clusters[i]` (0, 1, 2 …). The same to rounding as one row a ticket; the work is that of the
    rows of the design. Nothing is unknown here.
    """
    n, k = float(times.sum()), design.shape[1]
    nothing = LogisticFit(np.full(k, np.nan), np.full((k, k), np.nan), float("inf"), n)
    counts, hits = np.bincount(place, times, len(design)), np.bincount(place, yes, len(design))
    if not (counts > 0).all():
        kept = counts > 0
        place = (np.cumsum(kept) - 1)[place[times > 0]]
        yes, times, clusters = yes[times > 0], times[times > 0], None if clusters is None else clusters[times > 0]
        design, counts, hits = design[kept], counts[kept], hits[kept]
    if n <= k or not is_full_rank(design):
        return nothing
    coefficients, chance = np.zeros(k), np.full(len(design), 0.5)
    for _ in range(MOST_STEPS):
        check()
        information = products(design, counts * chance * (1 - chance))
        step = np.linalg.lstsq(information, design.T @ (hits - counts * chance), rcond=None)[0]
        coefficients = coefficients + step
        odds = design @ coefficients
        if np.abs(odds).max() > CERTAIN:
            return nothing
        chance = 1 / (1 + np.exp(-odds))
        if np.abs(step).max() < 1e-10:
            break
    inverse = floats(np.linalg.inv(products(design, counts * chance * (1 - chance))))
    if clusters is None:
        return LogisticFit(coefficients, inverse, float("inf"), n)
    agents = len(np.unique(clusters))
    if agents < FEWEST_CLUSTERS:
        return LogisticFit(coefficients, np.full((k, k), np.nan), float("nan"), n)
    scores = sums_by_cluster(design, place, yes - times * chance[place], clusters)
    meat = scores.T @ scores * agents / (agents - 1)
    return LogisticFit(coefficients, inverse @ meat @ inverse, agents - 1.0, n, inverse)


def is_full_rank(design: Array) -> bool:
    """Whether no column is made of the others. Told from the small matrix of products where that is beyond doubt, else from the whole design."""
    size = np.sqrt(np.einsum("ij,ij->j", design, design))
    if len(design) < design.shape[1] or not (size > 0).all():
        return False
    if float(np.linalg.eigvalsh(products(design) / np.outer(size, size))[0]) > SURELY:
        return True
    return bool(np.linalg.matrix_rank(design) == design.shape[1])


def products(design: Array, weights: Array | None = None) -> Array:
    """X'WX of a tall design, a piece at a time: a copy of all of it costs more than the sums."""
    total = np.zeros((design.shape[1], design.shape[1]))
    for begin in range(0, len(design), PIECE):
        rows = design[begin : begin + PIECE]
        total += (rows if weights is None else rows * weights[begin : begin + PIECE, None]).T @ rows
    return total


def sums_by_cluster(design: Array, place: Any, left: Array, clusters: Any) -> Array:
    """(clusters, k): the rows of the design at `place`, each times what is `left`, summed for each cluster."""
    size = int(np.max(clusters, initial=-1)) + 1, len(design)
    return floats(scipy_part("sparse").coo_array((left, (clusters, place)), shape=size).tocsr() @ design)
