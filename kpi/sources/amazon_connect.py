# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Amazon Connect contact records: JSON objects one a line, or run together as a stream delivers them. Seconds, UTC.

A contact that came in, was queued and met no agent was abandoned. Handle time is interaction, hold and after-contact work. A transfer is
a contact of its own. The end of a contact is not its solution, so none is read.
"""

from __future__ import annotations

from kpi.cells import Connection, flag, ident, identifier, instant, seconds, text, total
from kpi.files import RawTable
from kpi.sources._reshape import cell, shaped
from kpi.sources._source import Source


def _with_abandoned(con: Connection, raw: RawTable) -> RawTable:
    """The same rows, and beside them whether the contact was abandoned."""
    agent, queue = (f"coalesce({', '.join(cell(raw, *names[i : i + 1]) for i in range(len(names)))})" for names in (_AGENT, _QUEUE))
    abandoned = f"CASE WHEN {agent} IS NOT NULL THEN 'no' WHEN {queue} IS NOT NULL AND upper({cell(raw, 'InitiationMethod')}) = 'INBOUND' THEN 'yes' END"
    columns = ", ".join(ident(h.column) for h in raw.headers)
    query = f"SELECT _row, {columns}, {abandoned} FROM {ident(raw.table)}"
    return shaped(con, raw, [*(h.raw for h in raw.headers), "Abandoned"], query)


_AGENT = ("Agent.Username", "Agent.ConnectedToAgentTimestamp", "Agent.ARN")
_QUEUE = ("Queue.Name", "Queue.EnqueueTimestamp", "Queue.ARN")

SOURCE = Source(
    name="amazon_connect",
    label="Amazon Connect (contact records)",
    fills="tickets",
    confidence="medium",
    signs=(("ContactId", "InitiationMethod"), ("ContactId", "InitiationTimestamp")),
    utc=True,
    reshape=_with_abandoned,
    columns={
        "ticket_id": identifier("ContactId"),
        "created_at": instant("InitiationTimestamp"),
        "first_reply_at": instant("Agent.ConnectedToAgentTimestamp"),
        "channel": text("Channel"),
        "type": text("InitiationMethod"),
        "team": text("Queue.Name"),
        "agent": text("Agent.Username"),
        "requester": identifier("CustomerEndpoint.Address"),
        "queue_seconds": seconds("Queue.Duration"),
        "handle_seconds": total(
            seconds("Agent.AgentInteractionDuration"), seconds("Agent.CustomerHoldDuration"), seconds("Agent.AfterContactWorkDuration")
        ),
        "is_abandoned": flag("Abandoned"),
    },
    skip=(
        "DisconnectTimestamp", "NextContactId", "PreviousContactId", "InitialContactId", "Queue.ARN", "Agent.ARN", "Attributes", "Agent.LongestHoldDuration",
        "Agent.NumberOfHolds", "InstanceARN", "AWSAccountId", "CustomerEndpoint.Type",
    ),
)  # fmt: skip
