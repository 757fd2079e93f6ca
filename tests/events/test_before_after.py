"""Oracles: R's nlme::gls (REML, corAR1) on Nile, Seatbelts and LakeHuron; medians worked by hand; a company where nothing happened."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kpi import Scope
from kpi.catalogue import find
from kpi.errors import BadValue
from kpi.events import Event, Series, before_after, together
from kpi.measure import Result
from kpi.stats.base import t_of

CLASSIC = json.loads((Path(__file__).parents[1] / "stats" / "classic_series.json").read_text())
SEATS = json.loads((Path(__file__).parent / "seatbelts.json").read_text())
BLAMING = ("because of", "caused", "due to", "thanks to", "led to a", "effect of", "result of", "resulted")


def years(values: list[float], first: int = 1971, **more: object) -> Series:
    """One value a year. The calendar begins a century after the data, whose years no help desk has."""
    return Series(tuple(dt.date(first + i, 1, 1) for i in range(len(values))), np.array(values, float), by="year", **more)  # type: ignore[arg-type]


def months(values: list[float], **more: object) -> Series:
    dates = tuple(dt.date(1969 + i // 12, i % 12 + 1, 1) for i in range(len(values)))
    return Series(dates, np.array(values, float), by="month", **more)  # type: ignore[arg-type]


def weeks(values: list[float] | np.ndarray, first: dt.date = dt.date(2025, 1, 6), **more: object) -> Series:
    dates = tuple(first + dt.timedelta(weeks=i) for i in range(len(values)))
    return Series(dates, np.array(values, float), **more)  # type: ignore[arg-type]


def at_week(n: int, days: int = 0) -> dt.date:
    return dt.date(2025, 1, 6) + dt.timedelta(weeks=n, days=days)


LAW = Event(dt.date(1983, 2, 1), "Belts in front seats")


def test_nile_level() -> None:
    """R: gls(Nile ~ (1:100 >= 29), corAR1, REML): -249.33133 (SE 34.019397), phi .18301168."""
    found = before_after(years(CLASSIC["nile"]), Event(dt.date(1999, 1, 1), "Dam"), window=100, lines=False)
    assert (found.model, found.before_n, found.after_n) == ("level", 28, 72)
    assert found.effect == pytest.approx(-249.33133, rel=1e-6)
    assert found.phi == pytest.approx(0.18301168, abs=1e-6)
    half = t_of(0.95, 98 * (1 - found.phi) / (1 + found.phi)) * 34.019397
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=1e-5)
    assert found.is_clear and found.stronger == 0
    assert "From 1999 on, the number was 249 lower than the 28 years before would have led one to expect" in found.finding
    assert np.nanmedian(found.frame["expected"][found.frame["is_after"]]) == pytest.approx(1098.6714, rel=1e-6), (
        "where it would have stayed"
    )


def test_nile_line_of_26_years_a_side() -> None:
    """R: gls(y ~ t + d + d:(t - 27)) on the 26 years before and after 1899; the mean difference from the same with (t - 27) centred."""
    found = before_after(years(CLASSIC["nile"]), Event(dt.date(1999, 1, 1), "Dam"))
    assert (found.model, found.before_n, found.after_n) == ("line", 26, 26)
    assert found.effect == pytest.approx(-304.82063289, rel=1e-5)
    assert found.phi == pytest.approx(0.241629392, abs=1e-5)
    t = t_of(0.95, 48 * (1 - found.phi) / (1 + found.phi))
    assert (found.high - found.low) / 2 == pytest.approx(t * 98.06846648, rel=1e-4)
    assert found.average == pytest.approx(-322.842300, rel=1e-5)
    assert (found.average_high - found.average_low) / 2 == pytest.approx(t * 132.232333, rel=1e-4)


def test_seatbelts_law_in_per_cent() -> None:
    """R: log(drivers) ~ t + law + law:(t - 170): law -.34848546 (SE .09414581), phi .62905746. On the log scale a step is a factor."""
    found = before_after(months(CLASSIC["seatbelts_drivers"], unit="count", better="lower"), LAW, window=200)
    assert found.scale.is_log
    assert math.log1p(found.effect / 100) == pytest.approx(-0.34848546, rel=1e-6)
    assert found.phi == pytest.approx(0.62905746, abs=1e-6)
    half = t_of(0.95, 188 * (1 - found.phi) / (1 + found.phi)) * 0.09414581
    assert math.log1p(found.low / 100) == pytest.approx(-0.34848546 - half, rel=1e-5)
    february = found.frame[found.frame["period"] == "1983-02-01"].iloc[0]
    # statistics: 7.51036777 - .00086896915 × 170 is where the line was heading in the 170th month
    assert math.log(february["expected"]) == pytest.approx(7.51036777 - 0.00086896915 * 170, rel=1e-6)
    assert "29.4\u00a0% lower" in found.finding and "(-41.6 to -14.7\u00a0%)" in found.finding


def test_seatbelts_front_against_rear_seats() -> None:
    """R on log(front / rear), which takes out what happened to all who drive: -.39214106 (SE .08288118), mean -.36377914."""
    front, rear = (months(SEATS[seat], unit="count", label=seat) for seat in ("front", "rear"))
    found = before_after(front, LAW, rear, window=200)
    assert math.log1p(found.effect / 100) == pytest.approx(-0.39214105822, rel=1e-6)
    assert math.log1p(found.average / 100) == pytest.approx(-0.3637791436, rel=1e-6)
    assert found.phi == pytest.approx(0.576722416, abs=1e-6)
    assert "its own past and rear would have led one to expect" in found.finding
    first = found.frame[found.frame["period"] == "1983-02-01"].iloc[0]
    expected = math.exp(0.87135779845 - 0.00094443591 * 170) * SEATS["rear"][169]
    assert first["expected"] == pytest.approx(expected, rel=1e-6), "the control lifts what is expected back to the number's own scale"


def test_lake_huron_where_nothing_happened() -> None:
    """R: no step at the 47th year: -.69067 (SE .68148), phi .78604; and by level alone in 9 + 9 years -.59418 (SE .85518)."""
    found = before_after(years(CLASSIC["lake_huron"], first=1975), Event(dt.date(2021, 1, 1), "Nothing"), window=100)
    assert found.effect == pytest.approx(-0.6906717950, rel=1e-5)
    assert found.phi == pytest.approx(0.786038763, abs=1e-5)
    assert (found.high - found.low) / 2 == pytest.approx(t_of(0.95, 94 * (1 - found.phi) / (1 + found.phi)) * 0.6814846633, rel=1e-4)
    assert not found.is_clear and found.finding.startswith("No clear change")
    short = before_after(years(CLASSIC["lake_huron"][40:58]), Event(dt.date(1980, 1, 1), "Nothing"))
    assert (short.model, short.before_n, short.after_n) == ("level", 9, 9)
    assert short.effect == pytest.approx(-0.594177372, rel=1e-5) and short.phi == pytest.approx(0.720146567, abs=1e-5)
    assert "With fewer than 12 years on a side only the level is compared" in short.caveat


def test_too_few_periods_are_only_described() -> None:
    """Five weeks before (medians by hand: 10 12 14 16 18 -> 14) and three after (9, 11, 30 -> 11)."""
    found = before_after(weeks([10, 12, 14, 16, 18, 9, 11, 30], label="Waits"), Event(at_week(5), "Move"))
    assert (found.model, found.median_before, found.median_after) == ("descriptive", 14, 11)
    assert math.isnan(found.effect) and math.isnan(found.p) and not found.is_clear
    assert found.finding == (
        "Too few weeks to say more than this: the median of Waits was 14.0 in the 5 weeks before and 11.0 in the 3 weeks after."
    )
    for n, model in ((7, "descriptive"), (8, "level"), (11, "level"), (12, "line")):
        noise = np.random.default_rng(n).normal(size=40)
        noise[[n - 2, n - 1, 18, 19]] = 0.0  # no worst week just before
        assert before_after(weeks(noise[: n + 20]), Event(at_week(n), "x")).model == model
        assert before_after(weeks(noise[: n + 20]), Event(at_week(20), "x")).model == model


def test_the_period_of_the_event_is_left_out_unless_it_begins_with_it() -> None:
    values = np.random.default_rng(1).normal(size=40)
    on_monday = before_after(weeks(values), Event(at_week(20), "x"))
    assert (on_monday.left_out, on_monday.before_n, on_monday.after_n) == (0, 20, 20)
    on_thursday = before_after(weeks(values), Event(at_week(20, 3), "x"))
    assert (on_thursday.left_out, on_thursday.before_n, on_thursday.after_n) == (1, 20, 19)
    assert on_thursday.frame["side"].tolist() == ["before"] * 20 + ["left out"] + ["after"] * 19
    assert on_thursday.median_during == values[20]
    assert "From the week of 2 Jun 2025 on" in on_thursday.finding.replace("from", "From")
    # the value left out plays no part
    values[20] = 1e6
    assert before_after(weeks(values), Event(at_week(20, 3), "x")).effect == on_thursday.effect


def test_an_event_that_lasts() -> None:
    """Ten weeks of campaign: they are compared; what comes after its end is not. Two weeks of incident: they are left out."""
    rng = np.random.default_rng(3)
    values = 100 + rng.normal(size=50)
    values[20:30] += 10
    campaign = before_after(weeks(values), Event(at_week(20), "Campaign", end=at_week(30, -1)))
    assert campaign.is_during and (campaign.before_n, campaign.after_n) == (20, 10)
    assert campaign.low < 10 < campaign.high and campaign.is_clear
    assert "From the week of 26 May 2025 to that of 28 Jul 2025" in campaign.finding
    incident = before_after(weeks(values), Event(at_week(31, 2), "Incident", end=at_week(32, 1)))
    assert not incident.is_during and incident.left_out == 2
    assert incident.frame["side"].tolist()[-19:] == ["left out"] * 2 + ["after"] * 17


def test_placebo_dates_use_only_what_came_before() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=80)
    calm = before_after(weeks(values), Event(at_week(60), "x"))
    assert len(calm.placebos) == 37, "every place with 12 weeks on both sides of it, before the event"
    assert max(calm.placebos["date"]) == str(at_week(48))
    values[60:] += 50
    stepped = before_after(weeks(values), Event(at_week(60), "x"))
    pd.testing.assert_frame_equal(stepped.placebos, calm.placebos)
    assert stepped.stronger == 0 and stepped.is_clear
    assert "Tried at 37 earlier dates, the same reckoning finds a step this strong at none of them." in stepped.caveat


def test_a_step_as_others_before_it_is_no_finding() -> None:
    """A step beyond noise is nothing special where more than a tenth of the dates before have one as strong."""
    values = np.random.default_rng(5).normal(size=80) + 4 * (np.arange(80) >= 60)
    found = before_after(weeks(values), Event(at_week(60), "x"))
    assert found.is_clear and len(found.placebos) == 37
    for many, is_rare in ((3, True), (4, False)):
        strengths = [-2 * found.strength] * many + [0.1] * (37 - many)
        eventful = replace(found, placebos=found.placebos.assign(strength=strengths))
        assert eventful.stronger == many and eventful.is_rare == is_rare == eventful.is_clear
        assert eventful.finding.startswith("No clear change") == (not is_rare)
    assert (
        "A step this strong turns up at other dates too: tried at 37 earlier ones, the same reckoning finds it at 4 of them."
        in eventful.caveat
    )
    few = replace(found, placebos=found.placebos.head(9).assign(strength=99.0))
    assert few.is_clear and "too few earlier weeks to try" in few.caveat


def test_an_interval_that_just_leaves_zero_out_is_not_called_a_change() -> None:
    """A nominal 5 % is 6 to 10 % with memory measured from few weeks: a claim asks for 2 %."""
    rng = np.random.default_rng(0)
    found = [before_after(weeks(rng.normal(size=30) + (np.arange(30) >= 15)), Event(at_week(15), "x"), placebos=0) for _ in range(60)]
    nearly = [one for one in found if 0.02 <= one.p < 0.05]
    assert nearly and all(one.low > 0 or one.high < 0 for one in nearly)
    assert all(not one.is_clear and "that alone is not enough to call it a change" in one.caveat for one in nearly)
    assert all(one.is_clear == (one.p < 0.02) for one in found)


def test_an_event_after_the_worst_week() -> None:
    values = 100 + np.random.default_rng(2).normal(size=40)
    values[19] = 115  # the week just before
    worst = before_after(weeks(values, better="lower"), Event(at_week(20), "New rule"))
    assert worst.is_after_worst and worst.before_n == 19
    assert "The event followed the worst week of all before it" in worst.caveat
    assert worst.frame["side"].tolist()[19] == "left out"
    assert not before_after(weeks(values, better="higher"), Event(at_week(20), "New rule")).is_after_worst, "a high week was a good one"
    assert before_after(weeks(values, better="neither"), Event(at_week(20), "New rule")).is_after_worst
    assert not before_after(weeks(values, better="lower"), Event(at_week(25), "New rule")).is_after_worst


def test_times_of_zero_get_a_minute_and_shares_stay_points() -> None:
    rng = np.random.default_rng(4)
    times = np.round(np.exp(rng.normal(5, 0.2, size=40)))
    times[3] = 0
    found = before_after(weeks(times, unit="s"), Event(at_week(20), "x"))
    assert found.scale.is_log and found.scale.shift == 60
    assert found.scale.back(found.scale.to(times)) == pytest.approx(times, abs=1e-9)
    share = before_after(weeks(80 + rng.normal(size=40), unit="%"), Event(at_week(20), "x"))
    assert not share.scale.is_log and "pts" in share.finding
    assert not before_after(weeks([*[0.0] * 5, *range(1, 36)], unit="count"), Event(at_week(20), "x")).scale.is_log


def test_several_numbers_are_judged_together() -> None:
    """Holm by hand on three p-values."""
    rng = np.random.default_rng(11)
    found = [before_after(weeks(rng.normal(size=40)), Event(at_week(20), "x"), placebos=0) for _ in range(3)]
    one, two, three = sorted(one.p for one in found)
    by_hand = {one: 3 * one, two: max(3 * one, 2 * two), three: max(3 * one, 2 * two, three)}
    both = together(found)
    assert [b.p for b in both] == pytest.approx([min(1, by_hand[f.p]) for f in found])
    assert {b.looked for b in both} == {3}
    assert "3 numbers were looked at, and the verdict allows for that (Holm)." in both[0].caveat
    assert together([]) == ()


def test_words_tell_an_order_in_time_and_name_what_else_happened() -> None:
    event = Event(at_week(20), "New macro")
    others = [
        event,
        Event(at_week(21), "Outage", "incident"),
        Event(at_week(24), "Barely near", "hire"),
        Event(at_week(25), "Far"),
        Event(at_week(20), "Whit", "holiday"),
    ]
    noise = np.random.default_rng(6).normal(size=40)
    for step in (0.0, 8.0):
        found = before_after(weeks(noise + step * (np.arange(40) >= 20), label="AHT"), event, others=others)
        assert found.is_clear == bool(step)
        assert not [word for word in BLAMING if word in found.text.casefold()]
        assert [e.title for e in found.nearby] == ["Whit", "Outage", "Barely near"]
        assert "within four weeks also “Outage” (2 Jun 2025), “Barely near” (23 Jun 2025) and 1 holiday." in found.caveat
        assert "What comes after something need not come from it" in found.caveat


def test_what_cannot_be_compared_says_why() -> None:
    calm = weeks(np.random.default_rng(0).normal(size=30))
    for day in (dt.date(2024, 1, 1), at_week(0), at_week(30), dt.date(2030, 1, 1)):
        with pytest.raises(BadValue, match="before it or none after it"):
            before_after(calm, Event(day, "x"))
    with pytest.raises(BadValue, match="weekly rhythm"):
        before_after(Series((at_week(0), at_week(0, 1)), np.array([1.0, 2.0]), by="day"), Event(at_week(0, 1), "x"))
    with pytest.raises(BadValue, match="same number"):
        before_after(calm, Event(at_week(9), "x"), years([1.0]))
    with pytest.raises(BadValue, match="dates"):
        Series((at_week(0),), np.array([1.0, 2.0]))


def test_unknown_weeks_keep_their_place_and_count_for_nothing() -> None:
    values = np.random.default_rng(9).normal(size=40)
    values[[2, 25, 26]] = math.nan
    found = before_after(weeks(values), Event(at_week(20), "x"))
    assert (found.before_n, found.after_n) == (19, 18)
    nothing = before_after(weeks([math.nan] * 40), Event(at_week(20), "x"))
    assert nothing.model == "descriptive" and nothing.median_before != nothing.median_before
    still = before_after(weeks([5.0] * 40), Event(at_week(20), "x"))
    assert (still.effect, still.low, still.high) == (0, 0, 0) and not still.is_clear


def test_a_series_of_a_result() -> None:
    """Complete periods only, with the metric's label, statistic and unit."""
    rows = [
        {"metric": "handle_time", "period": f"2026-03-{day:02}", "value": value, "is_complete": whole, "notes": ("mean",)}
        for day, value, whole in ((2, 300.0, True), (9, math.nan, True), (16, 320.0, False))
    ]
    result = Result(pd.DataFrame(rows), {"handle_time": find("handle_time")}, Scope(by="week"))
    series = Series.of(result)
    assert series.dates == (dt.date(2026, 3, 2), dt.date(2026, 3, 9))
    assert series.values[0] == 300 and math.isnan(series.values[1])
    assert (series.label, series.unit, series.better) == ("Handle time (AHT), mean", "s", "lower")
    with pytest.raises(BadValue, match="one value a period"):
        Series.of(Result(pd.DataFrame(rows), {"handle_time": find("handle_time")}, Scope(by="all")))


@pytest.mark.slow
def test_what_is_claimed_where_nothing_happened() -> None:
    """200 series of 78 weeks with memory .3 and no step: published false positives of the step alone .047; the claim also wants it rare."""
    rng = np.random.default_rng(17)
    claimed = beyond = 0
    for _ in range(200):
        news = rng.normal(size=98)
        for t in range(1, 98):
            news[t] += 0.3 * news[t - 1]
        found = before_after(weeks(news[20:]), Event(at_week(52), "x"), placebos=20)
        claimed += found.is_clear
        beyond += found.low > 0 or found.high < 0
    assert beyond <= 20, "0.047 of 200 is 9.4; 20 is three and a half standard deviations off"
    assert claimed <= 10, "at most 5 %"
