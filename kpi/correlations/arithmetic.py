"""Which metrics are linked by arithmetic: they share a sum, a column or a part, so that they would move together in a company of dice.

Two unrelated figures over one denominator correlate at 0.8 and more (Pearson 1897), and a whole goes with its parts. Such pairs are marked
and never scored. Most links follow from the declarations (the parts and columns of two forms); what no declaration says stands in three short
lists below: which stretch of a ticket's life lies inside which, which columns say the same, and a handful of identities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import ibis.expr.operations as ops

from kpi.catalogue import find
from kpi.forms import Difference, Ratio, Spread, Total
from kpi.measure.compile import form_of
from kpi.measure.reasons import part_of
from kpi.metric import Ask

Piece = tuple[str, str]
"""(table, what): one thing a metric is made of; two metrics that share one are linked."""

INSIDE: dict[str, tuple[str, ...]] = {
    "queue": ("queue_time",),
    "queue_time": ("unassigned",),
    "unassigned": ("first_reply",),
    "first_reply": ("reply_wait",),
    "reply_wait": ("agent_work",),
    "agent_work": ("requester_wait",),
    "hold": ("requester_wait",),
    "requester_wait": ("first_resolution", "work_resolution"),
    "agent_wait": ("first_resolution",),
    "first_resolution": ("work_resolution", "full_resolution"),
    "work_resolution": ("full_resolution",),
}
"""Stretches of a ticket's life (`<base>_seconds`) and the next longer ones they lie inside; what lies inside those follows."""

SAME: dict[str, tuple[str, ...]] = {
    "is_sla_met": ("full_resolution", "is_solved"),  # solved by the time it was due
    "is_reply_sla_met": ("first_reply",),
    "is_answered": ("agent_replies",),  # answered: at least one reply
    "first_reopened_at": ("reopens",),
    "resolutions": ("reopens",),
    "closes": ("reopens",),
    "is_first_contact_resolved": ("agent_replies", "reopens"),
    "is_escalated": ("reassignments",),
    "next_created_at": ("count",),  # a next issue is one more ticket
    "unanswered": ("first_reply", "is_answered"),
    "age": ("full_resolution", "is_solved"),
}
"""Columns that say what other columns say."""
ANCHORS = frozenset({"first_solved_at", "until", "instant_epoch"})
"""Instants that only say when to look: sharing them makes no link."""

FLOW, STOCK = ("tickets", "count"), ("open tickets", "count")
"""Tickets that come, are solved or closed are one stream seen at three places; what it leaves behind is the backlog."""
COST = "cost per ticket = handle time × hourly cost ÷ (occupancy × utilisation) + other cost per ticket"
_COST, _HOURS = ("cost_per_ticket", "cost_per_resolution"), ("occupancy", "utilisation")
IDENTITIES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (_COST, ("handle_time", "tickets_per_agent_hour", *_HOURS), COST),
    (("tickets_per_agent_hour",), ("handle_time", *_HOURS), "tickets per agent hour = occupancy × utilisation ÷ handle time"),
    (("occupancy",), ("handle_time", "tickets_created", "tickets_solved"), "occupancy = tickets × handle time ÷ time ready"),
)
"""Equations that no declaration says: every metric of the first group with every one of the second."""


@dataclass(frozen=True)
class Link:
    """Why a pair is not scored: one sentence. `is_identity`: an equation of several metrics, which What if can work with."""

    text: str
    is_identity: bool = False


def linked(first: str, second: str, ask: Ask | None = None) -> Link | None:
    """How two metrics are linked by arithmetic, None where they are not. UnknownName for a metric that does not exist."""
    ask = ask or Ask()
    labels = find(first).label, find(second).label
    if first == second:
        return Link(f"{labels[0]} is compared with itself.")
    for left, right, equation in IDENTITIES:
        if (first in left and second in right) or (second in left and first in right):
            return Link(f"They are parts of one equation: {equation}.", is_identity=True)
    own, other = pieces(first, ask), pieces(second, ask)
    if (STOCK in own and FLOW in other) or (STOCK in other and FLOW in own):
        return Link("They are parts of one equation: backlog = backlog before + tickets created - tickets solved.", is_identity=True)
    shared = sorted(own & other)
    if shared:
        return Link(f"Both are made from the same {_words(shared[0])}.")
    for whole, part in ((0, 1), (1, 0)):
        names = (first, second)
        if _is_inside(pieces(names[part], ask), pieces(names[whole], ask)):
            return Link(f"{labels[part]} lies inside the time that {_lower(labels[whole])} is measured over: a whole moves with its parts.")
    return None


