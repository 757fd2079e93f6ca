"""What is written: exactly the canonical tables, the same bytes for the same wish, a calendar and notes that can be read."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from datetime import date
from pathlib import Path

import holidays
import pandas as pd
import pytest

from kpi.errors import BadValue
from kpi.sample import compose, write
from kpi.sample.company import REGIONS
from kpi.tables import TABLES

pytestmark = pytest.mark.slow

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FILES = {*(f"{name}.csv" for name in TABLES), "calendar.toml", "events.csv", "truth.json"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("csv")
    write(out, tickets=3_000, seed=11)
    return out


def test_the_canonical_format(folder: Path) -> None:
    """Headers as declared, in order; instants ISO 8601 in UTC; closed vocabularies kept; numbers readable; required cells filled."""
    assert set(contents(folder)) == FILES
    for name, table in TABLES.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        declared = [column for column in table.columns if not column.derived]
        assert header == [column.name for column in declared]
        assert rows
        for place, column in enumerate(declared):
            cells = {row[place] for row in rows} - {""}
            assert not column.required or all(row[place] for row in rows), (name, column.name)
            if column.type == "instant":
                assert all(INSTANT.fullmatch(cell) for cell in cells), (name, column.name)
            if column.type == "flag":
                assert cells <= {"true", "false"}
            if column.type == "count":
                assert all(cell.isdigit() for cell in cells)
            if column.type == "number":
                assert all(float(cell) >= 0 for cell in cells), (name, column.name)
            if column.words:
                assert cells <= set(column.words)
        if table.key:
            keys = [row[header.index(table.key[0])] for row in rows]
            assert len(keys) == len(set(keys))


def test_parquet_holds_the_same(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, tickets=3_000, seed=11, format="parquet")
    for name, table in TABLES.items():
        typed = pd.read_parquet(tmp_path / f"{name}.parquet")
        text = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False, na_values=[""])
        assert list(typed) == list(text) and len(typed) == len(text)
        for column in typed:
            kind, values, cells = table.by_name[column].type, typed[column], text[column]
            if kind == "instant":
                assert str(values.dtype) == "datetime64[us, UTC]"
                pd.testing.assert_series_equal(values, pd.to_datetime(cells, utc=True).astype(values.dtype))
            elif kind in ("count", "number"):
                pd.testing.assert_series_equal(values.astype(float), cells.astype(float))
            elif kind == "list":
                assert [";".join(v) if v is not None else None for v in values] == ["" if pd.isna(cell) else cell for cell in cells]
            elif kind == "flag":
                assert values.map({True: "true", False: "false"}).fillna("").tolist() == cells.fillna("").tolist()
            else:
                assert values.fillna("").tolist() == cells.fillna("").tolist()


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_the_same_wish_gives_the_same_bytes(format: str, tmp_path: Path) -> None:
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        write(tmp_path / name, tickets=800, seed=seed, format=format)
    a, b, other = (contents(tmp_path / name) for name in "abc")
    assert a == b
    assert all(a[f"{name}.{format}"] != other[f"{name}.{format}"] for name in TABLES)


def test_rows_do_not_depend_on_the_size_of_a_block(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "BLOCK", 389)
    write(tmp_path, tickets=3_000, seed=11)
    whole, pieces = contents(folder), contents(tmp_path)
    assert {name for name in FILES if whole[name] != pieces[name]} == set()


def test_planted_or_not_is_the_same_company(folder: Path, tmp_path: Path) -> None:
    """Same agents, same customers, same calendar; the tickets differ."""
    write(tmp_path, tickets=3_000, seed=11, null=True)
    with_effects, without = contents(folder), contents(tmp_path)
    assert with_effects["customers.csv"] == without["customers.csv"]
    assert with_effects["calendar.toml"] == without["calendar.toml"]
    assert with_effects["tickets.csv"] != without["tickets.csv"]
    names = [[agent["agent"] for agent in json.loads(files["truth.json"])["agents"]] for files in (with_effects, without)]
    assert names[0] == names[1]


def test_the_truth_is_written_as_returned(tmp_path: Path) -> None:
    told = write(tmp_path, tickets=500, seed=2)
    on_disk = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert on_disk == json.loads(json.dumps(told.to_dict()))
    for name in TABLES:
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) - 1 == told.rows[name]


@pytest.mark.parametrize("tickets", [1, 2, 37])
def test_very_small_companies(tickets: int, tmp_path: Path) -> None:
    assert write(tmp_path, tickets=tickets, seed=0).rows["tickets"] == tickets


def test_progress_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "BLOCK", 400)
    seen: list[tuple[int, int]] = []
    write(tmp_path, tickets=1_000, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(400, 1_000), (800, 1_000), (1_000, 1_000)]


def test_the_calendar_file(folder: Path) -> None:
    """Two schedules, one the default; whole holidays as the `holidays` package knows them."""
    schedules = tomllib.loads((folder / "calendar.toml").read_text(encoding="utf-8"))["schedule"]
    assert [(s["name"], s["zone"], s["default"]) for s in schedules] == [
        ("Europe", "Europe/Berlin", True),
        ("Americas", "America/New_York", False),
    ]
    known = {
        "Europe": holidays.country_holidays("DE", years=range(2024, 2027)),
        "Americas": holidays.country_holidays("US", years=range(2024, 2027)),
    }
    for schedule in schedules:
        off = [date.fromisoformat(day) for day in schedule["holidays"]]
        assert [day for day in off if day not in known[schedule["name"]]] == []
        assert set(schedule["hours"]) <= {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    missed = [
        day for day in known["Europe"] if date(2024, 11, 1) <= day <= date(2026, 12, 31) and day.isoformat() not in schedules[0]["holidays"]
    ]
    assert missed == []


def test_the_events_file(folder: Path) -> None:
    with (folder / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"launch", "tool", "holiday"} == {row["kind"] for row in rows}
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
    assert all("2024-11-01" <= row["date"] <= "2026-10-31" for row in rows)
    assert sum(row["kind"] == "holiday" for row in rows) == sum("2024-11-01" <= d <= "2026-10-31" for r in REGIONS for d in r.holidays)


@pytest.mark.parametrize(
    ("wish", "says"),
    [({"tickets": 0}, "0 tickets"), ({"tickets": 10**12}, "tickets"), ({"format": "cvs"}, "Did you mean 'csv'"), ({"seed": -1}, "seed -1")],
)
def test_impossible_wishes(wish: dict[str, object], says: str, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=re.escape(says)):
        write(tmp_path / "x", **wish)  # type: ignore[arg-type]
    assert not (tmp_path / "x").exists()


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    with pytest.raises(BadValue, match="is a file"):
        write(tmp_path / "x", tickets=10)
    assert (tmp_path / "x").read_text() == "mine"
