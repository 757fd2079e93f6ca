"""Agent beside agent, team beside team: what each got, what the same tickets get in other hands, and who truly stands out.

What is compared is a group's mean less what its mix of tickets leads to expect (indirect standardisation). Shares by exact binomial tails,
times (on the log scale) and scores by t; rows of one customer or one week that hang together count as fewer; all groups are judged together
(Benjamini and Hochberg). What is shown is that difference, pulled towards none as far as few rows deserve.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kpi import stats
from kpi.agents.mix import mix
from kpi.agents.model import ABOVE, ALIKE, ALONE, BELOW, FEW, FEWEST, MEAN, SHARE, TIME, Compared, One
from kpi.agents.rows import LIKE, Rows, read
from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.forms import Duration, Nps, Share
from kpi.measure import measure
from kpi.measure.compile import form_of
from kpi.measure.words import SPOKEN
from kpi.metric import Metric
from kpi.scope import NONE, Scope
from kpi.stats.base import Array, t_of, t_p_value, z_of

Counts = npt.NDArray[Any]
MOSTLY = 0.5
"""Of whose rows more than this are about tickets that hardly anybody else has, it is set beside nobody."""
LEVEL, DRAWS, PRIOR = 0.05, 2000, 10
"""`PRIOR`: the spread of a group's values counts as if so many of everybody's had been seen too."""


def compare(name: str, by: str, scope: Scope, data: Dataset, like: Sequence[str] = LIKE) -> Compared:
    """The groups of `by` (agent or team) by one metric over the whole of the scope's dates; with `like=()` their tickets are not made alike.

    Rows whose group is not known are left out. BadValue where the metric or the column allow no comparison, or the data lack something.
    """
    rows = read(name, by, scope, data, like)
    whole = scope.but(by="all", split=(), compare=None)
    each = measure([name], whole.but(split=(by,)), data, intervals=False)
    measured = {str(row["group"][by]): row["value"] for row in each.records()}
    if NONE in measured and by not in dict(whole.where):
        whole = whole.but(where=tuple(sorted({**dict(whole.where), by: tuple(sorted(rows.names))}.items())))
    together = measure([name], whole, data, intervals=False)
    (total,) = together.records()
    statistic = next((note for note in total["notes"] if note in SPOKEN), "")
    in_days = not (scope.clock == "business" and "clock" in find(name).params)
    blank = Compared(find(name), by, (), total["value"], currency=together.currency, statistic=statistic, in_days=in_days)
    return of_rows(rows, blank, scope, measured)


def of_rows(rows: Rows, blank: Compared, scope: Scope, measured: Mapping[str, float | None]) -> Compared:
    """The same for rows already read. `blank` says which metric, by what, and its figure over everybody; `measured` is that of each group."""
    metric, form = blank.metric, form_of(blank.metric.name, scope.ask)
    how = TIME if isinstance(form, Duration) else SHARE if isinstance(form, Share) else MEAN
    size = np.bincount(rows.group, minlength=len(rows.names))
    ones = tuple(One(name, int(n), measured.get(name)) for name, n in zip(rows.names, size, strict=True))
    blank = replace(blank, ones=ones, n=rows.n, how=how)
    if (size >= FEWEST).sum() < 2 or blank.average is None:
        return replace(blank, why_not=f"fewer than two {blank.by}s have {FEWEST} rows or more, so that nothing can be compared")
    alike = mix(rows)
    over = rows.value - alike.expected
    own, difference = (np.bincount(rows.group, weights=values, minlength=len(size)) / np.maximum(size, 1) for values in (rows.value, over))
    grand = float(rows.value.mean())
    placed = (size >= FEWEST) & (alike.alone <= MOSTLY)
    if placed.sum() < 2:
        return replace(blank, why_not=f"hardly any {blank.by} has the kinds of tickets that others have, so that nothing can be compared")
    if not np.ptp(rows.value) > 0:
        return replace(blank, why_not="it is the same in every row, so that nobody differs")
    deff = _deff(over, rows)
    if how == SHARE:
        p, table = _shares(rows, own, difference, size, deff, placed)
    else:
        p, table = _means(over, rows, difference, size, deff, placed)
    adjusted = stats.false_discovery(np.where(placed, p, np.nan))
    back = _back(metric, scope, rows.shift, blank.average, grand)
    found = []
    for place, one in enumerate(ones):
        if not placed[place]:
            found.append(replace(one, got=back(own[place]) if one.n else None, verdict=FEW if one.n < FEWEST else ALONE))
            continue
        estimate, low, high, first, last = table[place]
        side = ABOVE if low > grand else BELOW if high < grand else ALIKE
        is_clear = adjusted[place] < LEVEL and not one.is_small and (difference[place] > 0) == (side == ABOVE)
        ranks = (first, last) if metric.better == "higher" else (placed.sum() + 1 - last, placed.sum() + 1 - first)
        found.append(
            replace(
                one,
                got=back(own[place]),
                expected=back(own[place] - difference[place]),
                estimate=back(estimate),
                low=back(low),
                high=back(high),
                rank_low=int(ranks[0]),
                rank_high=int(ranks[1]),
                p=float(p[place]),
                adjusted=float(adjusted[place]),
                verdict=side if is_clear else ALIKE,
            )
        )
    average = blank.average if how == TIME else back(grand)
    spread = float(np.sqrt(((over - difference[rows.group]) ** 2).sum() / max(rows.n - int((size > 0).sum()), 1)))
    return replace(blank, ones=tuple(found), average=average, like=alike.like, deff=deff, spread=spread, shift=rows.shift)


def _back(metric: Metric, scope: Scope, shift: float, average: float, grand: float) -> Callable[[float], float]:
    """From a mean on the scale of comparison to the metric's unit; of times, as a ratio to the measured figure of all."""
    form = form_of(metric.name, scope.ask)
    if isinstance(form, Duration):
        return lambda value: max(0.0, (average + shift) * math.exp(float(value) - grand) - shift)
    factor = 100.0 if isinstance(form, Share | Nps) else 1.0
    return lambda value: factor * float(value)


