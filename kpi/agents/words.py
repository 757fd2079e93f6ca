"""What a comparison says, in fair words: what was got, what the same tickets get from everybody, how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kpi import units
from kpi.measure.words import SPOKEN, in_a_line

if TYPE_CHECKING:
    from kpi.agents.model import Compared, One

MOST_NAMED = 4
COLUMNS = {"review_kind": "kind of review", "product_area": "product area"}
HARDER = 0.02
"""From this part of the average on a mix of tickets is called harder or easier."""


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """ "A, B and 3 more" of names that strangers wrote."""
    shown = [in_a_line(name) for name in names[:most]]
    shown += [f"{len(names) - most} more"] if len(names) > most else []
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def label(found: Compared) -> str:
    return f"{found.metric.label}, {SPOKEN[found.statistic]}" if found.statistic in SPOKEN else found.metric.label


def many(found: Compared, count: int) -> str:
    return f"{units.say(count, 'count')} {found.by}{'' if count == 1 else 's'}"


def alike(like: Sequence[str]) -> str:
    """ "team, channel and month": what tickets had alike."""
    return listed([COLUMNS.get(column, column.replace("_", " ")) for column in like], len(like))


def finding(found: Compared) -> str:
    if found.why_not:
        return f"{label(found)}: {found.why_not}."
    placed, alike_ = len(found.placed), len(found.of("alike"))
    than = "than the same tickets get from everybody" if found.like else f"than the average of {found.say(found.average)}"
    said = []
    for good in (True, False):
        names = [one.name for one in found.named if found.is_good(one) == good]
        said += [f"{listed(names)} {'is' if len(names) == 1 else 'are'} clearly {'better' if good else 'worse'}"] if names else []
    if not said:
        same = "with the same tickets, " if found.like else ""
        return (
            f"{label(found)}: the {many(found, placed)} cannot be told apart; {same}their differences are no larger than chance makes them."
        )
    rest = f"; {alike_} cannot be told apart" if alike_ else ""
    return f"{label(found)}: of {many(found, placed)}, {' and '.join(said)} {than}{rest}."


def caveat(found: Compared) -> str:
    """What the comparison allows for, and who is left out of it."""
    what = (
        f"Each is set beside the same tickets ({alike(found.like)}) in everybody's hands, and"
        if found.like
        else "Nothing tells tickets apart;"
    )
    said = [f"{what} all are judged together, so that chance alone names anybody in 5 % of cases."]
    if found.how == "time":
        said.append("Clocks that still run are not in it.")
    if few := len(found.of("few")):
        said.append(f"{units.say(few, 'count')} with fewer than 10 rows {'gets' if few == 1 else 'get'} no place.")
    if alone := [one.name for one in found.of("alone")]:
        said.append(f"{listed(alone)} {'has' if len(alone) == 1 else 'have'} tickets that hardly anybody else has.")
    return " ".join(said)


def verdict(found: Compared, one: One) -> str:
    if one.verdict == "few":
        return "fewer than 10: no place"
    if one.verdict == "alone":
        return "hardly anybody else has such tickets"
    if one.verdict == "alike":
        return "small sample: not named" if one.is_small else "cannot be told apart"
    return "clearly better" if found.is_good(one) else "clearly worse"


def hardness(found: Compared, one: One) -> str:
    """ "has harder tickets", "has easier tickets" or "has the usual tickets": what is expected of it, beside the average of all."""
    if one.expected is None or not found.average or not found.like:
        return ""
    apart = (one.expected - found.average) * (1 if found.metric.better == "higher" else -1)
    if abs(apart) < HARDER * abs(found.average):
        return "has the usual tickets"
    return f"has {'easier' if apart > 0 else 'harder'} tickets"


def of_one(found: Compared, one: One) -> str:
    name, n = in_a_line(one.name), f"n = {units.say(one.n, 'count')}"
    if one.verdict == "few":
        return f"{name}: {found.say(one.value)} ({n}): too few for a place."
    if one.verdict == "alone":
        return f"{name}: {found.say(one.value)} ({n}); hardly anybody else has such tickets, so that it is set beside nobody."
    against = f", expected of the same tickets {found.say(one.expected)}" if found.like else f", all together {found.say(found.average)}"
    typical = "typically " if found.how == "time" else ""
    return (
        f"{name}: got {typical}{found.say(one.got)} ({n}){against}; allowing for chance likely {likely(found, one)}: {verdict(found, one)}."
    )


def likely(found: Compared, one: One) -> str:
    """ "+1.2 pts (-0.3 to +2.8 pts)" or "-6.0 % (-9.1 to -2.8 %)": how far it likely is from what is expected."""
    if one.estimate is None or one.low is None or one.high is None or not found.average:
        return units.UNKNOWN
    if found.how == "time":
        middle, low, high = (100 * (value / found.average - 1) for value in (one.estimate, one.low, one.high))
        return f"{units.say_relative(middle)} ({units.say_relative(low)} to {units.say_relative(high)})"
    middle, low, high = (value - found.average for value in (one.estimate, one.low, one.high))
    unit, currency = found.metric.unit, found.currency or None
    return f"{units.say_change(middle, unit, currency)} ({units.say_change_interval(low, high, unit, currency)})"


def explained(plain: Compared, found: Compared) -> str:
    """What alike tickets change: who stands out as they are, and who still does with the same tickets."""
    if not found.like:
        return "These data say nothing about tickets by which they could be made alike: the figures are compared as they are."
    if plain.why_not or found.why_not:
        return found.text
    before, after = {one.name for one in plain.named}, {one.name for one in found.named}
    what = alike(found.like)
    if not before and not after:
        return f"Nobody stands out, neither as the figures are nor with the same {what}."
    gone, new = sorted(before - after), sorted(after - before)
    said = f"As the figures are, {len(before)} of {many(found, len(plain.placed))} stand out; with the same {what}, {len(after)} do."
    said += f" The kind of tickets may explain {listed(gone)}." if gone else ""
    return said + (f" Only beside the same tickets one sees {listed(new)}." if new else "")
