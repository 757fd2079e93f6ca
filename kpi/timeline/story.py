"""What the data hold of one ticket, as somebody standing at the scope's instant sees it. Every question names the ticket: none reads them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from kpi.engine import Dataset
from kpi.errors import UnknownName
from kpi.hours import Calendar
from kpi.lifecycle import conversation, status
from kpi.scope import Scope

Record = dict[str, Any]

_SEEN = """
WITH seen_tickets AS (SELECT ticket_id, created_at FROM tickets WHERE ticket_id = $ticket),
seen_messages AS (SELECT * FROM {canonical}.messages WHERE ticket_id = $ticket AND sent_at BETWEEN TIMESTAMP '1900-01-01' AND $as_of),
seen_changes AS (
    SELECT * REPLACE (lower(trim(field)) AS field) FROM {canonical}.changes
    WHERE ticket_id = $ticket AND changed_at BETWEEN TIMESTAMP '1900-01-01' AND $as_of
)
"""


def _rule(statement: str) -> str:
    """The rule of the lifecycle without the table it makes there: here it is asked of one ticket only."""
    return f"({statement.split(' AS', 1)[1]})"


_STATUSES = f"SELECT * FROM {_rule(status.STATUS_SPANS)} ORDER BY ordinal"
_TALK = f"SELECT * FROM {_rule(conversation.TALK)} ORDER BY sent_at, seq"
_CHANGES = "SELECT field, changed_at, old, new FROM seen_changes WHERE field <> 'status' ORDER BY changed_at, _row"
_WAITS = "SELECT ordinal, wait_started_at, replied_at, replier FROM replies WHERE ticket_id = $ticket ORDER BY ordinal"
_SURVEYS = "SELECT * FROM surveys WHERE ticket_id = $ticket ORDER BY asked_at, rated_at"
_REVIEWS = "SELECT review_id, review_kind, reviewed_at, review_score FROM quality_reviews WHERE ticket_id = $ticket ORDER BY reviewed_at"


@dataclass(frozen=True)
class Story:
    """One ticket: its measured facts, its stretches in a status, what was said, changed, waited, answered and reviewed. Unknown is None.

    Instants are UTC without a mark. `statuses` are the stretches of `kpi.lifecycle.status` (the last one has no end), `talk` the messages with
    what each is (opening, reply, ask), `changes` those of other fields than the status.
    """

    ticket_id: str
    facts: Mapping[str, Any]
    statuses: tuple[Record, ...]
    talk: tuple[Record, ...]
    changes: tuple[Record, ...]
    waits: tuple[Record, ...]
    surveys: tuple[Record, ...]
    reviews: tuple[Record, ...]
    as_of: dt.datetime
    zone: str
    calendar: Calendar | None

    def local(self, instant: dt.datetime) -> dt.datetime:
        """The wall clock of the scope's zone."""
        return instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def when(self, instant: dt.datetime | None) -> str:
        """ "Fri 5 Jan 2024, 15:00" on the wall clock of the scope's zone; "at an unknown time"."""
        if instant is None:
            return "at an unknown time"
        local = self.local(instant)
        return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"

    @property
    def schedules(self) -> list[tuple[dt.datetime | None, str | None]]:
        """Since when which schedule is in force; the first is the default one, from the beginning (house contract: changes of `schedule`)."""
        steps = [(row["changed_at"], row["new"]) for row in self.changes if row["field"] == "schedule" and row["new"] is not None]
        return [(None, None), *steps]


def read(data: Dataset, ticket_id: str, scope: Scope) -> Story:
    """The story of a ticket. UnknownName where no ticket of the data is called that."""
    as_of = scope.as_of or data.newest
    schema = data.stand(scope.as_of, scope.calendar)
    cursor = data.con.cursor()
    cursor.execute(f"SET schema = '{schema}'")
    seen = _SEEN.format(canonical=data.canonical)

    def ask(sql: str, **values: Any) -> tuple[Record, ...]:
        rows = cursor.execute(sql, {"ticket": ticket_id, **values})
        names = [column[0] for column in rows.description]
        return tuple(dict(zip(names, row, strict=True)) for row in rows.fetchall())

    facts = ask("SELECT * FROM tickets WHERE ticket_id = $ticket")
    if not facts:
        raise UnknownName(f"There is no ticket {ticket_id!r} in these data.", "Choose one from the list of tickets.")
    return Story(
        ticket_id=ticket_id,
        facts=facts[0],
        statuses=ask(seen + _STATUSES, as_of=as_of) if data.rows["changes"] else (),
        talk=ask(seen + _TALK, as_of=as_of) if data.rows["messages"] else (),
        changes=ask(seen + _CHANGES, as_of=as_of) if data.rows["changes"] else (),
        waits=ask(_WAITS) if data.rows["messages"] else (),
        surveys=ask(_SURVEYS) if data.rows["surveys"] else (),
        reviews=ask(_REVIEWS) if data.rows["reviews"] else (),
        as_of=as_of,
        zone=scope.zone,
        calendar=scope.calendar,
    )


def instants(values: Any) -> pd.Series:
    """Instants as a column of microseconds; None is NaT."""
    return pd.Series(pd.to_datetime(pd.Series(list(values), dtype="object")), dtype="datetime64[us]").reset_index(drop=True)


def seconds(start: dt.datetime | None, end: dt.datetime | None) -> float:
    """Seconds between two instants as the lifecycle has them: whole microseconds, divided once."""
    if start is None or end is None:
        return np.nan
    return ((end - start) // dt.timedelta(microseconds=1)) / 1e6
