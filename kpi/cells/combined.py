"""Readers made of readers: a sum of durations, an instant some time after another, the span between two instants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from kpi.cells.base import Compiled, HeaderLike, Reader, Sheet, ident, literal, without
from kpi.cells.durations import Duration
from kpi.cells.instants import Instant
from kpi.tables import Column


@dataclass(frozen=True)
class _Pair(Reader):
    """Two readers that must both be there."""

    def both(self) -> tuple[Reader, Reader]:
        raise NotImplementedError

    @property
    def inner(self) -> tuple[Reader, ...]:
        return self.both()

    @property
    def sought(self) -> tuple[str, ...]:
        return tuple(n for r in self.both() for n in r.sought)

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        headers = tuple(headers)
        found = [r.found(headers) for r in self.both()]
        return tuple(h for f in found for h in f) if all(found) else ()

    def pair(self, sheet: Sheet, column: Column) -> tuple[Compiled, Compiled] | None:
        first, second = (r.compile(sheet, column) for r in self.both())
        return (first, second) if first and second else None


def _joined(first: Compiled, second: Compiled, value: str) -> Compiled:
    """Given where both are given; unread where either is."""
    return Compiled(
        given=f"CASE WHEN {first.given} IS NOT NULL AND {second.given} IS NOT NULL THEN {first.given} || ' + ' || {second.given} END",
        value=value,
        reason=f"CASE WHEN {first.value} IS NULL THEN {first.reason} WHEN {second.value} IS NULL THEN {second.reason} "
        "ELSE 'the end is before the start' END",
        headers=(*first.headers, *second.headers),
        doubts=(*first.doubts, *second.doubts),
        question=first.question or second.question,
    )


@dataclass(frozen=True)
class After(_Pair):
    """An instant that a tool states as a duration since another one (created + first reply time)."""

    kind: ClassVar[str] = "after"
    start: Instant = field(default_factory=Instant)
    wait: Duration = field(default_factory=Duration)

    def both(self) -> tuple[Reader, Reader]:
        return self.start, self.wait

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        pair = self.pair(sheet, column)
        return pair and _joined(*pair, f"({pair[0].value} + to_microseconds(CAST(round({pair[1].value} * 1e6) AS BIGINT)))")


@dataclass(frozen=True)
class Between(_Pair):
    """The seconds from one instant to another, 0 or more; an end before its start is unread."""

    kind: ClassVar[str] = "between"
    start: Instant = field(default_factory=Instant)
    end: Instant = field(default_factory=Instant)

    def both(self) -> tuple[Reader, Reader]:
        return self.start, self.end

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        pair = self.pair(sheet, column)
        if pair is None:
            return None
        start, end = pair
        return _joined(start, end, f"CASE WHEN {end.value} >= {start.value} THEN epoch({end.value} - {start.value}) END")


@dataclass(frozen=True)
class When(_Pair):
    """What a reader reads, in the rows where a flag is true; nothing in the others (a time of sending becomes no time of answering)."""

    kind: ClassVar[str] = "when"
    what: Reader = field(default_factory=Reader)
    where: Reader = field(default_factory=Reader)

    def both(self) -> tuple[Reader, Reader]:
        return self.what, self.where

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        what, where = self.what.compile(sheet, column), self.where.compile(sheet, _WHERE)
        if what is None or where is None:
            return None
        holds = f"coalesce({where.value} = 'true', false)"
        return Compiled(
            given=f"CASE WHEN {holds} THEN {what.given} END",
            value=f"CASE WHEN {holds} THEN {what.value} END",
            reason=what.reason,
            headers=(*what.headers, *where.headers),
            doubts=what.doubts,
            question=what.question,
        )


_WHERE = Column("where", "flag", "Rows that are read.")


@dataclass(frozen=True)
class Total(Reader):
    """The sum of several durations (talk + hold + after-call work). The first must be there; what others lack counts nothing."""

    kind: ClassVar[str] = "total"
    parts: tuple[Duration, ...] = ()

    @property
    def inner(self) -> tuple[Reader, ...]:
        return self.parts

    @property
    def sought(self) -> tuple[str, ...]:
        return tuple(n for p in self.parts for n in p.names)

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        headers = tuple(headers)
        return tuple(h for p in self.parts for h in p.found(headers)) if self.parts[0].found(headers) else ()

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        read = [c for p in self.parts if (c := p.compile(sheet, column)) is not None]
        if not self.parts[0].found(sheet.headers):
            return None
        # An unreadable part must not pass as 0: the sum is then unread.
        bad = " OR ".join(f"({c.given} IS NOT NULL AND {c.value} IS NULL)" for c in read)
        value = f"CASE WHEN NOT ({bad}) THEN {' + '.join([read[0].value, *(f'coalesce({c.value}, 0)' for c in read[1:])])} END"
        # With nothing in the first part there is nothing to read, whatever the others hold.
        reason = f"CASE {' '.join(f'WHEN {c.given} IS NOT NULL AND {c.value} IS NULL THEN {c.reason}' for c in read)} END"
        doubts = tuple(d for c in read for d in c.doubts)
        text = f"CASE WHEN {read[0].given} IS NOT NULL THEN concat_ws(' + ', {', '.join(c.given for c in read)}) END"
        return Compiled(text, value, reason, tuple(h for c in read for h in c.headers), doubts)


@dataclass(frozen=True)
class Either(Reader):
    """The first of several readers whose headers are there; a constant at the end is the last resort."""

    kind: ClassVar[str] = "either"
    choices: tuple[Reader, ...] = ()

    @property
    def inner(self) -> tuple[Reader, ...]:
        return self.choices

    @property
    def sought(self) -> tuple[str, ...]:
        return tuple(n for r in self.choices for n in r.sought)

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        headers = tuple(headers)
        return next((found for r in self.choices if (found := r.found(headers))), ())

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        return next((c for r in self.choices if (c := r.compile(sheet, column)) is not None), None)


@dataclass(frozen=True)
class First(Either):
    """The first of several readers that can read its cell, row by row: a status of one's own, else the class it belongs to."""

    kind: ClassVar[str] = "first"

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        headers = tuple(headers)
        return tuple(dict.fromkeys(h for r in self.choices for h in r.found(headers)))

    def compile(self, sheet: Sheet, column: Column) -> Compiled | None:
        read = [c for r in self.choices if (c := r.compile(sheet, column)) is not None]
        if len(read) < 2:
            return read[0] if read else None
        return Compiled(
            given=f"coalesce({', '.join(c.given for c in read)})",
            value=f"coalesce({', '.join(c.value for c in read)})",
            reason=read[0].reason,
            headers=tuple(dict.fromkeys(h for c in read for h in c.headers)),
            doubts=tuple(d for c in read for d in c.doubts),
            question=next((c.question for c in read if c.question), None),
        )


