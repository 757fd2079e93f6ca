"""Every metric there is: one file per family, one declaration per metric."""

from __future__ import annotations

from kpi.catalogue import customers, people, quality, satisfaction, speed, voice, volume
from kpi.errors import UnknownName, did_you_mean
from kpi.metric import Metric

CATALOGUE: dict[str, Metric] = {
    metric.name: metric for family in (volume, speed, quality, satisfaction, voice, people, customers) for metric in family.METRICS
}
FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(m.family for m in CATALOGUE.values()))


def find(name: str) -> Metric:
    """The metric of that name; UnknownName with the nearest names when there is none."""
    if name not in CATALOGUE:
        raise UnknownName(f"There is no metric {name!r}.", did_you_mean(name, CATALOGUE) or "`kpi metrics` lists them all.")
    return CATALOGUE[name]


def metrics() -> dict[str, Metric]:
    """Every metric there is, by name."""
    return dict(CATALOGUE)
