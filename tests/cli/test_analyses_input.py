"""What is no question to `kpi correlate`, `kpi explain` or `kpi what-if` is said in one line, with exit code 2; tiny data have answers too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, plain

pytestmark = pytest.mark.slow
Ask = Callable[..., Ran]


WRONG: list[tuple[str, str]] = [
    ("correlate --metric cast", "Did you mean 'csat'"),
    ("correlate --pair csat", "expected 2 arguments"),
    ("correlate --pair csat cast", "Did you mean 'csat'"),
    ("correlate --pair csat csat", "compared with itself"),
    ("correlate --unit teams", "--unit cannot be 'teams'"),
    ("correlate --by month", "--by cannot be 'month'"),
    ("correlate --by week --unit agents", "--by week is for --unit periods"),
    ("correlate --where chanel=email", "Did you mean 'channel'"),
    ("correlate --from 2026-99-01", "2026-99-01"),
    ("correlate --zone Mars/Base", "Mars/Base"),
    ("correlate --param clocks=broken", "broken"),
    ("explain", "--metric is missing"),
    ("explain --metric cast --period 2026-05", "Did you mean 'csat'"),
    ("explain --metric csat --period 2026-13", "--period cannot be '2026-13'"),
    ("explain --metric csat --period ٢٠٢٦-05", "--period cannot be"),
    ("explain --metric csat --period 2026-W60", "--period cannot be"),
    ("explain --metric csat --period 0000", "--period cannot be"),
    ("explain --metric csat --period 2026-05 --from 2026-05-01", "say the same"),
    ("explain --metric csat --from 2026-05-01", "first and its last day"),
    ("explain --metric csat --period 2026-05 --against 2026-Q2", "share days"),
    ("explain --metric csat --period 2026-05 --against prevous", "Did you mean 'previous'"),
    ("explain --metric csat --against 2026-05", "--period"),
    ("explain --metric csat --period 2026-05 --against-from 2026-01-01", "go together"),
    ("explain --metric csat --period 2026-05 --against 2026-04 --against-from 2026-01-01 --against-to 2026-01-31", "say the same"),
    ("explain --metric csat --period 2026-05 --against-from 2026-02-01 --against-to 2026-01-31", "backwards"),
    ("explain --metric csat --segment chanel=email", "Did you mean 'channel'"),
    ("explain --metric csat --segment channel=emial", "Did you mean 'email'"),
    ("explain --metric csat --segment channel=email --against chatt", "Did you mean 'chat'"),
    ("explain --metric csat --segment channel=email --against email", "nothing to compare"),
    ("explain --metric csat --segment channel", "name=value"),
    ("explain --metric csat --segment tags=vip", "several tags"),
    ("explain --metric csat --segment channel=email --against-from 2026-01-01 --against-to 2026-01-31", "two parts of the same dates"),
    ("explain --metric tickets_per_agent --period 2026-05", "does not split"),
    ("explain --metric csat --events missing.csv", "'missing.csv' is not there"),
    ("explain --metric csat --view median", "--view cannot be 'median'"),
    ("what-if", "Nothing is asked"),
    ("what-if --set", "expected at least one argument"),
    ("what-if --set fcr", "cannot be"),
    ("what-if --set fcr=much", "cannot be 'much'"),
    ("what-if --set fcr=nan", "cannot be"),
    ("what-if --set fcr=101", "cannot be 101"),
    ("what-if --set occupancy=1e999", "cannot be"),
    ("what-if --set handle_time=-4", "cannot be"),
    ("what-if --set handle_tim=8m", "Did you mean 'handle_time'"),
    ("what-if --set ';DROP'=4", "no input"),
    ("what-if --goal csat=90", "cannot be read"),
    ("what-if --goal nps>=9", "Nobody can seek 'nps'"),
    ("what-if --goal inf", "cannot be read"),
    ("what-if --goal csat>=90 --outcome dsat", "--outcome about dsat"),
    ("what-if --outcome cst --set fcr=70", "Did you mean 'csat'"),
    ("what-if --goal 90 --along chanel", "no input"),
    ("what-if --goal 90 --along fcr reopen_rate", "made of one another"),
    ("what-if --goal 90 --along fcr frt aht", "one input or two"),
    ("what-if --scenario missing.toml", "'missing.toml' is not there"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line for line, _ in WRONG])
def test_one_sentence_and_exit_code_2(ask: Ask, line: str, words: str) -> None:
    command, *more = line.split()
    ran = ask(command, *more)
    assert ran.code == 2 and ran.out == "", ran
    assert words in ran.err and ran.err.endswith("\n") and ran.err.count("\n") == 1
    assert not any(mark in ran.err for mark in ("Traceback", "Error", "KPI_DEBUG", "None,", "Exception"))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[[scenario]\n", b"x = 1\n"])
def test_a_file_that_is_no_scenario(ask: Ask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.toml").write_bytes(content)
    ran = ask("what-if", "--scenario", tmp_path / "s.toml")
    assert (ran.code, ran.out) == (2, "") and ran.err.count("\n") == 1
    assert ask("what-if", "--scenario", tmp_path).code == 2


def test_names_from_outside_cannot_write_to_the_terminal(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[[scenario]]\nname = "A"\nnote = "\\u001b[2J"\n[scenario.set]\noccupancy = 82\n')
    assert "\x1b" not in ask("what-if", "--scenario", path, "--format", "table").out
    for wrong in (("explain", "--metric", "csat", "--segment", "channel=\x1b[2J"), ("what-if", "--set", "\x1b[2J=3")):
        ran = ask(*wrong)
        assert ran.code == 2 and "\x1b" not in ran.err and ran.err.count("\n") == 1


def test_tiny_data_have_answers_too(kpi: Ask, desk: Path) -> None:
    files = (desk / "tickets.csv", desk / "surveys.csv")
    assert plain(kpi("correlate", *files))["lacks"]
    assert plain(kpi("explain", *files, "--metric", "csat"))["verdict"] == "unknown"
    lacking = plain(kpi("explain", *files, "--metric", "nps"))
    assert lacking["verdict"] == "unknown" and lacking["now"] is None and "needs NPS answers" in lacking["text"]
    assert plain(kpi("what-if", *files, "--set", "tickets_per_week=10"))["change"] is None
    assert kpi("what-if", *files, "--set", "fcr=70").code == 2, "nothing can be learned from three answers"
    goal = kpi("what-if", *files, "--goal", "90")
    assert goal.code == 2 and goal.out == ""
