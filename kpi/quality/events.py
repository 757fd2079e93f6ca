"""Oddities of tickets and their events: those the lifecycle names, and some that only a look at the calendar or the ids shows.

The lifecycle declares a query for each of its findings over tables it drops when it is done; `tables_for` gives the same tables back out of
what is kept, so that each query is said once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kpi.engine import Dataset
from kpi.lifecycle.others import FINDINGS
from kpi.quality.model import KEPT, LEFT_OUT

OLDEST = "TIMESTAMP '1995-01-01'"
"""No help desk's ticket is older: such a time stands for "unknown" (0, 1900-01-01)."""
_TIMES = ("created_at", "first_reply_at", "solved_at", "closed_at")
_ID_CUT = r"\d([.,]\d+)?[Ee]\+\d+ \(row \d+\)"


@dataclass(frozen=True)
class Odd:
    """How a finding about tickets is found and told.

    `sentence` goes on after "12 tickets "; `query` gives the ids; `shows` are the measured columns worth seeing beside an id, as (words,
    column); `harms` are metric names; `other` says what the effect compares with, and `kept` is the `tickets` table with them kept.
    """

    name: str
    kind: str
    title: str
    sentence: str
    query: str
    harms: tuple[str, ...] = ()
    shows: tuple[tuple[str, str], ...] = ()
    other: str = LEFT_OUT
    kept: str = ""


_CREATED, _REPLY = ("created", "created_at"), ("first reply", "first_reply_at")
_SOLVED, _FIRST, _CLOSED = ("solved", "solved_at"), ("first solved", "first_solved_at"), ("closed", "closed_at")
_HEADLINES = tuple("tickets_created tickets_solved backlog first_reply_time full_resolution_time sla_attainment csat reopen_rate".split())


def _negative(columns: dict[str, str]) -> str:
    """The tickets with their durations kept though they are negative: column of seconds -> the event that ends it."""
    kept = ", ".join(
        f"CASE WHEN {end} < created_at THEN (epoch_us({end}) - epoch_us(created_at)) / 1e6 ELSE {seconds} END AS {seconds}"
        for seconds, end in columns.items()
    )
    return f"SELECT * REPLACE ({kept}) FROM {{schema}}.tickets"


_TOLD: dict[str, Odd] = {
    odd.name: odd
    for odd in (
        Odd(
            "reply_before_creation",
            "times",
            "Replied to before they were created",
            "",
            "",
            ("first_reply_time", "first_reply_within"),
            (_CREATED, _REPLY),
            KEPT,
            _negative({"first_reply_seconds": "first_reply_at"}),
        ),
        Odd(
            "solve_before_creation",
            "times",
            "Solved before they were created",
            "",
            "",
            ("first_resolution_time", "full_resolution_time", "resolved_within"),
            (_CREATED, _SOLVED),
            KEPT,
            _negative({"first_resolution_seconds": "first_solved_at", "full_resolution_seconds": "solved_at"}),
        ),
        Odd("solve_before_reply", "times", "Solved before the first reply", "", "", shows=(_CREATED, _REPLY, _SOLVED)),
        Odd("replies_differ", "differs", "The number of replies differs", "", "", shows=(("replies counted", "agent_replies"),)),
        Odd(
            "first_reply_differs", "differs", "The first reply differs", "", "", shows=(_CREATED, ("first reply counted", "first_reply_at"))
        ),
        Odd("status_differs", "differs", "The status differs", "", "", shows=(("status counted", "status"),)),
        Odd("solve_differs", "differs", "The time of the solve differs", "", "", shows=(_CREATED, ("solve counted", "solved_at"))),
        Odd("reopens_differ", "differs", "The number of reopens differs", "", "", shows=(("reopens counted", "reopens"),)),
        Odd("status_unknown", "unknown", "A status nobody knows", "", "", shows=(("status", "status"),)),
        Odd("solved_without_time", "unknown", "Solved, but nobody wrote down when", "", "", shows=(_CREATED, ("status", "status"))),
        Odd("no_creation_time", "unknown", "No time of creation", "", "", shows=(("status", "status"),)),
        Odd("score_outside_scale", "unknown", "Scores outside their scale", "", ""),
        Odd("not_counted", "left_out", "Deleted, spam or merged", "", "", _HEADLINES, (("status", "status"),), KEPT),
        Odd("orphan_messages", "orphans", "Messages or changes without their ticket", "", "", other=""),
    )
}
"""What is to be said about the lifecycle's own findings beside what it says itself."""


