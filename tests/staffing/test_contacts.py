"""Calls made by hand: one in a known half-hour of a known weekday, by the clock of the zone; patience from who hung up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.engine import from_frames
from kpi.errors import BadValue
from kpi.staffing import contacts, queues

pytestmark = pytest.mark.slow


def calls(at: list[pd.Timestamp], **columns: object) -> pd.DataFrame:
    rows = {
        "ticket_id": [str(n) for n in range(len(at))],
        "created_at": at,
        "channel": "phone",
        "queue_seconds": 10.0,
        "is_abandoned": False,
    }
    return pd.DataFrame({**rows, "handle_seconds": 300.0, "status": "solved", **columns})


def every_monday(weeks: int = 6, hour: int = 9, minute: int = 40, many: int = 10) -> list[pd.Timestamp]:
    """From 2026-06-01 on, a Monday; the data begin a week before and end well after."""
    at = [
        pd.Timestamp("2026-06-01") + pd.Timedelta(weeks=w, hours=hour, minutes=minute, seconds=n) for w in range(weeks) for n in range(many)
    ]
    return [pd.Timestamp("2026-05-25 12:00"), *at, pd.Timestamp("2026-06-01") + pd.Timedelta(weeks=weeks, days=2)]


def test_every_contact_in_its_half_hour():
    own = contacts(kpi.Scope(zone="Europe/Berlin"), from_frames({"tickets": calls(every_monday())}), "phone")
    assert own.weeks == 6 and str(own.first) == "2026-06-01"
    assert own.mean[0, 23] == 10 and own.mean.sum() == 10, "07:40 in Berlin is 09:40 UTC plus two hours: the half-hour of 11:30"
    utc = contacts(kpi.Scope(), from_frames({"tickets": calls(every_monday())}), "phone")
    assert utc.mean[0, 19] == 10, "09:30 to 10:00"
    assert own.handle == 300 and own.handled == 60 and own.abandoned == 0 and own.patience == float("inf")


def test_clocks_change_and_contacts_stay_in_their_half_hour():
    """Nine in the morning in Berlin, through the end of summer time on 25 October 2026."""
    local = pd.date_range("2026-09-28 09:10", periods=8, freq="7D", tz="Europe/Berlin")
    at = [pd.Timestamp("2026-09-20"), *local.tz_convert("UTC").tz_localize(None), pd.Timestamp("2026-11-30")]
    own = contacts(kpi.Scope(zone="Europe/Berlin", end="2026-11-22"), from_frames({"tickets": calls(at)}), "phone")
    assert own.counts[:, 0, 18].tolist() == [0, *[1] * 8] and own.counts.sum() == 8


def test_patience_is_all_waiting_over_those_who_left():
    at = every_monday(weeks=4, many=25)
    left = np.arange(len(at)) % 5 == 0
    waits = np.where(left, 60.0, 20.0)
    frame = calls(at, is_abandoned=left, queue_seconds=waits, handle_seconds=np.where(left, np.nan, 240.0))
    own = contacts(kpi.Scope(), from_frames({"tickets": frame}), "phone")
    inside = np.array([pd.Timestamp("2026-06-01") <= t < pd.Timestamp("2026-06-29") for t in at])
    assert own.patience == pytest.approx(waits[inside].sum() / left[inside].sum())
    assert own.abandoned == pytest.approx(left[inside].mean()) and own.handle == 240


def test_queues_are_told_apart():
    at = every_monday()
    frame = calls(at, channel=["chat" if n % 3 else "phone" for n in range(len(at))])
    data = from_frames({"tickets": pd.concat([frame, pd.DataFrame({"ticket_id": ["m"], "created_at": [at[3]], "channel": ["email"]})])})
    assert list(queues(kpi.Scope(), data)) == ["chat", "phone"], "mail waits in no queue"
    assert contacts(kpi.Scope(), data, "chat").counts.sum() + contacts(kpi.Scope(), data, "phone").counts.sum() == 60


def test_weeks_drawn_again_keep_their_mean_and_their_luck():
    rng = np.random.default_rng(1)
    at = [
        t
        for w in range(10)
        for t in [pd.Timestamp("2026-06-01") + pd.Timedelta(weeks=w, hours=9, seconds=n) for n in range(rng.poisson(40))]
    ]
    own = contacts(kpi.Scope(), from_frames({"tickets": calls([pd.Timestamp("2026-05-20"), *at, pd.Timestamp("2026-08-12")])}), "phone")
    drawn = own.drawn(2000)[:, 0, 18]
    assert drawn.mean() == pytest.approx(own.mean[0, 18], rel=0.01)
    assert drawn.std() == pytest.approx(own.counts[:, 0, 18].std() / np.sqrt(own.weeks), rel=0.1), "the error of a mean"
    assert (own.drawn(5) == own.drawn(5)).all()


def test_what_cannot_be_told():
    tickets = pd.DataFrame({"ticket_id": ["1"], "created_at": [pd.Timestamp("2026-06-01")], "status": ["open"]})
    with pytest.raises(BadValue, match="know no queue"):
        contacts(kpi.Scope(), from_frames({"tickets": tickets}))
    assert queues(kpi.Scope(), from_frames({"tickets": tickets})) == {}
    short = from_frames({"tickets": calls([pd.Timestamp("2026-06-01 09:00"), pd.Timestamp("2026-06-10 09:00")])})
    with pytest.raises(BadValue, match="whole week"):
        contacts(kpi.Scope(), short, "phone")
    with pytest.raises(BadValue, match="No contact came by fax'; DROP TABLE x; --"):
        contacts(kpi.Scope(), from_frames({"tickets": calls(every_monday())}), "fax'; DROP TABLE x; --")
