"""Agents and small segments: what their few answers really say, and who truly stands out.

Raw ranking mostly finds small numbers: of a raw "bottom five" about half are not even in the bottom quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, check_conf, check_counts, floats, plain, same_length, special
from kpi.stats.funnel import binomial_p_values
from kpi.stats.proportions import share, wilson
from kpi.stats.series import false_discovery

FEWEST_DRAWS, MOST_NUMBERS = 1000, 4_000_000
FEWEST_FOR_SPREAD = 4
"""From so many groups on their spread can be learned with a flat prior."""
CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class ShrunkRates:
    """Per group: `estimate` of its true share with `low`, `high`; `p_below`, the chance that it lies below the average
    of all; and the ranks (1 = highest) it may well have, `rank_low` to `rank_high`. NaN for a group without answers.
    """

    estimate: Array
    low: Array
    high: Array
    p_below: Array
    rank_low: Array
    rank_high: Array


def shrink_rates(
    successes: Numbers, trials: Numbers, conf: float = 0.95, draws: int = 4000, seed: int = 0, ranked: bool = True
) -> ShrunkRates:
    """Shares of many groups, each pulled towards the average as far as its few answers deserve.

    Hierarchical beta-binomial, integrated over the mean and the spread of the groups on a grid (plugging in the best
    mean and spread covers .60 to .93 instead of .95). Same seed, same figures. With very many groups fewer draws are
    used, so that memory stays bounded. Ranks, half of the time it takes, are found only where asked for (`ranked`; else NaN).
    """
    x, n = floats(successes).ravel(), floats(trials).ravel()
    same_length(successes=x, trials=n)
    check_counts(x, n)
    seen = ~np.isnan(x) & (n > 0)
    tails = [(1 - check_conf(conf)) / 2, (1 + conf) / 2]
    columns = np.full((6, len(x)), np.nan)
    if seen.any():
        x, n = x[seen], n[seen]
        rng = np.random.default_rng(seed)
        draws = min(draws, max(FEWEST_DRAWS, MOST_NUMBERS // len(x)))
        alpha, beta = _draw_population(x, n, draws, rng)
        rates = rng.beta(x + alpha[:, None], n - x + beta[:, None])
        average = (alpha / (alpha + beta))[:, None]
        columns[0, seen] = rates.mean(axis=0)
        columns[1:3, seen] = np.quantile(rates, tails, axis=0)
        columns[3, seen] = (rates < average).mean(axis=0)
        if ranked:
            columns[4, seen], columns[5, seen] = _ranks(rates, tails)
    return ShrunkRates(*columns)


@dataclass(frozen=True)
class ShrunkMeans:
    """Per group: `estimate` of its true mean with `low`, `high`; `p_below`, the chance that it lies below the average of these groups; the
    ranks (1 = highest) it may well have. `average` is that of the groups. NaN for a group whose mean or error is unknown.
    """

    estimate: Array
    low: Array
    high: Array
    p_below: Array
    rank_low: Array
    rank_high: Array
    average: float


def shrink_means(means: Numbers, errors: Numbers, conf: float = 0.95, draws: int = 4000, seed: int = 0, ranked: bool = True) -> ShrunkMeans:
    """Means of many groups (log durations, scores), each pulled towards the average as far as its standard error deserves.

    Hierarchical normal: a mean lies around its group's truth by its known `errors`, the truths lie around a common average. Integrated over
    that average and over the spread of the groups, whose prior is flat (Gelman et al., Bayesian Data Analysis, section 5.5); with two or
    three groups the spread cannot be learned, and a half-Cauchy the size of the largest error takes its place (Gelman 2006). Errors must
    be above 0. Same seed, same figures. `ranked` as in `shrink_rates`.
    """
    y, error = floats(means).ravel(), floats(errors).ravel()
    same_length(means=y, errors=error)
    with np.errstate(invalid="ignore"):
        if (error <= 0).any():
            raise BadValue("A standard error is not above 0.", "Leave out groups without spread.")
    tails = [(1 - check_conf(conf)) / 2, (1 + conf) / 2]
    seen = np.isfinite(y) & np.isfinite(error)
    columns = np.full((6, len(y)), np.nan)
    if not seen.any():
        return ShrunkMeans(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], float("nan"))
    y, error = y[seen], error[seen]
    rng = np.random.default_rng(seed)
    draws = min(draws, max(FEWEST_DRAWS, MOST_NUMBERS // len(y)))
    average, spread = _draw_normals(y, error, draws, rng)
    weight = spread**2 / (spread**2 + error**2)  # draws x groups: what a group keeps of its own
    centre = weight * y + (1 - weight) * average
    truths = centre + np.sqrt(weight) * error * rng.standard_normal(centre.shape)
    columns[0, seen] = centre.mean(axis=0)
    columns[1:3, seen] = np.quantile(truths, tails, axis=0)
    among = truths.mean(axis=1, keepdims=True)
    columns[3, seen] = (truths < among).mean(axis=0)
    if ranked:
        columns[4, seen], columns[5, seen] = _ranks(truths, tails)
    return ShrunkMeans(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], float(among.mean()))


def funnel_p_values(successes: Numbers, trials: Numbers) -> Array:
    """Does a group differ from the pooled share? Exact binomial p-values, adjusted for the number of groups (BH).

    Below 0.05 stands out; NaN for groups without answers. When all are equal somebody is flagged in about 2 % of cases.
    """
    x, n = floats(successes).ravel(), floats(trials).ravel()
    same_length(successes=x, trials=n)
    check_counts(x, n)
    seen = ~np.isnan(x) & (n > 0)
    pooled = x[seen].sum() / n[seen].sum() if seen.any() else np.nan
    return false_discovery(binomial_p_values(x, n, pooled))


def weighting_effect(weights: Numbers) -> float:
    """Kish's design effect of unequal weights, >= 1: n answers are worth n / effect. NaN without weights."""
    w = floats(weights).ravel()
    w = w[~np.isnan(w)]
    return float(len(w) * (w**2).sum() / w.sum() ** 2) if w.sum() > 0 else float("nan")


