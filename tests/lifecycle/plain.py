"""The rules of a ticket's facts, one ticket at a time in plain Python: slow, and independent of the SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

UNSOLVED = ("new", "open", "pending", "hold")


def working_seconds(start: datetime, end: datetime) -> float:
    """Seconds inside Monday to Friday 09:00-17:00 UTC, by walking the days."""
    total, day = 0.0, datetime(start.year, start.month, start.day)
    while day < end:
        if day.weekday() < 5:
            low, high = max(start, day + timedelta(hours=9)), min(end, day + timedelta(hours=17))
            total += max(0.0, (high - low).total_seconds())
        day += timedelta(days=1)
    return total


def facts(ticket: dict, messages: list[dict], changes: list[dict]) -> dict:
    """Everything the lifecycle derives for one ticket; None is unknown. Events come in file order."""
    created = ticket["created_at"]
    return {**_talk(created, messages), **_status(created, changes), **_assignment(created, changes, ticket)}


def _talk(created: datetime, messages: list[dict]) -> dict:
    public = sorted((m for m in messages if m["is_public"]), key=lambda m: m["sent_at"])
    opening = public[0] if public and public[0]["sent_at"] == created else None
    first_reply, waits, unanswered_since, replies, asks = None, [], created, 0, 0
    for message in public:
        if message is opening:
            continue
        if message["author_role"] == "requester":
            asks += 1
            if replies and unanswered_since is None:
                unanswered_since = message["sent_at"]
        elif message["author_role"] == "agent":
            replies += 1
            first_reply = first_reply or message["sent_at"]
            if unanswered_since is not None:
                waits.append((unanswered_since, message["sent_at"]))
            unanswered_since = None
    authors = {m["author"] for m in messages if m["author_role"] == "agent"}
    return {
        "agent_replies": replies,
        "requester_replies": asks,
        "first_reply_seconds": (first_reply - created).total_seconds() if first_reply else None,
        "first_reply_business_seconds": working_seconds(created, first_reply) if first_reply else None,
        "reply_waits": len(waits),
        "total_reply_seconds": sum((b - a).total_seconds() for a, b in waits) if waits else None,
        "participants": len(authors),
    }


def _status(created: datetime, changes: list[dict]) -> dict:
    steps = sorted((c for c in changes if c["field"] == "status"), key=lambda c: c["changed_at"])
    before, solves, closes, reopens = None, [], [], []
    spans: list[tuple[str, datetime, datetime]] = []
    for i, step in enumerate(steps):
        now, at = step["new"], step["changed_at"]
        if now == "solved" and before != "solved":
            solves.append(at)
        if now == "closed" and before != "closed":
            closes.append(at)
        if before in ("solved", "closed") and now in UNSOLVED:
            reopens.append(at)
        if i + 1 < len(steps):
            spans.append((now, at, steps[i + 1]["changed_at"]))
        before = now
    ends = solves or closes
    is_solved = before in ("solved", "closed")
    running = before in UNSOLVED

    def time_in(*classes: str) -> tuple[float | None, float | None]:
        if running:
            return None, None
        inside = [(a, b) for status, a, b in spans if status in classes]
        return sum((b - a).total_seconds() for a, b in inside), sum(working_seconds(a, b) for a, b in inside)

    found = {
        "status": before,
        "reopens": len(reopens),
        "resolutions": len(ends),
        "first_resolution_seconds": (ends[0] - created).total_seconds() if ends else None,
        "first_resolution_business_seconds": working_seconds(created, ends[0]) if ends and is_solved else None,
        "full_resolution_seconds": (ends[-1] - created).total_seconds() if ends and is_solved else None,
        "full_resolution_business_seconds": working_seconds(created, ends[-1]) if ends and is_solved else None,
    }
    for name, classes in {
        "requester_wait": ("new", "open", "hold"),
        "agent_work": ("new", "open"),
        "agent_wait": ("pending",),
        "hold": ("hold",),
    }.items():
        found[f"{name}_seconds"], found[f"{name}_business_seconds"] = time_in(*classes)
    return found


def _assignment(created: datetime, changes: list[dict], ticket: dict) -> dict:
    stations = {}
    first = None
    for field in ("agent", "team"):
        holder, count = None, 0
        for step in sorted((c for c in changes if c["field"] == field), key=lambda c: c["changed_at"]):
            if step["new"] is not None and step["new"] != holder:
                count += 1
                if field == "agent" and first is None:
                    first = step["changed_at"]
            holder = step["new"]
        stations[f"{field}_stations"] = count
    return {**stations, "unassigned_seconds": (first - created).total_seconds() if first else None}
