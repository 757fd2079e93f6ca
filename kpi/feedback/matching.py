"""Which comments speak of which themes: whole words and phrases, whatever their case and accents, in the words of the comment's own language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kpi.feedback.heard import Heard
from kpi.feedback.languages import UNKNOWN, WORD, folded
from kpi.feedback.masking import uncovered
from kpi.feedback.themes import ANY, Theme, is_unspaced, parts_of

Flags = npt.NDArray[np.bool_]
Phrase = tuple[int, tuple[tuple[str, bool], ...]]


class Matcher:
    """The words of some themes in one language; made once, asked for every comment."""

    def __init__(self, themes: Sequence[Theme], language: str) -> None:
        self._exact: dict[str, list[Phrase]] = {}
        self._begins: dict[str, list[Phrase]] = {}
        self._inside: list[tuple[int, str]] = []
        for place, theme in enumerate(themes):
            for spoken, words in theme.words:
                if language == UNKNOWN or spoken in (language, ANY):
                    for word in words:
                        self._add(place, word)
        self._lengths = sorted({len(begin) for begin in self._begins})
        self._seen: dict[str, list[Phrase]] = {}

    def _add(self, place: int, word: str) -> None:
        if is_unspaced(word):
            self._inside.append((place, folded(word).replace("*", "").strip()))
            return
        first, *rest = parts_of(word)
        (self._begins if first[1] else self._exact).setdefault(first[0], []).append((place, tuple(rest)))

    def _from(self, word: str) -> list[Phrase]:
        """The phrases that may begin with a word."""
        found = self._seen.get(word)
        if found is None:
            found = list(self._exact.get(word, ()))
            for length in self._lengths:
                if length > len(word):
                    break
                found += self._begins.get(word[:length], ())
            self._seen[word] = found
        return found

    def themes(self, text: str) -> set[int]:
        """The places of the themes a text speaks of."""
        plain = folded(text)
        words = WORD.findall(plain)
        found = {place for place, piece in self._inside if piece in plain} if self._inside else set()
        for at, word in enumerate(words):
            for place, rest in self._from(word):
                if place not in found and _goes_on(words, at + 1, rest):
                    found.add(place)
        return found


def _goes_on(words: Sequence[str], at: int, rest: Sequence[tuple[str, bool]]) -> bool:
    if at + len(rest) > len(words):
        return False
    return all(words[at + n].startswith(part) if any_ending else words[at + n] == part for n, (part, any_ending) in enumerate(rest))


def matched(heard: Heard, themes: Sequence[Theme]) -> Flags:
    """For each of `heard.texts` (rows) and each theme (columns): does it speak of it?"""
    matchers: dict[str, Matcher] = {}
    out = np.zeros((len(heard.texts), len(themes)), dtype=np.bool_)
    for row, (text, language) in enumerate(zip(heard.texts, heard.spoken, strict=True)):
        if language not in matchers:
            matchers[language] = Matcher(themes, language)
        out[row, list(matchers[language].themes(uncovered(text)))] = True
    return out
