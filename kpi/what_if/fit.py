"""A learned link: fitted once on tickets, answered for any move in milliseconds (g-computation over cells).

"What would the share be if 5 points more were solved at first contact?": every ticket concerned is imagined so, all else about it as it was,
and the predictions are averaged over today's tickets. It is a change on today's mix, *if the pattern in the data is causal*. Simulated with
something unseen behind both driver and outcome, such an interval held the truth in 1 of 100 cases: hence the half-effect beside it, always.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from kpi.errors import BadValue
from kpi.stats import LinearFit, LogisticFit, linear, logistic_cells
from kpi.stats.base import Array, floats
from kpi.stats.logistic import products, sums_by_cluster
from kpi.what_if.answers import Cells
from kpi.what_if.inputs import INPUTS
from kpi.what_if.links import Model

KNOTS = tuple(60.0 * minutes for minutes in (1, 5, 15, 60, 240, 480, 960, 1440, 2880, 5760, 10080, 20160, 43200))
"""Where the curve of a time may bend: 1, 5, 15 minutes, 1, 4, 8, 16 hours, 1, 2, 4, 7, 14, 30 days. Flat before the first and after the last."""
BETWEEN_SHARE, BETWEEN_FEWEST = 0.03, 100
"""Two knots with fewer tickets between them are one."""
STEPS = (2.0, 3.0, 4.0)
"""A count has an effect for each of these it reaches."""
FEWEST = 200
FEWEST_OF_EACH = 30
"""Tickets to learn from, and those with and without a yes, below which nothing is learned."""
ALIKE = 0.05
"""Segments whose sum of effects on the log-odds differs by less count as alike when a move is played."""
MOST_CODES = 2**62
NAN = float("nan")


@dataclass(frozen=True)
class Change:
    """A change of an outcome in its unit (points of a share, seconds), with its 95 % interval, standard error and degrees of freedom."""

    value: float
    low: float = NAN
    high: float = NAN
    error: float = NAN
    df: float = NAN

    @property
    def half(self) -> float:
        """What remains if half of the pattern is something else behind both."""
        return self.value / 2

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


NONE = Change(0.0, 0.0, 0.0, 0.0, math.inf)
"""Nothing was moved."""


@dataclass(frozen=True)
class Made:
    """A model once fitted: `cells` are those it is played on, one row of `design` each. `reason` says why nothing could be fitted."""

    reason: str = ""
    fit: LogisticFit | LinearFit | None = None
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    design: Array = field(default_factory=lambda: np.zeros((0, 0)))
    segments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Learned:
    """A model and what is there to learn it from; it is fitted when first asked, and remembered.

    `terms` are the metrics in its design, `knots` where times bend and counts step. `n` tickets are learned from, in `clusters` agents
    (`by_agent`) or weeks. `why_not` says why nothing can be learned; the rest is then empty.
    """

    model: Model
    why_not: str = ""
    found: Cells | None = None
    terms: tuple[str, ...] = ()
    knots: tuple[tuple[str, tuple[float, ...]], ...] = ()
    n: float = 0.0
    clusters: int = 0
    by_agent: bool = True

    @cached_property
    def made(self) -> Made:
        """The fit. Seconds on a large dataset, once."""
        return Made(self.why_not) if self.why_not or self.found is None else _made(self.model, self.found, self.terms, dict(self.knots))

    @property
    def reason(self) -> str:
        """Why nothing is learned, as far as is known yet; "" where something is."""
        return self.why_not or (self.made.reason if "made" in self.__dict__ else "")

    @property
    def segments(self) -> tuple[str, ...]:
        """The columns held equal."""
        return self.made.segments

    @property
    def scale(self) -> float:
        """From the fit to the outcome's unit: a share is told in per cent."""
        return 1.0 if self.model.is_mean else 100.0

    def change(self, moves: Mapping[str, tuple[float, float]], conf: float = 0.95) -> Change:
        """What the outcome does when drivers go from one value of their metric to another. BadValue for a move no ticket can follow."""
        if not moves:
            return NONE
        fit, design = self.made.fit, self.made.design
        if fit is None:
            return Change(NAN)
        origin, weights, state = _played(self.made.cells, moves)
        before = design[origin]
        after = before.copy()
        place = 1
        for name in self.terms:
            columns = _columns(name, state[name], dict(self.knots).get(name, ()))
            after[:, place : place + columns.shape[1]] = columns
            place += columns.shape[1]
        change, low, high = (self.scale * float(v) for v in fit.average_change(before, after, weights, conf))
        error = _error(fit, before, after, weights) * self.scale
        return Change(change, low, high, error, float(fit.df))

    def contrast(self, driver: str) -> Change:
        """What every ticket's being so does, against none being so: the effect of a flag on one ticket, averaged over all of them."""
        fit = self.made.fit
        if fit is None or INPUTS[driver].kind != "share":
            return Change(NAN)
        start = self._place(driver)
        without, every = self.made.design.copy(), self.made.design.copy()
        without[:, start], every[:, start] = 0.0, 1.0
        weights = self.made.cells["now"].to_numpy(float)
        change, low, high = (self.scale * float(v) for v in fit.average_change(without, every, weights))
        return Change(change, low, high, df=float(fit.df))

    def _place(self, driver: str) -> int:
        """The first column of a driver in the design."""
        before = self.terms[: self.terms.index(driver)]
        return 1 + sum(_width(name, dict(self.knots).get(name, ())) for name in before)

    def curve(self, driver: str, points: int = 60) -> pd.DataFrame:
        """The outcome over the values of one driver, all else as it is today: value, mean, low, high (in the outcome's unit).

        Low and high are of the difference to today's average, so that they tell the shape and not the level.
        """
        fit, design, cells = self.made.fit, self.made.design, self.made.cells
        if fit is None:
            return pd.DataFrame({name: [] for name in ("value", "mean", "low", "high", "share")})
        seen, n = cells[driver].to_numpy(float), cells["now"].to_numpy(float)
        knots = dict(self.knots).get(driver, ())
        if INPUTS[driver].kind == "time":
            low, high = (max(1.0, _quantile(seen, n, q)) for q in (0.02, 0.98))
            values = np.unique(np.concatenate([np.geomspace(low, high, points), [k for k in knots if low <= k <= high]]))
        else:
            values = np.unique(seen)
        start = self._place(driver)
        share = n / n.sum()
        rows = []
        level = self.scale * float(share @ fit.predict(design))
        for value in values:
            after = design.copy()
            columns = _columns(driver, np.full(len(after), value), knots)
            after[:, start : start + columns.shape[1]] = columns
            change, under, over = (self.scale * float(v) for v in fit.average_change(design, after, n))
            rows.append((float(value), level + change, level + under, level + over, float(share[np.isclose(seen, value)].sum())))
        return pd.DataFrame(rows, columns=["value", "mean", "low", "high", "share"])


