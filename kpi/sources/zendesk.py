"""Zendesk Support: the CSV of a view or account, and tickets from the API (JSON, NDJSON, incremental dumps).

`Resolution time` of the CSV is HOURS beside columns in minutes: it is not read, `Full resolution time in minutes` is.
A first reply or solve that is stated only as minutes since creation becomes the instant it stands for. `Replies` are public
agent replies. A score of `Offered` is an invitation without an answer, and `Not offered` is none at all; good and bad are
1 and 0 of 0-1, the newer surveys 1 to 5. The CSV does not say when a rating was given.
"""

from __future__ import annotations

from kpi.cells import Reader, after, between, choice, constant, count, flag, identifier, instant, items, minutes, status, text
from kpi.sources._source import Part, Source

STATES = {"hold": "hold", "on-hold": "hold", "suspended": "spam"}
GOOD_BAD = {
    "good": 1, "good with comment": 1, "goodwithcomment": 1,
    "bad": 0, "bad with comment": 0, "badwithcomment": 0,
}  # fmt: skip
STARS = {str(n): n for n in range(1, 6)}
_NO_ANSWER = ("offered", "received", "not offered", "unoffered")
_NOTHING: dict[str, object] = dict.fromkeys(_NO_ANSWER)
ANSWERED: dict[str, object] = {**dict.fromkeys((*GOOD_BAD, *STARS), True), **dict.fromkeys(_NO_ANSWER, False)}
"""Whether a score is an answer, or tells only that one was asked for (or not even that)."""


def rating(score: str, **columns: Reader) -> Part:
    """A survey row for each score or offer; the scale is that of the score, so a column may mix both kinds."""
    asked: dict[str, object] = dict.fromkeys((*GOOD_BAD, *STARS, "offered", "received"), True)
    return Part(
        "surveys",
        {
            "kind": constant("csat"),
            "score": choice(score, words={**GOOD_BAD, **STARS, **_NOTHING}),
            "scale_low": choice(score, words={**dict.fromkeys(GOOD_BAD, 0), **dict.fromkeys(STARS, 1), **_NOTHING}),
            "scale_high": choice(score, words={**dict.fromkeys(GOOD_BAD, 1), **dict.fromkeys(STARS, 5), **_NOTHING}),
            "is_higher_better": constant(True),
            **columns,
        },
        keep=flag(score, words={**asked, "not offered": False, "unoffered": False}),
    )


_BH = " within business hours"
_VIEW_TIMES = {
    "first_reply": "First reply time in minutes",
    "first_resolution": "First resolution time in minutes",
    "full_resolution": "Full resolution time in minutes",
    "agent_wait": "Agent wait time in minutes",
    "requester_wait": "Requester wait time in minutes",
    "hold": "On hold time in minutes",
}
_API_TIMES = {
    "first_reply": "metric_set.reply_time_in_minutes",
    "first_resolution": "metric_set.first_resolution_time_in_minutes",
    "full_resolution": "metric_set.full_resolution_time_in_minutes",
    "agent_wait": "metric_set.agent_wait_time_in_minutes",
    "requester_wait": "metric_set.requester_wait_time_in_minutes",
    "hold": "metric_set.on_hold_time_in_minutes",
}

