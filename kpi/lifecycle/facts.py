"""One row per ticket with every fact a metric may ask for: events first, the export's own columns where there are no events.

`seen_*` are the canonical tables as somebody standing at `as_of` would have seen them. Durations are made here, once, in seconds; null is
unknown. A duration that would be negative is null and stands in `findings`.
"""

from __future__ import annotations

from kpi.lifecycle.status import words
from kpi.tables import NOT_COUNTED, SOLVED, UNSOLVED

_STATED_END = "CASE WHEN t.{0} BETWEEN 0 AND 1e10 THEN t.created_at + to_microseconds((t.{0} * 1e6)::BIGINT) END"
"""Where an export states a duration without its end; what is negative or longer than 300 years is no duration."""

TICKET_EVENTS = f"""
CREATE TABLE ticket_events AS
WITH know AS (
    SELECT (SELECT coalesce(bool_or(field = 'agent'), false) FROM seen_changes) AS agents,
           (SELECT coalesce(bool_or(field = 'team'), false) FROM seen_changes) AS teams,
           (SELECT count(*) > 0 FROM seen_messages) AS messages
)
SELECT t.ticket_id, t._row,
    s.ticket_id IS NOT NULL AS has_status_events,
    m.ticket_id IS NOT NULL AS has_message_events,
    coalesce(s.status, t.status) AS status,
    t.created_at,
    CASE WHEN m.ticket_id IS NOT NULL THEN m.first_reply_at
         ELSE coalesce(t.first_reply_at, {_STATED_END.format("first_reply_seconds")}) END AS first_reply_at,
    CASE WHEN s.ticket_id IS NOT NULL THEN coalesce(s.first_solve, s.first_close)
         ELSE coalesce(t.first_solved_at,
                       {_STATED_END.format("first_resolution_seconds")},
                       CASE WHEN coalesce(t.reopens, 0) = 0 THEN coalesce(t.solved_at, t.closed_at) END) END AS first_solved_at,
    CASE WHEN s.ticket_id IS NOT NULL THEN coalesce(s.last_solve, s.last_close)
         ELSE coalesce(t.solved_at, {_STATED_END.format("full_resolution_seconds")}, t.closed_at)
         END AS solved_at,
    CASE WHEN s.ticket_id IS NOT NULL THEN s.last_close ELSE t.closed_at END AS closed_at,
    CASE WHEN s.ticket_id IS NOT NULL THEN s.first_reopened_at END AS first_reopened_at,
    CASE WHEN s.ticket_id IS NOT NULL THEN s.reopens ELSE t.reopens END AS reopens,
    CASE WHEN s.ticket_id IS NOT NULL THEN CASE WHEN s.solves > 0 THEN s.solves ELSE s.closes END
         ELSE t.resolutions END AS resolutions,
    CASE WHEN s.ticket_id IS NOT NULL THEN s.closes END AS closes,
    CASE WHEN m.ticket_id IS NOT NULL THEN m.agent_replies
         ELSE coalesce(t.agent_replies, CASE WHEN know.messages THEN 0 END) END AS agent_replies,
    CASE WHEN m.ticket_id IS NOT NULL THEN m.requester_replies
         ELSE coalesce(t.requester_replies, CASE WHEN know.messages THEN 0 END) END AS requester_replies,
    m.participants,
    know.agents AND coalesce(a.ticket_id, s.ticket_id) IS NOT NULL AS has_assignment_events,
    CASE WHEN know.agents AND coalesce(a.ticket_id, s.ticket_id) IS NOT NULL THEN coalesce(a.agent_stations, 0)
         ELSE t.agent_stations END AS agent_stations,
    CASE WHEN know.teams AND coalesce(a.ticket_id, s.ticket_id) IS NOT NULL THEN coalesce(a.team_stations, 0)
         ELSE t.team_stations END AS team_stations,
    coalesce(t.agent, a.agent) AS agent,
    coalesce(t.team, a.team) AS team,
    coalesce(a.first_assigned_at, {_STATED_END.format("unassigned_seconds")}) AS first_assigned_at
FROM seen_tickets t
CROSS JOIN know
LEFT JOIN status_facts s USING (ticket_id)
LEFT JOIN talk_facts m USING (ticket_id)
LEFT JOIN assignment_facts a USING (ticket_id)
"""

_IS_SOLVED = f"""CASE WHEN e.status IN {words(SOLVED)} THEN true
         WHEN e.status IN {words(UNSOLVED)} THEN false
         WHEN e.solved_at IS NOT NULL OR NOT e.has_status_events AND t.full_resolution_seconds >= 0 THEN true
         WHEN k.knows_solved THEN false END"""

_SINCE_CREATION = "CASE WHEN e.{0} >= e.created_at THEN (epoch_us(e.{0}) - epoch_us(e.created_at)) / 1e6 END"
"""Seconds from creation to an event; null where it would be negative."""


