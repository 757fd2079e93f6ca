"""`kpi tickets`: one row per ticket, safe to open in a spreadsheet, and readable by `kpi` again with the same numbers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kpi import sample
from kpi.tables import TICKETS
from tests.cli.conftest import Ran

pytestmark = pytest.mark.slow

Kpi = Callable[..., Ran]

COMPUTED = """
first_reply_seconds first_reply_business_seconds reply_waits total_reply_seconds first_resolution_seconds first_resolution_business_seconds
full_resolution_seconds full_resolution_business_seconds requester_wait_seconds requester_wait_business_seconds agent_work_seconds
agent_work_business_seconds agent_wait_seconds agent_wait_business_seconds hold_seconds hold_business_seconds unassigned_seconds
agent_replies requester_replies reopens resolutions agent_stations team_stations is_one_touch csat_score
""".split()
"""The contract of the design: every column of tickets, plus these."""

ELSEWHERE = set(
    "reply_time reply_sla_attainment csat csat_mean dsat nps ces survey_response_rate quality_score occupancy utilisation "
    "tickets_per_agent_hour retention_rate churn_rate contact_rate cost_per_ticket cost_per_resolution".split()
)
"""Metrics that live in other tables than tickets, or prefer them (costs)."""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_columns_are_those_of_the_contract(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ran = kpi("tickets", desk / "tickets.csv", desk / "surveys.csv", "-o", out)
    assert (ran.code, ran.out, ran.err) == (0, "", "6 tickets written to out.csv.\n")
    header = list(rows_of(out)[0])
    plain = [c.name for c in TICKETS.columns if not c.derived]
    assert header[: len(plain)] == plain and set(COMPUTED) <= set(header) and len(set(header)) == len(header)
    assert set(header) == {*plain, *COMPUTED, "region"}, "and the export's own column"


def test_cells_worked_by_hand(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    kpi("tickets", desk / "tickets.csv", desk / "surveys.csv", "--calendar", desk / "office.toml", "-o", out)
    rows = {r["ticket_id"]: r for r in rows_of(out)}
    assert list(rows) == ["1", "2", "3", "4", "6", "5"], "by creation"
    third = rows["3"]
    assert (third["created_at"], third["first_reply_at"]) == ("2026-01-06T08:00:00Z", "2026-01-06T10:00:00Z")
    assert (float(third["first_reply_seconds"]), float(third["first_reply_business_seconds"])) == (7200, 3600)
    assert (float(third["full_resolution_seconds"]), float(third["full_resolution_business_seconds"])) == (86400, 8 * 3600)
    assert (third["reopens"], third["is_one_touch"], float(third["csat_score"]), third["tags"]) == ("1", "false", 2, "")
    assert rows["1"]["tags"] == "new;vip" and rows["1"]["is_one_touch"] == "true" and rows["1"]["is_sla_met"] == "true"
    assert (rows["5"]["full_resolution_seconds"], rows["5"]["solved_at"], rows["5"]["region"]) == ("", "", "")
    assert rows["6"]["status"] == "spam", "excluded tickets are in the file, their status says so"


def test_parquet_holds_the_same_cells_typed(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    text, typed = tmp_path / "out.csv", tmp_path / "out.parquet"
    for out in (text, typed):
        assert kpi("tickets", desk / "tickets.csv", "--calendar", desk / "office.toml", "-o", out).code == 0
    table = pq.read_table(typed)
    rows = rows_of(text)
    assert table.column_names == list(rows[0])
    for row, cells in zip(rows, table.to_pylist(), strict=True):
        assert {k: _as_text(v) for k, v in cells.items()} == row


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()) + "Z"
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0"])
def test_no_cell_runs_in_a_spreadsheet(kpi: Kpi, tmp_path: Path, text: str) -> None:
    export, out = tmp_path / "tickets.csv", tmp_path / "out.csv"
    with export.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows(
            [["ticket_id", "created_at", "channel", "tags", "agent", "mood"], [text, "2026-01-05T09:00:00Z", text, text, text, text]]
        )
    assert kpi("tickets", export, "-o", out).code == 0
    written = rows_of(out)[0]
    texts = [c.name for c in TICKETS.columns if c.type in ("text", "list")] + ["mood"]
    assert not [c for c in texts if written[c][:1] in ("=", "+", "-", "@", "\t", "\r", "\n")]
    assert written["ticket_id"] == f"'{text}", "an apostrophe in front, and nothing is lost"
    shown = kpi("compute", export, "--metric", "tickets_created", "--split", "channel", "mood", "--format", "csv").out
    assert not [c for row in csv.reader(shown.splitlines()) for c in row if c[:1] in ("=", "+", "-", "@", "\t")]
    assert kpi("compute", export, "--metric", "tickets_created", "--where", f"channel={text}").one()["value"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("by", ["all", "month"])
def test_the_export_read_again_gives_the_same_numbers(kpi: Kpi, tmp_path: Path, by: str) -> None:
    sample.write(tmp_path, tickets=800, seed=5)
    calendar, exported = tmp_path / "calendar.toml", tmp_path / "again" / "tickets.csv"
    exported.parent.mkdir()
    canonical = sorted(p for p in tmp_path.glob("*.csv") if p.name != "events.csv")
    standing = ("--as-of", "2026-10-31T00:00:00Z")
    assert kpi("tickets", *canonical, "--calendar", calendar, *standing, "-o", exported).code == 0

    for clock in ("calendar", "business"):
        wish = ("--by", by, "--clock", clock, *standing)
        first = kpi("compute", *canonical, "--calendar", calendar, *wish).json["results"]
        again = kpi("compute", exported, *wish).json["results"]
        names = {r["metric"] for r in again} - ELSEWHERE
        if by != "all":  # which status an open ticket had at an earlier month end is in the changes, not in the tickets
            names -= {"tickets_active", "tickets_pending", "backlog", "backlog_age", "days_of_backlog"}
        if clock == "business":  # how long an open ticket has been open in working hours is not a column
            names -= {"resolved_within", "first_reply_within"}
        assert len(names) > 20
        keep = ("metric", "period", "value", "low", "high", "n", "top", "bottom")
        assert [{k: _near(r[k]) for k in keep} for r in again if r["metric"] in names] == [
            {k: _near(r[k]) for k in keep} for r in first if r["metric"] in names
        ]


def _near(value: Any) -> Any:
    return float(f"{value:.9g}") if isinstance(value, float | int) else value
