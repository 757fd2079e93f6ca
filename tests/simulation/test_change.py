"""Section 5 of the statistics page: trends, level shifts and steps at an event, that are not there and that are."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from kpi.events import Event, Series, before_after
from kpi.stats import event_columns, gls_ar1, level_shifts, trend_columns
from tests.simulation.worlds import Floats, memory, misses, near

pytestmark = pytest.mark.simulation

RUNS, PUBLISHED = 500, 500
TREND = {(26, 0.0): 0.046, (26, 0.5): 0.072, (52, 0.3): 0.062, (52, 0.5): 0.078, (52, 0.7): 0.062}
TREND_POWER = {(52, 0.3): 0.80, (52, 0.7): 0.42}
"""A drift of two standard deviations over the series."""
EVENT = {(24, 0.0): 0.027, (24, 0.5): 0.070, (52, 0.3): 0.047, (52, 0.5): 0.075, (52, 0.7): 0.045, (104, 0.7): 0.057}
EVENT_POWER = {24: (0.42, 0.49), 52: (0.68, 0.90), 104: (0.86, 0.99)}
"""A step of two standard deviations; the range is over memories."""
SHIFTS = {(52, 0.0): 0.005, (52, 0.3): 0.055, (52, 0.5): 0.076, (52, 0.7): 0.098, (104, 0.5): 0.046,
          (26, 0.0): 0.014, (26, 0.3): 0.060, (26, 0.5): 0.080, (26, 0.7): 0.112}  # fmt: skip
FOUND = {
    (52, 0.0): (0.73, 0.89, 0.98),
    (52, 0.3): (0.46, 0.66, 0.83),
    (52, 0.5): (0.23, 0.36, 0.56),
    (52, 0.7): (0.11, 0.18, 0.31),
    (104, 0.5): (0.40, 0.62, 0.86),
}
"""Steps of 1.5, 2 and 3 standard deviations in the middle, found within two periods."""
AFTER_THE_WORST = {0.0: 0.80, 0.3: 0.72, 0.5: 0.68}


def positives(worlds: Floats, design: Floats, column: int) -> float:
    return float(np.mean([gls_ar1(y, design).p[column] < 0.05 for y in worlds]))


def test_trends_that_are_not_there() -> None:
    rng = np.random.default_rng(31)
    found = {(n, phi): (positives(memory(rng, RUNS, n, phi), trend_columns(n), 1), p) for (n, phi), p in TREND.items()}
    assert not misses(found, RUNS, PUBLISHED)


def test_trends_that_are_there() -> None:
    rng = np.random.default_rng(32)
    found = {
        (n, phi): (positives(memory(rng, RUNS, n, phi) + np.linspace(0, 2, n), trend_columns(n), 1), p)
        for (n, phi), p in TREND_POWER.items()
    }
    assert not misses(found, RUNS, PUBLISHED, slack=0.03)


def test_steps_at_an_event_that_are_not_there() -> None:
    rng = np.random.default_rng(33)
    found = {(n, phi): (positives(memory(rng, RUNS, n, phi), event_columns(n, n // 2), 2), p) for (n, phi), p in EVENT.items()}
    assert not misses(found, RUNS, PUBLISHED, slack=0.01)


def test_steps_at_an_event_that_are_there() -> None:
    """In which memories and where in the series the steps lay is not published: in the middle here, so .15 more or less is allowed."""
    rng, runs = np.random.default_rng(34), 300
    for n, (least, most) in EVENT_POWER.items():
        step = 2.0 * (np.arange(n) >= n // 2)
        for phi in (0.0, 0.3, 0.5):
            power = positives(memory(rng, runs, n, phi) + step, event_columns(n, n // 2), 2)
            assert least - 0.15 < power < most + 0.15, (n, phi, power)


def test_what_the_events_page_claims_where_nothing_happened() -> None:
    """A claim asks for p < .02 and for a step that is rare at earlier dates: at most 5 % whatever the memory, also with fewer weeks."""
    rng, runs = np.random.default_rng(35), 300
    for n, at, phi in ((78, 52, 0.0), (78, 52, 0.3), (78, 52, 0.5), (78, 52, 0.7), (30, 15, 0.3), (20, 10, 0.3)):
        dates = tuple(dt.date(2024, 1, 1) + dt.timedelta(weeks=i) for i in range(n))
        event = Event(dates[at], "Nothing")
        claims = 0
        for y in memory(rng, runs, n, phi):
            series = Series(dates, y)
            claims += before_after(series, event, placebos=0).is_beyond_noise and before_after(series, event, placebos=20).is_clear
        assert claims / runs <= 0.05 or near(claims / runs, runs, 0.05, 10**9), (n, phi, claims)


def test_level_shifts_that_are_not_there() -> None:
    rng, runs = np.random.default_rng(36), 1000
    found = {(n, phi): (float(np.mean([bool(level_shifts(y)) for y in memory(rng, runs, n, phi)])), p) for (n, phi), p in SHIFTS.items()}
    assert not misses(found, runs, 1000)


def test_level_shifts_that_are_there() -> None:
    rng, runs, found = np.random.default_rng(37), 600, {}
    for (n, phi), shares in FOUND.items():
        for step, published in zip((1.5, 2.0, 3.0), shares, strict=True):
            worlds = memory(rng, runs, n, phi) + step * (np.arange(n) >= n // 2)
            hits = [any(abs(place - n // 2) <= 2 for place in level_shifts(y)) for y in worlds]
            found[n, phi, step] = float(np.mean(hits)), published
    assert not misses(found, runs, 1000, slack=0.02)


def test_after_the_worst_week_it_gets_better_by_itself() -> None:
    """Act in the first week above two standard deviations: the four weeks after are better than the four before in 68 to 80 % of cases."""
    rng, found = np.random.default_rng(38), {}
    for phi, published in AFTER_THE_WORST.items():
        better, cases = 0, 0
        for y in memory(rng, 3000, 80, phi):
            bad = np.flatnonzero(y[10:70] > 2)
            if len(bad):
                week, cases = 10 + int(bad[0]), cases + 1
                better += y[week + 1 : week + 5].mean() < y[week - 3 : week + 1].mean()
        found[phi] = better / cases, published
    assert not misses(found, 2000, 2000, slack=0.04)
