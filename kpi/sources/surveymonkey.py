"""SurveyMonkey: a row for each respondent and a column for each question, whose header takes two rows.

The end of the answer is its time, in the account's zone. A ticket is found where a custom column is called so.
"""

from __future__ import annotations

from kpi.sources._questions import TICKETS, answers, columns
from kpi.sources._source import Source

SOURCE = Source(
    name="surveymonkey",
    label="SurveyMonkey",
    fills="surveys",
    signs=(("Respondent ID", "Collector ID"), ("RespondentID", "CollectorID")),
    reshape=answers(
        {"Ticket": TICKETS, "Requester": ("Email Address",), "Answered": ("End Date", "Start Date")},
        known=(
            "Respondent ID", "RespondentID", "Collector ID", "CollectorID", "Start Date", "IP Address", "First Name", "Last Name", "Custom Data 1",
            "Custom Data", "Status",
        ),
    ),
    columns=columns(),
)  # fmt: skip
