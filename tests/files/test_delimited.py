"""Delimited text, by hand: what each kind of damage must give. Row numbers are those a spreadsheet would show."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from kpi.errors import UnreadableFile
from kpi.files import decode, limits
from tests.files.reading import read_bytes


@pytest.mark.parametrize(
    ("content", "format", "cells"),
    [
        ("id,status\n1,open\n2,\n", "csv", [("1", "open"), ("2", None)]),
        ("id\tstatus\n1\topen\n", "tsv", [("1", "open")]),
        ("id;hours\n1;2,5\n2;3,5\n", "csv", [("1", "2,5"), ("2", "3,5")]),
        ("id;a;b\n1,5;2,5;3,5\n2,5;3,5;4,5\n", "csv", [("1,5", "2,5", "3,5"), ("2,5", "3,5", "4,5")]),
        ("id|status\n1|open\n", "csv", [("1", "open")]),
        ("id,status\r\n1,open\r\n", "csv", [("1", "open")]),
        ("id,status\r1,open\r", "csv", [("1", "open")]),
        ("id,status\r\n1,open\n2,new\r\n", "csv", [("1", "open"), ("2", "new")]),
        ("id,status\n1,open", "csv", [("1", "open")]),
        ('id,text\n1,"two\nlines, one ""cell"""\n2,x\n', "csv", [("1", 'two\nlines, one "cell"'), ("2", "x")]),
        ('id,text\n1,5" screen\n2,x\n', "csv", [("1", '5" screen'), ("2", "x")]),
        ("id,a\n?,NULL\nNA,-\n\\N,  \n", "csv", [("?", "NULL"), ("NA", "-"), ("\\N", "  ")]),
        ('id,a\n1,""\n', "csv", [("1", None)]),
        ('id, "text", n\n1, "a, b", 3\n', "csv", [("1", "a, b", "3")]),
        ('id,text,n\n1,"say \\"hi, you\\" twice",3\n', "csv", [("1", 'say "hi, you" twice', "3")]),
        ("comment\nhello, world\nfine\nbye\n", "csv", [("hello, world",), ("fine",), ("bye",)]),
    ],
)
def test_plain_forms(tmp_path: Path, content: str, format: str, cells: list[tuple[str | None, ...]]) -> None:
    read = read_bytes(tmp_path, content)
    assert read.cells == cells
    assert read.raw.format == format
    assert read.raw.rejected == 0


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        (b"\xef\xbb\xbfname,n\nJos\xc3\xa9,1\n", ""),
        ("name,n\nJosé,1\n".encode("utf-16"), "UTF-16"),
        ("name,n\nJosé,1\n".encode("utf-16-le"), "no byte order mark"),
        ("\ufeffname,n\nJosé,1\n".encode("utf-16-be"), "UTF-16"),
        ("\ufeffname,n\nJosé,1\n".encode("utf-32-le"), "UTF-32"),
        ("name,n\nJosé,1\n".encode("cp1252"), "Windows-1252"),
        (b"name,n\nJos\xe9,1\n\x81,2\n", "Windows-1252"),
        ("name,n\nJosé,1\n".encode() + "Zoë,2\n".encode("latin-1"), "Two encodings"),
        (b"name,n\nJos\xc3\xa9,1\x00\x00\n", "2 NUL characters were removed"),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, doubt: str) -> None:
    read = read_bytes(tmp_path, content)
    assert read.headers == ["name", "n"]
    assert read.cells[0] == ("José", "1")
    assert read.says(doubt) if doubt else read.raw.doubts == ()


def test_two_encodings_keep_each_line(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, "name\nJosé Ñ\n".encode() + "Zoë €\nplain\n".encode("cp1252"))
    assert read.cells == [("José Ñ",), ("Zoë €",), ("plain",)]
    assert read.says("1 line read as UTF-8", "1 line as Windows-1252")


