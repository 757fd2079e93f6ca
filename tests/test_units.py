"""The words of numbers, one example a line (a plain space here stands for the no-break space)."""

import json
import math
import shutil
import subprocess

import pytest

from kpi.errors import UnknownName
from kpi.units import (
    NBSP,
    axis_format,
    axis_label,
    duration_ticks,
    per_unit,
    say,
    say_change,
    say_change_interval,
    say_interval,
    say_relative,
    unit_name,
)

UNITS = ["s", "%", "points", "count", "score", "ratio", "currency"]

VALUES = [
    # seconds: the two largest parts, rounded before they are split
    (0, "s", "0 s"),
    (0.004, "s", "<0.01 s"),
    (0.04, "s", "0.04 s"),
    (0.42, "s", "0.4 s"),
    (7.836, "s", "7.8 s"),
    (9.96, "s", "10 s"),
    (59.4, "s", "59 s"),
    (59.5, "s", "1 min"),
    (580, "s", "9 min 40 s"),
    (600, "s", "10 min"),
    (3599.6, "s", "1 h"),
    (6120, "s", "1 h 42 min"),
    (51600, "s", "14 h 20 min"),
    (86400, "s", "24 h"),
    (172_799, "s", "2 d"),
    (172_760, "s", "47 h 59 min"),
    (190_800, "s", "2 d 5 h"),
    (1_051_200, "s", "12 d 4 h"),
    (10_368_000, "s", "120 d"),
    (172_800_000, "s", "2,000 d"),
    (-725, "s", "-12 min 5 s"),
    # shares
    (0, "%", "0 %"),
    (0.002, "%", "<0.01 %"),
    (0.02, "%", "0.02 %"),
    (0.24, "%", "0.24 %"),
    (5, "%", "5.0 %"),
    (83.4, "%", "83.4 %"),
    (83, "%", "83.0 %"),
    (99.94, "%", "99.9 %"),
    (99.97, "%", "99.97 %"),
    (99.999, "%", ">99.99 %"),
    (100, "%", "100 %"),
    (math.nextafter(100, 0), "%", "100 %"),  # the rounding dust of a sum
    (125.4, "%", "125.4 %"),
    (1250, "%", "1,250 %"),
    (-4, "%", "-4.0 %"),
    # points, always with their sign
    (31.2, "points", "+31"),
    (-12.5, "points", "-13"),
    (0, "points", "0"),
    (0.4, "points", "+0.4"),
    (100, "points", "+100"),
    # counts
    (0, "count", "0"),
    (18204, "count", "18,204"),
    (18203.6, "count", "18,204"),
    (12.4, "count", "12.4"),
    (0.04, "count", "0.04"),
    (0.001, "count", "<0.01"),
    (math.inf, "count", "∞"),
    # scores and ratios
    (4.213, "score", "4.21"),
    (1.9, "ratio", "1.90"),
    (0.004, "ratio", "<0.01"),
    (0, "ratio", "0.00"),
    (12.34, "ratio", "12.3"),
    (1234.5, "ratio", "1,234"),
    # money
    (15.5555, "currency", "15.56"),
    (0.001, "currency", "<0.01"),
    (93750, "currency", "93,750"),
    (-3.2, "currency", "-3.20"),
    (-0.0, "ratio", "0.00"),
    (-0.001, "score", "<0.01"),
    # unknown is not 0
    (None, "s", "–"),
    (math.nan, "%", "–"),
    (None, "points", "–"),
]


@pytest.mark.parametrize(("value", "unit", "words"), VALUES)
def test_values(value, unit, words):
    assert say(value, unit) == words.replace(" ", NBSP)


@pytest.mark.parametrize(
    ("change", "unit", "words"),
    [
        (2.1, "%", "+2.1 pts"),
        (-3.75, "%", "-3.8 pts"),
        (-0.02, "%", "-0.02 pts"),
        (0, "%", "0.0 pts"),
        (0.0001, "%", "0.00 pts"),
        (-6.4, "points", "-6.4 pts"),
        (-720, "s", "-12 min"),
        (3900, "s", "+1 h 5 min"),
        (1204, "count", "+1,204"),
        (0.12, "score", "+0.12"),
        (0, "count", "0"),
        (None, "s", "–"),
        (math.nan, "%", "–"),
    ],
)
def test_changes_have_an_ascii_sign(change, unit, words):
    assert say_change(change, unit) == words.replace(" ", NBSP)


