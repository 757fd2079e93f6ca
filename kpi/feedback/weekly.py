"""A theme's share of comments week by week: the usual up and down, and the weeks that stand out of it beyond luck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi import stats, units
from kpi.feedback.counted import FEWEST
from kpi.feedback.heard import Heard, Ints
from kpi.feedback.matching import Flags
from kpi.feedback.themes import Theme
from kpi.scope import Period
from kpi.stats.base import Array, special, t_p_value

FEWEST_PERIODS, SETTLED = 12, 20
"""Fewer complete periods have no limits; below `SETTLED` they are provisional."""
FEW = 5
"""Below so many expected comments a period (with the theme or without) counting luck is far from a normal curve: exact limits."""
ANY_FALSE = 0.025
"""The chance of naming any period of any theme where nothing but luck is at work (Holm over all of them); the words have the page's other half."""
FREEDOM = 0.62
"""A mean moving range of n periods is worth about 0.62 (n - 1) degrees of freedom (Patnaik's approximation for ranges of two)."""


@dataclass(frozen=True)
class Weekly:
    """One theme over time. `frame`: period (ISO date), n (comments with it), of (comments), value, low, high (limits) in per cent, NaN where there are
    none, is_complete, is_out (beyond luck, all themes and periods judged together). `centre` is the usual share; `chart` names the limits."""

    theme: Theme
    by: str
    frame: pd.DataFrame
    centre: float
    chart: str
    looks: int

    @property
    def n(self) -> int:
        """Complete periods with comments."""
        return int((self.frame["is_complete"] & (self.frame["of"] > 0)).sum())

    @property
    def is_settled(self) -> bool:
        """Enough periods, and all of them alike: nobody ever speaks of it, or everybody."""
        return self.n >= FEWEST_PERIODS and self.centre in (0, 100)

    @property
    def is_provisional(self) -> bool:
        return bool(self.chart) and self.n < SETTLED

    @property
    def text(self) -> str:
        out = self.frame[self.frame["is_out"]]
        if not self.chart and self.is_settled:
            return f"“{self.theme.label}” is in {'no comment' if not self.centre else 'every comment'} of these {self.by}s."
        if not self.chart:
            return f"“{self.theme.label}” by {self.by}: too few complete {self.by}s with comments to tell what is usual."
        if not len(out):
            return f"“{self.theme.label}” moves within its usual up and down, around {units.say(self.centre, '%')} of comments."
        rows = zip(out["period"].tolist(), out["value"].tolist(), out["of"].tolist(), strict=True)
        said = [f"{_when(period, self.by)} ({units.say(value, '%')} of {units.say(of, 'count')})" for period, value, of in rows]
        more = f" and {len(said) - 3} more" if len(said) > 3 else ""
        return f"“{self.theme.label}” stood out of its usual {units.say(self.centre, '%')} of comments in {', '.join(said[-3:])}{more}."

    @property
    def caveat(self) -> str:
        if not self.chart:
            return "" if self.is_settled else f"{FEWEST_PERIODS} are needed."
        early = f" Limits are provisional below {SETTLED} {self.by}s." if self.is_provisional else ""
        return f"{units.say(self.looks, 'count')} {self.by}s of all themes were judged together (limits: {self.chart}).{early}"


def grain(heard: Heard, periods: Sequence[Period]) -> bool:
    """Whether the typical complete period of these has comments enough for a share."""
    sizes = [n for n, period in zip(_sizes(heard, periods), periods, strict=True) if period.is_complete]
    return bool(sizes) and float(np.median(sizes)) >= FEWEST


def weekly(heard: Heard, themes: Sequence[Theme], flags: Flags, periods: Sequence[Period], by: str) -> tuple[Weekly, ...]:
    """Every theme over the same periods, judged together. `flags` is `matched(heard, themes)`."""
    place = _places(heard, periods)
    which = heard.frame["which"].to_numpy(np.int64)
    languages = heard.frame["language"].to_numpy(object)
    complete = np.array([period.is_complete for period in periods], dtype=np.bool_)
    judged = []
    for column, theme in enumerate(themes):
        hit = flags[which, column] if len(which) else np.zeros(0, np.bool_)
        spoken = np.isin(languages, [code for code in heard.languages if theme.speaks(code)]) | hit
        inside = place >= 0
        n, of = (np.bincount(place[inside & mask], minlength=len(periods)).astype(float) for mask in (hit, spoken))
        judged.append((theme, n, of, *_limits(n, of, complete)))
    p = np.array([row[6] for row in judged]) if judged else np.zeros((0, len(periods)))
    adjusted = stats.holm(p)
    with np.errstate(invalid="ignore"):
        out = adjusted < ANY_FALSE
    looks = int((~np.isnan(p)).sum())
    return tuple(
        _weekly(theme, n, of, centre, low, high, chart, out[row], periods, by, looks)
        for row, (theme, n, of, centre, low, high, _, chart) in enumerate(judged)
    )


