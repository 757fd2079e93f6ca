"""Inputs moved: what follows, by which link, how far it may be believed, and in which words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi import units
from kpi.catalogue import find
from kpi.what_if import backlog as flows
from kpi.what_if import outlook as outlooks
from kpi.what_if import words
from kpi.what_if.fit import NONE, Change
from kpi.what_if.ground import Ground
from kpi.what_if.history import FADED, INSIDE, LEVELS, REFUSED, Joint, Standing
from kpi.what_if.inputs import INPUTS
from kpi.what_if.links import movable
from kpi.what_if.outlook import HORIZON, Outlook
from kpi.what_if.work import Work

NAN = float("nan")
FIRST = "first_contact_resolution"


@dataclass(frozen=True)
class Played:
    """What follows from `moves`. `change` is the outcome's, `today` and `after` its level (unknown: NaN); `before` and `work` are weeks of work
    without and with the moves; `handling` is what first contact does to handle time where that was not moved by hand.

    `standings` says of each input moved how far its history carries the wish; `joint` of all together. `refusal` says why the outcome is not
    answered. `volume` is the largest share of tickets that fewer repeated contacts could save, in per cent.
    """

    ground: Ground
    outcome: str
    moves: Mapping[str, float]
    change: Change
    today: float
    before: Work
    work: Work
    handling: Change | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)
    joint: str = ""
    refusal: str = ""
    volume: float = NAN

    @property
    def after(self) -> float:
        metric = find(self.outcome)
        level = self.today + self.change.value
        return min(max(level, metric.low or 0.0), metric.high or math.inf) if not math.isnan(level) else NAN

    @property
    def level(self) -> str:
        """The worst standing of the inputs moved: inside, unknown, faded or refused."""
        levels = [one.level for one in self.standings.values()] + ([FADED] if self.joint else [])
        return max(levels, key=LEVELS.index, default=INSIDE)

    @property
    def moved_drivers(self) -> tuple[str, ...]:
        return tuple(name for name in self.moves if INPUTS[name].kind != "level")

    @property
    def finding(self) -> str:
        """The one sentence."""
        return words.finding(self)

    @property
    def caveat(self) -> str:
        """What to make of it."""
        return " ".join(words.caveat(self))

    @property
    def text(self) -> str:
        return f"{self.finding} {self.caveat}".strip()

    def outlook(self, target: float = NAN, weeks: int = HORIZON) -> Outlook:
        """The fan of the coming weeks, and the chance of the target."""
        series = self.ground.series.get(self.outcome)
        if series is None or self.refusal:
            return Outlook(weeks)
        metric = find(self.outcome)
        weeks = max(1, min(weeks, outlooks.FARTHEST))
        return outlooks.outlook(outlooks.paths(series, weeks), self.change, target, metric.better, len(series), metric.low, metric.high)

    def backlog(self, days: int = flows.DAYS, limit: float = NAN) -> tuple[flows.Ahead, flows.Ahead] | None:
        """(as it is, with the moves) simulated so many days ahead; None where the flow is not known."""
        flow = self.ground.flow
        if flow.reason:
            return None
        more = _ratio(self.work.tickets_per_week, self.before.tickets_per_week)
        return flows.ahead(flow, days, limit), flows.ahead(flow.moved(more, self.more_capacity), days, limit)

    @property
    def more_capacity(self) -> float:
        """How many times today's tickets can be worked off: by more hours, shorter handling, another occupancy or shrinkage."""
        hours = _ratio(self.work.paid_hours, self.before.paid_hours)
        handling = _ratio(self.before.handle_time, self.work.handle_time)
        ready = _ratio(self.work.occupancy, self.before.occupancy)
        there = _ratio(100 - self.work.shrinkage, 100 - self.before.shrinkage)
        return hours * handling * ready * there

    def say(self, name: str, value: float) -> str:
        """A value of an input or outcome in words."""
        unit = INPUTS[name].unit if name in INPUTS else find(name).unit
        return units.say(value, unit, self.ground.currency or None)


