"""The cloud of a pair and the line through it: points where there are few, ranges of equal size where there are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi import units
from kpi.catalogue import find
from kpi.correlations.agents import Agents, on_scale
from kpi.correlations.effect import Bend, scaled
from kpi.correlations.facts import alike_in, is_rare, is_yes_no
from kpi.correlations.model import NAN, Pair
from kpi.correlations.periods import Series
from kpi.correlations.tickets import Facts
from kpi.correlations.words import label
from kpi.engine import Dataset, quoted
from kpi.measure.facts import EVERY, facts
from kpi.metric import Ask
from kpi.scope import NONE, Scope
from kpi.stats import slope_within, wilson
from kpi.stats.base import Array, floats, t_of

MOST_POINTS, RANGES, STEPS = 5_000, 20, 41
"""Points drawn one by one, ranges of as many tickets each, places at which the line is drawn."""
APART, MOST_PARTS = 0.03, 4
"""How far the link inside segments lies from the one of all together before its parts are drawn apart; parts drawn."""
RELATIVE, POINTS = "relative", "pts"
"""Units of a week's distance from what is usual: per cent of it, or points. All others are those of `kpi.units`."""


@dataclass(frozen=True)
class Cloud:
    """`kind` is "points" (weeks, agents, few tickets), "ranges" (a row a range of the driver) or "groups" (no and yes).

    `points` has x, y, low, high (NaN where there is none), n, said and, where `parts` of the column `part_of` stand apart, part; `fit` has x, y,
    low, high (empty for groups); `raw` has x, y of single tickets. Units are `RELATIVE`, `POINTS` or those of `kpi.units`; titles say what is drawn.
    """

    kind: str
    points: pd.DataFrame
    fit: pd.DataFrame
    raw: pd.DataFrame
    x_unit: str
    y_unit: str
    x_title: str
    y_title: str
    is_log_x: bool = False
    is_log_y: bool = False
    parts: tuple[str, ...] = ()
    part_of: str = ""


def of_weeks(pair: Pair, first: Series, second: Series) -> Cloud:
    """Weeks by their distance from what is usual: line and season are taken out of both, as in the coefficient."""
    both = ~np.isnan(first.left) & ~np.isnan(second.left)
    x, y = first.left[both], second.left[both]
    (to_x, x_unit), (to_y, y_unit) = (_distance(series) for series in (first, second))
    weeks = [week for week, known in zip(first.weeks, both, strict=True) if known]
    said = [
        f"Week of {week:%Y-%m-%d}: {label(first.name)} {units.say(float(a), find(first.name).unit)}, "
        f"{label(second.name)} {units.say(float(b), find(second.name).unit)}"
        for week, a, b in zip(weeks, first.values[both], second.values[both], strict=True)
    ]
    points = _frame(to_x(x), to_y(y), said, n=np.ones(len(x)))
    grid, line, low, high = fitted(x, y, pair.worth)
    fit = pd.DataFrame({"x": to_x(grid), "y": to_y(line), "low": to_y(low), "high": to_y(high)})
    usual = "from its trend and season" if min(first.taken_out, second.taken_out) > 1 else "from its trend"
    titles = f"{find(first.name).label}, {usual}", f"{find(second.name).label}, {usual}"
    return Cloud("points", points, fit, _raw(), x_unit, y_unit, *titles)


def of_agents(pair: Pair, agents: Agents, ask: Ask) -> Cloud:
    """Agents by their shrunk figures; nobody is named."""
    first, second = agents.groups[pair.first], agents.groups[pair.second]
    both = ~np.isnan(first.value) & ~np.isnan(second.value)
    units_of = [find(group.name).unit for group in (first, second)]
    x, y = on_scale(first, ask)[both], on_scale(second, ask)[both]
    team = np.array(agents.team or [""] * len(both), dtype=object)[both]
    said = [
        f"An agent{f' of {t}' if t else ''}: {label(first.name)} {units.say(float(a), units_of[0])} of {units.say(float(n), 'count')}, "
        f"{label(second.name)} {units.say(float(b), units_of[1])} of {units.say(float(m), 'count')}"
        for t, a, b, n, m in zip(team, x, y, first.n[both], second.n[both], strict=True)
    ]
    points = _frame(x, y, said, n=np.minimum(first.n, second.n)[both]).assign(part=team)
    parts = tuple(sorted(set(team))) if agents.team is not None else ()
    parts = parts if 2 <= len(parts) <= MOST_PARTS else ()
    grid, line, low, high = fitted(first.value[both], second.value[both], float(both.sum()))
    turns = [_turn(group.name, ask) for group in (first, second)]
    fit = pd.DataFrame({"x": turns[0](grid), "y": turns[1](line), "low": turns[1](low), "high": turns[1](high)})
    x_unit, y_unit = units_of
    x_title, y_title = (f"{find(name).label} of an agent" for name in (pair.first, pair.second))
    logs = x_unit == "s", y_unit == "s"
    return Cloud("points", points, fit, _raw(), x_unit, y_unit, x_title, y_title, *logs, parts, "team" if parts else "")


