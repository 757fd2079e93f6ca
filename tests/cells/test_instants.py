"""Instants by hand, and against Python's datetime, zoneinfo and pandas."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi import cells
from kpi.errors import BadValue
from tests.cells.reading import Out, run


def instants(texts: list[str | None], **facts: Any) -> Out:
    return run(cells.instant("X", order=facts.pop("order", "")), texts, kind="instant", **facts)


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
