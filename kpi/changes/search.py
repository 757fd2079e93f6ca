"""The splits of a comparison by every dimension, and the search for what stands out: ranked by Adtributor, claimed by max-T only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi import stats
from kpi.changes import luck as l
from kpi.changes.counts import SMALLEST, Cells, Counts
from kpi.changes.figures import TOTALS
from kpi.changes.model import MIX, RATE, TOTAL, Claim, Split
from kpi.stats.base import Array

ENOUGH, LEAST = 0.67, 0.10
"""A dimension explains with the levels, most surprising first, that each make a tenth of the change, up to two thirds (Adtributor)."""
ERROR, WHOLE, APART = 0.05, 0.04, 0.01
"""p below which a part is claimed once the whole has moved; below which the whole has; and below which a part is told although it has not: the last two
share the 5 % of false alarms of a page."""


def splits_of(counts: Counts, kind: str, luck: l.Luck | None) -> tuple[dict[str, Split], int]:
    """Every dimension split exactly, with intervals and the search where luck can be told; and how many slices were looked at."""
    found, places, seen, null = {}, [], [], []
    mix_limits = {}
    observed = l.observed(counts)
    for cells in counts.cells:
        sums = l.sums(cells, observed)
        rate, mix = (part[0] for part in l.split_effects(sums, kind))
        effect = l.own_effects(sums, kind)[0]
        columns = _columns(cells, counts, kind, rate, mix, effect)
        if luck is not None:
            drawn = l.sums(cells, luck.drawn)
            drawn_rate, drawn_mix = l.split_effects(drawn, kind)
            for name, part, draws in (("rate", rate, drawn_rate), ("mix", mix, drawn_mix), ("sum", rate + mix, drawn_rate + drawn_mix)):
                columns[f"{name}_low"], columns[f"{name}_high"] = l.limits(draws, part, luck.widen)
            fit = _fit(cells, kind)
            dealt = drawn if luck.dealt is None else l.sums(cells, luck.dealt)
            places += [(cells.column, int(i)) for i in fit]
            seen.append(effect[fit])
            null.append(_null(l.own_effects(dealt, kind)[:, fit], luck, effect[fit]))
            if kind not in TOTALS:
                whole_mix = np.array([mix.sum()])
                mix_low, mix_high = l.limits(drawn_mix.sum(axis=1, keepdims=True), whole_mix, luck.widen)
                mix_limits[cells.column] = (float(mix_low[0]), float(mix_high[0]))
                places.append((cells.column, -1))
                seen.append(whole_mix)
                null.append(_null(l.split_effects(dealt, kind)[1].sum(axis=1, keepdims=True), luck, whole_mix))
        before, now = ends(cells, counts, kind)
        frame = pd.DataFrame(columns)
        frame["explains"] = frame["sum"] / (now - before) if now != before else np.nan
        found[cells.column] = Split(cells.column, frame, before, now, _surprise(frame))
    if not seen:
        return found, 0
    z, p = stats.largest_of_all(np.concatenate(seen), np.concatenate(null, axis=1))
    for column, split in list(found.items()):
        own = [k for k, (name, i) in enumerate(places) if name == column and i >= 0]
        mixed = [k for k, (name, i) in enumerate(places) if name == column and i < 0]
        for name, values in (("z", z), ("p", p)):
            every = split.frame[name].to_numpy(float).copy()
            every[[places[k][1] for k in own]] = values[own]
            split.frame[name] = every
        low, high = mix_limits.get(column, (float("nan"), float("nan")))
        found[column] = replace(split, mix_p=float(p[mixed[0]]) if mixed else float("nan"), mix_low=low, mix_high=high)
    return found, sum(i >= 0 for _, i in places)


def ends(cells: Cells, counts: Counts, kind: str) -> tuple[float, float]:
    """The figure itself on both sides."""
    found = []
    for side in (~counts.is_after, counts.is_after):
        n, x = cells.sizes[side].sum(), cells.totals[side].sum()
        found.append(float(x if kind in TOTALS else x / n if n > 0 else np.nan))
    return found[0], found[1]


def _columns(cells: Cells, counts: Counts, kind: str, rate: Array, mix: Array, effect: Array) -> dict[str, Any]:
    columns: dict[str, Any] = {"level": pd.Series(list(cells.levels), dtype=object)}
    for name, i, side in (("before", 0, ~counts.is_after), ("now", 1, counts.is_after)):
        n, x = cells.sizes[side].sum(axis=0), cells.totals[side].sum(axis=0)
        weight = x if kind in TOTALS else n
        with np.errstate(invalid="ignore", divide="ignore"):
            columns[name] = x if kind in TOTALS else np.where(n > 0, x / n, np.nan)
            columns[f"share_{name}"] = weight / weight.sum()
        columns[f"rows_{name}"] = cells.rows[i]
    unknown = {f"{name}_{end}": np.full(len(rate), np.nan) for name in ("rate", "mix", "sum") for end in ("low", "high")}
    nothing = {"z": np.full(len(rate), np.nan), "p": np.full(len(rate), np.nan)}
    return {**columns, "rate": rate, "mix": mix, "sum": rate + mix, **unknown, "effect": effect, **nothing}


def _surprise(frame: pd.DataFrame) -> float:
    """The Jensen-Shannon divergence that the levels which explain the change bring; 0 where they do not make two thirds of it."""
    before, now = frame["share_before"].to_numpy(float), frame["share_now"].to_numpy(float)
    weight = [before, now]
    if not (frame["now"].abs().sum() > 0 and frame["before"].abs().sum() > 0):
        return 0.0
    values = [np.nan_to_num(w * frame[c].to_numpy(float)) for w, c in zip(weight, ("before", "now"), strict=True)]
    each = surprise(before, now)
    if all((v >= 0).all() and v.sum() > 0 for v in values):
        each = each + surprise(values[0] / values[0].sum(), values[1] / values[1].sum())
    explained = total = 0.0
    for i in np.argsort(-each):
        explains = float(frame["explains"].iloc[i])
        if frame["level"].iloc[i] is not None and explains >= LEAST:
            explained, total = explained + explains, total + float(each[i])
            if explained > ENOUGH:
                return total
    return 0.0


def surprise(before: Array, now: Array) -> Array:
    """What each share adds to the Jensen-Shannon divergence of two distributions, in nats; 0 where both are equal."""
    middle = (before + now) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [np.where(p > 0, p * np.log(p / middle), 0.0) for p in (before, now)]
    return np.asarray((parts[0] + parts[1]) / 2)


def _null(effects: Array, luck: l.Luck, seen: Array) -> Array:
    """What luck does to some effects where nothing happened: labels dealt again, or draws moved to 0."""
    return np.asarray(luck.widen * (effects if luck.dealt is not None else effects - seen))


def whole(counts: Counts, kind: str, luck: l.Luck | None) -> tuple[float, float, float]:
    """(p, low, high) of the change of the whole figure; nan where luck cannot be told."""
    if luck is None:
        return float("nan"), float("nan"), float("nan")
    seen = l.whole_effect(l.sums(counts.whole, l.observed(counts)), kind)[0]
    drawn = l.whole_effect(l.sums(counts.whole, luck.drawn), kind)
    dealt = drawn if luck.dealt is None else l.whole_effect(l.sums(counts.whole, luck.dealt), kind)
    low, high = l.limits(drawn, seen, luck.widen)
    scale = float(counts.is_after.sum()) if kind in TOTALS else 1.0
    return float(stats.largest_of_all(seen, _null(dealt, luck, seen))[1][0]), scale * float(low[0]), scale * float(high[0])


def _fit(cells: Cells, kind: str) -> npt.NDArray[np.int64]:
    """The levels one may judge: 30 rows a side in them and in the rest (of a total, on one side); the small groups together are no slice."""
    enough = cells.rows >= SMALLEST
    rest = cells.rows.sum(axis=1, keepdims=True) - cells.rows >= SMALLEST
    able = enough.any(axis=0) & rest.any(axis=0) if kind in TOTALS else enough.all(axis=0) & rest.all(axis=0)
    named = np.array([level is not None for level in cells.levels])
    if kind in TOTALS and cells.column == "agent":  # who was given more of them is what follows, not where they came from
        named[:] = False
    return np.asarray(np.flatnonzero(able & named), dtype=np.int64)


def claims_of(splits: dict[str, Split], kind: str, *, is_apart: bool = False) -> tuple[Claim, ...]:
    """What stands out, the largest part first: p over the whole search below 5 %, its own interval without 0, and the way the whole went.

    `is_apart` are those that stand out although the whole did not move: p below 1 %, either way.
    """
    found = []
    most = APART if is_apart else ERROR
    for split in splits.values():
        way = np.sign(split.change)
        for row in split.frame.to_dict("records"):
            adds, low, high = (row["rate"], row["rate_low"], row["rate_high"])
            goes = adds * row["effect"] > 0 and (is_apart or adds * way > 0)
            if row["p"] < most and goes and not low <= 0 <= high:
                found.append(Claim(split.column, row["level"], TOTAL if kind in TOTALS else RATE, adds, low, high, row["p"]))
        if split.mix_p < most and (is_apart or split.mix * way > 0) and not split.mix_low <= 0 <= split.mix_high:
            found.append(Claim(split.column, None, MIX, split.mix, split.mix_low, split.mix_high, split.mix_p))
    return tuple(sorted(found, key=lambda claim: -abs(claim.adds)))


def ordered(splits: dict[str, Split], claims: tuple[Claim, ...]) -> dict[str, Split]:
    """The dimension of the largest claim first, then by surprise, then by the largest single part."""
    first = {claim.column: -i for i, claim in reversed(list(enumerate(claims)))}

    def rank(split: Split) -> tuple[float, float, float]:
        named = split.frame[[level is not None for level in split.frame["level"]]]
        return (first.get(split.column, -np.inf), split.surprise, float(named["sum"].abs().max() or 0) if len(named) else 0.0)

    return {split.column: split for split in sorted(splits.values(), key=rank, reverse=True)}
