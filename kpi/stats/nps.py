"""Net promoter score, in points from -100 to +100 (best).

Interval: adjusted Wald (Rocks 2016, The American Statistician 70:365): add 3/4 promoter, 3/4 detractor and 3 answers,
centre on the adjusted value, clip to the scale. The score shown stays the raw one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, Pair, check_counts, check_share, floats, pair, plain, z_of

ADDED_EACH = 0.75
ADDED_ALL = 3.0


def nps(promoters: Numbers, passives: Numbers, detractors: Numbers) -> Any:
    """Promoters minus detractors as a share of answers, in points; NaN without answers."""
    up, total, down = _counts(promoters, passives, detractors)
    with np.errstate(invalid="ignore", divide="ignore"):
        return plain(100 * (up - down) / total)


def nps_standard_error(promoters: Numbers, passives: Numbers, detractors: Numbers) -> Any:
    """Standard error of the raw score, in points; 0 when everybody answers alike (which is why it makes no interval)."""
    up, total, down = _counts(promoters, passives, detractors)
    with np.errstate(invalid="ignore", divide="ignore"):
        return plain(100 * np.sqrt(_variance(up / total, down / total) / total))


def nps_interval(promoters: Numbers, passives: Numbers, detractors: Numbers, conf: float = 0.95, deff: Numbers = 1.0) -> Pair:
    """Adjusted Wald interval in points, clipped to -100..100. `deff`: see `design_effect`. NaN without answers.

    Not always centred on the score: 10 promoters of 10 give 47..100.
    """
    centre, error = _adjusted(promoters, passives, detractors, deff)
    half = z_of(conf) * error
    return pair(np.clip(100 * (centre - half), -100, 100), np.clip(100 * (centre + half), -100, 100))


def nps_difference(
    first: tuple[Numbers, Numbers, Numbers],
    second: tuple[Numbers, Numbers, Numbers],
    conf: float = 0.95,
    deffs: tuple[Numbers, Numbers] = (1.0, 1.0),
) -> Pair:
    """Interval of first - second in points, each given as (promoters, passives, detractors); within -200..200.

    0 inside the interval means: no clear difference.
    """
    centre_a, error_a = _adjusted(*first, deffs[0])
    centre_b, error_b = _adjusted(*second, deffs[1])
    half = z_of(conf) * np.hypot(error_a, error_b)
    change = centre_a - centre_b
    return pair(np.clip(100 * (change - half), -200, 200), np.clip(100 * (change + half), -200, 200))


def sample_size_nps(points: float, promoters: float, detractors: float, conf: float = 0.95) -> int:
    """Answers needed for an interval of +- `points`, given the shares of promoters and detractors (0..1)."""
    if points <= 0:
        raise BadValue("The half-width must be above 0 points.", "Ask for 5 or 10 points.")
    check_share("share of promoters", promoters)
    check_share("share of detractors", detractors)
    return int(np.ceil(z_of(conf) ** 2 * _variance(np.float64(promoters), np.float64(detractors)) / (points / 100) ** 2))


def _counts(promoters: Numbers, passives: Numbers, detractors: Numbers) -> tuple[Array, Array, Array]:
    up, middle, down = floats(promoters), floats(passives), floats(detractors)
    total = up + middle + down
    for part in (up, middle, down):
        check_counts(part, total)
    return up, np.where(total > 0, total, np.nan), down


def _variance(up: Any, down: Any) -> Any:
    return up + down - (up - down) ** 2


def _adjusted(promoters: Numbers, passives: Numbers, detractors: Numbers, deff: Numbers) -> tuple[Array, Array]:
    """Centre and standard error of the adjusted score, as shares; counts are shrunk by the design effect first."""
    up, total, down = _counts(promoters, passives, detractors)
    effect = np.maximum(floats(deff), 1.0)
    n = total / effect + ADDED_ALL
    up, down = (up / effect + ADDED_EACH) / n, (down / effect + ADDED_EACH) / n
    return up - down, np.sqrt(_variance(up, down) / n)