def _time_in_status(name: str) -> str:
    """Events where there are any (null while unsolved), else what the export states."""
    unsolved = f"e.status IN {words(UNSOLVED)}"
    return ",\n    ".join(
        f"CASE WHEN e.has_status_events THEN CASE WHEN {unsolved} THEN NULL ELSE s.{name}{clock} END "
        f"ELSE CASE WHEN t.{name}{clock} >= 0 THEN t.{name}{clock} END END AS {name}{clock}"
        for clock in ("_seconds", "_business_seconds")
    )


def ticket_facts(plain: list[str], as_of: str) -> str:
    """The SQL of the `tickets` facts. `plain` are the ticket columns taken over as they are; `as_of` an instant literal."""
    carried = ",\n    ".join(f't."{name}"' for name in plain)
    first_reply, first_solve, full = (_SINCE_CREATION.format(c) for c in ("first_reply_at", "first_solved_at", "solved_at"))
    return f"""
CREATE TABLE tickets AS
WITH known AS (
    SELECT coalesce(bool_or(solved_at IS NOT NULL), false) AS knows_solved,
           coalesce(bool_or(has_message_events OR first_reply_at IS NOT NULL OR agent_replies IS NOT NULL), false) AS knows_replies,
           coalesce(bool_or(first_assigned_at IS NOT NULL), false) AS knows_assignment
    FROM ticket_events
), rating AS (
    SELECT ticket_id, arg_max(score, (coalesce(answered_at, offered_at, TIMESTAMP '1970-01-01'), _row)) AS csat_score
    FROM seen_surveys WHERE kind = 'csat' AND score BETWEEN coalesce(scale_low, 1) AND coalesce(scale_high, 5) AND ticket_id IS NOT NULL
    GROUP BY ticket_id
), waited AS (
    SELECT ticket_id, count(*) AS reply_waits, sum(seconds) AS total_reply_seconds FROM reply_clocks GROUP BY ticket_id
), derived AS (
    SELECT e.ticket_id AS id, e._row AS seq, e.created_at, e.first_reply_at, e.first_solved_at, e.solved_at, e.closed_at, e.status, e.agent, e.team,
    e.reopens, e.resolutions, e.closes, e.agent_replies, e.requester_replies, e.participants, e.first_reopened_at, e.first_assigned_at,
    e.agent_stations, e.team_stations, e.has_assignment_events, e.has_status_events, e.has_message_events,
    {_IS_SOLVED} AS is_solved,
    e.status IS NULL OR e.status NOT IN {words(NOT_COUNTED)} AS is_counted,
    CASE WHEN e.first_reply_at IS NOT NULL OR e.agent_replies > 0 OR NOT e.has_message_events AND t.first_reply_seconds >= 0 THEN true
         WHEN k.knows_replies THEN false END AS is_answered,
    CASE WHEN e.first_reply_at IS NOT NULL AND e.created_at IS NOT NULL THEN {first_reply}
         WHEN NOT e.has_message_events AND t.first_reply_seconds >= 0 THEN t.first_reply_seconds END AS first_reply_seconds,
    CASE WHEN NOT e.has_message_events AND c.first_reply_business_seconds IS NULL THEN t.first_reply_business_seconds
         ELSE c.first_reply_business_seconds END AS first_reply_business_seconds,
    coalesce(w.reply_waits, CASE WHEN e.has_message_events THEN 0 END) AS reply_waits,
    CASE WHEN w.reply_waits > 0 THEN w.total_reply_seconds END AS total_reply_seconds,
    CASE WHEN e.first_solved_at IS NOT NULL AND e.created_at IS NOT NULL THEN {first_solve}
         WHEN t.first_resolution_seconds >= 0 THEN t.first_resolution_seconds END AS first_resolution_seconds,
    CASE WHEN e.solved_at IS NOT NULL AND e.created_at IS NOT NULL THEN {full}
         WHEN t.full_resolution_seconds >= 0 THEN t.full_resolution_seconds END AS full_resolution_any,
    coalesce(c.first_resolution_business_seconds,
             CASE WHEN NOT e.has_status_events THEN t.first_resolution_business_seconds END) AS first_resolution_business_any,
    coalesce(c.full_resolution_business_seconds,
             CASE WHEN NOT e.has_status_events THEN t.full_resolution_business_seconds END) AS full_resolution_business_any,
    {_time_in_status("requester_wait")},
    {_time_in_status("agent_work")},
    {_time_in_status("agent_wait")},
    {_time_in_status("hold")},
    CASE WHEN e.first_assigned_at >= e.created_at THEN (epoch_us(e.first_assigned_at) - epoch_us(e.created_at)) / 1e6
         WHEN e.first_assigned_at IS NULL THEN t.unassigned_seconds END AS unassigned_seconds,
    (epoch_us({as_of}) - epoch_us(e.created_at)) / 1e6 AS age_any,
    c.age_business_seconds AS age_business_any,
    r.csat_score AS rated_csat
    FROM ticket_events e
    JOIN seen_tickets t USING (ticket_id)
    CROSS JOIN known k
    LEFT JOIN status_facts s USING (ticket_id)
    LEFT JOIN ticket_clocks c USING (ticket_id)
    LEFT JOIN waited w USING (ticket_id)
    LEFT JOIN rating r USING (ticket_id)
), contacts AS (
    SELECT requester, created_at AS next_created_at FROM seen_tickets
    WHERE requester IS NOT NULL AND created_at IS NOT NULL AND (status IS NULL OR status NOT IN ('deleted', 'spam'))
), repeated AS (
    SELECT d.id, c.next_created_at FROM derived d JOIN seen_tickets t ON t.ticket_id = d.id
    ASOF JOIN contacts c ON c.requester = t.requester AND c.next_created_at > d.first_solved_at
)
SELECT d.id AS ticket_id, d.seq AS _row,
    {carried},
    d.* EXCLUDE (id, seq, full_resolution_any, first_resolution_business_any, full_resolution_business_any, age_any, age_business_any, rated_csat),
    CASE WHEN d.is_solved THEN d.full_resolution_any END AS full_resolution_seconds,
    CASE WHEN d.is_solved THEN d.first_resolution_business_any END AS first_resolution_business_seconds,
    CASE WHEN d.is_solved THEN d.full_resolution_business_any END AS full_resolution_business_seconds,
    CASE WHEN d.is_solved AND d.full_resolution_any >= d.agent_wait_seconds
         THEN d.full_resolution_any - d.agent_wait_seconds END AS work_resolution_seconds,
    CASE WHEN d.is_solved AND d.full_resolution_business_any >= d.agent_wait_business_seconds
         THEN d.full_resolution_business_any - d.agent_wait_business_seconds END AS work_resolution_business_seconds,
    coalesce(t.queue_seconds, CASE WHEN t.work_started_at >= d.created_at
         THEN (epoch_us(t.work_started_at) - epoch_us(d.created_at)) / 1e6 END) AS queue_time_seconds,
    CASE WHEN NOT d.is_solved THEN d.age_any END AS age_seconds,
    CASE WHEN NOT d.is_solved THEN d.age_business_any END AS age_business_seconds,
    CASE WHEN NOT d.is_answered AND NOT coalesce(d.is_solved, false) THEN d.age_any END AS unanswered_seconds,
    CASE WHEN NOT d.is_answered AND NOT coalesce(d.is_solved, false) THEN d.age_business_any END AS unanswered_business_seconds,
    coalesce(d.is_solved AND d.agent_replies = 1, CASE WHEN d.is_solved = false THEN false END) AS is_one_touch,
    coalesce(d.rated_csat, t.csat_score) AS csat_score,
    CASE WHEN d.has_assignment_events OR t.reassignments IS NULL
         THEN CASE WHEN d.agent_stations > 0 THEN d.agent_stations - 1 ELSE d.agent_stations END
         ELSE t.reassignments END AS reassignments,
    coalesce(t.is_sla_met, CASE WHEN d.is_solved THEN d.solved_at <= t.due_at
                                WHEN t.due_at < {as_of} AND d.is_solved = false THEN false END) AS is_sla_met,
    coalesce(d.is_solved = false, false) AS is_clock_running,
    coalesce(d.solved_at, d.closed_at, d.created_at) AS ended_at,
    n.next_created_at
FROM derived d
JOIN seen_tickets t ON t.ticket_id = d.id
LEFT JOIN repeated n ON n.id = d.id
ORDER BY d.created_at, d.seq
"""


def open_spans(near: list[str]) -> str:
    """Every stretch in which a ticket was unsolved, beside the ticket's `near` columns.

    Without events: from creation to solve, its status known only while it is unsolved now.
    """
    beside = ", ".join(f't."{c}"' for c in near)
    return f"""
CREATE TABLE open_spans AS
SELECT {beside}, s.status AS span_status, s.started_at AS span_started_at, s.ended_at AS span_ended_at, epoch_us(t.created_at) / 1e6 AS created_epoch
FROM status_spans s JOIN tickets t USING (ticket_id)
WHERE s.status IN {words(UNSOLVED)} AND t.created_at IS NOT NULL
UNION ALL BY NAME
SELECT {beside}, CASE WHEN NOT t.is_solved THEN t.status END AS span_status, t.created_at AS span_started_at,
       CASE WHEN t.is_solved THEN t.solved_at END AS span_ended_at, epoch_us(t.created_at) / 1e6 AS created_epoch
FROM tickets t
WHERE NOT t.has_status_events AND t.created_at IS NOT NULL AND (NOT t.is_solved OR t.solved_at >= t.created_at)
"""
