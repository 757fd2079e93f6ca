"""What is covered before anything is shown or counted: typed by hand, from many countries, and written to slip through."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.feedback import masked, terms
from kpi.feedback.masking import _UNSEEN, COVERS, LONGEST

MAILS = [
    "anna@example.com",
    "anna.o'neil+tickets@mail.example.co.uk",
    "jürgen.groß@müller.example",
    "用户@例子.广告",
    "почта@пример.рф",
    '"john doe"@example.com',
    "root@[192.168.0.1]",
    "x (at) example.com",
    "x [at] example [dot] com",
    "ＡＮＮＡ＠ＥＸＡＭＰＬＥ．ＣＯＭ",
    "an\u200bna@exa\u00admple.com",
    "a@b",
    "anna @ example.com",
]
PHONES = [
    "+49 (0)151 / 234 567-89",
    "+1-212-555-0123",
    "(212) 555-0123",
    "06 12 34 56 78",
    "0151/23456789",
    "+44 20 7946 0958",
    "020 7946 0958",
    "12 34 56 78",
    "+81 3-1234-5678",
    "+91 98765 43210",
    "555.123.4567",
    "555–123–4567",
    "+٤٩١٥١٢٣٤٥٦٧٨",
    "4\ufe0f\u20e31\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e3",
    "0\u03321\u03325\u03321\u03322\u03323\u03324\u03325\u03326",
    "①⑤①②③④⑤⑥",
]
CARDS = [
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111111111111111",
    "3782 822463 10005",
    "４１１１１１１１１１１１１１１１",
    "5555.5555.5555.4444",
]
"""Test numbers of the card schemes: they pass Luhn's check."""
ACCOUNTS = ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "NL91 ABNA 0417 1643 00"]
"""The examples of the IBAN registry."""
LINKS = ["https://example.com/reset?token=abc", "http://10.0.0.1/x", "www.example.com", "example.com/path?a=b", "javascript://alert(1)"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [(k, t) for k, some in (("e-mail", MAILS), ("card number", CARDS), ("account number", ACCOUNTS), ("link", LINKS)) for t in some],
)
def test_covered_by_kind(kind: str, text: str) -> None:
    assert masked(f"Please write, {text} thanks") == f"Please write, [{kind}] thanks"


@pytest.mark.parametrize("text", PHONES)
def test_phones_leave_no_digit(text: str) -> None:
    said = masked(f"Call {text} now")
    assert said in ("Call [phone number] now", "Call [number] now"), said


@pytest.mark.parametrize(
    "text",
    [
        "It took 3 days and 12 messages, order 123456.",
        "Since 2026-03-02 or 12.03.2026, version 4.5.6",
        "24/7 support and/or chat costs 99.90",
        "Great.Thanks! C++ isn't great (at all)",
        "@support was kind",
        "Grüße, très bien, 名前 🙂",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert masked(text) == text


def test_other_long_numbers() -> None:
    assert masked("INC0012345") == "INC[number]"
    assert masked("number 4111111111111112 fails the check") == "number [number] fails the check"
    assert "1" not in masked("ip 192.168.10.123")
    assert masked("born 1 2 3 4 5 6 7") == "born [phone number]"


def test_a_comment_is_one_line_and_bounded() -> None:
    assert masked("a\n\tb\r\nc\x00\u202ed") == "a b cd"
    assert len(masked("x" * 10 * LONGEST)) == LONGEST


def test_everything_invisible_goes() -> None:
    """Against the categories of the Unicode tables themselves."""
    for code in range(0x110000):
        letter = chr(code)
        if unicodedata.category(letter) in ("Cf", "Cc", "Cs", "Co") and not letter.isspace():
            assert _UNSEEN.fullmatch(letter), hex(code)
        if unicodedata.category(letter)[0] in "LNPZS":
            assert not _UNSEEN.fullmatch(letter) or code in (0x115F, 0x1160), hex(code)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(MAILS[:5] + PHONES[:12] + CARDS), st.text(max_size=60))
def test_nothing_around_it_uncovers_seven_digits_in_a_row(before: str, secret: str, after: str) -> None:
    said = masked(f"{before} {secret} {after}")
    run = 0
    for letter in said:
        run = run + 1 if letter.isdecimal() else 0
        assert run < 7
    assert "example.com" not in said or "example.com" in before + after


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=string.printable + "＠é名\u200b", max_size=120))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@pytest.mark.parametrize("piece", ["a.", "@", "1", "1-", "a@", "(", "DE89 1234 ", "www.", "(at)", '"', "1   ", "aa11", "://"])
def test_hostile_repetition_ends(piece: str) -> None:
    """A pattern that tries every way through would not come back from this in a lifetime."""
    for _ in range(20):
        masked(piece * LONGEST)


def test_what_is_covered_is_not_counted_either() -> None:
    found = terms(masked("my mail anna@example.com, call +49 151 2345678 or https://evil.example/x"), "en")
    assert found == {"mail", "call"}
    assert not any(cover.strip("[]").split()[0] in found for cover in COVERS)
