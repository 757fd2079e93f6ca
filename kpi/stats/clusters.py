"""Whole days dealt again: luck for figures made of many small groups whose rows hang together by day (or week, or agent).

A *unit* is what hangs together and is dealt or drawn whole. All functions are vectorised over draws; a seed gives the same figures again.
Shuffled labels: Fisher; the largest of all statistics: Westfall and Young 1993; days drawn again: the cluster bootstrap of Efron.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats, same_length
from kpi.stats.changes import _rates, _split

Flags = npt.NDArray[np.bool_]


def contributions(sizes_before: Numbers, totals_before: Numbers, sizes_after: Numbers, totals_after: Numbers) -> tuple[Array, Array]:
    """(rate, mix) of each segment as in `kitagawa`, for many draws at once: the last axis holds the segments.

    Both are 0 for a segment without rows on either side; NaN where a whole side of a draw is empty.
    """
    n_0, x_0, n_1, x_1 = (floats(v) for v in (sizes_before, totals_before, sizes_after, totals_after))
    whole_0, whole_1 = n_0.sum(axis=-1, keepdims=True), n_1.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (x_0.sum(axis=-1, keepdims=True) / whole_0 + x_1.sum(axis=-1, keepdims=True) / whole_1) / 2
        rate, mix = _split(n_0 / whole_0, _rates(x_0, n_0), n_1 / whole_1, _rates(x_1, n_1), middle)
    empty = ~((whole_0 > 0) & (whole_1 > 0))
    return np.where(empty, np.nan, rate), np.where(empty, np.nan, mix)


def dealt_labels(is_after: npt.ArrayLike, strata: npt.ArrayLike | None = None, draws: int = 2000, seed: int = 0) -> Flags:
    """Which units are "after" when the labels are dealt again at random: draws x units, as many of each label in each stratum as there are.

    Strata (the weekday of a day) keep what is known to differ apart: Mondays change places with Mondays only.
    """
    label = np.asarray(is_after, dtype=bool)
    layer = np.zeros(len(label), dtype=int) if strata is None else np.asarray(strata)
    same_length(is_after=label, strata=layer)
    rng = np.random.default_rng(seed)
    dealt = np.zeros((draws, len(label)), dtype=bool)
    for one in np.unique(layer):
        place = np.flatnonzero(layer == one)
        order = np.argsort(rng.random((draws, len(place))), axis=1)
        dealt[:, place] = order < label[place].sum()
    return dealt


def drawn_units(groups: npt.ArrayLike, draws: int = 1000, seed: int = 0) -> Array:
    """How often each unit is in a bootstrap sample: draws x units; each group (the days of one side) is drawn from by itself."""
    group = np.asarray(groups)
    rng = np.random.default_rng(seed)
    times = np.zeros((draws, len(group)))
    for one in np.unique(group):
        place = np.flatnonzero(group == one)
        times[:, place] = rng.multinomial(len(place), np.full(len(place), 1 / len(place)), draws)
    return times


def largest_of_all(observed: Numbers, luck: Numbers) -> tuple[Array, Array]:
    """(z, p) of many statistics that are 0 on average where nothing happened; p allows for having looked at all of them (max-T).

    `luck` is draws x statistics under "nothing happened". Each is put on the scale of its own luck, so that small groups, which scatter widely,
    do not hide the others; p is the share of draws whose largest |z| reaches the observed one, the observed counted as a draw. NaN for a
    statistic that is unknown or does not vary.
    """
    seen, drawn = floats(observed).ravel(), floats(luck)
    if drawn.ndim != 2 or drawn.shape[1] != len(seen):
        raise BadValue(f"The luck must have one column for each of the {len(seen)} statistics.", "Pass draws x statistics.")
    known = ~np.isnan(drawn)
    count = np.maximum(known.sum(axis=0), 1)
    scale = np.sqrt((np.where(known, drawn, 0.0) ** 2).sum(axis=0) / count)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(scale > 1e-12 * (1 + np.abs(seen)), seen / scale, np.nan)
        strongest = np.nan_to_num(np.abs(drawn / scale)[:, ~np.isnan(z)]).max(axis=1, initial=0.0)
    p = np.full(len(seen), np.nan)
    for i in np.flatnonzero(~np.isnan(z)):
        p[i] = (1 + (strongest >= abs(z[i]) - 1e-9).sum()) / (len(strongest) + 1)
    return z, p
