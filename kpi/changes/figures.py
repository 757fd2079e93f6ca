"""What of a metric adds up by segment: each row's part of a share, a mean, a ratio or a total. Medians have none: two stand-ins do."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kpi import units
from kpi.catalogue import find
from kpi.errors import BadValue
from kpi.forms import Difference, Duration, Nps, Ratio, Share, Spread, Total
from kpi.measure.compile import form_of
from kpi.measure.words import SPOKEN
from kpi.metric import Ask, Metric

SHARE, MEAN = "share", "mean"
TOTALS = ("total", "difference")
"""Kinds that add up without being divided by anything."""


@dataclass(frozen=True)
class Figure:
    """What is split: `label` and `unit`, and the `value` each row contributes, as SQL over the column `value` of the rows behind the metric.

    `kind` is "rate" (rows' values over rows: shares, scores, means), "ratio" (values over the values of `second` rows, `scale` times) or
    "total" (values alone) or "difference" (`second` rows take away from them). `is_stock` is a state at an instant: it has no days. `why` says why it is this
    and not the metric itself, "" where it is.
    """

    label: str
    unit: str
    kind: str = "rate"
    value: str = "value"
    has_second: bool = False
    scale: float = 1.0
    is_stock: bool = False
    why: str = ""


def can_choose(name: str, ask: Ask) -> bool:
    """Whether the metric itself does not split, so that either its share beyond a line or its mean does."""
    form = form_of(name, ask)
    return isinstance(form, Duration | Spread) and (ask.statistic or form.statistic) != "mean"


def figure_of(name: str, ask: Ask, old: float = math.nan, view: str = SHARE) -> Figure:
    """What is split for a metric. Of a quantile of durations either the share above its `old` value, or the mean (`view`): it moves when
    the quantile does.

    BadValue for what does not add up by segment: counts of distinct things.
    """
    metric, form = find(name), form_of(name, ask)
    totals = (form.over, form.under) if isinstance(form, Ratio) else (form,)
    if any(isinstance(total, Total) and total.distinct is not None for total in totals):
        raise BadValue(f"{metric.label} does not split: one that is in two groups would count in both.", "Look at the tickets themselves.")
    plain = Figure(metric.label, metric.unit)
    if isinstance(form, Duration | Spread):
        return _of_durations(metric, form, ask, old, view)
    if isinstance(form, Share):
        plain = replace(plain, value="100.0 * value", is_stock=bool(form.edge))
    elif isinstance(form, Nps):
        plain = replace(plain, value="CASE WHEN value >= 9 THEN 100.0 WHEN value <= 6 THEN -100.0 ELSE 0.0 END")
    elif isinstance(form, Ratio):
        plain = replace(plain, kind="ratio", has_second=True, scale=form.scale, is_stock=bool(form.over.edge or form.under.edge))
    elif isinstance(form, Total):
        plain = replace(plain, kind="total", is_stock=bool(form.edge))
    elif isinstance(form, Difference):
        plain = replace(plain, kind="difference", has_second=True)
    return plain


def _of_durations(metric: Metric, form: Duration | Spread, ask: Ask, old: float, view: str) -> Figure:
    is_stock = isinstance(form, Spread)
    if not can_choose(metric.name, ask):
        return Figure(metric.label, metric.unit, is_stock=is_stock)
    statistic = SPOKEN[ask.statistic or form.statistic]
    why = f"a {statistic} does not add up by segment"
    if view == MEAN:
        return Figure(f"{metric.label}, mean", metric.unit, is_stock=is_stock, why=why)
    if math.isnan(old):
        raise BadValue(f"The {statistic} of {metric.label} before is not known.", "Choose other dates to compare with.")
    said = units.say(old, metric.unit, days=not (ask.clock == "business" and "clock" in metric.params))
    value = f"CASE WHEN value > CAST({float(old)!r} AS DOUBLE) THEN 100.0 ELSE 0.0 END"
    return Figure(f"{metric.label}: share above the old {statistic} ({said})", "%", value=value, is_stock=is_stock, why=why)
