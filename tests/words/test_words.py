"""Every sentence the product says, written down, so that a change of words is seen and read.

`KPI_WORDS=write pytest tests/words` writes the pages in tests/words/pages anew; read the difference before you commit it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kpi import units
from kpi.catalogue import CATALOGUE, FAMILIES
from kpi.cli import main
from kpi.examples import scope as world_scope
from kpi.examples import worked, world
from kpi.explain import explain, rows_said
from kpi.lifecycle.others import FINDINGS
from kpi.measure import measure
from kpi.metric import PARAMS, described
from kpi.quality import effects, quality, said, verdict
from kpi.scope import Scope
from kpi.tables import TABLES
from tests.cli.conftest import desk  # noqa: F401
from tests.cli.test_bad_input import WRONG, bad  # noqa: F401  the fixture with the bad files
from tests.words.company import SHAPES, company

PAGES = Path(__file__).parent / "pages"
VALUES = {
    "s": (0, 0.4, 9.6, 59.6, 60, 3599.6, 3600, 6120, 172_799, 172_800, 8_640_000),
    "%": (0, 0.004, 0.5, 12.34, 99.96, 99.999, 100),
    "points": (-100, -11.2, 0, 0.3, 31),
    "count": (0, 0.04, 1, 12.4, 99.6, 18_204),
    "score": (1, 4.21, 4.999),
    "ratio": (0.004, 1.9, 12.34, 120.4),
    "currency": (0, 0.004, 15.56, 93_750),
}


def metrics() -> Iterator[str]:
    for family in FAMILIES:
        yield f"# {family}"
        for metric in (m for m in CATALOGUE.values() if m.family == family):
            told = described(metric)
            yield f"{metric.label}. {metric.about}"
            yield f"    {metric.formula}. By {metric.by}; {told['direction']}. Source: {metric.reference}."
    yield "# what can be set"
    for param in PARAMS.values():
        yield f"{param.name}, {param.default}: {param.about}"
        yield from (f"    {code}: {words}." for code, words in param.choices.items())


def tables() -> Iterator[str]:
    for table in TABLES.values():
        yield f"# {table.name}: {table.about}"
        yield from (f"{column.name}: {column.about}" for column in table.columns)


def results() -> Iterator[str]:
    for shape, (names, scope) in SHAPES.items():
        yield f"# {shape}"
        yield from measure(names, scope, company()).text.split("\n")


def findings() -> Iterator[str]:
    for name, sentence, _, _ in FINDINGS:
        yield f"{name}: 1 ticket {sentence}."


def numbers() -> Iterator[str]:
    for unit, values in VALUES.items():
        yield f"# {unit}, {units.unit_name(unit, 'EUR')}, {units.per_unit(unit, 'EUR')[1]}"
        money = "EUR" if unit == "currency" else None
        yield from (
            f"{value:g}: {units.say(value, unit, money)}, changed by {units.say_change(-value, unit, money)}, "
            f"between {units.say_interval(*sorted((0.9 * value, 1.1 * value)), unit, money)}"
            for value in values
        )
        yield f"unknown: {units.say(None, unit, money)}"


def explained() -> Iterator[str]:
    """How each number of the made-up company is made, in the words of the page."""
    for name in CATALOGUE:
        found = explain(name, world_scope(), world())
        yield f"# {found.metric.label}"
        yield from filter(None, (found.sentence, found.equation, found.interval, found.needs))
        yield from (f"    {part.role}: {part.words}" for part in found.parts)
        for look in found.looks:
            yield f"    {look.words or 'rows'}: {look.counted} of {rows_said(look.table, look.in_scope)}"
            yield from (f"        left out: {out.rows}, {out.reason}" for out in look.left_out)


def definitions() -> Iterator[str]:
    """The worked example of every definition."""
    for name in CATALOGUE:
        made = worked(name)
        yield f"# {CATALOGUE[name].label}: {made.text}"
        table = made.table.astype(object).where(made.table.notna(), "no ticket")  # the page leaves these cells empty
        yield from (f"    {row[made.table.columns[0]]}: {row['Adds']}" for row in table.to_dict("records"))


def quality_of_data() -> Iterator[str]:
    """What is odd about the made-up desk, and how much it matters."""
    found = quality(company(), now=dt.datetime(2026, 7, 1))
    yield verdict(company(), found, 0)
    for finding in found:
        yield f"{finding.title}: {finding.sentence} {said(finding, effects(finding, Scope(), company()))} {finding.why_not}".strip()


PAGES_OF: dict[str, Callable[[], Iterator[str]]] = {
    "metrics": metrics,
    "tables": tables,
    "results": results,
    "findings": findings,
    "numbers": numbers,
    "explained": explained,
    "definitions": definitions,
    "quality": quality_of_data,
}


def compare(name: str, lines: list[str]) -> None:
    text, path = "\n".join(lines).replace(units.NBSP, " ") + "\n", PAGES / f"{name}.txt"
    if os.environ.get("KPI_WORDS") == "write":
        PAGES.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.exists() and path.read_text("utf-8") == text, f"the words of {name} changed: KPI_WORDS=write pytest tests/words"
    read_as_an_editor(lines)


FAULTS = {
    "two marks in a row": re.compile(r"[.;:,][.;,]|\.\s*;|\(\s*\)|\s[.,;](\s|$)|  +\S.*  "),
    "a number that is no number": re.compile(r"\b(nan|NaN|None(?! of)|inf|NULL|null)\b"),
    "decimals on a count of rows": re.compile(r"n = \d+\.\d|\d\.0 of "),
    "a hole": re.compile(r"[{}]|%s|\$\{"),
    "one of many": re.compile(r"(?<![\d.,-])1 (tickets|answers|rows|are|were|have|do|count|carry)\b"),
}


def read_as_an_editor(lines: list[str]) -> None:
    ours = [re.sub(r"'[^']*'|“[^”]*”|^\$.*", "…", line.strip()) for line in lines]  # what somebody wrote is theirs
    wrong = [f"{fault}: {line}" for line in ours for fault, pattern in FAULTS.items() if pattern.search(line)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", PAGES_OF)
def test_the_words_are_the_ones_written_down(name: str) -> None:
    compare(name, list(PAGES_OF[name]()))


@pytest.mark.slow
def test_the_sentences_of_mistakes(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.chdir(bad)
    lines = []
    for line, _ in WRONG:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            main(["" if word == "''" else word for word in line.split()])
        lines += [f"$ kpi {line}", f"    {said.getvalue().strip()}"]
    compare("mistakes", lines)
