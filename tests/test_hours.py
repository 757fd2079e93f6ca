"""Working hours against numbers worked by hand, numpy's business-day count and, where it is installed, a peer."""

from datetime import date, time

import numpy as np
import pandas as pd
import pytest

from kpi.errors import BadValue
from kpi.hours import Calendar, Span, offset_changes, parse_calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WEEKDAYS, "sat", "sun")
HOUR = 3600.0


def toml(hours: dict[str, list[str]], zone: str = "UTC", name: str = "desk", more: str = "", override: str = "") -> str:
    lines = "\n".join(f"{day} = {spans!r}" for day, spans in hours.items())
    return f'[[schedule]]\nname = "{name}"\nzone = "{zone}"\n{more}\n[schedule.hours]\n{lines}\n[schedule.override]\n{override}\n'


def calendar(hours: dict[str, list[str]], **rest: str) -> Calendar:
    return parse_calendar(toml(hours, **rest))


def office(**rest: str) -> Calendar:
    return calendar({day: ["09:00-17:00"] for day in WEEKDAYS}, **rest)


def always(zone: str) -> Calendar:
    return calendar({day: ["00:00-24:00"] for day in EVERY_DAY}, zone=zone)


def between(desk: Calendar, start: str, end: str) -> float:
    return float(desk.seconds_between([start], [end])[0])


def due(desk: Calendar, start: str, seconds: float) -> str:
    return str(desk.due_at([start], [seconds])[0])


# 2026-01-05 is a Monday.
@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-01-05T09:00", "2026-01-05T17:00", 8),
        ("2026-01-05T08:00", "2026-01-05T10:00", 1),
        ("2026-01-05T16:00", "2026-01-06T10:00", 2),
        ("2026-01-09T16:30", "2026-01-12T09:30", 1),  # over a weekend
        ("2026-01-05T17:00", "2026-01-06T09:00", 0),  # one night: a real 0
        ("2026-01-10T00:00", "2026-01-11T23:59", 0),  # Saturday and Sunday
        ("2026-01-05T00:00", "2026-01-12T00:00", 40),
        ("2026-01-05T10:00", "2026-01-05T10:00", 0),
        ("2026-01-06T10:00", "2026-01-05T10:00", 0),  # the end before the start
    ],
)
def test_office_hours(start: str, end: str, hours: float) -> None:
    assert between(office(), start, end) == hours * HOUR


def test_microseconds_are_kept() -> None:
    assert between(office(), "2026-01-05T16:59:59.900000", "2026-01-06T09:00:00.000001") == 0.100001
    assert due(office(), "2026-01-05T16:59:59.900000", 0.100001) == "2026-01-06T09:00:00.000001"


def test_unknown_instants_are_unknown() -> None:
    starts = np.array(["NaT", "2026-01-05T09:00", "0001-01-01", "2026-01-05T09:00", "2026-01-05T09:00"], dtype="datetime64[us]")
    ends = np.array(["2026-01-05T09:00", "NaT", "2026-01-05T09:00", "9999-12-31T23:59:59", "2026-01-05T10:00"], dtype="datetime64[us]")
    np.testing.assert_array_equal(office().seconds_between(starts, ends), [np.nan] * 4 + [HOUR])
    np.testing.assert_array_equal(office().seconds_between(starts[:1], ends[:1]), [np.nan])
    assert office().seconds_between([], []).shape == (0,)
    result = office().due_at(starts[[0, 1, 1, 1, 1, 2]], [5.0, np.nan, -1.0, np.inf, 1e300, 5.0])
    assert np.isnat(result).all()
    assert result.dtype == np.dtype("datetime64[us]")


