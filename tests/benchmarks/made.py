"""Results put together by hand, to compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from kpi import Scope
from kpi.catalogue import find
from kpi.measure import Result
from kpi.stats import wilson


def result(name: str, rows: Sequence[dict[str, Any]], scope: Scope) -> Result:
    """A result of one metric; a row that says nothing about a column has nothing there."""
    blank = {"period": "all", "value": np.nan, "low": np.nan, "high": np.nan, "n": np.nan, "top": np.nan, "bottom": np.nan}
    frame = pd.DataFrame([{"metric": name, **blank, "unit": find(name).unit, "is_complete": True, "notes": (), **row} for row in rows])
    return Result(frame, {name: find(name)}, scope)


def share(good: int, answers: int, **more: Any) -> dict[str, Any]:
    """A row of a share in per cent with its Wilson interval."""
    low, high = wilson(good, answers)
    return {"value": 100 * good / answers, "low": 100 * low, "high": 100 * high, "n": answers, "top": good, "bottom": answers, **more}


def months(counts: Sequence[tuple[int, int]], start: str = "2025-01-01") -> list[dict[str, Any]]:
    """Shares of months in a row: (good, answers) each."""
    dates = pd.date_range(start, periods=len(counts), freq="MS")
    return [share(good, answers, period=day.date().isoformat()) for day, (good, answers) in zip(dates, counts, strict=True)]
