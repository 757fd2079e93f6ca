"""One typical ticket behind a number, to be drawn: its value near the middle, and enough happened to it to show how it is counted."""

from __future__ import annotations

from kpi.engine import Dataset
from kpi.errors import KpiError
from kpi.measure.rows import judged
from kpi.scope import Scope

NEAR, EVENTS = 200, 4
WITHIN = 0.25
"""How many rows nearest to the middle are looked at, and how many events make a good example: one can be taken in at a glance, none shows
little. No row is further from the middle than a quarter of it: of a share none with the rarer answer."""


def example(name: str, scope: Scope, data: Dataset) -> str:
    """The id of a typical ticket behind a metric's number, "" where no ticket is behind it.

    Of the rows whose value is nearest to the median (of a share: the more common answer), the ticket with some replies and reopenings, but
    not many. The same data give the same ticket.
    """
    try:
        found = judged(name, scope, data)
    except KpiError:
        return ""
    if "ticket_id" not in data.columns(found.table):
        return ""
    frame = data.query(
        f"""WITH behind AS (SELECT ticket_id, value FROM ({found.behind}) WHERE ticket_id IS NOT NULL AND value IS NOT NULL),
near AS (
    SELECT ticket_id, value FROM behind, (SELECT quantile_disc(value, 0.5) AS middle FROM behind)
    WHERE abs(value - middle) <= {WITHIN} * abs(middle)
    ORDER BY abs(value - middle), ticket_id LIMIT {NEAR}
), known AS (
    SELECT n.ticket_id, coalesce(t.agent_replies, 0) + coalesce(t.requester_replies, 0) + 2 * coalesce(t.reopens, 0)
                        + coalesce(t.reassignments, 0) AS events
    FROM near n JOIN tickets t USING (ticket_id)
)
SELECT ticket_id FROM known ORDER BY abs(events - {EVENTS}), ticket_id LIMIT 1""",
        found.schema,
    )
    return "" if frame.empty else str(frame["ticket_id"].iloc[0])
