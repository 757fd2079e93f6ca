"""What is asked on the Feedback page: the view, the language, the theme, the word; and what customers wrote, read once and remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import streamlit as st

import kpi
from kpi import Scope, feedback
from kpi.errors import KpiError
from kpi.feedback import Contrast, Counted, Flags, Heard, Theme, Weekly
from pages.parts import asked_dates, links, slow, texts
from pages.parts.mine import Mine

NAME = "themes.toml"
VIEWS = {"themes": "Themes", "words": "Words", "comments": "Comments"}
WEEKS = 52
"""Words and weeks need more than four weeks: at least so many are looked at, up to the end of the dates asked for."""
EVERY, UNTOLD = "all", "unknown"
"""In the address: all languages; comments whose language is not told."""


def widened(scope: Scope, mine: Mine) -> Scope:
    """The scope over at least a year, up to the same end."""
    bare = scope.but(by="all", split=(), compare=None, statistic=None)
    low, high = asked_dates.reach(mine, scope.zone)
    end = min(scope.end or high, high)
    start = low if scope.start is None else max(low, min(scope.start, end - dt.timedelta(weeks=WEEKS)))
    return bare.but(start=min(start, end), end=max(end, start))


def heard(mine: Mine, scope: Scope) -> Heard:
    """`kpi.feedback.heard`, remembered by data and scope. Shared: never change one."""
    key = ("heard", mine.dataset.fingerprint, _key(scope))
    return slow.step(key, "Reading what customers wrote", lambda: feedback.heard(scope, mine.dataset), keep=12)


def text(mine: Mine) -> str:
    """The visitor's own themes as they are kept; "" while there are none."""
    return texts.text(mine, NAME)


def change(mine: Mine, how: Callable[[str], str]) -> None:
    """Keep what `how` makes of the present text."""
    texts.change(mine, NAME, how)


def themes(mine: Mine) -> tuple[tuple[Theme, ...], str]:
    """The themes in force, and what is wrong with the visitor's own where ours stand in for them."""
    own = text(mine)
    if not own:
        return feedback.ours(), ""
    try:
        return _read(own), ""
    except KpiError as error:
        return feedback.ours(), str(error)


def flags(mine: Mine, scope: Scope, found: Heard, all_themes: tuple[Theme, ...]) -> Flags:
    """`kpi.feedback.matched`, remembered by data, scope and themes."""
    key = ("flags", mine.dataset.fingerprint, _key(scope), all_themes)
    return slow.step(key, "Finding the themes in the comments", lambda: feedback.matched(found, all_themes), keep=24)


def counted(mine: Mine, wide: Scope, scope: Scope, language: str, found: Heard, all_themes: tuple[Theme, ...]) -> Counted:
    """The themes of the dates asked for, in one language or all."""
    hit = flags(mine, wide, found, all_themes)
    return feedback.counted(narrowed(found, scope, language), all_themes, hit)


def weekly(mine: Mine, wide: Scope, language: str, found: Heard, all_themes: tuple[Theme, ...]) -> tuple[Weekly, ...]:
    """Every theme by week; by month where weeks hold too few comments."""
    key = ("weekly", mine.dataset.fingerprint, _key(wide), language, all_themes)
    hit = flags(mine, wide, found, all_themes)
    return slow.step(key, "Counting the themes by week", lambda: _weekly(language, all_themes, wide, mine.dataset, found, hit), keep=48)


def contrast(mine: Mine, scope: Scope, language: str, found: Heard) -> Contrast:
    """The words of the comments of a scope, remembered. `found` are all comments of the wide scope, `scope` says which of them."""
    key = ("contrast", mine.dataset.fingerprint, _key(scope), language)
    own = found.within(scope.start, scope.end)
    return slow.step(key, "Counting the words", lambda: feedback.contrast(own, code(language)), keep=48)


def narrowed(found: Heard, scope: Scope, language: str) -> Heard:
    """The comments of the dates asked for, in one language or all."""
    inside = found.within(scope.start, scope.end)
    return inside if language == EVERY else inside.spoken_in(code(language))


def code(language: str) -> str:
    """The language of the address as the comments have it."""
    return "" if language == UNTOLD else language


def address(language_code: str) -> str:
    return language_code or UNTOLD


def controls(found: Heard) -> tuple[str, str]:
    """Draw the view and the language, and return both as the address says them. Words are compared in one language only."""
    state = st.session_state
    view = links.one_of("view", VIEWS, next(iter(VIEWS)))
    offered = [address(one) for one in found.languages]
    language = links.one_of("language", offered, EVERY, also=(EVERY,))
    state["feedback_view"] = view
    with st.container(horizontal=True, vertical_alignment="bottom", key="feedback_choices"):
        st.segmented_control(
            "View",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            key="feedback_view",
            on_change=_put,
            args=("view", "feedback_view"),
            required=True,
            label_visibility="collapsed",
        )
        if view == "words" and language == EVERY and offered:
            language = offered[0]
        if len(offered) > 1:
            choices = offered if view == "words" else [EVERY, *offered]
            counts = {address(one): n for one, n in found.languages.items()}
            state["feedback_language"] = language
            st.selectbox(
                "Language",
                choices,
                format_func=lambda one: "All languages" if one == EVERY else f"{_spoken(one)} ({counts[one]:,})",
                key="feedback_language",
                on_change=_put,
                args=("language", "feedback_language"),
                width=240,
                label_visibility="collapsed",
            )
    return view, language


def _spoken(language: str) -> str:
    said = feedback.label(code(language))
    return said[:1].upper() + said[1:]


def _put(name: str, key: str) -> None:
    value = st.session_state[key]
    links.put(**{name: "" if value in (EVERY, "themes", None) else str(value)})
    if name == "language":
        links.put(word="")  # it was a word of the other language


def _key(scope: Scope) -> Any:
    return tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))


@st.cache_data(max_entries=100, show_spinner=False)
def _read(own: str) -> tuple[Theme, ...]:
    return feedback.read(own)


def _weekly(language: str, all_themes: tuple[Theme, ...], wide: Scope, data: kpi.Dataset, found: Heard, hit: Flags) -> tuple[Weekly, ...]:
    said = found if language == EVERY else found.spoken_in(code(language))
    as_of = wide.as_of or data.newest
    weeks = wide.but(by="week").periods(data.first, as_of)
    by = "week" if feedback.grain(said, weeks) else "month"
    periods = weeks if by == "week" else wide.but(by="month").periods(data.first, as_of)
    return feedback.weekly(said, all_themes, hit, periods, by)