def test_kinds_of_input() -> None:
    starts = pd.Series(pd.to_datetime(["2026-01-05 09:00", None]))
    ends = pd.Series(pd.to_datetime(["2026-01-05 10:30", "2026-01-05 10:00"]))
    np.testing.assert_array_equal(office().seconds_between(starts, ends), [5400, np.nan])
    assert office().seconds_between(np.datetime64("2026-01-05T09:00"), np.datetime64("2026-01-06T09:00")).shape == ()
    broadcast = office().seconds_between(np.datetime64("2026-01-05"), np.array([["2026-01-06"], ["2026-01-07"]], dtype="datetime64[s]"))
    np.testing.assert_array_equal(broadcast, [[8 * HOUR], [16 * HOUR]])


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-01-05T10:00", 1, "2026-01-05T11:00"),
        ("2026-01-05T10:00", 7, "2026-01-05T17:00"),  # landing on the closing time stays there
        ("2026-01-05T10:00", 8, "2026-01-06T10:00"),
        ("2026-01-09T16:00", 2, "2026-01-12T10:00"),
        ("2026-01-05T03:00", 1, "2026-01-05T10:00"),
        ("2026-01-05T10:00", 40, "2026-01-12T10:00"),
        ("2026-01-05T10:00", 0, "2026-01-05T10:00"),  # already open
        ("2026-01-05T09:00", 0, "2026-01-05T09:00"),
        ("2026-01-05T17:00", 0, "2026-01-06T09:00"),  # 17:00 is closed
        ("2026-01-10T12:00", 0, "2026-01-12T09:00"),
        ("2026-01-05T09:00", 8 * 261 * 60, "2086-01-07T09:00"),  # 15,660 working days, counted by numpy below
    ],
)
def test_due(start: str, hours: float, end: str) -> None:
    if hours > 1000:
        end = f"{np.busday_offset('2026-01-05', 8 * 261 * 60 // 8 - 1)}T17:00"
    assert due(office(), start, hours * HOUR) == str(np.datetime64(end, "us"))


def test_never_open_is_never_due() -> None:
    closed = calendar({"mon": []})
    assert between(closed, "2026-01-05", "2027-01-05") == 0
    assert np.isnat(closed.due_at(["2026-01-05", "2026-01-05"], [0.0, 1.0])).all()
    once = calendar({"mon": []}, override='"2026-03-07" = ["10:00-12:00"]')
    np.testing.assert_array_equal(
        once.due_at(["1950-01-01", "1950-01-01", "2026-03-07T11:00", "2026-03-07T12:00"], [0, 7201, 3600, 0]),
        np.array(["2026-03-07T10:00", "NaT", "2026-03-07T12:00", "NaT"], dtype="datetime64[us]"),
    )


def test_several_spans_and_spans_that_touch() -> None:
    lunch = calendar({"mon": ["13:00-17:30", "09:00-12:00"]})
    assert between(lunch, "2026-01-05T11:00", "2026-01-05T14:00") == 2 * HOUR
    assert due(lunch, "2026-01-05T11:00", HOUR) == "2026-01-05T12:00:00.000000"
    assert due(lunch, "2026-01-05T11:00", HOUR + 1) == "2026-01-05T13:00:01.000000"
    touching = calendar({"mon": ["09:00-12:00", "12:00-24:00"], "tue": ["00:00-02:00"]})
    assert between(touching, "2026-01-05", "2026-01-07") == 17 * HOUR
    assert due(touching, "2026-01-05T12:00", 0) == "2026-01-05T12:00:00.000000"  # noon is open
    assert due(touching, "2026-01-06T00:00", 0) == "2026-01-06T00:00:00.000000"


def test_a_span_belongs_to_the_date_it_starts_on() -> None:
    nights = {"mon": ["22:00-06:00"], "tue": ["22:00-06:00"], "wed": ["22:00-00:00"]}
    plain = calendar(nights)
    assert between(plain, "2026-01-05", "2026-01-12") == 18 * HOUR
    assert between(plain, "2026-01-06T00:00", "2026-01-06T06:00") == 6 * HOUR
    # A holiday on Tuesday: Monday's tail stays, Tuesday's night goes, its tail on Wednesday with it.
    holiday = calendar(nights, more='holidays = ["2026-01-06"]')
    assert between(holiday, "2026-01-06T00:00", "2026-01-07T00:00") == 6 * HOUR
    assert between(holiday, "2026-01-07T00:00", "2026-01-07T06:00") == 0
    assert between(holiday, "2026-01-05", "2026-01-12") == 10 * HOUR
    assert between(calendar(nights, override='"2026-01-06" = []'), "2026-01-05", "2026-01-12") == 10 * HOUR
    moved = calendar(nights, override='"2026-01-06" = ["06:00-08:00", "23:00-01:00"]')
    assert between(moved, "2026-01-05", "2026-01-12") == (8 + 2 + 2 + 2) * HOUR
    assert between(moved, "2026-01-06T04:00", "2026-01-06T08:00") == 4 * HOUR  # the tail and the override touch


