"""What an importer is: one declaration of how a tool's export is recognised and where each canonical column is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpi.cells import Connection, Constant, Either, HeaderLike, Reader, pick, zone_of
from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.tables import TABLES, Column, Table

if TYPE_CHECKING:
    from kpi.files import RawTable

CONFIDENCES = {
    "high": "real rows, or the vendor's own source code",
    "medium": "the vendor's documentation, or one program that reads the export",
    "low": "no real export was at hand: headers are matched loosely, by best effort",
}
"""How well a layout is known, and from what."""

Reshape = Callable[[Connection, "RawTable"], "RawTable"]
"""Makes another table of text of a decoded one, with the headers a declaration reads; `_row` stays the row of the file."""


@dataclass(frozen=True)
class Part:
    """One canonical table filled from a file. `keep` (a flag) chooses the rows that become rows of it; without it, all do.

    `once`: many rows tell the same thing (each message its conversation), so the first row of each key is taken.
    """

    fills: str
    columns: Mapping[str, Reader]
    keep: Reader | None = None
    once: bool = False

    def __post_init__(self) -> None:
        if self.fills not in TABLES:
            raise UnknownName(f"There is no table {self.fills!r}.", did_you_mean(self.fills, TABLES))
        for name, reader in self.columns.items():
            column = self.table.by_name.get(name)
            if column is None:
                raise UnknownName(f"{self.fills} has no column {name!r}.", did_you_mean(name, self.table.by_name))
            _check_words(self.fills, column, reader)

    @property
    def table(self) -> Table:
        return TABLES[self.fills]

    def found(self, headers: Iterable[HeaderLike]) -> dict[str, tuple[HeaderLike, ...]]:
        """Canonical column -> the headers it would be read from; constants are not listed."""
        headers = tuple(headers)
        return {name: found for name, reader in self.columns.items() if (found := reader.found(headers))}

    def lacking(self, headers: Iterable[HeaderLike]) -> list[str]:
        """The required canonical columns a file with `headers` cannot fill."""
        found = self.found(headers)
        return [name for name in self.table.required if name not in found and not _is_constant(self.columns.get(name))]


@dataclass(frozen=True)
class Source:
    """How one tool's export is recognised and read.

    Attributes
    ----------
    name, label : the name in commands ("zendesk") and in sentences ("Zendesk").
    fills, columns : the main canonical table, and for each of its columns the reader that finds it.
    signs : groups of headers; a file with all headers of one group is taken for this export.
    also : further tables filled from the same rows (surveys beside tickets).
    needs : canonical columns that must be found as well; for sources whose headers go by many names.
    keep : rows of the file that count (a flag); the others are rejected as `drops` says.
    missing : words that mean "not measured", besides the usual ones; None: only the empty cell means that.
    confidence : how well the layout is known, one of CONFIDENCES; `is_best_effort` where it is low.
    warns : sentences that are said whenever the export is read.
    alarms : a flag and a sentence, said when any row has the flag; `{n}` in it is the number of such rows.
    most_rows : the tool cuts its exports off at so many rows; a file of exactly that many is said to lack some, perhaps.
    over : names of sources whose signs it shares and before which it goes, where both fit.
    reshape : makes another table of the file's, which the readers then read; `signs` still look at the file's own headers.
    completes : its ticket rows complete those of another export of the tool where it has columns the other has not.
    people : readers of `id`, `name` and `role`, for a list of persons: other exports of the tool that call them by id get their names.
    latest : what tells the newest of several rows of one ticket, in order: a reader, or a canonical column. Ties go to the
        last row. Without it: `updated_at`.
    tool : what `source` says in the tickets; the same for several exports of one tool, whose ids are then the same tickets.
    utc : times without a zone are UTC by the contract of the format.
    zone : the zone of times without one, unless the person names another.
    skip : headers that are never offered as a split (free text, personal data).
    general : considered only where no particular source fits.
    origin : the mapping file it was read from; empty for a tool's own module.
    based_on, leave : the source it corrects, and the columns of that one it is not to fill; see `corrected`.
    """

    name: str
    label: str
    fills: str
    columns: Mapping[str, Reader]
    signs: tuple[tuple[str, ...], ...] = ()
    needs: tuple[str, ...] = ()
    also: tuple[Part, ...] = ()
    keep: Reader | None = None
    drops: str = "the export marks it as not counting"
    missing: tuple[str, ...] | None = ()
    latest: tuple[Reader | str, ...] = ()
    tool: str = ""
    utc: bool = False
    zone: str = ""
    skip: tuple[str, ...] = ()
    general: bool = False
    confidence: str = "high"
    warns: tuple[str, ...] = ()
    alarms: tuple[tuple[Reader, str], ...] = ()
    most_rows: int = 0
    over: tuple[str, ...] = ()
    reshape: Reshape | None = None
    completes: bool = False
    people: Mapping[str, Reader] = field(default_factory=dict)
    origin: str = ""
    based_on: str = ""
    leave: tuple[str, ...] = ()
    main: Part = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "main", Part(self.fills, self.columns, self.keep))
        if self.zone and zone_of(self.zone) is None:
            raise UnknownName(f"{self.name}: {self.zone!r} is not a time zone.", "Use an IANA name such as 'America/New_York'.")
        if self.confidence not in CONFIDENCES:
            raise BadValue(f"{self.name}: {self.confidence!r} is no confidence.", f"Use {', '.join(CONFIDENCES)}.")

    @property
    def is_best_effort(self) -> bool:
        return self.confidence == "low"

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.main, *self.also)

    def corrected(self, base: Source) -> Source:
        """`base` with the columns of this one in the place of its own, and without those this one leaves."""
        columns = {name: reader for name, reader in {**base.columns, **self.columns}.items() if name not in self.leave}
        return replace(
            base, name=self.name, label=self.label, columns=columns, signs=self.signs or base.signs, origin=self.origin, needs=()
        )

    def lacks(self, headers: Iterable[HeaderLike]) -> list[str]:
        """The headers missing for this source to fit, by the group of signs that comes nearest; empty when it fits."""
        headers = tuple(headers)
        missing = [[h for h in group if pick(headers, h) is None] for group in self.signs]
        there = [len(group) - len(gone) for group, gone in zip(self.signs, missing, strict=True)]
        nearest = min(zip(missing, there, strict=True), key=lambda m: (len(m[0]), -m[1]), default=([], 0))[0]
        found = self.main.found(headers)
        required = () if self.reshape else self.main.lacking(headers)  # a reshaped table has what its readers look for
        needed = [c for c in (*required, *self.needs) if c not in found]
        named = [self.columns[c].sought[0] if c in self.columns and self.columns[c].sought else c for c in needed]
        return list(dict.fromkeys([*nearest, *named]))

    def score(self, headers: Iterable[HeaderLike]) -> int:
        """How many of the headers it would read."""
        return len({h.column for part in self.parts for found in part.found(headers).values() for h in found})


def _is_constant(reader: Reader | None) -> bool:
    """Whether a column is filled whatever the headers are."""
    return isinstance(reader, Constant) or (isinstance(reader, Either) and any(map(_is_constant, reader.choices)))


def _check_words(table: str, column: Column, reader: Reader) -> None:
    """A vocabulary may only say the words the canonical column allows."""
    if not column.words:
        return
    values = [reader.value] if isinstance(reader, Constant) else list(getattr(reader, "words", {}).values())
    for value in values:
        if value is not None and value not in column.words:
            raise UnknownName(f"{table}.{column.name} has no word {value!r}.", f"Its words are {', '.join(column.words)}.")
