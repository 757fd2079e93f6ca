"""Who is compared and by which number, and the comparison itself, remembered."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi import Scope, agents
from kpi.agents import Compared, One
from kpi.catalogue import CATALOGUE
from pages.parts import asked_filters, links, recorded, slow
from pages.parts.mine import Mine
from pages.parts.words import plain

NAMES = {"agent": "Agents", "team": "Teams"}
FIRST = ("csat", "first_contact_resolution", "first_reply_time", "full_resolution_time")
MOST_DRAWN, LONGEST = 40, 24


def choose(mine: Mine, scope: Scope, *, numbers: bool) -> tuple[str, str] | None:
    """Agents or teams, and by which number (with `numbers`, else ""), as the address says; None where the data allow neither, which is then said."""
    known = [by for by in agents.BY if agents.has(by, mine.dataset)]
    if not known:
        recorded.say("**These data do not say whose tickets they are:** needs agent or team.")
        return None
    if "agent" not in known:
        recorded.quiet("The data hold no names of agents, or they are hidden: teams are compared.")
    by = links.one_of("by_whom", known, known[0], also=agents.BY)
    names = agents.comparable(by, scope, mine.dataset)
    if not names:
        recorded.say("**These data hold no number by which people could be compared.**")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="agent_choices"):
        if len(known) > 1:
            _choose_by(known, by)
        name = _choose_metric(names) if numbers else ""
    return by, name


def _choose_by(known: list[str], by: str) -> None:
    st.session_state["agent_by"] = by
    st.segmented_control(
        "Compare",
        known,
        format_func=NAMES.__getitem__,
        key="agent_by",
        on_change=lambda: links.put(by_whom=st.session_state["agent_by"] or known[0], agent=""),
        required=True,
    )


def _choose_metric(names: tuple[str, ...]) -> str:
    asked = links.one_of("metric", names, next((name for name in FIRST if name in names), names[0]))
    links.put(metric=asked)
    st.session_state["agent_metric"] = asked
    st.selectbox(
        "Number",
        names,
        format_func=lambda name: f"{CATALOGUE[name].label} · {CATALOGUE[name].family}",
        key="agent_metric",
        on_change=lambda: links.put(metric=st.session_state["agent_metric"]),
        width=380,
    )
    return asked


def compared(mine: Mine, name: str, by: str, scope: Scope, like: bool = True) -> Compared:
    """`kpi.agents.compare`, remembered by the data, the scope, the number and the column."""
    asked = scope.but(by="all", split=(), compare=None)
    columns = agents.LIKE if like else ()
    key = ("agents", mine.dataset.fingerprint, name, by, columns, asked_key(asked))
    return slow.step(key, f"Comparing the {by}s", lambda: agents.compare(name, by, asked, mine.dataset, columns), keep=300)


def asked_key(scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a scope asks, to remember answers by."""
    return tuple((part, tuple(values)) for part, values in sorted(scope.to_query().items()))


def told(found: Compared) -> bool:
    """Say the finding; False where nothing could be compared."""
    recorded.say(f"**{plain(found.text)}**" + ("" if found.why_not else f" {plain(found.caveat)}"))
    return not found.why_not


def drawn(found: Compared) -> list[One]:
    """Who is drawn: everybody, or of very many those who stand out and the largest; by name."""
    placed = sorted(found.placed, key=lambda one: (one.verdict == "alike", -one.n))[:MOST_DRAWN]
    return sorted(placed, key=lambda one: one.name.casefold())


def drawn_said(found: Compared) -> str:
    """Which of very many are drawn; "" for all."""
    every = len(found.placed)
    return f"drawn are those who stand out and the largest, {MOST_DRAWN} of {every}" if every > MOST_DRAWN else ""


def verdict(found: Compared, one: One) -> str:
    """The word and colour of a chart."""
    if one.verdict in ("above", "below"):
        return "better" if found.is_good(one) else "worse"
    return "small" if one.is_small else "alike"


def short(name: str) -> str:
    said = asked_filters.short(name)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def average(found: Compared) -> pd.DataFrame:
    """The line all are set beside."""
    return pd.DataFrame({"value": [found.average], "label": [f"average {found.say(found.average)}"]})
