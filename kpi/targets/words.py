"""What a judgement says, sentence by sentence. Numbers are written by `kpi.units` only."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kpi import units

if TYPE_CHECKING:
    from kpi.targets.judgement import Judgement, Pace

_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


def finding(told: Judgement) -> str:
    """ "Full resolution, mean: behind. In the four weeks to 8 Nov 2026 it was 15 h (14 h–16 h); the path asks for 14 h 20 min." """
    return f"{told.target.title()}: {told.status}. {state(told)}".strip()


def state(told: Judgement) -> str:
    """Where it is and where it should be, without its name; or why that cannot be told."""
    reason = f"{told.reason[0].upper()}{told.reason[1:]}." if told.reason else ""
    if math.isnan(told.current.value):
        return reason
    now = f"In the {weeks_said(told.target.weeks)} to {date(told.current.last)} it was {amount(told, told.current.value)}{_limits(told)}"
    asks = "the goal was" if told.is_over else "the path asks for"
    return f"{now}; {asks} {amount(told, told.asked)}. {reason}".strip()


def sentences(told: Judgement) -> tuple[str, ...]:
    """The rest: the aim, the gap, both paces, the chance with its limits, what can be seen, what gave way, and notes."""
    every = (aim(told), gap(told), pace(told), chance(told), seen(told), given_way(told), *told.notes)
    return tuple(sentence for sentence in every if sentence)


def summary(told: Sequence[Judgement]) -> tuple[str, str]:
    """What many targets come to: the finding, and what it rests on."""
    if not told:
        return "", ""
    by = {status: [one for one in told if one.status == status] for status in dict.fromkeys(one.status for one in told)}
    wrong = [one for one in told if one.is_missed]
    gave = [one for one in told if one.worsened]
    if len(told) == 1:
        first = f"{told[0].target.title()}: {told[0].status}."
    elif wrong:
        names = _listed([one.target.title() for one in wrong[:3]]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
        first = f"{len(wrong)} of {len(told)} targets {'is' if len(wrong) == 1 else 'are'} behind or missed: {names}."
    else:
        first = f"None of {len(told)} targets is behind for sure."
    rest = [f"{len(some)} {status}" for status, some in by.items()] if len(told) > 1 else []
    beside = f" Beside {_listed([one.target.title() for one in gave[:3]])}, something else got worse beyond noise." if gave else ""
    said = f"{'; '.join(rest).capitalize()}." if rest else ""
    return (
        first,
        f"{said}{beside} Each is judged by the interval of its last weeks: while the path lies inside it, it is too early to tell.".strip(),
    )


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def aim(told: Judgement) -> str:
    """ "The aim: -5.0 % from 14 h 52 min (the mean of 13 weeks to 1 Mar 2026; 14 h–15 h 40 min) by 2 Jan 2027, which is 14 h 8 min." """
    target = told.target
    if math.isnan(told.goal):
        return ""
    base = told.baseline
    limits = interval(told, base.low, base.high)
    weeks = f"{base.weeks} week{'' if base.weeks == 1 else 's'}"
    window = f" (the {weeks} to {date(base.last)}{f'; {limits}' if limits else ''})" if target.begin is None else ""
    how = f"{target.change.said(target.declared.unit)} from" if target.change else "from"
    return f"The aim: {how} {amount(told, told.begin)}{window} to {amount(told, told.goal)} by {date(target.due)}."


def gap(told: Judgement) -> str:
    """What lies between now and the goal."""
    if math.isnan(told.gap):
        return ""
    there = told.gap <= 0 if told.better == "higher" else told.gap >= 0
    far = units.say_change(abs(told.gap), told.target.declared.unit, told.currency or None, days=told.target.has_days).lstrip("+")
    return f"The last {weeks_said(told.target.weeks)} lie {far} {'on the good side of' if there else 'short of'} the goal."


def pace(told: Judgement) -> str:
    """ "From here it takes -0.9 % a month; since the start it moved by -0.2 % a month (-1.1 % to +0.8 %; 22 weeks)." """
    parts = []
    if told.needed:
        parts.append(f"from here it takes {speed(told, told.needed)} a month")
    if told.pace:
        parts.append(f"since the start it moved by {speed(told, told.pace)} a month ({speeds(told, told.pace)}; {told.pace.weeks} weeks)")
    elif not math.isnan(told.current.value):
        parts.append("how fast it moves cannot be told before 8 weeks since the start")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def chance(told: Judgement) -> str:
    """The chance in tens with its word, and what such a chance is worth."""
    if told.is_over or math.isnan(told.current.value):
        return ""
    if not told.outlook.word:
        return "" if not told.outlook.horizon else "There are too few weeks to say how likely it is; 8 are needed."
    return f"Hitting it is {told.outlook.word}: {told.outlook.said}. {told.outlook.limits}"


def seen(told: Judgement) -> str:
    """ "With 812 tickets in four weeks, changes above 9.0 % can be told from chance; the 5.0 % aimed at would take about 2,600 in each period." """
    found = told.smallest
    if found is None:
        return ""
    window = weeks_said(told.target.weeks)
    if is_hopeless(told):
        return f"So few or so restless are these {window} that no change short of a doubling could be told from chance."
    able = f"changes above {size(told, found.amount)}"
    if found.by == "weeks":
        if math.isnan(found.by_rows):
            return f"Weeks differ by themselves: {window} show only {able}."
        alike = f"With {units.say(found.n, 'count')} {found.rows} in {window}, changes above {size(told, found.by_rows)} could be seen were weeks alike"
        return f"{alike}; they differ by themselves, so that only {able} can be told from chance."
    said = f"With {units.say(found.n, 'count')} {found.rows} in {window}, {able} can be told from chance"
    aimed = abs(told.goal / told.begin - 1) * 100 if found.kind == "relative" and told.begin else abs(told.goal - told.begin)
    if math.isnan(found.needed) or not 0 < aimed < found.amount:
        return f"{said}."
    return f"{said}; the {size(told, aimed)} aimed at would take about {units.say(found.needed, 'count')} {found.rows} in each period."


def is_hopeless(told: Judgement) -> bool:
    """Whether the window could not even show a doubling, or a change from one end of the scale to the other."""
    found, metric = told.smallest, told.target.declared
    if found is None:
        return True
    span = math.inf if metric.high is None or metric.low is None else metric.high - metric.low
    return found.amount >= (100 if found.kind == "relative" else span)


def size(told: Judgement, amount: float) -> str:
    """The size of a change: "9.0 %" of a time, else in the metric's unit."""
    if told.is_relative:
        return units.say_relative(amount).lstrip("+")
    return units.say_change(amount, told.target.declared.unit, told.currency or None, days=told.target.has_days).lstrip("+")


