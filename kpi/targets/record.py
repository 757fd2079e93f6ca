"""A judgement as plain data, for the command line and for HTTP; unknown is None."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kpi.targets.judgement import Judgement, Pace


def described(told: Judgement) -> dict[str, Any]:
    """Everything a judgement says. Values are in the metric's unit, paces per month (per cent of times), `chance` from 0 to 1 in tens."""
    target = told.target
    return {
        "name": target.title(),
        "metric": target.metric,
        "where": {column: list(values) for column, values in target.where},
        "unit": target.declared.unit,
        "owner": target.owner,
        "status": told.status,
        "is_missed": told.is_missed,
        "reason": told.reason,
        "better": told.better,
        "begin": _plain(told.begin),
        "begin_low": _plain(told.baseline.low) if target.begin is None else None,
        "begin_high": _plain(told.baseline.high) if target.begin is None else None,
        "goal": _plain(told.goal),
        "start": target.start.isoformat(),
        "deadline": target.due.isoformat(),
        "from": told.current.first.isoformat() if told.current.first else None,
        "to": told.current.last.isoformat() if told.current.last else None,
        "value": _plain(told.current.value),
        "low": _plain(told.current.low),
        "high": _plain(told.current.high),
        "n": _plain(told.current.n),
        "asked": _plain(told.asked),
        "pace_needed": _pace(told.needed),
        "pace": _pace(told.pace),
        "chance": _plain(told.outlook.chance),
        "chance_word": told.outlook.word,
        "smallest_change": _plain(told.smallest.amount) if told.smallest else None,
        "counters": [
            {"metric": c.metric.name, "is_worse": c.is_worse, "change": _plain(c.change), "low": _plain(c.low), "high": _plain(c.high), "reason": c.reason}
            for c in told.balance
        ],
        "text": told.text,
    }  # fmt: skip


def _pace(given: Pace | None) -> Mapping[str, Any] | None:
    return None if given is None else {"value": _plain(given.value), "low": _plain(given.low), "high": _plain(given.high)}


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
