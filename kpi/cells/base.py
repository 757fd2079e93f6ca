# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""What every reader is made of: a sheet of text cells, a declaration, and the SQL it compiles to.

A reader is a declaration ("the instant under 'Created at'"). Compiled against a sheet it becomes three SQL expressions over
whole columns: `given` (null where there is nothing to read), `value` (typed; null where it cannot be read) and `reason`
(why). A cell that is given and has no value is an *unread cell*: it is reported, never guessed and never lost.
No data travels inside SQL: identifiers are quoted, words that come from a file are bound through a temporary table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeVar

from kpi.tables import DUCKDB_TYPES, Column

MISSING = ("-", "--", "—", "n/a", "#n/a", "null", "nan", "none", "(none)", "[none]", "(blank)")
"""Words that mean "not measured" in most tools, besides the empty cell. Sources add their own; canonical files have none."""

WORDS_TABLE = "_kpi_words"

T = TypeVar("T")


class Connection(Protocol):
    """The part of a DuckDB connection that is used here; the connection is made elsewhere and passed in."""

    def execute(self, query: str, parameters: Any = ...) -> Any: ...

    def executemany(self, query: str, parameters: Any = ...) -> Any: ...


class HeaderLike(Protocol):
    """One header of a decoded table: as written, folded, its trailing note, and the SQL column that holds its cells."""

    @property
    def raw(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def column(self) -> str: ...


def ident(name: str) -> str:
    """An SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string literal for a text of ours (a format, a sentence, a zone name); data is bound instead."""
    return "'" + text.replace("'", "''") + "'"


def fold(text: str) -> str:
    """A header or word for comparison: case folded, blanks stripped and collapsed."""
    return " ".join(text.replace("\ufeff", "").casefold().split())


_NOTE = re.compile(r"^(?P<name>.+?)\s*[(\[](?P<note>[^()\[\]]*)[)\]]$")


def pick(headers: Iterable[HeaderLike], sought: str) -> HeaderLike | None:
    """The header meant by `sought`: the same text, else the same name and note, else the same name with any note."""
    whole = fold(sought)
    index = _index(tuple(headers))
    found = index.by_text.get(whole)
    if found is not None:
        return found
    cut = _NOTE.match(whole)
    return index.by_both.get((cut["name"], cut["note"])) if cut else index.by_name.get(whole)


@dataclass(frozen=True)
class _Index:
    """Headers by their text, by name and note, and by name; the first of each."""

    headers: tuple[HeaderLike, ...]
    by_text: Mapping[str, HeaderLike]
    by_both: Mapping[tuple[str, str], HeaderLike]
    by_name: Mapping[str, HeaderLike]


_last = [_Index((), {}, {}, {})]


def _index(headers: tuple[HeaderLike, ...]) -> _Index:
    """The index of some headers; that of the last ones is kept, since every source asks for dozens of names."""
    known = _last[0]
    if known.headers is not headers:
        backwards = headers[::-1]  # so that the first of several wins
        by_name = {fold(h.name): h for h in backwards}
        by_both = {(fold(h.name), fold(h.note)): h for h in backwards}
        known = _last[0] = _Index(headers, {fold(h.raw): h for h in backwards}, by_both, by_name)
    return known


@dataclass(frozen=True)
class Question:
    """A day/month order that the cells cannot decide. `likely` is the order all other
    columns of the file turned out to have, or empty: good enough to suggest, not to assume."""

    file: str
    header: str
    column: str
    readings: tuple[str, str]
    example: str
    as_dmy: str
    as_mdy: str
    why: str
    likely: str = ""

    @property
    def text(self) -> str:
        """The question as a sentence."""
        return f"{self.file}, “{self.header}”: {self.why}. Is “{self.example}” {self.as_dmy} (dmy) or {self.as_mdy} (mdy)?"


@dataclass(frozen=True)
class Compiled:
    """The SQL a reader became for one sheet. `reason` is an SQL text expression; `headers` are the ones it reads."""

    given: str
    value: str
    reason: str
    headers: tuple[HeaderLike, ...] = ()
    doubts: tuple[str, ...] = ()
    question: Question | None = None


@dataclass
class Sheet:
    """One decoded table as readers see it: cleaned cells in the SQL view `view`, and what is known about its times.

    `zone` is the zone of times that carry none ("" = nothing is known, read as UTC and say so); `orders` answers questions
    about day and month (by header, canonical column or "*"); `unzoned` and `orders_seen` gather what the readers met, `zoned` the headers
    of times whose zone is stated, and `mixed` those where only some cells state it, with the SQL of the cells that do not.
    """

    con: Connection
    view: str
    file: str
    headers: Sequence[HeaderLike]
    zone: str = ""
    orders: Mapping[str, str] = field(default_factory=dict)
    unzoned: dict[str, str] = field(default_factory=dict)
    orders_seen: dict[str, str] = field(default_factory=dict)
    zoned: dict[str, str] = field(default_factory=dict)
    mixed: dict[str, str] = field(default_factory=dict)
    _profiles: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict, repr=False)

    def pick(self, names: Iterable[str]) -> HeaderLike | None:
        """The first of the sought names that is a header of this sheet."""
        return next((h for h in (pick(self.headers, n) for n in names) if h is not None), None)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Every row of a profile (small by construction). The table does not change, so each query runs once."""
        if query not in self._profiles:
            self._profiles[query] = self.con.execute(query).fetchall()
        return self._profiles[query]

    def distinct(self, expression: str, limit: int) -> list[tuple[str, int]]:
        """The commonest texts of an expression and how often each occurs."""
        return [
            (str(text), int(n))
            for text, n in self.rows(
                f"SELECT t, count(*) FROM (SELECT {expression} AS t FROM {ident(self.view)}) "
                f"WHERE t IS NOT NULL GROUP BY t ORDER BY count(*) DESC, t LIMIT {int(limit)}"
            )
        ]

    def bind(self, words: Mapping[str, str | None]) -> int:
        """Store a word list (text of a cell -> value) as bound rows; the number names it in `look_up`."""
        self.con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {WORDS_TABLE} (list INTEGER, text VARCHAR, value VARCHAR)")
        number = 1 + int(self.con.execute(f"SELECT coalesce(max(list), 0) FROM {WORDS_TABLE}").fetchone()[0])
        if words:
            self.con.executemany(f"INSERT INTO {WORDS_TABLE} VALUES (?, ?, ?)", [(number, text, value) for text, value in words.items()])
        return number


def batched(items: Sequence[T], most: int = 200) -> Iterator[Sequence[T]]:
    """Items in pieces: a query over thousands of columns at once takes the square of their number."""
    return (items[i : i + most] for i in range(0, len(items), most))


def look_up(number: int, cell: str) -> str:
    """SQL: the value bound to a cell's text in word list `number`, null where the text is not in it.

    A map made once, not a join: a join would shuffle the rows.
    """
    entries = f"(SELECT list({{'k': text, 'v': value}}) FROM {WORDS_TABLE} WHERE list = {int(number)})"
    return f"map_from_entries({entries})[{cell}]"


def clean(column: str, missing: Iterable[str]) -> str:
    """SQL: a raw cell without surrounding blanks; null where it is empty or one of the missing words."""
    return without(f"nullif(trim({ident(column)}), '')", missing)


def without(cell: str, missing: Iterable[str]) -> str:
    """SQL: a cleaned cell, null where it is one of the given words, whatever their case."""
    words = sorted({fold(m) for m in missing} - {""})
    if not words:
        return cell
    # One pattern, not `IN`: a long list becomes a join for every column of the view, used or not.
    pattern = literal(f"(?i)({'|'.join(re.escape(w) for w in words)})")
    return f"CASE WHEN regexp_full_match({cell}, {pattern}) THEN NULL ELSE {cell} END"


@dataclass(frozen=True)
class Reader:
    """The base of every reader: where to look (`names`, first found wins) and its own missing words.

    `kind` names the reader in a mapping file.
    """

    kind: ClassVar[str] = ""
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def sought(self) -> tuple[str, ...]:
        """Every header this reader may read."""
        return self.names

    @property
    def inner(self) -> tuple[Reader, ...]:
        """The readers this one is made of."""
        return ()

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        """The headers it would read in a table that has `headers`; empty when the column is absent."""
        headers = tuple(headers)
        header = next((h for h in (pick(headers, n) for n in self.names) if h is not None), None)
        return (header,) if header else ()

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        """The SQL of this reader for one sheet; None when its header is absent. `column` is the canonical column it fills."""
        header = sheet.pick(self.names)
        if header is None:
            return None
        return self.read(sheet, column, header, without(ident(header.column), self.missing))

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        """The SQL for a header that is there; `cell` is its cleaned text."""
        raise NotImplementedError


def typed(value: str, column: Column) -> str:
    """SQL: a value in the canonical column's own type."""
    return f"CAST({value} AS {DUCKDB_TYPES[column.type]})"
