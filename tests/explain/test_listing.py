"""Rows as a list: the same rows as one by one, whatever is searched, sorted or paged, and the same in the file."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import kpi
from kpi import export
from kpi.engine import from_frames
from kpi.errors import BadValue, UnknownName
from kpi.explain.listing import Listing, count, filled_columns, listing, one, page
from kpi.scope import Scope

CATALOGUE = kpi.metrics()
HOSTILE = "'; DROP TABLE tickets; --"


def whole(data: kpi.Dataset, rows: Listing) -> pd.DataFrame:
    return page(data, rows, 1, 10_000)


@pytest.mark.parametrize("name", [n if n in ("csat", "backlog") else pytest.param(n, marks=pytest.mark.slow) for n in CATALOGUE])
@pytest.mark.parametrize("left_out", [False, True], ids=["behind", "left out"])
def test_the_rows_behind_a_number_are_the_same_one_by_one(name: str, left_out: bool, worked: kpi.Dataset) -> None:
    for scope in (Scope(), Scope(start="2024-01-01", end="2024-01-31", zone="Asia/Tokyo", where={"channel": "email"})):
        if kpi.measure(name, scope, worked).unavailable:
            continue
        rows = listing(worked, scope, metric=name, left_out=left_out)
        found, expected = whole(worked, rows), kpi.rows(name, scope, worked, excluded=left_out)
        key = "ticket_id" if "ticket_id" in expected else "agent" if "agent" in expected else "value"
        assert Counter(found[key].astype(str)) == Counter(expected[key].astype(str))
        assert found["value"].sum() == pytest.approx(expected["value"].astype(float).sum())
        assert count(worked, rows) == len(expected)
        assert ("reason" in found) == left_out


def test_without_a_number_every_ticket_of_the_dates_is_listed_whatever_its_status(worked: kpi.Dataset) -> None:
    """T01 to T20; in January (New York) all but T16 to T20, the spam, merged and deleted T11, T12 and T13 among them."""
    assert whole(worked, listing(worked, Scope()))["ticket_id"].tolist() == [f"T{i:02}" for i in range(20, 0, -1)]
    january = listing(worked, Scope(start="2024-01-01", end="2024-01-31", zone="America/New_York"))
    assert set(whole(worked, january)["ticket_id"]) == {f"T{i:02}" for i in range(1, 16)}


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_pages_share_out_the_list_in_its_order(size: int, worked: kpi.Dataset) -> None:
    rows = listing(worked, Scope(), sort="channel")
    pages = [page(worked, rows, number, size)["ticket_id"].tolist() for number in range(1, 20 // size + 2)]
    assert [ticket for part in pages for ticket in part] == whole(worked, rows)["ticket_id"].tolist()
    assert page(worked, rows, 10**9, size).empty


@pytest.mark.parametrize("sort", ["ticket_id", "-ticket_id", "-full_resolution_seconds", "first_reply_seconds", "-created_at", "team"])
def test_the_order_is_that_of_the_column_with_the_unknown_last(sort: str, worked: kpi.Dataset) -> None:
    found = whole(worked, listing(worked, Scope(), sort=sort))[sort.removeprefix("-")]
    known = found.dropna()
    assert found.isna().tolist() == sorted(found.isna().tolist())
    assert known.tolist() == sorted(known.tolist(), reverse=sort.startswith("-"))


def test_what_is_looked_for_is_found_as_by_hand(worked: kpi.Dataset) -> None:
    def found(text: str) -> set[str]:
        return set(whole(worked, listing(worked, Scope(), find=text))["ticket_id"])

    assert found("t1") == {f"T1{i}" for i in range(10)}
    assert found("  R1 ") == {"T01", "T04", "T19", "T20"}  # r1, and r10
    assert found("spammer") == {"T11"}
    assert found("front") == {"T01", "T02", "T03", "T06", "T07", "T08", "T09", "T10", "T11", "T14", "T16", "T17", "T18", "T20"}
    for nothing in (HOSTILE, "%", "_", "\\", '"', "🦆", "T01' OR '1'='1"):
        assert found(nothing) == set(), nothing
    assert len(found("")) == 20


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 201])
def test_what_is_no_text_is_said(text: str, worked: kpi.Dataset) -> None:
    with pytest.raises(BadValue, match="cannot be looked for"):
        listing(worked, Scope(), find=text)


def test_what_does_not_exist_is_said(worked: kpi.Dataset) -> None:
    with pytest.raises(UnknownName, match="no column"):
        listing(worked, Scope(), sort=HOSTILE)
    with pytest.raises(UnknownName, match="no metric"):
        listing(worked, Scope(), metric="cast")
    with pytest.raises(UnknownName, match="no ticket"):
        one(worked, "T01' OR '1'='1", Scope())


def test_one_ticket_whatever_the_dates(worked: kpi.Dataset) -> None:
    facts = one(worked, "T03", Scope(start="2030-01-01", end="2030-01-31"))
    assert (facts["channel"], facts["first_reply_seconds"], facts["reopens"]) == ("chat", 600, 1)


def test_columns_that_hold_nothing_are_told_apart(worked: kpi.Dataset) -> None:
    filled = filled_columns(worked, listing(worked, Scope()))
    assert {"ticket_id", "channel", "full_resolution_seconds"} <= filled
    assert not {"url", "language", "cost", "full_resolution_business_seconds"} & filled


def test_the_file_is_the_list(worked: kpi.Dataset, tmp_path: Path) -> None:
    rows = listing(worked, Scope(), metric="first_reply_time", find="ann", sort="-value")
    seen = whole(worked, rows)
    assert export.listed(worked, rows, tmp_path / "list.csv") == len(seen) == export.listed(worked, rows, tmp_path / "list.parquet")
    with (tmp_path / "list.csv").open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [row["ticket_id"] for row in written] == seen["ticket_id"].tolist()
    assert [float(row["value"]) for row in written] == seen["value"].tolist()
    assert list(written[0]) == list(seen.columns)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "list.parquet")[["ticket_id", "value"]], seen[["ticket_id", "value"]])


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_texts_cannot_run_in_a_spreadsheet_and_still_sort_as_they_are(bad: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"ticket_id": [bad, "a", "1"], "created_at": pd.Timestamp("2024-01-01"), "odd": [None, bad, "x"], "=x": bad})
    data = from_frames({"tickets": frame})
    rows = listing(data, Scope(), sort="ticket_id")
    export.listed(data, rows, tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert all(
        not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in written for pair in row.items() for cell in pair if cell
    )
    assert [row["ticket_id"].removeprefix("'") for row in written] == sorted([bad, "a", "1"])


@pytest.mark.slow
def test_there_is_no_cap(tmp_path: Path) -> None:
    """More rows than a spreadsheet's old limit, than a browser would be sent, and than anybody pages through."""
    many = 70_000
    ids = pd.Series(range(many)).astype("str")
    data = from_frames({"tickets": pd.DataFrame({"ticket_id": ids, "created_at": pd.Timestamp("2024-01-01")})})
    rows = listing(data, Scope())
    assert export.listed(data, rows, tmp_path / "all.csv") == count(data, rows) == many
    assert sum(1 for _ in (tmp_path / "all.csv").open(encoding="utf-8")) == many + 1
    assert page(data, rows, many // 50, 50)["ticket_id"].nunique() == 50
