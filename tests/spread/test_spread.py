"""Oracles: R (quantile type 7, t.test), numpy over every row, the catalogue's own measure, facts of the shared data sets."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import sample, stats
from kpi.engine import from_frames
from kpi.errors import BadValue, UnknownName
from kpi.forms import Duration
from kpi.measure.compile import form_of
from kpi.metric import Ask
from kpi.spread import between, can_spread, spread
from kpi.tables import TABLES

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "../shared/datasets"
HOUR = 3600.0
REFERENCE = (2.5, 1.2, 8.4, 30.1, 4.4, 6.0, 72.5, 3.3, 12.8, 5.1, 0.9, 18.2)
"""Hours; R: type-7 median 5.55, p90 28.91, t interval of the mean .8627183 to 26.7039483."""


def solved(hours: object, open_ages: object = ()) -> kpi.Dataset:
    """Tickets solved after so many hours, and open ones of so many hours' age at the last instant of the data."""
    now = pd.Timestamp("2026-03-31T12:00:00")
    took, ages = np.asarray(hours, dtype=float), np.asarray(open_ages, dtype=float)
    made = [now - pd.Timedelta(hours=float(max(t, 1)) + 1) for t in took]
    ended = [at + pd.Timedelta(seconds=float(t) * HOUR) for at, t in zip(made, took, strict=True)]
    tickets = pd.DataFrame(
        {
            "ticket_id": [str(i) for i in range(len(took) + len(ages))],
            "created_at": [*made, *(now - pd.Timedelta(hours=float(age)) for age in ages)],
            "solved_at": [*ended, *[pd.NaT] * len(ages)],
            "status": ["solved"] * len(took) + ["open"] * len(ages),
            "updated_at": [now] * (len(took) + len(ages)),
        }
    )
    return from_frames({"tickets": tickets})


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> kpi.Dataset:
    folder = tmp_path_factory.mktemp("spread")
    sample.write(folder, tickets=1_500, seed=11)
    return kpi.read(*(folder / f"{table}.csv" for table in TABLES))


def test_the_reference_of_r() -> None:
    found = spread("full_resolution_time", kpi.Scope(), solved(REFERENCE))
    half, ninth = found.marks
    assert (found.n, found.still_open, found.unknown) == (12, 0, 0)
    assert half.value == pytest.approx(5.55 * HOUR) and ninth.value == pytest.approx(28.91 * HOUR)
    ordered = sorted(REFERENCE)
    assert (half.low, half.high) == (ordered[2] * HOUR, ordered[9] * HOUR)  # ranks 3 and 10 of 12
    assert math.isnan(ninth.high), "twelve rows give a 90th percentile no upper limit"
    assert (found.mean_low / HOUR, found.mean_high / HOUR) == pytest.approx((0.8627183, 26.7039483), abs=1e-6)
    assert "half took at most 5 h 33 min" in found.text.replace("\u00a0", " ")


def test_the_slowest_half_by_hand() -> None:
    """165.4 h in all: 72.5 is less than half of it, 72.5 + 30.1 more: two tickets of twelve."""
    found = spread("full_resolution_time", kpi.Scope(), solved(REFERENCE))
    assert sum(REFERENCE) == pytest.approx(165.4)
    assert found.half == pytest.approx(100 * 2 / 12)
    assert "pulled up by the slowest 16.7 %, which make up half of all the time" in found.text.replace("\u00a0", " ")


