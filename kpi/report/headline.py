"""The finding on top of the Overview and of the digest: what changed most beyond noise, in one sentence, and what to make of it in the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from kpi import stats, units
from kpi.changes import by_days, periods
from kpi.engine import Dataset
from kpi.measure import Result
from kpi.report import dates as spoken
from kpi.report.tiles import name_of

MOST_NAMED = 4
ERROR = 0.05
"""The bold sentence is about the one of twenty numbers that moved most: it is bold only if it stands out after allowing for all the looks."""
COMPARE = "Nothing is compared here. Choose dates and what to compare them with, and this says what changed."


def finding(now: Result, *, has_dates: bool = True, doubted: Collection[str] = ()) -> tuple[str, str]:
    """A sentence and its caveat, both made of a Result. "Nothing changed beyond noise" is a finding too.

    `doubted` are the metrics that moved row by row, but by no more than whole days scatter by themselves (`kpi.changes.by_days`).
    """
    rows = [row for row in now.records() if row["value"] is not None]
    before = now.scope.before()
    judged = [row for row in rows if row.get("change") is not None and row["change_low"] is not None]
    if not rows:
        return "", ""
    if not before:
        return now.sentence(rows[0]), COMPARE if has_dates else "When tickets were created is not known, so that nothing can be compared."
    dates = spoken.said(before.start, before.end)
    if not judged:
        return now.sentence(rows[0]), f"There is too little in {dates} to say what changed."
    alone = _alone(now)
    changed = [row for row in alone if row["metric"] in moved(now, doubted)]
    if changed:
        return _said(now, changed[0]), _caveat(now, changed, [row for row in alone if row["metric"] not in doubted], len(judged), dates)
    many = units.say(len(judged), "count")
    if alone:
        return (
            "Nothing stands out beyond noise.",
            _doubts(now, alone, doubted, f"{many} numbers were compared, and chance alone makes about one in twenty look changed", dates),
        )
    return (
        "Nothing changed beyond noise.",
        f"None of {many} numbers moved further from {dates} than chance alone would move it; a change smaller than its interval cannot be seen.",
    )


def moved(now: Result, doubted: Collection[str] = ()) -> list[str]:
    """The metrics that changed beyond noise, all looks allowed for, the clearest first."""
    judged = [row for row in now.records() if row.get("change") is not None and row["change_low"] is not None]
    if not judged:
        return []
    change, low, high = ([row[c] for row in judged] for c in ("change", "change_low", "change_high"))
    chance = stats.false_discovery(stats.interval_p_value(change, low, high))
    clear = {row["metric"] for row, adjusted in zip(judged, chance, strict=True) if adjusted < ERROR}
    return [row["metric"] for row in _alone(now) if row["metric"] in clear and row["metric"] not in doubted]


def doubted_in(now: Result, data: Dataset) -> frozenset[str]:
    """The metrics whose change is beyond noise row by row, and is not by whole days."""
    alone = [row["metric"] for row in now.records() if row.get("is_beyond_noise")]
    pair = periods(now.scope)
    if not alone or pair is None:
        return frozenset()
    return frozenset(name for name, chance in by_days(alone, pair, data).items() if chance >= ERROR)


def _alone(now: Result) -> list[dict[str, Any]]:
    """The rows beyond noise by their own interval, the clearest first."""
    judged = [row for row in now.records() if row.get("change") is not None and row["change_low"] is not None]
    return sorted((row for row in judged if row["is_beyond_noise"]), key=lambda row: _strength(now, row), reverse=True)


def _said(now: Result, row: dict[str, Any]) -> str:
    """ "SLA attainment fell by 5.2 pts to 83.8 %: worse, and beyond noise." """
    metric, currency = now.metrics[row["metric"]], now.currency or None
    days = not (now.scope.clock == "business" and "clock" in metric.params)
    by = units.say_change(abs(row["change"]), metric.unit, currency, days=days).lstrip("+")
    to = units.say(row["value"], metric.unit, currency, days=days)
    rose = row["change"] > 0
    judged = "" if metric.better == "neither" else "better, and " if rose == (metric.better == "higher") else "worse, and "
    return f"{name_of(metric, row)} {'rose' if rose else 'fell'} by {by} to {to}: {judged}beyond noise."


def _caveat(now: Result, changed: Sequence[dict[str, Any]], alone: Sequence[dict[str, Any]], judged: int, dates: str) -> str:
    first, *others = changed
    metric = now.metrics[first["metric"]]
    days = not (now.scope.clock == "business" and "clock" in metric.params)
    limits = units.say_change_interval(first["change_low"], first["change_high"], metric.unit, now.currency or None, days=days)
    also = f" Also beyond noise: {_names(now, others)}." if others else ""
    doubtful = [row for row in alone if row not in changed]
    less = f" {_names(now, doubtful)} would be, looked at alone." if doubtful else ""
    looked = f" {judged} numbers were compared, and that is allowed for." if judged > 1 else ""
    return f"The change from {dates} lies between {limits.replace(' to ', ' and ')}.{also}{less}{looked}"


def _doubts(now: Result, alone: Sequence[dict[str, Any]], doubted: Collection[str], many: str, dates: str) -> str:
    """Why numbers that moved further than chance would move one are no finding."""
    restless = [row for row in alone if row["metric"] in doubted]
    rest = [row for row in alone if row["metric"] not in doubted]
    parts = []
    if restless:
        parts.append(f"Counted row by row, {_names(now, restless)} moved from {dates}, but whole days scatter as much by themselves.")
    if rest:
        parts.append(f"Looked at alone, {_names(now, rest)} moved further from {dates} than chance would move one number; but {many}.")
    return " ".join(parts)


def _names(now: Result, rows: Sequence[dict[str, Any]]) -> str:
    """ "CSAT, Reopen rate and 2 more"."""
    named = [name_of(now.metrics[row["metric"]], row) for row in rows]
    more = len(named) - MOST_NAMED
    last = f"{more} more" if more > 0 else named[min(len(named), MOST_NAMED) - 1]
    most = named[:MOST_NAMED] if more > 0 else named[:-1]
    return f"{', '.join(most)} and {last}" if most else last


def _strength(now: Result, row: dict[str, Any]) -> tuple[bool, float]:
    """Numbers with a good and a bad side first; then by how many half widths of its interval a change is from none."""
    width = row["change_high"] - row["change_low"]
    return now.metrics[row["metric"]].better != "neither", 2 * abs(row["change"]) / width if width > 0 else float("inf")
