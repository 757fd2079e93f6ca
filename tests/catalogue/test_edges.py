"""What is alive at the edges of periods, against counting every customer at every instant."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.engine import Dataset, from_frames

UTC = dt.UTC
DAYS = 120
START = dt.datetime(2024, 1, 3, 5, 30)


def company(seed: int, zone: str) -> tuple[Dataset, pd.DataFrame]:
    """Customers that come and go, many of them at midnight of the zone, and enough tickets to say how far the data reach."""
    random = np.random.default_rng(seed)
    midnight = [
        dt.datetime(2024, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) + dt.timedelta(days=d) for d in range(160)
    ]

    def instant(low: int) -> dt.datetime:
        day = int(random.integers(low, DAYS + 20))
        return midnight[day] if random.random() < 0.6 else midnight[day] + dt.timedelta(seconds=float(random.integers(1, 86_400)))

    came = [instant(0) for _ in range(300)]
    left = [None if random.random() < 0.4 else max(instant(0), at) for at in came]
    customers = pd.DataFrame({"requester": [f"r{i}" for i in range(300)], "became_customer_at": came, "left_at": left})
    created = [START + dt.timedelta(days=d) for d in range(DAYS)]
    tickets = pd.DataFrame({"ticket_id": [str(d) for d in range(DAYS)], "created_at": created, "requester": "r0"})
    frames = {"tickets": tickets, "customers": customers.astype({"became_customer_at": "datetime64[us]", "left_at": "datetime64[us]"})}
    return from_frames(frames), customers


def counts(customers: pd.DataFrame, opens: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """(there when a period opens, and gone when it is over)."""
    ends = [dt.datetime.max if pd.isna(at) else at for at in customers["left_at"]]
    there = [end for came, end in zip(customers["became_customer_at"], ends, strict=True) if came <= opens < end]
    return len(there), sum(end <= until for end in there)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize("by", ["day", "week", "month"])
@pytest.mark.parametrize(("start", "end"), [(None, None), ("2024-01-17", "2024-03-27"), ("2024-04-10", None)])
def test_customers_are_counted_at_the_edges(zone: str, by: str, start: str | None, end: str | None) -> None:
    data, customers = company(7, zone)
    scope = kpi.Scope(by=by, zone=zone, start=start, end=end)
    result = kpi.measure(["churn_rate", "retention_rate", "contact_rate"], scope, data).frame
    churn, stayed, contact = (result[result["metric"] == name] for name in ("churn_rate", "retention_rate", "contact_rate"))
    periods = scope.periods(data.first, data.newest)
    assert len(churn) == len(periods) > 1
    for period, row, other, ratio in zip(
        periods, churn.to_dict("records"), stayed.to_dict("records"), contact.to_dict("records"), strict=True
    ):
        there, gone = counts(customers, period.start, min(period.end, data.newest))
        assert (row["n"], row["top"]) == (there, gone), period
        assert math.isnan(other["value"]) if there == 0 else math.isclose(other["value"], 100 - 100 * gone / there)
        closes = min(period.end - dt.timedelta(microseconds=1), data.newest)
        assert ratio["n"] == counts(customers, closes, closes)[0], period


def test_who_leaves_as_the_month_ends_has_left_in_it() -> None:
    """A contract that ends at midnight of the first of March was lost in February: who is there on 1 March no longer counts it."""
    customers = pd.DataFrame(
        {
            "requester": ["a", "b"],
            "became_customer_at": pd.to_datetime(["2024-01-01", "2024-01-01"]),
            "left_at": pd.to_datetime(["2024-03-01", None]),
        }
    )
    created = pd.date_range("2024-01-02", "2024-04-02", freq="D")
    tickets = pd.DataFrame({"ticket_id": [str(i) for i in range(len(created))], "created_at": created})
    data = from_frames({"tickets": tickets, "customers": customers})
    frame = kpi.measure("churn_rate", kpi.Scope(by="month"), data).frame
    told = dict(zip(frame["period"], zip(frame["value"], frame["n"], strict=True), strict=True))
    assert told["2024-02-01"] == (50.0, 2) and told["2024-03-01"] == (0.0, 1)
