"""Themes: what words tell that a comment is about something. A file people can read, change and take away (data/themes.toml is ours)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kpi.errors import BadValue, did_you_mean
from kpi.feedback.languages import CJK, UNKNOWN, WORD, folded
from kpi.home import app_folder

ANY = "any"
"""Where words stand that mean the same in every language."""
MOST_THEMES, MOST_WORDS, LONGEST_WORD, LONGEST_LABEL, LONGEST_TEXT = 40, 300, 60, 60, 400_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_KEYS = ("name", "label", "words")


@dataclass(frozen=True)
class Theme:
    """One theme: its `name` in addresses, its `label` for people, and its words by language as they were written."""

    name: str
    label: str
    words: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(language for language, words in self.words if words)

    def speaks(self, language: str) -> bool:
        """Whether the theme could be told in a comment of this language; one whose language is unknown is tried in all."""
        return language == UNKNOWN or language in self.languages or self.languages == (ANY,)


def read(text: str) -> tuple[Theme, ...]:
    """Themes from TOML. BadValue names the line and the key of what cannot be used; nothing of such a file is taken."""
    if len(text) > LONGEST_TEXT:
        raise BadValue("themes.toml is too long.", f"It may have {LONGEST_TEXT:,} characters.")
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadValue(f"themes.toml cannot be read: {error}.", "Mend that line.") from None
    if wrong := next((key for key in told if key != "theme"), None):
        raise BadValue(f"{_at(text, 0, wrong)}there is no key {wrong!r}.", "A theme begins with [[theme]].")
    entries = told.get("theme", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries) or not entries:
        raise BadValue("themes.toml has no [[theme]].", "Each theme is a [[theme]] with name, label and [theme.words].")
    if len(entries) > MOST_THEMES:
        raise BadValue(f"{_at(text, MOST_THEMES + 1, '')}more than {MOST_THEMES} themes.", "Put some together.")
    themes = tuple(_theme(text, place, entry) for place, entry in enumerate(entries, 1))
    for place, theme in enumerate(themes, 1):
        for key, mine, before in (("name", theme.name, [t.name for t in themes]), ("label", theme.label, [t.label for t in themes])):
            if mine in before[: place - 1]:
                raise BadValue(f"{_at(text, place, key)}{key} {mine!r} is there twice.", "Give one of them another.")
    return themes


def write(themes: Sequence[Theme]) -> str:
    """The TOML that `read` reads."""
    parts = []
    for theme in themes:
        words = [f"{language} = [{', '.join(_quoted(word) for word in some)}]" for language, some in theme.words]
        parts.append(
            "\n".join(["[[theme]]", f"name = {_quoted(theme.name)}", f"label = {_quoted(theme.label)}", "[theme.words]", *words, ""])
        )
    return "\n".join(parts)


@lru_cache(maxsize=1)
def ours() -> tuple[Theme, ...]:
    """The themes that come with the product."""
    return read((app_folder() / "data" / "themes.toml").read_text("utf-8"))


def named(label: str, taken: Iterable[str]) -> str:
    """A name for the address, from a label: "Late or slow" is "late_or_slow"; with a number where it is taken."""
    base = "_".join(WORD.findall(folded(label)))[:30] or "theme"
    base = base if _NAME.match(base) else "theme"
    names, number = set(taken), 1
    name = base
    while name in names:
        number += 1
        name = f"{base}_{number}"
    return name


def _theme(text: str, place: int, entry: dict[str, Any]) -> Theme:
    for key in entry:
        if key not in _KEYS:
            raise BadValue(f"{_at(text, place, key)}there is no key {key!r}.", did_you_mean(key, _KEYS) or f"Keys are {', '.join(_KEYS)}.")
    for key in _KEYS[:2]:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise BadValue(f"{_at(text, place, key)}{key} must be a text.", f'Write {key} = "…".')
    name, label = entry["name"], " ".join(entry["label"].split())
    if not _NAME.match(name):
        raise BadValue(f"{_at(text, place, 'name')}name cannot be {name[:50]!r}.", "Small letters a to z, digits, - and _, up to 40.")
    if len(label) > LONGEST_LABEL:
        raise BadValue(f"{_at(text, place, 'label')}label has more than {LONGEST_LABEL} characters.", "Make it shorter.")
    given = entry.get("words")
    if not isinstance(given, dict) or not any(given.values()):
        raise BadValue(f"{_at(text, place, 'words')}words are lacking.", 'Write [theme.words], and under it en = ["…"].')
    return Theme(name, label, tuple((language, _words(text, place, language, words)) for language, words in given.items()))


def _words(text: str, place: int, language: str, words: Any) -> tuple[str, ...]:
    at = _at(text, place, language)
    if language != ANY and not _LANGUAGE.match(language):
        raise BadValue(f"{at}{language[:30]!r} is no language.", "Write its code, such as en or de; any stands for all of them.")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BadValue(f"{at}{language} must be a list of texts.", f'Write {language} = ["late", "too long"].')
    if len(words) > MOST_WORDS:
        raise BadValue(f"{at}{language} has more than {MOST_WORDS} words.", "Shorten the list, or make two themes.")
    for word in words:
        if len(word) > LONGEST_WORD or not parts_of(word):
            said = f"{word[:30]}…" if len(word) > LONGEST_WORD else word
            raise BadValue(f"{at}{language}: {said!r} cannot be looked for.", f"Words have letters, and up to {LONGEST_WORD} characters.")
        if any(len(part) < 3 and is_start for part, is_start in parts_of(word)):
            raise BadValue(f"{at}{language}: {word!r} would be found nearly everywhere.", "Write three letters or more before a *.")
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words))


def parts_of(word: str) -> tuple[tuple[str, bool], ...]:
    """A word or phrase as it is looked for: each part folded, and whether any ending may follow it."""
    return tuple((found[1], bool(found[2])) for found in re.finditer(r"([^\W_]+)(\*?)", folded(word.replace("＊", "*"))))


def is_unspaced(word: str) -> bool:
    return CJK.search(word) is not None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _at(text: str, place: int, key: str) -> str:
    """ "Line 12, theme 3: " — where a key stands, as far as a look at the lines can tell; the theme's own first line where it is lacking."""
    seen, header = 0, 0
    wanted = re.compile(rf"""\s*\[?(?:theme\.)?["']?{re.escape(key)}["']?\s*[=\].]""") if key else None
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*theme\s*\]\]", line):
            seen += 1
            header = number if seen == place else header
        if seen > place:
            break
        if seen == place and wanted and wanted.match(line):
            return f"Line {number}{f', theme {place}' if place else ''}: "
    return f"Line {header}, theme {place}: " if header else f"Theme {place}: " if place else ""
