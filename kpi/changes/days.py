"""Many numbers at once: did they change by more than whole days scatter by themselves? The quick question before `why`."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from kpi import stats
from kpi.catalogue import find
from kpi.changes.sides import Pair
from kpi.engine import Dataset
from kpi.forms import Difference, Duration, Spread, Total
from kpi.measure import measure
from kpi.measure.compile import form_of
from kpi.stats.base import Array

FEWEST, STRATIFIED, DRAWS, SEED = 6, 14, 2000, 1
"""Days a side below which nothing is told, from which Mondays change places with Mondays only, and how often labels are dealt again."""


def by_days(names: Sequence[str], pair: Pair, data: Dataset) -> dict[str, float]:
    """Metric -> p-value of "nothing changed", whole days dealt again between the two sides, 0..1.

    Rows of a day hang together, so that an interval that counts rows is too narrow; days are the honest unit. Shares, means and ratios
    are made anew from the sums of the dealt days, medians and percentiles are means of the days' own (times on the log scale). Wider
    where neighbouring days remember each other. NaN for stocks, and where a side has fewer than 6 days with anything in them.
    """
    if not names:
        return {}
    frames = [measure(list(names), side.but(by="day", compare=None), data, intervals=False).frame for side in (pair.before, pair.now)]
    found = {}
    for name in names:
        form = form_of(name, pair.now.ask)
        if any(part.edge for part in form.parts(pair.now.ask).values()):
            found[name] = math.nan
            continue
        sides = [frame[frame["metric"] == name] for frame in frames]
        after = np.repeat([False, True], [len(side) for side in sides])
        days = [dt.date.fromisoformat(str(day)).weekday() for side in sides for day in side["period"]]
        value, n, top, bottom = (np.concatenate([side[c].to_numpy(float) for side in sides]) for c in ("value", "n", "top", "bottom"))
        if isinstance(form, Total | Difference):
            sizes, totals = np.ones(len(value)), np.nan_to_num(value)
        elif isinstance(form, Duration | Spread):
            sizes = np.nan_to_num(np.where(np.isnan(value), 0.0, n))
            totals = sizes * np.nan_to_num(np.log(value + 60) if find(name).unit == "s" else value)
        else:
            sizes, totals = np.nan_to_num(bottom), np.nan_to_num(top)
        found[name] = _p(sizes, totals, after, np.array(days))
    return found


def _p(sizes: Array, totals: Array, after: np.ndarray, weekday: np.ndarray) -> float:
    lived = sizes > 0
    if min((lived & ~after).sum(), (lived & after).sum()) < FEWEST:
        return math.nan
    strata = weekday if min((~after).sum(), after.sum()) >= STRATIFIED else None
    labels = np.vstack([after, stats.dealt_labels(after, strata, DRAWS, SEED)]).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        now = (labels @ totals) / (labels @ sizes)
        before = ((1 - labels) @ totals) / ((1 - labels) @ sizes)
        effects = np.abs(now - before)
        rates = np.array([totals[side].sum() / sizes[side].sum() for side in (~after, after)])
    left = totals - sizes * rates[after.astype(int)]
    for day in np.unique(weekday):
        left[weekday == day] -= left[weekday == day].mean()
    phi = stats.lag1(left)
    phi = 0.0 if np.isnan(phi) else min(max(phi, 0.0), 0.9)
    seen = effects[0] * math.sqrt((1 - phi) / (1 + phi))
    return float((1 + (effects[1:] >= seen - 1e-12).sum()) / (DRAWS + 1))
