"""The metric tree: what is arithmetic, what is learned, and how much of it the data can tell."""

from __future__ import annotations

import textwrap

import pandas as pd
import streamlit as st

from kpi import Scope
from kpi.charts import what_if as charts
from kpi.what_if import MODELS, Ground
from kpi.what_if.inputs import INPUTS
from kpi.what_if.tree import label_of
from pages.parts import drawn, recorded, what_if_asked
from pages.parts.mine import Mine
from pages.parts.words import plain

FOLDED = 13
"""Letters in a line of a name that is folded, where a phone leaves no room for all of it."""


def draw(mine: Mine, scope: Scope, ground: Ground) -> None:
    """The tree, its links as a table, and the reasoning behind each model."""
    outcome = what_if_asked.outcome()
    what_if_asked.outcomes(ground)
    found = what_if_asked.tree(mine, scope, ground)
    recorded.say(f"**{plain(found.text)}** Which drivers there are was decided by reasoning, not by what turned out significant.")
    labels = dict(zip(found.nodes["name"], found.nodes["label"], strict=True))
    places = {row.name: (row.x, row.y) for row in found.nodes.itertuples(index=False)}
    edges = found.edges.copy()
    for end, (x, y) in {"source": ("x", "y"), "target": ("x2", "y2")}.items():
        edges[x], edges[y] = zip(*(places[name] for name in edges[end]), strict=True)
    edges["said"] = [
        f"{labels[e['source']]} {e['step']} → {labels[e['target']]} {e['said']}"
        if e["kind"] == "learned"
        else f"{labels[e['target']]} = {e['said']}"
        for e in edges.to_dict("records")
    ]
    folded = [textwrap.fill(label, FOLDED) for label in found.nodes["label"]]
    nodes = found.nodes.assign(
        said=found.nodes["label"] + ": " + found.nodes["value"], folded=folded, lines=[text.count("\n") + 1 for text in folded]
    )
    links = found.edges
    drawn.draw(
        charts.tree(int(nodes["x"].max()) + 1, round(float(nodes["y"].max())) + 1),
        {"e": edges[["x", "y", "x2", "y2", "kind", "said"]], "n": nodes[["x", "y", "label", "folded", "lines", "value", "said"]]},
        key="what_if_tree",
        alt="How the numbers hang together: " + "; ".join(str(said) for said in edges["said"]),
        table=pd.DataFrame(
            {
                "From": [labels[n] for n in links["source"]], "To": [labels[n] for n in links["target"]],
                "How": ["learned from your tickets" if kind == "learned" else "arithmetic" for kind in links["kind"]],
                "A step of": links["step"], "Gives": links["said"],
                "Told apart from nothing": [_clear(e) for e in links.itertuples()],
            }
        ),
        file_name="metric-tree",
    )  # fmt: skip
    recorded.quiet("Solid: arithmetic, exact whatever the data · dashed: learned, if the pattern is causal · touch a line for what it says")
    learned = found.edges[found.edges["kind"] == "learned"]
    if len(learned):
        recorded.table(
            pd.DataFrame(
                {
                    "If": [f"{label_of(str(s))} {step}" for s, step in zip(learned["source"], learned["step"], strict=True)],
                    "Then": [f"{label_of(str(t))} {said}" for t, said in zip(learned["target"], learned["said"], strict=True)],
                    "Told apart from nothing": ["yes" if clear else "no" for clear in learned["is_clear"]],
                }
            ),
            key="what_if_links", alt="The learned links, each for one step of its driver",
        )  # fmt: skip
    with st.expander("Why these, and what is left out", icon=":material/psychology:", key="what_if_why"):
        for model in MODELS:
            if model.outcome not in (outcome, "handle_time"):
                continue
            drivers = " and ".join(INPUTS[name].label for name in model.drivers)
            left = ", ".join(label_of(name) for name in model.left_out)
            held = f" Held equal: {', '.join(label_of(name) for name in model.held)}." if model.held else ""
            recorded.say(
                f"- **{plain(drivers)} → {plain(label_of(model.outcome))}.** {plain(model.why)}{plain(held)} Left out: {plain(left)}."
            )
        recorded.say("- Channel, team, subject and priority are held equal in each; errors allow for tickets of one agent being alike.")


def _clear(edge: object) -> str:
    """Whether a learned link can be told from nothing; "" for arithmetic."""
    return "" if edge.kind == "identity" else "yes" if edge.is_clear else "no"  # type: ignore[attr-defined]  # a row of the tree's frame
