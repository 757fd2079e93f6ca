"""With the same tickets: what each got beside what its tickets lead to expect, and whose difference the kind of tickets explains."""

from __future__ import annotations

import pandas as pd

from kpi import Scope
from kpi.agents import Compared, One, explained, hardness
from kpi.charts.agents import beside, ticks_of
from pages.parts import agent_asked, drawn, recorded
from pages.parts.agent_apart import table
from pages.parts.mine import Mine
from pages.parts.words import plain


def draw(mine: Mine, scope: Scope, by: str, name: str) -> None:
    found = agent_asked.compared(mine, name, by, scope)
    as_is = agent_asked.compared(mine, name, by, scope, like=False)
    recorded.say(f"**{plain(explained(as_is, found))}**")
    if found.why_not or not found.like:
        return
    some = agent_asked.drawn(found)
    rows = pd.DataFrame([_row(found, one) for one in some])
    edges = rows[["got", "expected"]]
    ticks, logs = ticks_of(found.metric.unit, float(edges.min().min()), float(edges.max().max()))
    drawn.draw(
        beside(found.metric.unit, len(rows), found.currency or None, ticks, logs),
        {"d": rows, "o": agent_asked.average(found)},
        key="agent_mix",
        alt=explained(as_is, found),
        table=_table(found),
        file_name=f"{name}-by-{by}-expected",
    )
    typical = (
        " Times are typical ones: geometric means, placed so that all together have the figure measured." if found.how == "time" else ""
    )
    more = f" By name; {agent_asked.drawn_said(found)}." if agent_asked.drawn_said(found) else " By name."
    recorded.quiet(
        plain(
            "Upright tick: what everybody together gets on the same tickets. Dot: what this one got; green and red only where the difference is beyond "
            f"doubt. Where a kind of ticket is rare, coarser kinds are set beside each other.{typical}{more}"
        )
    )


def _row(found: Compared, one: One) -> dict[str, object]:
    tickets = hardness(found, one)
    return {
        "name": agent_asked.short(one.name),
        "got": one.got,
        "expected": one.expected,
        "n": one.n,
        "verdict": agent_asked.verdict(found, one),
        "said": f"{one.name} {tickets}: expected {found.say(one.expected)}, got {found.say(one.got)}; {found.word(one)}",
    }


def _table(found: Compared) -> pd.DataFrame:
    frame = table(found)
    by_name = {one.name: hardness(found, one) for one in found.ones}
    return frame.assign(Tickets=[by_name[name].removeprefix("has ") for name in frame.iloc[:, 0]])
