"""Simulated series, and how near a share that was found must lie to the published one."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BEFORE = 60
"""Periods a world runs before anybody looks."""
WIDE = 3.5
"""Standard deviations of counting noise, of both simulations together, that are allowed: about one false failure in 2,000 rows."""


def memory(rng: np.random.Generator, runs: int, n: int, phi: float) -> Floats:
    """`runs` series of n periods with first-order memory phi and standard deviation 1."""
    news = rng.normal(size=(runs, n + BEFORE)) * math.sqrt(1 - phi * phi)
    for t in range(1, n + BEFORE):
        news[:, t] += phi * news[:, t - 1]
    return news[:, BEFORE:]


def near(found: float, runs: int, published: float, published_runs: int, slack: float = 0.0) -> bool:
    """Whether a share differs from the published one by no more than the luck of both simulations (and `slack`, where the world is not told
    in full); a published share of 0 or 1 counts as one case off.
    """
    share = min(max(published, 1 / published_runs), 1 - 1 / published_runs)
    noise = math.sqrt(share * (1 - share) * (1 / runs + 1 / published_runs))
    return abs(found - published) <= WIDE * noise + slack + 0.0005  # published to three decimals


def misses(rows: dict[object, tuple[float, float]], runs: int, published_runs: int, slack: float = 0.0) -> list[str]:
    """The rows (name -> found, published) that lie too far off, in words."""
    return [f"{name}: found {f:.3f}, published {p:.3f}" for name, (f, p) in rows.items() if not near(f, runs, p, published_runs, slack)]
