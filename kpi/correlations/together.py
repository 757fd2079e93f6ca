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

SAID = ("csat", "csat_mean", "dsat", "nps", "ces", "quality_score")
"""What customers and reviewers say. Whether they answer at all hangs on the channel, as the workings do."""


def judged(unit: str, names: Sequence[str], pairs: Sequence[Pair], ask: Ask, *, n: int, is_drawn: bool = False, lacks: str = "") -> Matrix:
    """The matrix of pairs, each with the p-value that allows for all of them: Benjamini and Hochberg's (1995) for weeks and agents.

    For tickets the stricter one (Holm 1979): thousands of tickets know hundreds of true links (a longer way to the solve has more replies),
    and among so many true ones a false discovery rate would let one of a few idle pairs of CSAT through in every eighth company. For the same
    reason weeks and agents are judged in two classes (Efron 2008, "Simultaneous inference: when should hypothesis testing problems be
    combined?"): what people say with anything, and the workings of support among themselves, which hang together by their nature.
    """
    p = np.array([pair.p for pair in pairs], dtype=np.float64)
    surely = holm(p)
    adjusted = surely
    if unit != "tickets":
        adjusted, is_said = np.full(len(pairs), np.nan), np.array([_is_said(pair) for pair in pairs], dtype=np.bool_)
        for some in (is_said, ~is_said):
            adjusted[some] = false_discovery(p[some])
    looked = int((~np.isnan(adjusted)).sum())
    told = tuple(replace(pair, q=float(q), sure=float(h), looked=looked) for pair, q, h in zip(pairs, adjusted, surely, strict=True))
    matrix = Matrix(unit, tuple(names), told, {name: CATALOGUE[name] for name in names}, ask, looked, n, is_drawn, lacks)
    return replace(matrix, finding=finding(matrix), caveat=caveat(matrix))


def _is_said(pair: Pair) -> bool:
    return pair.first in SAID or pair.second in SAID
