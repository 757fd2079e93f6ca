"""The busiest two hours of a week, or of a day, and whether they can be told apart from the next busiest.

Whoever looks for the busiest of 161 pairs of hours finds one, also where all are alike. So the interval allows for the choice (each of the
161 would hold its truth at once, Bonferroni), and a rival is told apart only beyond what any two of them may differ by chance. Weeks differ
more than counting luck: the excess is estimated from them (variance = mean + excess × mean², by moments).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
CONF = 0.975
"""A week and a day are looked at: together they are wrong in at most 5 of 100."""
DAY_HOURS = 24
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Peak:
    """The busiest two hours of `span` hours (168: of a week, 24: of a day).

    `start` is their hour of the span, `share` (0 to 100) of its tickets with its interval, `rivals` the starts of those that cannot be told apart
    from it (the busiest first, none overlapping another). `stands_out`: more than an even spread would bring.
    """

    span: int
    start: int
    share: float
    low: float
    high: float
    rivals: tuple[int, ...]
    stands_out: bool

    @property
    def is_clear(self) -> bool:
        """It stands out, and at most two others may be as busy."""
        return self.stands_out and len(self.rivals) <= FEW_RIVALS

    @property
    def text(self) -> str:
        """ "Monday 9–11 brings 4.1 % of a week's tickets (3.8–4.5 %), more than any other two hours." """
        of, limits = "week" if self.span == WEEK_HOURS else "day", units.say_interval(self.low, self.high, "%")
        said = f"{units.say(self.share, '%')} of a {of}'s tickets ({limits})"
        name, named = hours_said(self.start, self.span), [hours_said(rival, self.span) for rival in self.rivals]
        if not self.stands_out:
            even = units.say(100 * LENGTH / self.span, "%")
            return f"No two hours of the {of} stand out: the busiest, {name}, bring {said}, an even spread {even}."
        if not named:
            return f"{name} brings {said}, more than any other two hours."
        if self.is_clear:
            return f"{name} brings {said}; {' and '.join(named)} cannot be told apart from it."
        return f"{name} is the busiest, with {said}, but {len(named)} other times of the {of}, such as {named[0]}, cannot be told apart from it."


def hours_said(start: int, span: int = WEEK_HOURS) -> str:
    """ "Monday 9–11"; of a day "9:00–11:00"."""
    day, hour = divmod(start, DAY_HOURS)
    return f"{WEEKDAYS[day]} {hour}–{hour + LENGTH}" if span == WEEK_HOURS else f"{hour}:00–{hour + LENGTH}:00"


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
    """The peak of tickets by week and hour of the week (weeks × 168), or by day and hour (days × 24), with the real hours each cell lasted.

    None below 100 tickets or two weeks.
    """
    span = counts.shape[1]
    if counts.sum() < FEWEST or hours.sum() < FEWEST_WEEKS * (WEEK_HOURS - 1):
        return None
    starts = np.array([at for at in range(span) if at % DAY_HOURS <= DAY_HOURS - LENGTH])  # a pair stays within its day
    block = np.stack([starts + step for step in range(LENGTH)])
    x, lasted = counts[:, block].sum(axis=1), hours[:, block].sum(axis=1) / LENGTH
    times, everywhere = lasted.sum(axis=0), hours.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(times > 0, x.sum(axis=0) / times, np.nan)
        by_hour = np.where(everywhere > 0, counts.sum(axis=0) / everywhere, 0.0)
    usual = (hours * by_hour).sum(axis=1)
    busy = counts.sum(axis=1) / np.where(usual > 0, usual, np.nan)
    full = lasted > 0.99  # a pair of hours half outside the dates, or moved by the clock, says little about spread
    expected = rate * lasted * busy[:, None]
    effect = 1 + np.nan_to_num(rate) * excess(x[full], expected[full], fitted=int(full.any(axis=0).sum()))
    best = int(np.nanargmax(rate))
    total, share = counts.sum(), rate[best] / by_hour.sum()
    low, high = stats.wilson(share * total, total, conf=1 - (1 - CONF) / len(starts), deff=effect[best])
    return Peak(
        span=span,
        start=int(starts[best]),
        share=float(100 * share),
        low=float(100 * low),
        high=float(100 * high),
        rivals=_rivals(starts, rate, rate * effect / np.where(times > 0, times, np.nan), best),
        stands_out=bool(low > LENGTH / span),
    )


def _rivals(starts: Any, rate: Numbers, variance: Numbers, best: int) -> tuple[int, ...]:
    """Starts of the pairs of hours whose rate does not lie clearly below the best's, the busiest first, none overlapping one before it."""
    pairs = len(starts) * (len(starts) - 1) / 2
    z = z_of(1 - (1 - CONF) / pairs)
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(rate[best] - rate < z * np.sqrt(variance[best] + variance))
    taken, found = [int(starts[best])], []
    for place in near[np.argsort(-rate[near], kind="stable")]:
        start = int(starts[place])
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
