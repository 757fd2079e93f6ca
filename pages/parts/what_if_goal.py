"""Goals turned round: what must an input be? The answer is a set, drawn over one input or two, with one's own weeks in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.catalogue import find
from kpi.charts import spread as ticks
from kpi.charts import what_if as charts
from kpi.errors import KpiError
from kpi.what_if import INPUTS, OUTCOMES, Goal, Ground, Sought, play, read_goal, seek
from kpi.what_if.goals import near, value_at
from pages.parts import drawn, left_out, links, recorded, slow, what_if_asked
from pages.parts.mine import Mine
from pages.parts.words import plain

NONE = ""
MOST = 3
OFFERED = ("", "cost_per_ticket", "hours_needed")


def goals() -> list[Goal]:
    """The goals of the address; those that cannot be read are left out."""
    found = []
    for text in st.query_params.get_all("goal")[:MOST]:
        try:
            found.append(read_goal(text))
        except KpiError:
            left_out.part("goal", text)
    return found


def draw(mine: Mine, scope: Scope, ground: Ground, moves: dict[str, float]) -> None:
    """The question as controls, then its answer."""
    outcome = what_if_asked.outcome()
    axes = _axes(ground, outcome)
    if not axes:
        recorded.say(f"**These data cannot tell:** nothing that moves {plain(find(outcome).label)}, work or cost is known.")
        return
    if not ground.drivers(outcome) and np.isnan(ground.work.cost_per_ticket):
        recorded.say(f"**These data cannot tell:** neither what moves {plain(find(outcome).label)} nor what a ticket costs is known.")
        return
    asked, chosen = _question(ground, outcome, axes)
    if not asked:
        recorded.say("**Say what is to be reached:** a score, a cost, the hours of work.")
        return
    try:
        found = _sought(mine, scope, ground, asked, chosen, moves)
    except KpiError as error:
        recorded.say(f"**{plain(error.what)}** {plain(error.hint)}")
        return
    recorded.say(f"**{plain(found.finding)}** {plain(found.caveat)}")
    if moves:
        others = [INPUTS[name].label for name in moves if name not in chosen]
        if others:
            recorded.quiet(plain(f"With {', '.join(others)} moved as on the first view."))
    if len(chosen) == 1:
        _line(found)
    else:
        _region(found)
    _take(found, moves)


def _axes(ground: Ground, outcome: str) -> list[str]:
    levels = [name for name in ground.levels() if name in ground.today and name != "paid_hours"]
    return [*ground.drivers(outcome), *levels]


def _question(ground: Ground, outcome: str, axes: list[str]) -> tuple[list[Goal], list[str]]:
    """The goals and the inputs to seek along, as controls that write the address."""
    known = {goal.name: goal for goal in goals()}
    better = find(outcome).better
    op = ">=" if better == "higher" else "<="
    state = st.session_state
    usual = _usual(ground, outcome)
    learned = outcome in ground.today and ground.drivers(outcome)
    if not known and learned and usual is not None:
        known = {outcome: Goal(outcome, op, usual)}
    elif not known and not np.isnan(ground.work.cost_per_ticket):
        known = {"cost_per_ticket": Goal("cost_per_ticket", "<=", round(0.95 * ground.work.cost_per_ticket, 1))}
    wanted = st.query_params.get_all("driver")[:2]
    drivers = [name for name in wanted if name in axes]
    for name in set(wanted).difference(drivers):
        left_out.part("driver", name)
    drivers = list(dict.fromkeys(drivers)) or (axes[:1] if learned else [n for n in axes if n == "handle_time"] or axes[:1])
    with st.grid(4, min_column_width=170, gap="small", key="what_if_question"):
        if learned:
            state["goal_outcome"] = known[outcome].value if outcome in known else None
            st.number_input(
                f"{find(outcome).label} of at {'least' if op == '>=' else 'most'} (%)", 0.0, 100.0, key="goal_outcome", step=0.5, format="%.10g",
                on_change=_said, args=(outcome, op, "goal_outcome"), placeholder="any",
            )  # fmt: skip
        if not np.isnan(ground.work.cost_per_ticket):
            state["goal_cost"] = known["cost_per_ticket"].value if "cost_per_ticket" in known else None
            st.number_input(
                f"Cost per ticket of at most{f' ({ground.currency})' if ground.currency else ''}", 0.0, 1e6, key="goal_cost", step=0.1, format="%.10g",
                on_change=_said, args=("cost_per_ticket", "<=", "goal_cost"), placeholder="any",
            )  # fmt: skip
        state["goal_first"], state["goal_second"] = drivers[0], drivers[1] if len(drivers) > 1 else NONE
        st.selectbox("By moving", axes, format_func=lambda n: INPUTS[n].label, key="goal_first", on_change=_along)
        others = [NONE, *(name for name in axes if name != drivers[0])]
        st.selectbox("and", others, format_func=lambda n: INPUTS[n].label if n else "nothing else", key="goal_second", on_change=_along)
    return list(known.values()), drivers


def _usual(ground: Ground, outcome: str) -> float | None:
    """A goal to begin with: about a point better than today."""
    today = ground.today.get(outcome)
    if today is None:
        return None
    step = 1.0 if find(outcome).better == "higher" else -1.0
    return float(min(max(round(today + step), 0), 100))


def _said(name: str, op: str, key: str) -> None:
    value = st.session_state[key]
    kept = [goal.text() for goal in goals() if goal.name != name]
    links.put(goal=kept if value is None else [*kept, Goal(name, op, float(value)).text()])


def _along() -> None:
    first, second = st.session_state["goal_first"], st.session_state["goal_second"]
    links.put(driver=[first, *([second] if second and second != first else [])])


def _sought(mine: Mine, scope: Scope, ground: Ground, asked: list[Goal], axes: list[str], moves: dict[str, float]) -> Sought:
    bare = scope.but(by="all", split=(), compare=None)
    key = (
        mine.dataset.fingerprint, tuple((n, tuple(v)) for n, v in sorted(bare.to_query().items())),
        tuple(goal.text() for goal in asked), tuple(axes), tuple(sorted(moves.items())), what_if_asked.outcome(),
    )  # fmt: skip
    return slow.step(("sought", *key), "Trying the values one by one", lambda: seek(ground, asked, axes, moves), keep=200)


def _line(found: Sought) -> None:
    """The first goal over the one input, with its interval, the goal and one's own weeks."""
    name, goal, ground = found.axes[0], found.goals[0], found.ground
    one, currency = INPUTS[name], found.ground.currency or None
    rows = []
    for value in found.grid[0]:
        try:
            played = play(ground, {name: float(value)}, goal.name if goal.name in OUTCOMES else what_if_asked.outcome(), guarded=False)
        except KpiError:
            continue
        low, middle, high = value_at(played, goal.name)
        rows.append((float(value), middle, low, high))
    frame = pd.DataFrame(rows, columns=["value", "middle", "low", "high"])
    frame["said"] = [
        f"{one.label} {units.say(value, one.unit, currency)}: {goal.label} {units.say(middle, goal.unit, currency)}"
        for value, middle, _, _ in rows
    ]
    known = ground.histories.get(name)
    ends = known.edges if known is not None and known.known else (ground.today[name], ground.today[name])
    drawn.draw(
        charts.reached(goal.unit, one.unit, currency, one.label, _ticks(one.unit, found.grid[0])),
        {
            "c": frame,
            "g": pd.DataFrame({"goal": [goal.value], "label": [goal.said(ground.currency)], "at": [_roomier(frame, goal.value)]}),
            "h": pd.DataFrame({"from": [ends[0]], "middle": [_middle(*ends, one.unit)], "to": [ends[1]]}),
            "m": pd.DataFrame({"today": [ground.today[name]]}),
        },
        key="goal_line",
        alt=f"{goal.label} over {one.label}. {found.finding}",
        table=pd.DataFrame(
            {
                one.label: [units.say(v, one.unit, currency) for v in found.grid[0]],
                "All goals": [charts.SHADES[int(code)] for code in found.met],
                "Your history": list(found.levels),
            }
        ),
        file_name="goal",
    )
    recorded.quiet(
        "Line: by the pattern · band: its 95 % interval · dashed: the goal · grey: the middle 95 % of your own weeks · thin line: today"
    )


