"""Delighted responses, from the API or a CSV. Recommendation (0-10), satisfaction (1-5) and ease (1-7) stand in one file, told by the survey type.

Other types (thumbs, stars, smileys) stay unread. Times are UNIX seconds or UTC. Properties of the person may name the ticket and the agent.
"""

from __future__ import annotations

from kpi.cells import choice, constant, identifier, instant, number, text
from kpi.sources._questions import TICKETS
from kpi.sources._source import Source

_TYPE = ("survey_type", "Survey type", "Survey Type")
_BEFORE = ("person_properties.", "properties.", "")

SOURCE = Source(
    name="delighted",
    label="Delighted",
    fills="surveys",
    confidence="medium",
    signs=(("survey_type", "score", "created_at"), ("Survey type", "Score", "Created at")),
    utc=True,
    columns={
        "ticket_id": identifier(*(before + name for before in _BEFORE for name in TICKETS)),
        "requester": text("person.email", "person_email", "Email", "person.id", "person"),
        "kind": choice(*_TYPE, words={"nps": "nps", "csat": "csat", "ces": "ces"}),
        "score": number("score", low=0, high=10),
        "scale_low": choice(*_TYPE, words={"nps": 0, "csat": 1, "ces": 1}),
        "scale_high": choice(*_TYPE, words={"nps": 10, "csat": 5, "ces": 7}),
        "is_higher_better": constant(True),
        "answered_at": instant("created_at", "Created at"),
        "comment": text("comment"),
        "agent": text(*(before + name for before in _BEFORE for name in ("agent", "Agent", "Agent name"))),
    },
)
