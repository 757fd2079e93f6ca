"""Oracle: simulation. What is true is known, and the sentence must not claim more."""

from __future__ import annotations

import numpy as np
import pytest

from kpi.workload.peak import LENGTH, Peak, excess, hours_said, peak

WEEKS = 8
WHOLE = np.ones((WEEKS, 168))


def drawn(rates: np.ndarray, rng: np.random.Generator, spread: float = 0.0, weeks: int = WEEKS) -> np.ndarray:
    """Tickets by week and hour; with `spread`, hours vary beyond counting luck (gamma factors of that variance)."""
    factor = rng.gamma(1 / spread, spread, (weeks, len(rates))) if spread else 1.0
    return rng.poisson(rates * factor, (weeks, len(rates))).astype(float)


def even(total: float = 800) -> np.ndarray:
    return np.full(168, total / 168)


def found(counts: np.ndarray) -> Peak:
    result = peak(counts, np.ones(counts.shape))
    assert result is not None
    return result


@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_where_all_hours_are_alike_hardly_ever_a_peak_is_claimed(spread: float) -> None:
    rng = np.random.default_rng(1)
    results = [found(drawn(even(), rng, spread)) for _ in range(300)]
    assert sum(r.stands_out for r in results) <= 0.05 * len(results)
    assert sum(not r.rivals for r in results) <= 0.05 * len(results)


@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_the_interval_of_the_busiest_holds_the_truth(spread: float) -> None:
    """Though it is the busiest of 161 that is looked at: an unadjusted interval would fail here."""
    rng, rates = np.random.default_rng(2), even()
    rates[9:17] *= 1.6
    held = 0
    for _ in range(300):
        r = found(drawn(rates, rng, spread))
        truth = 100 * rates[r.start : r.start + LENGTH].sum() / rates.sum()
        held += r.low <= truth <= r.high
    assert held >= 0.95 * 300


def test_a_clear_peak_is_found_and_said() -> None:
    rng, rates = np.random.default_rng(3), even()
    rates[9:11] *= 12  # Monday 9 to 11
    r = found(drawn(rates, rng))
    assert (r.start, r.rivals, r.stands_out) == (9, (), True)
    assert "Monday 9–11 brings" in r.text and "more than any other two hours" in r.text


def test_two_alike_are_not_told_apart() -> None:
    rates = even()
    rates[9:11] *= 12
    rates[24 + 9 : 24 + 11] *= 12
    for seed in range(20):
        r = found(drawn(rates, np.random.default_rng(seed)))
        assert {r.start, *r.rivals} == {9, 33}
        assert "cannot be told apart" in r.text


def test_the_hours_of_a_day() -> None:
    rates = even(1_600)
    rates.reshape(7, 24)[:, 13:15] *= 2
    counts = drawn(rates, np.random.default_rng(4))
    r = found(counts.reshape(-1, 24))
    assert (r.span, r.start, r.rivals) == (24, 13, ()) and "13:00–15:00 brings" in r.text and "a day's tickets" in r.text
    assert hours_said(6 * 24 + 22) == "Sunday 22–24"


def test_too_little_names_nothing() -> None:
    assert peak(np.full((1, 168), 5.0), np.ones((1, 168))) is None
    assert peak(np.full((8, 168), 0.05), WHOLE) is None
    assert peak(np.zeros((0, 168)), np.zeros((0, 168))) is None


def test_excess_by_simulation() -> None:
    """Variance = mean + c mean²: the moments find c, and none where there is none."""
    rng = np.random.default_rng(5)
    mean = np.tile(np.linspace(2, 20, 50), (400, 1))
    plain, spread = rng.poisson(mean), rng.poisson(mean * rng.gamma(4, 0.25, mean.shape))
    assert excess(plain.astype(float).ravel(), mean.ravel(), 0) == pytest.approx(0, abs=0.01)
    assert excess(spread.astype(float).ravel(), mean.ravel(), 0) == pytest.approx(0.25, abs=0.02)
    assert excess(np.array([]), np.array([]), 0) == 0
