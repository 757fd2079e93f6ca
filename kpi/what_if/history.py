"""Where an input has been: its complete weeks, its best month, and whether a wish lies inside, at the edge, or where nobody has ever been.

A pattern says nothing about places no data come from. A wish outside the middle 95 % of own weeks is told with care ("faded"); one more than
two weekly standard deviations beyond the best or worst month is not answered ("refused"). Times are judged on the log scale.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kpi import units
from kpi.measure.words import when
from kpi.stats.base import Array
from kpi.what_if.inputs import INPUTS

INSIDE, UNKNOWN, FADED, REFUSED = LEVELS = ("inside", "unknown", "faded", "refused")
"""How far a wish may be believed, the best first."""
FEWEST_WEEKS, MONTH, FAR = 8, 4, 2.0
FEWEST_ROWS = 20
"""A week with fewer rows behind its share or median says little about where the number has been."""
EDGES = (0.025, 0.975)
LEVERAGE = 3.0
NAN = float("nan")


@dataclass(frozen=True)
class Standing:
    """How far a wish may be believed: `level` is inside, faded, refused or unknown; `said` why, "" inside."""

    level: str
    said: str = ""


@dataclass(frozen=True)
class History:
    """The complete weeks of an input: first dates `weeks` (ISO) and `values` in its unit, unknown weeks left out. `currency` for money."""

    name: str
    weeks: tuple[str, ...] = ()
    values: Array = field(default_factory=lambda: np.zeros(0))
    currency: str = ""

    @property
    def known(self) -> bool:
        """Whether there are weeks enough to judge a wish by."""
        return len(self.values) >= FEWEST_WEEKS

    @property
    def lowest(self) -> float:
        return float(self.values.min()) if len(self.values) else NAN

    @property
    def highest(self) -> float:
        return float(self.values.max()) if len(self.values) else NAN

    @property
    def edges(self) -> tuple[float, float]:
        """The 2.5 and 97.5 % of the weeks."""
        if not len(self.values):
            return NAN, NAN
        low, high = np.quantile(self.values, EDGES)
        return float(low), float(high)

    @property
    def months(self) -> tuple[float, float]:
        """The lowest and the highest mean of four weeks in a row."""
        if len(self.values) < MONTH:
            return self.lowest, self.highest
        means = self._back(np.convolve(self._to(self.values), np.full(MONTH, 1 / MONTH), mode="valid"))
        return float(means.min()), float(means.max())

    @property
    def limits(self) -> tuple[float, float]:
        """Beyond these nothing is answered: two weekly standard deviations below the lowest month, and above the highest."""
        if not self.known:
            return -math.inf, math.inf
        spread = float(np.std(self._to(self.values), ddof=1))
        low, high = (float(self._to(np.array([end]))[0]) for end in self.months)
        below, above = self._back(np.array([low - FAR * spread, high + FAR * spread]))
        return float(below), float(above)

    def say(self, value: float) -> str:
        return units.say(value, INPUTS[self.name].unit, self.currency or None)

    def standing(self, value: float) -> Standing:
        """Whether the weeks have been at a value."""
        label = INPUTS[self.name].label
        if not self.known:
            weeks = f"{len(self.values)} complete week{'' if len(self.values) == 1 else 's'}"
            return Standing(UNKNOWN, f"{label}: {weeks} known, too few to say where it has been.")
        low, high = self.limits
        edge_low, edge_high = self.edges
        if edge_low <= value <= edge_high:
            return Standing(INSIDE)
        above = value > edge_high
        end, month = (self.highest, self.months[1]) if above else (self.lowest, self.months[0])
        place = self.weeks[int(np.argmax(self.values) if above else np.argmin(self.values))]
        word, most = ("above", "highest") if above else ("below", "lowest")
        never = (
            f"you have never had a week {word} {self.say(end)} (the {when(place, 'week')})"
            if (value > end if above else value < end)
            else f"of {len(self.values)} weeks hardly one was {word} {self.say(value)}"
        )
        if low <= value <= high:
            return Standing(FADED, f"{label} at {self.say(value)}: {never}.")
        return Standing(
            REFUSED,
            f"{label} at {self.say(value)}: you've never been there. The {most} mean of four weeks in a row was {self.say(month)}, and {never}.",
        )

    def feasible(self, low: float, high: float) -> float:
        """The share of weeks that lay between two values, 0..1; NaN without weeks."""
        return float(((self.values >= low) & (self.values <= high)).mean()) if len(self.values) else NAN

    def _to(self, values: Array) -> Array:
        return np.asarray(np.log(np.maximum(values, 1e-9))) if INPUTS[self.name].unit == "s" else values

    def _back(self, values: Array) -> Array:
        return np.asarray(np.exp(values)) if INPUTS[self.name].unit == "s" else values


@dataclass(frozen=True)
class Joint:
    """How unlike every week a combination of inputs is: the hat value x'(X'X)^-1 x among the weeks known for all of them.

    Each may be inside its own history, and both together where no week ever was. `limit` is 3 p / n.
    """

    histories: tuple[History, ...]
    middle: Array
    spread: Array
    inverse: Array
    limit: float

    @staticmethod
    def of(histories: Sequence[History]) -> Joint | None:
        """None where it cannot be told: one input, or too few weeks known for all."""
        known = tuple(one for one in histories if one.known)
        if len(known) < 2:
            return None
        shared = sorted(set.intersection(*(set(one.weeks) for one in known)))
        p = len(known) + 1
        if len(shared) < max(FEWEST_WEEKS, p + 2):
            return None
        at = [dict(zip(one.weeks, one._to(one.values), strict=True)) for one in known]
        columns = np.array([[weeks[week] for week in shared] for weeks in at])
        middle, spread = columns.mean(axis=1), columns.std(axis=1)
        spread = np.where(spread > 0, spread, 1.0)
        design = np.vstack([np.ones(len(shared)), (columns - middle[:, None]) / spread[:, None]]).T
        return Joint(known, middle, spread, np.linalg.pinv(design.T @ design), LEVERAGE * p / len(shared))

    def leverage(self, values: Mapping[str, float]) -> float:
        """The hat value of a combination."""
        wish = np.array([float(one._to(np.array([values[one.name]]))[0]) for one in self.histories])
        x = np.concatenate([[1.0], (wish - self.middle) / self.spread])
        return float(x @ self.inverse @ x)

    def is_far(self, values: Mapping[str, float]) -> bool:
        return self.leverage(values) > self.limit

    @property
    def said(self) -> str:
        return f"Never together: no week has had {' and '.join(INPUTS[one.name].label for one in self.histories)} at about these values at once."
