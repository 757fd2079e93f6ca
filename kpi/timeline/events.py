"""What happened to one ticket, event by event, in the order in which it happened."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from kpi import units
from kpi.engine import Dataset
from kpi.scope import Scope
from kpi.tables import SOLVED, UNSOLVED
from kpi.timeline.story import Story, instants, read

COLUMNS = ("at", "local", "kind", "role", "is_public", "words", "who", "note", "source")
KINDS = tuple(
    "created opening first_reply reply ask message note bot solved reopened closed status assignment change work survey answer review due".split()
)
"""What an event can be. A note is a private message; an ask the requester's later message; a change that of another field."""

_ROLES = {"agent": "Agent", "requester": "Requester", "bot": "Bot", "system": "System"}
_SURVEYS = {"csat": "satisfaction", "nps": "recommendation", "ces": "effort"}
_STATED = {
    "first_reply_at": ("first_reply", "First reply"),
    "first_solved_at": ("solved", "First solved"),
    "solved_at": ("solved", "Solved"),
    "closed_at": ("closed", "Closed"),
}
_NO_CLOCK = "stops no clock"


def events(data: Dataset, ticket_id: str, scope: Scope) -> pd.DataFrame:
    """What happened to a ticket, oldest first, as known at the scope's instant.

    Columns: at (UTC), local (wall clock of the scope's zone), kind (one of `KINDS`), role (agent, requester, bot, system; of messages),
    is_public, words, who (agents and teams only), note (what it means for the clocks), source (messages, changes, surveys, reviews, or
    tickets where the export itself states it). Unknown is null. A due time may lie ahead. UnknownName for a ticket that is not there.
    """
    return of_story(read(data, ticket_id, scope))


def statuses(data: Dataset, ticket_id: str, scope: Scope) -> pd.DataFrame:
    """The ticket's stretches in a status: status, started_at, ended_at (UTC; no end while it lasts). Without a history: what is known."""
    return stretches(read(data, ticket_id, scope))


def of_story(ticket: Story) -> pd.DataFrame:
    """`events` of a ticket already read."""
    happened = [*_created(ticket), *_messages(ticket), *_statuses(ticket), *_changes(ticket), *_stated(ticket), *_afterwards(ticket)]
    happened.sort(key=lambda event: (event["at"], KINDS.index(event["kind"])))  # stable: the order of the files decides between equals
    frame = pd.DataFrame(
        [{**dict.fromkeys(COLUMNS), **event, "local": ticket.local(event["at"])} for event in happened], columns=[*COLUMNS]
    )
    for column in ("at", "local"):
        frame[column] = instants(frame[column])
    return frame


def stretches(ticket: Story) -> pd.DataFrame:
    """`statuses` of a ticket already read."""
    facts = ticket.facts
    rows = [{name: row[name] for name in ("status", "started_at", "ended_at")} for row in ticket.statuses]
    if not rows and facts["created_at"]:
        # Without a history only the two ends are known; what lay between is not.
        solved = facts["solved_at"] if facts["is_solved"] else None
        status = facts["status"] if not facts["is_solved"] else None
        rows = [{"status": status or "unsolved", "started_at": facts["created_at"], "ended_at": solved}]
        if solved:
            rows.append({"status": facts["status"] if facts["status"] in SOLVED else "solved", "started_at": solved, "ended_at": None})
    frame = pd.DataFrame(rows, columns=["status", "started_at", "ended_at"])
    for column in ("started_at", "ended_at"):
        frame[column] = instants(frame[column])
    return frame


def _event(at: dt.datetime, kind: str, words: str, source: str, **more: Any) -> dict[str, Any]:
    return {"at": at, "kind": kind, "words": words, "source": source, **more}


def _created(ticket: Story) -> list[dict[str, Any]]:
    at = ticket.facts["created_at"]
    first = next((row["status"] for row in ticket.statuses if at and row["started_at"] == at), "")
    return [_event(at, "created", f"Created{f', {first}' if first else ''}", "tickets", note="clocks start")] if at else []


def _messages(ticket: Story) -> list[dict[str, Any]]:
    found = []
    for row in ticket.talk:
        role, is_public = row["role"], bool(row["is_public"])
        who = row["author"] if role == "agent" else None
        kind, words, note = _message(row)
        found.append(_event(row["sent_at"], kind, words, "messages", role=role, is_public=is_public, who=who, note=note))
    return found


