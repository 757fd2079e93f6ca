# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Readers of words and numbers: text, identifiers, vocabularies, flags, counts, numbers, lists, constants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from kpi.cells.base import Compiled, HeaderLike, Reader, Sheet, fold, ident, literal, look_up, without
from kpi.errors import BadValue
from kpi.tables import Column

DISTINCT = 2000
"""A column read by a vocabulary has at most this many different words; rows of rarer ones stay unread."""

YES = ("true", "t", "yes", "y", "1", "1.0", "ja", "oui", "si", "sí", "sim", "on")
NO = ("false", "f", "no", "n", "0", "0.0", "nein", "non", "não", "nee", "off")


@dataclass(frozen=True)
class Text(Reader):
    """A text as it stands. `strip_code` turns `3 - Moderate` into `Moderate`; `words` says some texts in ours, whatever their case."""

    kind: ClassVar[str] = "text"
    strip_code: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.names, self.missing, self.strip_code, tuple(self.words)))

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        value = f"regexp_replace({cell}, '^\\d+\\s*[-–:]\\s*(\\S)', '\\1')" if self.strip_code else cell
        if self.words:
            known = sheet.bind({fold(theirs): ours for theirs, ours in self.words.items()})
            value = f"coalesce({look_up(known, f'lower({value})')}, {value})"
        return Compiled(cell, value, "'not a text'", (header,))


@dataclass(frozen=True)
class Identifier(Reader):
    """A number or code that names something, as text: `123.0` is `123`. `part`, a pattern with one group, takes that part where it is there.

    What a spreadsheet cut to `1.03006E+13` names nothing any more: such rows are kept apart by their row number, and said.
    """

    kind: ClassVar[str] = "identifier"
    part: str = ""

    def __post_init__(self) -> None:
        if self.part and not _is_pattern(self.part):
            raise BadValue(f"{self.part!r} is no pattern with one group.", r"Write it like '/conversations/(\d+)'.")

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        cut = f"regexp_full_match({cell}, '\\d([.,]\\d+)?[Ee]\\+\\d+')"
        view = ident(sheet.view)
        ((rows, kinds, example),) = sheet.rows(
            f"SELECT count(*), count(DISTINCT t), min(t) FROM (SELECT {cell} AS t FROM {view} WHERE {cut})"
        )
        value = f"CASE WHEN regexp_full_match({cell}, '\\d+\\.0+') THEN regexp_extract({cell}, '^\\d+') ELSE {cell} END"
        if self.part:
            value = f"coalesce(nullif(regexp_extract({cell}, {literal(self.part)}, 1), ''), {value})"
        if not rows:
            return Compiled(cell, value, "'not an identifier'", (header,))
        doubt = (
            f"“{header.raw}”: a spreadsheet cut {rows:,} identifiers to {kinds:,} like {example}; "
            "their rows are kept apart and cannot be joined with other files"
        )
        value = f"CASE WHEN {cut} THEN {cell} || ' (row ' || _row || ')' ELSE {value} END"
        return Compiled(cell, value, "'not an identifier'", (header,), (doubt,))


@dataclass(frozen=True)
class Choice(Reader):
    """A closed vocabulary: `words` maps what the tool writes to what we say; None means "nothing there" (not an answer).

    A word is compared without case; a word of `more` (common words of all tools) counts when `words` has none; a trailing
    `(…)` and a leading `3 - ` are tried without. Any other word stays unread and is named.
    """

    kind: ClassVar[str] = "choice"
    words: Mapping[str, object] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.names, self.missing, tuple(self.words)))

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        known = {fold(k): v for k, v in self.more.items()} | {fold(k): v for k, v in self.words.items()}
        values: dict[str, str | None] = {}
        nothing: dict[str, str | None] = {}
        unknown: list[tuple[str, int]] = []
        for text, count in sheet.distinct(cell, DISTINCT):
            word = next((w for w in _spellings(text) if w in known), None)
            if word is None:
                unknown.append((text, count))
            elif known[word] is None:
                nothing[text] = None
            else:
                values[text] = _as_text(known[word])
        given = cell
        if nothing:
            given = f"CASE WHEN {look_up(sheet.bind(dict.fromkeys(nothing, 'x')), cell)} IS NULL THEN {cell} END"
        value = look_up(sheet.bind(values), cell)
        doubts: tuple[str, ...] = ()
        if unknown:
            named = ", ".join(f"“{text[:40]}” ({count:,})" for text, count in unknown[:5])
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            doubts = (f"“{header.raw}” has words that are not known as {column.name}: {named}{more}",)
        return Compiled(given, value, "'an unknown word'", (header,), doubts)


@dataclass(frozen=True)
class Flag(Choice):
    """True or false: yes/no, Y/N, 1/0, true/false, and the source's own `words`.

    With `marks`, only the true ones are marked: in a column that never says no, an empty cell is false.
    """

    kind: ClassVar[str] = "flag"
    marks: bool = False

    __hash__ = Choice.__hash__

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        usual: dict[str, object] = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}
        more = {**usual, **self.more}
        compiled = Choice(self.names, self.missing, self.words, more).read(sheet, column, header, cell)
        if not self.marks:
            return compiled
        ((no,),) = sheet.rows(f"SELECT count(*) FILTER (v = 'false') FROM (SELECT {compiled.value} AS v FROM {ident(sheet.view)})")
        if no:
            return compiled
        value = f"CASE WHEN {cell} IS NULL THEN 'false' ELSE {compiled.value} END"
        return replace(compiled, given=f"coalesce({compiled.given}, '(empty)')", value=value)


