"""Do two KPIs move together over time? Weekly figures drift, have seasons and remember last week; plain r lies on them.

So: take out trend and season, correlate what is left, and count only the *independent* periods among them (Bartlett
1935; Bretherton et al. 1999) with each lag-1 autocorrelation corrected for its bias (Kendall 1954). A second opinion
removes the memory itself ("prewhitening"). With independent series this says "linked" in about 5 % of cases, where
plain r says so in 10 to 100 %.

A series is one value a period in order of time, NaN where unknown; gaps keep their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats, normal_p_value, plain, same_length, special, t_p_value, z_of

NAN = float("nan")


@dataclass(frozen=True)
class SeriesCorrelation:
    """`r` with `low`, `high` (-1..1) and p-value `p`, over `n` shared periods worth `n_eff` independent ones.

    `second_r` and `second_p` are the prewhitened opinion; `is_confirmed` when both find the same direction.
    """

    r: float
    low: float
    high: float
    p: float
    n: int
    n_eff: float
    second_r: float
    second_p: float
    is_confirmed: bool


@dataclass(frozen=True)
class LagScan:
    """Correlation `r` at each of `lags` (positive: the first series leads); `p` already allows for having looked at all.

    `best` is the lag with the strongest correlation among those with p < 0.05, or None: then name no lag.
    """

    lags: Array
    r: Array
    p: Array
    best: int | None


def autocorrelation(values: Numbers, lag: int = 1) -> float:
    """Correlation of a series with itself `lag` periods later, -1..1, as R's `acf`; NaN for a constant series."""
    return cross_correlation(values, values, lag)


def cross_correlation(first: Numbers, second: Numbers, lag: int = 0) -> float:
    """Correlation of `first` with `second` `lag` periods later (positive: first leads), over the whole series' spread.

    As R's `ccf`, which counts lags the other way round. NaN when nothing overlaps or a series is constant.
    """
    x, y = _centred(first), _centred(second)
    same_length(first=x, second=y)
    if abs(lag) >= len(x):
        return NAN
    early, late = (x[: len(x) - lag], y[lag:]) if lag >= 0 else (x[-lag:], y[: len(y) + lag])
    products = early * late
    pairs = int((~np.isnan(products)).sum())
    spread = np.sqrt(np.nansum(x * x) * np.nansum(y * y))
    if not pairs or not spread > 0:
        return NAN
    gaps = (len(x) - abs(lag)) / pairs if np.isnan(x).any() or np.isnan(y).any() else 1.0
    return float(np.nansum(products) / spread * gaps)


def lag1(values: Numbers) -> float:
    """Autocorrelation at lag 1, corrected for its downward bias in short series (r + (1 + 3r)/n), at most 0.98."""
    r = autocorrelation(values)
    n = int((~np.isnan(floats(values))).sum())
    return NAN if np.isnan(r) else min(0.98, r + (1 + 3 * r) / n)


def effective_sample_size(n: Numbers, lag1_x: Numbers, lag1_y: Numbers) -> Any:
    """How many independent periods n autocorrelated ones are worth: n (1 - q)/(1 + q), q the product of both lag-1 values.

    q counts only when both are positive, so the result never exceeds n.
    """
    size, x, y = floats(n), floats(lag1_x), floats(lag1_y)
    with np.errstate(invalid="ignore"):
        q = np.where(np.isnan(x * y), np.nan, np.where((x > 0) & (y > 0), x * y, 0.0))
    return plain(size * (1 - q) / (1 + q))


def residuals(values: Numbers, period: int | None = None, trend: bool = True) -> tuple[Array, int]:
    """(what is left of a series after its line and its season, number of terms removed besides the mean).

    `period` is the length of the season in periods (7 for days); None for no season. Unknown values stay unknown.
    """
    y = floats(values).ravel()
    if period is not None and period < 2:
        raise BadValue(f"A season must last at least 2 periods, not {period}.", "Use 7 for daily values, None for no season.")
    place = np.arange(len(y))
    columns = [np.ones(len(y))] + ([place / max(len(y), 1)] if trend else [])
    columns += [(place % period == k).astype(float) for k in range(1, period)] if period else []
    design = np.column_stack(columns)
    seen = ~np.isnan(y)
    left = np.full(len(y), np.nan)
    if seen.any():
        left[seen] = y[seen] - design[seen] @ np.linalg.lstsq(design[seen], y[seen], rcond=None)[0]
    # rounding dust of a series that is all line and season is no movement
    left[np.abs(left) < 1e-9 * (np.nanmax(np.abs(y)) if seen.any() else 0)] = 0.0
    return left, design.shape[1] - 1


