"""Quality reviews worked by hand: weights, a critical category, kinds apart; strictness against least squares written out in full."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import Scope
from kpi.agents import reviews, strictness
from kpi.agents.reviews import of_frame
from kpi.engine import Dataset
from kpi.errors import BadValue
from tests.agents.made import ALL, answered, company

RATED = [  # review, ticket, agent, reviewer, kind, category, score, weight, critical
    ("r1", "0", "Ana", "Lea", "manager", "Solution", 5, 4, False),
    ("r1", "0", "Ana", "Lea", "manager", "Tone", 3, 2, False),
    ("r2", "1", "Ana", "Lea", "manager", "Solution", 5, 4, False),
    ("r2", "1", "Ana", "Lea", "manager", "Privacy", 2, 1, True),
    ("r3", "2", "Ben", "Lea", "manager", "Solution", 3, 4, False),
    ("r3", "2", "Ben", "Lea", "manager", "Tone", None, 2, False),
    ("r4", "2", "Ben", "Ben", "self", "Solution", 5, 4, False),
]
"""On 1 to 5. r1: Solution 100, Tone 50, (400 + 100) / 6 = 83.33. r2: Privacy 25 is below half and critical: 0. r3: 50. Mean of Lea's: 44.44."""


def reviewed() -> Dataset:
    columns = ["review_id", "ticket_id", "agent", "reviewer", "kind", "category", "score", "weight", "is_critical"]
    frame = pd.DataFrame(RATED, columns=columns).assign(scale_low=1.0, scale_high=5.0, reviewed_at=pd.Timestamp("2026-03-04"))
    return company(*answered({"Ana": (2, 2), "Ben": (1, 2)}), frame)


def test_categories_weights_and_critical_failures_by_hand() -> None:
    data = reviewed()
    found = reviews(ALL, data)
    assert found.kind == "manager" and found.n == 3 and found.people == ("Ana", "Ben")
    means = {one.name: (one.mean, one.n, one.weight, one.is_critical, one.failed) for one in found.categories}
    assert means["Solution"] == (pytest.approx(250 / 3), 3, 4.0, False, 0)
    assert means["Tone"] == (50.0, 1, 2.0, False, 0), "what was not rated is not 0"
    assert means["Privacy"] == (25.0, 1, 1.0, True, 1)
    assert found.failed == (("r2", "1", "Ana", "Privacy"),)
    kinds = {one.name: (one.mean, one.n, one.failed) for one in found.kinds}
    assert kinds == {"manager": (pytest.approx((500 / 6 + 0 + 50) / 3), 3, 1), "self": (100.0, 1, 0)}
    everything = kpi.measure(["quality_score"], ALL, data).records()[0]
    assert everything["value"] == pytest.approx((3 * kinds["manager"][0] + 100) / 4), "the same reviews as the metric"
    assert "So few reviews say little about anybody." in found.text and "1 failed a critical category" in found.text


def test_one_agent_and_other_dates() -> None:
    data = reviewed()
    ben = reviews(ALL, data, "self", agent="Ben")
    assert (ben.n, ben.kind, ben.why_not) == (1, "self", "Who reviewed is not known, or everybody reviewed themselves.")
    assert reviews(ALL, data, agent="Nobody").text == "No quality review in these dates."
    assert reviews(Scope(start="2020-01-01", end="2020-01-02"), data).n == 0
    with pytest.raises(BadValue):
        reviews(ALL, company(*answered({"Ana": (1, 2)})))


def test_strictness_is_least_squares() -> None:
    """An effect for every agent and every reviewer, the reviewers' adding up to 0: as a full design matrix gives it."""
    rng = np.random.default_rng(6)
    n, people, judges = 300, 12, 5
    person, reviewer = rng.integers(0, people, n), rng.integers(0, judges, n)
    score = 80 + rng.normal(0, 5, people)[person] + np.array([0, -8, 3, 1, 4])[reviewer] + rng.normal(0, 6, n)
    effect, error, free, together = strictness(score, person, reviewer)
    design = np.zeros((n, people + judges - 1))
    design[np.arange(n), person] = 1
    for k in range(judges - 1):  # the last is minus the sum of the others
        design[:, people + k] = (reviewer == k).astype(float) - (reviewer == judges - 1)
    coefficients, rest, *_ = np.linalg.lstsq(design, score, rcond=None)
    own = coefficients[people:]
    assert effect == pytest.approx([*own, -own.sum()]) and free == n - people - judges + 1 and together.all()
    covariance = np.linalg.inv(design.T @ design) * rest[0] / free
    assert error[: judges - 1] == pytest.approx(np.sqrt(np.diag(covariance))[people:])


def rated_by(scores: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    """Reviews of one category: (agent, reviewer) -> scores in per cent."""
    rows = [
        (f"r{place}-{agent}-{who}", "1", agent, "peer", score, who, "All", 1.0, False, score)
        for (agent, who), own in scores.items()
        for place, score in enumerate(own)
    ]
    return pd.DataFrame(
        rows, columns=["review_id", "ticket_id", "agent", "kind", "score", "reviewer", "category", "weight", "is_critical", "percent"]
    )


def test_a_strict_reviewer_is_told_from_weak_people() -> None:
    """Rosa gives everybody 12 points less; she reviews the better people, so that her mean is no lower."""
    rng = np.random.default_rng(9)
    scores = {}
    for agent, level, by_rosa in (("A", 70, 10), ("B", 80, 25), ("C", 90, 40)):
        scores[agent, "Rosa"] = list(level - 12 + rng.normal(0, 4, by_rosa))
        for who in ("Uma", "Vic"):
            scores[agent, who] = list(level + rng.normal(0, 4, 60 - by_rosa))
    found = of_frame(rated_by(scores))
    by_name = {one.name: one for one in found.reviewers}
    assert by_name["Rosa"].verdict == "stricter" and by_name["Rosa"].effect == pytest.approx(-8, abs=1.5)
    assert abs(by_name["Rosa"].mean - by_name["Uma"].mean) < 6
    assert found.reviewers_text.startswith("For the same people Rosa scores harder")


def test_reviewers_who_share_nobody_cannot_be_set_beside_each_other() -> None:
    apart = of_frame(rated_by({("A", "Rosa"): [80.0, 82.0] * 20, ("B", "Uma"): [60.0, 62.0] * 20}))
    assert "cannot be told from a weak team" in apart.reviewers_text and all(one.effect is None for one in apart.reviewers)
    alone = of_frame(rated_by({("A", "Rosa"): [80.0, 82.0] * 20}))
    assert alone.reviewers_text == "One reviewer only: there is nobody to set them beside."


def test_equal_reviewers_are_not_told_apart() -> None:
    rng = np.random.default_rng(10)
    scores = {(agent, who): list(80 + rng.normal(0, 6, 12)) for agent in "ABCDEF" for who in ("Rosa", "Uma", "Vic", "Wim")}
    found = of_frame(rated_by(scores))
    assert {one.verdict for one in found.reviewers} == {"alike"} and "cannot be told apart" in found.reviewers_text
