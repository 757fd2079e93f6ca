"""Zendesk satisfaction ratings (from the API): a row for each state of a rating, so one that was offered and then given has two.

An offered row is an invitation, sent when it was created; a good or bad one is an answer, given when it last changed. The newest answer
of a ticket is the one that counts.
"""

from __future__ import annotations

from kpi.cells import flag, identifier, instant, text, when
from kpi.sources._source import Source
from kpi.sources.zendesk import ANSWERED, rating

_PART = rating(
    "score",
    ticket_id=identifier("ticket_id"),
    requester=identifier("requester_id"),
    comment=text("comment"),
    offered_at=when(instant("created_at"), flag("score", words={word: not given for word, given in ANSWERED.items()})),
    answered_at=when(instant("updated_at", "created_at"), flag("score", words=ANSWERED)),
    agent=identifier("assignee_id"),
    team=identifier("group_id"),
)

SOURCE = Source(
    name="zendesk_ratings",
    label="Zendesk (satisfaction ratings)",
    tool="zendesk",
    fills="surveys",
    signs=(("ticket_id", "score", "assignee_id", "requester_id", "created_at"),),
    utc=True,
    columns=_PART.columns,
    keep=_PART.keep,
    drops="no rating was offered",
)
