"""A made-up company of eight tickets, small enough to work every metric by hand. It serves the definitions, and is nobody's data.

    1001  an e-mail: a bot answers first, then a note, then a human; solved the next day
    1002  an e-mail of a Friday afternoon: solved, reopened on Monday, a day on hold, solved again
    1003  a call that was answered            1004  a caller who hung up
    1005  a chat, one reply                   1006  the same customer's duplicate, merged into 1005: it never counts
    1007  an e-mail nobody has answered       1008  an e-mail that waits for the customer

Times are UTC; it is Friday 20 March 2026, 12:00. Working hours are Monday to Friday, 09:00 to 17:00.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from kpi import units
from kpi.catalogue import find
from kpi.engine import Dataset, from_frames
from kpi.forms import Duration, Nps, Share, Spread
from kpi.hours import Calendar, parse_calendar
from kpi.measure import measure
from kpi.measure.compile import form_of
from kpi.measure.rows import REASON, WHY, judged
from kpi.measure.words import behind, name_of
from kpi.scope import Scope

CURRENCY = "EUR"
_WORLD = {
    "tickets": """
ticket_id,created_at,status,channel,team,agent,requester,due_at,handle_seconds,queue_seconds,is_abandoned,is_escalated,is_reply_sla_met
1001,2026-03-02 09:00:00,closed,email,Care,Ada,Rosa,2026-03-03 17:00:00,1200,,,false,false
1002,2026-03-06 15:00:00,solved,email,Care,Ada,Omar,2026-03-09 15:00:00,,,,true,true
1003,2026-03-04 10:00:00,solved,phone,Care,Ada,Lin,,600,15,false,false,
1004,2026-03-04 11:00:00,closed,phone,Care,,Sam,,,45,true,false,
1005,2026-03-05 14:00:00,solved,chat,Care,Ben,Rosa,2026-03-06 14:00:00,900,,,false,true
1006,2026-03-05 14:30:00,merged,chat,Care,,Rosa,,,,,,
1007,2026-03-12 09:00:00,new,email,Care,,Noor,2026-03-13 09:00:00,,,,,
1008,2026-03-17 10:00:00,pending,email,Care,Ben,Omar,2026-03-24 10:00:00,,,,,
""",
    "messages": """
ticket_id,sent_at,author,author_role,is_public
1001,2026-03-02 09:00:00,Rosa,requester,true
1001,2026-03-02 09:01:00,Helper,bot,true
1001,2026-03-02 09:40:00,Ada,agent,false
1001,2026-03-02 10:42:00,Ada,agent,true
1001,2026-03-03 09:12:00,Rosa,requester,true
1001,2026-03-03 10:00:00,Ada,agent,true
1002,2026-03-06 15:00:00,Omar,requester,true
1002,2026-03-06 15:30:00,Ben,agent,true
1002,2026-03-09 09:00:00,Omar,requester,true
1002,2026-03-10 11:00:00,Ada,agent,true
1005,2026-03-05 14:00:00,Rosa,requester,true
1005,2026-03-05 14:05:00,Ben,agent,true
1006,2026-03-05 14:30:00,Rosa,requester,true
1007,2026-03-12 09:00:00,Noor,requester,true
1008,2026-03-17 10:00:00,Omar,requester,true
1008,2026-03-17 10:30:00,Ben,agent,true
""",
    "changes": """
ticket_id,changed_at,field,old,new
1001,2026-03-02 09:00:00,status,,new
1001,2026-03-02 09:20:00,agent,,Ada
1001,2026-03-02 09:20:00,status,new,open
1001,2026-03-02 10:42:00,status,open,pending
1001,2026-03-03 09:12:00,status,pending,open
1001,2026-03-03 10:00:00,status,open,solved
1001,2026-03-06 10:00:00,status,solved,closed
1002,2026-03-06 15:00:00,status,,new
1002,2026-03-06 15:10:00,agent,,Ben
1002,2026-03-06 15:10:00,status,new,open
1002,2026-03-06 16:00:00,status,open,solved
1002,2026-03-09 09:00:00,status,solved,open
1002,2026-03-09 09:15:00,agent,Ben,Ada
1002,2026-03-09 09:30:00,status,open,hold
1002,2026-03-10 09:30:00,status,hold,open
1002,2026-03-10 11:00:00,status,open,solved
1003,2026-03-04 10:00:00,status,,new
1003,2026-03-04 10:00:15,agent,,Ada
1003,2026-03-04 10:10:15,status,new,solved
1004,2026-03-04 11:00:00,status,,new
1004,2026-03-04 11:00:45,status,new,closed
1005,2026-03-05 14:00:00,status,,new
1005,2026-03-05 14:02:00,agent,,Ben
1005,2026-03-05 14:20:00,status,new,solved
1006,2026-03-05 14:30:00,status,,new
1006,2026-03-05 14:40:00,status,new,merged
1007,2026-03-12 09:00:00,status,,new
1008,2026-03-17 10:00:00,status,,new
1008,2026-03-17 10:10:00,agent,,Ben
1008,2026-03-17 10:30:00,status,new,pending
""",
    "surveys": """
