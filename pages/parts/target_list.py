"""All targets at a glance: the finding, a card with a bullet each, and an example where there is none yet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.charts.targets import bullet
from kpi.targets import Judgement, Targets
from kpi.targets.words import aim, amount, interval, summary
from pages.parts import asked_dates, drawn, links, recorded, target_example, target_form, target_judged, target_lines
from pages.parts.benchmark_band import band
from pages.parts.mine import Mine
from pages.parts.words import plain

WIDEST = 2.5
"""An interval is drawn up to so many times the largest of value and goal."""
VIEWS = {"": "Targets", "record": "How right were we?"}


def basis(mine: Mine, scope: Scope) -> str:
    """What everything on the page rests on. The dates of the scope bar do not count here: a target has its own."""
    return " · ".join(
        [
            f"**Whole weeks up to {asked_dates.one(target_judged.newest(mine, scope))}**",
            scope.zone,
            "every target has its own dates, filters and clock",
            *(["sample data"] if mine.is_sample else []),
        ]
    )


def view() -> str:
    """Which of the two views is asked for, and the way to the other."""
    st.session_state["target_view"] = links.one_of("view", VIEWS)
    st.segmented_control(
        "View", list(VIEWS), format_func=VIEWS.__getitem__, key="target_view", label_visibility="collapsed", on_change=_viewed
    )
    return str(st.session_state["target_view"] or "")


def _viewed() -> None:
    links.put(view=st.session_state["target_view"] or "", target="")


def show(mine: Mine, told: Sequence[Judgement], scope: Scope) -> None:
    """The finding, and a card for each."""
    finding, caveat = summary(told)
    recorded.say(f"**{plain(finding)}** {plain(caveat)}")
    for number, one in enumerate(told):
        with st.container(border=True, key=f"target_{number}"):
            _card(mine, one, scope, number)
    recorded.quiet("Bar: the last weeks, with their 95 % interval · long mark: the goal · short mark: what the path asks for by now")


def _card(mine: Mine, told: Judgement, scope: Scope, number: int) -> None:
    words, picture = st.columns([2, 3], gap="medium")
    with words:
        links.to(
            "targets.py",
            or_text=True,
            label=plain(told.target.title()),
            query_params=links.query(target=told.target.key),
            icon=":material/chevron_right:",
            icon_position="right",
        )
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(told.status, color=target_lines.COLOURS.get(told.status, "gray"))  # type: ignore[arg-type]  # one of the names it takes
            if told.worsened:
                st.badge("something gave way", icon=":material/balance:", color="orange")
        recorded.quiet(plain(short(told)))
    with picture:
        if not math.isnan(told.current.value):
            draw_bullet(mine, told, scope, key=f"bullet_{number}")


def short(told: Judgement) -> str:
    """Two lines under a name: what it is about, the value, the goal and its date; or why nothing can be told."""
    target = told.target
    about = f"{target.label()}. " if target.name else ""
    if math.isnan(told.current.value):
        return f"{about}{told.reason[:1].upper()}{told.reason[1:]}."
    chance = f" Hitting it: {told.outlook.word}, {told.outlook.said}." if told.outlook.word and not told.is_over else ""
    limits = interval(told, told.current.low, told.current.high)
    owner = f" {target.owner}." if target.owner else ""
    now = f"Now {amount(told, told.current.value)}{f' ({limits})' if limits else ''}, goal {amount(told, told.goal)} by {asked_dates.one(target.due)}."
    return f"{about}{now}{chance}{owner}"


def draw_bullet(mine: Mine, told: Judgement, scope: Scope, key: str) -> None:
    """Value, interval, what the path asks, and the goal on one axis, over the range of published figures where there is one."""
    target, unit = told.target, told.target.declared.unit
    row = {"value": told.current.value, "low": told.current.low, "high": told.current.high, "goal": told.goal, "asked": told.asked}
    said = told.finding
    most = WIDEST * max(row["value"], row["goal"], row["asked"])
    row["high"] = (
        min(row["high"], most) if most > 0 else row["high"]
    )  # an interval without end must not crush the rest; its numbers are beside it
    own = target.scope(scope.zone, scope.calendar or mine.calendar).but(by="all")
    others = band(mine, target.metric, own)
    known = [value for value in row.values() if not math.isnan(value)] + ([float(others["high"].iloc[0])] if len(others) else [])
    ticks = tuple(units.duration_ticks(0.0, max(known), at_most=5)) if unit == "s" else ()
    has_interval = not math.isnan(told.current.low + told.current.high)
    parts = (*(["interval"] if has_interval else []), *(["band"] if len(others) else []), *([] if told.is_over else ["asked"]))
    table = pd.DataFrame(
        {
            "Target": [target.title()],
            "Status": [told.status],
            "Now": [amount(told, told.current.value)],
            "95 % interval": [interval(told, told.current.low, told.current.high) or "none"],
            "Path asks for": [amount(told, told.asked)],
            "Goal": [amount(told, told.goal)],
            "By": [target.due.isoformat()],
        }
    )
    drawn.draw(
        bullet(unit, told.currency or None, ticks, parts),
        {"d": pd.DataFrame([row | {"said": said}]), "b": others},
        key=key,
        alt=said,
        table=table,
        file_name="target",
    )


def problems(kept: Targets) -> None:
    """Targets of the file that cannot be used, each with the key that is wrong."""
    if kept.problems:
        text = "\n".join(f"- {plain(problem.text)}" for problem in kept.problems)
        many = len(kept.problems)
        st.warning(text, title=f"{many} target{'' if many == 1 else 's'} in the file cannot be used", icon=":material/rule:")


def nothing_yet(mine: Mine, scope: Scope) -> None:
    """What a target is, and one made from the visitor's own data to try."""
    recorded.say(
        "**No target yet.** A target says which number is to go where, by when; this page then says what can and cannot be known about it."
    )
    example = target_example.of(mine, scope)
    if example is None:
        recorded.quiet("These data have too few weeks of any number to make an example of. At least 12 whole weeks are needed.")
        return
    told = example
    with st.container(border=True, key="target_example"):
        recorded.quiet("An example, made from these data")
        recorded.say(f"**{plain(told.target.title())}**")
        recorded.quiet(plain(aim(told)))
        draw_bullet(mine, told, scope, key="bullet_example")
        st.button("Keep it and change it", icon=":material/add:", key="keep_example", on_click=target_form.keep, args=(mine, told.target))
