"""Section 4 of the statistics page, the whole table: how often two series that have nothing to do with each other look linked, by method.

Ours (an effective number of periods; prewhitening as second opinion) are two of its columns. The block bootstrap is not repeated: the length
of its blocks is not published.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from kpi.stats import correlate_series, correlation_p_value, residuals
from kpi.stats.series import pearson
from tests.simulation.worlds import Floats, memory, misses
from tests.stats import rivals

pytestmark = pytest.mark.simulation

WEEKDAYS = np.array([3.0, 2.0, 1.0, 0.5, 0.0, -2.0, -3.0])
BY = ("naive", "adjusted", "n_eff", "Pyper-Peterman", "first differences", "prewhitened", "HAC", "circular shift")
WRONG = {
    (26, 0.0, 0.0, None): (0.044, 0.044, 0.041, 0.037, 0.084, 0.043, 0.153, 0.047),
    (26, 0.5, 0.0, None): (0.108, 0.098, 0.040, 0.056, 0.061, 0.053, 0.220, 0.061),
    (52, 0.3, 0.0, None): (0.070, 0.075, 0.051, 0.050, 0.081, 0.057, 0.142, 0.050),
    (52, 0.5, 0.0, None): (0.114, 0.118, 0.046, 0.054, 0.059, 0.050, 0.161, 0.053),
    (52, 0.7, 0.0, None): (0.240, 0.226, 0.043, 0.070, 0.046, 0.049, 0.221, 0.069),
    (52, 0.9, 0.0, None): (0.470, 0.422, 0.018, 0.112, 0.045, 0.052, 0.338, 0.096),
    (52, 0.5, 2.0, None): (0.481, 0.115, 0.046, 0.050, 0.058, 0.051, 0.170, 0.053),
    (104, 0.0, 2.0, None): (0.735, 0.053, 0.051, 0.050, 0.106, 0.055, 0.104, 0.050),
    (182, 0.5, 0.0, 7): (1.000, 0.124, 0.042, 0.043, 0.057, 0.046, 0.103, 0.052),
    (364, 0.7, 0.0, 7): (1.000, 0.253, 0.046, 0.053, 0.059, 0.049, 0.098, 0.062),
}
"""Periods, memory, drift in standard deviations, season -> share of pairs called linked at 5 %, in the order of BY; 2,000 pairs each."""
SLACK = 0.02
"""How far differences and the lag of HAC were taken is not told."""


def judged(x: Floats, y: Floats, period: int | None) -> tuple[float, ...]:
    """The p-value of a link by each method."""
    n = len(x)
    (a, removed), (b, _) = residuals(x, period), residuals(y, period)
    r = pearson(a, b)
    ours = correlate_series(x, y, period)
    steps = [residuals(np.diff(one), period, trend=False)[0] for one in (x, y)]
    hac = rivals.newey_west(b, np.column_stack([np.ones(n), a]), math.ceil(1.3 * math.sqrt(n)), df=n - 2)
    return (
        correlation_p_value(pearson(x, y), n),
        correlation_p_value(r, n - removed),
        ours.p,
        correlation_p_value(r, rivals.pyper_peterman(a, b)),
        correlation_p_value(pearson(*steps), n - (period or 1)),
        ours.second_p,
        float(hac.p[1]),
        rivals.circular_shift(a, b) if n < 100 else float("nan"),  # a hundred correlations a pair; the short rows tell enough
    )


def test_false_links_by_method() -> None:
    rng, runs, found = np.random.default_rng(51), 400, {}
    for (n, phi, drift, period), published in WRONG.items():
        rhythm = np.resize(WEEKDAYS, n) if period else 0.0
        drifts = np.linspace(0, drift, n) * rng.choice([-1, 1], size=(2, runs, 1)) + rhythm
        pairs = zip(memory(rng, runs, n, phi) + drifts[0], memory(rng, runs, n, phi) + drifts[1], strict=True)
        p = np.array([judged(x, y, period) for x, y in pairs])
        shares = (p < 0.05).mean(axis=0)
        found |= {
            (n, phi, drift, name): (float(share), told)
            for name, share, told, known in zip(BY, shares, published, ~np.isnan(p).any(axis=0), strict=True)
            if known
        }
    assert not misses(found, runs, 2000, slack=SLACK)
