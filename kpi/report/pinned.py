"""The numbers a frozen link is held to: measured as its readers see them when it is made, and again by `kpi verify`."""

from __future__ import annotations

from collections.abc import Iterable

from kpi.catalogue import CATALOGUE
from kpi.explain.lines import code_version
from kpi.measure import measure
from kpi.report.board import shown
from kpi.report.proof import Proof, proof_of
from kpi.store import Shared, open_dataset, shared
from kpi.store.audit import now
from kpi.store.links import Link, Told

MOST = 40
"""So many numbers a link is held to."""


def opened(key: str, told: Told) -> Shared:
    """What a link that is not made yet would open; KpiError where it could not be opened."""
    return shared(Link("", key, None, open_dataset(key).fingerprint, code_version(), told, "", now(), None, None, 0, None, False))


def pinned(given: Shared, names: Iterable[str] = ()) -> Proof:
    """Some metrics as the link shows them, over all of its dates and not split; the headlines where none of them can be told."""
    scope, data = given.opening.but(by="all", split=(), compare=None), given.dataset
    lacks = data.lacking(scope.ask)
    told = [name for name in dict.fromkeys(names) if name in CATALOGUE and not lacks[name]][:MOST]
    told = told or [name for some in shown(lacks).values() for name in some if not lacks[name]]
    return proof_of([measure(told, scope, data)] if told else [], data=data, scope=given.opening)
