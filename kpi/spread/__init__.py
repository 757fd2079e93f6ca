"""How a number is spread over its rows: bars and a rising curve (on a log scale of time), with the marks that describe them.

Counted by the engine over the very rows behind the number (`kpi.measure.rows.judged`); what is brought here is some hundred numbers,
however many rows there are. Only Kaplan-Meier, where many clocks still run, needs the durations themselves.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from kpi import stats
from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.forms import Duration, Mean, Spread
from kpi.forms.durations import OPEN_SHARE
from kpi.measure.compile import form_of
from kpi.measure.reasons import RUNNING
from kpi.measure.rows import REASON, WHY, Judged, judged
from kpi.metric import Ask
from kpi.scope import Scope
from kpi.spread.model import FEWEST, SHORTEST, Distribution, Limit, Mark

__all__ = ["SHORTEST", "Distribution", "Limit", "Mark", "between", "can_spread", "spread"]

LIMITS = {
    "first_reply_time": "first_reply_within",
    "full_resolution_time": "resolved_within",
    "queue_time": "service_level",
    "speed_of_answer": "service_level",
}
"""Duration -> the threshold (`kpi.metric.PARAMS`) its share in time is measured by."""
MOST_BINS, FEWEST_BINS = 36, 6
MOST_BARS = 24
"""Whole numbers over at most so many steps get a bar each."""
STEPS = 200


def can_spread(name: str, ask: Ask) -> bool:
    """Whether a metric has a value for each row: durations, ages, scores and counts per ticket; shares and totals have none."""
    return isinstance(form_of(name, ask), Duration | Spread | Mean)


def spread(name: str, scope: Scope, data: Dataset) -> Distribution:
    """The distribution of a metric over the rows of a scope; a split, a grain and the statistic play no part.

    UnknownName for a metric or column that does not exist; BadValue for a metric that has no value for each row, or that the data cannot give.
    """
    metric, bare = find(name), scope.but(by="all", split=(), compare=None)
    if not can_spread(name, scope.ask):
        raise BadValue(
            f"{metric.label} has no value for each row, so that there is nothing to spread out.", "Choose a duration or a score."
        )
    rows = judged(name, bare, data)
    head = data.query(_HEAD.format(rows=_only(rows)), rows.schema).iloc[0]
    n = int(head["n"])
    open_ = _still_open(name, bare, data)
    of_created = scope.ask.choice("cohort") == "created"
    is_survival = of_created and open_ > OPEN_SHARE * (open_ + n)
    least, most, mean = (_number(head[c]) for c in ("least", "most", "mean"))
    is_log = metric.unit == "s"
    edges = _edges(is_log, n, least, _number(head["shortest"]), most, bool(head["is_whole"]))
    bins = _bins(rows, data, edges, n)
    curve, marks = _survival(rows, data, name, bare) if is_survival else _ranks(rows, data, n)
    low, high = stats.mean_interval_of(mean, _number(head["deviation"]), n) if n > 1 else (math.nan, math.nan)
    if is_stock := isinstance(form_of(name, scope.ask), Spread):  # everything that waits is counted: nothing is left to chance
        marks, low, high = tuple(replace(mark, low=math.nan, high=math.nan) for mark in marks), math.nan, math.nan
    return Distribution(
        metric=metric,
        scope=bare,
        n=n,
        unknown=int(head["unknown"]),
        still_open=open_,
        is_log=is_log,
        is_survival=is_survival,
        least=least,
        most=most,
        mean=mean,
        mean_low=max(float(low), metric.low) if metric.low is not None and not math.isnan(float(low)) else float(low),
        mean_high=min(float(high), metric.high) if metric.high is not None and not math.isnan(float(high)) else float(high),
        half=_slowest_half(rows, data, n) if is_log else math.nan,
        marks=marks,
        limit=_limit(name, bare, rows, data, n),
        bins=bins,
        curve=curve,
        table=rows.table,
        is_stock=is_stock,
    )


def between(name: str, scope: Scope, data: Dataset, low: float, high: float, most: int = 50) -> tuple[int, pd.DataFrame]:
    """How many rows of a number lie from `low` to below `high` (inf: no upper end), and the largest of them, at most `most`, with their `value`."""
    rows = judged(name, scope.but(by="all", split=(), compare=None), data)
    upper = "" if math.isinf(high) else f" AND value < {float(high)!r}"
    text = f"SELECT * FROM ({rows.behind}) WHERE value >= {float(low)!r}{upper}"
    many = int(data.query(f"SELECT count(*) AS n FROM ({text})", rows.schema)["n"].iloc[0])
    return many, data.query(f"{text} ORDER BY value DESC LIMIT {int(most)}", rows.schema)


_HEAD = """
SELECT count(value) FILTER (counts) AS n, count(*) FILTER (NOT counts AND is_unknown) AS unknown,
       min(value) FILTER (counts) AS least, max(value) FILTER (counts) AS most,
       min(value) FILTER (counts AND value > 0) AS shortest,
       avg(value) FILTER (counts) AS mean, stddev_samp(value) FILTER (counts) AS deviation,
       coalesce(bool_and(value = floor(value)) FILTER (counts), true) AS is_whole
