"""Downloads without a cap: the engine writes the file, the server streams it, and then it is gone.

    /download/tickets.csv?data=<key>&from=…&metric=csat        the very rows the Tickets page lists under the same parameters
    /download/tickets.parquet?…

Whoever has the key may have the rows, as on the page: nothing else is reachable.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from kpi import Dataset, Scope, export, store
from kpi.errors import KpiError, UnknownName
from kpi.explain.listing import Listing, listing
from kpi.hours import Calendar
from kpi.quality import Finding, quality
from kpi.scope import QUERY_NAMES
from pages.parts import links, visitor
from pages.parts.mine import people

log = logging.getLogger("deskmeter")
KINDS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
OWN = ("metric", "side", "out", "find", "sort", "finding")
"""The parameters of the Tickets page that decide which rows it lists, and in which order."""
ADMITTED = "admitted"
"""What the page of a link adds to the addresses of its downloads (see `visitor.passed`)."""
PIECE = 1 << 18
_WRITING = BoundedSemaphore(2)
"""A file is written by all cores at once: more than two at a time would only fill the disk."""

Query = Mapping[str, Sequence[str]]


def url(kind: str, query: Mapping[str, str | Sequence[str]], **own: str) -> str:
    """The address of a download for the parameters of a page: the data, the scope, and what was chosen on the page itself."""
    mine = st.session_state.get("mine")
    if mine is not None and mine.shared:
        own = own | {ADMITTED: visitor.passed(mine.shared.link)}
    elif mine is not None and _asks_who():
        own = own | {ADMITTED: visitor.passed_key(mine.key)}
    pairs: dict[str, list[str]] = {}
    for name, value in (dict(query) | own).items():
        if name in (*links.SHARED, ADMITTED, *OWN) and value:
            pairs[name] = [value] if isinstance(value, str) else list(value)
    return f"download/tickets.{kind}?{urlencode(pairs, doseq=True)}"


def asked(data: Dataset, scope: Scope, query: Query) -> Listing:
    """The rows a page lists under these parameters: the page and the file ask here, so that they cannot differ."""
    own = {name: next(iter(query.get(name, ())), "") for name in OWN}
    part = "second" if own["side"] == "second" else ""
    ids = finding(data, scope, own["finding"]).ids if own["finding"] else ""
    return listing(data, scope, metric=own["metric"], left_out=own["out"] == "1", part=part, find=own["find"], sort=own["sort"], ids=ids)


def finding(data: Dataset, scope: Scope, name: str) -> Finding:
    """An oddity of the data by its name, with the query of the tickets it concerns; UnknownName where there is none."""
    calendar = scope.calendar.fingerprint if scope.calendar else ""
    found: dict[str, Finding] = _findings(data.fingerprint, calendar, scope.as_of, _data=data, _scope=scope)
    if name not in found or not found[name].ids:
        raise UnknownName(f"There is no finding {name!r} about tickets in these data.", "Data & quality lists what was found.")
    return found[name]


@st.cache_resource(max_entries=50, show_spinner=False)
def _findings(fingerprint: str, calendar: str, as_of: dt.datetime | None, _data: Dataset, _scope: Scope) -> dict[str, Finding]:
    return {one.name: one for one in quality(_data, _scope.but(start=None, end=None, where=(), compare=None))}


def file_name(scope: Scope, query: Query, kind: str) -> str:
    """ "csat-left-out-2026-10-12-to-2026-11-08.csv": what it holds and of which dates."""
    found = next(iter(query.get("finding", ())), "")
    if found:
        return f"tickets-{re.sub('[^a-z0-9]+', '-', found.casefold()).strip('-')[:60]}.{kind}"
    metric = next(iter(query.get("metric", ())), "")
    dates = [f"from-{scope.start}" if scope.start and not scope.end else str(scope.start or ""), f"to-{scope.end}" if scope.end else ""]
    parts = [
        metric.replace("_", "-") or "tickets",
        "denominator" if "second" in query.get("side", ()) else "",
        "left-out" if "1" in query.get("out", ()) and metric else "",
        *(dates if scope.start or scope.end else ["all-dates"]),
    ]
    return f"{'-'.join(part for part in parts if part)}.{kind}"


def given_scope(hours: Mapping[str, Calendar], given: Query) -> Scope:
    """The scope of an address, with the working hours it names; BadValue or UnknownName in a sentence, nothing left out in silence."""
    calendar = None
    if named := next(iter(given.get("calendar", ())), ""):
        calendar = hours.get(named)
        if calendar is None:
            raise UnknownName("The working hours of this address are not kept with these data.", "Open the page again.")
    return Scope.from_query(given, calendar=calendar)


def tickets(request: Request) -> Response:
    """The file: 404 for an address that opens nothing, or no rows; 400 with the sentence for a wish that is impossible."""
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    try:
        data, hours, within = _opened({name: values[0] for name, values in query.items() if values})
    except (KpiError, ValueError):
        return PlainTextResponse("There are no data under this address.", 404)
    try:
        scope = within(given_scope(hours, {name: query[name] for name in QUERY_NAMES if name in query}))
        return _file(data, scope, query, Path(request.url.path).suffix[1:], is_wanted=request.method != "HEAD")
    except KpiError as error:
        return PlainTextResponse(str(error), 400)
    except Exception as error:
        number = secrets.token_hex(3)
        log.error("error %s", number, exc_info=error)
        return PlainTextResponse(f"Something went wrong on our side. If it comes back, quote error {number}.", 500)


def _opened(query: Mapping[str, str]) -> tuple[Dataset, Mapping[str, Calendar], Callable[[Scope], Scope]]:
    """The data of an address, their working hours, and what of a scope may be asked. UnknownName where the address opens none, or shows no rows."""
    token = query.get("link")
    if token is None:
        key = query.get("data", "")
        if _asks_who() and not visitor.is_passed_key(key, query.get(ADMITTED, "")):
            raise UnknownName("This address opens nothing.", "Open the page again.")
        return people(key, query.get("names", "")), store.calendars(key), lambda scope: scope
    link = visitor.opened(token)
    if link is None or not link.told.rows or not visitor.is_passed(link, query.get(ADMITTED, "")):
        raise UnknownName("This link opens nothing.", "Ask for a new one.")
    shared = store.shared(link)
    return shared.dataset, shared.hours, shared.within


def _asks_who() -> bool:
    return store.people.chosen() in (store.people.PASSPHRASE, store.people.OIDC)


def _file(data: Dataset, scope: Scope, query: Query, kind: str, *, is_wanted: bool) -> Response:
    rows, name = asked(data, scope, query), file_name(scope, query, kind)
    if not is_wanted:  # somebody only wants to know what it would be
        return Response(headers=_headers(name, kind))
    folder = tempfile.TemporaryDirectory(prefix="deskmeter-download-", ignore_cleanup_errors=True)
    path = Path(folder.name) / name
    try:
        with _WRITING:
            export.listed(data, rows, path)
        size = path.stat().st_size
    except BaseException:
        folder.cleanup()
        raise
    return StreamingResponse(_pieces(path, folder), headers=_headers(name, kind) | {"content-length": str(size)})


def _headers(name: str, kind: str) -> dict[str, str]:
    return {
        "content-type": KINDS[kind],
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }


def _pieces(path: Path, folder: Any) -> Iterator[bytes]:
    """The file piece by piece. Its name goes as soon as it is open, so that nothing is left whoever hangs up."""
    try:
        with path.open("rb") as content:
            with contextlib.suppress(OSError):  # a system that cannot remove what is open does so in the end
                path.unlink()
            while piece := content.read(PIECE):
                yield piece
    finally:
        folder.cleanup()


routes = [Route(f"/download/tickets.{kind}", tickets, methods=["GET"]) for kind in KINDS]
