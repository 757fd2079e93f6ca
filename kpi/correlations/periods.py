"""Links from week to week: were weeks with slower replies weeks of lower ratings? Trend and season are taken out before anything is compared."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from kpi.catalogue import CATALOGUE
from kpi.correlations.arithmetic import linked
from kpi.correlations.facts import SCORED
from kpi.correlations.model import Matrix, Pair
from kpi.correlations.order import driver_first
from kpi.correlations.together import judged
from kpi.engine import Dataset
from kpi.measure import Result, measure
from kpi.measure.compile import form_of
from kpi.metric import Ask
from kpi.scope import Scope
from kpi.stats import SeriesCorrelation, correlate_series_many
from kpi.stats.base import Array, floats

FEWEST_ROWS = 20
"""Answers, tickets or replies a week needs: below, the week's figure is mostly luck, and it is left out."""
FEWEST, FEWEST_WORTH, A_YEAR = 16, 10, 104
"""Weeks and effective weeks below which nothing is said; weeks from which on a yearly wave is taken out."""
WAVES, WEEKS_A_YEAR = 2, 365.25 / 7
FILLING = ("resolution_rate", "answer_rate")
"""Shares of the tickets created in a week: they fill up for weeks after it, so the newest weeks are low for want of time."""
ON_LOG = ("s", "count", "currency")
MINUTE = 60.0


@dataclass(frozen=True)
class Series:
    """Whole weeks of one metric, oldest first: `values` as measured and `n` behind each; `left` is what is left on the scale of comparison
    after line and yearly wave; `taken_out` how many terms that took besides the mean. Weeks of too few rows are NaN."""

    name: str
    weeks: tuple[dt.date, ...]
    values: Array
    n: Array
    left: Array
    taken_out: int

    @property
    def is_on_log(self) -> bool:
        return CATALOGUE[self.name].unit in ON_LOG and bool((self.values[~np.isnan(self.values)] >= 0).all())


def names_of(data: Dataset, ask: Ask) -> tuple[str, ...]:
    """The metrics of weeks that the data can give."""
    lacks = data.lacking(ask)
    return tuple(name for name in CATALOGUE if not lacks[name] and name not in FILLING)


def series_of(result: Result, name: str) -> Series:
    """The whole weeks of a result by week."""
    frame = result.frame[(result.frame["metric"] == name) & result.frame["is_complete"].astype(bool)]
    values, n = floats(frame["value"]), floats(frame["n"])
    is_sampled = isinstance(form_of(name, result.scope.ask), SCORED)
    values = np.where(n >= FEWEST_ROWS, values, np.nan) if is_sampled else values
    weeks = tuple(dt.date.fromisoformat(str(period)) for period in frame["period"])
    left, taken_out = remainder(scaled(values, CATALOGUE[name].unit))
    return Series(name, weeks, values, n, left, taken_out)


def scaled(values: Array, unit: str) -> Array:
    """Times, counts and money on the log scale, where they move by factors; a minute (one) is added where some are 0."""
    known = values[~np.isnan(values)]
    if unit not in ON_LOG or not len(known) or (known < 0).any():
        return values
    add = 0.0 if (known > 0).all() else MINUTE if unit == "s" else 1.0
    return floats(np.log(values + add))


def remainder(values: Array) -> tuple[Array, int]:
    """(what is left after a straight line, and from two years on after a yearly wave of two harmonics; the number of terms taken out)."""
    seen = ~np.isnan(values)
    place = np.arange(len(values), dtype=float)
    columns = [np.ones(len(values)), place / max(1, len(values))]
    if seen.sum() >= A_YEAR:
        angles = [2 * np.pi * wave * place / WEEKS_A_YEAR for wave in range(1, WAVES + 1)]
        columns += [turn(angle) for angle in angles for turn in (np.sin, np.cos)]
    design = np.column_stack(columns)
    left = np.full(len(values), np.nan)
    if seen.sum() > design.shape[1]:
        left[seen] = values[seen] - design[seen] @ np.linalg.lstsq(design[seen], values[seen], rcond=None)[0]
        left[np.abs(left) < 1e-9 * np.nanmax(np.abs(values))] = 0.0  # rounding dust is no movement
    return left, design.shape[1] - 1


def matrix(scope: Scope, data: Dataset) -> Matrix:
    """All pairs of weekly figures, judged together."""
    by_week = scope.but(by="week", split=(), compare=None)
    result = measure(names_of(data, scope.ask), by_week, data, intervals=False)
    return matrix_of([series_of(result, name) for name in result.metrics if name not in result.unavailable], scope.ask)


def matrix_of(series: list[Series], ask: Ask) -> Matrix:
    """The matrix of series of the same weeks; those known in too few weeks are left out."""
    kept = {one.name: one for one in series if (~np.isnan(one.left)).sum() >= FEWEST and np.nanstd(one.left) > 0}
    ties = {driver_first(a, b): linked(a, b, ask) for a, b in combinations(kept, 2)}
    place, every = {name: k for k, name in enumerate(kept)}, list(kept.values())
    free = [pair for pair, link in ties.items() if link is None]
    links = correlate_series_many([one.left for one in every], [(place[a], place[b]) for a, b in free], [one.taken_out for one in every])
    scored = {pair: of_link(*pair, found) for pair, found in zip(free, links, strict=True)}
    pairs = [scored.get(pair) or Pair(*pair, "periods", link=link) for pair, link in ties.items()]
    weeks = max((len(one.weeks) for one in series), default=0)
    lacks = "" if len(kept) > 1 else f"There are not enough weeks: {weeks} whole ones, {FEWEST} are needed."
    return judged("periods", tuple(kept), pairs, ask, n=weeks, lacks=lacks)


def of_link(first: str, second: str, found: SeriesCorrelation) -> Pair:
    """A link of the remainders of two series as a pair."""
    pair = Pair(first, second, "periods", n=found.n)
    if found.n < FEWEST:
        return replace(pair, lacks=f"only {found.n} weeks know both, {FEWEST} are needed")
    if np.isnan(found.r):
        return replace(pair, lacks="one of them never moves")
    if found.n_eff < FEWEST_WORTH:
        few = f"{found.n} weeks remember each other so long that they are worth only {found.n_eff:.0f} independent ones"
        return replace(pair, worth=found.n_eff, lacks=few)
    return replace(
        pair, r=found.r, low=found.low, high=found.high, p=found.p, worth=found.n_eff, again=found.second_r, again_p=found.second_p,
        is_confirmed=found.is_confirmed,
    )  # fmt: skip
