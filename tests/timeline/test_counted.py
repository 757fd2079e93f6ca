"""What a metric takes from a ticket: worked by hand for some, and by law the very value of `kpi.rows` for all of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pandas as pd
import pytest

import kpi
from kpi import timeline
from kpi.errors import BadValue, UnknownName

TICKETS = [f"T{n:02d}" for n in range(1, 21)]
H, D = 3600, 86400


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2024-{text}")


BY_HAND = [
    # ticket, metric, clock, seconds that count, the counted stretches (start, end), as the working in tests/catalogue/numbers.py has it
    ("T01", "first_reply_time", "calendar", H, [("01-02T09:00", "01-02T10:00")]),
    ("T02", "first_reply_time", "calendar", D, [("01-03T10:00", "01-04T10:00")]),
    # 08:00 to 16:00 UTC is open: six hours of Wednesday, two of Thursday.
    ("T02", "first_reply_time", "business", 8 * H, [("01-03T10:00", "01-03T16:00"), ("01-04T08:00", "01-04T10:00")]),
    # Asked at 11:00 and again at 11:30, answered at 13:00: the older message starts the wait.
    ("T02", "reply_time", "calendar", D + 2 * H, [("01-03T10:00", "01-04T10:00"), ("01-04T11:00", "01-04T13:00")]),
    ("T02", "agent_wait_time", "calendar", H, [("01-04T10:00", "01-04T11:00")]),
    ("T02", "requester_wait_time", "calendar", 27 * H, [("01-03T10:00", "01-04T09:00"), ("01-04T09:00", "01-04T10:00"), ("01-04T11:00", "01-04T14:00")]),
    ("T02", "work_resolution_time", "calendar", 27 * H, [("01-03T10:00", "01-04T09:00"), ("01-04T09:00", "01-04T10:00"), ("01-04T11:00", "01-04T14:00")]),
    # Reopened on Monday: the first solve is Friday's, the last Monday's; between them nobody waited.
    ("T03", "first_resolution_time", "calendar", H / 2, [("01-05T15:00", "01-05T15:30")]),
    ("T03", "full_resolution_time", "calendar", 67 * H, [("01-05T15:00", "01-08T10:00")]),
    ("T03", "full_resolution_time", "business", 3 * H, [("01-05T15:00", "01-05T16:00"), ("01-08T08:00", "01-08T10:00")]),
    ("T03", "requester_wait_time", "calendar", 1.5 * H, [("01-05T15:00", "01-05T15:30"), ("01-08T09:00", "01-08T10:00")]),
    ("T04", "hold_time", "business", 8 * H, [("01-08T10:00", "01-08T16:00"), ("01-09T08:00", "01-09T10:00")]),
    # From Monday 20:00 another schedule is in force, open round the clock; before it Monday is open 08:00 to 11:00.
    ("T18", "full_resolution_time", "business", 15 * H, [("02-12T09:00", "02-12T11:00"), ("02-12T20:00", "02-13T09:00")]),
    ("T17", "backlog_age", "calendar", 23 * D + 2 * H, [("02-06T10:00", "02-29T12:00")]),
    ("T07", "queue_time", "calendar", 10, [("01-11T09:00", "01-11T09:00:10")]),
]  # fmt: skip


@pytest.mark.parametrize(("ticket", "metric", "clock", "seconds", "stretches"), BY_HAND, ids=lambda v: v if isinstance(v, str) else "")
def test_stretches_worked_by_hand(worked, working_hours, ticket, metric, clock, seconds, stretches) -> None:
    found = timeline.counted(worked, ticket, metric, kpi.Scope(clock=clock, calendar=working_hours))
    assert found.value == pytest.approx(seconds)
    counted = found.pieces[found.pieces["is_counted"]]
    pairs = list(zip(counted["started_at"], counted["ended_at"], strict=True))
    assert pairs == [(pd.Timestamp(at(a)), pd.Timestamp(at(b))) for a, b in stretches]


CONDITIONS = [
    # what decides, and how: T17 has one reply and was reopened after two days; T06 is a call abandoned after 3 s
    ("T17", "first_contact_resolution", False, "1 public agent reply"),
    ("T17", "reopen_rate", True, "reopened once, Thu 8 Feb 2024"),
    ("T01", "one_touch", True, "1 public agent reply"),
    ("T02", "one_touch", False, "2 public agent replies"),
    ("T04", "resolved_within", False, "28 h from the creation to the last solve; the limit is 24 h"),
    ("T04", "sla_attainment", True, "promised for Tue 9 Jan 2024, 12:00"),  # due at the very solve
    ("T17", "sla_attainment", False, "still running"),
    ("T03", "csat", True, "answered 4 on a scale of 1 to 5, the newest answer"),
    ("T07", "service_level", True, "answered after 10 s; the limit is 20 s"),
    ("T09", "service_level", False, "answered after 40 s"),
    ("T06", "service_level", None, "abandoned after 3 s"),
    ("T17", "tickets_solved", None, "not solved"),
    ("T11", "tickets_created", None, "spam"),
    ("T05", "zero_touch", False, "1 public agent reply"),  # the agent's opening message is no reply
]


@pytest.mark.parametrize(("ticket", "metric", "hit", "words"), CONDITIONS, ids=str)
def test_what_decides_is_said_and_is_what_counts(worked, ticket, metric, hit, words) -> None:
    found = timeline.counted(worked, ticket, metric, kpi.Scope())
    assert words in found.text.replace("\u00a0", " ")
    assert found.is_hit is hit
    assert found.text.startswith({True: "Yes", False: "No", None: "Does not count"}[hit])


SCOPES = {
    "calendar": kpi.Scope(zone="Europe/Berlin"),
    "business": kpi.Scope(zone="Europe/Berlin", clock="business"),
    "earlier": kpi.Scope(as_of="2024-02-07T12:00:00Z"),
    "everything": kpi.Scope(params={"statuses": "all", "first_contact_resolution": "D", "clocks": "finished", "cohort": "created"}),
}


def _rows(metric: str, scope: kpi.Scope, data: kpi.Dataset) -> dict[str, list[float]]:
    found = defaultdict(list)
    frame = kpi.rows(metric, scope, data)
    if "ticket_id" in frame:
        for ticket, value in zip(frame["ticket_id"], frame["value"], strict=True):
            found[ticket].append(float(value))
    return {ticket: sorted(values) for ticket, values in found.items()}


_STORIES: dict[object, timeline.Story] = {}


def stories(data: kpi.Dataset, ticket: str, scope: kpi.Scope) -> timeline.Story:
    """A ticket is read once for all the metrics that are told of it."""
    key = (data.fingerprint, ticket, repr(sorted(scope.to_query().items())))
    if key not in _STORIES:
        _STORIES[key] = timeline.read(data, ticket, scope)
    return _STORIES[key]


def _law(data: kpi.Dataset, tickets: list[str], metric: str, scope: kpi.Scope) -> int:
    """Every ticket's values are those of the rows, its counted stretches add up to them, and so do the pieces drawn; how many had time."""
    behind, timed = _rows(metric, scope, data), 0
    for ticket in tickets:
        found = timeline.counted(data, ticket, metric, scope, stories(data, ticket, scope))
        assert sorted(found.values) == behind.get(ticket, []), (ticket, metric)
        if kpi.metrics()[metric].unit != "s" or not found.values:
            assert found.value is not None or not found.values
            continue
        timed += 1
        assert found.spans["counted_seconds"].sum() == pytest.approx(sum(found.values), abs=1e-6), (ticket, metric)
        assert not found.spans["words"].str.contains("as the export states").any(), "events are there, so the stretches are theirs"
        assert (found.spans.loc[~found.spans["is_counted"], "counted_seconds"] == 0).all()
        if found.spans["started_at"].notna().all():
            drawn = found.pieces.loc[found.pieces["is_counted"], "seconds"].sum()
            assert drawn == pytest.approx(sum(found.values), abs=1e-6), (ticket, metric)
    return timed


