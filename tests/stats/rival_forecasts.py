"""Forecasts and seasonal decompositions of others, for the tables of coverage (`rivals.py` has tests and intervals).

Of a forecast: `mean` and standard `error` at each horizon; the interval is normal, as theirs is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from kpi.stats.regression import known_rows, likelihood_profile, whitened_fit

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ahead:
    """What a method says of the next periods."""

    mean: Floats
    error: Floats

    def interval(self, conf: float = 0.95) -> tuple[Floats, Floats]:
        half = stats.norm.ppf((1 + conf) / 2) * self.error
        return self.mean - half, self.mean + half


def naive(y: Floats, horizon: int) -> Ahead:
    """The last value goes on (R `forecast::naive`): a random walk without drift."""
    h = np.arange(1, horizon + 1)
    return Ahead(np.full(horizon, y[-1]), np.sqrt(np.mean(np.diff(y) ** 2) * h))


def drift(y: Floats, horizon: int) -> Ahead:
    """A random walk that goes on as it went on average (R `rwf(drift = TRUE)`): the drift's own error is counted."""
    h, moves = np.arange(1, horizon + 1), np.diff(y)
    spread = moves.std(ddof=1)
    return Ahead(y[-1] + moves.mean() * h, np.sqrt(spread**2 * h + (h * spread / math.sqrt(len(moves))) ** 2))


def mean(y: Floats, horizon: int) -> Ahead:
    """The mean of all (R `meanf`, but with normal tails)."""
    return Ahead(np.full(horizon, y.mean()), np.full(horizon, y.std(ddof=1) * math.sqrt(1 + 1 / len(y))))


@dataclass(frozen=True)
class Smoothing:
    """Simple exponential smoothing: weight, first and last level, standard deviation of its misses."""

    alpha: float
    first: float
    last: float
    sigma: float

    def ahead(self, horizon: int) -> Ahead:
        h = np.arange(horizon)
        return Ahead(np.full(horizon, self.last), self.sigma * np.sqrt(1 + h * self.alpha**2))


def smoothing(y: Floats) -> Smoothing:
    """ETS(A, N, N) by maximum likelihood over its weight and its first level, which enters linearly (R `ets(y, "ANN")`)."""
    n = len(y)

    def level(alpha: float) -> tuple[float, float]:
        """(best first level, its squared misses): the misses are linear in the first level."""
        at_zero, slope = _misses(y, alpha, 0.0), -((1 - alpha) ** np.arange(n))
        first = -float(at_zero @ slope) / float(slope @ slope)
        return first, float(((at_zero + first * slope) ** 2).sum())

    grid = np.linspace(1e-4, 0.9999, 60)
    start = int(np.argmin([level(a)[1] for a in grid]))
    bounds = (grid[max(0, start - 1)], grid[min(len(grid) - 1, start + 1)])
    alpha = float(optimize.minimize_scalar(lambda a: level(a)[1], bounds=bounds, method="bounded", options={"xatol": 1e-8}).x)
    first, squares = level(alpha)
    last = y[-1] - (1 - alpha) * _misses(y, alpha, first)[-1]
    return Smoothing(alpha, first, float(last), math.sqrt(squares / (n - 2)))


def _misses(y: Floats, alpha: float, level: float) -> Floats:
    out = np.empty(len(y))
    for i, value in enumerate(y):
        out[i] = value - level
        level += alpha * out[i]
    return out


def theta(y: Floats, horizon: int) -> Ahead:
    """The theta method as simple smoothing with half the slope of a line (Hyndman and Billah 2003; R `thetaf`, no season)."""
    fit, h, n = smoothing(y), np.arange(horizon), len(y)
    plain = fit.ahead(horizon)
    slope = float(np.polyfit(np.arange(n), y, 1)[0]) / 2
    return Ahead(plain.mean + slope * (h + (1 - (1 - fit.alpha) ** n) / fit.alpha), plain.error)


