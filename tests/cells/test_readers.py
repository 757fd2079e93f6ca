"""Readers against values worked by hand, and instants and durations against Python's own datetime, zoneinfo and pandas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi import cells
from kpi.cells import Compiled, Reader, Sheet
from kpi.errors import BadValue
from kpi.files import header
from kpi.tables import TICKETS

COLUMN = {"instant": "created_at", "number": "cost", "count": "reopens", "flag": "is_sla_met", "list": "tags", "text": "channel"}


@dataclass
class Out:
    """What a reader made of some cells: values, the reason of every unread cell by position, and what it said."""

    values: list[Any]
    unread: dict[int, str]
    compiled: Compiled
    sheet: Sheet


def run(reader: Reader, *columns: list[str | None], kind: str = "number", names: tuple[str, ...] = ("X", "Y"), **facts: Any) -> Out:
    con = duckdb.connect(config={"threads": 1})
    con.execute(f"CREATE TABLE raw_0 ({', '.join(f'c{i} VARCHAR' for i in range(len(columns)))}, _row BIGINT)")
    con.execute(f"INSERT INTO raw_0 SELECT {'unnest(?::VARCHAR[]), ' * len(columns)} unnest(range(?))", [*columns, len(columns[0])])
    headers = [header(n, i) for i, n in enumerate(names[: len(columns)])]
    cleaned = ", ".join(f"{cells.clean(h.column, cells.MISSING)} AS {h.column}" for h in headers)
    con.execute(f"CREATE TEMP VIEW sheet AS SELECT _row, {cleaned} FROM raw_0")
    sheet = Sheet(con, "sheet", "x.csv", headers, **facts)
    column = TICKETS.by_name[COLUMN[kind]]
    compiled = reader.compile(sheet, column)
    assert compiled is not None
    found = con.execute(
        f"SELECT _row, {cells.typed(compiled.value, column)}, {compiled.given} IS NOT NULL, {compiled.reason} FROM sheet ORDER BY _row"
    ).fetchall()
    return Out([v for _, v, _, _ in found], {r: why for r, v, g, why in found if g and v is None}, compiled, sheet)


def instants(texts: list[str | None], **facts: Any) -> Out:
    return run(cells.instant("X", order=facts.pop("order", "")), texts, kind="instant", **facts)


# ---------------------------------------------------------------- instants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T08:15:00Z", datetime(2024, 5, 1, 8, 15)),
        ("2024-05-01 08:15:07", datetime(2024, 5, 1, 8, 15, 7)),
        ("2024-05-01 08:15", datetime(2024, 5, 1, 8, 15)),
        ("2024/05/01 08:15", datetime(2024, 5, 1, 8, 15)),
        ("2023-05-01 12:34:56 +0000", datetime(2023, 5, 1, 12, 34, 56)),
        ("2023-05-01 12:34:56+02:00", datetime(2023, 5, 1, 10, 34, 56)),
        ("2023-05-01T12:34:56-0330", datetime(2023, 5, 1, 16, 4, 56)),
        ("2026-02-25 16:38:58.679", datetime(2026, 2, 25, 16, 38, 58, 679000)),
        ("2026-02-25T16:38:58.6791234Z", datetime(2026, 2, 25, 16, 38, 58, 679123)),
        ("29/2/2016 01:16", datetime(2016, 2, 29, 1, 16)),
        ("6/29/23 07:00 AM", datetime(2023, 6, 29, 7, 0)),
        ("04/13/2018 11:11:26 PM", datetime(2018, 4, 13, 23, 11, 26)),
        ("08-14-2023 20:52", datetime(2023, 8, 14, 20, 52)),
        ("25.12.2023, 20:52", datetime(2023, 12, 25, 20, 52)),
        ("25/Feb/26 10:17 PM", datetime(2026, 2, 25, 22, 17)),
        ("25 Sep 2025 02:03 PM", datetime(2025, 9, 25, 14, 3)),
        ("25 sept. 2025 14:03", datetime(2025, 9, 25, 14, 3)),
        ("September 25, 2025 at 2:03 PM", datetime(2025, 9, 25, 14, 3)),
        ("3. März 2024 14:03", datetime(2024, 3, 3, 14, 3)),
        ("5 déc. 2023 09:00", datetime(2023, 12, 5, 9, 0)),
        ("Thu, 27 Oct 2016 14:51:34", datetime(2016, 10, 27, 14, 51, 34)),
        ("Thu, 27 Oct 2016 14:51:34 GMT", datetime(2016, 10, 27, 14, 51, 34)),
        ("2025-09-24 14:03 CDT", datetime(2025, 9, 24, 19, 3)),
        ("2025-01-24 14:03:05 EST", datetime(2025, 1, 24, 19, 3, 5)),
        ("1/31/2024 2:03 p.m.", datetime(2024, 1, 31, 14, 3)),
        ("20240131", datetime(2024, 1, 31)),
        ("20240131235959", datetime(2024, 1, 31, 23, 59, 59)),
        ("1706745599", datetime(2024, 1, 31, 23, 59, 59)),
        ("1706745599123", datetime(2024, 1, 31, 23, 59, 59, 123000)),
        ("45322.75", datetime(2024, 1, 31, 18, 0)),
        ("2024-01-31", datetime(2024, 1, 31)),
    ],
)
def test_one_form_of_instants(text: str, expected: datetime) -> None:
    out = instants([text, None, ""])
    assert out.values == [expected, None, None]
    assert out.unread == {}


def test_a_column_may_mix_forms() -> None:
    texts: list[str | None] = ["2024-05-01T08:15:00Z", "2024-05-01 08:15:00", "2024-05-01 10:15:00+02:00", "1 May 2024 08:15", "-", "N/A"]
    assert instants(texts).values == [datetime(2024, 5, 1, 8, 15)] * 4 + [None, None]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("00:45:10", "a duration or a time of day, not a date"),
        ("17", "a plain number, not a date"),
        ("2023-02-30 10:00", "no such date"),
        ("yesterday", "not a date"),
        ("2025-09-24 14:03 IST", "no such date"),
        ("0001-01-01 00:00:00", "no such date"),
        ("infinity", "not a date"),
        ("'; DROP TABLE raw_0; --", "not a date"),
    ],
)
def test_what_is_no_instant_stays_unread_with_a_reason(text: str, reason: str) -> None:
    out = instants(["2024-05-01 10:00", text])
    assert out.values == [datetime(2024, 5, 1, 10), None]
    assert out.unread == {1: reason}


def test_one_row_decides_the_order_of_the_column() -> None:
    out = instants(["04/08/2015 10:00", "13/08/2015 10:00"])
    assert out.values == [datetime(2015, 8, 4, 10), datetime(2015, 8, 13, 10)]
    out = instants(["04/08/2015 10:00", "08/13/2015 10:00"])
    assert out.values == [datetime(2015, 4, 8, 10), datetime(2015, 8, 13, 10)]


def test_an_undecidable_order_is_asked_and_left_unread() -> None:
    texts: list[str | None] = ["04/08/2015 10:00", "05/08/2015 11:00", "06/08/2015 12:00"]  # growing day first: no proof
    out = instants(texts)
    assert out.values == [None] * 3
    assert len(out.unread) == 3
    question = out.compiled.question
    assert question is not None
    assert (question.header, question.as_dmy, question.as_mdy) == ("X", "4 August", "8 April")
    for key in ("X", "x", "created_at", "*", "x.csv: X", "x.csv:x"):
        assert instants(texts, orders={key: "dmy"}).values[0] == datetime(2015, 8, 4, 10)
    assert instants(texts, orders={"X": "mdy"}).values[0] == datetime(2015, 4, 8, 10)
    assert instants(texts, order="dmy").values[0] == datetime(2015, 8, 4, 10)


def test_dates_of_both_orders_in_one_column_are_asked() -> None:
    """The Comcast file: a spreadsheet has swapped some dates, so no single order fits and guessing corrupts the rest."""
    texts: list[str | None] = ["22-04-15", "04/13/2015", "04-08-15"]
    out = instants(texts)
    assert out.compiled.question is not None
    assert "1 rows can only be day first and 1 only month first" in out.compiled.question.why
    answered = instants(texts, orders={"X": "dmy"})
    assert answered.values == [datetime(2015, 4, 22), None, datetime(2015, 8, 4)]
    assert answered.unread == {1: "no such date, read day first"}


def test_order_needs_no_answer_where_it_makes_no_difference() -> None:
    assert instants(["05/05/2015", "06/06/2015"]).values == [datetime(2015, 5, 5), datetime(2015, 6, 6)]


def test_an_order_that_is_none() -> None:
    with pytest.raises(BadValue):
        instants(["04/08/2015"], orders={"X": "ydm"})
    with pytest.raises(BadValue):
        cells.instant("X", order="day first")


ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Casablanca"]


@pytest.mark.parametrize("zone", ZONES)
def test_local_times_become_utc_across_every_clock_change(zone: str) -> None:
    """Half-hourly through two years; the oracle is zoneinfo. In the repeated hour the second reading is ours, as documented."""
    local = [datetime(2018, 1, 1) + timedelta(minutes=30 * i) for i in range(2 * 365 * 48)]
    out = instants([t.isoformat(" ") for t in local], zone=zone)
    info = ZoneInfo(zone)
    utc = [t.replace(tzinfo=info, fold=1).astimezone(ZoneInfo("UTC")).replace(tzinfo=None) for t in local]
    skipped = [u.replace(tzinfo=ZoneInfo("UTC")).astimezone(info).replace(tzinfo=None) != t for u, t in zip(utc, local, strict=True)]
    wrong = [(t, o, u) for t, o, u, s in zip(local, out.values, utc, skipped, strict=True) if not s and o != u]
    assert wrong == []
    repeated = {t for t in local if t.replace(tzinfo=info, fold=0).utcoffset() != t.replace(tzinfo=info, fold=1).utcoffset()} - {
        t for t, s in zip(local, skipped, strict=True) if s
    }
    assert any("fall into the hour that the clocks" in d for d in out.compiled.doubts) == bool(repeated)


def test_zone_of_the_header_goes_before_the_zone_of_the_sheet() -> None:
    texts: list[str | None] = ["2024-07-01 09:00:00", "2024-07-01 09:00:00Z"]
    out = run(cells.instant("Started at"), texts, kind="instant", names=("Started at (America/Sao_Paulo)",), zone="Asia/Tokyo")
    assert out.values == [datetime(2024, 7, 1, 12), datetime(2024, 7, 1, 9)]
    assert out.sheet.unzoned == {}
    assert instants(texts, zone="UTC-05:30").values[0] == datetime(2024, 7, 1, 14, 30)


def test_a_time_without_zone_is_noted() -> None:
    assert instants(["2024-07-01 09:00:00"]).sheet.unzoned == {"X": "created_at"}
    assert instants(["2024-07-01 09:00:00Z"]).sheet.unzoned == {}
    assert instants(["2024-07-01 09:00:00"], zone="UTC").sheet.unzoned == {}


def test_day_and_time_in_two_columns() -> None:
    days: list[str | None] = ["2021-01-01", "2021-01-01", "2021-01-02 00:00:00", "2021-01-03", None]
    times: list[str | None] = ["0.384005", "9:12 PM", "23:59:59", None, "10:00"]
    out = run(cells.day_and_time("X", "Y"), days, times, kind="instant")
    assert out.values == [datetime(2021, 1, 1, 9, 12, 58), datetime(2021, 1, 1, 21, 12), datetime(2021, 1, 2, 23, 59, 59), None, None]
    assert list(out.unread) == [3]


FORMATS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%y %H:%M", "%d %b %Y %H:%M", "%B %d, %Y %H:%M:%S"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(FORMATS),
    st.booleans(),
)
def test_pandas_reads_the_same(times: list[datetime], form: str, padded: bool) -> None:
    texts = [t.strftime(form if padded else form.replace("%d", "%-d").replace("%m", "%-m")) for t in times]
    # Day 13 and later decide the order, as in any file that is long enough.
    texts.append(datetime(2001, 11, 30, 12, 5).strftime(form))
    expected = pd.to_datetime(pd.Series(texts), format=form).dt.to_pydatetime()
    assert instants(list(texts)).values == list(expected)


# ---------------------------------------------------------------- durations


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


@settings(max_examples=30, deadline=None)
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


# ---------------------------------------------------------------- numbers, words, lists


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2.5", "-3", "1e3", ".5", "+4"], [1, 2.5, -3, 1000, 0.5, 4]),
        (["1,5", "2"], [1.5, 2]),
        (["1.234,5", "2"], [1234.5, 2]),
        (["1,234.5", "2"], [1234.5, 2]),
        (["1,234", "12"], [1234, 12]),
        (["1,234,567"], [1234567]),
        (["1.234", "12,5", "1.5"], [1234, 12.5, None]),
        (["1,234", "12.5", "1,5"], [1.234, None, 1.5]),
    ],
)
def test_numbers(texts: list[str | None], expected: list[float | None]) -> None:
    assert run(cells.number("X"), texts).values == expected


@pytest.mark.parametrize("text", ["inf", "1_000", "0x10", "five", "1 000 000 x", "1e999", "--5"])
def test_what_is_no_number(text: str) -> None:
    assert run(cells.number("X"), ["1", text]).unread == {1: "not a number"}


def test_a_score_outside_its_scale_is_unread_not_clipped() -> None:
    assert run(cells.number("X", low=0, high=10), ["10", "11", "-1", "0"]).values == [10, None, None, 0]


def test_counts() -> None:
    out = run(cells.count("X"), ["0", "3", "3.0", "2.5", "-1", "many"], kind="count")
    assert out.values == [0, 3, 3, None, None, None]
    assert run(cells.count("X", less=1), ["0", "1", "3"], kind="count").values == [0, 0, 2]


def test_flags() -> None:
    texts: list[str | None] = ["TRUE", "no", "Y", "0", None, "maybe"]
    out = run(cells.flag("X"), texts, kind="flag")
    assert out.values == [True, False, True, False, None, None]
    assert "“maybe” (1)" in out.compiled.doubts[0]
    assert run(cells.flag("X", words={"y": False, "n": True}), ["Y", "N"], kind="flag").values == [False, True]


def test_marks_are_false_where_empty_only_in_a_column_that_never_says_no() -> None:
    assert run(cells.flag("X", marks=True), ["1", None, "1"], kind="flag").values == [True, False, True]
    assert run(cells.flag("X", marks=True), ["1", None, "0"], kind="flag").values == [True, None, False]


def test_statuses_of_the_tool_go_first_then_common_words() -> None:
    reader = cells.status("X", words={"Closed (Duplicate)": "merged"})
    out = run(reader, ["Closed (Duplicate)", "Closed (Support Pipeline)", "3 - Resolved", " in  Progress ", "Parked"], kind="text")
    assert out.values == ["merged", "closed", "solved", "open", None]
    assert out.unread == {4: "an unknown word"}


def test_words_from_a_file_are_never_sql() -> None:
    texts: list[str | None] = ["open'; DROP TABLE raw_0; --", '"', "\\", "')", "open", "$$", "Ünïcödé"]
    out = run(cells.status("X"), texts, kind="text")
    assert out.values == [None, None, None, None, "open", None, None]
    assert run(cells.text("X"), texts, kind="text").values == texts


def test_an_answer_that_is_none_is_not_unread() -> None:
    out = run(cells.choice("X", words={"good": 1, "bad": 0, "offered": None}), ["Good", "Offered", "bad", "odd"])
    assert out.values == [1, None, 0, None]
    assert list(out.unread) == [3]


def test_lists() -> None:
    texts: list[str | None] = ["a;b;", "b,a", '["x y","z"]', "[]", ";", "one", None, '["broken"']
    out = run(cells.items("X"), texts, kind="list")
    assert out.values == [["a", "b"], ["a", "b"], ["x y", "z"], None, None, ["one"], None, ['["broken"']]
    assert run(cells.items("X", separators=" "), ["vip refund"], kind="list").values == [["refund", "vip"]]
    assert run(cells.items("X", separators="'|]"), ["a|b'c]d"], kind="list").values == [["a", "b", "c", "d"]]


def test_identifiers() -> None:
    out = run(cells.identifier("X"), ["00123", "7.0", "INC1", "1.03006E+13", "1.03006E+13"], kind="text")
    assert out.values == ["00123", "7", "INC1", "1.03006E+13 (row 3)", "1.03006E+13 (row 4)"]
    assert "a spreadsheet cut 2 identifiers to 1 like 1.03006E+13" in out.compiled.doubts[0]


def test_codes_before_words() -> None:
    assert run(cells.text("X", strip_code=True), ["3 - Moderate", "P1", "2-High"], kind="text").values == ["Moderate", "P1", "High"]


def test_missing_words() -> None:
    texts: list[str | None] = ["No Agent", "-", "N/A", "null", "", "  ", "Mia", "\u00a0"]
    assert run(cells.text("X", missing=("No Agent",)), texts, kind="text").values == [None] * 6 + ["Mia", None]


def test_either_takes_the_first_that_is_there() -> None:
    reader = cells.either(cells.flag("Z"), cells.flag("Y", words={"y": False, "n": True}), cells.flag("X"))
    assert run(reader, ["y"], ["y"], kind="flag").values == [False]
    assert run(cells.either(cells.text("Z"), cells.constant("phone")), ["y"], kind="text").values == ["phone"]


def test_headers_are_found_whatever_their_case_blanks_and_notes() -> None:
    headers = [header(n, i) for i, n in enumerate(["\ufeffTicket  ID", "Resolution time", "Resolution time (in hrs)", "Answered (Y/N)"])]
    found = [cells.pick(headers, n) for n in ("ticket id", "Resolution Time", "resolution time (in hrs)", "answered", "nothing")]
    assert [h.column if h else None for h in found] == ["c0", "c1", "c2", "c3", None]
