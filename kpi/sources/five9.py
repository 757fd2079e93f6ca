"""Five9's call log. A call is a ticket of the channel phone; handle time is talk, hold and after-call work together.

Several legs of a call share its id: the last one counts, and the repetition is said. `[None]` is nobody, an empty `ABANDONED` is no.
"""

from __future__ import annotations

from kpi.cells import constant, duration, flag, identifier, instant, number, text, total
from kpi.sources._source import Source

_NOBODY = ("[None]", "[Deleted]")


SOURCE = Source(
    name="five9",
    label="Five9 (call log)",
    fills="tickets",
    signs=(("CALL ID", "QUEUE WAIT TIME"), ("CALL ID", "AFTER CALL WORK TIME", "CAMPAIGN")),
    columns={
        "ticket_id": identifier("CALL ID"),
        "created_at": instant("TIMESTAMP"),
        "channel": constant("phone"),
        "type": text("CALL TYPE"),
        "topic": text("DISPOSITION"),
        "team": text("CAMPAIGN", missing=_NOBODY),
        "agent": text("AGENT NAME", "AGENT", missing=_NOBODY),
        "requester": identifier("ANI"),
        "queue_seconds": duration("QUEUE WAIT TIME", unit="seconds", clock="m:ss"),
        "handle_seconds": total(
            duration("TALK TIME", unit="seconds", clock="m:ss"),
            duration("HOLD TIME", unit="seconds", clock="m:ss"),
            duration("AFTER CALL WORK TIME", unit="seconds", clock="m:ss"),
        ),
        "is_abandoned": flag("ABANDONED", marks=True),
        "cost": number("COST"),
    },
    skip=("AGENT", "CUSTOMER NAME", "DNIS", "RECORDINGS", "CALL TIME", "BILL TIME (ROUNDED)", "IVR TIME", "RING TIME", "PARK TIME"),
)
