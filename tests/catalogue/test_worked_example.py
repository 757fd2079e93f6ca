"""A small company worked by hand: every metric, its switches, periods, splits and filters (the working stands in `numbers.py`)."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pandas as pd
import pytest

import kpi
from kpi.metric import FCR_VARIANTS, PARAMS, STATISTICS
from tests.catalogue.numbers import CASES, FACTS, Case

pytestmark = pytest.mark.filterwarnings("error")


def key(scope: dict) -> str:
    return repr(sorted(scope.items(), key=lambda pair: pair[0]))


@pytest.fixture(scope="module")
def measured(worked: kpi.Dataset, working_hours: kpi.Calendar):
    """A scope's metrics are asked for together, as a page does."""
    wanted = defaultdict(list)
    for one in CASES:
        wanted[key(one.scope)].append(one.metric)

    @cache
    def frame(asked: str, scope_of: int) -> pd.DataFrame:
        scope = dict(CASES[scope_of].scope)
        if scope.get("clock") == "business":
            scope["calendar"] = working_hours
        return kpi.measure(wanted[asked], kpi.Scope(**scope), worked).frame

    first = {key(one.scope): i for i, one in reversed(list(enumerate(CASES)))}
    return lambda case: (found := frame(key(case.scope), first[key(case.scope)]))[found["metric"] == case.metric]


def cells(case: Case, frame: pd.DataFrame) -> dict:
    """Period or group -> the row of it; "" where there is but one."""
    split = list(case.scope.get("split", ()))
    if split:
        assert case.scope.get("by", "all") == "all"
        return {tuple(row[c] for c in split) if len(split) > 1 else row[split[0]]: row for _, row in frame.iterrows()}
    if case.scope.get("by", "all") != "all":
        return {row["period"]: row for _, row in frame.iterrows()}
    assert len(frame) == 1
    return {"": frame.iloc[0]}


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.metric} {c.scope or ''}")
def test_number_worked_by_hand(case: Case, measured) -> None:
    found = cells(case, measured(case))
    values = case.value if isinstance(case.value, dict) else {"": case.value}
    for where, value in values.items():
        row = found[where]
        if value is None:
            assert pd.isna(row["value"]), (where, row["value"])
        else:
            assert row["value"] == pytest.approx(value, rel=1e-9, abs=1e-9), (where, row["notes"])
        expected_n = case.n.get(where, "") if isinstance(case.n, dict) else case.n
        if expected_n != "":
            assert row["n"] == expected_n, where


def test_every_metric_has_a_number_worked_by_hand() -> None:
    assert {one.metric for one in CASES} == set(kpi.metrics())


def test_every_switch_of_a_metric_is_worked_by_hand() -> None:
    """Each parameter a metric declares is set in some case of it; business hours and statistics where it has them."""
    asked = defaultdict(set)
    for one in CASES:
        asked[one.metric] |= {*one.scope.get("params", {})}
        asked[one.metric] |= {"clock"} if one.scope.get("clock") else set()
        asked[one.metric] |= {"statistic"} if one.scope.get("statistic") else set()
    lacking = {name: set(m.params) - asked[name] - ({"statistic"} if m.unit == "s" else set()) for name, m in kpi.metrics().items()}
    assert {name: gap for name, gap in lacking.items() if gap} == {}
    assert {s for one in CASES if (s := one.scope.get("statistic"))} | {"median"} == set(STATISTICS)
    assert {one.scope.get("params", {}).get("first_contact_resolution", "A+D") for one in CASES} == set(FCR_VARIANTS)
    assert {p for one in CASES for p in one.scope.get("params", {})} | {"cluster"} == set(PARAMS)


@pytest.mark.parametrize("ticket", FACTS)
def test_facts_of_a_ticket(ticket: str, worked: kpi.Dataset) -> None:
    frame = kpi.rows("tickets_created", kpi.Scope(), worked).set_index("ticket_id")
    for column, expected in FACTS[ticket].items():
        found = frame.loc[ticket, column]
        assert pd.isna(found) if expected is None else found == expected, (column, found)


def test_intervals_of_small_numbers(worked: kpi.Dataset) -> None:
    names = ["csat", "first_reply_time", "csat_mean", "nps", "quality_score", "backlog"]
    rows = kpi.measure(names, kpi.Scope(), worked).frame.set_index("metric")
    # 6 of 10: centre (0.6 + z²/20) / (1 + z²/10) = 0.572247, half 1.416009 × sqrt(0.024 + z²/400) = 0.259573
    assert tuple(rows.loc["csat", ["low", "high"]]) == pytest.approx((31.2674, 83.1820), abs=1e-3)
    # The median of ten lies between the 2nd and the 9th (statistics.md section 3).
    assert tuple(rows.loc["first_reply_time", ["low", "high"]]) == (600, 68400)
    # 5 4 4 3 1 2 5 3 4: squares 121, 121 - 31²/9 = 14.2222, sd 4/3, t(8) = 2.306004: ± 2.306004 × (4/3) / 3
    assert tuple(rows.loc["csat_mean", ["low", "high"]]) == pytest.approx((31 / 9 - 1.0248907, 31 / 9 + 1.0248907), abs=1e-6)
    # 66.67 0 75 81.25: the t interval would be -4.1 to 115.6, but no score is below 0 or above 100.
    assert tuple(rows.loc["quality_score", ["low", "high"]]) == (0, 100)
    assert rows.loc["nps", ["low", "high"]].isna().all()  # 7 answers; 30 are needed
    assert rows.loc["backlog", ["low", "high"]].isna().all()  # a full count


def test_clustered_interval_needs_five_agents(worked: kpi.Dataset) -> None:
    row = kpi.measure("csat", kpi.Scope(params={"cluster": "agent"}), worked).frame.iloc[0]
    assert row["value"] == pytest.approx(60)
    assert pd.isna(row["low"])
    assert pd.isna(row["high"])
    assert any("fewer than 5 agents" in note for note in row["notes"])


def test_what_is_left_out_is_said(worked: kpi.Dataset, working_hours: kpi.Calendar) -> None:
    notes = {
        row["metric"]: " | ".join(row["notes"])
        for _, row in kpi.measure(
            ["first_reply_time", "escalation_rate", "abandonment_rate", "first_contact_resolution", "resolved_within"], kpi.Scope(), worked
        ).frame.iterrows()
    }
    assert notes["first_reply_time"].startswith("median | 1 replied to without a usable time")
    assert "5 not known, left out" in notes["escalation_rate"]
    assert "1 left at once, not counted" in notes["abandonment_rate"]
    assert "A+D: exactly one agent reply" in notes["first_contact_resolution"]
    assert "1 solved too recently" in notes["first_contact_resolution"]
    assert "3 still open past the threshold, counted as late" in notes["resolved_within"]
    left_out = kpi.rows("tickets_created", kpi.Scope(), worked, excluded=True)
    assert dict(zip(left_out["ticket_id"], left_out["reason"], strict=True)) == dict.fromkeys(
        ("T11", "T12", "T13"), "deleted, spam or merged"
    )
    found = worked.findings().set_index("name")["tickets"]
    assert found["reply_before_creation"] == 1
    assert found["score_outside_scale"] == 3
    assert found["not_counted"] == 3