def _message(row: dict[str, Any]) -> tuple[str, str, str]:
    """Kind, words and what it means for the clocks of one message (the rules are those of `kpi.lifecycle.conversation`)."""
    role = row["role"]
    said = _ROLES.get(role, "Somebody")
    if row["is_reply"]:
        return (
            ("first_reply", "First public reply", "ends the wait")
            if row["replies_before"] == 0
            else ("reply", "Public reply", "ends a wait")
        )
    if row["is_ask"]:
        return "ask", "Requester wrote", "a wait starts, unless one runs"
    if role in ("bot", "system"):
        return "bot", f"{said} wrote", _NO_CLOCK
    if not row["is_public"]:
        return "note", f"Private note{' by an agent' if role == 'agent' else ''}", _NO_CLOCK
    if row["is_opening"]:
        return "opening", f"Opening message{' by an agent: no reply' if role == 'agent' else ''}", ""
    return "message", f"{said} wrote", _NO_CLOCK


def _statuses(ticket: Story) -> list[dict[str, Any]]:
    found = []
    for row in ticket.statuses:
        status, was = row["status"], row["was"]
        if row["started_at"] == ticket.facts["created_at"] and was is None:
            continue  # said with the creation
        if was in SOLVED and status in UNSOLVED:
            kind, words = "reopened", f"Reopened: {was} to {status}"
        elif status in SOLVED and was != status:
            kind, words = status, status.capitalize()
        else:
            kind, words = "status", f"Status: {was or 'unknown'} to {status}"
        found.append(_event(row["started_at"], kind, words, "changes"))
    return found


def _changes(ticket: Story) -> list[dict[str, Any]]:
    found = []
    for row in ticket.changes:
        field, new = row["field"], row["new"]
        if field == "agent":
            words = "Assigned" if new else "Taken from its agent"
        elif field == "team":
            words = "Given to a team" if new else "Taken from its team"
        else:
            words = f"{field}: {row['old'] or 'nothing'} to {new or 'nothing'}"
        is_assignment = field in ("agent", "team")
        found.append(
            _event(row["changed_at"], "assignment" if is_assignment else "change", words, "changes", who=new if is_assignment else None)
        )
    return found


def _stated(ticket: Story) -> list[dict[str, Any]]:
    """What the export states of a ticket whose events are not there."""
    facts, found = ticket.facts, []
    for column, (kind, words) in _STATED.items():
        told = ticket.talk if column == "first_reply_at" else ticket.statuses
        repeats = column == "first_solved_at" and facts[column] == facts["solved_at"]
        if facts[column] and not told and not repeats:
            found.append(_event(facts[column], kind, words, "tickets", note="as the export states it"))
    if facts.get("work_started_at"):
        found.append(_event(facts["work_started_at"], "work", "An agent began work", "tickets"))
    if facts["is_abandoned"] is not None and facts["queue_seconds"] is not None and facts["created_at"]:
        at = facts["created_at"] + dt.timedelta(seconds=facts["queue_seconds"])
        found.append(_event(at, "work", "The requester left" if facts["is_abandoned"] else "An agent answered", "tickets"))
    if facts["due_at"]:
        found.append(_event(facts["due_at"], "due", "Resolution promised for now", "tickets"))
    return found


def _afterwards(ticket: Story) -> list[dict[str, Any]]:
    found = []
    for row in ticket.surveys:
        kind = _SURVEYS.get(row["kind"], row["kind"])
        if row["offered_at"]:
            found.append(_event(row["offered_at"], "survey", f"Asked about {kind}", "surveys"))
        if row["score"] is not None and row["rated_at"]:
            words = f"Answered {row['score']:g} of {row['scale_low']:g} to {row['scale_high']:g} ({kind})"
            note = "" if row["answered_at"] else "time not recorded: placed here"
            found.append(_event(row["rated_at"], "answer", words, "surveys", role="requester", note=note))
    found += [
        _event(row["reviewed_at"], "review", f"Quality review: {units.say(row['review_score'], '%')}", "reviews")
        for row in ticket.reviews
        if row["reviewed_at"]
    ]
    return found
