# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Zendesk ticket metric events: a row for each start, pause and end of a clock of a ticket. The events of a ticket become its times.

A clock runs from each "activate" to the next "pause" or "fulfill" of its metric. The reply clock's first end is the first reply, the
resolution clock's ends (else those of the requester's wait) are solves, and a start right after an end is a reopening. A promise that
applied is kept when its clock ended without a breach. Source: developer.zendesk.com, ticket metric event types reference.
"""

from __future__ import annotations

from kpi.cells import Connection, count, flag, ident, identifier, instant, seconds, status
from kpi.files import RawTable
from kpi.sources._reshape import cell, shaped
from kpi.sources._source import Source

_NAMES = (
    "Ticket", "Created", "First reply", "First solved", "Solved", "Status", "Reopens", "Requester wait", "Agent work", "Reply SLA", "SLA",
)  # fmt: skip
_FACTS = """
WITH event AS (
    SELECT _row, {ticket} AS ticket, lower({metric}) AS metric, lower({type}) AS type, try_cast({time} AS TIMESTAMP) AS moment,
           try_cast({instance} AS BIGINT) AS instance
    FROM {table} WHERE lower(coalesce({deleted}, 'false')) <> 'true'
), solving AS (
    SELECT ticket, CASE WHEN bool_or(metric = 'resolution_time') THEN 'resolution_time' ELSE 'requester_wait_time' END AS solver
    FROM event GROUP BY ticket
), clock AS (
    SELECT *, lead(moment) OVER step AS until, lag(type) OVER step AS before, lead(type) OVER step IS NULL AS is_last
    FROM event WHERE type IN ('activate', 'pause', 'fulfill') AND moment IS NOT NULL AND ticket IS NOT NULL
    WINDOW step AS (PARTITION BY ticket, metric ORDER BY moment, instance, _row)
), fact AS (
    SELECT ticket, min(_row) AS _row,
        min(moment) FILTER (type = 'activate') AS created_at,
        min(moment) FILTER (metric = 'reply_time' AND type = 'fulfill' AND instance = 1) AS replied_at,
        min(moment) FILTER (metric = solver AND type = 'fulfill') AS first_solved_at,
        max(moment) FILTER (metric = solver AND type = 'fulfill' AND is_last) AS solved_at,
        CASE WHEN bool_or(metric = solver AND type = 'fulfill' AND is_last) THEN 'solved'
             WHEN bool_or(metric = 'requester_wait_time' AND type = 'pause' AND is_last) THEN 'pending'
             WHEN bool_or(metric = 'agent_work_time' AND type = 'pause' AND is_last) THEN 'hold' ELSE 'open' END AS status,
        count(*) FILTER (metric = solver AND type = 'activate' AND before = 'fulfill') AS reopens,
        {wait}, {work}
    FROM clock JOIN solving USING (ticket) GROUP BY ticket
), promise AS (
    SELECT ticket, {reply_kept} AS reply_kept, {kept} AS kept FROM event GROUP BY ticket
)
SELECT _row, ticket, {at_text}, status, reopens::VARCHAR, wait::VARCHAR, work::VARCHAR, reply_kept, kept FROM fact LEFT JOIN promise USING (ticket)
"""


def _ran(metric: str, name: str) -> str:
    """SQL: the seconds a clock ran, once it has ended; null while it still runs, and where a ticket has none."""
    mine = f"metric = '{metric}'"
    spent = f"sum(epoch(until - moment)) FILTER ({mine} AND type = 'activate')"
    return f"CASE WHEN bool_or({mine} AND type = 'fulfill' AND is_last) THEN {spent} END AS {name}"


def _kept(metrics: str) -> str:
    """SQL: whether the promise on any of these clocks was kept; null where none applied, or it is still open."""
    mine = f"metric IN ({metrics})"
    return (
        f"CASE WHEN bool_or({mine} AND type = 'breach') THEN 'no' "
        f"WHEN bool_or({mine} AND type = 'apply_sla') AND bool_or({mine} AND type = 'fulfill') THEN 'yes' END"
    )


def _tickets(con: Connection, raw: RawTable) -> RawTable:
    """One row for each ticket, with the times its events tell."""
    at = ("created_at", "replied_at", "first_solved_at", "solved_at")
    query = _FACTS.format(
        table=ident(raw.table),
        **{name: cell(raw, name) for name in ("metric", "type", "time", "deleted")},
        ticket=cell(raw, "ticket_id"),
        instance=cell(raw, "instance_id"),
        wait=_ran("requester_wait_time", "wait"),
        work=_ran("agent_work_time", "work"),
        reply_kept=_kept("'reply_time'"),
        kept=_kept("'resolution_time', 'requester_wait_time', 'agent_work_time'"),
        at_text=", ".join(f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')" for name in at),
    )
    bad = f"{cell(raw, 'ticket_id')} IS NULL OR try_cast({cell(raw, 'time')} AS TIMESTAMP) IS NULL"
    (n,) = con.execute(f"SELECT count(*) FROM {ident(raw.table)} WHERE {bad}").fetchone()
    doubts = [f"{raw.file}: {n:,} events without a ticket or a readable time were left out."] if n else []
    return shaped(con, raw, _NAMES, query, doubts=doubts)


SOURCE = Source(
    name="zendesk_events",
    label="Zendesk (ticket metric events)",
    tool="zendesk",
    fills="tickets",
    signs=(("ticket_id", "metric", "instance_id", "type", "time"),),
    utc=True,
    reshape=_tickets,
    completes=True,
    columns={
        "ticket_id": identifier("Ticket"),
        "created_at": instant("Created"),
        "first_reply_at": instant("First reply"),
        "first_solved_at": instant("First solved"),
        "solved_at": instant("Solved"),
        "status": status("Status"),
        "reopens": count("Reopens"),
        "requester_wait_seconds": seconds("Requester wait"),
        "agent_work_seconds": seconds("Agent work"),
        "is_reply_sla_met": flag("Reply SLA"),
        "is_sla_met": flag("SLA"),
    },
)
