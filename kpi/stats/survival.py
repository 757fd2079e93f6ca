"""Durations of which some are still running: tickets not yet solved count with the age they have reached.

Kaplan and Meier 1958, with the log-log band (Kalbfleisch and Prentice) that keeps limits inside 0..1, inverted for
quantiles; restricted mean with Greenwood's variance; log-rank test. All agree with R's `survival` package.

Assumes that tickets still open are no harder than tickets of the same age that were solved: parked tickets break that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, Pair, check_share, floats, same_length, special, z_of

ROUNDING = 1e-12
"""S(t) is a long product: 0.5 may come out as 0.5000000000000001 and still means 0.5."""


@dataclass(frozen=True)
class Survival:
    """The share still open after each time at which something was solved.

    `times` (sorted, in the unit of the input), `at_risk` (still open just before), `solved` (at that time), `survival`
    (share still open just after, 1 down to 0), `log_variance` (Greenwood's variance of log survival); `n` all, `n_open`
    those still running, `longest` the longest duration seen.
    """

    times: Array
    at_risk: Array
    solved: Array
    survival: Array
    log_variance: Array
    n: int
    n_open: int
    longest: float

    def at(self, time: Numbers) -> Any:
        """Share still open after `time`, 0..1; NaN beyond the longest duration seen and without data."""
        when = floats(time)
        steps = np.concatenate([[1.0], self.survival])
        seen = (when >= 0) & (when <= self.longest) if self.n else np.zeros(when.shape, dtype=bool)
        values = np.where(seen, steps[np.searchsorted(self.times, when, side="right")], np.nan)
        return float(values) if values.ndim == 0 else values

    def band(self, conf: float = 0.95) -> Pair:
        """(low, high) of the share still open at each of `times`, inside 0..1; NaN once nothing is left open."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log_survival = np.log(self.survival)
            width = z_of(conf) * np.sqrt(self.log_variance) / np.abs(log_survival)
            low, high = self.survival ** np.exp(width), self.survival ** np.exp(-width)
        gone = self.survival <= 0
        return np.where(gone, np.nan, low), np.where(gone, np.nan, high)

    def quantile(self, q: float = 0.5, conf: float = 0.95) -> tuple[float, float, float]:
        """(value, low, high): the first time by which the share q is solved, and the times at which the band says so.

        NaN means not reached: too many are still open to tell.
        """
        left = 1 - check_share("quantile", q)
        low, high = self.band(conf)
        return self._first(self.survival, left), self._first(low, left), self._first(high, left)

    def restricted_mean(self, until: float | None = None) -> tuple[float, float]:
        """(mean, standard error) of the duration cut at `until` (default: the longest seen).

        The area under the curve; NaN without data, and BadValue beyond the longest duration seen.
        """
        if not self.n:
            return float("nan"), float("nan")
        end = self.longest if until is None else float(until)
        if not 0 < end <= self.longest:
            raise BadValue(f"The mean can only be cut between 0 and {self.longest:g}, not at {end:g}.", "Choose a shorter limit.")
        inside = self.times < end
        edges = np.concatenate([[0.0], self.times[inside], [end]])
        areas = np.diff(edges) * np.concatenate([[1.0], self.survival[inside]])
        to_the_right = np.cumsum(areas[::-1])[::-1][1:]
        left_after = self.at_risk[inside] - self.solved[inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            hazard = np.where(left_after > 0, self.solved[inside] / (self.at_risk[inside] * left_after), 0.0)
        return float(areas.sum()), float(np.sqrt((to_the_right**2 * hazard).sum()))

    def _first(self, curve: Array, level: float) -> float:
        with np.errstate(invalid="ignore"):
            reached = np.flatnonzero(curve <= level + ROUNDING)
        return float(self.times[reached[0]]) if len(reached) else float("nan")


def kaplan_meier(durations: Numbers, is_solved: Numbers) -> Survival:
    """The survival curve of a cohort: `durations` until solved, or the age so far where `is_solved` is false.

    Rows with an unknown duration or flag are left out. A duration of exactly the same length counts as still open when
    others are solved at it. BadValue for a negative duration. One million rows take about 0.05 s.
    """
    lengths, solved = _checked(durations, is_solved)
    everything = np.sort(lengths)
    endings = np.sort(lengths[solved])
    first = np.flatnonzero(np.diff(endings, prepend=-1.0) > 0)
    times = endings[first]
    counts = np.diff(first, append=len(endings)).astype(np.float64)
    at_risk = (len(everything) - np.searchsorted(everything, times, side="left")).astype(np.float64)
    with np.errstate(divide="ignore"):
        log_variance = np.cumsum(counts / (at_risk * (at_risk - counts)))
    return Survival(
        times=times,
        at_risk=at_risk,
        solved=counts,
        survival=floats(np.cumprod(1 - counts / at_risk)),
        log_variance=log_variance,
        n=len(everything),
        n_open=int(len(everything) - len(endings)),
        longest=float(everything[-1]) if len(everything) else float("nan"),
    )


def logrank(durations_a: Numbers, is_solved_a: Numbers, durations_b: Numbers, is_solved_b: Numbers) -> tuple[float, float]:
    """(chi-squared, p) that two cohorts are solved at the same pace; NaN when a cohort is empty or nothing was solved."""
    lengths_a, solved_a = _checked(durations_a, is_solved_a)
    lengths_b, solved_b = _checked(durations_b, is_solved_b)
    both = kaplan_meier(np.concatenate([lengths_a, lengths_b]), np.concatenate([solved_a, solved_b]))
    if not len(lengths_a) or not len(lengths_b) or not len(both.times):
        return float("nan"), float("nan")
    at_risk_a = len(lengths_a) - np.searchsorted(np.sort(lengths_a), both.times, side="left")
    expected = both.solved * at_risk_a / both.at_risk
    spare = np.maximum(both.at_risk - 1, 1)  # one left: no variance, and no division by zero
    variance = expected * (1 - at_risk_a / both.at_risk) * (both.at_risk - both.solved) / spare
    if variance.sum() <= 0:
        return float("nan"), float("nan")
    chi_squared = float((solved_a.sum() - expected.sum()) ** 2 / variance.sum())
    return chi_squared, float(special().chdtrc(1, chi_squared))


def _checked(durations: Numbers, is_solved: Numbers) -> tuple[Array, Any]:
    lengths, flags = floats(durations).ravel(), floats(is_solved).ravel()
    same_length(durations=lengths, is_solved=flags)
    if not (np.isnan(flags) | (flags == 0) | (flags == 1)).all():
        raise BadValue("is_solved must be true or false.", "Pass one flag per duration.")
    with np.errstate(invalid="ignore"):
        if (lengths < 0).any() or np.isinf(lengths).any():
            raise BadValue("A duration is negative or infinite.", "Leave it empty when it is unknown.")
    seen = ~np.isnan(lengths) & ~np.isnan(flags)
    return lengths[seen], flags[seen] == 1
