"""`kpi what-if`: the same digits as the function and the page, what is refused, scenarios, and goals by arithmetic."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from kpi import what_if
from tests.cli.conftest import Company, Ran, bare, plain, same

pytestmark = pytest.mark.slow
Ask = Callable[..., Ran]


def test_a_what_if_is_the_pages_to_the_digit(ask: Ask, company: Company) -> None:
    told = plain(ask("what-if", *company.dates, "--set", "fcr=66", "handle_time=9m", "--goal", "85"))
    ground = what_if.prepare(company.scope(), company.data, "csat")
    played = what_if.play(ground, {"first_contact_resolution": 66.0, "handle_time": 540.0}, "csat")
    same(told["before"], played.today)
    same(told["after"], played.after)
    for name in ("value", "low", "high", "half"):
        same(told["change"][name], getattr(played.change, name))
    seen = played.outlook(85.0)
    for name in ("chance", "chance_half", "chance_before"):
        same(told["outlook"][name], getattr(seen, name))
    assert [week["middle"] for week in told["outlook"]["weeks_after"]] == pytest.approx(seen.after[1].tolist())
    for row in told["identities"]:
        same(row["before"], played.before.value(row["name"]))
        same(row["after"], played.work.value(row["name"]))
    both = played.backlog()
    assert both is not None and [told["backlog"]["after"][name] for name in ("low", "middle", "high")] == pytest.approx(list(both[1].end))
    assert [(move["name"], move["value"]) for move in told["moves"]] == [("first_contact_resolution", 66.0), ("handle_time", 540.0)]
    words = company.page("what_if.py", set=["first_contact_resolution=66", "handle_time=540"], goal="csat>=85")
    assert bare(told["finding"]) in words and all(bare(sentence) in words for sentence in told["caveats"])
    sought = what_if.seek(ground, [what_if.read_goal("csat>=85")], ["first_contact_resolution"], dict(played.moves))
    assert told["goal"]["finding"] == sought.finding and told["goal"]["ranges"]["likely"] == [pytest.approx(one) for one in sought.ranges()]
    goal = {"view": "goal", "goal": "csat>=85", "set": ["first_contact_resolution=66", "handle_time=540"]}
    assert bare(sought.finding) in company.page("what_if.py", **goal), "along the same input where none is named"


def test_where_nobody_has_been_is_refused_with_its_own_code(ask: Ask) -> None:
    ran = ask("what-if", "--set", "fcr=99.5", "handle_time=9m")
    told = json.loads(ran.out)
    assert ran.code == 2 and "you've never been there" in ran.err and ran.err.count("\n") == 1
    assert told["after"] is None and told["change"] is None and "never been there" in told["refusal"] and told["history"] == "refused"
    hours = {row["name"]: row for row in told["identities"]}["hours_needed"]
    assert hours["after"] < hours["before"], "arithmetic needs no history"


def test_scenarios_are_told_beside_each_other(ask: Ask, company: Company, tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(
        '[[scenario]]\nname = "A"\n[scenario.set]\nfirst_contact_resolution = 66\n\n[[scenario]]\nname = "B"\n[scenario.set]\noccupancy = 82\n'
    )
    told = plain(ask("what-if", *company.dates, "--scenario", path))["scenarios"]
    alone = plain(ask("what-if", *company.dates, "--set", "fcr=66"))
    assert [one["name"] for one in told] == ["A", "B"] and told[0]["change"] == alone["change"] and told[1]["change"] is None
    path.write_text(path.read_text() + '\n[[scenario]]\nname = "C"\n[scenario.set]\nfcr_ = 1\n')
    ran = ask("what-if", "--scenario", path)
    assert ran.code == 2 and len(json.loads(ran.out)["scenarios"]) == 2 and "scenario 3" in ran.err


def test_goals_by_arithmetic(ask: Ask, company: Company) -> None:
    told = plain(ask("what-if", *company.dates, "--goal", "cost_per_ticket<=7", "--along", "aht"))
    ground = what_if.prepare(company.scope(), company.data)
    labour = ground.work.cost_per_ticket - ground.work.other_cost
    most = (7 - ground.work.other_cost) / labour * ground.work.handle_time  # cost of labour follows handle time in proportion
    ((low, high),) = told["goal"]["ranges"]["sure"]
    step = max(b / a for a, b in pairwise(found.grid[0])) if (found := _sought(ground)) else 1.0
    assert low < high <= most < high * step, "the largest value on the grid that still meets it"
    assert told["goal"]["along"][0]["name"] == "handle_time" and told["outlook"]["chance"] is None, "no chance of what is no outcome"
    assert plain(ask("what-if", "--goal", "dsat<=15"))["outcome"] == "dsat"


def _sought(ground: what_if.Ground) -> what_if.Sought:
    return what_if.seek(ground, [what_if.read_goal("cost_per_ticket<=7")], ["handle_time"])