def _own(now: dt.datetime) -> tuple[Odd, ...]:
    """Findings of our own, over `tickets` (measured) and `seen_tickets` (as read)."""
    later = " OR ".join(f"{column} > TIMESTAMP '{now:%Y-%m-%d %H:%M:%S}'" for column in _TIMES)
    early = " OR ".join(f"{column} < {OLDEST}" for column in _TIMES)
    return (
        Odd(
            "closed_before_solved",
            "times",
            "Closed before they were solved",
            "closed before they were first solved",
            "SELECT ticket_id FROM tickets WHERE closed_at < first_solved_at",
            ("tickets_closed", "full_resolution_time", "backlog"),
            (_CREATED, _FIRST, _CLOSED),
        ),
        Odd(
            "solves_backwards",
            "times",
            "Solved last before they were solved first",
            "whose last solve lies before the first",
            "SELECT ticket_id FROM tickets WHERE solved_at < first_solved_at",
            ("first_resolution_time", "full_resolution_time"),
            (_CREATED, _FIRST, _SOLVED),
        ),
        Odd(
            "in_the_future",
            "times",
            "Dated in the future",
            "dated later than today; all the others age until then",
            f"SELECT ticket_id FROM seen_tickets WHERE {later}",
            ("tickets_created", "full_resolution_time", "first_reply_time", "backlog", "backlog_age", "sla_attainment"),
            (_CREATED, _REPLY, _SOLVED),
        ),
        Odd(
            "long_ago",
            "times",
            "Dated before there were help desks",
            "dated before 1995, which usually stands for “not known”",
            f"SELECT ticket_id FROM seen_tickets WHERE {early}",
            ("tickets_created", "full_resolution_time", "first_reply_time", "backlog_age"),
            (_CREATED, _REPLY, _SOLVED),
        ),
        Odd(
            "cut_ids",
            "ids",
            "Ids a spreadsheet has cut short",
            "whose id a spreadsheet has cut short (5.70306E+17): they are kept apart by their row and cannot be joined with other files",
            f"SELECT ticket_id FROM seen_tickets WHERE regexp_full_match(ticket_id, '{_ID_CUT}')",
            ("tickets_created", "first_reply_time", "csat", "reopen_rate"),
        ),
    )


def odds(now: dt.datetime) -> tuple[Odd, ...]:
    """All of them, the lifecycle's first; one it has gained since is told in its own words."""
    told = []
    for name, sentence, metrics, query in FINDINGS:
        odd = _TOLD.get(name) or Odd(name, "unknown", name.replace("_", " ").capitalize(), "", "")
        told.append(Odd(name, odd.kind, odd.title, sentence, query, odd.harms or tuple(metrics.split()), odd.shows, odd.other, odd.kept))
    return (*told, *_own(now))


def ids_of(odd: Odd, data: Dataset, schema: str) -> str:
    """A query of the tickets concerned that stands on its own: one column `ticket_id`, each once."""
    return f"WITH {tables_for(data, schema)} SELECT DISTINCT ticket_id FROM ({odd.query}) AS found WHERE ticket_id IS NOT NULL"


def tables_for(data: Dataset, schema: str) -> str:
    """The tables a finding's query names, as common table expressions over what a dataset keeps."""
    raw = data.canonical
    return ", ".join(
        f"{name} AS ({query})"
        for name, query in {
            "tickets": f"FROM {schema}.tickets",
            "surveys": f"FROM {schema}.surveys",
            "seen_tickets": f"FROM {raw}.tickets",
            "seen_messages": f"FROM {raw}.messages",
            "seen_changes": f"FROM {raw}.changes",
            "talk_facts": f"SELECT ticket_id, agent_replies, requester_replies, first_reply_at FROM {schema}.tickets WHERE has_message_events",
            "status_facts": "SELECT ticket_id, status, reopens, solved_at AS last_solve, NULL::TIMESTAMP AS last_close "
            f"FROM {schema}.tickets WHERE has_status_events",
        }.items()
    )