@dataclass(frozen=True)
class Number(Reader):
    """A number. Whether `1,5` has a decimal comma is decided from the whole column; `1,234` alone is read as a thousand."""

    kind: ClassVar[str] = "number"
    low: float | None = None
    high: float | None = None

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        value, doubts = self.plain(sheet, header, cell)
        within = [f"v >= {self.low!r}"] if self.low is not None else []
        within += [f"v <= {self.high!r}"] if self.high is not None else []
        if within:
            value = f"list_extract(list_filter([{value}], lambda v: {' AND '.join(within)}), 1)"
        span = f" from {self.low:g} to {self.high:g}" if self.low is not None and self.high is not None else ""
        return Compiled(cell, value, literal(f"not a number{span}"), (header,), doubts)

    def plain(self, sheet: Sheet, header: HeaderLike, cell: str) -> tuple[str, tuple[str, ...]]:
        """SQL for the number in a cell (finite, else null), and what had to be decided."""
        commas = f"CASE WHEN contains({cell}, ',') THEN {cell} END"  # without a comma there is nothing to decide
        shapes = [s for s, _ in sheet.distinct(f"translate({commas}, '0123456789', '9999999999')", DISTINCT)]
        doubts: tuple[str, ...] = ()
        if _comma_is_decimal(shapes):
            pattern, text = _COMMA, f"replace(replace({cell}, '.', ''), ',', '.')"
        else:
            pattern, text = _POINT, f"replace({cell}, ',', '')"
            if shapes and not any("." in s for s in shapes):
                doubts = (f"“{header.raw}”: the comma is read as the mark of thousands",)
        return (
            f"CASE WHEN regexp_full_match({cell}, '{pattern}') AND isfinite(try_cast({text} AS DOUBLE)) THEN try_cast({text} AS DOUBLE) END",
            doubts,
        )


@dataclass(frozen=True)
class Count(Number):
    """A whole number, 0 or more. `less` is taken off first (a station count is one more than a reassignment count)."""

    kind: ClassVar[str] = "count"
    less: int = 0

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        value, doubts = self.plain(sheet, header, cell)
        value = (
            f"list_extract(list_transform(list_filter([{value}], lambda v: v >= 0 AND v = floor(v) AND v < 1e15), "
            f"lambda v: CAST(greatest(v - {int(self.less)}, 0) AS BIGINT)), 1)"
        )
        return Compiled(cell, value, "'not a whole number, 0 or more'", (header,), doubts)


@dataclass(frozen=True)
class Items(Reader):
    """A list in one cell: a JSON array, else texts separated by any of `separators` (a trailing one is fine).

    A header that is repeated (a column for each label) is one list.
    """

    kind: ClassVar[str] = "list"
    separators: str = ";,"

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        headers = tuple(headers)
        first = super().found(headers)
        return tuple(h for h in headers if fold(h.raw) == fold(first[0].raw)) if first else ()

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        found = self.found(sheet.headers)
        if len(found) < 2:
            return super().compile(sheet, column)
        cells = ", ".join(without(ident(h.column), self.missing) for h in found)
        joined = f"nullif(concat_ws({literal(self.separators[:1])}, {cells}), '')"
        return replace(self.read(sheet, column, found[0], joined), headers=found)

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        marks = "".join(re.escape(s) for s in self.separators)
        plain = f"regexp_split_to_array({cell}, {literal(f'[{marks}]')})"
        array = (
            f"CASE WHEN starts_with({cell}, '[') AND json_valid({cell}) "
            f"THEN coalesce(try_cast(try_cast({cell} AS JSON) AS VARCHAR[]), {plain}) ELSE {plain} END"
        )
        value = f"list_distinct(list_filter(list_transform({array}, lambda x: trim(x)), lambda x: x <> ''))"
        # list_distinct forgets the order; the tags of a ticket are a set, so sorting makes them comparable.
        # An empty list is no label at all, like an empty cell: null, so that a split shows it as "(none)".
        nothing = literal(r"[\[\]\s" + marks + "]*")
        given = f"CASE WHEN regexp_full_match({cell}, {nothing}) THEN NULL ELSE {cell} END"
        return Compiled(given, f"nullif(list_sort({value}), [])", "'not a list'", (header,))


@dataclass(frozen=True)
class Constant(Reader):
    """The same value in every row: what the export is silent about because it is always so."""

    kind: ClassVar[str] = "constant"
    value: object = None

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        return ()

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        text = _as_text(self.value)
        return None if text is None else Compiled("NULL", literal(text), "''")


def _is_pattern(text: str) -> bool:
    try:
        return re.compile(text).groups == 1
    except re.error:
        return False


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spellings(text: str) -> list[str]:
    """A word as written, then without a trailing `(…)`, then without a leading code."""
    word = fold(text)
    bare = re.sub(r"\s*\([^()]*\)$", "", word)
    return [word, bare, re.sub(r"^\d+\s*[-–:]\s*", "", word)]


_POINT = r"[-+]?((\d+|\d{1,3}(,\d{3})+)(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?"
_COMMA = r"[-+]?((\d+|\d{1,3}(\.\d{3})+)(,\d*)?|,\d+)"
"""Numbers with a decimal point (commas may group thousands), and with a decimal comma (points may)."""


def _comma_is_decimal(shapes: list[str]) -> bool:
    """Whether the comma is the decimal mark, from the shapes of all cells of a column that have one."""
    if any(re.search(r"\..*,9+$", s) for s in shapes):
        return True
    if any(re.search(r",.*\.9*$", s) for s in shapes):
        return False
    return any(not re.fullmatch(r"[-+]?9{1,3}(,9{3})+", s) for s in shapes)
