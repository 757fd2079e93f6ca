"""What is said of a move: a pattern, its interval, the half-effect case; refusals where nobody has been."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kpi.stats import chance_in_tens, chance_of_target, forecast_paths
from kpi.what_if import Change, play
from kpi.what_if import outlook as looks
from tests.what_if.conftest import FCR


def test_a_move_inside_the_history(ground, fitted):
    played = play(ground, {FCR: 66.0})
    wanted = fitted.change({FCR: (65.0, 66.0)})
    assert played.change == wanted and played.after == pytest.approx(78 + wanted.value) and played.level == "inside"
    assert "if the pattern in your data is causal" in played.finding
    assert "If half of the pattern is something else" in played.caveat and "a pilot would tell" in played.caveat
    assert "20 agents" in played.caveat and "team" in played.caveat and "First reply held equal" in played.caveat
    assert played.volume == pytest.approx(100 * (1 - 65 / 66)) and "not counted in" in played.caveat
    assert "because" not in played.text.lower() and "causes" not in played.text.lower()


def test_where_nobody_has_been(ground):
    refused = play(ground, {FCR: 90.0})
    assert math.isnan(refused.change.value) and "you've never been there" in refused.finding and refused.level == "refused"
    assert math.isnan(refused.after) and refused.outlook(80.0).after.shape[1] == 0, "no number, no fan, no chance"
    edge = max(ground.histories[FCR].edges) + 0.3
    faded = play(ground, {FCR: edge})
    assert faded.level == "faded" and not math.isnan(faded.change.value)
    assert play(ground, {FCR: 90.0}, guarded=False).change.value > 0, "a search may ask what the pattern would say"


def test_nothing_moved_and_nothing_known(ground):
    still = play(ground, {FCR: 65.0, "handle_time": 900.0})
    assert still.moves == {} and "Nothing is moved" in still.text and still.change.value == 0
    assert "not known in these data" in play(ground, {"reopen_rate": 5.0}).finding
    other = replace(ground, today={k: v for k, v in ground.today.items() if k != "csat"})
    assert "not known" in play(other, {FCR: 66.0}).finding


def test_both_halves_of_a_whole_are_not_moved_at_once(ground):
    both = replace(ground, today={**ground.today, "reopen_rate": 5.0})
    said = play(both, {FCR: 66.0, "reopen_rate": 4.0})
    assert math.isnan(said.change.value) and said.refusal


def test_the_chance_of_a_target(ground):
    """Against the futures counted by hand: the same paths, the change on top."""
    played = play(ground, {FCR: 66.0})
    seen = played.outlook(78.5, 13)
    futures = np.clip(forecast_paths(ground.series["csat"], 13, looks.DRAWS), 0, 100)
    assert seen.chance_before == chance_in_tens(chance_of_target(futures, 78.5, "higher", 4))
    assert seen.chance_before <= seen.chance_half <= seen.chance
    assert np.allclose(seen.before, np.quantile(futures, [0.1, 0.5, 0.9], axis=0))
    assert (seen.after[1] - seen.before[1]).mean() == pytest.approx(played.change.value, abs=0.15)
    wide = looks.outlook(futures, Change(1.0, -5.0, 7.0, 3.0, 19.0), 78.5, "higher", 52, 0, 100)
    assert (wide.after[2] - wide.after[0] > seen.after[2] - seen.after[0] + 3).all(), "what is not known of the change widens the fan"
    still = looks.outlook(futures, Change(0.0, 0.0, 0.0, 0.0, math.inf), 78.5, "higher", 52, 0, 100)
    assert np.allclose(still.before, still.after) and still.chance == still.chance_before
    assert played.outlook(78.5, 400).weeks == looks.FARTHEST and played.outlook(78.5, 52).is_beyond is False


def test_chances_are_told_in_tens():
    assert [chance_in_tens(c) for c in (0.0, 0.04, 0.06, 0.26, 0.949, 0.97)] == [0.05, 0.05, 0.1, 0.3, 0.9, 0.95]
    assert looks.said(0.95) == "95 % or more" and looks.said(0.4) == "about 40 %" and looks.said(float("nan")) == "cannot be told"
    short = looks.outlook(looks.paths(np.array([80.0, 81.0]), 8), Change(1.0, 0.5, 1.5, 0.25, 19.0), 80, "higher", 2, 0, 100)
    assert math.isnan(short.chance), "two weeks foretell nothing"
