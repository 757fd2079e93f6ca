"""The console script itself, and the commands that need no files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kpi.catalogue import CATALOGUE
from kpi.cli import main
from kpi.engine import from_frames
from kpi.errors import BadValue
from tests.cli.conftest import Ran

pytestmark = pytest.mark.slow

Kpi = Callable[..., Ran]


def test_help_names_every_command(script: Kpi, capsys: pytest.CaptureFixture[str]) -> None:
    ran = script("--help")
    assert ran.code == 0 and ran.err == ""
    for command in ("read", "compute", "tickets", "hours", "metrics", "sample", "serve"):
        assert f"\n    {command} " in ran.out
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0 and capsys.readouterr().out.startswith(f"usage: kpi {command}")


def test_the_script_answers_like_the_function(script: Kpi, kpi: Kpi, desk: Path) -> None:
    wish = ("compute", desk / "tickets.csv", "--metric", "tickets_created", "first_reply_time", "--by", "week", "--split", "channel")
    assert script(*wish) == kpi(*wish)
    wrong = ("compute", desk / "tickets.csv", "--metric", "cast")
    assert script(*wrong) == kpi(*wrong) == Ran(2, "", "There is no metric 'cast'. Did you mean 'csat'?\n")


def test_a_reader_that_leaves_early_is_no_error(desk: Path) -> None:
    command = Path(sys.executable).with_name("kpi")
    shell = f"'{command}' metrics | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_argument_that_is_no_text(script: Kpi, desk: Path) -> None:
    ran = script("compute", desk / "tickets.csv", "--metric", "tickets_created", "--where", b"channel=\xff\xfe")
    assert ran.code == 2 and ran.err.count("\n") == 1 and "channel" in ran.err


def test_the_engine_draws_nothing_on_stdout() -> None:
    """DuckDB draws a progress bar on stdout where `__main__` is no file, as in `python -c` and a notebook."""
    ask = (
        "from kpi.engine import connect; print(connect().cursor().execute(\"SELECT current_setting('enable_progress_bar')\").fetchone()[0])"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_what_the_engine_cannot_write_is_said(tmp_path: Path) -> None:
    data = from_frames({})
    with pytest.raises(BadValue, match=r"out\.csv cannot be written"):
        data.write("SELECT 1", data.stand(None, None), tmp_path / "no folder" / "out.csv", "FORMAT csv")


def test_metrics_are_listed_whole(kpi: Kpi) -> None:
    told = kpi("metrics").json
    assert [m["id"] for m in told] == list(CATALOGUE)
    for metric in told:
        assert {"id", "label", "family", "about", "formula", "unit", "better", "period", "reference", "needs", "params"} <= set(metric)
    assert len(kpi("metrics", "--format", "table").out.splitlines()) == len(CATALOGUE)


def test_the_sample_is_the_same_for_the_same_seed(kpi: Kpi, tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("same", 3), ("other", 4)):
        ran = kpi("sample", "--tickets", 60, "--seed", seed, "-o", tmp_path / name)
        assert (ran.code, ran.out) == (0, "") and ran.err.startswith("60 tickets of the sample company written to ")
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert {"tickets.csv", "messages.csv", "changes.csv", "surveys.csv", "calendar.toml", "truth.json"} <= set(files)
    same = [(tmp_path / "one" / f).read_bytes() == (tmp_path / "same" / f).read_bytes() for f in files]
    assert all(same) and (tmp_path / "one" / "tickets.csv").read_bytes() != (tmp_path / "other" / "tickets.csv").read_bytes()


def test_the_sample_as_parquet_is_the_same_company(kpi: Kpi, tmp_path: Path) -> None:
    for kind in ("csv", "parquet"):
        assert kpi("sample", "--tickets", 60, "--seed", 3, "--format", kind, "-o", tmp_path / kind).code == 0
    prints = [
        kpi("read", *sorted(p for p in (tmp_path / kind).glob(f"*.{kind}") if p.stem != "events")).json["fingerprint"]
        for kind in ("csv", "parquet")
    ]
    assert prints[0] == prints[1]


def test_a_company_without_effects_says_so(kpi: Kpi, tmp_path: Path) -> None:
    assert kpi("sample", "--tickets", 60, "--null", "-o", tmp_path).code == 0
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert truth