def _roomier(curve: pd.DataFrame, goal: float) -> str:
    """The end at which the curve is farther from the goal: a label there is not crossed by it."""
    ends = (curve["middle"] - goal).abs()
    return "left" if len(ends) and ends.iloc[0] > ends.iloc[-1] else "right"


def _middle(low: float, high: float, unit: str) -> float:
    """The middle of two values on the axis: that of times is a log scale."""
    return float(np.sqrt(low * high)) if unit == "s" and low > 0 else (low + high) / 2


def _ticks(unit: str, values: Any) -> tuple[float, ...]:
    if unit != "s":
        return ()
    low, high = float(values[0]), float(values[-1])
    known = ticks.log_ticks(low, high)
    return known if len(known) > 2 else tuple(tick for tick in units.duration_ticks(low, high) if low <= tick <= high)


def _region(found: Sought) -> None:
    """Both inputs: where the goals are met, how surely, and where one's own weeks have been."""
    (down, across), ground = found.grid, found.ground
    first, second = (INPUTS[name] for name in found.axes)
    currency = ground.currency or None
    inside = [(values >= low - 1e-9) & (values <= high + 1e-9) for values, (low, high) in zip(found.grid, _near(found), strict=True)]
    keep = inside if (found.met[np.ix_(*inside)] > 0).any() else [np.ones(len(values), dtype=bool) for values in found.grid]
    met, levels, down, across = found.met[np.ix_(*keep)], found.levels[np.ix_(*keep)], down[keep[0]], across[keep[1]]
    y_low, y_high = _edges(down, first.unit)
    x_low, x_high = _edges(across, second.unit)
    rows = []
    for i, a in enumerate(down):
        for j, b in enumerate(across):
            code = int(met[i, j])
            where = {"inside": "inside your weeks", "faded": "at the edge of your weeks", "refused": "where you have never been"}.get(
                str(levels[i, j]), "history not known"
            )
            rows.append(
                {
                    "x": x_low[j], "x2": x_high[j], "y": y_low[i], "y2": y_high[i], "strength": code, "met": charts.SHADES[code],
                    "said": f"{first.label} {units.say(a, first.unit, currency)}, {second.label} {units.say(b, second.unit, currency)}: "
                    f"{charts.SHADES[code]}, {where}",
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows)
    own = [
        ground.histories[name].edges if name in ground.histories and ground.histories[name].known else (ground.today[name],) * 2
        for name in found.axes
    ]
    drawn.draw(
        charts.region(second.label, first.label, second.unit, first.unit, currency, (_ticks(second.unit, across), _ticks(first.unit, down))),
        {
            "g": frame,
            "h": pd.DataFrame({"x": [own[1][0]], "x2": [own[1][1]], "y": [own[0][0]], "y2": [own[0][1]]}),
            "m": pd.DataFrame({"x": [ground.today[found.axes[1]]], "y": [ground.today[found.axes[0]]], "said": ["today"]}),
        },
        key="goal_region",
        alt=f"Pairs of {first.label} and {second.label} that meet the goals. {found.finding}",
        table=pd.DataFrame(
            {
                first.label: [units.say(a, first.unit, currency) for a in down for _ in across],
                second.label: [units.say(b, second.unit, currency) for _ in down for b in across],
                "All goals": frame["met"], "Your history": levels.ravel(),
            }
        ),
        file_name="goal-region",
    )  # fmt: skip
    recorded.quiet(
        "The stronger, the surer: possible, met by the estimate, met for sure · frame: the middle 95 % of your weeks · cross: today"
    )


def _near(found: Sought) -> list[tuple[float, float]]:
    """Where the region is worth drawing: around one's own weeks."""
    return [near(found.ground, name) for name in found.axes]


def _edges(values: Any, unit: str) -> tuple[Any, Any]:
    """Lower and upper corners of the cells around values."""
    logs = np.log(values) if unit == "s" else np.asarray(values)
    middle = (logs[1:] + logs[:-1]) / 2
    low, high = np.concatenate([[logs[0]], middle]), np.concatenate([middle, [logs[-1]]])
    return (np.exp(low), np.exp(high)) if unit == "s" else (low, high)


def _take(found: Sought, moves: dict[str, float]) -> None:
    """Carry the nearest answer that one's own weeks have seen over to the sliders."""
    near = found.nearest()
    if near is None:
        return
    wished = {**moves, **dict(zip(found.axes, near, strict=True))}
    st.button(
        "Move the inputs there", icon=":material/tune:", key="goal_take", on_click=_go, args=(wished,),
        help="To the nearest values that meet the goals and that your own weeks have seen.",
    )  # fmt: skip


def _go(wished: dict[str, float]) -> None:
    what_if_asked.put(wished)
    links.put(view="")
