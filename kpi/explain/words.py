"""A number's making in words: what is divided by what, which interval it has and why, and which switches were set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpi import units
from kpi.forms import Difference, Duration, Form, Mean, Nps, Ratio, Share, Spread, Total
from kpi.forms.durations import LONG_TAIL, OPEN_SHARE
from kpi.forms.shares import FEW
from kpi.measure.words import SPOKEN
from kpi.metric import CLOCKS, PARAMS, STATISTICS, Ask, Metric
from kpi.scope import Scope

KAPLAN_MEIER = "Kaplan-Meier"
ROWS = {
    "tickets": ("ticket", "tickets"),
    "replies": ("reply", "replies"),
    "open_spans": ("open ticket", "open tickets"),
    "solved_spans": ("solved ticket", "solved tickets"),
    "surveys": ("survey row", "survey rows"),
    "quality_reviews": ("review", "reviews"),
    "agent_time": ("interval of agent time", "intervals of agent time"),
    "cost_days": ("cost line of a day", "cost lines of a day"),
    "customers": ("customer", "customers"),
}
"""Measured table -> what one row is, and many."""


@dataclass(frozen=True)
class Part:
    """One of the sums a value is made of: `role` ("numerator"), `words` (what it is), `amount` in its `unit` (nan when unknown)."""

    role: str
    words: str
    amount: float
    unit: str


def rows_said(table: str, number: float) -> str:
    """ "1 ticket", "2,412 survey rows"."""
    one, many = ROWS[table]
    return f"{units.say(number, 'count')} {one if number == 1 else many}"


def parts_of(metric: Metric, form: Form, ask: Ask, row: Mapping[str, Any]) -> tuple[Part, ...]:
    """The sums behind a value, in words taken from the metric's own formula."""
    top, bottom = (math.nan if row[c] is None else float(row[c]) for c in ("top", "bottom"))
    if isinstance(form, Difference):
        plus, _, minus = metric.formula.partition(" − ")
        return Part("first", plus, top, "count"), Part("less", minus, bottom, "count")
    if isinstance(form, Total):
        return (Part("count", metric.formula, top, "count"),)
    if isinstance(form, Spread) or (isinstance(form, Duration) and statistic_of(form, ask) != "mean"):
        what = "durations and ages of open tickets" if any(KAPLAN_MEIER in note for note in row.get("notes", ())) else "durations"
        n = math.nan if row.get("n") is None else float(row["n"])
        return (Part("values", f"{what}, of which the {SPOKEN[statistic_of(form, ask)]} is taken", n, "count"),)
    over, under, unit, under_unit = *_sides(metric.formula), "count", "count"
    if isinstance(form, Ratio):
        under = under.removesuffix(f" ÷ {form.scale:g}") if form.scale != 1 else under
        unit, under_unit = form.over.unit, form.under.unit
    elif isinstance(form, Mean | Duration):
        over, under, unit = ("sum of the values", "rows with a value", metric.unit)
        over, under = ("sum of the durations", "durations") if isinstance(form, Duration) else (over, under)
    return Part("numerator", over, top, unit), Part("denominator", under, bottom, under_unit)


def equation(metric: Metric, form: Form, ask: Ask, row: Mapping[str, Any], currency: str | None) -> str:
    """The arithmetic as one can redo it: "100 × 2,012 ÷ 2,412 = 83.4 %"; for a percentile what is taken of how many."""
    if row["value"] is None:
        return ""
    parts = parts_of(metric, form, ask, row)
    value = units.say(row["value"], metric.unit, currency, n=None if isinstance(form, Ratio) else row["n"])
    said = [units.say(part.amount, part.unit, currency, days=False) for part in parts]
    if isinstance(form, Duration | Spread) and len(parts) == 1:
        if any(KAPLAN_MEIER in note for note in row["notes"]):
            return f"{value} is the time by which {_share_of(form, ask)} of them were finished, open ones counted with their age"
        return f"{value} is the {SPOKEN[statistic_of(form, ask)]} of {said[0]} durations"
    if len(parts) == 1:
        return f"{value} counted"
    if isinstance(form, Difference):
        return f"{said[0]} − {said[1]} = {value}"
    scale = form.scale if isinstance(form, Ratio) else 100 if isinstance(form, Share | Nps) else 1
    return f"{f'{scale:g} × ' if scale != 1 else ''}{said[0]} ÷ {said[1]} = {value}"


def interval_of(form: Form, ask: Ask, row: Mapping[str, Any]) -> str:
    """How the interval is made and after whom, or why there is none."""
    known = row["low"] is not None or row["high"] is not None
    if row["value"] is None and not known:
        return "No value, so no interval."
    if isinstance(form, Duration):
        return _durations(form, ask, row, known)
    made, missing = _METHODS.get(type(form), ("", _COUNTED))
    if isinstance(form, Share) and ask.choice("cluster") == "agent":
        enough = (row["n"] or 0) >= FEW["share"]
        made = f"{made.rstrip('.')}, widened for answers that hang together by agent (Kish 1965)."
        missing = "No interval: fewer than 5 agents to tell how much agents differ." if enough else missing
    return made if known and made else missing


