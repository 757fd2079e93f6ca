"""The reference pages say what the declarations say, leave nothing out, and their examples work."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi import docs, sample
from kpi.catalogue import CATALOGUE
from kpi.cells import READERS, Constant
from kpi.cells.combined import Either
from kpi.cli import main
from kpi.errors import BadValue
from kpi.forms import Choice, Form
from kpi.hours import parse_calendar
from kpi.metric import FCR_VARIANTS, PARAMS
from kpi.sources import all_sources
from kpi.tables import TABLES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", docs.PAGES)
def test_pages_are_up_to_date(name: str) -> None:
    path = DOCS / name
    assert path.is_file() and path.read_text("utf-8") == docs.text_of(name), f"docs/{name} is behind the declarations: run `make docs`"


def test_the_command_writes_or_only_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--check"], tmp_path) == 1 and not list(tmp_path.iterdir())
    assert docs.main([], tmp_path) == 0 and sorted(p.name for p in tmp_path.iterdir()) == sorted(docs.PAGES)
    assert docs.main(["--check"], tmp_path) == 0
    (tmp_path / "tables.md").write_text("old", "utf-8")
    capsys.readouterr()
    assert docs.main(["--check"], tmp_path) == 1 and "Out of date: tables.md." in capsys.readouterr().err


def test_the_module_runs() -> None:
    done = subprocess.run([sys.executable, "-m", "kpi.docs", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout == "" and "RuntimeWarning" not in done.stderr


def test_nothing_declared_is_left_out() -> None:
    pages = {name: docs.text_of(name) for name in docs.PAGES}
    for metric in CATALOGUE.values():
        assert all(words in pages["metrics.md"] for words in (metric.name, metric.about, metric.formula, metric.reference)), metric.name
    assert all(f"`{name}`" in pages["metrics.md"] for name in (*PARAMS, *FCR_VARIANTS))
    for table in TABLES.values():
        assert all(f"`{c.name}`" in pages["tables.md"] and c.about in pages["tables.md"] for c in table.columns), table.name
    for source in all_sources().values():
        section = pages["sources.md"].split(f'<a id="{source.name}"></a>')[1].split("\n## ")[0]
        for part in source.parts:
            for column, reader in part.columns.items():
                assert f"| `{column}` |" in section, (source.name, column)
                assert all(f"`{header}`".replace("|", "\\|") in section for header in reader.sought), (source.name, column)


def test_every_kind_of_reader_and_form_has_words() -> None:
    assert set(READERS.values()) | {Constant} - {Either} <= {*docs.READ, Either} | {
        k for k in READERS.values() if set(k.__mro__) & set(docs.READ)
    }
    assert {type(form) for metric in CATALOGUE.values() for form in plain(metric.form)} <= set(docs.INTERVALS)


def plain(form: Form) -> Iterator[Form]:
    if isinstance(form, Choice):
        for option in form.options.values():
            yield from plain(option)
    else:
        yield form


def test_needs_mean_the_same_however_they_are_written() -> None:
    """The written condition, read as Python, holds for the same random sets of columns as the declared alternatives."""
    draw = random.Random(1)  # noqa: S311  a test
    variants = [needs for metric in CATALOGUE.values() for needs in getattr(metric.form, "needs", {}).values()]
    for alternatives in [*(metric.needs for metric in CATALOGUE.values()), *variants]:
        said = docs._needs(alternatives).replace(", or", " or")
        columns = sorted({c for one in alternatives for c in one.split(" & ")})
        condition = re.sub(r"`([^`]+)`", lambda found: f"({found[1]!r} in there)", said)
        for _ in range(200):
            there = {c for c in columns if draw.random() < 0.6}
            wanted = any(set(one.split(" & ")) <= there for one in alternatives)
            assert eval(condition, {"there": there}) == wanted, (said, there)  # noqa: S307  our own sentence


def test_links_lead_somewhere() -> None:
    pages = [*DOCS.glob("*.md"), ROOT / "README.md"]
    anchors = {p.name: set(re.findall(r'<a id="([^"]+)">', p.read_text("utf-8"))) for p in pages}
    for page in pages:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            assert not name or (page.parent / name).exists(), (page.name, target)
            assert not anchor or anchor in anchors[Path(name).name if name else page.name], (page.name, target)
    for named in re.findall(r"docs/([\w-]+\.md)", " ".join(p.read_text("utf-8") for p in pages)):
        assert (DOCS / named).is_file(), named


def test_tables_have_as_many_cells_as_their_header() -> None:
    for name in docs.PAGES:
        width = 0
        for line in docs.text_of(name).splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert cells in (0, width) or width == 0, (name, line)
            width = cells


@pytest.mark.slow
def test_the_examples_of_the_command_line_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    sample.write(tmp_path, tickets=300, seed=2)
    monkeypatch.chdir(tmp_path)
    example = re.search(r"```toml\n(.*?)```", (DOCS / "targets.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "targets.toml").write_text(example[1] if example else "", "utf-8")
    blocks = re.findall(r"```\n(.*?)```", docs.text_of("command-line.md"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        command, *arguments = line.split()
        assert command == "kpi"
        code, said = main(arguments), capsys.readouterr()
        assert code == 0 and (said.out or said.err), (line, said.err)


def test_the_calendar_page_is_right() -> None:
    text = (DOCS / "calendar.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    calendar = parse_calendar(example)
    assert calendar.names == ("Night desk", "US support") and calendar.default == "US support"
    rows = re.findall(r"^\| (2026\S+)Z \| (2026\S+)Z \| (\d+) \|", text, re.MULTILINE)
    assert len(rows) == 4
    for start, end, seconds in rows:
        assert calendar.seconds_between([start], [end]).tolist() == [float(seconds)], (start, end)
    night = calendar.seconds_between(["2026-06-05T00:00:00"], ["2026-06-08T00:00:00"], ["Night desk"])
    assert night.tolist() == [32 * 3600], "Friday 22:00 to Saturday 06:00, and all of Sunday"
    with pytest.raises(BadValue, match="overlaps"):
        parse_calendar(example.replace('fri = ["22:00', 'sat = ["22:00'))
    kept = parse_calendar(example.replace('"2026-12-31" = []', '"2026-12-25" = ["10:00-11:00"]'))
    assert kept.seconds_between(["2026-12-25T00:00:00"], ["2026-12-26T00:00:00"]).tolist() == [3600], "an override wins over a holiday"
