"""The measured form of the tables that are not tickets: replies, answers, reviews, costs by day, customers.

Each row carries the ticket's columns too, so that an answer can be split by the ticket's channel, a reply by its team.
"""

from __future__ import annotations

from kpi.lifecycle.status import words
from kpi.tables import NOT_COUNTED, STATUSES


def replies(near: list[str]) -> str:
    """Every reply wait that ended, beside the ticket's `near` columns."""
    beside = ", ".join(f't."{c}"' for c in near)
    return f"""
CREATE TABLE replies AS
SELECT {beside}, w.ordinal, w.started_at AS wait_started_at, w.replied_at, w.replier,
       w.seconds AS reply_wait_seconds, w.business_seconds AS reply_wait_business_seconds
FROM reply_clocks w JOIN tickets t USING (ticket_id)
"""


def answers(ticket_columns: list[str]) -> str:
    """Survey answers and invitations beside their ticket. The newest valid answer of a ticket and kind is the one that counts.

    A score is placed between 0 (worst) and 1 (best) of its own scale; outside its scale it is not valid and counts nowhere, nor does it
    hide an answer before it. Scales
    not stated are csat 1-5, ces 1-7, nps 0-10. Where the rating time is unknown the ticket's last solve, else its creation, stands in.
    """
    beside = "".join(
        f', coalesce(s."{c}", t."{c}") AS "{c}"' if c in ("agent", "team", "channel", "requester") else f', t."{c}"' for c in ticket_columns
    )
    return f"""
CREATE TABLE surveys AS
WITH scaled AS (
    SELECT *, coalesce(scale_low, CASE kind WHEN 'nps' THEN 0 ELSE 1 END) AS low,
              coalesce(scale_high, CASE kind WHEN 'nps' THEN 10 WHEN 'ces' THEN 7 ELSE 5 END) AS high,
              bool_or(score IS NULL OR offered_at IS NOT NULL) OVER () AS knows_invitations
    FROM seen_surveys
), placed AS (
    SELECT *, score BETWEEN low AND high AS is_valid,
           CASE WHEN score BETWEEN low AND high AND high > low THEN
                CASE WHEN coalesce(is_higher_better, true) THEN (score - low) / (high - low) ELSE (high - score) / (high - low) END END
           AS position,
           row_number() OVER (PARTITION BY coalesce(ticket_id, 'row ' || _row), kind
                              ORDER BY score BETWEEN low AND high DESC NULLS LAST, coalesce(answered_at, offered_at) DESC NULLS LAST, _row DESC
           ) = 1 AS is_latest
    FROM scaled
)
SELECT s.ticket_id, s.kind, s.score, s.low AS scale_low, s.high AS scale_high, s.is_valid, s.is_higher_better, s.position, s.is_latest,
       s.offered_at, s.answered_at, s.comment, s.answered_at IS NOT NULL OR s.score IS NOT NULL AS is_answered_survey,
       CASE WHEN s.knows_invitations THEN true END AS is_offered,
       coalesce(s.answered_at, t.solved_at, t.closed_at, t.created_at) AS rated_at,
       coalesce(s.offered_at, s.answered_at, t.solved_at, t.closed_at, t.created_at) AS asked_at,
       s.answered_at IS NULL AS is_time_assumed,
       coalesce(t.is_counted, true) AS is_counted{beside}
FROM placed s LEFT JOIN tickets t USING (ticket_id)
"""


