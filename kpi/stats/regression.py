"""Lines and steps through a series that remembers: least squares with first-order autoregressive errors.

Restricted maximum likelihood for the memory phi (as R's `nlme::gls` with `corAR1` / `corCAR1`), and degrees of freedom
cut to (n - k)(1 - phi)/(1 + phi). Plain least squares and Newey-West find trends that are not there in 10 to 45 % of
autocorrelated series; this finds them in 3 to 8 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats, scipy_part, t_of, t_p_value

PHI_GRID = np.linspace(0, 0.97, 98)


@dataclass(frozen=True)
class GlsFit:
    """One entry per column of the design: `coefficients`, their `errors` (standard), `low`, `high` and p-values `p`.

    `cover` (k x k) is the covariance of the coefficients, from which any sum of them has its error (`at`). `phi` (0..0.97)
    is the memory from one period to the next, `df` the effective degrees of freedom, `n` the points. All NaN when there
    are no more points than columns; `errors` are 0 and `p` NaN when the fit is perfect.
    """

    coefficients: Array
    errors: Array
    low: Array
    high: Array
    p: Array
    phi: float
    df: float
    n: int
    cover: Array

    def at(self, design: Numbers, conf: float = 0.95) -> tuple[Array, Array, Array]:
        """(value, low, high) of the fitted mean at each row of a design of the same columns."""
        x = floats(design)
        value = x @ self.coefficients
        half = t_of(conf, self.df) * np.sqrt(np.maximum(0.0, np.einsum("ij,jk,ik->i", x, self.cover, x)))
        return value, value - half, value + half


def gls_ar1(values: Numbers, design: Numbers, conf: float = 0.95) -> GlsFit:
    """Fit `values` (n, in order of time) on `design` (n x k, with its own column of ones). Unknown values keep their gap.

    Use `trend_columns` for "is it getting better" and `event_columns` for "did it change when ...". BadValue when the
    design does not fit the values or one column repeats another.
    """
    y, x, gaps = known_rows(values, design)
    n, k = x.shape
    if n <= k:
        nothing = np.full(k, np.nan)
        return GlsFit(nothing, nothing, nothing, nothing, nothing, float("nan"), float("nan"), n, np.full((k, k), np.nan))
    if np.linalg.matrix_rank(x) < k:
        raise BadValue("A column of the design repeats what others say.", "Leave out terms the dates cannot tell apart.")
    plain = floats(np.linalg.lstsq(x, y, rcond=None)[0])
    if np.abs(y - x @ plain).max() <= 1e-12 * max(1.0, np.abs(y).max()):
        return GlsFit(plain, np.zeros(k), plain, plain, np.full(k, np.nan), 0.0, float(n - k), n, np.zeros((k, k)))
    phi = _best_phi(y, x, gaps)
    coefficients, inverse, variance = whitened_fit(y, x, gaps, phi)
    errors = np.sqrt(np.diag(inverse) * variance)
    df = max(2.0, (n - k) * (1 - phi) / (1 + phi))
    half = t_of(conf, df) * errors
    p = floats(t_p_value(coefficients / errors, df))
    return GlsFit(coefficients, errors, coefficients - half, coefficients + half, p, phi, df, n, inverse * variance)


def trend_columns(n: int) -> Array:
    """Design of a straight line: ones, and the number of the period from 0. The second coefficient is the change a period."""
    return np.column_stack([np.ones(n), np.arange(n, dtype=float)])


def event_columns(n: int, at: int, slopes: bool = True) -> Array:
    """Design of a before/after comparison; `at` is the 0-based place of the first period after the event.

    With slopes (12 or more points a side): ones, line, jump, change of slope; the third coefficient is the jump.
    Without: ones and jump, the second.
    """
    if not 0 < at < n:
        raise BadValue(f"The event must lie inside the {n} periods, not at place {at}.", "Choose a date with periods on both sides.")
    place = np.arange(n, dtype=float)
    after = (place >= at).astype(float)
    return np.column_stack([np.ones(n), place, after, after * (place - at)]) if slopes else np.column_stack([np.ones(n), after])


def robust_slope(values: Numbers, conf: float = 0.95) -> tuple[float, float, float]:
    """(slope a period, low, high): the median of all slopes between two points (Theil 1950, Sen 1968).

    Outliers hardly move it, but its interval assumes no memory: take the interval from `gls_ar1`. NaN below 3 points.
    """
    y = floats(values).ravel()
    place = np.flatnonzero(~np.isnan(y))
    if len(place) < 3:
        return float("nan"), float("nan"), float("nan")
    found = scipy_part("stats").theilslopes(y[place], place, alpha=conf)
    return float(found.slope), float(found.low_slope), float(found.high_slope)


def known_rows(values: Numbers, design: Numbers) -> tuple[Array, Array, Array]:
    """(values, design, periods since the row before) of the rows that are known; the first gap is infinite."""
    y, x = floats(values).ravel(), floats(design)
    if x.ndim != 2 or len(x) != len(y):
        raise BadValue(f"The design must have one row for each of the {len(y)} values.", "Make it with trend_columns(len(values)).")
    place = np.flatnonzero(~np.isnan(y) & ~np.isnan(x).any(axis=1))
    return y[place], x[place], np.diff(place, prepend=-np.inf)


def whitened_fit(y: Array, x: Array, gaps: Array, phi: float) -> tuple[Array, Array, float]:
    """(coefficients, inverse of X'X, residual variance) after taking out a memory of phi; a gap of g remembers phi^g."""
    coefficients, inverse, variance = whitened_fits(y, x, gaps, np.array([phi]))
    return coefficients[0], inverse[0], float(variance[0])


def whitened_fits(y: Array, x: Array, gaps: Array, phis: Array) -> tuple[Array, Array, Array]:
    """`whitened_fit` for many phis at once (first axis of all three): a page asks for thousands."""
    memory, scale = _memory(gaps, phis[:, None])
    white_y = ((y - memory * np.concatenate([[0.0], y[:-1]])) * scale)[..., None]
    white_x = (x - memory[..., None] * np.vstack([np.zeros(x.shape[1]), x[:-1]])) * scale[..., None]
    turned = np.swapaxes(white_x, 1, 2)
    inverse = floats(np.linalg.inv(turned @ white_x))
    coefficients = inverse @ (turned @ white_y)
    left = white_y - white_x @ coefficients
    return coefficients[..., 0], inverse, (left * left).sum(axis=(1, 2)) / (len(y) - x.shape[1])


def likelihood_profile(y: Array, x: Array, gaps: Array, phis: Array) -> Array:
    """Minus the restricted log-likelihood of each phi, up to a constant."""
    n, k = x.shape
    _, inverse, variance = whitened_fits(y, x, gaps, floats(phis))
    log_determinants = -2 * np.log(_memory(gaps, floats(phis)[:, None])[1]).sum(axis=1)
    return floats(0.5 * ((n - k) * np.log(variance) - np.linalg.slogdet(inverse)[1] + log_determinants))


def _memory(gaps: Array, phi: Array) -> tuple[Array, Array]:
    """What a row remembers of the row before it (0 for the first), and the scale that makes its news equally loud."""
    memory = np.where(np.isinf(gaps), 0.0, phi ** np.where(np.isinf(gaps), 1.0, gaps))
    return memory, np.sqrt((1 - phi * phi) / (1 - memory**2))


def _best_phi(y: Array, x: Array, gaps: Array) -> float:
    profile = likelihood_profile(y, x, gaps, PHI_GRID)
    best = int(profile.argmin())
    if best == 0:
        return 0.0  # memory below 0 is not used: it would only narrow the interval
    found = scipy_part("optimize").minimize_scalar(
        lambda phi: likelihood_profile(y, x, gaps, np.array([phi]))[0],
        bounds=(PHI_GRID[best - 1], PHI_GRID[min(best + 1, len(PHI_GRID) - 1)]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)
