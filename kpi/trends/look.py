"""One series looked at: limits, signals, line, levels and year, under one error budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from kpi import Result, stats
from kpi.errors import BadValue
from kpi.forms import Difference, Ratio, Spread, Total
from kpi.measure.compile import form_of, is_share
from kpi.measure.words import SPOKEN, in_a_line
from kpi.stats.base import Array
from kpi.trends import claims, limits
from kpi.trends.model import BUDGET, Line, Shift, Signal, Trend, Year
from kpi.trends.scale import FEWEST_DAYS, Scale, scale_of, wave, wave_columns, weekdays
from kpi.trends.words import BUDGET_SAID, NO_CHANGE, ROUGH, SEASON, Speaker, by_chance

FEW_ROWS, FEW_ANSWERS = 5, 10
"""A duration or score of fewer rows, a share of fewer, is too loose a value to judge a series by; it is drawn all the same."""
VOLUMES = (Total, Difference, Ratio, Spread)
"""Forms that follow how much comes in, and so the season: a change of theirs must be faster than a year's wave."""
UNRIPE = {
    "resolution_rate": "Of tickets created lately fewer are solved yet, so this always seems to fall at the end. "
    "The share solved by age, per week of creation, shows it without that.",
}
"""Metrics whose latest periods are not ripe: they would seem to change where nothing does."""
NAN = float("nan")


@dataclass(frozen=True)
class _Series:
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

    def tail(self, last: int | None) -> _Series:
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
    return frame[frame["period"] != "all"].sort_values("period", kind="stable").reset_index(drop=True)


def trend(
    result: Result,
    metric: str = "",
    group: Sequence[str] = (),
    *,
    last: int | None = None,
    name: str = "",
    apart: Mapping[str, str] | None = None,
) -> Trend:
    """What one series shows. `result` is measured by a grain; `metric` and `group` choose the series where there are several.

    `last` judges only the last so many complete periods (and draws them), while earlier ones still serve the comparison with the year before.
    `name` is what the series is called in sentences (default: the metric's label, its statistic and group). `apart` are periods known to be
    unlike others (`holidays`), with the reason: drawn, not judged. Below 12 known periods nothing is claimed, below 20 limits are provisional,
    below 16 levels are not looked for, below two full years there is no comparison of years.
    """
    frame = series_of(result, metric, group)
    whole = result.metrics[metric or next(iter(result.metrics))]
    speaker = Speaker(whole, name or _name(whole.label, frame, group), result.scope.by, result.currency or None, _days(result, whole.name))
    complete = _trimmed(frame[frame["is_complete"].astype(bool)])
    every = _judged(complete, result, whole.name, whole.unit, apart or {})
    series = every.tail(last)
    shown = series.frame
    known = int((~np.isnan(series.judged)).sum())
    drawn = pd.concat([shown, frame[~frame["is_complete"].astype(bool)]])
    fewest = FEWEST_DAYS if result.scope.by == "day" else limits.FEWEST
    if whole.name in UNRIPE:
        return _nothing(speaker, drawn, result, known, group, "Not judged here.", UNRIPE[whole.name])
    if known < fewest:
        have = f"{known} complete {speaker.by if known == 1 else speaker.periods} with enough behind {'it' if known == 1 else 'them'}"
        why = f"{speaker.name} has {have}; it takes {fewest} to know a usual up and down."
        return _nothing(speaker, drawn, result, known, group, "Too early to tell.", why)
    told = (series.judged, series.rhythm, series.season)
    shape, line = claims.levels(*told), claims.line(*told)
    far = limits.far_out(series.judged)
    phi = stats.robust_memory(np.where(far, np.nan, series.judged))[0]  # from differences, which a step hardly touches
    found = _limits_of(series, phi, far)
    signals = _signals(series, found, speaker, whole.low, whole.high)
    year = _year(every, speaker)
    p = {
        "points": _best([signal.p for signal in signals]) * known,
        "shift": shape.p if shape else 1.0,
        "line": line.p,
        "year": year.p if year else 1.0,
    }
    believed = {part: p[part] < BUDGET * share for part, share in claims.PARTS.items()}
    if believed["shift"] and believed["line"] and shape and not claims.better_told_by_levels(series.judged, shape, line):
        believed["shift"] = False
    straight = _line(series, line)
    shifts = _shifts(series, shape, speaker) if shape and believed["shift"] else ()
    made = Trend(
        metric=whole.name,
        label=speaker.name,
        unit=whole.unit,
        by=result.scope.by,
        group=tuple(group),
        frame=_framed(
            drawn, series, found, shape if believed["shift"] else None, line, speaker, result, signals, (whole.low, whole.high), apart or {}
        ),
        verdict=next((part for part in ("shift", "line", "points", "year") if believed[part]), "none"),
        direction=0,
        is_better=None,
        p=min(1.0, *(p[part] / share for part, share in claims.PARTS.items())),
        finding="",
        caveat="",
        signals=signals,
        line=straight,
        shifts=shifts,
        year=year,
        chart=found.chart,
        scale=series.scale.name,
        phi=phi,
        n=known,
        is_provisional=known < limits.SETTLED,
        expected=limits.OUTSIDE * known if found.chart else NAN,
        range_limit=found.range_limit,
        notes=_notes(series, speaker, apart or {}),
        currency=speaker.currency,
        days=speaker.days,
    )
    return _told(made, speaker, is_seasonal=bool(series.season.size))


