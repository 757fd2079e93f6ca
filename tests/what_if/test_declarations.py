"""Laws over the declared links: nothing is moved and left out at once, every name is known, identities speak of inputs and results."""

from __future__ import annotations

import pytest

from kpi.catalogue import CATALOGUE
from kpi.errors import BadValue, UnknownName
from kpi.what_if import IDENTITIES, INPUTS, MODELS, read_moves, write_moves
from kpi.what_if.links import RESULTS, model_for, movable, together


def test_mediators_are_left_out_and_nothing_is_twice():
    for model in MODELS:
        assert model.outcome in CATALOGUE and model.why.endswith(".")
        assert set(model.terms) <= set(INPUTS) and set(model.left_out) <= set(CATALOGUE)
        assert not set(model.left_out) & set(model.terms), "what the driver changes on the way has no place in its model"
        assert not set(model.drivers) & set(model.held)


def test_first_contact_never_stands_beside_its_own_parts():
    for model in MODELS:
        parts = {"replies_per_resolution", "reopen_rate"}
        assert not ("first_contact_resolution" in model.terms and parts & set(model.terms))
    assert not together("csat", "first_contact_resolution", "reopen_rate")
    assert together("csat", "first_contact_resolution", "first_reply_time")
    assert model_for("csat", ["first_reply_time"], INPUTS).drivers == ("first_reply_time",), "alone, it keeps all it changes later"
    assert model_for("csat", ["first_contact_resolution"], ["reopen_rate"]) is None
    assert movable("csat")[0] == "first_contact_resolution"


def test_identities_speak_of_what_there_is():
    for one in IDENTITIES:
        assert one.result in RESULTS and set(one.parts) <= set(INPUTS) | set(RESULTS)


def test_moves_travel_in_an_address():
    moves = {"first_contact_resolution": 70.5, "handle_time": 480.0}
    assert read_moves(write_moves(moves)) == moves
    for wrong, said in (
        ("frc=70", "no input"),
        ("occupancy=x", "cannot be 'x'"),
        ("occupancy", "cannot be"),
        ("occupancy=120", "from 1 to 100"),
    ):
        with pytest.raises((UnknownName, BadValue), match=said):
            read_moves([wrong])
    for wrong in ("handle_time=nan", "handle_time=inf", "handle_time=-5", "handle_time=1e400"):
        with pytest.raises(BadValue):
            read_moves([wrong])
