"""Pulling: every list of an API, from where the last run ended, into the book of the connection; then files of what the book holds."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from kpi.errors import BadValue
from kpi.home import user_folder
from kpi.pull.book import Book
from kpi.pull.model import Api, Ask, Page, PullError, Record, Resource, moment
from kpi.pull.web import Absent, Denied, Refused, Web

Told = Callable[[str], None]
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
STALLED = 3
"""So often the same page may come again without news before we say so."""


@dataclass(frozen=True)
class Pulled:
    """What a run brought: records new or newer by resource, records held in all, sentences worth reading."""

    fresh: dict[str, int]
    held: dict[str, int]
    notes: tuple[str, ...]


def book_of(api: Api, account: str) -> Path:
    """Where a connection's book lies; BadValue for what cannot be an account."""
    if api.accounts and account not in api.accounts:
        raise BadValue(f"{api.label} has no region {account!r}.", f"It may be {', '.join(api.accounts)}.")
    if not _ACCOUNT.fullmatch(account):
        raise BadValue(f"{account!r} is no account of {api.label}.", f"Give the first part of its address: {api.address('acme')}.")
    return user_folder() / "pull" / f"{api.name}-{account}.sqlite"


def checked_name(name: str) -> str:
    """A name that may be part of a path; BadValue for any other."""
    if not _ACCOUNT.fullmatch(name):
        raise BadValue(f"--name cannot be {name!r}.", "Use small letters, digits and hyphens.")
    return name


def signed(api: Api, environ: Mapping[str, str]) -> str:
    """The header that signs in, from the environment; BadValue names what is missing, and never what is there."""
    for names in api.keys:
        values = tuple(environ.get(name, "") for name in names)
        if all(values):
            for name, value in zip(names, values, strict=True):
                if not value.isascii() or not value.isprintable() or " " in value:
                    raise BadValue(f"{name} holds a blank, a line break or a letter no key has.", "Copy it again.")
            return api.header(values)
    wanted = ", or ".join(" and ".join(names) for names in api.keys)
    raise BadValue(f"There is no key for {api.label}.", f"Set {wanted} in the environment (docs/pull.md).")


