"""Whatever is wrong is said in one line on stderr, with exit code 2 and nothing on stdout; never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Kpi = Callable[..., Ran]

RUBBISH = bytes(range(256)) * 8


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory, desk: Path) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "tickets.csv").write_text((desk / "tickets.csv").read_text("utf-8"), "utf-8")
    (folder / "office.toml").write_text((desk / "office.toml").read_text("utf-8"), "utf-8")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "rubbish.csv").write_bytes(RUBBISH)
    (folder / "broken.toml").write_text("[[schedule\nname=", "utf-8")
    (folder / "empty.toml").write_text("", "utf-8")
    (folder / "rubbish.toml").write_bytes(RUBBISH)
    (folder / "no_columns.toml").write_text('name = "x"\n', "utf-8")
    (folder / "wrong_column.toml").write_text('[[file]]\nfills = "tickets"\n[file.columns]\nticket_idd = "Id"\n', "utf-8")
    (folder / "shopping.csv").write_text("Fruit,Price\napple,1\n", "utf-8")
    (folder / "pairs.csv").write_text("start,end\n2026-01-05T10:00:00Z,2026-01-05T12:00:00Z\n", "utf-8")
    (folder / "folder.csv").mkdir()
    (folder / "taken").write_text("a file", "utf-8")
    return folder


WRONG: list[tuple[str, str]] = [
    # (arguments, with files taken from the folder of bad files; words that must be in the sentence)
    ("", "A command is missing"),
    ("computer", "Did you mean 'compute'"),
    ("read", "No file was given"),
    ("read missing.csv", "missing.csv"),
    ("read empty.csv", "empty"),
    ("read folder.csv", "'folder.csv' is a folder"),
    ("read rubbish.csv", "rubbish.csv"),
    ("read shopping.csv", "shopping.csv"),
    ("read tickets.csv --format xml", "xml"),
    ("read tickets.csv --source zendsk", "Did you mean 'zendesk'"),
    ("read tickets.csv --mapping missing.toml", "missing.toml"),
    ("read tickets.csv --mapping broken.toml", "broken.toml"),
    ("read tickets.csv --mapping rubbish.toml", "rubbish.toml"),
    ("read tickets.csv --mapping empty.toml", "empty.toml"),
    ("read tickets.csv --mapping no_columns.toml", "no_columns.toml"),
    ("read tickets.csv --mapping wrong_column.toml", "Did you mean 'ticket_id'"),
    ("read tickets.csv --mapping folder.csv", "folder.csv"),
    ("read tickets.csv --zone Mars/Base", "Mars/Base"),
    ("read tickets.csv --date-order x=ymd", "dmy or mdy"),
    ("read tickets.csv --date-order dmy", "name=value"),
    ("compute --metric csat", "No file was given"),
    ("compute missing.csv", "missing.csv"),
    ("compute tickets.csv --metric cast", "Did you mean 'csat'"),
    ("compute tickets.csv --metric ''", "no metric ''"),
    ("compute tickets.csv --split chanel", "Did you mean 'channel'"),
    ("compute tickets.csv --where chanel=email", "Did you mean 'channel'"),
    ("compute tickets.csv --where channel", "name=value"),
    ("compute tickets.csv --where =x", "name=value"),
    ("compute tickets.csv --by fortnight", "fortnight"),
    ("compute tickets.csv --from 2026-13-01", "2026-13-01"),
    ("compute tickets.csv --from 0001-01-01", "0001-01-01"),
    ("compute tickets.csv --to yesterday", "yesterday"),
    ("compute tickets.csv --from 2026-02-01 --to 2026-01-01", "backwards"),
    ("compute tickets.csv --as-of noon", "noon"),
    ("compute tickets.csv --as-of 9999-12-31", "9999-12-31"),
    ("compute tickets.csv --as-of 0001-01-01T00:00:00+10:00", "0001-01-01"),
    ("compute tickets.csv --zone Europe/Berln", "Did you mean 'Europe/Berlin'"),
    ("compute tickets.csv --zone ../etc/passwd", "../etc/passwd"),
    ("compute tickets.csv --calendar missing.toml", "missing.toml"),
    ("compute tickets.csv --calendar broken.toml", "broken.toml"),
    ("compute tickets.csv --calendar rubbish.toml", "rubbish.toml"),
    ("compute tickets.csv --calendar empty.toml", "empty.toml"),
    ("compute tickets.csv --calendar folder.csv", "folder.csv"),
    ("compute tickets.csv --clock lunar", "lunar"),
    ("compute tickets.csv --statistic p99", "Did you mean 'p95' or 'p90'"),
    ("compute tickets.csv --compare sideways", "sideways"),
    ("compute tickets.csv --param service_level", "name=value"),
    ("compute tickets.csv --param service_levl=20s", "Did you mean 'service_level'"),
    ("compute tickets.csv --param service_level=soon", "soon"),
    ("compute tickets.csv --param service_level=-1", "-1"),
    ("compute tickets.csv --param service_level=nan", "nan"),
    ("compute tickets.csv --param clocks=broken", "broken"),
    ("compute tickets.csv --format xlsx", "xlsx"),
    ("compute tickets.csv --nonsense", "--nonsense"),
    ("compute tickets.csv --by day --from 1900-01-01 --to 2199-12-31", "too many periods"),
    ("tickets tickets.csv", "--output is missing"),
    ("tickets tickets.csv -o out.xlsx", "out.xlsx"),
    ("tickets tickets.csv -o nowhere/out.csv", "nowhere"),
    ("tickets tickets.csv -o folder.csv", "folder.csv is a folder"),
    ("tickets tickets.csv -o tickets.csv", "tickets.csv is what is being read"),
    ("tickets missing.csv -o out.csv", "missing.csv"),
    ("hours --calendar office.toml", "--input"),
    ("hours --calendar missing.toml --input pairs.csv", "missing.toml"),
    ("hours --calendar office.toml --input missing.csv", "missing.csv"),
    ("hours --calendar office.toml --input folder.csv", "folder.csv"),
    ("hours --calendar office.toml --input empty.csv", "empty.csv needs the columns start and end"),
    ("hours --calendar office.toml --input shopping.csv", "needs the columns start and end"),
    ("hours --calendar office.toml --input rubbish.csv", "rubbish.csv is not a CSV file"),
    ("hours --calendar office.toml --input pairs.csv --schedule offise", "Did you mean 'office'"),
    ("hours --calendar office.toml --input pairs.csv -o nowhere/out.csv", "No such file or directory"),
    ("hours --calendar office.toml --input pairs.csv -o folder.csv", "Is a directory"),
    ("hours --calendar office.toml --input pairs.csv -o pairs.csv", "pairs.csv is what is being read"),
    ("metrics --format csv", "csv"),
    ("sample --tickets 0", "0"),
    ("sample --tickets many", "many"),
    ("sample --tickets 5 --seed -1", "-1"),
    ("sample --tickets 5 -o taken", "taken"),
    ("sample --tickets 5 -o taken/under", "under"),
    ("serve --port http", "http"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line or "(nothing)" for line, _ in WRONG])
def test_one_sentence_and_exit_code_2(kpi: Kpi, bad: Path, monkeypatch: pytest.MonkeyPatch, line: str, words: str) -> None:
    monkeypatch.chdir(bad)
    before = sorted(bad.rglob("*"))
    ran = kpi(*("" if word == "''" else word for word in line.split()))
    assert ran.code == 2, ran
    assert ran.out == ""
    assert words in ran.err
    assert ran.err.endswith("\n") and ran.err.count("\n") == 1, "one line"
    assert not any(mark in ran.err for mark in ("Traceback", "Error", "KPI_DEBUG", "None,", "<", "Exception"))
    assert sorted(bad.rglob("*")) == before, "nothing is left behind"


def test_names_from_outside_cannot_write_to_the_terminal(kpi: Kpi, tmp_path: Path) -> None:
    ran = kpi("read", tmp_path / "a\x1b[2Jb\nc.csv")
    assert ran.code == 2 and "\x1b" not in ran.err and ran.err.count("\n") == 1


def test_what_nobody_foresaw_is_said_too(kpi: Kpi, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr(sys.modules["kpi.read"], "described", breaks)
    ran = kpi("read", desk / "tickets.csv")
    assert (ran.code, ran.out) == (1, "") and "ZeroDivisionError" in ran.err and "Traceback" not in ran.err
    monkeypatch.setenv("KPI_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        kpi("read", desk / "tickets.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    ran = kpi("tickets", desk / "tickets.csv", "-o", tmp_path / "out.csv")
    assert ran.code == 2 and "out.csv cannot be written" in ran.err


def test_a_full_disk_is_said(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full to play the full disk")
    out = tmp_path / "out.csv"
    out.symlink_to(full)
    ran = kpi("hours", "--calendar", desk / "office.toml", "--input", _pairs(tmp_path), "-o", out)
    assert ran.code == 2 and "No space left" in ran.err


def _pairs(folder: Path) -> Path:
    pairs = folder / "pairs.csv"
    pairs.write_text("start,end\n2026-01-05T10:00:00Z,2026-01-05T12:00:00Z\n", "utf-8")
    return pairs
