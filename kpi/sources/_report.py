"""What an import understood, said so that a person can check it: files, columns, unread cells, doubts, open questions."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.cells import Question

FILLED, ABSENT, UNREAD = "filled", "absent", "unread"


@dataclass(frozen=True)
class Unread:
    """One cell that could not be read: the row as a person finds it in the file, the text, and why."""

    file: str
    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class ColumnReport:
    """What became of one canonical column.

    `state` is "filled" (at least one value), "unread" (cells are there and none could be read) or "absent" (no file has it, or
    only empty cells). `filled` and `null` count rows of the canonical table; `unread` counts cells of the files, so that a
    superseded row's cells count too. `headers` are the places it was read from, as "file: header".
    """

    table: str
    column: str
    state: str
    filled: int
    null: int
    unread: int
    headers: tuple[str, ...] = ()
    examples: tuple[Unread, ...] = ()


@dataclass(frozen=True)
class Extra:
    """A column of a ticket file with no canonical place: kept as a split under `name`, or dropped ("" name) for a `reason`."""

    file: str
    header: str
    name: str
    reason: str = ""

    @property
    def kept(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True)
class Join:
    """How many of a file's rows found what they are about in the tickets.

    `on` is what joins them: "ticket_id", "requester" or "agent"; `rows` could join and `joined` did (0 .. rows, best: all). Of those, `alike`
    were found only once ids were written alike ("#00123" is "123"), `told` by requester and time where no ticket was named. `silent` rows name
    nothing to join on. `here` are up to three values of the file that found nothing, `there` three of the tickets' own; persons are
    shortened to their first letters. Of a list of customers the rows are the tickets' requesters: many customers never ask, but who asks should be in it.
    """

    table: str
    on: str
    rows: int
    joined: int
    alike: int = 0
    told: int = 0
    silent: int = 0
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()

    @property
    def rate(self) -> float | None:
        """The share that found its ticket, 0 to 1; None where no row could."""
        return self.joined / self.rows if self.rows else None


@dataclass(frozen=True)
class FileReport:
    """What became of one file.

    `rows` were decoded; `tables` says how many rows of each canonical table they became (after folding); `rejected` rows have
    no place (listed with reasons in `rejected_rows`); `superseded` rows are older states of tickets that a later row replaced,
    or rows that an earlier file has alike.
    `unzoned` are the headers of times that state no zone, nor did anybody: they were read as UTC.
    `zoned` are those whose zone is stated, in the cells, the header or by the format.
    `odd_lines` counts the lines written in another encoding than the rest; `odd_at` are the first of them, counted from 1.
    `confidence` says how well the layout is known: "low" is best effort, and its columns want a look.
    `joins` say how many of its rows found their ticket in the other files; none for a file that has the tickets itself.
    """

    file: str
    format: str
    source: str
    label: str
    mapping: str
    rows: int
    tables: dict[str, int]
    rejected: int
    superseded: int
    doubts: tuple[str, ...] = ()
    unzoned: tuple[str, ...] = ()
    confidence: str = "high"
    joins: tuple[Join, ...] = ()
    zoned: tuple[str, ...] = ()
    odd_lines: int = 0
    odd_at: tuple[int, ...] = ()


@dataclass(frozen=True)
class Import:
    """The whole report of an import. The tables themselves are in the connection, named as in `kpi.tables`.

    Beside them stand `unread_cells(file, table, column, row, text, reason)`, `rejected_rows(file, row, reason, text)`,
    `superseded_rows(file, row, table, id, created_at)` and `conflicting_cells(file, row, table, id, column, stated, counted, counted_file,
    counted_row, reason)` and `odd_cells(file, row, table, kind, header, text)`.
    `questions` must be answered (`date_orders`) before the columns they name can be read. `doubts` are whole sentences.
    """

    files: tuple[FileReport, ...]
    columns: tuple[ColumnReport, ...]
    extras: tuple[Extra, ...] = ()
    doubts: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    def column(self, table: str, name: str) -> ColumnReport:
        """The report of one canonical column; KeyError when there is no such column."""
        for report in self.columns:
            if (report.table, report.column) == (table, name):
                return report
        raise KeyError(f"{table}.{name}")
