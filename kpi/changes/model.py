"""What a comparison becomes: the change, whether it is more than noise, its splits, and what stands out of a search."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kpi import units
from kpi.changes.figures import Figure
from kpi.changes.said import level_said, named
from kpi.changes.sides import Pair
from kpi.metric import Metric

RATE, MIX, REST, TOTAL = "rate", "mix", "rest", "total"
VERDICTS = {
    "real": "beyond normal variation",
    "noise": "within normal variation",
    "few": "too few to tell",
    "described": "described only",
    "unknown": "cannot be compared",
}


@dataclass(frozen=True)
class Split:
    """One dimension: `frame` has a row for each level with rows_before, rows_now, share_before, share_now (of the denominators, 0 to 1), before,
    now (its own figure), rate, mix and sum (what it adds to the change), each with _low and _high (nan where luck cannot be told), effect (how
    much more it moved than the rest), z, p (allows for the whole search) and explains (sum over the change).

    rate.sum() + mix.sum() == now - before. A level of None holds the small groups. `surprise` ranks dimensions (Adtributor), `mix_p` is of all its mix, which
    lies from `mix_low` to `mix_high`.
    """

    column: str
    frame: pd.DataFrame
    before: float
    now: float
    surprise: float = 0.0
    mix_p: float = float("nan")
    mix_low: float = float("nan")
    mix_high: float = float("nan")

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def label(self) -> str:
        return named(self.column)

    @property
    def mix(self) -> float:
        return float(self.frame["mix"].sum())

    def said(self, level: str | None) -> str:
        return level_said(self.column, level)


@dataclass(frozen=True)
class Claim:
    """A part that stands out of the search: `what` is "rate" (moved more than the rest), "mix" (other shares of segments) or "total" (its share of a
    total grew or shrank). `adds` is its part of the change, within `low` to `high`; `p` allows for all that was looked at.
    """

    column: str
    level: str | None
    what: str
    adds: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Change:
    """A metric on two sides. `before`, `now`, `change` with `low` and `high` are the metric's own; `figure` is what was split (the metric, or a
    stand-in where it does not add up), with its own `figure_before` and `figure_now`. `verdict` is one of `VERDICTS`; `p` of the figure's change by
    whole days (nan where it cannot be told).

    `splits` go by dimension, the most telling first; `claims` are empty unless the verdict is "real"; `apart` are parts that
    moved although the whole did not, where it is "noise". `left_out` says of dimensions why they are not
    split by. `text` is the finding in one sentence, `caveat` the next.
    """

    metric: Metric
    pair: Pair
    before: float
    now: float
    change: float
    low: float
    high: float
    rows: tuple[int, int]
    figure: Figure
    figure_before: float
    figure_now: float
    figure_low: float
    figure_high: float
    p: float
    verdict: str
    unit_of_luck: str
    splits: Mapping[str, Split]
    claims: tuple[Claim, ...]
    apart: tuple[Claim, ...]
    n_slices: int
    left_out: Mapping[str, str]
    currency: str = ""
    notes: tuple[str, ...] = ()
    text: str = ""
    caveat: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as a command line or an API writes them; unknown is None, a pooled level null."""
        plain = ("before", "now", "change", "low", "high", "figure_before", "figure_now", "figure_low", "figure_high", "p", "verdict")
        return {
            "metric": self.metric.name,
            "unit": self.metric.unit,
            "sides": list(self.pair.words),
            **{name: known(getattr(self, name)) for name in plain},
            "rows": list(self.rows),
            "figure": {"label": self.figure.label, "unit": self.figure.unit, "why": self.figure.why},
            "text": self.text,
            "caveat": self.caveat,
            "slices_looked_at": self.n_slices,
            "claims": [{k: known(v) for k, v in vars(claim).items()} for claim in self.claims],
            "apart": [{k: known(v) for k, v in vars(claim).items()} for claim in self.apart],
            "splits": {
                column: [{str(k): known(v) for k, v in row.items()} for row in split.frame.to_dict("records")]
                for column, split in self.splits.items()
            },
            "left_out": dict(self.left_out),
        }

    @property
    def days(self) -> bool:
        """A day of working hours is not 24 of them."""
        return not (self.pair.now.clock == "business" and "clock" in self.metric.params)

    def say(self, value: float) -> str:
        """A value of what was split, in words."""
        return units.say(value, self.figure.unit, self.currency or None, days=self.days)

    def say_change(self, value: float) -> str:
        """A part of its change, in words."""
        return units.say_change(value, self.figure.unit, self.currency or None, days=self.days)

    def say_limits(self, low: float, high: float) -> str:
        return units.say_change_interval(low, high, self.figure.unit, self.currency or None, days=self.days)


def known(value: Any) -> Any:
    """A number or text as JSON has it; what is not known (nan) is None."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