def test_holidays_and_overrides() -> None:
    desk = office(
        zone="America/New_York",
        more='country = "US"\nsubdivision = "NY"\nholidays = ["2026-12-28", 2026-12-29]',
        override='"2026-12-24" = ["09:00-12:00"]\n"2026-12-25" = ["10:00-11:00"]\n"2026-12-30" = []',
    )
    # Worked by hand: Dec 21, 22, 23 in full; 24 short; 25 a public holiday, opened; 28, 29 listed; 30 closed; 31 in full.
    assert between(desk, "2026-12-21T05:00", "2027-01-01T05:00") == (3 * 8 + 3 + 1 + 8) * HOUR
    assert between(desk, "2026-07-03T04:00", "2026-07-04T04:00") == 0  # July 4 is a Saturday, observed on Friday
    assert between(desk, "2026-02-12T05:00", "2026-02-13T05:00") == 0  # Lincoln's birthday, in New York State only
    assert desk.schedule().is_holiday(date(2026, 12, 25))
    assert desk.schedule().spans_on(date(2026, 12, 25)) == (Span(600, 660),)
    assert desk.schedule().spans_on(date(2026, 12, 26)) == ()
    federal = office(zone="America/New_York", more='country = "US"')
    assert between(federal, "2026-02-12T05:00", "2026-02-13T05:00") == 8 * HOUR
    # Holidays are local dates: in Auckland the 25th begins at 11:00 UTC of the 24th.
    auckland = calendar({day: ["00:00-24:00"] for day in EVERY_DAY}, zone="Pacific/Auckland", more='holidays = ["2026-12-25"]')
    assert due(auckland, "2026-12-24T11:00", 0) == "2026-12-25T11:00:00.000000"


@pytest.mark.parametrize(
    ("zone", "spans", "start", "end", "hours"),
    [
        # A day of 24 hours by the clock is 23 or 25 long (start and end are the local midnights in UTC).
        ("America/New_York", ["00:00-24:00"], "2024-03-10T05:00", "2024-03-11T04:00", 23),
        ("America/New_York", ["00:00-24:00"], "2024-11-03T04:00", "2024-11-04T05:00", 25),
        ("Europe/Berlin", ["00:00-24:00"], "2024-03-30T23:00", "2024-03-31T22:00", 23),
        ("Europe/Berlin", ["00:00-24:00"], "2024-10-26T22:00", "2024-10-27T23:00", 25),
        ("Australia/Sydney", ["00:00-24:00"], "2024-10-05T14:00", "2024-10-06T13:00", 23),
        ("Australia/Sydney", ["00:00-24:00"], "2024-04-06T13:00", "2024-04-07T14:00", 25),
        ("Australia/Lord_Howe", ["00:00-24:00"], "2024-10-05T13:30", "2024-10-06T13:00", 23.5),
        ("Australia/Lord_Howe", ["00:00-24:00"], "2024-04-06T13:00", "2024-04-07T13:30", 24.5),
        ("Asia/Kathmandu", ["00:00-24:00"], "2024-06-09T18:15", "2024-06-10T18:15", 24),
        # Day hours are as long as ever on the day of the change.
        ("America/New_York", ["09:00-17:00"], "2024-03-10T05:00", "2024-03-11T04:00", 8),
        ("America/New_York", ["22:00-06:00"], "2024-03-09T17:00", "2024-03-10T16:00", 7),
        ("America/New_York", ["22:00-06:00"], "2024-11-02T16:00", "2024-11-03T17:00", 9),
        # 02:00 is followed by 03:00: opening inside the gap is opening at the jump; a span within the gap is nothing.
        ("Europe/Berlin", ["02:30-05:00"], "2024-03-30T23:00", "2024-03-31T22:00", 2),
        ("Europe/Berlin", ["02:10-02:50"], "2024-03-30T23:00", "2024-03-31T22:00", 0),
        ("Europe/Berlin", ["00:00-02:30"], "2024-03-30T23:00", "2024-03-31T22:00", 2),
        # 02:00-03:00 is read twice, so it counts twice.
        ("Europe/Berlin", ["02:00-02:30"], "2024-10-26T22:00", "2024-10-27T23:00", 1),
        ("Europe/Berlin", ["01:00-02:00"], "2024-10-26T22:00", "2024-10-27T23:00", 1),
        ("Europe/Berlin", ["03:00-04:00"], "2024-10-26T22:00", "2024-10-27T23:00", 1),
        # Chile moves at midnight: Sunday begins at 01:00 in spring; Saturday's last hour comes twice in autumn.
        ("America/Santiago", ["00:00-24:00"], "2024-09-08T04:00", "2024-09-09T03:00", 23),
        ("America/Santiago", ["00:00-24:00"], "2024-04-06T03:00", "2024-04-07T04:00", 25),
        # Samoa went from Thursday the 29th to Saturday the 31st.
        ("Pacific/Apia", ["09:00-17:00"], "2011-12-29T10:00", "2011-12-31T10:00", 16),
    ],
)
def test_the_clock_is_moved(zone: str, spans: list[str], start: str, end: str, hours: float) -> None:
    assert between(calendar(dict.fromkeys(EVERY_DAY, spans), zone=zone), start, end) == hours * HOUR


