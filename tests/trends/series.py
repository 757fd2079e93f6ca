"""Series as a measured result, so that what a trend says can be tested on numbers somebody else worked out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import kpi
from kpi import Result

STEP = {"day": 1, "week": 7}


def result(
    values: Any, name: str = "csat_mean", by: str = "week", *, n: Any = 200, top: Any = np.nan, bottom: Any = np.nan, open_: int = 0
) -> Result:
    """A result of one metric over as many periods from Monday 6 January 2025 (or January 1871) on; the last `open_` are not over yet."""
    x = np.asarray(values, float)
    periods = [period.isoformat() for period in starts(len(x), by)]
    metric = kpi.metrics()[name]
    frame = pd.DataFrame(
        {
            "metric": name,
            "period": periods,
            "value": x,
            "low": np.nan,
            "high": np.nan,
            "n": np.broadcast_to(np.asarray(n, float), x.shape),
            "top": np.broadcast_to(np.asarray(top, float), x.shape),
            "bottom": np.broadcast_to(np.asarray(bottom, float), x.shape),
            "unit": metric.unit,
            "is_complete": np.arange(len(x)) < len(x) - open_,
            "notes": [()] * len(x),
        }
    )
    return Result(frame, {name: metric}, kpi.Scope(by=by))


def shares(top: Sequence[float], bottom: Sequence[float], name: str = "csat", by: str = "week") -> Result:
    hits, rows = np.asarray(top, float), np.asarray(bottom, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return result(100 * hits / rows, name, by, n=rows, top=hits, bottom=rows)


def starts(n: int, by: str) -> list[dt.date]:
    if by in STEP:
        return [dt.date(2025, 1, 6) + dt.timedelta(days=STEP[by] * i) for i in range(n)]
    if by == "month":
        return [dt.date(1969 + i // 12, i % 12 + 1, 1) for i in range(n)]
    return [dt.date(1871 + i, 1, 1) for i in range(n)]


def remembering(rng: np.random.Generator, n: int, phi: float, warm: int = 40) -> Any:
    """An AR(1) series of standard deviation 1."""
    news = rng.normal(size=n + warm)
    x = news.copy()
    for t in range(1, n + warm):
        x[t] = phi * x[t - 1] + news[t]
    return x[warm:] * np.sqrt(1 - phi * phi)
