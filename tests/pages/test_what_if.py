"""The What-if page: every view on every kind of data, the address as the whole state, scenarios kept and compared."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import store, units, what_if
from kpi.what_if import INPUTS
from pages.parts import what_if_goal, what_if_inputs
from tests.pages.conftest import HARM

pytestmark = pytest.mark.slow
VIEWS = ("", "goal", "backlog", "tree", "staffing")


def said(at) -> str:
    return " ".join(str(one.value) for one in [*at.markdown, *at.caption])


def test_without_data(app):
    at = app(None, "what_if.py")
    assert not at.exception and at.title[0].value == "What if?"


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_on_the_sample(app, sample_key, view):
    at = app(sample_key, "what_if.py", view=view)
    assert not at.exception and not at.error, said(at)
    told = said(at)
    assert "_" not in "".join(word for word in told.split() if word.isidentifier() and word.islower()), "no raw names"
    wanted = {
        "": "Nothing is moved yet",
        "goal": "Cost per ticket of at most",
        "backlog": "At today",
        "tree": "arithmetic",
        "staffing": "paid hours",
    }[view]
    assert wanted in told.replace("\\", "")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("data", ["tiny", "dirty", "lacking"])
def test_every_view_on_little_data(app, kept, data, view):
    at = app(kept[data], "what_if.py", view=view)
    assert not at.exception and not at.error, said(at)
    assert said(at).strip()


def test_no_two_values_of_a_slider_read_the_same(stood_by):
    """The browser sends a value back by its words: of two that read alike the other one would be moved to by whatever is clicked next."""
    for name in set(INPUTS).intersection(stood_by.today):
        for today in (570.3, 3601.0) if INPUTS[name].unit == "s" else (stood_by.today[name],):
            ground = replace(stood_by, today={**stood_by.today, name: today})
            for moved in (None, today * 1.0001):
                found = what_if_inputs.options(ground, name, moved)
                told = [units.say(value, INPUTS[name].unit, ground.currency or None) for value in found]
                assert len(set(told)) == len(told), (name, told)
                assert (today if moved is None else moved) in found


def test_the_goal_has_its_name_where_the_curve_does_not_cross_it():
    rising = pd.DataFrame({"middle": [81.0, 83.0, 87.2]})
    assert what_if_goal._roomier(rising, 85.0) == "left" and what_if_goal._roomier(rising, 82.0) == "right"
    assert what_if_goal._roomier(rising.iloc[:0], 85.0) == "right"
    assert what_if_goal._middle(40.0, 60.0, "%") == 50.0
    assert what_if_goal._middle(100.0, 10_000.0, "s") == pytest.approx(1000.0), "halfway on a log scale"


@pytest.mark.parametrize("limit", ["1", "100000"])
def test_what_a_limit_of_the_backlog_takes_is_a_sentence(app, sample_key, limit):
    at = app(sample_key, "what_if.py", view="backlog", limit=limit)
    told = said(at).replace("\\", "")
    assert "More than twenty times" in told or re.search(
        r"(It takes [^.]+\) to hold|With no more than [^.]+\) it holds) in 9 of 10 futures\.", re.sub(r"(\d)\.(\d)", r"\1\2", told)
    ), told


def test_the_address_moves_the_inputs(app, sample_key):
    at = app(sample_key, "what_if.py", set="handle_time=600")
    told = said(at).replace("\\", "")
    assert not at.exception and "to 10 min" in told.replace("\u00a0", " ") and "cost per ticket" in told
    assert at.query_params["set"] in (["handle_time=600"], "handle_time=600")
    slider = next(s for s in at.select_slider if s.label == "Handle time (AHT)")
    assert slider.value in (600.0, "10\u00a0min")
    at.button(key="what_if_reset").click().run()
    assert "set" not in at.query_params and "Nothing is moved" in said(at)


def page_of(key: str, name: str) -> AppTest:
    """A part by itself. The test's own runs cannot set a slider that says its values in words, and close a dialog."""

    def script(key: str, name: str) -> None:
        import streamlit as st

        from kpi import store
        from pages.parts import what_if_asked, what_if_inputs, what_if_scenarios
        from pages.parts.mine import Mine

        st.query_params["data"] = key
        if name == "form":
            what_if_scenarios.form(Mine(key, ("x.csv",), store.open_dataset(key)), {"occupancy": 80.0})
        else:
            st.session_state["what_if_occupancy"] = 80.0
            st.button("there", on_click=what_if_inputs._changed, args=({"handle_time": 600.0}, "occupancy", 77.0))
            st.button("back", on_click=what_if_inputs._changed, args=({"handle_time": 600.0, "occupancy": 80.0}, "occupancy", 80.0))
            st.button("all", on_click=what_if_asked.put, args=({},))

    return AppTest.from_function(script, args=(key, name), default_timeout=60)


def asked(at: AppTest, name: str) -> list[str]:
    found = at.query_params.get(name, [])
    return [found] if isinstance(found, str) else list(found)


