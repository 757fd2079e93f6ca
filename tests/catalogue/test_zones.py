"""Local periods around the days on which the clock is moved: what pandas says with tz_convert, we say too."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.engine import from_frames
from kpi.scope import Scope

pytestmark = pytest.mark.slow

ZONES = {
    "America/New_York": ("2024-03-10", "2024-11-03"),  # 23 and 25 hours, at 02:00
    "Australia/Sydney": ("2024-04-07", "2024-10-06"),  # the other way round, east of Greenwich
    "America/Santiago": ("2024-04-07", "2024-09-08"),  # at midnight: 2024-09-08 begins at 01:00
    "Asia/Kolkata": ("2024-03-10", "2024-11-03"),  # never, by half an hour
}
UTC_ONLY = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def instants(zone: str) -> pd.DatetimeIndex:
    """Random instants around both changes, and the local midnights and change itself with a microsecond on either side."""
    random = np.random.default_rng(11)
    found = []
    for day in ZONES[zone]:
        centre = pd.Timestamp(day)
        found += list(centre + pd.to_timedelta(random.integers(-5 * 86400, 5 * 86400, 300), unit="s"))
        for hour in range(-48, 72):
            edge = centre + pd.Timedelta(hours=hour)
            found += [edge, edge - pd.Timedelta(microseconds=1)]
            found += [edge + pd.Timedelta(minutes=30)]
    return pd.DatetimeIndex(found).as_unit("us")


@pytest.fixture(scope="module", params=ZONES)
def zoned(request: pytest.FixtureRequest) -> tuple[str, pd.DataFrame, kpi.Dataset]:
    zone = request.param
    created = instants(zone)
    took = np.random.default_rng(5).integers(1, 40 * 3600, len(created))
    tickets = pd.DataFrame({"ticket_id": [f"t{i}" for i in range(len(created))], "created_at": created})
    tickets["solved_at"] = tickets["created_at"] + pd.to_timedelta(took, unit="s")
    tickets["first_reply_at"] = tickets["created_at"] + pd.to_timedelta(took // 2, unit="s")
    return zone, tickets, from_frames({"tickets": tickets})


def local_periods(times: pd.Series, zone: str, grain: str) -> pd.Series:
    wall = times.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    return wall.dt.to_period(UTC_ONLY[grain]).dt.start_time.dt.date.astype(str)


@pytest.mark.parametrize("grain", UTC_ONLY)
def test_local_periods_are_those_of_pandas(grain: str, zoned: tuple[str, pd.DataFrame, kpi.Dataset]) -> None:
    zone, tickets, data = zoned
    frame = kpi.measure(["tickets_created", "tickets_solved", "first_reply_time"], Scope(by=grain, zone=zone), data).frame
    found = frame[frame["n"] > 0].set_index(["metric", "period"])["value"]
    created = tickets.groupby(local_periods(tickets["created_at"], zone, grain)).size()
    solved = tickets.groupby(local_periods(tickets["solved_at"], zone, grain)).size()
    seconds = (tickets["first_reply_at"] - tickets["created_at"]).dt.total_seconds()
    replied = seconds.groupby(local_periods(tickets["first_reply_at"], zone, grain)).median()
    assert found["tickets_created"].to_dict() == created.to_dict()
    assert found["tickets_solved"].to_dict() == solved.to_dict()
    assert found["first_reply_time"].to_dict() == pytest.approx(replied.to_dict())


def test_local_dates_bound_the_scope(zoned: tuple[str, pd.DataFrame, kpi.Dataset]) -> None:
    """From and to are local dates, both included, on a day of 23, 24 or 25 hours; the stock is that of local midnight."""
    zone, tickets, data = zoned
    days = local_periods(tickets["created_at"], zone, "day")
    wall = tickets["created_at"].dt.tz_localize("UTC").dt.tz_convert(zone)
    for day in ZONES[zone]:
        result = kpi.measure(["tickets_created", "backlog"], Scope(start=day, end=day, zone=zone), data).frame.set_index("metric")["value"]
        assert result["tickets_created"] == (days == day).sum()
        next_day = pd.Timestamp(day).date() + dt.timedelta(days=1)
        ends_solved = tickets["solved_at"].dt.tz_localize("UTC").dt.tz_convert(zone)
        standing = (wall.dt.date < next_day) & (ends_solved.dt.date >= next_day)
        assert result["backlog"] == standing.sum()


def test_the_stock_of_every_local_midnight(zoned: tuple[str, pd.DataFrame, kpi.Dataset]) -> None:
    zone, tickets, data = zoned
    start = pd.Timestamp(ZONES[zone][0]).date() - dt.timedelta(days=4)
    scope = Scope(by="day", zone=zone, start=start, end=start + dt.timedelta(days=8))
    found = kpi.measure("backlog", scope, data).frame.set_index("period")["value"]
    created, solved = (tickets[c].dt.tz_localize("UTC").dt.tz_convert(zone).dt.date for c in ("created_at", "solved_at"))
    assert len(found) == 9
    for day, value in found.items():
        date = dt.date.fromisoformat(day)
        assert value == ((created <= date) & (solved > date)).sum(), day


def test_the_weekday_and_hour_of_creation_are_those_of_the_local_clock(zoned: tuple[str, pd.DataFrame, kpi.Dataset]) -> None:
    """As groups, as filters, and in the list of the tickets behind a number."""
    zone, tickets, data = zoned
    wall = tickets["created_at"].dt.tz_localize("UTC").dt.tz_convert(zone)
    cells = tickets.groupby([wall.dt.isocalendar().day.astype(str), wall.dt.hour.astype(str)]).size()
    frame = kpi.measure("tickets_created", Scope(zone=zone, split=["created_weekday", "created_hour"]), data).frame
    found = frame[frame["value"] > 0].set_index(["created_weekday", "created_hour"])["value"]
    assert found.to_dict() == cells.to_dict()
    scope = Scope(zone=zone, where={"created_weekday": ["7", "1"], "created_hour": "2"})
    wanted = sum(cells.get((day, "2"), 0) for day in "71")
    assert kpi.measure("tickets_created", scope, data).frame["value"].iloc[0] == wanted
    assert len(kpi.rows("tickets_created", scope, data)) == wanted


def test_costs_stand_on_local_dates_in_every_zone() -> None:
    """A cost line is about dates, not instants: January costs what January costs, in Sydney as in New York."""
    tickets = pd.DataFrame({"ticket_id": ["a", "b"], "created_at": pd.to_datetime(["2024-01-15 12:00", "2024-02-15 12:00"])})
    costs = pd.DataFrame({"period_start": pd.to_datetime(["2024-01-01"]), "period_end": pd.to_datetime(["2024-02-01"]), "amount": [310.0]})
    data = from_frames({"tickets": tickets, "costs": costs})
    for zone in (*ZONES, "UTC"):
        found = kpi.measure("cost_per_ticket", Scope(by="month", zone=zone), data).frame.set_index("period")["value"]
        assert found["2024-01-01"] == pytest.approx(310), zone
        assert pd.isna(found["2024-02-01"]) or found["2024-02-01"] == 0
        whole = kpi.measure("cost_per_ticket", Scope(zone=zone, start="2024-01-11", end="2024-01-20"), data).frame["value"].iloc[0]
        assert whole == pytest.approx(100), zone
