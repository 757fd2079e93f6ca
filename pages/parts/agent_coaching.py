"""Coaching: of each person what stands out clearly, in every number by itself, with the tickets behind it. No score over all."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi import Scope, agents
from kpi.agents import Coaching, Person
from kpi.agents.words import label
from pages.parts import agent_asked, links, recorded, slow
from pages.parts.mine import Mine
from pages.parts.words import plain


def draw(mine: Mine, scope: Scope, by: str, _: str = "") -> None:
    asked = scope.but(by="all", split=(), compare=None)
    key = ("coaching", mine.dataset.fingerprint, by, agent_asked.asked_key(asked))
    all_of_it = slow.step(key, "Comparing everybody by every number", lambda: agents.coached(by, asked, mine.dataset), keep=60)
    if not all_of_it.metrics:
        recorded.say(f"**Nothing can be compared:** fewer than two {by}s have 10 rows or more of any number.")
        return
    recorded.say(f"**{plain(all_of_it.text)}** {plain(all_of_it.caveat)}")
    if not all_of_it.people:
        return
    chosen = _choose(all_of_it)
    shown = [person for person in all_of_it.people if person.name == chosen] if chosen else []
    for person in shown:
        _person(person, by)
    if not shown:
        _everybody(all_of_it)
    recorded.quiet(
        plain(
            "Listed is what is beyond doubt with the same tickets, all comparisons taken together; large or small is said by the figures. "
            "Numbers are never added up to one grade."
        )
    )


def _choose(found: Coaching) -> str:
    """One person of the address, or everybody."""
    names = [person.name for person in found.people]
    asked = links.one_of("agent", names)
    st.session_state["agent_one"] = asked or None
    st.selectbox(
        found.by.capitalize(),
        names,
        index=None,
        key="agent_one",
        placeholder="Everybody",
        on_change=lambda: links.put(agent=st.session_state["agent_one"] or ""),
        width=300,
    )
    return asked


def _everybody(found: Coaching) -> None:
    frame = pd.DataFrame(
        {
            found.by.capitalize(): [person.name for person in found.people],
            "Others may learn from": [", ".join(label(p.found) for p in person.better) for person in found.people],
            "Worth a talk": [", ".join(label(p.found) for p in person.worse) for person in found.people],
        }
    )
    recorded.table(
        frame,
        key="agent_coaching",
        alt=found.text,
        name=f"coaching-by-{found.by}",
        selection_mode="single-row",
        on_select=lambda: _picked([person.name for person in found.people]),
        height="content",
    )


def _picked(names: list[str]) -> None:
    rows = st.session_state["agent_coaching"].selection.rows
    if rows:
        links.put(agent=names[rows[0]])


def _person(person: Person, by: str) -> None:
    recorded.heading(plain(person.name))
    for title, points, icon in (
        ("Others may learn from this", person.better, ":material/school:"),
        ("Worth a talk", person.worse, ":material/forum:"),
    ):
        if not points:
            continue
        recorded.say(f"{icon} **{title}**")
        for point in points:
            name = point.found.metric.name
            with st.container(gap="xsmall", key=f"agent_point_{name}"):
                recorded.say(plain(point.text))
                links.to(
                    "tickets.py",
                    label="The tickets",
                    icon=":material/table_rows:",
                    query_params=_behind(name, by, person.name),
                    width="content",
                )


def _behind(metric: str, by: str, who: str) -> links.Query:
    """A link to the rows behind one person's number: the scope as it is, and the person as a filter."""
    query = links.query(metric=metric)
    kept = [pair for pair in query.get("where", []) if not pair.startswith(f"{by}=")]
    return query | {"where": [*kept, f"{by}={who}"]}