def learn(model: Model, found: Cells, terms: tuple[str, ...]) -> Learned:
    """What a model can be learned from; `why_not` says why not, where there is too little or nothing varies. Nothing is fitted yet."""
    frame = found.frame.dropna(subset=list(terms))
    n_of = frame["n"].to_numpy(float)
    n, yes = float(n_of.sum()), float(frame["y"].to_numpy(float) @ n_of)
    driver = model.drivers[0]
    if n < FEWEST or (not model.is_mean and min(yes, n - yes) < FEWEST_OF_EACH):
        return Learned(model, f"{n:,.0f} tickets know all it takes, too few to learn from")
    if not (frame["now"] > 0).any():
        return Learned(model, "none of the tickets of these dates know all it takes")
    if frame[driver].nunique() < 2:
        return Learned(model, f"{INPUTS[driver].label} is the same on every ticket")
    knots = tuple((name, _knots(INPUTS[name].kind, frame[name].to_numpy(float), n_of)) for name in terms if INPUTS[name].kind != "share")
    still = {name for name, places in knots if len(places) < (2 if INPUTS[name].kind == "time" else 1)}
    still |= {name for name in terms if frame[name].nunique() < 2}
    if driver in still:
        return Learned(model, f"{INPUTS[driver].label} hardly varies")
    terms, knots = tuple(name for name in terms if name not in still), tuple(one for one in knots if one[0] not in still)
    return Learned(model, "", found, terms, knots, n, int(frame["cluster"].nunique()), found.by_agent)


