"""The backlog ahead: tickets in by weekday, tickets out by what people can do, a thousand times over."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.catalogue import find
from kpi.charts import what_if as charts
from kpi.errors import KpiError
from kpi.report import dates
from kpi.what_if import Ahead, Ground, Played, capacity_needed
from pages.parts import drawn, links, own_number, recorded, what_if_asked, what_if_inputs
from pages.parts.mine import Mine
from pages.parts.words import plain

MOVED = ("tickets_per_week", "paid_hours", "handle_time", "occupancy", "shrinkage")
DAYS = {28: "4 weeks", 56: "8 weeks", 91: "13 weeks", 182: "26 weeks"}


def draw(mine: Mine, scope: Scope, ground: Ground, moves: dict[str, float]) -> None:
    """The inputs that matter here, and what follows."""
    if ground.flow.reason:
        recorded.say(f"**These data cannot tell:** {plain(ground.flow.reason)}.")
        return
    left, right = st.columns([5, 8], gap="large")
    with left:
        st.session_state["backlog_days"] = days = own_number.chosen("days", list(DAYS), 56)
        st.segmented_control(
            "How far",
            list(DAYS),
            format_func=lambda n: DAYS[n],
            key="backlog_days",
            required=True,
            on_change=lambda: links.put(days=str(st.session_state["backlog_days"] or "")),
        )
        limit = own_number.typed("A backlog of at most", "limit", None, 0, 10_000_000, 1, placeholder="any")
        for name in MOVED:
            if name in ground.today:
                what_if_inputs.plain_slider(ground, moves, name)
    with right:
        try:
            played = what_if_asked.played(mine, scope, ground, moves)
        except KpiError as error:
            recorded.say(f"**{plain(error.what)}** {plain(error.hint)}")
            return
        told = played.backlog(int(days), math.nan if limit is None else float(limit))
        if told is None:
            return
        before, after = told
        is_moved = any(name in played.moves for name in (*MOVED, "first_contact_resolution"))
        recorded.say(f"**{plain(finding(played, before, after, int(days), is_moved))}** {plain(caveat(played, after))}")
        _fan(ground, before, after, is_moved, limit)
        if limit is not None:
            _needed(ground, played, int(days), float(limit))


def finding(played: Played, before: Ahead, after: Ahead, days: int, is_moved: bool) -> str:
    """What the backlog will be, in one sentence."""
    weeks = DAYS.get(days, f"{days} days")
    flow = played.ground.flow
    now = units.say(flow.start, "count")

    def at(one: Ahead) -> str:
        low, middle, high = (units.say(round(v), "count") for v in one.end)
        return f"{middle} ({low}–{high})"

    if not is_moved:
        chance = "" if math.isnan(after.chance) else f"; at most {units.say(after.limit, 'count')} in {_tens(after.chance)} of the futures"
        return f"At today's pace the {now} tickets that wait become {at(before)} in {weeks}{chance}."
    clear = (
        "" if math.isnan(after.cleared) or flow.start < 1 else f"; down to a tenth after {after.cleared:.0f} days in half of the futures"
    )
    chance = "" if math.isnan(after.chance) else f"; at most {units.say(after.limit, 'count')} in {_tens(after.chance)} of the futures"
    return f"In {weeks} {at(after)} tickets would wait, against {at(before)} at today's pace{clear}{chance}."


def caveat(played: Played, after: Ahead) -> str:
    """What the simulation takes for granted."""
    flow = played.ground.flow
    counted = find(flow.of).label
    said = [
        f"Counted: {counted[0].lower()}{counted[1:]}.",
        f"A thousand futures from the last {flow.weeks} weeks: {units.say(7 * sum(flow.arrivals) / 7, 'count')} tickets in and "
        f"{units.say(7 * sum(flow.solved) / 7, 'count')} out a week, days {units.say(flow.spread_in, 'ratio')} times as uneven as luck.",
    ]
    if after.grows:
        said.append(f"More comes in than goes out, {units.say(after.gap, 'count')} a day: it grows.")
    if not math.isnan(after.wait_days) and after.wait_days >= 0.05:
        said.append(f"A new ticket would then wait about {units.say(after.wait_days * 86_400, 's')} for its turn.")
    said.append("People who have less waiting may solve less: that is not in it.")
    return " ".join(said)


def _tens(chance: float) -> str:
    return f"{round(100 * chance):.0f} %"


def _fan(ground: Ground, before: Ahead, after: Ahead, is_moved: bool, limit: float | None) -> None:
    since = ground.flow.since
    rows = [
        {
            "period": (since + dt.timedelta(days=day)).isoformat(), "which": which, "low": one.fan[0][day], "middle": one.fan[1][day],
            "high": one.fan[2][day],
            "said": f"{dates.one(since + dt.timedelta(days=day))}, {which}: {units.say(one.fan[1][day], 'count')} "
            f"({units.say_interval(one.fan[0][day], one.fan[2][day], 'count')})",
        }
        for which, one in (("as it is", before), ("with the change", after))
        if which == "as it is" or is_moved
        for day in range(one.fan.shape[1])
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    last = frame["period"].max()
    ends = frame[frame["period"] == last][["period", "middle", "which"]] if is_moved else frame.head(0)[["period", "middle", "which"]]
    t = pd.DataFrame({"value": [float(limit)], "label": [f"at most {units.say(float(limit), 'count')}"]}) if limit is not None else None
    drawn.draw(
        charts.backlog(has_limit=t is not None),
        {"f": frame, "n": ends, **({"t": t} if t is not None else {})},
        key="backlog_fan",
        alt="Tickets waiting day by day, with and without the change: the middle and 8 of 10 futures.",
        table=pd.DataFrame(
            {
                "Day": frame["period"], "Which": frame["which"], "Middle": [units.say(v, "count") for v in frame["middle"]],
                "80 % from": [units.say(v, "count") for v in frame["low"]], "to": [units.say(v, "count") for v in frame["high"]],
            }
        ),
        file_name="backlog-ahead",
    )  # fmt: skip
    recorded.quiet("Tickets waiting for us · bands: 8 of 10 futures")


def _needed(ground: Ground, played: Played, days: int, limit: float) -> None:
    """How much capacity it takes to be sure of the limit."""
    flow = ground.flow.moved(played.work.tickets_per_week / played.before.tickets_per_week if played.before.tickets_per_week else 1.0)
    times = _needed_once(repr(flow), days, limit, _flow=flow)
    if math.isnan(times):
        recorded.say("More than twenty times today's capacity would be needed to be sure of that.")
        return
    out = sum(flow.solved)
    hours = played.before.paid_hours
    paid = f", {units.say(hours * times, 'count')} paid hours at today's pace of work" if not math.isnan(hours) else ""
    word, end = ("With no more than", "it holds") if times <= 1 else ("It takes", "to hold")
    recorded.say(
        plain(
            f"{word} {units.say(out * times, 'count')} tickets solved a week ({units.say(100 * times, '%')} of today{paid}) {end} in 9 of 10 futures."
        )
    )


@st.cache_data(max_entries=100, show_spinner=False)
def _needed_once(key: str, days: int, limit: float, _flow: object) -> float:
    return capacity_needed(_flow, days, limit)  # type: ignore[arg-type]  # a Flow, hidden from the cache's key