def test_a_date_a_zone_skipped_has_no_hours() -> None:
    samoa = calendar({"fri": ["00:00-24:00"]}, zone="Pacific/Apia")
    assert between(samoa, "2011-12-24T10:00", "2012-01-05T10:00") == 0  # no Friday the 30th


def test_one_opening_after_the_clock_is_put_back() -> None:
    """02:00-02:30 is open twice with half an hour between; an hour of work ends with the second."""
    desk = calendar({"sun": ["02:00-02:30"]}, zone="Europe/Berlin")
    assert due(desk, "2024-10-27T00:00", 0.5 * HOUR) == "2024-10-27T00:30:00.000000"
    assert due(desk, "2024-10-27T00:30", 0) == "2024-10-27T01:00:00.000000"
    assert due(desk, "2024-10-27T00:00", 1 * HOUR) == "2024-10-27T01:30:00.000000"


def test_weeks_with_a_change_in_the_south_and_in_asia() -> None:
    """Where a peer that counts minutes of a UTC week goes wrong (metrics.md, section 0)."""
    santiago = calendar({day: ["09:00-18:00"] for day in WEEKDAYS}, zone="America/Santiago")
    # Friday 17:00 at UTC-4 to Monday 10:00 at UTC-3.
    assert between(santiago, "2024-09-06T21:00", "2024-09-09T13:00") == 2 * HOUR
    kolkata = calendar({day: ["09:00-18:00"] for day in WEEKDAYS}, zone="Asia/Kolkata")
    assert between(kolkata, "2024-03-31T18:30", "2024-04-01T18:30") == 9 * HOUR


def test_decades_against_numpy_business_days() -> None:
    rng = np.random.default_rng(7)
    origin = np.datetime64("1950-01-01", "D")
    starts, ends = (origin + rng.integers(0, 365 * 140, 20_000) for _ in range(2))
    free = list(pd.date_range("1950-01-01", "2095-12-31", freq="97D").strftime("%Y-%m-%d"))
    desk = office(more=f"holidays = {free!r}")
    expected = np.maximum(np.busday_count(starts, ends, holidays=free), 0) * 8 * HOUR
    np.testing.assert_array_equal(desk.seconds_between(starts, ends), expected)
    assert between(office(), "1900-01-01", "2199-12-31T23:59") == np.busday_count("1900-01-01", "2200-01-01") * 8 * HOUR


