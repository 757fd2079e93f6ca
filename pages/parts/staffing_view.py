"""Who is needed when: agents per half-hour for calls and chats; tickets that wait their turn go by their backlog."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, staffing, units
from kpi.charts import staffing as charts
from kpi.errors import KpiError
from kpi.staffing import DAYS, Aim, Contacts, Plan, clock
from pages.parts import drawn, links, own_number, recorded
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.own_number import typed
from pages.parts.words import plain

SECONDS = "service_level"


def draw(mine: Mine, scope: Scope) -> None:
    """The question, the week, one day, and a roster held against it."""
    known = _queues(mine, scope)
    if not known:
        recorded.say(
            "**These data know no telephone or chat queue:** no contact has a wait before an agent took it, nor a mark that it was "
            "abandoned. Tickets that wait their turn are planned by their backlog: see “The backlog ahead”."
        )
        return
    channel, aim = _question(mine, scope, known)
    try:
        own = _contacts(mine, scope, channel)
        made = _plan(own, aim)
    except KpiError as error:
        recorded.say(f"**{plain(error.what)}** {plain(error.hint)}")
        return
    recorded.say(f"**{plain(made.finding)}** {plain(made.caveat)}")
    rows = made.frame()
    slots = tuple(clock(s) for s in range(int(rows["slot"].min()), int(rows["slot"].max()) + 1))
    rows["said"] = [_said(r) for r in rows.itertuples()]
    drawn.draw(
        charts.week(int(rows["agents"].max()), slots, DAYS),
        {"w": rows[["clock", "day", "agents", "said"]]},
        key="staffing_week",
        alt=f"Agents needed in each half-hour of the week. {made.finding}",
        table=_table(rows),
        file_name="agents-by-half-hour",
    )
    recorded.quiet(f"Agents to roster by half-hour, {scope.zone} · empty: no contact comes")
    _day(made, rows, slots)
    recorded.quiet(
        "Tickets (mail, web) are not queues of this kind: people work them off, so they are planned by their backlog, under “The backlog ahead”."
    )


def _question(mine: Mine, scope: Scope, known: dict[str, int]) -> tuple[str, Aim]:
    state = st.session_state
    with st.grid(4, min_column_width=150, gap="small", key="staffing_question"):
        state["staffing_channel"] = channel = own_number.chosen("queue", list(known), next(iter(known)))
        st.selectbox(
            "Queue",
            list(known),
            format_func=lambda c: f"{c} ({units.say(known[c], 'count')})",
            key="staffing_channel",
            on_change=lambda: links.put(queue=state["staffing_channel"]),
        )
        level = typed("Answered in time (%)", "level", 80.0, 1, 99, 1.0) or 80.0
        usual = float(dict(scope.ask.params).get(SECONDS, 20.0))
        within = typed("Within (seconds)", "within", usual, 1, 3600, 5.0) or usual
        measured_ = _shrinkage(mine, scope)
        shrinkage = typed("Shrinkage (%)", "shrinkage", measured_, 0, 90, 1.0, help="Share of paid time for breaks, training, absence.")
    with st.expander("More: another volume, handle time, several chats at a time", key="staffing_more"), st.grid(3, min_column_width=180):
        volume = typed("Contacts, % of today", "volume", 100.0, 10, 500, 5.0) or 100.0
        handle = typed("Handle time (seconds)", "handle", None, 1, 100_000, 5.0, placeholder="as measured")
        several = typed(
            "Contacts at a time by one agent", "at_once", 1, 1, 10, 1,
            help="Only where the handle time was measured while agents had so many at once: it is longer then.",
        )  # fmt: skip
    return str(channel), Aim(level / 100, within, (shrinkage or 0.0) / 100, int(several or 1), handle, volume / 100)


def _shrinkage(mine: Mine, scope: Scope) -> float:
    """Paid time that is not ready for contacts, as measured; 0 where it is not known."""
    if mine.dataset.lacking(scope.ask)["utilisation"]:
        return 0.0
    (row,) = measured(mine, ["utilisation"], scope.but(by="all", split=(), compare=None), intervals=False).records()
    return 0.0 if row["value"] is None else round(100.0 - float(row["value"]), 1)


def _key(scope: Scope) -> Any:
    bare = scope.but(by="all", split=(), compare=None)
    return tuple((name, tuple(values)) for name, values in sorted(bare.to_query().items()))


def _queues(mine: Mine, scope: Scope) -> dict[str, int]:
    found: dict[str, int] = _queues_once(mine.dataset.fingerprint, _key(scope), _scope=scope, _data=mine.dataset)
    return found


@st.cache_resource(max_entries=100, show_spinner=False)
def _queues_once(fingerprint: str, asked: Any, _scope: Scope, _data: kpi.Dataset) -> dict[str, int]:
    return staffing.queues(_scope, _data)


def _contacts(mine: Mine, scope: Scope, channel: str) -> Contacts:
    found: Contacts = _contacts_once(mine.dataset.fingerprint, _key(scope), channel, _scope=scope, _data=mine.dataset)
    return found


@st.cache_resource(max_entries=100, show_spinner="Counting contacts by half-hour")
def _contacts_once(fingerprint: str, asked: Any, channel: str, _scope: Scope, _data: kpi.Dataset) -> Contacts:
    return staffing.contacts(_scope, _data, channel)


def _plan(own: Contacts, aim: Aim) -> Plan:
    found: Plan = _plan_once(
        repr((hash(own.counts.tobytes()), own.channel, own.first, own.weeks, own.handle, own.patience)), repr(aim), _own=own, _aim=aim
    )
    return found


@st.cache_resource(max_entries=100, show_spinner="Asking Erlang for each half-hour")
def _plan_once(key: str, asked: str, _own: Contacts, _aim: Aim) -> Plan:
    return staffing.plan(_own, _aim)


def _said(row: Any) -> str:
    between = f" ({row.low}–{row.high})" if row.low != row.high else ""
    return (
        f"{row.day} {row.clock}: {row.agents} agent{'' if row.agents == 1 else 's'}{between} for {units.say(row.calls, 'count')} contacts, "
        f"work of {units.say(row.load, 'ratio')} agents"
    )


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Day": rows["day"], "From": rows["clock"], "Contacts": [units.say(v, "count") for v in rows["calls"]],
            "Work, in agents": [units.say(v, "ratio") for v in rows["load"]], "Agents": rows["agents"], "from": rows["low"], "to": rows["high"],
        }
    )  # fmt: skip


def _day(made: Plan, rows: pd.DataFrame, slots: tuple[str, ...]) -> None:
    """One day as a curve, and a number of agents on duty held against it."""
    days = [w for w in range(7) if (rows["weekday"] == w).any()]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="staffing_day_tools"):
        st.session_state["staffing_day"] = weekday = int(own_number.chosen("weekday", days, made.peak[0]))
        st.segmented_control(
            "Day",
            days,
            format_func=lambda w: DAYS[w][:3],
            key="staffing_day",
            required=True,
            on_change=lambda: links.put(weekday=str(st.session_state["staffing_day"])),
        )
        duty = typed("On duty all day", "duty", None, 1, 2000, 1, placeholder="try a number", width=200)
    mine = rows[rows["weekday"] == weekday]
    if duty is not None:
        recorded.say(plain(staffing.roster(made, weekday, int(duty)).text))
    r = pd.DataFrame({"agents": [int(duty)], "label": [f"{int(duty)} on duty"]}) if duty is not None else None
    drawn.draw(
        charts.day(slots, has_roster=r is not None),
        {"d": mine[["clock", "agents", "low", "high", "load", "said"]], **({"r": r} if r is not None else {})},
        key="staffing_curve",
        alt=f"Agents needed on a {DAYS[weekday]} by half-hour; {units.say(float(mine['agents'].sum()) / 2, 'count')} paid hours.",
        table=_table(mine),
        file_name=f"agents-{DAYS[weekday].lower()}",
    )
    hours = float(mine["agents"].sum()) / 2
    recorded.quiet(
        f"{DAYS[weekday]}: {units.say(hours, 'count')} paid hours · bars: agents to roster · lines: their 95 % range · dashed: the work itself, in agents"
    )
