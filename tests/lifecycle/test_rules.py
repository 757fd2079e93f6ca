"""The rules of metrics.md sections 1 to 4 and 8, one hand-worked ticket each."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from kpi.engine import Dataset, from_frames
from kpi.errors import BadValue
from kpi.hours import Calendar, parse_calendar

HOUR = 3600.0
TWO_SCHEDULES = parse_calendar(
    """
[[schedule]]
name = "day"
zone = "UTC"
default = true
[schedule.hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
[[schedule]]
name = "always"
zone = "UTC"
[schedule.hours]
mon = ["00:00-24:00"]
tue = ["00:00-24:00"]
""",
    "two",
)


def at(day: int, hour: float) -> datetime:
    """Day 1 is Monday, 4 March 2024."""
    return datetime(2024, 3, 3 + day, int(hour), round(hour % 1 * 60))


def said(when: datetime, role: str, is_public: bool = True, ticket: str = "1") -> dict:
    return {"ticket_id": ticket, "sent_at": when, "author": role, "author_role": role, "is_public": is_public}


def became(when: datetime, new: str | None, field: str = "status", old: str | None = None, ticket: str = "1") -> dict:
    return {"ticket_id": ticket, "changed_at": when, "field": field, "old": old, "new": new}


def company(tickets: list[dict], messages: list[dict] = (), changes: list[dict] = (), **more: list[dict]) -> Dataset:  # type: ignore[assignment]
    given = {"tickets": tickets, "messages": messages, "changes": changes, **more}
    return from_frames({name: pd.DataFrame(list(rows)) for name, rows in given.items() if rows})


def facts(data: Dataset, calendar: Calendar | None = None, as_of: datetime | None = None, ticket: str = "1") -> pd.Series:
    return data.query("SELECT * FROM tickets", data.stand(as_of, calendar)).set_index("ticket_id").loc[ticket]


def test_an_agents_opening_message_private_notes_and_bots_are_no_reply() -> None:
    found = facts(
        company(
            [{"ticket_id": "1", "created_at": at(1, 9)}],
            [
                said(at(1, 9), "agent"),  # opening, at the instant of creation
                said(at(1, 10), "agent", is_public=False),
                said(at(1, 11), "bot"),
                said(at(1, 12), "system"),
                said(at(1, 14), "agent"),  # the reply: 5 h
            ],
        )
    )
    assert found["first_reply_seconds"] == 5 * HOUR
    assert found["agent_replies"] == 1


def test_an_agents_first_message_after_the_creation_is_a_reply() -> None:
    found = facts(company([{"ticket_id": "1", "created_at": at(1, 9)}], [said(at(1, 10), "agent")]))
    assert found["first_reply_seconds"] == HOUR


def test_each_run_of_customer_messages_is_one_wait_from_its_oldest() -> None:
    found = facts(
        company(
            [{"ticket_id": "1", "created_at": at(1, 9)}],
            [
                said(at(1, 9), "requester"),
                said(at(1, 9.5), "requester"),  # does not restart the clock
                said(at(1, 10), "agent"),  # wait 1: 1 h from creation
                said(at(1, 11), "agent"),  # nobody waited: no wait
                said(at(1, 12), "requester"),
                said(at(1, 13), "requester"),
                said(at(1, 15), "agent"),  # wait 2: 3 h from the oldest unanswered
                said(at(1, 16), "requester"),  # still unanswered
            ],
        )
    )
    assert (found["reply_waits"], found["total_reply_seconds"]) == (2, 4 * HOUR)
    assert (found["agent_replies"], found["requester_replies"]) == (3, 4)


def test_a_reopen_not_solved_again_counts_and_leaves_full_resolution_unknown() -> None:
    found = facts(
        company(
            [{"ticket_id": "1", "created_at": at(1, 9)}],
            changes=[became(at(1, 9), "new"), became(at(1, 11), "solved"), became(at(2, 9), "open")],
        ),
        TWO_SCHEDULES,
    )
    assert (found["reopens"], found["resolutions"], found["status"]) == (1, 1, "open")
    assert found["first_resolution_seconds"] == 2 * HOUR
    for unknown in ("full_resolution_seconds", "first_resolution_business_seconds", "agent_work_seconds", "requester_wait_seconds"):
        assert pd.isna(found[unknown]), unknown


def test_time_in_status_and_its_identity() -> None:
    found = facts(
        company(
            [{"ticket_id": "1", "created_at": at(1, 9)}],
            changes=[
                became(at(1, 9), "new"),  # 1 h
                became(at(1, 10), "open"),  # 2 h
                became(at(1, 12), "pending"),  # 4 h
                became(at(1, 16), "hold"),  # 1 h
                became(at(1, 17), "solved"),  # 3 h solved
                became(at(1, 20), "open"),  # 1 h
                became(at(1, 21), "solved"),
                became(at(2, 9), "closed"),
            ],
        )
    )
    got = {name: found[f"{name}_seconds"] / HOUR for name in ("requester_wait", "agent_work", "agent_wait", "hold", "full_resolution")}
    assert got == {"requester_wait": 5, "agent_work": 4, "agent_wait": 4, "hold": 1, "full_resolution": 12}
    assert got["full_resolution"] - (got["requester_wait"] + got["agent_wait"]) == 3  # spent solved before the last solve
    assert found["work_resolution_seconds"] == 8 * HOUR
    assert (found["reopens"], found["resolutions"], found["closes"]) == (1, 2, 1)


def test_closed_stands_in_where_a_ticket_was_never_solved() -> None:
    found = facts(company([{"ticket_id": "1", "created_at": at(1, 9)}], changes=[became(at(1, 9), "open"), became(at(1, 12), "closed")]))
    assert found["full_resolution_seconds"] == 3 * HOUR and found["resolutions"] == 1


def test_before_its_first_recorded_change_a_ticket_has_the_old_value() -> None:
    found = facts(
        company([{"ticket_id": "1", "created_at": at(1, 9)}], changes=[became(at(1, 12), "solved", old="pending")]), TWO_SCHEDULES
    )
    assert found["agent_wait_seconds"] == 3 * HOUR and found["agent_work_seconds"] == 0


def test_each_piece_counts_under_the_schedule_in_force() -> None:
    """Monday 15:00 to Tuesday 10:00; from Monday 16:30 on under "always": 1.5 h + 7.5 h + 10 h = 19 h (one schedule alone: 3 h or 19 h)."""
    data = company(
        [{"ticket_id": "1", "created_at": at(1, 15)}, {"ticket_id": "2", "created_at": at(1, 15)}],
        changes=[
            became(at(1, 15), "new"),
            became(at(1, 16.5), "always", field="schedule"),
            became(at(2, 10), "solved"),
            became(at(1, 15), "new", ticket="2"),
            became(at(2, 9.5), "always", field="schedule", ticket="2"),
            became(at(2, 10), "solved", ticket="2"),
        ],
    )
    assert facts(data, TWO_SCHEDULES)["full_resolution_business_seconds"] == 19 * HOUR
    # 15:00-17:00 by day, then 9:00-9:30 by day and 9:30-10:00 by always: 3 h
    assert facts(data, TWO_SCHEDULES, ticket="2")["full_resolution_business_seconds"] == 3 * HOUR
    assert facts(data, TWO_SCHEDULES)["agent_work_business_seconds"] == 19 * HOUR


def test_a_schedule_the_calendar_does_not_have_is_named() -> None:
    data = company(
        [{"ticket_id": "1", "created_at": at(1, 9)}],
        changes=[became(at(1, 9), "new"), became(at(1, 9), "night", field="schedule"), became(at(1, 12), "solved")],
    )
    with pytest.raises(BadValue, match="night"):
        facts(data, TWO_SCHEDULES)
    assert facts(data)["full_resolution_seconds"] == 3 * HOUR  # a build that failed stands in nobody's way
    with pytest.raises(BadValue, match="night"):
        facts(data, TWO_SCHEDULES)


def test_standing_earlier_a_verdict_of_later_is_not_known() -> None:
    rows = [{"ticket_id": "1", "created_at": at(1, 9), "solved_at": at(2, 9), "status": "solved", "is_sla_met": True}]
    data = company(rows)
    assert facts(data)["is_sla_met"]
    assert pd.isna(facts(data, as_of=at(1, 12))["is_sla_met"])


def test_assignments_count_returns_and_the_first_ends_the_unassigned_time() -> None:
    found = facts(
        company(
            [{"ticket_id": "1", "created_at": at(1, 9)}],
            changes=[
                became(at(1, 9), "new"),
                became(at(1, 10), "ann", field="agent"),
                became(at(1, 11), "bob", field="agent"),
                became(at(1, 12), "ann", field="agent"),
                became(at(1, 13), None, field="agent"),
                became(at(1, 9), "billing", field="team"),
            ],
        )
    )
    assert (found["agent_stations"], found["team_stations"], found["reassignments"]) == (3, 1, 2)
    assert found["unassigned_seconds"] == HOUR


def test_export_columns_are_used_where_there_are_no_events() -> None:
    exported = {
        "ticket_id": "1",
        "created_at": at(1, 9),
        "status": "solved",
        "first_reply_seconds": 1800.0,
        "full_resolution_seconds": 7200.0,
        "full_resolution_business_seconds": 600.0,
        "agent_replies": 1,
        "reopens": 0,
    }
    found = facts(company([exported]))
    assert found["first_reply_at"] == pd.Timestamp(at(1, 9.5)) and found["solved_at"] == pd.Timestamp(at(1, 11))
    assert (found["first_reply_seconds"], found["full_resolution_seconds"], found["full_resolution_business_seconds"]) == (1800, 7200, 600)
    assert bool(found["is_one_touch"])


def test_events_win_over_export_columns_and_the_difference_is_reported() -> None:
    data = company(
        [{"ticket_id": "1", "created_at": at(1, 9), "first_reply_at": at(1, 15), "agent_replies": 4, "status": "open", "reopens": 2}],
        [said(at(1, 10), "agent")],
        [became(at(1, 9), "new"), became(at(1, 12), "solved")],
    )
    found = facts(data)
    assert (found["first_reply_seconds"], found["agent_replies"], found["status"], found["reopens"]) == (HOUR, 1, "solved", 0)
    assert {"first_reply_differs", "replies_differ", "status_differs", "reopens_differ"} <= set(data.findings()["name"])


def test_standing_earlier_what_came_later_has_not_happened() -> None:
    data = company(
        [
            {"ticket_id": "1", "created_at": at(1, 9)},
            {"ticket_id": "2", "created_at": at(1, 10), "solved_at": at(2, 10), "status": "solved"},
            {"ticket_id": "3", "created_at": at(2, 9)},
        ],
        [said(at(1, 12), "agent")],
        [became(at(1, 9), "new"), became(at(1, 13), "solved")],
    )
    then = data.query("SELECT * FROM tickets", data.stand(at(1, 11), None)).set_index("ticket_id")
    assert list(then.index) == ["1", "2"]
    assert pd.isna(then.loc["1", "first_reply_seconds"]) and not then.loc["1", "is_solved"]
    assert then.loc["2", "status"] == "open" and pd.isna(then.loc["2", "solved_at"])
    assert then.loc["1", "age_seconds"] == 2 * HOUR


def test_a_reply_before_the_creation_is_counted_and_kept_out() -> None:
    data = company([{"ticket_id": "1", "created_at": at(1, 9)}], [said(at(1, 8), "agent"), said(at(1, 12), "agent")])
    found = facts(data)
    assert pd.isna(found["first_reply_seconds"]) and found["reply_waits"] == 0
    assert data.findings().set_index("name").loc["reply_before_creation", "tickets"] == 1


def test_messages_alone_make_tickets(tmp_path: object) -> None:
    import kpi

    path = tmp_path / "messages.csv"  # type: ignore[operator]
    path.write_text(
        "ticket_id,sent_at,author,author_role,is_public,channel,text\n"
        "7,2024-03-04T09:00:00Z,c,requester,true,,\n7,2024-03-04T10:00:00Z,a,agent,true,,\n"
    )
    data = kpi.read(path)
    assert data.rows["tickets"] == 1
    assert kpi.measure("first_reply_time", kpi.Scope(), data).frame["value"].item() == HOUR
