"""Oracles: a walk minute by minute with `zoneinfo`, and changes of the clock worked by hand."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kpi.workload.clock import cell_name, cell_of, pieces
from kpi.workload.peak import by_week


def label(day: int, hour: int) -> int:
    return 24 * (day - 1) + hour


def test_a_week_without_an_hour_and_a_week_with_one_twice() -> None:
    """Berlin 2026: on 29 March 02:00 to 02:59 does not happen, on 25 October it happens twice."""
    spring = pieces(dt.datetime(2026, 3, 22, 23), dt.datetime(2026, 3, 29, 22), "Europe/Berlin")  # Monday 00:00 to Monday 00:00, local
    hours = spring.by_label(spring.hours)
    assert hours.sum() == 167 and hours[label(7, 2)] == 0 and hours[label(7, 3)] == 1
    autumn = pieces(dt.datetime(2026, 10, 18, 22), dt.datetime(2026, 10, 25, 23), "Europe/Berlin")
    hours = autumn.by_label(autumn.hours)
    assert hours.sum() == 169 and hours[label(7, 2)] == 2 and hours[label(7, 1)] == hours[label(7, 3)] == 1
    assert len(set(autumn.week.tolist())) == 1, "one Monday to one Sunday"


def test_four_weeks_and_a_day_hold_five_mondays() -> None:
    week = pieces(dt.datetime(2026, 3, 2), dt.datetime(2026, 3, 31), "UTC")  # Monday the 2nd to Monday the 30th
    hours = week.by_label(week.hours).reshape(7, 24)
    assert (hours[0] == 5).all() and (hours[1:] == 4).all()
    rows = by_week(week, week.hours)
    assert rows.shape == (5, 168) and rows[4].sum() == 24


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"])
def test_every_minute(zone: str) -> None:
    """Lord Howe moves its clock by half an hour, Kathmandu and St John's lie off the full hour."""
    begin, end, clock = dt.datetime(2026, 3, 27, 13, 17), dt.datetime(2026, 4, 7, 5, 41), ZoneInfo(zone)
    expected = np.zeros(168)
    at = begin
    while at < end:
        local = at.replace(tzinfo=dt.UTC).astimezone(clock)
        expected[24 * local.weekday() + local.hour] += 1 / 60
        at += dt.timedelta(minutes=1)
    week = pieces(begin, end, zone)
    assert week.by_label(week.hours) == pytest.approx(expected, abs=1e-9)
    assert week.hours.sum() == pytest.approx((end - begin).total_seconds() / 3600)
    assert (week.hours > 0).all() and (week.hours <= 1).all()


def test_no_stretch_has_no_pieces() -> None:
    nothing = pieces(dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 2), "Europe/Berlin")
    assert len(nothing.label) == 0 and nothing.by_label(nothing.hours).sum() == 0


def test_names_of_cells() -> None:
    assert cell_name(1, 14) == "mon-14" and cell_of("mon-14") == (1, 14) and cell_of("sun-00") == (7, 0)
    for wrong in ("", "mon", "mon-24", "mon-x", "monday-1", "mon--1", "<script>", "mon-１"):
        assert cell_of(wrong) is None
