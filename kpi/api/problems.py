"""Errors as problem+json (RFC 9457): what is wrong, then what to do, and never more than that."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kpi.errors import KpiError, NotAllowed, UnknownName

log = logging.getLogger("deskmeter")
Answer = Callable[[Request], Response]


class NoToken(KpiError):
    """The request carries no token that opens anything."""


STATUSES: dict[type[KpiError], tuple[int, str]] = {
    NoToken: (401, "Not authorised"),
    NotAllowed: (403, "Not allowed"),
    UnknownName: (404, "Not found"),
    KpiError: (400, "Bad request"),
}


def problem(status: int, title: str, detail: str, **headers: str) -> Response:
    """One problem as the answer."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(content, status, headers={"cache-control": "no-store"} | headers, media_type="application/problem+json")


def in_words(answer: Answer) -> Answer:
    """The one place where an exception of the API becomes words."""

    @wraps(answer)
    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except KpiError as error:
            status, title = next(said for kind, said in STATUSES.items() if isinstance(error, kind))
            more = {"www-authenticate": "Bearer"} if status == 401 else {}
            return problem(status, title, str(error), **more)
        except Exception as error:
            number = secrets.token_hex(3)
            log.error("error %s", number, exc_info=error)
            return problem(500, "Something went wrong on our side", f"If it comes back, quote error {number}.")

    return answered
