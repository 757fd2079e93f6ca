"""What the same tickets would have got in anybody's hands: indirect standardisation over kinds of tickets.

Every row is set beside all rows of its kind (team, channel, priority, type and month, as far as known); the mean of its kind is what is
expected of it. Kinds with few rows, or that one group has for itself, are joined with their neighbours, the finest column first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi.agents.rows import Codes, Rows
from kpi.stats.base import Array

FEWEST = 30
"""Rows of a kind of ticket, from at least two groups: fewer say too little of what is usual."""


@dataclass(frozen=True)
class Mix:
    """What is expected of each row (`expected`, the mean of its kind `cell`), for each group the share of its rows that are of kinds of which all
    others together have fewer than 30 (`alone`), and the columns by which kinds were kept apart."""

    expected: Array
    cell: Codes
    alone: Array
    like: tuple[str, ...]


def mix(rows: Rows) -> Mix:
    """The expectation of every row, over all groups together: the sums of what was and of what was expected are the same."""
    cell, deepest = joined(rows.levels, rows.group)
    kinds = int(cell.max(initial=0)) + 1
    many = np.bincount(cell, minlength=kinds)
    expected = (np.bincount(cell, weights=rows.value, minlength=kinds) / np.maximum(many, 1))[cell]
    size = np.bincount(rows.group, minlength=len(rows.names))
    place, pair = pd.factorize(rows.group * kinds + cell)
    times = np.bincount(place, minlength=len(pair))
    few = many[pair % kinds] - times < FEWEST
    alone = np.bincount(pair // kinds, weights=times * few, minlength=len(rows.names)) / np.maximum(size, 1)
    values = [0 if not rows.n else 1, *(int(codes.max(initial=-1)) + 1 for codes in rows.levels)]
    like = tuple(column for place, column in enumerate(rows.like[:deepest]) if values[place + 1] > values[place])
    return Mix(expected, cell, alone if like else np.zeros(len(size)), like)


def joined(levels: Sequence[Codes], group: Codes) -> tuple[Codes, int]:
    """The kind of each row: by all columns where such rows are many enough and not of one group only, else together with what else is left
    over in the next coarser kind, and so on up to all rows at once; and how many columns the finest kind kept stands on."""
    out = np.zeros(len(group), dtype=np.int64)
    left, taken, deepest = np.arange(len(group)), 1, 0  # kind 0: what is left over at the end
    for depth in range(len(levels), 0, -1):
        if not len(left):
            break
        kind = levels[depth - 1][left]
        many = np.bincount(kind)
        one_of = np.zeros(len(many), dtype=np.int64)
        one_of[kind] = group[left]
        shared = np.bincount(kind, weights=group[left] != one_of[kind]) > 0
        whole = ((many >= FEWEST) & shared)[kind]
        if whole.any():
            deepest = max(deepest, depth)
        out[left[whole]] = taken + kind[whole]
        taken += len(many)
        left = left[~whole]
    numbers = np.cumsum(np.bincount(out, minlength=1) > 0) - 1
    return np.asarray(numbers[out], dtype=np.int64), deepest
