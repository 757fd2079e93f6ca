"""The sentences of a what-if. They speak of a pattern and of "if it is causal", never of a cause."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kpi import units
from kpi.catalogue import find
from kpi.what_if.fit import Change
from kpi.what_if.history import FADED, UNKNOWN
from kpi.what_if.inputs import INPUTS

if TYPE_CHECKING:
    from kpi.what_if.play import Played

CAUSAL = "if the pattern in your data is causal"


def finding(played: Played) -> str:
    """What follows, in one sentence."""
    if not played.moves:
        return "Nothing is moved yet: every input stands where it is today."
    if played.refusal:
        return played.refusal
    parts = []
    if played.moved_drivers:
        parts.append(_learned(played))
    if played.work != played.before and not math.isnan(played.work.hours_needed):
        parts.append(_work(played))
    if not parts:
        return "What was moved changes nothing that can be worked out from these data."
    said = "; ".join(parts)
    return f"{moved(played)}: {said}."


def moved(played: Played) -> str:
    """ "First contact resolution from 64.5 % to 69.5 %"."""
    return ", ".join(
        f"{INPUTS[name].label} from {played.say(name, played.ground.today[name])} to {played.say(name, value)}"
        if name in played.ground.today
        else f"{INPUTS[name].label} at {played.say(name, value)}"
        for name, value in played.moves.items()
    )


def _learned(played: Played) -> str:
    label = find(played.outcome).label
    return f"{label} would be {say_change(played.change, played.outcome)}, at {played.say(played.outcome, played.after)}, {CAUSAL}"


def say_change(change: Change, outcome: str) -> str:
    """ "+0.5 pts (+0.4 to +0.5 pts)"."""
    unit = find(outcome).unit
    limits = units.say_change_interval(change.low, change.high, unit)
    return f"{units.say_change(change.value, unit)}{f' ({limits})' if limits else ''}"


def _work(played: Played) -> str:
    before, after, currency = played.before, played.work, played.ground.currency or None
    parts = []
    if not math.isnan(after.cost_per_ticket):
        parts.append(
            f"cost per ticket {units.say(before.cost_per_ticket, 'currency', currency)} → "
            f"{units.say(after.cost_per_ticket, 'currency', currency)}"
        )
    hours = after.hours_needed - before.hours_needed
    parts.append(
        f"{units.say(abs(hours), 'count')} paid hours a week {'more' if hours > 0 else 'less'} work"
        if abs(hours) > 0.05
        else "the same work"
    )
    return ", ".join(parts)


def caveat(played: Played) -> list[str]:
    """What to make of it, sentence by sentence."""
    said: list[str] = []
    if not played.moves:
        return said
    if played.moved_drivers and not played.refusal:
        said += _on_the_pattern(played)
    said += [one.said for one in played.standings.values() if one.level in (FADED, UNKNOWN) and one.said not in played.refusal]
    said += [played.joint] if played.joint else []
    hours = played.work.hours_needed - played.before.hours_needed
    if hours < -0.05:
        said.append("Hours saved are capacity, not cash, until rosters change.")
    if played.handling is not None and not math.isnan(played.handling.value) and not math.isnan(played.work.handle_time):
        limits = units.say_change_interval(played.handling.low, played.handling.high, "s")
        said.append(
            f"Handle time follows first contact by {units.say_change(played.handling.value, 's')}{f' ({limits})' if limits else ''}, "
            "which is learned too; the rest of the cost is arithmetic."
        )
    if not math.isnan(played.volume) and not played.refusal:
        said.append(
            f"Fewer repeated contacts could save at most {units.say(played.volume, '%')} of tickets more, if every unsolved one came back; "
            "that is not counted in."
        )
    return [one for one in said if one]


def _on_the_pattern(played: Played) -> list[str]:
    unit, found = find(played.outcome).unit, played.ground.model(played.outcome, played.moved_drivers)
    said = []
    if not math.isnan(played.change.low) and not played.change.is_clear:
        said.append("That cannot be told from no change at all.")
    said.append(f"If half of the pattern is something else behind both, {units.say_change(played.change.half, unit)}; a pilot would tell.")
    if found is not None:
        who = f"{found.clusters} agents" if found.by_agent else f"{found.clusters} weeks"
        held = _joined(
            [name.replace("_", " ") for name in found.segments] + [INPUTS[n].label for n in found.terms if n not in played.moves]
        )
        said.append(f"Learned from {units.say(found.n, 'count')} answers of {who}{f', with {held} held equal' if held else ''}.")
    return said


def _joined(words: list[str]) -> str:
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last
