"""Everybody beside everybody: the figures are those of `kpi.measure`, the tails exact, and where nobody differs nobody is named."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import Scope, agents, sample, stats
from kpi.agents import ABOVE, ALIKE, BELOW, FEW, compare, even, funnel
from kpi.agents.compare import DRAWS
from kpi.agents.funnel import INNER, OUTER
from kpi.errors import BadValue
from tests.agents.made import ALL, SIZES, answered, company, compared, equal, plain, rows

pytestmark = pytest.mark.slow


def test_figures_are_those_of_measure_and_of_the_tested_shrinkage() -> None:
    counts = {"Zoe": (300, 400), "Ana": (380, 400), "Ben": (340, 400), "Few": (8, 9), "Small": (2, 20)}
    data = company(*answered(counts))
    found = compare("csat", "agent", ALL, data)
    assert [one.name for one in found.ones] == ["Ana", "Ben", "Few", "Small", "Zoe"], "by name"
    measured = {row["group"]["agent"]: row["value"] for row in kpi.measure(["csat"], Scope(split=("agent",)), data).records()}
    assert {one.name: one.value for one in found.ones} == measured
    assert found.average == pytest.approx(100 * 1030 / 1229) and found.like == ()
    some = ["Ana", "Ben", "Small", "Zoe"]
    hits, size = np.array([counts[name] for name in some], dtype=float).T
    reference = stats.shrink_rates(hits, size, draws=DRAWS)
    placed = {one.name: one for one in found.placed}
    assert [placed[name].estimate for name in some] == pytest.approx(100 * reference.estimate)
    exact = [min(1.0, 2 * min(_tail(int(k), int(n), 1030 / 1229))) for k, n in zip(hits, size, strict=True)]
    assert [placed[name].p for name in some] == pytest.approx(exact, rel=1e-6)
    assert [placed[name].adjusted for name in some] == pytest.approx(stats.false_discovery(exact), rel=1e-6)
    verdicts = {one.name: one.verdict for one in found.ones}
    assert verdicts == {"Ana": ABOVE, "Ben": ALIKE, "Few": FEW, "Small": ALIKE, "Zoe": BELOW}, "twenty answers are never named"
    assert placed["Ana"].rank_low == placed["Ana"].rank_high == 1
    assert found.text == (
        "CSAT: of 4 agents, Ana is clearly better and Zoe is clearly worse than the average of 83.8\u00a0%; 2 cannot be told apart."
    )


def _tail(k: int, n: int, p: float) -> tuple[float, float]:
    below = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))
    return below, 1 - below + math.comb(n, k) * p**k * (1 - p) ** (n - k)


def test_who_is_not_known_is_left_out() -> None:
    tickets, surveys = answered({"Ana": (80, 100), "Ben": (70, 100), "nobody": (0, 300)})
    tickets["agent"] = tickets["agent"].replace("nobody", None)
    found = compare("csat", "agent", ALL, company(tickets, surveys))
    assert found.n == 200 and found.average == pytest.approx(75.0) and len(found.ones) == 2


def test_times_are_ratios_to_the_figure_of_all() -> None:
    """Ben takes 1.21 times as long as Ana on all tickets, so each is 1.1 times off the geometric mean; the median of all stays the measure."""
    rng = np.random.default_rng(2)
    base = rng.lognormal(8, 0.5, 400)
    tickets = pd.DataFrame(
        {
            "ticket_id": [str(i) for i in range(800)],
            "agent": ["Ana"] * 400 + ["Ben"] * 400,
            "created_at": pd.Timestamp("2026-03-02"),
            "solved_at": pd.Timestamp("2026-03-02") + pd.to_timedelta(np.concatenate([base, base * 1.21]).round(3), unit="s"),
            "status": "solved",
        }
    )
    data = company(tickets)
    found = compare("full_resolution_time", "agent", ALL, data)
    median = kpi.measure(["full_resolution_time"], ALL, data).records()[0]["value"]
    assert found.average == median and found.statistic == "median" and found.how == "time"
    ana, ben = found.ones
    assert ana.got == pytest.approx(median / 1.1, rel=1e-4) and ben.got == pytest.approx(median * 1.1, rel=1e-4)
    assert (ana.verdict, ben.verdict) == (BELOW, ABOVE) and found.is_good(ana)
    assert found.text.startswith("Full resolution, median: of 2 agents, Ana is clearly better and Ben is clearly worse")
    assert ana.estimate is not None and median / 1.1 < ana.estimate < median, "pulled towards the others"
    assert agents.likely(found, ana).startswith("-")


def test_rows_of_one_customer_count_as_fewer() -> None:
    """Every answer thrice, by the same customer: the tail is that of a third of the rows, nearly."""
    rng = np.random.default_rng(4)
    hits = (rng.random(400) < 0.8).astype(float)
    once = plain(["A", "B"], [0] * 200 + [1] * 200, list(hits))
    thrice = plain(["A", "B"], [0] * 600 + [1] * 600, list(np.repeat(hits, 3)))
    thrice = thrice.__class__(**{**thrice.__dict__, "customer": np.repeat(np.arange(400), 3)})
    assert compared(thrice).deff == pytest.approx(3.0, rel=0.02)
    assert [one.p for one in compared(thrice).ones] == pytest.approx([one.p for one in compared(once).ones], abs=0.02)


def test_what_cannot_be_compared_says_why() -> None:
    few = compared(rows({"Ana": {"": (50, 60)}, "Ben": {"": (5, 9)}}))
    assert "fewer than two agents have 10 rows" in few.text and not few.placed
    same = compared(rows({"Ana": {"": (60, 60)}, "Ben": {"": (50, 50)}}))
    assert "the same in every row" in same.text
    data = company(*answered({"Ana": (50, 60), "Ben": (40, 60)}))
    for name, by in (("tickets_created", "agent"), ("csat", "channel"), ("full_resolution_time", "agent")):
        with pytest.raises(BadValue):
            compare(name, by, ALL, data)
    assert agents.comparable("team", ALL, data) == () and "csat" in agents.comparable("agent", ALL, data)


def test_an_empty_dataset_says_so() -> None:
    tickets, surveys = answered({"Ana": (5, 10), "Ben": (5, 10)})
    found = compare("csat", "agent", Scope(start="2020-01-01", end="2020-01-31"), company(tickets, surveys))
    assert found.why_not and not found.ones


def test_a_name_from_a_file_cannot_break_a_sentence() -> None:
    data = company(*answered({"Ana\nEvil\x1b[31m": (80, 100), 'x"; DROP TABLE tickets; --': (40, 100)}))
    found = compare("csat", "agent", ALL, data)
    assert "\n" not in found.text and "\x1b" not in found.text and len(found.named) == 2


def test_the_funnel_has_exact_limits() -> None:
    """Who lies outside at their own size: two of the four by the binomial, one of them by far."""
    counts = {"A": (84, 100), "B": (70, 100), "C": (62, 100), "D": (820, 1000)}
    found = compared(rows({name: {"": pair} for name, pair in counts.items()}))
    shape = funnel(found)
    pooled = sum(hits for hits, _ in counts.values()) / 1300

    def out(conf: float) -> list[str]:
        return [name for name, (k, n) in counts.items() if min(_tail(k, n, pooled)) < (1 - conf) / 2]

    assert [one.name for one in shape.outside(INNER)] == out(INNER) == ["B", "C"]
    assert [one.name for one in shape.outside(OUTER)] == out(OUTER) == ["C"]
    assert [even(found, one) for one in found.ones] == pytest.approx([84.0, 70.0, 62.0, 82.0])
    assert shape.text.replace("\u00a0", " ").startswith("CSAT: 2 of 4 agents lie outside the 95 % limits, where chance alone puts about 1")
    nothing = funnel(compared(rows({"Ana": {"": (5, 6)}})))
    assert not nothing.outside(INNER) and "nothing can be compared" in nothing.text


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["share", "time"])
def test_where_nobody_differs_nobody_is_named(kind: str) -> None:
    rng = np.random.default_rng(7)
    named = sum(bool(equal(rng, SIZES, kind).named) for _ in range(60))
    assert named <= 5, "3 of 60 are allowed for; 5 is what luck may make of them"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[kpi.Dataset, Scope, dict[str, dict[str, object]]]:
    place: Path = tmp_path_factory.mktemp("planted")
    told = sample.write(place, tickets=20_000, seed=11)
    data = kpi.read(*(path for path in sorted(place.glob("*.csv")) if path.stem != "events"))
    scope = Scope(calendar=kpi.read_calendar(str(place / "calendar.toml")))
    return data, scope, {agent["agent"]: agent for agent in told.agents}


@pytest.mark.slow
def test_planted_differences_are_found_with_the_right_sign(planted: tuple[kpi.Dataset, Scope, dict[str, dict[str, object]]]) -> None:
    """Agents' true handle time factors: who is named differs from the own team's mean in truth, on that side."""
    data, scope, truth = planted
    found = compare("handle_time", "agent", scope, data)
    assert len(found.named) >= 8
    teams: dict[object, list[float]] = {}
    for one in found.ones:
        agent = truth[one.name]
        teams.setdefault(agent["team"], []).append(math.log(float(str(agent["handle_factor"]))))
    for one in found.named:
        agent = truth[one.name]
        own = math.log(float(str(agent["handle_factor"])))
        assert (one.verdict == ABOVE) == (own > np.mean(teams[agent["team"]])), one


@pytest.mark.slow
def test_the_mix_of_the_sample_company_does_not_pass_for_its_people(
    planted: tuple[kpi.Dataset, Scope, dict[str, dict[str, object]]],
) -> None:
    """Teams have other channels and other work: as they are most agents stand out in resolution time, with the same tickets hardly any."""
    data, scope, _ = planted
    as_is = compare("full_resolution_time", "agent", scope, data, like=())
    alike = compare("full_resolution_time", "agent", scope, data)
    assert len(as_is.named) > 10 > 2 * len(alike.named)
