"""Team against team: the tested shrinkage on known groups, no place for small ones, and nobody named where all are alike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from kpi import Scope, stats
from kpi.benchmarks import groups
from kpi.benchmarks.peers import DRAWS
from kpi.errors import BadValue
from kpi.scope import NONE
from tests.benchmarks.made import result, share

TEAMS = Scope(split=("team",))


def shares(counts: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    return [share(good, answers, team=team) for team, (good, answers) in counts.items()]


def test_shares_are_those_of_the_tested_function_by_name() -> None:
    counts = {"South": (300, 400), "North": (380, 400), "East": (8, 9), "West": (340, 400), NONE: (1, 50)}
    found = groups(result("csat", shares(counts), TEAMS), "csat")
    assert [g.name for g in found.groups] == ["East", "North", "South", "West"], "by name, and what is not known is no team"
    reference = stats.shrink_rates([380, 300, 340], [400, 400, 400], 1 - 0.05 / 3, DRAWS)
    placed = [g for g in found.groups if g.estimate is not None]
    assert [g.estimate for g in placed] == pytest.approx(100 * reference.estimate)
    assert [g.low for g in placed] == pytest.approx(100 * reference.low)
    assert {g.name: g.verdict for g in found.groups} == {"East": "few", "North": "above", "South": "below", "West": "alike"}
    assert found.average == pytest.approx(100 * 1020 / 1200)
    assert placed[0].rank_high == 1 and placed[1].rank_low == 3
    assert found.groups[0].rank_low is None, "no ranking under ten"
    said = found.text.replace("\u00a0", " ")
    assert (
        said
        == "CSAT: of 3 groups, North is better than average and South is worse than average, which is 85.0 %; 1 cannot be told apart from it."
    )


def test_times_on_the_log_scale() -> None:
    """Medians 1 h, 1 h and 4 h, each known to ± 10 %: the slow team is worse; on the log scale its error is log(1.1) / 1.96."""
    rows = [
        {"team": t, "value": m, "low": m / 1.1, "high": m * 1.1, "n": 400, "notes": ("median",)}
        for t, m in (("A", 3600), ("B", 3600), ("C", 14400), ("D", 3700))
    ]
    found = groups(result("full_resolution_time", rows, TEAMS), "full_resolution_time")
    errors = [math.log(1.1) / 1.959964] * 4
    reference = stats.shrink_means([math.log(row["value"]) for row in rows], errors, 1 - 0.05 / 4, DRAWS)
    assert [g.estimate for g in found.groups] == pytest.approx(list(np.exp(reference.estimate)))
    assert found.groups[2].verdict == "above" and found.word(found.groups[2]) == "worse than average"
    assert found.groups[2].rank_low == found.groups[2].rank_high == 4
    assert found.text.startswith("Full resolution, median: of 4 groups")


def test_times_of_zero_get_a_minute_added() -> None:
    rows = [
        {"team": t, "value": m, "low": low, "high": high, "n": 400}
        for t, m, low, high in (("A", 30, 0, 60), ("B", 0, 0, 20), ("C", 600, 500, 700))
    ]
    found = groups(result("hold_time", rows, TEAMS), "hold_time")
    assert [g.verdict != "few" for g in found.groups] == [True, True, True]
    assert all(g.low is not None and 0 <= g.low <= (g.high or 0) for g in found.groups) and found.groups[2].verdict == "above"


def test_what_cannot_be_compared_says_why() -> None:
    alone = groups(result("csat", shares({"North": (80, 100), "South": (5, 9)}), TEAMS), "csat")
    assert "fewer than two groups have 10 rows" in alone.text and all(g.estimate is None for g in alone.groups)
    count = groups(result("tickets_created", [{"team": "A", "value": 5.0, "n": 5}], TEAMS), "tickets_created")
    assert "says how much there is" in count.text
    with pytest.raises(BadValue):
        groups(result("csat", shares({}) or [share(1, 2, team="x")], Scope(by="week", split=("team",))), "csat")


@pytest.mark.slow
def test_teams_alike_are_hardly_ever_told_apart() -> None:
    """Eight teams of one truth, of unequal size, 150 times: anybody is named in about 5 % of them at most."""
    rng = np.random.default_rng(5)
    sizes = [15, 30, 60, 120, 120, 250, 250, 500]
    named = 0
    for _ in range(150):
        found = groups(result("csat", shares({f"T{i}": (int(rng.binomial(n, 0.84)), n) for i, n in enumerate(sizes)}), TEAMS), "csat")
        named += bool(found.of("above") or found.of("below"))
    assert named / 150 <= 0.07
    assert "cannot be told apart" in groups(result("csat", shares({f"T{i}": (84, 100) for i in range(5)}), TEAMS), "csat").text
