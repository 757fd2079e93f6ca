"""Wootric (InMoment) responses. No export was at hand: headers by best effort. Without a survey type a response is a recommendation, 0 to 10."""

from __future__ import annotations

from kpi.cells import choice, constant, either, identifier, instant, number, text
from kpi.sources._questions import TICKETS
from kpi.sources._source import Source

_TYPE = ("survey_type", "Survey Type", "Survey")

SOURCE = Source(
    name="wootric",
    label="Wootric",
    fills="surveys",
    confidence="low",
    signs=(("score", "nps_category", "email"), ("Score", "NPS Category"), ("score", "feedback", "email", "created_at")),
    columns={
        "ticket_id": identifier(*TICKETS),
        "requester": text("email", "End User Email", "end_user.email"),
        "kind": either(choice(*_TYPE, words={"nps": "nps", "csat": "csat", "ces": "ces"}), constant("nps")),
        "score": number("score", low=0, high=10),
        "scale_low": either(choice(*_TYPE, words={"nps": 0, "csat": 1, "ces": 1}), constant(0)),
        "scale_high": either(choice(*_TYPE, words={"nps": 10, "csat": 5, "ces": 7}), constant(10)),
        "is_higher_better": constant(True),
        "answered_at": instant("created_at", "Created At", "Date"),
        "comment": text("text", "feedback", "Comment"),
    },
)