def test_money_and_working_hours():
    assert say(15.56, "currency", "EUR") == f"15.56{NBSP}EUR"
    assert say_change(-3.2, "currency", "EUR") == f"-3.20{NBSP}EUR"
    assert say(188_400, "s", days=False) == "52 h 20 min".replace(" ", NBSP)
    assert say(468_000, "s", days=False) == f"130{NBSP}h"
    assert say(172_799, "s", days=False) == f"48{NBSP}h"
    assert say(51_600, "s", days=False) == say(51_600, "s"), "below two days nothing differs"
    assert say_relative(12.3) == f"+12.3{NBSP}%"
    assert say_relative(-4) == f"-4.0{NBSP}%"
    assert say_relative(None) == "–"


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (81.9, 84.8, "%", "81.9–84.8 %"),
        (0, 16.1, "%", "0–16.1 %"),
        (5880, 6420, "s", "1 h 38 min–1 h 47 min"),
        (540, 3600, "s", "9 min–1 h"),
        (12, 42, "s", "12–42 s"),
        (7200, None, "s", "from 2 h"),
        (math.nan, 18000, "s", "up to 5 h"),
        (None, math.nan, "s", ""),
        (14.05, 44.2, "points", "+14 to +44"),
        (-0.2, 77.1, "points", "-0.2 to +77"),
        (120, 150, "count", "120–150"),
        (3600, 3600, "s", "1 h"),
    ],
)
def test_intervals(low, high, unit, words):
    assert say_interval(low, high, unit).replace(NBSP, " ") == words


def test_intervals_of_changes():
    assert say_change_interval(-0.4, 3.1, "%").replace(NBSP, " ") == "-0.4 to +3.1 pts"
    assert say_change_interval(-5400, -600, "s").replace(NBSP, " ") == "-1 h 30 min to -10 min"
    assert say_change_interval(None, None, "%") == ""
    assert say_interval(10, 20, "currency", "EUR").replace(NBSP, " ") == "10.00–20.00 EUR"


def test_what_is_not_zero_is_never_said_as_zero_and_not_all_is_never_all():
    for unit in UNITS:
        for exponent in range(-12, 3):
            said = say(10.0**exponent, unit)
            assert any(digit in said for digit in "123456789"), (unit, exponent, said)
    for nines in range(2, 14):
        assert say(100 - 10.0 ** (2 - nines), "%").startswith("100") == (nines > 11), "only rounding errors of a sum are all of it"


def test_an_unknown_unit_is_loud():
    for function in (lambda u: say(1, u), lambda u: say_change(1, u), axis_format, unit_name, per_unit, axis_label):
        with pytest.raises(UnknownName, match="unit 'percent'"):
            function("percent")
    with pytest.raises(UnknownName, match="score"):
        say(None, "scores")


def test_every_unit_has_a_header_a_step_and_an_axis():
    for unit in UNITS:
        assert unit_name(unit) and per_unit(unit)[1].startswith("per ") and axis_label(unit)
    assert unit_name("currency", "EUR") == "EUR"
    assert per_unit("s") == (3600.0, "per hour")
    assert per_unit("%") == (1.0, "per point")
    assert axis_format("%") == ".1~f"


def test_axis_of_seconds_gets_round_marks():
    assert duration_ticks(0, 20_000) == [0, 3600, 7200, 10800, 14400, 18000]
    assert duration_ticks(0, 600) == [0, 120, 240, 360, 480, 600]
    assert duration_ticks(0, 86_400 * 30) == [86_400 * 5 * n for n in range(7)]
    assert duration_ticks(5, 5) == [5]
    assert len(duration_ticks(0, 86_400 * 36_500)) <= 8


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (7200, "s", "2 h"),
        (90, "s", "1.5 min"),
        (4500, "s", "1 h 15 min"),
        (0.5, "s", "0.5 s"),
        (432_000, "s", "5 d"),
        (86_400, "s", "24 h"),
        (83.5, "%", "83.5 %"),
        (-20, "points", "-20"),
    ],
)
def test_axis_labels_say_what_the_tiles_say(value, unit, words):
    """The expression is run by a JavaScript engine with a d3-like `format`, where there is one."""
    node = shutil.which("node")
    if not node:
        pytest.skip("no JavaScript engine here to run a Vega expression")
    helper = """
    const trim = s => s.includes('.') ? s.replace(/\\.?0+$/, '') : s;
    const format = (v, f) => { const m = f.match(/\\.(\\d)/); const s = trim(Math.abs(v).toFixed(m ? +m[1] : 6));
      return (v < 0 ? '\\u2212' : f.startsWith('+') ? '+' : '') + s; };
    const replace = (s, a, b) => s.replace(a, b); const {floor, round} = Math;
    """
    code = f"{helper} const datum = {{value: {json.dumps(value)}}}; process.stdout.write({axis_label(unit)});"
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    assert done.stdout.replace(NBSP, " ") == words


@pytest.mark.parametrize(
    ("value", "n", "said"),
    [
        (63.42, 24_918, "63.42 %"),
        (1.1036, 24_918, "1.10 %"),
        (63.42, 9_999, "63.4 %"),
        (83.0, 10_000, "83.00 %"),
        (0.004, 100_000, "<0.01 %"),
        (0, 100_000, "0 %"),
        (100, 100_000, "100 %"),
        (99.97, 100_000, "99.97 %"),
    ],
)
def test_a_share_of_many_rows_carries_two_decimals(value: float, n: int, said: str) -> None:
    assert say(value, "%", n=n).replace(NBSP, " ") == said
