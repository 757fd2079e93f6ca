"""One pair looked at closely: the cloud, the fit, what holds inside parts, what leads what, where waiting begins to matter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kpi.catalogue import find
from kpi.correlations import cloud, notes
from kpi.correlations.agents import of_facts
from kpi.correlations.cloud import Cloud
from kpi.correlations.effect import Bend, Effect, bend, effect
from kpi.correlations.facts import dimensions
from kpi.correlations.model import Pair
from kpi.correlations.periods import ON_LOG, series_of
from kpi.correlations.published import Published, about
from kpi.correlations.splits import Split, candidates, splits
from kpi.correlations.tickets import Facts, read_facts
from kpi.correlations.words import label, sentence
from kpi.engine import Dataset
from kpi.measure import measure
from kpi.measure.facts import how_many
from kpi.metric import Ask
from kpi.scope import Scope
from kpi.stats import scan_lags
from kpi.stats.base import Array, floats
from kpi.steps import beside

LONGEST = 4
"""Weeks by which one may lead the other: more looks find more by chance."""


@dataclass(frozen=True)
class Lags:
    """`frame` has lag (weeks, above 0: the first leads), r, p (all looks allowed for); `text` names a lag only where one is clear."""

    frame: pd.DataFrame
    best: int | None
    limit: float
    text: str


@dataclass(frozen=True)
class Look:
    """All that is known about one pair at one unit. `n_first` and `n_second` know each of the two, `pair.n` both.

    `effect` and `bend` are of tickets, `lags` of weeks; `splits` are the checks for Simpson's paradox, flagged ones first; `notes` are
    sentences to bear in mind. `text` is the sentence of the pair.
    """

    pair: Pair
    ask: Ask
    n_first: int = 0
    n_second: int = 0
    cloud: Cloud | None = None
    effect: Effect | None = None
    bend: Bend | None = None
    lags: Lags | None = None
    splits: tuple[Split, ...] = ()
    notes: tuple[str, ...] = ()
    published: tuple[Published, ...] = field(default=())

    @property
    def text(self) -> str:
        return sentence(self.pair, self.ask)


@dataclass(frozen=True)
class Ready:
    """What a look at a pair of tickets reads that does not hang on what the matrix finds: the tickets, how many know each, and who answered."""

    facts: Facts
    n_first: int
    n_second: int
    answered: float


def look(pair: Pair, scope: Scope, data: Dataset, ready: Ready | None = None) -> Look:
    """A pair of a matrix, closely. A pair linked by arithmetic, or not scored, has its sentence and what was published only.

    `ready` is what `read_ready` has read for it, for those who read it while the matrix was made.
    """
    known = about(pair.first, pair.second)
    if not pair.is_scored:
        return Look(pair, scope.ask, published=known)
    if pair.unit == "tickets":
        found = _tickets(pair, scope, data, ready or read_ready(pair.first, pair.second, scope, data))
    else:
        found = {"periods": _periods, "agents": _agents}[pair.unit](pair, scope, data)
    return Look(**{**found.__dict__, "published": known})


def read_ready(first: str, second: str, scope: Scope, data: Dataset) -> Ready:
    """What `look` needs of the tickets of a pair, in the order the matrix has it (`driver_first`)."""
    facts, n_first, n_second, answered = beside(
        lambda: read_facts((first, second), scope, data, candidates(dimensions(data))),
        lambda: how_many((first,), scope, data)[1],
        lambda: how_many((second,), scope, data)[1],
        lambda: _answered(first, second, scope, data),
    )
    return Ready(facts, n_first, n_second, answered)


def _tickets(pair: Pair, scope: Scope, data: Dataset, ready: Ready) -> Look:
    first, second, ask, found = pair.first, pair.second, scope.ask, ready.facts
    rows = found.rows(ask, first, second)
    x, y = found.columns[first][rows], found.columns[second][rows]
    both = ~np.isnan(x) & ~np.isnan(y)
    ranges, (bent, told, checked) = beside(
        lambda: cloud.ranges_of(pair, scope, data),
        lambda: (
            bend(first, second, found, ask),
            effect(first, second, found, ask),
            splits(first, second, found, candidates(dimensions(data)), ask),
        ),
    )
    return Look(
        pair,
        ask,
        ready.n_first,
        ready.n_second,
        cloud=cloud.of_tickets(pair, ask, found, bent, ranges),
        effect=told,
        bend=bent,
        splits=checked,
        notes=tuple(notes.of_tickets(first, second, x[both], y[both], ready.answered, ask)),
    )


def _answered(first: str, second: str, scope: Scope, data: Dataset) -> float:
    """The share of survey invitations answered, NaN where unknown or not asked for."""
    if "satisfaction" not in (find(first).family, find(second).family) or data.lacking(scope.ask)["survey_response_rate"]:
        return float("nan")
    frame = measure("survey_response_rate", scope.but(by="all", split=(), compare=None), data, intervals=False).frame
    return float(frame["value"].iloc[0]) / 100


def _periods(pair: Pair, scope: Scope, data: Dataset) -> Look:
    result = measure([pair.first, pair.second], scope.but(by="week", split=(), compare=None), data)
    first, second = (series_of(result, name) for name in (pair.first, pair.second))
    errors = []
    for series in (first, second):
        frame = result.frame[(result.frame["metric"] == series.name) & result.frame["is_complete"].astype(bool)]
        errors.append(_errors(floats(frame["low"]), floats(frame["high"]), find(series.name).unit))
    return Look(
        pair,
        scope.ask,
        int((~np.isnan(first.left)).sum()),
        int((~np.isnan(second.left)).sum()),
        cloud=cloud.of_weeks(pair, first, second),
        lags=_lags(pair, first.left, second.left, max(first.taken_out, second.taken_out)),
        notes=tuple(notes.of_weeks(pair, first, second, (errors[0], errors[1]))),
    )


def _errors(low: Array, high: Array, unit: str) -> Array:
    """Standard errors on the scale of comparison, from 95 % limits."""
    if unit in ON_LOG:
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high = np.log(np.where(low > 0, low, np.nan)), np.log(np.where(high > 0, high, np.nan))
    return floats((high - low) / 3.92)


def _lags(pair: Pair, first: Array, second: Array, taken_out: int) -> Lags:
    scan = scan_lags(first, second, LONGEST, trend=False, taken_out=taken_out)
    frame = pd.DataFrame({"lag": scan.lags.astype(int), "r": scan.r, "p": scan.p})
    looks = len(frame)
    n = max(4, int((~np.isnan(first * second)).sum()) - 1 - taken_out)
    from_p = 2.773 / np.sqrt(n)  # two-sided 0.05 / 9 on a normal curve
    names = label(pair.first), label(pair.second)
    if scan.best is None:
        text = f"Neither leads the other: at none of the {looks} lags up to {LONGEST} weeks is there more than chance would show."
    elif scan.best == 0:
        text = f"Both move in the same week; at no lag up to {LONGEST} weeks is the link stronger."
    else:
        early, late = names if scan.best > 0 else names[::-1]
        weeks = f"{abs(scan.best)} week{'s' if abs(scan.best) > 1 else ''}"
        text = f"The link is strongest when {early} is set against {late} {weeks} later. Coming first is not bringing about."
    return Lags(frame, scan.best, float(from_p), text)


def _agents(pair: Pair, scope: Scope, data: Dataset) -> Look:
    found = read_facts((pair.first, pair.second), scope, data)
    agents = of_facts(found, scope.ask)
    groups = [agents.groups.get(name) for name in (pair.first, pair.second)]
    first, second = (0 if group is None else int((~np.isnan(group.value)).sum()) for group in groups)
    return Look(
        pair,
        scope.ask,
        first,
        second,
        cloud=cloud.of_agents(pair, agents, scope.ask),
        notes=tuple(notes.of_agents(pair.first, pair.second, agents)),
    )
