"""A view shows nothing it leaves out, in any cell of any table, and its numbers are those of the whole asked with the same filter."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import sample
from kpi.engine import Dataset, Seen
from kpi.errors import BadValue, UnknownName

pytestmark = pytest.mark.slow

BOARD = ["csat", "first_reply_time", "backlog", "first_contact_resolution", "tickets_created", "reopen_rate", "requester_wait_time"]
LOCKED = (("team", ("Billing",)), ("channel", ("chat", "email")))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("seen")
    sample.write(folder, tickets=1_500, seed=5)
    tickets = pd.read_csv(folder / "tickets.csv", dtype=str, keep_default_na=False)
    tickets["assigned_to"] = tickets["agent"]
    tickets["mailbox"] = "help@example.com"
    tickets["subject"] = "Ticket " + tickets["ticket_id"]
    tickets["region"] = np.where(tickets["channel"] == "chat", "north", "south")
    tickets.to_csv(folder / "tickets.csv", index=False)
    return kpi.read(*sorted(folder.glob("*.csv")))


def cells(data: Dataset) -> set[str]:
    """Every text in every table that can be reached through a view."""
    found: set[str] = set()
    for schema in (data.canonical, data.stand(None, None)):
        for table in data.query("SHOW TABLES", schema)["name"]:
            frame = data.query(f'SELECT COLUMNS(*)::VARCHAR FROM "{table}"', schema)
            for column in frame:
                found |= set(frame[column].dropna())
    return found


def people(whole: Dataset, *columns: str) -> set[str]:
    found = set()
    for column in columns:
        table, name = column.split(".")
        found |= set(whole.query(f"SELECT DISTINCT {name} AS one FROM {table} WHERE {name} IS NOT NULL", whole.canonical)["one"])
    return found


AGENTS = ("tickets.agent", "agent_time.agent", "reviews.agent", "reviews.reviewer", "surveys.agent")


@pytest.mark.parametrize("names", ["pseudonyms", "hidden"])
def test_no_name_is_left_anywhere(whole: Dataset, names: str) -> None:
    agents, customers = people(whole, *AGENTS), people(whole, "tickets.requester")
    assert len(agents) > 5 and len(customers) > 100 and agents <= cells(whole)
    seen = cells(whole.as_seen(Seen(names=names, salt="s")))
    assert not (agents | customers) & seen
    assert not any("help@example.com" in cell for cell in seen)


def test_pseudonyms_are_stable_distinct_and_not_to_be_guessed(whole: Dataset) -> None:
    one, again, other = (whole.as_seen(Seen(names="pseudonyms", salt=salt)) for salt in ("s", "s", "t"))
    agents = [set(people(data, "tickets.agent")) for data in (one, again, other)]
    assert agents[0] == agents[1] and not agents[0] & agents[2]
    assert len(agents[0]) == len(people(whole, "tickets.agent"))
    both = people(one, "tickets.agent") & people(one, "agent_time.agent")
    assert len(both) == len(people(whole, "tickets.agent") & people(whole, "agent_time.agent"))


def test_pseudonyms_change_no_number(whole: Dataset) -> None:
    scope = kpi.Scope(split=["agent"])
    plain, renamed = (kpi.measure(BOARD, scope, data).frame for data in (whole, whole.as_seen(Seen(names="pseudonyms", salt="s"))))
    columns = ["metric", "value", "low", "high", "n"]
    for frame in (plain, renamed):
        frame["agent"] = np.where(frame["agent"] == "(none)", "(none)", "x")
    pd.testing.assert_frame_equal(*(f[[*columns, "agent"]].sort_values([*columns, "agent"], ignore_index=True) for f in (plain, renamed)))


def test_hidden_names_take_the_column_away(whole: Dataset) -> None:
    data = whole.as_seen(Seen(names="hidden"))
    assert "tickets.agent" not in data.filled and "tickets.team" in data.filled
    assert "assigned_to" not in data.extras and "mailbox" not in data.extras and "region" in data.extras


def test_rows_cannot_be_told_apart_by_what_others_know(whole: Dataset) -> None:
    ids = people(whole, "tickets.ticket_id", "tickets.url", "reviews.review_id")
    data = whole.as_seen(Seen(rows=False, comments=False, salt="s"))
    seen = cells(data)
    assert ids and not ids & seen
    assert not people(whole, "tickets.requester", "surveys.comment", "messages.text") & seen
    assert "subject" not in data.extras and people(whole, "tickets.agent") <= seen
    pd.testing.assert_frame_equal(kpi.measure(BOARD, kpi.Scope(), data).frame, kpi.measure(BOARD, kpi.Scope(), whole).frame)


def test_a_fixed_filter_gives_the_numbers_of_the_filter(whole: Dataset) -> None:
    data = whole.as_seen(Seen(where=LOCKED))
    for more in ({}, {"by": "month"}, {"split": ["channel"]}):
        inside = kpi.measure(BOARD, kpi.Scope(**more), data).frame
        asked = kpi.measure(BOARD, kpi.Scope(where=dict(LOCKED), **more), whole).frame
        pd.testing.assert_frame_equal(inside, asked)


def test_nothing_outside_a_fixed_filter_can_be_asked_for(whole: Dataset) -> None:
    data = whole.as_seen(Seen(where=LOCKED))
    free = kpi.Scope(where={"team": "Technical"})
    assert kpi.measure("tickets_created", free, whole).frame["value"].iloc[0] > 0
    assert not kpi.measure("tickets_created", free, data).frame["value"].fillna(0).iloc[0]
    for table in ("tickets", "messages", "changes", "surveys", "reviews"):
        outside = whole.query(
            f"SELECT count(*) AS n FROM {data.canonical}.{table} WHERE ticket_id NOT IN (SELECT ticket_id FROM tickets "
            "WHERE team = 'Billing' AND channel IN ('chat', 'email'))",
            whole.stand(None, None),
        )
        assert not outside["n"].iloc[0] and (data.rows[table] or table == "reviews")
    assert not data.rows["agent_time"], "agents' time has no channel, so none of it can be shown"
    assert not any(name.startswith("agent_time.") for name in data.filled)


def test_dates(whole: Dataset) -> None:
    since, until = dt.datetime(2026, 3, 1), dt.datetime(2026, 7, 1)
    data = whole.as_seen(Seen(since=since, until=until))
    scope = kpi.Scope(start="2026-03-01", end="2026-06-30", by="month")
    names = [name for name in BOARD if name != "reopen_rate"]
    pd.testing.assert_frame_equal(kpi.measure(names, scope, data).frame, kpi.measure(names, scope, whole).frame)
    before = kpi.Scope(start="2025-03-01", end="2026-02-28")
    assert not kpi.measure("tickets_solved", before, data).frame["value"].fillna(0).iloc[0]
    after = kpi.Scope(start="2026-07-01", end="2026-09-30")
    assert not kpi.measure("tickets_created", after, data).frame["value"].fillna(0).iloc[0]


def test_views_of_views_and_of_everything(whole: Dataset) -> None:
    assert whole.as_seen(Seen()) is whole
    once = whole.as_seen(Seen(where=LOCKED))
    assert whole.as_seen(Seen(where=LOCKED)) is once and once.fingerprint != whole.fingerprint
    assert whole.as_seen(Seen(where=LOCKED, salt="s")).fingerprint != once.fingerprint


def test_a_view_cannot_be_widened(whole: Dataset) -> None:
    once = whole.as_seen(Seen(where=LOCKED))
    with pytest.raises(BadValue):
        once.as_seen(Seen(names="pseudonyms"))


def test_what_cannot_be_fixed_says_so(whole: Dataset) -> None:
    with pytest.raises(UnknownName, match="teem"):
        whole.as_seen(Seen(where=(("teem", ("x",)),)))
    with pytest.raises(BadValue, match="hours"):
        Seen(where=(("created_hour", ("9",)),))
    with pytest.raises(BadValue, match="secret"):
        Seen(names="public secret")


def test_hostile_words_and_columns_stay_words(whole: Dataset) -> None:
    for word in ("x'; DROP TABLE tickets; --", '"', "\\", "%"):
        assert not whole.as_seen(Seen(where=(("team", (word,)),))).rows["tickets"]
    assert (
        whole.as_seen(Seen(where=(("region", ("north",)),))).rows["tickets"]
        == kpi.measure("tickets_created", kpi.Scope(where={"channel": "chat"}, params={"statuses": "all"}), whole).frame["value"].iloc[0]
    )
