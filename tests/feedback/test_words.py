"""Words that separate scores: against the reference worked in R, by hand, by brute force over the sample company, and on mere luck."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from kpi.feedback import HIGH, LOW, MIDDLE, Heard, contrast, terms
from kpi.feedback.contrast import MOST_FALSE
from kpi.feedback.heard import COMMENTS
from kpi.feedback.languages import stop_lists


def said(*comments: tuple[str, str, str], times: tuple[int, ...] = ()) -> Heard:
    """Comments as (side, language, text), each so many times."""
    rows = [row for row, n in zip(comments, times or (1,) * len(comments), strict=True) for _ in range(n)]
    texts = tuple(dict.fromkeys((text, language) for _, language, text in rows))
    frame = pd.DataFrame(
        {
            "ticket_id": [str(n) for n in range(len(rows))],
            "side": [side for side, _, _ in rows],
            "language": [language for _, language, _ in rows],
            "which": [texts.index((text, language)) for _, language, text in rows],
        }
    )
    return Heard(frame, tuple(t for t, _ in texts), tuple(language for _, language in texts), len(rows), COMMENTS, "UTC")


WORDS = ("refund", "slow", "agent", "service", "kind")
LOWS, HIGHS = (30, 25, 20, 200, 5), (5, 4, 22, 210, 40)


def test_reference_of_monroe_worked_in_r() -> None:
    """statistics.md section 10: the counts of the reference, each comment one word."""
    comments = [(side, "en", word) for side in (LOW, HIGH) for word in WORDS]
    found = contrast(said(*comments, times=(*LOWS, *HIGHS)), "en", prior_total=50)
    rows = found.frame.set_index("word")
    assert (found.n_low, found.n_high) == (sum(LOWS), sum(HIGHS))
    assert rows.loc[list(WORDS), "low"].tolist() == list(LOWS) and rows.loc[list(WORDS), "high"].tolist() == list(HIGHS)
    assert rows.loc[list(WORDS), "z"].tolist() == pytest.approx([3.804368, 3.464705, -0.295723, -1.567485, -4.643721], abs=5.1e-7)
    assert rows.loc[list(WORDS), "difference"].tolist() == pytest.approx([1.489813, 1.502739, -0.084145, -0.142664, -1.697983], abs=5.1e-7)
    assert found.told(LOW)["word"].tolist() == ["refund", "slow"] and found.told(HIGH)["word"].tolist() == ["kind"]
    assert found.text == (
        "“refund” marks low scores most: in 30 of 280 of them and 5 of 281 high ones."
        " “kind” marks high scores most: in 40 of 281 of them and 5 of 280 low ones."
    )


def test_one_vote_a_comment_ten_comments_a_word_and_the_middle_left_out() -> None:
    found = contrast(
        said(
            (LOW, "en", "slow slow slow"), (LOW, "en", "tardy"), (LOW, "en", "noise"), (HIGH, "en", "fast"), (MIDDLE, "en", "slow"),
            (LOW, "de", "langsam"), (LOW, "", "slow"), times=(30, 9, 21, 60, 500, 400, 300),
        ),
        "en",
    )  # fmt: skip
    assert (found.n_low, found.n_high) == (60, 60)
    assert dict(zip(found.frame["word"], found.frame["low"], strict=True)) == {"slow": 30, "noise": 21, "fast": 0}


def test_too_few_of_a_side_are_not_compared() -> None:
    for n_low, n_high in ((49, 500), (500, 49), (0, 0)):
        found = contrast(said((LOW, "en", "slow"), (HIGH, "en", "fast"), times=(n_low, n_high)), "en")
        assert not len(found.frame) and "to compare words" in found.text and found.caveat == ""
    assert len(contrast(said((LOW, "en", "slow"), (HIGH, "en", "fast"), times=(50, 50)), "en").frame) == 2


def test_a_word_that_only_stands_in_a_pair_is_told_by_the_pair() -> None:
    found = contrast(said((LOW, "en", "money back"), (HIGH, "en", "great"), (HIGH, "en", "lovely"), times=(60, 40, 30)), "en")
    assert found.frame.set_index("word")["is_part"].to_dict() == {
        "money back": False, "money": True, "back": True, "great": False, "lovely": False,
    }  # fmt: skip
    again = contrast(said((LOW, "en", "full refund"), (LOW, "en", "refund"), (HIGH, "en", "great"), times=(40, 20, 60)), "en")
    assert not again.frame.set_index("word")["is_part"]["refund"], "it also stands alone"
    assert again.frame.set_index("word")["is_part"]["full"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The agent was NOT helpful", "en", {"agent", "not", "helpful", "agent not", "not helpful"}),
        ("Slow. Refund", "en", {"slow", "refund"}),  # no pair over the end of a sentence
        ("I don't care", "en", {"don't", "care", "don't care"}),
        ("a b 2024 99", "en", set()),
        ("J'ai dû l'attente", "fr", {"attente"}),
        ("la la la", "de", {"la"}),
        ("返信が遅い", "ja", {"返信", "信が", "が遅", "遅い"}),
        ("Follow-up", "en", {"follow-up"}),
        ("x" * 50, "en", set()),
    ],
)
def test_tokens_by_hand(text: str, language: str, expected: set[str]) -> None:
    assert terms(text, language) == expected


def test_stop_lists_are_short_and_leave_negations() -> None:
    for language, lists in stop_lists().items():
        assert 40 < len(lists.stop) < 220, language
    for language, word in (
        ("en", "not"),
        ("de", "nicht"),
        ("fr", "pas"),
        ("fr", "jamais"),
        ("es", "nunca"),
        ("pt", "nao"),
        ("it", "non"),
        ("nl", "niet"),
    ):
        assert word not in stop_lists()[language].stop, word


def test_counts_and_z_by_brute_force() -> None:
    """Sets and logarithms, word by word, over made-up comments."""
    rng = np.random.default_rng(3)
    vocabulary = [f"word{n}" for n in range(30)]
    comments = [(LOW if n % 3 else HIGH, "en", " ".join(rng.choice(vocabulary, size=5, p=np.arange(30, 0, -1) / 465))) for n in range(300)]
    found = contrast(said(*comments), "en")
    votes = {side: Counter(t for s, _, text in comments if s == side for t in terms(text, "en")) for side in (LOW, HIGH)}
    kept = [w for w in votes[LOW] | votes[HIGH] if votes[LOW][w] + votes[HIGH][w] >= 10]
    assert sorted(found.frame["word"]) == sorted(kept) and len(kept) > 20
    totals = {side: sum(votes[side][w] for w in kept) for side in votes}
    both = totals[LOW] + totals[HIGH]
    for row in found.frame.itertuples():
        a, b = votes[LOW][row.word], votes[HIGH][row.word]
        prior = 100 * (a + b) / both
        low, high = ((x + prior) / (n + 100 - x - prior) for x, n in ((a, totals[LOW]), (b, totals[HIGH])))
        assert row.difference == pytest.approx(math.log(low) - math.log(high))
        assert row.z == pytest.approx(row.difference / math.sqrt(1 / (a + prior) + 1 / (b + prior)))


def world(rng: np.random.Generator, shift: float = 0.0) -> Heard:
    """200 low and 800 high comments of about 12 words out of 500 (Zipf); `shift` of the low ones hold one word more."""
    chances = 1 / np.arange(1, 501)
    words = np.array([f"word{n}" for n in range(500)])
    comments = []
    for n in range(1_000):
        topic = rng.permutation(500)[:3]  # words of one comment hang together
        some = [*rng.choice(words, size=9, p=chances / chances.sum()), *words[topic]]
        if (n < 200 and rng.random() < shift) or rng.random() < 0.02:
            some.append("planted")
        comments.append((LOW if n < 200 else HIGH, "en", ". ".join(some)))
    return said(*comments)


@pytest.mark.simulation
def test_null_no_word_is_told_by_luck_oftener_than_said() -> None:
    runs = 200
    any_false = sum(len(contrast(world(np.random.default_rng(seed)), "en").frame.query("side != ''")) > 0 for seed in range(runs))
    assert any_false / runs <= MOST_FALSE + 2.6 * math.sqrt(MOST_FALSE * (1 - MOST_FALSE) / runs)


@pytest.mark.simulation
def test_a_word_in_a_fifth_more_of_the_low_comments_is_found() -> None:
    found = [contrast(world(np.random.default_rng(seed), 0.2), "en").told(LOW)["word"].tolist() for seed in range(60)]
    assert sum("planted" in words for words in found) / 60 > 0.6
