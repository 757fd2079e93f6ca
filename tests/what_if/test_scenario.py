"""scenarios.toml comes back the same; what somebody broke in it is told by its place and lost nowhere."""

from __future__ import annotations

import pytest

from kpi.errors import BadValue, UnknownName
from kpi.what_if import Scenario, Scenarios, read, write
from kpi.what_if.scenario import MOST

ONE = Scenario('More at "first"', (("first_contact_resolution", 70.5), ("handle_time", 480.0)), "after the base\nis done")


def test_it_comes_back_the_same():
    kept = Scenarios((ONE, Scenario("ürgent ✓", (("occupancy", 85.0),))))
    assert read(write(kept)) == kept
    assert write(Scenarios()) == "" and read("") == Scenarios()


def test_mistakes_are_told_and_kept():
    text = (
        write(Scenarios((ONE,)))
        + '\n[[scenario]]\nname = "wrong"\nset = { nonsense = 4 }\n'
        + '\n[[scenario]]\nname = "no moves"\n'
        + "\n[[scenario]]\nname = 5\n"
        + '\n[[scenario]]\nname = "odd"\ncolour = "red"\nset = { occupancy = 80 }\n'
        + '\n[[scenario]]\nname = "text"\nset = { occupancy = "80" }\n'
        + '\n[[scenario]]\nname = "far"\nset = { occupancy = 800 }\n'
    )
    found = read(text)
    assert found.scenarios == (ONE,) and [p.place for p in found.problems] == [f"scenario {n}" for n in range(2, 8)]
    assert "nonsense" in found.problems[0].what and "colour" in found.problems[3].what and "no number" in found.problems[4].what
    again = read(write(found))
    assert again.scenarios == found.scenarios and len(again.problems) == 6, "nobody's work is lost"


def test_having_and_without():
    kept = Scenarios((ONE,)).having(Scenario("other", (("occupancy", 80.0),)))
    assert list(kept.named) == [ONE.name, "other"]
    newer = kept.having(Scenario("other", (("occupancy", 81.0),)))
    assert dict(newer.named["other"].moves) == {"occupancy": 81.0} and len(newer.scenarios) == 2
    assert list(newer.without("other").named) == [ONE.name]
    full = Scenarios(tuple(Scenario(str(n), (("occupancy", 80.0),)) for n in range(MOST)))
    with pytest.raises(BadValue, match="Delete one"):
        full.having(ONE)


def test_what_cannot_be_kept():
    for name, moves in (("", (("occupancy", 80.0),)), ("x" * 130, (("occupancy", 80.0),)), ("a\nb", (("occupancy", 80.0),)), ("x", ())):
        with pytest.raises(BadValue):
            Scenario(name, moves)
    with pytest.raises(UnknownName):
        Scenario("x", (("nonsense", 1.0),))
    for text in ("[[scenario", "a = 1", "scenario = 4", "[scenario]\nname = 'x'", "x" * 600_000):
        with pytest.raises(BadValue):
            read(text)
