# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Zendesk satisfaction ratings (from the API): a row for each state of a rating, so one that was offered and then given has two.

The states of a ticket's rating become one: the newest answer, else the offer; it was sent when the first offer was created, and given when
the answer last changed. What was never offered is no survey.
"""

from __future__ import annotations

from dataclasses import replace

from kpi.cells import Connection, flag, ident, identifier, instant, text, when
from kpi.files import RawTable
from kpi.sources._reshape import cell, shaped
from kpi.sources._source import Source
from kpi.sources.zendesk import ANSWERED, rating


def _one_for_each_ticket(con: Connection, raw: RawTable) -> RawTable:
    """One row for each ticket: the newest answer, else the newest offer, and when it was first offered."""
    columns = ", ".join(ident(h.column) for h in raw.headers)
    score, created = f"lower({cell(raw, 'score')})", cell(raw, "created_at")
    ticket = f"coalesce({cell(raw, 'ticket_id')}, 'row ' || _row)"
    given = ", ".join(f"'{word}'" for word, is_answer in ANSWERED.items() if is_answer)  # words of our own
    newest = f"{score} IN ({given}) DESC NULLS LAST, {score} = 'offered' DESC NULLS LAST, {cell(raw, 'updated_at', 'created_at')} DESC, _row DESC"
    query = (
        f"SELECT _row, {columns}, min({created}) FILTER ({score} = 'offered') OVER (PARTITION BY {ticket}) FROM {ident(raw.table)} "
        f"QUALIFY row_number() OVER (PARTITION BY {ticket} ORDER BY {newest}) = 1 ORDER BY _row"
    )
    made = shaped(con, raw, [*(h.raw for h in raw.headers), "Offered"], query)
    earlier = raw.rows - made.rows
    doubt = (f"{raw.file}: {earlier:,} rows are earlier states of a rating; the newest answer of each ticket counts.",) if earlier else ()
    return replace(made, doubts=(*made.doubts, *doubt))


_PART = rating(
    "score",
    ticket_id=identifier("ticket_id"),
    requester=identifier("requester_id"),
    comment=text("comment"),
    offered_at=instant("Offered"),
    answered_at=when(instant("updated_at", "created_at"), flag("score", words=ANSWERED)),
    agent=identifier("assignee.name", "assignee_id"),
    team=identifier("group.name", "group_id"),
)

SOURCE = Source(
    name="zendesk_ratings",
    label="Zendesk (satisfaction ratings)",
    tool="zendesk",
    fills="surveys",
    signs=(("ticket_id", "score", "assignee_id", "requester_id", "created_at"),),
    utc=True,
    reshape=_one_for_each_ticket,
    columns=_PART.columns,
    keep=_PART.keep,
    drops="no rating was offered",
)
