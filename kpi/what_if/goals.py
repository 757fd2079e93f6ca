"""Goals turned round: which values of an input meet them? The answer is a set, with how sure it is, and whether anybody has ever been there."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kpi import units
from kpi.catalogue import find
from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.what_if.ground import Ground
from kpi.what_if.history import FADED, INSIDE, LEVELS, REFUSED, UNKNOWN, History, Joint
from kpi.what_if.inputs import INPUTS, find_input
from kpi.what_if.links import OUTCOMES, RESULTS, movable
from kpi.what_if.play import Played, play
from kpi.what_if.words import CAUSAL

NOT, POSSIBLE, LIKELY, SURE = 0, 1, 2, 3
"""Met nowhere in the interval; at its better end; by the estimate; at its worse end too."""
WORDS = ("not met", "possible", "met by the estimate", "met for sure")
ON_LINE, ON_GRID, BOTH_LEARNED = 101, 31, 17
MOST_GOALS = 4
_SOUGHT = (*OUTCOMES, "cost_per_ticket", "cost_per_week", "hours_needed")
_WRITTEN = re.compile(r"^\s*([a-z_]{1,60})\s*(>=|<=|≥|≤)\s*(-?\d+(?:\.\d+)?)\s*$")
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Goal:
    """`name` is to be at least (">=") or at most ("<=") `value`, in its unit."""

    name: str
    op: str
    value: float

    @property
    def label(self) -> str:
        return find(self.name).label if self.name in OUTCOMES else RESULTS[self.name][0]

    @property
    def unit(self) -> str:
        return find(self.name).unit if self.name in OUTCOMES else RESULTS[self.name][1]

    def said(self, currency: str = "") -> str:
        """ "CSAT of at least 90 %"."""
        return f"{self.label} of at {'least' if self.op == '>=' else 'most'} {units.say(self.value, self.unit, currency or None)}"

    def text(self) -> str:
        """As an address carries it: "csat>=90"."""
        return f"{self.name}{self.op}{self.value:.10g}"

    def meets(self, value: float) -> bool:
        return value >= self.value - 1e-9 if self.op == ">=" else value <= self.value + 1e-9


def read_goal(text: str) -> Goal:
    """ "csat>=90"; UnknownName for what cannot be sought, BadValue for anything else."""
    found = _WRITTEN.match(text)
    if not found:
        raise BadValue(f"The goal {text[:60]!r} cannot be read.", "Write it as csat>=90 or cost_per_ticket<=6.")
    name, op, value = found[1], found[2].replace("≥", ">=").replace("≤", "<="), float(found[3])
    if name not in _SOUGHT:
        raise UnknownName(f"Nobody can seek {name!r}.", did_you_mean(name, _SOUGHT) or f"There are {', '.join(_SOUGHT)}.")
    return Goal(name, op, value)


@dataclass(frozen=True)
class Sought:
    """Where all goals are met: `met` holds a code (0 not, 1 possible, 2 by the estimate, 3 for sure) per value of one axis (`grid[0]`), or per pair
    (axis 0 down, axis 1 across). `half`: met by the estimate even if half of the learned effect is something else. `levels` tells of each
    place whether the history carries it (inside, unknown, faded, refused). `best` is the best value of each goal anywhere on the grid.
    """

    ground: Ground
    goals: tuple[Goal, ...]
    axes: tuple[str, ...]
    grid: tuple[npt.NDArray[np.float64], ...]
    met: Codes
    half: npt.NDArray[np.bool_]
    levels: npt.NDArray[np.str_]
    best: tuple[float, ...] = ()
    now: tuple[float, ...] = ()

    def ranges(self, code: int = LIKELY) -> list[tuple[float, float]]:
        """On one axis: the stretches of values where all goals are met at least as surely as `code`."""
        return _stretches(self.grid[0], self.met >= code)

    def half_ranges(self) -> list[tuple[float, float]]:
        """On one axis: the stretches where they are met by the estimate even if half of the learned effect is something else."""
        return _stretches(self.grid[0], self.half)

    @property
    def feasible(self) -> npt.NDArray[np.bool_]:
        """Met by the estimate, where the history carries the wish."""
        return np.asarray((self.met >= LIKELY) & (self.levels == INSIDE))

    @property
    def finding(self) -> str:
        aim = " and ".join(goal.said(self.ground.currency) for goal in self.goals)
        if all(goal.meets(value) for goal, value in zip(self.goals, self.now, strict=True)):
            return f"{aim}: met today already." + (f" {self._one()}" if len(self.axes) == 1 else "")
        if not (self.met >= LIKELY).any():
            most = ", ".join(
                f"{goal.label} {units.say(value, goal.unit, self.ground.currency or None)}"
                for goal, value in zip(self.goals, self.best, strict=True)
            )
            moved = " and ".join(INPUTS[name].label for name in self.axes)
            return f"{aim}: no value of {moved} gives that, by the pattern in your data. The nearest it comes is {most}."
        return f"For {aim}: {self._one() if len(self.axes) == 1 else self._two()}"

    def _one(self) -> str:
        name = self.axes[0]
        said = " or ".join(self.said_range(*one) for one in self.ranges())
        if not said:
            return ""
        sure = " or ".join(self.said_range(*one) for one in self.ranges(SURE))
        surely = f"; for sure at {sure}" if sure and sure != said else "" if sure else "; nowhere for sure"
        return f"{INPUTS[name].label} at {said}{self._causal}{surely}."

    def _two(self) -> str:
        first, second = (INPUTS[name].label for name in self.axes)
        near = self.nearest()
        if near is None:
            return f"some combinations of {first} and {second} would do{self._causal}, but none that you have ever had."
        values = " with ".join(f"{INPUTS[n].label} {self._say(n, v)}" for n, v in zip(self.axes, near, strict=True))
        return f"the nearest combination inside your own history is {values}{self._causal}."

    @property
    def _causal(self) -> str:
        """Nothing where all of it is arithmetic."""
        learned = any(INPUTS[name].kind != "level" for name in self.axes)
        return f", {CAUSAL}" if learned else ""

    @property
    def caveat(self) -> str:
        """Whether anybody has ever been there; what half the effect leaves."""
        said = []
        inside = int(self.feasible.sum())
        if len(self.axes) == 1 and (self.met >= LIKELY).any():
            said.append(self._been())
        elif len(self.axes) == 2 and inside:
            share = 100 * inside / max(1, int((self.levels == INSIDE).sum()))
            said.append(f"Of the combinations your weeks have covered, {units.say(share, '%')} meet it.")
        if (self.met >= LIKELY).any() and self._causal:
            half = self.half_ranges() if len(self.axes) == 1 else []
            if len(self.axes) == 1:
                kept = " or ".join(self.said_range(*one) for one in half)
                said.append(f"If half of the pattern is something else, {f'it takes {kept}' if kept else 'no value does'}.")
            elif not self.half.any():
                said.append("If half of the pattern is something else, no combination does.")
        return " ".join(one for one in said if one)

    @property
    def text(self) -> str:
        return f"{self.finding} {self.caveat}".strip()

    def nearest(self) -> tuple[float, ...] | None:
        """The feasible values nearest to today, each distance in widths of its own history; None where nothing is feasible."""
        if not self.feasible.any():
            return None
        far = np.zeros(self.met.shape)
        for axis, name in enumerate(self.axes):
            low, high = self.ground.histories[name].edges if name in self.ground.histories else (self.grid[axis][0], self.grid[axis][-1])
            step = (self.grid[axis] - self.ground.today.get(name, self.grid[axis][0])) / max(high - low, 1e-9)
            far = far + (step**2).reshape([-1 if a == axis else 1 for a in range(len(self.axes))])
        place = np.unravel_index(int(np.where(self.feasible, far, np.inf).argmin()), self.met.shape)
        return tuple(float(self.grid[axis][at]) for axis, at in enumerate(place))

    def said_range(self, low: float, high: float) -> str:
        """ "85.5 % or more", "5 min to 7 min"."""
        name, ends = self.axes[0], self.grid[0]
        if low <= ends[0] and high >= ends[-1]:
            return "any value"
        if high >= ends[-1]:
            return f"{self._say(name, low)} or more"
        if low <= ends[0]:
            return f"{self._say(name, high)} or less"
        return f"{self._say(name, low)} to {self._say(name, high)}"

    def _been(self) -> str:
        name = self.axes[0]
        known = self.ground.histories.get(name)
        if known is None or not known.known:
            return f"{INPUTS[name].label}: too few weeks are known to say whether you have been there."
        stretches = self.ranges()
        weeks = sum(known.feasible(*one) for one in stretches)
        if weeks > 0:
            return f"You have been there: {round(weeks * len(known.values))} of {len(known.values)} weeks."
        low, high = stretches[0]
        if low > known.highest:
            return f"You have never had a week above {self._say(name, known.highest)}.{self._far(known, low)}"
        if high < known.lowest:
            return f"You have never had a week below {self._say(name, known.lowest)}.{self._far(known, high)}"
        return "You have never had a week there."

    def _far(self, known: History, value: float) -> str:
        return " That is beyond what the data can speak for." if known.standing(value).level == REFUSED else ""

    def _say(self, name: str, value: float) -> str:
        return units.say(value, INPUTS[name].unit, self.ground.currency or None)


def along(ground: Ground, outcome: str = "csat") -> tuple[str, ...]:
    """The inputs one may seek along here: the learned drivers, then the factors that are known. Sought is along the first, where none is named;
    along handle time, where nothing moves the outcome."""
    levels = [name for name in ground.levels() if name in ground.today and name != "paid_hours"]
    drivers = ground.drivers(outcome)
    return (*drivers, *sorted(levels, key=lambda name: name != "handle_time" and not drivers))


def seek(ground: Ground, goals: Sequence[Goal], axes: Sequence[str], moves: dict[str, float] | None = None) -> Sought:
    """The values of one input, or the pairs of two, that meet all goals, other `moves` as given. BadValue where it cannot be sought."""
    names = tuple(dict.fromkeys(axes))
    if not 1 <= len(names) <= 2 or not 1 <= len(goals) <= MOST_GOALS:
        raise BadValue("A goal is sought along one input or two.", "Choose them, and one to four goals.")
    for name in names:
        find_input(name)
        if name not in ground.today:
            raise BadValue(f"{INPUTS[name].label} is not known in these data.", "Choose another input.")
    outcome = next((goal.name for goal in goals if goal.name in OUTCOMES), OUTCOMES[0])
    if len({goal.name for goal in goals if goal.name in OUTCOMES}) > 1:
        raise BadValue("CSAT and DSAT are two sides of the same answers.", "Seek one of them.")
    learned = [name for name in names if name in movable(outcome)]
    if len(learned) == 2 and ground.model(outcome, learned) is None:
        raise BadValue(f"{' and '.join(INPUTS[n].label for n in learned)} are made of one another.", "Seek along one of them.")
    size = ON_LINE if len(names) == 1 else BOTH_LEARNED if len(learned) == 2 else ON_GRID
    grid = tuple(_axis(ground, name, size) for name in names)
    shape = tuple(len(values) for values in grid)
    met, half, levels = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=bool), np.full(shape, INSIDE, dtype="<U8")
    best = [math.nan] * len(goals)
    others = {name: value for name, value in (moves or {}).items() if name not in names}
    today = play(ground, others, outcome, guarded=False)
    now = tuple(value_at(today, goal.name, 1.0)[1] for goal in goals)
    if any(math.isnan(value) for value in now):
        missing = next(goal for goal, value in zip(goals, now, strict=True) if math.isnan(value))
        raise BadValue(f"{missing.label} is not known in these data.", "Choose another goal, or give the cost of a paid hour.")
    standing = {(axis, at): _level(ground, name, float(v)) for axis, name in enumerate(names) for at, v in enumerate(grid[axis])}
    joint = Joint.of([ground.histories[name] for name in names if name in ground.histories])
    played: dict[tuple[float, ...], Played | None] = {}
    for place in np.ndindex(*shape):
        wish = {name: float(values[at]) for name, values, at in zip(names, grid, place, strict=True)}
        pattern = {name: value for name, value in wish.items() if INPUTS[name].kind != "level"}
        key = (*pattern.values(), "handle_time" in wish)
        if key not in played:  # what is learned depends on drivers alone; the rest is arithmetic
            try:
                kept = {"handle_time": wish["handle_time"]} if "handle_time" in wish else {}
                played[key] = play(ground, {**others, **kept, **pattern}, outcome, guarded=False)
            except BadValue:  # no ticket can follow so far
                played[key] = None
        one = played[key]
        if one is None:
            levels[place] = REFUSED
            continue
        factors = {name: value for name, value in wish.items() if INPUTS[name].kind == "level"}
        here = replace(one, work=one.work.moved(factors)) if factors else one
        met[place], half[place] = _judged(here, goals, best)
        level = max((standing[axis, at] for axis, at in enumerate(place)), key=LEVELS.index)
        levels[place] = FADED if level in (INSIDE, UNKNOWN) and joint is not None and joint.is_far(wish) else level
    return Sought(ground, tuple(goals), names, grid, met, half, levels, tuple(best), now)


def _level(ground: Ground, name: str, value: float) -> str:
    return ground.histories[name].standing(value).level if name in ground.histories else UNKNOWN


def _judged(played: Played, goals: Sequence[Goal], best: list[float]) -> tuple[int, bool]:
    code, half = SURE, True
    for place, goal in enumerate(goals):
        worse, middle, better = value_at(played, goal.name, 1.0) if goal.op == ">=" else value_at(played, goal.name, 1.0)[::-1]
        one = SURE if goal.meets(worse) else LIKELY if goal.meets(middle) else POSSIBLE if goal.meets(better) else NOT
        code, half = min(code, one), half and goal.meets(value_at(played, goal.name, 0.5)[1])
        if math.isnan(best[place]) or (middle > best[place] if goal.op == ">=" else middle < best[place]):
            best[place] = middle
    return code, half


def value_at(played: Played, name: str, part: float = 1.0) -> tuple[float, float, float]:
    """(low, middle, high) of an outcome or a result of the identities, with a `part` of the learned effects."""
    if name in OUTCOMES:
        metric, change = find(name), played.change
        ends = [change.value if math.isnan(v) else v for v in (change.low, change.value, change.high)]
        low, middle, high = (min(max(played.today + part * v, metric.low or 0.0), metric.high or math.inf) for v in ends)
        return low, middle, high
    shift = played.handling
    if shift is None or math.isnan(shift.value) or math.isnan(shift.low):
        value = played.work.value(name)
        return value, value, value
    base = played.work.handle_time - shift.value
    found = [played.work.moved({"handle_time": max(1.0, base + part * v)}).value(name) for v in (shift.low, shift.value, shift.high)]
    return min(found), found[1], max(found)


def near(ground: Ground, name: str) -> tuple[float, float]:
    """From one width of its own weeks below the lowest to one above the highest: where a region is worth drawing."""
    one, today, known = INPUTS[name], ground.today[name], ground.histories.get(name)
    if known is None or not known.known:
        return max(one.low, 0.7 * today), min(one.high, 1.3 * today)
    low, high = min(known.lowest, today), max(known.highest, today)
    if one.unit == "s":
        return max(one.low, low * low / high), min(one.high, high * high / low)
    return max(one.low, low - (high - low)), min(one.high, high + (high - low))


def _axis(ground: Ground, name: str, size: int) -> npt.NDArray[np.float64]:
    """The values tried: to the good end for a share; else around today, well beyond what the history carries, so that the answer can say so.

    Two thirds of the points of a region lie near one's own weeks.
    """
    one, today = INPUTS[name], ground.today[name]
    low, high = near(ground, name)
    if one.unit == "%":
        low, high = max(one.low, min(low, today - 25)), min(one.high, max(high, today + 25))
        if one.kind == "share":  # all the way to the good end: the answer must be able to say that even that is too little
            low, high = (low, one.high) if one.better == "higher" else (one.low, high)
    elif one.unit == "s":
        low, high = max(one.low, min(low, today / 6)), max(high, today * 2.5)
    spaced = np.geomspace if one.unit == "s" else np.linspace
    high = max(high, low + 1e-6)
    if size == ON_LINE:
        return np.unique(np.append(spaced(low, high, size), today))
    return np.unique(np.concatenate([spaced(low, high, size // 3), spaced(*near(ground, name), size - size // 3), [today]]))


def _stretches(values: npt.NDArray[np.float64], where: npt.NDArray[np.bool_]) -> list[tuple[float, float]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]]).astype(int)))
    return [(float(values[begin]), float(values[end - 1])) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
