"""The frame in process: uploads and imports, what is shown meanwhile, addresses that mean harm, and errors in words."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.report.text import JOINER, words
from kpi.store import connected
from pages.parts.words import plain
from tests.pages.conftest import TINY

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")
TICKETS = b"""ticket_id,created_at,solved_at,status,channel
1,2026-03-02T08:00:00Z,2026-03-02T10:00:00Z,solved,email
2,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,solved,chat
3,2026-03-03T09:00:00Z,2026-03-04T09:00:00Z,solved,email
4,2026-03-04T09:00:00Z,,open,email
"""
PAGES = ("overview.py", "number.py", "tickets.py", "data.py", "definitions.py")


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app with an empty home."""
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    return AppTest.from_file(FRAME, default_timeout=60)


def imported(app: AppTest) -> AppTest:
    """The page once the import that is under way has ended."""
    key = str(app.query_params["data"])
    for _ in range(600):
        if store.state(key).name != "running":
            return app.run()
        time.sleep(0.1)
    raise AssertionError("the import does not end")


def sent(app: AppTest, **files: bytes) -> AppTest:
    """Files put into the uploader, and the import waited for."""
    app.run()
    for name, content in files.items():
        app.file_uploader(key="upload_0").upload(name, content)
    return imported(app.run())


def told(app: AppTest) -> dict[str, str]:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return {metric.label: metric.value.replace("\u00a0", " ") for metric in app.metric}


@pytest.mark.slow
def test_an_upload_shows_its_progress_then_its_numbers(fresh: AppTest, tmp_path: Path) -> None:
    fresh.run()
    fresh.file_uploader(key="upload_0").upload("../../../escaped.csv", TICKETS)
    fresh.run()
    assert fresh.title[0].value == "One moment" and fresh.button(key="stop_import") and not fresh.metric
    assert told(imported(fresh))["Tickets created"] == "4"
    home = tmp_path / "home"
    assert [p.name for p in tmp_path.iterdir()] == ["home"] and not list(home.rglob("escaped*")), "a name that is a path stays a name"
    assert all(p.stat().st_mode & 0o077 == 0 for p in (home / "data").iterdir()), "what is kept is for this user only"


@pytest.mark.slow
def test_an_import_can_be_stopped_and_started_again(fresh: AppTest) -> None:
    fresh.run()
    fresh.file_uploader(key="upload_0").upload("tickets.csv", TICKETS)
    fresh.run()
    fresh.button(key="stop_import").click().run()
    assert not fresh.exception and any("stopped" in text.value for text in fresh.markdown)
    fresh.button(key="start_again").click().run()
    assert told(imported(fresh))["Tickets created"] == "4"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["export.zip", "export.xlsx", "export.csv", "export.parquet", "export.json.gz"])
def test_a_damaged_upload_is_said_in_words_and_leaves_a_way_out(fresh: AppTest, name: str) -> None:
    app = sent(fresh, **{name: b"PK\x03\x04 this is \x00\xff\xfe not what it says"})
    assert not app.exception and not app.metric
    (error,) = app.error
    assert "our side" not in error.proto.title, "a damaged file is the reader's business, and is named"
    assert app.file_uploader(key="upload_1"), "a fresh uploader to try again"


@pytest.mark.parametrize("key", ["../../etc", "0" * 32, "sample/..", "%2e%2e", "<script>"])
def test_an_address_of_no_data_is_said_in_words(fresh: AppTest, key: str) -> None:
    fresh.query_params["data"] = key
    fresh.run()
    assert not fresh.exception and len(fresh.error) == 1 and fresh.button(key="open_sample")
    assert "data" not in fresh.query_params and not fresh.run().error, "it is said once"


def test_our_own_faults_are_calm_and_numbered(
    app: Callable[..., AppTest], tiny_key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail of somebody's ticket")

    monkeypatch.setattr("kpi.store.open_dataset", broken)
    with caplog.at_level(logging.ERROR, logger="deskmeter"):
        page = app(tiny_key)
    (error,) = page.error
    shown = error.proto.title + error.value
    assert not page.exception and "secret" not in shown and "Traceback" not in shown
    number = error.value.partition("quote error ")[2][:6]
    assert any(number in record.getMessage() and record.exc_info for record in caplog.records), "the log has the details"


@pytest.mark.slow
def test_the_sample_company_is_one_click_away_and_says_what_it_is(fresh: AppTest) -> None:
    fresh.run()
    fresh.button(key="open_sample").click().run()
    values = told(imported(fresh))
    assert {"CSAT", "First reply, median", "SLA attainment", "Tickets created", "Cost per ticket"} <= {*values}
    assert fresh.query_params["data"] == "sample" and fresh.query_params["compare"] == "previous"
    for page in PAGES:
        fresh.switch_page(page).run()
        assert any("Sample data" in text.value for text in fresh.markdown), "the ribbon is on every page"
    fresh.switch_page("overview.py").run()
    told(fresh.button(key="other_data").click().run())
    assert fresh.button(key="open_sample") and "data" not in fresh.query_params


def test_what_another_page_left_in_the_address_goes(app: Callable[..., AppTest], tiny_key: str) -> None:
    page = app(tiny_key, metric="csat", colour="red")
    assert "metric" not in page.query_params and "colour" not in page.query_params and page.query_params["data"] == tiny_key


@pytest.mark.parametrize(
    "text", ["see https://evil.example/x, HTTP://evil.example", "www.evil.example", "ann.lee+1@example.com wrote", "a@b.c@d.e"]
)
def test_other_peoples_addresses_are_no_links(text: str) -> None:
    """By the two patterns with which Streamlit's own Markdown (mdast-util-gfm-autolink-literal) looks for addresses once every mark is read."""
    web, mail = re.compile(r"(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)", re.I), re.compile(r"([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)")
    shown = plain(text).replace("\\", "")
    assert web.search(text) or mail.search(text), "the text as it came would be a link"
    assert not web.search(shown) and not mail.search(shown)
    assert words(plain(text)) == text, "a file has it as it came"


def test_the_ribbon_names_the_connection_the_data_come_from(app: Callable[..., AppTest]) -> None:
    key = store.keep(dict(TINY))  # the fixture has set the home
    store.import_now(key)
    assert any("tickets.csv" in one.value for one in app(key).caption)
    told = {"name": "desk", "label": "Desk *database*", "wanted": "1", "read": "1", "who": ""}
    (store.folder(key) / connected.TOLD).write_text(json.dumps(told), "utf-8")
    said = [one.value for one in app(key).caption]
    assert "Desk \\*database\\*" in said and not any("tickets.csv" in one for one in said)


def test_other_peoples_text_is_no_markdown() -> None:
    hostile = "![x](https://a.example/p.png) **b** `c` :red[d] $e$ <f> [g](h) # i | ~~j~~ :material/k:"
    shown = plain(hostile)
    assert shown.replace("\\", "").replace(JOINER, "") == hostile
    for mark in "![](){}*`:$<>#|~_":
        assert all(shown[i - 1] == "\\" for i, char in enumerate(shown) if char == mark), mark
