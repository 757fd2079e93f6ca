"""Cost as a product of factors measured from the same data, and what each adds to its change (LMDI-I, Ang 2005): exact, no remainder."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi import stats, units
from kpi.catalogue import CATALOGUE
from kpi.changes.sides import Pair
from kpi.engine import Dataset
from kpi.measure import measure
from kpi.scope import Scope

COST = "cost"
"""Not a metric of its own: what support cost in the period, all together."""
MADE_OF = {
    COST: ("volume", "handle", "occupancy", "utilisation", "rate"),
    "cost_per_ticket": ("handle", "occupancy", "utilisation", "rate"),
    "cost_per_resolution": ("handle", "occupancy", "utilisation", "rate", "solved"),
    "tickets_per_agent_hour": ("handle", "occupancy", "utilisation", "solved"),
}
_SAID = {
    "volume": ("Tickets created", "count"),
    "handle": ("Handling time per ticket created", "s"),
    "occupancy": ("Occupancy", "%"),
    "utilisation": ("Utilisation", "%"),
    "rate": ("Cost of a paid hour", "currency"),
    "solved": ("Tickets solved per ticket created", "ratio"),
}
_MEASURED = ("tickets_created", "tickets_solved", "occupancy", "utilisation", "cost_per_ticket", "tickets_per_agent_hour")
_NEEDED = dict.fromkeys(MADE_OF, ("tickets_created", "occupancy", "utilisation", "cost_per_ticket")) | {
    "cost_per_resolution": ("tickets_created", "tickets_solved", "occupancy", "utilisation", "cost_per_ticket"),
    "tickets_per_agent_hour": ("tickets_created", "tickets_solved", "occupancy", "utilisation", "tickets_per_agent_hour"),
}
NEAR = 1e-6


@dataclass(frozen=True)
class Product:
    """`frame` has a row for each factor: name, label, unit, before, now, and adds, its part of the change in the unit of the whole; adds.sum() ==
    now - before. `why_not` says which factor is missing or 0; then the frame is empty. All are full counts: there is no sampling interval.
    """

    name: str
    label: str
    unit: str
    currency: str
    before: float
    now: float
    frame: pd.DataFrame
    why_not: str = ""

    @property
    def text(self) -> str:
        """ "Cost per ticket went from 8.20 EUR to 9.40 EUR (+1.20 EUR): handling time per ticket +1.40 EUR, occupancy -0.20 EUR." """
        if self.why_not:
            return f"{self.label} does not split into its factors here: {self.why_not}."
        currency = self.currency or None
        ranked = self.frame.reindex(self.frame["adds"].abs().sort_values(ascending=False).index).to_dict("records")
        adds = [f"{r['label'][:1].lower()}{r['label'][1:]} {units.say_change(r['adds'], self.unit, currency)}" for r in ranked]
        ends = f"from {units.say(self.before, self.unit, currency)} to {units.say(self.now, self.unit, currency)}"
        return f"{self.label} went {ends} ({units.say_change(self.now - self.before, self.unit, currency)}): {', '.join(adds)}."


def factors(name: str, pair: Pair, data: Dataset) -> Product | None:
    """The product behind a metric of `MADE_OF`, None for any other. Every factor is measured on both sides; what is missing or 0 is named."""
    if name not in MADE_OF:
        return None
    label, unit = ("Cost", "currency") if name == COST else (CATALOGUE[name].label, CATALOGUE[name].unit)
    (before, why_before, currency), (now, why_now, _) = (_side(name, scope, data) for scope in (pair.before, pair.now))
    reasons = list(dict.fromkeys([*why_before, *why_now]))
    if reasons:
        none = pd.DataFrame(columns=["name", "label", "unit", "before", "now", "adds"])
        return Product(name, label, unit, currency, math.nan, math.nan, none, "; ".join(reasons))
    first, last = (np.array([part for part, _ in side.values()]) for side in (before, now))
    rows = [
        {"name": f, "label": _SAID[f][0], "unit": _SAID[f][1], "before": before[f][1], "now": now[f][1], "adds": float(adds)}
        for f, adds in zip(MADE_OF[name], stats.lmdi(first, last), strict=True)
    ]
    return Product(name, label, unit, currency, float(first.prod()), float(last.prod()), pd.DataFrame(rows))


def _side(name: str, scope: Scope, data: Dataset) -> tuple[dict[str, tuple[float, float]], list[str], str]:
    """(factor -> (what it multiplies by, its value as one says it), what is missing, the currency) of one side."""
    result = measure(list(_MEASURED), scope, data, intervals=False)
    needed = list(_NEEDED[name])
    reasons = [f"{CATALOGUE[m].label.lower()} {result.unavailable[m]}" for m in needed if m in result.unavailable]
    if reasons:
        return {}, reasons, result.currency
    row = {r["metric"]: r for r in result.records()}

    def amount(metric: str, part: str) -> float:
        value = row[metric][part]
        return math.nan if value is None else float(value)

    created, solved = amount("tickets_created", "value"), amount("tickets_solved", "value")
    handling, ready = amount("occupancy", "top"), amount("occupancy", "bottom")
    known_ready, paid = amount("utilisation", "top"), amount("utilisation", "bottom")
    cost, per_hour = amount("cost_per_ticket", "top"), amount("tickets_per_agent_hour", "value")
    amounts = {"tickets created": created, "handling time": handling, "ready time": ready, "paid time": paid}
    amounts |= {"tickets solved": solved} if "solved" in MADE_OF[name] else {}
    amounts |= {"cost": cost} if "rate" in MADE_OF[name] else {}
    reasons = [f"{what} is 0 or not known" for what, value in amounts.items() if not value > 0]
    if not reasons and abs(known_ready / ready - 1) > NEAR:
        reasons = ["paid time is not known of all the handling time"]
    if not reasons and "rate" not in MADE_OF[name] and abs(per_hour * paid / 3600 / solved - 1) > NEAR:
        reasons = ["handling time is not known of all the paid time"]
    if reasons:
        return {}, reasons, result.currency
    up = -1 if name == "tickets_per_agent_hour" else 1  # there the same factors divide
    parts = {
        "volume": (created, created),
        "handle": ((handling / created / 3600) ** up, handling / created),
        "occupancy": ((ready / handling) ** up, 100 * handling / ready),
        "utilisation": ((paid / ready) ** up, 100 * ready / paid),
        "rate": (cost / paid * 3600, cost / paid * 3600),
        "solved": ((created / solved) ** up, solved / created),
    }
    return {factor: parts[factor] for factor in MADE_OF[name]}, [], result.currency
