"""Weeks: what counts as a week, what is taken out, and that independent series are not linked."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.catalogue import CATALOGUE
from kpi.correlations.arithmetic import linked
from kpi.correlations.look import _lags
from kpi.correlations.model import Matrix, Pair
from kpi.correlations.notes import narrow_said, weekly_reliability
from kpi.correlations.periods import A_YEAR, FEWEST, Series, matrix_of, remainder, scaled, series_of
from kpi.measure import Result
from kpi.metric import Ask
from kpi.stats.base import Array

NAMES = (
    "backlog",
    "first_reply_time",
    "handle_time",
    "reopen_rate",
    "escalation_rate",
    "quality_score",
    "csat",
    "ces",
    "nps",
    "churn_rate",
)


def weeks(n: int) -> tuple[dt.date, ...]:
    return tuple(dt.date(2024, 1, 1) + dt.timedelta(weeks=k) for k in range(n))


def series(name: str, values: Array, rows: float = 400.0) -> Series:
    left, taken_out = remainder(values)
    return Series(name, weeks(len(values)), values, np.full(len(values), rows), left, taken_out)


def wandering(rng: np.random.Generator, n: int, phi: float = 0.5) -> Array:
    """First-order memory and a drift of two standard deviations."""
    x = np.empty(n)
    x[0] = rng.normal()
    for k in range(1, n):
        x[k] = phi * x[k - 1] + rng.normal() * np.sqrt(1 - phi**2)
    return 10 + x + np.linspace(0, rng.normal() * 2, n)


def independent(seed: int, n: int = 52) -> Matrix:
    rng = np.random.default_rng(seed)
    return matrix_of([series(name, wandering(rng, n)) for name in NAMES], Ask())


def test_independent_series_are_not_linked() -> None:
    """45 pairs with memory and drift: anything at all claimed in few of 40 worlds (nominally 5 %; plain r claims in every one)."""
    found = [independent(seed) for seed in range(40)]
    assert sum(bool(one.claimed) for one in found) <= 4
    free = [pair for pair in found[0].pairs if pair.is_scored]
    assert len(free) == found[0].looked == sum(linked(p.first, p.second) is None for p in found[0].pairs)
    assert all("surely" in one.finding for one in found if not any(p.sure < 0.05 for p in one.claimed))


def test_a_shared_shock_is_found_and_worded() -> None:
    rng = np.random.default_rng(1)
    shock = rng.normal(size=60)
    own = [series(name, 10 + shock * sign + 0.4 * rng.normal(size=60)) for name, sign in (("first_reply_time", 1), ("csat", -1))]
    pair = matrix_of([*own, series("nps", wandering(rng, 60))], Ask()).pair("csat", "first_reply_time")
    assert pair and pair.is_claimed and pair.r < -0.7 and pair.first == "first_reply_time"
    assert pair.again < 0 and pair.worth > 30


def test_too_few_weeks_say_so() -> None:
    rng = np.random.default_rng(2)
    short = matrix_of([series(name, rng.normal(size=FEWEST - 1)) for name in ("csat", "backlog")], Ask())
    assert short.lacks and not short.pairs and short.finding == short.lacks
    gap = rng.normal(size=40)
    gap[10:35] = np.nan
    pair = matrix_of([series("csat", rng.normal(size=40)), series("nps", rng.normal(size=40)), series("ces", gap)], Ask()).pair(
        "csat", "ces"
    )
    assert pair is None  # 15 weeks are not enough to be in the matrix at all


def test_thin_weeks_and_the_unfinished_one_are_left_out() -> None:
    """CSAT of fewer than 20 answers is mostly luck; a count is a count."""
    for name, expected in (("csat", [80.0, np.nan, 82.0]), ("backlog", [80.0, 81.0, 82.0])):
        frame = pd.DataFrame(
            {
                "metric": name,
                "period": [str(week) for week in weeks(4)],
                "value": [80.0, 81.0, 82.0, 83.0],
                "n": [20, 19, 500, 500],
                "is_complete": [True, True, True, False],
            }
        )
        found = series_of(Result(frame, {name: CATALOGUE[name]}, kpi.Scope(by="week")), name)
        np.testing.assert_array_equal(found.values, expected)


def test_line_and_yearly_wave_are_taken_out() -> None:
    place = np.arange(A_YEAR)
    wave = 3 + 0.02 * place + np.sin(2 * np.pi * place / (365.25 / 7)) + 0.5 * np.cos(4 * np.pi * place / (365.25 / 7))
    left, taken_out = remainder(wave)
    assert taken_out == 5 and np.abs(left).max() < 1e-6
    left, taken_out = remainder(wave[:-1])
    assert taken_out == 1 and left.std() > 0.3


def test_times_counts_and_money_are_compared_by_factors() -> None:
    np.testing.assert_allclose(scaled(np.array([10.0, 100.0]), "s"), np.log([10, 100]))
    np.testing.assert_allclose(scaled(np.array([0.0, 60.0]), "s"), np.log([60, 120]))
    np.testing.assert_allclose(scaled(np.array([50.0, 60.0]), "%"), [50, 60])
    np.testing.assert_allclose(scaled(np.array([-5.0, 60.0]), "count"), [-5, 60])


def test_reliability_is_real_over_seen_variance() -> None:
    """statistics.md section 4: true sd 2.5 points; a share of 0.85 has luck p (1 - p) / n of its own."""
    rng = np.random.default_rng(4)
    n, real = 200.0, 2.5
    luck = 100 * np.sqrt(0.85 * 0.15 / n)
    found = [
        weekly_reliability(series("csat", 85 + rng.normal(size=104) * np.hypot(real, luck), rows=n), np.full(104, luck)) for _ in range(60)
    ]
    assert np.mean(found) == pytest.approx(real**2 / (real**2 + luck**2), abs=0.04)


def test_a_driver_that_hardly_varied_is_named() -> None:
    rng = np.random.default_rng(5)
    assert "hardly varied" in narrow_said(series("csat", 85 + 0.3 * rng.normal(size=30)))[0]
    assert not narrow_said(series("csat", 85 + 3 * rng.normal(size=30)))


def test_what_leads_is_named_only_when_clear() -> None:
    rng = np.random.default_rng(6)
    news = rng.normal(size=80)
    late = np.concatenate([np.zeros(2), news[:-2]]) + 0.3 * rng.normal(size=80)
    pair = Pair("backlog", "first_reply_time", "periods", r=0.1)
    found = _lags(pair, news, late, 1)
    assert found.best == 2 and "backlog is set against first reply 2 weeks later" in found.text
    assert "Neither leads" in _lags(pair, news, rng.normal(size=80), 1).text
    assert list(found.frame["lag"]) == list(range(-4, 5))
