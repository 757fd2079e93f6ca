"""A report held against data: equal where it is, and what differs where it is not. Oracle: numbers and data changed by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import kpi
from kpi import Dataset, Result, Scope
from kpi.errors import BadValue
from kpi.report import Numbers, Proof, proof_of
from kpi.report.verify import verify

TICKETS = "ticket_id,created_at,first_reply_at,status,channel\n"
ROWS = [
    "1,2026-03-02T08:00:00Z,2026-03-02T08:30:00Z,open,email\n",
    "2,2026-03-03T08:00:00Z,2026-03-03T09:00:00Z,open,email\n",
    "3,2026-03-04T08:00:00Z,2026-03-04T08:10:00Z,open,chat\n",
]


def read(folder: Path, rows: list[str]) -> Dataset:
    path = folder / "tickets.csv"
    path.write_text(TICKETS + "".join(rows), "utf-8")
    return kpi.read(path)


def test_the_same_data_give_the_same_digits(data: Dataset, results: tuple[Result, Result]) -> None:
    proof = proof_of(results)
    told = verify(proof, data)
    assert told.is_equal and told.same_data and told.same_code
    known = sum(int(result.frame["value"].notna().sum()) for result in results)
    assert told.text == f"Equal: all {known:,} numbers." and known == proof.count, "the file says as many as are found equal"


@pytest.mark.parametrize("column", range(3, 13))
def test_one_other_digit_is_found(data: Dataset, results: tuple[Result, Result], column: int) -> None:
    (part, *_) = proof_of(results).numbers
    row = next(row for row in part.rows if row[column] is not None)
    changed = tuple(value * (1 + 1e-6) if place == column else value for place, value in enumerate(row))
    forged = Numbers(part.scope, tuple(changed if one is row else one for one in part.rows))
    told = verify(Proof("0", "0", (forged,)), data)
    (difference,) = told.differences
    assert difference.metric == row[0] and not told.is_equal and not told.same_data and not told.same_code
    assert told.text.splitlines()[0] == f"1 of {len(part.rows)} numbers differ." and "now" in difference.text


def test_other_data_are_told_row_by_row(tmp_path: Path) -> None:
    scope = Scope(split=["channel"])
    then = kpi.measure(["tickets_created", "first_reply_time"], scope, read(tmp_path, ROWS))
    now = read(tmp_path, [*ROWS[:2], "4,2026-03-04T08:00:00Z,2026-03-04T08:10:00Z,open,phone\n"])
    told = verify(proof_of([then]), now)
    said = {(one.metric, one.group): one.text.replace("\u00a0", " ") for one in told.differences}
    assert said[("tickets_created", ("chat",))] == "Tickets created, chat: cannot be measured here."
    assert said[("tickets_created", ("phone",))] == "Tickets created, phone: was not there."
    assert set(said) == {(m, (g,)) for m in ("tickets_created", "first_reply_time") for g in ("chat", "phone")}
    assert "The data are others" in told.text


def test_a_number_in_words_where_the_words_differ(tmp_path: Path) -> None:
    then = kpi.measure(["first_reply_time"], Scope(statistic="mean"), read(tmp_path, ROWS))
    told = verify(proof_of([then]), read(tmp_path, ROWS[:2]))
    assert (
        told.differences[0].text.replace("\u00a0", " ") == "First reply: value 33 min 20 s then, 45 min now."
    )  # (30+60+10)/3 and (30+60)/2


def test_hours_that_were_counted_by_must_be_given(tmp_path: Path) -> None:
    data = read(tmp_path, ROWS)
    office = kpi.hours.parse_calendar('[[schedule]]\nname = "a"\nzone = "UTC"\n[schedule.hours]\nmon = ["08:15-17:00"]\n')
    other = kpi.hours.parse_calendar('[[schedule]]\nname = "a"\nzone = "UTC"\n[schedule.hours]\nmon = ["09:00-17:00"]\n')
    proof = proof_of([kpi.measure(["first_reply_time"], Scope(calendar=office, clock="business"), data)])
    assert verify(proof, data, office).is_equal
    with pytest.raises(BadValue, match="working hours"):
        verify(proof, data)
    with pytest.raises(BadValue, match="others"):
        verify(proof, data, other)


def test_what_is_not_known_any_more_differs_and_does_not_fail(tmp_path: Path) -> None:
    data = read(tmp_path, ROWS)
    rows = (("no_such_metric", "all", (), 1, None, None, 1, None, None),)
    told = verify(
        Proof("1", data.fingerprint, (Numbers({"by": ["all"]}, rows), Numbers({"split": ["nothing"]}, (("csat", *rows[0][1:]),)))), data
    )
    assert [one.text for one in told.differences] == ["no_such_metric: cannot be measured here.", "CSAT: cannot be measured here."]


def test_a_report_without_numbers_says_so(tmp_path: Path) -> None:
    told = verify(replace(proof_of([]), fingerprint=""), read(tmp_path, ROWS))
    assert told.text.startswith("The file carries no measured number.")
