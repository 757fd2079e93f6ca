"""What of a dataset somebody may see, as views over it: nothing that a view leaves out can be asked for through it, whatever is asked.

A restriction is made once, here, and not where things are shown: every number, list, file and answer made from the view is inside it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from kpi.errors import BadValue, NotAllowed
from kpi.metric import CREATED, condition

NAMES = ("shown", "pseudonyms", "hidden")
PEOPLE = {
    "agent": "Agent",
    "reviewer": "Agent",
    "replier": "Agent",
    "author": "Agent",
    "requester": "Customer",
    "submitter": "Customer",
}
"""Columns that name a person -> what a person is called there."""
CUSTOMERS = tuple(column for column, word in PEOPLE.items() if word == "Customer")
IDS = ("ticket_id", "review_id")
WORDS = ("comment", "text")
TOLD = ("findings", "unread_cells", "rejected_rows", "superseded_rows")
"""Tables of sentences, examples and cells as they came: none of them is part of a view that leaves anything out."""
PLAIN_CHANGES = ("status", "team", "priority", "channel", "type", "schedule")
"""Fields whose changes name nobody; an agent's are renamed, any other field may hold anything."""
_HAPPENED = {
    "tickets": "CASE WHEN is_solved THEN ended_at ELSE TIMESTAMP '9999-12-31' END",
    "solved_spans": "span_ended_at",
    "open_spans": "coalesce(span_ended_at, TIMESTAMP '9999-12-31')",
    "replies": "replied_at",
    "surveys": "rated_at",
    "quality_reviews": "reviewed_at",
    "agent_time": "started_at",
    "cost_days": "spent_on",
}
"""Measured table -> when what its row tells was over: rows over before the first instant of a view are not in it."""
_BEGAN = {
    "tickets": "created_at",
    "solved_spans": "created_at",
    "open_spans": "span_started_at",
    "replies": "wait_started_at",
    "surveys": "coalesce(asked_at, rated_at)",
    "quality_reviews": "reviewed_at",
    "agent_time": "started_at",
    "cost_days": "spent_on",
}
"""Measured table -> when what its row tells began: rows that began after the last instant of a view are not in it."""


@dataclass(frozen=True)
class Seen:
    """What may be seen. The whole is `Seen()`.

    `names`: agents' names "shown", as stable "pseudonyms", or "hidden" (the column is empty). `where`: only rows whose columns have these values, as
    in a Scope; tables that lack such a column are empty. `since` and `until`: UTC instants outside of which nothing is seen. `rows`: tickets can be
    told by their id, customers by their name. `comments`: the words people wrote. `salt` keeps pseudonyms from being guessed from names.
    """

    names: str = "shown"
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    rows: bool = True
    comments: bool = True
    salt: str = ""

    def __post_init__(self) -> None:
        if self.names not in NAMES:
            raise BadValue(f"Names cannot be {self.names!r}.", f"They may be {', '.join(NAMES)}.")
        for column, _ in self.where:
            if column in CREATED:
                raise BadValue("A view cannot be fixed to hours or weekdays.", "Take that filter out, or leave it free.")

    @property
    def is_all(self) -> bool:
        return self == Seen(salt=self.salt)

    def check_rows(self) -> None:
        """NotAllowed where single tickets are not to be seen."""
        if not self.rows:
            raise NotAllowed("Single tickets are not part of this link.", "Ask the person it came from.")

    @property
    def digest(self) -> str:
        """A short name for it: equal views of one salt have equal ones."""
        told = {name: str(value) for name, value in asdict(self).items()}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def named(column: str, kind: str, secret: str) -> str:
    """SQL of the pseudonym of the person a column names: "Agent 3f9a1c07", the same wherever that person stands. Unknown stays unknown."""
    return f"('{kind} ' || substr(md5('{_salt(secret)}' || {column}), 1, 8))"


def _salt(secret: str) -> str:
    return hashlib.sha256(f"deskmeter pseudonyms {secret}".encode()).hexdigest()