def some_of(name: str, metric: str) -> list[str]:
    """Every ticket in the calendar's time; elsewhere every fourth, others for each metric and scope, so that all of them come up."""
    turn = list(kpi.metrics()).index(metric) + list(SCOPES).index(name)
    return TICKETS if name == "calendar" else TICKETS[turn % 4 :: 4]


def everyone(name: str, metric: str) -> list[str]:
    return TICKETS


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [some_of, pytest.param(everyone, marks=pytest.mark.simulation)])
@pytest.mark.parametrize("name", SCOPES)
@pytest.mark.parametrize("metric", kpi.metrics())
def test_what_is_counted_is_the_value_of_the_rows(worked, working_hours, name, metric, chosen) -> None:
    scope = SCOPES[name].but(calendar=working_hours if name == "business" else None)
    born = set(worked.query("SELECT ticket_id FROM tickets", worked.stand(scope.as_of, scope.calendar))["ticket_id"])
    _law(worked, [ticket for ticket in chosen(name, metric) if ticket in born], metric, scope)


@pytest.mark.slow
@pytest.mark.parametrize("clock", ["calendar", "business"])
def test_and_so_it_is_in_the_sample_company(sampled, sample_folder, clock) -> None:
    """A company nobody worked by hand: reopened, merged, escalated and abandoned tickets, replies in every order."""
    scope = kpi.Scope(zone="America/New_York", clock=clock, calendar=kpi.read_calendar(sample_folder / "calendar.toml"))
    frame = sampled.query(
        "SELECT ticket_id FROM tickets ORDER BY reopens DESC NULLS LAST, md5(ticket_id)", sampled.stand(None, scope.calendar)
    )
    tickets = [*frame["ticket_id"].head(8), *frame["ticket_id"].tail(8)]
    timed = [name for name, metric in kpi.metrics().items() if metric.unit == "s" and name != "handle_time"]
    assert sum(_law(sampled, tickets, name, scope) for name in timed) > 60


