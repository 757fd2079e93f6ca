"""Quality reviews: what is rated low, by whom, and whether some reviewers are stricter. Kinds of review (self, peer, manager) are kept apart.

A category scores 100 × (rating − low) / (high − low); a review is the weighted mean of its rated categories, 0 where a critical one is below half
(as in `kpi.lifecycle.others`). A reviewer's strictness is what is left of their scores when the people reviewed are the same: both effects fitted
at once by least squares, then pulled towards none as far as few reviews deserve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi import stats, units
from kpi.agents.model import FEWEST, SMALL
from kpi.agents.words import listed
from kpi.engine import Dataset
from kpi.measure.rows import judged
from kpi.scope import Scope
from kpi.stats.base import Array, t_of, t_p_value, z_of

LEVEL, MOST_REVIEWERS = 0.05, 400
STRICT, MILD, ALIKE, FEW = "stricter", "milder", "alike", "few"
UNNAMED = "(none)"


@dataclass(frozen=True)
class Rated:
    """A category or a kind of review: the mean score of `n` in per cent with its interval, its mean `weight`, how many failed it where it is critical."""

    name: str
    n: int
    mean: float
    low: float
    high: float
    weight: float = 1.0
    is_critical: bool = False
    failed: int = 0

    @property
    def text(self) -> str:
        limits = units.say_interval(self.low, self.high, "%")
        small = ", small sample" if self.n < SMALL else ""
        fails = f"; critical, failed {units.say(self.failed, 'count')}" if self.is_critical else ""
        return (
            f"{self.name}: {units.say(self.mean, '%')} ({limits + ', ' if limits else ''}n = {units.say(self.n, 'count')}{small}){fails}."
        )


@dataclass(frozen=True)
class Reviewer:
    """Somebody who reviews: the mean of their scores, and by how many points they score above or below others for the same people (`effect`
    with `low`, `high`). `verdict`: stricter or milder beyond doubt, alike (cannot be told apart), few. None where it cannot be told."""

    name: str
    n: int
    mean: float
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = FEW


@dataclass(frozen=True)
class Reviews:
    """The reviews of one kind: all kinds there are, its categories, its reviewers, and the reviews (review, ticket,
    agent, category) that failed a critical category; `people` are those reviewed."""

    kind: str
    kinds: tuple[Rated, ...]
    categories: tuple[Rated, ...]
    reviewers: tuple[Reviewer, ...]
    failed: tuple[tuple[str, str, str, str], ...]
    n: int
    why_not: str = ""
    people: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """ "2,612 manager reviews score 84.7 % on average; the lowest category is Process, 77.4 %; 31 failed a critical category." """
        if not self.n:
            return "No quality review in these dates."
        mine = next(one for one in self.kinds if one.name == self.kind)
        said = f"{units.say(self.n, 'count')} {kind_said(self.kind)}review{'' if self.n == 1 else 's'} score {units.say(mine.mean, '%')} on average"
        clear = lowest(self.categories)
        said += f"; lowest is {clear.name}, {units.say(clear.mean, '%')}" if clear else ""
        said += (
            f"; {units.say(len(self.failed), 'count') if len(self.failed) else 'none'} failed a critical category"
            if any(c.is_critical for c in self.categories)
            else ""
        )
        return f"{said}.{' So few reviews say little about anybody.' if self.n < SMALL else ''}"

    @property
    def reviewers_text(self) -> str:
        """Who is stricter, or why that cannot be told."""
        if self.why_not:
            return self.why_not
        judged_ = [one for one in self.reviewers if one.effect is not None]
        said = []
        for verdict, word in ((STRICT, "scores harder"), (MILD, "scores milder")):
            names = [one.name for one in judged_ if one.verdict == verdict]
            said += [f"{listed(names)} {word if len(names) == 1 else word.replace('scores', 'score')}"] if names else []
        if not said:
            return f"The {len(judged_)} reviewers cannot be told apart: none scores harder than others score the same people."
        return f"For the same people {' and '.join(said)} than other reviewers do."


def kind_said(kind: str) -> str:
    return "" if kind == UNNAMED else f"{kind} "


def lowest(categories: tuple[Rated, ...]) -> Rated | None:
    """The category that scores lowest, where its interval lies below the next one's mean; None where none stands out."""
    known = sorted((c for c in categories if c.n >= FEWEST), key=lambda c: c.mean)
    return known[0] if len(known) > 1 and known[0].high < known[1].mean else None


