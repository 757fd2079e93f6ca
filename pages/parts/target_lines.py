"""Targets where other pages show the same metric: the path as a line, the state as a chip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from kpi import Scope, units
from kpi.measure.compile import form_of
from kpi.targets import is_pooled
from pages.parts import target_judged
from pages.parts.asked_dates import one
from pages.parts.mine import Mine

COLUMNS = ("period", "value", "said")
MIDDLE = {"day": 0, "week": 3, "month": 14, "quarter": 45, "year": 182}
"""Grain -> days from the first date of a period to its middle."""
COLOURS = {"on track": "green", "reached": "green", "behind": "red", "missed": "red"}
"""Status -> the colour `st.badge` takes; all others are grey. Never without the word."""


def path(mine: Mine, metric: str, scope: Scope, periods: Sequence[dt.date]) -> pd.DataFrame:
    """Where a target says the metric should be in each of `periods` (their first dates): period (ISO date), value, said.

    Empty when no target fits the metric, the filters, the statistic, the clock and the thresholds of the scope, and for counts and
    stocks by anything but weeks: a path of weeks says nothing about months.
    """
    target = target_judged.fitting(mine, metric, scope)
    if target is None or scope.by not in MIDDLE or not (scope.by == "week" or is_pooled(form_of(metric, scope.ask))):
        return pd.DataFrame({name: [] for name in COLUMNS})
    told = target_judged.of(mine, target, scope, len(target_judged.kept(mine).targets))
    middles = [(period, period + dt.timedelta(days=MIDDLE[scope.by])) for period in periods]
    inside = [(period, middle) for period, middle in middles if target.start <= middle <= target.due]
    if told.path is None or not inside:
        return pd.DataFrame({name: [] for name in COLUMNS})
    values = told.path.at([middle for _, middle in inside])
    amounts = [units.say(float(v), target.declared.unit, told.currency or None, days=target.has_days) for v in values]
    said = [f"Target “{target.title()}”: {amount} by {one(middle)}" for amount, (_, middle) in zip(amounts, inside, strict=True)]
    return pd.DataFrame({"period": [period.isoformat() for period, _ in inside], "value": values, "said": said})


def chip(mine: Mine, metric: str, scope: Scope) -> tuple[str, str] | None:
    """("target: behind", "red"): the state of the target that fits, in words, and the colour `st.badge` takes; None without a target.

    The scope's dates do not matter: a target is judged by its own last weeks.
    """
    target = target_judged.fitting(mine, metric, scope)
    if target is None:
        return None
    status = target_judged.of(mine, target, scope, len(target_judged.kept(mine).targets)).status
    return f"target: {status}", COLOURS.get(status, "gray")
