"""Oracles: R strucchange on Nile (break after 1898, interval 1895 to 1902), exhaustive search, the ruptures library where it is installed."""

import json
import math
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import level_shifts, robust_memory, shift_intervals

CLASSIC = json.loads((Path(__file__).parent / "classic_series.json").read_text())


def squared_error(piece):
    return float(((piece - piece.mean()) ** 2).sum())


def exhaustive(x, price, min_size, most):
    best, found = math.inf, ()
    for count in range(most + 1):
        for cuts in combinations(range(min_size, len(x) - min_size + 1), count):
            edges = [0, *cuts, len(x)]
            if min(np.diff(edges)) < min_size:
                continue
            cost = sum(squared_error(x[a:b]) for a, b in pairwise(edges)) + price * count
            if cost < best - 1e-9:
                best, found = cost, cuts
    return found


def test_nile():
    assert level_shifts(CLASSIC["nile"]) == (28,)
    nile = np.array(CLASSIC["nile"])
    assert nile[:28].mean() == pytest.approx(1097.75) and nile[28:].mean() == pytest.approx(849.9722, abs=5.1e-5)


def test_the_date_of_the_nile_lies_in_its_interval():
    """R strucchange (Bai 1997, `tests/stats/test_rivals.py`) has 25 to 32; the likelihood ratio names dates inside that, and more with memory."""
    ((early, late),) = shift_intervals(CLASSIC["nile"], (28,))
    assert 25 <= early <= 28 <= late <= 32 and early < late
    ((sooner, later),) = shift_intervals(CLASSIC["nile"], (28,), phi=0.5)
    assert sooner < early and late < later


def dates_not_ruled_out(x, cuts, place, conf, phi):
    """The slow way: fit every set of levels anew with one of the dates moved."""

    def misfit(at):
        edges = [0, *cuts[:place], at, *cuts[place + 1 :], len(x)]
        return sum(squared_error(x[a:b]) for a, b in pairwise(edges))

    start, end = [0, *cuts, len(x)][place], [0, *cuts, len(x)][place + 2]
    long_run = misfit(cuts[place]) / (len(x) - len(cuts) - 1) * (1 + phi) / (1 - phi)
    allowed = {0.95: 7.352, 0.90: 5.937}[conf]  # where (1 - exp(-x / 2))² is conf
    return [at for at in range(start + 1, end) if misfit(at) - misfit(cuts[place]) <= allowed * long_run]


def test_dates_not_ruled_out_are_those_that_fit_nearly_as_well():
    rng = np.random.default_rng(3)
    for conf, phi in ((0.95, 0.0), (0.90, 0.0), (0.95, 0.4)):
        x = np.repeat([0.0, 1.8, -1.0], [15, 20, 17]) + rng.normal(0, 1, 52)
        cuts = level_shifts(x)
        assert len(cuts) == 2
        for place, found in enumerate(shift_intervals(x, cuts, phi, conf)):
            slow = dates_not_ruled_out(x, cuts, place, conf, phi)
            assert found == (slow[0], slow[-1])


def test_dates_keep_their_places_among_unknown_periods():
    x = np.repeat([0.0, 3.0], 12) + np.random.default_rng(5).normal(0, 1, 24)
    holes = np.insert(x, [3, 12, 20], math.nan)
    ((early, late),) = shift_intervals(x, (12,), conf=0.99)
    assert early <= 12 <= late and early < late
    moved = np.flatnonzero(~np.isnan(holes))
    assert shift_intervals(holes, (int(moved[12]),), conf=0.99) == ((moved[early], moved[late]),)
    step = np.repeat([1.0, 2.0], 10)
    assert shift_intervals(step, (10,)) == ((10, 10),), "a perfect step has its one date"
    assert shift_intervals(step, ()) == () and shift_intervals([], ()) == ()
    for wrong in ((0,), (20,), (12, 5), (5, 5)):
        with pytest.raises(BadValue, match="cut"):
            shift_intervals(step, wrong)


def test_the_split_is_the_best_there_is():
    rng = np.random.default_rng(0)
    for levels in ([0, 3], [0, 4, 1], [2, 2, 2], [0, 5, 0]):
        x = np.repeat(np.array(levels, float), 7) + rng.normal(0, 1, 7 * len(levels))
        price = 3 * np.log(len(x)) * robust_memory(x)[2]
        assert level_shifts(x) == exhaustive(x, price, 4, most=3)


def test_same_as_ruptures():
    ruptures = pytest.importorskip("ruptures")
    rng = np.random.default_rng(1)
    for _ in range(20):
        x = np.repeat(rng.normal(0, 2, 4), 13) + rng.normal(0, 1, 52)
        price = 3 * np.log(52) * robust_memory(x)[2]
        theirs = ruptures.KernelCPD(kernel="linear", min_size=4).fit(x[:, None]).predict(pen=price)[:-1]
        assert list(level_shifts(x)) == theirs


def test_unknown_periods_keep_places_and_short_series_say_nothing():
    x = np.r_[np.zeros(12), np.full(12, 10.0)] + np.tile([0.1, -0.1], 12)
    holes = x.copy()
    holes[[3, 12, 20]] = math.nan
    assert level_shifts(x) == (12,) and level_shifts(holes) == (13,)
    assert level_shifts(x[:7]) == () and level_shifts([]) == () and level_shifts(np.ones(30)) == ()
    assert level_shifts(np.r_[np.zeros(10), np.ones(10)]) == (10,), "a series that moves once moved once"
    with pytest.raises(BadValue, match="level"):
        level_shifts(x, min_size=1)


def test_memory_is_measured_past_steps():
    rng = np.random.default_rng(2)
    steps = np.repeat([0.0, 8.0, -3.0, 5.0], 500)
    phi, variance, long_run = robust_memory(steps + rng.normal(size=2000))
    assert phi == pytest.approx(0, abs=0.06) and variance == pytest.approx(1, abs=0.1) and long_run < 1.25
    assert all(math.isnan(v) for v in robust_memory([1, 2]))


@pytest.mark.slow
def test_false_steps_are_rare_even_with_memory():
    """52 weeks: published any false step .005 (phi 0) and .076 (phi .5); a 2-sd step found within 2 in .89 and .36."""
    rng = np.random.default_rng(4)
    for phi, false, found in ((0.0, 0.005, 0.89), (0.5, 0.076, 0.36)):
        none, hits = [], []
        for _ in range(500):
            e = rng.normal(size=72)
            x = np.empty(72)
            x[0] = e[0]
            for t in range(1, 72):
                x[t] = phi * x[t - 1] + e[t]
            x = x[20:] * math.sqrt(1 - phi * phi)
            none.append(bool(level_shifts(x)))
            hits.append(any(abs(cut - 26) <= 2 for cut in level_shifts(x + 2 * (np.arange(52) >= 26))))
        assert np.mean(none) == pytest.approx(false, abs=0.04)
        assert np.mean(hits) == pytest.approx(found, abs=0.12)
