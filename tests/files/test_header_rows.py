"""Headers of several rows: the real first lines of a Qualtrics and a SurveyMonkey export, and rows that only look like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.files.header_rows import whole_header
from tests.files.reading import read_bytes

QUALTRICS = """StartDate,ResponseId,Duration (in seconds),Q1,Q2 - Topics
Anfangsdatum,Antwort-ID,Dauer (in Sekunden),"How [really] satisfied
are you?",Q2 - Topics
"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""_recordId""}","{""ImportId"":""duration""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"
2017-07-18 08:28:09,R_1,38,2,
2017-07-18 09:28:09,R_2,40,3,
"""
SURVEYMONKEY = """Respondent ID,Start Date,Email Address,How satisfied are you?,How likely is it that you would recommend us?,,
,,,Response,Detractor to promoter,Response,Open-Ended Response
1,01/31/2024 10:15:00 AM,a@example.com,4,9,,Fine
2,01/31/2024 10:16:00 AM,b@example.com,5,10,,
"""


def test_qualtrics_has_three(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, QUALTRICS)
    assert [(h.name, h.note) for h in read.raw.headers] == [
        ("startdate", "Anfangsdatum; America/Denver"),
        ("responseid", "Antwort-ID"),
        ("duration", "in seconds; Dauer (in Sekunden)"),
        ("q1", "How (really) satisfied are you?"),
        ("q2 - topics", ""),
    ]
    assert read.rows == {4: ("2017-07-18 08:28:09", "R_1", "38", "2", None), 5: ("2017-07-18 09:28:09", "R_2", "40", "3", None)}
    assert read.says("header takes 3 rows")


def test_surveymonkey_has_two(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, SURVEYMONKEY)
    likely = "How likely is it that you would recommend us?"
    assert read.headers == [
        "Respondent ID", "Start Date", "Email Address", "How satisfied are you? [Response]", f"{likely} [Detractor to promoter]",
        f"{likely} [Response]", f"{likely} [Open-Ended Response]",
    ]  # fmt: skip
    assert list(read.rows) == [3, 4]
    assert read.raw.rejected == 0


def test_the_fast_and_the_careful_way_give_the_same_rows(tmp_path: Path) -> None:
    careful = SURVEYMONKEY.replace("Fine", 'Fi"ne')  # a quotation mark in an odd place is not for the fast reader
    assert read_bytes(tmp_path, careful).rows.keys() == read_bytes(tmp_path, SURVEYMONKEY).rows.keys()


@pytest.mark.parametrize(
    "rows",
    [
        [("id", "answer", "note"), ("1", "Response", "x")],
        [("id", "answer", "note"), ("", "yes", "x"), ("2", "no", "y")],
        [("id", "answer", ""), ("", "Response", "")],  # a column without a name stays without one
        [("id", "payload"), ("1", '{"ImportId":"x"}')],
        [("id",)],
    ],
)
def test_rows_of_data_stay_data(rows: list[tuple[str, ...]]) -> None:
    assert whole_header(rows, 0) == (rows[0], 1)


def test_a_workbook_too(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from tests.files.reading import read_all

    book = openpyxl.Workbook()
    for line in (["Respondent ID", "How satisfied are you?", None], [None, "Response", "Open-Ended Response"], [7, 4, "Fine"]):
        book.active.append(line)
    book.save(tmp_path / "survey.xlsx")
    [read] = read_all(tmp_path / "survey.xlsx")
    assert read.headers == ["Respondent ID", "How satisfied are you? [Response]", "How satisfied are you? [Open-Ended Response]"]
    assert read.rows == {3: ("7", "4", "Fine")}
