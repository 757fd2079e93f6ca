"""The API as data: its operations, and the OpenAPI document that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from kpi.catalogue import CATALOGUE
from kpi.correlations import UNITS
from kpi.metric import CLOCKS, STATISTICS
from kpi.scope import COMPARISONS, GRAINS


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address. `words`: what it may be; `many`: it may be given several times."""

    name: str
    about: str
    words: tuple[str, ...] = ()
    many: bool = False
    kind: str = "string"
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked: `name` is the function in `kpi.api.answers`, `answer` the schema of what comes."""

    name: str
    method: str
    path: str
    about: str
    parameters: tuple[Parameter, ...] = ()
    body: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=lambda: {"type": "object"})
    open: bool = False
    status: int = 200


SCOPE = (
    Parameter("from", "First local date, included: 2026-03-01."),
    Parameter("to", "Last local date, included."),
    Parameter("by", "Grain of the periods.", GRAINS),
    Parameter("split", "Group by this column.", many=True),
    Parameter("where", "Keep rows with this value: column=value; (none) is unknown.", many=True),
    Parameter("zone", "Time zone of days, as Europe/Berlin."),
    Parameter("clock", "All hours, or working hours.", tuple(CLOCKS)),
    Parameter("calendar", "Working hours, by fingerprint."),
    Parameter("statistic", "Durations as.", tuple(STATISTICS)),
    Parameter("compare", "Compare with.", tuple(COMPARISONS)),
    Parameter("as_of", "The instant one stands at, UTC."),
    Parameter("param", "A threshold: name=value.", many=True),
)
"""The parts of a scope, as in the address of a page."""
_FILTERS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
_TEXTS = {"type": "array", "items": {"type": "string"}}
LINK = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "maxLength": 200},
        "note": {"type": "string", "maxLength": 2000},
        "page": {"type": "string", "description": "The page it opens with."},
        "pages": _TEXTS | {"description": "The pages it shows."},
        "query": _FILTERS | {"description": "The address it opens with: parameters of the scope and of the page."},
        "where": _FILTERS | {"description": "Filters that are fixed, in the data themselves."},
        "preset": {"type": "string", "description": "Dates of a live link that move on with the data."},
        "names": {"enum": ["shown", "pseudonyms", "hidden"]},
        "rows": {"type": "boolean", "description": "Single tickets may be seen."},
        "comments": {"type": "boolean", "description": "The words people wrote may be seen."},
        "programs": {"type": "boolean", "description": "The API may be asked with its token."},
        "free": {"type": "array", "items": {"enum": ["dates", "filters", "counting"]}},
        "frozen": {"type": "boolean"},
        "days": {"type": "integer", "minimum": 1, "maximum": 3650, "description": "It is over after so many days."},
        "passphrase": {"type": "string", "maxLength": 200},
    },
}
_COUNT = {"type": "integer", "minimum": 0}
JOIN = {
    "type": "object",
    "description": "How many of a file's rows found what they are about in the tickets.",
    "required": ["table", "on", "rows", "joined", "rate"],
    "properties": {
        "table": {"type": "string"},
        "on": {"enum": ["ticket_id", "requester", "agent"], "description": "What joins them."},
        "rows": _COUNT | {"description": "Rows that could join."},
        "joined": _COUNT | {"description": "Rows that did."},
        "rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "description": "joined / rows; null where no row could."},
        "alike": _COUNT | {"description": "Of the joined, those found only once ids were written alike."},
        "told": _COUNT | {"description": "Of the joined, those found by requester and time."},
        "silent": _COUNT | {"description": "Rows that name nothing to join on."},
        "here": _TEXTS | {"description": "Up to three values of the file that found nothing."},
        "there": _TEXTS | {"description": "Up to three of the tickets' own."},
    },
}
DATASET = {
    "type": "object",
    "required": ["fingerprint", "rows", "first", "newest", "metrics", "working_hours"],
    "properties": {
        "fingerprint": {"type": "string"},
        "rows": {"type": "object", "additionalProperties": _COUNT, "description": "Rows of each canonical table."},
        "first": {"type": "string", "format": "date-time"},
        "newest": {"type": "string", "format": "date-time"},
        "metrics": {"type": "object", "properties": {"available": _TEXTS, "unavailable": {"type": "object"}}},
        "working_hours": {"type": "object", "additionalProperties": _TEXTS, "description": "Fingerprint of a calendar -> its schedules."},
        "files": {
            "type": "array",
            "description": "What became of each file, as `kpi read` tells it. Only with the key of the dataset.",
            "items": {
                "type": "object",
                "required": ["file", "source", "label", "rows", "tables", "joins"],
                "properties": {
                    "file": {"type": "string"},
                    "source": {"type": "string"},
                    "label": {"type": "string"},
                    "rows": _COUNT,
                    "tables": {"type": "object", "additionalProperties": _COUNT},
                    "joins": {"type": "array", "items": JOIN, "description": "None for a file that has the tickets itself."},
                },
            },
        },
        "link": {"type": "object", "description": "What the link allows. Only with the token of a link."},
    },
}
DATASETS = {"type": "object", "required": ["datasets"], "properties": {"datasets": {"type": "array", "items": DATASET}}}
OPERATIONS = (
    Operation("health", "GET", "/health", "Whether the server answers, and its version.", open=True),
    Operation("catalogue", "GET", "/catalogue", "Every metric with its definition.", open=True),
    Operation("datasets", "GET", "/datasets", "The dataset the token opens, and what it allows.", answer=DATASETS),
    Operation(
        "measure",
        "GET",
        "/measure",
        "Metrics in a scope, with interval and n.",
        (Parameter("metric", "Which.", tuple(CATALOGUE), many=True, required=True), *SCOPE),
    ),
    Operation("correlate", "GET", "/correlate", "What moves with what.", (Parameter("unit", "Of what.", tuple(UNITS)), *SCOPE)),
    Operation(
        "tickets",
        "GET",
        "/tickets",
        "Tickets, or the rows behind a metric, a page at a time.",
        (
            Parameter("metric", "The rows behind this metric.", tuple(CATALOGUE)),
            Parameter("find", "Rows that hold this text."),
            Parameter("sort", "By this column; - before it for the largest first."),
            Parameter("page", "Which page, from 1.", kind="integer"),
            Parameter("size", "Rows a page, up to 1,000.", kind="integer"),
            *SCOPE,
        ),
    ),
    Operation("shares", "GET", "/share", "The links to the dataset. Needs its key."),
    Operation("share", "POST", "/share", "Make a link. Needs the dataset's key. The token is in this answer only.", body=LINK, status=201),
    Operation("unshare", "DELETE", "/share/{id}", "Close a link for good. Needs the dataset's key.", status=204),
)


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(f"/api{one.path}", {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Deskmeter",
            "version": "1",
            "description": "Every support KPI with its uncertainty: the same functions as the screens, to the digit. Unknown is null, never 0.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The key of a dataset, or the token of a link that programs may use.",
                }
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {n: {"type": "integer" if n == "status" else "string"} for n in ("type", "title", "status", "detail")},
                }
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    problem = {"description": "A problem", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    done: dict[str, Any] = {"description": "Done"}
    if one.status != 204:
        done["content"] = {"application/json": {"schema": one.answer}}
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.about,
        "security": [] if one.open else [{"token": []}],
        "responses": {str(one.status): done, "default": problem},
    }
    given = [_parameter(p) for p in one.parameters]
    if "{id}" in one.path:
        given.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    if not one.open:
        given.append(
            {
                "name": "X-Passphrase",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": "Of a link that has one.",
            }
        )
    if given:
        told["parameters"] = given
    if one.body:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": one.body}}}
    return told


def _parameter(one: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": one.kind} | ({"enum": list(one.words)} if one.words else {})
    if one.many:
        schema = {"type": "array", "items": schema}
    return {"name": one.name, "in": "query", "required": one.required, "description": one.about, "schema": schema}
