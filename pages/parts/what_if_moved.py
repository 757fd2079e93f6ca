"""Inputs moved: the sentence, the numbers that follow, the fan of the coming weeks, and the shape of the link."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.catalogue import find
from kpi.charts import spread as ticks
from kpi.charts import what_if as charts
from kpi.errors import KpiError
from kpi.report import Tile
from kpi.scope import floor_date
from kpi.what_if import INPUTS, Ground, Outlook, Played
from kpi.what_if.history import FADED, REFUSED
from kpi.what_if.outlook import HORIZON
from kpi.what_if.outlook import said as chance_said
from pages.parts import drawn, fold, links, recorded, target_lines, what_if_asked, what_if_goal, what_if_inputs
from pages.parts.mine import Mine
from pages.parts.words import plain

WEEK = dt.timedelta(days=7)


def draw(mine: Mine, scope: Scope, ground: Ground, moves: dict[str, float]) -> None:
    """Sliders at the left, what follows at the right; one below the other on a phone."""
    outcome = what_if_asked.outcome()
    if not ground.today:
        recorded.say("**These data cannot tell:** nothing in these dates can be moved.")
        return
    said = st.container(key="what_if_said")
    left, right = st.columns([5, 8], gap="large")
    with left:
        what_if_asked.outcomes(ground)
        what_if_inputs.sliders(mine, scope, ground, moves, outcome)
    with right:
        try:
            played = what_if_asked.played(mine, scope, ground, moves, outcome)
        except KpiError as error:
            recorded.say(f"**{plain(error.what)}** {plain(error.hint)}", place=said)
            return
        recorded.say(f"**{plain(played.finding)}** {plain(played.caveat)}{_nothing(ground, outcome)}", place=said)
        goal = target(mine, scope, ground, outcome)
        seen = played.outlook(goal[0] if goal else math.nan, goal[2] if goal else HORIZON)
        _tiles(played, seen, goal)
        _fan(played, seen, goal)
        what_if_inputs.standing(mine, scope, ground, played)
        _curves(played)
    _unknown(ground, outcome)


def _nothing(ground: Ground, outcome: str) -> str:
    """That nothing can be learned, and why; "" where something can."""
    if ground.drivers(outcome):
        return ""
    reason = next((one.reason for model, one in ground.learned.items() if model.outcome == outcome and one.reason), "it is not known")
    return plain(f" What moves {find(outcome).label} cannot be learned here: {reason}. The arithmetic below needs no learning.")


def target(mine: Mine, scope: Scope, ground: Ground, outcome: str) -> tuple[float, str, int] | None:
    """(value, words, weeks ahead) to be reached: the goal of the address, else the target that fits, as far as it reaches."""
    for goal in what_if_goal.goals():
        if goal.name == outcome and goal.op == (">=" if find(outcome).better == "higher" else "<="):
            return goal.value, f"goal {units.say(goal.value, goal.unit)}", HORIZON
    if outcome not in ground.series:
        return None
    begin = floor_date("week", mine.dataset.newest.date()) + WEEK
    path = target_lines.path(mine, outcome, scope.but(by="week", split=(), compare=None), [begin + n * WEEK for n in range(HORIZON)])
    if not len(path):
        return None
    value = float(path["value"].iloc[-1])
    return value, f"target {units.say(value, find(outcome).unit)}", len(path)


def _tiles(played: Played, seen: Outlook, goal: tuple[float, str, int] | None) -> None:
    metric, currency = find(played.outcome), played.ground.currency or None
    tiles: list[tuple[str, str, str, str]] = []
    if played.moved_drivers and not played.refusal:
        change = units.say_change_interval(played.change.low, played.change.high, metric.unit)
        half = f"if half: {units.say_change(played.change.half, metric.unit)}"
        tiles.append(
            (
                metric.label,
                played.say(played.outcome, played.after),
                units.say_change(played.change.value, metric.unit),
                f"{change} · {half}",
            )
        )
    elif played.outcome in played.ground.today and not played.refusal:
        tiles.append((metric.label, played.say(played.outcome, played.today), "", "not moved"))
    before, after = played.before, played.work
    for name, label, unit in (("cost_per_ticket", "Cost per ticket", "currency"), ("hours_needed", "Hours needed a week", "count")):
        value, old = after.value(name), before.value(name)
        if not math.isnan(value):
            moved = not math.isclose(value, old, rel_tol=1e-9)
            tiles.append(
                (label, units.say(value, unit, currency), units.say_change(value - old, unit, currency) if moved else "", "arithmetic")
            )
    if goal is not None and not math.isnan(seen.chance):
        also = f"without {chance_said(seen.chance_before)} · if half {chance_said(seen.chance_half)}"
        tiles.append((f"Chance of {goal[1].partition(' ')[2]}", chance_said(seen.chance), "", also))
    if not tiles:
        return
    with st.grid(2 if len(tiles) == 4 else 3, min_column_width=150, gap="small", key="what_if_tiles"):  # none stands alone in its row
        for place, (label, said, change, about) in enumerate(tiles):
            with st.container(border=True, height="stretch", key=f"what_if_tile_{place}", gap="xsmall"):
                st.metric(label, said, change or None, delta_color="off")
                st.caption(plain(about))
    recorded.tiles([Tile(label, said, change=change, note=about) for label, said, change, about in tiles])
    if played.level in (FADED, REFUSED):
        words = "Partly outside your own history" if played.level == FADED else "Beyond your own history"
        st.badge(words, icon=":material/warning:", color="orange")


def _fan(played: Played, seen: Outlook, goal: tuple[float, str, int] | None) -> None:
    """The last half year and the coming weeks, with and without the change."""
    ground, metric = played.ground, find(played.outcome)
    if played.refusal or seen.after.shape[1] == 0:
        return
    past = ground.series[played.outcome][-26:]
    newest = floor_date("week", (ground.scope.end or ground.flow.since) + dt.timedelta(days=1)) - WEEK
    weeks = [(newest - (len(past) - 1 - n) * WEEK).isoformat() for n in range(len(past))]
    ahead = [(newest + (n + 1) * WEEK).isoformat() for n in range(seen.weeks)]

    def say(value: float) -> str:
        return units.say(value, metric.unit)

    rows = [
        {
            "period": week, "which": which, "low": fan[0][n], "middle": fan[1][n], "high": fan[2][n],
            "said": f"Week of {week}, {which}: {say(fan[1][n])} (80 %: {units.say_interval(fan[0][n], fan[2][n], metric.unit)})",
        }
        for which, fan in (("as it is", seen.before), ("with the change", seen.after))
        if which == "as it is" or played.moved_drivers
        for n, week in enumerate(ahead)
    ]  # fmt: skip
    f = pd.DataFrame(rows)
    p = pd.DataFrame(
        {"period": weeks, "value": past, "said": [f"Week of {w}: {say(v)}" for w, v in zip(weeks, past, strict=True)]}
    ).dropna()
    t = pd.DataFrame({"value": [goal[0]], "label": [goal[1]]}) if goal else None
    ends = f[f["period"] == ahead[-1]][["period", "middle", "which"]] if played.moved_drivers else f.head(0)[["period", "middle", "which"]]
    beyond = " This looks further ahead than your history reaches back." if seen.is_beyond else ""
    drawn.draw(
        charts.fan(metric.unit, has_past=True, has_target=t is not None),
        {"f": f, "p": p, "n": ends, **({"t": t} if t is not None else {})},
        key="what_if_fan",
        alt=f"{metric.label} by week: the last {len(past)} weeks, and the next {seen.weeks} with and without the change.",
        table=pd.DataFrame(
            {
                "Week of": f["period"], "Which": f["which"], "Middle": [say(v) for v in f["middle"]],
                "80 % from": [say(v) for v in f["low"]], "to": [say(v) for v in f["high"]],
            }
        ),
        file_name="what-if-weeks",
    )  # fmt: skip
    recorded.quiet(
        f"{metric.label} by week · bands: 8 of 10 futures, by three plain models of your own weeks · the change is there from the first week on."
        f"{beyond}"
    )


def _curves(played: Played) -> None:
    """The shape of the link of a moved time or count, opened on wish: flat and then a fall, or not."""
    metric = find(played.outcome)
    for name in played.moved_drivers:
        one = INPUTS[name]
        found = played.ground.model(played.outcome, [name])
        if found is None or one.kind == "share":
            continue
        with fold.fold(f"The shape of {one.label} and {metric.label}", icon=":material/show_chart:", key=f"what_if_shape_{name}") as shown:
            if not shown.open:
                continue
            rows = found.curve(name)
            rows["said"] = [
                f"{one.label} {units.say(r['value'], one.unit)}: {metric.label} {units.say(r['mean'], metric.unit)} "
                f"({units.say_interval(r['low'], r['high'], metric.unit)})"
                for r in rows.to_dict("records")
            ]
            rows["low"], rows["high"] = rows["low"].clip(0, 100), rows["high"].clip(0, 100)
            is_time = one.kind == "time"
            places = ticks.log_ticks(float(rows["value"].min()), float(rows["value"].max())) if is_time else tuple(rows["value"])
            drawn.draw(
                charts.curve(metric.unit, one.unit, places, one.label, is_time),
                {"c": rows, "m": pd.DataFrame({"today": [played.ground.today[name]]})},
                key=f"what_if_curve_{name}",
                alt=f"{metric.label} over {one.label}, all else as it is.",
                table=pd.DataFrame(
                    {
                        one.label: [units.say(v, one.unit) for v in rows["value"]],
                        metric.label: [units.say(v, metric.unit) for v in rows["mean"]],
                        "95 % interval": [units.say_interval(a, b, metric.unit) for a, b in zip(rows["low"], rows["high"], strict=True)],
                    }
                ),
                file_name=f"{played.outcome}-by-{name}",
            )
            recorded.quiet(f"All else as it is · band: 95 % interval of the difference to today · dashed: today. {plain(found.model.why)}")


def _unknown(ground: Ground, outcome: str) -> None:
    """Which links could not be learned, and why."""
    known = ground.drivers(outcome)
    reasons = {INPUTS[m.drivers[0]].label: one.reason for m, one in ground.learned.items() if one.reason and m.drivers[0] not in known}
    notes = [*ground.notes, *(f"{label}: {reason}." for label, reason in reasons.items())]
    if notes:
        with st.expander("What could not be learned", icon=":material/visibility_off:", key="what_if_unknown"):
            for note in notes:
                recorded.say(f"- {plain(note)}")
    links.to("number.py", label=f"How {find(outcome).label} is made", icon=":material/function:", query_params=links.query(metric=outcome))
