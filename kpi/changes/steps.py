"""A split as a waterfall: from the value before to the value now, each part where the one before it ended."""

from __future__ import annotations

import pandas as pd

from kpi.changes.figures import TOTALS
from kpi.changes.model import MIX, RATE, REST, TOTAL, Change

MOST_STEPS = 8


def steps(found: Change, column: str, most: int = MOST_STEPS) -> pd.DataFrame:
    """Rows in order: the total before, the largest parts, the rest of them in one, the total now.

    Columns: `order`, `label`, `what` (rate, mix, rest, total), `level` (None for pooled ones and totals), `start`, `end`, `adds`, `low`, `high` (of
    adds; nan for totals and the rest), `is_clear` (its interval leaves out 0). The parts sum to the change exactly.
    """
    split = found.splits[column]
    parts = []
    for row in split.frame.to_dict("records"):
        for what in (RATE, MIX):
            if row[what] != 0:
                name = split.said(row["level"])
                label = name if found.figure.kind in TOTALS else f"{name}, itself" if what == RATE else f"{name}, its share"
                parts.append((label, what, row["level"], row[what], row[f"{what}_low"], row[f"{what}_high"]))
    parts.sort(key=lambda part: -abs(part[3]))
    shown, pooled = (parts, []) if len(parts) <= most + 1 else (parts[:most], parts[most:])
    before, now = found.pair.words if not found.pair.is_period else ("Before", "Now")
    rows = [(before, TOTAL, None, 0.0, split.before, split.before, float("nan"), float("nan"))]
    at = split.before
    for label, what, level, adds, low, high in shown:
        rows.append((label, what, level, at, at + adds, adds, low, high))
        at += adds
    if pooled:
        adds = sum(part[3] for part in pooled)
        rows.append((f"{len(pooled)} smaller parts", REST, None, at, at + adds, adds, float("nan"), float("nan")))
    rows.append((now, TOTAL, None, 0.0, split.now, split.now, float("nan"), float("nan")))
    frame = pd.DataFrame(rows, columns=["label", "what", "level", "start", "end", "adds", "low", "high"])
    frame["level"] = frame["level"].astype(object)
    return frame.assign(order=range(len(frame)), is_clear=(frame["low"] > 0) | (frame["high"] < 0))