def test_ragged_rows_are_listed_and_the_rest_loads(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n")
    assert read.rows == {2: ("1", "2", "3"), 5: ("10", "11", "12")}
    assert read.rejected == {3: ("2 cells instead of 3", "4,5"), 4: ("4 cells instead of 3", "6,7,8,9")}
    assert read.says("2 rows could not be read", "row 3, 4")


def test_an_unclosed_quotation_mark_costs_one_line(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, 'a,b\n1,"x\n2,y\n3,"z, ""q"""\n4,w\n')
    assert read.rows == {3: ("2", "y"), 4: ("3", 'z, "q"'), 5: ("4", "w")}
    assert read.rejected == {2: ("a quotation mark is never closed", '1,"x')}


def test_an_unclosed_quotation_mark_at_the_end(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, 'a,b\n1,x\n2,"y\n3,z\n')
    assert read.rows == {2: ("1", "x"), 4: ("3", "z")}
    assert list(read.rejected) == [3]


def test_a_quotation_mark_deep_in_a_long_file_loses_one_row_only(tmp_path: Path) -> None:
    lines = [f"{i},text {i}" for i in range(50_000)]
    lines[20_000] = '20000,"never closed'
    read = read_bytes(tmp_path, "id,text\n" + "\n".join(lines) + "\n")
    assert read.raw.rows == 49_999
    assert list(read.rejected) == [20_002]


def test_marks_in_odd_places_are_read_and_doubted(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, 'a,b\n"Acme" Inc,1\n5" nail,2\n"fine, too",3\n')
    assert read.cells == [("Acme Inc", "1"), ('5" nail', "2"), ("fine, too", "3")]
    assert read.says("1 row with quotation marks in odd places", "row 2")


def test_the_separator_line_of_excel(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, "sep=;\nid;a,b\n1;2\n")
    assert (read.headers, read.rows) == (["id", "a,b"], {3: ("1", "2")})


def test_multi_line_record_of_wrong_width_is_one_rejected_row(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, 'a,b\n1,"x\ny",3\n4,5\n')
    assert read.rows == {3: ("4", "5")}
    assert read.rejected == {2: ("3 cells instead of 2", '1,"x\ny",3')}


@pytest.mark.parametrize(
    ("content", "headers", "rows", "doubt"),
    [
        ("a,b,\n1,2\n3,4\n", ["a", "b"], {2: ("1", "2"), 3: ("3", "4")}, ""),
        ("a,b,\n1,2,\n3,4,\n", ["a", "b"], {2: ("1", "2"), 3: ("3", "4")}, "1 empty column"),
        ("a,b\n1,2,\n3,4,\n", ["a", "b"], {2: ("1", "2"), 3: ("3", "4")}, "1 empty column"),
        ("a,b,,\n1,2,x,\n", ["a", "b", ""], {2: ("1", "2", "x")}, "1 column without a header holds values"),
        ("Watchers,Id,Watchers\nx,1,y\n", ["Watchers", "Id", "Watchers"], {2: ("x", "1", "y")}, ""),
    ],
)
def test_headers_as_found(tmp_path: Path, content: str, headers: list[str], rows: dict[int, tuple[str, ...]], doubt: str) -> None:
    read = read_bytes(tmp_path, content)
    assert read.headers == headers
    assert read.rows == rows
    assert read.rejected == {}
    assert read.says(doubt) if doubt else read.raw.doubts == ()


def test_a_comma_too_many_in_one_row_is_not_taken_for_an_empty_end(tmp_path: Path) -> None:
    """`2,x,y,` may be a row of three whose text holds a comma: taking the last comma away would shift its cells."""
    read = read_bytes(tmp_path, "a,b,c\n1,p,q\n2,x,y,\n3,r,s\n")
    assert list(read.rows) == [2, 4]
    assert list(read.rejected) == [3]


@pytest.mark.parametrize(
    "above",
    ["2024-05\n", "Reporting period 2024-05-01 to 2024-05-31\nThe report generated is in UTC timezone\n\n", "2024-05,,,,,\n,,,,,\n"],
)
def test_title_lines(tmp_path: Path, above: str) -> None:
    read = read_bytes(tmp_path, above + "Id,State,Group,Owner,Tags,Title\n1,open,A,x,t,s\n2,new,A,x,t,s\n")
    assert read.headers == ["Id", "State", "Group", "Owner", "Tags", "Title"]
    at = above.count("\n") + 2
    assert read.rows == {at: ("1", "open", "A", "x", "t", "s"), at + 1: ("2", "new", "A", "x", "t", "s")}
    assert read.says("above the header", above[:7])


@pytest.mark.parametrize(
    "below",
    [
        "\nCopyright (c) 2024 Acme\nConfidential Information - Do Not Distribute\nGenerated by: A. B. 2024-05-01\n",
        '"Report: All cases"\n"Copyright (c) 2024 Acme, Inc."\n',
        "Grand Total,,,2\n",
        "Total,2\n",
    ],
)
def test_footers(tmp_path: Path, below: str) -> None:
    read = read_bytes(tmp_path, "Case,Status,Owner,Age\n1,Open,x,3\n2,Closed,y,4\n" + below)
    assert read.cells == [("1", "Open", "x", "3"), ("2", "Closed", "y", "4")]
    assert read.rejected == {}
    assert read.says("under the table", "left out", below.strip()[1:6])


def test_a_cut_off_last_row_is_no_footer(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, "Case,Status,Owner\n1,Open,x\nINC0001")
    assert list(read.rejected) == [3]


def test_an_ordinary_last_row_is_no_footer(tmp_path: Path) -> None:
    """One filled cell is not enough, not even under a row that was rejected; only an empty row sets a line apart."""
    read = read_bytes(tmp_path, "Subject,Status,Owner\nPrinter,Open,x\nragged,y\nScreen broken,,\n")
    assert read.rows == {2: ("Printer", "Open", "x"), 4: ("Screen broken", None, None)}
    read = read_bytes(tmp_path, "Subject,Status,Owner\nPrinter,Open,x\n,,Total\n,,Generated by me\n\n,Open,\n")
    assert list(read.rows) == [2, 3, 4, 6]


def test_empty_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, "a,b\n1,2\n\n,\n3,4\n , \n")
    assert read.rows == {2: ("1", "2"), 5: ("3", "4")}
    assert read.says("3 empty rows", "row 3, 4, 6")


