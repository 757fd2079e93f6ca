"""The funnel: how far chance alone reaches at each number of tickets, and who lies outside."""

from __future__ import annotations

import pandas as pd

from kpi import Scope, units
from kpi.agents import Compared, One, even, funnel
from kpi.charts.agents import funnel as chart
from kpi.charts.agents import ticks_of
from pages.parts import agent_asked, drawn, recorded
from pages.parts.agent_apart import table
from pages.parts.mine import Mine
from pages.parts.words import plain

ROOM = 2.0
"""The factor left around times on their log scale."""


def draw(mine: Mine, scope: Scope, by: str, name: str) -> None:
    found = agent_asked.compared(mine, name, by, scope)
    shape = funnel(found)
    recorded.say(f"**{plain(shape.text)}**")
    if found.why_not:
        return
    curve = pd.DataFrame({"n": shape.n, "low": shape.low, "high": shape.high, "far_low": shape.far_low, "far_high": shape.far_high})
    rows = pd.DataFrame([_row(found, one) for one in found.placed])
    logs = _ends(found, rows)
    low, high = logs or (min(curve["far_low"].min(), rows["value"].min()), max(curve["far_high"].max(), rows["value"].max()))
    ticks, _ = ticks_of(found.metric.unit, float(low), float(high)) if logs or high < 20 * max(low, 1e-9) else ((), False)
    drawn.draw(
        chart(found.metric.unit, found.currency or None, ticks, "rows behind the figure (log scale)", logs),
        {"c": curve, "d": rows, "o": agent_asked.average(found)},
        key="agent_funnel",
        alt=shape.text,
        table=table(found),
        file_name=f"{name}-by-{by}-funnel",
    )
    exact = "exact binomial limits" if found.how == "share" else "limits on the log scale" if found.how == "time" else "limits of a mean"
    worth = f", rows that hang together counted as {units.say(100 / found.deff, '%')} of their number" if found.deff >= 1.05 else ""
    same = "with everybody's mix of tickets" if found.like else "as measured"
    recorded.quiet(
        plain(
            f"Dark band: where 95 % of figures lie when nobody differs; pale band: 99.8 % ({exact}{worth}). Dots: {same}. "
            "The bands are for one looked at alone; a name stands only where everybody looked at together still leaves no doubt."
        )
    )


def _ends(found: Compared, rows: pd.DataFrame) -> tuple[float, float] | None:
    """The ends of the log scale of times, on which their limits are: the figures with a factor of two around them; None for other figures.

    Not the limits: for ten tickets they reach from minutes to decades, and every dot would lie on the axis.
    """
    low, high = float(rows["value"].min()), float(rows["value"].max())
    return (low / ROOM, high * ROOM) if found.how == "time" and low > 0 else None


def _row(found: Compared, one: One) -> dict[str, object]:
    return {
        "name": agent_asked.short(one.name),
        "n": one.n,
        "value": even(found, one),
        "verdict": agent_asked.verdict(found, one),
        "said": found.sentence(one),
    }
