"""The busiest hours of a week, and whether they can be told apart from the next busiest.

Whoever looks for the busiest of 161 pairs of hours finds one, also where all are alike. So the interval allows for the choice (each of the
161 would hold its truth at once, Bonferroni), and a rival is told apart only beyond what any two of them may differ by chance. Weeks differ
more than counting luck: the excess is estimated from them (variance = mean + excess × mean², by moments).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi import stats, units
from kpi.stats.base import z_of
from kpi.workload.clock import WEEK_HOURS, Numbers, Pieces

LENGTH = 2
"""Hours of a peak."""
FEWEST, FEWEST_WEEKS = 100, 2
"""Below this many tickets or weeks no hours are named."""
FEW_RIVALS = 2
"""So many are named; more only counted."""
EVEN = 100 * LENGTH / WEEK_HOURS
CONF = 0.95
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STARTS = np.array([24 * day + hour for day in range(7) for hour in range(24 - LENGTH + 1)])
"""The hours of the week at which a candidate begins: it stays within its day."""


@dataclass(frozen=True)
class Peak:
    """The busiest two hours: `start` is their hour of the week, `share` (0 to 100) of a week's tickets with its interval, `rivals` the starts of
    those that cannot be told apart from it (the busiest first, none overlapping another). `stands_out`: more than an even spread would bring.
    """

    start: int
    share: float
    low: float
    high: float
    rivals: tuple[int, ...]
    stands_out: bool

    @property
    def text(self) -> str:
        """ "Monday 9–11 brings 4.1 % of a week's tickets (3.8–4.5 %), more than any other two hours." """
        said = f"{units.say(self.share, '%')} of a week's tickets ({units.say_interval(self.low, self.high, '%')})"
        if not self.stands_out:
            return f"No two hours of the week stand out: the busiest, {hours_said(self.start)}, bring {said}, an even spread {units.say(EVEN, '%')}."
        if not self.rivals:
            return f"{hours_said(self.start)} brings {said}, more than any other two hours."
        named = hours_said(self.rivals[0])
        if len(self.rivals) <= FEW_RIVALS:
            others = f" and {hours_said(self.rivals[1])}" if len(self.rivals) > 1 else ""
            return f"{hours_said(self.start)} brings {said}; {named}{others} cannot be told apart from it."
        return (
            f"{hours_said(self.start)} is the busiest, with {said}, but {len(self.rivals)} other times of the week, "
            f"such as {named}, cannot be told apart from it."
        )


def hours_said(start: int) -> str:
    """ "Monday 9–11"."""
    day, hour = divmod(start, 24)
    return f"{WEEKDAYS[day]} {hour}–{hour + LENGTH}"


def excess(counts: Numbers, expected: Numbers, fitted: int) -> float:
    """How much more than counting luck counts vary around what is expected: the c of variance = mean + c × mean², not below 0.

    `fitted` is the number of means estimated from the counts. Unknown expectations are left out; 0 where nothing is expected.
    """
    seen = np.isfinite(expected) & (expected > 0)
    x, mean = counts[seen], expected[seen]
    if len(x) <= fitted or not len(x):
        return 0.0
    spare = len(x) / (len(x) - fitted)
    return max(0.0, float((spare * (x - mean) ** 2 - mean).sum() / (mean**2).sum()))


def peak(counts: Numbers, hours: Numbers) -> Peak | None:
    """The peak of tickets by week and hour of the week (`counts`, weeks × 168), with the real hours each cell lasted (`hours`, likewise).

    None below 100 tickets or two weeks.
    """
    whole = hours.sum(axis=1)
    if counts.sum() < FEWEST or whole.sum() < FEWEST_WEEKS * (WEEK_HOURS - 1):
        return None
    block = np.stack([STARTS + step for step in range(LENGTH)])
    x, lasted = counts[:, block].sum(axis=1), hours[:, block].sum(axis=1) / LENGTH
    times = lasted.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(times > 0, x.sum(axis=0) / times, np.nan)
        by_hour = np.where(hours.sum(axis=0) > 0, counts.sum(axis=0) / hours.sum(axis=0), 0.0)
    busy = counts.sum(axis=1) / np.where((hours * by_hour).sum(axis=1) > 0, (hours * by_hour).sum(axis=1), np.nan)
    full = lasted > 0.99  # a pair of hours half outside the dates, or moved by the clock, says little about spread
    expected = np.where(full, rate * lasted * busy[:, None], np.nan)
    c = excess(x[full], expected[full], fitted=int(full.any(axis=0).sum()))
    effect = 1 + c * np.nan_to_num(rate)
    best = int(np.nanargmax(rate))
    total, week = counts.sum(), by_hour.sum()
    share = rate[best] / week
    low, high = stats.wilson(share * total, total, conf=1 - (1 - CONF) / len(STARTS), deff=effect[best])
    return Peak(
        start=int(STARTS[best]),
        share=float(100 * share),
        low=float(100 * low),
        high=float(100 * high),
        rivals=_rivals(rate, rate * effect / np.where(times > 0, times, np.nan), best),
        stands_out=bool(100 * low > EVEN),
    )


def _rivals(rate: Numbers, variance: Numbers, best: int) -> tuple[int, ...]:
    """Starts of the pairs of hours whose rate does not lie clearly below the best's, the busiest first, none overlapping one before it."""
    pairs = len(STARTS) * (len(STARTS) - 1) / 2
    z = z_of(1 - (1 - CONF) / pairs)
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(rate[best] - rate < z * np.sqrt(variance[best] + variance))
    taken, found = [int(STARTS[best])], []
    for place in near[np.argsort(-rate[near], kind="stable")]:
        start = int(STARTS[place])
        if all(abs(start - other) >= LENGTH for other in taken):
            taken.append(start)
            found.append(start)
    return tuple(found)


def by_week(week: Pieces, amounts: Numbers) -> Numbers:
    """Amounts of pieces as weeks × 168."""
    if not len(week.label):
        return np.zeros((0, WEEK_HOURS))
    row = week.week - week.week.min()
    flat = np.bincount(row * WEEK_HOURS + week.label, weights=amounts, minlength=(int(row.max()) + 1) * WEEK_HOURS)
    return np.asarray(flat.reshape(-1, WEEK_HOURS), dtype=np.float64)
