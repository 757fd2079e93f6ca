"""One number over time: the finding, the process chart with targets, benchmarks and notes on it, the signals, the moving range."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Result, Scope, units
from kpi.calibration import Call, scope_text
from kpi.charts import base
from kpi.charts import process as charts
from kpi.measure.words import when
from kpi.report import Chart
from kpi.trends import Trend
from pages.parts import asked, benchmark_band, calls, drawn, event_flags, fold, links, recorded, target_lines, trend_asked, trend_made
from pages.parts.asked_words import needed
from pages.parts.mine import Mine
from pages.parts.words import plain

MOST_TOLD = 8
NEAR = 5
"""So many periods at either end lie under a name of a limit."""
DUE = 28
"""A change called real is scored on the weeks after the next so many days."""


def draw(mine: Mine, scope: Scope, name: str) -> None:
    """Everything about one number over time; why not, where the data cannot tell it."""
    metric = kpi.metrics()[name]
    if lacks := mine.dataset.lacking(scope.ask)[name]:
        recorded.say(f"**{plain(metric.label)} cannot be measured with these data:** needs {plain(needed(lacks))}.")
        return
    with st.skeleton(height=420):
        found, result = trend_made.one(mine, scope, name)
    if result.unavailable:
        recorded.say(f"**{plain(next(iter(result.unavailable.values())).capitalize())}.**")
        return
    if not trend_made.has_something([found]):
        asked.nothing_left(result.scope, mine)
        return
    recorded.say(f"**{plain(found.finding)}** {plain(found.caveat)}")
    _note_call(mine, found, result)
    with st.container(horizontal=True, vertical_alignment="center", key="trend_controls"):
        shown = trend_asked.picture() if found.chart else "sure"
        event_flags.add(mine, key="trend_note", metric=name)
    _chart(mine, found, result, shown)
    _signals(found)
    _ranges(found)
    recorded.quiet(plain(" ".join(found.notes)))
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=name))


def _chart(mine: Mine, found: Trend, result: Result, shown: str) -> None:
    data = trend_made.rows(found)
    whole = data["d"]
    periods = [dt.date.fromisoformat(str(period)) for period in found.frame["period"]]
    edges = ("limit_low", "limit_high") if shown != "sure" else ("low", "high")
    seen = pd.concat([found.frame["value"], *(whole[edge] for edge in edges)]).dropna()
    low, high = float(seen.min()), float(seen.max())
    target = target_lines.path(mine, found.metric, result.scope, periods).assign(name="")
    if len(target):
        target.loc[target.index[-1], "name"] = f"target {found.say(float(target['value'].iloc[-1]))}"
        low, high = min(low, float(target["value"].min())), max(high, float(target["value"].max()))
    band, beside = _band(mine, found, result.scope, low, high)
    flags = event_flags.of(mine, periods[0], periods[-1], found.metric)
    is_log = found.scale == "log" and low > 0
    zero = found.unit == "count" and low >= 0
    ticks = charts.log_ticks(low, high) if is_log else units.duration_ticks(0.0 if zero else low, high) if found.unit == "s" else []
    there = {
        "flags": len(flags) > 0,
        "benchmark": len(band) > 0,
        "limits": shown != "sure" and whole["limit_high"].notna().any(),
        "interval": shown == "sure" and bool((whole["low"].notna() & whole["high"].notna()).any()),
        "level": whole["level"].notna().any(),
        "line": whole["line"].notna().any(),
        "open": len(data["o"]) > 0,
        "target": len(target) > 0,
    }
    parts = tuple(part for part in charts.PARTS if there[part])
    spec = charts.process(found.unit, found.by, found.currency, tuple(ticks), zero, is_log, parts)
    first, last = (when(str(found.frame["period"].iloc[i]), found.by) for i in (0, -1))
    drawn.draw(
        spec,
        {**data, "n": _names(found, whole), "t": target, "b": band, "e": flags},
        key="trend_chart",
        alt=f"{found.label} by {found.by}, {first} to {last}. {found.finding}",
        table=trend_made.table(found),
        file_name=f"{found.metric}-by-{found.by}",
    )
    recorded.quiet(plain(" · ".join([f"By {found.by}, {result.scope.zone}", *_legend(found, there), *beside])))


def _legend(found: Trend, there: dict[str, Any]) -> list[str]:
    limits = {"XmR": "three deviations either way, from the moving range", "Laney p'": "three deviations either way, by the count behind each "
              + found.by, "exact binomial": "exact limits for small counts"}  # fmt: skip
    words = {
        "limits": f"grey: the usual range ({limits.get(found.chart, '')})",
        "interval": f"band: 95 % interval of each {found.by}",
        "level": "thin line: its level",
        "line": "thin line: its trend",
        "target": "long dashes: the target",
        "open": "dashed: not over yet",
        "flags": "signs on top: dated notes",
    }
    signs = ["diamond: outside the usual range"] if found.signals else []
    signs += ["ring: not judged, holidays"] if found.frame["apart"].ne("").any() else []
    return [said for part, said in words.items() if there[part]] + signs


def _names(found: Trend, whole: pd.DataFrame) -> pd.DataFrame:
    """The limits' own names, at the end of the chart where the line is further from them; none where a limit limits nothing."""
    rows = []
    known, metric = whole[whole["limit_high"].notna() & whole["value"].notna()], kpi.metrics()[found.metric]
    if len(known) > 2 * NEAR and found.by != "day":  # by day every weekday has its own
        for edge, end_of_range, words, place in (
            ("limit_high", metric.high, "usual, at most", "above"),
            ("limit_low", metric.low, "usual, at least", "below"),
        ):
            room = (known[edge] - known["value"]).abs()
            left = room.head(NEAR).min() >= room.tail(NEAR).min()
            row = known.iloc[0 if left else -1]
            beside = known[edge].head(NEAR) if left else known[edge].tail(NEAR)
            height = float(beside.min() if place == "above" else beside.max())
            if end_of_range is None or known[edge].median() != end_of_range:
                rows.append((row["period"], height, f"{words} {found.say(float(row[edge]))}", place, "left" if left else "right"))
    return pd.DataFrame(rows, columns=["period", "value", "text", "place", "end"])


