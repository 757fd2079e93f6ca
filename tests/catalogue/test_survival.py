"""Open tickets count with their age: the published survival data, told as tickets, through the public path (statistics.md section 3)."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pandas as pd
import pytest

import kpi
from kpi.engine import from_frames
from kpi.scope import Scope

AS_OF = datetime(2024, 6, 1)
# R survival; a + marks an open one. Gehan 1965, 6-MP; AML, maintained (Miller 1981).
GEHAN = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
AML = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
H = 3600


def company(times: str, status: str = "open") -> kpi.Dataset:
    """A ticket per time in hours: solved after it, or open and that old at AS_OF."""
    rows = []
    for i, time in enumerate(times.split()):
        hours = timedelta(hours=float(time.rstrip("+")))
        is_open = time.endswith("+")
        created = AS_OF - hours if is_open else AS_OF - timedelta(hours=200)
        rows.append(
            {
                "ticket_id": f"t{i}",
                "created_at": created,
                "status": status if is_open else "solved",
                "solved_at": None if is_open else created + hours,
                "first_reply_at": None if is_open else created + hours,
            }
        )
    return from_frames({"tickets": pd.DataFrame(rows)})


def measured(data: kpi.Dataset, name: str, cohort: str, statistic: str | None = None) -> pd.Series:
    return kpi.measure(name, Scope(as_of=AS_OF, statistic=statistic, params={"cohort": cohort}), data).frame.iloc[0]


@pytest.mark.parametrize("name", ["full_resolution_time", "first_resolution_time", "first_reply_time"])
@pytest.mark.parametrize(("times", "median", "low", "n", "running"), [(GEHAN, 23, 13, 21, 12), (AML, 31, 13, 11, 4)], ids=["Gehan", "AML"])
def test_median_of_a_cohort_with_open_tickets(name: str, times: str, median: float, low: float, n: int, running: int) -> None:
    row = measured(company(times), name, "created")
    assert (row["value"], row["low"], row["n"]) == (median * H, low * H, n)
    assert math.isnan(row["high"])
    assert f"{running} still open" in row["notes"]
    assert any(note.startswith("Kaplan-Meier") for note in row["notes"])


def test_other_quantiles_read_off_the_published_curve() -> None:
    """S falls to .753 at 10 h, .690 at 13 h and .448 at 23 h, the last: the first quarter is solved at 13 h, nine tenths never."""
    data = company(GEHAN)
    upper = measured(data, "full_resolution_time", "created", "p75")
    assert math.isnan(upper["value"])
    assert any("not reached" in note for note in upper["notes"])
    assert math.isnan(measured(data, "full_resolution_time", "created", "p90")["value"])


def test_by_the_end_only_the_solved_count_and_flatter() -> None:
    row = measured(company(GEHAN), "full_resolution_time", "ended")
    assert (row["value"], row["n"]) == (10 * H, 9)  # 6 6 6 7 [10] 13 16 22 23


def test_a_mean_of_a_cohort_says_who_is_missing() -> None:
    row = measured(company(GEHAN), "full_resolution_time", "created", "mean")
    assert row["value"] == pytest.approx((18 + 7 + 10 + 13 + 16 + 22 + 23) / 9 * H)
    assert "12 still open" in row["notes"]


@pytest.mark.parametrize(("solved", "is_survival"), [(19, False), (18, True)])
def test_up_to_five_in_a_hundred_open_are_left_aside(solved: int, is_survival: bool) -> None:
    """1 of 20 is exactly 5 %: the plain median; 1 of 19 is more."""
    row = measured(company(" ".join([str(i) for i in range(1, solved + 1)] + ["150+"])), "full_resolution_time", "created")
    assert any("Kaplan-Meier" in note for note in row["notes"]) is is_survival
    assert "1 still open" in row["notes"]
    assert row["value"] == 10 * H  # the middle of 1 to 19, and the tenth of 19; the middle of the 18 solved would be 9.5
    assert row["n"] == 19


def test_each_period_is_its_own_cohort() -> None:
    """Old tickets and new ones side by side: the week of each creation, open ones counted in it."""
    old = [
        {"ticket_id": f"o{i}", "created_at": AS_OF - timedelta(days=40), "solved_at": AS_OF - timedelta(days=40, hours=-i)}
        for i in range(1, 8)
    ]
    new = [{"ticket_id": f"n{i}", "created_at": AS_OF - timedelta(hours=30), "solved_at": None} for i in range(3)]
    new += [{"ticket_id": "n9", "created_at": AS_OF - timedelta(hours=30), "solved_at": AS_OF - timedelta(hours=28)}]
    frame = pd.DataFrame([*old, *new])
    frame["status"] = ["solved" if pd.notna(at) else "new" for at in frame["solved_at"]]
    scope = Scope(by="week", as_of=AS_OF, params={"cohort": "created"})
    found = kpi.measure("full_resolution_time", scope, from_frames({"tickets": frame})).frame.set_index("period")
    first, last = found.iloc[0], found.iloc[-1]
    assert (first["value"], first["n"]) == (4 * H, 7)
    assert math.isnan(last["value"])  # one of four solved: the median is not reached
    assert last["n"] == 4
    assert "3 still open" in last["notes"]
