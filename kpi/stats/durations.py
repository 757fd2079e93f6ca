"""Medians, percentiles and means of durations (or of any skewed quantity).

Percentiles: distribution-free intervals from order statistics (the ranks are binomial; David and Nagaraja, Order
Statistics, 2003, section 7.1). They are exact to slightly wide, never too narrow, and need no bootstrap.
"""

from __future__ import annotations

from typing import Any, overload

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, Pair, binomial_quantile, check_conf, check_share, floats, known, pair, plain, t_of
from kpi.stats.proportions import detection_factor


@overload
def quantile_ranks(n: int, q: float = 0.5, conf: float = 0.95) -> tuple[int | None, int | None]: ...
@overload
def quantile_ranks(n: Numbers, q: float = 0.5, conf: float = 0.95) -> Pair: ...
def quantile_ranks(n: Any, q: float = 0.5, conf: float = 0.95) -> Pair:
    """1-based ranks of the sorted values that bound the q-quantile of n values.

    For a whole number n: ints, or None for a limit that so few values cannot give (both, below 6 values, for the
    median). For an array of n: two float arrays with NaN in those places; thousands of cells take milliseconds.
    """
    tail = (1 - check_conf(conf)) / 2
    check_share("quantile", q)
    sizes = floats(n)
    with np.errstate(invalid="ignore"):
        if ((sizes < 0) | (sizes != np.floor(sizes)) & ~np.isnan(sizes)).any():
            raise BadValue("A number of values must be whole and not negative.", "Count the rows.")
        counted = np.where(sizes > 0, sizes, np.nan)
    whole = np.nan_to_num(counted).astype(np.int64)
    low, high = binomial_quantile(tail, whole, q), binomial_quantile(1 - tail, whole, q) + 1
    with np.errstate(invalid="ignore"):
        low, high = np.where(low >= 1, low, np.nan), np.where(high <= counted, high, np.nan)
    if sizes.ndim == 0:
        return _rank(low), _rank(high)
    return low, high


def quantile_interval(values: Numbers, q: float = 0.5, conf: float = 0.95) -> Pair:
    """Interval of the q-quantile of `values` in their own unit; unknown values are left out.

    NaN for a limit that so few values cannot give: a two-sided 95 % interval needs 6 values for the median, 36 for the
    90th, 72 for the 95th and 368 for the 99th percentile.
    """
    flat = known(values)
    return _at_ranks(flat, quantile_ranks(len(flat), q, conf))


def order_interval(values: Numbers, ranks: tuple[int | None, int | None]) -> Pair:
    """The values at two 1-based ranks, of values in any order; NaN where the rank is None. Unknown values are left out."""
    return _at_ranks(known(values), ranks)


def mean_interval(values: Numbers, conf: float = 0.95) -> Pair:
    """Student's t interval of the mean; NaN below 2 values.

    For long-tailed durations it is too narrow until there are thousands (it covers about 83 % at 30, 92 % at 300).
    """
    flat = known(values)
    if len(flat) < 2:
        return float("nan"), float("nan")
    return mean_interval_of(flat.mean(), flat.std(ddof=1), len(flat), conf)


def mean_interval_of(mean: Numbers, deviation: Numbers, n: Numbers, conf: float = 0.95) -> Pair:
    """`mean_interval` from sums already made by a query: mean, sample standard deviation, number of values (arrays fit)."""
    centre, spread, size = floats(mean), floats(deviation), floats(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = t_of(conf, size - 1) * spread / np.sqrt(np.where(size > 1, size, np.nan))
    return pair(centre - half, centre + half)


def geometric_mean(values: Numbers, shift: float = 0.0) -> float:
    """exp(mean(log(value + shift))) - shift; NaN without values. Zero durations need a shift (60 for one minute)."""
    logs = _logs(values, shift)
    return float(np.exp(logs.mean()) - shift) if len(logs) else float("nan")


def geometric_mean_interval(values: Numbers, shift: float = 0.0, conf: float = 0.95) -> Pair:
    """Interval of the geometric mean (t interval on the log scale): the steady way to follow long-tailed durations.

    BadValue when a value + shift is not above 0; NaN below 2 values.
    """
    low, high = mean_interval(_logs(values, shift), conf)
    return pair(np.exp(low) - shift, np.exp(high) - shift)


def sample_size_mean(change: float, log_deviation: float, power: float = 0.8, conf: float = 0.95) -> int:
    """Tickets needed in *each* period to see the mean of log-normal durations move by the share `change` (0.05 = 5 %).

    `log_deviation` is the standard deviation of log(duration); 1.0 to 1.5 is usual for support tickets.
    """
    check_share("change", change)
    return int(np.ceil(2 * detection_factor(power, conf) * np.expm1(log_deviation**2) / change**2))


def sample_size_geometric_mean(change: float, log_deviation: float, power: float = 0.8, conf: float = 0.95) -> int:
    """As `sample_size_mean`, for a fall of the geometric mean by the share `change`."""
    check_share("change", change)
    return int(np.ceil(2 * detection_factor(power, conf) * log_deviation**2 / np.log1p(-change) ** 2))


def smallest_mean_change(n: Numbers, log_deviation: float, power: float = 0.8, conf: float = 0.95) -> Any:
    """The smallest change of the mean, as a share of it, that n tickets a period can show; may exceed 1. NaN for n = 0."""
    return plain(np.sqrt(2 * detection_factor(power, conf) * np.expm1(log_deviation**2) / _above_zero(n)))


def smallest_geometric_mean_change(n: Numbers, log_deviation: float, power: float = 0.8, conf: float = 0.95) -> Any:
    """The smallest fall of the geometric mean, as a share of it (0..1), that n tickets a period can show."""
    return plain(-np.expm1(-np.sqrt(2 * detection_factor(power, conf) * log_deviation**2 / _above_zero(n))))


def smallest_difference(n: Numbers, deviation: Numbers, power: float = 0.8, conf: float = 0.95) -> Any:
    """The smallest change of a mean, in its own unit, that n values a period with this standard deviation can show. NaN for n = 0.

    Normal approximation: n = 2 (1.96 + 0.84)^2 (deviation / change)^2, turned round.
    """
    return plain(np.sqrt(2 * detection_factor(power, conf) / _above_zero(n)) * floats(deviation))


def _at_ranks(flat: Array, ranks: tuple[int | None, int | None]) -> Pair:
    wanted = [rank for rank in ranks if rank is not None]
    outside = [rank for rank in wanted if not 1 <= rank <= len(flat)]
    if outside:
        raise BadValue(f"Rank {outside[0]} is outside 1 to {len(flat)}.", "Make the ranks with quantile_ranks(len(values)).")
    ordered = np.partition(flat, [rank - 1 for rank in wanted]) if wanted else flat
    low, high = (float("nan") if rank is None else float(ordered[rank - 1]) for rank in ranks)
    return low, high


def _above_zero(n: Numbers) -> Array:
    size = floats(n)
    with np.errstate(invalid="ignore"):
        return np.where(size > 0, size, np.nan)


def _rank(rank: Array) -> int | None:
    return None if np.isnan(rank) else int(rank)


def _logs(values: Numbers, shift: float) -> Array:
    flat = known(values) + shift
    if (flat <= 0).any():
        raise BadValue(
            "A geometric mean needs values above 0.",
            "Durations of 0 seconds need shift=60, which counts every duration one minute longer.",
        )
    return np.log(flat)
