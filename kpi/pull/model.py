"""What an API is to us: where it lives, how one signs in, how each of its lists is turned page by page, and which files come of it.

A declaration of these records is all that differs from one tool to the next (`zendesk`, `freshdesk`, `intercom`); `engine` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from kpi.errors import KpiError

Record = dict[str, Any]
State = dict[str, Any]
"""Where a list stands, as JSON: it outlives the process. `done`: the server has no more just now. `since`: what the person asked for."""


class Broken(Exception):
    """An answer that cannot be what the server meant: cut off, no JSON, or without what every page has. Asking again may help."""


class PullError(KpiError):
    """The server cannot or will not go on. What was pulled so far is kept."""


@dataclass(frozen=True)
class Ask:
    """One request: the path below the address, its parameters, and a body where it is a search."""

    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Page:
    """One answer: its JSON, whether a `Link` header names a next page, and the server's own time (Unix seconds), where it states it."""

    value: Any
    has_next_link: bool = False
    date: float | None = None


class Paging(Protocol):
    """How a list is turned. All times are the server's, so that a wrong clock here harms nothing."""

    def first(self, since: float) -> State:
        """Where to begin, to get all that changed since a time (Unix seconds)."""

    def begin(self, state: State) -> State:
        """Where to go on, in a new run."""

    def ask(self, path: str, state: State) -> Ask:
        """The request for the page a state stands at."""

    def after(self, state: State, page: Page, versions: list[float], fresh: int) -> State:
        """The state after a page: its records' versions in the order given, and how many of them were news."""


def moment(value: object) -> float:
    """A time an API writes (ISO 8601, or Unix seconds) as Unix seconds; Broken where it is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise Broken("a time that is none") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def written(seconds: float) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(name: str) -> Callable[[Page], list[Record]]:
    """The records of a page: the list under a name ("" where the page is the list). Broken where there is none."""

    def records(page: Page) -> list[Record]:
        found = page.value.get(name) if name and isinstance(page.value, dict) else page.value
        if not isinstance(found, list) or not all(isinstance(record, dict) and record.get("id") is not None for record in found):
            raise Broken("a page without its list")
        return found

    return records


@dataclass(frozen=True)
class Resource:
    """One list of an API.

    name, label : in the state, and in sentences.
    keep : the keys of a record that are stored; anything else (subjects, texts, e-mail addresses) never reaches the disk.
    into : the resource whose records these are, too (deleted tickets are tickets).
    shape : makes of a record what is stored, before `keep`.
    is_extra : read only when messages are asked for.
    may_lack : the account's plan may be without it: then it is left out with a sentence.
    marks : a resource in which the tickets these records are of are noted, so that one can ask whether a ticket has any.
    each : the resource of which every record has such a list of its own; `path` then holds {id}, and a record that changed is asked again.
    per_minute : at most so many requests in any 60 seconds.
    """

    name: str
    label: str
    path: str
    paging: Paging
    records: Callable[[Page], list[Record]]
    keep: tuple[str, ...]
    into: str = ""
    shape: Callable[[Record, str], Record] | None = None
    is_extra: bool = False
    may_lack: bool = False
    marks: str = ""
    each: str = ""
    per_minute: int = 0

    @property
    def kept_in(self) -> str:
        return self.into or self.name


Look = Callable[[str, object], Record | None]
"""A record of another resource, by its id."""


@dataclass(frozen=True)
class Output:
    """A file: its name, the resource whose records it is made of, and the rows each record becomes."""

    name: str
    resource: str
    rows: Callable[[Record, Look], Iterable[Record]]


@dataclass(frozen=True)
class Api:
    """One tool's API.

    address : of an account, with {account} in it.
    accounts : the accounts it can be, where they are not free (Intercom's regions).
    keys : the sets of environment variables one may sign in with; the first that is complete counts.
    header : the Authorization header made of those.
    identity : a path, and what in its answer says whose data these are; for APIs whose address does not.
    """

    name: str
    label: str
    address: Callable[[str], str]
    keys: tuple[tuple[str, ...], ...]
    header: Callable[[tuple[str, ...]], str]
    resources: tuple[Resource, ...]
    outputs: tuple[Output, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    identity: tuple[str, Callable[[Any], str]] | None = None


def name_of(look: Look, resource: str, number: object) -> str | None:
    """What a person or group is called; its number where the list does not name it; None where there is none."""
    if number is None:
        return None
    found = look(resource, number)
    return str((found or {}).get("name") or number)
