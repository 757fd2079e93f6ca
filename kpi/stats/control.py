"""Control limits: which periods are out of the ordinary, and which are the usual up and down?

Process behaviour chart (Wheeler; NIST handbook 6.3.2.2) for times and scores, Laney's p' and u' (Laney 2002) for shares
and rates with large counts, exact binomial limits for small ones, and a rule for single days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, Pair, binomial_quantile, check_conf, check_counts, check_share, floats, known, pair, same_length

FROM_MEAN_RANGE = 2.66  # 3 / 1.128: three standard deviations from a mean moving range of two
RANGE_LIMIT = 3.268
RANGE_TO_DEVIATION = 1.128
LARGEST_PHI = 0.8


@dataclass(frozen=True)
class ControlLimits:
    """`low` and `high` (arrays when they differ by period) around `centre`, from `n` known periods.

    `spread` is the mean moving range (XmR), or for Laney charts how many times wider than chance the series moves;
    `range_limit` the most two neighbours should differ (XmR only). NaN below 2 known periods.
    """

    centre: float
    low: float | Array
    high: float | Array
    spread: float
    range_limit: float
    n: int

    def outside(self, values: Numbers) -> Array:
        """+1 above the limits, -1 below, 0 inside or unknown, for each value."""
        x = floats(values)
        with np.errstate(invalid="ignore"):
            return np.where(x > self.high, 1.0, np.where(x < self.low, -1.0, 0.0))


def xmr(values: Numbers, phi: float = 0.0) -> ControlLimits:
    """Natural process limits of single values in order of time (XmR chart); durations belong on the log scale first.

    `phi` (`lag1(values)`) widens the limits for series that remember, by 1/sqrt(1 - phi), phi cut to 0..0.8; unknown
    counts as 0. Moving ranges are taken between neighbours that are both known. Use 12 or more points as baseline.
    """
    x = floats(values).ravel()
    seen = ~np.isnan(x)
    moves = np.abs(np.diff(x))
    moves = moves[~np.isnan(moves)]
    nan = float("nan")
    if not len(moves):
        return ControlLimits(nan, nan, nan, nan, nan, int(seen.sum()))
    centre, spread = float(x[seen].mean()), float(moves.mean())
    half = FROM_MEAN_RANGE * spread * _widened(phi)
    return ControlLimits(centre, centre - half, centre + half, spread, RANGE_LIMIT * spread, int(seen.sum()))


def laney_p(successes: Numbers, trials: Numbers, phi: float = 0.0) -> ControlLimits:
    """Laney's p' limits of a share, one pair a period, within 0..1: widened by what weeks differ beyond counting luck.

    For large counts; below about 5 expected failures a period use `binomial_limits`. Periods without trials have none. `phi` widens the
    limits of a share that remembers as in `xmr`: its moving ranges are short by the same sqrt(1 - phi).
    """
    x, n = floats(successes).ravel(), floats(trials).ravel()
    check_counts(x, n)
    return _laney(x, n, share=True, phi=phi)


def laney_u(events: Numbers, exposure: Numbers) -> ControlLimits:
    """Laney's u' limits of a rate (events per unit of exposure), one pair a period, not below 0."""
    x, size = floats(events).ravel(), floats(exposure).ravel()
    if (x < 0).any() or (size < 0).any():
        raise BadValue("A count is negative.", "Counts start at 0.")
    return _laney(x, size, share=False)


def binomial_limits(trials: Numbers, share: float, conf: float = 0.9973) -> Pair:
    """Exact limits of a share with a known long-run `share`, per number of trials; at most (1 - conf) fall outside.

    0.9973 is what three standard deviations mean for a normal curve. NaN where trials is 0.
    """
    check_share("share", share)
    tail = (1 - check_conf(conf)) / 2
    n = floats(trials)
    size = np.nan_to_num(n).astype(np.int64)
    low, high = (binomial_quantile(p, size, share) for p in (tail, 1 - tail))
    counted = np.where(n > 0, n, np.nan)
    return pair(low / counted, high / counted)


def daily_oddity(values: Numbers, weeks: int = 8) -> Array:
    """How odd each day is, in standard deviations from the median of the same weekday in the weeks before; NaN for the first.

    The spread is pooled over all days of those weeks (median absolute deviation), because 8 Mondays are too few. Beyond
    4 (about 1 to 2 false alarms a year and KPI) is worth a look; count the KPIs watched.
    """
    x = floats(values).ravel()
    window = 7 * weeks
    out = np.full(len(x), np.nan)
    for day in range(window, len(x)):
        past = x[day - window : day].reshape(weeks, 7)  # columns are weekdays, the first that of `day`
        seen = ~np.isnan(past)
        if seen[:, 0].sum() < weeks // 2 or seen.sum() < window // 2:
            continue
        middle = np.array([np.median(past[seen[:, k], k]) if seen[:, k].any() else np.nan for k in range(7)])
        spread = 1.4826 * np.nanmedian(np.abs(past - middle)) * np.sqrt(weeks / (weeks - 1))
        out[day] = (x[day] - middle[0]) / spread if spread > 0 else np.nan
    return out


def _widened(phi: float) -> float:
    """Neighbours of a series that remembers lie close together: their ranges are short by sqrt(1 - phi)."""
    return float(1 / np.sqrt(1 - (0.0 if np.isnan(phi) else min(LARGEST_PHI, max(0.0, phi)))))


def _laney(x: Array, size: Array, share: bool, phi: float = 0.0) -> ControlLimits:
    same_length(numerator=x, denominator=size)
    size = np.where(size > 0, size, np.nan)
    seen = ~np.isnan(x) & ~np.isnan(size)
    nan = float("nan")
    if seen.sum() < 2:
        return ControlLimits(nan, np.full(len(x), nan), np.full(len(x), nan), nan, nan, int(seen.sum()))
    centre = float(x[seen].sum() / size[seen].sum())
    deviation = np.sqrt(centre * (1 - centre if share else 1.0) / size)
    if centre == 0 or (share and centre == 1):  # nothing ever happened, or always: nothing can be out of the ordinary yet
        return ControlLimits(centre, np.where(seen, centre, nan), np.where(seen, centre, nan), nan, nan, int(seen.sum()))
    z = (x / size - centre) / deviation
    moves = np.abs(np.diff(known(z)))
    spread = float(moves.mean()) / RANGE_TO_DEVIATION * _widened(phi)
    half = 3 * deviation * max(1.0, spread)
    top = 1.0 if share else np.inf
    return ControlLimits(centre, np.clip(centre - half, 0, top), np.clip(centre + half, 0, top), spread, nan, int(seen.sum()))
