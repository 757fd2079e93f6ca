"""What stands out of whom: each number by itself, all comparisons judged together, no total."""

from __future__ import annotations

import numpy as np
import pytest

from kpi import stats
from kpi.agents import Coaching, Person, coaching
from tests.agents.made import compared, rows

CSAT = {"Ana": {"": (380, 400)}, "Ben": {"": (340, 400)}, "Cara": {"": (300, 400)}, "Dan": {"": (9, 20)}}
REOPENED = {"Ana": {"": (60, 400)}, "Ben": {"": (28, 400)}, "Cara": {"": (27, 400)}, "Eve": {"": (27, 400)}}


def found() -> Coaching:
    return coaching([compared(rows(CSAT)), compared(rows(REOPENED), "reopen_rate")])


def test_all_comparisons_are_judged_together() -> None:
    every = found()
    assert every.looked == 8 and every.metrics == ("csat", "reopen_rate") and every.silent == 3
    p = [one.p for each in (compared(rows(CSAT)), compared(rows(REOPENED), "reopen_rate")) for one in each.placed]
    together = stats.false_discovery(np.array(p, dtype=float))
    assert [person.name for person in every.people] == ["Ana", "Cara"], "by name; Dan's twenty answers name nobody"
    ana = every.people[0]
    assert [point.found.metric.name for point in ana.points] == ["csat", "reopen_rate"]
    assert [point.adjusted for point in ana.points] == pytest.approx([together[0], together[4]])


def test_better_and_worse_are_told_in_fair_words() -> None:
    ana, cara = found().people
    assert ana.text == "others may learn from them: CSAT; worth a talk: Reopen rate."
    assert cara.text == "worth a talk: CSAT."
    said = ana.better[0].text.replace("\u00a0", " ")
    assert said.startswith("CSAT: 95.0 % (n = 400), where all together get 84.3 %; allowing for chance likely +")
    assert not set(Person.__dataclass_fields__) & {"score", "rank", "total"}


def test_nothing_is_a_finding_too() -> None:
    alike = coaching([compared(rows({"Ana": {"": (84, 100)}, "Ben": {"": (85, 100)}}))])
    assert alike.text == "Nothing stands out of any of the 2 agents: 2 comparisons in 1 number were looked at together."
    assert coaching([]).people == () and coaching([compared(rows({"Ana": {"": (5, 6)}}))]).looked == 0
