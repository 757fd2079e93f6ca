"""Gaps worked by hand: ours minus the middle figure, in its unit and in spreads, the worse side first."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from kpi.benchmarks import Figure, Ours, Placement, gaps, place
from kpi.catalogue import find

TODAY = dt.date(2026, 11, 1)


def placed(name: str, value: float, half: float | None, figures: list[float], definition: str = "same", **more: str) -> Placement:
    unit = find(name).unit
    rows = [
        Figure(name, x, f"P{i}", "T", more.get("statistic", ""), unit=unit, definition=definition, year=2020) for i, x in enumerate(figures)
    ]
    low, high = (None, None) if half is None else (value - half, value + half)
    return place(Ours(find(name), value, low, high, 500, statistic=more.get("statistic", "")), rows, TODAY)


def test_distance_in_its_unit_and_in_spreads() -> None:
    """Figures 80, 84, 90: middle 84, spread half of 10; ours 74 lies 10 below, two spreads, and its interval from 14 to 6 below."""
    (gap,) = gaps([placed("csat", 74, 4, [80, 84, 90])]).gaps
    assert (gap.gap, gap.low, gap.high, gap.spreads, gap.words) == (-10, -14, -6, -2, "worse")
    (time,) = gaps([placed("handle_time", 400, 10, [200, 400 / math.sqrt(2), 400], statistic="mean")]).gaps
    assert time.spreads == pytest.approx(-1), "times by their ratio: half of log 2 on the log scale, and longer is worse"
    (better,) = gaps([placed("reopen_rate", 2, 0.5, [3, 4, 5])]).gaps
    assert (better.gap, better.spreads, better.words) == (-2, 2, "better")
    (few,) = gaps([placed("csat", 74, 4, [80, 84])]).gaps
    assert few.spreads is None and few.gap == -8


def test_unclear_gaps_say_perhaps_and_many_rows_ask_for_more() -> None:
    (unclear,) = gaps([placed("csat", 82, 4, [84])]).gaps
    assert unclear.words == "perhaps worse" and not unclear.is_clear
    one, *_ = gaps([placed("csat", 79.5, 4, [84])]).gaps
    assert one.is_clear, "4.5 away with a half width of 4"
    many = gaps([placed("csat", 79.5, 4, [84]) for _ in range(20)])
    assert not many.gaps[0].is_clear, "twenty rows together need 3.02 instead of 1.96 standard errors: 6.2"
    (bare,) = gaps([placed("csat", 50, None, [84])]).gaps
    assert bare.words == "perhaps worse" and bare.said_interval == ""


def test_the_worse_side_comes_first_and_is_said() -> None:
    found = gaps(
        [
            placed("csat", 95, 1, [80, 84, 90]),
            placed("reopen_rate", 9, 1, [3, 4, 5]),
            placed("quality_score", 70, 1, [80, 84, 90]),
            placed("nps", 30, 20, [31]),
        ]
    )
    assert [gap.name for gap in found.gaps] == ["Reopen rate", "Quality score", "NPS", "CSAT"]
    assert found.text.replace("\u00a0", " ") == (
        "Of 4 comparisons, the widest to the worse side is Reopen rate: +5.0 pts (+4.0 to +6.0 pts) from the middle figure of 4.0 %."
    )
    assert "none is clearly on the worse side" in gaps([placed("csat", 95, 1, [80])]).text
    assert gaps([placed("csat", 95, 1, [])]).text == "No metric of these data has a published figure that compares."
