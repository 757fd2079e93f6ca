"""Real exports beside the project: their known facts, and every cell against the csv module or openpyxl."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from kpi.files.workbook import plain_text
from tests.files.reading import Read, Row, read_all

pytestmark = pytest.mark.slow


def oracle(text: str) -> tuple[list[str], dict[int, Row]]:
    """Header and rows that are not empty, by the csv module."""
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    return head, {i: tuple(c or None for c in row) for i, row in enumerate(rows, start=2) if any(row)}


def the_same(read: Read, path: Path) -> bool:
    head, rows = oracle(path.read_bytes().decode("utf-8-sig"))
    return (read.headers, read.rows, read.rejected) == (head, rows, {})


@pytest.mark.slow
def test_servicenow_log(datasets: Path) -> None:
    path = datasets / "servicenow_incidents_uci" / "incident_event_log.zip"
    [read] = read_all(path)
    assert read.raw.file == "incident_event_log.zip › incident_event_log.csv"
    assert (read.raw.rows, len(read.headers), read.raw.doubts) == (141_712, 36, ())
    states = Counter(row[1] for row in read.cells)
    assert (states["Active"], states["New"], states["-100"]) == (38_716, 36_407, 5)
    assigned_to = read.headers.index("assigned_to")
    assert sum(row[assigned_to] == "?" for row in read.cells) == 27_496
    with zipfile.ZipFile(path) as archive:
        head, rows = oracle(archive.read("incident_event_log.csv").decode())
    assert (read.headers, read.rows) == (head, rows)


def test_servicenow_one_row_per_incident(datasets: Path) -> None:
    path = datasets / "servicenow_incidents_uci" / "derived_one_row_per_incident.csv"
    [read] = read_all(path)
    assert read.raw.rows == 24_918
    assert the_same(read, path)


def test_kaggle(datasets: Path) -> None:
    """Byte order mark, CRLF, cells with line breaks, one row of empty cells at the end."""
    path = datasets / "kaggle_support_tickets" / "customer_support_tickets.csv"
    [read] = read_all(path)
    assert (read.raw.rows, read.headers[0]) == (8_469, "Ticket ID")
    assert read.raw.doubts == ("1 empty row was left out (the last row).",)
    assert any("\n" in (row[9] or "") for row in read.cells)
    assert the_same(read, path)


@pytest.mark.parametrize(("name", "rows"), [("questions_2023.csv", 12_396), ("answers_2023.csv", 27_960)])
def test_thunderbird(datasets: Path, name: str, rows: int) -> None:
    path = datasets / "thunderbird_support" / name
    [read] = read_all(path)
    assert read.raw.rows == rows
    assert the_same(read, path)


def test_baltimore_csv_and_xlsx(datasets: Path) -> None:
    """The same 10,000 rows. In 107 coordinates the two files themselves differ, by one in the last of 15 digits."""
    folder = datasets / "baltimore_311"
    text, sheet = read_all(folder / "311_sample.csv", folder / "311_sample.xlsx")
    assert the_same(text, folder / "311_sample.csv")
    assert (text.raw.rows, sheet.raw.rows, sheet.headers) == (10_000, 10_000, text.headers)
    places = {text.headers.index("Latitude"), text.headers.index("Longitude")}
    differing = 0
    for number, row in text.rows.items():
        for i, (a, b) in enumerate(zip(row, sheet.rows[number], strict=True)):
            if a != b:
                differing += 1
                assert i in places
                assert a is not None and b is not None
                assert abs(float(a) - float(b)) < 1.5e-13
    assert differing == 107
    assert sheet.raw.cell_types[text.headers.index("DaysOpen")] == "number"
    assert sheet.raw.cell_types[text.headers.index("CreatedDate")] == "text"


@pytest.mark.slow
def test_baltimore_xlsx_against_openpyxl(datasets: Path) -> None:
    path = datasets / "baltimore_311" / "311_sample.xlsx"
    [read] = read_all(path)
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    sheet.reset_dimensions()  # the file says A1, which openpyxl would believe
    expected = [tuple(plain_text(float(c) if isinstance(c, int) else c) for c in row) for row in sheet.iter_rows(values_only=True)]
    assert [tuple(read.headers), *read.cells] == expected


def test_pwc(datasets: Path) -> None:
    """Day fractions in a format that is a time in some languages only: numbers, equal to those openpyxl reads."""
    path = datasets / "pwc_callcentre" / "01 Call-Center-Dataset.xlsx"
    [read] = read_all(path)
    assert (read.raw.rows, read.raw.file) == (5_000, "01 Call-Center-Dataset.xlsx › Sheet1")
    types = dict(zip(read.headers, read.raw.cell_types, strict=True))
    assert (types["Time"], types["AvgTalkDuration"], types["Date"]) == ("number", "number", "text")
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    head, *expected = sheet.iter_rows(values_only=True)
    assert tuple(read.headers) == head
    for row, cells in zip(expected, read.cells, strict=True):
        for want, got in zip(row, cells, strict=True):
            if isinstance(want, (int, float)):
                assert got is not None
                assert float(got) == pytest.approx(want, abs=1e-13)
            else:
                assert got == want
    talk = read.headers.index("AvgTalkDuration")
    seconds = [86_400 * float(row[talk]) for row in read.cells if row[talk]]
    assert (len(seconds), round(sum(seconds) / len(seconds), 2)) == (4_054, 224.92)


def test_header_files_of_every_tool(datasets: Path) -> None:
    """One line each (two with data): the headers as the csv module reads them."""
    paths = sorted((datasets.parent / "exports").glob("*.csv"))
    assert len(paths) >= 20
    for path, read in zip(paths, read_all(*paths), strict=True):
        head, rows = oracle(path.read_bytes().decode("utf-8-sig"))
        if path.name.startswith(
            ("qualtrics", "surveymonkey")
        ):  # a header of several rows becomes one: tests/sources holds it against a table worked by hand
            continue
        assert read.headers == head, path.name
        assert read.rows == rows, path.name
