"""What a look at one series over time finds. Frozen records; every sentence in them is made here, none on a page."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from kpi import units

BUDGET = 0.05
"""A series in which nothing changed is called changed at most this often, over all that is asked of it together."""


@dataclass(frozen=True)
class Signal:
    """A period outside the limits: `value` against `limit`, +1 above or -1 below; `p` is how often chance alone puts one period so far out.

    `is_sure` where the value's own interval lies outside the limits too (or the metric has none): only then may a claim stand on it. A week's
    median of forty waits can be anywhere, and p, which takes the series for normal, knows nothing of that.
    """

    period: str
    value: float
    limit: float
    side: int
    p: float
    text: str
    is_sure: bool = True


@dataclass(frozen=True)
class Line:
    """A straight line over the whole series, on the scale it was judged on: from `start` to `end`, by the median of all slopes.

    `change` is end less start in the metric's unit, `relative` the same as a share of start (nan where that means nothing); both with the
    interval of the REML AR(1) fit. `p` is that of no slope, `df` its effective degrees of freedom and `phi` the memory.
    """

    start: float
    end: float
    change: float
    change_low: float
    change_high: float
    relative: float
    relative_low: float
    relative_high: float
    p: float
    phi: float
    df: float


@dataclass(frozen=True)
class Shift:
    """A level that seems to have moved for good around `period` (its first at the new level); `p` allows for having looked at all dates.

    `earliest` and `latest` are the ends of the range in which 95 of 100 such dates lie.
    """

    period: str
    earliest: str
    latest: str
    before: float
    after: float
    change_low: float
    change_high: float
    relative: float
    relative_low: float
    relative_high: float
    p: float
    text: str


@dataclass(frozen=True)
class Year:
    """The last year's periods each beside the same a year earlier: the mean difference on the judged scale, as change in unit and relative."""

    now: float
    before: float
    change_low: float
    change_high: float
    relative: float
    relative_low: float
    relative_high: float
    p: float
    text: str


@dataclass(frozen=True)
class Trend:
    """One metric (and group) over its complete periods, and what can be said of it.

    `frame` has one row per period, open ones last: period, value, low, high, n, is_complete, centre, limit_low, limit_high (nan where there are
    no limits), side (+1, -1, 0), level, line, moving_range (on the judged scale: relative for durations), apart (why it is not judged, or ""),
    said (in a board's trends: once `spoken`). `verdict` is "shift", "line", "points", "year", "none" or "unknown" (too little); `direction` +1, -1 or 0
    (neither, or up and back);
    `is_better` None where neither side is good.
    `p` is the p-value of "nothing changed at all", allowing for all that was asked; `expected` how many periods chance alone puts outside.
    `chart` names the limits: "XmR", "Laney p'", "exact binomial" or "". `notes` are the small print: what was left out, and how sure this is.
    """

    metric: str
    label: str
    unit: str
    by: str
    group: tuple[str, ...]
    frame: pd.DataFrame
    verdict: str
    direction: int
    is_better: bool | None
    p: float
    finding: str
    caveat: str
    signals: tuple[Signal, ...] = ()
    line: Line | None = None
    shifts: tuple[Shift, ...] = ()
    year: Year | None = None
    chart: str = ""
    scale: str = "plain"
    phi: float = float("nan")
    n: int = 0
    is_provisional: bool = False
    expected: float = float("nan")
    range_limit: float = float("nan")
    notes: tuple[str, ...] = field(default=())
    currency: str | None = None
    days: bool = True

    def say(self, value: float) -> str:
        """A value of this series in words."""
        return units.say(value, self.unit, self.currency, days=self.days)

    @property
    def text(self) -> str:
        """The finding and its caveat."""
        return f"{self.finding} {self.caveat}".strip()

    @property
    def is_moved(self) -> bool:
        """Something is claimed."""
        return self.verdict not in ("none", "unknown")
