"""Genesys Cloud interactions view. Durations are milliseconds or clocks, by a setting; a plain number is read as milliseconds, and said.

The end of a call is not its solution, so none is read. `Users` may hold several agents (`A; B`); they stay one text. The first three columns
say in every row whether the export is whole. Headers are in the language of the interface: a translated file goes to the mapping screen.
"""

from __future__ import annotations

from kpi.cells import Duration, constant, duration, either, flag, identifier, instant, text, total
from kpi.sources._source import Source


def _span(*names: str) -> Duration:
    return duration(*names, unit="milliseconds", clock="m:ss", assumed=True)


SOURCE = Source(
    name="genesys_cloud",
    label="Genesys Cloud (interactions)",
    fills="tickets",
    signs=(("Full Export Completed", "Conversation ID"), ("Partial Result Timestamp", "Conversation ID")),
    alarms=(
        (
            flag("Full Export Completed", words={"no": True, "yes": False}),
            "the export was cut off (“Full Export Completed” is NO in {n} rows), so interactions are missing. Export it again, in parts.",
        ),
    ),
    columns={
        "ticket_id": identifier("Conversation ID"),
        "created_at": instant("Date"),
        "channel": either(text("Media Type"), constant("phone")),
        "topic": text("Wrap-up"),
        "team": text("Queue"),
        "agent": text("Users"),
        "requester": identifier("ANI", "Remote"),
        "queue_seconds": _span("Total Queue"),
        "handle_seconds": either(_span("Total Handle"), total(_span("Total Talk"), _span("Total Hold"), _span("Total ACW"))),
        "is_abandoned": flag("Abandoned"),
    },
    skip=(
        "Full Export Completed",
        "Partial Result Timestamp",
        "Filters",
        "Remote",
        "DNIS",
        "End Date",
        "Duration",
        "Total Talk",
        "Total Hold",
        "Total ACW",
    ),
)