FROM ({rows})
"""
_KNOWN_BUT_VALUE = ("ended, but not known when", "would be negative: it ends before the creation", "working hours not known")


def _only(rows: Judged) -> str:
    """The judged rows with what this room asks of each: its value, whether it counts, whether it belongs but has no value."""
    unknown = ", ".join(f"'{words}'" for words in _KNOWN_BUT_VALUE)
    return f"SELECT CAST(value AS DOUBLE) AS value, {REASON} IS NULL AS counts, {WHY} IN ({unknown}) AS is_unknown FROM ({rows.text})"


def _values(rows: Judged) -> str:
    return f"SELECT CAST(value AS DOUBLE) AS value FROM ({rows.text}) WHERE {REASON} IS NULL AND value IS NOT NULL"


def _still_open(name: str, scope: Scope, data: Dataset) -> int:
    """Tickets created in the dates whose clock has not ended."""
    if not getattr(form_of(name, scope.ask), "running", ""):
        return 0
    rows = judged(name, _by_creation(scope), data)
    return int(data.query(f"SELECT count(*) AS n FROM ({rows.text}) WHERE {WHY} = '{RUNNING}'", rows.schema)["n"].iloc[0])


def _by_creation(scope: Scope) -> Scope:
    return scope.but(params=tuple({**dict(scope.params), "cohort": "created"}.items()))


def _edges(is_log: bool, n: int, least: float, shortest: float, most: float, is_whole: bool) -> Any:
    """The edges of the bars: on a log scale equal factors of 2 to a power, anchored at a minute; else whole numbers or round steps."""
    if not n:
        return np.array([], dtype="float64")
    wanted = int(min(MOST_BINS, max(FEWEST_BINS, 2.5 * n ** (1 / 3))))
    if is_log:
        low, high = max(SHORTEST, shortest if not math.isnan(shortest) else SHORTEST), max(SHORTEST, most)
        for parts in (4, 3, 2, 1):
            first, last = math.floor(parts * math.log2(low / 60)), math.floor(parts * math.log2(high / 60)) + 1
            if last - first <= wanted:
                break
        edges = 60 * 2 ** (np.arange(first, last + 1) / parts)
        return np.concatenate([[0.0], edges]) if least < edges[0] else edges
    if is_whole and most - least <= MOST_BARS:
        return np.arange(least - 0.5, most + 1.0)
    step = _round_step((most - least) / wanted)
    return step * np.arange(math.floor(least / step), math.floor(most / step) + 2)


def _round_step(size: float) -> float:
    if size <= 0:
        return 1.0
    ten = 10 ** math.floor(math.log10(size))
    return float(next(m for m in (1, 2, 5, 10) if m * ten >= size) * ten)


def _bins(rows: Judged, data: Dataset, edges: Any, n: int) -> pd.DataFrame:
    """Bars [low, high). The row's bar is found among the edges themselves, so that bars and their words agree to the last digit."""
    if not n:
        return pd.DataFrame({"low": [], "high": [], "n": [], "share": []}, dtype="float64")
    cases = " ".join(f"WHEN value < {float(edge)!r} THEN {place}" for place, edge in enumerate(edges[1:]))
    text = f"SELECT CASE {cases} ELSE {len(edges) - 2} END AS bar, count(*) AS n FROM ({_values(rows)}) GROUP BY bar"
    found = data.query(text, rows.schema)
    counts = np.zeros(len(edges) - 1)
    counts[np.minimum(found["bar"].to_numpy(int), len(counts) - 1)] = found["n"].to_numpy(float)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "n": counts.astype(int), "share": 100 * counts / n})


