"""Words that separate low from high scores: log-odds with an informative prior (Monroe, Colaresi and Quinn 2008), one vote a comment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi import units
from kpi.feedback.heard import HIGH, LOW, Heard
from kpi.feedback.languages import label
from kpi.feedback.tokens import terms
from kpi.stats import fightin_words

FEWEST_SIDE = 50
"""So many low and so many high scores, in one language, are needed; below, quotes only."""
FEWEST_COMMENTS = 10
"""A word or pair in fewer comments is not compared (`min_df` of the reference; it also keeps the logarithm away from 0)."""
PRIOR = 100.0
MOST_FALSE = 0.025
"""The share of false finds allowed among the words (Benjamini-Hochberg): half of the page's 5 %, the weeks have the other half."""


@dataclass(frozen=True)
class Contrast:
    """Words and pairs of the comments in one `language`, most of the low scores first.

    `frame`: word, low and high (comments that hold it), low_share and high_share (per cent of all of that side), difference (of log-odds,
    above 0: more in low scores), z, p (adjusted over all words looked at), side ("low", "high": told apart; "": not), is_part (of a pair that is
    in exactly the same comments: one finding, said once). `why_not` says why nothing was compared.
    """

    language: str
    n_low: int
    n_high: int
    frame: pd.DataFrame
    why_not: str = ""

    def told(self, side: str) -> pd.DataFrame:
        """The words told apart, the strongest first; a word that only ever stands in a pair is told by the pair."""
        found = self.frame[(self.frame["side"] == side) & ~self.frame["is_part"]]
        return found.reindex(found["z"].abs().sort_values(ascending=False, kind="stable").index)

    @property
    def text(self) -> str:
        if self.why_not:
            return self.why_not
        low, high = self.told(LOW), self.told(HIGH)
        if not len(low) and not len(high):
            return f"No word of {units.say(len(self.frame), 'count')} clearly separates low from high scores."
        parts = [
            f"“{some['word'].iloc[0]}” marks {side} scores most: in {units.say(some[side].iloc[0], 'count')} of {units.say(n, 'count')} of them"
            f" and {units.say(some[other].iloc[0], 'count')} of {units.say(m, 'count')} {other} ones"
            for some, side, other, n, m in ((low, LOW, HIGH, self.n_low, self.n_high), (high, HIGH, LOW, self.n_high, self.n_low))
            if len(some)
        ]
        return f"{'. '.join(parts)}."

    @property
    def caveat(self) -> str:
        if self.why_not:
            return ""
        told = int((self.frame["side"] != "").sum())
        return (
            f"{units.say(told, 'count')} of the {units.say(len(self.frame), 'count')} words and pairs in at least {FEWEST_COMMENTS} comments"
            f" differ clearly ({label(self.language)}; at most {100 * MOST_FALSE:g} % of such finds by luck). A word is no cause."
        )


def contrast(heard: Heard, language: str, prior_total: float = PRIOR) -> Contrast:
    """Compare the low and the high scores among the comments of one language; scores in the middle and comments without one are left out."""
    frame = heard.frame[heard.frame["language"] == language]
    sides = {side: Counter(frame.loc[frame["side"] == side, "which"].tolist()) for side in (LOW, HIGH)}
    n_low, n_high = (sum(sides[side].values()) for side in (LOW, HIGH))
    if min(n_low, n_high) < FEWEST_SIDE:
        why = (
            f"Too few scored {heard.noun} in {label(language)} to compare words: {units.say(n_low, 'count')} low and"
            f" {units.say(n_high, 'count')} high, {FEWEST_SIDE} of each are needed."
            if language
            else f"Too few scored {heard.noun} that do not tell their language to compare words."
        )
        return Contrast(language, n_low, n_high, _table([], [], [], n_low, n_high, prior_total), why)
    both = sides[LOW] + sides[HIGH]
    common = {word for word, n in _votes(heard, both, None).items() if n >= FEWEST_COMMENTS}
    low, high = (_votes(heard, sides[side], common) for side in (LOW, HIGH))
    words = sorted(word for word in low.keys() | high.keys() if low[word] + high[word] >= FEWEST_COMMENTS)
    found = _table(words, [low[word] for word in words], [high[word] for word in words], n_low, n_high, prior_total)
    return Contrast(language, n_low, n_high, found)


def _votes(heard: Heard, texts: Counter[int], common: set[str] | None) -> Counter[str]:
    """How many comments hold each word; with `common` words, each of these and of the pairs of two of them: no pair is in more comments than
    its words, and a list of every pair there is would not fit."""
    votes: Counter[str] = Counter()
    for place, n in texts.items():
        for word in terms(heard.texts[place], heard.spoken[place]):
            if " " not in word if common is None else all(piece in common for piece in word.split(" ")):
                votes[word] += n
    return votes


def _table(words: list[str], low: list[int], high: list[int], n_low: int, n_high: int, prior_total: float) -> pd.DataFrame:
    found = fightin_words(low, high, prior_total)
    with np.errstate(invalid="ignore"):
        clear = found.p < MOST_FALSE
    side = np.where(clear, np.where(found.z > 0, LOW, HIGH), "").astype(object)
    frame = pd.DataFrame(
        {
            "word": pd.Series(words, dtype=object),
            "low": pd.Series(low, dtype=np.int64),
            "high": pd.Series(high, dtype=np.int64),
            "difference": found.difference,
            "z": found.z,
            "p": found.p,
            "side": side,
        }
    )
    frame["low_share"] = 100 * frame["low"] / max(1, n_low)
    frame["high_share"] = 100 * frame["high"] / max(1, n_high)
    frame["is_part"] = _parts(words, list(zip(low, high, strict=True)))
    return frame.sort_values("z", ascending=False, kind="stable").reset_index(drop=True)


def _parts(words: list[str], counts: list[tuple[int, int]]) -> list[bool]:
    """Which words are in exactly the comments of a pair that holds them, and which pairs in exactly those of an earlier pair they share a word with.

    A pair is in no comment without its words, so equal counts mean the same comments.
    """
    known = dict(zip(words, counts, strict=True))
    told: set[str] = set()
    same: set[str] = set()
    for word in words:
        pieces = [piece for piece in word.split(" ") if known.get(piece) == known[word]]
        if " " not in word:
            continue
        if any(piece in told for piece in pieces):
            same.add(word)
        told.update(pieces)
    return [word in same or word in told for word in words]
