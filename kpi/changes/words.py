"""The finding and its caveat, in words."""

from __future__ import annotations

from kpi import units
from kpi.changes.model import MIX, RATE, Change, Claim
from kpi.changes.said import level_said, named
from kpi.measure.compile import form_of
from kpi.measure.words import SPOKEN
from kpi.metric import Ask

MOST_NAMED = 3
ARITHMETIC = "A split says where a change lies, not what caused it."


def finding(found: Change, ask: Ask) -> str:
    """The one sentence: what changed by how much, whether that is beyond noise, and what stands out."""
    if found.verdict == "unknown":
        return f"{found.metric.label} cannot be compared here: {found.notes[0] if found.notes else 'one side has no rows'}."
    rows = " and ".join(units.say(rows, "count") for rows in found.rows)
    too_little = "two instants" if found.figure.is_stock else "so few days"
    ends = {
        "few": f": too few rows to tell from chance ({rows}).",
        "described": f". Whether that is more than usual cannot be told from {too_little}.",
        "noise": ", which is within normal variation: there is nothing to explain in the whole.",
        "real": f", beyond normal variation{_standing_out(found)}.",
    }
    return f"{_moved(found, ask)}{ends[found.verdict]}"


def caveat(found: Change) -> str:
    """What to make of it: how much was looked at, what else stands out, what the split is of."""
    if found.verdict in ("unknown", "few"):
        return ""
    said = []
    if found.figure.why:
        change = found.say_change(found.figure_now - found.figure_before)
        what = found.figure.label.partition(": ")[2] or "mean"
        ends = f"from {found.say(found.figure_before)} to {found.say(found.figure_now)} ({change})"
        said.append(f"Split is the {what}, for {found.figure.why}: it {'went' if found.pair.is_period else 'goes'} {ends}.")
    if not found.splits and found.verdict != "real":
        return " ".join(said)
    looked = f"We looked at {units.say(found.n_slices, 'count')} slices of {len(found.splits)} dimensions"
    if found.verdict == "noise":
        if found.apart:
            said.append(f"Still, {claim_said(found, found.apart[0], of_whole=False)}, while others made up for it. {looked}.")
        elif found.n_slices:
            said.append(f"{looked}; none stands out by itself.")
        said += [*found.notes, "The split below only describes how the difference adds up; it does not explain the whole."]
    elif found.verdict == "described":
        said.append("The split below describes how the difference adds up; nothing is claimed of it.")
    elif found.claims:
        others = _others(found)
        said.append(f"{looked}, and that is allowed for.{f' Also standing out: {others}.' if others else ''} {ARITHMETIC}")
    elif found.n_slices:
        said.append(f"{looked}: none moved more than the rest by more than chance would make one of so many. {ARITHMETIC}")
    else:
        why = [f"{named(column).lower()}: {reason}" for column, reason in found.left_out.items()]
        said.append(f"No column of these data splits it{' (' if why else ''}{'; '.join(why)}{')' if why else ''}.")
    return " ".join(said)


def claim_said(found: Change, claim: Claim, *, of_whole: bool = True) -> str:
    """ "channel phone moved more than the rest and adds -1.9 pts to a change of -2.4 pts"."""
    whole = found.say_change(found.figure_now - found.figure_before)
    part = f"adds {found.say_change(claim.adds)}{f' to a change of {whole}' if of_whole else ''}"
    if claim.what == MIX:
        return f"another mix by {named(claim.column).lower()} {part}"
    name = f"{named(claim.column).lower()} {level_said(claim.column, claim.level)}"
    verb = "moved more than the rest" if claim.what == RATE else "changed more than the rest"
    return f"{name} {verb} and {part}"


def _standing_out(found: Change) -> str:
    if found.claims:
        return f"; what stands out most: {claim_said(found, found.claims[0])}"
    return "; no part of it stands out from the rest" if found.n_slices else ""


def _others(found: Change) -> str:
    """The other claims in a few words; parts of other dimensions are often the same tickets."""
    names = [
        f"the mix by {named(c.column).lower()}" if c.what == MIX else f"{named(c.column).lower()} {level_said(c.column, c.level)}"
        for c in found.claims[1:]
    ]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "") + (" (parts may be the same tickets)" if names else "")


def _moved(found: Change, ask: Ask) -> str:
    """ "CSAT fell by 2.4 pts to 81.1 %", or for two parts "CSAT of phone is 4.1 pts below that of email (81.1 % against 85.2 %)"."""
    metric, currency = found.metric, found.currency or None
    label = _label(found, ask)
    by = units.say_change(abs(found.change), metric.unit, currency, days=found.days).lstrip("+")
    now, before = (units.say(value, metric.unit, currency, days=found.days) for value in (found.now, found.before))
    if not found.pair.is_period:
        against, part = found.pair.words
        if found.change == 0:
            return f"{label} of {part} is that of {against} ({now})"
        return f"{label} of {part} is {by} {'above' if found.change > 0 else 'below'} that of {against} ({now} against {before})"
    return (
        f"{label} stayed at {now}"
        if found.change == 0
        else f"{label} {'rose' if found.change > 0 else 'fell'} by {by}, from {before} to {now}"
    )


def _label(found: Change, ask: Ask) -> str:
    """ "Median first reply", "90th percentile of first reply", "CSAT"."""
    own = getattr(form_of(found.metric.name, ask), "statistic", "")
    said, label = SPOKEN.get(ask.statistic or own, "") if own else "", found.metric.label
    lower = f"{label[:1].lower()}{label[1:]}" if label[1:2].islower() else label
    return f"{said[:1].upper()}{said[1:]}{' of' if 'percentile' in said else ''} {lower}" if said else label
