"""`kpi check`: the table, the sentences and the exit code a scheduler can rely on. The desk's weeks are known by construction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.targets.conftest import tickets

pytestmark = pytest.mark.slow

Kpi = Callable[..., Ran]
BASE = [9.0, 11.0] * 6 + [10.0]
TARGET = """
[[target]]
name = "Faster"
metric = "full_resolution_time"
statistic = "mean"
change = "-10 %"
start = 2025-04-07
deadline = "26 weeks"
owner = "Ana"
"""
BROKEN = '[[target]]\nname = "Broken"\nmetric = "cast"\n'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, hours in (("good", [7.9, 8.1] * 6), ("bad", [11.9, 12.1] * 6), ("over", [11.9, 12.1] * 14)):
        (tmp_path / f"{name}.csv").write_text(tickets(BASE + hours, spread=1.02), "utf-8")
    (tmp_path / "early.csv").write_text(tickets(BASE + [8.0, 11.5] * 6, spread=1.5), "utf-8")
    (tmp_path / "targets.toml").write_text(TARGET, "utf-8")
    (tmp_path / "mixed.toml").write_text(TARGET + BROKEN, "utf-8")
    (tmp_path / "broken.toml").write_text(BROKEN, "utf-8")
    (tmp_path / "none.toml").write_text("", "utf-8")
    (tmp_path / "rubbish.toml").write_bytes(bytes(range(256)))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "status", "code"), [("good", "on track", 0), ("early", "too early to tell", 0), ("bad", "behind", 1), ("over", "missed", 1)]
)
def test_the_exit_code_is_that_of_the_worst(kpi: Kpi, files: Path, name: str, status: str, code: int) -> None:
    ran = kpi("check", files / f"{name}.csv", "--targets", files / "targets.toml")
    assert ran.code == code
    header, row = ran.out.splitlines()
    assert (
        header.split()[:2] == ["target", "status"]
        and row.startswith("Faster")
        and status in row
        and "2025-10-06" in row
        and row.endswith("Ana")
    )
    assert ran.err.startswith(f"Faster: {status}. In the four weeks to") and "\u00a0" not in ran.out


def test_json_says_it_all(kpi: Kpi, files: Path) -> None:
    told = kpi("check", files / "good.csv", "--targets", files / "targets.toml", "--json").json
    (one,) = told["targets"]
    assert (
        one["status"] == "on track"
        and one["is_missed"] is False
        and one["value"] == pytest.approx(28_800)
        and one["goal"] == pytest.approx(32_400)
    )
    assert (
        one["begin"] == pytest.approx(36_000) and one["deadline"] == "2025-10-06" and one["to"] == "2025-06-29" and told["problems"] == []
    )
    assert one["low"] < one["value"] < one["high"] < one["asked"] and one["pace_needed"]["low"] is None and one["chance"] >= 0.7
    same = kpi("check", files / "good.csv", "--targets", files / "targets.toml", "--format", "json").json
    assert same == told


def test_a_target_that_cannot_be_used_is_named_and_fails(kpi: Kpi, files: Path) -> None:
    mixed = kpi("check", files / "good.csv", "--targets", files / "mixed.toml")
    assert mixed.code == 2 and "on track" in mixed.out
    assert "mixed.toml, target 2 ('Broken'): metric: There is no metric 'cast'. Did you mean 'csat'?" in mixed.err
    missed = kpi("check", files / "bad.csv", "--targets", files / "mixed.toml")
    assert missed.code == 1, "a miss is what one has to hear first"
    only = kpi("check", files / "bad.csv", "--targets", files / "broken.toml")
    assert only.code == 2 and only.out == ""


@pytest.mark.parametrize(
    ("targets", "more", "word"),
    [
        ("missing.toml", [], "'missing.toml' is not there"),
        (".", [], "is a folder"),
        ("none.toml", [], "none.toml has no target"),
        ("rubbish.toml", [], "rubbish.toml is not UTF-8"),
        ("targets.toml", ["--zone", "Mars/Base"], "Mars/Base"),
        ("targets.toml", ["--as-of", "soon"], "soon"),
        ("targets.toml", ["--calendar", "missing.toml"], "missing.toml"),
    ],
)
def test_whatever_is_wrong_is_one_sentence(kpi: Kpi, files: Path, targets: str, more: list[str], word: str) -> None:
    ran = kpi("check", files / "good.csv", "--targets", files / targets, *more)
    assert ran.code == 2 and ran.out == "" and word in ran.err and ran.err.count("\n") == 1


def test_what_data_cannot_answer_does_not_fail(kpi: Kpi, files: Path) -> None:
    (files / "csat.toml").write_text('[[target]]\nmetric = "csat"\nto = "90 %"\nstart = 2025-04-07\ndeadline = "26 weeks"\n', "utf-8")
    ran = kpi("check", files / "good.csv", "--targets", files / "csat.toml")
    assert ran.code == 0 and "cannot be told" in ran.out and "Needs" in ran.err and "nan" not in ran.out + ran.err


def test_names_from_files_cannot_steer_a_terminal(kpi: Kpi, files: Path) -> None:
    (files / "evil.toml").write_text(TARGET.replace('"Faster"', '"a\\u001b[31mb\\nc"'), "utf-8")
    ran = kpi("check", files / "good.csv", "--targets", files / "evil.toml")
    assert ran.code == 0 and "\x1b" not in ran.out + ran.err and len(ran.out.splitlines()) == 2


def test_as_of_and_the_script(script: Kpi, kpi: Kpi, files: Path) -> None:
    wish = ("check", files / "bad.csv", "--targets", files / "targets.toml", "--as-of", "2025-04-20")
    ran = kpi(*wish)
    assert ran.code == 0 and "too early to tell" in ran.out and "not over yet" in ran.err
    assert script(*wish) == ran