def correlate_series(
    first: Numbers,
    second: Numbers,
    period: int | None = None,
    trend: bool = True,
    method: str = "pearson",
    conf: float = 0.95,
    taken_out: int = 0,
) -> SeriesCorrelation:
    """The link between two series of the same periods, beyond common trend and season. Says nothing about causes.

    `method` is "pearson" or "spearman" (ranks); `taken_out` counts terms (lines, waves) that were removed from both before.
    All figures are NaN below 6 shared periods or when one never moves.
    Needs about 16 periods and an `n_eff` of 10 to be worth showing.
    """
    x, y = floats(first).ravel(), floats(second).ravel()
    same_length(first=x, second=y)
    if method not in ("pearson", "spearman"):
        raise BadValue(f"There is no correlation {method!r}.", "Use 'pearson' or 'spearman'.")
    shared = ~np.isnan(x) & ~np.isnan(y)
    n = int(shared.sum())
    x, removed = residuals(np.where(shared, x, np.nan), period, trend)
    y, _ = residuals(np.where(shared, y, np.nan), period, trend)
    removed += taken_out
    nothing = SeriesCorrelation(NAN, NAN, NAN, NAN, n, NAN, NAN, NAN, False)
    if n - removed < 6 or not np.nanstd(x) > 0 or not np.nanstd(y) > 0:
        return nothing
    memory_x, memory_y = lag1(x), lag1(y)
    n_eff = max(4.0, effective_sample_size(n - removed, memory_x, memory_y))
    r = pearson(ranks(x), ranks(y)) if method == "spearman" else pearson(x, y)
    low, high = correlation_interval(r, n_eff, method, conf)
    p = correlation_p_value(r, n_eff)
    white_x, white_y = prewhitened(x), prewhitened(y)
    second_n = int((~np.isnan(white_x * white_y)).sum()) - removed
    second_r = pearson(ranks(white_x), ranks(white_y)) if method == "spearman" else pearson(white_x, white_y)
    second_p = correlation_p_value(second_r, second_n)
    agreed = max(p, second_p) < 1 - conf and r * second_r > 0
    return SeriesCorrelation(r, low, high, p, n, n_eff, second_r, second_p, bool(agreed))


def scan_lags(
    first: Numbers, second: Numbers, longest: int = 4, period: int | None = None, trend: bool = True, taken_out: int = 0
) -> LagScan:
    """Does one series lead the other? Both are prewhitened, and p-values allow for the 2 x longest + 1 looks (Bonferroni).

    `taken_out` counts terms that were removed from both before.
    """
    x, removed = residuals(first, period, trend)
    y, _ = residuals(second, period, trend)
    removed += taken_out
    x, y = prewhitened(x), prewhitened(y)
    lags = np.arange(-longest, longest + 1)
    r = np.array([cross_correlation(x, y, int(lag)) for lag in lags])
    n = int((~np.isnan(x * y)).sum()) - removed
    p = np.minimum(1.0, len(lags) * floats([correlation_p_value(one, n) for one in r]))
    found = np.flatnonzero(p < 0.05)
    best = int(lags[found[np.argmax(np.abs(r[found]))]]) if len(found) else None
    return LagScan(lags.astype(float), r, p, best)


def prewhitened(values: Numbers) -> Array:
    """x_t - phi x_(t-1): the news of each period once the memory of the last is taken out; the first is unknown."""
    x = _centred(values)
    phi = lag1(x)
    phi = 0.0 if np.isnan(phi) else max(0.0, phi)
    return np.concatenate([[np.nan], x[1:] - phi * x[:-1]]) if len(x) else x