def ranges_of(pair: Pair, scope: Scope, data: Dataset) -> tuple[pd.DataFrame, str]:
    """Tickets in ranges of the driver, put together by the engine from all of them; and the column whose parts stand apart.

    Where the link is another inside segments than all together, these are the largest parts of the first column of the segment.
    """
    alike = alike_in(data)
    is_apart = bool(alike) and not is_yes_no(pair.first, scope.ask) and abs(pair.pooled - pair.r) >= APART
    column = alike[0] if is_apart else ""
    return _ranges(pair.first, pair.second, scope, data, column), column


def of_tickets(pair: Pair, ask: Ask, found: Facts, bent: Bend | None, ranges: tuple[pd.DataFrame, str]) -> Cloud:
    """Tickets in `ranges_of` the driver; single ones too where there are few."""
    first, second = pair.first, pair.second
    x_unit = "%" if is_yes_no(first, ask) else find(first).unit
    y_unit = "%" if is_yes_no(second, ask) else find(second).unit
    points, column = ranges
    parts = tuple(dict.fromkeys(points["part"])) if column else ()
    x, y = found.columns[first], found.columns[second]
    both = ~np.isnan(x) & ~np.isnan(y)
    is_few = both.sum() <= MOST_POINTS and not is_yes_no(first, ask) and not is_yes_no(second, ask)
    raw = _raw(x[both], y[both]) if is_few else _raw()
    titles = find(first).label, f"{find(second).label}{'' if y_unit == '%' else ', median and middle half'}"
    if is_yes_no(first, ask):
        return Cloud("groups", points, _fit(), raw, x_unit, y_unit, *titles, is_log_y=_is_log(y_unit, points["low"]))
    fit = _bent_line(points, bent) if bent and bent.shape.is_clear else _straight_line(first, second, points, found, ask)
    logs = _is_log(x_unit, points["x"]), _is_log(y_unit, points["low"])
    return Cloud("ranges", points, fit, raw, x_unit, y_unit, *titles, *logs, parts, column)


def fitted(x: Array, y: Array, worth: float) -> tuple[Array, Array, Array, Array]:
    """(places, line, low, high): a straight line and the 95 % band of its height, from points worth so many independent ones."""
    if len(x) < 4 or not x.std() > 0:
        nothing = floats([])
        return nothing, nothing, nothing, nothing
    slope, level = np.polyfit(x, y, 1)
    grid = np.linspace(x.min(), x.max(), STEPS)
    line = level + slope * grid
    own = max(4.0, worth)
    error = np.sqrt(((y - level - slope * x) ** 2).mean() * own / (own - 2) * (1 / own + (grid - x.mean()) ** 2 / (own * x.var())))
    half = t_of(0.95, own - 2) * error
    return floats(grid), floats(line), floats(line - half), floats(line + half)


def _ranges(first: str, second: str, scope: Scope, data: Dataset, column: str = "") -> pd.DataFrame:
    """A row a range of the driver (or no and yes): middle of both, limits, tickets, and the sentence; of each of the largest parts of a column."""
    ask = scope.ask
    rare = tuple(name for name in (first, second) if is_rare(name, ask))  # of those with an answer only: they are far fewer
    wanted = (("TRUE", rare),) if rare else EVERY
    text, schema = facts((first, second), scope, data, (column,) if column else (), wanted)
    part = f"coalesce({quoted(column)}, '{NONE}')" if column else "''"
    each = RANGES // 2 if column else RANGES
    place = f"least({each - 1}, floor({each}.0 * (rank() OVER (PARTITION BY part ORDER BY x) - 1) / count(*) OVER (PARTITION BY part)))"
    known = f"SELECT {part} AS part, {first} AS x, {second} AS y FROM ({text}) WHERE {first} IS NOT NULL AND {second} IS NOT NULL"
    known = f"WITH known AS ({known}) FROM known WHERE part IN (SELECT part FROM known GROUP BY part ORDER BY count(*) DESC, part LIMIT {MOST_PARTS})"
    frame = data.query(
        f"SELECT part, place, count(*) AS n, min(x) AS least, max(x) AS most, median(x) AS x, avg(y) AS mean, quantile_cont(y, 0.25) AS low, "
        f"quantile_cont(y, 0.5) AS middle, quantile_cont(y, 0.75) AS high FROM "
        f"(SELECT {'x' if is_yes_no(first, ask) else place} AS place, part, x, y FROM ({known})) GROUP BY part, place ORDER BY part, place",
        schema,
    )
    n = floats(frame["n"])
    if is_yes_no(second, ask):
        limits = wilson(np.round(floats(frame["mean"]) * n), n)
        y, low, high = 100 * floats(frame["mean"]), 100 * floats(limits[0]), 100 * floats(limits[1])
    else:
        y, low, high = (floats(frame[column]) for column in ("middle", "low", "high"))
    x = 100 * floats(frame["x"]) if is_yes_no(first, ask) else floats(frame["x"])
    said = []
    middles, least, most = (floats(frame[column]) for column in ("x", "least", "most"))
    own, unit = find(first).unit, "%" if is_yes_no(second, ask) else find(second).unit
    for k in range(len(frame)):
        where = units.say_interval(float(least[k]), float(most[k]), own) or units.say(float(middles[k]), own)
        where = ("Yes" if middles[k] else "No") if is_yes_no(first, ask) else where
        value, between = units.say(float(y[k]), unit), units.say_interval(float(low[k]), float(high[k]), unit)
        said.append(f"{find(first).label} {where}: {label(second)} {value} ({between}; {units.say(float(n[k]), 'count')} tickets)")
    names = [str(name) for name in frame["part"]]
    said = [f"{name}: {words}" if name else words for name, words in zip(names, said, strict=True)]
    return _frame(x, y, said, n=n, low=low, high=high).assign(part=names)


