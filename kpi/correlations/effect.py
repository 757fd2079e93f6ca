"""A link of tickets told in the outcome's own units, and where waiting begins to matter: what a coefficient does not say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kpi import units
from kpi.catalogue import find
from kpi.correlations.facts import is_yes_no
from kpi.correlations.tickets import Facts
from kpi.correlations.words import DONE, label
from kpi.metric import Ask
from kpi.stats import Slope, Threshold, dense, slope_within, threshold
from kpi.stats.base import Array, floats

MINUTE = 60.0
NAN = float("nan")


@dataclass(frozen=True)
class Effect:
    """Two groups of tickets compared: those that count for a yes/no driver with those that do not, else the highest third of each segment
    with its lowest.

    `difference` with `low` and `high` compares like with like and knows that tickets of an agent are alike; in points for a yes/no outcome, in
    per cent for a duration, else in its unit. `pooled` throws all together. `high_level`, `low_level` are the plain levels of both groups.
    """

    difference: float
    low: float
    high: float
    p: float
    pooled: float
    high_level: float
    low_level: float
    n: int
    text: str


def scaled(name: str, values: Array, ask: Ask) -> Array:
    """An outcome on the scale it is compared on: points of a hundred, log seconds, or as it is."""
    if is_yes_no(name, ask):
        return 100 * values
    if find(name).unit == "s":
        seen = values[~np.isnan(values)]
        return floats(np.log(values + (0.0 if len(seen) and (seen > 0).all() else MINUTE)))
    return values


def effect(first: str, second: str, found: Facts, ask: Ask) -> Effect | None:
    """The difference a driver goes with; None where the tickets do not split in two."""
    rows = found.rows(ask, first, second)
    x, y = found.columns[first][rows], scaled(second, found.columns[second][rows], ask)
    both = ~np.isnan(x) & ~np.isnan(y)
    agent, segment = (None if codes is None else codes[rows][both] for codes in (found.agent, found.segment))
    x, y = x[both], y[both]
    if len(x) < 60:
        return None
    group = x if is_yes_no(first, ask) else _thirds(x, segment)
    within, pooled = slope_within(group, y, agent, segment), slope_within(group, y, agent)
    if np.isnan(within.slope):
        return None
    high_level, low_level = (float(y[group == side].mean()) for side in (1.0, 0.0))
    is_log = find(second).unit == "s" and not is_yes_no(second, ask)
    if is_log:
        high_level, low_level = float(np.exp(high_level)), float(np.exp(low_level))
        within, pooled = _factor(within), _factor(pooled)
    made = Effect(
        within.slope, within.low, within.high, within.p, pooled.slope, high_level, low_level, int((~np.isnan(group)).sum()), text=""
    )
    return replace(made, text=_text(first, second, made, found, ask, is_log))


def _thirds(x: Array, segment: Any) -> Array:
    """1 for the highest third of each segment, 0 for the lowest, unknown between: chats are compared with chats."""
    codes = np.zeros(len(x), dtype=np.int64) if segment is None else dense(segment)
    order = np.lexsort((x, codes))
    counts = np.bincount(codes)
    starts = np.cumsum(counts) - counts
    lower, upper = (x[order[starts + (counts * part).astype(int)]] for part in (1 / 3, 2 / 3))
    lower, upper = lower[codes], upper[codes]
    return floats(np.where((x > upper) | ((x == upper) & (upper > lower)), 1.0, np.where(x <= lower, 0.0, np.nan)))


def _factor(slope: Slope) -> Slope:
    """A difference of logarithms as a change in per cent."""
    change, low, high = (float(100 * np.expm1(v)) for v in (slope.slope, slope.low, slope.high))
    return Slope(change, low, high, slope.p, slope.n, slope.clusters)


def _text(first: str, second: str, made: Effect, found: Facts, ask: Ask, is_log: bool) -> str:
    unit = find(second).unit
    yes_no = is_yes_no(second, ask)
    change = units.say_relative(made.difference) if is_log else units.say_change(made.difference, "%" if yes_no else unit)
    limits = (
        f"{units.say_relative(made.low)} to {units.say_relative(made.high)}"
        if is_log
        else units.say_change_interval(made.low, made.high, "%" if yes_no else unit)
    )
    high, low = (units.say(level, "%" if yes_no else unit) for level in (made.high_level, made.low_level))
    if is_yes_no(first, ask):
        who, others = f"Tickets {DONE.get(first, 'that count for ' + label(first))}", "the others"
    else:
        most, least = ("longest", "shortest") if find(first).unit == "s" else ("highest", "lowest")
        who, others = f"The third of tickets with the {most} {label(first)}", f"the third with the {least}"
    alike = f", compared inside the same {' and '.join(found.alike)}" if found.segment is not None else ""
    sure = "" if made.low == made.low and not made.low <= 0 <= made.high else ", which may be chance"
    limits = f" ({limits})" if made.low == made.low else ""
    return f"{who} have {find(second).label} of {high}, {others} {low}: {change}{limits}{alike}{sure}."


@dataclass(frozen=True)
class Bend:
    """Where waiting begins to matter: the fitted shape and one sentence."""

    shape: Threshold
    text: str


def bend(first: str, second: str, found: Facts, ask: Ask) -> Bend | None:
    """The shape of an outcome over a wait; None where the driver is no duration or there is too little."""
    if find(first).unit != "s" or is_yes_no(first, ask) or (find(second).unit == "s" and not is_yes_no(second, ask)):
        return None
    rows = found.rows(ask, first, second)
    agent, segment = (None if codes is None else codes[rows] for codes in (found.agent, found.segment))
    shape = threshold(found.columns[first][rows], scaled(second, found.columns[second][rows], ask), agent, segment)
    return None if np.isnan(shape.p_flat) else Bend(shape, _bend_text(first, second, shape, ask))


def _bend_text(first: str, second: str, shape: Threshold, ask: Ask) -> str:
    unit = "%" if is_yes_no(second, ask) else find(second).unit
    name = label(second)
    if shape.p_flat >= 0.05:
        return f"No point is known from which {label(first)} makes a difference to {name}: flat describes these tickets as well."
    if not shape.is_clear:
        return f"A straight line describes {name} over {label(first)} as well as any bend: no threshold is claimed."

    def between(low: float, high: float) -> str:
        limits = units.say_interval(low, high, "s")
        return f" ({limits})" if limits else ""

    change = units.say_change(shape.height, unit)
    limits = units.say_change_interval(shape.height_low, shape.height_high, unit)
    verb = "falls" if shape.height < 0 else "rises"
    start, end = units.say(shape.start, "s"), units.say(shape.end, "s")
    last = f" until about {end}{between(shape.end_low, shape.end_high)}" if shape.end_high == shape.end_high else ""
    size = f"{change} ({limits})"
    if shape.start_low != shape.start_low:  # no level part before it can be told
        upto = f"up to about {end}{between(shape.end_low, shape.end_high)}"
        return f"{find(second).label} {verb} with {label(first)} {upto} and is level from there: {size}."
    level = f"is level while {label(first)} stays under about {start}{between(shape.start_low, shape.start_high)}"
    return f"{find(second).label} {level}, then {verb}{last}: {size}."
