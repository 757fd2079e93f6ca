"""Words of satisfaction as scores: what "Great", "Unhappy" or "Good with comment" most probably stand for. A proposal a person looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kpi.cells import fold

_TWO = {
    0: "bad; bad with comment; thumbs down; negative; no; dissatisfied; unsatisfied; not satisfied; poor; disliked; 👎",
    1: "good; good with comment; goodwithcomment; thumbs up; positive; yes; satisfied; liked; 👍",
}
_THREE = {
    1: "not good; bad; not okay; unhappy; sad; negative; annoyed; dissatisfied; poor",
    2: "okay; ok; neutral; so-so; meh; fine; average; mixed",
    3: "great; good; happy; positive; delighted; satisfied; excellent",
}
_FIVE = {
    1: "extremely unhappy; very unhappy; very dissatisfied; extremely dissatisfied; very bad; terrible; awful; horrible; very poor; furious; angry",
    2: "unhappy; dissatisfied; somewhat dissatisfied; bad; not good; poor; sad; negative; annoyed; below expectations",
    3: "neutral; okay; ok; so-so; meh; average; mixed; neither satisfied nor dissatisfied; fine; acceptable; met expectations",
    4: "happy; satisfied; somewhat satisfied; good; positive; above expectations",
    5: "extremely happy; very happy; very satisfied; extremely satisfied; very good; great; excellent; amazing; delighted; outstanding; perfect",
}
_SILENT = (
    "offered; not offered; unoffered; sent; requested; received; pending; no answer; no response; not answered; unanswered; not rated; unrated; "
    "none; skipped; ignored; expired; n/a; -"
)


def _words(said: str) -> frozenset[str]:
    return frozenset(fold(word) for word in said.split(";"))


SILENT = _words(_SILENT)
"""Words that say that nobody answered."""
_SCALES = tuple({word: score for score, said in words.items() for word in _words(said)} for words in (_TWO, _THREE, _FIVE))


@dataclass(frozen=True)
class Satisfaction:
    """A scale (`low` worst, `high` best), the score of every word that has one, and the words that are no answer. Others are for a person."""

    low: int
    high: int
    scores: Mapping[str, int]
    silent: tuple[str, ...] = ()


def satisfaction(words: Iterable[str]) -> Satisfaction:
    """The scale on which most of some words have a score: of two, of three, of five steps; the shortest that is as good. Numbers are no words."""
    given = list(words)
    words = [word for word in given if fold(word) not in SILENT]
    best: tuple[int, dict[str, int]] = (2, {})
    for place, known in enumerate(_SCALES):
        found = {word: known[fold(word)] for word in words if fold(word) in known}
        steps = len(set(found.values()))
        if (len(found), steps) > (len(best[1]), len(set(best[1].values()))):
            best = (place, found)
    low, high = ((0, 1), (1, 3), (1, 5))[best[0]]
    return Satisfaction(low, high, best[1], tuple(word for word in given if fold(word) in SILENT))
