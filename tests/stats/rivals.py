"""The methods others use where the product has its own: what the tables of false alarms compare with. Nothing here is part of the product.

Each is checked against a published figure or R in `test_rivals.py`, so that when a simulation says "Newey-West is wrong in one of four", it
was Newey-West that was wrong. Forecasting methods and seasonal decompositions are in `rival_forecasts.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import brentq, minimize
from scipy.special import betaln

from kpi.stats import autocorrelation, lag1, robust_slope
from kpi.stats.shifts import _best_cuts

Floats = npt.NDArray[np.float64]


# --- Lines and steps by least squares ---


@dataclass(frozen=True)
class Fit:
    """Least squares: `coefficients`, their standard `errors`, two-sided `p`."""

    coefficients: Floats
    errors: Floats
    p: Floats


def ols(y: Floats, design: Floats) -> Fit:
    """Ordinary least squares with t and n - k degrees of freedom."""
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ y
    left = y - design @ coefficients
    return _fit(coefficients, np.sqrt(np.diag(inverse) * (left @ left) / (len(y) - design.shape[1])), len(y) - design.shape[1])


def newey_west(y: Floats, design: Floats, lag: int, adjust: bool = True, df: float = math.inf) -> Fit:
    """Least squares with errors of Newey and West (1987), Bartlett weights; `adjust` multiplies by n / (n - k), normal tails unless `df`."""
    n, k = design.shape
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ y
    scores = design * (y - design @ coefficients)[:, None]
    meat = scores.T @ scores
    for back in range(1, lag + 1):
        cross = scores[back:].T @ scores[:-back]
        meat += (1 - back / (lag + 1)) * (cross + cross.T)
    cover = inverse @ meat @ inverse * (n / (n - k) if adjust else 1.0)
    return _fit(coefficients, np.sqrt(np.diag(cover)), df)


def rule_of_thumb_lag(n: int) -> int:
    """4 (n / 100)^(2/9), rounded down: the lag most programs take for Newey-West."""
    return int(4 * (n / 100) ** (2 / 9))


def prais_winsten(y: Floats, design: Floats, rounds: int = 50) -> Fit:
    """First-order autoregressive errors by turns of fit and memory (Prais and Winsten 1954), the memory corrected for its bias; t with n - k."""
    phi = 0.0
    for _ in range(rounds):
        root = math.sqrt(1 - phi * phi)
        white_y = np.concatenate([[root * y[0]], y[1:] - phi * y[:-1]])
        white_x = np.vstack([root * design[:1], design[1:] - phi * design[:-1]])
        fit = ols(white_y, white_x)
        last, phi = phi, min(0.95, max(0.0, lag1(y - design @ fit.coefficients)))
        if abs(phi - last) < 1e-8:
            break
    return fit


def welch(y: Floats, at: int) -> float:
    """p-value of Welch's t-test of what came before place `at` against what came after."""
    return float(stats.ttest_ind(y[:at], y[at:], equal_var=False).pvalue)


def _fit(coefficients: Floats, errors: Floats, df: float) -> Fit:
    t = np.abs(coefficients / errors)
    return Fit(coefficients, errors, np.asarray(2 * (stats.norm.sf(t) if math.isinf(df) else stats.t.sf(t, df))))


# --- Is there a trend at all? Mann and Kendall, and what was done to rescue it from memory ---


@dataclass(frozen=True)
class MannKendall:
    """The count `s` of rising less falling pairs, its variance, z with continuity correction, and p."""

    s: float
    variance: float
    z: float
    p: float


def mann_kendall(x: Floats, inflation: float = 1.0) -> MannKendall:
    """Mann (1945) and Kendall (1975), ties allowed for; `inflation` multiplies the variance."""
    n = len(x)
    s = float(np.sign(x[None, :] - x[:, None])[np.triu_indices(n, 1)].sum())
    ties = np.unique(x, return_counts=True)[1].astype(float)
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18 * inflation
    z = (s - np.sign(s)) / math.sqrt(variance) if variance > 0 else math.nan
    return MannKendall(s, variance, float(z), float(2 * stats.norm.sf(abs(z))))


def hamed_rao(x: Floats) -> MannKendall:
    """Mann-Kendall with the variance of Hamed and Rao (1998): the ranks' autocorrelations that are significant at 5 %."""
    n = len(x)
    found = _memories(stats.rankdata(_without_slope(x)))
    lags = np.arange(1, n)
    counted = np.where(np.abs(found) > stats.norm.ppf(0.975) / math.sqrt(n), found, 0.0)
    return mann_kendall(x, 1 + 2 / (n * (n - 1) * (n - 2)) * float(((n - lags) * (n - lags - 1) * (n - lags - 2) * counted).sum()))


def yue_wang(x: Floats) -> MannKendall:
    """Mann-Kendall with the variance of Yue and Wang (2004) over all lags, as pymannkendall has it by default.

    All autocorrelations of a series sum to -1/2, so this "correction" for memory mostly shrinks the variance.
    """
    n = len(x)
    return mann_kendall(x, 1 + 2 * float(((1 - np.arange(1, n) / n) * _memories(_without_slope(x))).sum()))


