"""What holds for every metric, whatever it measures: laws of the declarations, and of every number they give."""

from __future__ import annotations

import datetime as dt
import re

import ibis
import pandas as pd
import pytest
import sqlglot

import kpi
from kpi.forms import Choice, Difference, Duration, Mean, Nps, Ratio, Share, Spread, Total
from kpi.measure.compile import queries
from kpi.measure.shape import shape_of
from kpi.metric import PARAMS, STATISTICS, Metric
from kpi.scope import Scope
from kpi.tables import TABLES
from tests.catalogue.law_scopes import SCOPES

pytestmark = pytest.mark.slow

CATALOGUE = kpi.metrics()
UNITS = ("s", "%", "count", "points", "score", "ratio", "currency")
KINDS_OF_ROWS = {"changes.status", "changes.agent", "surveys.csat", "surveys.nps", "surveys.ces", "surveys.invitations"}
SWITCHES = {"clock", "statistic"}
every = pytest.mark.parametrize("metric", CATALOGUE.values(), ids=lambda m: m.name)


def forms(form: object) -> list[object]:
    """The plain forms behind a choice."""
    return [plain for option in form.options.values() for plain in forms(option)] if isinstance(form, Choice) else [form]


@every
def test_a_declaration_says_everything(metric: Metric) -> None:
    for words in (metric.label, metric.about, metric.formula, metric.by, metric.reference, metric.family):
        assert words.strip() == words
        assert words
    assert metric.unit in UNITS
    assert metric.better in ("higher", "lower", "neither")
    assert metric.needs
    assert metric.about.endswith(".")
    assert len(metric.label) <= 40
    assert set(metric.params) <= set(PARAMS) | SWITCHES


@every
def test_a_name_is_snake_case_without_a_unit(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", metric.name)
    assert not set(metric.name.split("_")) & {"seconds", "minutes", "hours", "percent", "pct", "eur", "usd", "count"}
    assert CATALOGUE[metric.name] is metric


def test_labels_are_told_apart() -> None:
    assert len({m.label for m in CATALOGUE.values()}) == len({m.name for m in CATALOGUE.values()}) == len(CATALOGUE)


def all_needs(metric: Metric) -> list[str]:
    variants = [need for needs in getattr(metric.form, "needs", {}).values() for need in needs]
    return [*metric.needs, *variants]


@every
def test_needs_name_real_columns(metric: Metric) -> None:
    for alternative in all_needs(metric):
        for need in alternative.split(" & "):
            table, _, column = need.partition(".")
            assert need in KINDS_OF_ROWS or column in TABLES[table].by_name, need


@every
def test_unit_range_form_and_switches_agree(metric: Metric) -> None:
    for form in forms(metric.form):
        if isinstance(form, Share):
            assert (metric.unit, metric.low, metric.high) == ("%", 0, 100)
        if isinstance(form, Nps):
            assert (metric.unit, metric.low, metric.high) == ("points", -100, 100)
        if isinstance(form, Duration | Spread):
            assert (metric.unit, metric.low) == ("s", 0)
        if isinstance(form, Duration):
            assert "statistic" in metric.params
            assert ("cohort" in metric.params) == (form.start is not None and bool(form.running))
            assert ("clock" in metric.params) == (f"{form.base}_business_seconds" in form.rows.columns)
        if isinstance(form, Total):
            assert metric.unit == "count"
        if isinstance(form, Difference):
            assert metric.low is None
    assert metric.high is None or metric.low < metric.high


def test_better_is_consistent() -> None:
    """What customers wait for is better short, what they praise better high, and complements point opposite ways."""
    better = {name: m.better for name, m in CATALOGUE.items()}
    assert {n for n, m in CATALOGUE.items() if m.unit == "s" and m.better == "higher"} == set()
    assert {n for n, m in CATALOGUE.items() if m.unit in ("score", "points") and m.better != "higher"} == set()
    assert {n for n, m in CATALOGUE.items() if m.unit == "currency" and m.better != "lower"} == set()
    for high, low in (("csat", "dsat"), ("retention_rate", "churn_rate"), ("service_level", "abandonment_rate")):
        assert (better[high], better[low]) == ("higher", "lower")
    assert {better[n] for n in ("occupancy", "utilisation", "tickets_created", "agent_wait_time")} == {"neither"}


NOT_COMPILED: dict[str, str] = {}
"""Metric -> why PostgreSQL cannot be asked for it. None so far; that its answers are the same is tested in tests/engines."""


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.simulation)], ids=["what differs", "everything"])
@pytest.mark.parametrize("scope", SCOPES)
def test_every_metric_compiles_for_postgres(scope: str, every: bool) -> None:
    """In the usual run a scope that differs from all by a variant of first contact resolution is asked of the metrics that have variants."""
    given = {k: v for k, v in SCOPES[scope].items() if k not in ("start", "end", "as_of", "split")}
    shape = shape_of(Scope(**given), dt.datetime(2024, 1, 1), dt.datetime(2024, 3, 1), ())
    variant = given.keys() == {"params"} and given["params"].keys() == {"first_contact_resolution"}
    asked = [n for n, m in CATALOGUE.items() if every or not variant or "first_contact_resolution" in m.params]
    if not given and scope != "all" and not every:  # the very question of all
        assert shape == shape_of(Scope(), dt.datetime(2024, 1, 1), dt.datetime(2024, 3, 1), ())
        return
    assert asked
    for name in asked:
        try:
            texts = [query.text for query in queries((name,), shape, True, dialect="postgres")]
        except ibis.IbisError:
            assert name in NOT_COMPILED
            continue
        assert name not in NOT_COMPILED
        assert texts
        for text in texts:
            assert sqlglot.parse_one(text, dialect="postgres").find(sqlglot.exp.Select)


