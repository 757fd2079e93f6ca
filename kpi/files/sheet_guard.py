"""A look at the parts of an .xlsx before the spreadsheet reader opens it.

The reader keeps the whole rectangle a sheet spans in memory: one cell at XFD1048576 in a file of 5 KB would end the process.
So the corners are found first, in one streaming pass, along with two facts the reader does not tell.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.archive import Budget, damage_said, member_pieces, safe_members

_ATTRIBUTES = rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+)"""
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,9})["']""")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s>/])" + _ATTRIBUTES + rb">(?:\s*<(?:\w+:)?v[^>]*>([^<]{0,40}))?")
_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]{1,6})["']""")
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_LOCALE_FORMATS = frozenset((*range(27, 37), *range(50, 59)))
"""Number formats that are dates and times in East Asian languages and undefined elsewhere (ECMA-376 part 1, 18.8.30)."""


@dataclass(frozen=True)
class SheetFacts:
    """errors: cells with #N/A and the like; locale_times: columns (0-based) with fractions of a day whose format is a time in
    some languages only, and so says nothing; cells: the area from A1 to the last cell the sheet mentions."""

    errors: int = 0
    locale_times: frozenset[int] = frozenset()
    cells: int = 0


def look_at_sheets(path: Path, file: str) -> dict[str, SheetFacts]:
    """Facts by sheet name. Raises UnreadableFile for a workbook too large to open."""
    budget = Budget(file, limits.MAX_WORKBOOK)
    facts: dict[str, SheetFacts] = {}
    with damage_said(file), zipfile.ZipFile(path) as archive:
        members = {m.filename.replace("\\", "/"): m for m in safe_members(archive, file)}
        parts = {"xl/styles.xml": "", "xl/workbook.xml": "", "xl/_rels/workbook.xml.rels": ""}
        for name in parts:
            if name in members:
                parts[name] = b"".join(member_pieces(archive, members[name], budget)).decode("utf-8", "replace")
        styles = _locale_styles(parts["xl/styles.xml"])
        for name, member in members.items():  # every part: which are the sheets is for the file to say, and it may lie
            facts[name] = _facts(_whole_rows(member_pieces(archive, member, budget)), styles)
            if facts[name].cells > limits.MAX_SHEET_CELLS:
                _measure(_whole_rows(member_pieces(archive, member, Budget(file, limits.MAX_WORKBOOK))), file)
    sheets = _sheet_parts(parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"])
    return {name: facts[part] for name, part in sheets.items() if part in facts}


def _facts(rows: Iterator[bytes], styles: frozenset[bytes]) -> SheetFacts:
    deepest = widest = errors = 0
    times: set[int] = set()
    for piece in rows:
        places = set(_PLACE.findall(piece))
        deepest = max(deepest, *(int(row) for _, row in places), 0)
        widest = max(widest, *(_column(letters) for letters in {c for c, _ in places}), 0)
        errors += len(_ERROR.findall(piece))
        if styles:
            times |= _locale_times(piece, styles)
    return SheetFacts(errors, frozenset(times), deepest * widest)


def _measure(rows: Iterator[bytes], file: str) -> None:
    """The precise corner, of cells with something in them: a format painted to the end of a sheet costs the reader nothing."""
    row = column = 0
    top, bottom, left, right = 2**31, 0, 2**31, 0
    for piece in rows:
        for kind, attributes, _ in _ROW_OR_CELL.findall(piece):
            place = _PLACE.search(attributes)
            if kind == b"row":
                row, column = int(place[2]) if place else row + 1, 0
                continue
            column = _column(place[1]) if place else column + 1
            row = int(place[2]) if place else row
            if not attributes.endswith(b"/"):
                top, bottom, left, right = min(top, row), max(bottom, row), min(left, column), max(right, column)
    if bottom and (bottom - top + 1) * (right - left + 1) > limits.MAX_SHEET_CELLS:
        raise UnreadableFile(
            f"A sheet of “{file}” spans {bottom:,} rows and {right:,} columns, more than we can open.",
            "Delete stray cells far from the table, or save the sheet as CSV.",
        )


def _locale_times(piece: bytes, styles: frozenset[bytes]) -> set[int]:
    """Columns with a number below 1 in one of the styles."""
    found = set()
    for kind, attributes, value in _ROW_OR_CELL.findall(piece):
        style, place = _STYLE.search(attributes), _PLACE.search(attributes)
        if kind == b"c" and style and place and style[1] in styles and re.fullmatch(rb"0?\.\d+|\d(\.\d+)?E-\d+", value):
            found.add(_column(place[1]) - 1)
    return found


def _column(letters: bytes) -> int:
    """1 for "A", 28 for "AB"; 0 for a row, which has no letters."""
    n = 0
    for letter in letters.upper():
        n = 26 * n + letter - 64
    return n


def _whole_rows(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut after the end of a row, so that no cell falls apart."""
    rest = b""
    for piece in pieces:
        rest += piece
        cut = rest.rfind(b"row>") + 4
        if cut > 4:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > limits.MAX_RECORD:
            yield rest
            rest = rest[-256:]
    yield rest


def _locale_styles(styles: str) -> frozenset[bytes]:
    """The cell styles whose number format is a time in some languages and not defined in the file."""
    defined = {int(n) for n in re.findall(r"<(?:\w+:)?numFmt\s[^>]*?numFmtId=\"(\d{1,6})\"", styles)}
    block = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", styles, re.S)
    formats = re.findall(r"<(?:\w+:)?xf\s[^>]*?numFmtId=\"(\d{1,6})\"", block[0]) if block else []
    return frozenset(str(i).encode() for i, n in enumerate(formats) if int(n) in _LOCALE_FORMATS - defined)


def _sheet_parts(workbook: str, relations: str) -> dict[str, str]:
    """{sheet name: name of its part in the archive}"""
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", relations):
        known = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        target = known.get("Target", "")
        targets[known.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    sheets = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", workbook):
        name, relation = re.search(r'\sname="([^"]*)"', tag), re.search(r'\s\w+:id="([^"]*)"', tag)
        if name and relation:
            sheets[html.unescape(name[1])] = targets.get(relation[1], "")
    return sheets