def _ranks(rows: Judged, data: Dataset, n: int) -> tuple[pd.DataFrame, tuple[Mark, ...]]:
    """The curve at two hundred ranks, and the marks with the order statistics that bound them."""
    if not n:
        return pd.DataFrame({"value": [], "share": []}, dtype="float64"), tuple(Mark(q, math.nan, math.nan, math.nan) for q in (0.5, 0.9))
    bounds = {q: stats.quantile_ranks(n, q) for q in (0.5, 0.9)}
    steps = np.unique(np.round(np.linspace(1, n, min(n, STEPS + 1))).astype(int))
    wanted = [*steps.tolist(), *(rank for pair in bounds.values() for rank in pair if rank is not None)]
    shares = ", ".join(repr((rank - 0.5) / n) for rank in wanted)  # half a rank below: never beside it by rounding
    found = data.query(
        f"SELECT quantile_disc(value, [{shares}]) AS ranked, quantile_cont(value, [0.5, 0.9]) AS marks FROM ({_values(rows)})", rows.schema
    ).iloc[0]
    ranked = [float(value) for value in found["ranked"]]
    curve = pd.DataFrame({"value": ranked[: len(steps)], "share": 100 * steps / n})
    at, marks = len(steps), []
    for (q, pair), value in zip(bounds.items(), found["marks"], strict=True):
        limits = []
        for rank in pair:
            limits.append(math.nan if rank is None else ranked[at])
            at += rank is not None
        marks.append(Mark(q, float(value), *limits))
    return curve, tuple(marks)


def _survival(rows: Judged, data: Dataset, name: str, scope: Scope) -> tuple[pd.DataFrame, tuple[Mark, ...]]:
    """Curve and marks of a cohort of which more than 5 % still run: those count with their age."""
    form = form_of(name, scope.ask)
    running = f"{getattr(form, 'running', '')}_{'business_seconds' if scope.clock == 'business' else 'seconds'}"
    found = data.query(
        f"SELECT CAST(coalesce(value, {running}) AS DOUBLE) AS value, {REASON} IS NULL AS is_over FROM ({rows.text}) "
        f"WHERE {REASON} IS NULL OR {WHY} = '{RUNNING}'",
        rows.schema,
    )
    curve = stats.kaplan_meier(found["value"].to_numpy(float), found["is_over"].to_numpy(bool))
    keep = np.unique(np.round(np.linspace(0, len(curve.times) - 1, min(len(curve.times), STEPS + 1))).astype(int))
    frame = pd.DataFrame({"value": curve.times[keep], "share": 100 * (1 - curve.survival[keep])})
    return frame, tuple(Mark(q, *curve.quantile(q)) for q in (0.5, 0.9))


def _slowest_half(rows: Judged, data: Dataset, n: int) -> float:
    """The share (0 to 100) of the slowest rows that together make up half of the sum; nan where the sum is 0."""
    text = f"""
WITH g AS (SELECT value, count(*) AS c, value * count(*) AS s FROM ({_values(rows)}) GROUP BY value),
w AS (SELECT value, c, s, sum(s) OVER (ORDER BY value DESC) AS upto, sum(s) OVER () / 2 AS half FROM g)
SELECT sum(CASE WHEN upto <= half THEN c WHEN upto - s < half THEN ceil((half - (upto - s)) / value) ELSE 0 END) AS n FROM w WHERE half > 0"""
    held = data.query(text, rows.schema)["n"].iloc[0]
    return math.nan if pd.isna(held) or not n else 100 * float(held) / n


def _limit(name: str, scope: Scope, rows: Judged, data: Dataset, n: int) -> Limit | None:
    param = LIMITS.get(name)
    if param is None or not n:
        return None
    seconds = scope.ask.seconds(param)
    within = int(data.query(f"SELECT count(*) AS n FROM ({_values(rows)}) WHERE value <= {seconds!r}", rows.schema)["n"].iloc[0])
    low, high = stats.wilson(within, n) if n >= FEWEST else (math.nan, math.nan)
    return Limit(param, seconds, 100 * within / n, 100 * float(low), 100 * float(high))


def _number(value: Any) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)
