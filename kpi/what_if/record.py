"""A what-if as plain data, for the command line and for HTTP: fixed names, values unrounded in the unit named beside them, unknown is None."""

from __future__ import annotations

import math
from typing import Any

from kpi.catalogue import find
from kpi.what_if import words
from kpi.what_if.backlog import DAYS
from kpi.what_if.fit import Change
from kpi.what_if.goals import LIKELY, POSSIBLE, SURE, Sought
from kpi.what_if.history import INSIDE
from kpi.what_if.inputs import INPUTS
from kpi.what_if.links import IDENTITIES, RESULTS
from kpi.what_if.outlook import Outlook
from kpi.what_if.play import Played


def described(played: Played, target: float = math.nan) -> dict[str, Any]:
    """What follows from the moves. `change` is the outcome's, learned, with its interval and what is left if half of the pattern is something else
    (`half`); None where nothing learned was moved, or where `refusal` says why there is no answer. `identities` are arithmetic, a week before
    and after. `outlook` has the chance (0..1, in tens) that the four weeks to come last meet `target`, None without one.
    """
    answered = bool(played.moved_drivers) and not played.refusal
    return {
        "outcome": played.outcome,
        "unit": find(played.outcome).unit,
        "moves": [_move(played, name, value) for name, value in played.moves.items()],
        "before": _plain(played.today),
        "after": None if played.refusal else _plain(played.after),
        "change": _change(played.change) if answered else None,
        "refusal": played.refusal or None,
        "history": played.level if played.moves else None,
        "joint": played.joint or None,
        "learned": _learned(played) if answered else None,
        "outlook": _outlook(played.outlook(target)),
        "handling": _change(played.handling) if played.handling is not None else None,
        "identities": [_identity(played, one.result, one.formula) for one in IDENTITIES if one.result != "backlog"],
        "backlog": _backlog(played),
        "currency": played.ground.currency or None,
        "finding": played.finding,
        "caveats": words.caveat(played),
        "text": played.text,
    }


def of_goal(found: Sought) -> dict[str, Any]:
    """Where all goals are met along one input (`ranges`: stretches of values, both ends included) or two (`nearest` alone).

    "sure": at the worse end of the interval too; "likely": by the estimate; "possible": at the better end; "half": by the estimate even if half
    of the pattern is something else. `inside` is the share of the values your own weeks have covered that meet them, 0..1.
    """
    known = int((found.levels == INSIDE).sum())
    near = found.nearest()
    is_line = len(found.axes) == 1
    codes = {"possible": POSSIBLE, "likely": LIKELY, "sure": SURE}
    return {
        "goals": [
            {"name": goal.name, "op": goal.op, "value": goal.value, "unit": goal.unit, "now": _plain(now), "best": _plain(best)}
            for goal, now, best in zip(found.goals, found.now, found.best, strict=True)
        ],
        "along": [{"name": n, "unit": INPUTS[n].unit, "today": _plain(found.ground.today.get(n, math.nan))} for n in found.axes],
        "ranges": {**{word: found.ranges(code) for word, code in codes.items()}, "half": found.half_ranges()} if is_line else None,
        "nearest": dict(zip(found.axes, near, strict=True)) if near is not None else None,
        "inside": int(found.feasible.sum()) / known if known else None,
        "is_met_today": all(goal.meets(now) for goal, now in zip(found.goals, found.now, strict=True)),
        "finding": found.finding,
        "caveat": found.caveat,
        "text": found.text,
    }


def _move(played: Played, name: str, value: float) -> dict[str, Any]:
    one, standing = INPUTS[name], played.standings.get(name)
    return {
        "name": name,
        "label": one.label,
        "unit": one.unit,
        "today": _plain(played.ground.today.get(name, math.nan)),
        "value": value,
        "history": standing.level if standing else None,
        "said": (standing.said or None) if standing else None,
    }


def _change(change: Change) -> dict[str, Any]:
    numbers = {name: _plain(getattr(change, name)) for name in ("value", "low", "high", "half")}
    return {**numbers, "is_told_apart": None if math.isnan(change.low) else change.is_clear}


def _learned(played: Played) -> dict[str, Any] | None:
    """What the change was learned from."""
    found = played.ground.model(played.outcome, played.moved_drivers)
    if found is None:
        return None
    held = [name for name in found.terms if name not in played.moves]
    return {
        "n": _plain(found.n),
        "clusters": found.clusters,
        "clustered_by": "agent" if found.by_agent else "week",
        "held_equal": [*found.segments, *held],
        "left_out": list(found.model.left_out),
        "why": found.model.why,
    }


def _outlook(seen: Outlook) -> dict[str, Any]:
    """The fans week by week: low, middle, high are 10, 50 and 90 % of the futures."""
    fans = {
        name: [dict(zip(("low", "middle", "high"), map(_plain, week), strict=True)) for week in fan.T.tolist()]
        for name, fan in (("weeks_before", seen.before), ("weeks_after", seen.after))
    }
    chances = {name: _plain(getattr(seen, name)) for name in ("target", "chance", "chance_half", "chance_before")}
    return {**chances, "is_beyond_history": seen.is_beyond, **fans}


def _identity(played: Played, name: str, formula: str) -> dict[str, Any]:
    label, unit = RESULTS[name]
    before, after = (_plain(work.value(name)) for work in (played.before, played.work))
    return {"name": name, "label": label, "unit": unit, "before": before, "after": after, "formula": formula}


def _backlog(played: Played) -> dict[str, Any]:
    """The backlog after eight weeks, as it is and with the moves: 10, 50 and 90 % of simulated futures."""
    told = played.backlog()
    if told is None:
        return {"now": None, "days": DAYS, "before": None, "after": None, "reason": played.ground.flow.reason}
    sides = {
        name: {
            **dict(zip(("low", "middle", "high"), map(_plain, one.end), strict=True)),
            "gap": _plain(one.gap),
            "wait_days": _plain(one.wait_days),
        }
        for name, one in zip(("before", "after"), told, strict=True)
    }
    return {"now": _plain(played.ground.flow.start), "days": DAYS, **sides, "reason": None}


def _plain(value: float) -> float | None:
    return None if not math.isfinite(value) else float(value)