def _limits(n: Array, of: Array, complete: Flags) -> tuple[float, Array, Array, Array, str]:
    """(centre, low, high, p of each period, name of the chart); p is NaN where a period is not judged.

    Exact binomial below `FEW` expected, else Laney's p'. The p is the larger of what counting luck alone gives and what the series' own
    restlessness gives: weeks that differ for reasons of their own are no alarm.
    """
    nothing = np.full(len(n), np.nan)
    seen = complete & (of > 0)
    total = float(of[seen].sum())
    centre = float(n[seen].sum()) / total if total else float("nan")
    if seen.sum() < FEWEST_PERIODS or not 0 < centre < 1:
        return centre, nothing, nothing, nothing, ""
    size = np.where(seen, of, np.nan)
    count = np.where(seen, n, np.nan)
    found = stats.laney_p(count, size, max(0.0, stats.lag1((count / size)[seen])))
    spread = max(1.0, found.spread)
    deviation = np.sqrt(centre * (1 - centre) / size) * spread
    tails = special()
    hits, rows = np.nan_to_num(count), np.nan_to_num(size).astype(np.int64)
    below = tails.bdtr(hits, rows, centre)
    above = np.where(hits > 0, 1 - tails.bdtr(np.maximum(hits - 1, 0), rows, centre), 1.0)
    luck = np.minimum(1.0, 2 * np.minimum(below, above))
    restless = np.asarray(t_p_value((count / size - centre) / deviation, max(2.0, FREEDOM * (int(seen.sum()) - 1))), dtype=np.float64)
    p = np.where(seen & (of >= FEWEST), np.maximum(luck, restless), np.nan)
    if float(np.median(of[seen])) * min(centre, 1 - centre) < FEW:
        low, high = (np.asarray(edge) for edge in stats.binomial_limits(size, centre))
        return centre, low, high, p, "exact binomial"
    return centre, np.clip(centre - 3 * deviation, 0, 1), np.clip(centre + 3 * deviation, 0, 1), p, "Laney p'"


def _weekly(
    theme: Theme,
    n: Array,
    of: Array,
    centre: float,
    low: Array,
    high: Array,
    chart: str,
    out: Flags,
    periods: Sequence[Period],
    by: str,
    looks: int,
) -> Weekly:
    frame = pd.DataFrame(
        {
            "period": [period.label for period in periods],
            "n": n.astype(np.int64),
            "of": of.astype(np.int64),
            "value": 100 * n / np.where(of >= FEWEST, of, np.nan),
            "low": 100 * low,
            "high": 100 * high,
            "is_complete": [period.is_complete for period in periods],
            "is_out": out,
        }
    )
    return Weekly(theme, by, frame, 100 * centre, chart, looks)


def _places(heard: Heard, periods: Sequence[Period]) -> Ints:
    """The period each comment falls into, -1 for none."""
    if not periods:
        return np.full(heard.n, -1, dtype=np.int64)
    starts = np.array([np.datetime64(period.first, "us") for period in periods])
    end = np.datetime64(_after(periods[-1], periods), "us")
    at = heard.frame["at"].to_numpy("datetime64[us]")
    place = np.searchsorted(starts, at, side="right").astype(np.int64) - 1
    place[np.isnat(at) | (at >= end)] = -1
    return place


def _after(last: Period, periods: Sequence[Period]) -> dt.date:
    """The day after the last period: as long as its instants say."""
    days = round((last.end - last.start) / dt.timedelta(days=1))
    return last.first + dt.timedelta(days=days)


def _sizes(heard: Heard, periods: Sequence[Period]) -> Array:
    place = _places(heard, periods)
    return np.bincount(place[place >= 0], minlength=len(periods)).astype(float)


def _when(period: object, by: str) -> str:
    day = dt.date.fromisoformat(str(period))
    return f"{day:%B} {day.year}" if by == "month" else f"the week of {day.day} {day:%b} {day.year}"
