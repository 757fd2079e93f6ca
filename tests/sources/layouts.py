"""The sample company's tickets as five tools would export them.

What an export states of a ticket (first reply, reopens …) comes from the sample's own books, not from `kpi.lifecycle`. Exports do not list
deleted, merged and spam tickets, so none is written; times are UTC; surveys about the company (NPS) are no tool's here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from kpi import sample
from kpi.tables import NOT_COUNTED, TABLES

_SHOWN = f"status NOT IN ({', '.join(repr(word) for word in NOT_COUNTED)})"
_OPEN = "status IN ('new', 'open', 'pending', 'hold')"
_CSAT = "SELECT ticket_id, arg_max(score, answered_at) AS score, max(answered_at) AS answered_at FROM surveys WHERE kind = 'csat' AND score IS NOT NULL GROUP BY 1"

FRESHDESK = f"""SELECT t.ticket_id AS "Ticket ID", topic AS "Subject",
    CASE status WHEN 'new' THEN 'Open' WHEN 'hold' THEN 'Waiting on Third Party' WHEN 'solved' THEN 'Resolved' ELSE upper(status[1]) || status[2:] END AS "Status",
    priority AS "Priority", channel AS "Source", type AS "Type", coalesce(agent, 'No Agent') AS "Agent", coalesce(team, 'No Group') AS "Group",
    {{at}}(created_at) AS "Created time", {{at}}(due_at) AS "Due by Time", CASE WHEN NOT {_OPEN} THEN {{at}}(solved_at) END AS "Resolved time",
    {{at}}(closed_at) AS "Closed time", {{at}}(updated_at) AS "Last update time", {{at}}(first_reply_at) AS "Initial response time",
    {{clock}}(handle_seconds) AS "Time tracked", agent_replies AS "Agent interactions", requester_replies AS "Customer interactions",
    CASE WHEN is_sla_met THEN 'Within SLA' WHEN NOT is_sla_met THEN 'SLA Violated' END AS "Resolution status",
    CASE WHEN is_reply_sla_met THEN 'Within SLA' WHEN NOT is_reply_sla_met THEN 'SLA Violated' END AS "First response status",
    list_aggregate(tags, 'string_agg', ',') AS "Tags",
    CASE s.score WHEN 5 THEN 'Extremely happy' WHEN 4 THEN 'Happy' WHEN 3 THEN 'Neutral' WHEN 2 THEN 'Unhappy' WHEN 1 THEN 'Extremely unhappy' END AS "Survey results",
    product_area AS "Product", requester AS "Email", organization AS "Company Name"
    FROM tickets t LEFT JOIN ({_CSAT}) s USING (ticket_id) WHERE {_SHOWN} ORDER BY t.ticket_id"""

INTERCOM = f"""SELECT ticket_id AS "Conversation ID", {{at}}(created_at) AS "Conversation started at (UTC)", agent AS "Teammate currently assigned",
    team AS "Team currently assigned", channel AS "Channel", list_aggregate(tags, 'string_agg', ';') AS "Conversation tag",
    CASE WHEN status IN ('new', 'open', 'hold') THEN 'open' WHEN status = 'pending' THEN 'snoozed' ELSE 'closed' END AS "Current conversation state",
    topic AS "Topics", priority AS "Conversation priority", {{at}}(coalesce(first_solved_at, closed_at)) AS "Conversation first closed at (UTC)",
    {{at}}(first_reply_at) AS "Conversation first replied at (UTC)", {{at}}(coalesce(solved_at, closed_at)) AS "Conversation last closed at (UTC)",
    {{at}}(work_started_at) AS "First assignment at (UTC)", epoch(first_reply_at - created_at)::BIGINT AS "First response time (seconds)",
    epoch(coalesce(first_solved_at, closed_at) - created_at)::BIGINT AS "Time to first close (seconds)", epoch(coalesce(solved_at, closed_at) - created_at)::BIGINT AS "Time to close (seconds)",
    reassignments AS "Number of reassignments", agent_replies AS "Replies to close a conversation", handle_seconds AS "Handling time (seconds)",
    is_first_contact_resolved AS "Resolved on first contact", requester AS "User ID", organization AS "Company name", country AS "Country"
    FROM tickets WHERE {_SHOWN} ORDER BY ticket_id"""

INTERCOM_CSAT = f"""SELECT s.ticket_id AS "Conversation ID", {{at}}(answered_at) AS "Updated at (UTC)", NULL AS "Conversation rating remark",
    score AS "Conversation rating", t.requester AS "User ID", 'Teammate' AS "Agent rated type"
    FROM ({_CSAT}) s JOIN tickets t USING (ticket_id) WHERE {_SHOWN} ORDER BY 1"""

SERVICENOW = f"""SELECT ticket_id AS number,
    CASE status WHEN 'new' THEN 'New' WHEN 'open' THEN 'In Progress' WHEN 'pending' THEN 'Awaiting User Info' WHEN 'hold' THEN 'On Hold'
    WHEN 'solved' THEN 'Resolved' ELSE 'Closed' END AS incident_state, {{at}}(created_at) AS opened_at, {{at}}(work_started_at) AS work_start,
    {{at}}(solved_at) AS resolved_at, {{at}}(closed_at) AS closed_at, {{at}}(updated_at) AS sys_updated_at, {{at}}(due_at) AS due_date, reopens AS reopen_count,
    reassignments AS reassignment_count, is_sla_met AS made_sla, channel AS contact_type,
    CASE priority WHEN 'urgent' THEN '1 - ' WHEN 'high' THEN '2 - ' WHEN 'normal' THEN '3 - ' ELSE '4 - ' END || priority AS priority,
    product_area AS category, topic AS subcategory, coalesce(team, '?') AS assignment_group, coalesce(agent, '?') AS assigned_to, requester AS caller_id,
    organization AS company FROM tickets WHERE {_SHOWN} ORDER BY ticket_id"""

_AGENTS = """SELECT row_number() OVER (ORDER BY role, name) + 9007199254740993 AS id, name, role FROM (
    SELECT DISTINCT author AS name, 'agent' AS role FROM messages WHERE author_role = 'agent' AND author IS NOT NULL
    UNION SELECT DISTINCT agent, 'agent' FROM tickets WHERE agent IS NOT NULL UNION SELECT DISTINCT new, 'agent' FROM changes WHERE field = 'agent' AND new IS NOT NULL
    UNION SELECT DISTINCT old, 'agent' FROM changes WHERE field = 'agent' AND old IS NOT NULL
    UNION SELECT DISTINCT requester, 'end-user' FROM tickets WHERE requester IS NOT NULL)"""
_SYNCED = "TIMESTAMP '2026-11-01 06:00:00' AS _fivetran_synced"

FIVETRAN = {
    "ticket": f"""SELECT ticket_id::BIGINT AS id, {_SYNCED}, false AS _fivetran_deleted, a.id AS assignee_id, t.created_at, t.updated_at, t.due_at, team AS group_id,
        product_area AS brand_id, organization AS organization_id, priority, r.id AS requester_id, CASE status WHEN 'hold' THEN 'on-hold' ELSE status END AS status,
        type, url, channel AS via_channel, topic
        FROM tickets t LEFT JOIN people a ON a.name = t.agent AND a.role = 'agent' LEFT JOIN people r ON r.name = t.requester AND r.role = 'end-user'
        WHERE {_SHOWN} ORDER BY ticket_id""",
    "ticket_field_history": f"""SELECT CASE field WHEN 'agent' THEN 'assignee_id' WHEN 'team' THEN 'group_id' ELSE field END AS field_name, ticket_id::BIGINT AS ticket_id,
        changed_at AS updated, {_SYNCED}, NULL::BIGINT AS user_id,
        CASE WHEN field = 'agent' THEN p.id::VARCHAR WHEN field = 'status' AND new = 'hold' THEN 'on-hold' ELSE new END AS value
        FROM changes c JOIN tickets t USING (ticket_id) LEFT JOIN people p ON p.name = c.new AND p.role = 'agent' AND c.field = 'agent'
        WHERE {_SHOWN} AND field <> 'schedule' ORDER BY ticket_id, changed_at, c.rowid""",
    "ticket_comment": f"""SELECT row_number() OVER (ORDER BY m.rowid) AS id, {_SYNCED}, text AS body, sent_at AS created, is_public AS public, ticket_id::BIGINT AS ticket_id,
        coalesce(p.id, -1) AS user_id FROM messages m JOIN tickets t USING (ticket_id)
        LEFT JOIN people p ON p.name = m.author AND m.author_role = CASE p.role WHEN 'agent' THEN 'agent' ELSE 'requester' END
        WHERE {_SHOWN} ORDER BY m.rowid""",
    "user": f"SELECT id, {_SYNCED}, name, name || '@example.com' AS email, role, true AS active FROM people ORDER BY id",
    "satisfaction_rating": f"""SELECT row_number() OVER (ORDER BY updated_at, ticket_id) AS id, {_SYNCED}, * FROM (
        SELECT s.ticket_id::BIGINT AS ticket_id, 'offered' AS score, r.id AS requester_id, a.id AS assignee_id, t.team AS group_id, offered_at AS created_at, offered_at AS updated_at
        FROM surveys s JOIN tickets t USING (ticket_id) LEFT JOIN people a ON a.name = s.agent AND a.role = 'agent'
        LEFT JOIN people r ON r.name = t.requester AND r.role = 'end-user' WHERE kind = 'csat' AND {_SHOWN} AND s.offered_at IS NOT NULL
        UNION ALL SELECT s.ticket_id::BIGINT, s.score::INTEGER::VARCHAR, r.id, a.id, t.team, offered_at, answered_at
        FROM surveys s JOIN tickets t USING (ticket_id) LEFT JOIN people a ON a.name = s.agent AND a.role = 'agent'
        LEFT JOIN people r ON r.name = t.requester AND r.role = 'end-user' WHERE kind = 'csat' AND {_SHOWN} AND s.score IS NOT NULL)""",
}


def made(folder: Path, tickets: int, seed: int = 4) -> duckdb.DuckDBPyConnection:
    """The sample company in a folder (canonical Parquet) and as tables of a database, with its people numbered as Zendesk numbers them."""
    sample.write(folder, tickets=tickets, seed=seed, format="parquet")
    con = duckdb.connect(config={"threads": 1})
    con.execute("SET TimeZone = 'UTC'")
    for name in TABLES:
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    con.execute(f"CREATE TABLE people AS {_AGENTS}")
    con.execute("CREATE MACRO spelled(t) AS strftime(t::TIMESTAMP, '%Y-%m-%d %H:%M:%S')")
    con.execute("CREATE MACRO clock(s) AS format('{:02}:{:02}:{:02}', s::BIGINT // 3600, s::BIGINT // 60 % 60, s::BIGINT % 60)")
    return con


def _csv(con: Any, sql: str, path: Path) -> Path:
    con.execute(f"COPY ({sql.format(at='spelled', clock='clock')}) TO '{path}' (HEADER)")
    return path


def canonical(con: Any, folder: Path) -> list[Path]:
    return [_csv(con, f"SELECT * FROM {name}", folder / f"{name}.csv") for name in TABLES]


def listed(con: Any, folder: Path) -> list[Path]:
    """Our own tables without the tickets exports do not list, and without surveys that are no CSAT."""
    kept = {
        "tickets": f"SELECT * FROM tickets WHERE {_SHOWN}",
        "messages": f"SELECT m.* FROM messages m JOIN tickets t USING (ticket_id) WHERE {_SHOWN}",
        "changes": f"SELECT c.* FROM changes c JOIN tickets t USING (ticket_id) WHERE {_SHOWN}",
        "surveys": f"SELECT s.* FROM surveys s JOIN tickets t USING (ticket_id) WHERE {_SHOWN} AND kind = 'csat'",
    }
    return [_csv(con, sql, folder / f"{name}.csv") for name, sql in kept.items()]


def zendesk(con: Any, folder: Path) -> list[Path]:
    for name, sql in FIVETRAN.items():
        con.execute(f"COPY ({sql}) TO '{folder / name}.parquet'")
    return [folder / f"{name}.parquet" for name in FIVETRAN]


def freshdesk(con: Any, folder: Path) -> list[Path]:
    return [_csv(con, FRESHDESK, folder / "freshdesk.csv")]


def intercom(con: Any, folder: Path) -> list[Path]:
    return [_csv(con, INTERCOM, folder / "conversations.csv"), _csv(con, INTERCOM_CSAT, folder / "csat.csv")]


def servicenow(con: Any, folder: Path) -> list[Path]:
    return [_csv(con, SERVICENOW, folder / "incident.csv")]


LAYOUTS: dict[str, Callable[[Any, Path], list[Path]]] = {
    "canonical": canonical, "zendesk": zendesk, "freshdesk": freshdesk, "intercom": intercom, "servicenow": servicenow,
}  # fmt: skip
