"""Themes: how often each is spoken of, how often with a low score, one of them week by week, and its quotes."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.charts import feedback as charts
from kpi.feedback import Counted, Flags, Heard, Theme, ThemeCount, Weekly
from pages.parts import asked_dates, drawn, event_flags, feedback_asked, feedback_quotes, links, recorded
from pages.parts.mine import Mine
from pages.parts.words import plain


def draw(mine: Mine, scope: Scope, wide: Scope, found: Heard, all_themes: tuple[Theme, ...], language: str) -> None:
    """The finding, both charts, and the theme of the address (else the one most frequent among low scores)."""
    counts = feedback_asked.counted(mine, wide, scope, language, found, all_themes)
    recorded.say(f"**{plain(counts.text)}** {plain(counts.caveat)}")
    there = [row for row in counts.rows if row.n]
    if not there:
        return
    _charts(counts, there)
    series = {one.theme.name: one for one in feedback_asked.weekly(mine, wide, language, found, all_themes)}
    theme = _chosen(counts, there)
    _over_time(mine, wide, series[theme.theme.name], list(series.values()))
    hit = feedback_asked.flags(mine, wide, found, all_themes)
    _quotes(feedback_asked.narrowed(found, scope, language), theme, all_themes, hit)


def _charts(counts: Counted, there: list[ThemeCount]) -> None:
    table = _table(counts)
    with st.grid(2, min_column_width=400, gap="small", key="feedback_charts"):
        with st.container():
            known = [row for row in there if row.share is not None]
            if known:
                drawn.draw(
                    charts.shares(f"Share of {counts.noun}"),
                    {"d": pd.DataFrame([_point(row, row.share, row.limits, row.said) for row in known])},
                    key="feedback_shares",
                    alt=f"Share of {counts.noun} that speak of each theme. {counts.text}",
                    table=table,
                    file_name="themes",
                )
            else:
                drawn.as_table(table, key="feedback_shares", alt="Comments of each theme", file_name="themes")
            recorded.quiet(f"Share of {counts.noun} that speak of each theme · line: 95 % interval (Wilson)")
        with st.container():
            scored = [row for row in there if row.low_share is not None]
            if scored and counts.low_share is not None:
                whole = {"value": counts.low_share, "said": f"All {counts.noun} with a score: {units.say(counts.low_share, '%')} low"}
                drawn.draw(
                    charts.shares("Share of low scores", has_whole=True),
                    {
                        "d": pd.DataFrame([_point(row, row.low_share, row.low_limits, row.low_said) for row in there]),
                        "w": pd.DataFrame([whole]),
                    },
                    key="feedback_low",
                    alt="Share of low scores among the comments of each theme, beside that of all comments.",
                    table=table,
                    file_name="themes-low-scores",
                )
                recorded.quiet(f"Share of low scores in each theme · dashed: all {counts.noun}, {units.say(counts.low_share, '%')}")
            else:
                recorded.quiet(f"Too few {counts.noun} with a score to tell the share of low ones by theme: ten of a theme are needed.")
    silent = [row.theme.label for row in counts.rows if not row.n]
    if silent:
        recorded.quiet(f"Nobody speaks of: {plain(', '.join(silent))}.")


def _point(row: ThemeCount, value: float | None, limits: tuple[float | None, float | None], said: str) -> dict[str, object]:
    return {"label": row.theme.label, "value": value, "low": limits[0], "high": limits[1], "said": f"{row.theme.label}: {said}"}


def _table(counts: Counted) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Theme": [row.theme.label for row in counts.rows],
            counts.noun.capitalize(): [row.n for row in counts.rows],
            "Of": [row.of for row in counts.rows],
            "Share": [units.say(row.share, "%") for row in counts.rows],
            "95 % interval": [units.say_interval(*row.limits, "%") for row in counts.rows],
            "With a score": [row.scored for row in counts.rows],
            "Low scores": [row.low_scores for row in counts.rows],
            "Share low": [units.say(row.low_share, "%") for row in counts.rows],
            "Interval of share low": [units.say_interval(*row.low_limits, "%") for row in counts.rows],
        }
    )


def _chosen(counts: Counted, there: list[ThemeCount]) -> ThemeCount:
    """The theme of the address; else the one most frequent among low scores, else among all."""
    named = {row.theme.name: row for row in there}
    asked = links.one_of("theme", named, also=[row.theme.name for row in counts.rows])
    theme = named.get(asked) or max(there, key=lambda row: row.low_scores)
    st.session_state["feedback_theme"] = theme.theme.name
    st.selectbox(
        "Theme",
        list(named),
        format_func=lambda name: f"{named[name].theme.label} ({named[name].n:,})",
        key="feedback_theme",
        on_change=lambda: links.put(theme=st.session_state["feedback_theme"]),
        width=320,
    )
    return theme


def _over_time(mine: Mine, wide: Scope, series: Weekly, every: list[Weekly]) -> None:
    recorded.say(f"**{plain(series.text)}** {plain(series.caveat)}")
    others = [one for one in every if one is not series and one.frame["is_out"].any()]
    if others:
        recorded.quiet(plain(" ".join(one.text for one in others[:3])))
    frame = series.frame
    if int((frame["value"].notna()).sum()) < 2:
        return
    chart = pd.DataFrame(
        {
            "period": frame["period"],
            "value": frame["value"],
            "limit_low": frame["low"],
            "limit_high": frame["high"],
            "centre": frame["low"].notna().map({True: series.centre, False: math.nan}),
            "is_complete": frame["is_complete"],
            "is_out": frame["is_out"] & frame["value"].notna(),
            "said": [
                _said(series, *row) for row in frame[["period", "n", "of", "value", "is_complete"]].itertuples(index=False, name=None)
            ],
        }
    )
    first, last = dt.date.fromisoformat(str(frame["period"].iloc[0])), wide.end or dt.date.fromisoformat(str(frame["period"].iloc[-1]))
    drawn.draw(
        charts.over_time(series.by, bool(series.chart)),
        {"d": chart, "e": event_flags.of(mine, first, last)},
        key="feedback_weeks",
        alt=f"Share of comments that speak of {series.theme.label}, by {series.by}. {series.text}",
        table=pd.DataFrame(
            {
                series.by.capitalize(): frame["period"],
                "Comments of the theme": frame["n"],
                "Comments": frame["of"],
                "Share": [units.say(value, "%") for value in frame["value"]],
                "Usual range": [units.say_interval(low, high, "%") for low, high in zip(frame["low"], frame["high"], strict=True)],
                "Complete": frame["is_complete"].map({True: "yes", False: "no"}),
            }
        ),
        file_name=f"theme-{series.theme.name}",
    )
    grey = " · grey: the usual up and down · diamond: beyond luck, over all themes and periods" if series.chart else ""
    recorded.quiet(
        f"{asked_dates.said(wide.start, wide.end)}, by {series.by}: share of comments{grey} · hollow: not over yet"
        f" · {series.by}s of fewer than ten comments are not drawn"
    )


def _said(series: Weekly, period: str, n: int, of: int, value: float, is_complete: bool) -> str:
    open_yet = "" if is_complete else ", not over yet"
    return f"{asked_dates.one(dt.date.fromisoformat(period))}: {units.say(n, 'count')} of {units.say(of, 'count')}, {units.say(value, '%')}{open_yet}"


def _quotes(found: Heard, theme: ThemeCount, all_themes: tuple[Theme, ...], hit: Flags) -> None:
    place = next(place for place, one in enumerate(all_themes) if one.name == theme.theme.name)
    rows = found.frame[hit[found.frame["which"].to_numpy(), place]]
    recorded.say(f"**{plain(theme.theme.label)}:** {plain(theme.said)}; {plain(theme.low_said)}.")
    feedback_quotes.cards(found, feedback_quotes.mixed(rows), f"feedback_{theme.theme.name}")
    recorded.quiet(feedback_quotes.MASKED)