def memory_around(y: Floats, horizon: int, trend: bool, draws: int = 600, seed: int = 0) -> Ahead:
    """First-order memory around a mean or an unshrunk line, memory and coefficients drawn from their restricted likelihood; mean and spread of paths."""
    rng, n = np.random.default_rng(seed), len(y)
    rows = np.column_stack([np.ones(n + horizon), np.arange(n + horizon) - (n - 1.0)])[:, : 1 + trend]
    known, design, gaps = known_rows(y, rows[:n])
    phis = np.linspace(0, 0.97, 40)
    profile = likelihood_profile(known, design, gaps, phis)
    chosen = rng.choice(phis, draws, p=np.exp(profile.min() - profile) / np.exp(profile.min() - profile).sum())
    paths, k = np.empty((draws, horizon)), design.shape[1]
    for phi in np.unique(chosen):
        mine = np.flatnonzero(chosen == phi)
        centre, cover, variance = whitened_fit(known, design, gaps, float(phi))
        sigma = np.sqrt(variance * (n - k) / rng.chisquare(n - k, (len(mine), 1)))
        line = (centre + sigma * (rng.standard_normal((len(mine), k)) @ np.linalg.cholesky(cover).T)) @ rows.T
        off = y[-1] - line[:, n - 1]
        for h, shock in enumerate((sigma * rng.standard_normal((len(mine), horizon))).T):
            off = phi * off + shock
            paths[mine, h] = line[:, n + h] + off
    low, middle, high = np.quantile(paths, [0.1, 0.5, 0.9], axis=0)
    return Ahead(middle, (high - low) / (2 * stats.norm.ppf(0.9)))


METHODS: dict[str, Callable[[Floats, int], Ahead]] = {
    "naive": naive,
    "drift": drift,
    "historic mean": mean,
    "ETS(A,N,N)": lambda y, horizon: smoothing(y).ahead(horizon),
    "AR1 mean": lambda y, horizon: memory_around(y, horizon, trend=False),
    "AR1 unshrunk trend": lambda y, horizon: memory_around(y, horizon, trend=True),
}


# --- Seasons ---


def decompose(y: Floats, period: int) -> Floats:
    """The season by moving averages (R `decompose`), one figure per place in the period, summing to 0."""
    half = period // 2
    weights = np.r_[0.5, np.ones(period - 1), 0.5] / period if period % 2 == 0 else np.ones(period) / period
    left = np.full(len(y), np.nan)
    left[half : len(y) - half] = y[half : len(y) - half] - np.convolve(y, weights, "valid")
    figure = np.array([np.nanmean(left[k::period]) for k in range(period)])
    return np.asarray(figure - figure.mean())


def stl(y: Floats, period: int, seasonal: int, inner: int = 2) -> tuple[Floats, Floats]:
    """(season, trend) by STL (Cleveland and others 1990) as R's `stl(s.window = seasonal, *.jump = 1)`: season by local means, the rest by local lines."""
    low_pass = period + 1 - period % 2
    smooth = _odd_above(1.5 * period / (1 - 1.5 / seasonal))
    n, trend = len(y), np.zeros(len(y))
    season = trend
    for _ in range(inner):
        cycles = np.empty(n + 2 * period)
        for k in range(period):
            own = (y - trend)[k::period]
            cycles[k::period] = _loess(own, seasonal, 0, np.arange(-1, len(own) + 1))
        low = cycles
        for width in (period, period, 3):
            low = np.convolve(low, np.ones(width) / width, "valid")
        season = cycles[period:-period] - _loess(low, low_pass, 1, np.arange(n))
        trend = _loess(y - season, smooth, 1, np.arange(n))
    return season, trend


def _odd_above(number: float) -> int:
    whole = math.ceil(number)
    return whole + 1 - whole % 2


def _loess(y: Floats, width: int, degree: int, at: npt.NDArray[np.int64]) -> Floats:
    """Local means or lines through the `width` nearest of y (places 0, 1, …) with tricube weights; wider than y, the reach grows as STL's does."""
    n, place, out = len(y), np.arange(len(y), dtype=float), np.empty(len(at))
    for i, x in enumerate(at):
        start = min(max(0, x - width // 2), max(0, n - width))
        near = slice(start, min(n, start + width))
        reach = max(x - near.start, near.stop - 1 - x) + (max(0, width - n) // 2)
        distance = np.abs(place[near] - x)
        weights = np.where(distance <= 0.999 * reach, (1 - (distance / reach) ** 3) ** 3, 0.0)
        weights = np.where(distance <= 0.001 * reach, 1.0, weights)
        weights /= weights.sum()
        if degree:
            middle = weights @ place[near]
            spread = weights @ (place[near] - middle) ** 2
            if math.sqrt(spread) > 0.001 * (n - 1):
                weights = weights * (1 + (x - middle) * (place[near] - middle) / spread)
        out[i] = weights @ y[near]
    return out
