"""The known facts of the five data sets that concern reading. The oracle is each data set's README, and pandas for instants."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.sources.conftest import Loaded, Read

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def thunderbird(read: Read, datasets: Path) -> Loaded:
    folder = datasets / "thunderbird_support"
    return read(folder / "questions_2023.csv", folder / "answers_2023.csv")


@pytest.fixture(scope="module")
def baltimore(read: Read, datasets: Path) -> Loaded:
    return read(datasets / "baltimore_311" / "311_sample.csv")


@pytest.fixture(scope="module")
def servicenow(read: Read, datasets: Path) -> Loaded:
    return read(datasets / "servicenow_incidents_uci" / "incident_event_log.zip")


@pytest.fixture(scope="module")
def calls(read: Read, datasets: Path) -> Loaded:
    return read(next((datasets / "pwc_callcentre").glob("*.xlsx")))


@pytest.fixture(scope="module")
def kaggle(read: Read, datasets: Path) -> Loaded:
    return read(datasets / "kaggle_support_tickets" / "customer_support_tickets.csv")


def test_thunderbird_rows(thunderbird: Loaded) -> None:
    questions, answers = thunderbird.report.files
    assert (questions.rows, questions.tables, questions.superseded) == (12_396, {"tickets": 12_347}, 49)
    assert (answers.rows, answers.tables) == (27_960, {"messages": 27_960})
    assert any("49 ticket ids" in d and "49 of them state different times of creation" in d for d in thunderbird.report.doubts)
    assert thunderbird.report.column("messages", "author_role").state == "absent"
    assert thunderbird.one("SELECT bool_and(is_public) FROM messages")


def test_thunderbird_first_replies(thunderbird: Loaded) -> None:
    """The join of the two files gives the facts of its README, so ids, instants and folding are right."""
    thunderbird.con.execute(
        "CREATE TEMP VIEW replies AS SELECT ticket_id, count(*) AS n, epoch(min(sent_at) - any_value(created_at)) / 3600 AS hours "
        "FROM tickets JOIN messages USING (ticket_id) WHERE author <> requester GROUP BY ticket_id"
    )
    assert thunderbird.one("SELECT count(*), count(*) FILTER (n = 1), count(*) FILTER (hours < 0) FROM replies") == (8_825, 5_153, 22)
    median, mean, p90 = thunderbird.one("SELECT median(hours), avg(hours), quantile_cont(hours, 0.9) FROM replies WHERE hours >= 0")
    assert (median, mean, p90) == pytest.approx((4.4331, 45.454, 45.319), abs=6e-4)


def test_thunderbird_lists_have_no_empty_last_item(thunderbird: Loaded) -> None:
    assert thunderbird.one("SELECT count(*) FROM tickets WHERE list_contains(tags, '') OR len(tags) = 0") == 0
    assert thunderbird.one("SELECT tags FROM tickets WHERE ticket_id = '1401059'") == ["fix-problems"]


def test_baltimore_statuses(baltimore: Loaded) -> None:
    assert baltimore.counts("status") == {"closed": 9_567 + 18, "merged": 207 + 8 + 2, "open": 113 + 1, "new": 67, "pending": 17}
    channels = baltimore.counts("channel")
    assert (channels["Phone"], channels["API"], channels["Web"]) == (4_995, 2_571, 1)
    assert baltimore.one("SELECT count(DISTINCT topic), count(*) FILTER (topic = 'SW-Rat Rubout Proactive') FROM tickets") == (231, 1_696)


def test_baltimore_times(baltimore: Loaded) -> None:
    assert baltimore.one("SELECT min(created_at), max(created_at), count(DISTINCT ticket_id) FROM tickets") == (
        datetime(2014, 1, 1, 3, 53, 10),
        datetime(2019, 2, 13, 15, 33, 54),
        10_000,
    )
    due, closed = (baltimore.report.column("tickets", c) for c in ("due_at", "closed_at"))
    assert (due.null, closed.filled, closed.unread) == (286, 9_792, 0)
    median, mean, low = baltimore.one(
        "SELECT median(h), avg(h), min(h) FROM (SELECT epoch(solved_at - created_at) / 3600 AS h FROM tickets)"
    )
    assert (median, mean) == pytest.approx((32.404, 296.552), abs=6e-4)
    assert low >= 0
    met, n = baltimore.one("SELECT count(*) FILTER (solved_at <= due_at), count(due_at - solved_at) FROM tickets")
    assert n == 9_555
    assert met / n == pytest.approx(0.8360, abs=5e-5)


@pytest.mark.slow
def test_baltimore_csv_and_xlsx_are_the_same(read: Read, datasets: Path, baltimore: Loaded) -> None:
    other = read(datasets / "baltimore_311" / "311_sample.xlsx")
    columns = "ticket_id, created_at, solved_at, updated_at, due_at, status, channel, topic, team"
    query = f"SELECT {columns} FROM tickets ORDER BY ticket_id"
    pd.testing.assert_frame_equal(baltimore.frame(query), other.frame(query))


def test_baltimore_zone_moves_times(read: Read, datasets: Path) -> None:
    """Naming the zone gives UTC; pandas is the second reader (the skipped and repeated hours aside)."""
    path = datasets / "baltimore_311" / "311_sample.csv"
    ours = read(path, zone="America/New_York").frame("SELECT ticket_id, created_at FROM tickets").set_index("ticket_id")["created_at"]
    raw = pd.read_csv(path, dtype=str).set_index("ServiceRequestNum")["CreatedDate"]
    theirs = pd.to_datetime(raw, format="%m/%d/%Y %I:%M:%S %p").dt.tz_localize(
        "America/New_York", ambiguous="NaT", nonexistent="shift_forward"
    )
    theirs = theirs.dt.tz_convert("UTC").dt.tz_localize(None).dropna()
    assert len(theirs) > 9_990
    assert (ours.loc[theirs.index].astype("datetime64[us]") == theirs.astype("datetime64[us]")).all()


@pytest.mark.slow
def test_servicenow_log(servicenow: Loaded) -> None:
    (file,) = servicenow.report.files
    assert (file.source, file.rows, file.tables, file.superseded) == ("servicenow", 141_712, {"tickets": 24_918}, 116_794)
    assert servicenow.counts("status") == {"closed": 24_918}
    assert servicenow.one("SELECT count(*) FILTER (is_sla_met), count(is_sla_met) FROM tickets") == (15_803, 24_918)
    assert servicenow.one("SELECT count(*) FILTER (reopens > 0), sum(reopens)::INT FROM tickets") == (275, 331)
    never, mean = servicenow.one("SELECT count(*) FILTER (reassignments = 0) / count(*), avg(reassignments) FROM tickets")
    assert (never, mean) == pytest.approx((0.5437, 0.94), abs=5e-3)
    sla = servicenow.frame("SELECT priority, count(*) AS n, avg(is_sla_met::INT) * 100 AS met FROM tickets GROUP BY 1").set_index(
        "priority"
    )
    assert sla["n"].to_dict() == {"Critical": 270, "High": 408, "Moderate": 23_466, "Low": 774}
    assert sla["met"].round(2).to_dict() == {"Critical": 1.85, "High": 0.49, "Moderate": 64.54, "Low": 84.11}


@pytest.mark.slow
def test_servicenow_times(servicenow: Loaded) -> None:
    assert servicenow.one("SELECT min(created_at), max(created_at), min(closed_at), max(closed_at) FROM tickets") == (
        datetime(2016, 2, 29, 1, 16),
        datetime(2017, 2, 16, 14, 17),
        datetime(2016, 2, 29, 17, 47),
        datetime(2017, 2, 18, 15, 0),
    )
    assert servicenow.report.column("tickets", "solved_at").null == 1_556
    solved = servicenow.one("SELECT median(h), avg(h) FROM (SELECT epoch(solved_at - created_at) / 3600 AS h FROM tickets)")
    closed = servicenow.one("SELECT median(h), avg(h) FROM (SELECT epoch(closed_at - created_at) / 3600 AS h FROM tickets)")
    assert (*solved, *closed) == pytest.approx((22.10, 178.17, 145.87, 315.33), abs=6e-3)
    months = servicenow.counts("month", "(SELECT strftime(created_at, '%Y-%m') AS month FROM tickets)")
    assert (months["2016-03"], months["2016-04"], months["2016-05"]) == (8_995, 7_934, 7_508)


@pytest.mark.slow
def test_servicenow_log_and_derived_file_are_the_same(read: Read, datasets: Path, servicenow: Loaded) -> None:
    derived = read(datasets / "servicenow_incidents_uci" / "derived_one_row_per_incident.csv")
    query = "SELECT * EXCLUDE (_row, _file) FROM tickets ORDER BY ticket_id"
    pd.testing.assert_frame_equal(servicenow.frame(query), derived.frame(query))


@pytest.mark.slow
def test_servicenow_unknown_state_is_kept_as_unread(servicenow: Loaded) -> None:
    assert servicenow.counts("reason", "unread_cells") == {"an unknown word": 5}
    assert servicenow.report.column("tickets", "status").unread == 5
    assert any("“-100” (5)" in d for d in servicenow.report.doubts)


@pytest.mark.slow
def test_servicenow_instants_by_pandas(servicenow: Loaded, datasets: Path) -> None:
    raw = pd.read_csv(datasets / "servicenow_incidents_uci" / "derived_one_row_per_incident.csv", dtype=str).set_index("number")
    ours = servicenow.frame("SELECT * FROM tickets").set_index("ticket_id").loc[raw.index]
    for mine, theirs in {
        "created_at": "opened_at",
        "solved_at": "resolved_at",
        "closed_at": "closed_at",
        "updated_at": "sys_updated_at",
    }.items():
        expected = pd.to_datetime(raw[theirs].replace("?", None), format="%d/%m/%Y %H:%M").astype("datetime64[us]")
        pd.testing.assert_series_equal(ours[mine].astype("datetime64[us]"), expected, check_names=False)


def test_calls(calls: Loaded) -> None:
    assert calls.one("SELECT count(*), count(DISTINCT ticket_id), count(DISTINCT agent) FROM tickets") == (5_000, 5_000, 8)
    assert calls.one("SELECT min(created_at)::DATE::VARCHAR, max(created_at)::DATE::VARCHAR FROM tickets") == ("2021-01-01", "2021-03-31")
    assert calls.one("SELECT created_at FROM tickets WHERE ticket_id = 'ID0001'") == datetime(2021, 1, 1, 9, 12, 58)
    assert calls.one("SELECT count(*) FILTER (is_abandoned), count(*) FILTER (NOT is_abandoned) FROM tickets") == (946, 4_054)
    assert calls.one("SELECT count(*) FILTER (is_first_contact_resolved) FROM tickets") == 3_646
    assert calls.one("SELECT avg(queue_seconds), avg(handle_seconds) FROM tickets") == pytest.approx((67.5207, 224.92), abs=5e-3)
    assert calls.counts("topic")["Streaming"] == 1_022
    assert calls.counts("score", "surveys") == {1: 417, 2: 396, 3: 1_218, 4: 1_180, 5: 843}


def test_calls_day_fractions_by_pandas(calls: Loaded, datasets: Path) -> None:
    raw = pd.read_excel(next((datasets / "pwc_callcentre").glob("*.xlsx")), engine="openpyxl").set_index("Call Id")
    expected = pd.to_datetime(raw["Date"]) + pd.to_timedelta((raw["Time"].astype(float) * 86_400).round(), unit="s")
    ours = calls.frame("SELECT ticket_id, created_at FROM tickets").set_index("ticket_id")["created_at"].loc[raw.index]
    assert (ours.astype("datetime64[us]") == expected.astype("datetime64[us]")).all()


def test_kaggle(kaggle: Loaded) -> None:
    assert kaggle.counts("status") == {"pending": 2_881, "open": 2_819, "closed": 2_769}
    assert kaggle.counts("channel") == {"Email": 2_143, "Phone": 2_132, "Social media": 2_121, "Chat": 2_073}
    assert kaggle.counts("priority") == {"Medium": 2_192, "Critical": 2_129, "High": 2_085, "Low": 2_063}
    # Its README swaps the last two counts; the csv module counts these, and only they give the README's mean of 2.9913.
    assert kaggle.counts("score", "surveys") == {1: 553, 2: 549, 3: 580, 4: 543, 5: 544}
    assert kaggle.one("SELECT avg(score), avg((score >= 4)::INT) FROM surveys") == pytest.approx((2.9913, 0.3926), abs=5e-5)
    assert kaggle.one("SELECT count(first_reply_at), count(solved_at), count(first_reply_at) FILTER (status = 'open') FROM tickets") == (
        2_881 + 2_769,
        2_769,
        0,
    )


def test_kaggle_has_no_creation_and_no_durations(kaggle: Loaded) -> None:
    durations = [c for c in kaggle.report.columns if c.table == "tickets" and c.column.endswith("_seconds")]
    assert durations
    assert all(c.state == "absent" for c in [*durations, kaggle.report.column("tickets", "created_at")])
    assert any("No ticket has a time of creation" in d for d in kaggle.report.doubts)
    assert any("1,365 of 2,769 tickets were solved before their first reply" in d for d in kaggle.report.doubts)
    # By pandas; the README's earliest, 21:55, is that of the first responses alone.
    assert kaggle.one("SELECT min(first_reply_at), min(solved_at), max(solved_at) FROM tickets") == (
        datetime(2023, 5, 31, 21, 55),
        datetime(2023, 5, 31, 21, 53),
        datetime(2023, 6, 2, 0, 55),
    )
