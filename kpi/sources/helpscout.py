"""Help Scout: a list of conversations (headers by best effort), and happiness ratings as its API and webhooks write them.

Great, Okay and Not Good (Bad) are 3, 2 and 1 of 3, so only Great is a satisfied answer.
"""

from __future__ import annotations

from kpi.cells import Reader, choice, constant, identifier, instant, items, status, text
from kpi.sources._source import Part, Source

_RATING: dict[str, object] = {"great": 3, "okay": 2, "not good": 1, "bad": 1}
_TICKET = identifier("Conversation #", "Number", "Conversation Number", "Conversation ID")


def _rated(rating: str) -> dict[str, Reader]:
    return {
        "kind": constant("csat"),
        "score": choice(rating, words=_RATING),
        "scale_low": constant(1),
        "scale_high": constant(3),
        "is_higher_better": constant(True),
    }


CONVERSATIONS = Source(
    name="helpscout",
    label="Help Scout",
    tool="helpscout",
    fills="tickets",
    confidence="low",
    signs=(("Conversation #", "Mailbox"), ("Number", "Mailbox", "Assigned To"), ("Conversation #", "Assigned To")),
    columns={
        "ticket_id": _TICKET,
        "created_at": instant("Created", "Created At"),
        "closed_at": instant("Closed", "Closed At"),
        "updated_at": instant("Updated", "Modified", "Updated At"),
        "status": status("Status", words={"active": "open"}),
        "channel": text("Channel", "Type"),
        "tags": items("Tags"),
        "team": text("Mailbox", "Inbox"),
        "agent": text("Assigned To"),
        "requester": text("Customer Email", "Customer"),
    },
    also=(Part("surveys", {"ticket_id": _TICKET, **_rated("Rating"), "agent": text("Assigned To")}),),
    skip=("Customer", "Subject"),
)

RATINGS = Source(
    name="helpscout_ratings",
    label="Help Scout (ratings)",
    tool="helpscout",
    fills="surveys",
    confidence="medium",
    signs=(("ticketId", "rating", "createdAt"),),
    utc=True,
    columns={
        "ticket_id": identifier("ticketId"),
        **_rated("rating"),
        "comment": text("comments"),
        "answered_at": instant("createdAt"),
    },
)

SOURCES = (CONVERSATIONS, RATINGS)
