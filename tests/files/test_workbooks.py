"""Spreadsheets. Oracles: openpyxl wrote them, so we know each cell; the same rows as CSV must give the same text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.workbook import number_text
from tests.files.old_excel import compound_file, xls
from tests.files.reading import Read, read_all, read_bytes


def saved(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    return dumped(book)


def dumped(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, part: str, pattern: str, replacement: str) -> bytes:
    """The same workbook with one of its parts edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                text, n = re.subn(pattern, replacement, data.decode(), count=1)
                assert n == 1, "nothing to change"
                data = text.encode()
            new.writestr(name, data)
    return out.getvalue()


def column(tmp_path: Path, *values: Any, number_format: str = "") -> tuple[list[str | None], str, Read]:
    """What one column of values becomes, beside a column of ids; its type."""
    rows = [[i, value] for i, value in enumerate(values)]
    formats = {f"B{i + 2}": number_format for i in range(len(values))} if number_format else None
    read = read_bytes(tmp_path, saved(["id", "value"], *rows, formats=formats))
    return [row[1] for row in read.cells], read.raw.cell_types[1], read


@pytest.mark.parametrize(
    ("values", "texts", "kind"),
    [
        ([5, 5.0, -3, 0], ["5", "5", "-3", "0"], "number"),
        ([1.5, 0.1, 1e-7, 1e300], ["1.5", "0.1", "1e-07", "1e+300"], "number"),
        ([570306123456789000], ["570306123456789000"], "number"),
        ([True, False], ["true", "false"], "text"),
        (["00123", " x ", "5.0"], ["00123", " x ", "5.0"], "text"),
        ([dt.datetime(2024, 1, 2, 3, 4, 5), dt.datetime(2024, 1, 2)], ["2024-01-02 03:04:05", "2024-01-02 00:00:00"], "instant"),
        ([dt.datetime(2024, 1, 2, 3, 4, 5, 600_000)], ["2024-01-02 03:04:05.600000"], "instant"),
        ([dt.date(2024, 1, 2), dt.date(2024, 12, 31)], ["2024-01-02", "2024-12-31"], "instant"),
        ([dt.time(9, 12, 58), dt.time(0, 0)], ["09:12:58", "00:00:00"], "text"),
        ([dt.timedelta(hours=135, minutes=2, seconds=11)], ["135:02:11"], "text"),
        ([dt.timedelta(hours=-3, minutes=-15)], ["-3:15:00"], "text"),
        ([1, "open"], ["1", "open"], "text"),
    ],
)
def test_cells_become_text(tmp_path: Path, values: list[Any], texts: list[str], kind: str) -> None:
    assert column(tmp_path, *values)[:2] == (texts, kind)


def test_day_fractions_in_general_cells_stay_numbers(tmp_path: Path) -> None:
    texts, kind, _ = column(tmp_path, 0.384005, 0.001655)
    assert (texts, kind) == (["0.384005", "0.001655"], "number")


def test_a_duration_of_more_than_a_day_in_a_time_format(tmp_path: Path) -> None:
    """1.25 days shown as h:mm:ss: the library calls it a moment on 1 January 1900."""
    texts, kind, _ = column(tmp_path, 1.25, 0.5, number_format="h:mm:ss")
    assert (texts, kind) == (["30:00:00", "12:00:00"], "text")


def test_dates_mixed_with_texts_are_doubted(tmp_path: Path) -> None:
    texts, kind, read = column(tmp_path, dt.datetime(2015, 8, 4), "18-08-15", "22-04-15")
    assert (texts, kind) == (["2015-08-04", "18-08-15", "22-04-15"], "text")
    assert read.says('"value"', "1 real date", "2 texts", "swapped day and month")


def test_long_ids_in_number_cells_are_doubted(tmp_path: Path) -> None:
    assert column(tmp_path, 570306123456789000, 5)[2].says("1 number", "more than 15 digits")


def test_spreadsheet_errors_are_empty_and_counted(tmp_path: Path) -> None:
    texts, _, read = column(tmp_path, "#N/A", "#REF!", "x")
    assert texts == [None, None, "x"]
    assert read.says("2 cells with a spreadsheet error")


