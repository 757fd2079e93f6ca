"""Filling a scorecard in: parts from 0 to 100, their weighted mean, its interval by simulation, and what other weights would make of it.

A part is where its value lies between worst and best, times on the log scale (halving a time counts the same wherever it starts), cut at 0 and
100. For the interval every value is drawn around itself as far as its own interval says (each side as wide as that side), independently of
the others; where a value has no interval it stands still.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np

from kpi.errors import BadValue
from kpi.measure.result import Result
from kpi.scorecard.card import Line
from kpi.scorecard.scored import Part, Scored
from kpi.stats.base import Array

DRAWS, SEED, CONF = 4_000, 0, 0.95
Z = NormalDist().inv_cdf((1 + CONF) / 2)
TAILS = ((1 - CONF) / 2, (1 + CONF) / 2)
STEP = 0.5
"""By how much of itself each weight is moved to see what it decides."""
MIDDLE = (0.05, 0.95)
"""Which part of the totals over random weights is told."""
Row = Mapping[str, Any]


def score(lines: Sequence[Line], now: Result, before: Result | None = None) -> Scored:
    """Fill in a scorecard from a result over the whole of its dates, and from that of the period before. BadValue for periods or groups."""
    if now.scope.by != "all" or now.scope.split:
        raise BadValue("A scorecard is about the whole of its dates.", "Measure without a grain and a split.")
    rows = {row["metric"]: row for row in now.records()}
    why = {line: _why_not(line, rows.get(line.name)) for line in lines}
    counted = [line for line in lines if not why[line]]
    bare = Scored((), tuple((line, why[line]) for line in lines if why[line]), in_days=now.scope.clock != "business", currency=now.currency)
    if not counted:
        return bare
    values = [rows[line.name] for line in counted]
    weights = np.array([line.weight for line in counted], dtype=float)
    weights /= weights.sum()
    scores = np.array([_score(line, row["value"]) for line, row in zip(counted, values, strict=True)])
    rng = np.random.default_rng(SEED)
    drawn = np.column_stack([_drawn(line, row, rng) for line, row in zip(counted, values, strict=True)])
    mixes = rng.dirichlet(np.ones(len(counted)), DRAWS)
    low, high = np.quantile(drawn @ weights, TAILS)
    lightest, heaviest = np.quantile(mixes @ scores, MIDDLE)
    old = {row["metric"]: row for row in before.records()} if before else {}
    then = [old.get(line.name) for line in counted]
    known = [row if row and row["value"] is not None else None for row in then]
    parts = tuple(
        _part(line, row, was, drawn[:, i], float(weights[i]), _moved(weights, scores, i))
        for i, (line, row, was) in enumerate(zip(counted, values, known, strict=True))
    )
    total = float(weights @ scores)
    filled = replace(bare, parts=parts, total=total, low=float(low), high=float(high), lightest=float(lightest), heaviest=float(heaviest))
    return _with_change(filled, weights, drawn, mixes, known, rng)


def _why_not(line: Line, row: Row | None) -> str:
    """Why a line cannot count; "" when it does."""
    if row is None or row["value"] is None:
        return "no value here"
    if line.worst is None or line.best is None:
        return "no worst and best value"
    return "" if line.weight > 0 else "its weight is 0"


def _with_change(
    filled: Scored, weights: Array, drawn: Array, mixes: Array, known: Sequence[Row | None], rng: np.random.Generator
) -> Scored:
    """The change from the period before, over the parts known in both, with its own interval."""
    both = [i for i, row in enumerate(known) if row]
    if not both:
        return filled
    part = weights[both] / weights[both].sum()
    now = np.array([filled.parts[i].score for i in both], dtype=float)
    was = np.array([filled.parts[i].score_before for i in both], dtype=float)
    drawn_then = np.column_stack([_drawn(filled.parts[i].line, row, rng) for i, row in enumerate(known) if row])
    low, high = np.quantile((drawn[:, both] - drawn_then) @ part, TAILS)
    rises = float((mixes[:, both] @ (now - was) > 0).mean())
    change = float(part @ (now - was))
    return replace(filled, before=float(part @ was), change=change, change_low=float(low), change_high=float(high), rises=rises)


def _part(line: Line, row: Row, was: Row | None, drawn: Array, share: float, moved: tuple[float, float]) -> Part:
    place = float(_place(line, np.array([row["value"]]))[0])
    low, high = (float(q) for q in np.quantile(drawn, TAILS)) if _has_interval(row) else (None, None)
    before = was["value"] if was else None
    score_before = None if before is None else _score(line, before)
    return Part(
        line, row["value"], _score(line, row["value"]), low, high, before, score_before, share, *moved, is_cut=not 0 <= place <= 100
    )


def _moved(weights: Array, scores: Array, i: int) -> tuple[float, float]:
    """The total with one weight 50 % smaller, and 50 % larger."""
    totals = []
    for factor in (1 - STEP, 1 + STEP):
        other = weights.copy()
        other[i] *= factor
        totals.append(float(other @ scores / other.sum()))
    return totals[0], totals[1]


def _score(line: Line, value: float) -> float:
    return float(np.clip(_place(line, np.array([value], dtype=float))[0], 0, 100))


def _place(line: Line, values: Array) -> Array:
    """Where values lie between worst (0) and best (100), not cut."""
    worst, best = float(line.worst or 0.0), float(line.best or 0.0)
    if line.metric.unit == "s" and worst > 0 and best > 0:
        return np.asarray(100 * (np.log(np.maximum(values, 1e-9)) - math.log(worst)) / (math.log(best) - math.log(worst)))
    return np.asarray(100 * (values - worst) / (best - worst))


def _drawn(line: Line, row: Row, rng: np.random.Generator) -> Array:
    """Scores of values the period might as well have shown."""
    z = rng.standard_normal(DRAWS)
    value = float(row["value"])
    if not _has_interval(row):
        return np.full(DRAWS, _score(line, value))
    logs = line.metric.unit == "s" and value > 0 and row["low"] > 0
    middle, low, high = (math.log(x) if logs else float(x) for x in (value, row["low"], row["high"]))
    values = middle + z / Z * np.where(z > 0, high - middle, middle - low)
    return np.clip(_place(line, np.exp(values) if logs else values), 0, 100)


def _has_interval(row: Row) -> bool:
    return row["low"] is not None and row["high"] is not None
