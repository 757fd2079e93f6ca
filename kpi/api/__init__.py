"""The HTTP API beside the app: the same functions, the same rights as links, errors as problem+json. Described by /api/openapi.json.

Every answer needs a token in the Authorization header but /api/health, /api/catalogue and the description itself. A token never stands in an address,
where logs would keep it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kpi.api import answers
from kpi.api.description import OPERATIONS, described
from kpi.api.problems import Answer, in_words, problem

__all__ = ["described", "routes"]


def _reads(answer: Answer) -> Callable[[Request], Response]:
    """A plain function: Starlette runs it in a thread of its own, so that no question holds up another."""
    return in_words(answer)


def _writes(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """One that is sent JSON."""

    async def answered(request: Request) -> Response:
        sent = b""
        async for piece in request.stream():
            sent += piece
            if len(sent) > answers.LONGEST:
                return problem(413, "Too long", f"A request may have {answers.LONGEST:,} bytes.")

        def read_and_answer(request: Request) -> Response:
            request.state.said = answers.check_size(sent)
            return answer(request)

        return await run_in_threadpool(in_words(read_and_answer), request)

    return answered


def openapi(_request: Request) -> Response:
    """This API as an OpenAPI 3.1 document."""
    return JSONResponse(described())


def _nothing(_request: Request) -> Response:
    return problem(404, "Not found", "There is nothing here. /api/openapi.json lists what there is.")


routes = [
    *(
        Route(f"/api{one.path}", (_writes if one.method == "POST" else _reads)(getattr(answers, one.name)), methods=[one.method])
        for one in OPERATIONS
    ),
    Route("/api/openapi.json", openapi, methods=["GET"]),
    Route("/api", _nothing),
    Route("/api/{rest:path}", _nothing),
]
"""What the server adds to its own."""