def reviews(scope: Scope, data: Dataset, kind: str = "", agent: str = "") -> Reviews:
    """The quality reviews of a scope, of one kind (default: the most frequent one that is not a self-review) and, if named, of one agent.

    BadValue where the data hold no reviews.
    """
    found = judged("quality_score", scope.but(by="all", split=(), compare=None), data)
    frame = data.query(
        f"""
        SELECT q.review_id, q.ticket_id, q.agent, coalesce(q.review_kind, '{UNNAMED}') AS kind, q.review_score AS score,
               coalesce(r.reviewer, '{UNNAMED}') AS reviewer, coalesce(r.category, '{UNNAMED}') AS category, coalesce(r.weight, 1) AS weight,
               coalesce(r.is_critical, false) AS is_critical,
               CASE WHEN r.score BETWEEN r.scale_low AND r.scale_high AND r.scale_high > r.scale_low
                    THEN 100 * (r.score - r.scale_low) / (r.scale_high - r.scale_low) END AS percent
        FROM ({found.behind}) q JOIN {data.canonical}.reviews r USING (review_id) ORDER BY q.review_id
        """,
        found.schema,
    )
    if agent:
        frame = frame[frame["agent"] == agent]
    return of_frame(frame, kind)


def of_frame(frame: pd.DataFrame, kind: str = "") -> Reviews:
    """The same for ratings already read: one row a rated category, with review_id, ticket_id, agent, kind, score (of the review), reviewer,
    category, weight, is_critical, percent."""
    whole = frame.drop_duplicates("review_id")
    failing = frame[frame["is_critical"].astype(bool) & (frame["percent"] < 50)]
    kinds = tuple(
        _rated(str(name), part["score"], failed=int(part["review_id"].isin(failing["review_id"]).sum()))
        for name, part in whole.groupby("kind")
    )
    counts = {one.name: one.n for one in kinds}
    if kind not in counts:
        kind = max(counts, key=lambda name: (name != "self", counts[name]), default="")
    ours, own = frame[frame["kind"] == kind], whole[whole["kind"] == kind]
    failing = failing[failing["kind"] == kind]
    categories = tuple(
        _rated(
            str(name),
            part["percent"].dropna(),
            weight=float(part["weight"].mean()),
            is_critical=bool(part["is_critical"].any()),
            failed=int((failing["category"] == name).sum()),
        )
        for name, part in ours.groupby("category")
    )
    reviewers, why_not = _reviewers(own)
    people = tuple(sorted(str(name) for name in own["agent"].dropna().unique()))
    told = failing.drop_duplicates("review_id")[["review_id", "ticket_id", "agent", "category"]].fillna("").astype(str)
    listed_ = tuple((row[0], row[1], row[2], row[3]) for row in told.to_numpy(dtype=object))
    return Reviews(kind, kinds, categories, reviewers, listed_, len(own), why_not, people)


def _rated(name: str, percents: Any, weight: float = 1.0, is_critical: bool = False, failed: int = 0) -> Rated:
    n = len(percents)
    low, high = stats.mean_interval(percents.to_numpy(float)) if n > 1 else (float("nan"), float("nan"))
    mean = float(percents.mean()) if n else float("nan")
    return Rated(name, n, mean, max(float(low), 0.0), min(float(high), 100.0), weight, is_critical, failed)


