"""The strength word follows the limit nearest to 0, and no sentence speaks of causes."""

from __future__ import annotations

import re

import pytest

from kpi.catalogue import CATALOGUE
from kpi.correlations import Link, Pair
from kpi.correlations.facts import is_of_tickets, is_yes_no
from kpi.correlations.words import DONE, PROOF, sentence
from kpi.metric import Ask

CAUSAL = re.compile(r"\b(causes?|caused|because of|drives?|leads? to|makes?|improves?|due to|effect of|results? in)\b", re.IGNORECASE)


def pair(
    low: float, high: float, unit: str = "tickets", q: float = 0.001, first: str = "first_reply_time", second: str = "csat", **more: object
) -> Pair:
    values = {"n": 5000, "worth": 31.0, **more}
    return Pair(first, second, unit, r=(low + high) / 2, low=low, high=high, p=q, q=q, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.05, 0.9, "trace"),
        (0.11, 0.9, "weak"),
        (0.31, 0.9, "moderate"),
        (0.51, 0.9, "strong"),
        (-0.9, -0.51, "strong"),
        (-0.9, -0.29, "weak"),
        (-0.1, 0.9, "none"),
    ],
)
def test_the_word_follows_the_nearest_limit(low: float, high: float, word: str) -> None:
    assert pair(low, high).strength == word


def test_nothing_is_claimed_against_chance_among_many_or_one_opinion() -> None:
    assert not pair(0.2, 0.6, q=0.06).is_claimed
    assert not pair(0.2, 0.6, unit="periods", is_confirmed=False).is_claimed
    assert pair(0.2, 0.6).is_claimed


def test_like_with_like_against_all_together() -> None:
    assert pair(0.2, 0.4, pooled=-0.3, pooled_low=-0.4, pooled_high=-0.2).is_turned
    assert not pair(0.2, 0.4, pooled=-0.3, pooled_low=-0.7, pooled_high=0.1).is_turned


def test_sentences() -> None:
    said = sentence(pair(-0.7, -0.1, "periods", n=52, worth=31.2), Ask())
    assert "in weeks when first reply ran longer than usual, CSAT tended to run lower" in said
    assert "r = -0.40, plausible range -0.70 to -0.10; 52 weeks, worth about 31 independent ones" in said
    assert sentence(pair(-0.3, 0.3, q=0.9), Ask()).startswith("We cannot tell whether")
    assert sentence(pair(-0.03, 0.02, q=0.9), Ask()).startswith("No link worth speaking of")
    assert sentence(pair(0.12, 0.2, first="first_contact_resolution"), Ask()).startswith(
        "A weak link: tickets solved at first contact are more often rated good"
    )
    assert sentence(Pair("csat", "dsat", "tickets", link=Link("Both are made from the same answers.")), Ask()).startswith("Not scored.")
    assert "only 9 weeks" in sentence(Pair("backlog", "csat", "periods", lacks="only 9 weeks know both, 16 are needed"), Ask())


def test_every_yes_or_no_of_tickets_can_be_said() -> None:
    assert {name for name in CATALOGUE if is_of_tickets(name, Ask()) and is_yes_no(name, Ask())} <= set(DONE)


def test_no_sentence_is_causal() -> None:
    names = [name for name in CATALOGUE if name != "csat"]
    said = [
        sentence(pair(low, high, unit, first=name), Ask())
        for name in names
        for unit in ("tickets", "periods", "agents")
        for low, high in ((0.2, 0.6), (-0.6, -0.2), (-0.2, 0.4))
    ]
    assert not [text for text in [*said, PROOF.replace("brings about", "")] if CAUSAL.search(text)]
