"""What every function of `kpi.stats` shares: numbers in, numbers out, unknown stays unknown.

Every argument may be a single number or an array; None, NaN and NULL mean unknown and give NaN back, never 0 and never
a warning. Intervals are `(low, high)`; NaN stands for a limit that cannot be given. A wish that makes no sense (more
successes than trials, a confidence of 95 instead of 0.95) raises `BadValue`.
"""

from __future__ import annotations

from importlib import import_module
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from kpi.errors import BadValue

Numbers: TypeAlias = npt.ArrayLike
Array: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[Any, Any]
"""(low, high): two floats when every argument is a single number, else two float arrays of the arguments' common shape."""


def scipy_part(name: str) -> Any:
    """A part of scipy ("integrate", "optimize"), loaded on first use: a cold start must not pay for it."""
    return import_module(f"scipy.{name}")


def special() -> Any:
    """`scipy.special`, loaded on first use."""
    return scipy_part("special")


def floats(values: Any) -> Array:
    """A float array with NaN for unknown, from a number, list, array, pandas or Arrow column.

    Raises BadValue for anything that is not a number.
    """
    try:
        if hasattr(values, "to_numpy") and hasattr(values, "dtype"):  # a pandas column: its own NA has no float of itself
            values = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadValue(f"Statistics need numbers, not {_shown(values)}.", "Read the column as numbers first.") from error


def known(values: Any) -> Array:
    """The known values as a flat float array: NaN dropped. Infinite values raise BadValue."""
    flat = floats(values).ravel()
    flat = flat[~np.isnan(flat)]
    if np.isinf(flat).any():
        raise BadValue("A value is infinite.", "Leave it empty when it is unknown.")
    return flat


def plain(value: Any) -> Any:
    """A float for a single number, the array itself otherwise."""
    array = np.asarray(value, dtype=np.float64)
    return float(array) if array.ndim == 0 else array


def pair(low: Any, high: Any) -> Pair:
    """(low, high) as floats or arrays."""
    return plain(low), plain(high)


def z_of(conf: float) -> float:
    """The two-sided normal quantile: 1.96 for conf = 0.95."""
    return NormalDist().inv_cdf(0.5 + check_conf(conf) / 2)


def t_of(conf: float, df: Any) -> Any:
    """The two-sided quantile of Student's t with `df` degrees of freedom; NaN where df <= 0."""
    df = floats(df)
    return plain(special().stdtrit(np.where(df > 0, df, np.nan), 0.5 + check_conf(conf) / 2))


def t_p_value(t: Any, df: Any) -> Any:
    """Two-sided p-value of a t statistic with `df` degrees of freedom."""
    return plain(np.minimum(1.0, 2 * special().stdtr(floats(df), -np.abs(floats(t)))))


def normal_p_value(z: Any) -> Any:
    """Two-sided p-value of a z statistic."""
    return plain(2 * special().ndtr(-np.abs(floats(z))))


def binomial_quantile(probability: float, n: Numbers, share: float) -> Array:
    """Smallest k with P(Binomial(n, share) <= k) >= probability, n whole: `scipy.stats.binom.ppf` without its slow import."""
    size = np.asarray(n, dtype=np.int64)
    k = np.clip(np.ceil(special().bdtrik(probability, size, share)), 0, size)
    # the root finder may land one beside a step of the distribution: ask the distribution itself
    one_less = np.maximum(k - 1, 0)
    k = np.where(special().bdtr(one_less, size, share) >= probability, one_less, k)
    return floats(np.where(special().bdtr(k, size, share) >= probability, k, k + 1))


def check_conf(conf: float) -> float:
    """`conf` itself, when it is between 0 and 1."""
    return check_share("confidence", conf, "Write 0.95 for 95 %.")


def check_share(name: str, value: float, hint: str = "Write 0.9 for 90 %.") -> float:
    """`value` itself, when it is strictly between 0 and 1."""
    if not 0 < value < 1:
        raise BadValue(f"The {name} must lie between 0 and 1, not {value}.", hint)
    return float(value)


def check_counts(successes: Array, trials: Array) -> None:
    """Raises BadValue when a count is negative or a part is greater than its whole. Unknown counts pass."""
    with np.errstate(invalid="ignore"):
        if (successes < 0).any() or (trials < 0).any():
            raise BadValue("A count is negative.", "Counts start at 0.")
        if (successes > trials * (1 + 1e-12)).any():
            raise BadValue("A numerator is greater than its denominator.", "Check that both count the same rows.")


def same_length(**columns: npt.NDArray[Any]) -> None:
    """Raises BadValue unless all named arrays have the same length."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise BadValue(f"The columns differ in length: {said}.", "Give one value per row in each.")


def _shown(values: Any) -> str:
    shown = repr(values)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
