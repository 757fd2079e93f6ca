"""What can be seen at all: the smallest change that so many tickets, and such restless weeks, can tell from chance (80 % power, 95 %)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kpi import stats
from kpi.engine import Dataset
from kpi.forms import Duration, Mean, Nps, Share
from kpi.measure.compile import form_of
from kpi.measure.rows import judged
from kpi.metric import Metric
from kpi.scope import Scope
from kpi.stats.proportions import detection_factor
from kpi.targets.weeks import Level, Scale, is_pooled

ROWS = {"tickets": "tickets", "replies": "replies", "surveys": "answers", "quality_reviews": "reviews"}
"""Measured table -> what its rows are called here."""
CLEARLY = 1.1
"""Weeks are blamed only where they hide clearly more than chance between rows does."""
Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Smallest:
    """The smallest change a window of `n` rows can show: `amount` in per cent of the value ("relative") or in its unit ("absolute").

    `by_rows` is what chance between rows allows, `by_weeks` what the restlessness of weeks does (nan: not known); the larger one holds.
    `needed` is how many rows each period would need to show the change aimed at, were weeks alike; nan where that cannot be said.
    """

    kind: str
    n: float
    rows: str
    by_rows: float
    by_weeks: float
    needed: float = math.nan

    @property
    def amount(self) -> float:
        return float(np.fmax(self.by_rows, self.by_weeks))

    @property
    def by(self) -> str:
        """ "rows" or "weeks": which of the two sets the limit."""
        return "weeks" if math.isnan(self.by_rows) or self.by_weeks > CLEARLY * self.by_rows else "rows"


def smallest(
    metric: Metric, scope: Scope, data: Dataset, now: Level, begin: float, goal: float, scale: Scale, better: str, half: tuple[float, float]
) -> Smallest | None:
    """What the evaluation window can show; None where neither rows nor weeks say anything.

    `now` is the level of the window, `begin` the value it started from, `half` the half widths of the weekly intervals of window and baseline
    on `scale`. `scope` has the dates whose rows tell the spread.
    """
    by_rows, needed, word = _by_rows(metric, scope, data, now, begin, goal, better)
    # both periods restless: the errors of two levels add up, and 80 % power asks for 2.8 of them (1.96 of which are in a half width)
    by_weeks = math.hypot(*half) / Z95 * math.sqrt(detection_factor())
    by_weeks = 100 * math.expm1(by_weeks) if scale.is_log else by_weeks
    if math.isnan(by_rows) and math.isnan(by_weeks):
        return None
    return Smallest("relative" if scale.is_log else "absolute", now.n, word, by_rows, by_weeks, needed)


def _by_rows(metric: Metric, scope: Scope, data: Dataset, now: Level, begin: float, goal: float, better: str) -> tuple[float, float, str]:
    """(smallest change, rows a period needed for the change aimed at, what the rows are called)."""
    form = form_of(metric.name, scope.ask)
    if not isinstance(form, Duration | Mean | Nps | Share) or not is_pooled(form) or not now.n > 0:
        return math.nan, math.nan, "tickets"
    found = judged(metric.name, scope, data)
    word = ROWS.get(found.table, "rows")
    if isinstance(form, Share):
        return *_of_share(begin / 100, goal / 100, now.n, better), word
    if isinstance(form, Duration) and (scope.ask.statistic or form.statistic) != "mean":
        return *_of_quantile(now, goal / begin if begin > 0 else math.nan), word
    voices = "CASE WHEN value >= 9 THEN 100 WHEN value <= 6 THEN -100 ELSE 0 END"
    value = voices if isinstance(form, Nps) else "value"
    row = data.query(f"SELECT stddev_samp({value}) AS deviation, avg({value}) AS mean FROM ({found.behind})", found.schema).iloc[0]
    unit = float(row["mean"]) / 100 if isinstance(form, Duration) else 1.0  # times are told in per cent
    aimed = 100 * abs(goal / begin - 1) if isinstance(form, Duration) and begin > 0 else abs(goal - begin)
    return *_of_mean(now.n, float(row["deviation"]) / unit if unit else math.nan, aimed), word


def _of_share(share: float, aim: float, n: float, better: str) -> tuple[float, float]:
    if not 0 < share < 1:
        return math.nan, math.nan
    needed = float(stats.sample_size_shares(share, aim)) if 0 < aim < 1 and aim != share else math.nan
    return 100 * float(stats.smallest_share_change(share, n, better)), needed


def _of_mean(n: float, deviation: float, aimed: float) -> tuple[float, float]:
    """In the unit of the deviation: of a mean with this standard deviation of rows."""
    amount = float(stats.smallest_difference(n, deviation))
    return amount, float(np.ceil(n * (amount / aimed) ** 2)) if aimed > 0 and not math.isnan(amount) else math.nan


def _of_quantile(now: Level, ratio: float) -> tuple[float, float]:
    """In per cent, from the interval its order statistics give: whatever the shape of the times."""
    low, high = now.own
    if not 0 < low < high:
        return math.nan, math.nan
    error = math.log(high / low) / 2 / Z95
    seen = math.sqrt(2 * detection_factor()) * error
    aimed = abs(math.log(ratio)) if ratio > 0 else 0.0
    return 100 * math.expm1(seen), float(np.ceil(now.n * (seen / aimed) ** 2)) if aimed > 0 else math.nan