def _made(model: Model, found: Cells, terms: tuple[str, ...], knots: Mapping[str, tuple[float, ...]]) -> Made:
    frame = found.frame.dropna(subset=list(terms))
    weights, outcome = frame["n"].to_numpy(float), frame["y"].to_numpy(float)
    place, first = _alike(frame, [*terms, *found.segments])  # cells that only other models tell apart are one pattern
    patterns, counts = frame.iloc[first], np.bincount(place, weights).astype(np.float64)
    levels = tuple(
        (
            name,
            tuple(str(level) for level in frame.groupby(name, observed=True)["n"].sum().sort_values(ascending=False, kind="stable").index),
        )
        for name in found.segments
    )
    design = _design(patterns, terms, knots, dict(levels))
    while levels and _rank(design, counts) < design.shape[1]:  # a team that has its channel for itself: the last segment goes
        levels = levels[:-1]
        design = _design(patterns, terms, knots, dict(levels))
    clusters = pd.factorize(frame["cluster"])[0]
    fit: LogisticFit | LinearFit
    fit = (
        linear(outcome, design[place], clusters.tolist(), weights)
        if model.is_mean
        else logistic_cells(design, place, outcome * weights, weights, clusters)
    )
    if np.isnan(fit.coefficients).any():
        return Made("the columns at hand repeat each other, or separate the answers completely")
    drivers = 1 + sum(_width(name, knots.get(name, ())) for name in terms)
    now = floats(np.bincount(place, frame["now"].to_numpy(float)))
    played, seen = _thinned(patterns[list(terms)], now, terms, design, fit.coefficients, drivers)
    return Made("", fit, played, seen, tuple(name for name, _ in levels))


