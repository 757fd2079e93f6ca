"""Calls and chats: was somebody there, and how long did it take."""

from __future__ import annotations

import ibis

from kpi.catalogue.tables import tickets
from kpi.forms import Duration, Share
from kpi.metric import PARAMS, Metric

FAMILY = "voice and chat"
_WITHIN, _SHORT = PARAMS["service_level"].seconds, PARAMS["short_abandon"].seconds
_ANSWERED = tickets.is_abandoned == False  # noqa: E712  an expression, not a test: null stays null
_LEFT_SOON = (tickets.is_abandoned & (tickets.queue_seconds < _SHORT)).fill_null(False)

METRICS = (
    Metric(
        name="service_level",
        label="Service level",
        family=FAMILY,
        about="Share of contacts answered within the threshold; those who left sooner do not count.",
        formula="answered within T ÷ (answered + abandoned after T)",
        unit="%",
        better="higher",
        form=Share(
            ibis.cases((_ANSWERED, tickets.queue_seconds <= _WITHIN), (tickets.is_abandoned, False)),
            _ANSWERED | (tickets.is_abandoned & (tickets.queue_seconds > _WITHIN)),
            tickets.created_at,
            tickets,
            unknown="answered without a recorded wait, left out",
            asides={
                "unknown": (
                    tickets.is_abandoned & tickets.queue_seconds.isnull(),
                    "abandoned without a recorded wait, left out",
                )
            },
        ),
        by="creation",
        reference="ICMI; four published formulas differ by five points on one data set",
        needs=("tickets.queue_seconds & tickets.is_abandoned",),
        high=100.0,
        params=("service_level",),
    ),
    Metric(
        name="speed_of_answer",
        label="Speed of answer",
        family=FAMILY,
        about="Wait of answered contacts until an agent took them.",
        formula="mean wait of answered contacts (ASA)",
        unit="s",
        better="lower",
        form=Duration(tickets, "queue", tickets.created_at, _ANSWERED, statistic="mean"),
        by="creation",
        reference="average speed of answer, answered contacts only",
        needs=("tickets.queue_seconds & tickets.is_abandoned",),
        params=("statistic",),
    ),
    Metric(
        name="abandonment_rate",
        label="Abandonment",
        family=FAMILY,
        about="Share of contacts that left before an agent answered; those who left within a few seconds do not count at all.",
        formula="abandoned ÷ offered, short abandons left out of both",
        unit="%",
        better="lower",
        form=Share(
            tickets.is_abandoned,
            tickets.is_abandoned.notnull() & ~_LEFT_SOON,
            tickets.created_at,
            tickets,
            asides={"short": (_LEFT_SOON, "left at once, not counted")},
        ),
        by="creation",
        reference="ICMI; short abandons below 5 s by default",
        needs=("tickets.is_abandoned",),
        high=100.0,
        params=("short_abandon",),
    ),
    Metric(
        name="handle_time",
        label="Handle time (AHT)",
        family=FAMILY,
        about="Agent time per handled ticket: talk, hold and wrap-up of a call, tracked time of a ticket.",
        formula="mean of handle seconds over handled tickets",
        unit="s",
        better="lower",
        form=Duration(
            tickets,
            "handle",
            tickets.ended_at,
            tickets.handle_seconds.notnull() & ~tickets.is_abandoned.fill_null(False),
            statistic="mean",
        ),
        by="last solve, else creation",
        reference="(talk + hold + wrap) ÷ handled; abandoned excluded",
        needs=("tickets.handle_seconds",),
        params=("statistic",),
    ),
)
