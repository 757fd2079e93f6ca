"""Pairs judged together: what one of a thousand shows by chance is no finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kpi.catalogue import CATALOGUE
from kpi.correlations.model import Matrix, Pair
from kpi.correlations.words import caveat, finding
from kpi.metric import Ask
from kpi.stats import false_discovery, holm


def judged(unit: str, names: Sequence[str], pairs: Sequence[Pair], ask: Ask, *, n: int, is_drawn: bool = False, lacks: str = "") -> Matrix:
    """The matrix of pairs, each with the p-value that allows for all of them: Benjamini and Hochberg's (1995) for weeks and agents.

    For tickets the stricter one (Holm 1979): thousands of tickets know hundreds of true links (a longer way to the solve has more replies),
    and among so many true ones a false discovery rate would let one of a few idle pairs of CSAT through in every eighth company.
    """
    surely = holm([pair.p for pair in pairs])
    adjusted = surely if unit == "tickets" else false_discovery([pair.p for pair in pairs])
    looked = int((~np.isnan(adjusted)).sum())
    told = tuple(replace(pair, q=float(q), sure=float(h), looked=looked) for pair, q, h in zip(pairs, adjusted, surely, strict=True))
    matrix = Matrix(unit, tuple(names), told, {name: CATALOGUE[name] for name in names}, ask, looked, n, is_drawn, lacks)
    return replace(matrix, finding=finding(matrix), caveat=caveat(matrix))