def _alike(frame: pd.DataFrame, columns: list[str]) -> tuple[Any, Any]:
    """(the pattern of each row, the first row of each pattern): rows of the same values in some columns have one pattern."""
    place, size = np.zeros(len(frame), dtype=np.int64), 1
    for name in columns:
        own, names = pd.factorize(frame[name])
        if size * len(names) >= MOST_CODES:
            place, different = pd.factorize(place)
            size = len(different)
        place, size = place * len(names) + own, size * max(1, len(names))
    place = pd.factorize(place)[0]
    first = np.empty(int(place.max(initial=-1)) + 1, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    return place, first


def _rank(design: Array, weights: Array) -> int:
    """The rank of a tall design, from its small matrix of products."""
    found = products(design, weights)
    size = np.sqrt(np.maximum(np.diag(found), 1e-300))
    return int(np.linalg.matrix_rank(found / np.outer(size, size), tol=1e-9, hermitian=True))


def _thinned(
    frame: pd.DataFrame, now: Array, terms: tuple[str, ...], design: Array, coefficients: Array, first: int
) -> tuple[pd.DataFrame, Array]:
    """The cells of the scope's own dates, to be played on: those with the same drivers, whose segments do about the same (within
    `ALIKE` of the log-odds; of their spread, for a mean) are one, with the mean of their segments. A move is then answered in milliseconds.
    """
    kept = now > 0
    frame, design, now = frame[kept], design[kept], now[kept]
    if not len(frame):
        return frame.assign(now=now), design
    effect = design[:, first:] @ coefficients[first:]
    step = ALIKE if np.abs(coefficients).max() < 50 else max(float(effect.std()), 1e-9) * ALIKE  # a mean of seconds has no log-odds
    place, one = _alike(frame.assign(_like=np.round(effect / step)), [*terms, "_like"])
    total = np.bincount(place, now)
    summed = sums_by_cluster(design, np.arange(len(design)), now, place)
    return frame.iloc[one][list(terms)].reset_index(drop=True).assign(now=total), np.asarray(summed / total[:, None])


def _knots(kind: str, values: Array, n: Array) -> tuple[float, ...]:
    """Of a time, the declared knots between which there is enough to see a slope; of a count, the steps with enough on both sides."""
    if kind == "count":
        return tuple(step for step in STEPS if min(n[values >= step].sum(), n[values < step].sum()) >= FEWEST_OF_EACH)
    need = max(BETWEEN_FEWEST, BETWEEN_SHARE * n.sum())
    kept: list[float] = []
    since = 0.0
    for knot in KNOTS:
        if float(n[(values > since) & (values <= knot)].sum()) >= need and float(n[values > knot].sum()) >= need:
            kept.append(knot)
            since = knot
    return tuple(kept)


def _width(name: str, knots: tuple[float, ...]) -> int:
    return {"share": 1, "count": len(knots), "time": max(0, len(knots) - 1)}[INPUTS[name].kind]


def _columns(name: str, values: Array, knots: tuple[float, ...]) -> Array:
    """A driver in the design: a flag as it is; a count as at least so many, step by step; a time as stretches of the log scale between its knots."""
    kind = INPUTS[name].kind
    if kind == "share":
        return values[:, None].astype(float)
    if kind == "count":
        return np.column_stack([np.zeros((len(values), 0)), *((values >= least).astype(float) for least in knots)])
    if len(knots) < 2:
        return np.zeros((len(values), 0))
    logs, at = np.log(np.maximum(values, 1.0)), np.log(np.array(knots))
    return np.column_stack([np.clip((logs - low) / (high - low), 0.0, 1.0) for low, high in pairwise(at.tolist())])


def _design(
    frame: pd.DataFrame, terms: tuple[str, ...], knots: Mapping[str, tuple[float, ...]], levels: Mapping[str, tuple[str, ...]]
) -> Array:
    """Ones, the drivers, then a column for every level of a segment but its commonest."""
    parts = [np.ones((len(frame), 1))]
    parts += [_columns(name, frame[name].to_numpy(float), knots.get(name, ())) for name in terms]
    for name, known in levels.items():
        codes, names = pd.factorize(frame[name])
        code = {str(level): place for place, level in enumerate(names)}
        parts += [(codes == code.get(level, -2)).astype(float)[:, None] for level in known[1:]]
    return np.hstack(parts)


def _played(frame: pd.DataFrame, moves: Mapping[str, tuple[float, float]]) -> tuple[Any, Array, dict[str, Array]]:
    """(cell each piece comes from, its weight, the drivers' new values): tickets moved by drivers, one driver after the other."""
    origin, weights = np.arange(len(frame)), frame["now"].to_numpy(float)
    state = {str(name): frame[name].to_numpy(float).copy() for name in frame if name in INPUTS}
    for name, (old, new) in moves.items():
        values, kind = state[name], INPUTS[name].kind
        if kind == "time":
            state[name] = values * (new / old) if old > 0 else values
            continue
        if kind == "share":
            up = new > old
            follows, share = (values == 0.0, (new - old) / (100.0 - old)) if up else (values == 1.0, (old - new) / old if old else 0.0)
            step = 1.0 if up else -1.0
        else:
            up = new > old
            follows = values >= 1 if up else values >= 2
            most = weights[follows].sum() / weights.sum()
            share = abs(new - old) / most if most else math.inf
            step = 1.0 if up else -1.0
            if share > 1 + 1e-9:
                raise BadValue(
                    f"{INPUTS[name].label} cannot go from {old:.3g} to {new:.3g}: that is more than one reply on every ticket concerned.",
                    "Move it less.",
                )
        share = min(max(share, 0.0), 1.0)
        extra = np.flatnonzero(follows)
        weights = np.concatenate([np.where(follows, weights * (1 - share), weights), weights[extra] * share])
        origin = np.concatenate([origin, origin[extra]])
        state = {other: np.concatenate([column, column[extra]]) for other, column in state.items()}
        state[name][len(values) :] += step
    return origin, np.asarray(weights, dtype=np.float64), {name: np.asarray(v, dtype=np.float64) for name, v in state.items()}


def _error(fit: LogisticFit | LinearFit, before: Array, after: Array, weights: Array) -> float:
    """The standard error behind `average_change`: half of the interval over its quantile, without going through one that may be NaN."""
    share = weights / weights.sum()
    if isinstance(fit, LogisticFit):
        first, second = fit.predict(before), fit.predict(after)
        return fit.error_of((share * second * (1 - second)) @ after - (share * first * (1 - first)) @ before)
    gradient = share @ (after - before)
    return float(np.sqrt(gradient @ fit.covariance @ gradient))


def _quantile(values: Array, n: Array, q: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(n[order]) / n.sum()
    return float(values[order][min(int(np.searchsorted(reached, q)), len(values) - 1)])