VIEW = Source(
    name="zendesk",
    label="Zendesk",
    tool="zendesk",
    fills="tickets",
    signs=(("Summation column", "Id"), ("Satisfaction Score", "First reply time in minutes"), ("Assignee stations", "Group stations")),
    columns={
        "ticket_id": identifier("Id", "Ticket ID"),
        "created_at": instant("Created at"),
        "first_reply_at": after(instant("Created at"), minutes("First reply time in minutes")),
        "first_solved_at": after(instant("Created at"), minutes("First resolution time in minutes")),
        "solved_at": instant("Solved at"),
        "updated_at": instant("Updated at"),
        "due_at": instant("Due date"),
        "status": status("Status", words=STATES),
        "channel": text("Via"),
        "priority": text("Priority"),
        "type": text("Ticket type"),
        "product_area": text("Ticket Category", "Product", "Product area"),
        "tags": items("Tags", separators=",; "),
        "team": text("Group"),
        "agent": text("Assignee"),
        "requester": identifier("Requester id", "Requester"),
        "submitter": text("Submitter"),
        "organization": text("Organization"),
        "reopens": count("Reopens"),
        "agent_replies": count("Replies"),
        "reassignments": count("Assignee stations", less=1),
        "agent_stations": count("Assignee stations"),
        "team_stations": count("Group stations"),
        "unassigned_seconds": between(instant("Created at"), instant("Initially assigned at")),
        **{f"{what}_seconds": minutes(header) for what, header in _VIEW_TIMES.items()},
        **{f"{what}_business_seconds": minutes(header + _BH) for what, header in _VIEW_TIMES.items()},
    },
    also=(
        rating(
            "Satisfaction Score",
            ticket_id=identifier("Id", "Ticket ID"),
            requester=identifier("Requester id", "Requester"),
            agent=text("Assignee"),
            team=text("Group"),
            channel=text("Via"),
        ),
    ),
    skip=("Summation column", "Requester", "Requester external id", "Requester email", "Requester domain", "Submitter", "Resolution time"),
)

API = Source(
    name="zendesk_api",
    label="Zendesk (JSON)",
    tool="zendesk",
    fills="tickets",
    signs=(
        ("id", "metric_set.reopens"),
        ("id", "metric_set.replies"),
        ("id", "metric_set.reply_time_in_minutes.calendar"),
        ("id", "via.channel", "requester_id", "assignee_id"),
    ),
    utc=True,
    columns={
        "ticket_id": identifier("id"),
        "created_at": instant("created_at"),
        "first_reply_at": after(instant("created_at"), minutes("metric_set.reply_time_in_minutes.calendar")),
        "first_solved_at": after(instant("created_at"), minutes("metric_set.first_resolution_time_in_minutes.calendar")),
        "solved_at": instant("metric_set.solved_at"),
        "updated_at": instant("updated_at"),
        "due_at": instant("due_at"),
        "status": status("status", words=STATES),
        "channel": text("via.channel"),
        "priority": text("priority"),
        "type": text("type"),
        "product_area": text("brand_id"),
        "tags": items("tags", separators=", "),
        "team": identifier("group.name", "group_id"),
        "agent": identifier("assignee.name", "assignee_id"),
        "requester": identifier("requester_id"),
        "submitter": identifier("submitter_id"),
        "organization": identifier("organization_id"),
        "reopens": count("metric_set.reopens"),
        "agent_replies": count("metric_set.replies"),
        "reassignments": count("metric_set.assignee_stations", less=1),
        "agent_stations": count("metric_set.assignee_stations"),
        "team_stations": count("metric_set.group_stations"),
        "unassigned_seconds": between(instant("created_at"), instant("metric_set.initially_assigned_at")),
        "url": text("url"),
        **{f"{what}_seconds": minutes(f"{header}.calendar") for what, header in _API_TIMES.items()},
        **{f"{what}_business_seconds": minutes(f"{header}.business") for what, header in _API_TIMES.items()},
    },
    also=(
        rating(
            "satisfaction_rating.score",
            ticket_id=identifier("id"),
            requester=identifier("requester_id"),
            comment=text("satisfaction_rating.comment"),
            answered_at=instant("satisfaction_rating.updated_at", "satisfaction_rating.created_at"),
            agent=identifier("assignee.name", "assignee_id"),
            team=identifier("group.name", "group_id"),
            channel=text("via.channel"),
        ),
    ),
    skip=("subject", "raw_subject", "description", "recipient", "external_id", "custom_fields", "satisfaction_rating.id"),
)

SOURCES = (VIEW, API)
