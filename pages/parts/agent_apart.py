"""Who stands out: what each likely has with everybody's mix of tickets, by name; who cannot be told apart is grey."""

from __future__ import annotations

import pandas as pd

from kpi import Scope, units
from kpi.agents import Compared, One, likely
from kpi.charts.agents import dots, ticks_of
from pages.parts import agent_asked, drawn, links, recorded
from pages.parts.mine import Mine

ATTRIBUTION = {
    "agent": "A ticket counts for the agent it is assigned to now, whoever worked on it before.",
    "team": "A ticket counts for the team it belongs to now.",
}


def draw(mine: Mine, scope: Scope, by: str, name: str) -> None:
    found = agent_asked.compared(mine, name, by, scope)
    if not agent_asked.told(found):
        return
    some = agent_asked.drawn(found)
    rows = pd.DataFrame([_row(found, one) for one in some])
    edges = rows[["low", "high", "value"]]
    ticks, logs = ticks_of(found.metric.unit, float(edges.min().min()), float(edges.max().max()))
    drawn.draw(
        dots(found.metric.unit, len(rows), found.currency or None, ticks, logs),
        {"d": rows, "o": agent_asked.average(found)},
        key="agent_dots",
        alt=found.text,
        table=table(found),
        file_name=f"{name}-by-{by}",
    )
    said = [
        "By name, not by rank",
        "dot and line: what is likely with everybody's mix of tickets, in 95 % of cases"
        if found.like
        else "dot and line: what is likely, in 95 % of cases",
        "ring: as measured",
        "right: how many rows",
        "pale: fewer than 30",
        *(["times on a log scale"] if logs else []),
        *([agent_asked.drawn_said(found)] if agent_asked.drawn_said(found) else []),
    ]
    recorded.quiet(f"{' · '.join(said)}. {ATTRIBUTION[by]}")
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=name))


def _row(found: Compared, one: One) -> dict[str, object]:
    return {
        "name": agent_asked.short(one.name),
        "estimate": one.estimate,
        "low": one.low,
        "high": one.high,
        "value": one.value,
        "n": one.n,
        "verdict": agent_asked.verdict(found, one),
        "said": found.sentence(one),
    }


def table(found: Compared) -> pd.DataFrame:
    """Everybody, by name, also those without a place."""
    some = sorted(found.ones, key=lambda one: one.name.casefold())

    def places(one: One) -> str:
        if one.rank_low is None or one.rank_high is None:
            return ""
        return str(one.rank_low) if one.rank_low == one.rank_high else f"{one.rank_low}–{one.rank_high}"

    return pd.DataFrame(
        {
            found.by.capitalize(): [one.name for one in some],
            "n": [one.n for one in some],
            "Measured": [found.say(one.value) for one in some],
            "Got": [found.say(one.got) for one in some],
            "Expected of the same tickets": [found.say(one.expected) for one in some],
            "Likely apart from that": [likely(found, one) if one.estimate is not None else units.UNKNOWN for one in some],
            "Possible places, 1 the best": [places(one) for one in some],
            "So it": [found.word(one) for one in some],
        }
    )