def _straight_line(first: str, second: str, points: pd.DataFrame, found: Facts, ask: Ask) -> pd.DataFrame:
    """Inside segments where they are known, through the middle of all; the band is the uncertainty of its slope."""
    rows = found.rows(ask, first, second)
    x, y = scaled(first, found.columns[first][rows], ask), scaled(second, found.columns[second][rows], ask)
    agent, segment = (None if codes is None else codes[rows] for codes in (found.agent, found.segment))
    both = ~np.isnan(x) & ~np.isnan(y)
    slope = slope_within(x, y, agent, segment)
    if np.isnan(slope.slope) or len(points) < 3:
        return _fit()
    grid = np.linspace(float(np.quantile(x[both], 0.02)), float(np.quantile(x[both], 0.98)), STEPS)
    from_middle = grid - x[both].mean()
    level = float(y[both].mean())
    lines = [level + one * from_middle for one in (slope.slope, slope.low, slope.high)]
    turn_x, turn_y = _turn(first, ask, of_hundred=True), _turn(second, ask, of_hundred=True)
    low, high = np.minimum(lines[1], lines[2]), np.maximum(lines[1], lines[2])
    return pd.DataFrame({"x": turn_x(grid), "y": turn_y(lines[0]), "low": turn_y(low), "high": turn_y(high)})


def _bent_line(points: pd.DataFrame, bent: Bend) -> pd.DataFrame:
    shape = bent.shape
    low, high = float(points["x"].min()), float(points["x"].max())
    ramp = np.linspace(shape.start, shape.end, STEPS).tolist()  # a straight line in time is a curve on a log axis
    places = [place for place in (low, *ramp, high) if low <= place <= high]
    levels = [shape.below + shape.height * float(np.clip((p - shape.start) / (shape.end - shape.start), 0, 1)) for p in places]
    return pd.DataFrame({"x": places, "y": levels, "low": NAN, "high": NAN}).drop_duplicates("x")


def _distance(series: Series) -> tuple[Any, str]:
    """How what is left of a series is drawn: per cent of the usual for what is compared by factors, else in points or its unit."""
    if series.is_on_log:
        return (lambda left: 100 * np.expm1(left)), RELATIVE
    unit = find(series.name).unit
    return (lambda left: left), POINTS if unit in ("%", "points") else unit


def _turn(name: str, ask: Ask, of_hundred: bool = False) -> Any:
    """From the scale of comparison to the metric's unit; shares are 0 to 1 on it, with `of_hundred` already per cent."""
    if is_yes_no(name, ask):
        return lambda v: floats(v) if of_hundred else 100 * floats(v)
    return (lambda v: np.exp(floats(v))) if find(name).unit == "s" else floats


def _is_log(unit: str, values: Any) -> bool:
    return unit == "s" and bool(len(values)) and bool((floats(values) > 0).all())


def _frame(x: Any, y: Any, said: list[str], n: Any, low: Any = NAN, high: Any = NAN) -> pd.DataFrame:
    return pd.DataFrame({"x": floats(x), "y": floats(y), "low": low, "high": high, "n": n, "said": said})


def _raw(x: Any = (), y: Any = ()) -> pd.DataFrame:
    return pd.DataFrame({"x": floats(x), "y": floats(y)})


def _fit() -> pd.DataFrame:
    return pd.DataFrame({"x": [], "y": [], "low": [], "high": []}, dtype=float)
