"""What others worked out: NIST's flow, Laney's toy, R's binomial tails, nlme on the Nile and Lake Huron, nottem's year by R, Seatbelts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import linregress

from kpi.stats import event_columns, residuals
from kpi.stats.regression import known_rows, likelihood_profile, whitened_fit
from kpi.trends import limits, trend
from kpi.trends.memory import MEMORIES, p_over_memory
from kpi.trends.scale import wave, wave_columns
from tests.trends.series import result, shares, starts

CLASSIC = json.loads((Path(__file__).parents[1] / "stats" / "classic_series.json").read_text())
FLOW = np.array([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
TRIALS = np.array([1000, 1100, 1050, 1200, 950, 1150, 1080, 1020, 1180, 990.0])
FAILED = np.array([150, 180, 165, 210, 140, 190, 175, 160, 205, 155.0])
NONE = np.zeros(10, bool)


def test_nist_flow() -> None:
    found = limits.of_values(FLOW, 0.0, NONE)
    assert (found.low[0], found.centre[0], found.high[0]) == pytest.approx((45.81511, 50.81, 55.80489), abs=5.1e-6)
    assert found.range_limit == pytest.approx(6.136578, abs=5.1e-7)
    assert not found.side.any()


def test_laney_toy() -> None:
    found = limits.of_shares(FAILED, TRIALS, 0.0, NONE)
    assert found.chart == "Laney p'"
    assert found.centre[0] == pytest.approx(0.161380597, abs=5.1e-10)
    assert (found.low[0], found.high[0]) == pytest.approx((0.122692, 0.200069), abs=5.1e-7)
    assert (found.low[3], found.high[3]) == pytest.approx((0.126063, 0.196699), abs=5.1e-7)


def test_few_answers_have_exact_tails() -> None:
    """R: 2 * pbinom(12, 20, .9) = 0.00083127; a share of 90 % of 20 answers a week lies outside in .012 of half years."""
    good, size = np.full(26, 18.0), np.full(26, 20.0)
    good[7] = 12
    far = np.arange(26) == 7
    found = limits.of_shares(good, size, 0.0, far)
    assert found.chart == "exact binomial" and found.centre[0] == pytest.approx(0.9)
    assert found.p[7] == pytest.approx(0.00083127, rel=1e-5) and found.side[7] == -1
    inside = [k for k in range(21) if found.low[0] - 1e-12 <= k / 20 <= found.high[0] + 1e-12]
    chance = sum(math.comb(20, k) * 0.9**k * 0.1 ** (20 - k) for k in inside)
    assert 1 - chance**26 == pytest.approx(0.012, abs=0.0015), "three-sigma limits: .107"


def test_the_nile_falls_once() -> None:
    """strucchange: the break is after 1898; nlme, REML, corAR1: -249.33133 from 1098.6714, phi .18301168, standard error 34.019397."""
    found = trend(result(CLASSIC["nile"], "tickets_created", "year"))
    (shift,) = found.shifts
    assert found.verdict == "shift" and shift.period == "1899-01-01" and found.direction == -1
    assert shift.before == pytest.approx(1098.6714, rel=1e-6)
    assert shift.after - shift.before == pytest.approx(-249.33133, rel=1e-6)
    assert (shift.change_high - shift.change_low) / 2 == pytest.approx(34.019397 * 1.9965, rel=2e-3)  # t with 67.8 degrees of freedom
    assert "moved down around 1899 (between 1897 and 1901)" in found.finding and found.is_better is None
    assert "1896" <= shift.earliest[:4] < shift.latest[:4] <= "1903", "inside strucchange's (Bai 1997), which has 25 to 32"


def test_lake_huron_has_no_trend_worth_the_name() -> None:
    """nlme: -.01943459 a year (standard error .012664138), phi .825; least squares says t = -6."""
    found = trend(result(CLASSIC["lake_huron"], "tickets_created", "year"))
    assert found.verdict == "none" and found.finding == "No change beyond the usual up and down."
    assert found.line is not None and found.line.phi == pytest.approx(0.82476741, abs=1e-6)
    assert 0.1 < found.line.p < 0.3
    middle = (found.line.change_low + found.line.change_high) / 2 / 97
    assert middle == pytest.approx(-0.01943459, rel=1e-5), "the interval is the fit's"
    assert found.line.change / 97 == pytest.approx(-0.025125, abs=5e-5), "the size is the median of all slopes"


def test_a_p_value_over_the_memory_is_what_draws_from_it_say() -> None:
    """Nile, jump in 1899 and a line beside it: memory, spread and coefficients drawn from their likelihood, one by one."""
    y, n = np.array(CLASSIC["nile"]), 100
    rng = np.random.default_rng(3)
    for design, column in ((event_columns(n, 28, slopes=False), 1), (event_columns(n, 28), 1), (event_columns(n, 28), 3)):
        rows = known_rows(y, design)
        profile = likelihood_profile(*rows, MEMORIES)
        chances = np.exp(profile.min() - profile)
        drawn = []
        for phi in rng.choice(MEMORIES, 4000, p=chances / chances.sum()):
            b, inverse, variance = whitened_fit(*rows, float(phi))
            spread = variance * (n - len(b)) / rng.chisquare(n - len(b))
            drawn.append(rng.normal(b[column], np.sqrt(spread * inverse[column, column])))
        beyond = np.mean(np.array(drawn) > 0)
        p = p_over_memory(y, design, [column])[0]
        assert p == pytest.approx(2 * min(beyond, 1 - beyond), abs=0.03)


def test_without_memory_it_is_the_plain_t_test() -> None:
    """SciPy's regression: in 400 points of white noise there is hardly a memory to be unsure about."""
    rng = np.random.default_rng(4)
    y = rng.normal(size=400) + 0.2 * np.linspace(-1, 1, 400)
    place = np.arange(400.0)
    plain = linregress(place, y).pvalue
    assert p_over_memory(y, np.column_stack([np.ones(400), place]), [1])[0] == pytest.approx(plain, rel=0.5, abs=0.01)


