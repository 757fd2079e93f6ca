"""targets.toml: what is wrong is told with target and key, the rest loads, and nothing is lost on the way back."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from kpi.catalogue import CATALOGUE
from kpi.errors import BadValue
from kpi.targets import COUNTERS, Change, Target, check, read, to_toml
from kpi.targets.file import KEYS

DOCS = Path(__file__).parents[2] / "docs" / "targets.md"
GOOD = {"metric": '"csat"', "to": '"90 %"', "start": "2026-03-02", "deadline": "2026-12-31"}


def table(**changes: str | None) -> str:
    lines = {**GOOD, **changes}
    return "[[target]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value is not None)


def test_the_example_of_the_docs_is_what_it_says() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    found = read(example)
    assert not found.problems
    first, second = found.targets
    assert (first.metric, first.statistic, first.change, first.owner) == ("full_resolution_time", "mean", Change(-5, "relative"), "Ana")
    assert first.due == dt.date(2027, 1, 2) and first.window() == (dt.date(2025, 12, 1), dt.date(2026, 3, 1))
    assert first.base_weeks() == (dt.date(2025, 12, 1), dt.date(2026, 2, 23))
    assert first.due_weeks() == (dt.date(2026, 11, 30), dt.date(2026, 12, 21)), "2 January 2027 is a Saturday: its week is not whole"
    assert second.where == (("channel", ("phone",)),) and (second.begin, second.goal) == (82, 90)
    assert second.steps == ((dt.date(2026, 4, 1), 84), (dt.date(2026, 7, 1), 87)) and second.counters == (
        "survey_response_rate",
        "handle_time",
    )
    assert read(to_toml(found.targets)) == found


def test_every_key_is_in_the_docs() -> None:
    rows = re.findall(r"^\| (`.*?) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert set(KEYS) <= named


def test_all_that_can_be_said_goes_round() -> None:
    said = Target(
        "first_reply_time",
        dt.date(2026, 3, 4),
        "40 weeks",
        goal=1234.5678901,
        name='He said "now" \\ or\nnever ☃ \x7f \x1b',
        begin=7200,
        baseline="2025-10-01 to 2025-12-31",
        where=(("channel", ('a "quoted" one', "email")), ("my column", ("x",))),
        statistic="p90",
        clock="business",
        params=(("cohort", "created"),),
        steps=((dt.date(2026, 6, 1), 3600.0),),
        owner="Zoë",
        note="=1+1",
        counters=("csat",),
        weeks=6,
    )
    text = to_toml([check(said)])
    assert tomllib.loads(text) and read(text).targets == (said,)


@pytest.mark.parametrize(
    ("changes", "key", "word"),
    [
        ({"metric": '"cast"'}, "metric", "Did you mean 'csat'"),
        ({"metric": None}, "metric is missing", ""),
        ({"start": None}, "start is missing", ""),
        ({"deadline": None}, "deadline is missing", ""),
        ({"start": '"soon"'}, "start", "not a date"),
        ({"deadline": '"soon"'}, "deadline", "not a date"),
        ({"deadline": "2026-03-20"}, "deadline", "no time"),
        ({"deadline": '"11 years"'}, "deadline", "ten years"),
        ({"deadline": '"9999999 weeks"'}, "deadline", ""),
        ({"to": None}, "to or change", ""),
        ({"change": '"+2 pts"'}, "to or change", ""),
        ({"to": '"lots"'}, "to", "number"),
        ({"to": '"120 %"'}, "to", "beyond what CSAT can be"),
        ({"to": None, "from": '"95 %"', "change": '"+10 pts"'}, "change", "beyond"),
        ({"from": "-1"}, "from", "beyond"),
        ({"to": None, "change": '"-100 %"'}, "change", "cannot be"),
        ({"statistic": '"median of medians"'}, "statistic", ""),
        ({"clock": '"lunar"'}, "clock", ""),
        ({"params": '{ resolved_withn = "8h" }'}, "params", "resolved_within"),
        ({"where": '"email"'}, "where", "not a table"),
        ({"where": "{ channel = 3 }"}, "where", "not text"),
        ({"steps": '{ 2027-06-01 = "85 %" }'}, "steps", "not between"),
        ({"steps": '{ 2026-06-01 = "x" }'}, "steps", "number"),
        ({"counter": '["csat"]'}, "counter", "itself"),
        ({"counter": '["csatt"]'}, "counter", "csat"),
        ({"weeks": "1"}, "weeks", "single week"),
        ({"weeks": '"4"'}, "weeks", "whole number"),
        ({"baseline": '"2026-01-01 to 2026-06-30"'}, "baseline", "before the start"),
        ({"baseline": '"3 days"'}, "baseline", "two weeks"),
        ({"baseline": "13"}, "baseline", "not text"),
        ({"name": "7"}, "name", "not text"),
        ({"note": f'"{"x" * 501}"'}, "note", "longer"),
        ({"owners": '"Ana"'}, "owners", "Did you mean 'owner'"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_the_target_and_the_key(changes: dict[str, str | None], key: str, word: str) -> None:
    found = read(table(name='"One"') + table(**{"name": '"Two"', **changes}), "mine.toml")
    assert [target.name for target in found.targets] == ["One"], "the rest loads"
    (problem,) = found.problems
    assert problem.place.startswith("mine.toml, target 2") and key in problem.what and word in f"{problem.what} {problem.hint}"
    assert "\n" not in problem.text and len(problem.text) < 400
    again = read(to_toml(found.targets, found.problems))
    assert again.targets == found.targets and [p.what for p in again.problems] == [problem.what], "nobody's work is lost"


def test_one_name_is_used_once() -> None:
    found = read(table(name='"One"') + table(name='" ONE "'))
    assert len(found.targets) == 1 and "another target" in found.problems[0].what


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("not toml", "not TOML"),
        ("[[" * 5000, "not TOML"),
        ("target = 3", "not a list"),
        ("[target]\nmetric = 'csat'", "not a list"),
        ("[[targets]]\n", "no use for 'targets'"),
        ("x" * 600_000, "longer than"),
        ("[[target]]\n" * 501, "501 targets"),
        ("a = " + "[" * 20_000, "not TOML"),
    ],
)
def test_what_is_no_such_file_is_refused_as_a_whole(text: str, word: str) -> None:
    with pytest.raises(BadValue, match=word) as error:
        read(text, "mine.toml")
    assert error.value.what.startswith("mine.toml") and len(str(error.value)) < 300


def test_nothing_is_no_target() -> None:
    assert read("").targets == () and to_toml([]) == ""


def test_counters_are_metrics_that_have_a_bad_side() -> None:
    for metric, counters in COUNTERS.items():
        assert metric in CATALOGUE and counters and metric not in counters
        assert all(CATALOGUE[counter].better != "neither" for counter in counters), metric
