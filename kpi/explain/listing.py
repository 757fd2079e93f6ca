"""Rows as a list: all tickets of a scope, or the rows behind a number, to look through, search, sort, and write to a file."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kpi.engine import Dataset, quoted, quoted_text
from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.measure.rows import NEWEST_FIRST, REASON, Judged, judged
from kpi.metric import MEASURED
from kpi.scope import Scope
from kpi.tables import ROW_EXPORT

EVERY_TICKET = "tickets_created"
"""Without a metric the list is of all tickets created in the dates, whatever their status: the status says what they are."""
HELPERS = frozenset(
    "is_counted bucket instant instant_epoch until created_epoch closes span_ended_at is_clock_running next_created_at ended_at".split()
)
"""Columns that serve a query and tell a person nothing."""
SEARCHED = ("ticket_id", "review_id", "requester", "submitter", "organization", "agent", "team", "topic")
KEYS = ("ticket_id", "review_id", "requester", "agent", "kind", "ordinal", "category")
"""What tells rows apart after the sort, so that a page never shows a row of the page before."""
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Listing:
    """A list of rows: SQL `text` for `Dataset.query` in `schema`, its `columns` (name -> DuckDB type) in their order, and its `order`.

    `table` is the measured table the rows come from; `default_sort` the column they are sorted by where nothing else is asked ("" for none).
    """

    text: str
    schema: str
    table: str
    columns: dict[str, str]
    order: str
    default_sort: str

    @property
    def ordered(self) -> str:
        """The whole list in its order, as one statement."""
        return f"SELECT {', '.join(map(quoted, self.columns))} FROM ({self.text}) {self.order}"


def listing(
    data: Dataset, scope: Scope, *, metric: str = "", left_out: bool = False, part: str = "", find: str = "", sort: str = "", ids: str = ""
) -> Listing:
    """The rows to list. Nothing has run yet but a look at their columns.

    Without `metric`, every ticket created in the scope's dates, deleted, spam and merged ones included. With it, the rows behind the number
    (`part="second"`: of its denominator) with `value`; `left_out` gives those that do not count instead, with `reason`. `find` keeps rows that
    hold this text in a ticket's number, people, team, topic, or a column of the export's own. `sort` is a column, "-" before it for the
    largest first. `ids` is a query of ours (as of `kpi.quality`): then the list is of those tickets, whatever their dates. UnknownName for a
    metric or a column that does not exist, BadValue for what the data cannot give.
    """
    data.seen.check_rows()
    kept = scope.but(by="all", split=(), compare=None)
    if not metric:
        kept = kept.but(params=tuple({**dict(kept.params), "statuses": "all"}.items()))
    if ids:
        metric = ""
        found = Judged("FROM tickets", data.stand(scope.as_of, scope.calendar), "tickets", "created_at")
        inner = f"SELECT * FROM tickets WHERE ticket_id IN (SELECT ticket_id FROM ({ids}))"
    else:
        found = judged(metric or EVERY_TICKET, kept, data, part=part)
        inner = found.left_out if metric and left_out else found.behind
    kinds = _kinds(found.table, data, found.schema) | {"value": "DOUBLE", REASON: "VARCHAR"}
    names = _names(found.table, data)
    names += [*(["value"] if metric else []), *([REASON] if metric and left_out else [])]
    columns = {name: kinds[name] for name in dict.fromkeys(names) if name in kinds}
    text = f"SELECT {', '.join(map(quoted, columns))} FROM ({inner})"
    if find.strip():
        text = f"SELECT * FROM ({text}) WHERE {_holds(find.strip(), columns, data)}"
    default = next((c for c in (found.at, *NEWEST_FIRST, "span_started_at") if c in columns), "")
    return Listing(text, found.schema, found.table, columns, _order(sort or f"-{default}", columns), default)


def count(data: Dataset, rows: Listing) -> int:
    """How many rows the list has."""
    return int(data.query(f"SELECT count(*) AS n FROM ({rows.text})", rows.schema)["n"].iloc[0])


def page(data: Dataset, rows: Listing, number: int, size: int = 50, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """The rows of a page (the first is 1), only `columns` where some are named. Empty beyond the last page."""
    wanted = ", ".join(quoted(c) for c in (columns or rows.columns) if c in rows.columns)
    first = size * (max(number, 1) - 1)
    return data.query(f"SELECT {wanted} FROM ({rows.text}) {rows.order} LIMIT {int(size)} OFFSET {int(first)}", rows.schema)


def one(data: Dataset, ticket: str, scope: Scope) -> dict[str, object]:
    """All that is known of one ticket, whatever the dates; UnknownName where there is none of that number."""
    schema = data.stand(scope.as_of, scope.calendar)
    names = ", ".join(map(quoted, _names("tickets", data)))
    frame = data.query(f"SELECT {names} FROM tickets WHERE ticket_id = '{_text(ticket)}' LIMIT 1", schema)
    if frame.empty:
        raise UnknownName(f"There is no ticket {ticket!r} in these data.", "Look for it by a part of its number.")
    return {str(name): value for name, value in frame.iloc[0].items()}


def filled_columns(data: Dataset, rows: Listing) -> frozenset[str]:
    """The columns of the list's table that hold anything at all, whatever the dates."""
    own = [c for c in rows.columns if c not in ("value", REASON)]
    counts = data.query(f"SELECT {', '.join(f'count({quoted(c)}) > 0 AS {quoted(c)}' for c in own)} FROM {rows.table}", rows.schema).iloc[0]
    return frozenset({c for c in own if bool(counts[c])} | ({"value", REASON} & set(rows.columns)))


def _names(table: str, data: Dataset) -> list[str]:
    if table == "tickets":
        return [*ROW_EXPORT, *data.extras]
    return [c for c in (*MEASURED[table], *(e for e in data.extras if e in data.columns(table))) if c not in HELPERS]


def _kinds(table: str, data: Dataset, schema: str) -> dict[str, str]:
    frame = data.query(f"DESCRIBE {table}", schema)
    return dict(zip(frame["column_name"].astype(str), frame["column_type"].astype(str), strict=True))


def _holds(find: str, columns: dict[str, str], data: Dataset) -> str:
    """The condition that a row holds a text, capital letters or not."""
    wanted = _text(find.casefold())
    searched = [c for c in (*SEARCHED, *data.extras) if c in columns and columns[c] == "VARCHAR"]
    return " OR ".join(f"contains(lower({quoted(c)}), '{wanted}')" for c in searched) or "false"


def _text(text: str) -> str:
    """A stranger's text as it may stand between single quotes; BadValue for what is none."""
    if len(text) > LONGEST_SEARCH or any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise BadValue("That cannot be looked for.", f"Look for plain text of at most {LONGEST_SEARCH} letters.")
    return quoted_text(text)


def _order(sort: str, columns: dict[str, str]) -> str:
    """ORDER BY with the unknown last, and the keys after it."""
    name, down = sort.removeprefix("-"), "DESC" if sort.startswith("-") else "ASC"
    if name and name not in columns:
        raise UnknownName(f"There is no column {name!r} to sort by.", did_you_mean(name, columns))
    first = [f"{quoted(name)} {down} NULLS LAST"] if name else []
    keys = [quoted(key) for key in (*NEWEST_FIRST, *KEYS) if key in columns and key != name]
    return f"ORDER BY {', '.join([*first, *keys])}" if first or keys else ""
