"""What the page "Why did it change?" asks of `kpi.changes`, remembered for everybody who asks the same of the same data."""

from __future__ import annotations

from typing import Any

from kpi import changes
from kpi.changes import SHARE, Change, Pair, Product, Respondents
from pages.parts import slow
from pages.parts.mine import Mine
from pages.parts.why_asked import Asked


def found(mine: Mine, asked: Asked, view: str = SHARE) -> Change:
    """`kpi.changes.why`, remembered for everybody who asks the same of the same data."""
    pair = pair_of(asked)
    key = ("why", mine.dataset.fingerprint, asked.metric, _key(pair), view)
    return slow.step(key, "Taking the change apart", lambda: changes.why(asked.metric, pair, mine.dataset, view=view), keep=200)


def answered(mine: Mine, asked: Asked) -> Respondents | None:
    """Who answered on both sides; None for a number that is not made of answers."""
    pair = pair_of(asked)
    key = ("respondents", mine.dataset.fingerprint, asked.metric, _key(pair))
    return slow.step(key, "Looking at who answered", lambda: changes.respondents(asked.metric, pair, mine.dataset), keep=200)


def product(mine: Mine, asked: Asked, name: str = "") -> Product | None:
    """The factors behind a number; None where it is no product."""
    pair = pair_of(asked)
    key = ("factors", mine.dataset.fingerprint, name or asked.metric, _key(pair))
    return slow.step(key, "Looking for its factors", lambda: changes.factors(name or asked.metric, pair, mine.dataset), keep=200)


def pair_of(asked: Asked) -> Pair:
    """The two sides asked about."""
    assert asked.pair is not None  # noqa: S101  # the page stops before, where nothing is compared
    return asked.pair


def _key(pair: Pair) -> Any:
    return str(pair.before.to_query()), str(pair.now.to_query()), pair.words
