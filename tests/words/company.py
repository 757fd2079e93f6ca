"""A made-up desk whose results show every shape a sentence can take. The numbers do not matter here; the words do."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import pandas as pd

import kpi
from kpi.engine import from_frames
from kpi.scope import Scope

START = dt.datetime(2026, 1, 5, 9)
OFFICE = "".join(
    [
        "[[schedule]]\nname = 'office'\nzone = 'UTC'\n[schedule.hours]\n",
        *(f"{day} = ['09:00-17:00']\n" for day in ("mon", "tue", "wed", "thu", "fri")),
    ]
)


@lru_cache(maxsize=1)
def company() -> kpi.Dataset:
    tickets, surveys, messages = [], [], []
    for i in range(80):
        created = START + dt.timedelta(hours=26 * i)
        replied = created + dt.timedelta(minutes=7 + 11 * (i % 9)) if i % 10 else None
        solved = created + dt.timedelta(hours=3 + i % 40) if i % 7 and i < 76 else None
        tickets.append(
            {
                "ticket_id": f"T{i}", "created_at": created, "first_reply_at": replied, "solved_at": solved,
                "status": "spam" if i == 50 else "solved" if solved else "open", "channel": ("email", "chat", "phone", None)[i % 4],
                "agent": f"Agent {i % 6}", "requester": f"R{i % 30}", "tags": [["vip"], ["vip", "bug"], []][i % 3], "reopens": int(i % 11 == 5),
                "agent_replies": i % 4, "is_abandoned": (i % 8 == 2) if i % 4 == 2 else None, "queue_seconds": 9.0 * (i % 5) if i % 4 == 2 else None,
                "handle_seconds": 300.0 + 13 * i, "due_at": created + dt.timedelta(hours=24) if i % 2 else None, "is_escalated": i % 13 == 4,
            }
        )  # fmt: skip
        if (i % 2 or not i % 5) and solved:
            surveys.append({"ticket_id": f"T{i}", "kind": "csat", "score": 5.0 - i % 5 / 2 // 1, "answered_at": solved})
        if i % 5 == 1:
            surveys.append({"ticket_id": f"T{i}", "kind": "nps", "score": float(10 - i % 8), "answered_at": created})
    return from_frames(
        {
            "tickets": pd.DataFrame(tickets),
            "surveys": pd.DataFrame(surveys),
            "messages": pd.DataFrame(messages),
            "costs": pd.DataFrame(
                [
                    {
                        "period_start": dt.datetime(2026, m, 1),
                        "period_end": dt.datetime(2026, m + 1, 1),
                        "amount": 4000.0 + m,
                        "currency": "EUR",
                    }
                    for m in (1, 2, 3)
                ]
            ),
            "agent_time": pd.DataFrame(
                [
                    {
                        "agent": "Agent 1",
                        "started_at": START + dt.timedelta(days=d),
                        "paid_seconds": 28_800.0,
                        "available_seconds": 6_000.0,
                        "handling_seconds": 17_000.0,
                    }
                    for d in range(60)
                ]
            ),
        }
    )


SHAPES: dict[str, tuple[str | list[str], Scope]] = {
    "everything": ([], Scope()),
    "a share with few rows": ("csat", Scope(split="channel")),
    "a share with too few rows": ("csat", Scope(where={"agent": "Agent 1"}, by="month")),
    "no rows at all": (["tickets_created", "csat", "first_reply_time", "nps"], Scope(where={"channel": "fax"})),
    "a median with too few rows": ("first_reply_time", Scope(where={"agent": "Agent 1"}, start="2026-01-05", end="2026-01-25")),
    "other statistics": ("first_reply_time", Scope(statistic="p90")),
    "the mean of a long tail": ("full_resolution_time", Scope(statistic="mean")),
    "by creation, open tickets counted": ("full_resolution_time", Scope(params={"cohort": "created"})),
    "by creation, median not reached": ("full_resolution_time", Scope(params={"cohort": "created"}, start="2026-03-28")),
    "a net promoter score of a few": ("nps", Scope(split="channel")),
    "days": ("tickets_created", Scope(by="day", start="2026-01-05", end="2026-01-07")),
    "weeks": ("tickets_created", Scope(by="week", start="2026-01-05", end="2026-01-18")),
    "months": (["tickets_created", "backlog"], Scope(by="month")),
    "quarters": ("tickets_created", Scope(by="quarter")),
    "years": ("tickets_created", Scope(by="year")),
    "months beside the month before": (["tickets_created", "csat", "first_reply_time", "net_flow"], Scope(by="month", compare="previous")),
    "two weeks beside the two before": (
        ["tickets_created", "csat", "first_reply_time", "cost_per_ticket", "occupancy"],
        Scope(start="2026-02-16", end="2026-03-01", compare="previous"),
    ),
    "working hours": (["first_reply_time", "full_resolution_time", "resolved_within"], Scope(clock="business", calendar=kpi.hours.parse_calendar(OFFICE))),
    "working hours without a calendar": ("first_reply_time", Scope(clock="business")),
    "lists": ("tickets_created", Scope(split="tags")),
    "by agents that do not": ("csat", Scope(params={"cluster": "agent"})),
    "by agents that hang together": ("one_touch", Scope(params={"cluster": "agent"})),
    "by too few agents": ("csat", Scope(params={"cluster": "agent"}, where={"agent": ["Agent 1", "Agent 3"]})),
    "finished clocks only": (["resolved_within", "sla_attainment"], Scope(params={"clocks": "finished"})),
    "another threshold": (["resolved_within", "service_level"], Scope(params={"resolved_within": "4h", "service_level": "30s"})),
    "a split its data do not carry": (["occupancy", "contact_rate"], Scope(split="channel")),
    **{
        f"first contact resolution {code}": ("first_contact_resolution", Scope(params={"first_contact_resolution": code}))
        for code in kpi.metric.FCR_VARIANTS
    },
}  # fmt: skip
