"""Markdown, workbook, notebook and PDF: what is shown is in them, to the digit, and nothing in them runs."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import pypdf
import pytest

from kpi import Dataset, Result, Scope
from kpi.errors import BadValue
from kpi.explain.lines import Reading
from kpi.report import KINDS, Chart, Proof, Report, Table, Title, can_write, proof_of, written
from kpi.report.cells import said
from tests.report.conftest import HARM, LETTERS, SPEC, frame, hostile

pytestmark = pytest.mark.slow

PLAIN = " ".join(HARM.split())


def test_every_kind_is_written_and_others_are_refused() -> None:
    assert [kind for kind in KINDS if can_write(kind) and len(written(hostile(), kind)) > 500] == list(KINDS)
    with pytest.raises(BadValue, match=r"\.docx"):
        written(hostile(), "docx")


def test_a_kind_whose_libraries_are_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpi.report.files.find_spec", lambda name: None)
    assert [kind for kind in KINDS if can_write(kind)] == ["xlsx", "md", "ipynb"]
    with pytest.raises(BadValue, match=r"deskmeter\[report\]"):
        written(hostile(), "pdf")


# --- Markdown -----------------------------------------------------------------------------------------------------------------------


def test_markdown_has_what_is_shown_and_no_markup_of_others() -> None:
    text = written(hostile(), "md").decode()
    body = text.rpartition("<!-- deskmeter ")[0]
    assert "| CSAT | 83.4 % | +2.1 pts, beyond noise | 81.9–84.8 % · 2,012 of 2,412 | target: behind |" in body
    assert "**CSAT rose" in body and LETTERS in body
    assert not re.search(r"(?<!\\)<[a-z/]", body), "no tag"
    assert not re.search(r"(?<!\\)\]\((?!https://example\.org/a\))", body), "no link but to the web"
    assert text.count("<!--") == 1 and text.rstrip().endswith("-->")


# --- workbook -----------------------------------------------------------------------------------------------------------------------


def book_of(report: Report) -> Any:
    return openpyxl.load_workbook(io.BytesIO(written(report, "xlsx")))


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    book = book_of(hostile())
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 50 and {cell.data_type for cell in cells} <= {"s", "n"} and not any(cell.hyperlink for cell in cells)
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {"'=1+1", "'@SUM(A1)"} <= texts and "+2.1 pts" in texts, "formulas are made harmless; a change keeps its sign"
    assert not [
        text for text in texts if text[:1] in tuple("=@\t\r") or (text[:1] in ("+", "-") and not re.match(r"[+-][\d.,]+( |$)", text))
    ]


def test_a_workbook_has_real_numbers_in_their_formats(results: tuple[Result, Result], report: Report) -> None:
    sheet = book_of(report)["Numbers"]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    wanted = [record for result in results for record in result.records()]
    assert len(rows) == len(wanted)
    for row, record in zip(rows, wanted, strict=True):
        for name, column in (("Value", "value"), ("Low", "low"), ("High", "high"), ("N", "n"), ("Top", "top"), ("Bottom", "bottom")):
            there = None if record[column] is None else pytest.approx(record[column], rel=1e-15)  # a cell holds sixteen digits
            assert row[name].value == there, (record["metric"], column)
        assert (row["Group"].value or "") == " · ".join(record["group"].values())
    by_unit = {row["Unit"].value: row["Value"].number_format for row in rows}
    assert by_unit == {"%": '0.00" %"', "seconds": '#,##0.##" s"', "count": "#,##0.##"}
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref


def test_the_notes_say_which_data_and_what_the_numbers_mean(report: Report) -> None:
    notes = {row[0].value: row[1].value for row in book_of(report)["Notes"].iter_rows(max_col=2)}
    assert notes["Fingerprint of the data"] == report.proof.fingerprint and notes["Code"].endswith(report.proof.version)
    assert "answers of 4 or 5" in notes["CSAT"] and "unknown" in notes["Units"]


def test_tables_of_a_workbook_keep_their_numbers_and_get_names_of_their_own() -> None:
    one = pd.DataFrame({"Week": ["a", "b"], "n": [1, 2], "share": [0.5, None], "line": [[1.0, 2.0], [3.0]]})
    book = book_of(Report((Title("x"), Table(one, "x", "notes"), Table(one, "x", "a/b:c"), Table(one, "x", "a/b:c")), Proof("", "")))
    assert book.sheetnames == ["Page", "Notes 2", "A b c", "A b c 2", "Notes"]
    assert [[cell.value for cell in row] for row in book["A b c"].iter_rows()] == [["Week", "n", "share"], ["a", 1, 0.5], ["b", 2, None]]


# --- notebook -----------------------------------------------------------------------------------------------------------------------


def run(code: str, names: dict[str, Any]) -> None:
    exec(code, names)  # noqa: S102  the cells of a notebook are what is tested


def test_a_notebook_is_valid_and_gives_the_same_digits(
    company: Path, results: tuple[Result, Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tuple(str(path) for path in sorted(company.glob("*.csv")) if path.stem != "events")
    made = Report((Title("How support is doing"), *hostile().blocks), proof_of(results), reading=Reading(files, "UTC"))
    book = nbformat.reads(written(made, "ipynb").decode(), as_version=4)
    nbformat.validate(book)
    assert len({cell.id for cell in book.cells}) == len(book.cells)
    codes = [cell.source for cell in book.cells if cell.cell_type == "code"]
    names: dict[str, Any] = {}
    run(codes[0], names)
    assert names["data"].fingerprint == results[0].fingerprint
    for code, result in zip(codes[1:], results, strict=True):
        run(code, names)
        assert names["result"].records() == result.records()


def test_a_notebook_of_the_sample_makes_the_sample_anew() -> None:
    made = Report((Title("x"),), Proof("", ""), reading=Reading(("tickets.csv",), is_sample=True))
    (cell, *_) = [c for c in json.loads(written(made, "ipynb"))["cells"] if c["cell_type"] == "code"]
    assert 'write(Path("sample"))' in cell["source"] and '"sample/tickets.csv"' in cell["source"]


def test_names_of_files_cannot_leave_their_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = '"); open("harm", "w"); ("\\'
    made = Report((Title("x"),), Proof("", '"\n'), reading=Reading((name,), zone='"x'))
    (code,) = [cell["source"] for cell in json.loads(written(made, "ipynb"))["cells"] if cell["cell_type"] == "code"]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match="no file"):
        run(code, {})
    assert not list(tmp_path.iterdir())


# --- PDF ----------------------------------------------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\u200b", "").split())


def test_paper_has_every_word_page_numbers_the_fingerprint_and_the_proof() -> None:
    content = written(hostile(), "pdf")
    reader, text = pypdf.PdfReader(io.BytesIO(content)), text_of(content)
    for word in (
        "83.4 %",
        "+2.1 pts, beyond noise",
        "81.9–84.8 %",
        "target: behind",
        LETTERS,
        "window.harmed=1",
        f"1 / {len(reader.pages)}",
        "ffffffffffffffff",
    ):
        assert word in text, word
    assert reader.metadata and "How is" in str(reader.metadata.title) and "window.harmed" in str(reader.metadata.title)
    assert json.loads(reader.attachments["deskmeter.json"][0])["version"] == "1.0 (commit abc)"
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en", "tagged for screen readers"
    assert not {"/OpenAction", "/AA", "/JavaScript"} & set(root)
    uris = [str(note.get_object()["/A"]["/URI"]) for page in reader.pages for note in page.get("/Annots", [])]
    assert uris and set(uris) == {"https://example.org/a"}


def test_long_and_wide_tables_lose_no_cell() -> None:
    long = pd.DataFrame({"Week": [f"week {i}" for i in range(150)], "Value": [f"{i}.5 %" for i in range(150)]})
    wide = pd.DataFrame({f"Column number {i}": [f"value{i}x{j}" + "y" * 30 for j in range(3)] for i in range(12)})
    content = written(
        Report(
            (Title("Tables"), Table(long, "x"), Table(wide, "y"), Chart(SPEC, {"d": frame().iloc[:0]}, "empty", long, "z")), Proof("", "")
        ),
        "pdf",
    )
    reader, text = pypdf.PdfReader(io.BytesIO(content)), text_of(content)
    assert all(f"week {i} {i}.5" in text for i in range(150)), "every row, on whatever page"
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert sum("Week Value" in page for page in pages) >= 3, "the header on every page"
    squeezed = text.replace(" ", "")
    assert all(f"value{i}x{j}" + "y" * 30 in squeezed for i in range(12) for j in range(3))
    assert {round(float(page.mediabox.width)) > round(float(page.mediabox.height)) for page in reader.pages} == {True, False}, (
        "the wide one on its side"
    )
    for page in reader.pages:  # nothing is set outside the page
        found: list[float] = []
        page.extract_text(visitor_text=lambda text, cm, tm, *_, found=found: found.append(tm[4]) if text.strip() else None)
        assert max(found) < float(page.mediabox.width) - 30


def test_an_empty_report_is_still_one() -> None:
    for kind in KINDS:
        assert written(Report((), Proof("", "")), kind)


# --- cells --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (True, "yes"), (1204, "1,204"), (1204.0, "1,204"), (0.0, "0"), (1.5, "1.5"), (0.123456, "0.1235"), (0.000012, "1.2e-05"), (-3.25, "-3.25"),
     (12345.678, "12,345.678"), ("2026-10-05T00:00:00", "2026-10-05"), ("2026-10-05T09:30:00", "2026-10-05 09:30"), ("2026-10-05T", "2026-10-05T"), ("", "")],
)  # fmt: skip
def test_cells_in_words(value: Any, words: str) -> None:
    assert said(value) == words


def test_what_a_scope_asks_is_in_the_name_of_nothing_else(data: Dataset) -> None:
    assert proof_of([], scope=Scope(start="2026-01-01")).scope == {
        "by": ["all"],
        "zone": ["UTC"],
        "clock": ["calendar"],
        "from": ["2026-01-01"],
    }
