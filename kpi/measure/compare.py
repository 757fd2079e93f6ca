"""A result beside the period it is compared with: the change, its interval, and whether it is more than noise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi import stats
from kpi.measure.result import Result
from kpi.scope import Scope, floor_date


def with_comparison(result: Result, other: Result | None) -> Result:
    """`result` with before, before_n, change, change_low, change_high and is_beyond_noise.

    `other` is the measured comparison scope; without one (no dates, or a grain) each period is compared with the one before, or the
    one a year earlier. Unfinished periods are never compared. The interval of the change comes from both intervals (MOVER, Newcombe's way
    for shares); without intervals, counts use exact Poisson limits, and anything else gets none.
    """
    frame = result.frame.copy()
    split = list(result.scope.split)
    if other is not None and result.scope.by == "all":
        source = other.frame
        keys = ["metric", *split]
        frame["_at"], source = "", source.assign(_at="")
    else:
        source = result.frame.assign(_at=result.frame["period"])
        frame["_at"] = [_earlier(p, result.scope) for p in frame["period"]]
        keys = ["metric", *split]
    picked = source[[*keys, "_at", "value", "low", "high", "n", "top", "is_complete"]].rename(
        columns={c: f"before_{c}" for c in ("value", "low", "high", "n", "top", "is_complete")}
    )
    frame = frame.merge(picked.drop_duplicates([*keys, "_at"]), on=[*keys, "_at"], how="left")
    comparable = frame["is_complete"].astype(bool) & frame["before_is_complete"].fillna(False).astype(bool)
    now, then = _limits(frame, ""), _limits(frame, "before_")
    change = np.where(comparable, now[0] - then[0], np.nan)
    low, high = stats.mover_difference(*now, *then)
    frame["before"] = frame["before_value"]
    frame["change"] = change
    frame["change_low"] = np.where(comparable, low, np.nan)
    frame["change_high"] = np.where(comparable, high, np.nan)
    frame["is_beyond_noise"] = (frame["change_low"] > 0) | (frame["change_high"] < 0)
    drop = ["_at", "before_value", "before_low", "before_high", "before_top", "before_is_complete"]
    return Result(
        frame.drop(columns=drop),
        result.metrics,
        result.scope,
        result.sql,
        result.fingerprint,
        result.as_of,
        result.currency,
        result.unavailable,
    )


def _limits(frame: pd.DataFrame, prefix: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    value = frame[f"{prefix}value"].to_numpy(float)
    low, high = frame[f"{prefix}low"].to_numpy(float), frame[f"{prefix}high"].to_numpy(float)
    is_count = (frame["unit"] == "count").to_numpy() & (value >= 0) & (frame["metric"] != "net_flow").to_numpy()
    exact_low, exact_high = stats.poisson_interval(np.where(is_count, value, np.nan))
    return value, np.where(is_count, exact_low, low), np.where(is_count, exact_high, high)


def _earlier(period: str, scope: Scope) -> str:
    """The label of the period to compare with; "" where there is none."""
    if period == "all":
        return ""
    day = pd.Timestamp(period)
    if scope.compare == "last_year":
        before = day - pd.DateOffset(weeks=52) if scope.by in ("day", "week") else day - pd.DateOffset(years=1)
        return before.date().isoformat()
    return floor_date(scope.by, (day - pd.Timedelta(days=1)).date()).isoformat()