def _reviewers(own: pd.DataFrame) -> tuple[tuple[Reviewer, ...], str]:
    """Every reviewer, with their strictness where it can be told; and why it cannot for any."""
    own = own[(own["reviewer"] != UNNAMED) & own["agent"].notna() & (own["reviewer"] != own["agent"])]
    if not len(own):
        return (), "Who reviewed is not known, or everybody reviewed themselves."
    who, names = pd.factorize(own["reviewer"], sort=True)
    of = pd.factorize(own["agent"])[0]
    score = own["score"].to_numpy(float)
    n = np.bincount(who)
    mean = np.bincount(who, weights=score) / n
    plain = [Reviewer(str(name), int(k), float(m)) for name, k, m in zip(names, n, mean, strict=True)]
    if len(names) < 2:
        return tuple(plain), "One reviewer only: there is nobody to set them beside."
    if len(names) > MOST_REVIEWERS:
        return tuple(plain), f"More than {MOST_REVIEWERS} reviewers: their strictness is not worked out."
    effect, error, free, together = strictness(score, of, who)
    told = together & (n >= FEWEST) & (error > 0)
    if told.sum() < 2:
        return tuple(plain), "Hardly anybody is reviewed by two reviewers, so that a strict reviewer cannot be told from a weak team."
    p = np.where(told, t_p_value(effect / np.where(told, error, 1.0), free), np.nan)
    adjusted = stats.false_discovery(p)
    wide = error * t_of(0.95, free) / z_of(0.95)
    shrunk = stats.shrink_means(np.where(told, effect, np.nan), np.where(told, wide, np.nan))
    out = []
    for i, one in enumerate(plain):
        if not told[i]:
            out.append(one)
            continue
        low, high = float(shrunk.low[i]), float(shrunk.high[i])
        side = MILD if low > 0 else STRICT if high < 0 else ALIKE
        verdict = side if adjusted[i] < LEVEL and one.n >= SMALL else ALIKE
        out.append(Reviewer(one.name, one.n, one.mean, float(shrunk.estimate[i]), low, high, verdict))
    return tuple(out), ""


def strictness(
    score: Array, person: npt.NDArray[np.int64], reviewer: npt.NDArray[np.int64]
) -> tuple[Array, Array, float, npt.NDArray[np.bool_]]:
    """(effect of each reviewer in points against the mean of all, its standard error, degrees of freedom, whether it can be told).

    Least squares with an effect for every person and every reviewer. Reviewers are told only inside the largest set that people whom two of
    them reviewed hold together.
    """
    many = np.zeros((int(person.max()) + 1, int(reviewer.max()) + 1))
    np.add.at(many, (person, reviewer), 1.0)
    of_person = np.maximum(many.sum(axis=1), 1)
    normal = np.diag(many.sum(axis=0)) - many.T @ (many / of_person[:, None])
    average = np.bincount(person, weights=score, minlength=len(many)) / of_person
    over = np.bincount(reviewer, weights=score - average[person], minlength=many.shape[1])
    sets = _sets(many)
    largest = np.bincount(sets).argmax()
    together = sets == largest
    inverse = np.linalg.pinv(normal[np.ix_(together, together)], hermitian=True)
    effect, error = np.full(many.shape[1], np.nan), np.full(many.shape[1], np.nan)
    effect[together] = inverse @ over[together]
    kept = together[reviewer]
    left = score[kept] - effect[reviewer[kept]]
    people = person[kept]
    size = np.bincount(people)
    left = left - (np.bincount(people, weights=left) / np.maximum(size, 1))[people]
    free = float(max(kept.sum() - (size > 0).sum() - together.sum() + 1, 1))
    error[together] = np.sqrt(np.maximum(np.diag(inverse), 0) * (left**2).sum() / free)
    return effect, error, free, together & (together.sum() > 1)


def _sets(many: Array) -> npt.NDArray[np.int64]:
    """For each reviewer the number of the set that shared people hold together."""
    linked = (many.T @ many) > 0
    sets = np.arange(len(linked))
    while True:
        lowest_ = np.where(linked, sets[None, :], len(sets)).min(axis=1)
        if (lowest_ == sets).all():
            return np.unique(sets, return_inverse=True)[1]
        sets = lowest_