def given_way(told: Judgement) -> str:
    """What got worse beyond noise since the start, or that nothing watched did."""
    if told.worsened:
        return "Look at what gave way: " + " ".join(counter.text for counter in told.worsened)
    judged = [counter.metric.label for counter in told.balance if counter.is_worse is not None]
    return f"Nothing watched beside it got worse beyond noise ({', '.join(judged)})." if judged else ""


def amount(told: Judgement, value: float) -> str:
    """A value of the target's metric."""
    return units.say(value, told.target.declared.unit, told.currency or None, days=told.target.has_days)


def interval(told: Judgement, low: float, high: float) -> str:
    return units.say_interval(low, high, told.target.declared.unit, told.currency or None, days=told.target.has_days)


def speed(told: Judgement, given: Pace) -> str:
    """ "-0.9 %", "+0.4 pts"."""
    if told.is_relative:
        return units.say_relative(given.value)
    return units.say_change(given.value, told.target.declared.unit, told.currency or None, days=told.target.has_days)


def speeds(told: Judgement, given: Pace) -> str:
    """The interval of a pace."""
    if told.is_relative:
        return " to ".join(units.say_relative(end) for end in (given.low, given.high))
    return units.say_change_interval(given.low, given.high, told.target.declared.unit, told.currency or None, days=told.target.has_days)


def date(day: dt.date | None) -> str:
    """ "3 Oct 2026"."""
    return f"{day.day} {day:%b} {day.year}" if day else ""


def weeks_said(weeks: int) -> str:
    """ "four weeks"."""
    return f"{_NUMBERS[weeks] if weeks < len(_NUMBERS) else weeks} weeks"


def _limits(told: Judgement) -> str:
    limits = interval(told, told.current.low, told.current.high)
    return f" ({limits})" if limits else ""
