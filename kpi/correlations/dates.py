"""The dates a link needs: four weeks say next to nothing about what goes with what, so more of the past is looked at."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from kpi.engine import Dataset
from kpi.scope import Scope

WEEKS = {"tickets": 104, "periods": 106, "agents": 52}
"""Links need more than four weeks: at least so many are looked at, up to the end of the dates asked for."""


def widened(scope: Scope, data: Dataset, unit: str) -> Scope:
    """The scope with the dates its unit needs: never fewer days than asked for, up to the same end, all there are where none are asked for."""
    bare = scope.but(by="all", split=(), compare=None)
    if "tickets.created_at" not in data.filled:
        return bare
    low, high = (_local(instant, scope.zone) for instant in (data.first, data.newest))
    end = min(scope.end or high, high)
    wanted = end - dt.timedelta(weeks=WEEKS[unit]) + dt.timedelta(days=1)
    start = low if scope.start is None else max(low, min(wanted, scope.start))
    return bare.but(start=min(start, end), end=end)


def _local(instant: dt.datetime, zone: str) -> dt.date:
    return instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
