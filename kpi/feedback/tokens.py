"""The words of a comment that are compared: words and pairs of words, each once a comment; pairs of letters where no spaces are written."""

from __future__ import annotations

import re
from functools import lru_cache

from kpi.feedback.languages import CJK, folded, stop_lists
from kpi.feedback.masking import uncovered

_TOKEN = re.compile(r"(?u)\b\w[\w'-]+\b")
_SENTENCE = re.compile(r"[,，、.!?…。！？;:|¿¡]+")
_ELIDED = re.compile(r"(?:\w{1,2}|dell|all|nell|dall|sull|un)'(?=\w)")
_RUN = re.compile(rf"{CJK.pattern}+")
LONGEST = 40
"""Longer ones are no words."""


def terms(text: str, language: str) -> frozenset[str]:
    """Words of two letters or more, in lower case, and pairs of neighbours within a sentence, without function words and bare numbers.

    "not" and its like stay. Where the language is unknown nothing is left out. Japanese, Chinese and Korean give pairs of letters.
    """
    found: set[str] = set()
    said = uncovered(text).casefold().replace("’", "'")
    if not said.isascii():
        for run in _RUN.findall(said):
            found.update(run[place : place + 2] for place in range(len(run) - 1))
        said = _RUN.sub(" ", said)
    for sentence in _SENTENCE.split(said):
        last = ""
        for token in _TOKEN.findall(sentence):
            word = _kept(token, language)
            if not word:
                continue
            found.add(word)
            if last and last != word:
                found.add(f"{last} {word}")
            last = word
    return frozenset(found)


@lru_cache(maxsize=50_000)
def _kept(token: str, language: str) -> str:
    """The word a token is compared as; "" for one that is left out."""
    lists = stop_lists().get(language)
    stop = lists.stop if lists else frozenset()
    word = _ELIDED.sub("", token, count=1) if language in ("fr", "it") else token
    plain = folded(word)
    if not 2 <= len(word) <= LONGEST or not any(letter.isalpha() for letter in word):
        return ""
    is_stop = plain in stop or ("'" in plain and all(part in stop or len(part) < 2 for part in plain.split("'")))
    return "" if is_stop else word
