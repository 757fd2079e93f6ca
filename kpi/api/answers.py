"""What the API answers: the same functions as the screens, the files and the command line, to the digit."""

from __future__ import annotations

import datetime as dt
import json
from threading import BoundedSemaphore
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import kpi
from kpi import correlations, store
from kpi.api import rights
from kpi.catalogue import CATALOGUE
from kpi.errors import BadValue, NotAllowed
from kpi.explain.lines import code_version
from kpi.explain.listing import listing, page
from kpi.metric import described
from kpi.read import described_files
from kpi.report import pinned
from kpi.store import links

MOST_ROWS, USUAL_ROWS = 1_000, 100
FILE = ("file", "source", "label", "rows", "tables", "joins")
"""What is told of a file, as `kpi read` tells it."""
LONGEST = 100_000
"""Bytes a request may send."""
_AT_ONCE = BoundedSemaphore(4)
"""Measurements at a time: more would only take each other's memory."""


def health(_request: Request) -> Response:
    """The process answers."""
    return _json({"status": "ok", "version": code_version()})


def catalogue(_request: Request) -> Response:
    """Every metric: name, label, unit, direction, definition."""
    return _json({"metrics": [described(metric) for metric in CATALOGUE.values()]})


def datasets(request: Request) -> Response:
    """The dataset the token opens: what is in it, and what can be measured."""
    right = rights.of(request)
    data, lacks = right.dataset, right.dataset.lacking()
    told: dict[str, Any] = {
        "fingerprint": data.fingerprint,
        "rows": dict(data.rows),
        "first": f"{data.first.isoformat()}Z",
        "newest": f"{data.newest.isoformat()}Z",
        "metrics": {
            "available": [name for name, missing in lacks.items() if not missing],
            "unavailable": {name: f"needs {' and '.join(missing)}" for name, missing in lacks.items() if missing},
        },
        "working_hours": {fingerprint: list(calendar.names) for fingerprint, calendar in right.hours.items()},
    }
    if right.key:  # who has a link has no files: their names, and ids out of them, are more than it shows
        told["files"] = [{name: one[name] for name in FILE} for one in described_files(data)]
        if data.seen.names != "shown":  # what found nothing may be a person
            for join in (join for one in told["files"] for join in one["joins"]):
                join["here"] = join["there"] = ()
    if right.shared:
        link = right.shared.link
        told["link"] = {
            "title": link.told.title,
            "frozen": link.is_frozen,
            "free": list(link.told.free),
            "opens_with": right.shared.opening.to_query(),
        }
    return _json({"datasets": [told]})


def measure(request: Request) -> Response:
    """Metrics in a scope, as `kpi compute` gives them."""
    right = rights.of(request)
    names = request.query_params.getlist("metric")
    if not names:
        raise BadValue("No metric was asked for.", "Add metric=csat; the catalogue lists them.")
    scope = right.scope(request)
    with _AT_ONCE:
        result = kpi.measure(names, scope, right.dataset)
    return _json(
        {
            "dataset": {"fingerprint": right.dataset.fingerprint},
            "scope": {**scope.to_query(), "as_of": f"{result.as_of.isoformat()}Z"},
            "results": result.records(),
            "text": result.text.splitlines(),
            "version": code_version(),
        }
    )


def correlate(request: Request) -> Response:
    """Every pair of numbers at one unit, as `kpi correlate` gives them."""
    right = rights.of(request)
    unit = request.query_params.get("unit", "tickets")
    scope = correlations.widened(right.scope(request).but(compare=None), right.dataset, unit)
    with _AT_ONCE:
        matrix = correlations.correlate(unit, scope, right.dataset)
    return _json({"scope": scope.to_query(), **correlations.record.described(matrix)})


def tickets(request: Request) -> Response:
    """Tickets, or the rows behind a metric, a page at a time."""
    right = rights.of(request)
    asked = request.query_params
    number, size = _whole(request, "page", 1, 1_000_000), _whole(request, "size", USUAL_ROWS, MOST_ROWS)
    with _AT_ONCE:
        rows = listing(
            right.dataset, right.scope(request), metric=asked.get("metric", ""), find=asked.get("find", ""), sort=asked.get("sort", "")
        )
        frame = page(right.dataset, rows, number, size)
    cells = json.loads(frame.to_json(orient="records", date_format="iso", date_unit="s"))
    return _json({"page": number, "size": size, "tickets": cells})


def shares(request: Request) -> Response:
    """The links to a dataset; without their tokens, which nobody has but who was given them."""
    return _json({"links": [_link(link) for link in links.of(rights.of(request).check_owner())]})