ticket_id,requester,kind,score,scale_low,scale_high,offered_at,answered_at
1001,Rosa,csat,5,1,5,2026-03-03 11:00:00,2026-03-03 12:00:00
1002,Omar,csat,2,1,5,2026-03-10 12:00:00,2026-03-10 13:00:00
1003,Lin,csat,,1,5,2026-03-04 10:20:00,
1005,Rosa,csat,4,1,5,2026-03-05 14:25:00,2026-03-05 15:00:00
1001,Rosa,ces,6,1,7,2026-03-03 11:00:00,2026-03-03 12:00:00
1005,Rosa,ces,7,1,7,2026-03-05 14:25:00,2026-03-05 15:00:00
,Rosa,nps,10,0,10,2026-03-19 09:00:00,2026-03-19 10:00:00
,Lin,nps,9,0,10,2026-03-19 09:00:00,2026-03-19 11:00:00
,Omar,nps,6,0,10,2026-03-19 09:00:00,2026-03-19 12:00:00
,Noor,nps,8,0,10,2026-03-19 09:00:00,2026-03-20 12:00:00
""",
    "reviews": """
review_id,ticket_id,agent,kind,category,score,scale_low,scale_high,weight,is_critical,reviewed_at
R1,1001,Ada,manager,tone,4,1,5,1,false,2026-03-11 10:00:00
R1,1001,Ada,manager,solution,5,1,5,3,true,2026-03-11 10:00:00
R2,1002,Ada,manager,tone,5,1,5,1,false,2026-03-11 11:00:00
R2,1002,Ada,manager,solution,2,1,5,3,true,2026-03-11 11:00:00
""",
    "agent_time": """
agent,team,started_at,paid_seconds,available_seconds,handling_seconds,other_seconds
Ada,Care,2026-03-02 09:00:00,28800,7200,18000,3600
""",
    "costs": """
period_start,period_end,category,amount,currency
2026-03-02,2026-03-21,salaries,1140,EUR
2026-03-02,2026-03-21,software,260,EUR
""",
    "customers": """