def test_a_peer_agrees_where_it_can() -> None:
    peer = pytest.importorskip("businesstimedelta", reason="the peer is in the `bench` extra")
    rule = peer.WorkDayRule(start_time=time(9), end_time=time(17), working_days=[0, 1, 2, 3, 4])
    rng = np.random.default_rng(3)
    starts = np.datetime64("2025-01-01", "s") + rng.integers(0, 300 * 86_400, 200)
    ends = starts + rng.integers(0, 20 * 86_400, 200)
    theirs = [rule.difference(a, b).timedelta.total_seconds() for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    np.testing.assert_array_equal(office().seconds_between(starts, ends), theirs)


def test_decades_meet_without_a_seam() -> None:
    """Hours are kept by UTC decade: 2020 begins in Auckland at 11:00 UTC of 2019, and in Honolulu ten hours late."""
    auckland = office(zone="Pacific/Auckland")
    assert between(auckland, "2019-12-31T11:00", "2019-12-31T23:59:59") == (4 * 60 - 1) * 60 + 59  # Wednesday from 20:00 UTC
    assert between(office(zone="Pacific/Auckland", more='country = "NZ"'), "2019-12-31T11:00", "2019-12-31T23:59:59") == 0
    honolulu = calendar({"tue": ["13:00-18:00"]}, zone="Pacific/Honolulu", more='holidays = ["2018-12-25"]')
    assert between(honolulu, "2020-01-01T00:00", "2020-01-02T00:00") == 4 * HOUR  # Tuesday the 31st, 14:00 to 18:00
    night = calendar({"tue": ["22:00-06:00"]})
    assert between(night, "2020-01-01T01:00", "2020-01-01T12:00") == 5 * HOUR
    assert between(always("Asia/Tokyo"), "2019-12-31T23:00", "2020-01-01T01:00") == 2 * HOUR
    assert due(always("Asia/Tokyo"), "2019-12-31T23:00", 2 * HOUR) == "2020-01-01T01:00:00.000000"


@pytest.mark.parametrize(
    ("zone", "year", "changes"),
    [
        # From the announcements: the second Sunday of March and first of November at 02:00; the EU's at 01:00 UTC.
        ("America/New_York", 2024, {"2024-03-10T07:00": -4.0, "2024-11-03T06:00": -5.0}),
        ("Europe/Berlin", 2024, {"2024-03-31T01:00": 2.0, "2024-10-27T01:00": 1.0}),
        ("Australia/Lord_Howe", 2024, {"2024-04-06T15:00": 10.5, "2024-10-05T15:30": 11.0}),
        ("Pacific/Apia", 2011, {"2011-04-02T14:00": -11.0, "2011-09-24T14:00": -10.0, "2011-12-30T10:00": 14.0}),
        ("Asia/Kathmandu", 1985, {"1985-12-31T18:30": 5.75}),
        ("Asia/Kolkata", 2024, {}),
    ],
)
def test_offset_changes(zone: str, year: int, changes: dict[str, float]) -> None:
    instants, offsets = offset_changes(zone, year, year)
    assert str(instants[:1].view("datetime64[us]")[0]) == f"{year}-01-01T00:00:00.000000"
    found = zip(instants[1:].view("datetime64[us]").astype("datetime64[m]").astype(str), offsets[1:] / 3.6e9, strict=True)
    assert dict(found) == changes
    with pytest.raises(BadValue, match="unknown"):
        offset_changes("../../etc/passwd", 2024, 2024)


TWO = toml({"mon": ["09:00-17:00"]}, name="A", more="default = true") + toml({"tue": ["09:00-12:00"]}, name="B", zone="Asia/Tokyo")


def test_a_schedule_for_each_row() -> None:
    both = parse_calendar(TWO)
    start, end = np.datetime64("2026-01-05T00:00"), np.datetime64("2026-01-07T00:00")
    names = np.array(["B", None, "A", np.nan, pd.NA, "B"], dtype=object)
    expected = np.array([3, 8, 8, 8, 8, 3]) * HOUR
    np.testing.assert_array_equal(both.seconds_between(start, np.full(6, end), names), expected)
    np.testing.assert_array_equal(both.seconds_between(start, np.full(6, end)), [8 * HOUR] * 6)
    np.testing.assert_array_equal(both.seconds_between(start, np.full(2, end), pd.Series(["B", None])), [3 * HOUR, 8 * HOUR])
    np.testing.assert_array_equal(
        both.due_at(np.full(2, start), [HOUR, HOUR], ["B", None]),
        np.array(["2026-01-06T01:00", "2026-01-05T10:00"], dtype="datetime64[us]"),
    )
    for act in (lambda: both.seconds_between([start], [end], ["C"]), lambda: both.due_at([start], [1], ["C"]), lambda: both.schedule("C")):
        with pytest.raises(BadValue, match=r"Schedule 'C' is not in the calendar\. .*'A', 'B'"):
            act()