def reviews(ticket_columns: list[str]) -> str:
    """One row per quality review with its weighted score in percent; null when no category was rated.

    A category scores 100 × (rating − low) / (high − low); the review is the weighted mean of its rated categories, or 0 when a critical
    category is below half. Source: support.zendesk.com article 7043701093786.
    """
    beside = "".join(f', t."{c}"' for c in ticket_columns if c not in ("agent", "reviewer"))
    return f"""
CREATE TABLE quality_reviews AS
WITH rated AS (
    SELECT *, coalesce(weight, 1) AS share,
           CASE WHEN score BETWEEN scale_low AND scale_high AND scale_high > scale_low
                THEN 100 * (score - scale_low) / (scale_high - scale_low) END AS percent
    FROM seen_reviews
), scored AS (
    SELECT review_id, any_value(ticket_id) AS ticket_id, any_value(agent) AS agent, any_value(kind) AS review_kind,
           max(reviewed_at) AS reviewed_at,
           CASE WHEN bool_or(coalesce(is_critical, false) AND percent < 50) THEN 0
                ELSE sum(percent * share) FILTER (percent IS NOT NULL) / nullif(sum(share) FILTER (percent IS NOT NULL), 0) END AS review_score
    FROM rated GROUP BY review_id
)
SELECT s.review_id, s.ticket_id, s.review_kind, s.reviewed_at, s.review_score, coalesce(s.agent, t.agent) AS agent,
       coalesce(t.is_counted, true) AS is_counted{beside}
FROM scored s LEFT JOIN tickets t USING (ticket_id)
"""


def cost_days(as_of: str) -> str:
    """Cost lines spread evenly over their days (local dates); without cost lines paid agent hours, else the costs tickets carry.

    Days after `as_of` (an instant literal) are not spent yet: the tickets they will pay for have not come either.
    """
    return f"""
CREATE TABLE cost_days AS
WITH line AS (
    SELECT *, date_trunc('day', period_start) AS first_day,
           greatest(date_trunc('day', coalesce(period_end, period_start + INTERVAL 1 DAY)), date_trunc('day', period_start) + INTERVAL 1 DAY) AS end_day
    FROM seen_costs WHERE amount IS NOT NULL AND period_start IS NOT NULL
), stated AS (
    SELECT unnest(generate_series(first_day, end_day - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS spent_on,
           amount / date_diff('day', first_day, end_day) AS amount, currency, category, team, channel, 'cost lines' AS basis FROM line
), paid AS (
    SELECT started_at AS spent_on, paid_seconds / 3600 * hourly_cost AS amount, NULL AS currency, 'agent time' AS category, team,
           NULL AS channel, 'paid agent hours' AS basis
    FROM seen_agent_time WHERE paid_seconds * hourly_cost IS NOT NULL AND NOT EXISTS (FROM stated)
), per_ticket AS (
    SELECT created_at AS spent_on, cost AS amount, NULL AS currency, 'tickets' AS category, team, channel, 'costs of tickets' AS basis
    FROM tickets WHERE cost IS NOT NULL AND is_counted AND NOT EXISTS (FROM stated) AND NOT EXISTS (FROM paid)
)
SELECT *, true AS is_counted FROM (FROM stated UNION ALL BY NAME FROM paid UNION ALL BY NAME FROM per_ticket)
WHERE spent_on IS NULL OR spent_on <= {as_of}
"""


AGENT_TIME = "CREATE TABLE agent_time AS SELECT *, true AS is_counted FROM seen_agent_time"

CUSTOMERS = """
CREATE TABLE customers AS
SELECT *, became_customer_at AS span_started_at, left_at AS span_ended_at, true AS is_counted
FROM seen_customers WHERE became_customer_at IS NOT NULL
"""

SOLVED_SPANS = """
CREATE VIEW solved_spans AS
SELECT *, solved_at AS span_started_at, solved_at + INTERVAL 28 DAY AS span_ended_at FROM tickets WHERE is_solved AND solved_at IS NOT NULL
"""
"""Each solve seen as lasting 28 days: the number alive at an instant is what was solved in the 28 days before it."""

