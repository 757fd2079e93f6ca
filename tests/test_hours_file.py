"""The calendar file and what is made of it: every mistake told in one sentence, equal content equal."""

import pickle
from datetime import date

import pytest

from kpi.errors import BadValue, KpiError
from kpi.hours import Calendar, Schedule, Span, known_zones, parse_calendar, read_calendar
from tests.test_hours import TWO, office, toml


def test_equality_hash_and_fingerprint() -> None:
    one, other = parse_calendar(TWO, "one.toml"), parse_calendar(TWO.replace("\n\n", "\n# remark\n"), "other.toml")
    assert one == other
    assert hash(one) == hash(other)
    assert one.fingerprint == other.fingerprint
    assert len(one.fingerprint) == 12
    assert int(one.fingerprint, 16) >= 0
    assert Calendar(one.schedules[::-1], "A") == one
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own bytes
    changes = [('"A"', '"Z"'), ("UTC", "Europe/Oslo"), ("12:00", "12:01"), ("tue", "wed")]
    prints = {parse_calendar(TWO.replace(*change)).fingerprint for change in changes}
    extra = {office(more=more).fingerprint for more in ("", 'country = "US"', 'country = "DE"', 'holidays = ["2026-01-05"]')}
    dates = {office(override=line).fingerprint for line in ('"2026-01-05" = []', '"2026-01-06" = []')}
    swapped = parse_calendar(TWO.replace("default = true", "").replace('name = "B"', 'name = "B"\ndefault = true')).fingerprint
    assert len(prints | extra | dates | {swapped, one.fingerprint}) == 12
    with pytest.raises(AttributeError):
        one.default = "B"  # type: ignore[misc]


def test_a_single_schedule_is_the_default() -> None:
    assert office().default == "desk"
    assert office().schedule() == office().schedule("desk")


