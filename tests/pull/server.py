"""A help desk on this machine: it plays the documented protocol of Zendesk, Freshdesk and Intercom, and misbehaves on request.

Its clock is its own (`now`, Unix seconds) and years from ours; every request and every wait of the client moves it. Between requests its
tickets change (`mutate`). `faults` says what the next answers are instead of what they should be.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kpi.pull.model import written

NOW = 1_500_000_000.0
"""A Friday in 2017: whoever trusts our clock is years off."""
KEY = "s3cret-Key.0123456789"


class World:
    """The tickets of a help desk, what its API limits, and what went wrong on the client's side (`sins`)."""

    def __init__(self, tool: str, size: int = 5) -> None:
        self.tool, self.size = tool, size
        self.now = NOW
        self.tickets: dict[int, dict[str, Any]] = {}
        self.indexed: dict[int, float] = {}  # the last change as lists and searches know it: a moment late
        self.events: list[dict[str, Any]] = []
        self.ratings: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.mutate: Callable[[], None] = lambda: None
        self.asked: list[str] = []
        self.sins: list[str] = []
        self.closed_until = 0.0
        self.inclusive = True
        self.sorts = True
        self.most_pages = 300
        self.lacks: set[str] = set()
        self.owner = "acme"

    def add(self, number: int, at: float, **facts: Any) -> None:
        self.tickets[number] = {"id": number, "created": at, "updated": at, "gone": False, "replies": 0, **facts}
        self.index(number)

    def change(self, number: int, **facts: Any) -> None:
        self.tickets[number] |= {"updated": float(int(self.now)), **facts}
        self.index(number)

    def index(self, number: int) -> None:
        self.indexed[number] = self.tickets[number]["updated"]

    def wait(self, seconds: float) -> None:
        """Time passes; in more than a moment the lists know everything."""
        self.now += seconds
        for number in self.tickets if seconds > 5 else ():
            self.index(number)

    def held(self) -> dict[str, tuple[str, bool]]:
        """The oracle: every ticket by its id, with its last change and whether it is deleted."""
        return {str(t["id"]): (written(t["updated"]), t["gone"]) for t in self.tickets.values()}


class Answer(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, headers: dict[str, str] | None = None, body: str = "") -> None:
        super().__init__(status)
        self.status, self.headers, self.body = status, headers or {}, body


def answer(world: World, path: str, query: dict[str, str], body: Any) -> tuple[Any, dict[str, str]]:
    """JSON and headers of a request, by the tool's documentation."""
    return {"zendesk": zendesk, "freshdesk": freshdesk, "intercom": intercom}[world.tool](world, path, query, body)


# --- Zendesk ------------------------------------------------------------------------------------------------------------------------


def zendesk(w: World, path: str, q: dict[str, str], body: Any) -> tuple[Any, dict[str, str]]:
    if path == "/api/v2/incremental/tickets/cursor.json":
        if "cursor" in q:
            at, last = (float(part) for part in q["cursor"].split("|"))
        else:
            at, last = float(q["start_time"]), -1.0
            if at > w.now - 60:
                raise Answer(422, body='{"error":"StartTimeTooRecent"}')
        older = [t for t in w.tickets.values() if t["updated"] <= w.now - 60]
        left = sorted((t["updated"], t["id"]) for t in older if (t["updated"], t["id"]) > (at, last))
        page = left[: w.size]
        cursor = "|".join(map(str, page[-1])) if page else q.get("cursor")
        return {
            "tickets": [zendesk_ticket(w.tickets[n]) for _, n in page],
            "after_cursor": cursor,
            "after_url": "https://elsewhere.example/steal",
            "before_cursor": None,
            "end_of_stream": len(page) == len(left),
        }, {}
    if path == "/api/v2/incremental/ticket_events.json":
        start = float(q["start_time"])
        left = sorted((e for e in w.events if start <= e["timestamp"] <= w.now - 60), key=lambda e: (e["timestamp"], e["id"]))
        page = left[: w.size]
        page += [e for e in left[w.size :] if e["timestamp"] == page[-1]["timestamp"]]  # a second is never torn apart
        end = page[-1]["timestamp"] if page else None
        return {"ticket_events": page, "count": len(page), "end_time": end, "end_of_stream": len(page) == len(left)}, {}
    name = path.rsplit("/", 1)[-1].removesuffix(".json")
    if name in w.lacks:
        raise Answer(403)
    lists = {
        "groups": [{"id": 5, "name": "Billing"}],
        "users": [{"id": 7, "name": "Ann", "role": "agent"}] if q.get("role") == "agent" else [{"id": 8, "name": "Bo", "role": "admin"}],
        "satisfaction_ratings": [r for r in w.ratings if r["at"] >= float(q.get("start_time", 0))],
    }
    if name not in lists:
        raise Answer(404)
    at = int(q.get("page[after]", 0))
    more = len(lists[name]) > at + w.size
    return {name: lists[name][at : at + w.size], "meta": {"has_more": more, "after_cursor": str(at + w.size) if more else None}}, {}


