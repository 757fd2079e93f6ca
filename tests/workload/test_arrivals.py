"""Oracles: pandas over every ticket, the catalogue's own measure with the same filter, the shared data sets read by pandas alone."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.engine import from_frames
from kpi.errors import BadValue, UnknownName
from kpi.workload import arrivals

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "../shared/datasets"


def company(n: int = 3_000, seed: int = 4, start: str = "2026-03-16", days: int = 28) -> pd.DataFrame:
    """Random tickets, most of them answered."""
    rng = np.random.default_rng(seed)
    made = pd.Timestamp(start) + pd.to_timedelta(np.sort(rng.integers(0, days * 86_400, n)), unit="s")
    took = pd.to_timedelta(rng.lognormal(8, 1.5, n), unit="s")
    replied = (made + took).where(rng.random(n) < 0.97)
    status = np.where(rng.random(n) < 0.03, "spam", "open")
    channel = rng.choice(["email", "chat"], n)
    return pd.DataFrame(
        {"ticket_id": np.arange(n).astype(str), "created_at": made, "first_reply_at": replied, "status": status, "channel": channel}
    )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
def test_every_cell_by_pandas(zone: str) -> None:
    """Over a change of the clock (Berlin, 29 March)."""
    frame = company()
    scope = kpi.Scope(zone=zone, start="2026-03-17", end="2026-04-12", where={"channel": ["email"]}, as_of="2026-04-20")
    found = arrivals(scope, from_frames({"tickets": frame}))
    ours = frame[(frame["status"] != "spam") & (frame["channel"] == "email")].copy()
    ours["local"] = ours["created_at"].dt.tz_localize("UTC").dt.tz_convert(zone)
    ours = ours[(ours["local"].dt.date >= dt.date(2026, 3, 17)) & (ours["local"].dt.date <= dt.date(2026, 4, 12))]
    expected = ours.groupby([ours["local"].dt.day_of_week + 1, ours["local"].dt.hour]).size()
    for row in found.grid.to_dict("records"):
        assert row["n"] == expected.get((row["weekday"], row["hour"]), 0), row["cell"]
    assert found.n == len(ours) and found.grid["n"].sum() == found.n
    times = pd.date_range("2026-03-17", "2026-04-13", freq="h", tz=zone, inclusive="left")
    hours = times.to_series().groupby([times.day_of_week + 1, times.hour]).size()
    for row in found.grid.to_dict("records"):
        assert row["hours"] == pytest.approx(hours.get((row["weekday"], row["hour"]), 0)), row["cell"]
        if row["hours"]:
            assert row["a_week"] == pytest.approx(row["n"] / row["hours"])
            assert row["low"] <= row["a_week"] <= row["high"]
    assert (found.start, found.end) == (dt.date(2026, 3, 17), dt.date(2026, 4, 12))
    assert found.grid["share"].sum() == pytest.approx(100)


def test_five_mondays_in_four_weeks() -> None:
    """Two tickets on every Monday at 9, one on every Tuesday at 9: two and one a week, though five Mondays meet four Tuesdays."""
    made = [dt.datetime(2026, 3, 2, 9, minute) + dt.timedelta(weeks=week) for week in range(5) for minute in (0, 30)]
    made += [dt.datetime(2026, 3, 3, 9) + dt.timedelta(weeks=week) for week in range(4)]
    frame = pd.DataFrame({"ticket_id": [str(i) for i in range(len(made))], "created_at": made})
    found = arrivals(kpi.Scope(start="2026-03-02", end="2026-03-30", as_of="2026-03-31"), from_frames({"tickets": frame}))
    monday, tuesday = found.cell("mon-09"), found.cell("tue-09")
    assert monday is not None and tuesday is not None
    assert (monday["n"], monday["hours"], monday["a_week"]) == (10, 5, 2)
    assert (tuesday["n"], tuesday["hours"], tuesday["a_week"]) == (4, 4, 1)
    assert monday["share"] == pytest.approx(100 * 2 / 3)
    assert "10 tickets in 5 such hours, 2 a week" in found.say_cell("mon-09").replace("\u00a0", " ")
    assert "too few to name the busiest hours" in found.text


def test_waits_are_the_catalogues_of_the_tickets_of_the_cell() -> None:
    data = from_frames({"tickets": company(4_000)})
    scope = kpi.Scope(zone="Europe/Berlin", as_of="2026-04-13")
    found = arrivals(scope, data)
    for cell in ("mon-09", "wed-14", "sun-23"):
        row = found.cell(cell)
        assert row is not None
        only = scope.but(
            where=(("created_hour", (str(int(row["hour"])),)), ("created_weekday", (str(int(row["weekday"])),))),
            params=(("cohort", "created"),),
        )
        said = kpi.measure("first_reply_time", only, data).frame.iloc[0]
        assert [row["wait"], row["wait_low"], row["wait_high"], row["wait_n"]] == pytest.approx(
            [said["value"], said["low"], said["high"], said["n"]], nan_ok=True
        )
        tickets = kpi.measure("tickets_created", only.but(params=()), data).frame.iloc[0]["value"]
        assert row["n"] == tickets, "the link to the tickets of a cell leads to as many"


def test_the_unfinished_hour_counts_as_far_as_it_goes() -> None:
    frame = pd.DataFrame({"ticket_id": ["1", "2"], "created_at": [dt.datetime(2026, 3, 2), dt.datetime(2026, 3, 2, 9, 30)]})
    found = arrivals(kpi.Scope(), from_frames({"tickets": frame}))
    row = found.cell("mon-09")
    assert row is not None and row["hours"] == pytest.approx(0.5, abs=1e-6)


def agent_time(zone: str = "Europe/Berlin") -> pd.DataFrame:
    """Two people from 9 to 17 by the wall clock on 28 days, one of them only till 12:30."""
    rows = []
    for day in range(28):
        start = (
            dt.datetime.combine(dt.date(2026, 3, 16) + dt.timedelta(days=day), dt.time(9), ZoneInfo(zone))
            .astimezone(dt.UTC)
            .replace(tzinfo=None)
        )
        rows += [{"agent": "A", "team": "North", "started_at": start, "paid_seconds": 8 * 3600.0}]
        rows += [{"agent": "B", "team": "South", "started_at": start, "paid_seconds": 3.5 * 3600.0}]
    return pd.DataFrame(rows)


def test_staffed_hours_by_hand() -> None:
    """Per weekday of four: 9 to 12 eight hours each, 12 six (one and a half people), 13 to 16 four, else none; also across the change of the clock."""
    data = from_frames({"tickets": company(), "agent_time": agent_time()})
    found = arrivals(kpi.Scope(zone="Europe/Berlin", start="2026-03-16", end="2026-04-12", as_of="2026-04-20"), data)
    assert found.staff.kind == "agents"
    wanted = {**dict.fromkeys((9, 10, 11), 8.0), 12: 6.0, **dict.fromkeys((13, 14, 15, 16), 4.0)}
    for row in found.grid.to_dict("records"):
        assert row["staffed"] == pytest.approx(wanted.get(row["hour"], 0.0)), row["cell"]
        if row["hour"] in wanted:
            assert row["per_staffed"] == pytest.approx(row["n"] / row["staffed"])
        else:
            assert math.isnan(row["per_staffed"]), "nobody there is not a division by zero"
    north = arrivals(
        kpi.Scope(zone="Europe/Berlin", start="2026-03-16", end="2026-04-12", as_of="2026-04-20", where={"team": ["North"]}), data
    )
    assert north.staff.hours.sum() == pytest.approx(28 * 8)


@pytest.mark.slow
def test_staff_falls_back_on_the_calendar_and_says_so(tmp_path: Path) -> None:
    place = tmp_path / "calendar.toml"
    place.write_text(
        '[[schedule]]\nname = "Berlin"\nzone = "Europe/Berlin"\ndefault = true\nholidays = ["2026-04-06"]\n[schedule.hours]\n'
        + "".join(f'{day} = ["09:00-17:30"]\n' for day in ("mon", "tue", "wed", "thu", "fri"))
    )
    calendar = kpi.read_calendar(place)
    scope = kpi.Scope(zone="Europe/Berlin", start="2026-03-16", end="2026-04-12", as_of="2026-04-20", calendar=calendar)
    found = arrivals(scope, from_frames({"tickets": company()}))
    assert found.staff.kind == "calendar" and "When agents worked is not known" in found.staff.text
    hours = found.grid.set_index("cell")["staffed"]
    assert (hours["tue-09"], hours["tue-17"], hours["sat-09"]) == (4, 2, 0)
    assert hours["mon-09"] == 3, "one Monday is a holiday"
    data = from_frames({"tickets": company(), "agent_time": agent_time()})
    assert "not known by channel" in arrivals(scope.but(where=(("channel", ("chat",)),)), data).staff.text
    dates = agent_time().assign(started_at=lambda rows: rows["started_at"].dt.normalize())
    assert "by day, not by hour" in arrivals(scope, from_frames({"tickets": company(), "agent_time": dates})).staff.text
    nothing = arrivals(scope.but(calendar=None), from_frames({"tickets": company()}))
    assert nothing.staff.kind == "" and nothing.grid["per_staffed"].isna().all() and "needs" in nothing.staff.text


def test_refusals_and_emptiness_are_words() -> None:
    data = from_frames({"tickets": company(50)})
    with pytest.raises(UnknownName):
        arrivals(kpi.Scope(where={'x" OR 1=1': ["y"]}), data)
    with pytest.raises(BadValue, match="created"):
        arrivals(kpi.Scope(), from_frames({"tickets": pd.DataFrame({"ticket_id": ["1"], "solved_at": [dt.datetime(2026, 1, 1)]})}))
    nothing = arrivals(kpi.Scope(start="2020-01-01", end="2020-01-31"), data)
    assert (nothing.n, nothing.text) == (0, "No ticket was created in these dates and filters.")
    assert nothing.grid["n"].sum() == 0 and len(nothing.grid) == 168 and nothing.say_cell("mon-09") and not nothing.say_cell("x")


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data sets do not lie beside the project")
def test_shared_data_sets_read_by_pandas_alone() -> None:
    raw = pd.read_csv(DATA / "thunderbird_support/questions_2023.csv")
    made = pd.to_datetime(raw.sort_values("updated", kind="stable").drop_duplicates("id", keep="last")["created"], utc=True, format="mixed")
    support = kpi.read(DATA / "thunderbird_support/questions_2023.csv", DATA / "thunderbird_support/answers_2023.csv")
    for zone in ("UTC", "America/Los_Angeles"):
        local = made.dt.tz_convert(zone)
        expected = local.groupby([local.dt.day_of_week + 1, local.dt.hour]).size()
        found = arrivals(kpi.Scope(zone=zone), support)
        assert found.n == len(made) == 12_347
        for row in found.grid.to_dict("records"):
            assert row["n"] == expected.get((row["weekday"], row["hour"]), 0), (zone, row["cell"])
    assert not found.wait_reason and found.peak is not None
    city = kpi.read(DATA / "baltimore_311/311_sample.csv")
    found = arrivals(kpi.Scope(params={"statuses": "all"}), city)
    assert found.n == 10_000 and found.wait_reason
