"""The inputs as sliders: each starts at today's value, runs over where its own weeks have been, and says what others publish."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.charts import what_if as charts
from kpi.what_if import INPUTS, Ground, Played
from pages.parts import benchmark_band, drawn, what_if_asked
from pages.parts.mine import Mine
from pages.parts.words import plain

STEPS = 40
AROUND = 0.3
"""Where no history is known a slider runs so far to both sides of today."""


def sliders(mine: Mine, scope: Scope, ground: Ground, moves: dict[str, float], outcome: str) -> None:
    """Learned drivers first, then the factors of work and cost. A level that is not known can be typed."""
    drivers = ground.drivers(outcome)
    if drivers:
        st.markdown(":material/more_horiz: **Learned from your tickets**")
        for name in drivers:
            _slider(mine, scope, ground, moves, name)
    levels = [name for name in ground.levels() if name in ground.today]
    if levels:
        is_open = not drivers or any(name in moves for name in levels)
        with st.expander("Arithmetic: work, people, cost", icon=":material/horizontal_rule:", expanded=is_open, key="what_if_levels"):
            for name in levels:
                _slider(mine, scope, ground, moves, name)
    st.button(
        "Back to today", icon=":material/restart_alt:", type="tertiary", key="what_if_reset", on_click=what_if_asked.put, args=({},),
        disabled=not moves,
    )  # fmt: skip
    lacking = [name for name in ground.levels() if name not in ground.today]
    if lacking:
        with st.expander("Not in your data: type what you know", key="what_if_typed"):
            for name in lacking:
                _typed(moves, name)


def options(ground: Ground, name: str, moved: float | None) -> list[float]:
    """The values of a slider: from the lowest to the highest that the history can carry, with today's and the present one among them.

    No two read the same: the browser sends a value back by its words, and of two that read "9 min 30 s" the other would count as moved to. Where
    today's reads like the present one, the present one stands for both.
    """
    one, today = INPUTS[name], ground.today[name]
    known = ground.histories.get(name)
    if known is not None and known.known:
        low, high = min(known.lowest, today), max(known.highest, today)
        room = (high - low) * 0.25
        edge_low, edge_high = known.limits
        low, high = max(low - room, min(edge_low, low)), min(high + room, max(edge_high, high))
    else:
        low, high = today * (1 - AROUND), today * (1 + AROUND)
    low, high = max(low, one.low), min(high, one.high)
    if high <= low:
        high = low + max(abs(low) * AROUND, 1.0)
    values = np.geomspace(max(low, 1.0), high, STEPS + 1) if one.unit == "s" else np.linspace(low, high, STEPS + 1)
    own = {_round(float(v), one.unit, high - low) for v in values}
    own = {v for v in own if one.low <= v <= one.high and not math.isclose(v, today, rel_tol=1e-4)} | {today}
    told = {_say(ground, name, value): value for value in (*own, today, *([] if moved is None else [moved]))}
    return sorted(told.values())


def _round(value: float, unit: str, span: float) -> float:
    """To what a person would type: whole minutes or seconds, a tenth of a point, three digits."""
    if unit == "s":
        step = 5.0 if value < 300 else 15.0 if value < 1800 else 60.0 if value < 7200 else 300.0 if value < 43_200 else 1800.0
        return round(value / step) * step
    digits = max(0, 2 - math.floor(math.log10(max(span, 1e-9))))
    return round(value, min(digits, 3))


def _slider(mine: Mine | None, scope: Scope | None, ground: Ground, moves: dict[str, float], name: str) -> None:
    one, today, key = INPUTS[name], ground.today[name], f"what_if_{name}"
    moved = moves.get(name)
    choices = options(ground, name, moved)
    st.session_state[key] = moved if moved is not None else today
    st.select_slider(
        one.label,
        choices,
        format_func=lambda value: _say(ground, name, value),
        key=key,
        on_change=_changed,
        args=(dict(moves), name, today),
        help=f"Who changes: {one.concerned}." if one.concerned else None,
    )
    parts = [f"today {_say(ground, name, today)}"]
    known = ground.histories.get(name)
    if known is not None and known.known:
        parts.append(f"your weeks {units.say_interval(known.lowest, known.highest, one.unit, ground.currency or None)}")
    band = published(mine, scope, name) if mine is not None and scope is not None else pd.DataFrame()
    if len(band):
        parts.append(f"published {units.say_interval(band['low'].iloc[0], band['high'].iloc[0], one.unit)}")
    st.caption(plain(" · ".join(parts)))


def plain_slider(ground: Ground, moves: dict[str, float], name: str) -> None:
    """A slider without published figures, for other views."""
    _slider(None, None, ground, moves, name)


def _changed(moves: dict[str, float], name: str, today: float) -> None:
    value = float(st.session_state[f"what_if_{name}"])
    moves.pop(name, None)
    what_if_asked.put(moves if math.isclose(value, today, rel_tol=1e-9) else {**moves, name: value})


def _typed(moves: dict[str, float], name: str) -> None:
    one, key = INPUTS[name], f"what_if_{name}"
    st.session_state[key] = moves.get(name)
    unit = units.unit_name(one.unit) if one.unit != "count" else ""
    st.number_input(
        f"{one.label}{f', in {unit}' if unit else ''}", min_value=float(one.low), max_value=float(min(one.high, 1e9)), key=key, on_change=_given,
        args=(dict(moves), name), placeholder="not known", format="%.10g",
    )  # fmt: skip


def _given(moves: dict[str, float], name: str) -> None:
    value = st.session_state[f"what_if_{name}"]
    moves.pop(name, None)
    what_if_asked.put(moves if value is None else {**moves, name: float(value)})


def published(mine: Mine, scope: Scope, name: str) -> pd.DataFrame:
    """The band of published figures that compare with an input; empty where there is none."""
    metric = INPUTS[name].metric
    if not metric or name in ("shrinkage", "tickets_per_week"):
        return pd.DataFrame({"low": [], "high": [], "said": []})
    return benchmark_band.band(mine, metric, scope)


def standing(mine: Mine, scope: Scope, ground: Ground, played: Played) -> None:
    """Where every input stands in its own history, and where it is moved to."""
    names = [name for name in INPUTS if name in ground.histories and ground.histories[name].known and name in ground.today]
    if not names:
        return
    rows, bands, table = [], [], []
    for name in names:
        known, one = ground.histories[name], INPUTS[name]
        low, high = known.edges
        now = played.moves.get(name)

        def place(value: float, name: str = name) -> float:
            history = ground.histories[name]
            bottom, top, at = history.lowest, history.highest, value
            if INPUTS[name].unit == "s":
                bottom, top, at = math.log(max(bottom, 1)), math.log(max(top, 1)), math.log(max(at, 1))
            return (at - bottom) / (top - bottom) if top > bottom else 0.5

        said = (
            f"{one.label}: today {_say(ground, name, ground.today[name])}; {len(known.values)} weeks from {_say(ground, name, known.lowest)} to "
            f"{_say(ground, name, known.highest)}" + (f"; moved to {_say(ground, name, now)}" if now is not None else "")
        )
        rows.append(
            {
                "label": one.label, "from": place(low), "to": place(high), "low": 0.0, "high": 1.0, "today": place(ground.today[name]),
                "now": None if now is None else place(now), "said": said,
            }
        )  # fmt: skip
        band = published(mine, scope, name)
        if len(band):
            ends = [place(float(band[end].iloc[0])) for end in ("low", "high")]
            if ends[1] > -0.25 and ends[0] < 1.25:
                bands.append(
                    {"label": one.label, "low": max(ends[0], -0.25), "high": min(ends[1], 1.25), "said": str(band["said"].iloc[0])}
                )
        table.append(
            {
                "Input": one.label, "Today": _say(ground, name, ground.today[name]), "Moved to": "" if now is None else _say(ground, name, now),
                "Lowest week": _say(ground, name, known.lowest), "Highest week": _say(ground, name, known.highest),
                "Published": str(band["said"].iloc[0]) if len(band) else "",
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["now"] = pd.to_numeric(frame["now"])
    drawn.draw(
        charts.inputs(len(rows), has_band=bool(bands)),
        {"r": frame, **({"b": pd.DataFrame(bands)} if bands else {})},
        key="what_if_standing",
        alt="Where each input stands between its lowest and its highest week. " + " ".join(frame["said"].astype(str)),
        table=pd.DataFrame(table),
        file_name="inputs",
    )
    st.caption(
        "Line: all your weeks · bar: the middle 95 % of them · tick: today · dot: moved to"
        + (" · grey: published figures" if bands else "")
    )


def _say(ground: Ground, name: str, value: float) -> str:
    return units.say(value, INPUTS[name].unit, ground.currency or None)