_COUNTED = "No interval: every row of these dates was counted, so there is no sampling error."
_METHODS: dict[type, tuple[str, str]] = {
    Share: ("95 % Wilson score interval (Wilson 1927).", f"No interval below {FEW['share']} rows."),
    Nps: (
        "95 % adjusted Wald interval: 3/4 of a promoter and of a detractor are added (Rocks 2016).",
        f"No interval below {FEW['nps']} answers.",
    ),
    Mean: ("95 % t interval of the mean (Student 1908).", "No interval: one row says nothing about spread."),
}
"""Form -> how its interval is made, and what is said where it has none."""


def _durations(form: Form, ask: Ask, row: Mapping[str, Any], known: bool) -> str:
    statistic = statistic_of(form, ask)
    if statistic == "mean":
        careful = f" Below {LONG_TAIL} durations it is likely too narrow." if 0 < (row["n"] or 0) < LONG_TAIL else ""
        return f"95 % t interval of the mean (Student 1908).{careful}" if known else "No interval: too few durations."
    if any(KAPLAN_MEIER in note for note in row["notes"]):
        return "95 % interval of the Kaplan-Meier curve (Kaplan and Meier 1958, log-log band of Kalbfleisch and Prentice)."
    if not known:
        return f"No interval: too few durations for the {SPOKEN[statistic]}."
    return "95 % interval by order statistics: two of the sorted durations bound it (David and Nagaraja 2003, 7.1)."


def change_of(row: Mapping[str, Any], unit: str) -> str:
    """How the interval of a change is made."""
    if row.get("change") is None:
        return ""
    if row.get("change_low") is None:
        return "The change has no interval, so nobody can say whether it is more than noise."
    counted = " Counts get exact Poisson limits (Garwood 1936)." if unit == "count" else ""
    return f"The interval of the change is made from both intervals (Newcombe 1998; Zou and Donner 2008).{counted}"


def switches(metric: Metric, form: Form, scope: Scope) -> tuple[tuple[str, str], ...]:
    """What was chosen: clock, statistic, variant, thresholds, and whose time decides the period."""
    ask = scope.ask
    found = [("Period decided by", metric.by)]
    if "clock" in metric.params:
        stated = "" if ask.clock == "calendar" else f" of {scope.calendar.default}" if scope.calendar else ", as the export states them"
        found.append(("Clock", CLOCKS[ask.clock] + stated))
    if isinstance(form, Duration | Spread):
        own = "" if ask.statistic else ", the metric's own"
        found.append(("Statistic", SPOKEN[statistic_of(form, ask)] + own))
    if isinstance(form, Share):
        found.append(("Widened by", PARAMS["cluster"].choices[ask.choice("cluster")]))
    for name in dict.fromkeys([*(p for p in metric.params if p in PARAMS), "statuses"]):
        param = PARAMS[name]
        said = units.say(ask.seconds(name), "s") if param.kind == "duration" else param.choices[ask.choice(name)]
        code = f"{ask.choice(name)}: " if name == "first_contact_resolution" else ""
        found.append((_NAMES.get(name, name), code + said))
    return tuple(pair for pair in found if pair != ("Widened by", PARAMS["cluster"].choices["none"]))


_NAMES = {
    "first_reply_within": "In time means within",
    "resolved_within": "In time means within",
    "service_level": "In time means within",
    "short_abandon": "Leaving at once means within",
    "next_issue_avoidance": "Another ticket counts within",
    "fcr_window": "A reopening counts within",
    "first_contact_resolution": "Variant",
    "clocks": "Open tickets",
    "cohort": "Which tickets",
    "statuses": "Statuses",
}


def statistic_of(form: Form, ask: Ask) -> str:
    """The statistic of a duration: the one asked for, else the metric's own."""
    return str(ask.statistic or getattr(form, "statistic", "median"))


def _share_of(form: Form, ask: Ask) -> str:
    return f"{100 * float(STATISTICS[statistic_of(form, ask)] or 0.5):g} %"


def _sides(formula: str) -> tuple[str, str]:
    """ "100 × (a − b) ÷ c" -> ("a − b", "c"): what stands before and after the first division outside brackets."""
    depth = 0
    for i, letter in enumerate(formula):
        depth += (letter in "([") - (letter in ")]")
        if letter == "÷" and depth == 0:
            return _bare(formula[:i].strip().removeprefix("100 × ")), _bare(formula[i + 1 :].strip())
    return formula, ""


def _bare(text: str) -> str:
    """Without the brackets that hold the whole of it."""
    return text[1:-1] if text.startswith("(") and text.find(")") == len(text) - 1 else text


CENSORED = (
    "Open tickets count with their age so far (Kaplan-Meier), because more than "
    f"{100 * OPEN_SHARE:g} % are open. They have no duration yet, so the list and the file of rows behind the number do not hold them."
)
