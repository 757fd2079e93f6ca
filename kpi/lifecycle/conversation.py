"""Messages to facts: first public human reply, every reply wait, replies, participants. SQL over whole tables.

Rules (metrics.md sections 1, 2, 8): a reply is a public message by an agent. Private notes, bots and system messages are none. The
*opening* message is the first public message when it was sent at the instant of creation: an agent's opening is no reply, a
requester's opening is the request itself. The first wait begins at creation; a later one at the first requester message after the last
reply; each ends at the next reply.
"""

from __future__ import annotations

TALK = """
CREATE TABLE talk AS
WITH said AS (
    SELECT m.ticket_id, m.sent_at, m.author, m.author_role AS role, coalesce(m.is_public, true) AS is_public, m._row AS seq, t.created_at
    FROM seen_messages m JOIN seen_tickets t USING (ticket_id) WHERE m.sent_at IS NOT NULL
), placed AS (
    SELECT *, is_public AND sent_at = created_at
              AND row_number() OVER (PARTITION BY ticket_id, is_public ORDER BY sent_at, seq) = 1 AS is_opening
    FROM said
), named AS (
    SELECT *, is_public AND role = 'agent' AND NOT coalesce(is_opening, false) AS is_reply,
              is_public AND role = 'requester' AND NOT coalesce(is_opening, false) AS is_ask
    FROM placed
)
SELECT *, count(*) FILTER (is_reply) OVER (
           PARTITION BY ticket_id ORDER BY sent_at, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replies_before
FROM named
"""

REPLY_WAITS = """
CREATE TABLE reply_waits AS
SELECT ticket_id, replies_before + 1 AS ordinal,
    CASE WHEN replies_before = 0 THEN any_value(created_at) ELSE min(sent_at) FILTER (is_ask) END AS started_at,
    max(sent_at) FILTER (is_reply) AS replied_at,
    any_value(author) FILTER (is_reply) AS replier
FROM talk WHERE is_reply OR is_ask
GROUP BY ticket_id, replies_before
HAVING count(*) FILTER (is_reply) > 0 AND started_at <= replied_at
"""
"""One row per wait that ended. A reply nobody waited for (a second one in a row) ends no wait; a reply dated before the creation none."""

TALK_FACTS = """
CREATE TABLE talk_facts AS
SELECT ticket_id,
    count(*) FILTER (is_reply) AS agent_replies,
    count(*) FILTER (is_ask) AS requester_replies,
    min(sent_at) FILTER (is_reply) AS first_reply_at,
    count(DISTINCT author) FILTER (role = 'agent') AS participants
FROM talk GROUP BY ticket_id
"""