def test_a_format_that_means_a_time_in_some_languages_only(tmp_path: Path) -> None:
    """Number format 35 is a time in Chinese editions and undefined elsewhere; a fraction of a day stays one."""
    content = saved(["id", "talk"], [1, 0.25], [2, 0.5], formats={"B2": "0.0000", "B3": "0.0000"})
    content = changed(content, "xl/styles.xml", r'(<cellXfs.*?<xf .*?<xf [^>]*numFmtId=")\d+', r"\g<1>35")
    read = read_bytes(tmp_path, content)
    assert [row[1] for row in read.cells] == ["0.25", "0.5"]
    assert read.raw.cell_types == ("number", "number")
    assert read.says('"talk"', "some languages only")


def test_sheets_become_tables(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Fälle 1"
    first.append(["id", "a"])
    first.append([1, "x"])
    book.create_sheet("empty")
    hidden = book.create_sheet("old & <new>")
    hidden["C3"], hidden["D3"], hidden["C4"], hidden["D4"] = "id", "b", 7, "#N/A"
    hidden.sheet_state = "hidden"
    path = tmp_path / "cases.xlsx"
    path.write_bytes(dumped(book))
    one, two = read_all(path)
    assert [one.raw.file, two.raw.file] == ["cases.xlsx › Fälle 1", "cases.xlsx › old & <new>"]
    assert (one.headers, one.rows) == (["id", "a"], {2: ("1", "x")})
    assert (two.headers, two.rows) == (["id", "b"], {4: ("7", None)})
    assert two.says("hidden")
    assert two.says("1 cell with a spreadsheet error")
    assert one.raw.doubts == ()


def test_title_block_empty_rows_and_footers(tmp_path: Path) -> None:
    content = saved(
        ["Cases 2024-05"], ["Generated by", "me"], [], ["id", "state", "group", "owner", "tags"], [1, "open", "A", "x", "t"], [],
        [2, "new", "A", "y", "t"], [], ["Copyright (c) Acme"],
    )  # fmt: skip
    read = read_bytes(tmp_path, content)
    assert read.headers == ["id", "state", "group", "owner", "tags"]
    assert read.rows == {5: ("1", "open", "A", "x", "t"), 7: ("2", "new", "A", "y", "t")}
    assert read.says("2 title lines")
    assert read.says("2 empty rows", "row 6, 8")
    assert read.says("row 9", "Copyright")


def test_header_only_and_empty(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, saved(["id", "state"]))
    assert (read.headers, read.raw.rows) == (["id", "state"], 0)
    with pytest.raises(UnreadableFile, match="only empty sheets"):
        read_bytes(tmp_path, saved())


def test_an_old_workbook(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, xls({(0, 0): "id", (0, 1): "state", (1, 0): 5.0, (1, 1): "open", (2, 0): 0.25}), "a.xls")
    assert read.headers == ["id", "state"]
    assert read.rows == {2: ("5", "open"), 3: ("0.25", None)}
    assert read.raw.format == "xlsx"


def test_a_protected_workbook(tmp_path: Path) -> None:
    """Excel keeps a workbook with a password as an encrypted package inside an old compound file."""
    with pytest.raises(UnreadableFile, match="password"):
        read_bytes(tmp_path, compound_file("EncryptedPackage", bytes(5_000)), "a.xlsx")


def stray_cell(value: str) -> bytes:
    content = saved(["id", "a"], [1, "x"])
    return changed(
        content, "xl/worksheets/sheet1.xml", "</sheetData>", rf'<row r="1048576"><c r="XFD1048576">{value}</c></row></sheetData>'
    )


def test_one_cell_at_the_far_corner_does_not_end_the_process(tmp_path: Path) -> None:
    """Opened as it is, this file of 5 KB asks for 500 GB."""
    with pytest.raises(UnreadableFile, match="1,048,576 rows and 16,384 columns"):
        read_bytes(tmp_path, stray_cell("<v>1</v>"), "a.xlsx")
    no_places = changed(stray_cell("<v>1</v>"), "xl/worksheets/sheet1.xml", ' r="XFD1048576"', "")
    no_places = changed(no_places, "xl/worksheets/sheet1.xml", 'r="A1"', "r='XFD1'")
    with pytest.raises(UnreadableFile, match="1,048,576 rows and 16,384 columns"):
        read_bytes(tmp_path, no_places, "a.xlsx")


def test_parts_with_windows_names(tmp_path: Path) -> None:
    """Some .NET programs write xl\\workbook.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(stray_cell("<v>1</v>"))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name.replace("/", "\\"), old.read(name))
    with pytest.raises(UnreadableFile, match="1,048,576 rows"):
        read_bytes(tmp_path, out.getvalue())


def test_a_painted_cell_at_the_far_corner_is_harmless(tmp_path: Path) -> None:
    content = changed(stray_cell(""), "xl/worksheets/sheet1.xml", '<c r="XFD1048576"></c>', '<c r="XFD1048576" s="0"/>')
    assert read_bytes(tmp_path, content).rows == {2: ("1", "x")}


@pytest.mark.parametrize("pattern", ['uniqueCount="[0-9]+"', "<sst "])
def test_a_lie_about_the_number_of_strings(tmp_path: Path, pattern: str) -> None:
    """The spreadsheet library makes room for as many strings as the file claims."""
    content = changed(
        saved(["id", "a"], [1, "x"]),
        "xl/sharedStrings.xml",
        pattern,
        'uniqueCount="99999999999999" '.join(["<sst " if "<" in pattern else "", ""]),
    )
    try:
        read = read_bytes(tmp_path, content, "a.xlsx")
    except UnreadableFile as error:
        assert "“a.xlsx”" in error.what
    else:
        assert read.rows == {2: ("1", "x")}


def test_an_old_workbook_that_asks_for_all_memory(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="damaged spreadsheet, or larger than we can open"):
        read_bytes(tmp_path, xls({(0, 0): "id", (65_535, 65_535): 1.0}), "a.xls")


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_cut_off_workbook(tmp_path: Path, cut: float) -> None:
    content = saved(["id", "a"], [1, "x"])
    with pytest.raises(UnreadableFile, match=r"“a\.xlsx” is a damaged"):
        read_bytes(tmp_path, content[: int(len(content) * cut)], "a.xlsx")


def test_a_damaged_sheet(tmp_path: Path) -> None:
    content = changed(saved(["id", "a"], [1, "x"]), "xl/worksheets/sheet1.xml", "</row>.*", "<row><c")
    with pytest.raises(UnreadableFile, match="damaged spreadsheet"):
        read_bytes(tmp_path, content, "a.xlsx")


def test_a_workbook_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WORKBOOK", 10_000)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_bytes(tmp_path, saved(*[["text"] * 100] * 100), "a.xlsx")


def test_other_office_documents(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("word/document.xml", "")
    with pytest.raises(UnreadableFile, match="office document"):
        read_bytes(tmp_path, out.getvalue(), "a.docx")


def test_the_same_rows_as_csv_give_the_same_text(tmp_path: Path) -> None:
    """Numbers as a spreadsheet keeps them, with fifteen digits; texts that look like numbers; empty cells."""
    rng = np.random.default_rng(7)
    kinds = [
        lambda: None,
        lambda: int(rng.integers(-(10**15), 10**15)),
        lambda: float(f"{rng.normal() * 10.0 ** rng.integers(-12, 18):.15g}"),
        lambda: bool(rng.integers(2)),
        lambda: "".join(rng.choice(list("abc é,;\"'0.1-"), size=rng.integers(1, 9))).strip() or "-",
    ]
    table = [["id", "a", "b"], *([i, *(kinds[k]() for k in rng.integers(len(kinds), size=2))] for i in range(1, 1_500))]
    out = io.StringIO()
    csv.writer(out).writerows([[str(c).lower() if isinstance(c, bool) else plain_number(c) for c in row] for row in table])
    sheet, text = read_bytes(tmp_path, saved(*table)), read_bytes(tmp_path, out.getvalue())
    assert (sheet.headers, sheet.rows) == (text.headers, text.rows)


def plain_number(value: Any) -> Any:
    """As a person writes a number: 12, 0.5; numpy is the oracle."""
    if not isinstance(value, float):
        return value
    plain = np.format_float_positional(value, trim="-")
    return plain if value == int(value) else repr(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-0.5, "-0.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (-0.0, "0"),
        (1 / 3, "0.3333333333333333"),
    ],
)
def test_numbers_are_short_and_exact(value: float, text: str) -> None:
    assert number_text(value) == text
    assert float(text) == value