def _band(mine: Mine, found: Trend, scope: Scope, low: float, high: float) -> tuple[pd.DataFrame, list[str]]:
    """The benchmark band, drawn where it lies near what is drawn anyway; else said."""
    band = benchmark_band.band(mine, found.metric, scope)
    if band.empty:
        return band, []
    from_, to, room = float(band["low"].iloc[0]), float(band["high"].iloc[0]), high - low
    said = f"published figures: {band['said'].iloc[0]}"
    if from_ >= low - room / 2 and to <= high + room / 2:
        return band, [said]
    return band.iloc[:0], [f"{said} (beyond this picture)" if to < low or from_ > high else said]


def _signals(found: Trend) -> None:
    """Every period outside, in a sentence, the rarest first."""
    if not found.signals:
        return
    recorded.heading("Outside the usual range")
    rarest = sorted(found.signals, key=lambda signal: signal.p)
    lines = [f"- {plain(signal.text)}" for signal in rarest[:MOST_TOLD]]
    if len(rarest) > MOST_TOLD:
        lines.append(f"- and {len(rarest) - MOST_TOLD} more, in the table behind the chart")
    recorded.say("\n".join(lines))


def _ranges(found: Trend) -> None:
    """The lower half of the process chart, folded: jumps from one period to the next."""
    if found.chart != "XmR":
        return
    opened = fold.fold(f"Moving range: how far each {found.by} lies from the one before", key="trend_ranges", type="compact")
    if not opened.open:
        return
    is_relative, is_root = found.scale == "log", found.scale == "root"
    frame = found.frame[found.frame["moving_range"].notna()].copy()
    limit = _range_limit(found)
    frame["tone"] = ["odd" if value > limit else "" for value in frame["moving_range"]]
    unit = "" if is_relative or is_root else found.unit
    frame["said"] = [f"{when(str(p), found.by)}: {_distance(found, float(v))} from the {found.by} before" for p, v in
                     zip(frame["period"], frame["moving_range"], strict=True)]  # fmt: skip
    spec = charts.ranges(found.by, is_relative, unit or ("score" if is_root else ""), found.currency)
    config = base.config(drawn.theme())
    alt = f"How far each {found.by} of {found.label} lies from the one before; at most {_distance(found, limit)} is usual."
    data = {"d": frame, "l": pd.DataFrame({"limit": [limit]})}
    with opened:
        st.vega_lite_chart({**spec, "config": config, "datasets": data}, key="trend_ranges_chart", alt=alt, width="stretch")
        recorded.chart(Chart(spec, data, alt, pd.DataFrame(), "moving-range"))
        scale = " On the square-root scale, where small counts vary alike." if is_root else ""
        recorded.quiet(plain(f"A jump of more than {_distance(found, limit)} (dotted) is out of the ordinary.{scale}"))


def _range_limit(found: Trend) -> float:
    return math.expm1(found.range_limit) if found.scale == "log" else found.range_limit


def _distance(found: Trend, value: float) -> str:
    if found.scale == "log":
        return units.say_relative(100 * value).lstrip("+")
    if found.scale == "root":
        return f"{value:.1f}"
    return units.say_change(value, found.unit, found.currency, days=found.days).lstrip("+")


def _note_call(mine: Mine, found: Trend, result: Result) -> None:
    """A level called moved is written down, to be scored later: is it still beyond the old level in four weeks' time?"""
    if found.verdict != "shift" or not found.direction or result.as_of is None:
        return
    last = found.shifts[-1]
    knew = result.as_of.date()
    calls.note(
        mine,
        [
            Call(
                kind="change",
                metric=found.metric,
                scope=scope_text(result.scope),
                due_from=knew + dt.timedelta(days=1),
                due_to=knew + dt.timedelta(days=DUE),
                made=dt.datetime.now(dt.UTC).date(),
                knew_to=knew,
                dataset=mine.dataset.fingerprint,
                goal=last.before,
                better="higher" if last.after > last.before else "lower",
            )
        ],
    )
