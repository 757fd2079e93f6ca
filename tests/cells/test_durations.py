"""Durations by hand, and against Python's timedelta."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi import cells
from tests.cells.reading import Out, run


def durations(texts: list[str | None], header_: str = "X", **facts: Any) -> Out:
    return run(cells.duration("X", **facts), texts, names=(header_,))


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("90", "seconds", 90.0),
        ("1.5", "minutes", 90.0),
        ("1,5", "hours", 5400.0),
        ("0.001655", "days", 142.992),
        ("90000", "milliseconds", 90.0),
        ("135:02:11", "", 486_131.0),
        ("0:00:00", "", 0.0),
        ("00:00:01.5", "", 1.5),
        ("1 day, 2:03:04", "", 93_784.0),
        ("1.02:03:04", "", 93_784.0),
        ("2 hours 5 minutes", "", 7_500.0),
        ("1 day 3 hrs and 1 min", "", 97_260.0),
        ("3d 4h 5m 6s", "", 273_906.0),
        ("1h30m", "", 5_400.0),
        ("250 ms", "", 0.25),
        ("45 min", "", 2_700.0),
        ("PT2H5M", "", 7_500.0),
        ("P1DT30S", "", 86_430.0),
    ],
)
def test_durations(text: str, unit: str, expected: float) -> None:
    out = durations([text, None], unit=unit)
    assert out.values == [pytest.approx(expected), None]
    assert out.unread == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("6/1/2023 12:15", "a date, not a duration"),
        ("2023-06-01 12:15:36", "a date, not a duration"),
        ("June 1, 2023", "a date, not a duration"),
        ("-15", "a negative duration"),
        ("-3:15", "a negative duration"),
        ("12:34", "hours and minutes, or minutes and seconds: nothing says which"),
        ("soon", "not a duration"),
        ("nan", None),
        ("inf", "not a duration"),
    ],
)
def test_what_is_no_duration(text: str, reason: str | None) -> None:
    out = durations([text], unit="seconds")
    assert out.values == [None]
    assert out.unread == ({0: reason} if reason else {})


def test_a_plain_number_without_a_unit_is_unread() -> None:
    assert durations(["90"]).unread == {0: "a plain number, and nothing names its unit"}


@pytest.mark.parametrize(
    ("header_", "expected"),
    [("X (in hrs)", 7200.0), ("X (seconds)", 2.0), ("X [minutes]", 120.0), ("X in minutes", 120.0), ("X_ms", 0.002), ("X", 120.0)],
)
def test_the_header_names_the_unit(header_: str, expected: float) -> None:
    names = (header_, "X") if "(" in header_ or "[" in header_ else (header_,)
    assert run(cells.duration(*names, unit="minutes"), ["2"], names=(header_,)).values == [expected]


def test_a_header_that_contradicts_is_said() -> None:
    out = run(cells.minutes("X"), ["2"], names=("X (hours)",))
    assert out.values == [7200.0]
    assert "read as hours, not minutes" in out.compiled.doubts[0]


def test_two_part_clocks_as_declared() -> None:
    assert durations(["12:34"], clock="h:mm").values == [45_240.0]
    assert durations(["12:34"], clock="m:ss").values == [754.0]
    assert run(cells.duration("X"), ["12:34"], names=("X (mm:ss)",)).values == [754.0]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=20))
def test_clocks_by_timedelta(seconds: list[int]) -> None:
    """Both as `HHH:MM:SS` and as Python writes a timedelta (`1 day, 2:03:04`)."""
    clocks = [f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}" for s in seconds]
    assert durations(list(clocks)).values == [float(s) for s in seconds]
    assert durations([str(timedelta(seconds=s)) for s in seconds]).values == [float(s) for s in seconds]


def test_totals_add_what_is_there_and_never_hide_an_unread_part() -> None:
    reader = cells.total(cells.seconds("X"), cells.seconds("Y"))
    out = run(reader, ["10", "10", None, "10"], ["5", None, "5", "soon"])
    assert out.values == [15.0, 10.0, None, None]
    assert list(out.unread) == [3]


def test_after_and_between() -> None:
    out = run(cells.after(cells.instant("X"), cells.minutes("Y")), ["2024-03-31 00:30"] * 3, ["90", None, "x"], kind="instant")
    assert out.values == [datetime(2024, 3, 31, 2, 0), None, None]
    assert list(out.unread) == [2]
    out = run(cells.between(cells.instant("X"), cells.instant("Y")), ["2024-03-31 00:30"] * 2, ["2024-03-31 02:00", "2024-03-30 02:00"])
    assert out.values == [5400.0, None]
    assert out.unread == {1: "the end is before the start"}


def test_a_wait_is_added_to_the_instant_not_to_the_clock_on_the_wall() -> None:
    """90 minutes after half past midnight, in the night the clocks skip an hour, is 03:00 by the wall and 01:00 UTC."""
    reader = cells.after(cells.instant("X"), cells.minutes("Y"))
    out = run(reader, ["2024-03-31 00:30"], ["90"], kind="instant", zone="Europe/Berlin")
    assert out.values == [datetime(2024, 3, 31, 1, 0)]