def test_every_metric_is_told() -> None:
    assert set(timeline.TALES) == set(kpi.metrics())


def test_a_metric_that_is_about_no_ticket_says_what_it_counts(worked) -> None:
    found = timeline.counted(worked, "T01", "occupancy", kpi.Scope())
    assert found.value is None and found.spans.empty and "belongs to no single ticket" in found.text


def test_outside_the_dates_it_is_said(worked) -> None:
    found = timeline.counted(worked, "T01", "first_reply_time", kpi.Scope(start="2024-02-01", end="2024-02-29"))
    assert found.values == (3600.0,) and not found.is_in_scope and "not in the dates" in found.text
    inside = timeline.counted(worked, "T01", "first_reply_time", kpi.Scope(start="2024-01-01", end="2024-01-31"))
    assert inside.is_in_scope and "not in the dates" not in inside.text


def test_the_limit_is_where_the_clock_would_be_late(worked, working_hours) -> None:
    calendar = timeline.counted(worked, "T02", "first_reply_within", kpi.Scope(params={"first_reply_within": "4h"}))
    assert calendar.limit_at == at("01-03T14:00") and calendar.is_hit is False
    # Two open hours are left of Wednesday afternoon (14:00 to 16:00 UTC) when 6 of 8 are over; the last two are Thursday's.
    business = timeline.counted(
        worked, "T02", "first_reply_within", kpi.Scope(clock="business", calendar=working_hours, params={"first_reply_within": "7h"})
    )
    assert business.limit_at == at("01-04T09:00") and business.is_hit is False


def test_durations_an_export_only_states_are_told_as_such() -> None:
    tickets = pd.DataFrame(
        {
            "ticket_id": ["1", "2"],
            "created_at": pd.to_datetime(["2026-03-02 08:00", "2026-03-02 09:00"]),
            "status": ["solved", "solved"],
            "solved_at": pd.to_datetime(["2026-03-02 10:00", None]),
            "hold_seconds": [600.0, None],
            "first_reply_seconds": [900.0, None],
        }
    )
    data = kpi.engine.from_frames({"tickets": tickets})
    stated = timeline.counted(data, "1", "hold_time", kpi.Scope())
    assert stated.values == (600.0,) and stated.spans["counted_seconds"].tolist() == [600.0]
    assert stated.spans["started_at"].isna().all() and stated.pieces.empty and "as the export states it" in stated.spans["words"][0]
    placed = timeline.counted(data, "1", "first_reply_time", kpi.Scope())
    assert placed.pieces["ended_at"].tolist() == [pd.Timestamp("2026-03-02 08:15")], "where the end follows from the creation, it is placed"
    unknown = timeline.counted(data, "2", "full_resolution_time", kpi.Scope())
    assert unknown.values == () and unknown.value is None and unknown.text.startswith("Does not count")


def test_what_is_not_there_is_refused_in_one_sentence(worked) -> None:
    with pytest.raises(UnknownName, match="no ticket 'T99'"):
        timeline.counted(worked, "T99", "csat", kpi.Scope())
    with pytest.raises(UnknownName):
        timeline.counted(worked, "T01", "nonsense", kpi.Scope())
    lacking = kpi.engine.from_frames({"tickets": pd.DataFrame({"ticket_id": ["1"], "created_at": [dt.datetime(2026, 3, 2)]})})
    with pytest.raises(BadValue, match="cannot be measured"):
        timeline.counted(lacking, "1", "csat", kpi.Scope())
    for hostile in ("' OR 1=1 --", 'x"; DROP TABLE tickets; --', "\x00", "", "T01' UNION SELECT 1"):
        with pytest.raises(UnknownName):
            timeline.events(worked, hostile, kpi.Scope())
    assert worked.rows["tickets"] == 20 and len(timeline.events(worked, "T01", kpi.Scope()))
