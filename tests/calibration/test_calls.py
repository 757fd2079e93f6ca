"""Claims on paper, and what came of them: counts worked by hand, Wilson limits as published."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest

import kpi
from kpi.calibration import COLUMNS, Call, added, backtest, came_true, read, scope_of, scope_text, score, score_of, scored
from kpi.errors import KpiError
from kpi.hours import parse_calendar

DAY = dt.date(2026, 3, 2)
INTERVAL = Call(
    "interval",
    "csat",
    "clock=calendar&zone=UTC",
    DAY,
    DAY + dt.timedelta(days=27),
    DAY,
    DAY - dt.timedelta(days=1),
    "d1",
    80.0,
    90.0,
    chance=0.8,
)
CHANCE = replace(INTERVAL, kind="chance", low=None, high=None, goal=85.0, better="higher", chance=0.4)
CHANGE = replace(CHANCE, kind="change", better="lower", chance=None)


def test_what_is_written_is_read_and_noted_once() -> None:
    text = added("", [INTERVAL, CHANCE, CHANGE])
    assert text.splitlines()[0] == ",".join(COLUMNS) and len(text.splitlines()) == 4
    assert read(text).calls == (INTERVAL, CHANCE, CHANGE) and not read(text).problems
    later = replace(CHANCE, made=DAY + dt.timedelta(days=1), chance=0.9)
    assert added(text, [later, INTERVAL]) == text, "the first word counts"
    other = added(text, [replace(CHANCE, dataset="d2")])
    assert other.startswith(text) and len(read(other).calls) == 4


def test_lines_that_mean_nothing_are_told_and_kept() -> None:
    text = added("", [INTERVAL]) + "rubbish\n" + "\n" + ",".join(["2026-03-02"] * 13) + "\n"
    good = added("", [CHANCE]).splitlines()[1]
    for wrong in (
        good.replace("0.4", "1.4"),
        good.replace("higher", "up"),
        good.replace("85.0", "inf"),
        good.replace("85.0", ""),
        good.replace("2026-03-29", "2026-02-29"),
    ):
        text += wrong + "\n"
    found = read(text)
    assert found.calls == (INTERVAL,) and len(found.problems) == 7
    assert all(problem.startswith("calls.csv, line ") for problem in found.problems)
    words = ("as many cells", "is not", "chance cannot be 1.4", "better cannot be", "not a number", "needs goal", "not a date")
    assert all(word in problem for word, problem in zip(words, found.problems, strict=True))
    now = added(text, [CHANGE])
    assert now.startswith(text) and read(now).calls == (INTERVAL, CHANGE), "nothing is lost"


@pytest.mark.parametrize("text", ["", "\n", "a,b\n1,2\n", '"', "\x00\n"])
def test_other_texts_do_no_harm(text: str) -> None:
    try:
        assert read(text).calls == ()
    except KpiError as error:
        assert "lacks the column" in error.what


def test_scopes_outlast_their_dates() -> None:
    calendar = parse_calendar('[[schedule]]\nname = "x"\nzone = "UTC"\n[schedule.hours]\nmon = ["09:00-17:00"]\n')
    scope = kpi.Scope(
        "week",
        where={"team": ["A&B", "=x"]},
        start="2026-01-01",
        end="2026-02-01",
        statistic="p90",
        compare="previous",
        params={"resolved_within": "8h"},
    )
    text = scope_text(scope)
    assert scope_of(text) == scope.but(by="all", start=None, end=None, compare=None)
    assert quote("A&B", safe="") in text and "2026" not in text
    with_hours = scope_text(scope.but(calendar=calendar, clock="business"))
    assert scope_of(with_hours) is None and scope_of(with_hours, calendar) == scope.but(
        by="all", start=None, end=None, compare=None, calendar=calendar, clock="business"
    )
    with pytest.raises(KpiError):
        scope_of("clock=lunar")


@pytest.mark.parametrize(
    ("call", "value", "right"),
    [
        (INTERVAL, 80.0, True),
        (INTERVAL, 90.1, False),
        (CHANCE, 85.0, True),
        (CHANCE, 84.9, False),
        (replace(CHANCE, better="lower"), 84.9, True),
        (CHANGE, 84.9, True),
        (CHANGE, 85.0, False),
        (replace(CHANGE, better="higher"), 85.1, True),
    ],
)
def test_what_came_true(call: Call, value: float, right: bool) -> None:
    assert came_true(call, value) is right


def test_only_what_came_due_is_scored_and_each_period_once() -> None:
    late = replace(INTERVAL, due_from=DAY + dt.timedelta(days=28), due_to=DAY + dt.timedelta(days=55))
    hindsight = replace(INTERVAL, metric="nps", knew_to=DAY + dt.timedelta(days=40))
    again = replace(INTERVAL, dataset="d2", knew_to=DAY, low=0.0)
    unknown = replace(INTERVAL, metric="ces")
    found = scored(
        [again, INTERVAL, late, hindsight, unknown], lambda call: math.nan if call.metric == "ces" else 70.0, DAY + dt.timedelta(days=30)
    )
    assert [one.call for one in found] == [INTERVAL] and not found[0].happened, (
        "the first claim counts, not the one made with more knowledge"
    )


def test_hit_rates_by_hand() -> None:
    nine = score_of("interval", [True] * 9, [0.8] * 9)
    assert not nine.is_enough and nine.text == "Forecast intervals held: 9 of 9, too few to say how good they are."
    fifty = score_of("interval", [True] * 45 + [False] * 5, [0.8] * 50)
    assert (fifty.low, fifty.high) == pytest.approx((78.6398, 95.6524), abs=1e-4), "Wilson 45 of 50"
    assert fifty.text == "Forecast intervals held: 45 of 50, 90.0\u00a0% (78.6–95.7\u00a0%), where 80.0\u00a0% should."
    change = score_of("change", [True] * 9 + [False], [None] * 10)
    assert "9 of 10, 90.0\u00a0% (59.6–98.2\u00a0%)" in change.text and math.isnan(change.claimed)
    assert score("chance", []).text == "No chance has come due yet."


def test_brier_by_hand() -> None:
    chances, happened = [0.1, 0.1, 0.4, 0.9], [False, True, False, True]
    found = score_of("chance", happened, chances)
    assert found.brier == pytest.approx((0.01 + 0.81 + 0.16 + 0.01) / 4) and found.flat == pytest.approx(0.25)
    assert [(one.word, one.n, one.happened) for one in found.bins] == [("unlikely", 2, 50.0), ("uncertain", 1, 0.0), ("likely", 1, 100.0)]
    assert [one.said for one in found.bins] == pytest.approx([10, 40, 90])
    edges = score_of("chance", [True] * 4, [0.25, 0.6, 0.2, 0.7])
    assert [(one.word, one.n) for one in edges.bins] == [("unlikely", 1), ("uncertain", 2), ("likely", 1)], "25 and 60 are uncertain"
    assert "no better than" in score_of("chance", [True, False] * 5, [0.5] * 10).text
    assert "better than always" in score_of("chance", [True, False] * 5, [0.9, 0.1] * 5).text


def test_the_back_test_stands_in_the_past() -> None:
    """What it says of week 20 does not change with what comes after week 24."""
    rng = np.random.default_rng(3)
    weeks = rng.normal(10, 1, 60)
    whole, cut = backtest(weeks, "lower"), backtest(weeks[:24], "lower")
    assert [f.known for f in whole.of(4)] == list(range(16, 57, 4)) and [f.known for f in whole.of(13)] == list(range(16, 48, 4))
    assert [f.known for f in cut.forecasts] == [16, 20]
    for one in cut.forecasts:
        same = next(f for f in whole.of(4) if f.known == one.known)
        assert same.value == pytest.approx(weeks[one.known : one.known + 4].mean()) and same.value == one.value
        assert same.happened == (same.value <= weeks[one.known - 4 : one.known].mean())
        assert (same.low, same.high) == pytest.approx((one.low, one.high), abs=0.35), "other draws, same knowledge"
    assert backtest(weeks[:19], "lower").forecasts == () and backtest([], "lower").forecasts == ()
    assert backtest(np.full(30, math.nan), "lower").forecasts == ()
    steady = backtest(np.full(30, 5.0), "higher")
    assert all(f.held and f.happened for f in steady.forecasts)


@pytest.mark.slow
def test_the_back_test_finds_what_is_true() -> None:
    """Weeks with a memory of .3: 80 % intervals of 4-week means hold .84 to .92 (published for the mixture), whoever foretells them."""
    rng = np.random.default_rng(6)
    held = []
    for _ in range(12):
        news = rng.normal(size=104)
        for t in range(1, 104):
            news[t] += 0.3 * news[t - 1]
        held += [forecast.held for forecast in backtest(news, "lower").forecasts]
    assert 0.78 <= np.mean(held) <= 0.95
