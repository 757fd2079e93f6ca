"""Shares and rare counts: CSAT, first contact resolution, SLA met, reopen rate, escalations.

Sources: Wilson 1927; Newcombe 1998, Statistics in Medicine 17:857 and 17:873; Kish 1965; Clopper and Pearson 1934;
Zou and Donner 2008 (method of variance estimates recovery); Garwood 1936 (exact Poisson).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import (
    Array,
    Numbers,
    Pair,
    check_conf,
    check_counts,
    check_share,
    floats,
    normal_p_value,
    pair,
    plain,
    same_length,
    special,
    z_of,
)

FEWEST_CLUSTERS = 5
"""Below this many agents or customers the spread between them cannot be told, so nothing is claimed."""


def wilson(successes: Numbers, trials: Numbers, conf: float = 0.95, deff: Numbers = 1.0) -> Pair:
    """Wilson score interval of a share, in 0..1; works on whole columns at once.

    `deff` is the design effect (`design_effect`) when several answers come from one agent or customer.
    NaN where a count or the design effect is unknown, or trials is 0. BadValue when successes > trials.
    """
    x, n, effect = floats(successes), floats(trials), floats(deff)
    check_counts(x, n)
    z = z_of(conf)
    with np.errstate(invalid="ignore", divide="ignore"):
        n_effective = np.where(n > 0, n / np.maximum(effect, 1.0), np.nan)
        p = x / n
        scale = 1 + z * z / n_effective
        centre = (p + z * z / (2 * n_effective)) / scale
        half = z / scale * np.sqrt(p * (1 - p) / n_effective + z * z / (4 * n_effective**2))
    whole = np.isnan(half)
    low = np.where((x == 0) & ~whole, 0.0, np.clip(centre - half, 0, 1))
    high = np.where((x == n) & ~whole, 1.0, np.clip(centre + half, 0, 1))
    return pair(low, high)


def clopper_pearson(successes: Numbers, trials: Numbers, conf: float = 0.95) -> Pair:
    """Exact ("never too short") interval of a share, in 0..1. Wider than Wilson; for small expected counts."""
    x, n = floats(successes), floats(trials)
    check_counts(x, n)
    tail = (1 - check_conf(conf)) / 2
    x, n = np.broadcast_arrays(x, np.where(n > 0, n, np.nan))
    inverse = special().betaincinv
    with np.errstate(invalid="ignore"):
        low = np.where(x == 0, 0.0, inverse(np.maximum(x, 0.5), n - x + 1, tail))
        high = np.where(x == n, 1.0, inverse(x + 1, np.maximum(n - x, 0.5), 1 - tail))
    unknown = np.isnan(x) | np.isnan(n)
    return pair(np.where(unknown, np.nan, low), np.where(unknown, np.nan, high))


def mover_difference(a: Numbers, a_low: Numbers, a_high: Numbers, b: Numbers, b_low: Numbers, b_high: Numbers) -> Pair:
    """Interval of a - b from the two estimates and their own intervals (method of variance estimates recovery).

    Works for any two independent estimates (medians, NPS, means); with Wilson intervals it is Newcombe's.
    Each limit is NaN where the two limits it is made of are not both known.
    """
    first, first_low, first_high = floats(a), floats(a_low), floats(a_high)
    second, second_low, second_high = floats(b), floats(b_low), floats(b_high)
    change = first - second
    return pair(
        change - np.hypot(first - first_low, second_high - second),
        change + np.hypot(first_high - first, second - second_low),
    )


def mover_ratio(a: Numbers, a_low: Numbers, a_high: Numbers, b: Numbers, b_low: Numbers, b_high: Numbers) -> Pair:
    """Interval of a / b for positive quantities: `mover_difference` on the log scale. 1 means no change.

    NaN where a value needed is unknown or not above 0.
    """
    logs = [np.log(np.where(v > 0, v, np.nan)) for v in map(floats, (a, a_low, a_high, b, b_low, b_high))]
    low, high = mover_difference(*logs)
    return pair(np.exp(low), np.exp(high))


def newcombe(
    successes_a: Numbers,
    trials_a: Numbers,
    successes_b: Numbers,
    trials_b: Numbers,
    *,
    conf: float = 0.95,
    deff_a: Numbers = 1.0,
    deff_b: Numbers = 1.0,
) -> Pair:
    """Newcombe's hybrid score interval (his method 10) of share a - share b, in -1..1.

    0 inside the interval means: no clear difference. NaN where a share is unknown.
    """
    low_a, high_a = wilson(successes_a, trials_a, conf, deff_a)
    low_b, high_b = wilson(successes_b, trials_b, conf, deff_b)
    return mover_difference(share(successes_a, trials_a), low_a, high_a, share(successes_b, trials_b), low_b, high_b)


def share(successes: Numbers, trials: Numbers) -> Any:
    """successes / trials in 0..1; NaN where trials is 0 or something is unknown."""
    x, n = floats(successes), floats(trials)
    with np.errstate(invalid="ignore", divide="ignore"):
        return plain(np.where(n > 0, x / n, np.nan))


def pooled_z(successes_a: Numbers, trials_a: Numbers, successes_b: Numbers, trials_b: Numbers) -> Any:
    """z of the difference of two shares under "both are the same" (squared: the chi-squared of the 2 x 2 table).

    0 when the pooled share is 0 or 1; NaN when a side is empty.
    """
    x_a, n_a, x_b, n_b = floats(successes_a), floats(trials_a), floats(successes_b), floats(trials_b)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (x_a + x_b) / (n_a + n_b)
        variance = pooled * (1 - pooled) * (1 / n_a + 1 / n_b)
        z = np.where(variance > 0, (x_a / n_a - x_b / n_b) / np.sqrt(np.maximum(variance, 0)), 0.0)
        return plain(np.where((n_a > 0) & (n_b > 0) & ~np.isnan(variance), z, np.nan))


def share_test(successes_a: Numbers, trials_a: Numbers, successes_b: Numbers, trials_b: Numbers) -> Any:
    """Two-sided p-value that two shares are the same (chi-squared test without continuity correction)."""
    return normal_p_value(pooled_z(successes_a, trials_a, successes_b, trials_b))


def design_effect(totals: Numbers, sizes: Numbers, variance: float | None = None) -> float:
    """How much clustering widens the variance of a share: >= 1, and 1 means not at all.

    One entry per cluster (agent or customer): `sizes` answers, of which `totals` count. `variance` is that of a single
    answer, p(1-p) by default; give p + d - (p-d)^2 for NPS with totals = promoters - detractors.
    NaN (claim nothing) with fewer than 5 clusters; clusters with an unknown or zero size are left out.
    """
    x, m = floats(totals).ravel(), floats(sizes).ravel()
    same_length(totals=x, sizes=m)
    seen = ~np.isnan(x) & (m > 0)
    x, m = x[seen], m[seen]
    clusters, n = len(m), m.sum()
    if clusters < FEWEST_CLUSTERS:
        return float("nan")
    mean = x.sum() / n
    single = mean * (1 - mean) if variance is None else variance
    if single <= 0:
        return 1.0
    clustered = clusters / (clusters - 1) * ((x - mean * m) ** 2).sum() / n**2
    return max(1.0, float(clustered / (single / n)))


def poisson_interval(events: Numbers, exposure: Numbers = 1.0, conf: float = 0.95) -> Pair:
    """Exact interval of a rare count (escalations a week), per unit of `exposure`; low is 0 for no events."""
    k, size = floats(events), floats(exposure)
    with np.errstate(invalid="ignore"):
        if (k < 0).any():
            raise BadValue("A count is negative.", "Counts start at 0.")
    tail = (1 - check_conf(conf)) / 2
    size = np.where(size > 0, size, np.nan)
    inverse = special().gammaincinv
    low = np.where(k == 0, 0.0, inverse(np.where(k == 0, 1.0, k), tail))
    return pair(low / size, inverse(k + 1, 1 - tail) / size)


def sample_size_shares(before: float, after: float, power: float = 0.8, conf: float = 0.95) -> int:
    """Answers needed in *each* period to see a share move from `before` to `after` with the given power."""
    check_share("share before", before)
    check_share("share after", after)
    if before == after:
        raise BadValue("No number of answers shows a change of 0.", "Give two different shares.")
    spread = before * (1 - before) + after * (1 - after)
    return int(np.ceil(detection_factor(power, conf) * spread / (before - after) ** 2))


def smallest_share_change(before: float, trials: Numbers, better: str = "higher", power: float = 0.8, conf: float = 0.95) -> Any:
    """The smallest change of a share that `trials` answers a period can show (inverse of `sample_size_shares`), >= 0.

    `better` is the side looked at: "higher" or "lower". NaN where even the end of the scale could not be told apart.
    """
    if better not in ("higher", "lower"):
        raise BadValue(f"A share gets better when it is 'higher' or 'lower', not {better!r}.", "Name the side to look at.")
    check_share("share before", before)
    sign = 1.0 if better == "higher" else -1.0
    n = floats(trials)
    # d^2 = k (p q + (p + s d)(q - s d)) solved for d, with k = factor / n and s = sign
    with np.errstate(invalid="ignore", divide="ignore"):
        k: Array = np.where(n > 0, detection_factor(power, conf) / n, np.nan)
        linear = sign * k * (1 - 2 * before)
        change = (linear + np.sqrt(linear**2 + 8 * k * (1 + k) * before * (1 - before))) / (2 * (1 + k))
        room = 1 - before if sign > 0 else before
        return plain(np.where(change <= room, change, np.nan))


def detection_factor(power: float = 0.8, conf: float = 0.95) -> float:
    """(z of conf + z of power)^2: 7.849 for 95 % and 80 %."""
    return (z_of(conf) + NormalDist().inv_cdf(check_share("power", power))) ** 2
