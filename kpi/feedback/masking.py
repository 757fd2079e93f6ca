"""Addresses and numbers that tell who wrote: covered before a comment is shown or counted. Names and streets are not found."""

from __future__ import annotations

import re
import unicodedata

LINK, MAIL, CARD, ACCOUNT, PHONE, NUMBER = "[link]", "[e-mail]", "[card number]", "[account number]", "[phone number]", "[number]"
COVERS = (LINK, MAIL, CARD, ACCOUNT, PHONE, NUMBER)
"""What stands in their place."""
FEWEST_DIGITS = 7
"""So many digits in a row, whatever stands between them, are somebody's: order numbers and years are shorter."""
LONGEST = 2_000
"""So many characters of a comment are read."""

# Every pattern runs through a text once: what repeats is possessive, and where it may begin is fixed by what stands before.
_WORDLY = r"[^\s@<>()\[\]{},;\"“”„«»]"
_AT = r"(?:@|\s?[\[({]\s?(?:at|ät|arroba|arobase)\s?[\])}]\s?)"
_AT_WORD = re.compile(r"[\[({]\s?(?:at|ät|arroba|arobase)", re.IGNORECASE)
_MAIL = re.compile(
    rf"(?:(?<!{_WORDLY}){_WORDLY}++|\"[^\"@]{{1,64}}+\"){_AT}(?:\[[^\]\s]{{1,60}}+\]|{_WORDLY}++(?:\s?[\[({{]\s?(?:dot|punkt|punto|point|ponto)\s?[\])}}]\s?{_WORDLY}++)*+)",
    re.IGNORECASE,
)
_APART = re.compile(rf"(?<!{_WORDLY}){_WORDLY}++(?:\s@\s?|@\s)(?:[\w\-]{{1,63}}\.){{1,8}}[^\W\d_]{{2,24}}(?!\w)")
"""An address with blanks beside its @."""
_LINK = re.compile(
    r"(?<![^\s<>()\[\]{},;\"'])(?:[a-z][a-z0-9+.\-]{0,20}:/{1,3}|www\d?\.)[^\s<>\"]++"  # with a scheme, or www.
    r"|(?<![^\s<>()\[\]{},;\"'])(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24}/[^\s<>\"]*+",  # host.name/path
    re.IGNORECASE,
)
_BETWEEN = r"[\s\u0300-\u036f.,:()/\\+*_|·•‐‑‒–—−\-]"
_DIGITS = re.compile(rf"(?:\+\s?|\(\+?)?\d(?:{_BETWEEN}{{0,3}}\d){{{FEWEST_DIGITS - 1},}}+")
_ACCOUNT = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]{4}){2,7}+(?:[ \-]?[A-Za-z0-9]{1,4}(?![^\W_]))?")
_DATE = re.compile(r"\d{4}[.\-/]\d{1,2}[.\-/]\d{1,2}|\d{1,2}[.\-/]\d{1,2}[.\-/]\d{4}")


def masked(text: str) -> str:
    """A comment in one line, of one spelling (NFKC: full-width letters and digits become plain ones), with what is private covered.

    Links, e-mail addresses (also written with (at)), account numbers (IBAN), card numbers (they pass Luhn's check), and every other run of
    seven digits or more, whatever signs stand between them; a date alone stays. Invisible characters go: nothing can be hidden between digits.
    """
    said = unicodedata.normalize("NFKC", text[:LONGEST])
    if not (said.isascii() and said.isprintable()):
        said = _UNSEEN.sub("", said)
    said = " ".join(said.split())
    if "/" in said or "www" in said.casefold():
        said = _LINK.sub(LINK, said)
    if "@" in said:
        said = _APART.sub(MAIL, said)
    if "@" in said or _AT_WORD.search(said):
        said = _MAIL.sub(MAIL, said)
    if not _HAS_DIGIT.search(said):
        return said
    said = _ACCOUNT.sub(_account, said)
    return _DIGITS.sub(_number, said)


_HAS_DIGIT = re.compile(r"\d")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u20e3\ud800-\uf8ff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
"""What cannot be seen: controls (not blanks), formats, joiners, selectors, surrogates, private use; and the box of a key with a digit in it."""


def uncovered(text: str) -> str:
    """A masked comment without the covers: what words are counted in. A full stop stands where one was, so that no pair reaches across."""
    for cover in COVERS:
        text = text.replace(cover, " . ")
    return text


def _account(found: re.Match[str]) -> str:
    """An IBAN: at least twelve signs, at least eight of them digits."""
    digits = sum(letter.isdigit() for letter in found[0])
    return ACCOUNT if digits >= 8 else found[0]


def _number(found: re.Match[str]) -> str:
    whole = found[0].strip()
    if _DATE.fullmatch(whole):
        return found[0]
    digits = [int(letter) for letter in whole if letter.isdecimal()]
    if 13 <= len(digits) <= 19 and _passes_luhn(digits):
        return CARD
    before = found.string[: found.start()][-1:]
    is_phone = not before.isalpha() and (whole[0] in "+(" or digits[0] == 0 or (len(digits) < 13 and not whole.isdecimal()))
    return PHONE if is_phone else NUMBER


def _passes_luhn(digits: list[int]) -> bool:
    """The check digit of every payment card (ISO/IEC 7812-1)."""
    doubled = [d if place % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for place, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