def zendesk_ticket(t: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": t["id"],
        "url": f"https://acme.zendesk.com/api/v2/tickets/{t['id']}.json",
        "created_at": written(t["created"]),
        "updated_at": written(t["updated"]),
        "status": "deleted" if t["gone"] else t.get("status", "open"),
        "tags": t.get("tags", []),
        "via": {"channel": "email", "source": {"from": {"address": "private@example.com"}}},
        "subject": "private words",
        "description": "private words",
        "requester_id": 900 + t["id"],
        "submitter_id": 900 + t["id"],
        "assignee_id": 7,
        "group_id": 5,
        "satisfaction_rating": {"score": "unoffered"},
        "metric_set": {
            "ticket_id": t["id"],
            "replies": t["replies"],
            "reopens": 0,
            "reply_time_in_minutes": {"calendar": 10, "business": 5},
        },
    }


# --- Freshdesk ----------------------------------------------------------------------------------------------------------------------


def freshdesk(w: World, path: str, q: dict[str, str], body: Any) -> tuple[Any, dict[str, str]]:
    page, per_page = int(q.get("page", 1)), min(int(q.get("per_page", 30)), w.size)
    name = path.rsplit("/", 1)[-1]
    if name in w.lacks:
        raise Answer(403)
    if path == "/api/v2/tickets":
        since = moment_of(q["updated_since"]) if "updated_since" in q else w.now - 30 * 86400
        spam = q.get("filter") == "spam"
        there = [t for t in w.tickets.values() if t["gone"] == (q.get("filter") == "deleted") and bool(t.get("spam")) == spam]
        there = [t for t in there if w.indexed[t["id"]] >= since + (not w.inclusive)]
        if "filter" in q:
            rows = sorted(there, key=lambda t: t["created"], reverse=True)
        else:
            assert q["order_by"] == "updated_at" and q["order_type"] == "asc"
            rows = sorted(there, key=lambda t: (w.indexed[t["id"]], t["id"]) if w.sorts else t["id"] * 7 % 5)
        rows = [freshdesk_ticket(t) for t in rows]
    elif path == "/api/v2/surveys/satisfaction_ratings":
        rows = [r for r in reversed(w.ratings) if r["at"] >= moment_of(q["created_since"])]
    elif path.endswith("/conversations"):
        ticket = w.tickets.get(int(path.split("/")[-2]))
        if ticket is None or ticket["gone"]:
            raise Answer(404)
        rows = [
            {"id": ticket["id"] * 1000 + n, "ticket_id": ticket["id"], "user_id": 7, "incoming": n % 2 == 1, "private": False, "source": 0,
             "body": "private words", "created_at": written(ticket["created"] + n), "updated_at": written(ticket["created"] + n)}
            for n in range(ticket["replies"])
        ]  # fmt: skip
    else:
        rows = {
            "groups": [{"id": 5, "name": "Billing"}],
            "products": [{"id": 3, "name": "App"}],
            "agents": [{"id": 7, "contact": {"name": "Ann", "email": "private@example.com"}, "ticket_scope": 1}],
        }.get(name)  # type: ignore[assignment]
    if rows is None:
        raise Answer(404)
    if page > w.most_pages:
        raise Answer(400, body='{"errors":[{"field":"page","message":"You cannot access tickets beyond the 300th page."}]}')
    begin = (page - 1) * per_page
    link = {"Link": f'<https://elsewhere.example{path}?page={page + 1}>; rel="next"'} if len(rows) > begin + per_page else {}
    return rows[begin : begin + per_page], link


def freshdesk_ticket(t: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": t["id"], "status": t.get("status", 2), "priority": 1, "source": 1, "type": None, "responder_id": 7, "group_id": 5,
        "requester_id": 900 + t["id"], "company_id": None, "product_id": 3, "tags": [], "due_by": written(t["created"] + 86400),
        "fr_due_by": written(t["created"] + 3600), "is_escalated": False, "fr_escalated": False, "spam": bool(t.get("spam")),
        "created_at": written(t["created"]), "updated_at": written(t["updated"]), "subject": "private words", "cc_emails": ["private@example.com"],
        "stats": {"first_responded_at": written(t["created"] + 60), "resolved_at": None, "closed_at": None},
    }  # fmt: skip


def moment_of(text: str) -> float:
    from kpi.pull.model import moment

    return moment(text)


# --- Intercom -----------------------------------------------------------------------------------------------------------------------


