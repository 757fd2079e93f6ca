"""What a comparison says: an order in time with its uncertainty, never a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kpi import units
from kpi.events.event import said

if TYPE_CHECKING:
    from kpi.events.effect import BeforeAfter

MOST_NAMED, FEW = 3, 12
TWO_YEARS = 2 * 364


def finding(found: BeforeAfter) -> str:
    """The one sentence on top."""
    series = found.series
    if found.model == "descriptive":
        return (
            f"Too few {series.by}s to say more than this: the median of {series.label} was {series.say(found.median_before)} in the "
            f"{_periods(found.before_n, series.by)} before and {series.say(found.median_after)} in the {_periods(found.after_n, series.by)} "
            f"{'while it lasted' if found.is_during else 'after'}."
        )
    begin = _from(found)
    limits = found.scale.say_limits(found.low, found.high, series)
    past = _past(found)
    if found.is_clear:
        way = "higher" if found.effect > 0 else "lower"
        size = found.scale.say(found.effect, series).lstrip("+-")
        return f"{begin}, {series.label} was {size} {way} than {past} ({limits})."
    size = found.scale.say(found.effect, series)
    return f"No clear change: {begin[0].lower()}{begin[1:]}, {series.label} differed by {size} from what {past} ({limits})."


def caveat(found: BeforeAfter) -> list[str]:
    """What to make of it, sentence by sentence."""
    rest = [_nearly(found), _placebo(found), _looked(found)] if found.model != "descriptive" else []
    return [sentence for sentence in [*rest, _average(found), _worst(found), _made(found), _season(found), _others(found)] if sentence]


def _from(found: BeforeAfter) -> str:
    series = found.series
    day = series.dates[found.place]
    what = f"the {series.by} of {said(day)}" if series.by == "week" else series.when(found.place)
    last = [str(period) for period, is_after in zip(found.frame["period"], found.frame["is_after"], strict=True) if is_after][-1]
    ended = f" to that of {said(type(day).fromisoformat(last))}" if found.is_during else " on"
    return f"From {what}{ended}"


def _past(found: BeforeAfter) -> str:
    against = f" and {found.control}" if found.control else ""
    if found.model == "level":
        return f"the {_periods(found.before_n, found.series.by)} before{against} would have led one to expect"
    return f"its own past{against} would have led one to expect"


def _periods(n: int, by: str) -> str:
    return f"{units.say(n, 'count')} {by}{'' if n == 1 else 's'}"


def _placebo(found: BeforeAfter) -> str:
    many = len(found.placebos)
    if many < 10:
        return f"There are too few earlier {found.series.by}s to try the same reckoning at other dates."
    at = "none of them" if not found.stronger else f"{found.stronger} of them"
    if found.is_beyond_noise and not found.is_rare:
        return f"A step this strong turns up at other dates too: tried at {many} earlier ones, the same reckoning finds it at {at}."
    return f"Tried at {many} earlier dates, the same reckoning finds a step this strong at {at}."


def _nearly(found: BeforeAfter) -> str:
    if found.is_beyond_noise or not (found.low > 0 or found.high < 0):
        return ""
    by = found.series.by
    return (
        f"The interval leaves 0 out, but {by}s remember each other, and with so few of them that alone is not enough to call it a change."
    )


def _looked(found: BeforeAfter) -> str:
    return f"{found.looked} numbers were looked at, and the verdict allows for that (Holm)." if found.looked > 1 else ""


def _average(found: BeforeAfter) -> str:
    if np.isnan(found.average):
        return ""
    size = found.scale.say(found.average, found.series)
    limits = found.scale.say_limits(found.average_low, found.average_high, found.series)
    return f"Over the {_periods(found.after_n, found.series.by)} since, the difference averages {size} ({limits})."


def _worst(found: BeforeAfter) -> str:
    if not found.is_after_worst:
        return ""
    by = found.series.by
    return f"The event followed the worst {by} of all before it. After the worst {by} things get better by themselves, so that {by} is left out."


def _made(found: BeforeAfter) -> str:
    by = found.series.by
    parts = []
    if found.model == "level":
        why = f"With fewer than 12 {by}s on a side only" if min(found.before_n, found.after_n) < FEW else "Only"
        parts.append(f"{why} the level is compared, not where it was heading.")
    if found.left_out and not found.is_during:
        which = f"The {by} it falls into is" if found.left_out == 1 else f"The {_periods(found.left_out, by)} it touches are"
        parts.append(f"{which} left out (median {found.series.say(found.median_during)}).")
    return " ".join(parts)


def _season(found: BeforeAfter) -> str:
    days = (found.series.dates[-1] - found.series.dates[0]).days
    if found.model == "descriptive" or days >= TWO_YEARS or "a year earlier" in found.control:
        return ""
    return "Part of it may be the season: there are less than two years of data."


def _others(found: BeforeAfter) -> str:
    holidays = [event for event in found.nearby if event.kind == "holiday"]
    rest = [event for event in found.nearby if event.kind != "holiday"]
    named = [f"“{event.title}” ({said(event.date)})" for event in rest[:MOST_NAMED]]
    more = [f"{len(rest) - len(named)} more"] if len(rest) > len(named) else []
    days = [f"{len(holidays)} holiday{'' if len(holidays) == 1 else 's'}"] if holidays else []
    *most, last = [*named, *more, *days] or [""]
    beside = f": within four weeks also {', '.join(most)}{' and ' if most else ''}{last}" if last else ""
    return f"What comes after something need not come from it; other things happened too{beside}."
