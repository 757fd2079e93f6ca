"""Oracles: R cor.test, lm with a hand-made cluster sandwich, mantelhaen.test; pingouin for the partial correlation."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kpi.errors import BadValue
from kpi.stats import (
    arithmetic_correlation,
    compare_thirds,
    correlate_tickets,
    mantel_haenszel,
    newcombe,
    partial_correlation,
    reliability,
)

CLASSIC = json.loads((Path(__file__).parent / "classic_series.json").read_text())
MPG, WT, HP, CYL = (CLASSIC[f"mtcars_{name}"] for name in ("mpg", "wt", "hp", "cyl"))
TUNA_X = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
TUNA_Y = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE = [
    (ANSCOMBE_X, [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68], 0.8164205),
    (ANSCOMBE_X, [9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74], 0.8162365),
    (ANSCOMBE_X, [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73], 0.8162867),
    ([8] * 7 + [19] + [8] * 3, [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.50, 5.56, 7.91, 6.89], 0.8165214),
]
# department, men admitted and rejected, women admitted and rejected
ADMISSIONS = [(512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244), (53, 138, 94, 299), (22, 351, 24, 317)]


def test_pearson_matches_r():
    found = correlate_tickets(TUNA_X, TUNA_Y, method="pearson")
    assert (found.r, found.p) == pytest.approx((0.5711816, 0.1081731), abs=5.1e-8)
    assert (found.low, found.high) == pytest.approx((-0.1497426330, 0.8955794618), abs=1e-9)
    found = correlate_tickets(MPG, WT, method="pearson")
    assert (found.r, found.low, found.high) == pytest.approx((-0.8676594, -0.9338264, -0.7440872), abs=5.1e-8)
    assert found.p == pytest.approx(1.2940e-10, rel=1e-4)


def test_spearman_matches_r_exactly_for_few_and_nearly_for_many():
    found = correlate_tickets(TUNA_X, TUNA_Y)
    assert found.r == pytest.approx(0.6) and found.p == pytest.approx(0.09679783951, abs=1e-10)
    found = correlate_tickets(MPG, WT)
    assert found.r == pytest.approx(-0.8864220333, abs=1e-9)
    assert found.p == pytest.approx(1.487595e-11, rel=1e-5)


@pytest.mark.parametrize(("x", "y", "r"), ANSCOMBE)
def test_anscombe(x, y, r):
    assert correlate_tickets(x, y, method="pearson").r == pytest.approx(r, abs=5.1e-8)


def test_within_segments_matches_r():
    found = correlate_tickets(MPG, WT, segments=CYL, method="pearson")
    assert found.within_r == pytest.approx(-0.6263879381, abs=1e-9)
    assert {name: round(r, 7) for name, r, _ in found.by_segment} == {4: -0.7131848, 6: -0.6815498, 8: -0.6503580}
    assert found.is_mix_effect, "pooled -.87 is beyond every segment's own link"
    four = [i for i, c in enumerate(CYL) if c == 4]
    alone = correlate_tickets([MPG[i] for i in four], [WT[i] for i in four], method="pearson")
    assert (alone.low, alone.high) == pytest.approx((-0.9196244791, -0.1980323685), abs=1e-9)


def test_clusters_match_leaving_out_one_agent_at_a_time():
    rng = np.random.default_rng(12)
    agent = np.repeat(np.arange(60), 20)
    skill = rng.normal(size=60)[agent]
    x, y = skill + rng.normal(size=1200), 0.5 * skill + rng.normal(size=1200)
    found = correlate_tickets(x, y, clusters=agent, method="pearson")
    assert found.clusters == 60 and found.r == pytest.approx(np.corrcoef(x, y)[0, 1])
    without = np.array([np.corrcoef(x[agent != one], y[agent != one])[0, 1] for one in range(60)])
    jackknife = math.sqrt(59 / 60 * ((without - without.mean()) ** 2).sum())
    assert (found.high - found.low) / 2 == pytest.approx(2.000995 * jackknife, rel=0.05)  # t with 59 degrees of freedom
    plain = correlate_tickets(x, y, method="pearson")
    assert found.high - found.low > 1.2 * (plain.high - plain.low)
    swapped = correlate_tickets(y, x, clusters=agent, method="pearson")
    assert (swapped.low, swapped.high, swapped.p) == pytest.approx((found.low, found.high, found.p)), "no direction"


def test_every_ticket_its_own_agent_is_nearly_no_clusters():
    rng = np.random.default_rng(13)
    x = rng.normal(size=4000)
    y = 0.4 * x + rng.normal(size=4000)
    own, plain = correlate_tickets(x, y, clusters=range(4000)), correlate_tickets(x, y)
    assert (own.low, own.high) == pytest.approx((plain.low, plain.high), abs=0.004)
    few = correlate_tickets(MPG, WT, clusters=CYL)
    assert few.r < 0 and math.isnan(few.low) and math.isnan(few.p), "three agents claim nothing"


def test_partial_correlation_matches_r_and_pingouin():
    found = partial_correlation(MPG, WT, np.column_stack([HP, CYL]))
    assert found == pytest.approx((-0.6285559, -4.2763655, 0.0001994765), abs=5.1e-8)
    assert all(math.isnan(v) for v in partial_correlation([1, 2, 3], [1, 3, 2], [[1], [2], [4]]))


def test_admissions_turn_round_inside_departments():
    tables = [[[men, no_men], [women, no_women]] for men, no_men, women, no_women in ADMISSIONS]
    ratio, low, high, chi_squared, p = mantel_haenszel(tables)
    assert (ratio, low, high) == pytest.approx((0.904696828, 0.771907362, 1.060329764), abs=5.1e-10)
    assert (chi_squared, p) == pytest.approx((1.4269462, 0.2322635), abs=5.1e-7)
    totals = np.array(ADMISSIONS).sum(axis=0)
    assert totals[0] / totals[:2].sum() == pytest.approx(0.4451877, abs=5.1e-8)
    assert totals[2] / totals[2:].sum() == pytest.approx(0.3035422, abs=5.1e-8)
    assert all(math.isnan(v) for v in mantel_haenszel([[[0, 0], [0, 0]]]))
    with pytest.raises(BadValue, match="2 x 2"):
        mantel_haenszel([[1, 2], [3, 4]])


def test_simpsons_toy_is_flagged():
    """Inside each channel slower means better, over all slower means worse: the mix of channels does it."""
    rng = np.random.default_rng(3)
    channel = np.repeat(["phone", "chat", "email"], 300)
    base = np.repeat([0.0, 3.0, 6.0], 300)
    wait = base + rng.normal(size=900)
    rating = -base + 0.4 * (wait - base) + rng.normal(size=900)
    found = correlate_tickets(wait, rating, segments=pd.Series(channel), method="pearson")
    assert found.r < -0.5 and found.within_low > 0.2 and found.is_mix_effect
    honest = correlate_tickets(rng.normal(size=900), rng.normal(size=900), segments=channel)
    assert abs(honest.within_r - honest.r) < 0.02


def test_unknown_rows_and_labels():
    found = correlate_tickets([1, 2, None, 4, 5, 6], [2, 1, 5, 3, math.nan, 6], segments=["a", None, "a", math.nan, "b", pd.NA])
    assert found.n == 4 and [(name, n) for name, _, n in found.by_segment] == [("a", 1), ("(none)", 3)]
    assert math.isnan(correlate_tickets([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]).r)
    assert math.isnan(correlate_tickets([], []).r)
    with pytest.raises(BadValue, match="label"):
        correlate_tickets([1, 2], [1, 2], clusters=["a"])


def test_thirds_use_newcombe():
    wait = np.arange(90)
    happy = np.r_[np.ones(27), np.zeros(3), np.ones(30), np.ones(18), np.zeros(12)]
    change, low, high = compare_thirds(wait, happy)
    assert change == pytest.approx(18 / 30 - 27 / 30)
    assert (low, high) == newcombe(18, 30, 27, 30)
    assert all(math.isnan(v) for v in compare_thirds([1, 1, 1, 1], [0, 1, 0, 1]))


def test_noise_and_shared_denominators():
    for n, seen in ((20, 0.21), (50, 0.31), (100, 0.40), (300, 0.54), (1000, 0.64)):
        assert 0.7 * math.sqrt(reliability(0.025, 0.85, n)) == pytest.approx(seen, abs=0.006)
    assert arithmetic_correlation(0.1, 0.1, 0.2) == pytest.approx(0.80)


@pytest.mark.slow
def test_agents_who_differ_do_not_make_links():
    """25 agents x 400 tickets, independent agent effects in both facts: naive says "linked" in about 25 %, clusters in 6 %."""
    rng = np.random.default_rng(9)
    agent = np.repeat(np.arange(25), 400)
    naive, robust = [], []
    for _ in range(300):
        x, y = (rng.normal(0, 0.3, 25)[agent] + rng.normal(size=10_000) for _ in range(2))
        naive.append(correlate_tickets(x, y, method="pearson").p < 0.05)
        robust.append(correlate_tickets(x, y, clusters=agent, method="pearson").p < 0.05)
    assert np.mean(naive) > 0.15
    assert np.mean(robust) < 0.10


def test_few_agents_do_not_make_the_smallest_p_values():
    """66 shuffled tickets of 22 agents in 16 segments, where one driver lies with few agents: the far tail is what a matrix of pairs stands on."""
    rng = np.random.default_rng(0)
    agent, segment = rng.integers(0, 22, 66), rng.integers(0, 16, 66)
    y = (rng.random(66) < 0.2).astype(float)
    y[:2] = 0, 1
    spread, lone = rng.normal(size=66), (agent < 4).astype(float) + 0.01 * rng.normal(size=66)
    for x in (spread, lone):
        p = [correlate_tickets(x, rng.permutation(y), agent, segment).within_p for _ in range(400)]
        assert np.mean(np.array(p) < 0.05) < 0.075 and np.mean(np.array(p) < 0.002) < 0.008
