"""Random companies: parts add up to the whole, and pandas, counting its own way, finds the same numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import kpi
from kpi.engine import from_frames
from kpi.forms import Ratio, Spread, Total
from kpi.scope import Scope
from tests.catalogue.random_company import AS_OF, COMPANY, START, frames
from tests.catalogue.test_laws import CATALOGUE, plain_form

pytestmark = pytest.mark.slow

few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
MAIN = ["csat", "first_reply_time", "sla_attainment", "reopen_rate", "full_resolution_time", "tickets_solved", "escalation_rate"]
DATES = {"start": START.date(), "end": AS_OF.date(), "as_of": AS_OF}


def is_distinct(form: object) -> bool:
    """Distinct counts (agents who solved something) do not add up."""
    totals = [form] if isinstance(form, Total) else [form.over, form.under] if isinstance(form, Ratio) else []
    return any(total.distinct is not None for total in totals)


def has_edge(form: object) -> bool:
    totals = [form] if isinstance(form, Total) else [form.over, form.under] if isinstance(form, Ratio) else []
    return isinstance(form, Spread) or any(total.edge for total in totals) or bool(getattr(form, "edge", ""))


def sums(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby("metric")[["top", "bottom"]].sum(min_count=1)


def check_sums(data: kpi.Dataset, dates: dict, names: list[str] | None = None) -> None:
    scope = Scope(**dates)
    whole = kpi.measure(names or [], scope, data).frame.set_index("metric")
    for split in ("channel", "team", "agent"):
        frame = kpi.measure(list(whole.index), scope.but(split=(split,)), data).frame
        unsplit = {name for name, notes in zip(frame["metric"], frame["notes"], strict=True) if "cannot be split" in " ".join(notes)}
        parts = sums(frame).reindex(whole.index)  # a metric without any row has no group
        for name in whole.index:
            if name not in unsplit and not is_distinct(plain_form(CATALOGUE[name], scope)):
                assert_same(parts.loc[name], whole.loc[name], (split, name))
    weeks = sums(kpi.measure(list(whole.index), scope.but(by="week"), data).frame)
    for name in whole.index:
        form = plain_form(CATALOGUE[name], scope)
        if not is_distinct(form) and not has_edge(form):
            assert_same(weeks.loc[name], whole.loc[name], ("week", name))


def assert_same(parts: pd.Series, whole: pd.Series, where: object) -> None:
    for column in ("top", "bottom"):
        # Nothing at all may be an unknown whole and no parts; a group of unknown is unknown and never 0 of something.
        assert np.nan_to_num(parts[column]) == pytest.approx(np.nan_to_num(whole[column]), rel=1e-9, abs=1e-9), (where, column)


@pytest.mark.slow
def test_the_parts_of_the_worked_company_add_up(worked: kpi.Dataset) -> None:
    check_sums(worked, {"start": "2024-01-01", "end": "2024-03-03"})


@few
@given(COMPANY)
def test_parts_add_up(company: list[dict]) -> None:
    check_sums(from_frames(frames(company)), DATES, MAIN)


@pytest.mark.simulation
@many
@given(COMPANY)
def test_parts_add_up_many_times(company: list[dict]) -> None:
    check_sums(from_frames(frames(company)), DATES)


def check_against_pandas(company: list[dict]) -> None:
    tables = frames(company)
    data = from_frames(tables)
    scope = Scope(as_of=AS_OF)
    facts = kpi.rows("tickets_created", scope.but(params=(("statuses", "all"),)), data)
    facts = facts[facts["is_counted"].astype(bool)]
    whole = kpi.measure(MAIN, scope, data).frame.set_index("metric")["value"]
    replied = facts["first_reply_seconds"].dropna().astype(float)
    solved = facts["full_resolution_seconds"].dropna().astype(float)
    promised = facts["is_sla_met"].dropna().astype(float)
    ever = facts[facts["first_solved_at"].notna()]
    closed = facts[facts["status"].isin(["solved", "closed"])]
    expected = {
        "csat": 100 * pandas_csat(tables, set(facts["ticket_id"])),
        "first_reply_time": replied.median(),
        "full_resolution_time": solved.median(),
        "sla_attainment": 100 * promised.mean(),
        "reopen_rate": 100 * (ever["reopens"] > 0).mean(),
        "tickets_solved": len(closed),
        "escalation_rate": 100 * closed["is_escalated"].dropna().astype(float).mean(),
    }
    for name in MAIN:
        assert whole[name] == pytest.approx(expected[name], rel=1e-9, nan_ok=True), name
    for statistic, number in (("mean", replied.mean()), ("p90", replied.quantile(0.9)), ("p75", replied.quantile(0.75))):
        found = kpi.measure("first_reply_time", scope.but(statistic=statistic), data).frame["value"].iloc[0]
        assert found == pytest.approx(number, rel=1e-9, nan_ok=True), statistic
    check_weeks(data, facts, tables["changes"])


def pandas_csat(tables: dict[str, pd.DataFrame], counted: set[str]) -> float:
    """The newest answer from 1 to 5 of every ticket that counts: the share of 4 and 5."""
    answers = tables.get("surveys", pd.DataFrame({"ticket_id": [], "score": [], "answered_at": []}))
    answers = answers[answers["score"].between(1, 5) & answers["ticket_id"].isin(counted)]
    newest = answers.sort_values("answered_at", kind="stable").groupby("ticket_id")["score"].last()
    return (newest >= 4).mean()


def check_weeks(data: kpi.Dataset, facts: pd.DataFrame, changes: pd.DataFrame) -> None:
    weeks = Scope(by="week", start=START.date(), end=AS_OF.date(), as_of=AS_OF)
    frame = kpi.measure(["backlog", "first_reply_time", "tickets_created", "tickets_pending"], weeks, data).frame
    found = frame.set_index(["metric", "period"])["value"]
    monday = facts["created_at"].dt.normalize() - pd.to_timedelta(facts["created_at"].dt.day_of_week, unit="D")
    replied = facts[facts["first_reply_seconds"].notna()]
    of_reply = replied["first_reply_at"].dt.normalize() - pd.to_timedelta(replied["first_reply_at"].dt.day_of_week, unit="D")
    medians = replied["first_reply_seconds"].astype(float).groupby(of_reply).median()
    for period in frame["period"].unique():
        first = datetime.fromisoformat(period)
        standing = status_at(changes, set(facts["ticket_id"]), min(first + timedelta(days=7) - timedelta(microseconds=1), AS_OF))
        assert found["backlog", period] == sum(s in ("new", "open", "pending", "hold") for s in standing), period
        assert found["tickets_pending", period] == standing.count("pending"), period
        assert found["tickets_created", period] == (monday == first).sum()
        assert found["first_reply_time", period] == pytest.approx(medians.get(pd.Timestamp(first), np.nan), nan_ok=True)


def status_at(changes: pd.DataFrame, counted: set[str], at: datetime) -> list[str]:
    """The status of each ticket at an instant, by walking its changes."""
    status: dict[str, str] = {}
    for change in changes.sort_values("changed_at", kind="stable").itertuples():
        if change.changed_at <= at and change.ticket_id in counted:
            status[change.ticket_id] = change.new
    return list(status.values())


@few
@given(COMPANY)
def test_pandas_finds_the_same(company: list[dict]) -> None:
    check_against_pandas(company)


@pytest.mark.simulation
@many
@given(COMPANY)
def test_pandas_finds_the_same_many_times(company: list[dict]) -> None:
    check_against_pandas(company)
