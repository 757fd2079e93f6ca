"""What everything returns: a tidy frame that carries its numerators, denominators, intervals, notes, SQL and sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kpi import units
from kpi.forms import Ratio
from kpi.measure.words import SPOKEN, behind, name_of, with_words
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
        return "\n".join(self.sentence(row) for row in self.frame.to_dict("records"))

    def sentence(self, row: Any) -> str:
        """ "CSAT, week of 4 Mar 2024, email: 83.4 % (81.9–84.8 %; 2,012 of 2,412)." """
        metric, ask, currency = self.metrics[row["metric"]], self.scope.ask, self.currency or None
        name = name_of(metric, row, self.scope)
        days = not (ask.clock == "business" and "clock" in metric.params)  # a working day is not 24 hours
        notes = "; ".join(with_words(note) for note in row["notes"] if note not in SPOKEN and note != f"{ask.clock} hours")
        notes = f" {notes[0].upper()}{notes[1:]}." if notes else ""
        if pd.isna(row["value"]):
            return f"{name}: unknown{'' if notes else ', nothing to measure'}.{notes}"
        value = units.say(row["value"], metric.unit, currency, days=days, n=None if isinstance(metric.form, Ratio) else row["n"])
        limits = units.say_interval(row["low"], row["high"], metric.unit, currency, days=days)
        said = "; ".join(part for part in (limits if limits != value else "", behind(metric, row, ask, currency)) if part)
        return f"{name}: {value}{f' ({said})' if said else ''}.{self._change(metric, row, days)}{notes}"

    def _change(self, metric: Metric, row: Any, days: bool) -> str:
        """ " Before: 81.3 %; change +2.1 pts (-0.4 to +4.6 pts), no clear change." Nothing where there is nothing to compare with."""
        if "change" not in row or pd.isna(row["change"]):
            return ""
        currency = self.currency or None
        change = units.say_change(row["change"], metric.unit, currency, days=days)
        limits = units.say_change_interval(row["change_low"], row["change_high"], metric.unit, currency, days=days)
        verdict = "beyond noise" if row["is_beyond_noise"] else "no clear change"
        before = units.say(row["before"], metric.unit, currency, days=days)
        return f" Before: {before}; change {change}{f' ({limits}), {verdict}' if limits else ''}."

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


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