def pull(
    api: Api,
    account: str,
    *,
    since: datetime | None = None,
    messages: bool = False,
    address: str = "",
    environ: Mapping[str, str] | None = None,
    told: Told = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Pulled:
    """Pull what changed since the last run (the first time: since `since`, or everything) into the book of an account.

    A run may break at any instant, and the next goes on from the last page that was written. An earlier `since` than before begins anew
    from there; a later one changes nothing. `messages` reads also who wrote when. `told` hears what is being done.

    Raises a KpiError in one sentence when the key is missing or wrong, when the server keeps failing, or when another run is at work.
    """
    header = signed(api, os.environ if environ is None else environ)
    path = book_of(api, account)
    web = Web(api.label, address or api.address(account), header, headers=api.headers, told=told, clock=clock, sleep=sleep)
    with closing(web), closing(Book(path)) as book:
        if api.identity:
            _same_owner(api, web, book)
        fresh: dict[str, int] = {}
        notes: list[str] = []
        for resource in api.resources:
            if resource.is_extra and not messages:
                continue
            try:
                at = since.timestamp() if since else 0.0
                news = _each(resource, web, book, told) if resource.each else _list(resource, web, book, at, told)
            except (Denied, Absent, Refused) as error:
                if not resource.may_lack:
                    raise
                notes.append(f"{resource.label[:1].upper()}{resource.label[1:]} were left out: {error.what}")
                continue
            fresh[resource.kept_in] = fresh.get(resource.kept_in, 0) + news
        return Pulled(fresh, {r.kept_in: book.count(r.kept_in) for r in api.resources}, tuple(notes))


def _same_owner(api: Api, web: Web, book: Book) -> None:
    """The book is of one workspace: a key of another would mix two companies."""
    path, read = api.identity or ("", str)
    try:
        owner = read(web.get(Ask(path)).value)
    except (KeyError, TypeError):
        raise PullError(f"{api.label} does not say whose key this is.", "Check the key.") from None
    if book.state("owner") not in (None, owner):
        raise BadValue(
            f"This key is of another {api.label} workspace than the one pulled before.",
            "Use that one's key, or another KPI_HOME for this one.",
        )
    with book.writing():
        book.note("owner", owner)


def _versioned(resource: Resource, page: Page, parent: str = "") -> list[tuple[str, float, Record]]:
    """Id, version and what is kept of each record of a page; Broken where a record is not whole."""
    out = []
    for record in resource.records(page):
        when = next((record[key] for key in ("updated_at", "created_at", "timestamp") if record.get(key) is not None), 0)
        shaped = resource.shape(record, parent) if resource.shape else record
        out.append((str(record["id"]), moment(when), {key: shaped[key] for key in resource.keep if key in shaped}))
    return out


def _list(resource: Resource, web: Web, book: Book, since: float, told: Told) -> int:
    """All pages of a list from where it stands; how many records were new or newer."""
    paging, name = resource.paging, resource.name
    state = book.state(name)
    state = paging.first(since) if state is None or since < state["since"] else paging.begin(state)
    total, stalled, forgotten = 0, 0, False
    while True:
        try:
            page = web.get(paging.ask(resource.path, state), resource.per_minute, partial(_versioned, resource))
        except Refused:
            if forgotten or state == paging.first(state["since"]):
                raise
            state, forgotten = paging.first(state["since"]), True  # a place it has forgotten: once more from the beginning
            told(f"{web.label} has forgotten where it was with the {resource.label}: from the beginning")
            continue
        rows = _versioned(resource, page)
        with book.writing():
            fresh = book.put(resource.kept_in, rows)
            if resource.marks:
                book.put(resource.marks, [(str(body["ticket_id"]), 0.0, {}) for _, _, body in rows if body.get("ticket_id") is not None])
            after = paging.after(state, page, [version for _, version, _ in rows], fresh)
            book.note(name, after)
        total += fresh
        stalled = stalled + 1 if after == state and not fresh else 0
        if stalled >= STALLED:
            raise PullError(f"{web.label} gives the same page of {resource.label} again and again.", "Try again later.")
        state = after
        told(f"{web.label}: {book.count(resource.kept_in):,} {resource.label}")
        if state["done"]:
            return total


def _each(resource: Resource, web: Web, book: Book, told: Told) -> int:
    """The list of every record that has changed since it was last read; how many were read. Each is written when it is whole."""
    due = book.behind(resource.name, resource.each)
    for done, (number, version) in enumerate(due, start=1):
        items = {item["id"]: item for item in (book.get(resource.name, number) or {}).get("items", ())}
        state = resource.paging.first(0.0)
        while not state.get("done"):
            try:
                ask = resource.paging.ask(resource.path.format(id=quote(number, safe="")), state)
                page = web.get(ask, resource.per_minute, partial(_versioned, resource, parent=number))
            except Absent:  # deleted meanwhile
                break
            found = _versioned(resource, page, number)
            items |= {body["id"]: body for _, _, body in found}
            state = resource.paging.after(state, page, [v for _, v, _ in found], len(found))
        with book.writing():
            book.put(resource.name, [(number, version, {"items": list(items.values())})])
        told(f"{web.label}: {resource.label} of {done:,} of {len(due):,} tickets")
    return len(due)


def write(api: Api, account: str, folder: Path) -> list[Path]:
    """Files of all that was pulled of an account, one JSON object a line: the newest state of everything, each thing once.

    They are written aside and take their names at the end. A file that would be empty is not written, and an old one of its name goes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with closing(Book(book_of(api, account))) as book:

        @lru_cache(maxsize=50_000)
        def look(resource: str, number: object) -> Record | None:
            return book.get(resource, str(number))

        for output in api.outputs:
            path = folder / f"{output.name}.ndjson"
            half = folder / f".half-{output.name}.ndjson"  # hidden from whoever reads the folder meanwhile
            lines = 0
            try:
                with half.open("w", encoding="utf-8") as file:
                    for record in book.every(output.resource):
                        for row in output.rows(record, look):
                            file.write(json.dumps(row, ensure_ascii=False) + "\n")
                            lines += 1
                    file.flush()
                    os.fsync(file.fileno())
                if lines:
                    half.replace(path)
                    written.append(path)
                else:
                    path.unlink(missing_ok=True)
            finally:
                half.unlink(missing_ok=True)
    return written
