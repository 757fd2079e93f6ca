"""The number over time: complete periods, the open one dashed, and the dates in question as a quiet ground."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kpi import Result, Scope, units
from kpi.charts.line import own_weeks, trend
from kpi.explain import Explained
from kpi.measure.words import listed, when
from kpi.scope import floor_date
from pages.parts import asked_dates, drawn, recorded
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.number_asked import in_days, label_of

PERIODS, FEWEST = 26, 3
"""How far back the line goes, and below how many complete periods none is drawn."""
DAY = dt.timedelta(days=1)


def chart(mine: Mine, found: Explained, scope: Scope) -> None:
    """Draw it; nothing where there are too few periods to speak of a trend."""
    asked = _with_open(asked_dates.past(scope, mine, PERIODS), mine)
    result = measured(mine, [found.metric.name], asked)
    frame = result.frame[result.frame["value"].notna()]
    whole = frame[frame["is_complete"].astype(bool)]
    if len(whole) < FEWEST:
        return
    unit, currency = found.metric.unit, result.currency or None
    lows, highs = (whole[c].fillna(whole["value"]) for c in ("low", "high"))
    zero = unit == "count" and float(frame["value"].min()) >= 0
    low, high = (0.0 if zero else float(lows.min())), float(max(highs.max(), frame["value"].max()))
    ticks = tuple(units.duration_ticks(low, high)) if unit == "s" else ()
    ground = _ground(scope, frame, asked.by)
    has_band = bool((whole["low"].notna() & whole["high"].notna()).any())
    parts = {"ground": not ground.empty, "band": has_band, "open": len(whole) < len(frame)}
    label = label_of(found.metric, scope)
    named = own_weeks([str(period) for period in frame["period"]], asked.by)
    drawn.draw(
        trend(unit, asked.by, currency, ticks, zero, tuple(part for part, there in parts.items() if there), named),
        {"d": _rows(whole, result), "o": _open(frame, result), "s": ground},
        key="number_trend",
        alt=f"{label} by {asked.by}, {when(str(frame['period'].iloc[0]), asked.by)} to {when(str(frame['period'].iloc[-1]), asked.by)}.",
        table=_table(frame, found, result),
        file_name=f"{found.metric.name}-by-{asked.by}",
    )
    notes = [f"By {asked.by}, {scope.zone}"]
    words = {"band": "band: 95 % interval", "ground": "grey: the dates in question", "open": "dashed: not over yet"}
    notes += [said for part, said in words.items() if parts[part]]
    recorded.quiet(" · ".join(notes))


def _with_open(asked: Scope, mine: Mine) -> Scope:
    """The scope with the period after its last complete one, where the data reach into it."""
    if asked.end is None or asked.end >= asked_dates.reach(mine, asked.zone)[1]:
        return asked
    begin = asked.end + DAY
    last = begin
    while floor_date(asked.by, last + DAY) == begin:
        last += DAY
    return asked.but(end=last)


def _rows(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    rows = frame[["period", "value", "low", "high", "is_complete"]].copy()
    rows["said"] = [result.sentence(row) for row in frame.to_dict("records")]
    return rows


def _open(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    """The open periods and the complete one before them, where the dashes begin."""
    is_open = ~frame["is_complete"].astype(bool)
    return _rows(frame[is_open | is_open.shift(-1, fill_value=False)] if is_open.any() else frame.iloc[:0], result)


def _ground(scope: Scope, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """From the period the dates in question begin in to the one they end in; nothing where they are all there is."""
    first, last = (dt.date.fromisoformat(str(frame["period"].iloc[i])) for i in (0, -1))
    start = max(floor_date(by, scope.start), first) if scope.start else first
    end = min(floor_date(by, scope.end), last) if scope.end else last
    shown = (scope.start or scope.end) and start < end and (start, end) != (first, last)
    return pd.DataFrame({"start": [start.isoformat()], "end": [end.isoformat()]} if shown else {"start": [], "end": []}, dtype="str")


def _table(frame: pd.DataFrame, found: Explained, result: Result) -> pd.DataFrame:
    """What is shown, as a person reads it."""
    unit, currency, days = found.metric.unit, result.currency or None, in_days(found)

    def words(column: str) -> list[str]:
        return [units.say(None if pd.isna(value) else value, unit, currency, days=days) for value in frame[column]]

    return pd.DataFrame(
        {
            "Period": [listed(str(period), result.scope.by) for period in frame["period"]],
            found.metric.label: words("value"),
            "Low": words("low"),
            "High": words("high"),
            "n": frame["n"].tolist(),
            "Complete": ["yes" if complete else "no" for complete in frame["is_complete"]],
        }
    )
