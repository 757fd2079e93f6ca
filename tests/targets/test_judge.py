"""Targets held against desks whose every week is known: all numbers are worked by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

import kpi
from kpi.targets import Target, amount, change, judge, level, read, weekly
from kpi.targets.judgement import WEEKS_A_MONTH
from kpi.targets.weeks import Scale, last_week
from tests.targets.conftest import Desk, monday, tickets

H = 3600.0
BASE = [9.0, 11.0] * 6 + [10.0]
"""13 weeks whose mean is 10 h."""


def target(**changes: object) -> Target:
    given = {
        "metric": "full_resolution_time",
        "start": monday(13),
        "deadline": "26 weeks",
        "change": change("-10 %", "s"),
        "statistic": "mean",
    }
    return Target(**(given | changes))  # type: ignore[arg-type]


def test_on_track_by_hand(desk: Desk) -> None:
    told = judge(target(), desk(BASE + [7.9, 8.1] * 6, spread=1.02))
    assert told.begin == pytest.approx(10 * H) and told.goal == pytest.approx(9 * H)
    assert (told.baseline.first, told.baseline.last, told.baseline.weeks) == (monday(0), monday(13) - dt.timedelta(days=1), 13)
    assert told.current.value == pytest.approx(8 * H) and told.current.n == 20
    assert (told.current.first, told.current.last) == (monday(21), monday(25) - dt.timedelta(days=1))
    # the path at the middles (Thursdays) of weeks 8 to 11 since the start, evenly in per cent over 182 days
    assert told.asked == pytest.approx(10 * H * 0.9 ** ((9.5 * 7 + 3) / 182))
    assert told.status == "on track" and told.current.high < told.asked and not told.is_missed
    assert told.gap == pytest.approx(1 * H) and told.better == "lower"
    assert told.due == (monday(35), monday(39) - dt.timedelta(days=1)) and told.outlook.horizon == 14 and told.outlook.history == 25
    assert told.needed is not None and told.needed.value == pytest.approx(100 * math.expm1(math.log(9 / 8) / 14 * WEEKS_A_MONTH))
    assert told.pace is not None and told.pace.weeks == 12 and told.pace.low < 0 < told.pace.high
    assert told.outlook.word == "likely" and told.outlook.chance >= 0.7
    assert next(iter(told.line["period"])) == monday(13).isoformat() and len(told.line) == 27
    assert told.line["value"].iloc[10] == pytest.approx(10 * H * 0.9 ** (73 / 182))
    assert len(told.fan) == 14 and told.fan["period"].iloc[0] == monday(25).isoformat()
    assert "on track. In the four weeks to 29 Jun 2025 it was 8\u00a0h" in told.text and "The aim: -10.0\u00a0% from 10\u00a0h" in told.text


@pytest.mark.slow
def test_behind_missed_and_too_early(desk: Desk) -> None:
    behind = judge(target(), desk(BASE + [11.9, 12.1] * 6, spread=1.02))
    assert behind.status == "behind" and behind.is_missed and behind.current.low > behind.asked
    early = judge(target(), desk(BASE + [8.0, 11.5] * 6, spread=1.5))
    assert early.status == "too early to tell" and not early.is_missed and early.current.low < early.asked < early.current.high
    over = judge(target(), desk(BASE + [11.9, 12.1] * 14, spread=1.02))
    assert over.status == "missed" and over.is_over and over.asked == pytest.approx(9 * H) and math.isnan(over.outlook.chance)
    assert (over.current.first, over.current.last) == over.due, "judged by its own last weeks, whatever came after"
    reached = judge(target(), desk(BASE + [7.9, 8.1] * 14, spread=1.02))
    assert reached.status == "reached" and "the goal was 9\u00a0h" in reached.text
    close = judge(target(), desk(BASE + [8.0, 10.1] * 14, spread=1.5))
    assert close.status == "too close to tell" and not close.is_missed


def test_young_and_thin_targets_are_too_early(desk: Desk) -> None:
    young = judge(target(), desk([*BASE, 20.0, 20.1, 19.9], spread=1.02))
    assert young.status == "too early to tell" and "first 4 whole weeks since the start" in young.reason and not young.is_missed
    thin = judge(target(start=monday(2), baseline="2 weeks"), desk([10.0, 10.1, 20.0, 20.1, 20.0, 20.1], spread=1.02))
    assert thin.status == "too early to tell" and "6 complete weeks, and 8 are needed" in thin.reason
    assert "too few weeks to say how likely" in thin.text and not thin.outlook.word
    ahead = judge(target(start=monday(60)), desk(BASE))
    assert ahead.status == "cannot be told" and "nothing to start from" in ahead.reason


def test_a_value_from_an_agreed_start_with_steps(desk: Desk) -> None:
    given = target(change=None, goal=6 * H, begin=10 * H, steps=((monday(20), 9 * H),))
    told = judge(given, desk(BASE + [9.0, 9.2] * 6))
    assert told.begin == 10 * H and told.goal == 6 * H and told.path is not None
    on = told.path.at([monday(13), monday(20), monday(39), monday(39) + dt.timedelta(days=400), monday(16) + dt.timedelta(days=3.5)])
    assert on[:4] == pytest.approx([10 * H, 9 * H, 6 * H, 6 * H]) and on[4] == pytest.approx(H * math.sqrt(90), rel=2e-3)


def test_shares_go_straight_and_other_units_too(desk: Desk) -> None:
    data = desk(BASE + [10.0] * 12, [1] * 21 + [2] * 4)
    told = judge(Target("reopen_rate", monday(13), "26 weeks", change=change("-10 pts", "%")), data)
    assert told.begin == pytest.approx(20) and told.goal == pytest.approx(10) and told.current.value == pytest.approx(40)
    assert told.asked == pytest.approx(20 - 10 * 69.5 / 182)
    low, high = kpi.stats.wilson(8, 20)
    assert (told.current.low, told.current.high) == pytest.approx((100 * low, 100 * high)), (
        "weeks never differ: chance between tickets is all"
    )
    assert told.status == "behind" and told.current.by == "rows"
    assert told.needed is not None and told.needed.value == pytest.approx(-30 / 14 * WEEKS_A_MONTH)


def test_counts_are_the_mean_of_their_weeks(desk: Desk) -> None:
    told = judge(Target("tickets_created", monday(13), "26 weeks", goal=4.0), desk(BASE + [10.0] * 12))
    assert told.begin == 5 and told.current.value == 5 and told.better == "lower" and told.status == "behind"
    assert told.current.n == 20 and told.baseline.n == 65


def test_holding_what_is_reached(desk: Desk) -> None:
    told = judge(target(change=None, goal=12 * H), desk(BASE + [9.9, 10.1] * 6, spread=1.02))
    assert told.status == "on track" and told.asked == pytest.approx(12 * H) and "the aim is to hold it" in told.text
    assert set(np.round(told.line["value"], 6)) == {12 * H}


def test_asking_for_worse_is_said(desk: Desk) -> None:
    told = judge(target(change=change("+10 %", "s")), desk(BASE + [11.5, 11.6] * 6, spread=1.02))
    assert told.better == "higher" and told.status == "on track" and "asks for a worse value: lower is better" in told.text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"metric": "csat", "change": change("+2 pts", "%"), "statistic": None}, "Needs"),
        ({"where": (("planet", ("Mars",)),)}, "planet"),
        ({"where": (("channel", ("fax",)),)}, "No complete week"),
        ({"baseline": "2024-01-01 to 2024-03-31"}, "nothing to start from"),
        ({"metric": "reopen_rate", "statistic": None, "change": change("-30 pts", "%")}, "beyond what Reopen rate can be"),
    ],
)
def test_what_the_data_cannot_answer_is_said_and_never_raised(desk: Desk, changes: dict[str, object], word: str) -> None:
    told = judge(target(**changes), desk(BASE + [10.0] * 12, [1] * 25))
    assert told.status == "cannot be told" and not told.is_missed
    assert word in told.text and "nan" not in told.text and "None" not in told.text


def test_only_its_own_rows(desk: Desk) -> None:
    told = judge(target(where=(("channel", ("chat",)),)), desk(BASE + [10.0] * 12, spread=1.2))
    weights = [1.2**power for power in (-2, -1, 0, 1, 2)]
    assert told.current.value == pytest.approx(10 * H * weights[4] / (sum(weights) / 5)) and told.current.n == 4
    assert told.target.label().endswith("channel: chat")


@pytest.mark.slow
def test_the_interval_is_the_wider_of_rows_and_weeks(desk: Desk) -> None:
    restless = judge(target(), desk(BASE + [6.0, 14.0] * 6, spread=1.001))
    assert restless.current.by == "weeks"
    own = restless.current.own
    assert restless.current.low < own[0] < own[1] < restless.current.high
    calm = judge(target(), desk([10.0, 10.001] * 12 + [10.0], spread=1.5))
    assert calm.current.by == "rows" and (calm.current.low, calm.current.high) == calm.current.own


def test_a_thin_tail_is_not_the_present(tmp_path) -> None:
    """Tickets of 20 weeks, one of which is solved half a year later: the weeks in between are no weeks of the desk."""
    text = tickets([10.0] * 20).replace(
        "last,2025-05-26T01:00:00Z,,open,email,0", "last,2025-05-26T01:00:00Z,2025-12-01T00:00:00Z,solved,email,0"
    )
    (tmp_path / "tickets.csv").write_text(text, "utf-8")
    data = kpi.read(tmp_path / "tickets.csv")
    assert "2025-12-01" in text and last_week(kpi.Scope(), data) == monday(19)
    assert last_week(kpi.Scope(as_of="2025-03-05T00:00:00Z"), data) == monday(7)


def test_as_of_stands_in_the_past(desk: Desk) -> None:
    data = desk(BASE + [8.0] * 6 + [12.0] * 6, spread=1.02)
    then = judge(target(), data, as_of=dt.datetime.combine(monday(19), dt.time(2)))
    assert then.current.last == monday(19) - dt.timedelta(days=1) and then.current.value == pytest.approx(8 * H)


def test_zero_times_get_a_minute(desk: Desk) -> None:
    told = judge(target(statistic="median"), desk([0.0, 0.1] * 13))
    assert "a minute is added" in told.text and not math.isnan(told.current.value)


def test_levels_of_medians_are_made_from_all_rows(desk: Desk) -> None:
    """Two weeks of 1 h and two of 9 h: the median of their 20 tickets, not the mean of four medians."""
    data = desk([1.0, 1.0, 9.0, 9.0] * 3)
    weeks = weekly("full_resolution_time", kpi.Scope(), data)
    found = level(weeks, monday(0), monday(3), Scale.fit(weeks.metric, weeks.values), data)
    whole = kpi.measure("full_resolution_time", kpi.Scope(start=monday(0), end=monday(4) - dt.timedelta(days=1)), data).frame.iloc[0]
    assert found.value == whole["value"] and found.n == 20


def test_the_managers_sentence() -> None:
    """ "Decrease average resolution time by at least 5 % in 10 months", in those words' terms."""
    (found,) = read(
        '[[target]]\nmetric = "full_resolution_time"\nstatistic = "mean"\nchange = "decrease by at least 5 %"\nstart = 2026-03-02\ndeadline = "10 months"\n'
    ).targets
    assert found.change is not None and found.change.of(amount("20h", "s")) == 19 * H and found.due == dt.date(2027, 1, 2)
    assert found.label() == "Full resolution, mean"
