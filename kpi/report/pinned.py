"""The numbers a frozen link is held to: measured as its readers see them when it is made, and again by `kpi verify`."""

from __future__ import annotations

from collections.abc import Iterable

from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.errors import KpiError
from kpi.explain.lines import code_version
from kpi.measure import Result, measure
from kpi.report.board import shown
from kpi.report.proof import Proof, proof_of
from kpi.scope import Scope
from kpi.store import Shared, open_dataset, shared
from kpi.store.audit import now
from kpi.store.links import Link, Told

MOST, MOST_PARTS = 40, 2_000
"""So many numbers a link is held to, and so many by period and part besides."""


def opened(key: str, told: Told) -> Shared:
    """What a link that is not made yet would open; KpiError where it could not be opened."""
    return shared(Link("", key, None, open_dataset(key).fingerprint, code_version(), told, "", now(), None, None, 0, None, False))


def pinned(given: Shared, names: Iterable[str] = ()) -> Proof:
    """Some metrics as the link shows them, over all of its dates; the headlines where none of them can be told. Where it opens by period or split,
    those metrics in these parts too, without their intervals."""
    scope, data = given.opening.but(by="all", split=(), compare=None), given.dataset
    lacks = data.lacking(scope.ask)
    told = [name for name in dict.fromkeys(names) if name in CATALOGUE and not lacks[name]][:MOST]
    told = told or [name for some in shown(lacks).values() for name in some if not lacks[name]]
    results: list[tuple[Result, bool]] = [(measure(told, scope, data), True)] if told else []
    if told and (parts := _parts(given)) is not None:
        results += [(parts_of, False) for parts_of in _in(parts, told, data)]
    return proof_of(results, data=data, scope=given.opening)


def _parts(given: Shared) -> Scope | None:
    """The scope by period or split as the link opens: as its address asks, or its page (Trends, split by one column); None where it asks for neither."""
    own = tuple(given.link.told.query.get("split_by", ()))[-1:]
    split = given.opening.split or tuple(column for column in own if column in given.dataset.columns("tickets"))
    return given.opening.but(split=split, compare=None) if split or given.opening.by != "all" else None


def _in(parts: Scope, told: list[str], data: Dataset) -> list[Result]:
    """The numbers in parts; none where they have no such part, or too many."""
    try:
        found = measure(told, parts, data, intervals=False)
    except KpiError:
        return []
    return [found] if len(found.frame) <= MOST_PARTS else []
