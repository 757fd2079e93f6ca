"""The dictionary: what matches, worked by hand; the file, whose errors name line and key."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.errors import BadValue
from kpi.feedback import ANY, Theme, language_of, ours, read, write
from kpi.feedback.matching import Matcher
from kpi.feedback.themes import named, parts_of
from kpi.sample.comments import COMMENTS, HAPPY, PLAIN, POOR, REPEAT, SLOW

THEMES = (
    Theme("late", "Late", (("en", ("late", "too long", "delay*", "log in")), ("de", ("zu spät", "verspät*")), ("fr", ("délai",)))),
    Theme("bug", "Bug", (("any", ("bug",)), ("ja", ("遅い",)))),
)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("LATE again", "en", {0}),
        ("translate, later, plate", "en", set()),  # whole words only
        ("far too  LONG, sorry", "en", {0}),
        ("too very long", "en", set()),  # a phrase is not parted
        ("Délayed? no: délays", "en", {0}),  # accents and endings
        ("log-in and log in", "en", {0}),
        ("login", "en", set()),
        ("zu spät", "de", {0}),
        ("ZU SPAT", "de", {0}),  # written without its accent
        ("late", "de", set()),  # a word of another language
        ("late zu spät délai", "", {0}),  # unknown: tried in all
        ("un delai", "fr", {0}),
        ("a bug", "de", {1}),  # the same in every language
        ("返信が遅いです", "ja", {1}),  # no spaces are written
        ("", "en", set()),
    ],
)
def test_matching_by_hand(text: str, language: str, expected: set[int]) -> None:
    assert Matcher(THEMES, language).themes(text) == expected


REASONS = {SLOW: {"slow"}, REPEAT: {"repeat", "unsolved"}, POOR: {"unsolved", "bug"}, PLAIN: {"praise"}, HAPPY: {"praise"}}
"""What the sample company's authors mean by each list of sentences."""


def test_planted_sentences_fall_into_the_theme_of_their_reason() -> None:
    themes = ours()
    for language, lists in COMMENTS.items():
        matcher = Matcher(themes, language)
        for reason, sentences in enumerate(lists):
            for sentence in sentences:
                found = {themes[place].name for place in matcher.themes(sentence)}
                assert found and found <= REASONS[reason], (language, sentence, found)


@pytest.mark.parametrize(
    ("language", "text", "theme"),
    [
        ("en", "I want my money back", "billing"),
        ("en", "Still no refund for the cancelled order", "cancellation"),
        ("en", "Could not sign in, my account is locked out", "access"),
        ("en", "The parcel never arrived", "delivery"),
        ("en", "Your agent was very rude", "rude"),
        ("de", "Die Rechnung ist falsch", "billing"),
        ("de", "Lieferung kam beschädigt an", "delivery"),
        ("de", "Das Passwort geht nicht", "access"),
        ("de", "Sehr unfreundlicher Mitarbeiter", "rude"),
        ("de", "Habe sofort gekündigt", "cancellation"),
        ("fr", "Je demande le remboursement", "billing"),
        ("fr", "Mot de passe perdu", "access"),
        ("fr", "Colis jamais livré", "delivery"),
        ("fr", "Conseiller désagréable", "rude"),
        ("es", "Quiero el reembolso", "billing"),
        ("es", "El paquete no llegó", "delivery"),
        ("es", "No puedo acceder, la contraseña no sirve", "access"),
        ("es", "Me atendió una persona grosera", "rude"),
        ("pt", "A encomenda não chegou", "delivery"),
        ("pt", "Quero cancelar", "cancellation"),
    ],
)
def test_our_own_words_in_five_languages(language: str, text: str, theme: str) -> None:
    themes = ours()
    assert theme in {themes[place].name for place in Matcher(themes, language).themes(text)}


def test_unfriendly_is_no_praise() -> None:
    themes = ours()
    for language, text in (("en", "unfriendly"), ("de", "unfreundlich"), ("de", "unhöflich"), ("es", "antipático"), ("fr", "impoli")):
        assert {themes[place].name for place in Matcher(themes, language).themes(text)} == {"rude"}, text


def test_each_of_our_themes_has_words_in_four_languages() -> None:
    for theme in ours():
        assert {"en", "de", "es", "fr"} <= set(theme.languages), theme.name
        for language, words in theme.words:
            for word in words:
                assert parts_of(word), (theme.name, language, word)


def test_written_and_read_again() -> None:
    assert read(write(ours())) == ours()
    odd = (Theme("a", 'Say "x"\\ \t\x7f', ((ANY, ('quo"te', "back\\slash", "名前")),)),)
    assert read(write(odd)) == (Theme("a", 'Say "x"\\ \x7f', odd[0].words),)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5), st.text(min_size=1, max_size=40))
