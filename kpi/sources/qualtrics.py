"""Qualtrics: a column for each question; the header takes three rows (names, questions in the language of the interface, ids and zone).

Previews of the survey are left out. The duration is that of the survey. Numbers may be the codes of choices, in an order of their own.
"""

from __future__ import annotations

from kpi.cells import flag
from kpi.sources._questions import TICKETS, answers, columns
from kpi.sources._source import Source

SOURCE = Source(
    name="qualtrics",
    label="Qualtrics",
    fills="surveys",
    signs=(("ResponseId", "RecordedDate"),),
    reshape=answers(
        {"Ticket": TICKETS, "Requester": ("RecipientEmail",), "Answered": ("RecordedDate", "EndDate"), "Preview": ("Status",)},
        known=(
            "StartDate", "EndDate", "IPAddress", "Progress", "Duration", "Finished", "ResponseId", "RecipientLastName", "RecipientFirstName",
            "ExternalReference", "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage",
        ),
        are_codes=True,
    ),
    columns=columns(),
    keep=flag("Preview", words={"1": False, "survey preview": False, "0": True, "ip address": True}),
    drops="a preview of the survey",
)  # fmt: skip
