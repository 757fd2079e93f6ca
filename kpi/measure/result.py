"""What everything returns: a tidy frame that carries its numerators, denominators, intervals, notes, SQL and sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kpi import units
from kpi.measure.compile import is_share
from kpi.metric import Metric
from kpi.scope import Scope

COLUMNS = ("value", "low", "high", "n", "top", "bottom")


@dataclass(frozen=True)
class Result:
    """`frame` has one row per metric, period and group: metric, period, the split columns, value, low, high, n, top, bottom, unit, is_complete,
    notes (a tuple of sentences); with a comparison also before, before_n, change, change_low, change_high, is_beyond_noise.

    A value, its limits and counts are nan when unknown. `sql` holds the queries as they ran, `as_of` the instant one stood at.
    """

    frame: pd.DataFrame
    metrics: Mapping[str, Metric]
    scope: Scope
    sql: tuple[str, ...] = ()
    fingerprint: str = ""
    as_of: Any = None
    currency: str = ""
    unavailable: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """One sentence per row."""
        return "\n".join(self.sentence(row) for _, row in self.frame.iterrows())

    def sentence(self, row: Any) -> str:
        """ "CSAT, week of 2024-03-04, email: 83.4 % (81.9–84.8 %; 2,012 of 2,412)." """
        metric = self.metrics[row["metric"]]
        group = ", ".join(_in_a_line(str(row[c])) for c in self.scope.split)
        when = "" if self.scope.by == "all" else f"{self.scope.by} of {row['period']}" if self.scope.by != "day" else str(row["period"])
        name = ", ".join(part for part in (metric.label, when, group) if part)
        if pd.isna(row["value"]):
            return f"{name}: unknown. {'; '.join(row['notes'])}".strip()
        value = units.say(row["value"], metric.unit, currency=self.currency or None, n=row["n"])
        limits = units.say_interval(row["low"], row["high"], metric.unit)
        counts = is_share(metric.name, self.scope.ask) and not pd.isna(row["top"])
        behind = f"{int(row['top']):,} of {int(row['bottom']):,}" if counts else f"n = {int(row['n']):,}"
        notes = f" {'; '.join(row['notes'])}." if len(row["notes"]) else ""
        return f"{name}: {value} ({'; '.join(part for part in (limits, behind) if part)}).{notes}"

    def records(self) -> list[dict[str, Any]]:
        """Plain dictionaries, as the command line and the API write them; unknown is None."""
        extra = [
            c for c in ("is_complete", "before", "before_n", "change", "change_low", "change_high", "is_beyond_noise") if c in self.frame
        ]
        rows = []
        for row in self.frame.to_dict("records"):
            rows.append(
                {
                    "metric": row["metric"],
                    "period": row["period"],
                    "group": {c: row[c] for c in self.scope.split},
                    **{c: _plain(row[c]) for c in COLUMNS},
                    "unit": row["unit"],
                    "notes": list(row["notes"]),
                    **{c: _plain(row[c]) for c in extra},
                }
            )
        return rows

    def to_json(self) -> str:
        return json.dumps(self.records(), ensure_ascii=False)


def _in_a_line(text: str) -> str:
    """A value from a file inside a sentence: no line break, and no code a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