def _deff(over: Array, rows: Rows) -> float:
    """How much rows of one customer, and rows of one week, hang together, both at once."""
    customers = stats.design_effect_within(over, rows.group, rows.customer)
    weeks = stats.design_effect_within(over, rows.group, rows.week)
    return customers + weeks - 1


def _shares(rows: Rows, own: Array, difference: Array, size: Counts, deff: float, placed: Counts) -> tuple[Array, Array]:
    """(p-values, a row of estimate, low, high, first and last rank for each group) of shares."""
    hits = np.bincount(rows.group, weights=rows.value, minlength=len(size))
    p = stats.binomial_p_values(hits, size, own - difference, deff)
    worth = size / deff
    alike = np.clip(float(rows.value.mean()) + difference, 0.0, 1.0) * worth
    found = stats.shrink_rates(np.where(placed, alike, np.nan), np.where(placed, worth, np.nan), draws=DRAWS)
    return p, np.column_stack([found.estimate, found.low, found.high, found.rank_low, found.rank_high])


def _means(over: Array, rows: Rows, difference: Array, size: Counts, deff: float, placed: Counts) -> tuple[Array, Array]:
    """The same for means: the spread of a small group's values leans on everybody's."""
    squares = np.bincount(rows.group, weights=(over - difference[rows.group]) ** 2, minlength=len(size))
    usual = squares.sum() / max(rows.n - int((size > 0).sum()), 1)
    variance = (squares + PRIOR * usual) / (np.maximum(size - 1, 0) + PRIOR)
    error = np.sqrt(variance * deff / np.maximum(size, 1))
    free = np.maximum(size / deff - 1, 1) + PRIOR
    p = t_p_value(difference / error, free)
    wide = error * t_of(0.95, free) / z_of(0.95)
    centre = float(rows.value.mean()) + difference
    found = stats.shrink_means(np.where(placed, centre, np.nan), np.where(placed, wide, np.nan), draws=DRAWS)
    return p, np.column_stack([found.estimate, found.low, found.high, found.rank_low, found.rank_high])
