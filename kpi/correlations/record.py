"""Links as plain data, for the command line and for HTTP: fixed names, numbers unrounded, unknown is None."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from kpi.catalogue import find
from kpi.correlations.effect import Bend, Effect
from kpi.correlations.look import Lags, Look
from kpi.correlations.model import Matrix, Pair
from kpi.correlations.order import NAMED
from kpi.correlations.published import Published
from kpi.correlations.splits import Split
from kpi.correlations.words import sentence
from kpi.metric import Ask


def described(matrix: Matrix) -> dict[str, Any]:
    """A matrix: what was looked at, the finding with its caveat, and every pair, the named ones first, then the surest.

    `looked` pairs were judged together: every `p_adjusted` allows for all of them, however few are picked out afterwards.
    """
    return {
        "unit": matrix.unit,
        "metrics": list(matrix.names),
        "n": matrix.n,
        "looked": matrix.looked,
        "is_drawn": matrix.is_drawn,
        "lacks": matrix.lacks,
        "finding": matrix.finding,
        "caveat": matrix.caveat,
        "pairs": [of_pair(pair, matrix.ask) for pair in in_order(matrix)],
    }


def in_order(matrix: Matrix) -> list[Pair]:
    """The pairs everybody asks about, then what goes together (the surest strength first), then the rest as the matrix has them."""
    named = [pair for names in NAMED if (pair := matrix.pair(*names)) is not None]
    return list(dict.fromkeys([*named, *matrix.claimed, *matrix.pairs]))


def is_named(pair: Pair) -> bool:
    """Whether it is one of the pairs everybody asks about."""
    return (pair.first, pair.second) in NAMED


def title(pair: Pair) -> str:
    """ "First reply – CSAT"."""
    return f"{find(pair.first).label} – {find(pair.second).label}"


def of_pair(pair: Pair, ask: Ask) -> dict[str, Any]:
    """One pair. `r`, `pooled` and `second_opinion` with their limits lie in -1..1, every p in 0..1.

    `n` tickets, weeks or agents know both; `n_eff` is how many independent weeks or agents that is worth, `clusters` how many agents the
    tickets are of. `is_told_apart` says whether the two can be said to go together; a pair `linked` by arithmetic or one that `lacks`
    something has no figures.
    """
    of_tickets = pair.unit == "tickets"
    return {
        "first": pair.first,
        "second": pair.second,
        "is_named": is_named(pair),
        "r": _plain(pair.r),
        "low": _plain(pair.low),
        "high": _plain(pair.high),
        "n": None if pair.link else pair.n,
        "n_eff": None if of_tickets else _plain(pair.worth),
        "clusters": _plain(pair.worth) if of_tickets else None,
        "p": _plain(pair.p),
        "p_adjusted": _plain(pair.q),
        "p_strict": _plain(pair.sure),
        "is_scored": pair.is_scored,
        "is_told_apart": pair.is_claimed,
        "strength": pair.strength if pair.is_scored else None,
        "pooled": _plain(pair.pooled),
        "pooled_low": _plain(pair.pooled_low),
        "pooled_high": _plain(pair.pooled_high),
        "is_turned": pair.is_turned,
        "alike": list(pair.alike),
        "second_opinion": _plain(pair.again),
        "second_opinion_p": _plain(pair.again_p),
        "linked": pair.link.text if pair.link else None,
        "lacks": pair.lacks or None,
        "text": sentence(pair, ask),
    }


def of_look(found: Look) -> dict[str, Any]:
    """One pair looked at closely: `of_pair`, with what only the close look knows (None or empty where it is not of that unit)."""
    return {
        **of_pair(found.pair, found.ask),
        "unit": found.pair.unit,
        "n_first": found.n_first if found.pair.is_scored else None,
        "n_second": found.n_second if found.pair.is_scored else None,
        "effect": _effect(found.effect) if found.effect else None,
        "threshold": _bend(found.bend) if found.bend else None,
        "lags": _lags(found.lags) if found.lags else None,
        "splits": [_split(one) for one in found.splits],
        "notes": list(found.notes),
        "published": [_published(one) for one in found.published],
    }


def _effect(found: Effect) -> dict[str, Any]:
    numbers = ("difference", "low", "high", "p", "pooled", "high_level", "low_level")
    return {**{name: _plain(getattr(found, name)) for name in numbers}, "n": found.n, "text": found.text}


def _bend(found: Bend) -> dict[str, Any]:
    names = (
        "start", "start_low", "start_high", "end", "end_low", "end_high", "height", "height_low", "height_high", "below", "above", "p_flat", "p_line",
    )  # fmt: skip
    return {**{name: _plain(getattr(found.shape, name)) for name in names}, "is_clear": found.shape.is_clear, "text": found.text}


def _lags(found: Lags) -> dict[str, Any]:
    return {"best": found.best, "limit": _plain(found.limit), "lags": _rows(found.frame), "text": found.text}


def _split(found: Split) -> dict[str, Any]:
    sides = {
        f"{name}{end}": _plain(value)
        for name, values in (("pooled", found.pooled), ("within", found.within))
        for end, value in zip(("", "_low", "_high"), values, strict=True)
    }
    return {"column": found.column, "verdict": found.verdict, **sides, "parts": _rows(found.parts), "text": found.text}


def _published(one: Published) -> dict[str, Any]:
    names = ("sign", "level", "statement", "basis", "publisher", "via", "year", "url")
    return {name: getattr(one, name) for name in names}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    """A number or text as JSON has it; what is not known is None."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
