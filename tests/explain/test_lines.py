"""The Python lines give the number again, to the digit, in a process that knows nothing of this one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kpi
from kpi.explain import Reading, explain
from kpi.explain.lines import python_lines
from kpi.scope import Scope
from kpi.tables import TABLES

WORKED = Path(__file__).parents[1] / "catalogue" / "worked"
FILES = tuple(sorted(path.name for path in WORKED.glob("*.csv")))
NASTY = "tick\"ets' \\ {x} é.csv"


def printed(lines: str, folder: Path) -> list[str]:
    """What the lines print, then value, low, high and n as Python writes them: every digit."""
    asked = "\nfor row in kpi.measure(NAME, scope, data).records():\n    print([row[c] for c in ('value', 'low', 'high', 'n', 'top', 'bottom')])"
    name = lines.partition("kpi.measure(")[2].partition(",")[0]
    root = str(Path(kpi.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r})\n{lines}{asked.replace('NAME', name)}"],
        cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("csat", {"start": "2024-01-01", "end": "2024-01-31", "zone": "America/New_York", "compare": "previous"}),
        pytest.param("first_reply_time", {"clock": "business", "statistic": "p90"}, marks=pytest.mark.slow),
        pytest.param(
            "resolved_within",
            {"where": {"tags": ["billing", "vip"], "team": "(none)"}, "params": {"resolved_within": "4h"}, "as_of": "2024-02-07T12:00:00Z"},
            marks=pytest.mark.slow,
        ),
        pytest.param("cost_per_ticket", {}, marks=pytest.mark.slow),
    ],
)
def test_the_lines_give_the_same_digits(name: str, scope: dict, worked: kpi.Dataset, working_hours: kpi.Calendar) -> None:
    asked = Scope(**scope, calendar=working_hours if scope.get("clock") == "business" else None)
    found = explain(name, asked, worked)
    row = found.row
    assert printed(found.python, WORKED) == [
        *found.sentence.splitlines(),
        str([row[c] for c in ("value", "low", "high", "n", "top", "bottom")]),
    ]


@pytest.mark.slow
def test_names_and_what_was_said_about_the_files_are_in_the_lines(tmp_path: Path) -> None:
    """A name nobody should choose, dates only a person can order, a zone: read as here, read as there."""
    content = "Ticket ID,Status,Created time,Resolved time,Agent interactions,Initial response time\n" + "".join(
        f"{d},Closed,0{d}/04/2026 10:00,0{d}/04/2026 1{d}:00,1,0{d}/04/2026 10:30\n" for d in (3, 5, 6)
    )
    (tmp_path / NASTY).write_text(content, "utf-8")
    said = {"zone": "Europe/Berlin", "date_orders": {"*": "dmy"}}
    data = kpi.read(tmp_path / NASTY, **said)
    found = explain("full_resolution_time", Scope(zone="Europe/Berlin"), data, Reading((NASTY,), "Europe/Berlin", {"*": "dmy"}))
    assert printed(found.python, tmp_path)[0] == found.sentence
    assert found.row["value"] == 5 * 3600  # of 3 h, 5 h and 6 h


@pytest.mark.simulation
def test_the_sample_company_is_made_anew(tmp_path: Path) -> None:
    from kpi import sample

    sample.write(tmp_path / "here")
    names = tuple(sorted(f"{table}.csv" for table in TABLES))
    data = kpi.read(*(tmp_path / "here" / name for name in names))
    scope = Scope(clock="business", calendar=kpi.read_calendar(tmp_path / "here" / "calendar.toml"))
    found = explain("first_reply_time", scope, data, Reading(names, is_sample=True))
    (tmp_path / "there").mkdir()
    assert printed(found.python, tmp_path / "there")[0] == found.sentence
    shutil.rmtree(tmp_path / "there")


def test_only_what_was_asked_is_written() -> None:
    csat = kpi.metrics()["csat"]
    lines = python_lines(csat, Scope(clock="business"), Reading(("tickets.csv",)), "abc")
    assert 'scope = kpi.Scope(clock="business")' in lines
    assert 'kpi.read("tickets.csv")' in lines