@lru_cache(maxsize=1000)
def pieces(name: str, ask: Ask) -> frozenset[Piece]:
    """What a metric's number is made of: columns of its values, and the counts and sums of a ratio or difference."""
    form = form_of(name, ask)
    if isinstance(form, Ratio | Difference):
        sides = (part_of(form, ""), part_of(form, "second"))
        return frozenset(piece for side in sides for piece in _of_total(side))
    if isinstance(form, Total):
        return frozenset(_of_total(form))
    behind = form.behind(ask)
    table = str(behind.rows.get_name())
    if isinstance(form, Spread):
        return frozenset((table, column) for column in _columns(behind.value))
    kinds = _kinds(behind.counted) or [""]
    plain = {same for column in _columns(behind.value) for same in _meanings(column)}
    return frozenset((f"{table} {kind}".strip(), column) for kind, column in product(kinds, plain))


def _of_total(total: Any) -> Iterable[Piece]:
    """A sum is told by its columns; a count by its table, the time that decides and what is counted apart."""
    table, edge = str(total.rows.get_name()), total.edge
    if total.amount is not None:
        return [(table, column) for column in _columns(total.amount)]
    counted = "" if total.distinct is None else f" of {total.distinct.get_name()}"
    if counted:
        return [(table, f"count{counted}")]
    if edge:
        return [STOCK if table == "open_spans_at" else FLOW if table == "solved_spans_at" else (table, "count")]
    return [FLOW if table == "tickets" else (table, "count")]


def _columns(expr: Any) -> set[str]:
    return {field.name for field in expr.op().find(ops.Field)} - ANCHORS


def _kinds(counted: Any) -> list[str]:
    """The kinds of answers a condition asks for: CSAT and customer effort use one column for different rows."""
    found = []
    for test in counted.op().find(ops.Equals):
        names = [side.name for side in (test.left, test.right) if isinstance(side, ops.Field)]
        found += [str(side.value) for side in (test.left, test.right) if isinstance(side, ops.Literal) and names == ["kind"]]
    return sorted(found)


def _meanings(column: str) -> set[str]:
    """A column without its unit and clock, and the columns that say the same."""
    base = column.removesuffix("_seconds").removesuffix("_business")
    return {base, *SAME.get(base, ())}


def _is_inside(parts: frozenset[Piece], wholes: frozenset[Piece]) -> bool:
    return any(whole in _around(part) for (_, part), (_, whole) in product(parts, wholes))


@lru_cache(maxsize=100)
def _around(part: str) -> frozenset[str]:
    """Every stretch that a stretch lies inside."""
    wider = INSIDE.get(part, ())
    return frozenset(wider).union(*(_around(one) for one in wider))


def _words(piece: Piece) -> str:
    table, what = piece
    known = {
        "position": "answers",
        "score": "answers",
        "amount": "cost",
        "queue": "waits in the queue",
        "span_ended_at": "customers who left",
        "reopens": "count of reopenings",
        "agent_replies": "count of replies",
        "is_answered_survey": "answers",
        "first_reply": "first reply times",
        "full_resolution": "resolution times",
        "is_abandoned": "calls and chats that were abandoned",
        "paid_seconds": "paid hours",
        "handling_seconds": "hours of handling",
        "available_seconds": "hours of agents",
    }
    if what == "count":
        return f"count of {table.removesuffix('_at')}"
    return known.get(what, what.replace("_", " "))


def _lower(label: str) -> str:
    """A label inside a sentence; what is written in capitals stays so."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
