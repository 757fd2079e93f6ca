"""One series looked at: limits, signals, line, levels and year, under one error budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from kpi import stats
from kpi.measure import Result
from kpi.stats.base import Array
from kpi.trends import claims, limits
from kpi.trends.model import BUDGET, Line, Shift, Signal, Trend, Year
from kpi.trends.scale import FEWEST_DAYS
from kpi.trends.series import UNRIPE, Series, counts_days, judged_of, name_of, notes_of, series_of, trimmed
from kpi.trends.told import nothing, spoken, told
from kpi.trends.words import Speaker

NAN = float("nan")


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
    return spoken(judged(result, series_of(result, metric, group), metric, group, last=last, name=name, apart=apart), result)


def judged(
    result: Result,
    frame: pd.DataFrame,
    metric: str = "",
    group: Sequence[str] = (),
    *,
    last: int | None = None,
    name: str = "",
    apart: Mapping[str, str] | None = None,
) -> Trend:
    """As `trend`, of a series' rows (`series_of`), and without the sentences of its periods: for many at once, of which few are drawn."""
    whole = result.metrics[metric or next(iter(result.metrics))]
    speaker = Speaker(
        whole, name or name_of(whole.label, frame, group), result.scope.by, result.currency or None, counts_days(result, whole.name)
    )
    complete = trimmed(frame[frame["is_complete"].astype(bool)])
    every = judged_of(complete, result, whole.name, whole.unit, apart or {})
    series = every.tail(last)
    shown = series.frame
    known = int((~np.isnan(series.judged)).sum())
    drawn = pd.concat([shown, frame[~frame["is_complete"].astype(bool)]])
    fewest = FEWEST_DAYS if result.scope.by == "day" else limits.FEWEST
    if whole.name in UNRIPE:
        return nothing(speaker, drawn, known, group, "Not judged here.", UNRIPE[whole.name])
    if known < fewest:
        have = f"{known} complete {speaker.by if known == 1 else speaker.periods} with enough behind {'it' if known == 1 else 'them'}"
        why = f"{speaker.name} has {have}; it takes {fewest} to know a usual up and down."
        return nothing(speaker, drawn, known, group, "Too early to tell.", why)
    parts = (series.judged, series.rhythm, series.season)
    shape, line = claims.levels(*parts), claims.line(*parts)
    far = limits.far_out(series.judged)
    phi = stats.robust_memory(np.where(far, np.nan, series.judged))[0]  # from differences, which a step hardly touches
    found = _limits_of(series, phi, far)
    signals = _signals(series, found, speaker, whole.low, whole.high)
    year = _year(every, speaker)
    p = {
        "points": _best([signal.p for signal in signals if signal.is_sure]) * known,
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
        frame=_framed(drawn, series, found, shape if believed["shift"] else None, line, (whole.low, whole.high), apart or {}),
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
        notes=notes_of(series, speaker, apart or {}),
        currency=speaker.currency,
        days=speaker.days,
    )
    return told(made, speaker, is_seasonal=bool(series.season.size))


def _limits_of(series: Series, phi: float, far: limits.Flags) -> limits.Limits:
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


def _signals(series: Series, found: limits.Limits, speaker: Speaker, least: float | None, most: float | None) -> tuple[Signal, ...]:
    out = []
    own = [series.frame[column].to_numpy(float) for column in ("low", "high")]
    has_own = not series.is_share and not np.isnan(own).all()  # the limits of a share hold its counting luck already
    for i in np.flatnonzero((found.side != 0) & ~np.isnan(series.values)):
        low, high = (float(np.clip(edge, least, most)) for edge in (found.low[i], found.high[i]))
        side, p, period, value = int(found.side[i]), float(found.p[i]), str(series.frame["period"].iloc[i]), float(series.values[i])
        text = speaker.signal(period, value, low, high, side, p)
        is_sure = not has_own or bool(own[0][i] > high if side > 0 else own[1][i] < low)
        out.append(Signal(period, value, high if side > 0 else low, side, p, text, is_sure))
    return tuple(out)


def _line(series: Series, fit: claims.Fit) -> Line:
    """The line's two ends in the metric's unit, through the middle of the series, by the median of all slopes."""
    half = (len(series.judged) - 1) / 2
    middle = float(np.nanmean(series.judged))

    def over(slope: float) -> tuple[float, float]:
        return claims.change(series.scale, middle - slope * half, 2 * slope * half)

    (change, relative), low, high = over(fit.slope), over(fit.slope_low), over(fit.slope_high)
    start, end = (float(series.scale.back(middle + sign * fit.slope * half)) for sign in (-1, 1))
    return Line(start, end, change, low[0], high[0], relative, low[1], high[1], fit.p, fit.phi, fit.df)


def _shifts(series: Series, fit: claims.Fit, speaker: Speaker) -> tuple[Shift, ...]:
    out = []
    periods = series.frame["period"].astype(str).tolist()
    for cut, (first, final), base, (jump, low, high, p) in zip(fit.cuts, fit.spans, fit.bases, fit.jumps, strict=True):
        sizes = [claims.change(series.scale, base, by) for by in (jump, low, high)]
        before = float(series.scale.back(base))
        shift = Shift(
            periods[cut],
            periods[first],
            periods[final],
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


def _year(series: Series, speaker: Speaker) -> Year | None:
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
    series: Series,
    found: limits.Limits,
    shape: claims.Fit | None,
    line: claims.Fit,
    ends: tuple[float | None, float | None],
    apart: Mapping[str, str],
) -> pd.DataFrame:
    """What a chart draws, a row per period; nothing is said of open ones but their value."""
    n, rest = len(series.values), len(drawn) - len(series.values)

    def column(values: Any, filler: float = NAN) -> Array:
        return np.concatenate([np.asarray(values, float), np.full(rest, filler)])

    low, high = (np.clip(edge, *ends) if any(e is not None for e in ends) else edge for edge in (found.low, found.high))
    moves = np.abs(np.diff(series.judged, prepend=np.nan))
    return pd.DataFrame(
        {
            **{name: drawn[name].array for name in ("period", "value", "low", "high", "n", "is_complete")},
            "centre": column(found.centre),
            "limit_low": column(low),
            "limit_high": column(high),
            "side": column(np.where(np.isnan(series.values), 0, found.side), 0).astype(int),
            "level": column(series.scale.back(shape.fitted) if shape else np.full(n, np.nan)),
            "line": column(series.scale.back(line.fitted)),
            "moving_range": column(np.expm1(moves) if series.scale.name == "log" else moves),
            "apart": [apart.get(str(period), "") for period in drawn["period"]],
        }
    )


def _best(p: Sequence[float]) -> float:
    return min(p, default=1.0)
