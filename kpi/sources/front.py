"""Front: an export with a row for each message. Headers by best effort; conversations are made of their messages.

Inbound messages are the requester's, outbound ones an agent's. Its other reports count segments, and are summaries.
"""

from __future__ import annotations

from kpi.cells import choice, constant, identifier, instant, text
from kpi.sources._source import Source

SOURCE = Source(
    name="front",
    label="Front (messages)",
    fills="messages",
    confidence="low",
    signs=(("Message ID", "Conversation ID", "Direction", "Inbox"), ("Message ID", "Conversation ID", "Direction", "Author")),
    columns={
        "ticket_id": identifier("Conversation ID"),
        "sent_at": instant("Date", "Message date", "Created at"),
        "author": text("Author", "From"),
        "author_role": choice("Direction", words={"inbound": "requester", "outbound": "agent"}),
        "is_public": constant(True),
        "channel": text("Channel", "Inbox"),
        "text": text("Text", "Body", "Extract"),
    },
)
