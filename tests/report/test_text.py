"""The interface's Markdown as runs. Worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.report.text import Paragraph, Run, escaped, paragraphs, words


def test_marks_become_looks() -> None:
    (one,) = paragraphs("**CSAT rose by 2.1 pts.** It *may* be `chance`.")
    assert one == Paragraph(
        (
            Run("CSAT rose by 2.1 pts.", is_strong=True),
            Run(" It "),
            Run("may", is_quiet=True),
            Run(" be "),
            Run("chance", is_code=True),
            Run("."),
        )
    )


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        (":material/info: Note", "Note"),
        (":gray[3 agents] · :orange-badge[late]", "3 agents · late"),
        (":red[:material/help: why]", "why"),
        ("[open](https://example.org/a?b=c)", "open"),
        ("a line  \nbroken", "a line\nbroken"),
        ("one\n\ntwo", "one\ntwo"),
        ("- a\n- b", "a\nb"),
        ("#### 43 min", "43 min"),
        (r"20\-30 \| \*x\* \:red\[y\]", "20-30 | *x* :red[y]"),
        ("13:00–15:00 brings [more", "13:00–15:00 brings [more"),
        ("an open `tick", "an open `tick"),
        ("", ""),
    ],
)
def test_words_are_bare(markdown: str, said: str) -> None:
    assert words(markdown) == said


def test_links_go_to_the_web_and_nowhere_else() -> None:
    (one,) = paragraphs("[a](https://example.org/x) [b](javascript:alert) [c](file:///etc/passwd)")
    assert [(run.text, run.link) for run in one.runs] == [("a", "https://example.org/x"), (" b c", "")]


@given(st.text(max_size=80))
def test_what_is_escaped_comes_back_word_for_word_and_means_nothing(text: str) -> None:
    (*found,) = paragraphs(f"x{escaped(text)}")
    assert "".join(run.text for one in found for run in one.runs) == f"x{' '.join(text.split())}".strip()
    assert not any(run.is_strong or run.is_quiet or run.is_code or run.link for one in found for run in one.runs)


@given(st.text(alphabet="ab*`[]()\\:- \n/#gray", max_size=60))
def test_nothing_makes_the_reader_of_marks_fail(text: str) -> None:
    assert all(run.text for one in paragraphs(text) for run in one.runs)
