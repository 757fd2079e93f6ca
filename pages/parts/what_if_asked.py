"""What is asked on the What-if page: the view, the outcome and the moved inputs, all of it in the address; and the ground it stands on."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from kpi import Scope, steps, what_if
from kpi.catalogue import find
from kpi.errors import KpiError
from kpi.what_if import OUTCOMES, Ground, Played, Tree
from pages.parts import links, slow
from pages.parts.mine import Mine

VIEWS = {
    "": ("Move the inputs", "tune"),
    "goal": ("Reach a goal", "flag"),
    "backlog": ("The backlog ahead", "stacked_line_chart"),
    "tree": ("How it hangs together", "account_tree"),
    "staffing": ("Who is needed when", "groups"),
}
"""View in the address -> its name and icon."""


def view() -> str:
    """The view of the address, and the choice of another."""
    now = links.one_of("view", VIEWS)
    st.session_state["what_if_view"] = now
    st.segmented_control(
        "View",
        list(VIEWS),
        format_func=lambda code: f":material/{VIEWS[code][1]}: {VIEWS[code][0]}",
        key="what_if_view",
        label_visibility="collapsed",
        on_change=lambda: links.put(view=st.session_state["what_if_view"] or ""),
    )
    return now


def outcome() -> str:
    """The outcome of the address: what is learned about."""
    return links.one_of("outcome", OUTCOMES, OUTCOMES[0])


def ground(mine: Mine, scope: Scope) -> Ground:
    """What a what-if stands on, made once for data, scope and outcome. Says how far it is while it is made."""
    name = outcome()
    bare = scope.but(by="all", split=(), compare=None)
    key = ("ground", *_key(mine, scope), name)
    return slow.step(key, "Learning from your tickets", lambda: what_if.prepare(bare, mine.dataset, name, steps.tell), keep=60)


def played(mine: Mine, scope: Scope, ground: Ground, moves: dict[str, float], outcome: str = OUTCOMES[0]) -> Played:
    """The moves played. What they need is learned first, once. KpiError for a move no ticket can follow."""
    key = ("played", *_key(mine, scope), tuple(sorted(moves.items())), outcome)
    return slow.step(key, "Learning what these inputs move", lambda: what_if.play(ground, moves, outcome), keep=200)


def tree(mine: Mine, scope: Scope, ground: Ground) -> Tree:
    """How the numbers hang together, every link of it learned."""
    name = outcome()
    return slow.step(("tree", *_key(mine, scope), name), "Learning every link", lambda: what_if.tree(ground, name), keep=60)


def _key(mine: Mine, scope: Scope) -> tuple[Hashable, ...]:
    bare = scope.but(by="all", split=(), compare=None)
    return mine.dataset.fingerprint, tuple((name, tuple(values)) for name, values in sorted(bare.to_query().items()))


def moves(ground: Ground) -> tuple[dict[str, float], list[str]]:
    """The moves of the address, and a sentence for each part of it that cannot be."""
    moved: dict[str, float] = {}
    odd = []
    for text in st.query_params.get_all("set")[:20]:
        try:
            moved |= what_if.read_moves([text])
        except KpiError as error:
            odd.append(f"Left out of the address: {error}")
    return moved, odd


def put(moved: dict[str, float]) -> None:
    """Write moves into the address."""
    links.put(set=what_if.write_moves(moved))


def outcomes(ground: Ground) -> None:
    """The choice of the outcome, where there is one."""
    known = ground.outcomes()
    if len(known) < 2:
        return
    st.session_state["what_if_outcome"] = outcome()
    st.segmented_control(
        "What is asked about",
        known,
        format_func=lambda name: find(name).label,
        key="what_if_outcome",
        on_change=lambda: links.put(outcome=st.session_state["what_if_outcome"] or ""),
    )
