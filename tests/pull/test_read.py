"""What was pulled is read into the canonical tables: worked out by hand from the tickets the server holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kpi.pull import write
from kpi.read import read
from tests.pull.conftest import Client
from tests.pull.server import NOW, World

Make = Callable[[World], Client]
AT = datetime.fromtimestamp(NOW - 864_000, UTC).replace(tzinfo=None)


def pulled(client: Make, here: World) -> dict[str, list[dict[str, Any]]]:
    """The canonical tables of a world, with who wrote what, as rows."""
    ours = client(here)
    ours.pull(messages=True)
    data = read(*write(ours.api, ours.account, ours.folder))
    assert all(f.rejected == f.superseded == 0 for f in data.report.files), "each thing once, and all of it readable"
    assert not [c for c in data.report.columns if c.unread]
    order = {"tickets": "ticket_id", "messages": "ticket_id, sent_at", "changes": "ticket_id, changed_at, field", "surveys": "ticket_id"}
    found = {}
    for table, by in order.items():
        rows = data.con.execute(f"SELECT * FROM canonical.{table} ORDER BY {by}")
        found[table] = [dict(zip([c[0] for c in rows.description], row, strict=True)) for row in rows.fetchall()]
    return found


def three(tool: str) -> World:
    here = World(tool)
    for n in (1, 2, 3):
        here.add(n, NOW - 864_000 + n * 3600, replies=2 if n == 1 else 0)
    here.change(3, gone=True)
    here.now += 3600
    return here


def test_zendesk(client: Make) -> None:
    here = three("zendesk")
    here.change(2, status="closed", tags=["closed_by_merge"])
    at = NOW - 800_000
    here.events = [
        {"id": 1, "ticket_id": 1, "timestamp": int(at), "created_at": "2017-07-05T02:40:00Z", "updater_id": 901, "child_events": [
            {"id": 11, "event_type": "Create", "status": "new"}, {"id": 12, "event_type": "Comment", "author_id": 901, "public": True, "via": "Mail", "body": "private words"}]},
        {"id": 2, "ticket_id": 1, "timestamp": int(at), "created_at": "2017-07-05T02:50:00Z", "updater_id": 7, "child_events": [
            {"id": 21, "event_type": "Change", "status": "solved", "previous_value": "new"},
            {"id": 22, "event_type": "Change", "assignee_id": 7, "previous_value": None},
            {"id": 23, "event_type": "Comment", "author_id": 7, "public": False, "via": "Web"},
            {"id": 24, "event_type": "Notification", "subject": "private words"}]},
    ]  # fmt: skip
    here.ratings = [
        {"id": 5, "ticket_id": 1, "score": "offered", "assignee_id": 7, "group_id": 5, "requester_id": 901, "comment": None,
         "created_at": "2017-07-05T03:00:00Z", "updated_at": "2017-07-05T03:00:00Z", "at": at},
        {"id": 6, "ticket_id": 1, "score": "good", "assignee_id": 7, "group_id": 5, "requester_id": 901, "comment": "Thanks",
         "created_at": "2017-07-05T04:00:00Z", "updated_at": "2017-07-05T04:00:00Z", "at": at},
    ]  # fmt: skip
    here.now += 3600
    tables = pulled(client, here)
    assert [(t["ticket_id"], t["status"], t["agent"], t["team"], t["channel"]) for t in tables["tickets"]] == [
        ("1", "open", "Ann", "Billing", "email"), ("2", "merged", "Ann", "Billing", "email"), ("3", "deleted", "Ann", "Billing", "email"),
    ]  # fmt: skip
    assert tables["tickets"][0]["first_reply_seconds"] == 600
    assert [(m["author_role"], m["is_public"], m["sent_at"]) for m in tables["messages"]] == [
        ("requester", True, datetime(2017, 7, 5, 2, 40)), ("agent", False, datetime(2017, 7, 5, 2, 50)),
    ]  # fmt: skip
    assert [(c["field"], c["old"], c["new"]) for c in tables["changes"]] == [
        ("status", None, "new"), ("agent", None, "Ann"), ("status", "new", "solved"),
    ]  # fmt: skip
    (survey,) = tables["surveys"]
    assert (survey["ticket_id"], survey["score"], survey["comment"], survey["agent"]) == ("1", 1, "Thanks", "Ann")
    assert survey["offered_at"] == datetime(2017, 7, 5, 3) and survey["answered_at"] == datetime(2017, 7, 5, 4)


def test_freshdesk(client: Make) -> None:
    here = three("freshdesk")
    here.change(2, spam=True)
    here.ratings = [
        {"id": 5, "survey_id": 1, "ticket_id": 1, "user_id": 901, "agent_id": 7, "group_id": 5, "ratings": {"default_question": -103},
         "feedback": "Slow", "created_at": "2017-07-05T04:00:00Z", "updated_at": "2017-07-05T04:00:00Z", "at": NOW - 800_000},
    ]  # fmt: skip
    here.now += 3600
    tables = pulled(client, here)
    assert [(t["ticket_id"], t["status"], t["agent"], t["team"], t["product_area"]) for t in tables["tickets"]] == [
        ("1", "open", "Ann", "Billing", "App"), ("2", "spam", "Ann", "Billing", "App"), ("3", "deleted", "Ann", "Billing", "App"),
    ]  # fmt: skip
    begun = AT + timedelta(hours=1)
    assert tables["tickets"][0]["first_reply_at"] == begun + timedelta(minutes=1)
    assert [(m["author_role"], m["author"], m["sent_at"] - begun) for m in tables["messages"] if m["ticket_id"] == "1"] == [
        ("requester", "901", timedelta()), ("agent", "7", timedelta()), ("requester", "7", timedelta(seconds=1)),
    ]  # fmt: skip
    (survey,) = tables["surveys"]
    assert (survey["score"], survey["scale_high"], survey["comment"], survey["agent"]) == (1, 5, "Slow", "Ann")


@pytest.mark.parametrize("by", ["admin", "bot"])
def test_intercom(by: str, client: Make) -> None:
    here = three("intercom")
    at = int(NOW - 800_000)
    here.change(2, status="closed", rating={"rating": 4, "remark": "Fine", "created_at": at, "teammate": {"type": by, "id": "7"}})
    here.tickets.pop(3)
    here.indexed.pop(3)
    tables = pulled(client, here)
    assert [(t["ticket_id"], t["status"], t["agent"], t["team"], list(t["tags"])) for t in tables["tickets"]] == [
        ("1", "open", "Ann", "Billing", ["vip"]), ("2", "solved", "Ann", "Billing", ["vip"]),
    ]  # fmt: skip
    assert tables["tickets"][0]["first_reply_at"] == AT + timedelta(hours=1, seconds=90)
    assert tables["tickets"][0]["first_reply_business_seconds"] == 60
    assert [(m["ticket_id"], m["author_role"]) for m in tables["messages"]] == [
        ("1", "requester"), ("1", "agent"), ("1", "agent"), ("2", "requester"),
    ]  # fmt: skip
    answers = [(s["ticket_id"], s["score"], s["comment"], s["agent"], s["answered_at"]) for s in tables["surveys"]]
    said = [("2", 4, "Fine", "Ann", datetime.fromtimestamp(at, UTC).replace(tzinfo=None))]
    assert answers == (said if by == "admin" else [])