def prewhitened_mann_kendall(x: Floats) -> MannKendall:
    """Mann-Kendall of x_t - r x_(t-1) (von Storch 1995)."""
    return mann_kendall(x[1:] - autocorrelation(x) * x[:-1])


def trend_free_prewhitening(x: Floats) -> MannKendall:
    """Take out Sen's slope, prewhiten, put the slope back (Yue and others 2002)."""
    level = _without_slope(x)
    slope, place = robust_slope(x)[0], np.arange(2, len(x) + 1)
    return mann_kendall(level[1:] - autocorrelation(level) * level[:-1] + slope * place)


def _without_slope(x: Floats) -> Floats:
    return np.asarray(x - robust_slope(x)[0] * np.arange(1, len(x) + 1))


def _memories(x: Floats) -> Floats:
    """Autocorrelations at lags 1 to n - 1."""
    centred = x - x.mean()
    return np.asarray(np.correlate(centred, centred, "full")[len(x) :] / (centred @ centred))


# --- Where did the level move? ---


def bai_interval(x: Floats, cut: int, conf: float = 0.95, phi: float = 0.0, pooled: bool = False) -> tuple[int, int]:
    """Interval of the date of a shift in level (Bai 1997), as R's strucchange has it: each side with its own variance unless `pooled`.

    `cut` is the 0-based place of the first period after; `phi` widens the variances to long-run ones. Not cut off at the ends of the series.
    """
    before, after = x[:cut], x[cut:]
    jump = float(after.mean() - before.mean())
    variances = np.array([before.var(), after.var()])
    if pooled:
        variances[:] = (variances * [len(before), len(after)]).sum() / len(x)
    variances *= (1 + phi) / (1 - phi) / jump**2
    first, last = variances
    tail = (1 - conf) / 2
    # the true date is later where the estimate came too early, which the noise of the old level did; and the other way round
    return cut - math.ceil(_distance(tail, first / last) * last), cut + math.ceil(_distance(tail, last / first) * first)


def too_far(distance: float, ratio: float) -> float:
    """How often the estimated date is off to one side by more than `distance`, told in units of that side's variance / jump² (Bai 1997, appendix B).

    `ratio` is the variance on the other side over that on this.
    """
    root, share = math.sqrt(distance), 1 / ratio
    middle = (distance / 2 - 2 + (ratio + 2) ** 2 / (ratio + 1)) * stats.norm.cdf(-root / 2)
    outer = ratio * (ratio + 2) / (ratio + 1) * math.exp(share * (1 + share) * distance / 2 + stats.norm.logcdf(-(0.5 + share) * root))
    return float(middle - outer - root / math.sqrt(2 * math.pi) * math.exp(-distance / 8))


def _distance(tail: float, ratio: float) -> float:
    if 1 / (1 + ratio) <= tail:
        return 0.0
    return float(brentq(lambda distance: too_far(distance, ratio) - tail, 0, 1e5))


def shifts_without_memory(x: Floats, penalty: float, min_size: int = 4) -> list[int]:
    """Level shifts with the usual price, penalty x log(n) x variance.

    The variance is half the mean squared difference of neighbours, which steps hardly touch and memory makes too small.
    """
    return _best_cuts(x, penalty * math.log(len(x)) * float(np.mean(np.diff(x) ** 2)) / 2, min_size)


# --- Links between series ---


def pyper_peterman(x: Floats, y: Floats) -> float:
    """Independent periods of two series by a fifth of their autocorrelations (Pyper and Peterman 1998, their recommended form), 4 to n."""
    n = len(x)
    shared = sum((n / (n - lag)) ** 2 * autocorrelation(x, lag) * autocorrelation(y, lag) for lag in range(1, n // 5 + 1))
    return min(float(n), max(4.0, n / (1 + 2 * shared))) if 1 + 2 * shared > 0 else float(n)


def circular_shift(x: Floats, y: Floats) -> float:
    """p-value of a correlation among those with one series turned round by every number of periods."""
    found = np.abs([np.corrcoef(x, np.roll(y, turn))[0, 1] for turn in range(len(y))])
    return float((found >= found[0] - 1e-12).mean())


# --- Small groups ---


def beta_binomial(x: Floats, n: Floats) -> tuple[float, float, float]:
    """(alpha, beta, minus log-likelihood without binomial coefficients) of rates that differ between groups, by maximum likelihood."""

    def misfit(logs: Floats) -> float:
        a, b = np.exp(logs)
        return -float((betaln(x + a, n - x + b) - betaln(a, b)).sum())

    found = minimize(misfit, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 5000})
    return float(np.exp(found.x[0])), float(np.exp(found.x[1])), float(found.fun)


# --- Limits ---


def p_chart(successes: Floats, trials: Floats) -> tuple[Floats, Floats]:
    """The textbook's three-sigma limits of a share: counting luck alone."""
    centre = successes.sum() / trials.sum()
    half = 3 * np.sqrt(centre * (1 - centre) / trials)
    return centre - half, centre + half


def eight_on_one_side(x: Floats) -> bool:
    """The run rule: eight neighbours on one side of the mean."""
    side = np.sign(x - x.mean())
    return any(abs(side[i : i + 8].sum()) == 8 for i in range(len(x) - 7))
