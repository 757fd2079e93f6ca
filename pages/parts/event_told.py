"""What is told of one event: the comparison, remembered; its chart, the same reckoning at earlier dates, and other numbers beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from kpi import Result, units
from kpi.charts.events import before_after as chart_of
from kpi.charts.events import placebos as strip_of
from kpi.errors import KpiError
from kpi.events import BeforeAfter, Event, Series, before_after, together
from kpi.events.event import said
from kpi.measure.words import listed, when
from pages.parts import asked_words, drawn, event_flags, fold, recorded
from pages.parts.board import BOARD
from pages.parts.event_asked import YEAR, Asked
from pages.parts.measured import measured
from pages.parts.mine import Mine

OTHERS_SHOWN, EACH = 10, 2


def compared(mine: Mine, asked: Asked, others: tuple[Event, ...]) -> BeforeAfter:
    """The comparison, remembered for everybody who asks the same of the same data. BadValue where there is nothing to compare."""
    result = measured(mine, [asked.metric], asked.scope, intervals=False)
    control = measured(mine, [asked.metric], asked.against, intervals=False) if asked.against else None
    scopes = tuple(str(scope.to_query()) if scope else "" for scope in (asked.scope, asked.against))
    found: BeforeAfter = _compared(
        mine.dataset.fingerprint, asked.metric, scopes, asked.event, others, asked.control, _result=result, _control=control, _asked=asked
    )
    return found


@st.cache_resource(max_entries=200, show_spinner=False)
def _compared(
    fingerprint: str,
    metric: str,
    scopes: Any,
    event: Event,
    others: Any,
    code: str,
    _result: Result,
    _control: Result | None,
    _asked: Asked,
) -> BeforeAfter:
    control = _series(_control, metric, "") if _control else None
    if control and code == YEAR:
        control = _later(control)
    words = f"{_asked.words[:1].lower()}{_asked.words[1:]}" if control else ""
    return before_after(_series(_result, metric, _focus(_asked)), event, control, others=others, against=words)


def _series(result: Result, metric: str, focus: str) -> Series:
    series = Series.of(result, metric)
    return replace(series, label=f"{series.label} ({focus})") if focus else series


def _focus(asked: Asked) -> str:
    return "; ".join(f"{asked_words.label(c).lower()}: {' or '.join(v)}" for c, v in asked.scope.where if len(v) <= 3)


def _later(series: Series) -> Series:
    """A series of a year earlier under the dates of this year."""
    if series.by == "week":
        return replace(series, dates=tuple(day + dt.timedelta(weeks=52) for day in series.dates))
    return replace(series, dates=tuple(day.replace(year=day.year + 1) for day in series.dates))


def chart(mine: Mine, asked: Asked, found: BeforeAfter) -> None:
    """The number before and after, with what its own past would have led one to expect."""
    series, frame = found.series, found.frame
    unit, currency = series.unit, series.currency or None
    frame = frame.assign(said=[_said(found, row) for row in frame.to_dict("records")])
    known = frame["value"].dropna()
    limits = pd.concat([known, frame["expected_low"].dropna(), frame["expected_high"].dropna()])
    ticks = tuple(units.duration_ticks(float(limits.min()), float(limits.max()))) if unit == "s" and len(limits) else ()
    has_line = found.model != "descriptive"
    has_control = bool(asked.against) and bool(frame["control"].notna().any())
    first, last = (dt.date.fromisoformat(str(frame["period"].iloc[i])) for i in (0, -1))
    flags = event_flags.frame([asked.event], first, last)
    drawn.draw(
        chart_of(unit, series.by, currency, ticks, has_line, has_control),
        {
            "d": frame[["period", "value", "side", "said"]],
            "c": frame[["period", "expected", "expected_low", "expected_high", "is_after"]],
            "e": flags,
            "k": frame[["period", "said"]].assign(value=frame["control"]),
        },
        key="event_chart",
        alt=found.finding,
        table=_table(found, frame),
        file_name=f"{asked.metric}-before-and-after",
    )
    parts = [f"By {series.by}, {asked.scope.zone}"]
    if has_line:
        parts += ["thin line: the course before; dashed: where it was heading", "band: its 95 % interval, single periods scatter more"]
    if (frame["side"] == "left out").any():
        parts.append("hollow: left out")
    if has_control:
        parts.append(f"grey: {asked.words[:1].lower()}{asked.words[1:]}")
    recorded.quiet(" · ".join(parts))


def strip(found: BeforeAfter) -> None:
    """The step beside those the same reckoning finds at dates before the event; nothing where there are too few."""
    table = found.placebos
    if len(table) < 3 or not np.isfinite(found.strength):
        return
    recorded.heading("How often does such a step turn up by itself?")
    rows = [(row["date"], row["effect"], row["low"], row["high"], row["strength"], False) for row in table.to_dict("records")]
    own = (found.series.dates[found.place].isoformat(), found.effect, found.low, found.high, found.strength, True)
    frame = pd.DataFrame([*rows, own], columns=["date", "effect", "low", "high", "strength", "is_event"])
    size = [found.scale.say(value, found.series) for value in frame["effect"]]
    limits = [found.scale.say_limits(low, high, found.series) for low, high in zip(frame["low"], frame["high"], strict=True)]
    dates = [said(dt.date.fromisoformat(str(day))) for day in frame["date"]]
    frame["said"] = [
        f"{day}{', the event' if own else ''}: {s} ({between})"
        for day, s, between, own in zip(dates, size, limits, frame["is_event"], strict=True)
    ]
    names = ["the event" if own else "an earlier date" for own in frame["is_event"]]
    drawn.draw(
        strip_of(),
        {"p": frame[["date", "strength", "is_event", "said"]], "n": pd.DataFrame({"low": [-1.0], "high": [1.0]})},
        key="event_strip",
        alt=f"The step at the event beside those at {len(table)} earlier dates; {found.stronger} of them are at least as strong.",
        table=pd.DataFrame({"From": dates, "Which": names, "Step": size, "95 % interval": limits}),
        file_name="earlier-dates",
    )
    recorded.quiet("Diamond: the event · marks: earlier dates, on the periods before the event alone · band: no more than noise")


def others(mine: Mine, asked: Asked) -> None:
    """The same comparison for other numbers, each judged as one of all of them."""
    with fold.fold("The same for other numbers", icon=":material/stacks:", key="event_others") as opened:
        if not opened.open:
            return
        lacks = mine.dataset.lacking(asked.scope.ask)
        names = [
            *asked.event.metrics,
            asked.metric,
            *(n for board in BOARD.values() for n in [m for m in board if not lacks.get(m)][:EACH]),
        ]
        names = [name for name in dict.fromkeys(names) if name in lacks and not lacks[name]][:OTHERS_SHOWN]
        result = measured(mine, names, asked.scope, intervals=False)
        found = together([one for one in (_one(result, name, asked.event) for name in names) if one is not None])
        if not found:
            recorded.say("None of them can be compared here.")
            return
        rows = [
            {
                "Number": one.series.label,
                "Before (median)": one.series.say(one.median_before),
                "After (median)": one.series.say(one.median_after),
                "Step": "–" if np.isnan(one.effect) else one.scale.say(one.effect, one.series),
                "95 % interval": "" if np.isnan(one.effect) else one.scale.say_limits(one.low, one.high, one.series),
                "Verdict": "too few periods" if one.model == "descriptive" else "changed" if one.is_clear else "no clear change",
            }
            for one in found
        ]
        recorded.table(pd.DataFrame(rows), key="event_others_rows", alt="The step at the event for other numbers")
        judged = sum(one.model != "descriptive" for one in found)
        recorded.quiet(
            f"{judged} numbers were looked at together: the verdicts allow for that (Holm), the intervals are each number's own."
        )


def _one(result: Result, name: str, event: Event) -> BeforeAfter | None:
    try:
        return before_after(Series.of(result, name), event, placebos=0)
    except KpiError:
        return None


def _said(found: BeforeAfter, row: Any) -> str:
    series = found.series
    value = series.say(row["value"])
    expected = "" if np.isnan(row["expected"]) else f"; expected {series.say(row['expected'])}"
    control = "" if np.isnan(row["control"]) else f"; {found.control}: {series.say(row['control'])}"
    return (
        f"{series.label}, {when(row['period'], series.by)}: {value}{expected}{control}{' (left out)' if row['side'] == 'left out' else ''}"
    )


def _table(found: BeforeAfter, frame: pd.DataFrame) -> pd.DataFrame:
    series = found.series
    columns = {
        "Period": [listed(str(period), series.by) for period in frame["period"]],
        series.label: [series.say(value) for value in frame["value"]],
        "Which": frame["side"].tolist(),
        "Expected": [series.say(value) for value in frame["expected"]],
        "From": [series.say(value) for value in frame["expected_low"]],
        "To": [series.say(value) for value in frame["expected_high"]],
    }
    return pd.DataFrame(columns)