def play(ground: Ground, moves: Mapping[str, float], outcome: str = "csat", *, guarded: bool = True) -> Played:
    """Move inputs (name -> value in its unit). Raises BadValue for a move no ticket can follow; refuses, in words, one nobody has seen.

    Without the guard it says what the pattern would ask for even there: for searching, never for showing.
    """
    wanted = {name: value for name, value in moves.items() if name not in ground.today or not _same(value, ground.today[name])}
    before = ground.work
    work = before.moved(wanted)
    if "hourly_cost" in wanted and math.isnan(before.hourly_cost):
        before = before.moved({"hourly_cost": wanted["hourly_cost"]})
    standings = {name: ground.histories[name].standing(value) for name, value in wanted.items() if name in ground.histories}
    drivers = {name: (ground.today.get(name, NAN), value) for name, value in wanted.items() if name in movable(outcome)}
    handling = _handling(ground, wanted, guarded)
    if handling is not None and not math.isnan(work.handle_time):
        work = work.moved({"handle_time": max(1.0, work.handle_time + handling.value)})
    joint = _joint(ground, wanted)
    change, refusal = _change(ground, outcome, drivers, standings if guarded else {})
    first = drivers.get(FIRST)
    return Played(
        ground, outcome, wanted, change, ground.today.get(outcome, NAN), before, work, handling, standings, joint, refusal,
        100 * (1 - first[0] / first[1]) if first and first[1] > first[0] > 0 else NAN,
    )  # fmt: skip


def _change(
    ground: Ground, outcome: str, drivers: Mapping[str, tuple[float, float]], standings: Mapping[str, Standing]
) -> tuple[Change, str]:
    if not drivers:
        return NONE, ""
    unknown = [INPUTS[name].label for name, (today, _) in drivers.items() if math.isnan(today)]
    if unknown or outcome not in ground.today:
        return Change(NAN), f"{' and '.join(unknown or [find(outcome).label])}: not known in these data."
    refused = [one.said for name, one in standings.items() if name in drivers and one.level == REFUSED]
    if refused:
        return Change(NAN), " ".join(refused)
    found = ground.model(outcome, list(drivers))
    if found is None:
        alone = [name for name in drivers if ground.model(outcome, [name]) is None]
        if alone:
            reason = next((one.reason for m, one in ground.learned.items() if m.outcome == outcome and alone[0] in m.drivers), "")
            return Change(NAN), f"{INPUTS[alone[0]].label}: {reason or 'not known here'}."
        said = " and ".join(INPUTS[name].label for name in drivers)
        return Change(NAN), f"{said} are made of one another: move one of them at a time."
    change = found.change(drivers)
    return change, f"{INPUTS[next(iter(drivers))].label}: {found.reason}." if found.reason else ""


def _handling(ground: Ground, moves: Mapping[str, float], guarded: bool) -> Change | None:
    """What first contact does to handle time, where it was moved and handle time was not."""
    if FIRST not in moves or "handle_time" in moves or FIRST not in ground.today:
        return None
    found = ground.model("handle_time", [FIRST])
    known = ground.histories.get(FIRST)
    if found is None or (guarded and known is not None and known.standing(moves[FIRST]).level == REFUSED):
        return None
    return found.change({FIRST: (ground.today[FIRST], moves[FIRST])})


def _joint(ground: Ground, moves: Mapping[str, float]) -> str:
    found = Joint.of([ground.histories[name] for name in moves if name in ground.histories])
    return found.said if found is not None and found.is_far(moves) else ""


def _ratio(new: float, old: float) -> float:
    return new / old if old > 0 and not math.isnan(new) else 1.0


def _same(value: float, today: float) -> bool:
    return math.isclose(value, today, rel_tol=1e-6, abs_tol=1e-9)
