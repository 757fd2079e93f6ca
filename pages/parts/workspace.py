"""The workspace at hand: that of the data one looks at, else the one chosen on the first page. What is brought belongs to it, and so does one's role.

Who may come into one only meets none of this: there is nothing to choose and nothing is said.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from kpi.errors import NotAllowed
from kpi.store import SAMPLE, people, workspaces
from kpi.store.people import MAIN, Person
from kpi.store.workspaces import Workspace
from pages.parts import left_out
from pages.parts.words import plain

OWN = "workspace"
"""Its name in the address and in the state of a visit."""
_MINE, _ODD, CHOICE = "workspaces", "workspace_odd", "workspace_choice"


def enter(person: Person) -> Person:
    """Who came in, with the role they have in the workspace at hand. The frame asks before anything else asks for a right.

    Data of a workspace one is no member of count for nothing here, like data that do not exist.
    """
    state, asked = st.session_state, st.query_params.get(OWN, "")
    state[_MINE] = there = workspaces.of_person(person)
    known = [one.name for one in there]
    key = str(st.query_params.get("data") or state.get("data") or "")
    place = workspaces.of(key) if len(known) > 1 else ""  # with one there is nothing to decide
    state[_ODD] = "" if place in known or asked in known else asked
    state[OWN] = next((name for name in (place, asked, state.get(OWN), MAIN, *known) if name in known), MAIN)
    if place in known or len(known) < 2:
        st.query_params.pop(OWN, None)  # the data say it, or there is nothing to say
    elif key != SAMPLE or asked:
        st.query_params[OWN] = state[OWN]
    return people.within(person, state[OWN]) or replace(person, role="viewer")


def note() -> None:
    """Say that the address asked for a workspace there is none of for this visitor."""
    if odd := st.session_state.pop(_ODD, ""):
        left_out.part(OWN, odd)


def name() -> str:
    """The name of the workspace at hand."""
    return str(st.session_state.get(OWN, MAIN))


def mine() -> list[Workspace]:
    """Those this visitor may come into."""
    return list(st.session_state.get(_MINE, ()))


def title(of: str = "") -> str:
    """The title of a workspace (of that at hand) for who may come into several; "" for everybody else."""
    return {one.name: one.title for one in mine()}.get(of or name(), "") if len(mine()) > 1 else ""


def present() -> Person:
    """Who looks, with the role they have at this moment in the workspace at hand: a visit may go on after it was taken away."""
    found = people.within(st.session_state.get("person") or Person(), name())
    if found is None:
        raise NotAllowed("You are no member any more.", "Ask an owner of this workspace.")
    return found


def choice() -> None:
    """Which workspace one stands in: the list of its data, and what is brought, follow it."""
    titles = {one.name: one.title for one in mine()}
    if len(titles) > 1:
        st.session_state[CHOICE] = name()
        st.selectbox("Workspace", list(titles), format_func=titles.__getitem__, key=CHOICE, width=320, on_change=_chosen)


def _chosen() -> None:
    st.session_state[OWN] = st.query_params[OWN] = st.session_state[CHOICE]


def badge() -> None:
    """The title of the workspace at hand, for the ribbon."""
    if said := title():
        st.badge(plain(said), icon=":material/workspaces:", color="gray")
