"""docs/analyses.md: what it prints is what the commands print, and no field of an answer goes without a word.

`python -m tests.cli.test_analyses_page` puts what the commands print now into the page.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kpi import sample
from kpi.cli import main

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "analyses.md"
EXAMPLE = re.compile(r"```\n(kpi [^\n]+)\n```\n\n```text\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the page's first two lines make."""
    return made(tmp_path_factory.mktemp("company"))


def made(folder: Path) -> Path:
    sample.write(folder, tickets=20_000, seed=1)
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (folder / "scenarios.toml").write_text(example, "utf-8")
    return folder


def printed(line: str) -> str:
    """What a command prints, which has to end well."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(shlex.split(line)[1:]) == 0, line
    return out.getvalue()


@pytest.mark.parametrize(("line", "text"), EXAMPLE.findall(PAGE.read_text("utf-8")), ids=lambda part: part[:20])
def test_what_is_printed_here_is_what_they_print(company: Path, monkeypatch: pytest.MonkeyPatch, line: str, text: str) -> None:
    monkeypatch.chdir(company)
    assert printed(line) == text, "python -m tests.cli.test_analyses_page writes it anew"


def names(value: Any, own: frozenset[str]) -> Iterator[str]:
    """Every field of an answer; what lies below fields whose keys are data (metrics, columns, URL parameters) is theirs."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name not in own:
                yield from names(inner, own)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner, own)


DATA = frozenset({"rows", "scope", "against", "left_out", "not_learned", "nearest"})
ALL = "tickets.csv surveys.csv agent_time.csv costs.csv"
ANSWERS = {
    "correlate": f"kpi correlate {ALL} --pair first_reply_time csat",
    "correlate, weeks": f"kpi correlate {ALL} --by week --pair backlog first_reply_time",
    "explain": f"kpi explain {ALL} --metric cost_per_ticket --period 2026-Q2 --events events.csv",
    "explain, answers": f"kpi explain {ALL} --metric csat --period 2026-Q2",
    "what-if": f"kpi what-if {ALL} --set fcr=68 --goal 85 --scenario scenarios.toml",
}


@pytest.mark.parametrize("line", ANSWERS.values(), ids=ANSWERS)
def test_every_field_is_told_and_nothing_is_told_that_is_no_number(company: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    def never(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    monkeypatch.chdir(company)
    answer = json.loads(printed(line), parse_constant=never)
    text = PAGE.read_text("utf-8")
    section = text.split(f"\n## kpi {line.split()[1]}\n")[1].split("\n## ")[0] + text.split("\n## ")[0]
    told = set(re.findall(r"`(\w+)`", section))
    told |= {f"{name}{end}" for name in told for end in ("_low", "_high")}
    assert set(names(answer, DATA)) <= told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        made(Path(place))
        os.chdir(place)
        PAGE.write_text(
            EXAMPLE.sub(lambda found: f"```\n{found[1]}\n```\n\n```text\n{printed(found[1])}```", PAGE.read_text("utf-8")), "utf-8"
        )
