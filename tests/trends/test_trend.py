"""What a trend says, on series made by hand: which gates hold, which scale is judged, what is left out, how it is worded."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import kpi
from kpi.errors import BadValue
from kpi.hours import Calendar, Schedule
from kpi.trends import holidays, limits, moved, together, trend
from tests.trends.series import remembering, result, shares

RNG = np.random.default_rng(7)
CALM = 4 + 0.05 * RNG.normal(size=104)


def test_below_twelve_nothing_is_claimed_and_below_twenty_limits_are_provisional() -> None:
    few, some, many = (trend(result(CALM[:n])) for n in (11, 12, 20))
    assert (few.verdict, few.finding) == ("unknown", "Too early to tell.") and "11 complete weeks" in few.caveat and not few.chart
    assert few.frame["limit_high"].isna().all() and np.isnan(few.p)
    assert some.is_provisional and "provisional below 20 weeks" in some.caveat and some.frame["limit_high"].notna().all()
    assert not many.is_provisional and many.verdict == "none"


def test_levels_need_sixteen_weeks() -> None:
    def stepped(n: int) -> str:
        return trend(result(CALM[:n] + 0.6 * (np.arange(n) >= n - 6))).verdict

    assert stepped(15) != "shift" and stepped(24) == "shift"


def test_a_step_is_dated_sized_and_judged() -> None:
    found = trend(result(CALM[:52] + 0.5 * (np.arange(52) >= 30)))
    (shift,) = found.shifts
    assert abs((dt.date.fromisoformat(shift.period) - dt.date(2025, 1, 6)).days / 7 - 30) <= 1
    assert shift.after - shift.before == pytest.approx(0.5, abs=0.06) and shift.change_low < 0.5 < shift.change_high
    assert found.is_better is True and found.direction == 1 and ": better." in found.finding
    assert "need not be the cause" in found.caveat and "may be the season" in found.caveat
    assert found.frame["level"].nunique() == 2
    worse = trend(result(np.exp(CALM[:52] + 0.5 * (np.arange(52) >= 30)), "first_reply_time"))
    assert worse.is_better is False and "+6" in worse.finding and "%" in worse.finding, "of durations in per cent: exp(.5) is +65 %"


def test_up_and_back_is_one_story() -> None:
    place = np.arange(52)
    found = trend(result(CALM[:52] + 0.5 * ((place >= 20) & (place < 32))))
    assert len(found.shifts) == 2 and found.direction == 0 and found.is_better is None
    assert "went up in the week of" in found.finding and "came back in the week of" in found.finding, "so clear a step has its one date"


def test_a_line_has_its_pace_and_its_interval() -> None:
    noise = RNG.normal(size=60) * 0.08
    found = trend(result(np.exp(8 - 0.01 * np.arange(60) + noise), "full_resolution_time"))
    assert found.verdict == "line" and found.line is not None and found.is_better is True
    assert found.line.relative == pytest.approx(np.exp(-0.59) - 1, abs=0.06)
    assert found.line.relative_low < np.exp(-0.59) - 1 < found.line.relative_high
    assert "over 60 weeks" in found.finding and "about -1.0" in found.finding.replace("-0.9", "-1.0")


def test_one_odd_week_is_said_with_how_rare_it_is() -> None:
    odd = CALM[:52].copy()
    odd[17] += 0.5
    found = trend(result(odd))
    assert found.verdict == "points" and [signal.period for signal in found.signals] == ["2025-05-05"]
    assert found.signals[0].side == 1 and "one week stands out" in found.finding and "by chance alone about one week in" in found.finding
    assert found.frame["side"].sum() == 1 and found.expected == pytest.approx(52 * 0.0027)


def test_a_week_whose_own_interval_reaches_inside_is_drawn_and_not_claimed() -> None:
    """A median of few waits can be anywhere: the week is outside the limits, but that it is unusual is not sure."""
    odd = CALM[:52].copy()
    odd[17] += 0.5
    measured = result(odd)
    measured.frame["low"], measured.frame["high"] = odd - 0.05, odd + 0.05
    found = trend(measured)
    assert found.verdict == "points" and found.signals[0].is_sure
    limit = found.signals[0].limit
    measured.frame.loc[17, "low"] = limit - 0.01
    found = trend(measured)
    assert found.verdict == "none" and not found.signals[0].is_sure and found.frame["side"].sum() == 1
    assert "One week lies outside the limits" in found.caveat
    measured.frame.loc[17, "low"] = np.nan
    assert trend(measured).verdict == "none", "an interval that cannot be told is as wide as can be"


def test_durations_are_judged_as_factors() -> None:
    """Log-normal weeks: as raw values some would stand out; a week ten times as long does either way."""
    waits = np.exp(8 + RNG.normal(size=52))
    assert trend(result(waits, "first_reply_time")).scale == "log" and not trend(result(waits, "first_reply_time")).is_moved
    waits[30] *= 400
    assert trend(result(waits, "first_reply_time")).verdict == "points"
    zeros = np.where(np.arange(52) % 5 == 0, 0.0, np.exp(8 + 0.3 * RNG.normal(size=52)))
    found = trend(result(zeros, "first_reply_time"))
    assert np.isfinite(found.frame["limit_high"]).all() and (found.frame["limit_low"] >= 0).all()


def test_weekdays_are_taken_out_of_days() -> None:
    rhythm = np.array([120, 110, 105, 100, 95, 20, 15.0])
    days = RNG.poisson(np.tile(rhythm, 13)).astype(float)
    found = trend(result(days, "tickets_created", "day"))
    assert found.verdict == "none" and any("weekdays" in note for note in found.notes)
    assert found.frame["limit_high"].iloc[5] < found.frame["limit_low"].iloc[0], "a Sunday is never a usual Monday"
    days[47] = 70  # a Saturday like a slow Monday
    found = trend(result(days, "tickets_created", "day"))
    assert found.verdict == "points" and found.signals[0].period == "2025-02-22"
    assert trend(result(days[:27], "tickets_created", "day")).verdict == "unknown", "four weeks at least"


def test_a_season_of_volume_is_no_change_but_a_flood_is() -> None:
    place = np.arange(104)
    season = 300 * (1 + 0.25 * np.cos(2 * np.pi * place / 52.18))
    counts = RNG.poisson(season).astype(float)
    calm = trend(result(counts, "tickets_created"), last=52)
    assert calm.verdict == "none" and any("yearly wave" in note for note in calm.notes)
    counts[80:84] *= 1.8
    flood = trend(result(counts, "tickets_created"), last=52)
    assert flood.is_moved and min(signal.period for signal in flood.signals) == flood.frame["period"].iloc[28]
    waits = trend(result(np.exp(7 + 0.25 * np.cos(2 * np.pi * place / 52.18) + 0.05 * RNG.normal(size=104)), "first_reply_time"), last=52)
    assert waits.is_moved, "of durations the season is told, with the year before beside it"
    assert "a year earlier" in waits.text and waits.year is not None and waits.year.p > 0.01


def test_years_are_compared_from_two_on() -> None:
    assert trend(result(CALM[:103])).year is None
    risen = trend(result(CALM + 0.4 * (np.arange(104) >= 52)), last=52)
    assert risen.year is not None and risen.year.now - risen.year.before == pytest.approx(0.4, abs=0.03)
    assert risen.verdict == "year" and "beyond noise: better" in risen.finding


def test_open_periods_gaps_and_few_rows_are_drawn_not_judged() -> None:
    collapsing = np.r_[CALM[:30], 0.2]
    found = trend(result(collapsing, open_=1))
    assert found.n == 30 and found.verdict == "none" and len(found.frame) == 31 and not found.frame["is_complete"].iloc[-1]
    holes = CALM[:40].copy()
    holes[[3, 9, 22]] = np.nan
    assert trend(result(holes)).n == 37
    rows = np.full(40, 50.0)
    rows[12] = 2
    loose = CALM[:40].copy()
    loose[12] = 1
    found = trend(result(loose, n=rows))
    assert found.n == 39 and not found.signals and any("only drawn" in note for note in found.notes)
    start = trend(result(np.r_[[np.nan] * 5, CALM[:30]]))
    assert start.frame["period"].iloc[0] == "2025-02-10", "nobody measured before"


def test_what_never_moves_has_no_limits_and_no_signals() -> None:
    for found in (trend(result(np.full(30, 4.0))), trend(shares([40] * 30, [40] * 30)), trend(shares([0] * 30, [40] * 30))):
        assert found.verdict == "none" and not found.signals and found.chart == "" and "all the time" in found.caveat
    assert trend(result(np.full(30, np.nan))).verdict == "unknown"
    assert trend(result([])).verdict == "unknown"


def test_a_rare_count_is_left_to_luck() -> None:
    """Nothing in most weeks, one in some: one is no signal, five are."""
    counts = np.zeros(52)
    counts[[5, 19, 40]] = 1
    assert not trend(result(counts, "tickets_created")).signals
    counts[45] = 5
    assert [signal.value for signal in trend(result(counts, "tickets_created")).signals] == [5.0]


def test_a_share_of_few_answers_has_exact_limits_and_of_many_laneys() -> None:
    size = np.full(52, 20.0)
    good = RNG.binomial(20, 0.9, 52).astype(float)
    good[10] = 8
    few = trend(shares(good, size))
    assert few.chart == "exact binomial" and few.verdict == "points" and few.is_better is False
    plenty = RNG.binomial(2000, np.clip(RNG.normal(0.8, 0.02, 52), 0, 1)).astype(float)
    many = trend(shares(plenty, np.full(52, 2000.0)))
    assert many.chart == "Laney p'" and many.verdict == "none", "weeks differ by more than counting luck, and that is usual"


def test_numbers_that_are_not_ripe_are_not_judged() -> None:
    falling = shares(np.r_[np.full(48, 99.0), 95, 90, 80, 60], np.full(52, 100.0), "resolution_rate")
    found = trend(falling)
    assert found.verdict == "unknown" and "fewer are solved yet" in found.caveat


def test_weeks_of_holidays_are_set_apart() -> None:
    calendar = Calendar(
        (
            Schedule(
                "all", "UTC", ((),) * 7, holidays=(dt.date(2025, 4, 18), dt.date(2025, 4, 21), dt.date(2025, 5, 1), dt.date(2025, 5, 2))
            ),
        )
    )
    weeks = [(dt.date(2025, 1, 6) + dt.timedelta(weeks=n)).isoformat() for n in range(52)]
    special = holidays(calendar, weeks, "week")
    assert sorted(special) == ["2025-04-28", "2025-12-22", "2025-12-29"], (
        "one holiday is part of the usual; Good Friday and Easter Monday are two weeks"
    )
    assert holidays(None, ["2025-12-24", "2025-12-23"], "day") == {"2025-12-24": "holiday"}
    assert holidays(calendar, ["2025-04-01"], "month") == {}
    low = CALM[:52].copy()
    low[weeks.index("2025-12-22")] = 2
    assert trend(result(low)).verdict == "points"
    found = trend(result(low), apart=special)
    assert found.verdict == "none" and (found.frame["apart"] != "").sum() == 3 and "Not judged" in found.frame["said"].iloc[50]


def test_a_result_without_periods_or_another_metric_is_refused_in_words() -> None:
    with pytest.raises(BadValue, match="needs periods"):
        trend(kpi.Result(result(CALM).frame, result(CALM).metrics, kpi.Scope()))
    with pytest.raises(BadValue, match="was not measured"):
        trend(result(CALM), "nps")
    with pytest.raises(BadValue, match="many series"):
        trend(kpi.Result(result(CALM).frame, result(CALM).metrics, kpi.Scope(by="week", split=["channel"])))


def test_the_board_allows_for_all_it_looked_at() -> None:
    quiet = [trend(result(4 + 0.1 * remembering(RNG, 52, 0.3))) for _ in range(30)]
    loud = trend(result(CALM[:52] + 0.5 * (np.arange(52) >= 26)))
    board = together([*quiet, loud, trend(result(CALM[:5]))], "week")
    assert board.looked_at == 31 and board.rows[0].trend is loud and board.rows[0].is_moved and board.rows[-1].trend.verdict == "unknown"
    assert "We looked at 31 metrics" in board.caveat and "1 more is not judged" in board.caveat and loud.finding in board.finding
    assert together(quiet[:1], "week", "group").text.count("group") == 1
    assert together([], "week").finding == "Too early to tell."
    one = moved(result(CALM[:52]))
    assert one.looked_at == 1 and one.finding == "No change beyond the usual up and down." and not one.moved


def test_the_board_is_stricter_than_one_look() -> None:
    """A p-value of .04 among forty is nothing."""
    many = [trend(result(4 + 0.1 * remembering(RNG, 52, 0.3))) for _ in range(40)]
    alone = sum(one.is_moved for one in many)
    assert len(together(many, "week").moved) <= alone


def test_limits_are_widened_for_memory_and_far_weeks_leave_the_baseline() -> None:
    calm = RNG.normal(size=52)
    none = np.zeros(52, bool)
    plain, wide = limits.of_values(calm, 0.0, none), limits.of_values(calm, 0.75, none)
    assert (wide.high - wide.centre)[0] == pytest.approx(2 * (plain.high - plain.centre)[0])
    flooded = calm.copy()
    flooded[20:24] += 12
    far = limits.far_out(flooded)
    assert np.flatnonzero(far).tolist() == [20, 21, 22, 23]
    assert limits.of_values(flooded, 0.0, far).high[0] < 5
    half = calm + 12 * (np.arange(52) >= 26)
    assert not limits.far_out(half).any(), "half of all weeks are not exceptions"
