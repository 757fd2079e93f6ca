"""Every known fact of the shared data sets that a metric can state, through the public reading path.

The facts are those of the README beside each data set, found there with other tools. `pytest.approx` allows only for the digits printed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import kpi

DATA = Path(__file__).parents[2] / "../shared/datasets"
HOUR = 3600.0
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data sets do not lie beside the project")


@cache
def load(*names: str) -> kpi.Dataset:
    return kpi.read(*(DATA / name for name in names))


def servicenow() -> kpi.Dataset:
    return load("servicenow_incidents_uci/incident_event_log.zip")


def thunderbird() -> kpi.Dataset:
    return load("thunderbird_support/questions_2023.csv", "thunderbird_support/answers_2023.csv")


def baltimore(ending: str = "csv") -> kpi.Dataset:
    return load(f"baltimore_311/311_sample.{ending}")


def calls() -> kpi.Dataset:
    return load("pwc_callcentre/01 Call-Center-Dataset.xlsx")


def kaggle() -> kpi.Dataset:
    return load("kaggle_support_tickets/customer_support_tickets.csv")


def row(name: str, data: kpi.Dataset, **scope: object) -> pd.Series:
    frame = kpi.measure(name, kpi.Scope(**scope), data).frame  # type: ignore[arg-type]
    assert len(frame) == 1
    return frame.iloc[0]


def by_group(name: str, data: kpi.Dataset, column: str, what: str = "value") -> dict[str, float]:
    frame = kpi.measure(name, kpi.Scope(split=[column]), data).frame
    return dict(zip(frame[column], frame[what], strict=True))


# ---- ServiceNow: an audit log of several rows per ticket --------------------------------------------------------------------------


def test_servicenow_folds_the_audit_log() -> None:
    data = servicenow()
    (file,) = data.report.files
    assert (file.rows, data.rows["tickets"], file.source) == (141_712, 24_918, "servicenow")
    assert row("tickets_created", data)["value"] == 24_918


def test_servicenow_sla() -> None:
    found = row("sla_attainment", servicenow())
    assert (found["top"], found["bottom"]) == (15_803, 24_918)
    assert found["value"] == pytest.approx(63.42, abs=0.005)
    shares, clocks = by_group("sla_attainment", servicenow(), "priority"), by_group("sla_attainment", servicenow(), "priority", "n")
    wanted = {"Critical": (1.85, 270), "High": (0.49, 408), "Moderate": (64.54, 23_466), "Low": (84.11, 774)}
    for word, (share, count) in wanted.items():
        (name,) = [n for n in shares if word in n]
        assert shares[name] == pytest.approx(share, abs=0.005) and clocks[name] == count


def test_servicenow_reopens_and_reassignments() -> None:
    found = row("reopen_rate", servicenow())
    assert (found["top"], found["bottom"]) == (275, 24_918)
    assert found["value"] == pytest.approx(1.10, abs=0.005)
    assert kpi.rows("reopen_rate", kpi.Scope(), servicenow())["reopens"].sum() == 331
    assert row("reassignment_rate", servicenow())["value"] == pytest.approx(100 - 54.37, abs=0.005)
    assert kpi.rows("reassignment_rate", kpi.Scope(), servicenow())["reassignments"].mean() == pytest.approx(0.94, abs=0.005)


def test_servicenow_resolution() -> None:
    data = servicenow()
    assert row("full_resolution_time", data)["value"] / HOUR == pytest.approx(25.75, abs=0.005)
    resolved = (
        data.con.cursor()
        .execute(
            "SELECT median(epoch_us(solved_at) - epoch_us(created_at)) / 3.6e9, avg(epoch_us(solved_at) - epoch_us(created_at)) / 3.6e9, "
            "count(*) FILTER (solved_at IS NOT NULL), median(epoch_us(closed_at) - epoch_us(created_at)) / 3.6e9, "
            "avg(epoch_us(closed_at) - epoch_us(created_at)) / 3.6e9 FROM canonical.tickets"
        )
        .fetchone()
    )
    assert resolved == pytest.approx((22.10, 178.17, 23_362, 145.87, 315.33), abs=0.005)
    assert not (kpi.rows("full_resolution_time", kpi.Scope(), data)["value"] < 0).any()


def test_servicenow_by_month() -> None:
    frame = kpi.measure("tickets_created", kpi.Scope(by="month"), servicenow()).frame.set_index("period")["value"]
    assert [frame["2016-03-01"], frame["2016-04-01"], frame["2016-05-01"]] == [8_995, 7_934, 7_508]
    assert frame.drop(["2016-03-01", "2016-04-01", "2016-05-01"]).max() < 210
    assert row("tickets_closed", servicenow())["value"] == 24_918
    assert row("backlog", servicenow())["value"] == 0


def test_servicenow_one_row_per_incident_gives_the_same() -> None:
    derived = load("servicenow_incidents_uci/derived_one_row_per_incident.csv")
    for name in ("sla_attainment", "reopen_rate", "full_resolution_time", "reassignment_rate"):
        assert row(name, derived)["value"] == row(name, servicenow())["value"]


def test_servicenow_knows_no_reply_and_no_csat() -> None:
    lacks = servicenow().lacking()
    assert lacks["first_reply_time"] and lacks["csat"]


# ---- Thunderbird: two files, replies joined to questions ----------------------------------------------------------------------------


def test_thunderbird_rows() -> None:
    data = thunderbird()
    assert sorted(f.rows for f in data.report.files) == [12_396, 27_960]
    assert (data.rows["tickets"], data.rows["messages"]) == (12_347, 27_960)


def test_thunderbird_answered() -> None:
    found = row("answer_rate", thunderbird())
    assert (found["top"], found["bottom"]) == (8_825, 12_347)
    assert found["value"] == pytest.approx(71.475, abs=0.0005)


def test_thunderbird_first_reply() -> None:
    data = thunderbird()
    found = row("first_reply_time", data)
    assert found["n"] == 8_825 - 22
    assert any("22 " in note for note in found["notes"])
    assert data.findings().set_index("name").loc["reply_before_creation", "tickets"] == 22
    for statistic, hours in {"median": 4.4331, "mean": 45.454, "p90": 45.319}.items():
        assert row("first_reply_time", data, statistic=statistic)["value"] / HOUR == pytest.approx(hours, abs=0.0006)


def test_thunderbird_within_a_day_of_those_answered() -> None:
    found = row("first_reply_within", thunderbird(), params={"first_reply_within": "24h", "clocks": "finished"})
    assert found["value"] == pytest.approx(84.573, abs=0.0006)


def test_thunderbird_exactly_one_reply() -> None:
    frame = kpi.rows("answer_rate", kpi.Scope(), thunderbird())
    assert (frame["agent_replies"] == 1).sum() == 5_153


def test_thunderbird_cannot_tell_sla_or_csat() -> None:
    lacks = thunderbird().lacking()
    assert all(lacks[name] for name in ("sla_attainment", "csat", "backlog", "full_resolution_time"))


# ---- Baltimore: CSV and XLSX of the same rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_baltimore_every_status_and_finished_clocks(ending: str) -> None:
    data, wide = baltimore(ending), {"statuses": "all", "clocks": "finished"}
    sla = row("sla_attainment", data, params=wide)
    assert sla["bottom"] == 9_555 and sla["value"] == pytest.approx(83.60, abs=0.005)
    assert row("full_resolution_time", data, params=wide)["value"] / HOUR == pytest.approx(32.404, abs=0.0005)
    assert row("full_resolution_time", data, params=wide, statistic="mean")["value"] / HOUR == pytest.approx(296.552, abs=0.0005)
    assert row("full_resolution_time", data, params=wide)["n"] == 9_792
    assert row("tickets_created", data, params=wide)["value"] == 10_000


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_baltimore_by_the_default_rule(ending: str) -> None:
    data = baltimore(ending)
    sla = row("sla_attainment", data)
    assert sla["value"] == pytest.approx(82.67, abs=0.005)
    assert any("129 open past their promise" in note for note in sla["notes"])
    assert row("full_resolution_time", data)["value"] / HOUR == pytest.approx(32.86, abs=0.005)
    assert row("tickets_created", data)["value"] == 10_000 - 207 - 8 - 2
    assert row("backlog", data)["value"] == 113 + 67 + 17 + 1


def test_baltimore_says_why_the_two_rules_differ() -> None:
    from kpi.measure.rules import by_the_exports_rule, differences

    data, names = baltimore(), ["sla_attainment", "full_resolution_time", "tickets_created"]
    ours, theirs = kpi.measure(names, kpi.Scope(), data), kpi.measure(names, by_the_exports_rule(kpi.Scope()), data)
    said = " ".join(differences(names, ours, theirs, data)).replace("\u00a0", " ")
    for part in (
        "82.67 % here, 83.60 %",
        "32 h 52 min here, 32 h 24 min",
        "9,783 here, 10,000",
        "217 deleted, spam or merged",
        "129 open past their promise",
    ):
        assert part in said


def test_baltimore_csv_and_xlsx_agree_to_the_digit() -> None:
    text, sheet = baltimore("csv"), baltimore("xlsx")
    assert text.fingerprint == sheet.fingerprint
    scope = kpi.Scope(by="month", split=["channel"])
    pd.testing.assert_frame_equal(kpi.measure([], scope, text).frame, kpi.measure([], scope, sheet).frame)


def test_baltimore_channels() -> None:
    counts = by_group_all("tickets_created", "channel")
    assert {k.casefold(): v for k, v in counts.items()} == {
        "phone": 4_995, "api": 2_571, "internal": 2_194, "mail": 206, "system": 19, "other": 10, "email": 4, "web": 1,
    }  # fmt: skip


def by_group_all(name: str, column: str) -> dict[str, float]:
    frame = kpi.measure(name, kpi.Scope(split=[column], params={"statuses": "all"}), baltimore()).frame
    return dict(zip(frame[column], frame["value"], strict=True))


# ---- A call centre: day fractions and unanswered calls -----------------------------------------------------------------------------


def test_call_centre() -> None:
    data = calls()
    assert row("tickets_created", data)["value"] == 5_000
    abandoned = row("abandonment_rate", data)
    assert (abandoned["top"], abandoned["bottom"]) == (946, 5_000)
    assert abandoned["value"] == pytest.approx(18.92)
    assert row("speed_of_answer", data)["value"] == pytest.approx(67.5207, abs=0.00005)
    assert row("handle_time", data)["value"] == pytest.approx(224.92, abs=0.005)
    csat = row("csat", data)
    assert (csat["top"], csat["bottom"]) == (1_180 + 843, 4_054)
    assert csat["value"] == pytest.approx(49.90, abs=0.005)
    assert row("csat_mean", data)["value"] == pytest.approx(3.40355, abs=0.000005)
    assert sorted(by_group("tickets_created", data, "topic").values()) == [976, 976, 1_007, 1_019, 1_022]
    assert len(by_group("tickets_created", data, "agent")) == 8


# ---- Kaggle: no creation time, so no reply or resolution time ------------------------------------------------------------------------


def test_kaggle_tells_no_time_it_cannot_know() -> None:
    data = kaggle()
    assert row("tickets_created", data)["value"] == 8_469
    for name in ("first_reply_time", "first_resolution_time", "full_resolution_time"):
        found = row(name, data)
        assert pd.isna(found["value"]) and found["notes"] == ("needs tickets.created_at",)
    assert "created_at" not in {f.split(".")[1] for f in data.filled if f.startswith("tickets.")}


def test_kaggle_counts_what_it_can() -> None:
    data = kaggle()
    csat = row("csat", data)
    assert csat["bottom"] == 2_769 and csat["value"] == pytest.approx(39.26, abs=0.005)
    assert row("csat_mean", data)["value"] == pytest.approx(2.9913, abs=0.00005)
    assert row("tickets_solved", data)["value"] == 2_769
    channels = {k.casefold(): v for k, v in by_group("tickets_created", data, "channel").items()}
    assert sorted(channels.values()) == [2_073, 2_121, 2_132, 2_143]


def test_kaggle_warns_of_solves_before_replies() -> None:
    findings = kaggle().findings().set_index("name")
    doubts = " ".join([*kaggle().report.doubts, *(d for f in kaggle().report.files for d in f.doubts)])
    assert "1,365" in doubts or findings["tickets"].get("solve_before_reply") == 1_365
