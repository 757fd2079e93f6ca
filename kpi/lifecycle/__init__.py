"""Messages and changes of tickets to facts a metric can be written on: one SQL statement after another over whole tables.

`build` leaves, in a schema of its own, the tables that metrics are measured on: `tickets`, `replies`, `open_spans`, `solved_spans`, `surveys`,
`quality_reviews`, `agent_time`, `cost_days`, `customers`, and `findings` (what was odd about the data and which metrics it harms).
The connection is passed in; only `kpi.engine` opens one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kpi import hours, tables
from kpi.hours import Calendar
from kpi.lifecycle import conversation, facts, others, status
from kpi.tables import TABLES, TICKETS

STAGING = (
    "status_spans status_clocks status_facts assignment_facts talk reply_waits reply_clocks talk_facts ticket_events ticket_clocks"
).split()

VIEWS = {"solved_spans": others.SOLVED_SPANS}
"""Measured tables that are only another look at the others."""
ORDERS = {
    "tickets": "ORDER BY created_at",
    "open_spans": "ORDER BY span_started_at",
    "replies": "ORDER BY replied_at",
    "surveys": "ORDER BY rated_at",
    "agent_time": "ORDER BY started_at",
}
"""How measured tables lie best on disk: by the time questions are asked about."""


@lru_cache(maxsize=1)
def version() -> str:
    """Which rules made the facts: a digest of the code that makes them."""
    here = Path(__file__).parent
    files = [*here.glob("*.py"), *Path(hours.__file__).parent.glob("*.py"), Path(tables.__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:16]


_INSTANTS = {
    "tickets": ("first_reply_at", "work_started_at", "first_solved_at", "solved_at", "closed_at"),
    "messages": (),
    "changes": (),
    "surveys": ("answered_at",),
    "reviews": (),
    "agent_time": (),
    "costs": (),
    "customers": ("left_at",),
}
_KNOWN_YEARS = ("TIMESTAMP '1900-01-01'", "TIMESTAMP '2199-12-31'")
"""A time outside stands for "never" or "unknown" (0001-01-01, 9999-12-31) and is unknown."""

_LATER = {
    "tickets": (
        "CASE WHEN status IN ('solved', 'closed') AND coalesce(solved_at, closed_at) > {as_of} THEN 'open' "
        "WHEN status = 'closed' AND closed_at > {as_of} THEN 'solved' ELSE status END AS status",
        *(
            f"CASE WHEN coalesce(solved_at, closed_at) > {{as_of}} THEN NULL ELSE {c} END AS {c}"
            for c in ("is_sla_met", "is_first_contact_resolved")
        ),
        "CASE WHEN first_reply_at > {as_of} THEN NULL ELSE is_reply_sla_met END AS is_reply_sla_met",
        *(
            f"CASE WHEN created_at IS NULL OR {c}_seconds <= (epoch_us({{as_of}}) - epoch_us(created_at)) / 1e6 "
            f"THEN {c}_seconds END AS {c}_seconds"
            for c in ("first_reply", "first_resolution", "full_resolution")
        ),
    ),
    "changes": ("lower(trim(field)) AS field",),
    "surveys": ("CASE WHEN answered_at IS NULL OR answered_at <= {as_of} THEN score END AS score",),
}
"""Cells that tell of something after `as_of` and so are not known yet; and field names in one spelling."""
_BORN = {
    "tickets": "created_at",
    "messages": "sent_at",
    "changes": "changed_at",
    "surveys": "coalesce(offered_at, answered_at)",
    "reviews": "reviewed_at",
    "agent_time": "started_at",
    "costs": "period_start",
    "customers": "became_customer_at",
}


def build(
    con: Any,
    *,
    raw_schema: str,
    as_of: dt.datetime,
    calendar: Calendar | None,
    extras: list[str],
    progress: Callable[[float], None] | None = None,
) -> None:
    """Fill the current schema of `con` with the measured tables.

    `raw_schema` holds the canonical tables; `as_of` (UTC) is the instant one stands at: what came later is not known yet. Without a
    calendar, business durations are those the export states, else null. `extras` are the export's own columns kept for splits. `progress`
    is called with the share done, 0 to 1.
    """
    tick = progress or (lambda _: None)
    instant = f"TIMESTAMP '{as_of:%Y-%m-%d %H:%M:%S.%f}'"
    columns = [c.name for c in TICKETS.columns] + extras
    for name in TABLES:
        con.execute(_seen(name, raw_schema, instant))
    tick(0.05)
    con.execute(status.STATUS_SPANS)
    tick(0.15)
    _clock(con, calendar, "status_clocks", "status_spans", "started_at", "ended_at")
    tick(0.3)
    con.execute(status.STATUS_FACTS)
    con.execute(status.ASSIGNMENT_FACTS)
    tick(0.4)
    con.execute(conversation.TALK)
    con.execute(conversation.REPLY_WAITS)
    _clock(con, calendar, "reply_clocks", "reply_waits", "started_at", "replied_at")
    con.execute(conversation.TALK_FACTS)
    tick(0.6)
    con.execute(facts.TICKET_EVENTS)
    tick(0.65)
    _ticket_clocks(con, calendar, as_of)
    made = {c.name for c in TICKETS.columns if c.derived} | set(MADE_HERE)
    con.execute(facts.ticket_facts([c for c in columns if c not in made and c != "ticket_id"], instant))
    near = ["ticket_id", "created_at", "requester", *TICKETS.splits, *extras, "is_counted"]
    tick(0.8)
    con.execute(facts.open_spans(near))
    for statement in VIEWS.values():
        con.execute(statement)
    con.execute(others.replies(near))
    beside = [c for c in [*TICKETS.splits, *extras, "requester"] if c != "status"]
    con.execute(others.answers(beside))
    con.execute(others.reviews(beside))
    for statement in (others.cost_days(instant), others.AGENT_TIME, others.CUSTOMERS):
        con.execute(statement)
    tick(0.9)
    _findings(con)
    for name in STAGING:
        con.execute(f"DROP TABLE {name}")
    for name in TABLES:
        con.execute(f"DROP VIEW seen_{name}")


MADE_HERE = (
    "created_at first_reply_at first_solved_at solved_at closed_at status agent team reopens agent_replies requester_replies "
    "reassignments is_sla_met"
).split()
"""Canonical ticket columns that facts decide (events before the export's own cells)."""


def _seen(name: str, raw_schema: str, as_of: str) -> str:
    """A canonical table as known at `as_of`: rows that came later are absent, events that came later have not happened."""
    happened = _INSTANTS[name]
    hidden = [f"CASE WHEN {c} BETWEEN {_KNOWN_YEARS[0]} AND {as_of} THEN {c} END AS {c}" for c in happened]
    hidden += [
        f"CASE WHEN {c.name} BETWEEN {_KNOWN_YEARS[0]} AND {_KNOWN_YEARS[1]} THEN {c.name} END AS {c.name}"
        for c in TABLES[name].columns
        if c.type == "instant" and c.name not in happened
    ]
    hidden += [part.format(as_of=as_of) for part in _LATER.get(name, ())]
    replace = f" REPLACE ({', '.join(hidden)})" if hidden else ""
    born = _BORN[name]
    return f"CREATE VIEW seen_{name} AS SELECT *{replace} FROM {raw_schema}.{name} WHERE {born} IS NULL OR {born} <= {as_of}"


def _clock(con: Any, calendar: Calendar | None, made: str, spans: str, start: str, end: str) -> None:
    """`spans` with `seconds` and `business_seconds` of each span; a piece under another schedule counts by that schedule."""
    seconds = f"(epoch_us({end}) - epoch_us({start})) / 1e6"
    if calendar is None:
        con.execute(f"CREATE TABLE {made} AS SELECT *, {seconds} AS seconds, NULL::DOUBLE AS business_seconds FROM {spans}")
        return
    con.execute(f"CREATE OR REPLACE TABLE numbered AS SELECT *, row_number() OVER () - 1 AS span FROM {spans}")
    _worked(con, calendar, f"SELECT span, ticket_id, {start} AS a, {end} AS b FROM numbered")
    con.execute(
        f"CREATE TABLE {made} AS SELECT n.* EXCLUDE (span), {seconds} AS seconds, w.business_seconds "
        "FROM numbered n LEFT JOIN worked w USING (span)"
    )
    con.execute("DROP TABLE numbered")


def _ticket_clocks(con: Any, calendar: Calendar | None, as_of: dt.datetime) -> None:
    """Business seconds from creation to first reply, first and last solve, and to `as_of`."""
    ends = {
        "first_reply": "first_reply_at",
        "first_resolution": "first_solved_at",
        "full_resolution": "solved_at",
        "age": f"TIMESTAMP '{as_of:%Y-%m-%d %H:%M:%S.%f}'",
    }
    if calendar is None:
        nothing = ", ".join(f"NULL::DOUBLE AS {name}_business_seconds" for name in ends)
        con.execute(f"CREATE TABLE ticket_clocks AS SELECT ticket_id, {nothing} FROM ticket_events")
        return
    columns = []
    con.execute("CREATE TABLE numbered AS SELECT *, row_number() OVER () - 1 AS span FROM ticket_events")
    con.execute("CREATE TABLE clocks AS SELECT span, ticket_id FROM numbered")
    for name, end in ends.items():
        query = f"SELECT span, ticket_id, created_at AS a, CASE WHEN {end} >= created_at THEN {end} END AS b FROM numbered"
        _worked(con, calendar, query)
        con.execute(f"CREATE TABLE clock_{name} AS SELECT span, business_seconds FROM worked")
        columns.append(f"clock_{name}.business_seconds AS {name}_business_seconds")
    joins = " ".join(f"LEFT JOIN clock_{name} ON clock_{name}.span = c.span" for name in ends)
    con.execute(f"CREATE TABLE ticket_clocks AS SELECT c.ticket_id, {', '.join(columns)} FROM clocks c {joins}")
    for name in ("numbered", "clocks", *(f"clock_{n}" for n in ends)):
        con.execute(f"DROP TABLE {name}")


def _worked(con: Any, calendar: Calendar, query: str) -> None:
    """Registers `worked` (span, business_seconds) for the (span, ticket_id, a, b) of `query`; null where an end is unknown."""
    changes = con.execute("SELECT count(*) FROM seen_changes WHERE field = 'schedule' AND new IS NOT NULL").fetchone()[0]
    if changes:
        query = f"""
WITH spans AS ({query}), step AS (
    SELECT ticket_id, new AS schedule, changed_at AS since,
           lead(changed_at) OVER (PARTITION BY ticket_id ORDER BY changed_at, _row) AS until
    FROM seen_changes WHERE field = 'schedule' AND new IS NOT NULL AND changed_at IS NOT NULL
), rule AS (
    FROM step UNION ALL BY NAME SELECT ticket_id, NULL AS schedule, NULL AS since, min(since) AS until FROM step GROUP BY ticket_id
)
SELECT s.span, greatest(s.a, coalesce(r.since, s.a)) AS a, least(s.b, coalesce(r.until, s.b)) AS b, r.schedule
FROM spans s LEFT JOIN rule r
  ON r.ticket_id = s.ticket_id AND (r.until IS NULL OR r.until > s.a) AND (r.since IS NULL OR r.since < s.b OR r.since <= s.a)
WHERE s.a IS NOT NULL AND s.b IS NOT NULL"""
    rows = con.execute(query).fetchnumpy()
    starts, ends = (_instants(rows[c]) for c in ("a", "b"))
    schedules = None
    if "schedule" in rows:
        schedules = np.array(np.ma.getdata(rows["schedule"]), dtype=object)
        schedules[np.ma.getmaskarray(rows["schedule"])] = None
    seconds = calendar.seconds_between(starts, ends, schedules)
    spans = np.asarray(rows["span"], dtype=np.int64)
    if changes and len(spans):
        order = np.argsort(spans, kind="stable")
        spans, first = np.unique(spans[order], return_index=True)
        seconds = np.add.reduceat(seconds[order], first)
    con.register("worked", pa.table({"span": spans, "business_seconds": pa.array(seconds, from_pandas=True)}))


def _instants(values: Any) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """A DuckDB timestamp column as datetime64[us]; masked (null) entries are NaT."""
    plain = np.ma.getdata(values).astype("datetime64[us]")
    mask = np.ma.getmaskarray(values)
    if mask.any():
        plain = plain.copy()
        plain[mask] = np.datetime64("NaT")
    return plain


def _findings(con: Any) -> None:
    """`findings`: what is odd, how many tickets, up to three examples, and the metrics it harms."""
    con.execute("CREATE TABLE findings (name VARCHAR, tickets BIGINT, examples VARCHAR[], sentence VARCHAR, metrics VARCHAR[])")
    for name, sentence, metrics, query in others.FINDINGS:
        con.execute(
            f"INSERT INTO findings SELECT ?, count(*), (list(ticket_id ORDER BY ticket_id))[:3], ?, ? FROM ({query}) HAVING count(*) > 0",
            [name, sentence, metrics.split()],
        )
