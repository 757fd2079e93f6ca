"""Oracles: the same question asked the straight way round, value by value; cost solved for handle time by hand."""

from __future__ import annotations

import numpy as np
import pytest

from kpi.errors import BadValue, UnknownName
from kpi.what_if import Goal, play, read_goal, seek
from kpi.what_if.goals import LIKELY, SURE
from tests.what_if.conftest import FCR


def test_the_set_is_what_the_straight_question_says(ground):
    found = seek(ground, [Goal("csat", ">=", 79.0)], [FCR])
    for value, code in zip(found.grid[0], found.met, strict=True):
        played = play(ground, {FCR: float(value)}, guarded=False)
        assert (code >= LIKELY) == (played.after >= 79.0 - 1e-9)
        assert (code == SURE) == (played.today + (played.change.low if played.moves else 0) >= 79.0 - 1e-9)
    ((low, high),) = found.ranges()
    assert high == 100 and 65 < low < 100, "from some value to the good end"
    assert found.ranges(SURE)[0][0] >= low, "to be sure takes more"
    assert "First contact resolution at" in found.finding and "or more" in found.finding and "causal" in found.finding


def test_feasibility_from_own_history(ground):
    far = seek(ground, [Goal("csat", ">=", 81.0)], [FCR])
    assert "never had a week above" in far.caveat and not far.feasible.any() and far.nearest() is None
    near = seek(ground, [Goal("csat", ">=", 78.05)], [FCR])
    weeks = ground.histories[FCR].values
    assert f"{int((weeks >= near.ranges()[0][0]).sum())} of 52 weeks" in near.caveat
    assert near.nearest()[0] == near.grid[0][(near.met >= LIKELY) & (near.levels == "inside")].min(), "the one nearest to today"
    never = seek(ground, [Goal("csat", ">=", 99.0)], [FCR])
    assert "no value of First contact resolution gives that" in never.finding and never.ranges() == []
    assert "met today already" in seek(ground, [Goal("csat", ">=", 70.0)], [FCR]).finding


def test_cost_is_solved_exactly(ground):
    """9.375 at 900 s; at most 8 needs 768 s or less. Arithmetic: as sure as it gets, and no talk of causes."""
    found = seek(ground, [Goal("cost_per_ticket", "<=", 8.0)], ["handle_time"])
    assert ((found.met == SURE) == (found.grid[0] <= 768.0)).all() and set(found.met.tolist()) == {0, 3}
    assert "causal" not in found.text and "or less" in found.finding


def test_both_goals_over_two_inputs(ground):
    """CSAT depends on first contact alone and cost on handle time alone: the set is a rectangle."""
    goals = [Goal("csat", ">=", 78.5), Goal("cost_per_ticket", "<=", 9.2)]
    found = seek(ground, goals, [FCR, "handle_time"])
    by_csat = np.array([play(ground, {FCR: float(v)}, guarded=False).after >= 78.5 for v in found.grid[0]])
    by_cost = found.grid[1] <= 9.2 / 9.375 * 900
    assert ((found.met >= LIKELY) == np.outer(by_csat, by_cost)).all()
    inside = (found.levels == "inside") & (found.met >= LIKELY)
    assert inside.any() == (found.nearest() is not None)
    assert (found.half <= (found.met >= LIKELY)).all(), "half the effect reaches less"


def test_goals_are_read_with_care():
    assert read_goal("csat>=90") == Goal("csat", ">=", 90.0) and read_goal(" cost_per_ticket ≤ 6.5 ") == Goal("cost_per_ticket", "<=", 6.5)
    assert read_goal(Goal("dsat", "<=", 12.5).text()) == Goal("dsat", "<=", 12.5)
    for wrong, said in (
        ("csat", "cannot be read"),
        ("csat>=1e9x", "cannot be read"),
        ("csat=90", "cannot be read"),
        ("x" * 999, "cannot be read"),
    ):
        with pytest.raises(BadValue, match=said):
            read_goal(wrong)
    with pytest.raises(UnknownName, match="seek"):
        read_goal("backlog<=5")


def test_what_cannot_be_sought(ground):
    for goals, axes, said in (
        ([Goal("csat", ">=", 80)], [], "one input or two"),
        ([], [FCR], "one input or two"),
        ([Goal("csat", ">=", 80)], ["reopen_rate"], "not known"),
        ([Goal("csat", ">=", 80), Goal("dsat", "<=", 9)], [FCR], "two sides"),
    ):
        with pytest.raises(BadValue, match=said):
            seek(ground, goals, axes)
    with pytest.raises(UnknownName):
        seek(ground, [Goal("csat", ">=", 80)], ["nonsense"])