def plain_form(metric: Metric, scope: Scope) -> object:
    form = metric.form
    while isinstance(form, Choice):
        form = form.taken(scope.ask)
    return form


@pytest.fixture(scope="module", params=["worked", pytest.param("sampled", marks=pytest.mark.slow)])
def company(request: pytest.FixtureRequest) -> kpi.Dataset:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def hours(company: kpi.Dataset, worked: kpi.Dataset, request: pytest.FixtureRequest) -> kpi.Calendar:
    return request.getfixturevalue("working_hours" if company is worked else "sampled_hours")


QUICK = ("all", "week by channel", "business p90", "p75, by creation, finished clocks, A")


@pytest.fixture(scope="module", params=[name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SCOPES])
def measured(request: pytest.FixtureRequest, company: kpi.Dataset, hours: kpi.Calendar) -> tuple[Scope, pd.DataFrame]:
    given = dict(SCOPES[request.param])
    if given.get("clock") == "business":
        given["calendar"] = hours
    for name in given.keys() & {"start", "end", "as_of"}:  # days after the data begin
        given[name] = company.first + pd.Timedelta(days=given[name])
    scope = Scope(**given)
    frame = kpi.measure([], scope, company).frame
    assert set(frame["metric"]) == {name for name, lacks in company.lacking(scope.ask).items() if not lacks}
    return scope, frame


