"""Delimited text (comma, tab, semicolon, bar) -> a raw table.

A plain file goes through DuckDB's parallel reader. Plain is proven first, by a pass over its bytes: every quotation mark
opens and closes beside a delimiter, one kind of line end, and so a known number of records. Whatever is not plain, or where
DuckDB disagrees about that number, is read record by record: slower, and forgiving. Both ways give the same cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import duckdb

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.dialect import Layout, find_layout
from kpi.files.loader import Loader, footer_kind, footers_doubt
from kpi.files.records import Record, is_well_formed, records
from kpi.files.table import RawTable, counted, listed, shown

_PIECE = 4 * 2**20
_GLOB = frozenset("*?[]{}")


def read_delimited(
    con: duckdb.DuckDBPyConnection, path: Path, file: str, doubts: tuple[str, ...], tick: Callable[[float], None]
) -> RawTable:
    """`path` holds UTF-8 without byte order mark (see encoding.py); `tick` hears the share done, 0 to 1."""
    with path.open(encoding="utf-8", newline="") as stream:
        sample, length = [], 0
        for line in islice(stream, limits.SAMPLE_LINES):
            sample.append(line)
            length += len(line)
            if length > limits.SAMPLE_CHARACTERS:
                break
        whole = not stream.readline(1)
    layout = find_layout(sample, whole)
    if layout is None:
        raise UnreadableFile(f"“{file}” is empty.", "Export it again; the first line must hold the column names.")
    loader = Loader(con, file, "tsv" if layout.dialect.delimiter == "\t" else "csv", layout.width)
    try:
        said = [] if _fast(loader, path, layout) else _careful(loader, path, layout, tick)
        return loader.finish(layout.header, (*doubts, *layout.doubts, *said))
    except BaseException:
        loader.drop()
        raise


def _careful(loader: Loader, path: Path, layout: Layout, tick: Callable[[float], None]) -> list[str]:
    """Record by record."""
    size, done = max(path.stat().st_size, 1), 0
    odd: list[int] = []
    tail: list[Record] = []  # short records since the last good row: footers, when the file ends with them
    with path.open(encoding="utf-8", newline="") as stream:
        for record in islice(records(stream, layout.dialect), layout.header_at + layout.header_rows, None):
            length = sum(map(len, record.lines))
            done += length
            if record.number % 10_000 == 0:
                tick(min(done / size, 1.0))
            cells = record.cells
            if cells is not None and len(cells) == layout.width:
                _reject_all(loader, tail, layout.width)
                tail = []
                loader.add(record.number, cells, length)
                if '"' in record.lines[0] and not is_well_formed(record.text, layout.dialect):
                    odd.append(record.number)
            elif cells is not None and not any(cells):
                loader.add(record.number, ())
            else:
                tail.append(record)
                if len(tail) > limits.FOOTERS_WITHIN:
                    _reject_all(loader, tail, layout.width)
                    tail = []
    footers: list[Record] = []
    if layout.width >= 3:
        while tail and tail[-1].cells is not None and (kind := _footer(tail, layout.width)):
            if kind == "maybe" and not footers:  # the name of the report, above lines that are footers for sure
                break
            footers.insert(0, tail.pop())
    _reject_all(loader, tail, layout.width)
    said = [footers_doubt([(r.number, shown(r.text)) for r in footers])] if footers else []
    if odd:
        said.append(f"{counted(len(odd), 'row')} with quotation marks in odd places (row {listed(odd)}); some of the marks may be missing.")
    return said


def _footer(tail: list[Record], width: int) -> str:
    record = tail[-1]
    return footer_kind([*(record.cells or []), *[None] * width])


def _reject_all(loader: Loader, found: list[Record], width: int) -> None:
    for record in found:
        reason = record.reason or f"{counted(len(record.cells or []), 'cell')} instead of {width:,}"
        loader.reject(record.number, reason, record.text)


def _fast(loader: Loader, path: Path, layout: Layout) -> bool:
    """Whether DuckDB has read the whole file, to the record."""
    dialect = layout.dialect
    if dialect.spaced or dialect.backslashed or layout.header_at or _GLOB & set(str(path)):
        return False
    in_order = loader.one("SELECT current_setting('preserve_insertion_order')")
    plain = _plain_counts(path, dialect.delimiter)
    if plain is None or not in_order:  # row numbers are counted as the rows come
        return False
    expected, delimiters = plain
    if delimiters != expected * (layout.width - 1):  # DuckDB forgives an empty cell too many at the end of a row; we do not
        return False
    columns = {f"c{i}": "VARCHAR" for i in range(layout.width)}
    names = ", ".join(columns)
    try:
        loader.con.execute(
            f"INSERT INTO {loader.table} BY NAME SELECT * FROM (SELECT {names}, row_number() OVER () AS _row FROM read_csv("
            "?, delim = ?, columns = ?, header = false, auto_detect = false, quote = '\"', escape = '\"', nullstr = '', "
            "strict_mode = true, null_padding = false, ignore_errors = false, comment = '', compression = 'none')) "
            f"WHERE _row > {int(layout.header_rows)}",
            [str(path), dialect.delimiter, columns],
        )
    except duckdb.Error:  # a record of more than 2 MB (a larger limit takes sixteen times as much memory), no access to files …
        return False
    read = loader.one(f"SELECT count(*) FROM {loader.table}")
    if read == expected - layout.header_rows:
        return True
    loader.con.execute(f"DELETE FROM {loader.table}")
    return False


def _plain_counts(path: Path, delimiter: str) -> tuple[int, int] | None:
    """(records, delimiters) of a plain file; None when it is not plain."""
    mark = delimiter.encode()
    beside = {b"", b"\r", b"\n", mark}  # what may stand beside a quotation mark, outside of it; nothing: another one
    inside, ends, last = False, set[bytes](), b""
    found = delimiters = 0
    for piece in _line_pieces(path):
        parts = piece.split(b'"')
        turned = len(parts) % 2 == 0
        outside = parts[inside::2]
        before = {part[-1:] for part in (outside if inside ^ turned else outside[:-1])}
        after = {part[:1] for part in (outside if inside else outside[1:])}
        if not before | after <= beside:
            return None
        text = b'"'.join(outside)
        feeds, returns, pairs = text.count(b"\n"), text.count(b"\r"), text.count(b"\r\n")
        if returns > pairs:
            return None
        if pairs:
            ends.add(b"\r\n")
        if feeds > pairs:
            ends.add(b"\n")
        found += feeds
        delimiters += text.count(mark)
        inside ^= turned
        last = piece[-1:]
    if inside or len(ends) > 1:
        return None
    return found + (last not in (b"", b"\n")), delimiters


def _line_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece + stream.readline()