def _told(made: Trend, speaker: Speaker, is_seasonal: bool) -> Trend:
    """The finding, its direction and its caveat."""
    direction, finding, caveats = 0, NO_CHANGE, []
    strong = [signal for signal in made.signals if signal.p * made.n < BUDGET * claims.PARTS["points"]]
    if made.verdict == "shift":
        clearest = min(made.shifts, key=lambda shift: (shift.p, -abs(shift.after - shift.before)))
        first, last = made.shifts[0], made.shifts[-1]
        if len(made.shifts) == 2 and (first.after - first.before) * (last.after - last.before) < 0:
            finding = speaker.up_and_back(first, last)
        else:
            finding, direction = clearest.text, _sign(last.after - first.before)
            others = [speaker.when(shift.period) for shift in made.shifts if shift is not clearest]
            caveats += [f"Its level also moved around {' and '.join(others)}."] if others else []
        caveats.append(ROUGH.format(speaker.periods))
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


def _nothing(speaker: Speaker, drawn: pd.DataFrame, result: Result, known: int, group: Sequence[str], finding: str, why: str) -> Trend:
    """Nothing is claimed, and why; the values are there to be drawn."""
    nothing = np.full(len(drawn), np.nan)
    columns = ("centre", "limit_low", "limit_high", "level", "line", "moving_range")
    frame = (
        drawn[["period", "value", "low", "high", "n", "is_complete"]]
        .reset_index(drop=True)
        .assign(**dict.fromkeys(columns, nothing), side=0, apart="")
    )
    frame["said"] = [result.sentence(row) for _, row in drawn.iterrows()]
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
        NAN,
        finding,
        why,
        n=known,
        currency=speaker.currency,
        days=speaker.days,
    )


def _judged(shown: pd.DataFrame, result: Result, name: str, unit: str, apart: Mapping[str, str]) -> _Series:
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
    return _Series(shown, values, judged - rhythm, rhythm, season, scale, share, int(loose.sum()), special)


def _limits_of(series: _Series, phi: float, far: limits.Flags) -> limits.Limits:
    """Limits in the metric's unit; shares by their counts, all else by their values on the judged scale."""
    if not series.is_share:
        found = limits.of_values(series.judged, phi, far)
        back = {part: series.scale.back(getattr(found, part) + series.rhythm) for part in ("centre", "low", "high")}
        found = replace(found, **back)
        usual = np.where(far | np.isnan(series.judged), np.nan, series.values)
        if series.scale.name == "root" and found.chart and np.nanmean(usual) < limits.FEW_EVENTS:
            return limits.of_few(series.values, found, far | np.isnan(series.judged), found.low, found.high)
        return found
    top, bottom = (series.frame[column].to_numpy(float) for column in ("top", "bottom"))
    moved = np.where(series.apart, np.nan, np.clip(top - series.rhythm / 100 * bottom, 0, bottom))
    found = limits.of_shares(moved, np.where(series.apart, np.nan, bottom), phi, far)
    back = {part: np.clip(100 * getattr(found, part) + series.rhythm, 0, 100) for part in ("centre", "low", "high")}
    return replace(found, **back)


def _signals(series: _Series, found: limits.Limits, speaker: Speaker, least: float | None, most: float | None) -> tuple[Signal, ...]:
    out = []
    for i in np.flatnonzero((found.side != 0) & ~np.isnan(series.values)):
        low, high = (float(np.clip(edge, least, most)) for edge in (found.low[i], found.high[i]))
        side, p, period, value = int(found.side[i]), float(found.p[i]), str(series.frame["period"].iloc[i]), float(series.values[i])
        text = speaker.signal(period, value, low, high, side, p)
        out.append(Signal(period, value, high if side > 0 else low, side, p, text))
    return tuple(out)