def known(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame[frame[list(columns)].notna().all(axis=1)]


def test_a_value_lies_in_its_range_and_in_its_interval(measured: tuple[Scope, pd.DataFrame]) -> None:
    _, frame = measured
    assert len(set(frame["metric"])) >= len(CATALOGUE) - 1  # the sample does not say itself what was resolved at first contact
    for row in known(frame, "value").itertuples():
        metric = CATALOGUE[row.metric]
        if metric.low is not None:
            assert row.value >= metric.low, row
        if metric.high is not None:
            assert row.value <= metric.high + 1e-9, row
        for limit in (x for x in (row.low, row.high) if not pd.isna(x)):
            assert metric.low is None or limit >= metric.low, row
            assert metric.high is None or limit <= metric.high, row
    slack = 1e-9 * (1 + frame["value"].abs())
    assert (frame["low"].isna() | (frame["low"] <= frame["value"] + slack)).all()
    assert (frame["high"].isna() | (frame["high"] >= frame["value"] - slack)).all()
    assert (frame["n"].isna() | (frame["n"] >= 0)).all()
    counts = frame["metric"].map(lambda name: CATALOGUE[name].unit) == "count"
    assert (frame.loc[counts & frame["n"].notna(), "n"] % 1 == 0).all()


def test_top_and_bottom_make_the_value(measured: tuple[Scope, pd.DataFrame]) -> None:
    scope, frame = measured
    for row in known(frame, "value").itertuples():
        form = plain_form(CATALOGUE[row.metric], scope)
        remade = {
            Share: lambda r: 100 * r.top / r.bottom,
            Nps: lambda r: 100 * r.top / r.bottom,
            Mean: lambda r: r.top / r.bottom,
            Ratio: lambda r, f=form: f.scale * r.top / r.bottom,
            Difference: lambda r: r.top - r.bottom,
            Total: lambda r: r.top,
            Duration: lambda r: r.value if pd.isna(r.top) else r.top / r.bottom,
            Spread: lambda r: r.value,
        }[type(form)](row)
        assert row.value == pytest.approx(remade, rel=1e-9, abs=1e-9), row


def test_no_interval_below_the_gates(measured: tuple[Scope, pd.DataFrame]) -> None:
    scope, frame = measured
    for row in frame.itertuples():
        form = plain_form(CATALOGUE[row.metric], scope)
        has = (not pd.isna(row.low), not pd.isna(row.high))
        if pd.isna(row.value) and not any("Kaplan-Meier" in note for note in row.notes):
            assert has == (False, False), row
        elif isinstance(form, Share):
            told = row.n >= 10 and "fewer than 5 agents: no interval can be told" not in row.notes
            assert has == (told, told), row
        elif isinstance(form, Nps):
            assert has == ((row.n >= 30,) * 2), row
        elif isinstance(form, Mean):
            assert has == ((row.n >= 2,) * 2), row
        elif isinstance(form, Total | Ratio | Difference | Spread):
            assert has == (False, False), row
        elif isinstance(form, Duration) and not any("Kaplan-Meier" in note for note in row.notes):
            statistic = scope.statistic or form.statistic
            if statistic == "mean":
                assert has == ((row.n >= 2,) * 2), row
            else:
                # Rank l needs P(X <= l - 1) <= 2.5 %, so q^n and (1 - q)^n decide whether the outermost ranks reach.
                q = STATISTICS[statistic]
                assert has == ((1 - q) ** row.n <= 0.025, q**row.n <= 0.025), (row, statistic)


def test_small_samples_are_called_small(measured: tuple[Scope, pd.DataFrame]) -> None:
    scope, frame = measured
    for row in known(frame, "value").itertuples():
        if isinstance(plain_form(CATALOGUE[row.metric], scope), Share) and 0 < row.n < 30:
            words = "too few for an interval" if row.n < 10 else "small sample"
            assert any(words in note for note in row.notes), row


def test_nothing_is_zero_only_when_counted(company: kpi.Dataset) -> None:
    """Where no row is left a count is 0, and everything that needs rows is unknown."""
    frame = kpi.measure([], Scope(where={"team": "no such team"}), company).frame.set_index("metric")
    for name, metric in CATALOGUE.items():
        row = frame.loc[name]
        if "its data do not carry it" in " ".join(row["notes"]):
            assert pd.isna(row["value"])
        elif metric.unit == "count":
            assert row["value"] == 0, name
        else:
            assert pd.isna(row["value"]), (name, row["value"])
            assert pd.isna(row["low"])
            assert pd.isna(row["high"])


@pytest.mark.slow
def test_a_filter_gives_what_the_split_shows(company: kpi.Dataset) -> None:
    split = kpi.measure([], Scope(split=["channel"]), company).frame
    for channel in ("email", "(none)"):
        kept = kpi.measure([], Scope(where={"channel": channel}), company).frame.set_index("metric")
        for row in split[split["channel"] == channel].itertuples():
            other = kept.loc[row.metric]
            assert other["value"] == pytest.approx(row.value, rel=1e-9, nan_ok=True), row
            assert other["n"] == row.n, row


@pytest.mark.slow
def test_a_period_gives_what_its_dates_give(company: kpi.Dataset) -> None:
    months = kpi.measure([], Scope(by="month", zone="America/New_York"), company).frame
    for month in sorted(set(months["period"]))[1:-1:6] or sorted(set(months["period"]))[:1]:
        last = (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date()  # an outside notion of a month
        alone = kpi.measure([], Scope(start=month, end=last, zone="America/New_York"), company).frame.set_index("metric")
        for row in months[months["period"] == month].itertuples():
            assert alone.loc[row.metric, "value"] == pytest.approx(row.value, rel=1e-9, nan_ok=True), (month, row)


def test_business_time_is_never_longer(company: kpi.Dataset, hours: kpi.Calendar) -> None:
    tickets = kpi.rows("tickets_created", Scope(calendar=hours), company)
    pairs = [(c, c.replace("_business", "")) for c in tickets.columns if c.endswith("_business_seconds")]
    assert len(pairs) >= 8
    for business, calendar in pairs:
        both = known(tickets, business, calendar)
        assert (both[business] <= both[calendar] + 1e-6).all(), business
        assert (tickets[business].isna() | tickets[calendar].notna()).all(), business
        assert (both[business] >= 0).all()


def test_times_add_up(company: kpi.Dataset, hours: kpi.Calendar) -> None:
    """metrics.md 4: work + hold = requester wait; full resolution - (requester wait + agent wait) = time spent solved, never negative."""
    tickets = kpi.rows("tickets_solved", Scope(calendar=hours), company)
    for clock in ("_seconds", "_business_seconds"):
        work, wait, away, hold = (tickets[name + clock] for name in ("agent_work", "requester_wait", "agent_wait", "hold"))
        assert (work + hold - wait).abs().max() <= 1e-6
        # A close after the solve is no part of the resolution, so the difference is exactly the solved gaps of a reopened ticket.
        gaps = tickets["full_resolution" + clock] - wait - away
        assert gaps.min() >= -1e-6
        assert gaps[tickets["reopens"] == 0].abs().max() <= 1e-6