def intercom(w: World, path: str, q: dict[str, str], body: Any) -> tuple[Any, dict[str, str]]:
    if path == "/me":
        return {"type": "admin", "id": "7", "app": {"type": "app", "id_code": w.owner}}, {}
    if path == "/admins":
        return {"type": "admin.list", "admins": [{"type": "admin", "id": "7", "name": "Ann", "email": "private@example.com"}]}, {}
    if path == "/teams":
        return {"type": "team.list", "teams": [{"type": "team", "id": "5", "name": "Billing"}]}, {}
    if path == "/conversations/search":
        (query,) = body["query"]["value"]
        assert (query["field"], query["operator"]) == ("updated_at", ">") and body["sort"] == {"field": "updated_at", "order": "ascending"}
        token = body["pagination"].get("starting_after")
        after = tuple(json.loads(token)) if token else (0.0, -1)
        there = sorted((at, n) for n, at in w.indexed.items() if at > query["value"] and not w.tickets[n]["gone"])
        left = [pair for pair in there if pair > after]
        page = left[: min(w.size, body["pagination"]["per_page"])]
        following = {"page": 2, "starting_after": json.dumps(page[-1])} if len(page) < len(left) else None
        found = [intercom_conversation(w.tickets[n]) for _, n in page]
        return {
            "type": "conversation.list",
            "conversations": found,
            "total_count": len(there),
            "pages": {"type": "pages", "next": following},
        }, {}
    number = path.rsplit("/", 1)[-1]
    ticket = w.tickets.get(int(number)) if number.isdigit() else None
    if ticket is None or ticket["gone"]:
        raise Answer(404)
    parts = [
        {"type": "conversation_part", "id": str(ticket["id"] * 1000 + n), "part_type": "comment", "body": "<p>private words</p>",
         "created_at": int(ticket["created"]) + n, "author": {"type": "admin", "id": "7", "name": "Ann", "email": "private@example.com"}}
        for n in range(ticket["replies"])
    ]  # fmt: skip
    return intercom_conversation(ticket) | {"conversation_parts": {"type": "conversation_part.list", "conversation_parts": parts}}, {}


def intercom_conversation(t: dict[str, Any]) -> dict[str, Any]:
    author = {"type": "user", "id": f"u{t['id']}", "name": "Private", "email": "private@example.com"}
    return {
        "type": "conversation", "id": str(t["id"]), "created_at": int(t["created"]), "updated_at": int(t["updated"]), "title": "private words",
        "source": {"type": "email", "delivered_as": "customer_initiated", "body": "private words", "subject": "private words", "author": author},
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": f"u{t['id']}"}]},
        "state": t.get("status", "open"), "priority": "not_priority", "admin_assignee_id": 7, "team_assignee_id": "5",
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "1", "name": "vip"}]}, "topics": {"topics": []},
        "statistics": {"type": "conversation_statistics", "time_to_admin_reply": 60, "first_admin_reply_at": int(t["created"]) + 90,
                       "first_close_at": None, "last_close_at": None, "count_reopens": 0, "count_assignments": 1},
        "conversation_rating": t.get("rating"), "sla_applied": None,
    }  # fmt: skip


# --- HTTP ---------------------------------------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet
    world: World

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.reply(None)

    def do_POST(self) -> None:
        self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def reply(self, body: Any) -> None:
        w, parts = self.world, urlsplit(self.path)
        w.asked.append(self.path)
        w.now += 1
        fault = w.faults.pop(0) if w.faults else ""
        try:
            if KEY not in decoded(self.headers.get("Authorization", "")):
                raise Answer(401)
            if w.now < w.closed_until - 1:  # the request itself took a second
                w.sins.append(f"came {w.closed_until - w.now:.0f} s before it was asked to")
            self.fail_with(fault)
            value, headers = answer(w, parts.path, dict(parse_qsl(parts.query)), body)
            content = json.dumps(value).encode()
            status = 200
        except Answer as other:
            status, headers, content = other.status, other.headers, other.body.encode()
        w.mutate()
        if fault == "drop":
            self.close_connection = True
            return
        if fault == "half json":
            content = content[: len(content) // 2]
        self.send_response_only(status)
        self.send_header("Date", formatdate(w.now, usegmt=True))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        if fault == "cut off":
            content, self.close_connection = content[: len(content) // 2], True
        self.wfile.write(content)

    def fail_with(self, fault: str) -> None:
        w = self.world
        if fault == "429":
            w.closed_until = w.now + 37
            raise Answer(429, {"Retry-After": "37"})
        if fault == "429 date":
            w.closed_until = w.now + 41
            raise Answer(429, {"Retry-After": formatdate(w.now + 41, usegmt=True)})
        if fault == "429 reset":
            w.closed_until = w.now + 10
            raise Answer(429, {"X-RateLimit-Reset": str(int(w.now + 10)), "X-RateLimit-Remaining": "0"})
        if fault.isdigit():
            raise Answer(int(fault), body="<html>sorry</html>")
        if fault == "moved":
            raise Answer(302, {"Location": "https://elsewhere.example/steal"})


def decoded(header: str) -> str:
    from base64 import b64decode

    kind, _, text = header.partition(" ")
    return b64decode(text).decode() if kind == "Basic" else text


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to write about."""


@contextmanager
def serving(world: World) -> Iterator[str]:
    """The address of a server of this world."""
    handler = type("Here", (Handler,), {"world": world})
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
