"""The planted launch and macro of the sample company are found, with their dates; the same company without them stays quiet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import kpi
from kpi import Dataset, Scope
from kpi.hours import read_calendar
from kpi.sample import Truth, write
from kpi.trends import board_of, holidays, moved, spoken, together, trend

pytestmark = pytest.mark.slow
WEEKS = Scope(by="week", start="2024-11-04", end="2026-10-25")
FORTNIGHT = dt.timedelta(days=14)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth, Dataset]:
    return company(tmp_path_factory.mktemp("planted"), null=False)


def company(folder: Path, null: bool) -> tuple[Path, Truth, Dataset]:
    truth = write(folder, tickets=20_000, seed=1, null=null, format="parquet")
    return folder, truth, kpi.read(*(str(path) for path in sorted(folder.glob("*.parquet"))))


def apart(folder: Path, result: kpi.Result) -> dict[str, str]:
    return holidays(read_calendar(str(folder / "calendar.toml")), result.frame["period"].unique(), "week")


def test_the_launch_is_found_in_its_product(planted: tuple[Path, Truth, Dataset]) -> None:
    folder, truth, data = planted
    told = truth.effect("launch").details
    result = kpi.measure("tickets_created", WEEKS.but(split=("product_area",)), data, intervals=False)
    special = apart(folder, result)
    groups = sorted(set(result.frame["product_area"]))
    found = together([trend(result, group=(group,), last=52, apart=special) for group in groups], "week", "group")
    assert [row.trend.group for row in found.moved] == [(told["product_area"],)], "that product and no other"
    one = found.moved[0].trend
    first = min([signal.period for signal in one.signals] + [shift.period for shift in one.shifts])
    assert abs(dt.date.fromisoformat(first) - dt.date.fromisoformat(told["date"])) <= FORTNIGHT
    assert f"1 of {len(groups)} groups moved" in found.finding


def test_the_macro_is_found_in_its_team(planted: tuple[Path, Truth, Dataset]) -> None:
    folder, truth, data = planted
    told = truth.effect("macro").details
    result = kpi.measure("handle_time", WEEKS.but(split=("team",)), data, intervals=False)
    special = apart(folder, result)
    teams = [team for team in sorted(set(result.frame["team"])) if team != "(none)"]
    found = together([trend(result, group=(team,), last=52, apart=special) for team in teams], "week", "group")
    assert found.moved and found.moved[0].trend.group == (told["team"],)
    (shift,) = found.moved[0].trend.shifts
    assert abs(dt.date.fromisoformat(shift.period) - dt.date.fromisoformat(told["date"])) <= FORTNIGHT
    assert shift.relative_low < told["ratio"] - 1 < shift.relative_high, "the true size lies in the interval"
    assert found.moved[0].trend.is_better is True


def test_a_board_judged_while_it_is_measured_is_the_same_one(planted: tuple[Path, Truth, Dataset]) -> None:
    folder, _, data = planted
    lacks = data.lacking(Scope().ask)
    names = [name for name in kpi.metrics() if not lacks[name]]
    calendar = read_calendar(str(folder / "calendar.toml"))
    result, found = board_of(names, WEEKS, data, last=52, apart=lambda periods: holidays(calendar, periods, "week"))
    later = moved(result, last=52, apart=apart(folder, result))
    assert found.text == later.text and found.looked_at == later.looked_at > 40
    for one, other in zip(found.rows, later.rows, strict=True):
        assert (one.trend.metric, one.is_moved, one.trend.text, one.trend.notes) == (
            other.trend.metric, other.is_moved, other.trend.text, other.trend.notes,
        )  # fmt: skip
        pd.testing.assert_frame_equal(one.trend.frame, other.trend.frame)
        alone = trend(result, one.trend.metric, last=52, apart=apart(folder, result))
        pd.testing.assert_frame_equal(spoken(one.trend, result).frame, alone.frame)
        assert all(alone.frame["said"].str.len() > 10)


def test_without_them_nothing_moved(tmp_path: Path) -> None:
    folder, _, data = company(tmp_path, null=True)
    lacks = data.lacking(Scope().ask)
    result = kpi.measure([name for name in kpi.metrics() if not lacks[name]], WEEKS, data, intervals=False)
    found = moved(result, last=52, apart=apart(folder, result))
    assert found.finding == "No change beyond the usual up and down." and found.looked_at > 40
