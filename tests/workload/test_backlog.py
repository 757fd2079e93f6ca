"""Oracles: the catalogue's backlog at every period end, pandas over every ticket, the sample company's status changes."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import sample
from kpi.engine import from_frames
from kpi.errors import BadValue, UnknownName
from kpi.tables import TABLES
from kpi.workload import BANDS, backlog, stalest

BAND_DAYS = (0, 1, 3, 7, 30, 10**6)


def tickets(n: int = 400, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    made = pd.Timestamp("2026-01-05") + pd.to_timedelta(rng.integers(0, 80 * 86_400, n), unit="s")
    done = made + pd.to_timedelta(rng.lognormal(12, 1.8, n), unit="s")
    done = pd.Series(done).where(done <= pd.Timestamp("2026-03-26"))
    status = np.where(done.isna(), "open", "solved").astype(object)
    status[rng.random(n) < 0.04] = "merged"
    return pd.DataFrame(
        {
            "ticket_id": [f"T{i}" for i in range(n)],
            "created_at": made,
            "solved_at": done.to_numpy(),
            "status": status,
            "team": rng.choice(["North", "South"], n),
            "updated_at": made + pd.to_timedelta(rng.integers(0, 86_400, n), unit="s"),
        }
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> kpi.Dataset:
    folder = tmp_path_factory.mktemp("backlog")
    sample.write(folder, tickets=1_500, seed=21)
    return kpi.read(*(folder / f"{table}.csv" for table in TABLES))


@pytest.mark.slow
@pytest.mark.parametrize(("by", "zone"), [("week", "UTC"), ("month", "Europe/Berlin"), ("week", "America/New_York")])
def test_bands_add_up_to_the_catalogues_backlog_at_every_period_end(by: str, zone: str, company: kpi.Dataset) -> None:
    """With reopened, merged and deleted tickets, and with a filter."""
    for where in ({}, {"channel": ["email"]}):
        scope = kpi.Scope(by=by, zone=zone, where=where)
        found = backlog(scope, company)
        measured = kpi.measure("backlog", scope, company).frame
        sums = found.bands.groupby("period")["n"].sum()
        assert sums.to_dict() == dict(zip(measured["period"], measured["value"], strict=True)) and sums.sum() > 0
        flows = kpi.measure(["tickets_created", "tickets_solved"], scope, company).frame.pivot(
            index="period", columns="metric", values="value"
        )
        for row in found.flow.to_dict("records"):
            assert (row["created"], row["solved"]) == tuple(flows.loc[row["period"], ["tickets_created", "tickets_solved"]])
            assert row["net"] == row["created"] - row["solved"]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_every_band_by_pandas(zone: str) -> None:
    frame = tickets()
    found = backlog(
        kpi.Scope(by="week", zone=zone, start="2026-01-19", end="2026-03-22", where={"team": ["North"]}), from_frames({"tickets": frame})
    )
    ours = frame[(frame["status"] != "merged") & (frame["team"] == "North")]
    for period, part in found.bands.groupby("period"):
        end = pd.Timestamp(period, tz=zone).tz_convert("UTC").tz_localize(None) + pd.Timedelta(days=7) - pd.Timedelta(microseconds=1)
        waiting = ours[(ours["created_at"] <= end) & ~(ours["solved_at"] <= end)]
        ages = (end - waiting["created_at"]).dt.total_seconds() / 86_400
        expected = [int(((ages >= low) & (ages < high)).sum()) for low, high in pairwise(BAND_DAYS)]
        assert part.sort_values("age")["n"].tolist() == expected, period
        assert part.sort_values("age")["band"].tolist() == list(BANDS)


def test_the_sentence_by_hand() -> None:
    """Three waiting at the end of February: 59 days, 11 days and half a day old."""
    made = [dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 18), dt.datetime(2026, 2, 28, 12), dt.datetime(2026, 1, 14)]
    done = [None, None, None, dt.datetime(2026, 2, 10)]
    frame = pd.DataFrame({"ticket_id": list("abcd"), "created_at": made, "solved_at": done, "status": ["open"] * 3 + ["solved"]})
    found = backlog(kpi.Scope(by="month", as_of="2026-02-28"), from_frames({"tickets": frame}))
    assert found.bands[found.bands["period"] == "2026-02-01"]["n"].tolist() == [1, 0, 0, 1, 1]
    assert found.text.replace("\u00a0", " ") == (
        "3 tickets were waiting at the end of February 2026, 1 of them (33.3 %) for more than 30 days. In these 2 months 3 more came than were solved."
    )


def test_the_stalest_by_pandas() -> None:
    frame = tickets()
    at, rows = stalest(kpi.Scope(as_of="2026-03-26"), from_frames({"tickets": frame}), most=7)
    ours = frame[(frame["status"] == "open")]
    assert at == dt.datetime(2026, 3, 27)
    oldest = rows[rows["place_by_age"] <= 7].sort_values("place_by_age")
    assert oldest["ticket_id"].tolist() == ours.sort_values("created_at")["ticket_id"].head(7).tolist()
    untouched = rows[rows["place_by_touch"] <= 7].sort_values("place_by_touch")
    assert untouched["ticket_id"].tolist() == ours.sort_values("updated_at")["ticket_id"].head(7).tolist()
    assert oldest["age_seconds"].iloc[0] == pytest.approx((at - ours["created_at"].min()).total_seconds())


def test_a_touch_is_the_last_message_or_change_or_update_up_to_then() -> None:
    day = dt.datetime(2026, 3, 2, 9)
    frame = pd.DataFrame(
        {
            "ticket_id": ["a", "b", "c"],
            "created_at": [day] * 3,
            "status": ["open"] * 3,
            "updated_at": [day + dt.timedelta(days=1), day + dt.timedelta(days=20), None],
        }
    )
    messages = pd.DataFrame(
        {"ticket_id": ["a", "a"], "sent_at": [day, day + dt.timedelta(days=4)], "author_role": "requester", "is_public": True}
    )
    changes = pd.DataFrame(
        {"ticket_id": ["b"], "changed_at": [day + dt.timedelta(days=2)], "field": "priority", "old": "low", "new": "high"}
    )
    data = from_frames({"tickets": frame, "messages": messages, "changes": changes})
    _, rows = stalest(kpi.Scope(as_of="2026-03-12"), data)
    touched = rows.set_index("ticket_id")["touched_at"]
    assert touched["a"] == pd.Timestamp(day + dt.timedelta(days=4))
    assert touched["b"] == pd.Timestamp(day + dt.timedelta(days=2)), "the update lies after the instant one stands at"
    assert pd.isna(touched["c"]), "nobody knows: never 'since the creation'"


def test_the_past_is_seen_as_it_was() -> None:
    """At the end of January the ticket solved in February was waiting."""
    frame = pd.DataFrame(
        {"ticket_id": ["a"], "created_at": [dt.datetime(2026, 1, 5)], "solved_at": [dt.datetime(2026, 2, 5)], "status": ["solved"]}
    )
    data = from_frames({"tickets": frame})
    at, rows = stalest(kpi.Scope(end="2026-01-31"), data)
    assert rows["ticket_id"].tolist() == ["a"] and at.date() == dt.date(2026, 1, 31)
    assert stalest(kpi.Scope(), data)[1].empty


def test_what_is_lacking_or_unknown_is_refused_in_words() -> None:
    bare = from_frames({"tickets": pd.DataFrame({"ticket_id": ["1"], "created_at": [dt.datetime(2026, 1, 1)]})})
    for ask in (backlog, stalest):
        with pytest.raises(BadValue, match="needs"):
            ask(kpi.Scope(by="week"), bare)
        with pytest.raises(UnknownName):
            ask(kpi.Scope(by="week", where={"'; DROP": ["x"]}), from_frames({"tickets": tickets(20)}))
