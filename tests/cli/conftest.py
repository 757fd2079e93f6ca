"""A desk small enough to be worked by hand, and one way to run the command: in this process, or as the console script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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
