"""An example target, made from the visitor's own data: one that many teams set, started so long ago that there is something to see."""

from __future__ import annotations

import datetime as dt

from kpi import Scope, metrics
from kpi.errors import KpiError
from kpi.targets import Judgement, Target, change, check
from pages.parts import asked_dates, target_judged
from pages.parts.mine import Mine

FIRST = (
    ("full_resolution_time", "-5 %", "mean"),
    ("first_reply_time", "-10 %", None),
    ("csat", "+2 pts", None),
    ("backlog", "-10 %", None),
)
"""Tried in this order: the data decide."""
SINCE, FEWEST = 17, 12
"""Started so many weeks ago, where there are weeks enough before; at least so many known weeks are needed in all."""


def of(mine: Mine, scope: Scope) -> Judgement | None:
    """The first example that can be judged; None where no number has weeks enough."""
    lacks = mine.dataset.lacking(scope.ask)
    for metric, wanted, statistic in FIRST:
        if lacks[metric]:
            continue
        try:
            told = target_judged.of(mine, _made(mine, scope, metric, wanted, statistic), scope)
        except KpiError:
            continue
        if told.current.weeks and len(told.series) >= FEWEST:
            return told
    return None


def _made(mine: Mine, scope: Scope, metric: str, wanted: str, statistic: str | None) -> Target:
    low = asked_dates.reach(mine, scope.zone)[0]
    newest = asked_dates.newest(mine, scope.zone)
    monday = newest - dt.timedelta(days=newest.weekday())
    weeks = max(5, min(SINCE, (monday - low).days // 7 // 2))

    unit = metrics()[metric].unit
    return check(Target(metric, monday - dt.timedelta(weeks=weeks), "10 months", change=change(wanted, unit), statistic=statistic, name=""))
