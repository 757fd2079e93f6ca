"""Records of a delimited text file, one by one, without ever losing the rest of the file to one bad quotation mark."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from kpi.files import limits

csv.field_size_limit(limits.MAX_RECORD)  # the module's own limit, 128 KB, is shorter than real ticket descriptions

_BACKSLASHED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart.

    delimiter: one character
    spaced: blanks stand between a delimiter and an opening quotation mark: `a, "b, c"`
    backslashed: a quotation mark inside a quoted cell is written \\" instead of ""
    """

    delimiter: str = ","
    spaced: bool = False
    backslashed: bool = False


@dataclass(frozen=True)
class Record:
    """number: counting from 1; cells: None when the record cannot be told apart, with the reason; text: as in the file."""

    number: int
    cells: list[str] | None
    lines: list[str]
    reason: str = ""

    @property
    def text(self) -> str:
        return "".join(self.lines)


class _Feed:
    """Lines for csv.reader, which takes one at a time: keeps those of the record under way and can take them back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.length = 0
        self.at_end = False
        self.too_long = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.length > limits.MAX_RECORD:
            self.too_long = True
            raise StopIteration
        try:
            line = self._again.popleft() if self._again else next(self._lines)
        except StopIteration:
            self.at_end = True
            raise
        self.taken.append(line)
        self.length += len(line)
        return line

    def start(self) -> None:
        self.taken, self.length, self.too_long = [], 0, False

    def give_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.at_end = False


def records(lines: Iterable[str], dialect: Dialect, whole: bool = True) -> Iterator[Record]:
    """Every record of `lines` (each with its line end).

    A quotation mark that is never closed would swallow lines up to the next one. Such a record spans several lines and
    is not well formed; then only its first line is given up and reading goes on with the second.
    With `whole` false the lines are the beginning of a file, and a record cut off by their end is left out.
    """
    if dialect.backslashed:
        lines = (_BACKSLASHED.sub(r'\1""', line) for line in lines)
    feed = _Feed(lines)
    number = 0
    while True:
        reader = csv.reader(feed, delimiter=dialect.delimiter, skipinitialspace=dialect.spaced)
        while True:
            feed.start()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                cells = None
            number += 1
            taken = feed.taken
            if cells is not None and len(taken) == 1 and not feed.at_end:  # a reader asks for more only inside quotation marks
                yield Record(number, cells, taken)
                continue
            if cells is not None and not feed.too_long and is_well_formed("".join(taken), dialect):
                yield Record(number, cells, taken)
                continue
            if feed.at_end and not whole:
                return
            yield Record(number, None, taken[:1], "a quotation mark is never closed" if cells is not None else "it is no line of cells")
            feed.give_back(taken[1:])
            break


def is_well_formed(text: str, dialect: Dialect) -> bool:
    """Whether the quotation marks of a record open after a delimiter and close before one."""
    return _well_formed(dialect).fullmatch(text) is not None


@lru_cache(maxsize=32)
def _well_formed(dialect: Dialect) -> re.Pattern[str]:
    """Possessive throughout, so that it cannot run away on a hostile line."""
    d = re.escape(dialect.delimiter)
    blank, bare = (" *+", "") if dialect.spaced else ("", '(?! +")')
    cell = rf'(?:{blank}"(?:[^"]++|"")*+"|(?:{bare}[^"{d}\r\n][^{d}\r\n]*+)?+)'
    return re.compile(rf"{cell}(?:{d}{cell})*+(?:\r\n|\n|\r)?")
