"""Why a row does not count, in words: what the metric's own declaration says of it, told row by row."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr import operations

from kpi.forms import Difference, Duration, Form, Mean, Nps, Ratio, Share, Total
from kpi.metric import Ask, Metric
from kpi.tables import TICKETS

UNCOUNTED = "deleted, spam or merged"
UNKNOWN = "not known"
RUNNING = "still open"
FOREIGN = "does not belong to this metric"

_STATES = {
    "is_solved": ("not solved", "not known whether solved"),
    "is_answered": ("not answered yet", "not known whether answered"),
    "handle_seconds": ("", "no handling time recorded"),
    "queue_time_seconds": ("", "no wait in a queue recorded"),
    "is_abandoned": ("", "no call or chat that could be abandoned"),
    "first_solved_at": ("", "never solved, or not known when"),
    "solved_at": ("", "not solved, or not known when"),
    "closed_at": ("", "not closed"),
    "first_reply_seconds": ("", "no reply, or not known when"),
    "full_resolution_seconds": ("", "not solved, or not known when"),
    "unassigned_seconds": ("", "never assigned, or not known when"),
    "requester": ("", "nobody knows who asked"),
    "agent": ("", "assigned to nobody"),
    "is_sla_met": ("", "no promise known, or not due yet"),
    "is_reply_sla_met": ("", "no reply promise recorded"),
    "is_first_contact_resolved": ("", "the help desk does not say"),
    "is_offered": ("", "no invitation known"),
    "review_score": ("", "no category was rated"),
    "handling_seconds": ("", "handling or available time not recorded"),
    "available_seconds": ("", "handling or available time not recorded"),
    "paid_seconds": ("", "paid time not recorded"),
    "amount": ("", "no amount recorded"),
}
"""Column a metric looks at -> what it means that it is false, and that it is empty ("" where that says nothing). Tried in this order."""
_ELSE = {
    "span_status": "in another status",
    "queue_seconds": "abandoned within the threshold",
    "is_abandoned": "abandoned",
    "first_solved_at": "solved too recently for the window to be over",
    "scale_high": "on a scale that does not fit",
}
"""Column a metric looks at -> what is wrong where none of its columns is empty or false."""


def part_of(form: Form, part: str) -> Form:
    """The total a ratio or difference divides or takes away by ("second"), or the form itself."""
    if isinstance(form, Ratio):
        return form.under if part == "second" else form.over
    if isinstance(form, Difference):
        return form.minus if part == "second" else form.plus
    return form


def whys(metric: Metric, form: Form, ask: Ask, rel: Any) -> list[tuple[Any, str]]:
    """(condition, words) in the order in which they are tried, over the rows of `form`'s own table that do not count."""
    kinds = [need.removeprefix("surveys.") for need in metric.needs if need in ("surveys.csat", "surveys.nps", "surveys.ces")]
    found: list[tuple[Any, str]] = []
    if "kind" in rel.columns and "is_valid" in rel.columns:
        found += [(rel.kind != kind, "another kind of survey") for kind in kinds[:1]]
        found += [] if not kinds else [
            (rel.score.isnull(), "not answered"),
            (~rel.is_valid.fill_null(False), "score outside its scale"),
            (~rel.is_latest.fill_null(False), "an older answer about the same ticket"),
        ]  # fmt: skip
    found += [(condition, _short(words)) for condition, words in _asides(form)]
    belongs = _belongs(form)
    if isinstance(form, Duration):
        found += _durations(form, ask, rel, belongs)
    elif belongs is not None:
        found.append((belongs & _value(form).isnull(), _unknown(form, rel)))
    if belongs is not None:
        found += _states(belongs, rel)
    return found


def _short(words: Any) -> str:
    text = words if isinstance(words, str) else words[1]
    return str(text).removesuffix(", left out").removesuffix(", not counted yet").removesuffix(", not counted")


def _asides(form: Form) -> list[tuple[Any, str]]:
    asides = dict(getattr(form, "asides", {}))
    if isinstance(form, Total) and form.unknown:
        asides["unknown"] = form.unknown
    return [(condition.fill_null(False), words) for condition, words in asides.values()]


def _belongs(form: Form) -> Any:
    """What makes a row the metric's business, whether or not its value is known; None where every row is."""
    if isinstance(form, Share):
        return form.of.fill_null(False)
    return form.where.fill_null(False) if isinstance(form, Mean | Nps | Duration | Total) else None


def _value(form: Form) -> Any:
    """What a row would contribute; the cast is a pair of brackets (see kpi.forms.shares)."""
    if isinstance(form, Share):
        return form.hit.cast("int32")
    if isinstance(form, Mean):
        return form.number
    return form.score if isinstance(form, Nps) else form.where.cast("int32")  # type: ignore[attr-defined]  # only forms with rows come here


def _unknown(form: Form, rel: Any) -> str:
    """What is not known of a row that belongs: the form's own words, else what its one column is about."""
    said = _short(getattr(form, "unknown", None) or UNKNOWN)
    looked_at = [c for c in _columns(_value(form)) if c in TICKETS.by_name or c in _STATES]
    if said != UNKNOWN or len(looked_at) != 1:
        return said
    (column,) = looked_at
    return _STATES[column][1] if column in _STATES else f"not known: {_about(column)}"


def _about(column: str) -> str:
    words = TICKETS.by_name[column].about.rstrip(".")
    return words[0].lower() + words[1:]


def _columns(expr: Any) -> list[str]:
    return list(dict.fromkeys(field.name for field in expr.op().find(operations.Field)))


def _durations(form: Duration, ask: Ask, rel: Any, belongs: Any) -> list[tuple[Any, str]]:
    """A clock that still runs, one that would have run backwards, and one whose end nobody wrote down."""
    seconds = form.behind(ask).value
    found = []
    if ask.choice("cohort") == "created" and form.running:
        found.append((~belongs & rel[f"{form.running}_seconds"].notnull(), RUNNING))
    unknown = belongs & seconds.isnull()
    end = form.at.get_name()
    if "created_at" in rel.columns and end in rel.columns and end != "created_at":
        found.append((unknown & (rel[end] < rel.created_at).fill_null(False), "would be negative: it ends before the creation"))
    if ask.clock == "business":
        found.append((unknown & rel[f"{form.base}_seconds"].notnull(), "working hours not known"))
    return [*found, (unknown, "ended, but not known when")]


def _states(belongs: Any, rel: Any) -> list[tuple[Any, str]]:
    """A row that does not belong lacks something the metric looks at: say what."""
    looked_at = [c for c in _columns(belongs) if c in rel.columns]
    found: list[tuple[Any, str]] = []
    for column, (when_false, when_empty) in _STATES.items():
        if column in looked_at:
            found += [(rel[column].isnull(), when_empty)] if when_empty else []
            found += [(~rel[column].fill_null(True), when_false)] if when_false else []
    for column in looked_at:
        if column in TICKETS.by_name and column not in _STATES and column.endswith("_seconds"):
            found.append((rel[column].isnull(), f"not known: {_about(column)}"))
    return [*found, *((rel[column].notnull(), words) for column, words in _ELSE.items() if column in looked_at)]


def first_of(pairs: list[tuple[Any, str]], other: str) -> Any:
    """The words of the first condition that holds, else `other`."""
    return ibis.cases(*((condition.fill_null(False), words) for condition, words in pairs), else_=other) if pairs else ibis.literal(other)
