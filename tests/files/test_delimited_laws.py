"""Laws of delimited text, over made-up tables: what csv.writer writes is what we read, and no row is ever lost."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.errors import UnreadableFile
from kpi.files import delimited, encoding
from kpi.files.dialect import Layout
from kpi.files.records import Dialect, is_well_formed, records
from tests.files.reading import Read, read_bytes

BLANKS = " \t\r\n\u00a0"
letters = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff\ufffd")
cell = st.text(st.one_of(st.sampled_from(",;\t|\"'\n\r \\aé"), letters), max_size=12)
# Bytes of these letters in Windows-1252 never form valid UTF-8, so nobody can take one encoding for the other.
western = st.text(st.sampled_from('abc,;|"\n éàüñöß'), max_size=12)
quick = settings(
    max_examples=int(os.environ.get("KPI_EXAMPLES", "30")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str] = cell) -> list[list[str]]:
    """Rows with an id first, so that none is empty and none looks like a footer."""
    width = draw(st.integers(2, 6))
    names = ["id", *(f"column {i}" for i in range(1, width))]
    rows = draw(st.lists(st.lists(cells, min_size=width - 1, max_size=width - 1), max_size=8))
    return [names, *([str(i), *row] for i, row in enumerate(rows))]


def written(table: list[list[str]], delimiter: str, end: str, quoting: int) -> str:
    """As csv.writer writes it. It leaves a line end that is not its own bare in a cell; then the cell goes without."""
    if quoting == csv.QUOTE_MINIMAL and end != "\r\n":
        table = [[c.replace("\r", " ").replace("\n", " ") for c in row] for row in table]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(table)
    return out.getvalue()


def check(content: str, raw: bytes) -> Read:
    """The content, read back by the csv module as the oracle, against ours."""
    head, *rows = csv.reader(io.StringIO(content, newline=""), delimiter=check_delimiter(content))
    with TemporaryDirectory() as folder:
        read = read_bytes(Path(folder), raw)
    assert read.headers == head
    assert read.cells == [tuple(c or None for c in row) for row in rows]
    assert read.rejected == {}
    return read


def check_delimiter(content: str) -> str:
    """All headers are plain words, so what follows the first is the delimiter."""
    return content.replace('"', "")[len("id")]


@quick
@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_what_csv_writes_is_what_we_read(table: list[list[str]], delimiter: str, end: str, quoting: int, codec: str) -> None:
    content = written(table, delimiter, end, quoting)
    check(content, content.encode(codec))


@quick
@given(tables(western), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["cp1252", "latin-1"]))
def test_western_encodings(table: list[list[str]], delimiter: str, end: str, codec: str) -> None:
    content = written(table, delimiter, end, csv.QUOTE_MINIMAL)
    read = check(content, content.encode(codec))
    assert read.says("Windows-1252") == (not content.isascii())


@quick
@given(tables(), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_the_fast_way_and_the_careful_way_agree(table: list[list[str]], delimiter: str, end: str) -> None:
    raw = written(table, delimiter, end, csv.QUOTE_MINIMAL).encode()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        fast = read_bytes(Path(folder), raw)
        patch.setattr(delimited, "_fast", lambda *_: False)
        careful = read_bytes(Path(folder), raw)
    assert (fast.rows, fast.rejected, fast.raw.headers) == (careful.rows, careful.rejected, careful.raw.headers)


@quick
@given(st.text(st.sampled_from('ab1,;"\n\r \\'), max_size=80))
def test_the_two_ways_agree_on_damaged_text_too(content: str) -> None:
    """DuckDB may take a file only when it reads it exactly as the careful way does."""
    path_content = ("id,text\n" + content).encode()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        usual = read_bytes(Path(folder), path_content)
        patch.setattr(delimited, "_fast", lambda *_: False)
        careful = read_bytes(Path(folder), path_content)
    assert replace(usual, raw=careful.raw) == careful
    assert usual.raw == careful.raw


@quick
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=60))
def test_no_line_is_lost(content: str) -> None:
    """The lines of all records, good and bad, are the lines of the file, in order; a bad one costs a single line."""
    lines = list(io.StringIO(content, newline=""))
    found = list(records(lines, Dialect(",")))
    assert [line for r in found for line in r.lines] == lines
    assert [r.number for r in found] == list(range(1, len(found) + 1))
    for r in found:
        assert r.cells is not None or len(r.lines) == 1
        assert len(r.lines) == 1 or is_well_formed(r.text, Dialect(","))


@quick
@given(st.lists(st.text(st.sampled_from('ab,"'), max_size=8), max_size=12))
def test_every_record_is_loaded_rejected_or_named(lines: list[str]) -> None:
    content = "id,first,second\n" + "1,x,y\n" * 12 + "".join(f"{line}\n" for line in lines)
    with TemporaryDirectory() as folder:
        read = read_bytes(Path(folder), content)
    numbers = {r.number for r in records(list(io.StringIO(content, newline="")), Dialect(","))} - {1}
    assert not set(read.rows) & set(read.rejected)
    missing = numbers - set(read.rows) - set(read.rejected)
    said = " ".join(read.raw.doubts)
    assert not missing or "left out" in said
    assert set(read.rows) | set(read.rejected) <= numbers


@quick
@given(st.binary(max_size=300))
def test_any_bytes_give_tables_or_a_sentence(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        try:
            read = read_bytes(Path(folder), content, "x")
        except UnreadableFile as error:
            assert "“x”" in error.what
            assert error.hint
        else:
            assert read.raw.headers


@quick
@given(
    st.lists(st.sampled_from([b"id,a\n", b"1,\xc3\xa9\n", b"2,\xe9\n", b"3,\x00x\n", b"\r\n", b"4,\x81\n"]), max_size=12), st.integers(1, 9)
)
def test_pieces_do_not_matter(lines: list[bytes], size: int) -> None:
    """A file is read piece by piece; where the pieces end must not show."""
    content = b"id,name\n" + b"".join(lines)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        whole = read_bytes(Path(folder), content)
        patch.setattr(encoding, "PIECE", size)
        patch.setattr(delimited, "_PIECE", size)
        assert read_bytes(Path(folder), content) == whole


def test_duckdb_really_reads_the_plain_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, a fast way that always gives up would pass every law above."""
    answers: list[bool] = []
    fast = delimited._fast

    def watched(loader: object, path: Path, layout: Layout) -> bool:
        answers.append(fast(loader, path, layout))  # type: ignore[arg-type]
        return answers[-1]

    monkeypatch.setattr(delimited, "_fast", watched)
    read_bytes(tmp_path, 'id,text\n1,"a, ""b""\nc"\n2,\n')
    read_bytes(tmp_path, "id;text\r\n1;x\r\n")
    assert answers == [True, True]
    read_bytes(tmp_path, "id,text\n1,x\n\n2,y\n")
    read_bytes(tmp_path, "id,text\n1,x,\n2,y\n")
    read_bytes(tmp_path, 'id,text\n1,5" x\n')
    assert answers[2:] == [False, False, False]
