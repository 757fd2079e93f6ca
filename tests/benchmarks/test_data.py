"""Every row of the product's own benchmarks: a source, a definition we know, a plausible year, a number as it was published."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from kpi.benchmarks import COLUMNS, Figure, published
from kpi.benchmarks.definitions import CONTEXT, CONTEXT_DEFINITIONS, DEFINITIONS, INDUSTRIES, KINDS, MIDDLES, NEAR, OTHER, SAME
from kpi.catalogue import CATALOGUE

PATH = Path(__file__).parents[2] / "data" / "benchmarks.csv"
ROWS = list(csv.DictReader(PATH.open(encoding="utf-8", newline="")))
FIGURES = published()


def test_the_file_is_whole_and_written_as_it_says() -> None:
    assert tuple(ROWS[0]) == COLUMNS and len(ROWS) == len(FIGURES) >= 350
    text = PATH.read_text("utf-8")
    assert "\r" not in text and "\ufeff" not in text and not re.search(r"localhost|127\.0\.0|file:|/(work|home|tmp|Users)/", text)


def flaws(row: dict[str, str]) -> list[str]:
    """What is wrong with a row, by name."""
    own = [cell for name, cell in row.items() if name not in ("value", "low", "high")]
    known = row["metric"] in CATALOGUE or row["metric"] in CONTEXT
    defined = (row["metric"], row["definition"]) in DEFINITIONS or row["definition"] in CONTEXT_DEFINITIONS.get(row["metric"], ())
    checks = {
        "metric": known,
        "definition": defined,
        "source": bool(row["publisher"] and row["title"] and row["unit"]),
        "address": bool(re.fullmatch(r"https://[\w.-]+\.[a-z]{2,}(/[^\s()<>\[\]]*)?", row["url"])),
        "year": row["year"] == "" or 2000 <= int(row["year"]) <= dt.datetime.now(dt.UTC).year,
        "words": row["kind"] in KINDS and row["industry"] in INDUSTRIES,
        "formula": not any(cell.startswith(("=", "+", "@", "\t", "-")) for cell in own),
        "quoted or marked up": not any(mark in "".join(own) for mark in "“”«»[]{}<`"),
        "via": (row["is_primary"] == "true") == (row["via"] == ""),
        "value": row["kind"] not in MIDDLES or bool(row["value"] or (row["low"] and row["high"])),
    }
    return [name for name, sound in checks.items() if not sound]


def test_every_row_has_source_definition_unit_and_address() -> None:
    found = {f"row {number}": flaws(row) for number, row in enumerate(ROWS, 2) if flaws(row)}
    assert not found


def test_no_fact_is_there_twice() -> None:
    fact = "metric definition statistic kind value low high unit channel industry sector publisher".split()
    with_year = Counter(tuple(row[name] for name in (*fact, "year", "note")) for row in ROWS)
    assert max(with_year.values()) == 1
    dated = {tuple(row[name] for name in fact) for row in ROWS if row["year"]}
    undated = {tuple(row[name] for name in fact) for row in ROWS if not row["year"]}
    assert not dated & undated, "an undated repetition of a dated figure says nothing"


def test_definitions_are_all_used_and_say_why() -> None:
    used = {(row["metric"], row["definition"]) for row in ROWS}
    assert set(DEFINITIONS) <= used and set(CONTEXT) <= {metric for metric, _ in used}
    for definition in DEFINITIONS.values():
        assert definition.metric in CATALOGUE and definition.fit in (SAME, NEAR, OTHER)
        assert definition.why or definition.fit == SAME, "what differs is said in words"
    assert not set(CONTEXT) & set(CATALOGUE)


def test_an_index_of_a_brand_is_never_csat() -> None:
    assert {row["definition"] for row in ROWS if row["publisher"] == "ACSI"} == {"acsi"}
    assert all(row["metric"] == "csat_index" for row in ROWS if row["definition"] in ("acsi", "ccsi", "ccsi_agents", "ukcsi"))
    assert not any(
        "index" in row["title"].casefold() and row["publisher"] in ("ACSI", "CFI Group") and row["metric"] == "csat" for row in ROWS
    )


def one(**wanted: object) -> Figure:
    """The only figure that is so."""
    found = [f for f in FIGURES if all(getattr(f, name) == value for name, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def test_numbers_as_they_were_published() -> None:
    """Facts looked up one by one in the list they come from, worked into our units by hand."""
    assert one(metric="csat", publisher="Zendesk", year=2012, industry="all").value == 86
    assert one(metric="speed_of_answer", publisher="ContactBabel", year=2024).value == 116
    assert one(metric="first_reply_time", industry="manufacturing", statistic="median").value == 285 * 60
    assert one(metric="first_reply_time", industry="manufacturing", statistic="mean").value == 1491.25 * 60
    assert one(metric="full_resolution_time", publisher="Gorgias", channel="all").value == pytest.approx(8.3 * 3600)
    assert one(metric="speed_of_answer", publisher="US Social Security Administration", year=2023).value == 36 * 60
    assert one(metric="cost_per_ticket", definition="level_1", sector="enterprise technology support (B2B)").value == 45
    assert one(metric="csat", definition="three_to_five", year=2017).value == 80.68
    assert one(metric="csat_mean").low == 2.96
    band = one(metric="abandonment_rate", kind="band", year=2012)
    assert (band.low, band.high, band.note) == (0, 5, "65.2 % of companies")
    assert one(metric="handle_time", publisher="APQC").year is None
    assert one(metric="retention_rate", publisher="First Page Sage", industry="insurance").value == 86