def test_any_text_is_written_so_that_toml_reads_it(words: list[str], label: str) -> None:
    told = tomllib.loads(write([Theme("x", label, (("en", tuple(words)),))]))
    assert told["theme"][0] == {"name": "x", "label": label, "words": {"en": words}}


GOOD = '# mine\n[[theme]]\nname = "a"\nlabel = "A"\n[theme.words]\nen = ["late"]\n\n[[theme]]\nname = "b"\nlabel = "B"\n[theme.words]\nde = ["spät"]\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('de = ["spät"]', 'de = "spät"', 12, "de must be a list of texts"),
        ('de = ["spät"]', "de = [1]", 12, "de must be a list of texts"),
        ('de = ["spät"]', 'de = ["!!"]', 12, "'!!' cannot be looked for"),
        ('de = ["spät"]', 'de = ["s*"]', 12, "found nearly everywhere"),
        ('de = ["spät"]', 'german = ["spät"]', 12, "'german' is no language"),
        ('de = ["spät"]', f'de = ["{"x" * 61}"]', 12, "cannot be looked for"),
        ('name = "b"', 'name = "B b"', 9, "name cannot be 'B b'"),
        ('name = "b"', 'name = "a"', 9, "name 'a' is there twice"),
        ('name = "b"', "name = 7", 9, "name must be a text"),
        ('label = "B"', 'label = "A"', 10, "label 'A' is there twice"),
        ('label = "B"', 'labels = "B"', 10, "there is no key 'labels'"),
        ('label = "B"\n', "", 8, "label must be a text"),
        ('[theme.words]\nde = ["spät"]\n', "", 8, "words are lacking"),
        ("# mine", 'colour = "red"', 1, "there is no key 'colour'"),
    ],
)
def test_errors_name_line_and_key(old: str, new: str, line: int, said: str) -> None:
    assert read(GOOD)[1].words == (("de", ("spät",)),)
    with pytest.raises(BadValue) as error:
        read(GOOD.replace(old, new))
    assert said in error.value.what and error.value.hint
    if said != "there is no key 'colour'":
        assert error.value.what.startswith(f"Line {line}, theme 2: "), error.value.what
    else:
        assert error.value.what.startswith("Line 1: ")


@pytest.mark.parametrize("text", ["", "x", "[theme]\n", "theme = 3", "[[theme]]\nname = ", "a = " + "[" * 5000, "x" * 500_000, "\x00"])
def test_what_is_no_such_file_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadValue, match=r"themes\.toml|Line 1|Theme 1"):
        read(text)


def test_toml_errors_name_their_line() -> None:
    with pytest.raises(BadValue, match=r"at line 3, column"):
        read('[[theme]]\nname = "a"\nlabel = \n')


def test_names_for_the_address() -> None:
    assert named("Späte Antwort!", ["x"]) == "spate_antwort"
    assert named("Späte Antwort", ["spate_antwort"]) == "spate_antwort_2"
    assert named("名前", []) == "theme" and named("", ["theme"]) == "theme_2"


@pytest.mark.parametrize("language", list(COMMENTS))
def test_languages_of_the_sample_are_told_or_not_told_but_never_wrong(language: str) -> None:
    sentences = [sentence for some in COMMENTS[language] for sentence in some]
    told = [language_of(sentence) for sentence in sentences]
    assert set(told) <= {language, ""}
    assert told.count(language) >= 0.7 * len(told), dict(zip(sentences, told, strict=True))


def test_languages_by_script_and_too_little_to_tell() -> None:
    assert [language_of(t) for t in ("返信が遅いです", "回复太慢了", "답변이 너무 늦어요")] == ["ja", "zh", "ko"]
    assert [language_of(t) for t in ("", "ok", "12345", "👍👍", "Xyzzy plugh", "Медленно и плохо")] == [""] * 6


@pytest.mark.slow
def test_languages_of_real_questions(datasets: Path) -> None:
    """Titles of a support forum whose locale is known: where a language is told, it is nearly always the right one."""
    with (datasets / "thunderbird_support" / "questions_2023.csv").open(encoding="utf-8", newline="") as handle:
        rows = [(row["locale"][:2], language_of(row["title"])) for row in csv.DictReader(handle)]
    english = [told for locale, told in rows if locale == "en" and told]
    assert len(english) > 5_000 and english.count("en") / len(english) > 0.97
    italian = [told for locale, told in rows if locale == "it" and told]
    assert len(italian) > 250 and italian.count("it") / len(italian) > 0.9
