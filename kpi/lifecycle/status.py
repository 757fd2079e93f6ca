"""Status changes to facts: solves, reopens, time in each status class, assignments. SQL over whole tables.

Rules (metrics.md sections 3, 4, 7, 8): a *solve* is a change into solved from anything else, a *close* likewise; a *reopen* is a change
from solved or closed back to an unsolved status, whether or not the ticket was solved again. Before its first recorded change a
ticket has the old value of that change, and is new where there is none.
"""

from __future__ import annotations

from kpi.tables import SOLVED, STATUSES, UNSOLVED


def words(values: tuple[str, ...]) -> str:
    """A tuple of our own constants as a SQL list."""
    return "(" + ", ".join(f"'{v}'" for v in values) + ")"


STATUS_SPANS = f"""
CREATE TABLE status_spans AS
WITH change AS (
    SELECT c.ticket_id, c.changed_at AS started_at, lower(trim(c.new)) AS status, lower(trim(c.old)) AS old, c._row AS seq
    FROM seen_changes c WHERE c.field = 'status' AND c.new IS NOT NULL AND c.changed_at IS NOT NULL
), first_change AS (
    SELECT ticket_id, arg_min(old, (started_at, seq)) AS old, min(started_at) AS started_at FROM change GROUP BY ticket_id
), life AS (
    SELECT ticket_id, started_at, status, seq FROM change
    UNION ALL BY NAME
    SELECT f.ticket_id, t.created_at AS started_at,
           CASE WHEN f.old IN {words(STATUSES)} THEN f.old ELSE 'new' END AS status, -1 AS seq
    FROM first_change f JOIN seen_tickets t USING (ticket_id) WHERE t.created_at < f.started_at
)
SELECT ticket_id, status, started_at,
       lead(started_at) OVER life AS ended_at,
       lag(status) OVER life AS was,
       row_number() OVER life AS ordinal
FROM life WINDOW life AS (PARTITION BY ticket_id ORDER BY started_at, seq)
"""

_SOLVE = "status = 'solved' AND was IS DISTINCT FROM 'solved'"
_CLOSE = "status = 'closed' AND was IS DISTINCT FROM 'closed'"
_REOPEN = f"was IN {words(SOLVED)} AND status IN {words(UNSOLVED)}"


def _time_in(statuses: tuple[str, ...], column: str) -> str:
    """Seconds in these statuses: 0 for a ticket that never was in them, null where a piece could not be counted."""
    inside = f"status IN {words(statuses)} AND ended_at IS NOT NULL"
    known = f"count({column}) > 0 AND count(*) FILTER ({inside} AND {column} IS NULL) = 0"
    return f"CASE WHEN {known} THEN coalesce(sum({column}) FILTER ({inside}), 0) END"


STATUS_FACTS = f"""
CREATE TABLE status_facts AS
SELECT ticket_id,
    arg_max(status, ordinal) AS status,
    count(*) FILTER ({_SOLVE}) AS solves,
    count(*) FILTER ({_CLOSE}) AS closes,
    min(started_at) FILTER ({_SOLVE}) AS first_solve, max(started_at) FILTER ({_SOLVE}) AS last_solve,
    min(started_at) FILTER ({_CLOSE}) AS first_close, max(started_at) FILTER ({_CLOSE}) AS last_close,
    count(*) FILTER ({_REOPEN}) AS reopens,
    min(started_at) FILTER ({_REOPEN}) AS first_reopened_at,
    {_time_in(("new", "open", "hold"), "seconds")} AS requester_wait_seconds,
    {_time_in(("new", "open", "hold"), "business_seconds")} AS requester_wait_business_seconds,
    {_time_in(("new", "open"), "seconds")} AS agent_work_seconds,
    {_time_in(("new", "open"), "business_seconds")} AS agent_work_business_seconds,
    {_time_in(("pending",), "seconds")} AS agent_wait_seconds,
    {_time_in(("pending",), "business_seconds")} AS agent_wait_business_seconds,
    {_time_in(("hold",), "seconds")} AS hold_seconds,
    {_time_in(("hold",), "business_seconds")} AS hold_business_seconds
FROM status_clocks GROUP BY ticket_id
"""
"""`status_clocks` is `status_spans` with `seconds` and `business_seconds`."""

ASSIGNMENT_FACTS = """
CREATE TABLE assignment_facts AS
WITH step AS (
    SELECT ticket_id, field, changed_at, nullif(trim(new), '') AS new,
           coalesce(lag(nullif(trim(new), '')) OVER life, nullif(trim(old), '')) AS was,
           row_number() OVER life AS ordinal
    FROM seen_changes WHERE field IN ('agent', 'team') AND changed_at IS NOT NULL
    WINDOW life AS (PARTITION BY ticket_id, field ORDER BY changed_at, _row)
)
SELECT ticket_id,
    count(*) FILTER (field = 'agent' AND new IS NOT NULL AND new IS DISTINCT FROM was) AS agent_stations,
    count(*) FILTER (field = 'team' AND new IS NOT NULL AND new IS DISTINCT FROM was) AS team_stations,
    min(changed_at) FILTER (field = 'agent' AND new IS NOT NULL) AS first_assigned_at,
    arg_max(new, ordinal) FILTER (field = 'agent') AS agent,
    arg_max(new, ordinal) FILTER (field = 'team') AS team
FROM step GROUP BY ticket_id
"""