_LEFT = r"^[-−]?\d+([.,]\d+|(:\d{1,2}){1,2})?$"


@dataclass(frozen=True)
class Kept(Reader):
    """Whether a promise was kept, from the time that was LEFT of it: below zero is broken, zero or more is kept.

    `once` are headers of the event that ends the promise: before it a promise that is not broken is still open, and unknown. Numbers of
    any unit, or clocks (`-3:15`).
    """

    kind: ClassVar[str] = "kept"
    once: tuple[str, ...] = ()

    @property
    def sought(self) -> tuple[str, ...]:
        return (*self.names, *self.once)

    def found(self, headers: Iterable[HeaderLike]) -> tuple[HeaderLike, ...]:
        headers = tuple(headers)
        left = Reader(self.names).found(headers)
        return (*left, *Reader(self.once).found(headers)) if left else ()

    def read(self, sheet: Sheet, column: Column, header: HeaderLike, cell: str) -> Compiled:
        ended = sheet.pick(self.once)
        is_over = f"{without(ident(ended.column), self.missing)} IS NOT NULL" if ended else "false"
        below = f"regexp_matches({cell}, '^[-−]')"
        given = f"CASE WHEN {below} OR {is_over} OR NOT regexp_matches({cell}, {literal(_LEFT)}) THEN {cell} END"
        value = f"CASE WHEN NOT coalesce(regexp_matches({cell}, {literal(_LEFT)}), false) THEN NULL WHEN {below} THEN 'false' WHEN {is_over} THEN 'true' END"
        return Compiled(given, value, "'not a time that is left'", (header, *((ended,) if ended else ())))
