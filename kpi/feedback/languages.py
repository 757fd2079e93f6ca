"""Which language a comment is in: by its function words, or by its script. No model; "" is unknown."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from kpi.home import app_folder

UNKNOWN = ""
"""The language of a comment that does not tell it."""
LABELS = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian", "nl": "Dutch", "ja": "Japanese",
    "zh": "Chinese", "ko": "Korean", "pl": "Polish", "ru": "Russian", "tr": "Turkish", "sv": "Swedish", "da": "Danish", "no": "Norwegian",
    "fi": "Finnish", "cs": "Czech", "uk": "Ukrainian", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "el": "Greek", "hu": "Hungarian", "ro": "Romanian",
}  # fmt: skip
_OWN_NAMES = {
    "deutsch": "de", "englisch": "en", "anglais": "en", "ingles": "en", "francais": "fr", "franzosisch": "fr", "frances": "fr", "espanol": "es",
    "spanisch": "es", "espagnol": "es", "portugues": "pt", "portugiesisch": "pt", "italiano": "it", "italienisch": "it", "nederlands": "nl",
}  # fmt: skip
_CODE = re.compile(r"([a-z]{2,3})(?:[-_ (].*)?\Z")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
"""A letter of a script that writes no spaces between words, or (Korean) glues endings to them."""
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\uac00-\ud7af]")
WORD = re.compile(r"[^\W_]+")
FEWEST_HITS, SHORT = 2, 5
"""Function words a comment needs to tell its language; in one of at most `SHORT` words a single one will do."""


@dataclass(frozen=True)
class Words:
    """Of one language: `stop` are left out of comparisons, `all` tell it (folded)."""

    stop: frozenset[str]
    all: frozenset[str]


def folded(text: str) -> str:
    """Lower case without accents: "Très ÉLEVÉ" and "tres eleve" are one, "Straße" and "strasse" too."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def stop_lists() -> dict[str, Words]:
    """The lists of data/stopwords.toml by language."""
    told = tomllib.loads((app_folder() / "data" / "stopwords.toml").read_text("utf-8"))
    lists = {}
    for language, parts in told.items():
        stop = frozenset(piece for word in parts["words"].split() for piece in WORD.findall(folded(word)))
        signs = frozenset(piece for word in parts["signs"].split() for piece in WORD.findall(folded(word)))
        lists[language] = Words(stop, frozenset(word for word in stop | signs if len(word) > 1))  # "a" is a word of half of Europe
    return lists


@lru_cache(maxsize=1)
def _telling() -> dict[str, tuple[str, ...]]:
    """Word -> the languages it tells."""
    told: dict[str, tuple[str, ...]] = {}
    for code, lists in stop_lists().items():
        for word in lists.all:
            told[word] = (*told.get(word, ()), code)
    return told


def label(language: str) -> str:
    """ "German"; "language not told" where unknown."""
    return LABELS.get(language, language.upper() or "language not told")


def code_of(name: object) -> str:
    """What a help desk calls a language as a code: "en-US", "EN", "English" and "Englisch" are "en"; "" for what is none."""
    said = folded(str(name)).strip()  # an unknown cell says "None", "nan" or "<NA>"
    if not said or said in ("none", "nan", "null", "unknown", "und", "(none)", "<na>"):
        return UNKNOWN
    for code, english in LABELS.items():
        if said == english.casefold():
            return code
    if said in _OWN_NAMES:
        return _OWN_NAMES[said]
    found = _CODE.match(said)
    return found[1] if found and (found[1] in LABELS or len(found[1]) == 2) else UNKNOWN


def language_of(text: str) -> str:
    """The language whose function words a comment holds most of; by script for Japanese, Korean and Chinese. "" where two are as likely or
    there is too little."""
    letters = 0 if text.isascii() else len(CJK.findall(text))
    if letters and letters * 3 >= sum(letter.isalpha() for letter in text):
        return "ja" if _KANA.search(text) else "ko" if _HANGUL.search(text) else "zh"
    words, told = WORD.findall(folded(text)), _telling()
    hits = Counter(code for word in words if word in told for code in told[word]).most_common(2)
    if not hits:
        return UNKNOWN
    (first, most), next_most = hits[0], hits[1][1] if len(hits) > 1 else 0
    fewest = 1 if len(words) <= SHORT else FEWEST_HITS
    return first if most >= fewest and most > next_most else UNKNOWN
