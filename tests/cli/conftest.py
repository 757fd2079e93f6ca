"""A desk small enough to be worked by hand, a small sample company, and one way to run the command: in this process, or as the console script."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import kpi as package
from kpi import Dataset, Scope, sample, store
from kpi.cli import main

TICKETS = """\
ticket_id,created_at,first_reply_at,solved_at,status,channel,agent,agent_replies,reopens,tags,due_at,region
1,2026-01-05T09:00:00Z,2026-01-05T09:30:00Z,2026-01-05T10:00:00Z,closed,email,Ana,1,0,vip;new,2026-01-05T12:00:00Z,north
2,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z,2026-01-05T12:00:00Z,solved,email,Ben,1,0,vip,2026-01-05T11:00:00Z,north
3,2026-01-06T08:00:00Z,2026-01-06T10:00:00Z,2026-01-07T08:00:00Z,solved,chat,Ana,2,1,,2026-01-08T00:00:00Z,south
4,2026-01-12T09:00:00Z,2026-01-12T09:10:00Z,2026-01-12T13:00:00Z,solved,chat,Ben,1,0,new,,south
5,2026-01-13T23:30:00Z,2026-01-14T00:30:00Z,,open,email,Ben,1,0,,,
6,2026-01-13T12:00:00Z,,,spam,email,,0,0,,,north
"""
"""Five tickets that count and one of spam. First replies: 30, 60, 120, 10 and 60 minutes; business hours 30, 60, 60, 10 and 0."""

SURVEYS = """\
ticket_id,kind,score,scale_low,scale_high,answered_at
1,csat,5,1,5,2026-01-05T18:00:00Z
2,csat,4,1,5,2026-01-06T18:00:00Z
3,csat,2,1,5,2026-01-08T18:00:00Z
"""

OFFICE = """\
[[schedule]]
name = "office"
zone = "UTC"
[schedule.hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]
"""

NEW_YORK = """\
[[schedule]]
name = "New York"
zone = "America/New_York"
default = true
holidays = ["2026-01-19"]
[schedule.hours]
mon = ["09:00-12:00", "13:00-17:30"]
tue = ["09:00-12:00", "13:00-17:30"]
[schedule.override]
"2026-01-20" = []

[[schedule]]
name = "nights"
zone = "UTC"
[schedule.hours]
mon = ["22:00-06:00"]
"""


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    def one(self) -> dict[str, Any]:
        """The only row of results."""
        (row,) = self.json["results"]
        return row

    def by(self, *keys: str) -> dict[Any, Any]:
        """Value by period ("period") or by split column."""
        found = {tuple(r["period"] if k == "period" else r["group"][k] for k in keys): r["value"] for r in self.json["results"]}
        return {k[0] if len(keys) == 1 else k: v for k, v in found.items()}


@pytest.fixture
def kpi(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: object) -> Ran:
        code = main([str(a) for a in arguments])
        caught = capsys.readouterr()
        return Ran(code, caught.out, caught.err)

    return run


@pytest.fixture(scope="session")
def script() -> Callable[..., Ran]:
    """The console script, as a shell would run it."""
    place = Path(sys.executable).with_name("kpi")

    def run(*arguments: object, **how: Any) -> Ran:
        done = subprocess.run([place, *(a if isinstance(a, bytes) else str(a) for a in arguments)], capture_output=True, check=False, **how)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    for name, text in (("tickets.csv", TICKETS), ("surveys.csv", SURVEYS), ("office.toml", OFFICE), ("new_york.toml", NEW_YORK)):
        (folder / name).write_text(text, "utf-8")
    return folder


START, END = "2026-03-02", "2026-06-28"
FRAME = Path(__file__).parents[2] / "pages" / "frame.py"


@dataclass(frozen=True)
class Company:
    """A small sample company: as files, and kept as somebody who uploaded it would have it (`mine`)."""

    home: Path
    files: tuple[Path, ...]
    calendar: Path
    events: Path
    mine: Any
    dates: tuple[str, ...] = ("--from", START, "--to", END)

    @property
    def data(self) -> Dataset:
        """What the pages read."""
        found: Dataset = self.mine.dataset
        return found

    def scope(self, **parts: Any) -> Scope:
        return Scope(**{"start": START, "end": END, "calendar": str(self.calendar), **parts})

    def page(self, name: str, **query: str | list[str]) -> str:
        """What a page says in words, over the same dates."""
        from streamlit.testing.v1 import AppTest

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KPI_HOME", str(self.home))
            patch.setattr("pages.parts.slow.MOMENT", 60.0)  # a page in process is run once: it waits for its slow steps
            at = AppTest.from_file(str(FRAME), default_timeout=120)
            wanted = {"data": self.mine.key, "from": START, "to": END, **query}
            at.query_params.update(wanted)
            at.run()
            at.switch_page(name)
            at.query_params.update(wanted)  # the Overview has no use for what is another page's own, and drops it
            at.run()
        assert not at.exception, at.exception
        return bare(" ".join(str(one.value) for kind in ("markdown", "caption", "warning") for one in at.get(kind)))


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    from pages.parts.mine import Mine

    home, place = (tmp_path_factory.mktemp(name) for name in ("home", "company"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", str(home))
        sample.write(place, tickets=4_000, seed=3)
        files = tuple(path for path in sorted(place.glob("*.csv")) if path.stem != "events")
        key = store.keep({path.name: path for path in files})
        (store.folder(key) / "calendar.toml").write_bytes((place / "calendar.toml").read_bytes())
        store.import_now(key)
        mine = Mine(key, tuple(path.name for path in files), store.open_dataset(key), store.default_calendar(key))
    return Company(home, files, place / "calendar.toml", place / "events.csv", mine)


@pytest.fixture(scope="session")
def as_files(company: Company) -> Dataset:
    """What the command line reads."""
    return package.read(*map(str, company.files))


@pytest.fixture
def ask(company: Company, as_files: Dataset, monkeypatch: pytest.MonkeyPatch, kpi: Callable[..., Ran]) -> Callable[..., Ran]:
    """A command over the company's files, which are read once."""
    monkeypatch.setattr("kpi.cli.analyses.dataset", lambda options: as_files)
    return lambda command, *more: kpi(command, *company.files, "--calendar", company.calendar, *more)


def plain(told: Ran) -> Any:
    """The answer; NaN and Infinity are no JSON."""

    def never(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    assert told.code == 0, told.err
    return json.loads(told.out, parse_constant=never)


def same(value: Any, expected: float) -> None:
    """To the digit, but for the order that rows are added up in; unknown is null."""
    assert value is None if math.isnan(expected) else value == pytest.approx(expected, rel=1e-9, abs=1e-12), (value, expected)


def bare(text: str) -> str:
    """Words without the marks of a page: escapes, and spaces that do not break."""
    return re.sub(r"\\(.)", r"\1", text).replace("\u00a0", " ")