def test_a_slider_writes_the_address(kept, monkeypatch, tiny_key):
    monkeypatch.setenv("KPI_HOME", kept["home"])
    at = page_of(tiny_key, "slider").run()
    assert not at.exception
    at.button[0].click().run()
    assert asked(at, "set") == ["handle_time=600", "occupancy=80"]
    at.button[1].click().run()
    assert asked(at, "set") == ["handle_time=600"], "an input at today's value is not moved"
    at.button[2].click().run()
    assert asked(at, "set") == []


def test_a_slider_runs_over_its_own_weeks(stood_by):
    found = what_if_inputs.options(stood_by, "occupancy", None)
    known = stood_by.histories["occupancy"]
    assert found == sorted(found) and stood_by.today["occupancy"] in found
    assert found[0] <= known.lowest + 1 and found[-1] >= known.highest - 1 and found[0] >= known.limits[0] - 1
    assert 12.34 in what_if_inputs.options(stood_by, "occupancy", 12.34), "what an address asks is among them"


@pytest.fixture(scope="module")
def stood_by(kept):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", kept["home"])
        key = kept["sample"]
        return what_if.prepare(kpi.Scope(calendar=store.default_calendar(key)), store.open_dataset(key))


def test_a_hostile_address(app, sample_key):
    wrong = ["nonsense=4", "occupancy=abc", f"{HARM}=1", "occupancy=1e999", "handle_time=-4"]
    at = app(sample_key, "what_if.py", set=wrong, goal=["x", "csat>=80"], view="zzz", outcome="'; DROP", driver="q", scenario=HARM)
    assert not at.exception and not at.error and len(at.info) == len(wrong) + 1, "a sentence for each move, and one for the rest"
    for view in ("goal", "backlog"):
        at = app(sample_key, "what_if.py", set=wrong, goal=["x", "y>=3"], driver=["q", "handle_time"], view=view)
        assert not at.exception and not at.error
    told = " ".join(str(one.value) for one in [*at.info, *at.markdown])
    assert "![x](" not in told and "<script>" not in told


def test_where_nobody_has_been(app, sample_key):
    at = app(sample_key, "what_if.py", set="first_contact_resolution=99.5")
    told = said(at).replace("\\", "")
    assert not at.exception and "you've never been there" in told


def test_a_goal_and_a_second_input(app, sample_key):
    at = app(
        sample_key, "what_if.py", view="goal", goal=["csat>=99", "cost_per_ticket<=6"], driver=["first_contact_resolution", "handle_time"]
    )
    assert not at.exception and "no value of" in said(at).replace("\\", "")
    one = app(sample_key, "what_if.py", view="goal", goal="cost_per_ticket<=7", driver="handle_time")
    assert not one.exception and "Handle time" in said(one)


def test_scenarios_are_kept_compared_and_opened(app, tiny_key, sample_key):
    name = f"Busy {HARM}"
    form = page_of(sample_key, "form").run()
    form.text_input(key="scenario_name").set_value(name).run()
    form.button(key="scenario_kept").click().run()
    assert not form.exception and what_if.read(store.text(sample_key, "scenarios.toml")).named[name].moves == (("occupancy", 80.0),)
    at = app(sample_key, "what_if.py", set="occupancy=85", scenario=name)
    table = next(frame.value for frame in at.dataframe if "Today" in frame.value)
    assert not at.exception and list(table)[1:] == ["Today", "As moved now", name]
    assert "→ Cost per ticket" in set(table[""])
    assert "![x](" not in said(at), "a name is a stranger's text"
    at.button(key="scenario_open_0").click().run()
    assert asked(at, "set") == ["occupancy=80"]
    at.button(key="scenario_delete_0").click().run()
    assert not at.exception and "None is kept yet" in said(at) and store.text(sample_key, "scenarios.toml") == ""


def test_staffing_answers_to_its_controls(app, sample_key):
    at = app(sample_key, "what_if.py", view="staffing")
    before = said(at)
    at.number_input(key="own_level").set_value(95.0).run()
    assert not at.exception and said(at) != before and "95" in said(at)
    at.number_input(key="own_duty").set_value(1).run()
    assert not at.exception and "on duty" in said(at)


def test_what_is_typed_stands_in_the_address_and_comes_back(app, sample_key):
    at = app(sample_key, "what_if.py", view="staffing", level="95", duty="7", volume="nan")
    assert at.number_input(key="own_level").value == 95.0 and at.number_input(key="own_duty").value == 7
    assert at.number_input(key="own_volume").value == 100.0, "what cannot be is left out"
    assert "Volume cannot be" in said(at)
    at.number_input(key="own_level").set_value(90.0).run()
    assert asked(at, "level") == ["90"] and at.number_input(key="own_level").value == 90.0
    at.number_input(key="own_level").set_value(80.0).run()
    assert not asked(at, "level"), "the usual one needs no words"
