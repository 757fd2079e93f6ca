"""Can the data be trusted? One sentence, from what was read and what is odd about it."""

from __future__ import annotations

from collections.abc import Sequence

from kpi import units
from kpi.engine import Dataset
from kpi.quality.files import rows_of
from kpi.quality.model import KEPT, Effect, Finding

FEW, SOME = 1.0, 10.0
"""Per cent of the tickets with something odd that reaches a number: below the first the answer is yes, below the second mostly."""


def verdict(data: Dataset, found: Sequence[Finding], touched: int) -> str:
    """The answer in one sentence. `touched` counts the tickets with something odd that reaches a number (see `kpi.quality.touched`)."""
    report, tickets = data.report, data.rows.get("tickets", 0)
    if not any(data.rows.values()):
        return "No: not one row could be read."
    if report is not None and report.questions:
        columns = len({question.header for question in report.questions})
        return f"Not yet: {columns} column{'s' * (columns != 1)} of dates cannot be read before you say whether day or month comes first."
    if tickets and "tickets.created_at" not in data.filled:
        return "Only in part: no ticket says when it was created, so no reply, resolution or waiting time can be told."
    lost = sum(file.rejected for file in report.files) if report is not None else 0
    whole = sum(rows_of(file) for file in report.files) if report is not None else 0
    share = max(100 * touched / tickets if tickets else 0.0, 100 * lost / whole if whole else 0.0)
    if touched:
        why = f"{_of(touched, tickets, 'ticket')} {'has' if touched == 1 else 'have'} something odd that reaches a number"
        why += f", and {_count(lost, 'row was', 'rows were')} left out" if lost else ""
    elif lost:
        why = f"{_of(lost, whole, 'row')} {'was' if lost == 1 else 'were'} left out"
    elif any(finding.kind == "cells" for finding in found):
        cells = sum(finding.rows for finding in found if finding.kind == "cells")
        why = f"every row was read, and {_count(cells, 'cell was', 'cells were')} not"
    else:
        why = "every row and every cell was read" + _rest(found)
    answer = "Yes" if not (touched or lost) else "Yes, nearly all" if share < FEW else "Mostly" if share < SOME else "With care"
    return f"{answer}: {why}."


def _rest(found: Sequence[Finding]) -> str:
    """What is to be said where nothing odd reaches a number."""
    by_rule = sum(finding.tickets for finding in found if finding.kind == "left_out")
    if by_rule:
        return f"; {_count(by_rule, 'ticket is', 'tickets are')} left out by rule (deleted, spam or merged)"
    return "; what is odd reaches no number" if found else ", and nothing about them is odd"


def _of(part: int, whole: int, noun: str) -> str:
    share = units.say(100 * part / whole, "%")
    return f"{part:,} of {whole:,} {noun}{'s' * (whole != 1)} ({share})"


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _weight(effect: Effect) -> float:
    """How far a metric moves, in widths of its own interval; those without one come after, by their relative change."""
    moved, width = abs(effect.difference or 0.0), (effect.high or 0.0) - (effect.low or 0.0)
    return moved / width if width > 0 else 1e-9 * moved / max(abs(effect.now or 0.0), 1e-9)


def said(finding: Finding, measured: Sequence[Effect]) -> str:
    """The size of a finding's effect in one sentence: the largest that is beyond the metric's own uncertainty, else the largest there is."""
    moved = [effect for effect in measured if effect.difference]
    if not measured:
        return "None of its metrics can be measured over these dates."
    if not moved:
        return "It moves none of these numbers."
    beyond = [effect for effect in moved if effect.is_beyond]
    first = max(beyond or moved, key=_weight)
    change = units.say_change(first.difference, first.unit, first.currency or None)
    way = "Kept, they" if finding.other == KEPT else "Left out, they"
    sure = {True: ", more than its own uncertainty", False: ", less than its own uncertainty", None: ""}[first.is_beyond]
    also = f"; {len(beyond) - 1} more {'moves' if len(beyond) == 2 else 'move'} that much" if len(beyond) > 1 else ""
    return f"{way} would move {first.label} by {change}{sure}{also}."
