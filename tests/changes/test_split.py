"""Oracles: statistics.md's three segments and Berkeley's admissions (R) through the whole path; sums by hand; exactness on random data."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import kpi
from kpi import changes
from kpi.changes.counts import Cells, Counts
from kpi.changes.luck import luck_of
from kpi.changes.search import splits_of, surprise
from kpi.engine import from_frames
from kpi.errors import BadValue
from tests.changes.conftest import SCOPE, company, tickets

pytestmark = pytest.mark.slow

MEN, ADMITTED_MEN = [825, 560, 325, 417, 191, 373], [512, 353, 120, 138, 53, 22]
WOMEN, ADMITTED_WOMEN = [108, 25, 593, 375, 393, 341], [89, 17, 202, 131, 94, 24]


def by_level(split, column):
    return dict(zip(split.frame["level"], split.frame[column], strict=True))


@pytest.fixture(scope="module")
def three():
    """Channels of 600, 300, 100 answers become 400, 300, 300; CSAT 80, 90, 85 % become 78, 90, 70 %."""
    before = [({"channel": "a"}, 600, 480), ({"channel": "b"}, 300, 270), ({"channel": "c"}, 100, 85)]
    now = [({"channel": "a"}, 400, 312), ({"channel": "b"}, 300, 270), ({"channel": "c"}, 300, 210)]
    return company({0: before, 1: now})


def test_three_channels(three):
    found = changes.why("csat", changes.periods(SCOPE), three)
    split = found.splits["channel"]
    assert (split.before, split.now) == pytest.approx((83.5, 79.2))
    assert by_level(split, "rate") == pytest.approx({"a": -1.0, "b": 0.0, "c": -3.0})
    assert by_level(split, "mix") == pytest.approx({"a": 0.47, "b": 0.0, "c": -0.77})
    assert by_level(split, "explains")["c"] == pytest.approx(3.77 / 4.3)
    frame = split.frame
    for part in ("rate", "mix", "sum"):
        assert ((frame[f"{part}_low"] <= frame[part]) & (frame[part] <= frame[f"{part}_high"])).all()


def test_admissions_of_two_parts_of_one_period():
    """Women against men, split by department: the Simpson trap with its published figures, here as CSAT of two parts."""
    groups = [({"type": "men", "topic": d}, n, x) for d, n, x in zip("ABCDEF", MEN, ADMITTED_MEN, strict=True)]
    groups += [({"type": "women", "topic": d}, n, x) for d, n, x in zip("ABCDEF", WOMEN, ADMITTED_WOMEN, strict=True)]
    data = company({1: groups})
    pair = changes.parts(kpi.Scope(start=SCOPE.start, end=SCOPE.end), "type", "women", ["men"])
    found = changes.why("csat", pair, data)
    split = found.splits["topic"]
    assert split.change == pytest.approx(-14.16454, abs=6e-6) and found.change == pytest.approx(split.change)
    assert split.mix == pytest.approx(-17.76739, abs=6e-6)
    rate = [3.71770, 0.55035, -0.63460, 0.33054, -0.54607, 0.18493]
    mix = [-8.62011, -5.46118, -0.39322, -0.16909, -1.66143, -1.46235]
    assert list(split.frame["rate"]) == pytest.approx(rate, abs=6e-6) and list(split.frame["mix"]) == pytest.approx(mix, abs=6e-6)
    assert "type" not in found.splits, "what tells the sides apart explains nothing"
    assert "below that of men" in found.text


def test_steps_lead_from_before_to_now(three):
    found = changes.why("csat", changes.periods(SCOPE), three)
    for most in (8, 2):
        rows = changes.steps(found, "channel", most)
        assert rows["what"].iloc[0] == rows["what"].iloc[-1] == "total"
        parts = rows.iloc[1:-1]
        assert list(parts["start"]) == pytest.approx([83.5, *parts["end"].iloc[:-1]])
        assert parts["end"].iloc[-1] == pytest.approx(79.2, abs=1e-9) and parts["adds"].sum() == pytest.approx(-4.3, abs=1e-9)
    assert list(changes.steps(found, "channel", 2)["what"]) == ["total", "rate", "rate", "rest", "total"]


def test_totals_add_up():
    data = company(
        {0: [({"team": "North"}, 100, 50), ({"team": "South"}, 60, 10)], 1: [({"team": "North"}, 90, 50), ({"team": "West"}, 95, 5)]}
    )
    found = changes.why("tickets_created", changes.periods(SCOPE), data)
    split = found.splits["team"]
    assert (found.before, found.now, split.before, split.now) == (160, 185, 160, 185)
    assert by_level(split, "sum") == {"North": -10, "South": -60, "West": 95}
    assert split.mix == 0


def test_a_mean_of_durations_and_a_share_above_the_old_median():
    """Handle times 100 s and 400 s; now 100 s and 500 s in other shares. Resolution: 1 h before, 1 h or 3 h now."""
    before = pd.concat([tickets(0, 60, team="A", handle_seconds=100.0), tickets(0, 40, 60, team="B", handle_seconds=400.0)])
    now = pd.concat([tickets(1, 50, team="A", handle_seconds=100.0), tickets(1, 50, 50, team="B", handle_seconds=500.0)])
    now.loc[now["team"] == "B", "solved_at"] += pd.Timedelta(hours=2)
    edge = tickets(1, 1, 900, created_at=pd.Timestamp("2026-04-27"), solved_at=pd.NaT)
    early = tickets(0, 1, 900, created_at=pd.Timestamp("2026-02-27"), solved_at=pd.NaT)
    data = from_frames({"tickets": pd.concat([before, now, edge, early], ignore_index=True)})
    found = changes.why("handle_time", changes.periods(SCOPE), data)
    split = found.splits["team"]
    assert (split.before, split.now) == pytest.approx((220.0, 300.0)) and found.change == pytest.approx(80)
    assert by_level(split, "rate") == pytest.approx({"A": 0, "B": 45.0})  # (0.4 + 0.5) / 2 x 100
    assert by_level(split, "mix") == pytest.approx({"A": -0.1 * (100 - 260), "B": 0.1 * (450 - 260)})
    slow = changes.why("full_resolution_time", changes.periods(SCOPE), data)
    assert slow.figure.unit == "%" and "does not add up" in slow.figure.why
    assert (slow.figure_before, slow.figure_now) == (0, 50) and by_level(slow.splits["team"], "rate") == pytest.approx({"A": 0, "B": 45})
    p90 = changes.why("full_resolution_time", changes.periods(SCOPE.but(statistic="p90")), data)
    assert "share above the old 90th percentile" in p90.figure.label and p90.text.startswith("90th percentile of full resolution rose")
    mean = changes.why("full_resolution_time", changes.periods(SCOPE), data, view=changes.MEAN)
    assert (mean.figure_before, mean.figure_now) == (3600, 7200) and mean.splits["team"].change == pytest.approx(3600)


def test_a_ratio_splits_by_its_own_denominator():
    """Occupancy: handling over ready time. Team A 30 of 40 h, then 30 of 60; team B 10 of 40 h, then 10 of 20."""
    hours = {(0, "A"): (30, 40), (1, "A"): (30, 60), (0, "B"): (10, 40), (1, "B"): (10, 20)}
    rows = [
        {
            "agent": f"{team}{i}", "team": team, "started_at": pd.Timestamp("2026-03-01") + pd.Timedelta(days=28 * side + i % 28, hours=9),
            "handling_seconds": 3600 * busy / 40, "available_seconds": 3600 * (ready - busy) / 40, "paid_seconds": 3600 * ready / 40,
        }
        for (side, team), (busy, ready) in hours.items() for i in range(40)
    ]  # fmt: skip
    data = company({0: [({}, 40, 20)], 1: [({}, 40, 20)]}, agent_time=pd.DataFrame(rows))
    found = changes.why("occupancy", changes.periods(SCOPE), data)
    split = found.splits["team"]
    assert (split.before, split.now) == pytest.approx((50, 50))
    assert by_level(split, "rate") == pytest.approx({"A": (0.5 + 0.75) / 2 * -25, "B": (0.5 + 0.25) / 2 * 25})
    assert by_level(split, "mix") == pytest.approx({"A": 0.25 * (62.5 - 50), "B": -0.25 * (37.5 - 50)})


def test_unknown_is_a_segment_and_small_groups_are_pooled():
    before = [({"team": None}, 100, 80), ({"team": "Big"}, 100, 90), ({"team": "x1"}, 10, 5), ({"team": "x2"}, 20, 10)]
    now = [({"team": None}, 120, 60), ({"team": "Big"}, 100, 90), ({"team": "x3"}, 29, 5)]
    split = changes.why("csat", changes.periods(SCOPE), company({0: before, 1: now})).splits["team"]
    assert set(split.frame["level"].map(split.said)) == {"not known", "Big", "small groups together"}
    pooled = split.frame[split.frame["level"].isna()].iloc[0]
    assert (pooled["rows_before"], pooled["rows_now"]) == (30, 29)
    assert split.frame["rate"].sum() + split.frame["mix"].sum() == pytest.approx(split.change, abs=1e-9)


def test_what_does_not_split_says_so(three):
    with pytest.raises(BadValue, match="would count in both"):
        changes.figures.figure_of("tickets_per_agent", SCOPE.ask)
    assert changes.dimensions("csat", changes.periods(SCOPE), three).count("channel") == 1
    assert "tags" not in changes.dimensions("csat", changes.periods(SCOPE), three)


def random_counts(seed: int, units: int, levels: int, kind: str) -> Counts:
    rng = np.random.default_rng(seed)
    size = rng.poisson(rng.gamma(1.0, 20, (1, levels)), (units, levels)).astype(float)
    size[: units // 2, 0] = 0  # a new one
    size[units // 2 :, -1] = 0  # a vanished one
    x = size * rng.random((units, levels)) * 100 if kind != "total" else size
    size[0, 1] += 1
    size[-1, 1] += 1
    is_after = np.arange(units) >= units // 2
    rows = np.array([size[~is_after].sum(axis=0), size[is_after].sum(axis=0)])
    cells = Cells("team", tuple(f"l{i}" for i in range(levels)), rows, size, x)
    whole = Cells("", (None,), rows.sum(axis=1, keepdims=True), size.sum(axis=1, keepdims=True), x.sum(axis=1, keepdims=True))
    return Counts((cells,), whole, is_after, np.arange(units) % 7, "day", {})


@settings(max_examples=150, deadline=None)
@given(some.integers(0, 10**6), some.integers(7, 20), some.integers(3, 9), some.sampled_from(["rate", "total"]))
def test_parts_sum_to_the_change_on_random_data(seed, days, levels, kind):
    counts = random_counts(seed, 2 * days, levels, kind)
    split = splits_of(counts, kind, None)[0]["team"]
    n, x = counts.cells[0].sizes, counts.cells[0].totals
    ends = [x[side].sum() / (n[side].sum() if kind == "rate" else 1) for side in (~counts.is_after, counts.is_after)]
    assert split.frame["rate"].sum() + split.frame["mix"].sum() == pytest.approx(ends[1] - ends[0], abs=1e-9 * max(1, abs(ends[1])))
    assert split.frame["sum"].to_numpy() == pytest.approx((split.frame["rate"] + split.frame["mix"]).to_numpy())
    if kind == "rate":
        assert split.frame["rate"].iloc[0] == split.frame["rate"].iloc[-1] == 0, "new and vanished segments are pure mix"


@pytest.mark.parametrize(("seed", "zone"), [(0, "UTC"), (1, "America/Los_Angeles")])
def test_random_companies_sum_to_what_is_measured(seed, zone):
    """Every dimension of every metric that splits, against `kpi.measure` of either side: one code path, the same digits."""
    rng = np.random.default_rng(seed)
    frames = []
    for side in (0, 1):
        many = 300 + int(rng.integers(0, 100))
        own = tickets(side, many)
        own["channel"] = rng.choice(["email", "chat", "new" if side else "old", None], many)
        own["team"] = rng.choice([f"t{i}" for i in range(8)], many, p=np.array([40, 30, 20, 5, 2, 1, 1, 1]) / 100)
        own["handle_seconds"] = np.round(rng.lognormal(5, 1, many))
        own["solved_at"] = own["created_at"] + pd.to_timedelta(np.round(rng.lognormal(8, 1, many)), "s")
        own["reopens"] = rng.integers(0, 2, many)
        own.loc[rng.random(many) < 0.2, ["solved_at", "status"]] = [pd.NaT, "open"]
        frames.append(own)
    every = pd.concat(frames, ignore_index=True)
    edges = tickets(1, 2, 900).assign(created_at=pd.to_datetime(["2026-02-27", "2026-05-09"]), solved_at=pd.NaT, status="open")
    answers = every[every["status"] == "solved"].sample(frac=0.7, random_state=seed)
    score = rng.integers(1, 6, len(answers))
    surveys = pd.DataFrame({
        "ticket_id": answers["ticket_id"], "kind": "csat", "score": score, "answered_at": answers["solved_at"], "scale_low": 1.0,
        "scale_high": 5.0, "is_higher_better": True,
    })  # fmt: skip
    data = from_frames({"tickets": pd.concat([every, edges], ignore_index=True), "surveys": surveys})
    pair = changes.periods(SCOPE.but(zone=zone))
    for name in "csat csat_mean tickets_created handle_time reopen_rate net_flow backlog full_resolution_time resolved_within".split():
        found = changes.why(name, pair, data, view=changes.MEAN)
        statistic = "mean" if name == "full_resolution_time" else None
        sides = [scope.but(statistic=statistic) for scope in (pair.before, pair.now)]
        measured = [kpi.measure(name, scope, data, intervals=False).records()[0]["value"] for scope in sides]
        assert found.splits, name
        for split in found.splits.values():
            assert [split.before, split.now] == pytest.approx(measured, rel=1e-12, abs=1e-9), name
            assert split.frame["sum"].sum() == pytest.approx(measured[1] - measured[0], abs=1e-9 * max(1, abs(measured[1]))), (
                name,
                split.column,
            )


def test_surprise_is_the_jensen_shannon_divergence():
    from scipy.spatial.distance import jensenshannon

    p, q = np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.25, 0.25, 0.4, 0.1])
    assert surprise(p, q).sum() == pytest.approx(jensenshannon(p, q) ** 2)
    assert surprise(p, p) == pytest.approx(0)


def test_intervals_are_those_of_whole_days():
    """Two levels of equal days: the interval of a total's change is the textbook one of a difference of two sums of days."""
    rng = np.random.default_rng(3)
    counts = random_counts(3, 120, 4, "total")
    counts.whole.totals[:] = rng.poisson(50, (120, 1))
    luck = luck_of(counts, "total", is_period=False)
    assert luck is not None and luck.dealt is None
    luck = luck_of(counts, "total", is_period=True)
    frame = splits_of(counts, "total", luck)[0]["team"].frame
    x = counts.cells[0].totals[:, 2]
    error = math.sqrt(60 * x[:60].var() + 60 * x[60:].var())
    assert (frame["sum_high"][2] - frame["sum_low"][2]) / 2 == pytest.approx(1.96 * error * luck.widen, rel=0.12)
