"""Where might a series go? Joint future paths, so that "the mean of the last four weeks" has a chance of its own.

An equal mix of three plain models, each with its parameters drawn from their likelihood: memory around a constant, memory
around a line whose slope is held near 0 (one standard deviation a year), and a drifting level (exponential smoothing).
Extending a straight line instead says "99 %" and is right in 35 to 38 % of cases; at ten months nothing beats the base
rate, so say chances in tens and "beyond what your history supports" when the horizon is longer than the history.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats
from kpi.stats.regression import known_rows, likelihood_profile, whitened_fit

PERIODS_A_YEAR = 52
MODELS = 3
SUREST = (0.05, 0.95)


def forecast_paths(values: Numbers, horizon: int, draws: int = 1200, seed: int = 0) -> Array:
    """Simulated continuations (draws x horizon) of a series, one value a period; durations on the log scale first.

    A third of the draws comes from each model. NaN below 4 known values (8 are needed to show anything); a series that
    never moved goes on as it was. Same seed, same paths. Unknown values keep their place; trailing ones are forecast too.
    """
    if horizon < 1 or draws < MODELS:
        raise BadValue("A forecast needs a horizon of at least 1 period and 3 draws.", "Ask for 1200 draws.")
    y = floats(values).ravel()
    known = np.flatnonzero(~np.isnan(y))
    each = [draws // MODELS + (model < draws % MODELS) for model in range(MODELS)]
    if len(known) < 4:
        return np.full((draws, horizon), np.nan)
    y = y[: known[-1] + 1]
    steps = horizon + len(floats(values).ravel()) - len(y)
    if np.ptp(y[known]) == 0:
        return np.full((draws, horizon), y[known[0]])
    rng = np.random.default_rng(seed)
    paths = [
        _autoregressive(y, steps, each[0], rng, trend=False),
        _autoregressive(y, steps, each[1], rng, trend=True),
        _drifting_level(y[known], steps, each[2], rng),
    ]
    return np.vstack(paths)[:, -horizon:]


def chance_of_target(paths: Numbers, target: float, better: str, window: int = 4) -> float:
    """Share of `paths` whose mean over the last `window` periods is at or beyond the target, 0..1.

    `better` is "higher" or "lower". NaN when the paths are unknown.
    """
    futures = floats(paths)
    if better not in ("higher", "lower"):
        raise BadValue(f"A target is met by going 'higher' or 'lower', not {better!r}.", "Name the good direction.")
    if np.isnan(futures).any() or not futures.size:
        return float("nan")
    ends = futures[:, -window:].mean(axis=1)
    return float((ends >= target if better == "higher" else ends <= target).mean())


def chance_in_tens(chance: float) -> float:
    """A chance as it may be told: 0.05, 0.1, 0.2 … 0.9, 0.95; never surer, for none of these models is. NaN stays NaN."""
    if np.isnan(chance):
        return chance
    least, most = SUREST
    return least if chance < least else most if chance > most else min(0.9, max(0.1, float(np.floor(chance * 10 + 0.5)) / 10))


def chance_said(chance: float) -> str:
    """ "about 40 %", "5 % or less", "95 % or more" of a chance in tens; "" where it is not known."""
    least, most = SUREST
    return "" if np.isnan(chance) else {least: "5 % or less", most: "95 % or more"}.get(chance, f"about {100 * chance:.0f} %")


def fan(paths: Numbers, shares: Sequence[float] = (0.1, 0.5, 0.9)) -> Array:
    """Quantiles of the paths at each future period (shares x horizon): the borders of a fan chart."""
    return np.asarray(np.quantile(floats(paths), list(shares), axis=0), dtype=np.float64)


def _autoregressive(y: Array, steps: int, draws: int, rng: np.random.Generator, trend: bool) -> Array:
    """Paths of first-order memory around a constant or a line, parameters drawn from their restricted likelihood."""
    n = len(y)
    columns = np.column_stack([np.ones(n), np.arange(n) - (n - 1.0)])  # the line is 0 at the last known period
    known, design, gaps = known_rows(y, columns if trend else columns[:, :1])
    k = design.shape[1]
    grid = np.linspace(0, 0.97, 40)
    profile = likelihood_profile(known, design, gaps, grid)
    weight = np.exp(-(profile - profile.min()))
    choice = rng.choice(len(grid), draws, p=weight / weight.sum())
    ahead = np.arange(1, steps + 1)
    paths = np.empty((draws, steps))
    for place in np.unique(choice):
        phi, mine = grid[place], choice == place
        count = int(mine.sum())
        centre, cover, variance = whitened_fit(known, design, gaps, float(phi))
        if trend:  # slope prior: normal, one standard deviation of y a year
            precision = np.linalg.inv(cover)
            held = precision.copy()
            held[1, 1] += variance / (np.std(known, ddof=1) / PERIODS_A_YEAR) ** 2
            cover = np.linalg.inv(held)
            centre = cover @ precision @ centre
        deviation = np.sqrt(variance * (len(known) - k) / rng.chisquare(len(known) - k, count))
        drawn = centre + rng.standard_normal((count, k)) @ np.linalg.cholesky(cover).T * deviation[:, None]
        shocks = rng.standard_normal((count, steps)) * deviation[:, None]
        off = known[-1] - drawn @ design[-1]
        for step in range(steps):
            off = phi * off + shocks[:, step]
            paths[mine, step] = off
        paths[mine] += drawn[:, [0]] + (drawn[:, [1]] * ahead if trend else 0.0)
    return paths


def _drifting_level(y: Array, steps: int, draws: int, rng: np.random.Generator) -> Array:
    """Paths of simple exponential smoothing; the smoothing weight is drawn from its likelihood."""
    n = len(y)
    weights = np.linspace(0.02, 0.98, 49)
    level = np.full(len(weights), y[: max(3, n // 4)].mean())
    squares = np.zeros(len(weights))
    for value in y:
        error = value - level
        squares += error**2
        level = level + weights * error
    likelihood = np.exp(-0.5 * n * np.log(squares / squares.min()))
    choice = rng.choice(len(weights), draws, p=likelihood / likelihood.sum())
    deviation = np.sqrt(squares[choice] / rng.chisquare(n - 2, draws))
    shocks = rng.standard_normal((draws, steps)) * deviation[:, None]
    drift = np.column_stack([np.zeros(draws), np.cumsum(shocks, axis=1)[:, :-1]])
    return np.asarray(level[choice][:, None] + shocks + weights[choice][:, None] * drift, dtype=np.float64)
