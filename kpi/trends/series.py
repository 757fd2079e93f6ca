"""A series of a result, on the scale it is judged on, without its rhythm and without what must not be judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kpi.errors import BadValue
from kpi.forms import Difference, Ratio, Spread, Total
from kpi.measure import Result
from kpi.measure.compile import form_of, is_share
from kpi.measure.words import SPOKEN, in_a_line
from kpi.stats.base import Array
from kpi.trends.scale import Scale, scale_of, wave, wave_columns, weekdays
from kpi.trends.words import BUDGET_SAID, Speaker

FEW_ROWS, FEW_ANSWERS = 5, 10
"""A duration or score of fewer rows, a share of fewer, is too loose a value to judge a series by; it is drawn all the same."""
VOLUMES = (Total, Difference, Ratio, Spread)
"""Forms that follow how much comes in, and so the season: a change of theirs must be faster than a year's wave."""
UNRIPE = {
    "resolution_rate": "Of tickets created lately fewer are solved yet, so this always seems to fall at the end. "
    "The share solved by age, per week of creation, shows it without that.",
}
"""Metrics whose latest periods are not ripe: they would seem to change where nothing does."""


@dataclass(frozen=True)
class Series:
    """The complete periods on the scale they are judged on. `judged` is without `rhythm` (weekdays, a yearly wave) and without what is left out:
    `loose` periods (too few rows) and those `apart` (holidays). `season` holds the columns of the wave, none without one."""

    frame: pd.DataFrame
    values: Array
    judged: Array
    rhythm: Array
    season: Array
    scale: Scale
    is_share: bool
    loose: int
    apart: Array

    def tail(self, last: int | None) -> Series:
        """Only the last so many periods."""
        keep = slice(None) if last is None else slice(-last, None)
        cut = {name: getattr(self, name)[keep] for name in ("values", "judged", "rhythm", "season", "apart")}
        return replace(self, frame=self.frame.iloc[keep], **cut)


def series_of(result: Result, metric: str = "", group: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of one metric and group of a result, in order of time. BadValue where the result has no periods or the metric is not one of its."""
    if result.scope.by == "all":
        raise BadValue("A trend needs periods.", "Measure by day, week, month, quarter or year.")
    name = metric or next(iter(result.metrics))
    if name not in result.metrics:
        raise BadValue(f"{name!r} was not measured.", f"The result has {', '.join(result.metrics)}.")
    frame = result.frame[result.frame["metric"] == name]
    if len(result.scope.split) and len(group) != len(result.scope.split):
        raise BadValue("A split result has many series.", "Name the group, one value for each column of the split.")
    for column, value in zip(result.scope.split, group, strict=True):
        frame = frame[frame[column] == value]
    return in_time(frame)


def in_time(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one series in order of time."""
    return rows[rows["period"] != "all"].sort_values("period", kind="stable").reset_index(drop=True)


def judged_of(shown: pd.DataFrame, result: Result, name: str, unit: str, apart: Mapping[str, str]) -> Series:
    """Values on the scale they are judged on, without rhythm; what stands on too few rows or is known to be special is left out."""
    ask, by = result.scope.ask, result.scope.by
    values, n = shown["value"].to_numpy(float), shown["n"].to_numpy(float)
    share, form = is_share(name, ask), form_of(name, ask)
    counted = isinstance(form, Total) or unit == "count"
    fewest = FEW_ANSWERS if share else FEW_ROWS
    loose = np.zeros(len(values), bool) if counted or np.isnan(n).all() else ~np.isnan(values) & (n < fewest)
    special = np.array([str(period) in apart for period in shown["period"]], bool)
    trusted = np.where(loose | special, np.nan, values)
    scale = scale_of(unit, by, trusted)
    judged = scale.to(trusted)
    days = [dt.date.fromisoformat(str(period)) for period in shown["period"]]
    rhythm, season = np.zeros(len(values)), np.zeros((len(values), 0))
    if by == "day":
        effect = weekdays(judged, days)
        rhythm = rhythm if effect is None else np.nan_to_num(effect)
    elif by in ("week", "month") and isinstance(form, VOLUMES) and days:
        yearly = wave(judged, days)
        if yearly is not None:
            rhythm, season = yearly, wave_columns(days)
    return Series(shown, values, judged - rhythm, rhythm, season, scale, share, int(loose.sum()), special)


def trimmed(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the periods before anything was known: nobody measured then."""
    known = np.flatnonzero(frame["value"].notna().to_numpy())
    return frame.iloc[known[0] :] if len(known) else frame.iloc[:0]


def notes_of(series: Series, speaker: Speaker, apart: Mapping[str, str]) -> tuple[str, ...]:
    notes, by = [], speaker.by
    if series.loose:
        many = f"{series.loose} {by} stands" if series.loose == 1 else f"{series.loose} {by}s stand"
        notes.append(f"{many} on fewer than {FEW_ANSWERS if series.is_share else FEW_ROWS} rows and only drawn.")
    special = [str(period) for period, is_apart in zip(series.frame["period"], series.apart, strict=True) if is_apart]
    if special:
        first = speaker.when(special[0])
        notes.append(f"Not judged, because of holidays: {first}{f' and {len(special) - 1} more' if len(special) > 1 else ''}.")
    if series.season.size:
        notes.append("What a yearly wave could explain is taken out first: volume follows the season.")
    elif series.rhythm.any():
        notes.append("The rhythm of weekdays is taken out before days are compared.")
    return (*notes, BUDGET_SAID)


def name_of(label: str, frame: pd.DataFrame, group: Sequence[str]) -> str:
    """ "First reply, median, email"."""
    notes = frame["notes"].iloc[-1] if len(frame) else ()
    return ", ".join([label, *(SPOKEN[note] for note in notes if note in SPOKEN), *(in_a_line(str(value)) for value in group)])


def counts_days(result: Result, name: str) -> bool:
    return not (result.scope.clock == "business" and "clock" in result.metrics[name].params)
