"""The sample company's planted truth is found at its size, like compared with like; where nothing is planted nothing is claimed."""

from __future__ import annotations

import numpy as np
import pytest

from kpi.correlations import NAMED, correlate
from kpi.correlations.effect import bend, effect
from kpi.correlations.facts import dimensions
from kpi.correlations.look import look
from kpi.correlations.splits import candidates, splits
from kpi.correlations.tickets import read_facts
from kpi.correlations.turned import turned

from .conftest import Made

pytestmark = pytest.mark.slow
HOUR = 3600.0


def test_first_contact_moves_csat_by_what_was_planted(planted: Made) -> None:
    found = read_facts(("first_contact_resolution", "csat"), planted.scope, planted.data)
    told = effect("first_contact_resolution", "csat", found, planted.scope.ask)
    truth = planted.truth["effects"]["first_contact_on_csat"]["details"]["among_answers_points"]
    assert told and told.low <= truth <= told.high and told.high - told.low < 4
    # thrown together the channels add to it: chat is both liked and quickly done
    assert told.pooled > told.difference


def test_first_reply_has_its_threshold_where_it_was_planted(planted: Made) -> None:
    found = read_facts(("first_reply_time", "csat"), planted.scope, planted.data)
    told = bend("first_reply_time", "csat", found, planted.scope.ask)
    planned = planted.truth["effects"]["first_reply_on_csat"]["details"]
    assert told and told.shape.is_clear
    start, end = planned["flat_until_hours"] * HOUR, planned["full_from_hours"] * HOUR
    assert told.shape.start_high >= start and not told.shape.start_low > start  # 15 000 answers set no lower limit in every seed
    assert told.shape.end_low <= end <= told.shape.end_high
    assert told.shape.start_high < end and told.shape.height_high < 0 and "CSAT" in told.text and "falls" in told.text


def test_the_trap_is_named_with_both_signs(planted: Made) -> None:
    trap = planted.truth["effects"]["simpson_trap"]["details"]
    found = [one for one in turned("csat", planted.scope, planted.data) if {one.first, one.second} == {trap["team"], trap["rival"]}]
    assert found and found[0].hidden_by == trap["hidden_by"]
    sign = 1 if found[0].first == trap["team"] else -1
    low, high = sorted(sign * limit for limit in found[0].pooled[1:])
    assert low <= trap["expected_pooled_points"] <= high < 0
    low, high = sorted(sign * limit for limit in found[0].within[1:])
    assert 0 < low <= np.mean(list(trap["expected_within_points"].values())) <= high


def test_the_matrix_says_so_and_the_pair_says_the_same(planted: Made) -> None:
    matrix = correlate("tickets", planted.scope, planted.data)
    pair = matrix.pair("csat", "first_contact_resolution")
    assert pair and pair.is_claimed and pair.sure < 0.05 and pair.alike == ("channel", "team")
    assert matrix.finding.startswith("A weak link: tickets solved at first contact are more often rated good")
    closely = look(pair, planted.scope, planted.data)
    assert closely.text == matrix.finding and closely.effect and closely.cloud and closely.cloud.kind == "groups"
    shares = closely.cloud.points["y"].to_numpy()
    assert np.allclose(shares, [closely.effect.low_level, closely.effect.high_level])
    assert any("surveys offered were answered" in note for note in closely.notes)
    alone = read_facts((pair.first, pair.second), planted.scope, planted.data)
    assert pair.n == int((~np.isnan(alone.columns[pair.first]) & ~np.isnan(alone.columns[pair.second])).sum())


def test_where_nothing_is_planted_nothing_is_claimed_of_what_customers_say(nothing: Made) -> None:
    ask = nothing.scope.ask
    for unit in ("tickets", "periods", "agents"):
        matrix = correlate(unit, nothing.scope, nothing.data)
        named = [pair for names in NAMED if (pair := matrix.pair(*names)) and "csat" in names]
        assert named and not [pair for pair in named if pair.is_claimed], unit
    found = read_facts(("first_reply_time", "csat"), nothing.scope, nothing.data, candidates(dimensions(nothing.data)))
    told = bend("first_reply_time", "csat", found, ask)
    assert told and not told.shape.is_clear and "no" in told.text.lower()
    assert not [one for one in splits("first_reply_time", "csat", found, candidates(dimensions(nothing.data)), ask) if one.is_flagged]
    assert turned("csat", nothing.scope, nothing.data) == ()