def test_seatbelts_in_its_last_year() -> None:
    """Drivers killed or injured, by month: the year after the law beside the year before, from the data by hand."""
    values = np.array(CLASSIC["seatbelts_drivers"], float)
    found = trend(result(values, "full_resolution_time", "month"), last=60)
    assert found.year is not None
    factor = float(np.exp(np.mean(np.log(values[-12:] / values[-24:-12]))))
    assert found.year.relative == pytest.approx(factor - 1, rel=0.02) and not found.is_moved
    assert found.scale == "log"


def test_the_year_of_nottem() -> None:
    """R: decompose(nottem)$figure; MASS::rlm(nottem ~ line + cos + sin, psi.bisquare): -11.4095430 and 1.6049866."""
    values = np.array(CLASSIC["nottem"])
    figure = [-9.33936404, -9.89989035, -6.94660088, -2.75734649, 3.45339912, 8.98651316]
    figure += [12.96721491, 11.45910088, 7.40010965, 0.65471491, -6.61765351, -9.36019737]
    left, _ = residuals(values, period=12)
    bare, _ = residuals(values)
    season = (bare - left).reshape(20, 12).mean(axis=0)
    assert season == pytest.approx(np.array(figure), abs=0.3), "dummies beside a line, against moving averages"

    days = [day.replace(year=day.year - 1969 + 1920) for day in starts(240, "month")]
    found = wave(values, days)
    assert found is not None
    assert found == pytest.approx(wave_columns(days) @ [-11.409543038, 1.604986617], abs=0.02)
    assert np.corrcoef(found.reshape(20, 12).mean(axis=0), figure)[0, 1] > 0.99


def test_a_share_reads_its_own_counts() -> None:
    twice = trend(shares(np.tile(TRIALS - FAILED, 2), np.tile(TRIALS, 2)))
    assert twice.chart == "Laney p'" and twice.frame["limit_low"].iloc[0] == pytest.approx(100 * (1 - 0.2001), abs=0.6)
