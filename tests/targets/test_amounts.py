"""What people write: every number here is worked by hand."""

import datetime as dt

import pytest

from kpi.errors import BadValue
from kpi.targets import Change, amount, change
from kpi.targets.amounts import after, text


@pytest.mark.parametrize(
    ("given", "unit", "value"),
    [
        ("14h 20m", "s", 51_600),
        ("14 h 20 min", "s", 51_600),
        ("14\u00a0h\u00a020\u00a0min", "s", 51_600),
        ("2d 3h", "s", 183_600),
        ("1 week", "s", 604_800),
        ("1.5 hours", "s", 5_400),
        ("45 min", "s", 2_700),
        ("90 seconds", "s", 90),
        (51_600, "s", 51_600),
        ("90 %", "%", 90),
        ("90", "%", 90),
        (90, "%", 90),
        ("0.9 %", "%", 0.9),
        ("-12", "points", -12),
        ("+40 pts", "points", 40),
        ("1,204", "count", 1204),
        ("7.90 EUR", "currency", 7.9),
        (4.5, "score", 4.5),
    ],
)
def test_amounts(given, unit, value):
    assert amount(given, unit) == value
    assert amount(text(float(value), unit), unit) == value, "what is written is read the same"


@pytest.mark.parametrize(
    ("given", "unit", "word"),
    [
        ("14:20", "s", "no time"),
        ("20", "s", "no time"),
        ("3h 2h", "s", "no time"),
        ("-3h", "s", "no time"),
        ("h", "s", "no time"),
        ("3 parsecs", "s", "no time"),
        ("0.9", "%", "90 %"),
        (0.9, "%", "90 %"),
        ("ninety", "%", "number"),
        ("1,5", "score", "number"),
        ("1e400", "count", "number"),
        (float("inf"), "count", "amount"),
        (float("nan"), "count", "amount"),
        (True, "count", "amount"),
        (None, "s", "amount"),
        (["1h"], "s", "amount"),
        ("9" * 400, "count", "amount"),
    ],
)
def test_what_is_no_amount_is_said_in_one_sentence(given, unit, word):
    with pytest.raises(BadValue) as error:
        amount(given, unit)
    assert word in error.value.what and "\n" not in str(error.value) and len(str(error.value)) < 250


def test_working_days_are_refused():
    assert amount("52h", "s", days=False) == 187_200
    with pytest.raises(BadValue, match="24 hours"):
        amount("2d", "s", days=False)


@pytest.mark.parametrize(
    ("given", "unit", "wanted", "of_100"),
    [
        ("-5 %", "s", Change(-5, "relative"), 95),
        ("−5%", "s", Change(-5, "relative"), 95),
        ("decrease by at least 5 %", "s", Change(-5, "relative"), 95),
        ("5 % less", "s", Change(-5, "relative"), 95),
        ("Increase by 2.5 %", "count", Change(2.5, "relative"), 102.5),
        ("+2 pts", "%", Change(2, "absolute"), 102),
        ("reduce by 2 points", "%", Change(-2, "absolute"), 98),
        ("+2 %", "%", Change(2, "relative"), 102),
        ("-30 min", "s", Change(-1800, "absolute"), -1700),
        ("+5 pts", "points", Change(5, "absolute"), 105),
        ("-0.5", "score", Change(-0.5, "absolute"), 99.5),
    ],
)
def test_changes(given, unit, wanted, of_100):
    found = change(given, unit)
    assert found == wanted and found.of(100.0) == pytest.approx(of_100)
    assert change(found.text(unit), unit) == found


@pytest.mark.parametrize(
    ("given", "unit", "word"),
    [
        ("5 %", "s", "which way"),
        ("increase by -5 %", "s", "up and down"),
        ("lower than more 5 %", "s", "up and down"),
        ("+2", "%", "points or per cent"),
        ("+5 %", "points", "score that may be 0"),
        ("-2 pts", "s", "points are of"),
        ("-5", "s", "no time"),
        (-5, "s", "no change"),
        ("", "s", "which way"),
    ],
)
def test_changes_that_could_mean_two_things(given, unit, word):
    with pytest.raises(BadValue, match=word):
        change(given, unit)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("10 months", dt.date(2026, 11, 30)),
        ("1 month", dt.date(2026, 2, 28)),
        ("2 quarters", dt.date(2026, 7, 31)),
        ("26 weeks", dt.date(2026, 8, 1)),
        ("1 year", dt.date(2027, 1, 31)),
        ("2026-12-31", dt.date(2026, 12, 31)),
        (dt.date(2026, 12, 31), dt.date(2026, 12, 31)),
    ],
)
def test_spans_after_the_end_of_january(given, wanted):
    assert after(dt.date(2026, 1, 31), given) == wanted


@pytest.mark.parametrize("given", ["ten months", "9999 years", "2026-13-01", 10, dt.datetime(2026, 1, 1), "0099-01-01"])
def test_what_is_no_date(given):
    with pytest.raises(BadValue):
        after(dt.date(2026, 1, 31), given)
