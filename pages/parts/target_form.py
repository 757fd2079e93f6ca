"""Writing a target down: the dialog that adds or changes one, in the words people use ("-5 %", "14h 20m", "10 months")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

import kpi
from kpi import Scope
from kpi.errors import KpiError
from kpi.forms import Duration, Spread
from kpi.measure.compile import form_of
from kpi.measure.words import SPOKEN
from kpi.metric import CLOCKS, STATISTICS
from kpi.targets import COUNTERS, Target, Targets, of_table, table_of
from kpi.targets.target import LONGEST_TEXT
from pages.parts import accent, asked_dates, asked_filters, asked_words, links, target_judged
from pages.parts.mine import Mine
from pages.parts.words import plain

EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)
FIRST = ("full_resolution_time", "first_reply_time", "csat", "tickets_created")
OWN, CHANGE, VALUE = "own", "change", "to"
AIMS = {CHANGE: "By so much", VALUE: "To a value"}
HINTS = {"s": ("-5 %  or  -30 min", "14h 20m"), "%": ("+2 pts  or  -5 %", "90 %"), "points": ("+5 pts", "40")}


def buttons(mine: Mine, scope: Scope, kept: Targets) -> None:
    """Add one; where one is opened, change or delete it."""
    opened = next((target for target in kept.targets if target.key == links.own("target")), None)
    with st.container(horizontal=True, gap="small", key="target_buttons"):
        if opened and st.button("Change", icon=":material/edit:", key="target_edit"):
            st.dialog("Change this target", width="medium", icon=":material/flag:")(form)(mine, scope, opened)
        if opened and st.button("Delete", icon=":material/delete:", key="target_delete"):
            st.dialog("Delete this target?", icon=":material/delete:")(sure)(mine, opened)
        if not opened and st.button("Add a target", icon=":material/add:", key="target_add", type=accent.button()):
            st.dialog("Add a target", width="medium", icon=":material/flag:")(form)(mine, scope, None)


def keep(mine: Mine, target: Target) -> None:
    """Keep a target as it is and open it."""
    target_judged.keep(mine, target)
    links.put(target=target.key)


def sure(mine: Mine, target: Target) -> None:
    """What the dialog of the button "Delete" holds."""
    st.markdown(plain(target.title()))
    st.caption("It goes from every page, for everybody who sees these data.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Delete", type=accent.button(), key="target_deleted"):
            target_judged.drop(mine, target.key)
            links.put(target="")
            st.rerun()


def form(mine: Mine, scope: Scope, old: Target | None) -> None:
    """What the dialogs of "Add" and "Change" hold. What it does not show of an old target stays as it is."""
    metrics, lacks = kpi.metrics(), mine.dataset.lacking(scope.ask)
    before: Mapping[str, Any] = table_of(old) if old else {}
    given = dict(before)
    offered = [name for name in metrics if not lacks[name] or name == before.get("metric")]
    usual = next((name for name in FIRST if name in offered), offered[0])
    name = given["metric"] = st.selectbox(
        "Which number",
        offered,
        index=offered.index(before.get("metric", usual)),
        format_func=lambda code: metrics[code].label,
        key="target_metric",
    )
    unit = metrics[name].unit
    _counted(name, scope, before, given)
    _where(mine, scope, old, given)
    _aim(unit, old, before, given)
    _dates(mine, scope, old, before, given)
    with st.expander("Owner, note, steps, what must not get worse", key="target_more", type="compact"):
        given["owner"] = st.text_input("Owner", value=before.get("owner", ""), max_chars=LONGEST_TEXT, key="target_owner")
        given["note"] = st.text_area("Note", value=before.get("note", ""), max_chars=LONGEST_TEXT, height=80, key="target_note")
        steps = st.text_area(
            "Steps on the way, one a line",
            value="\n".join(f"{on} = {value}" for on, value in before.get("steps", {}).items()),
            placeholder="2026-06-30 = 14h",
            height=80,
            key="target_steps",
        )
        given["steps"] = dict([part.strip() for part in (*line.split("=", 1), "")[:2]] for line in steps.splitlines() if line.strip())
        watched = list(before.get("counter", []))
        given["counter"] = st.multiselect(
            "What must not get worse meanwhile",
            [code for code in metrics if code != name],
            default=[code for code in watched if code != name],
            format_func=lambda code: metrics[code].label,
            placeholder=", ".join(metrics[code].label for code in COUNTERS.get(name, ())) or "Nothing",
            key="target_counter",
        )
    given["name"] = st.text_input(
        "What to call it", value=before.get("name", ""), max_chars=LONGEST_TEXT, placeholder="What it is about", key="target_name"
    )
    if not st.button("Keep", type=accent.button(), key="target_kept"):
        return
    try:
        made = of_table({key: value for key, value in given.items() if value not in ("", None, {}, [])})
        target_judged.keep(mine, made, old.key if old else "")
    except KpiError as error:
        st.error(plain(error.hint), title=plain(error.what), icon=":material/error:")
        return
    links.put(target=made.key)
    st.rerun()


def _counted(name: str, scope: Scope, before: Mapping[str, Any], given: dict[str, Any]) -> None:
    """Statistic and clock, where the number has a choice."""
    form, metric = form_of(name, scope.ask), kpi.metrics()[name]
    given.pop("statistic", None)
    given.pop("clock", None)
    has_statistic, has_clock = isinstance(form, Duration | Spread), "clock" in metric.params
    if not (has_statistic or has_clock):
        return
    with st.grid(2, min_column_width=160):
        if isinstance(form, Duration | Spread):
            now = before.get("statistic") or form.statistic
            given["statistic"] = st.selectbox(
                "As", list(STATISTICS), index=list(STATISTICS).index(now), format_func=SPOKEN.__getitem__, key="target_statistic"
            )
        if has_clock:
            clocks = list(CLOCKS)
            given["clock"] = st.selectbox(
                "Clock", clocks, index=clocks.index(before.get("clock", scope.clock)), format_func=CLOCKS.__getitem__, key="target_clock"
            )


def _where(mine: Mine, scope: Scope, old: Target | None, given: dict[str, Any]) -> None:
    """The rows it is about: a column and its values, proposed from the filters in force. What it says of further columns stays."""
    before = dict(old.where) if old else dict(scope.where)
    offered = list(dict.fromkeys([*before, *asked_filters.columns(mine)]))
    column = st.selectbox(
        "Only for some tickets",
        offered,
        index=0 if before else None,
        format_func=asked_words.label,
        placeholder="All of them",
        key="target_column",
    )
    chosen: dict[str, list[str]] = {name: list(values) for name, values in before.items()} if column else {}
    if column:
        values = list(dict.fromkeys([*before.get(column, ()), *asked_filters.values(column, mine)]))
        chosen[column] = st.multiselect(
            asked_words.label(column),
            values,
            default=list(before.get(column, ())),
            format_func=lambda value: asked_filters.short(asked_words.spoken(column, value)),
            placeholder="Which of them",
            key=f"target_values_{column}",
        )
    given["where"] = {name: values for name, values in chosen.items() if values}


def _aim(unit: str, old: Target | None, before: Mapping[str, Any], given: dict[str, Any]) -> None:
    """Where it is to be: a change or a value; and where it starts, if that is agreed."""
    hints = HINTS.get(unit, ("-5 %", "4.5"))
    kinds = list(AIMS)
    kind = st.radio(
        "How far", kinds, index=kinds.index(VALUE if "to" in before else CHANGE), format_func=AIMS.__getitem__, horizontal=True,
        key="target_kind",
    )  # fmt: skip
    given.pop(VALUE if kind == CHANGE else CHANGE, None)
    with st.grid(2, min_column_width=160):
        given[kind] = st.text_input(
            "Change" if kind == CHANGE else "Value",
            value=str(before.get(kind, "")),
            placeholder=hints[0] if kind == CHANGE else hints[1],
            key=f"target_aim_{kind}",
        )
        starting = st.text_input(
            "From, if agreed", value=str(before.get("from", "")), placeholder="the 13 weeks before the start", key="target_from"
        )
    given["from"] = starting
    if kind == VALUE or starting:  # numbers as people type them: a bare one is in the number's own unit
        for key in (kind, "from"):
            if key != CHANGE and unit != "s" and _is_number(str(given[key])):
                given[key] = f"{given[key].strip()} %" if unit == "%" else float(given[key])


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).replace("-", "", 1).isdigit()


def _dates(mine: Mine, scope: Scope, old: Target | None, before: Mapping[str, Any], given: dict[str, Any]) -> None:
    newest = asked_dates.newest(mine, scope.zone)
    with st.grid(2, min_column_width=160):
        start = st.date_input(
            "Start", value=old.start if old else newest, min_value=EARLIEST, max_value=LATEST, format="YYYY-MM-DD", key="target_start"
        )
        deadline = st.text_input(
            "Deadline", value=str(before.get("deadline", "10 months")), help="A date, or 10 months, 26 weeks", key="target_due"
        )
    if isinstance(start, dt.date):
        given["start"] = start
    given["deadline"] = deadline
