"""Words that separate low from high scores, and the quotes that hold one of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.charts import feedback as charts
from kpi.feedback import HIGH, LOW, Contrast, Heard
from pages.parts import asked_dates, drawn, feedback_asked, feedback_quotes, links, recorded
from pages.parts.mine import Mine
from pages.parts.words import plain

MOST_SHOWN = 12
"""So many words of each side are drawn; the table has all of them."""


def draw(mine: Mine, scope: Scope, wide: Scope, found: Heard, language: str) -> None:
    """The words of the dates asked for; of the whole year where those hold too few scored comments; else quotes only."""
    words, used = feedback_asked.contrast(mine, scope, language, found), scope
    if words.why_not and (wide.start, wide.end) != (scope.start, scope.end):
        more = feedback_asked.contrast(mine, wide, language, found)
        if not more.why_not:
            words, used = more, wide
            recorded.quiet(f"Too few scored comments in the dates above: the words are those of {asked_dates.said(wide.start, wide.end)}.")
    recorded.say(f"**{plain(words.text)}** {plain(words.caveat)}")
    said = feedback_asked.narrowed(found, used, language)
    if words.why_not:
        for side, title in ((LOW, "Low scores"), (HIGH, "High scores")):
            rows = said.frame[said.frame["side"] == side]
            if len(rows):
                recorded.heading(title)
                feedback_quotes.cards(said, feedback_quotes.mixed(rows), f"feedback_{side}")
        recorded.quiet(feedback_quotes.MASKED)
        return
    told = pd.concat([words.told(LOW).head(MOST_SHOWN), words.told(HIGH).head(MOST_SHOWN)])
    if len(told):
        _chart(words, told)
        _quotes(said, words, told)


def _chart(words: Contrast, told: pd.DataFrame) -> None:
    data = pd.DataFrame(
        {
            "word": told["word"],
            "strength": -told["z"],
            "side": told["side"],
            "said": [_said(words, row) for row in told.to_dict("records")],
        }
    )
    every = words.frame
    drawn.draw(
        charts.words("low scores · strength (z) · high scores"),
        {"d": data},
        key="feedback_words",
        alt=f"Words that mark low scores to the left, high scores to the right. {words.text}",
        table=pd.DataFrame(
            {
                "Word or pair": every["word"],
                "In low scores": every["low"],
                f"Of {words.n_low:,} low": [units.say(value, "%") for value in every["low_share"]],
                "In high scores": every["high"],
                f"Of {words.n_high:,} high": [units.say(value, "%") for value in every["high_share"]],
                "Log-odds": every["difference"].round(2),
                "z": every["z"].round(2),
                "p, adjusted": every["p"].map(lambda p: f"{p:.2g}"),
                "Marks": every["side"].map({LOW: "low scores", HIGH: "high scores", "": "neither clearly"}),
            }
        ),
        file_name="words",
    )
    recorded.quiet(
        "One vote a comment; log-odds with an informative prior (Monroe and others 2008), adjusted for all words looked at."
        " Words that only stand in a pair are told by the pair. Middle scores are left out."
    )


def _said(words: Contrast, row: Mapping[Hashable, Any]) -> str:
    low, high = row["low_share"], row["high_share"]
    return (
        f"“{row['word']}”: in {row['low']:,} of {words.n_low:,} low scores ({units.say(low, '%')}) and in {row['high']:,} of"
        f" {words.n_high:,} high ones ({units.say(high, '%')})"
    )


def _quotes(said: Heard, words: Contrast, told: pd.DataFrame) -> None:
    offered = told["word"].tolist()
    asked = links.one_of("word", set(words.frame["word"]))
    if asked and asked not in offered:
        offered.append(asked)
    word = asked or offered[0]
    state = st.session_state
    state["feedback_word"] = word
    sides = dict(zip(words.frame["word"], words.frame["side"], strict=True))
    about = {LOW: "low scores", HIGH: "high scores", "": "neither clearly"}
    st.selectbox(
        "Quotes with",
        offered,
        format_func=lambda one: f"{one} · {about[sides[one]]}",
        key="feedback_word",
        on_change=lambda: links.put(word=state["feedback_word"]),
        width=320,
    )
    rows = said.holding(word).frame
    order = rows["side"].map({sides[word] or LOW: 0}).fillna(1)
    feedback_quotes.cards(
        said, feedback_quotes.mixed(rows.loc[order.sort_values(kind="stable").index]), f"feedback_word_{offered.index(word)}"
    )
    recorded.quiet(feedback_quotes.MASKED)
