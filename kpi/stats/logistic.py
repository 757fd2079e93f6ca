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
from kpi.stats.base import Array, Numbers, floats, same_length, t_of, z_of
from kpi.stats.proportions import FEWEST_CLUSTERS

MOST_STEPS = 50
CERTAIN = 30.0
"""A linear predictor beyond this means a chance of 0 or 1: the columns separate the outcomes and nothing can be fitted."""


@dataclass(frozen=True)
class LogisticFit:
    """`coefficients` (log-odds) of the design's columns, their `covariance`, its `df` (infinite without clusters), `n` rows.

    All NaN when the rows are fewer than the columns, or the columns separate yes from no perfectly.
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
        """Chance of a yes for each row, 0..1."""
        return np.asarray(1 / (1 + np.exp(-floats(design) @ self.coefficients)), dtype=np.float64)

    def average_change(
        self, today: Numbers, instead: Numbers, weights: Numbers | None = None, conf: float = 0.95
    ) -> tuple[float, float, float]:
        """(change, low, high) of the mean chance when every row of `today` becomes that of `instead`, in -1..1.

        The interval is the delta method's, cluster-robust when the fit is.
        """
        before, after = floats(today), floats(instead)
        share = np.ones(len(before)) if weights is None else floats(weights).ravel()
        share = share / share.sum()
        chance_before, chance_after = self.predict(before), self.predict(after)
        change = float(share @ (chance_after - chance_before))
        slope_after, slope_before = chance_after * (1 - chance_after), chance_before * (1 - chance_before)
        gradient = (share * slope_after) @ after - (share * slope_before) @ before
        times = z_of(conf) if np.isinf(self.df) else t_of(conf, self.df)
        half = float(times * np.sqrt(gradient @ self.covariance @ gradient))
        return change, change - half, change + half


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
    n, k = float(times.sum()), x.shape[1]
    nothing = LogisticFit(np.full(k, np.nan), np.full((k, k), np.nan), float("inf"), n)
    if n <= k or np.linalg.matrix_rank(x) < k:
        return nothing
    coefficients = np.zeros(k)
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + np.exp(-x @ coefficients))
        information = (x * (times * chance * (1 - chance))[:, None]).T @ x
        step = np.linalg.lstsq(information, x.T @ (times * (y - chance)), rcond=None)[0]
        coefficients = coefficients + step
        if np.abs(x @ coefficients).max() > CERTAIN:
            return nothing
        if np.abs(step).max() < 1e-10:
            break
    chance = 1 / (1 + np.exp(-x @ coefficients))
    inverse = floats(np.linalg.inv((x * (times * chance * (1 - chance))[:, None]).T @ x))
    if clusters is None:
        return LogisticFit(coefficients, inverse, float("inf"), n)
    labels = np.asarray(clusters, dtype=object)
    same_length(outcome=seen, clusters=labels)
    agents, place = np.unique(labels[seen].astype(str), return_inverse=True)
    if len(agents) < FEWEST_CLUSTERS:
        return LogisticFit(coefficients, np.full((k, k), np.nan), float("nan"), n)
    scores = np.zeros((len(agents), k))
    np.add.at(scores, place, x * (times * (y - chance))[:, None])
    meat = scores.T @ scores * len(agents) / (len(agents) - 1)
    return LogisticFit(coefficients, inverse @ meat @ inverse, len(agents) - 1.0, n)
