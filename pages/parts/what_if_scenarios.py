"""Scenarios: the moved inputs kept under a name, and up to three of them beside each other."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from kpi import Scope, units, what_if
from kpi.catalogue import find
from kpi.errors import KpiError
from kpi.what_if import INPUTS, Ground, Played, Scenario, Scenarios
from kpi.what_if.scenario import LONGEST_NAME
from kpi.what_if.words import say_change
from pages.parts import accent, left_out, links, recorded, texts, what_if_asked
from pages.parts.mine import Mine
from pages.parts.words import plain

NAME = "scenarios.toml"
MOST = 3


def draw(mine: Mine, scope: Scope, ground: Ground, moves: dict[str, float]) -> None:
    """Keep, open, delete, compare."""
    recorded.heading("Scenarios")
    kept = _kept(mine)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scenario_tools"):
        if st.button(
            "Keep this one", icon=":material/bookmark_add:", type=accent.button(), key="scenario_keep", disabled=not moves,
            help=None if moves else "Move an input first.",
        ):  # fmt: skip
            st.dialog("Keep this scenario", icon=":material/bookmark_add:")(form)(mine, moves)
        if kept.scenarios:
            st.download_button(
                "Download", what_if.write(kept), NAME, "text/plain", key="scenario_download", icon=":material/download:", on_click="ignore"
            )
    if mine.is_sample:
        recorded.quiet("In the sample company, scenarios you keep are your own and last for this visit.")
    for problem in kept.problems:
        st.warning(plain(f"{problem.place}: {problem.what}"), icon=":material/warning:")
    if not kept.scenarios:
        recorded.say("None is kept yet. Keep what you have moved under a name, and compare up to three; the address carries them all.")
        return
    named = kept.named
    wanted = st.query_params.get_all("scenario")
    shown = [name for name in wanted if name in named][:MOST]
    for name in set(wanted).difference(named):
        left_out.part("scenario", name)
    st.session_state["scenario_shown"] = shown
    st.multiselect(
        "Beside each other", list(named), key="scenario_shown", max_selections=MOST, placeholder="Choose up to three",
        on_change=lambda: links.put(scenario=st.session_state["scenario_shown"]),
    )  # fmt: skip
    if shown:
        _compare(mine, scope, ground, {**({"As moved now": moves} if moves else {}), **{name: dict(named[name].moves) for name in shown}})
        for place, name in enumerate(shown):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"scenario_row_{place}"):
                recorded.say(plain(name) + (f": {plain(named[name].note)}" if named[name].note else ""))
                st.button(
                    "Open", icon=":material/tune:", type="tertiary", key=f"scenario_open_{place}", help=f"Move the inputs as in {plain(name)}",
                    on_click=what_if_asked.put, args=(dict(named[name].moves),),
                )  # fmt: skip
                st.button(
                    "Delete", icon=":material/delete:", type="tertiary", key=f"scenario_delete_{place}", help=f"Delete {plain(name)}",
                    on_click=_delete, args=(mine, name),
                )  # fmt: skip


def _kept(mine: Mine) -> Scenarios:
    """What is kept. What somebody else broke in the file is said once."""
    try:
        return _read(texts.text(mine, NAME))
    except KpiError as error:
        st.warning(plain(str(error)), icon=":material/warning:")
        return Scenarios()


@st.cache_data(max_entries=100, show_spinner=False)
def _read(text: str) -> Scenarios:
    return what_if.read(text)


def form(mine: Mine, moves: dict[str, float]) -> None:
    """What the dialog holds."""
    name = st.text_input("Name", max_chars=LONGEST_NAME, key="scenario_name", placeholder="More at first contact")
    note = st.text_input("Note", max_chars=200, key="scenario_note")
    if not st.button("Keep", type=accent.button(), key="scenario_kept"):
        return
    try:
        one = Scenario(" ".join(name.split()), tuple(moves.items()), note.strip())
        texts.change(mine, NAME, lambda text: what_if.write(what_if.read(text).having(one)))
    except KpiError as error:
        st.error(plain(error.hint), title=plain(error.what), icon=":material/error:")
        return
    shown = [n for n in st.query_params.get_all("scenario") if n != one.name][: MOST - 1]
    links.put(scenario=[*shown, one.name])
    st.rerun()


def _delete(mine: Mine, name: str) -> None:
    texts.change(mine, NAME, lambda text: what_if.write(what_if.read(text).without(name)))
    links.put(scenario=[n for n in st.query_params.get_all("scenario") if n != name])


def _compare(mine: Mine, scope: Scope, ground: Ground, sets: dict[str, dict[str, float]]) -> None:
    """A column a scenario, beside today."""
    outcome = what_if_asked.outcome()
    every: dict[str, dict[str, float]] = {"Today": {}, **sets}
    columns = {name: _column(mine, scope, ground, moves, outcome) for name, moves in every.items()}
    rows = list(dict.fromkeys(row for column in columns.values() for row in column))
    table = pd.DataFrame({"": rows} | {name: [column.get(row, "") for row in rows] for name, column in columns.items()})
    recorded.table(table, key="scenario_table", alt="Scenarios beside each other: what is moved, and what follows", height="content")


def _column(mine: Mine, scope: Scope, ground: Ground, moves: dict[str, float], outcome: str) -> dict[str, str]:
    try:
        played = what_if_asked.played(mine, scope, ground, moves, outcome)
    except KpiError as error:
        return {"Cannot be": error.what}
    said = {INPUTS[name].label: played.say(name, value) for name, value in played.moves.items()}
    return said | _results(played)


def _results(played: Played) -> dict[str, str]:
    metric, currency = find(played.outcome), played.ground.currency or None
    said: dict[str, str] = {}
    if played.refusal:
        said[f"→ {metric.label}"] = "not told: beyond your history"
    elif not math.isnan(played.today):
        said[f"→ {metric.label}"] = played.say(played.outcome, played.after)
        if played.moved_drivers:
            said["→ change"] = say_change(played.change, played.outcome)
            said["→ if half of it"] = units.say_change(played.change.half, metric.unit)
    for name, label, unit in (("cost_per_ticket", "→ Cost per ticket", "currency"), ("hours_needed", "→ Hours needed a week", "count")):
        value = played.work.value(name)
        if not math.isnan(value):
            said[label] = units.say(value, unit, currency)
    told = played.backlog()
    if told is not None:
        low, middle, high = told[1].end
        label = find(played.ground.flow.of).label
        said[f"→ {label} in 8 weeks"] = f"{units.say(round(middle), 'count')} ({units.say_interval(round(low), round(high), 'count')})"
    if played.moves:
        said["→ Your history"] = {"inside": "inside", "unknown": "not known", "faded": "at its edge", "refused": "never been there"}[
            played.level
        ]
    return said
