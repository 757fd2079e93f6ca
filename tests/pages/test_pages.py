"""The pages in process: with nothing, the sample, a file worked by hand, and files and addresses that mean harm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.words import plain

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")
TICKETS = b"""ticket_id,created_at,solved_at,status,channel
1,2026-03-02T08:00:00Z,2026-03-02T10:00:00Z,solved,email
2,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,solved,chat
3,2026-03-03T09:00:00Z,2026-03-04T09:00:00Z,solved,email
4,2026-03-04T09:00:00Z,,open,email
"""
SURVEYS = b"""ticket_id,kind,score,scale_low,scale_high,is_higher_better,answered_at
1,csat,5,1,5,true,2026-03-02T11:00:00Z
2,csat,4,1,5,true,2026-03-02T14:00:00Z
3,csat,1,1,5,true,2026-03-04T10:00:00Z
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    return AppTest.from_file(FRAME, default_timeout=60)


@pytest.fixture
def upload(app: AppTest) -> Callable[..., AppTest]:
    def send(**files: bytes) -> AppTest:
        app.run()
        for name, content in files.items():
            app.file_uploader(key="upload_0").upload(name, content)
        return app.run()

    return send


def told(app: AppTest) -> dict[str, str]:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return {metric.label: metric.value.replace("\u00a0", " ") for metric in app.metric}


def test_with_no_data_there_are_two_ways_in(app: AppTest) -> None:
    app.run()
    assert told(app) == {}
    assert app.title[0].value == "How support is doing"
    assert app.file_uploader(key="upload_0") and app.button(key="open_sample")


def test_a_tiny_file_worked_by_hand(upload: Callable[..., AppTest]) -> None:
    app = upload(**{"tickets.csv": TICKETS, "surveys.csv": SURVEYS})
    values = told(app)
    assert values["Tickets created"] == "4" and values["Tickets solved"] == "3" and values["Backlog"] == "1"
    assert values["Full resolution, median"] == "4 h"  # of 2 h, 4 h and 24 h
    assert values["CSAT"] == "66.7 %"  # 2 of 3
    captions = " ".join(caption.value for caption in app.caption)
    assert "2–4 Mar 2026" in captions and "2 of 3" in captions and "tickets.csv, surveys.csv" in captions
    assert app.query_params["data"] and "from" not in app.query_params, "four tickets are too few for four weeks against four"


@pytest.mark.slow
def test_what_was_asked_is_in_the_address_and_the_address_is_asked(upload: Callable[..., AppTest]) -> None:
    app = upload(**{"tickets.csv": TICKETS})
    app.selectbox(key="period").select("own").run()
    app.date_input(key="dates").set_value(("2026-03-03", "2026-03-04")).run()
    assert told(app)["Tickets created"] == "2"
    assert app.query_params["from"] == "2026-03-03" and app.query_params["to"] == "2026-03-04"

    again = AppTest.from_file(FRAME, default_timeout=60)
    for name in app.query_params:
        again.query_params[name] = app.query_params[name]
    assert told(again.run())["Tickets created"] == "2"


@pytest.mark.slow
def test_dates_that_could_be_either_are_asked_about_and_the_answer_counts(upload: Callable[..., AppTest]) -> None:
    """3 April or 4 March: until somebody says so there is no resolution time, and no date either."""
    header = "Ticket ID,Status,Created time,Resolved time,Agent interactions,Initial response time\n"
    rows = "".join(f"{d},Closed,0{d}/04/2026 10:00,0{d}/04/2026 1{d}:00,1,0{d}/04/2026 10:30\n" for d in (3, 5, 6))
    app = upload(**{"freshdesk.csv": (header + rows).encode()})
    assert "Full resolution, median" not in told(app) and "dates unknown" in " ".join(c.value for c in app.caption)
    app.segmented_control(key="date_order").select("dmy").run()
    assert told(app)["Full resolution, median"] == "5 h"  # of 3 h, 5 h and 6 h
    assert "3–6 Apr 2026" in " ".join(c.value for c in app.caption)


@pytest.mark.slow
def test_the_zone_of_times_that_state_none_can_be_said(upload: Callable[..., AppTest]) -> None:
    zoneless = b"Ticket ID,Status,Created time,Resolved time,Agent interactions\n1,Closed,2026-03-29 00:30,2026-03-29 04:30,1\n"
    app = upload(**{"freshdesk.csv": zoneless})
    assert told(app)["Full resolution, median"] == "4 h"
    app.switch_page("data.py").run()
    app.selectbox(key="source_zone").select("Europe/Berlin").run()
    app.switch_page("overview.py").run()
    assert told(app)["Full resolution, median"] == "3 h"  # that night the clocks went from 2 to 3