ONE = toml({"mon": ["09:00-17:00"]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The calendar has no schedule"),
        ("[schedule]\nname = 'A'", "[[schedule]]"),
        ("[[schedule", "not TOML"),
        ("a = " + "[" * 5000, "not TOML"),
        ("a = " + "9" * 5000, "not TOML"),
        ("# " + "x" * 300_000, "256 KiB"),
        ("colour = 1", "unknown key 'colour'"),
        (ONE.replace("zone", "zones"), "unknown key 'zones'. Did you mean 'zone'?"),
        (ONE.replace("mon", "monday"), "'desk', hours, has an unknown key 'monday'. Did you mean 'mon'?"),
        (ONE.replace('name = "desk"', ""), "Schedule 1 has no name"),
        (ONE.replace('"desk"', "7"), "Schedule 1: name is '7', not text"),
        (ONE.replace('zone = "UTC"', ""), "'desk' has no zone"),
        (ONE.replace("UTC", "Europe/Berln"), "'desk': Time zone 'Europe/Berln' is unknown. Did you mean 'Europe/Berlin'"),
        (ONE.replace("UTC", "Mars/Olympus"), "IANA name"),
        (ONE.replace("UTC", "/etc/passwd"), "'/etc/passwd' is unknown"),
        (ONE.replace("17:00", "25:00"), "'desk', mon: '09:00-25:00' has a time no clock shows"),
        (ONE.replace("09:00", "24:00"), "no clock shows"),
        (ONE.replace("17:00", "24:01"), "no clock shows"),
        (ONE.replace("17:00", "17:60"), "no clock shows"),
        (ONE.replace("09:00-17:00", "9-5"), "'desk', mon: '9-5' is not a span of hours. Write it as \"09:00-17:30\""),
        (ONE.replace("09:00-17:00", "٠٩:٠٠-١٧:٠٠"), "not a span"),
        (ONE.replace("['09:00-17:00']", "'09:00-17:00'"), "'desk', mon: '09:00-17:00' is not a list"),
        (ONE.replace("['09:00-17:00']", "[9]"), "'9' is not a span"),
        (ONE.replace("17:00", "09:00"), "'09:00-09:00' ends when it starts"),
        (toml({"mon": ["09:00-12:00", "11:00-13:00"]}), "'desk': mon: 09:00-12:00 and 11:00-13:00 overlap"),
        (toml({"mon": ["22:00-06:00"], "tue": ["05:00-07:00"]}), "'desk': 22:00-06:00 on mon overlaps 05:00-07:00 on tue"),
        (toml({"mon": ["00:00-05:00"], "sun": ["22:00-06:00"]}), "22:00-06:00 on sun overlaps 00:00-05:00 on mon"),
        (toml({"mon": ["22:00-06:00"]}, override='"2026-01-06" = ["05:00-07:00"]'), "on 2026-01-05 overlaps 05:00-07:00 on 2026-01-06"),
        (toml({"mon": ["05:00-06:00"]}, override='"2026-01-04" = ["22:00-06:00"]'), "on 2026-01-04 overlaps 05:00-06:00 on 2026-01-05"),
        (toml({"mon": [f"00:{m:02}-00:{m + 1:02}" for m in range(0, 26, 2)]}), "mon has 13 spans"),
        (toml({"mon": ["09:00-17:00"]}, more="default = 1"), "'desk': default is '1'"),
        (ONE.replace('"UTC"', '"UTC"\ncountry = "XX"'), "country 'XX' is unknown"),
        (ONE.replace('"UTC"', '"UTC"\ncountry = "us"'), "country 'us' is unknown. Did you mean 'US'"),
        (ONE.replace('"UTC"', '"UTC"\ncountry = "US"\nsubdivision = "ZZ"'), "subdivision 'ZZ' of US is unknown. US has: AK, AL"),
        (ONE.replace('"UTC"', '"UTC"\nsubdivision = "NY"'), "subdivision 'NY' has no country"),
        (toml({"mon": []}, more='holidays = ["2026-02-30"]'), "'desk', holidays: '2026-02-30' is not a date"),
        (toml({"mon": []}, more='holidays = "2026-02-03"'), "is not a list"),
        (toml({"mon": []}, more="holidays = [2026-02-03T10:00:00]"), "is not a date"),
        (toml({"mon": []}, more='holidays = ["0001-01-01"]'), "'desk': date 0001-01-01 is too far away"),
        (toml({"mon": []}, override='"20260203" = []'), "'desk', override: '20260203' is not a date"),
        (toml({"mon": []}, override='"2026-02-03" = 1'), "'desk', 2026-02-03: '1' is not a list"),
        ("[[schedule]]\nname = 'A'\nzone = 'UTC'", "'A' has no hours"),
        ("[[schedule]]\nname = 'A'\nzone = 'UTC'\nhours = 1", "'hours' is not a table"),
        (ONE + ONE, "Two schedules are called 'desk'"),
        (ONE + ONE.replace("desk", "night"), "None of several schedules is the default"),
        (TWO.replace('name = "B"', 'name = "B"\ndefault = true'), "'A' and 'B' are both the default"),
    ],
)
def test_mistakes_are_told(text: str, says: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_calendar(text, "hours.toml")
    assert says in str(caught.value)
    assert caught.value.what.startswith("hours.toml: ")
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_files(tmp_path) -> None:
    path = tmp_path / "hours.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TWO.encode())
    assert read_calendar(path) == read_calendar(str(path)) == parse_calendar(TWO)
    path.write_bytes(TWO.encode("utf-16"))
    with pytest.raises(BadValue, match=r"hours\.toml: the calendar is not UTF-8"):
        read_calendar(path)
    with pytest.raises(BadValue, match=r"gone\.toml: the calendar cannot be read"):
        read_calendar(tmp_path / "gone.toml")
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(KpiError, match="256 KiB"):
        read_calendar(path)


def test_built_by_hand() -> None:
    """A schedule made in Python passes the same checks as one from a file."""
    week = ((Span(540, 1020),),) * 5 + ((), ())
    assert Calendar((Schedule("desk", "UTC", week),)) == office()
    for fields, says in [
        ({"hours": week[:5]}, "not seven days"),
        ({"hours": ((Span(0, 1441),), *week[1:])}, "overlaps|impossible"),
        ({"hours": ((Span(600, 600),), *week[1:])}, "impossible"),
        ({"hours": week, "overrides": ((date(2026, 1, 5), ()), (date(2026, 1, 5), (Span(1, 2),)))}, "overridden twice"),
    ]:
        with pytest.raises(BadValue, match=says):
            Schedule("desk", "UTC", **fields)
    assert "Europe/Berlin" in known_zones()
