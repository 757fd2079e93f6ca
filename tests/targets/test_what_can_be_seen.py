"""Smallest changes, chances, and what gives way: against published sizes, brute force, and series of which everything is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kpi import Scope, stats
from kpi.catalogue import find
from kpi.stats import chance_in_tens
from kpi.targets import Scale, Target, change, judge
from kpi.targets.balance import ERROR, _judged
from kpi.targets.outlook import Outlook, outlook
from kpi.targets.smallest import _of_mean, _of_quantile, _of_share
from kpi.targets.weeks import Level, Weeks, half_width
from tests.targets.conftest import Desk, monday
from tests.targets.test_judge import BASE, target


def test_lehrs_textbook_case() -> None:
    """To see half a standard deviation takes 63 in each group (Lehr 1992 says 64 by his rule of 16)."""
    assert stats.smallest_difference(63, 10.0) == pytest.approx(5.0, rel=5e-3)
    assert stats.smallest_difference([252, 0], 10.0) == pytest.approx([2.5, math.nan], rel=5e-3, nan_ok=True)


def test_the_managers_five_per_cent() -> None:
    """Log-normal times with a spread of 1.3: 27,751 tickets a period for 5 % of the mean, and 800 show 29 %."""
    deviation = math.sqrt(math.expm1(1.3**2))  # of the mean
    amount, needed = _of_mean(800, 100 * deviation, 5.0)
    assert needed == pytest.approx(stats.sample_size_mean(0.05, 1.3), abs=1) == pytest.approx(27_751, abs=1)
    assert amount == pytest.approx(29.4, abs=0.1)


def test_shares_as_published() -> None:
    """.85 -> .87 takes 4,722 in each period."""
    amount, needed = _of_share(0.85, 0.87, 4_722, "higher")
    assert needed == 4_722 and amount == pytest.approx(2.0, rel=1e-3)
    assert all(map(math.isnan, _of_share(1.0, 0.9, 100, "lower")))


def test_medians_by_brute_force() -> None:
    """Half of the log-normal: the change said to be seen in 80 of 100 cases is seen in about 80 of 100."""
    rng = np.random.default_rng(5)
    n, spread = 400, 1.0
    low, high = stats.quantile_interval(np.exp(rng.normal(0, spread, n)), 0.5)
    logs = []
    for _ in range(40):  # one interval is a draw; the sizes of many are the size
        low, high = stats.quantile_interval(np.exp(rng.normal(0, spread, n)), 0.5)
        logs.append(_of_quantile(Level(1.0, n=n, own=(low, high)), 0.9)[0])
    factor = 1 + float(np.mean(logs)) / 100
    before, after = (np.median(rng.normal(shift, spread, (4000, n)), axis=1) for shift in (0.0, math.log(factor)))
    error = math.sqrt(2) * float(np.std(before))
    assert np.mean(after - before > 1.96 * error) == pytest.approx(0.8, abs=0.06)


def test_what_is_needed_is_told_only_where_rows_decide(desk: Desk) -> None:
    calm = judge(target(change=change("-1 %", "s")), desk([10.0, 10.001] * 12 + [10.0], spread=1.5))
    assert calm.smallest is not None and calm.smallest.by == "rows" and calm.smallest.n == 20
    cv = float(np.std([1.5**p for p in (-2, -1, 0, 1, 2)] * 13, ddof=1) / np.mean([1.5**p for p in (-2, -1, 0, 1, 2)]))
    assert calm.smallest.amount == pytest.approx(100 * cv * math.sqrt(2 * 7.849 / 20), rel=1e-3)
    assert calm.smallest.needed == pytest.approx(2 * 7.849 * (cv / 0.01) ** 2, rel=1e-3)
    assert "With 20 tickets in four weeks, changes above" in calm.text and "aimed at would take about" in calm.text
    restless = judge(target(), desk(BASE + [6.0, 14.0] * 6, spread=1.001))
    assert restless.smallest is not None and restless.smallest.by == "weeks" and "they differ by themselves" in restless.text


def test_half_width_of_independent_weeks_is_students() -> None:
    """Without memory (phi at 0) the level of a window has the classical standard error of a mean with pooled spread."""
    values = np.array([1.0, -1.0] * 10)
    inside = np.arange(20) >= 16
    fit = stats.gls_ar1(values, np.column_stack([inside, ~inside, np.where(inside, 0.0, np.arange(20) - 7.5)]))
    assert fit.phi == 0 and half_width(values, inside) == pytest.approx((fit.high[0] - fit.low[0]) / 2)
    left = values - np.column_stack([inside, ~inside, np.where(inside, 0.0, np.arange(20) - 7.5)]) @ fit.coefficients
    assert fit.errors[0] == pytest.approx(math.sqrt(left @ left / 17 / 4))
    assert math.isnan(half_width(values[:7], inside[:7])) and math.isnan(half_width(np.full(20, math.nan), inside))


@pytest.mark.parametrize(
    ("chance", "told"),
    [(0.0, 0.05), (0.04, 0.05), (0.06, 0.1), (0.149, 0.1), (0.25, 0.3), (0.44, 0.4), (0.949, 0.9), (0.97, 0.95), (1.0, 0.95)],
)
def test_chances_in_tens(chance: float, told: float) -> None:
    assert chance_in_tens(chance) == told


@pytest.mark.parametrize(("chance", "word", "said"), [(0.05, "unlikely", "5 % or less"), (0.2, "unlikely", "about 20 %"), (0.3, "uncertain", "about 30 %"), (0.6, "uncertain", "about 60 %"), (0.7, "likely", "about 70 %"), (0.95, "likely", "95 % or more")])  # fmt: skip
def test_words_of_chances(chance: float, word: str, said: str) -> None:
    found = Outlook(chance, 40, 52)
    assert (found.word, found.said) == (word, said) and "no better than a flat guess" in found.limits
    assert "beyond what your history supports: 60 weeks ahead from 52" in Outlook(chance, 60, 52).limits
    assert "little better than a flat guess" in Outlook(chance, 10, 52).limits


def test_outlook_gates_and_known_weeks() -> None:
    weeks = np.array([10.0, 11.0] * 10)
    assert not outlook(weeks[:7], 5, 9.0, "lower", 4, Scale()).word, "8 weeks are needed"
    assert not outlook(weeks, 0, 9.0, "lower", 4, Scale()).word
    near = outlook(np.r_[weeks, 2.0, 2.0, 2.0], 1, 9.9, "lower", 4, Scale())
    assert near.chance == 0.95, "three of the four weeks are known already: 2, 2, 2 and one more"
    later = outlook(weeks, 10, 10.5, "lower", 4, Scale(), offset=5.0)
    assert (
        later.chance == 0.05 and later.fan is not None and later.fan.shape == (3, 10) and later.fan[1, -1] == pytest.approx(15.5, abs=0.7)
    )
    low, middle, high = later.due
    assert low < middle < high


@pytest.mark.slow
def test_what_gives_way(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    usual, worse = (rng.binomial(5, share, 20).tolist() for share in (0.1, 0.8))
    hours = [10.0 + 0.2 * (n % 3) for n in range(40)]
    given = Target("full_resolution_time", monday(20), "40 weeks", change=change("-5 %", "s"), counters=("reopen_rate", "csat"))
    told = judge(given, desk(hours, usual + worse))
    (counter,) = told.worsened
    assert (
        counter.metric.name == "reopen_rate"
        and counter.low > 0
        and "Look at what gave way: Reopen rate got worse beyond noise" in told.text
    )
    assert [c.is_worse for c in told.balance] == [True, None] and "needs" in told.balance[1].reason, (
        "what was asked for by name is not left out in silence"
    )
    calm = judge(given, desk(hours, usual + usual))
    assert not calm.worsened and "Nothing watched beside it got worse beyond noise (Reopen rate)." in calm.text
    better = judge(given, desk(hours, worse + usual))
    assert not better.worsened, "getting better is no harm"
    young = judge(Target("full_resolution_time", monday(35), "40 weeks", change=change("-5 %", "s")), desk(hours, usual + worse))
    assert young.balance[0].is_worse is None and "too few to tell" in young.balance[0].reason


def test_the_usual_counters_are_those_the_data_have(desk: Desk) -> None:
    told = judge(target(), desk(BASE + [10.0] * 12))
    assert [counter.metric.name for counter in told.balance] == ["reopen_rate"], "nobody was asked: CSAT is left out"


@pytest.mark.slow
def test_nothing_changed_and_nothing_is_flagged() -> None:
    """Two counters of weeks with memory, no effect: flagged together in at most 5 % (one-sided, divided by two)."""
    rng = np.random.default_rng(8)
    flagged = []
    for run in range(400):
        phi, any_worse = (0.0, 0.3, 0.5)[run % 3], False
        for _ in range(2):
            news = rng.normal(size=80)
            for t in range(1, 80):
                news[t] += phi * news[t - 1]
            weeks = Weeks(find("reopen_rate"), Scope("week"), tuple(monday(n) for n in range(46)), 20 + news[34:], np.full(46, 100.0))
            any_worse |= bool(_judged(weeks, monday(26), ERROR / 2).is_worse)
        flagged.append(any_worse)
    assert np.mean(flagged) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 400)


@pytest.mark.slow
def test_the_chance_is_calibrated() -> None:
    """Seven kinds of series, 26 weeks known, a goal half a standard deviation away: at a quarter the Brier score is no worse than that of the base
    rate, at ten months not much worse, and the straight line is far worse than both (published: .202, .210 and .317 to .388)."""
    rng = np.random.default_rng(4)
    briers: dict[int, list[float]] = {13: [], 43: []}
    lines: dict[int, list[float]] = {13: [], 43: []}
    came: dict[int, list[bool]] = {13: [], 43: []}
    likely: list[bool] = []
    unlikely: list[bool] = []
    for run in range(280):
        values = _world(rng, run % 7, 26 + 43)
        known = values[:26]
        goal = known.mean() - 0.5 * known.std(ddof=1)
        for horizon in (13, 43):
            chance = outlook(known, horizon, goal, "lower", 4, Scale()).chance
            happened = bool(values[26 + horizon - 4 : 26 + horizon].mean() <= goal)
            came[horizon].append(happened)
            briers[horizon].append((chance - happened) ** 2)
            slope, at = np.polyfit(np.arange(26), known, 1)
            spread = np.std(known - (at + slope * np.arange(26)), ddof=2)
            straight = 0.5 * math.erfc((at + slope * (26 + horizon - 2.5) - goal) / (spread / 2) / math.sqrt(2))
            lines[horizon].append((straight - happened) ** 2)
            if chance <= 0.2:
                unlikely.append(happened)
            elif chance >= 0.7:
                likely.append(happened)
    for horizon, most in ((13, 0.01), (43, 0.03)):
        flat = float(np.var(came[horizon]))
        assert np.mean(briers[horizon]) < flat + most, horizon
        assert np.mean(lines[horizon]) > np.mean(briers[horizon]) + 0.03, "a straight line is surer than it may be"
    assert np.mean(unlikely) < 0.35 and (len(likely) < 15 or np.mean(likely) > 0.5)


def _world(rng: np.random.Generator, kind: int, n: int) -> np.ndarray:
    """AR .3, AR .6, a drifting level, a trend, a trend that stops, a yearly wave, a step."""
    noise = rng.normal(size=n)
    t = np.arange(n)
    for step in range(1, n):
        noise[step] += (0.6 if kind == 1 else 0.3) * noise[step - 1]
    return noise + {
        2: np.cumsum(rng.normal(0, 0.25, n)),
        3: rng.normal(0, 0.04) * t,
        4: rng.normal(0, 0.08) * np.minimum(t, 26),
        5: 1.0 * np.sin(2 * np.pi * (t / 52 + rng.random())),
        6: rng.normal(0, 1.5) * (t > rng.integers(5, n - 5)),
    }.get(kind, 0.0)
