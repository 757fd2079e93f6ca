"""A report as an XLSX workbook: a sheet as on screen, every table and chart's table on its own, all measured numbers as real numbers, and notes.

No text can run as a formula: every text is written as a text, and texts that begin like a formula get an apostrophe in front, as in our CSV.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from kpi import units
from kpi.catalogue import CATALOGUE
from kpi.export import safe
from kpi.measure.result import COLUMNS
from kpi.report import cells
from kpi.report.blocks import Chart, Heading, Note, Report, Sentence, Table, Tiles, Title
from kpi.report.proof import COMPARED
from kpi.report.text import words

NOTES, NUMBERS, PAGE = "Notes", "Numbers", "Page"
PROOF_LINE = 30_000
"""Letters of the proof in one cell: a cell holds 32,767."""
CHANGE = re.compile(r"[+-][\d.,]+(?:[\u00a0 ](?:%|pts|s|min|h|d|[A-Z]{3}|to|and|[+-]?[\d.,]+))*")
"""A change in our own words: a spreadsheet takes none of them for a formula."""
MOST_ROWS = 1_000_000
WIDEST = 60
FORMATS = {
    "s": '#,##0.##" s"',
    "%": '0.00" %"',
    "points": "+0.0;-0.0;0.0",
    "count": "#,##0.##",
    "score": "0.00",
    "ratio": "0.000",
}
"""Unit -> how Excel shows the raw number; money has its currency behind it."""


def write(report: Report) -> bytes:
    """The whole file."""
    import xlsxwriter  # noqa: PLC0415  only who writes a workbook waits for it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )
    book.set_properties({"title": safe(words(report.title)), "comments": report.foot})
    sheets = _Sheets(book)
    sheets.page(report)
    for block in report.blocks:
        if isinstance(block, Chart) and len(block.table):
            sheets.table(block.name, block.table, block.alt)
        elif isinstance(block, Table) and len(block.frame):
            sheets.table(block.name, block.frame, block.alt)
    sheets.numbers(report)
    sheets.notes(report)
    book.close()
    return out.getvalue()


class _Sheets:
    """The sheets of one workbook, with the formats they share."""

    def __init__(self, book: Any) -> None:
        self.book, self.names = book, {name.casefold() for name in (NOTES, NUMBERS, PAGE)}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.part = book.add_format({"bold": True, "font_size": 12})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0.####"})
        self.strong = book.add_format({"bold": True})
        self.quiet = book.add_format({"font_color": "#5F6570", "text_wrap": True, "valign": "top"})
        self.by_unit = {unit: book.add_format({"num_format": code}) for unit, code in FORMATS.items()}

    def page(self, report: Report) -> None:
        """What the page says, in its order."""
        sheet = self.book.add_worksheet(PAGE)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 3, 24)
        sheet.set_column(4, 5, 20)
        sheet.hide_gridlines(2)
        row = 0
        for block in report.blocks:
            match block:
                case Title(text):
                    self.text(sheet, row, 0, words(text), self.title)
                case Heading(text):
                    row += 1
                    self.text(sheet, row, 0, words(text), self.part)
                case Sentence(text) | Note(text):
                    said = words(text)
                    sheet.merge_range(row, 0, row, 5, "", self.wrapped)
                    self.text(sheet, row, 0, said, self.wrapped if isinstance(block, Sentence) else self.quiet)
                    sheet.set_row(row, 15.5 * max(1, sum(-(-len(part) // 135) for part in said.split("\n"))))
                case Tiles(tiles):
                    for column, name in enumerate(["", "Value", "Change", "", "Interval and n", "Target"]):
                        self.text(sheet, row, column, name, self.head)
                    for tile in tiles:
                        row += 1
                        for column, said in enumerate([tile.label, tile.value, tile.change, tile.verdict, tile.below, tile.chip]):
                            self.text(sheet, row, column, said, self.strong if column == 1 else None)
                    row += 1
                case Chart() | Table():
                    self.text(sheet, row, 0, block.alt, self.quiet)
            row += 1
        sheet.set_first_sheet()

    def table(self, name: str, frame: pd.DataFrame, alt: str) -> None:
        """A table under its header; numbers stay numbers."""
        kept = frame.loc[:, [not any(isinstance(v, list) for v in frame.iloc[:, i]) for i in range(frame.shape[1])]]
        sheet = self.book.add_worksheet(self.free(name))
        rows = cells.plain(kept.head(MOST_ROWS))
        self.heads(sheet, [str(column) for column in kept.columns], rows)
        for i, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self.cell(sheet, i, column, value, self.number)
        sheet.set_footer(f"&L{_footer(alt)}")

    def numbers(self, report: Report) -> None:
        """Every measured number as it is, one a row, in its own unit."""
        parts = report.proof.numbers
        if not parts:
            return
        sheet = self.book.add_worksheet(NUMBERS)
        compares = any(len(row) > 3 + len(COLUMNS) for part in parts for row in part.rows)
        names = ["Metric", "Period", "Group", "Unit", *COLUMNS, *(COMPARED if compares else ()), "In words", "Scope"]
        table = list(_numbers(report, compares))
        self.heads(sheet, [name.replace("_", " ").capitalize() for name in names], table[:200])
        for i, row in enumerate(table[: MOST_ROWS - 1], 1):
            unit = row[3]
            own = self.by_unit.get(_base(unit)) or self.number
            for column, value in enumerate(row):
                name = names[column]
                self.cell(sheet, i, column, value, self.number if name in ("n", "top", "bottom") else own)

    def notes(self, report: Report) -> None:
        """What the numbers mean, which data and code they come from, and the proof itself."""
        sheet = self.book.add_worksheet(NOTES)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 110)
        rows = [
            ("Data", report.source),
            ("Fingerprint of the data", report.proof.fingerprint),
            *([("Fingerprint of the whole they are a part of", report.proof.view.of)] if report.proof.view else []),
            ("Code", f"Deskmeter {report.proof.version}"),
            ("Made", f"{report.made_at:%Y-%m-%d %H:%M} UTC"),
            *([("Live page", report.link)] if report.link else []),
            ("Units", "Times are seconds, shares per cent from 0 to 100; an empty cell is unknown, never 0."),
            ("Check", "kpi verify FILE DATA measures every number of the sheet Numbers again and says what differs."),
            ("Left out", "Deleted, spam and merged tickets count nowhere unless the scope says so; the first sheet says how many."),
        ]
        metrics = dict.fromkeys(name for part in report.proof.numbers for name in part.metrics)
        rows += [(CATALOGUE[name].label, f"{CATALOGUE[name].about} {CATALOGUE[name].formula}") for name in metrics if name in CATALOGUE]
        text = report.proof.to_json()
        rows += [("deskmeter", text[at : at + PROOF_LINE]) for at in range(0, len(text), PROOF_LINE)]
        for i, (name, said) in enumerate(rows):
            self.text(sheet, i, 0, name, self.strong)
            self.text(sheet, i, 1, said, None if name == "deskmeter" else self.wrapped)

    def heads(self, sheet: Any, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """The header, frozen and with filters, each column as wide as what it holds."""
        for column, name in enumerate(names):
            self.text(sheet, 0, column, name, self.head)
            longest = max([len(name), *(len(cells.said(row[column])) for row in rows[:200] if row[column] is not None)])
            sheet.set_column(column, column, min(max(longest + 2, 8), WIDEST))
        sheet.freeze_panes(1, 0)
        if names:
            sheet.autofilter(0, 0, max(len(rows), 1), len(names) - 1)

    def cell(self, sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
        if value is None:
            return
        if cells.is_number(value):
            sheet.write_number(row, column, value, form)
        else:
            self.text(sheet, row, column, cells.said(value))

    def text(self, sheet: Any, row: int, column: int, text: str, form: Any = None) -> None:
        said = _sound(text)[:32_000]
        sheet.write_string(row, column, said if CHANGE.fullmatch(said) else safe(said), form)

    def free(self, name: str) -> str:
        """A name for a sheet that Excel takes and that is not taken."""
        base = re.sub(r"[\[\]:*?/\\']", " ", _sound(name)).replace("-", " ").strip().capitalize()[:28] or "Table"
        number, one = 1, base
        while one.casefold() in self.names:
            number += 1
            one = f"{base[:25]} {number}"
        self.names.add(one.casefold())
        return one


def _numbers(report: Report, compares: bool) -> Iterator[list[Any]]:
    for part in report.proof.numbers:
        scope = "&".join(f"{name}={value}" for name, values in part.scope.items() for value in values)
        clock = part.scope.get("clock", ["calendar"])[0]
        for metric, period, group, *values in part.rows:
            declared = CATALOGUE.get(metric)
            unit = declared.unit if declared else ""
            days = not (declared and clock == "business" and "clock" in declared.params)
            said = units.say(values[0], unit, days=days) if declared else ""
            padded = [*values, *([None] * (len(COMPARED) if compares else 0))][: len(COLUMNS) + (len(COMPARED) if compares else 0)]
            label = declared.label if declared else metric
            yield [label, period, " · ".join(group), units.unit_name(unit) if declared else "", *padded, said, scope]


def _base(unit: str) -> str:
    return {"seconds": "s", "points, -100 to 100": "points"}.get(unit, unit)


def _sound(text: str) -> str:
    """Without the control signs a workbook's XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", " ", text)


def _footer(text: str) -> str:
    return _sound(text).replace("&", "&&")[:200]
