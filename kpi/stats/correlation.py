"""Do two facts of a ticket go together ("do customers who waited longer rate lower")?

With 100 000 tickets every p-value is tiny, so the size of the link matters, with an interval that knows that tickets of
one agent resemble each other, and the link *within* segments beside the pooled one (Simpson's paradox).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from math import isnan
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats, plain, same_length, special, t_of, t_p_value, z_of
from kpi.stats.proportions import FEWEST_CLUSTERS, newcombe
from kpi.stats.series import NAN, correlation_interval, correlation_p_value, pearson, ranks

EXACT_BELOW = 10
"""Below this many tickets the p-value is counted out over all orders: approximations fail there."""


@dataclass(frozen=True)
class TicketCorrelation:
    """The pooled link `r` (-1..1) with `low`, `high`, `p`, over `n` tickets of `clusters` agents (0: not given).

    With segments: `within_r`, `within_low`, `within_high` and `within_p` compare tickets of the same segment only, `by_segment` holds
    (segment, r, n), and `is_mix_effect` warns that the pooled link comes from the mix of segments: trust `within_r`.
    """

    r: float
    low: float
    high: float
    p: float
    n: int
    clusters: int
    within_r: float = NAN
    within_low: float = NAN
    within_high: float = NAN
    by_segment: tuple[tuple[Any, float, int], ...] = ()
    is_mix_effect: bool = False
    within_p: float = NAN


def correlate_tickets(
    first: Numbers,
    second: Numbers,
    clusters: Sequence[Any] | None = None,
    segments: Sequence[Any] | None = None,
    method: str = "spearman",
    conf: float = 0.95,
) -> TicketCorrelation:
    """The link between two facts of a ticket; rows where either is unknown are left out.

    `clusters` names the agent of each ticket: the interval then allows for tickets of one agent being alike, and is
    NaN below 5 agents. `segments` names the channel or category. NaN throughout below 4 tickets or when one fact
    never varies. A million rows take about a second ("pearson": a third of that).
    """
    x, y = floats(first).ravel(), floats(second).ravel()
    same_length(first=x, second=y)
    if method not in ("pearson", "spearman"):
        raise BadValue(f"There is no correlation {method!r}.", "Use 'pearson' or 'spearman'.")
    both = ~np.isnan(x) & ~np.isnan(y)
    agent = None if clusters is None else _codes(clusters, both)[1]
    segment_names, segment = (None, None) if segments is None else _codes(segments, both)
    x, y = (ranks(x[both]), ranks(y[both])) if method == "spearman" else (x[both], y[both])
    r, low, high, p = linked(x, y, agent, method, conf)
    agents = 0 if agent is None else len(np.unique(agent))
    if segment is None or segment_names is None:
        return TicketCorrelation(r, low, high, p, len(x), agents)
    # every segment is its own small table
    each = [(name, pearson(x[segment == k], y[segment == k]), int((segment == k).sum())) for k, name in enumerate(segment_names)]
    within_x, within_y = x - _means(x, segment), y - _means(y, segment)
    within, within_low, within_high, within_p = linked(within_x, within_y, agent, method, conf, spent=len(segment_names) - 1)
    values = [one for _, one, count in each if count >= 4 and not np.isnan(one)]
    outside = bool(values) and not min(values) <= r <= max(values)
    is_mix = bool(outside or r * within < 0)
    return TicketCorrelation(r, low, high, p, len(x), agents, within, within_low, within_high, tuple(each), is_mix, within_p)


def compare_thirds(driver: Numbers, outcome: Numbers, conf: float = 0.95) -> tuple[float, float, float]:
    """(difference, low, high) of a yes/no outcome between the highest and the lowest third of a driver, in -1..1.

    "Customers who waited longest are 12 points less often satisfied." NaN when the driver does not split in thirds.
    """
    x, y = floats(driver).ravel(), floats(outcome).ravel()
    same_length(driver=x, outcome=y)
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if len(x) < 3:
        return NAN, NAN, NAN
    lower, upper = np.quantile(x, [1 / 3, 2 / 3])
    low_third, high_third = y[x <= lower], y[x > upper]
    if not len(high_third):
        return NAN, NAN, NAN
    limits = newcombe(high_third.sum(), len(high_third), low_third.sum(), len(low_third), conf=conf)
    return float(high_third.mean() - low_third.mean()), *limits


def partial_correlation(first: Numbers, second: Numbers, others: Numbers) -> tuple[float, float, float]:
    """(r, t, p) of two columns with `others` (n x k) held equal, by least squares; NaN when too few rows are left."""
    x, y, held = floats(first).ravel(), floats(second).ravel(), floats(others)
    held = held.reshape(len(x), -1)
    same_length(first=x, second=y)
    seen = ~np.isnan(x) & ~np.isnan(y) & ~np.isnan(held).any(axis=1)
    design = np.column_stack([np.ones(int(seen.sum())), held[seen]])
    df = int(seen.sum()) - 2 - held.shape[1]
    if df < 1:
        return NAN, NAN, NAN
    left = [v[seen] - design @ np.linalg.lstsq(design, v[seen], rcond=None)[0] for v in (x, y)]
    r = pearson(*left)
    t = r * np.sqrt(df / max(1 - r * r, 1e-300))
    return r, float(t), float(t_p_value(t, df))


def mantel_haenszel(tables: Numbers, conf: float = 0.95) -> tuple[float, float, float, float, float]:
    """(odds ratio, low, high, chi-squared, p) of two yes/no facts inside segments; `tables` is segments x 2 x 2.

    The odds ratio (1: no link) pools what every segment says about the comparison inside it (Mantel and Haenszel 1959;
    interval Robins, Breslow and Greenland 1986; chi-squared with continuity correction). Empty segments drop out.
    """
    cells = floats(tables)
    if cells.ndim != 3 or cells.shape[1:] != (2, 2):
        raise BadValue("Mantel-Haenszel needs one 2 x 2 table per segment.", "Pass an array of shape (segments, 2, 2).")
    cells = cells[cells.sum(axis=(1, 2)) > 1]
    a, b, c, d = cells[:, 0, 0], cells[:, 0, 1], cells[:, 1, 0], cells[:, 1, 1]
    n = a + b + c + d
    agree, differ = a * d / n, b * c / n
    top, bottom = agree.sum(), differ.sum()
    spread = ((a + b) * (c + d) * (a + c) * (b + d) / (n**2 * np.maximum(n - 1, 1))).sum()
    if not top > 0 or not bottom > 0 or not spread > 0:
        return NAN, NAN, NAN, NAN, NAN
    ratio = top / bottom
    share_agree, share_differ = (a + d) / n, (b + c) / n
    variance = (
        (share_agree * agree).sum() / (2 * top**2)
        + (share_agree * differ + share_differ * agree).sum() / (2 * top * bottom)
        + (share_differ * differ).sum() / (2 * bottom**2)
    )
    half = z_of(conf) * np.sqrt(variance)
    off = abs((a - (a + b) * (a + c) / n).sum())
    chi_squared = (off - min(0.5, off)) ** 2 / spread
    limits = float(ratio * np.exp(-half)), float(ratio * np.exp(half))
    return float(ratio), *limits, float(chi_squared), float(special().chdtrc(1, chi_squared))


def reliability(between_deviation: Numbers, share: Numbers, n: Numbers) -> Any:
    """How much of a weekly share's movement is real, 0..1 (best): the rest is the luck of n answers a week.

    `between_deviation` is the standard deviation of the true weekly share. A correlation shrinks by its square root.
    """
    real, p, size = floats(between_deviation) ** 2, floats(share), floats(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        return plain(real / (real + p * (1 - p) / np.where(size > 0, size, np.nan)))


def arithmetic_correlation(cv_first: float, cv_second: float, cv_shared: float) -> float:
    """The correlation two unrelated figures get from a shared denominator (Pearson 1897), from coefficients of variation."""
    return cv_shared**2 / float(np.sqrt((cv_first**2 + cv_shared**2) * (cv_second**2 + cv_shared**2)))


def linked(x: Array, y: Array, agent: Any, method: str, conf: float, spent: int = 0) -> tuple[float, float, float, float]:
    """(r, low, high, p); x and y are ranks already for "spearman"; `spent` degrees of freedom went into segment means."""
    return linked_standard(standardised(x), standardised(y), agent, method, conf, spent)


def standardised(values: Array) -> Array | None:
    """The values with mean 0 and deviation 1; None when they never vary or are fewer than 4."""
    if len(values) < 4:
        return None
    centred = values - values.mean()
    spread = float((centred * centred).sum())
    if not spread > 0:
        return None
    centred *= np.sqrt(len(values) / spread)
    return floats(centred)


def linked_standard(
    x: Array | None, y: Array | None, agent: Any, method: str, conf: float, spent: int = 0
) -> tuple[float, float, float, float]:
    """As `linked`, of columns that are `standardised` already."""
    if x is None or y is None:
        return NAN, NAN, NAN, NAN
    n, together = len(x), x * y
    r = float(together.sum() / n)
    r = float(np.sign(r)) if abs(r) > 1 - 1e-12 else r  # the same twice is no matter of rounding
    if agent is None:
        limits = correlation_interval(r, n - spent, method, conf)
        exact = n < EXACT_BELOW and method == "spearman" and not spent
        return r, *limits, _exact_p_value(x, y) if exact else float(correlation_p_value(r, n - spent))
    codes = np.asarray(agent, dtype=np.int64)
    size = x * x
    size += y * y
    size *= r / 2
    low, high, p = clustered_limits(floats(r), floats(np.bincount(codes, weights=together - size)[np.bincount(codes) > 0]), n, conf, spent)
    return r, float(low), float(high), float(p)


def clustered_limits(r: Array, influence: Array, n: int, conf: float, spent: int) -> tuple[Array, Array, Array]:
    """(low, high, p) of links r of n rows when tickets of one agent are alike; NaN below 5 agents. `influence` has a place per agent, last.

    `influence` is how much each agent's tickets move r (Hampel 1974): the sum of xy - r (x² + y²) / 2 of standardised x and y, so it is the same for
    (x, y) and (y, x). The error is never below the plain one: a sum over few agents is too small by luck just when r is large by luck (Angrist
    and Pischke 2009, section 8.2.3). Without this floor 67 tickets of 28 agents in 17 segments that were shuffled passed p < .0002 in .0075 of
    cases, 3,682 whose driver lies with few agents in .00125; with it in none of 4,000.
    """
    clusters = influence.shape[-1]
    if clusters < FEWEST_CLUSTERS:
        nothing = np.full_like(r, NAN)
        return nothing, nothing, nothing
    left = max(1, n - 2 - spent)
    error = np.sqrt(clusters / (clusters - 1) * (n - 1) / left * (influence**2).sum(axis=-1)) / n
    error = np.maximum(error, np.sqrt(np.maximum(0.0, 1 - r * r) / left))
    half = t_of(conf, clusters - 1.0) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(error > 0, t_p_value(r / error, clusters - 1.0), NAN)
    return floats(np.clip(r - half, -1, 1)), floats(np.clip(r + half, -1, 1)), floats(p)


def _exact_p_value(x: Array, y: Array) -> float:
    """Share of all orders of y that are at least as strongly linked to x; 9 values have 362 880 orders."""
    orders = np.array(list(permutations(range(len(y)))), dtype=np.int8)
    strength = np.abs(y[orders] @ (x - x.mean()))
    return float((strength >= abs(y @ (x - x.mean())) - 1e-9).mean())


def _codes(labels: Any, keep: Any) -> tuple[list[Any], Array]:
    """(names, code of each kept row); an unknown label is a segment of its own."""
    listed = np.asarray(["(none)" if _is_unknown(v) else v for v in labels], dtype=object)
    if len(listed) != len(keep):
        raise BadValue("Clusters and segments need one label per ticket.", "Give one value per row in each.")
    names = list(dict.fromkeys(listed[keep]))
    place = {name: code for code, name in enumerate(names)}
    return names, np.array([place[v] for v in listed[keep]], dtype=np.int64)


def _is_unknown(label: Any) -> bool:
    """None, NaN, or pandas' NA and NaT, without importing pandas."""
    return label is None or type(label).__name__ in ("NAType", "NaTType") or (isinstance(label, float) and isnan(label))


def _means(values: Array, segment: Array) -> Array:
    codes = segment.astype(np.int64)
    return (np.bincount(codes, weights=values) / np.bincount(codes))[codes]
