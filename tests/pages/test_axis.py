"""The dates an axis names are dates of points."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from kpi.charts.line import FEW, MOST_NAMED, own_weeks, trend


@pytest.mark.parametrize("n", [1, 8, 9, 13, FEW])
def test_an_axis_of_few_weeks_names_mondays_and_the_newest(n: int) -> None:
    weeks = [str(dt.date(2026, 7, 27) + dt.timedelta(weeks=i)) for i in range(n)]
    named = own_weeks(weeks, "week")
    assert named[-1] == weeks[-1] and set(named) <= set(weeks) and 1 <= len(named) <= MOST_NAMED
    steps = {weeks.index(b) - weeks.index(a) for a, b in pairwise(named)}
    assert len(steps) <= 1, "as far apart as each other"
    last = trend("%", "week", named=named)["layer"][0]["encoding"]["x"]["axis"]["values"][-1]
    assert dt.date(last["year"], last["month"], last["date"]).weekday() == 0 and last["utc"]


def test_more_weeks_and_other_grains_are_left_to_the_axis() -> None:
    weeks = [str(dt.date(2026, 1, 5) + dt.timedelta(weeks=i)) for i in range(FEW + 1)]
    assert own_weeks(weeks, "week") == () == own_weeks(["2026-01-01"], "month")
    assert "values" not in trend("%", "week")["layer"][0]["encoding"]["x"]["axis"]
