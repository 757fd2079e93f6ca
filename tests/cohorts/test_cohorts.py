"""Oracles: R's survival (Gehan 6-MP), a loop over tickets and days, an example across a change of the clock worked by hand."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import stats
from kpi.catalogue import find
from kpi.cohorts import Cohorts, cohorts, last_whole_day, usual_metric
from kpi.engine import from_frames
from kpi.errors import BadValue, UnknownName

GEHAN = [
    (6, 21, 0.857143),
    (7, 17, 0.806723),
    (10, 15, 0.752941),
    (13, 12, 0.690196),
    (16, 11, 0.627451),
    (22, 7, 0.537815),
    (23, 6, 0.448179),
]
FULL = "full_resolution_time"


def tickets(rows: list[tuple[dt.datetime, dt.datetime | None]]) -> kpi.Dataset:
    """Tickets by creation and solve (None: open), UTC."""
    frame = pd.DataFrame(
        {
            "ticket_id": [str(i) for i in range(len(rows))],
            "created_at": pd.to_datetime([made for made, _ in rows]),
            "solved_at": pd.to_datetime([done for _, done in rows]),
            "status": ["open" if done is None else "solved" for _, done in rows],
        }
    )
    return from_frames({"tickets": frame})


def test_r_survival_with_open_tickets() -> None:
    """Gehan's 6-MP group in days: solved after t days, or open and followed for t whole days."""
    done, running = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    last, noon = dt.datetime(2026, 2, 5, 12), dt.timedelta(hours=12)
    rows: list[tuple[dt.datetime, dt.datetime | None]] = [
        (dt.datetime(2026, 1, 1, 12), dt.datetime(2026, 1, 1, 12) + dt.timedelta(days=t)) for t in done
    ]
    rows += [(last - dt.timedelta(days=t) - noon, None) for t in running]
    found = cohorts(FULL, kpi.Scope(by="month", as_of="2026-02-05"), tickets(rows))
    curve = found.curves[found.curves["period"] == "2026-01-01"].set_index("day")["share"]
    for day, _, left in GEHAN:
        assert curve[day] == pytest.approx(100 * (1 - left), abs=1e-4)
    sizes = found.sizes.iloc[0]
    assert (sizes["n"], sizes["still_open"], sizes["followed"]) == (21, 12, 6)
    assert found.cells.set_index("day")["share"].isna().to_dict() == {d: d > 6 for d in found.days}


def test_days_are_dates_of_the_zone_across_the_change_of_the_clock() -> None:
    """Berlin, 29 March 2026: the clock jumps from 02:00 to 03:00. Worked by hand.

    Created on Saturday the 28th at 23:30 local (22:30 UTC), solved 00:30 local on Sunday (23:30 UTC, the 28th): an hour later, and the next day.
    Created on Sunday at 00:30, solved 23:30 local (21:30 UTC): 22 hours later, the same day.
    """
    data = tickets(
        [
            (dt.datetime(2026, 3, 28, 22, 30), dt.datetime(2026, 3, 28, 23, 30)),
            (dt.datetime(2026, 3, 28, 23, 30), dt.datetime(2026, 3, 29, 21, 30)),
        ]
    )
    local = cohorts(FULL, kpi.Scope(zone="Europe/Berlin", as_of="2026-04-10"), data).cells.set_index("day")["done"]
    assert (local[0], local[1]) == (1, 2)
    utc = cohorts(FULL, kpi.Scope(as_of="2026-04-10"), data).cells.set_index("day")["done"]
    assert (utc[0], utc[1]) == (1, 2)  # the other way round: the first on its day, the second on the next


def test_the_unfinished_last_day_neither_helps_nor_harms() -> None:
    """Seen at noon of the 6th: what was solved that morning is not counted, for the evening is still to come."""
    day = dt.datetime(2026, 1, 5, 9)
    data = tickets([(day, dt.datetime(2026, 1, 6, 9)), (day, dt.datetime(2026, 1, 5, 10)), (dt.datetime(2026, 1, 6, 8), None)])
    found = cohorts(FULL, kpi.Scope(as_of="2026-01-06T12:00:00"), data)
    cells = found.cells.set_index("day")
    assert last_whole_day(dt.datetime(2026, 1, 6, 12), "UTC") == dt.date(2026, 1, 5)
    assert (cells.loc[0, "done"], cells.loc[0, "n"]) == (1, 2) and np.isnan(cells.loc[1, "share"])
    assert found.too_young == 1
    later = cohorts(FULL, kpi.Scope(as_of="2026-01-06"), data).cells.set_index("day")
    assert (later.loc[0, "n"], later.loc[0, "done"]) == (3, 1)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns"])
