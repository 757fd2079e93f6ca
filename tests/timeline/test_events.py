"""What happened to a ticket, worked by hand from the worked company's files; and working hours as intervals against their own sum."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kpi
from kpi import timeline
from kpi.hours import parse_calendar

BERLIN = kpi.Scope(zone="Europe/Berlin")


def told(data: kpi.Dataset, ticket: str, scope: kpi.Scope = BERLIN) -> list[tuple[str, str]]:
    frame = timeline.events(data, ticket, scope)
    return [(f"{local:%m-%d %H:%M}", kind) for local, kind in zip(frame["local"], frame["kind"], strict=True)]


def test_a_ticket_with_a_bot_a_note_two_agents_and_two_questions_in_a_row(worked) -> None:
    assert told(worked, "T02") == [
        ("01-03 11:00", "created"),
        ("01-03 11:00", "opening"),
        ("01-03 11:01", "bot"),
        ("01-03 11:30", "note"),
        ("01-03 11:30", "assignment"),
        ("01-04 10:00", "status"),
        ("01-04 10:00", "assignment"),
        ("01-04 11:00", "first_reply"),
        ("01-04 11:00", "status"),
        ("01-04 12:00", "ask"),
        ("01-04 12:00", "status"),
        ("01-04 12:30", "ask"),
        ("01-04 14:00", "reply"),
        ("01-04 15:00", "solved"),
        ("01-04 16:00", "survey"),
        ("01-04 16:00", "survey"),
        ("01-05 10:00", "answer"),
        ("01-05 10:00", "answer"),
        ("01-05 11:00", "due"),
        ("01-11 15:00", "closed"),
        ("01-12 11:00", "review"),
    ]
    frame = timeline.events(worked, "T02", BERLIN)
    public = dict(zip(frame["kind"], frame["is_public"], strict=True))
    assert public["note"] is False and public["first_reply"] is True and public["created"] is None
    assert set(frame.loc[frame["who"].notna(), "who"]) == {"Ann", "Ben"}, "agents are named, requesters are not"
    assert list(frame["at"]) == sorted(frame["at"]) and (frame["at"] + pd.Timedelta(hours=1) == frame["local"]).all(), "winter: UTC+1"


def test_reopening_is_said_and_statuses_touch(worked) -> None:
    kinds = [kind for _, kind in told(worked, "T03")]
    assert kinds.count("reopened") == 1 and kinds.count("solved") == 2 and kinds.count("closed") == 1
    spans = timeline.statuses(worked, "T03", BERLIN)
    assert list(spans["status"]) == ["new", "solved", "open", "solved", "closed"]
    assert (spans["ended_at"].iloc[:-1].to_numpy() == spans["started_at"].iloc[1:].to_numpy()).all() and pd.isna(spans["ended_at"].iloc[-1])


def test_an_agents_opening_message_is_no_reply(worked) -> None:
    frame = timeline.events(worked, "T05", BERLIN).set_index("kind")
    assert frame.loc["opening", "role"] == "agent" and "no reply" in frame.loc["opening", "words"]
    assert frame.loc["first_reply", "at"] - frame.loc["created", "at"] == pd.Timedelta(hours=18)


def test_standing_earlier_later_things_have_not_happened(worked) -> None:
    then = kpi.Scope(as_of="2024-01-04T10:30:00Z")
    frame = timeline.events(worked, "T02", then)
    assert frame.loc[frame["kind"] != "due", "at"].max() == pd.Timestamp("2024-01-04 10:00"), "a promise may lie ahead, nothing else"
    assert list(timeline.statuses(worked, "T02", then)["status"]) == ["new", "open", "pending"]


def test_without_messages_and_changes_the_export_is_believed_and_said() -> None:
    row = {"ticket_id": "1", "created_at": "2026-03-02 08:00", "first_reply_at": "2026-03-02 08:20", "solved_at": "2026-03-02 10:00"}
    tickets = pd.DataFrame([{**row, "closed_at": "2026-03-05 10:00", "status": "closed"}])
    tickets = tickets.astype({name: "datetime64[us]" for name in tickets.columns if name.endswith("_at")})
    data = kpi.engine.from_frames({"tickets": tickets})
    frame = timeline.events(data, "1", kpi.Scope())
    assert list(frame["kind"]) == ["created", "first_reply", "solved", "closed"]
    assert set(frame["source"]) == {"tickets"} and frame["note"].iloc[1:].eq("as the export states it").all()
    assert list(timeline.statuses(data, "1", kpi.Scope())["status"]) == ["unsolved", "closed"], "what lay between is not known"


CALENDAR = parse_calendar(
    """
[[schedule]]
name = "Berlin"
zone = "Europe/Berlin"
default = true
holidays = ["2026-05-01"]
[schedule.hours]
mon = ["09:00-12:00", "13:00-17:30"]
tue = ["09:00-17:00"]
wed = ["22:00-06:00"]
fri = ["00:00-24:00"]
sun = ["01:00-04:00"]
[schedule.override]
"2026-03-31" = ["10:00-11:00"]

[[schedule]]
name = "Always"
zone = "UTC"
[schedule.hours]
mon = ["00:00-24:00"]
tue = ["00:00-24:00"]
"""
)
START = dt.datetime(2026, 3, 20)


@settings(max_examples=60, deadline=None)
@given(a=st.integers(0, 50 * 86400), length=st.integers(1, 30 * 86400), turn=st.integers(0, 60 * 86400))
def test_open_intervals_add_up_to_the_working_seconds(a: int, length: int, turn: int) -> None:
    """Over a change to summer time, a holiday, an override and a night shift; the sum is `Calendar.seconds_between`, made otherwise."""
    start = START + dt.timedelta(seconds=a)
    end, switch = start + dt.timedelta(seconds=length), START + dt.timedelta(seconds=turn)
    hours = timeline.open_hours(CALENDAR, start, end)
    assert all(start <= opens < closes <= end for opens, closes in hours)
    assert all(one[1] < other[0] for one, other in pairwise(hours))
    total = sum((closes - opens).total_seconds() for opens, closes in hours)
    assert total == CALENDAR.seconds_between(np.datetime64(start, "us"), np.datetime64(end, "us"))
    both = timeline.open_hours(CALENDAR, start, end, [(None, None), (switch, "Always")])
    cut = min(max(start, switch), end)
    expected = CALENDAR.seconds_between(np.datetime64(start, "us"), np.datetime64(cut, "us"))
    expected += CALENDAR.schedule("Always").seconds_between(np.datetime64(cut, "us"), np.datetime64(end, "us"))
    assert sum((closes - opens).total_seconds() for opens, closes in both) == pytest.approx(float(expected))


def test_a_weekend_is_closed() -> None:
    friday, monday = dt.datetime(2026, 3, 6, 23), dt.datetime(2026, 3, 9, 9, 30)  # Berlin 00:00 Saturday to 10:30 Monday
    hours = timeline.open_hours(CALENDAR, friday, monday)
    assert hours == [(dt.datetime(2026, 3, 8, 0), dt.datetime(2026, 3, 8, 3)), (dt.datetime(2026, 3, 9, 8), monday)]
