"""The parts of a result's sentence: what a number stands on, its period, and notes with column names put in words."""

from __future__ import annotations

import re
from typing import Any

from kpi import units
from kpi.forms import Choice, Difference, Nps, Ratio, Share, Total
from kpi.forms.shares import FEW
from kpi.metric import PARAMS, Ask, Metric
from kpi.scope import Scope
from kpi.tables import TABLES

SPOKEN = {"median": "median", "mean": "mean", "p75": "75th percentile", "p90": "90th percentile", "p95": "95th percentile"}
"""Statistic -> how a sentence says it."""
_MONTHS = "January February March April May June July August September October November December".split()
_COLUMN = re.compile(r"\b([a-z_]+)\.([a-z_]+)\b")
_KINDS = {"csat": "CSAT answers", "nps": "NPS answers", "ces": "customer effort answers", "invitations": "survey invitations"}


def behind(metric: Metric, row: Any, ask: Ask, currency: str | None = None) -> str:
    """What a number stands on: "2,012 of 2,412" for a share, "n = 2,412" for a statistic, the two sums of a ratio; "" for a count."""
    form = metric.form
    while isinstance(form, Choice):
        form = form.taken(ask)
    top, bottom = row["top"], row["bottom"]
    if isinstance(form, Total):
        return ""
    if isinstance(form, Share):
        return f"{units.say(top, 'count')} of {units.say(bottom, 'count')}"
    if isinstance(form, Difference):
        return f"{units.say(top, 'count')} − {units.say(bottom, 'count')}"
    if isinstance(form, Ratio):
        over = units.say(top, form.over.unit, currency, days=False)
        scaled = f"{form.scale:g} × " if form.scale not in (1, 100) else ""
        return f"{scaled}{over} ÷ {units.say(bottom, form.under.unit, currency, days=False)}"
    return f"n = {units.say(row['n'], 'count')}"


def too_few(metric: Metric, row: Any, ask: Ask) -> str:
    """What stands instead of a score from too few answers: "7 of 8" for a share of fewer than 10, "too few" for an NPS of fewer than 30; else ""."""
    form = metric.form
    while isinstance(form, Choice):
        form = form.taken(ask)
    if isinstance(form, Share) and 0 < (row["bottom"] or 0) < FEW["share"]:
        return behind(metric, row, ask)
    return "too few" if isinstance(form, Nps) and 0 < (row["n"] or 0) < FEW["nps"] else ""


def name_of(metric: Metric, row: Any, scope: Scope) -> str:
    """What the number is: "First reply, median, business hours, March 2024, email"."""
    ask = scope.ask
    days = not (ask.clock == "business" and "clock" in metric.params)
    has_limit = metric.name in PARAMS and PARAMS[metric.name].kind == "duration"
    parts = [
        metric.label,
        *(SPOKEN[note] for note in row["notes"] if note in SPOKEN),
        f"within {units.say(ask.seconds(metric.name), 's', days=days)}" if has_limit else "",
        f"{ask.clock} hours" if "clock" in metric.params else "",
        when(str(row["period"]), scope.by),
        *(in_a_line(str(row[column])) for column in scope.split),
    ]
    return ", ".join(part for part in parts if part)


def when(period: str, by: str) -> str:
    """A period as one says it: "week of 4 Mar 2024", "4 Mar 2024", "March 2024", "Q1 2024"."""
    if by == "all" or period == "all":
        return ""
    year, month = period[:4], int(period[5:7])
    spoken = {"month": f"{_MONTHS[month - 1]} {year}", "quarter": f"Q{(month + 2) // 3} {year}", "year": year}
    day = f"{int(period[8:10])} {_MONTHS[month - 1][:3]} {year}"
    return spoken.get(by, f"week of {day}" if by == "week" else day)


def listed(period: str, by: str) -> str:
    """A period as a column of a table holds it, so that sorting by it gives the order of time: "2024-03-04", "2024-03", "2024 Q1"."""
    if by == "all" or period == "all":
        return ""
    if by == "quarter":
        return f"{period[:4]} Q{(int(period[5:7]) + 2) // 3}"
    return period[: {"month": 7, "year": 4}.get(by, 10)]


def with_words(note: str) -> str:
    """A note with the columns it names in words beside their names."""
    return _COLUMN.sub(lambda found: _column(found[0], found[1], found[2]), note)


def _column(name: str, table: str, column: str) -> str:
    if table == "surveys" and column in _KINDS:
        return _KINDS[column]
    if table == "changes" and column not in TABLES["changes"].by_name:
        return f"changes of {column}"
    known = TABLES[table].by_name.get(column) if table in TABLES else None
    return f"{name} ({known.about[0].lower()}{known.about[1:].rstrip('.')})" if known else name


def in_a_line(text: str) -> str:
    """A value from a file inside a sentence: no line break, and no code a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