@dataclass(frozen=True)
class PostStratified:
    """A survey share weighted to the mix of tickets: `value` with `low`, `high`, the `raw` share, and the design effect."""

    value: float
    low: float
    high: float
    raw: float
    deff: float


def post_stratify(
    volumes: Numbers, successes: Numbers, answers: Numbers, largest_weight: float = 5.0, conf: float = 0.95
) -> PostStratified:
    """Weight a survey by channel (or any stratum): `volumes` tickets, `answers` received, of which `successes`.

    Corrects who was reached per channel, not who felt like answering. Weights are capped at `largest_weight`; strata
    without answers are left out (10 answers each are wanted). NaN when nobody answered.
    """
    volume, x, n = floats(volumes).ravel(), floats(successes).ravel(), floats(answers).ravel()
    same_length(volumes=volume, successes=x, answers=n)
    check_counts(x, n)
    seen = (n > 0) & (volume > 0) & ~np.isnan(x)
    volume, x, n = volume[seen], x[seen], n[seen]
    if not len(n):
        nan = float("nan")
        return PostStratified(nan, nan, nan, nan, nan)
    weight = np.minimum(largest_weight, (volume / volume.sum()) / (n / n.sum()))
    value = float((weight * x).sum() / (weight * n).sum())
    deff = float(n.sum() * (weight**2 * n).sum() / (weight * n).sum() ** 2)
    low, high = wilson(value * n.sum(), n.sum(), conf, deff)
    return PostStratified(value, low, high, float(share(x.sum(), n.sum())), float(plain(deff)))


def _ranks(draws: Array, tails: Sequence[float]) -> Any:
    """The ranks (1 = highest) that each group may well have, of draws of all groups."""
    order = np.argsort(np.argsort(-draws, axis=1), axis=1) + 1.0
    return np.quantile(order, tails, axis=0, method="nearest")


def _draw_population(x: Array, n: Array, draws: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws of the (alpha, beta) of the groups' beta distribution from a grid of means and standard deviations."""
    log_beta = special().betaln
    middle = (x.sum() + 0.5) / (n.sum() + 1)
    reach = 4 * (np.sqrt(middle * (1 - middle) / n.sum()) + 0.03)
    means = np.clip(np.linspace(middle - reach, middle + reach, 41), 0.005, 0.995)
    mean, spread = (grid.ravel() for grid in np.meshgrid(means, np.linspace(0.002, 0.25, 60), indexing="ij"))
    strength = mean * (1 - mean) / spread**2 - 1
    possible = strength > 0.5
    alpha, beta = np.where(possible, mean * strength, 1.0), np.where(possible, (1 - mean) * strength, 1.0)
    likelihood = np.zeros(len(mean))
    pairs, times = np.unique(np.column_stack([x, n]), axis=0, return_counts=True)
    for part in np.array_split(np.arange(len(pairs)), 1 + len(pairs) * len(mean) // CELLS_AT_ONCE):
        successes, trials = pairs[part, 0][:, None], pairs[part, 1][:, None]
        each = log_beta(successes + alpha, trials - successes + beta) - log_beta(alpha, beta)
        likelihood += times[part] @ each
    likelihood[~possible] = -np.inf
    weight = np.exp(likelihood - likelihood.max())
    place = rng.choice(len(weight), draws, p=weight / weight.sum())
    return alpha[place], beta[place]


def _draw_normals(y: Array, error: Array, draws: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws of the average and the spread of groups from their joint distribution, as columns: the spread on a grid, the average given it."""
    reach = 10 * (float(np.std(y)) + float(error.mean()))
    grid = reach * np.linspace(0, 1, 401) ** 2  # finer near 0, where small spreads are told apart
    weight = 1 / (grid[:, None] ** 2 + error**2)
    total = weight.sum(axis=1)
    best = (weight * y).sum(axis=1) / total
    density = 0.5 * (np.log(weight).sum(axis=1) - np.log(total) - (weight * (y - best[:, None]) ** 2).sum(axis=1))
    if len(y) < FEWEST_FOR_SPREAD:
        density -= np.log1p((grid / error.max()) ** 2)
    mass = np.exp(density - density.max()) * np.gradient(grid)
    place = rng.choice(len(grid), draws, p=mass / mass.sum())
    average = best[place] + rng.standard_normal(draws) / np.sqrt(total[place])
    return average[:, None], grid[place][:, None]