def test_spreadsheet_damage_is_reported_not_mended(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, "Id,x\n5.70306E+17,1\n5.70306E+17,2\n12,3\n")
    assert [row[0] for row in read.cells] == ["5.70306E+17", "5.70306E+17", "12"]
    assert read.says('"Id"', "2 values", "5.70306E+17")


def test_headers_that_look_like_data(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "1,2023-01-01\n2,2023-01-02\n").says("looks like data")
    assert read_bytes(tmp_path, "id,day\n2,2023-01-02\n").raw.doubts == ()


def test_header_only(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, "Ticket ID,Status\n")
    assert (read.headers, read.raw.rows, read.raw.doubts) == (["Ticket ID", "Status"], 0, ())


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,,\n,,,\n", b"\x00\x00\x00\x00", b"\xff\xfe"])
def test_nothing_in_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"“a\.csv” is empty"):
        read_bytes(tmp_path, content, "a.csv")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE html><html><table><tr><td>id</td></tr></table>", "web page"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "web page or XML"),
        (b"SQLite format 3\x00", "SQLite"),
        (np.random.default_rng(1).bytes(5_000), "not text"),
        (b"\x01\x02\x03\x04", "not text"),
        (b"tickets.csv".ljust(257, b"\x00") + b"ustar" + b"id,a\n" * 100, "TAR"),
    ],
)
def test_no_table_at_all(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as caught:
        read_bytes(tmp_path, content, "a.csv")
    assert "a.csv" in caught.value.what
    assert caught.value.hint


@pytest.mark.slow
def test_three_thousand_columns(tmp_path: Path) -> None:
    names = [f"field {i}" for i in range(3_000)]
    row = [str(i) for i in range(3_000)]
    for broken in ("", "only one cell\n"):
        read = read_bytes(tmp_path, ",".join(names) + "\n" + (",".join(row) + "\n") * 20 + broken)
        assert read.headers == names
        assert read.cells == [tuple(row)] * 20


def test_too_many_columns(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="columns"):
        read_bytes(tmp_path, ",".join(f"c{i}" for i in range(limits.MAX_COLUMNS + 1)) + "\n")


@pytest.mark.parametrize("broken", ["", "3\n"])
def test_a_cell_of_twenty_megabytes(tmp_path: Path, broken: str) -> None:
    long = "x, " * (20 * 2**20 // 3)
    read = read_bytes(tmp_path, f'id,text\n1,"{long}"\n2,short\n{broken}')
    assert read.cells == [("1", long), ("2", "short")]


def test_a_line_longer_than_we_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_RECORD", 1_000_000)
    with pytest.raises(UnreadableFile, match="line of more than"):
        read_bytes(tmp_path, "id,text\n1," + "x" * 6_000_000 + "\n")


def test_a_hostile_name_is_no_pattern_and_no_sql(tmp_path: Path) -> None:
    """DuckDB expands patterns in paths; a header may try to end a statement."""
    (tmp_path / "b.csv").write_text("id,a\n9,9\n")
    path = tmp_path / "[ab]*.csv"
    path.write_text('"id""); DROP TABLE x; --",a\n1,2\n')
    con = duckdb.connect()
    [raw] = decode(con, [path])
    assert con.execute(f"SELECT c0, c1 FROM {raw.table}").fetchall() == [("1", "2")]
    assert raw.headers[0].raw == 'id"); DROP TABLE x; --'
    assert raw.file == "[ab]*.csv"


def test_without_access_to_files_duckdb_still_gets_the_rows(tmp_path: Path) -> None:
    con = duckdb.connect(config={"enable_external_access": "false"})
    path = tmp_path / "a.csv"
    path.write_text("id,a\n1,2\n")
    [raw] = decode(con, [path])
    assert con.execute(f"SELECT * FROM {raw.table}").fetchall() == [("1", "2", 2)]


def test_several_files_names_and_progress(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / f"{i}").write_text(f"id,a\n{i},2\n")
    con = duckdb.connect()
    heard: list[tuple[str, float]] = []
    paths = [tmp_path / "0", tmp_path / "1"]
    raws = decode(con, paths, names=["C:\\fakepath\\x.csv", "../../y.csv"], progress=lambda f, share: heard.append((f, share)))
    raws += decode(con, [tmp_path / "2"])
    assert [r.file for r in raws] == ["x.csv", "y.csv", "2"]
    assert len({r.table for r in raws}) == 3
    assert [con.execute(f"SELECT c0 FROM {r.table}").fetchall() for r in raws] == [[("0",)], [("1",)], [("2",)]]
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_bad_file_leaves_no_table_behind(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,a\n1,2\n")
    (tmp_path / "bad.csv").write_bytes(b"%PDF")
    con = duckdb.connect()
    with pytest.raises(UnreadableFile):
        decode(con, [tmp_path / "good.csv", tmp_path / "bad.csv"])
    with pytest.raises(UnreadableFile, match=r"There is no file “none\.csv”"):
        decode(con, [tmp_path / "good.csv", tmp_path / "none.csv"])
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_the_name_of_a_report_above_its_footers_is_one_too(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, 'id,status,team\n1,open,a\n2,new,b\n\n"Cases of May"\n"Copyright (c) 2025"\n"Generated By: Ann"\n')
    assert read.cells == [("1", "open", "a"), ("2", "new", "b")]
    assert read.raw.rejected == 0
    assert read.says("3 lines under the table were left out", "Cases of May")
    alone = read_bytes(tmp_path, 'id,status,team\n1,open,a\n2,new,b\n\n"Cases of May"\n')
    assert alone.raw.rejected == 1  # without a sure footer below it, it may be a row that was cut off
