"""Something to talk about: per person what stands out clearly, each metric by itself, and never a total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpi import stats, steps, units
from kpi.agents.compare import LEVEL, compare
from kpi.agents.model import ABOVE, BELOW, Compared, One
from kpi.agents.rows import comparable
from kpi.agents.words import label, likely, listed
from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.scope import Scope

METRICS = (
    "csat",
    "quality_score",
    "first_contact_resolution",
    "reopen_rate",
    "sla_attainment",
    "first_reply_time",
    "full_resolution_time",
    "handle_time",
    "replies_per_resolution",
    "escalation_rate",
)
"""What is looked at, of those the data can give: no two that say the same."""


@dataclass(frozen=True)
class Point:
    """One thing that stands out of one person: the comparison it comes from, and the person in it."""

    found: Compared
    one: One
    adjusted: float

    @property
    def is_good(self) -> bool:
        return self.found.is_good(self.one)

    @property
    def text(self) -> str:
        """ "CSAT: 74.2 % (n = 412), where the same tickets get 80.1 %; allowing for chance likely -4.9 pts (-8.0 to -1.9 pts)." """
        found, one = self.found, self.one
        against = "the same tickets get" if found.like else "all together get"
        typical = "typically " if found.how == "time" else ""
        return (
            f"{found.metric.label}: {typical}{found.say(one.got)} (n = {units.say(one.n, 'count')}), where {against} "
            f"{found.say(one.expected)}; allowing for chance likely {likely(found, one)}."
        )


@dataclass(frozen=True)
class Person:
    """One person and what stands out of them, better things and others."""

    name: str
    points: tuple[Point, ...]

    @property
    def better(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.is_good)

    @property
    def worse(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if not point.is_good)

    @property
    def text(self) -> str:
        """What there is to learn from them, and what there is to talk about."""
        good, bad = ([label(p.found) for p in some] for some in (self.better, self.worse))
        said = [f"others may learn from them: {listed(good, 9)}"] if good else []
        said += [f"worth a talk: {listed(bad, 9)}"] if bad else []
        return f"{'; '.join(said)}."


@dataclass(frozen=True)
class Coaching:
    """Everybody of whom something stands out, by name. `looked` comparisons were judged together; `silent` people of whom nothing does."""

    by: str
    people: tuple[Person, ...]
    looked: int
    metrics: tuple[str, ...]
    silent: int

    @property
    def text(self) -> str:
        who = len(self.people)
        everybody = who + self.silent
        noun = f"{self.by}{'' if everybody == 1 else 's'}"
        seen = f"{units.say(self.looked, 'count')} comparisons in {len(self.metrics)} number{'' if len(self.metrics) == 1 else 's'}"
        if not who:
            return f"Nothing stands out of any of the {everybody} {noun}: {seen} were looked at together."
        return f"Something stands out clearly about {who} of {everybody} {noun}: {seen} were looked at together."

    @property
    def caveat(self) -> str:
        return (
            "Nobody dealt the tickets out by lot: what stands out is a reason to ask, not a verdict. "
            "Where nothing is said, nothing can be told, which is neither good nor bad."
        )


def coached(by: str, scope: Scope, data: Dataset, metrics: Sequence[str] = METRICS) -> Coaching:
    """`coaching` by every one of `metrics` that the data can give."""
    names = [name for name in metrics if name in comparable(by, scope, data)]
    found = []
    for done, name in enumerate(names):
        steps.tell(find(name).label, done / len(names))
        found.append(compare(name, by, scope, data))
    return coaching(found)


def coaching(found: Sequence[Compared]) -> Coaching:
    """What stands out of whom, of comparisons by the same column with one metric each; all of them are judged together (Benjamini and Hochberg).

    Only what its own comparison names too: that others differ in other numbers makes nobody's difference clearer.
    """
    usable = [compared for compared in found if not compared.why_not]
    pairs = [(compared, one) for compared in usable for one in compared.placed]
    adjusted = stats.false_discovery(np.array([one.p for _, one in pairs], dtype=float)) if pairs else np.zeros(0)
    points: dict[str, list[Point]] = {}
    for (compared, one), chance in zip(pairs, adjusted, strict=True):
        if chance < LEVEL and one.verdict in (ABOVE, BELOW):
            points.setdefault(one.name, []).append(Point(compared, one, float(chance)))
    everybody = {one.name for _, one in pairs}
    people = tuple(Person(name, tuple(points[name])) for name in sorted(points))
    by = found[0].by if found else ""
    return Coaching(by, people, len(pairs), tuple(c.metric.name for c in usable), len(everybody) - len(people))
