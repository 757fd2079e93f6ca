"""What a matrix of links is made of: a pair at one unit, and all pairs looked at together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi.correlations.arithmetic import Link
from kpi.metric import Ask, Metric

NAN = float("nan")
UNITS = {"tickets": "Tickets", "periods": "Weeks", "agents": "Agents"}
"""The three questions that must not be mixed: do customers who waited longer rate lower, were weeks with slower replies weeks of lower
ratings, do agents who answer later have lower ratings. Code -> the word for it."""
ERROR = 0.05
"""At most this share of what a matrix claims is false on average, and nothing at all where nothing goes together, in 95 of 100 cases."""
TRACE, WEAK, MODERATE = 0.1, 0.3, 0.5
"""Where a coefficient's limit nearest to 0 begins to count as weak, moderate, strong (statistics.md section 4)."""


@dataclass(frozen=True)
class Pair:
    """A link between two metrics at one unit. `r` with `low`, `high` lies in -1..1; NaN where it is not scored, and then `link` or `lacks` says why.

    For tickets and agents `r` compares like with like (`alike`: the columns inside whose values it was measured) and `pooled` with its limits
    throws all together; for weeks `r` is what is left beyond trend and season. `again` with `again_p` is a second opinion: prewhitened weeks, agents'
    figures of different tickets. `q`
    is the p-value allowing for all `looked` pairs (few false ones among those claimed; none for tickets), `sure` the stricter one (none, Holm).
    `n` tickets, weeks or agents know both; they are `worth` so many independent ones
    (agents behind the tickets, effective weeks, agents).
    """

    first: str
    second: str
    unit: str
    r: float = NAN
    low: float = NAN
    high: float = NAN
    p: float = NAN
    q: float = NAN
    sure: float = NAN
    n: int = 0
    worth: float = NAN
    pooled: float = NAN
    pooled_low: float = NAN
    pooled_high: float = NAN
    again: float = NAN
    again_p: float = NAN
    is_confirmed: bool = True
    alike: tuple[str, ...] = ()
    link: Link | None = None
    lacks: str = ""
    looked: int = 1

    @property
    def is_scored(self) -> bool:
        return not math.isnan(self.r)

    @property
    def bound(self) -> float:
        """The limit nearest to 0, which decides the words; 0 where the interval holds 0 or there is none."""
        if math.isnan(self.low) or math.isnan(self.high) or self.low <= 0 <= self.high:
            return 0.0
        return self.low if self.low > 0 else self.high

    @property
    def is_claimed(self) -> bool:
        """Whether the page may say that the two go together: clear of 0, also among all pairs looked at, and by both opinions."""
        return self.is_scored and self.q < ERROR and self.is_confirmed and self.bound != 0

    @property
    def strength(self) -> str:
        """ "none" where nothing is claimed, else "trace", "weak", "moderate" or "strong", by the limit nearest to 0."""
        if not self.is_claimed:
            return "none"
        size = abs(self.bound)
        return "trace" if size < TRACE else "weak" if size < WEAK else "moderate" if size < MODERATE else "strong"

    @property
    def is_turned(self) -> bool:
        """Whether like compared with like points clearly the other way than all thrown together (Simpson's paradox)."""
        clear = self.pooled_low > 0 or self.pooled_high < 0
        return bool(clear and self.bound != 0 and self.pooled * self.r < 0)


@dataclass(frozen=True)
class Matrix:
    """All pairs of the metrics the data allow at one unit, each pair once, in the order of `names`.

    `looked` pairs were scored together; `weeks` and `tickets` say how many there were at most, `is_drawn` that the commoner links stand on
    tickets drawn by a fixed rule. `text` is the finding with its caveat.
    """

    unit: str
    names: tuple[str, ...]
    pairs: tuple[Pair, ...]
    metrics: Mapping[str, Metric]
    ask: Ask
    looked: int = 0
    n: int = 0
    is_drawn: bool = False
    lacks: str = ""
    finding: str = ""
    caveat: str = ""
    _places: dict[frozenset[str], Pair] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._places.update({frozenset((pair.first, pair.second)): pair for pair in self.pairs})

    def pair(self, first: str, second: str) -> Pair | None:
        """The pair of two metrics, in either order; None where one of them has no value at this unit."""
        return self._places.get(frozenset((first, second)))

    @property
    def claimed(self) -> tuple[Pair, ...]:
        """What goes together, the surest strength first."""
        return tuple(sorted((pair for pair in self.pairs if pair.is_claimed), key=lambda pair: -abs(pair.bound)))

    @property
    def text(self) -> str:
        return f"{self.finding} {self.caveat}"