FINDINGS: tuple[tuple[str, str, str, str], ...] = (
    # name, sentence, metrics harmed, SQL giving the tickets concerned
    (
        "reply_before_creation",
        "with a first reply before the creation; kept out of reply times",
        "first_reply_time first_reply_within reply_time",
        "SELECT ticket_id FROM tickets WHERE first_reply_at < created_at",
    ),
    (
        "solve_before_creation",
        "solved before the creation; kept out of resolution times",
        "first_resolution_time full_resolution_time work_resolution_time resolved_within backlog",
        "SELECT ticket_id FROM tickets WHERE solved_at < created_at OR first_solved_at < created_at",
    ),
    (
        "solve_before_reply",
        "solved before the first reply",
        "first_reply_time full_resolution_time",
        "SELECT ticket_id FROM tickets WHERE solved_at < first_reply_at",
    ),
    (
        "replies_differ",
        "with another number of replies in the export than in the messages; the messages count",
        "replies_per_resolution one_touch zero_touch first_contact_resolution",
        "SELECT t.ticket_id FROM seen_tickets t JOIN talk_facts m USING (ticket_id) WHERE t.agent_replies <> m.agent_replies",
    ),
    (
        "first_reply_differs",
        "with another first reply than the messages show (by more than a minute); the messages count",
        "first_reply_time first_reply_within",
        "SELECT t.ticket_id FROM seen_tickets t JOIN talk_facts m USING (ticket_id) "
        "WHERE abs(epoch_us(t.first_reply_at) - epoch_us(m.first_reply_at)) > 60e6 "
        "OR (t.first_reply_at IS NULL) <> (m.first_reply_at IS NULL) AND (SELECT count(first_reply_at) FROM seen_tickets) > 0",
    ),
    (
        "status_differs",
        "in another status than the changes say; the changes count",
        "backlog tickets_solved resolution_rate",
        "SELECT t.ticket_id FROM seen_tickets t JOIN status_facts s USING (ticket_id) WHERE t.status <> s.status",
    ),
    (
        "status_unknown",
        "in a status that is not known: neither solved nor in the backlog",
        "backlog tickets_solved resolution_rate",
        f"SELECT ticket_id FROM tickets WHERE status NOT IN {words(STATUSES)}",
    ),
    (
        "solve_differs",
        "with another solve time than the changes show (by more than a minute); the changes count",
        "full_resolution_time resolved_within",
        "SELECT t.ticket_id FROM seen_tickets t JOIN status_facts s USING (ticket_id) "
        "WHERE abs(epoch_us(t.solved_at) - epoch_us(coalesce(s.last_solve, s.last_close))) > 60e6",
    ),
    (
        "reopens_differ",
        "with another number of reopens in the export than in the changes; the changes count",
        "reopen_rate first_contact_resolution",
        "SELECT t.ticket_id FROM seen_tickets t JOIN status_facts s USING (ticket_id) WHERE t.reopens <> s.reopens",
    ),
    (
        "solved_without_time",
        "solved, but nobody wrote down when",
        "full_resolution_time tickets_solved backlog",
        "SELECT ticket_id FROM tickets WHERE is_solved AND solved_at IS NULL",
    ),
    (
        "no_creation_time",
        "without a creation time: no reply or resolution time can be told, and no period",
        "first_reply_time first_resolution_time full_resolution_time backlog backlog_age",
        "SELECT ticket_id FROM tickets WHERE created_at IS NULL",
    ),
    (
        "score_outside_scale",
        "with a survey score outside its scale; it counts nowhere",
        "csat csat_mean dsat nps ces",
        "SELECT coalesce(ticket_id, 'no ticket') AS ticket_id FROM surveys WHERE score IS NOT NULL AND NOT is_valid",
    ),
    (
        "not_counted",
        f"{', '.join(NOT_COUNTED[:-1])} or {NOT_COUNTED[-1]}; left out of every number",
        "",
        "SELECT ticket_id FROM tickets WHERE NOT is_counted",
    ),
    (
        "orphan_messages",
        "in the messages or changes but not among the tickets; left out",
        "",
        "SELECT DISTINCT ticket_id FROM (SELECT ticket_id FROM seen_messages UNION SELECT ticket_id FROM seen_changes) "
        "WHERE ticket_id NOT IN (SELECT ticket_id FROM seen_tickets)",
    ),
)
