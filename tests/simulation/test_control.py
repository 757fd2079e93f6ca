"""Section 5 of the statistics page: control limits and single days."""

from __future__ import annotations

import numpy as np
import pytest

from kpi.stats import binomial_limits, daily_oddity, lag1, laney_p, xmr
from tests.simulation.worlds import memory, misses

pytestmark = pytest.mark.simulation

NEW_WEEKS = {0.0: (0.160, 0.113), 0.3: (0.361, 0.141), 0.5: (0.594, 0.173), 0.7: (0.843, 0.228)}
"""Memory -> any false alarm in 26 new weeks with limits from 26 others: plain, and widened for memory."""
IN_SAMPLE = {0.0: 0.052, 0.3: 0.206, 0.5: 0.394, 0.7: 0.691}
"""Memory -> any false alarm among the 24 weeks the plain limits are made of."""
SPIKE = (0.76, 0.82)
"""A spike of four standard deviations is found this often with widened limits, over these memories."""
LANEY = {0.0: 0.023, 0.01: 0.051, 0.02: 0.057}
"""Standard deviation of the share between weeks -> any alarm in 26 weeks of about 2,000, with the spread never below 1."""


def test_limits_of_single_values() -> None:
    rng, runs = np.random.default_rng(21), 3000
    plain, widened, inside, spikes = {}, {}, {}, []
    for phi, (published, adjusted) in NEW_WEEKS.items():
        worlds = memory(rng, runs, 52, phi)
        limits = [(xmr(x[:26]), xmr(x[:26], lag1(x[:26]))) for x in worlds]
        plain[phi] = float(np.mean([a.outside(x[26:]).any() for (a, _), x in zip(limits, worlds, strict=True)])), published
        widened[phi] = float(np.mean([b.outside(x[26:]).any() for (_, b), x in zip(limits, worlds, strict=True)])), adjusted
        inside[phi] = float(np.mean([xmr(x[:24]).outside(x[:24]).any() for x in worlds])), IN_SAMPLE[phi]
        spikes.append(float(np.mean([b.outside(x[40] + 4.0) == 1 for (_, b), x in zip(limits, worlds, strict=True)])))
    assert not misses(plain, runs, 2000)
    assert not misses(widened, runs, 2000)
    assert not misses(inside, runs, 2000)
    assert min(spikes) > SPIKE[0] - 0.06 and max(spikes) < SPIKE[1] + 0.06, spikes


def test_times_belong_on_the_log_scale() -> None:
    """Log-normal with sigma 1, 24 weeks: any alarm .709 raw, .054 after the logarithm."""
    rng, runs = np.random.default_rng(22), 3000
    logs = rng.normal(size=(runs, 24))
    found = {
        "raw": (float(np.mean([xmr(np.exp(x)).outside(np.exp(x)).any() for x in logs])), 0.709),
        "log": (float(np.mean([xmr(x).outside(x).any() for x in logs])), 0.054),
    }
    assert not misses(found, runs, 2000)


def test_limits_of_shares() -> None:
    """Laney's p' with 26 weeks of about 2,000; exact limits for 20 a week at 90 %: any alarm .012 (the usual p-chart .107)."""
    rng, runs, found = np.random.default_rng(23), 3000, {}
    for spread, published in LANEY.items():
        n = rng.poisson(2000, size=(runs, 26))
        x = rng.binomial(n, np.clip(rng.normal(0.85, spread, size=n.shape) if spread else np.full(n.shape, 0.85), 0, 1))
        found[spread] = float(np.mean([laney_p(a, b).outside(a / b).any() for a, b in zip(x, n, strict=True)])), published
    assert not misses(found, runs, 2000, slack=0.015)
    low, high = binomial_limits(np.full(26, 20), 0.9)
    share = rng.binomial(20, 0.9, size=(20_000, 26)) / 20
    exact = float(((share < low) | (share > high)).any(axis=1).mean())
    assert not misses({"exact": (exact, 0.012)}, 20_000, 2000, slack=0.003)


def test_false_alarms_of_single_days() -> None:
    """A year of days: 3.4 to 4.0 alarms beyond 3.5, 1.1 to 1.9 beyond 4."""
    rng, runs = np.random.default_rng(24), 150
    alarms = np.zeros(2)
    for _ in range(runs):
        odd = np.abs(daily_oddity(rng.normal(size=365 + 56) + np.resize([3.0, 2, 1, 0, 0, -2, -3], 421))[56:])
        alarms += (odd > 3.5).sum(), (odd > 4).sum()
    often, seldom = alarms / runs
    assert 3.0 < often < 4.4 and 0.9 < seldom < 2.1, (often, seldom)