def test_every_cell_and_curve_by_a_loop(zone: str) -> None:
    rng = np.random.default_rng(3)
    start, as_of = dt.datetime(2026, 2, 20), dt.datetime(2026, 4, 14, 15, 30)
    rows: list[tuple[dt.datetime, dt.datetime | None]] = []
    for _ in range(700):
        made = start + dt.timedelta(seconds=int(rng.integers(0, 53 * 86_400)))
        done = made + dt.timedelta(seconds=float(rng.lognormal(11.0, 1.6)))
        if made <= as_of:
            rows.append((made, done if done <= as_of else None))
    clock = ZoneInfo(zone)
    last = as_of.replace(tzinfo=dt.UTC).astimezone(clock).date() - dt.timedelta(days=1)
    found = cohorts(FULL, kpi.Scope(zone=zone, as_of=as_of), tickets(rows))
    groups: dict[str, list[tuple[int | None, int]]] = {}
    for made, done in rows:
        day, ended = (at and at.replace(tzinfo=dt.UTC).astimezone(clock).date() for at in (made, done))
        assert day is not None
        if (last - day).days >= 0:
            monday = day - dt.timedelta(days=day.weekday())
            groups.setdefault(monday.isoformat(), []).append(((ended - day).days if ended else None, (last - day).days))
    assert sorted(groups) == found.sizes["period"].tolist()
    for row in found.cells.to_dict("records"):
        group = groups[row["period"]]
        if min(followed for _, followed in group) < row["day"]:
            assert np.isnan(row["share"])
            continue
        done_by = sum(took is not None and took <= row["day"] for took, _ in group)
        assert (row["done"], row["n"]) == (done_by, len(group)) and row["share"] == pytest.approx(100 * done_by / len(group))
        if len(group) >= 10:
            assert [row["low"], row["high"]] == pytest.approx([100 * float(edge) for edge in stats.wilson(done_by, len(group))])
    for period, group in groups.items():
        curve = found.curves[found.curves["period"] == period].set_index("day")["share"]
        left = 1.0
        for day in curve.index:
            at_risk = sum(followed >= day and (took is None or took >= day or took > followed) for took, followed in group)
            ended_now = sum(took == day and took <= followed for took, followed in group)
            left *= 1 - ended_now / at_risk if at_risk else 1
            assert curve[day] == pytest.approx(100 * (1 - left), abs=1e-9)


def made_up(shares: list[float], n: int = 400, seed: int = 0) -> Cohorts:
    """Weekly cohorts whose shares by day 7 are drawn from these."""
    rng = np.random.default_rng(seed)
    periods = [(dt.date(2026, 1, 5) + dt.timedelta(weeks=week)).isoformat() for week in range(len(shares))]
    done = rng.binomial(n, shares)
    low, high = stats.wilson(done, np.full(len(shares), n))
    cells = pd.DataFrame({"period": periods, "day": 7, "share": 100 * done / n, "low": 100 * low, "high": 100 * high, "done": done, "n": n})
    sizes = pd.DataFrame({"period": periods, "n": n, "still_open": 0, "followed": 30, "is_whole": True})
    return Cohorts(find(FULL), kpi.Scope(by="week"), (0, 7, 30), cells, pd.DataFrame(), sizes, 0, 0)


def test_the_newest_week_is_judged_only_against_enough_weeks() -> None:
    few = made_up([0.8] * 12)
    assert "usual range" not in few.text and "the 11 weeks before:" in few.text
    assert "inside the usual range of the 14 weeks before" in made_up([0.8] * 15, seed=1).text
    assert "below the usual range" in made_up([0.8] * 14 + [0.55]).text
    assert "above the usual range" in made_up([0.8] * 14 + [0.97]).text


@pytest.mark.slow
def test_where_nothing_changed_hardly_any_week_is_called_unusual() -> None:
    """Weeks that differ more than counting luck (standard deviation 3 points) and no change: at most 5 in 100 are called."""
    rng = np.random.default_rng(8)
    called = 0
    for seed in range(400):
        shares = np.clip(rng.normal(0.8, 0.03, 17), 0.05, 0.99).tolist()
        text = made_up(shares, n=300, seed=seed).text
        called += "below the usual" in text or "above the usual" in text
    assert called <= 20, called


def test_first_resolution_is_followed_where_the_data_know_it() -> None:
    day = dt.datetime(2026, 1, 5, 9)
    data = tickets([(day, day + dt.timedelta(hours=3)), (day, None)])
    assert usual_metric(data) == FULL
    changes = pd.DataFrame(
        {
            "ticket_id": ["0", "0"],
            "changed_at": [day, day + dt.timedelta(hours=3)],
            "field": "status",
            "old": [None, "new"],
            "new": ["new", "solved"],
        }
    )
    frame = pd.DataFrame({"ticket_id": ["0"], "created_at": [day], "status": ["solved"]})
    assert usual_metric(from_frames({"tickets": frame, "changes": changes})) == "first_resolution_time"


def test_refusals_and_emptiness_are_words() -> None:
    day = dt.datetime(2026, 1, 5, 9)
    data = tickets([(day, day + dt.timedelta(hours=3)), (day, None)])
    with pytest.raises(BadValue, match="not something a ticket is followed for"):
        cohorts("csat", kpi.Scope(), data)
    with pytest.raises(BadValue, match="needs"):
        cohorts("first_reply_time", kpi.Scope(), data)
    with pytest.raises(UnknownName):
        cohorts(FULL, kpi.Scope(where={"'; --": ["x"]}), data)
    nothing = cohorts(FULL, kpi.Scope(start="2020-01-01", end="2020-02-01"), data)
    assert nothing.sizes.empty and "could be followed" in nothing.text
