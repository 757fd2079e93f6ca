"""Draws by address: against the published outputs of SplitMix64, and against the distributions they claim."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kpi.sample.draws import Draws, splitmix64

ROWS = np.arange(100_000)


def test_the_published_outputs_of_splitmix64() -> None:
    """Seed 1234567: the vector every implementation is checked with (rosettacode.org, Pseudo-random numbers/Splitmix64)."""
    assert splitmix64(np.uint64(1234567), np.arange(5)).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@pytest.mark.parametrize(
    ("values", "law"),
    [
        (Draws(1).uniform("a", ROWS), stats.uniform()),
        (Draws(1).normal("b", ROWS), stats.norm()),
        (Draws(1).exponential("c", ROWS), stats.expon()),
        (Draws(1).lognormal("d", ROWS, 0.7), stats.lognorm(0.7)),
    ],
    ids=["uniform", "normal", "exponential", "lognormal"],
)
def test_values_follow_their_law(values: np.ndarray, law: object) -> None:
    assert stats.kstest(values, law.cdf).pvalue > 1e-3
    assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 4 / np.sqrt(len(values))


def test_purposes_and_seeds_are_unrelated() -> None:
    columns = [Draws(seed).uniform(what, ROWS) for seed in (1, 2) for what in ("gap 1", "gap 2", "wait")]
    off = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(off).max() < 4.5 / np.sqrt(len(ROWS))


def test_a_row_does_not_depend_on_its_company() -> None:
    alone = Draws(5).normal("x", np.array([777]))
    assert alone[0] == Draws(5).normal("x", ROWS)[777]


def test_picks_follow_their_shares() -> None:
    shares = np.array([0.2, 0.5, 0.3])
    for picked in (Draws(1).pick("p", ROWS, tuple(shares)), Draws(1).pick_rows("q", ROWS, np.tile(shares, (len(ROWS), 1)))):
        assert stats.chisquare(np.bincount(picked, minlength=3), shares * len(ROWS)).pvalue > 1e-3
