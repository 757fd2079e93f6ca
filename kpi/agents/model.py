"""What a comparison of agents or teams holds: plain records that say themselves. By name, never by rank; no total over metrics."""

from __future__ import annotations

from dataclasses import dataclass

from kpi import units
from kpi.agents import words
from kpi.metric import Metric

FEWEST, SMALL = 10, 30
"""Fewer rows get no place at all; below thirty a group is shown in grey and never named."""
ABOVE, BELOW, ALIKE, FEW, ALONE = "above", "below", "alike", "few", "alone"
SHARE, TIME, MEAN = "share", "time", "mean"
"""How a group's rows make its figure."""


@dataclass(frozen=True)
class One:
    """One agent or team, in the metric's unit: `value` as measured, `expected` of its tickets in anybody's hands, `got` of them on the same
    scale, and what it likely would have with everybody's mix of tickets: `estimate`, `low`, `high`; the ranks it may have, 1 the best.

    For times `got` and `expected` are typical times: the measured figure of all, times the ratio of geometric means. `p` is the chance of such a
    difference without a reason, before all groups are allowed for, `adjusted` after. `verdict`: above or below what is expected beyond doubt,
    alike (cannot be told apart), few (too few rows for a place) or alone (hardly anybody else has such tickets). None: not known.
    """

    name: str
    n: int
    value: float | None = None
    got: float | None = None
    expected: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    p: float | None = None
    adjusted: float | None = None
    verdict: str = FEW

    @property
    def is_small(self) -> bool:
        return self.n < SMALL


@dataclass(frozen=True)
class Compared:
    """All groups of a column, by name. `average` is the figure of all together; `like` names what tickets had alike when they were set side
    by side (empty: nothing, the groups as they are). `deff`: so many rows that hang together count as one. `n` rows in all, which differ by
    `spread` (standard deviation on the scale of comparison; times as logarithms, `shift` seconds added before).

    `how` is share, time or mean. `why_not` says why nothing could be compared, else it is "".
    """

    metric: Metric
    by: str
    ones: tuple[One, ...]
    average: float | None = None
    like: tuple[str, ...] = ()
    deff: float = 1.0
    n: int = 0
    how: str = MEAN
    currency: str = ""
    statistic: str = ""
    in_days: bool = True
    spread: float = 0.0
    shift: float = 0.0
    why_not: str = ""

    def of(self, *verdicts: str) -> list[One]:
        return [one for one in self.ones if one.verdict in verdicts]

    @property
    def named(self) -> list[One]:
        """Who differs beyond doubt."""
        return self.of(ABOVE, BELOW)

    @property
    def placed(self) -> list[One]:
        """Who has an estimate."""
        return [one for one in self.ones if one.estimate is not None]

    @property
    def text(self) -> str:
        """ "CSAT: of 30 agents, Ana Adler is clearly better than the same tickets get from everybody; 29 cannot be told apart." """
        return words.finding(self)

    @property
    def caveat(self) -> str:
        """What was allowed for, and who has no place."""
        return words.caveat(self)

    def say(self, value: float | None) -> str:
        return units.say(value, self.metric.unit, self.currency or None, days=self.in_days)

    def interval(self, one: One) -> str:
        return units.say_interval(one.low, one.high, self.metric.unit, self.currency or None, days=self.in_days)

    def is_good(self, one: One) -> bool:
        """Whether a group that was named is better than expected."""
        return (one.verdict == ABOVE) == (self.metric.better == "higher")

    def word(self, one: One) -> str:
        """A verdict as a person reads it."""
        return words.verdict(self, one)

    def sentence(self, one: One) -> str:
        """ "Ana Adler: got 74.0 % (n = 240), expected of the same tickets 71.0 %; likely 73.1 % (70.2–76.0 %): cannot be told apart." """
        return words.of_one(self, one)