@pytest.mark.parametrize("name", ["export.zip", "export.xlsx", "export.csv", "export.parquet", "export.json.gz"])
def test_a_damaged_upload_is_said_in_words_and_leaves_a_way_out(upload: Callable[..., AppTest], name: str) -> None:
    app = upload(**{name: b"PK\x03\x04 this is \x00\xff\xfe not what it says"})
    assert not app.exception and not app.metric
    (error,) = app.error
    assert "went wrong on our side" not in error.proto.title, "a damaged file is the reader's business, and is named"
    assert app.file_uploader(key="upload_1"), "a fresh uploader to try again"


def test_a_name_that_is_a_path_stays_a_name(upload: Callable[..., AppTest], tmp_path: Path) -> None:
    app = upload(**{"../../../escaped.csv": TICKETS})
    assert told(app)["Tickets created"] == "4"
    home = tmp_path / "home"
    assert [p.name for p in tmp_path.iterdir()] == ["home"] and not list(home.rglob("escaped*"))
    assert all(p.stat().st_mode & 0o077 == 0 for p in (home / "data").iterdir()), "what is kept is for this user only"


@pytest.mark.parametrize("key", ["../../etc", "0" * 32, "sample/..", "%2e%2e", "<script>"])
def test_an_address_of_no_data_is_said_in_words(app: AppTest, key: str) -> None:
    app.query_params["data"] = key
    app.run()
    assert not app.exception and len(app.error) == 1 and app.button(key="open_sample")


@pytest.mark.slow
def test_an_impossible_wish_is_said_and_the_default_is_shown(upload: Callable[..., AppTest]) -> None:
    app = upload(**{"tickets.csv": TICKETS})
    app.query_params["by"] = "fortnight"
    app.run()
    assert not app.exception and "fortnight" in app.error[0].proto.title
    assert app.metric, "the page is there all the same"
    assert not app.run().error, "and it is said once"


def test_our_own_faults_are_calm_and_numbered(upload: Callable[..., AppTest], monkeypatch, caplog) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail of somebody's ticket")

    monkeypatch.setattr("kpi.read", broken)
    with caplog.at_level(logging.ERROR, logger="deskmeter"):
        app = upload(**{"tickets.csv": TICKETS})
    (error,) = app.error
    shown = error.proto.title + error.value
    assert not app.exception and "secret" not in shown and "Traceback" not in shown
    number = error.value.partition("quote error ")[2][:6]
    assert any(number in record.getMessage() and record.exc_info for record in caplog.records), "the log has the details"


@pytest.mark.slow
def test_every_page_stands_with_and_without_data(upload: Callable[..., AppTest], app: AppTest) -> None:
    app.run()
    for page in ("data.py", "definitions.py", "overview.py"):
        assert not app.switch_page(page).run().exception and not app.error, page
    app = upload(**{"tickets.csv": TICKETS})
    for page in ("data.py", "definitions.py", "overview.py"):
        assert not app.switch_page(page).run().exception and not app.error, page
        assert app.query_params["data"], "navigation keeps the data"


def test_data_can_be_deleted(upload: Callable[..., AppTest], tmp_path: Path) -> None:
    app = upload(**{"tickets.csv": TICKETS})
    app.switch_page("data.py").run()
    app.button(key="discard").click().run()
    assert not app.exception and not list((tmp_path / "home" / "data").iterdir())
    assert app.button(key="open_sample")


@pytest.mark.slow
def test_the_sample_company_is_one_click_away_and_says_what_it_is(app: AppTest) -> None:
    app.run()
    values = told(app.button(key="open_sample").click().run())
    assert {"CSAT", "First reply, median", "SLA attainment", "Tickets created", "Cost per ticket"} <= set(values)
    assert app.query_params["data"] == "sample" and app.query_params["compare"] == "previous"
    for page in ("data.py", "definitions.py", "overview.py"):
        app.switch_page(page).run()
        assert any("Sample data" in text.value for text in app.markdown), "the ribbon is on every page"
    told(app.button(key="other_data").click().run())
    assert app.button(key="open_sample") and "data" not in app.query_params


def test_other_peoples_text_is_no_markdown() -> None:
    hostile = "![x](https://a.example/p.png) **b** `c` :red[d] $e$ <f> [g](h) # i | ~~j~~ :material/k:"
    shown = plain(hostile)
    assert shown.replace("\\", "") == hostile
    for mark in "![](){}*`:$<>#|~_":
        assert all(shown[i - 1] == "\\" for i, char in enumerate(shown) if char == mark), mark
