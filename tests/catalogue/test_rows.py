"""The rows behind a number give the number again, for every metric."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.forms import Difference, Duration, Mean, Nps, Ratio, Share, Spread, Total
from kpi.measure.facts import how_many
from kpi.metric import STATISTICS
from kpi.scope import Scope
from kpi.tables import TABLES
from tests.catalogue.conftest import WORKED
from tests.catalogue.test_laws import CATALOGUE, plain_form

pytestmark = pytest.mark.slow

SCOPES = {
    "all": Scope(),
    "January": Scope(start="2024-01-01", end="2024-01-31"),
    "February, New York": Scope(start="2024-02-01", end="2024-02-29", zone="America/New_York"),
    "p90": Scope(statistic="p90"),
    "means of one team": Scope(statistic="mean", where={"team": "Front"}),
    "two tags": Scope(where={"tags": ["billing", "vip"]}),
    "every status, finished, C": Scope(params={"statuses": "all", "clocks": "finished", "first_contact_resolution": "C"}),
    "as of the past, E": Scope(as_of="2024-02-07T12:00:00Z", params={"first_contact_resolution": "E"}),
}


def again(form: object, values: pd.Series, scope: Scope) -> tuple[float, float | None]:
    """(the number made from the rows' values, the n it must have; None where the rows are those of a numerator)."""
    n = float(len(values))
    if isinstance(form, Duration | Spread):
        q = STATISTICS[scope.statistic or form.statistic]
        return (np.nan if not n else values.mean() if q is None else float(np.quantile(values, q))), n
    if isinstance(form, Nps):
        return (100 * ((values >= 9).sum() - (values <= 6).sum()) / n if n else np.nan), n
    if isinstance(form, Share | Mean):
        return (values.mean() * (100 if isinstance(form, Share) else 1) if n else np.nan), n
    assert isinstance(form, Total | Ratio | Difference)
    return float(values.sum()), None


@pytest.mark.slow
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_rows_give_the_number_again(scope: Scope, worked: kpi.Dataset) -> None:
    check(list(CATALOGUE), scope, worked)


def test_rows_give_the_main_numbers_again(worked: kpi.Dataset) -> None:
    one_of_each_form = ["csat", "nps", "quality_score", "first_reply_time", "backlog", "backlog_age", "occupancy", "net_flow", "reply_time"]
    check(one_of_each_form, Scope(), worked)


def check(names: list[str], scope: Scope, worked: kpi.Dataset) -> None:
    measured = kpi.measure(names, scope, worked).frame.set_index("metric")
    for name in names:
        found, form = measured.loc[name], plain_form(CATALOGUE[name], scope)
        if "its data do not carry it" in " ".join(found["notes"]):
            continue
        rows = kpi.rows(name, scope, worked)
        number, n = again(form, rows["value"].astype(float), scope)
        if n is None:
            assert number == pytest.approx(np.nan_to_num(found["top"])), name
        else:
            assert number == pytest.approx(found["value"], nan_ok=True), name
            assert n == found["n"], name


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_is_left_out_has_a_reason_and_counts_nowhere(name: str, worked: kpi.Dataset) -> None:
    behind, out = (kpi.rows(name, Scope(), worked, excluded=excluded) for excluded in (False, True))
    assert out["reason"].notna().all()
    assert set(out["reason"]) <= {"deleted, spam or merged", "not known", "does not belong to this metric"}
    every = kpi.rows(name, Scope(params={"statuses": "all"}), worked)
    if "ticket_id" in every and CATALOGUE[name].unit != "score":
        uncounted = {"T11", "T12", "T13"}
        assert not set(behind["ticket_id"].dropna()) & uncounted
        assert set(every["ticket_id"].dropna()) - uncounted == set(behind["ticket_id"].dropna())


def test_a_count_that_is_remembered_is_that_of_its_calendar_and_its_instant(working_hours: kpi.Calendar) -> None:
    """The same words are asked of the database under another calendar and instant, and by one that read the same files and was asked in another order."""
    name, plain = "first_reply_time", Scope(clock="business")
    one, other = (kpi.read(*(WORKED / f"{table}.csv" for table in TABLES)) for _ in range(2))
    early = plain.but(calendar=working_hours, as_of=one.first + (one.newest - one.first) / 10)
    scopes = (plain, plain.but(calendar=working_hours), early)
    for data, order in ((one, scopes), (other, scopes[::-1]), (one, scopes[::-1])):
        for scope in order:
            tickets, known = how_many((name,), scope, data)
            assert (tickets, known) == tuple(len(kpi.rows(asked, scope, data)) for asked in ("tickets_created", name))
    assert len({how_many((name,), scope, one) for scope in scopes}) == len(scopes), "or nothing was told apart"