def _line(series: _Series, fit: claims.Fit) -> Line:
    """The line's two ends in the metric's unit, through the middle of the series, by the median of all slopes."""
    half = (len(series.judged) - 1) / 2
    middle = float(np.nanmean(series.judged))

    def over(slope: float) -> tuple[float, float]:
        return claims.change(series.scale, middle - slope * half, 2 * slope * half)

    (change, relative), low, high = over(fit.slope), over(fit.slope_low), over(fit.slope_high)
    start, end = (float(series.scale.back(middle + sign * fit.slope * half)) for sign in (-1, 1))
    return Line(start, end, change, low[0], high[0], relative, low[1], high[1], fit.p, fit.phi, fit.df)


def _shifts(series: _Series, fit: claims.Fit, speaker: Speaker) -> tuple[Shift, ...]:
    out = []
    for cut, base, (jump, low, high, p) in zip(fit.cuts, fit.bases, fit.jumps, strict=True):
        sizes = [claims.change(series.scale, base, by) for by in (jump, low, high)]
        before = float(series.scale.back(base))
        shift = Shift(
            str(series.frame["period"].iloc[cut]),
            before,
            before + sizes[0][0],
            sizes[1][0],
            sizes[2][0],
            sizes[0][1],
            sizes[1][1],
            sizes[2][1],
            p,
            "",
        )
        out.append(replace(shift, text=speaker.shift(shift)))
    return tuple(out)


def _year(series: _Series, speaker: Speaker) -> Year | None:
    found = claims.a_year_apart(series.judged, speaker.by)
    if found is None:
        return None
    mean, low, high, p, base = found
    sizes = [claims.change(series.scale, base, by) for by in (mean, low, high)]
    before = float(series.scale.back(base))
    year = Year(before + sizes[0][0], before, sizes[1][0], sizes[2][0], sizes[0][1], sizes[1][1], sizes[2][1], p, "")
    return replace(year, text=speaker.year(year, p < BUDGET * claims.PARTS["year"]))


def _framed(
    drawn: pd.DataFrame,
    series: _Series,
    found: limits.Limits,
    shape: claims.Fit | None,
    line: claims.Fit,
    speaker: Speaker,
    result: Result,
    signals: tuple[Signal, ...],
    ends: tuple[float | None, float | None],
    apart: Mapping[str, str],
) -> pd.DataFrame:
    """What a chart draws, a row per period; nothing is said of open ones but their value."""
    n, rest = len(series.values), len(drawn) - len(series.values)

    def column(values: Any, filler: float = NAN) -> Array:
        return np.concatenate([np.asarray(values, float), np.full(rest, filler)])

    low, high = (np.clip(edge, *ends) if any(e is not None for e in ends) else edge for edge in (found.low, found.high))
    moves = np.abs(np.diff(series.judged, prepend=np.nan))
    why = [apart.get(str(period), "") for period in drawn["period"]]
    told = {signal.period: signal.text for signal in signals}
    frame = drawn[["period", "value", "low", "high", "n", "is_complete"]].reset_index(drop=True)
    frame = frame.assign(
        centre=column(found.centre),
        limit_low=column(low),
        limit_high=column(high),
        side=column(np.where(np.isnan(series.values), 0, found.side), 0).astype(int),
        level=column(series.scale.back(shape.fitted) if shape else np.full(n, np.nan)),
        line=column(series.scale.back(line.fitted)),
        moving_range=column(np.expm1(moves) if series.scale.name == "log" else moves),
        apart=why,
    )
    said = [f"Not judged: {reason}." if reason else told.get(str(period), "") for period, reason in zip(drawn["period"], why, strict=True)]
    frame["said"] = [f"{result.sentence(row)} {more}".strip() for (_, row), more in zip(drawn.iterrows(), said, strict=True)]
    return frame


def _notes(series: _Series, speaker: Speaker, apart: Mapping[str, str]) -> tuple[str, ...]:
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


def _trimmed(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the periods before anything was known: nobody measured then."""
    known = np.flatnonzero(frame["value"].notna().to_numpy())
    return frame.iloc[known[0] :] if len(known) else frame.iloc[:0]


def _name(label: str, frame: pd.DataFrame, group: Sequence[str]) -> str:
    """ "First reply, median, email"."""
    notes = frame["notes"].iloc[-1] if len(frame) else ()
    return ", ".join([label, *(SPOKEN[note] for note in notes if note in SPOKEN), *(in_a_line(str(value)) for value in group)])


def _days(result: Result, name: str) -> bool:
    return not (result.scope.clock == "business" and "clock" in result.metrics[name].params)


def _best(p: Sequence[float]) -> float:
    return min(p, default=1.0)


def _sign(number: float) -> int:
    return int(np.sign(number))
