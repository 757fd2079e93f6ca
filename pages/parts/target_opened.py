"""One target, opened: its course and what may come, both paces, what can be seen, what gave way, and who looks after it."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.charts.targets import course
from kpi.report import Tile, text
from kpi.targets import STATUSES, Judgement
from kpi.targets.words import aim, amount, chance, gap, interval, is_hopeless, pace, seen, size, speed, speeds, state
from pages.parts import asked_dates, drawn, links, recorded, target_lines
from pages.parts.mine import Mine
from pages.parts.words import plain

DAY = dt.timedelta(days=1)
BACK = 26
"""So many weeks before the start are drawn."""


def show(mine: Mine, told: Judgement, scope: Scope) -> None:
    """Everything about it, the finding first."""
    target = told.target
    links.to("targets.py", label="All targets", icon=":material/arrow_back:", query_params=links.query())
    recorded.heading(plain(target.title()))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(told.status, color=target_lines.COLOURS.get(told.status, "gray"))  # type: ignore[arg-type]  # one of the names it takes
        recorded.quiet(f"{told.status.capitalize()}: {STATUSES[told.status]}", width="content")
    recorded.say(f"**{plain(state(told))}** {plain(aim(told))}")
    if not math.isnan(told.current.value):
        _course(told)
        _facts(told)
        for sentence in (gap(told), "" if told.pace else pace(told), chance(told), seen(told), *told.notes):
            if sentence:
                recorded.say(plain(sentence))
        _balance(told)
    if target.owner or target.note:
        recorded.quiet(" · ".join(plain(part) for part in (f"Owner: {target.owner}" if target.owner else "", target.note) if part))
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=_number(told))


def _number(told: Judgement) -> dict[str, str | list[str]]:
    """The number page over the same rows, counted the same way."""
    own = told.target.scope().to_query()
    kept: dict[str, str | list[str]] = {name: own[name] for name in ("where", "statistic", "param", "clock") if name in own}
    shared = {
        name: value
        for name, value in links.query(metric=told.target.metric).items()
        if name not in ("where", "statistic", "param", "clock")
    }
    return {**shared, **kept}


def _course(told: Judgement) -> None:
    target, unit = told.target, told.target.declared.unit
    first = (target.base_weeks()[0] if target.begin is None else target.start) - BACK * 7 * DAY
    weeks = told.series[told.series["period"] >= first.isoformat()].copy()
    weeks["said"] = [f"Week of {period}: {amount(told, value)}" for period, value in zip(weeks["period"], weeks["value"], strict=True)]
    line = told.line.assign(
        said=[f"Path, week of {p}: {amount(told, v)}" for p, v in zip(told.line["period"], told.line["value"], strict=True)]
    )
    goal = pd.DataFrame(
        {
            "period": [target.due.isoformat()],
            "value": [told.goal],
            "said": [f"Goal by {asked_dates.one(target.due)}: {amount(told, told.goal)}"],
        }
    )
    fan = told.fan.assign(
        said=[
            f"Week of {p}: 80 of 100 futures lie in {interval(told, low, high)}"
            for p, low, high in zip(told.fan["period"], told.fan["low"], told.fan["high"], strict=True)
        ]
    )
    levels = _levels(told)
    parts = (*(["fan"] if len(fan) else []), *(["levels"] if len(levels) else []))
    every = [*weeks["value"].dropna(), *line["value"], *fan["low"], *fan["high"], told.goal]
    ticks = tuple(units.duration_ticks(min(every), max(every))) if unit == "s" else ()
    drawn.draw(
        course(unit, told.currency or None, ticks, parts),
        {"d": weeks.dropna(subset=["value"]), "p": line, "g": goal, "f": fan, "l": levels},
        key="target_course",
        alt=f"{target.title()} by week, its path and what may come. {told.finding}",
        table=_table(told, weeks, line, fan),
        file_name="target-course",
    )
    what = "Dots: weeks" + (" · shaded: baseline and the last weeks with their 95 % intervals" if len(levels) else "")
    recorded.quiet(f"{what} · dashed: the path to the goal" + (" · grey: what may come, 80 of 100 futures" if len(fan) else ""))


def _levels(told: Judgement) -> pd.DataFrame:
    rows = []
    for name, level in (("Baseline", told.baseline), ("Last weeks", told.current)):
        known = not math.isnan(level.low + level.high) and level.first and level.last
        if known and not (name == "Baseline" and told.target.begin is not None):
            limits = interval(told, level.low, level.high)
            said = f"{name}: {amount(told, level.value)} ({limits}), {asked_dates.said(level.first, level.last)}"
            rows.append((level.first.isoformat(), level.last.isoformat(), level.value, level.low, level.high, said))  # type: ignore[union-attr]  # known
    return pd.DataFrame(rows, columns=["start", "end", "value", "low", "high", "said"])


def _table(told: Judgement, weeks: pd.DataFrame, line: pd.DataFrame, fan: pd.DataFrame) -> pd.DataFrame:
    """Every week that is drawn: what happened, what the path asks for, what may come."""
    whole = (
        weeks[["period", "value"]]
        .merge(line[["period", "value"]].rename(columns={"value": "path"}), on="period", how="outer")
        .merge(fan[["period", "low", "high"]], on="period", how="outer")
        .sort_values("period")
    )
    columns = {"value": told.target.declared.label, "path": "Path", "low": "May be, low", "high": "May be, high"}
    said = {header: ["" if pd.isna(v) else amount(told, v) for v in whole[column]] for column, header in columns.items()}
    return pd.DataFrame({"Week of": whole["period"].tolist(), **said})


def _facts(told: Judgement) -> None:
    """Paces, chance and what can be seen, side by side."""
    facts = []
    if told.needed:
        facts.append(("Pace needed, a month", speed(told, told.needed), "from the last weeks to the goal"))
    if told.pace:
        facts.append(("Pace so far, a month", speed(told, told.pace), f"{speeds(told, told.pace)}, {told.pace.weeks} weeks"))
    if told.outlook.word and not told.is_over:
        beyond = "beyond what your history supports" if told.outlook.is_beyond else f"{told.outlook.horizon} weeks ahead"
        facts.append(("Hitting it", told.outlook.word.capitalize(), f"{told.outlook.said}, {beyond}"))
    if told.smallest:
        rows = (
            f"with {units.say(told.smallest.n, 'count')} {told.smallest.rows}"
            if told.smallest.by == "rows"
            else "as weeks differ by themselves"
        )
        facts.append(("Smallest change to be seen", "none" if is_hopeless(told) else size(told, told.smallest.amount), rows))
    if not facts:
        return
    with st.grid(len(facts), min_column_width=190, key="target_facts"):
        for name, value, below in facts:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.caption(name)
                st.markdown(f"#### {plain(value)}")
                st.caption(plain(below))
    recorded.tiles([Tile(text.words(name), value, note=below) for name, value, below in facts])


def _balance(told: Judgement) -> None:
    """What must not get worse meanwhile, each with its change since the start."""
    if not told.balance:
        return
    recorded.say("**What must not get worse meanwhile**")
    words = {True: "got worse beyond noise", False: "did not clearly get worse", None: "cannot be told"}
    rows = [
        {
            "Number": counter.metric.label,
            "Since the start": words[counter.is_worse],
            "Change": counter.said if counter.is_worse is not None else counter.reason,
        }
        for counter in told.balance
    ]
    frame = pd.DataFrame(rows)
    st.table(frame.set_index("Number").map(plain), border="horizontal")
    recorded.listed(frame, "What must not get worse meanwhile")
    recorded.quiet(
        "A step at the start in a series with memory. The error is shared among all that is watched, so that nothing is flagged by looking often."
    )
