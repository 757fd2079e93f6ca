"""The files of a page show what the page shows: nothing less, nothing that was not drawn, and to the digit."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from threading import Thread
from typing import Any

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from kpi.report import KINDS, Chart, Report, Sentence, Table, Tiles, written
from kpi.report.text import words
from pages.parts import files, recorded
from tests.pages.conftest import HARM

App = Callable[..., AppTest]
pytestmark = pytest.mark.slow
DATES = {"from": "2026-08-03", "to": "2026-08-30", "compare": "previous"}
PAGES = [
    ("overview.py", {}),
    ("number.py", {"metric": "csat"}),
    ("trends.py", {}),
    ("trends.py", {"metric": "first_reply_time"}),
    ("trends.py", {"metric": "csat", "split_by": "channel"}),
    ("benchmarks.py", {}),
    ("targets.py", {}),
    ("correlations.py", {}),
    ("why.py", {"metric": "first_reply_time"}),
    ("what_if.py", {}),
    ("workload.py", {}),
    ("feedback.py", {}),
    ("events.py", {}),
    ("tickets.py", {}),
    ("data.py", {}),
    ("definitions.py", {}),
]


def report_of(at: AppTest) -> Report:
    recording: recorded.Recording = at.session_state[recorded.NAME]
    return files.report(recording, at.session_state["mine"], at.session_state["asked"])


def texts(found: Any) -> str:
    return " ".join(" ".join(words(str(one.value)).split()) for one in found)


@pytest.mark.parametrize(("page", "own"), PAGES, ids=lambda one: one if isinstance(one, str) else "-".join(one.values()))
def test_every_page_has_its_files_and_they_hold_what_it_shows(app: App, sample_key: str, page: str, own: dict[str, str]) -> None:
    at = app(sample_key, page, **DATES, **own)
    report = report_of(at)
    assert report.title == at.title[0].value and report.proof.fingerprint == at.session_state["mine"].dataset.fingerprint
    drawn = at.get("vega_lite_chart")
    assert len(report.charts) == len(drawn)
    said = " ".join(" ".join(words(block.text).split()) for block in report.blocks if hasattr(block, "text"))
    shown = texts([*at.markdown, *at.caption, *at.subheader])
    bold = [part for one in at.main.markdown if (part := str(one.value)).startswith("**")]
    missing = [text for text in bold if " ".join(words(text).split()) not in said and "deleted from this machine" not in text]
    assert not missing, missing
    assert all(" ".join(words(block.text).split()) in shown + texts(at.title) for block in report.blocks if hasattr(block, "text")), (
        "nothing else"
    )
    for kind in ("html", "xlsx", "md", "ipynb"):
        assert written(report, kind)


def test_tiles_are_those_of_the_screen_to_the_digit(app: App, sample_key: str) -> None:
    at = app(sample_key, **DATES)
    tiles = [tile for block in report_of(at).blocks if isinstance(block, Tiles) for tile in block.tiles]
    assert len(tiles) == len(at.metric) > 10
    for tile, metric in zip(tiles, at.metric, strict=True):
        assert (tile.label, tile.value) == (metric.label, metric.value.removeprefix(":gray[").removesuffix("]"))
        assert tile.change == metric.delta
    captions = {caption.value for caption in at.caption}
    assert all(tile.below in captions for tile in tiles if tile.below and not tile.note)
    page = written(report_of(at), "html").decode()
    assert all(f'<div class="value">{tile.value}</div>' in page for tile in tiles)


def test_the_proof_has_the_numbers_of_the_page(app: App, sample_key: str) -> None:
    at = app(sample_key, **DATES)
    now = next(part for part in report_of(at).proof.numbers if "compare" in part.scope and len(part.metrics) > 5)
    assert now.scope["from"] == ["2026-08-03"] and {"csat", "tickets_created"} <= set(now.metrics)
    book = openpyxl.load_workbook(io.BytesIO(written(report_of(at), "xlsx")))
    assert book["Numbers"].max_row == 1 + sum(len(part.rows) for part in report_of(at).proof.numbers)


def test_a_second_run_begins_anew(app: App, sample_key: str) -> None:
    at = app(sample_key, **DATES)
    first = report_of(at)
    at.run()
    again = report_of(at)
    assert [type(block) for block in again.blocks] == [type(block) for block in first.blocks]
    assert again.proof == first.proof, "a second visitor's file is the same, though everything is remembered by now"


def test_a_file_waits_until_its_page_is_drawn(app: App, sample_key: str) -> None:
    at = app(sample_key, **DATES)
    assert at.session_state[recorded.NAME].done.is_set()
    late = recorded.Recording(list(at.session_state[recorded.NAME].blocks[:1]))
    make = files.made(late, at.session_state["mine"], at.session_state["asked"], "md")
    found: list[bytes] = []
    thread = Thread(target=lambda: found.append(make()))
    thread.start()
    late.blocks.append(Sentence("The last word."))
    assert not found
    late.done.set()
    thread.join(60)
    assert b"The last word." in found[0]


def test_files_of_hostile_data_are_harmless(app: App, dirty_key: str) -> None:
    for page in ("overview.py", "data.py", "tickets.py"):
        report = report_of(app(dirty_key, page))
        for kind in KINDS:
            content = written(report, kind)
            if kind in ("html", "md"):
                assert b"<script>alert" not in content and b"![x]" not in content.replace(
                    b"![x](https://evil.example/p.png) &lt;script", b""
                )
    frames = [block.frame for block in report.blocks if isinstance(block, Table)]
    assert any((frame.astype(str) == HARM).any(axis=None) for frame in frames), "and yet nothing of the text is lost"


def test_without_data_there_is_nothing_to_take(app: App) -> None:
    at = app(None)
    assert not [block for block in at.session_state[recorded.NAME].blocks if isinstance(block, Chart | Table | Tiles)]
    assert [button.key for button in at.get("download_button")] == ["connect_example"], "an example of a connection, and nothing of data"


def test_the_files_are_offered_and_named(app: App, sample_key: str) -> None:
    at = app(sample_key, **DATES)
    scope = at.session_state["asked"]
    assert files.file_name(scope, "overview") == "overview-2026-08-03-to-2026-08-30"
    assert files.file_name(scope.but(start=None, end=None), "../what if") == "what-if"
    make = files.made(at.session_state[recorded.NAME], at.session_state["mine"], scope, "ipynb")
    assert json.loads(make())["nbformat"] == 4
