"""The finding of a trend and its caveat: which of what was found comes first, and what must be said beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kpi.measure import Result
from kpi.trends import claims, limits
from kpi.trends.model import BUDGET, Signal, Trend
from kpi.trends.series import series_of
from kpi.trends.words import NO_CHANGE, ROUGH, SEASON, Speaker, by_chance


def told(made: Trend, speaker: Speaker, is_seasonal: bool) -> Trend:
    """The finding, its direction and its caveat."""
    direction, finding, caveats = 0, NO_CHANGE, []
    strong = [signal for signal in made.signals if signal.is_sure and signal.p * made.n < BUDGET * claims.PARTS["points"]]
    if made.verdict == "shift":
        clearest = min(made.shifts, key=lambda shift: (shift.p, -abs(shift.after - shift.before)))
        first, last = made.shifts[0], made.shifts[-1]
        if len(made.shifts) == 2 and (first.after - first.before) * (last.after - last.before) < 0:
            finding = speaker.up_and_back(first, last)
        else:
            finding, direction = clearest.text, _sign(last.after - first.before)
            others = [speaker.dated(shift) for shift in made.shifts if shift is not clearest]
            caveats += [f"Its level also moved {' and '.join(others)}."] if others else []
        caveats.append(ROUGH)
    elif made.verdict == "line" and made.line:
        finding, direction = speaker.line(made.line, len(made.frame[made.frame["is_complete"].astype(bool)])), _sign(made.line.change)
    elif made.verdict == "points":
        finding, direction = speaker.points(strong, _in_a_row(made, strong)), _sign(sum(signal.side for signal in strong))
    elif made.verdict == "year" and made.year:
        finding, direction = made.year.text, _sign(made.year.now - made.year.before)
    if made.year and made.verdict != "year":
        caveats.append(made.year.text)
    elif made.verdict in ("shift", "line") and speaker.by in claims.A_YEAR and not is_seasonal:
        caveats.append(SEASON)
    caveats += _usual(made, speaker) if made.verdict == "none" else []
    if made.signals and made.verdict != "points":
        lie = f"One {speaker.by} lies" if len(made.signals) == 1 else f"{len(made.signals)} {speaker.periods} lie"
        caveats.append(f"{lie} outside the limits. {by_chance(made.expected, speaker.by)}".strip())
    caveats += [f"The limits are provisional below {limits.SETTLED} {speaker.periods}."] if made.is_provisional and made.chart else []
    better = speaker.metric.better
    good = None if direction == 0 or better == "neither" else (direction > 0) == (better == "higher")
    return replace(made, finding=finding, caveat=" ".join(caveats), direction=direction, is_better=good)


def spoken(made: Trend, result: Result) -> Trend:
    """With the sentence of each period, `said`, in its frame: what the result says of it, and what the trend does."""
    rows = {row["period"]: row for row in series_of(result, made.metric, made.group).to_dict("records")}
    texts = {signal.period: signal.text for signal in made.signals}
    frame = made.frame.copy()
    more = [
        f"Not judged: {reason}." if reason else texts.get(str(period), "")
        for period, reason in zip(frame["period"], frame["apart"], strict=True)
    ]
    frame["said"] = [f"{result.sentence(rows[period])} {told}".strip() for period, told in zip(frame["period"], more, strict=True)]
    return replace(made, frame=frame)


def nothing(speaker: Speaker, drawn: pd.DataFrame, known: int, group: Sequence[str], finding: str, why: str) -> Trend:
    """Nothing is claimed, and why; the values are there to be drawn."""
    unknown = np.full(len(drawn), np.nan)
    columns = ("centre", "limit_low", "limit_high", "level", "line", "moving_range")
    frame = (
        drawn[["period", "value", "low", "high", "n", "is_complete"]]
        .reset_index(drop=True)
        .assign(**dict.fromkeys(columns, unknown), side=0, apart="")
    )
    metric = speaker.metric
    return Trend(
        metric.name,
        speaker.name,
        metric.unit,
        speaker.by,
        tuple(group),
        frame,
        "unknown",
        0,
        None,
        float("nan"),
        finding,
        why,
        n=known,
        currency=speaker.currency,
        days=speaker.days,
    )


def _in_a_row(made: Trend, signals: Sequence[Signal]) -> bool:
    """Whether these are neighbours on one side."""
    place = {str(period): i for i, period in enumerate(made.frame["period"])}
    places = [place[signal.period] for signal in signals]
    return len(places) > 1 and places[-1] - places[0] == len(places) - 1 and len({signal.side for signal in signals}) == 1


def _usual(made: Trend, speaker: Speaker) -> list[str]:
    rows = made.frame[made.frame["limit_high"].notna() & made.frame["is_complete"].astype(bool)]
    if rows.empty:
        return [f"{speaker.name} was {speaker.value(float(made.frame['value'].dropna().iloc[-1]))} nearly all the time."]
    low, high = float(rows["limit_low"].median()), float(rows["limit_high"].median())
    usual = speaker.usual(low, high)
    return [f"{speaker.name}: a usual {speaker.by} is {usual}, as far as {made.n} {speaker.periods} can tell."] if usual else []


def _sign(number: float) -> int:
    return int(np.sign(number))