def view(seen: Seen, table: str, source: str, columns: Mapping[str, str], *, measured: bool, withheld: Iterable[str] = ()) -> str:
    """The SELECT of a table as it is seen. `columns` are its columns with their types, `source` its name in SQL, `withheld` columns that may name people.

    A canonical table shows the rows of the tickets that are seen (a view of its own, made before).
    """
    cells = [f"{_cell(seen, table, c, kind, set(withheld))} AS {_quoted(c)}" for c, kind in columns.items()]
    return f"SELECT {', '.join(cells)} FROM {source}{_rows(seen, table, columns, measured)}"


def _cell(seen: Seen, table: str, column: str, kind: str, withheld: set[str]) -> str:
    """A column as it is seen: as it is, renamed, or unknown."""
    own, nothing = _quoted(column), f"NULL::{kind}"
    agent = nothing if seen.names == "hidden" else named(own, "Agent", seen.salt)
    if column in withheld or _is_gone(seen, column) or (column == "_file" and not seen.is_all):
        return nothing
    if column in IDS and not seen.rows:
        return f"substr(md5('{_salt(seen.salt)}' || {own}), 1, 12)"
    if table == "changes" and column in ("old", "new") and seen.names != "shown":
        plain = ", ".join(f"'{field}'" for field in PLAIN_CHANGES)
        return f"CASE WHEN lower(trim(field)) = 'agent' THEN {agent} WHEN lower(trim(field)) IN ({plain}) THEN {own} END"
    if column == "author" and _is_renamed(seen, column):
        return f"CASE WHEN author_role = 'requester' THEN {named(own, 'Customer', seen.salt)} ELSE {named(own, 'Agent', seen.salt)} END"
    return named(own, PEOPLE[column], seen.salt) if column in PEOPLE and _is_renamed(seen, column) else own


def _is_renamed(seen: Seen, column: str) -> bool:
    """Agents go by the choice of names; customers are renamed wherever tickets cannot be told apart by id, or agents are not named."""
    return seen.names != "shown" or (column in (*CUSTOMERS, "author") and not seen.rows)


def _rows(seen: Seen, table: str, columns: Mapping[str, str], measured: bool) -> str:
    """The WHERE of a table."""
    kept = []
    if table in TOLD:
        kept.append("FALSE")
    elif measured or "ticket_id" not in columns:
        lacks = [column for column, _ in seen.where if column not in columns]
        kept += ["FALSE"] if lacks else [condition(_quoted(column), column, words) for column, words in seen.where]
        began, over = (_BEGAN.get(table), _HAPPENED.get(table)) if measured else (None, None)
        kept += [f"{over} >= {_literal(seen.since)}"] if seen.since and over else []
        kept += [f"{began} < {_literal(seen.until)}"] if seen.until and began else []
        kept += ["FALSE"] if (seen.since or seen.until) and not (began and over) and not measured else []
    elif seen.where or seen.since or seen.until:
        kept.append(f"ticket_id IN (SELECT ticket_id FROM memory.ids_{seen.digest}.tickets)")
    return f" WHERE {' AND '.join(kept)}" if kept else ""


def filled(seen: Seen, was: frozenset[str], tables: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Of the canonical columns that hold anything, those that still do. `tables` are the canonical tables with their columns."""
    gone = {f"{table}.{c}" for table, columns in tables.items() for c in columns if _is_gone(seen, c)}
    empty = {
        table for table, columns in tables.items() if "ticket_id" not in columns and any(column not in columns for column, _ in seen.where)
    }
    kept = {name for name in was if name not in gone and name.split(".")[0] not in empty}
    return frozenset(kept - ({"changes.agent"} if seen.names == "hidden" else set()))


def _is_gone(seen: Seen, column: str) -> bool:
    return (
        (seen.names == "hidden" and PEOPLE.get(column) == "Agent" and column != "author")
        or (column in WORDS and not seen.comments)
        or (column == "url" and not seen.rows)
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: dt.datetime) -> str:
    return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"
