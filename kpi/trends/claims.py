"""What may be claimed of a series: a line, levels that moved, a year unlike the last. Each with its p-value and what was looked at paid for.

The error budget of a series (`kpi.trends.model.BUDGET`) is divided over the four questions asked of it. Sizes and intervals are those of REML
AR(1) fits; p-values are averaged over what the memory may be (`kpi.trends.memory`). The whole is tested by simulation, not derived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi import stats
from kpi.stats.base import Array
from kpi.trends.memory import p_over_memory
from kpi.trends.scale import Scale

PARTS = {"points": 0.20, "shift": 0.35, "line": 0.35, "year": 0.10}
"""How the budget is divided."""
FEWEST_FOR_SHIFTS, SHORTEST_LEVEL = 16, 4
A_YEAR = {"day": 364, "week": 52, "month": 12, "quarter": 4}


@dataclass(frozen=True)
class Fit:
    """A fitted shape: `fitted` on the judged scale, p-value (nothing paid for yet), memory, degrees of freedom, squared misfit and terms."""

    fitted: Array
    p: float
    phi: float
    df: float
    misfit: float
    terms: int
    slope: float = float("nan")
    slope_low: float = float("nan")
    slope_high: float = float("nan")
    cuts: tuple[int, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    bases: tuple[float, ...] = ()
    jumps: tuple[tuple[float, float, float, float], ...] = ()


def line(judged: Array, rhythm: Array, season: Array) -> Fit:
    """REML AR(1) line; the slope reported is the median of all slopes, its interval that of the fit.

    `rhythm` is what was taken out of `judged`; with `season` (columns of a yearly wave) the fit puts it back and estimates both together, so
    that the interval knows what it does not know.
    """
    n = len(judged)
    values, design = judged + rhythm if season.size else judged, np.column_stack([stats.trend_columns(n), season])
    fit = stats.gls_ar1(values, design)
    slope = float(fit.coefficients[1])
    p = _p(float(fit.p[1]), slope) if np.isnan(fit.p[1]) else float(p_over_memory(values, design, [1])[0])
    place = np.arange(n, dtype=float)
    fitted = fit.coefficients[0] + slope * place
    robust = stats.robust_slope(judged)[0]
    return Fit(fitted, p, fit.phi, fit.df, _misfit(judged, fitted), 2, float(robust), float(fit.low[1]), float(fit.high[1]))


def levels(judged: Array, rhythm: Array, season: Array) -> Fit | None:
    """Levels that moved: where by the best split with a price per level (`spans`: the dates not ruled out), how far by REML AR(1). None where none did.

    p is that of the clearest move, times the dates it could have had. `rhythm` and `season` as for `line`.
    """
    n, known = len(judged), int((~np.isnan(judged)).sum())
    if known < FEWEST_FOR_SHIFTS:
        return None
    cuts = stats.level_shifts(judged, min_size=SHORTEST_LEVEL)
    if not cuts:
        return None
    place = np.arange(n)
    steps = np.column_stack([np.ones(n), *((place >= cut).astype(float) for cut in cuts)])
    values, design = judged + rhythm if season.size else judged, np.column_stack([steps, season])
    fit = stats.gls_ar1(values, design)
    dates = known - 2 * SHORTEST_LEVEL + 1
    moves = range(1, len(cuts) + 1)
    alone = [_p(float(fit.p[k]), float(fit.coefficients[k])) for k in moves] if np.isnan(fit.p[1]) else p_over_memory(values, design, moves)
    p = [min(1.0, dates * float(one)) for one in alone]
    jumps = tuple((float(fit.coefficients[k]), float(fit.low[k]), float(fit.high[k]), p[k - 1]) for k in moves)
    bases = tuple(float(fit.coefficients[: k + 1].sum()) for k in range(len(cuts)))
    fitted = steps @ fit.coefficients[: steps.shape[1]]
    spans = stats.shift_intervals(judged, cuts, fit.phi)
    return Fit(
        fitted, min(p), fit.phi, fit.df, _misfit(judged, fitted), 1 + 2 * len(cuts), cuts=cuts, spans=spans, bases=bases, jumps=jumps
    )


def a_year_apart(judged: Array, by: str) -> tuple[float, float, float, float, float] | None:
    """(mean difference, low, high, p, mean a year before) of the last year's periods with the same a year earlier. None without two full years."""
    season = A_YEAR.get(by, 0)
    if not season or len(judged) < 2 * season:
        return None
    now, before = judged[-season:], judged[-2 * season : -season]
    known = ~np.isnan(now - before)
    if known.sum() < max(4, 0.8 * season):
        return None
    fit = stats.gls_ar1(now - before, np.ones((season, 1)))
    mean = float(fit.coefficients[0])
    p = _p(float(fit.p[0]), mean) if np.isnan(fit.p[0]) else float(p_over_memory(now - before, np.ones((season, 1)), [0])[0])
    return mean, float(fit.low[0]), float(fit.high[0]), p, float(before[known].mean())


def better_told_by_levels(judged: Array, shape: Fit, straight: Fit) -> bool:
    """Whether levels tell the series better than a line, each term and each date paid for (Schwarz's criterion)."""
    n = int((~np.isnan(judged)).sum())
    price = np.log(n) / n
    tiny = 1e-12 * max(float(np.nanvar(judged)), 1e-300)
    return bool(np.log(shape.misfit + tiny) + shape.terms * price < np.log(straight.misfit + tiny) + straight.terms * price)


def change(scale: Scale, base: float, by: float) -> tuple[float, float]:
    """(change in unit, relative change) from `base` when the judged scale moves `by`; relative is nan where base is 0."""
    start, end = float(scale.back(base)), float(scale.back(base + by))
    return end - start, (end / start - 1 if start > 0 else float("nan"))


def _p(p: float, size: float) -> float:
    """A perfect fit has no p-value: a move without any scatter is certain, no move is none."""
    return p if not np.isnan(p) else (0.0 if abs(size) > 1e-12 else 1.0)


def _misfit(judged: Array, fitted: Array) -> float:
    return float(np.nanmean((judged - fitted) ** 2))