@pytest.mark.parametrize("n", [1, 7, 60, 3_000])
def test_every_bar_and_every_point_of_the_curve_by_counting(n: int) -> None:
    hours = np.random.default_rng(n).lognormal(1.5, 1.6, n).round(3)
    hours[: n // 10] = 0.0
    hours[n // 10 : n // 8] = 0.1 / 3600
    found = spread("full_resolution_time", kpi.Scope(), solved(hours))
    seconds = np.sort(np.round(hours * HOUR, 6))
    edges = [*found.bins["low"], found.bins["high"].iloc[-1]]
    assert found.bins["n"].tolist() == [int(((seconds >= a) & (seconds < b)).sum()) for a, b in pairwise(edges)]
    assert found.bins["n"].sum() == n == found.n and found.bins["share"].sum() == pytest.approx(100)
    for value, share in zip(found.curve["value"], found.curve["share"], strict=True):
        rank = round(share * n / 100)
        assert value == pytest.approx(seconds[rank - 1], abs=1e-6)
    limit = found.limit
    assert limit is not None and limit.share == pytest.approx(100 * (seconds <= limit.seconds).mean())
    if n >= 10:
        low, high = stats.wilson((seconds <= limit.seconds).sum(), n)
        assert (limit.low, limit.high) == pytest.approx((100 * low, 100 * high))
        total, k = seconds.sum(), 0
        while seconds[n - 1 - k :].sum() < total / 2:
            k += 1
        assert found.half == pytest.approx(100 * (k + 1) / n)
    else:
        assert "too few to say how they spread" in found.text


def test_a_range_holds_the_rows_the_bars_count() -> None:
    hours = np.random.default_rng(5).lognormal(1.0, 1.2, 400)
    data = solved(hours)
    many, rows = between("full_resolution_time", kpi.Scope(), data, 2 * HOUR, 8 * HOUR, most=5)
    inside = np.sort(hours[(hours >= 2) & (hours < 8)])[::-1]
    assert many == len(inside) and rows["value"].to_numpy() / HOUR == pytest.approx(inside[:5], abs=1e-6)
    assert between("full_resolution_time", kpi.Scope(), data, 0, math.inf)[0] == 400


@pytest.mark.slow
def test_marks_are_the_catalogues_numbers(company: kpi.Dataset) -> None:
    """For every duration the data allow: median, 90 % and mean with their intervals, to the digit."""
    lacks, seen = company.lacking(), 0
    for name in kpi.metrics():
        if lacks[name] or not isinstance(form_of(name, Ask()), Duration):
            continue
        found, seen = spread(name, kpi.Scope(), company), seen + 1
        for mark, statistic in zip(found.marks, ("median", "p90"), strict=True):
            row = kpi.measure(name, kpi.Scope(statistic=statistic), company).frame.iloc[0]
            assert [mark.value, mark.low, mark.high] == pytest.approx([row["value"], row["low"], row["high"]], nan_ok=True)
            assert found.n == row["n"]
        row = kpi.measure(name, kpi.Scope(statistic="mean"), company).frame.iloc[0]
        assert [found.mean, found.mean_low, found.mean_high] == pytest.approx([row["value"], row["low"], row["high"]])
    assert seen >= 8


@pytest.mark.slow
def test_scores_and_counts_have_a_bar_for_each_number(company: kpi.Dataset) -> None:
    found = spread("csat_mean", kpi.Scope(), company)
    rows = kpi.rows("csat_mean", kpi.Scope(), company)["value"]
    counted = rows.value_counts()
    assert not found.is_log and found.limit is None
    for low, n in zip(found.bins["low"], found.bins["n"], strict=True):
        assert n == counted.get(low + 0.5, 0)
    assert f"most often {counted.idxmax():.2f}" in found.text
    age = spread("backlog_age", kpi.Scope(), company)
    assert age.is_stock and math.isnan(age.mean_low), "everything that waits is counted: no interval"


def test_open_tickets_are_said_and_with_their_cohort_they_count() -> None:
    """Gehan's 6-MP group in hours, R's survival: median 23, 13 to not reached."""
    done = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    running = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    data = solved(done, running)
    ended = spread("full_resolution_time", kpi.Scope(), data)
    assert (ended.n, ended.still_open, ended.is_survival) == (9, 12, False)
    assert "12 tickets created in these dates are still open, and not in it" in ended.caveat
    created = spread("full_resolution_time", kpi.Scope(params={"cohort": "created"}), data)
    assert created.is_survival
    half = created.marks[0]
    assert (half.value / HOUR, half.low / HOUR) == (23, 13) and math.isnan(half.high)
    at_23 = created.curve.loc[created.curve["value"] == 23 * HOUR, "share"].iloc[0]
    assert at_23 == pytest.approx(100 * (1 - 0.448179), abs=1e-4)
    row = kpi.measure("full_resolution_time", kpi.Scope(params={"cohort": "created"}), data).frame.iloc[0]
    assert (half.value, half.low) == (row["value"], row["low"])
    assert "Kaplan-Meier" in created.caveat


def test_what_cannot_be_spread_is_refused_in_words() -> None:
    data = solved(REFERENCE)
    assert can_spread("first_reply_time", Ask()) and not can_spread("csat", Ask())
    with pytest.raises(BadValue, match="no value for each row"):
        spread("tickets_created", kpi.Scope(), data)
    with pytest.raises(BadValue, match="needs"):
        spread("first_reply_time", kpi.Scope(), data)
    with pytest.raises(UnknownName):
        spread("full_resolution_time", kpi.Scope(where={"nope'; DROP TABLE tickets": ["x"]}), data)


def test_nothing_in_the_dates() -> None:
    found = spread("full_resolution_time", kpi.Scope(start="2020-01-01", end="2020-01-31"), solved(REFERENCE))
    assert found.n == 0 and found.bins.empty and "nothing to spread out" in found.text


def test_a_time_that_runs_backwards_is_unknown_and_said() -> None:
    frame = pd.DataFrame(
        {
            "ticket_id": ["1", "2"],
            "created_at": pd.to_datetime(["2026-03-02 09:00", "2026-03-02 09:00"]),
            "solved_at": pd.to_datetime(["2026-03-02 08:00", "2026-03-02 10:00"]),
            "status": ["solved", "solved"],
        }
    )
    found = spread("full_resolution_time", kpi.Scope(), from_frames({"tickets": frame}))
    assert (found.n, found.unknown) == (1, 1) and "1 without a usable value left out" in found.caveat


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data sets do not lie beside the project")
def test_known_facts_of_shared_data_sets() -> None:
    """Their READMEs: Thunderbird's median 4.4331 h, 90 % 45.319 h, 84.573 % within 24 h; Baltimore's median 32.404 h of every status."""
    support = kpi.read(DATA / "thunderbird_support/questions_2023.csv", DATA / "thunderbird_support/answers_2023.csv")
    found = spread("first_reply_time", kpi.Scope(), support)
    assert found.marks[0].value / HOUR == pytest.approx(4.4331, abs=5e-4)
    assert found.marks[1].value / HOUR == pytest.approx(45.319, abs=5e-3)
    assert found.limit is not None and found.limit.share == pytest.approx(84.573, abs=6e-4)
    assert (found.n, found.unknown) == (8_825 - 22, 22)
    city = kpi.read(DATA / "baltimore_311/311_sample.csv")
    closed = spread("full_resolution_time", kpi.Scope(params={"statuses": "all"}), city)
    assert closed.n == 9_792 and closed.marks[0].value / HOUR == pytest.approx(32.404, abs=5e-4)
    assert closed.mean / HOUR == pytest.approx(296.552, abs=5e-4)
