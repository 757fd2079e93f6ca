"""Links in sentences. The strength follows the limit nearest to 0, and no sentence says that one thing causes another."""

from __future__ import annotations

from kpi import units
from kpi.catalogue import find
from kpi.correlations.facts import is_yes_no
from kpi.correlations.model import ERROR, TRACE, UNITS, Matrix, Pair
from kpi.correlations.order import NAMED
from kpi.metric import Ask

DONE = {
    "resolved_within": "solved in time",
    "first_reply_within": "replied to in time",
    "resolution_rate": "solved by now",
    "answer_rate": "replied to at all",
    "first_contact_resolution": "solved at first contact",
    "one_touch": "solved with one reply",
    "zero_touch": "solved without a reply",
    "reopen_rate": "reopened",
    "escalation_rate": "escalated",
    "reassignment_rate": "handed over",
    "next_issue_avoidance": "followed by no other of the same requester",
    "sla_attainment": "solved as promised",
    "reply_sla_attainment": "replied to as promised",
    "csat": "rated good",
    "dsat": "rated bad",
    "survey_response_rate": "rated at all",
    "service_level": "answered in time",
    "abandonment_rate": "abandoned",
}
"""What a single ticket is where it counts for a share: "tickets reopened"."""
LINKS = {"trace": "A slight link", "weak": "A weak link", "moderate": "A moderate link", "strong": "A strong link"}
AMONG = {"tickets": "on tickets", "periods": "from week to week", "agents": "from agent to agent"}
COMPARED = {
    "ces": ("an easier", "a harder", "time of it (customer effort)"),
    "replies_per_resolution": ("more", "fewer", "replies"),
    "nps": ("a higher", "a lower", "NPS"),
}
"""Words where "higher" and the label would say something else: (more, less, what)."""
PROOF = "A pattern, not proof that one brings about the other."


def label(name: str) -> str:
    """A metric's label inside a sentence; what is written in capitals stays so."""
    said = find(name).label
    return said if said[:2].isupper() else said[:1].lower() + said[1:]


def r_said(r: float) -> str:
    """ "+0.31", "-0.05"; "0.00" without a sign."""
    said = f"{abs(r):.2f}"
    return said if said == "0.00" else f"{'-' if r < 0 else '+'}{said}"


def sentence(pair: Pair, ask: Ask) -> str:
    """One pair in one or two sentences: whether the two go together, how much, on how much it stands."""
    if pair.link:
        return f"Not scored. {pair.link.text}"
    if not pair.is_scored:
        return f"{_both(pair)}: {pair.lacks or 'too little to tell'}."
    if pair.is_claimed:
        turned = f" All thrown together it looks the other way round ({r_said(pair.pooled)})." if pair.is_turned else ""
        return f"{LINKS[pair.strength]}: {_tendency(pair, ask)} ({_figures(pair)}).{turned}"
    if max(abs(pair.low), abs(pair.high)) < TRACE:
        return f"No link worth speaking of between {label(pair.first)} and {label(pair.second)} ({_figures(pair)})."
    return f"We cannot tell whether {label(pair.first)} and {label(pair.second)} go together ({_figures(pair)}){_why_not(pair)}."


def finding(matrix: Matrix) -> str:
    """What stands in bold: the first of the named pairs, else of what customers say, else of all, that is sure even among all pairs; or none.

    A page's one bold claim must not be one of the few that chance lets through, so it takes the stricter p-value (Holm).
    """
    if matrix.lacks:
        return matrix.lacks
    sure = [pair for pair in matrix.claimed if pair.sure < ERROR]
    if not sure:
        return f"No two of these {len(matrix.names)} numbers can surely be said to go together {AMONG[matrix.unit]}."
    named = [pair for names in NAMED if (pair := matrix.pair(*names)) in sure and pair is not None]
    voiced = [pair for pair in sure if "satisfaction" in (find(pair.first).family, find(pair.second).family)]
    wanted = [pair for pair in (*named, *voiced, *sure) if pair.strength != "trace"] or sure
    return sentence(wanted[0], matrix.ask)


def caveat(matrix: Matrix) -> str:
    """How many pairs were looked at, how many go together, and what that does not mean."""
    if matrix.lacks or not matrix.looked:
        return ""
    many = len(matrix.claimed)
    go = f"{units.say(many, 'count')} go together" if many > 1 else "one goes together" if many else "none goes together"
    drawn = " Links between facts that every ticket has are taken from tickets drawn by a fixed rule." if matrix.is_drawn else ""
    looked = f"{units.say(matrix.looked, 'count')} pairs were looked at together" if matrix.looked > 1 else "One pair was looked at"
    return f"{looked} and {go} beyond chance. {PROOF}{drawn}"


def _both(pair: Pair) -> str:
    return f"{find(pair.first).label} and {label(pair.second)}"


def _tendency(pair: Pair, ask: Ask) -> str:
    up = pair.r > 0
    first, second = find(pair.first), find(pair.second)
    if pair.unit == "periods":
        also = " too" if up and _more(first.unit) == _more(second.unit) else ""
        return (
            f"in weeks when {label(pair.first)} ran {_more(first.unit)} than usual, {label(pair.second)} tended to run "
            f"{_more(second.unit) if up else _less(second.unit)}{also}"
        )
    one_by_one = pair.unit == "tickets"
    who = UNITS[pair.unit].lower()
    is_done = one_by_one and pair.first in DONE and is_yes_no(pair.first, ask)
    driver = DONE[pair.first] if is_done else f"with {_compared(pair.first, True)}"
    if one_by_one and pair.second in DONE and is_yes_no(pair.second, ask):
        return f"{who} {driver} are {'more' if up else 'less'} often {DONE[pair.second]}"
    return f"{who} {driver} tend to have {_compared(pair.second, up)}"


def _compared(name: str, up: bool) -> str:
    """ "longer first reply", "fewer replies", "an easier time of it"."""
    if name in COMPARED:
        more, less, what = COMPARED[name]
        return f"{more if up else less} {what}"
    unit = find(name).unit
    return f"{_more(unit) if up else _less(unit)} {label(name)}"


def _more(unit: str) -> str:
    return "longer" if unit == "s" else "higher"


def _less(unit: str) -> str:
    return "shorter" if unit == "s" else "lower"


def _figures(pair: Pair) -> str:
    """ "r = -0.45, plausible range -0.70 to -0.10; 52 weeks, worth about 31 independent ones"."""
    limits = f", plausible range {r_said(pair.low)} to {r_said(pair.high)}" if pair.low == pair.low else ""
    return f"r = {r_said(pair.r)}{limits}; {stood_on(pair)}"


def stood_on(pair: Pair) -> str:
    n = units.say(pair.n, "count")
    if pair.unit == "periods":
        return f"{n} weeks, worth about {pair.worth:.0f} independent ones"
    if pair.unit == "agents":
        return f"{n} agents"
    return f"{n} tickets" + (f" of {pair.worth:.0f} agents" if pair.worth == pair.worth and pair.worth > 0 else "")


def _why_not(pair: Pair) -> str:
    if pair.low != pair.low:
        return ", for there are too few agents to say how sure it is"
    if pair.bound and not pair.is_confirmed and pair.unit == "agents":
        return ": between figures of different tickets of the same agents it is not to be seen"
    if pair.bound and pair.q < 0.05 and not pair.is_confirmed:
        return ": once each week's memory of the last is taken out, it is gone"
    if pair.bound:
        return f": among {units.say(pair.looked, 'count')} pairs, so much turns up by chance"
    return ""
