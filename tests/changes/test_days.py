"""Whole days dealt again: against scipy's permutation test, by hand where every order can be listed, and where rows hang together by day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats as reference

import kpi
from kpi.changes import by_days, periods
from kpi.engine import from_frames

START = pd.Timestamp("2026-03-02")  # a Monday


def company(rates: np.ndarray, a_day: int = 40, seed: int = 0) -> kpi.Dataset:
    """Tickets of as many days as there are rates, each day's share reopened being its rate."""
    random = np.random.default_rng(seed)
    rows = []
    for day, rate in enumerate(rates):
        for k in range(a_day):
            at = START + pd.Timedelta(days=day, minutes=20 * k)
            rows.append(
                {
                    "ticket_id": f"{day}-{k}",
                    "created_at": at,
                    "solved_at": at + pd.Timedelta(minutes=float(random.lognormal(3, 1))),
                    "status": "solved",
                    "reopens": int(k < rate * a_day),
                }
            )
    rows.append({"ticket_id": "last", "created_at": START + pd.Timedelta(days=len(rates), hours=1), "status": "open"})
    return from_frames({"tickets": pd.DataFrame(rows)})


def pair(days: int) -> kpi.changes.Pair:
    middle, last = START + pd.Timedelta(days=days), START + pd.Timedelta(days=2 * days - 1)
    found = periods(kpi.Scope(start=middle.date(), end=last.date(), compare="previous"))
    assert found
    return found


def test_eight_days_a_side_as_scipy_says() -> None:
    """Under two weeks a side no weekday is kept apart; equal days make the share the mean of the days, so scipy can deal them too."""
    rates = np.array([2, 3, 2, 4, 3, 2, 3, 3, 5, 4, 6, 3, 5, 4, 4, 5]) / 40
    p = by_days(["reopen_rate"], pair(8), company(rates))["reopen_rate"]
    left = np.concatenate([side - side.mean() for side in (rates[:8], rates[8:])])
    weekday = np.arange(16) % 7
    left = left - np.array([left[weekday == day].mean() for day in weekday])
    phi = max(0.0, kpi.stats.lag1(left))
    widen = np.sqrt((1 + phi) / (1 - phi))
    seen = (rates[8:].mean() - rates[:8].mean()) / widen
    found = reference.permutation_test(
        (rates[8:], rates[:8]), lambda a, b, axis: a.mean(axis) - b.mean(axis), vectorized=True, n_resamples=np.inf
    )
    exact = (np.abs(found.null_distribution) >= seen - 1e-12).mean()
    assert p == pytest.approx(exact, abs=0.02)


def test_rows_that_hang_together_by_day_do_not_make_a_change() -> None:
    """Days of 40 tickets, each all reopened or none: row by row a difference of 4 days is beyond noise, day by day it is nothing."""
    random = np.random.default_rng(5)
    rates = random.permutation([1.0] * 12 + [0.0] * 16).tolist() + random.permutation([1.0] * 16 + [0.0] * 12).tolist()
    data, sides = company(np.array(rates)), pair(28)
    scope = sides.now.but(compare="previous")
    assert kpi.measure("reopen_rate", scope, data).frame["is_beyond_noise"].iloc[0]
    assert by_days(["reopen_rate"], sides, data)["reopen_rate"] > 0.2
    assert kpi.changes.why("reopen_rate", sides, data, columns=()).verdict == "noise", "the page of the same question says the same"


def test_a_change_of_every_day_is_one() -> None:
    rates = np.concatenate([np.full(28, 0.1), np.full(28, 0.3)]) + np.tile([0.0, 0.025, 0.05, 0.025], 14)
    found = by_days(["reopen_rate", "tickets_created", "full_resolution_time", "backlog"], pair(28), company(rates))
    assert found["reopen_rate"] < 0.01
    assert found["tickets_created"] == pytest.approx(1.0), "forty a day before and after"
    assert found["full_resolution_time"] > 0.01 and np.isnan(found["backlog"]), "a stock has no rows of its own days"


def test_too_few_days_are_not_told() -> None:
    found = by_days(["reopen_rate"], pair(5), company(np.full(10, 0.1)))
    assert np.isnan(found["reopen_rate"]) and by_days([], pair(5), company(np.full(10, 0.1))) == {}
