"""Trends, made once and shared by everybody who asks the same of the same data; and what they say as rows for charts and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Result, Scope, steps, trends
from kpi.measure.words import listed
from kpi.trends import Board, Trend, holidays, trend
from pages.parts import recorded, slow, trend_asked
from pages.parts.measured import measured
from pages.parts.mine import Mine

WORDS: dict[bool | None, tuple[str, Any]] = {True: ("better", "green"), False: ("worse", "red"), None: ("moved", "gray")}
"""Whether a move is to the good side -> its word, and the colour beside it."""
MOST_WORDS = 6
"""So many signals have their word beside them; all have their shape."""


def one(mine: Mine, scope: Scope, name: str) -> tuple[Trend, Result]:
    """The trend of a number, and the result it was read from."""
    asked, last = trend_asked.looked(mine, scope)
    result = measured(mine, [name], asked)
    return _one(*_key(mine, asked), name, last, _result=result, _mine=mine), result


def board(mine: Mine, scope: Scope) -> tuple[Board, Result]:
    """All numbers these data can tell, looked at together."""
    asked, last = trend_asked.looked(mine, scope)
    lacks = mine.dataset.lacking(scope.ask)
    names = [name for name in kpi.metrics() if not lacks[name]]

    def make() -> tuple[Result, Board]:
        steps.tell("Measuring them")
        return trends.board_of(names, asked, mine.dataset, last=last, apart=lambda periods: _special(mine, asked, periods))

    result, found = slow.step(("board", *_key(mine, asked), tuple(names), last), "Looking at all numbers", make)
    recorded.measured(result)
    return found, result


def apart(mine: Mine, result: Result) -> dict[str, str]:
    """Periods with holidays, by the calendar in force or else the one that came with the data."""
    return _special(mine, result.scope, [str(p) for p in result.frame["period"].unique() if p != "all"])


def _special(mine: Mine, asked: Scope, periods: Sequence[str]) -> dict[str, str]:
    return holidays(asked.calendar or mine.calendar, periods, asked.by)


def _key(mine: Mine, asked: Scope) -> tuple[str, Any, str]:
    query = tuple((name, tuple(values)) for name, values in sorted(asked.to_query().items()))
    return mine.dataset.fingerprint, query, mine.calendar.fingerprint if mine.calendar else ""


@st.cache_resource(max_entries=300, show_spinner=False)
def _one(fingerprint: str, asked: Any, calendar: str, name: str, last: int, _result: Result, _mine: Mine) -> Trend:
    return trend(_result, name, last=last, apart=apart(_mine, _result))


def has_something(trends: Sequence[Trend]) -> bool:
    """Whether anything was measured at all: a count of nothing is 0, and no picture."""
    return any(one.frame["value"].fillna(0).ne(0).any() or (one.unit != "count" and one.frame["value"].notna().any()) for one in trends)


def rows(found: Trend) -> dict[str, pd.DataFrame]:
    """Frames "d" (complete periods) and "o" (the last of them and the open ones) for the charts."""
    frame = found.frame.copy()
    better = kpi.metrics()[found.metric].better
    tones = {"higher": {1: "good", -1: "bad"}, "lower": {1: "bad", -1: "good"}, "neither": {1: "odd", -1: "odd"}}[better]
    frame["tone"] = frame["side"].map(tones).fillna("")
    strongest = {signal.period for signal in sorted(found.signals, key=lambda signal: signal.p)[:MOST_WORDS]}
    frame["word"] = [
        ("high" if side > 0 else "low") if side and period in strongest else ""
        for side, period in zip(frame["side"], frame["period"], strict=True)
    ]
    if found.verdict != "line":
        frame["line"] = float("nan")
    whole = frame["is_complete"].astype(bool)
    is_open = ~whole
    edge = is_open | is_open.shift(-1, fill_value=False) if is_open.any() else is_open
    return {"d": frame[whole], "o": frame[edge & frame["value"].notna()]}


def table(found: Trend) -> pd.DataFrame:
    """What is shown, as a person reads it."""
    frame = found.frame

    def words(column: str) -> list[str]:
        return [found.say(value) for value in frame[column]]

    return pd.DataFrame(
        {
            "Period": [listed(str(period), found.by) for period in frame["period"]],
            found.label: words("value"),
            "Low": words("low"),
            "High": words("high"),
            "Usual from": words("limit_low"),
            "Usual to": words("limit_high"),
            "Outside": ["above" if side > 0 else "below" if side < 0 else "" for side in frame["side"]],
            "n": frame["n"].tolist(),
            "Complete": ["yes" if whole else "no" for whole in frame["is_complete"]],
        }
    ).replace({"Low": "–", "High": "–", "Usual from": "–", "Usual to": "–"}, "")
