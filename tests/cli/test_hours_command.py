"""`kpi hours`: business seconds and due instants, worked by hand on a New York calendar with a lunch break."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Kpi = Callable[..., Ran]

# New York is five hours behind UTC in January. Monday the 5th: 14:00-17:00 and 18:00-22:30 UTC, Tuesday the 6th likewise;
# Monday the 19th is a holiday, Tuesday the 20th closed by an override, so after Tuesday the 13th comes Monday the 26th.
SPANS = [
    ("2026-01-05T15:00:00Z", "2026-01-05T19:00:00Z", 3 * 3600),  # two hours before lunch, one after
    ("2026-01-05T10:00:00-05:00", "2026-01-05T14:00:00-05:00", 3 * 3600),  # the same, written with an offset
    ("2026-01-05T15:00:00", "2026-01-05T19:00:00", 3 * 3600),  # no zone written: UTC
    ("2026-01-05T17:15:00Z", "2026-01-05T17:45:00Z", 0),  # inside lunch
    ("2026-01-05T22:00:00Z", "2026-01-06T14:00:30Z", 30 * 60 + 30),
    ("2026-01-18T00:00:00Z", "2026-01-25T00:00:00Z", 0),  # holiday and override: a closed week
    ("2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", 2 * 7.5 * 3600),
]
DUES = [
    ("2026-01-05T14:00:00Z", "3600", "2026-01-05T15:00:00Z"),
    ("2026-01-05T22:00:00Z", "3600", "2026-01-06T14:30:00Z"),
    ("2026-01-05T16:59:59.5Z", "1", "2026-01-05T18:00:00.500000Z"),
    ("2026-01-13T22:30:00Z", "1", "2026-01-26T14:00:01Z"),
    ("2026-01-05T14:00:00Z", "27000", "2026-01-05T22:30:00Z"),  # landing on a closing time stays there
]


def write(path: Path, header: str, rows: list[tuple[object, ...]]) -> Path:
    path.write_text("\n".join([header, *(",".join(str(c) for c in row) for row in rows)]) + "\n", "utf-8")
    return path


def test_business_seconds(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    pairs = write(tmp_path / "pairs.csv", "start,end", [s[:2] for s in SPANS])
    rows = list(csv.DictReader(io.StringIO(kpi("hours", "--calendar", desk / "new_york.toml", "--input", pairs).out)))
    assert list(rows[0]) == ["start", "end", "business_seconds"]
    assert [(r["start"], r["end"], float(r["business_seconds"])) for r in rows] == [(a, b, pytest.approx(s)) for a, b, s in SPANS]


def test_due_instants_into_a_file(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    pairs, out = write(tmp_path / "pairs.csv", "start,seconds", [d[:2] for d in DUES]), tmp_path / "due.csv"
    ran = kpi("hours", "--calendar", desk / "new_york.toml", "--input", pairs, "-o", out)
    assert (ran.code, ran.out) == (0, "")
    with out.open(newline="", encoding="utf-8") as handle:
        assert [(r["start"], r["seconds"], r["due_at"]) for r in csv.DictReader(handle)] == DUES


def test_a_schedule_by_name(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    pairs = write(tmp_path / "pairs.csv", "start,end", [("2026-01-05T21:00:00Z", "2026-01-06T12:00:00Z")])
    ran = kpi("hours", "--calendar", desk / "new_york.toml", "--schedule", "nights", "--input", pairs)
    assert ran.out.splitlines()[1].endswith(",28800"), "22:00 to 06:00 over midnight"


def test_what_is_unknown_stays_unknown_and_other_columns_stay(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    rows = [("a", "", "2026-01-05T15:00:00Z"), ("b", "2026-01-05T15:00:00Z", ""), ("=c", "2026-01-05T15:00:00Z", "2026-01-05T15:00:00Z")]
    pairs = write(tmp_path / "pairs.csv", "id,start,end", rows)
    ran = kpi("hours", "--calendar", desk / "new_york.toml", "--input", pairs)
    assert [r["business_seconds"] for r in csv.DictReader(io.StringIO(ran.out))] == ["", "", "0"]
    assert [r["id"] for r in csv.DictReader(io.StringIO(ran.out))] == ["a", "b", "=c"]


def test_a_header_alone_gives_a_header(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    pairs = write(tmp_path / "pairs.csv", "start,seconds", [])
    assert kpi("hours", "--calendar", desk / "office.toml", "--input", pairs).out == "start,seconds,due_at\n"


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("start,end", "2026-01-05T10:00:00Z,noon", "'noon' is not a time"),
        ("start,end", "0001-01-01T00:00:00+10:00,2026-01-05T10:00:00Z", "is not a time"),
        ("start,end", "2026-01-05T10:00:00Z", "not as many cells"),
        ("start,end", "2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,more", "not as many cells"),
        ("start,seconds", "2026-01-05T10:00:00Z,-5", "'-5' is not a number of seconds"),
        ("start,seconds", "2026-01-05T10:00:00Z,nan", "'nan' is not a number of seconds"),
        ("start,seconds", "2026-01-05T10:00:00Z,1e30", "'1e30' is not a number of seconds"),
        ("start,seconds", "2026-01-05T10:00:00Z,an hour", "'an hour' is not a number of seconds"),
    ],
)
def test_a_bad_row_is_named_by_its_line(kpi: Kpi, desk: Path, tmp_path: Path, header: str, row: str, words: str) -> None:
    good = "2026-01-05T10:00:00Z," + ("2026-01-05T12:00:00Z" if "end" in header else "60")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(f"{header}\n{good}\n\n{good}\n{row}\n", "utf-8")  # an empty line counts as a line
    ran = kpi("hours", "--calendar", desk / "office.toml", "--input", pairs)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("pairs.csv, line 5: ") and words in ran.err
