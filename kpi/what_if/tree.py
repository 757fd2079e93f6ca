"""The metric tree, drawn from the declarations: identities (solid) and learned links (dashed, with what the data say of each)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kpi import units
from kpi.catalogue import find
from kpi.errors import BadValue
from kpi.what_if.fit import Change
from kpi.what_if.ground import Ground
from kpi.what_if.inputs import INPUTS
from kpi.what_if.links import IDENTITIES, MODELS, RESULTS
from kpi.what_if.words import say_change

APART = 2.0
"""Rows between two numbers of a column that is not the first."""
POINTS, FASTER, FEWER = 5.0, 0.8, 0.1
"""The step a learned link is told for: 5 points of a share, a fifth off a time, a tenth of a reply."""


@dataclass(frozen=True)
class Tree:
    """`nodes`: name, label, value (in words), x (0 at the left: what one moves), y. `edges`: source, target, kind ("identity", "learned"), said,
    step, is_clear."""

    nodes: pd.DataFrame
    edges: pd.DataFrame

    @property
    def text(self) -> str:
        solid, dashed = ((self.edges["kind"] == kind).sum() for kind in ("identity", "learned"))
        clear = int((self.edges["is_clear"] & (self.edges["kind"] == "learned")).sum())
        return (
            f"{solid} lines are arithmetic and hold whatever the data; {dashed} are patterns learned from your tickets, "
            f"{clear} of them told apart from nothing."
        )


def tree(ground: Ground, outcome: str = "csat") -> Tree:
    """The tree of one outcome, and of work, cost and backlog."""
    edges = _learned(ground, outcome) + _arithmetic(ground)
    names = list(dict.fromkeys(str(name) for edge in edges for name in (edge["source"], edge["target"])))
    depth = _depths(names, edges)
    height = _heights(names, edges, depth)
    nodes = pd.DataFrame(
        [
            (name, find(ground.flow.of).label if name == "backlog" else label_of(name), _value(ground, name), depth[name], height[name])
            for name in names
        ],
        columns=["name", "label", "value", "x", "y"],
    )
    return Tree(nodes, pd.DataFrame(edges, columns=["source", "target", "kind", "step", "said", "is_clear"]))


def label_of(name: str) -> str:
    """An input, a result or an outcome in words."""
    if name in INPUTS:
        return INPUTS[name].label
    return RESULTS[name][0] if name in RESULTS else find(name).label


def _learned(ground: Ground, outcome: str) -> list[dict[str, object]]:
    edges: list[dict[str, object]] = []
    for model in MODELS:
        if model.outcome not in (outcome, "handle_time"):
            continue
        for driver in model.drivers:
            known = [(edge["source"], edge["target"]) for edge in edges]
            found = ground.model(model.outcome, [driver])
            if (driver, model.outcome) in known or driver not in ground.today or found is None:
                continue
            step, change = _step(ground, driver, found)
            edges.append(
                {
                    "source": driver, "target": model.outcome, "kind": "learned", "step": step,
                    "said": say_change(change, model.outcome), "is_clear": change.is_clear,
                }
            )  # fmt: skip
    return edges


def _step(ground: Ground, driver: str, found: object) -> tuple[str, Change]:
    """The step a link is told for, in words, and what it brings."""
    one, today = INPUTS[driver], ground.today[driver]
    if one.kind == "share":
        sign = 1.0 if one.better == "higher" else -1.0
        new = min(max(today + sign * POINTS, one.low), one.high)
        step = units.say_change(new - today, "%")
    elif one.kind == "time":
        new, step = today * FASTER, units.say_relative(100 * (FASTER - 1))
    else:
        new, step = today - FEWER, units.say_change(-FEWER, one.unit)
    try:
        return step, found.change({driver: (today, new)})  # type: ignore[attr-defined]  # a Learned
    except BadValue:
        return step, Change(float("nan"))


def _arithmetic(ground: Ground) -> list[dict[str, object]]:
    return [
        {"source": part, "target": one.result, "kind": "identity", "step": "", "said": one.formula, "is_clear": True}
        for one in IDENTITIES
        for part in one.parts
    ]


def _depths(names: list[str], edges: list[dict[str, object]]) -> dict[str, int]:
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for edge in edges:
            source, target = str(edge["source"]), str(edge["target"])
            depth[target] = max(depth[target], depth[source] + 1)
    return depth


def _heights(names: list[str], edges: list[dict[str, object]], depth: dict[str, int]) -> dict[str, float]:
    """What one moves stands in a column, one below the other; everything else at the middle of what it is made of, at least `APART` apart."""
    height = {name: float(place) for place, name in enumerate(name for name in names if depth[name] == 0)}
    bottom = max(height.values(), default=0.0)
    for x in range(1, max(depth.values(), default=0) + 1):
        column = [name for name in names if depth[name] == x]
        sources = {name: [height[str(e["source"])] for e in edges if e["target"] == name and str(e["source"]) in height] for name in column}
        wished = {name: sum(of) / len(of) if of else bottom / 2 for name, of in sources.items()}
        last = -APART
        for name in sorted(column, key=lambda n: wished[n]):
            last = max(wished[name], last + APART)
            height[name] = last
    return height


def _value(ground: Ground, name: str) -> str:
    currency = ground.currency or None
    if name in RESULTS:
        value = ground.flow.start if name == "backlog" else ground.work.value(name)
        return units.say(value, RESULTS[name][1], currency)
    value = ground.today.get(name, ground.work.value(name) if hasattr(ground.work, name) else float("nan"))
    return units.say(value, INPUTS[name].unit if name in INPUTS else find(name).unit, currency)