requester,became_customer_at,left_at
Rosa,2025-01-10,
Omar,2025-06-01,
Lin,2025-09-15,
Sam,2025-11-20,2026-03-10
Noor,2026-03-12,
""",
}

_CALENDAR = """
[[schedule]]
name = "Care"
zone = "UTC"
default = true
[schedule.hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]
"""

TICKET = {
    **dict.fromkeys("first_reply_time reply_time agent_wait_time unassigned_time work_resolution_time resolved_within".split(), "1001"),
    **dict.fromkeys("first_reply_within csat csat_mean ces quality_score next_issue_avoidance".split(), "1001"),
    **dict.fromkeys("requester_wait_time agent_work_time hold_time first_resolution_time full_resolution_time reopen_rate".split(), "1002"),
    **dict.fromkeys("sla_attainment escalation_rate reassignment_rate replies_per_resolution dsat".split(), "1002"),
    **dict.fromkeys("queue_time service_level speed_of_answer handle_time zero_touch".split(), "1003"),
    **dict.fromkeys("abandonment_rate tickets_closed".split(), "1004"),
    **dict.fromkeys("first_contact_resolution one_touch reply_sla_attainment tickets_solved".split(), "1005"),
    **dict.fromkeys("backlog_age answer_rate".split(), "1007"),
}
"""Metric -> the ticket that shows it best. The other metrics are no question about one ticket."""


@lru_cache(maxsize=1)
def world() -> Dataset:
    """The made-up company as a dataset."""
    return from_frames({name: pd.read_csv(io.StringIO(text.strip()), dtype="str") for name, text in _WORLD.items()})


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """Its working hours."""
    return parse_calendar(_CALENDAR)


def scope(clock: str = "calendar") -> Scope:
    """All of it, by one clock or the other."""
    return Scope(clock=clock, calendar=calendar())


@dataclass(frozen=True)
class Worked:
    """One metric of the made-up company: the rows it looks at, with what each adds, and what comes of them."""

    table: pd.DataFrame
    text: str


@lru_cache(maxsize=256)
def worked(metric: str, clock: str = "calendar") -> Worked:
    """How a metric's number comes about. The table has a row for everything the metric looks at: what it is, what it adds, or why it does not."""
    asked = scope(clock)
    found = judged(metric, asked, world())
    rows = world().query(f"SELECT * FROM ({found.text}) WHERE {WHY} IS DISTINCT FROM 'another kind of survey' ORDER BY ALL", found.schema)
    if found.table == "cost_days":  # nineteen days of each kind of cost say nothing more than their sum
        rows = rows.groupby("category", as_index=False).agg({"amount": "sum", "value": "sum", REASON: "first", WHY: "first"})
    table = pd.DataFrame({header: _said(column, rows[column]) for header, column in _SHOWN[found.table].items()})
    table["Adds"] = [_adds(metric, clock, row) for row in _records(rows)]
    return Worked(table.sort_values([table.columns[0]], kind="stable").reset_index(drop=True), _sum(metric, asked))


def _said(column: str, values: pd.Series) -> pd.Series:
    """Times and money as one says them; everything else as it is."""
    if column.endswith("_seconds"):
        return values.map(lambda seconds: units.say(seconds, "s"))
    return values.map(lambda amount: units.say(amount, "currency", CURRENCY)) if column == "amount" else values


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]  # the keys are column names
    return found


def _sum(metric: str, asked: Scope) -> str:
    """ "CSAT: 66.7 % (2 of 3)." """
    result = measure(metric, asked, world(), intervals=False)
    row, declared = result.frame.iloc[0], find(metric)
    value = units.say(row["value"], declared.unit, CURRENCY, days=not (asked.clock == "business" and "clock" in declared.params))
    stands_on = behind(declared, row, asked.ask, CURRENCY)
    return f"{name_of(declared, row, asked)}: {value}{f' ({stands_on})' if stands_on else ''}."


_SHOWN = {
    "tickets": {"Ticket": "ticket_id", "Channel": "channel", "Status": "status"},
    "replies": {"Ticket": "ticket_id", "Wait": "ordinal", "Agent": "replier"},
    "open_spans": {"Ticket": "ticket_id", "Status": "span_status", "Created": "created_at"},
    "solved_spans": {"Ticket": "ticket_id", "Solved": "solved_at"},
    "surveys": {"Ticket": "ticket_id", "Customer": "requester", "Survey": "kind", "Answer": "score"},
    "quality_reviews": {"Review": "review_id", "Ticket": "ticket_id"},
    "agent_time": {"Agent": "agent", "Handling": "handling_seconds", "Available": "available_seconds", "Paid": "paid_seconds"},
    "cost_days": {"Cost": "category", "Amount": "amount"},
    "customers": {"Customer": "requester", "Came": "became_customer_at", "Left": "left_at"},
}
"""Measured table -> what a reader needs of its rows, by header."""


def _adds(metric: str, clock: str, row: dict[str, Any]) -> str:
    """What one row adds to the number, in words."""
    if not pd.isna(row[REASON]):
        return f"does not count: {row[WHY]}"
    declared, form = find(metric), form_of(metric, scope(clock).ask)
    value = float(row["value"])
    if isinstance(form, Share):
        return "yes" if value else "no"
    if isinstance(form, Nps):
        return "promoter" if value >= 9 else "detractor" if value <= 6 else "passive: neither"
    if isinstance(form, Duration | Spread):
        return units.say(value, "s", days=clock != "business")
    unit = declared.unit if declared.unit in ("score", "%", "currency") else "count"
    if "amount" in row:
        return units.say(value, "currency", CURRENCY)
    return units.say(value, "s" if metric in ("occupancy", "utilisation") else unit)
