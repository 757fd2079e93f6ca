"""Which character parts the cells of a text file, and which row is its header."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpi.files import limits
from kpi.files.header_rows import whole_header
from kpi.files.records import Dialect, Record, is_well_formed, records

DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"  # the ASCII unit separator: for a file of one column, where any other would be a guess
_NUMBER = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*%?")


@dataclass(frozen=True)
class Layout:
    """What the first rows tell: dialect, index of the header among the records, its cells, how many records it takes, the width of a good row."""

    dialect: Dialect
    header_at: int
    header: tuple[str, ...]
    width: int
    doubts: tuple[str, ...] = ()
    header_rows: int = 1


def find_layout(lines: Sequence[str], whole: bool) -> Layout | None:
    """The layout of a text file from its first lines; None when they hold no cell at all."""
    text = "".join(lines)
    if not text.strip(" \t\r\n,;|\"'"):
        return None
    found = [(_Judged.of(Dialect(d), lines, whole), d) for d in DELIMITERS if d in text]
    best = max((j for j, _ in found), key=lambda j: j.score, default=None)
    if best is None or (best.score < 0.5 and not best.has_full_header):
        plain = next((j for j, _ in found if j.width == 1 and j.share == 1.0), None)
        best = plain or _Judged.of(Dialect(_NO_DELIMITER), lines, whole)
    if '\\"' in text:
        other = _Judged.of(replace(best.dialect, backslashed=True), lines, whole)
        best = other if (other.bad, -other.share) < (best.bad, -best.share) else best
    spaced = replace(best.dialect, spaced=True)
    if any(not is_well_formed(r.text, best.dialect) and is_well_formed(r.text, spaced) for r in best.records):
        best = _Judged.of(spaced, lines, whole)
    return best.layout()


@dataclass(frozen=True)
class _Judged:
    """How well a dialect explains the first lines."""

    dialect: Dialect
    records: tuple[Record, ...]
    width: int
    header_at: int
    share: float  # of the records from the header on, those with the usual width
    bad: int  # records that cannot be told apart
    score: float

    @classmethod
    def of(cls, dialect: Dialect, lines: Sequence[str], whole: bool) -> _Judged:
        found = tuple(records(lines, dialect, whole)) or tuple(records(lines, dialect))
        rows = [r.cells or [] for r in found]
        widths = Counter(len(row) for row in rows if any(row)) or Counter(len(row) for row in rows if row)
        # Weighed by cells: ten title lines of one cell do not outvote a header of seven.
        width = max(widths, key=lambda w: (w * widths[w], w), default=0)
        header_at = find_header(rows, width)
        after = [row for row in rows[header_at:] if any(c.strip() for c in row)]
        share = sum(len(row) == width for row in after) / max(len(after), 1)
        score = share
        if width == 1:
            score = 0.0
        if header_at:
            score *= 0.9
        head = rows[header_at] if rows else []
        if any(d in cell for cell in head for d in DELIMITERS if d != dialect.delimiter):
            score *= 0.8
        if not _has_names(head):
            score *= 0.8
        bad = sum(r.cells is None for r in found)
        return cls(dialect, found, width, header_at, share, bad, score + width * 1e-6)

    @property
    def has_full_header(self) -> bool:
        """Whether the very first row has a name for every cell of a usual row."""
        return self.header_at == 0 and 1 < self.width == len(self.records[0].cells or [])

    def layout(self) -> Layout | None:
        if not self.records:
            return None
        rows = [r.cells or [] for r in self.records]
        head = tuple(rows[self.header_at])
        doubts = list(header_doubts(rows, self.header_at))
        width = len(head)
        whole, taken = whole_header(rows, self.header_at)
        if taken > 1:
            doubts.append(several_rows(taken))
            return Layout(self.dialect, self.header_at, whole, width, tuple(doubts), taken)
        if width > self.width and not any(c.strip() for c in head[self.width :]) and self.width:
            width, head = self.width, head[: self.width]
        elif width < self.width:
            wide = [row for row in rows[self.header_at + 1 :] if len(row) == self.width]
            if wide and not any(c.strip() for row in wide for c in row[width:]):
                head = (*head, *[""] * (self.width - width))
                width = self.width
        if self.dialect.backslashed:
            doubts.append('Quotation marks inside cells are written \\".')
        if self.dialect.spaced:
            doubts.append("Blanks after a delimiter were cut off.")
        return Layout(self.dialect, self.header_at, head, width, tuple(doubts))


def find_header(rows: Sequence[Sequence[str | None]], width: int) -> int:
    """The index of the header: the first row, unless it and its followers are title lines or empty.

    A title line holds one cell, or two where the table is wide, or far less than the rows below it.
    """
    filled = [sum(bool(c and c.strip()) for c in row) for row in rows]
    usual = statistics.median([n for n in filled if n] or [0])
    for i, (row, n) in enumerate(zip(rows[: limits.HEADER_WITHIN], filled, strict=False)):
        title = n <= (0 if width <= 1 else 1 if width < 5 else 2) or n < 0.25 * usual
        title = title or (len(row) != width and n < 0.6 * width)
        if not title:
            return i
    return next((i for i, n in enumerate(filled) if n), 0)


def header_doubts(rows: Sequence[Sequence[str | None]], at: int) -> list[str]:
    """What is to be said about the choice of the header."""
    said = []
    skipped = [row for row in rows[:at] if any(c and c.strip() for c in row)]
    if skipped:
        one = len(skipped) == 1
        first = " ".join(c.strip() for c in skipped[0] if c and c.strip())[:60]
        said.append(f"{len(skipped)} title {'line' if one else 'lines'} above the header {'was' if one else 'were'} skipped (“{first}”).")
    head = rows[at] if rows else []
    if not _has_names(head):
        said.append("The first row looks like data, not like headers.")
    return said


def several_rows(taken: int) -> str:
    """What is to be said about a header of more than one row."""
    return f"The header takes {taken} rows; what the further ones say stands behind the names in brackets."


def _has_names(head: Sequence[str | None]) -> bool:
    cells = [c.strip() for c in head if c and c.strip()]
    return sum(_NUMBER.fullmatch(c) is not None for c in cells) <= 0.5 * len(cells)