def share(request: Request) -> Response:
    """Make a link: its token is in this answer and nowhere else."""
    right = rights.of(request)
    key = right.check_owner()
    said = request.state.said
    known = {"title", "note", "page", "pages", "query", "preset", "names", "rows", "comments", "programs", "free"}
    if unknown := set(said) - known - {"where", "frozen", "days", "passphrase"}:
        raise BadValue(
            f"A link has no {', '.join(sorted(map(str, unknown)))[:80]}.",
            f"It has {', '.join(sorted(known))}, where, frozen, days, passphrase.",
        )
    told = _told({name: said[name] for name in known if name in said}, said.get("where", {}))
    days = said.get("days")
    if days is not None and not (isinstance(days, int) and 1 <= days <= 3_650):
        raise BadValue(f"days cannot be {str(days)[:20]!r}.", "It is a whole number from 1 to 3,650.")
    opened = pinned.opened(key, told)  # filters of columns there are not say so
    frozen = None
    if said.get("frozen") is True:
        frozen = store.frozen(key) | {links.PROOF: pinned.pinned(opened, told.query.get("metric", ())).to_dict()}
    token, link = links.make(
        key,
        told,
        fingerprint=right.dataset.fingerprint,
        code=code_version(),
        frozen=frozen,
        expires_at=store.audit.now() + dt.timedelta(days=days) if days else None,
        passphrase=str(said.get("passphrase") or ""),
        who="API",
    )
    return _json({"token": token, "address": f"/?link={token}", "link": _link(link)}, 201)


def unshare(request: Request) -> Response:
    """Close a link for good."""
    key = rights.of(request).check_owner()
    links.revoke(key, request.path_params["id"], who="API")
    return Response(status_code=204)


def _told(said: dict[str, Any], where: Any) -> links.Told:
    """What a link shows, from JSON that anybody may have written."""
    if not (isinstance(where, dict) and isinstance(said.get("query", {}), dict)):
        raise BadValue("where and query are objects of lists.", "docs/api.md shows one.")
    try:
        lists = {
            name: tuple(str(one) for one in said[name]) for name in ("pages", "free") if name in said and not isinstance(said[name], str)
        }
        pairs = tuple((str(c), (w,) if isinstance(w, str) else tuple(str(one) for one in w)) for c, w in where.items())
        query = {str(name): (v,) if isinstance(v, str) else tuple(str(one) for one in v) for name, v in said.get("query", {}).items()}
        plain = {name: str(said[name]) for name in ("title", "note", "page", "preset", "names") if name in said}
        flags = {name: said[name] is True for name in ("rows", "comments", "programs") if name in said}
    except (TypeError, ValueError):
        raise BadValue("The link's description cannot be read.", "docs/api.md shows one.") from None
    if "page" in plain and "pages" not in lists:
        lists["pages"] = (plain["page"],)
    query |= {"where": tuple(f"{column}={word}" for column, words in pairs for word in words)} if pairs else {}
    return links.Told(**plain, **lists, **flags, query=query, where=pairs)  # type: ignore[arg-type]  # each is of its field's type by now


def _link(link: links.Link) -> dict[str, Any]:
    times = {
        name: value and f"{value.isoformat()}Z"
        for name in ("made_at", "expires_at", "revoked_at", "seen_at")
        if (value := getattr(link, name)) or True
    }
    told = link.told
    return {
        "id": link.id,
        "title": told.title,
        "pages": list(told.pages),
        "frozen": link.is_frozen,
        "state": link.state(),
        "views": link.views,
        "has_passphrase": link.has_passphrase,
        "names": told.names,
        "rows": told.rows,
        "comments": told.comments,
        "programs": told.programs,
        **times,
    }


def _whole(request: Request, name: str, usual: int, most: int) -> int:
    said = request.query_params.get(name, str(usual))
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= most:
        raise BadValue(f"{name} cannot be {said[:20]!r}.", f"It is a whole number from 1 to {most:,}.")
    return int(said)


def _json(content: Any, status: int = 200) -> Response:
    return JSONResponse(content, status, headers={"cache-control": "no-store"})


def check_size(sent: bytes) -> dict[str, Any]:
    """The JSON object a request has sent."""
    if len(sent) > LONGEST:
        raise BadValue(f"The request is longer than {LONGEST:,} bytes.", "Send less.")
    try:
        said = json.loads(sent or b"{}")
    except (ValueError, RecursionError):
        raise BadValue("The request is not JSON.", "docs/api.md shows one.") from None
    if not isinstance(said, dict):
        raise NotAllowed("The request is not a JSON object.", "docs/api.md shows one.")
    return said