def correlation_interval(r: Numbers, n: Numbers, method: str = "pearson", conf: float = 0.95) -> tuple[Any, Any]:
    """Fisher's interval of a correlation from n independent pairs (Bonett and Wright 2000 for "spearman"); NaN for n <= 3."""
    value, size = floats(r), floats(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        inflation = 1 + value**2 / 2 if method == "spearman" else 1.0
        half = z_of(conf) * np.sqrt(inflation / np.where(size > 3, size - 3, np.nan))
        centre = np.arctanh(np.clip(value, -1 + 1e-15, 1 - 1e-15))
    return plain(np.tanh(centre - half)), plain(np.tanh(centre + half))


def correlation_p_value(r: Numbers, n: Numbers) -> Any:
    """Two-sided p-value of a correlation from n independent pairs (t with n - 2 degrees of freedom); NaN for n <= 2."""
    value, size = floats(r), floats(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = value * np.sqrt(np.where(size > 2, size - 2, np.nan) / np.maximum(1 - value**2, 0))
    return t_p_value(t, np.where(size > 2, size - 2, np.nan))


def ranks(values: Numbers) -> Array:
    """1-based ranks, ties sharing their mean rank; unknown stays unknown."""
    x = floats(values).ravel()
    seen = ~np.isnan(x)
    _, place, counts = np.unique(x[seen], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    out = np.full(len(x), np.nan)
    out[seen] = (last - (counts - 1) / 2)[place]
    return out


def false_discovery(p_values: Numbers, method: str = "bh") -> Array:
    """p-values adjusted for having looked at all of them: those below 0.05 hold at most 5 % false finds on average.

    "bh" (Benjamini and Hochberg 1995), or "by" (Benjamini and Yekutieli 2001), safe under any dependence. Any shape;
    unknown p-values stay unknown and are not counted as looks. BadValue outside 0..1.
    """
    p = floats(p_values)
    if method not in ("bh", "by"):
        raise BadValue(f"There is no adjustment {method!r}.", "Use 'bh' or 'by'.")
    seen = ~np.isnan(p)
    known = p[seen]
    if ((known < 0) | (known > 1)).any():
        raise BadValue("A p-value lies outside 0 to 1.", "Pass p-values, not test statistics.")
    m = len(known)
    order = np.argsort(known)[::-1]
    looks = m * (special().digamma(m + 1) + np.euler_gamma) if method == "by" else m  # the harmonic sum 1 + 1/2 + ... + 1/m
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(known[order] * looks / np.arange(m, 0, -1)))
    out = np.full(p.shape, np.nan)
    out[seen] = adjusted
    return out


def interval_p_value(change: Numbers, low: Numbers, high: Numbers, conf: float = 0.95) -> Array:
    """The two-sided p-value of "no change" that goes with an interval of a change, 0..1; unknown limits give NaN.

    Read off the side that faces 0, on a normal curve: below 1 - conf exactly where the interval leaves 0 out. For intervals that
    were made without a p-value of their own (score and order-statistic ones), to allow for many looks with `false_discovery`.
    """
    d, lower, upper = floats(change), floats(low), floats(high)
    side = np.where(d > 0, d - lower, upper - d)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(d == 0, 0.0, np.where(side > 0, z_of(conf) * np.abs(d) / side, np.inf))
    return floats(np.where(np.isnan(side), np.nan, normal_p_value(z)))


def holm(p_values: Numbers) -> Array:
    """p-values adjusted so that below 0.05 there is *any* false find in at most 5 % of cases (Holm 1979), however they depend.

    Any shape; unknown p-values stay unknown and are not counted as looks. BadValue outside 0..1.
    """
    p = floats(p_values)
    seen = ~np.isnan(p)
    known = p[seen]
    if ((known < 0) | (known > 1)).any():
        raise BadValue("A p-value lies outside 0 to 1.", "Pass p-values, not test statistics.")
    order = np.argsort(known)
    adjusted = np.empty(len(known))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(known[order] * np.arange(len(known), 0, -1)))
    out = np.full(p.shape, np.nan)
    out[seen] = adjusted
    return out


def _centred(values: Numbers) -> Array:
    x = floats(values).ravel()
    return x - x[~np.isnan(x)].mean() if (~np.isnan(x)).any() else x


def pearson(x: Array, y: Array) -> float:
    """Plain correlation of the pairs that are both known; NaN when one never varies."""
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if len(x) < 2:
        return NAN
    x, y = x - x.mean(), y - y.mean()
    spread = np.sqrt((x * x).sum() * (y * y).sum())
    return float(np.clip((x * y).sum() / spread, -1, 1)) if spread > 0 else NAN
