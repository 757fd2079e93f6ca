"""Trends, on the page: all numbers, one number, its parts and views, for four kinds of data and none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import store, units
from kpi.charts import multiples, process
from kpi.trends import holidays, trend
from pages.parts import trend_board

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
NOTE = "date,title,kind\n2026-05-04,Mobile app launch,release\n"
DATA = {"d", "o", "n", "t", "b", "e"}


def words(app: AppTest) -> str:
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    assert app.title[0].value == "Is it getting better?"
    return app


def finding(app: AppTest) -> str:
    """The one bold sentence of the page."""
    bold = [part.value for part in app.markdown if part.value.startswith("**")]
    return bold[0].replace("\\", "").replace("\u00a0", " ")


def frame_of(chart: Any, name: str) -> pd.DataFrame:
    """What a chart was given under a name."""
    (raw,) = [dataset.data.data for dataset in chart.datasets if dataset.name == name]
    return pa.ipc.open_stream(raw).read_pandas()


def charts(app: AppTest) -> list[Any]:
    return [chart.proto for chart in app.get("vega_lite_chart")]


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    assert sound(app(None, "trends.py")).button(key="open_sample")


@pytest.mark.parametrize("kind", ["tiny", "dirty", "lacking"])
def test_too_little_data_is_said_and_nothing_is_claimed(kind: str, app: Open, kept: dict[str, str]) -> None:
    page = sound(app(kept[kind], "trends.py"))
    early, quiet = "**Too early to tell.**", "**No change beyond the usual up and down.**"
    assert finding(page).startswith(quiet if kind == "dirty" else early)  # a ticket of 2099 makes decades of empty weeks
    for name in ("tickets_created", "csat", "full_resolution_time", "backlog", "nope"):
        for split in ("", "channel"):
            page = sound(app(kept[kind], "trends.py", metric=name, split_by=split))
            assert not any(claim in words(page) for claim in ("moved up", "moved down", "rising", "falling", "stands out"))


def test_a_number_the_data_cannot_give_says_what_it_needs(app: Open, lacking_key: str) -> None:
    assert "needs CSAT answers" in words(sound(app(lacking_key, "trends.py", metric="csat")))
    assert "needs CSAT answers" in words(sound(app(lacking_key, "trends.py", metric="csat", split_by="channel")))


def test_harmful_text_stays_text(app: Open, dirty_key: str) -> None:
    page = sound(app(dirty_key, "trends.py", metric="tickets_created", split_by="channel"))
    for part in [*page.markdown, *page.caption]:
        assert "](https://evil" not in part.value and "<script" not in part.value.replace("\\<", "")


def test_what_an_address_asks_in_vain_is_the_usual(app: Open, tiny_key: str) -> None:
    page = sound(app(tiny_key, "trends.py", metric="csat", view="sideways", split_by="ticket_id; DROP TABLE", chart="pie"))
    assert page.selectbox(key="trend_split").value == "" and page.get("button_group")


@pytest.mark.slow
def test_the_board_names_what_it_looked_at(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "trends.py"))
    assert "We looked at" in words(page) and "metrics" in words(page)
    table = next(frame.value for frame in page.dataframe if "Verdict" in frame.value)
    lacks = store.open_dataset(sample_key).lacking(kpi.Scope().ask)
    assert len(table) <= sum(not lacks[name] for name in kpi.metrics()) and set(table.columns) >= {
        "Number",
        "Over time",
        "Latest",
        "Direction",
    }
    assert set(table["Number"].str.partition(",")[0]) <= {metric.label.partition(",")[0] for metric in kpi.metrics().values()}
    assert max(len(line) for line in table["Over time"]) == 52, "complete weeks only"


def test_a_row_of_the_board_opens_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    put: dict[str, str] = {}
    monkeypatch.setattr(trend_board.links, "put", put.update)
    monkeypatch.setattr(trend_board.st, "session_state", {"trend_board": {"selection": {"rows": [1]}}})
    trend_board._opened(["csat", "nps", "ces"])
    assert put == {"metric": "nps"}


@pytest.mark.slow
def test_one_number_is_that_of_the_package(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "trends.py", metric="tickets_created"))
    drawn = charts(page)[0]
    assert {dataset.name for dataset in drawn.datasets} == DATA
    assert set(frame_of(drawn, "d")["is_complete"]) == {True} and len(frame_of(drawn, "d")) == 52
    data = store.open_dataset(sample_key)
    scope = kpi.Scope(by="week", start="2025-10-27", end="2026-10-25", calendar=store.default_calendar(sample_key))
    result = kpi.measure("tickets_created", scope.but(start=dt.date(2024, 11, 4)), data)
    special = holidays(scope.calendar, result.frame["period"].unique(), "week")
    expected = trend(result, last=52, apart=special).finding.replace("\u00a0", " ")
    assert expected in words(page)


@pytest.mark.slow
def test_the_open_week_is_dashed_and_said(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "trends.py", metric="tickets_created", **{"from": "2024-11-01", "to": "2026-10-31"}))
    assert "dashed: not over yet" in words(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "by"),
    [
        *(("csat", by) for by in ("day", "week", "month", "quarter", "year")),
        *(("first_reply_time", "day"), ("net_flow", "month"), ("cost_per_ticket", "week"), ("nps", "quarter")),
    ],
)
def test_every_kind_of_number_by_every_grain(by: str, name: str, app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "trends.py", metric=name, by=by))
    assert finding(page)
    sound(app(sample_key, "trends.py", metric=name, by=by, chart="sure"))


@pytest.mark.slow
@pytest.mark.parametrize("name", kpi.metrics())
def test_every_number_opens(name: str, app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "trends.py", metric=name))
    assert finding(page) and "_" not in finding(page)


@pytest.mark.slow
def test_panels_are_at_most_twelve_and_the_rest_is_pooled(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "trends.py", metric="tickets_created", split_by="agent"))
    assert len(charts(page)) == multiples.MOST and "pooled as others" in words(page) and "All others" in words(page)
    assert "all on the same scale" in words(page)
    few = sound(app(sample_key, "trends.py", metric="tickets_created", split_by="channel", chart="free"))
    assert 3 < len(charts(few)) < multiples.MOST and "pooled" not in words(few) and "each on its own scale" in words(few)


@pytest.mark.slow
def test_the_pooled_rest_is_measured_together(app: Open, sample_key: str) -> None:
    """Panels and the rest add up to the whole, week by week; a median of the rest is not a mean of medians."""
    page = sound(app(sample_key, "trends.py", metric="tickets_created", split_by="agent"))
    data = store.open_dataset(sample_key)
    week = kpi.Scope(by="week", start="2026-10-05", end="2026-10-11")
    whole = kpi.measure("tickets_created", week, data).frame["value"].iloc[0]
    frames = [frame_of(panel, "d").set_index("period")["value"] for panel in charts(page)]
    assert sum(frame["2026-10-05"] for frame in frames) == whole > 0


@pytest.mark.slow
def test_views_and_splits_stand_in_the_address(app: Open, sample_key: str) -> None:
    for view in ("spread", "cohorts"):
        sound(app(sample_key, "trends.py", metric="full_resolution_time", view=view))
    page = app(sample_key, "trends.py", metric="tickets_created")
    sound(page.selectbox(key="trend_split").select("channel").run())
    assert page.query_params["split_by"] in ("channel", ["channel"])
    sound(page.selectbox(key="trend_metric").select("").run())
    assert "metric" not in page.query_params and "We looked at" in words(page)


@pytest.mark.slow
def test_notes_and_targets_lie_on_the_chart(app: Open, sample_key: str, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    store.change(sample_key, "events.csv", lambda _: NOTE)
    try:
        page = sound(app(sample_key, "trends.py", metric="tickets_created"))
        assert "signs on top: dated notes" in words(page) and page.button(key="trend_note")
    finally:
        store.change(sample_key, "events.csv", lambda _: "")


@pytest.mark.slow
def test_dates_without_a_row_are_said(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "trends.py", metric="tickets_created", where="channel=nowhere"))
    assert "left by this filter" in words(page)


@pytest.mark.parametrize("unit", ["s", "%", "points", "count", "score", "ratio", "currency"])
@pytest.mark.parametrize("by", ["day", "week", "month", "quarter", "year"])
def test_charts_are_specs_without_data_made_once(unit: str, by: str) -> None:
    asked = (unit, by, "EUR", (), False, unit == "s", process.PARTS)
    spec = process.process(*asked)
    assert {layer["data"]["name"] for layer in spec["layer"]} == DATA and "datasets" not in spec
    assert spec is process.process(*asked)
    assert {layer["data"]["name"] for layer in process.process(unit, by, parts=())["layer"]} == {"d"}
    shapes = [layer["mark"].get("shape") for layer in spec["layer"] if isinstance(layer["mark"], dict)]
    assert shapes.count("diamond") == 3, "a signal has a shape of its own"
    text = [
        layer for layer in spec["layer"] if layer["mark"]["type"] == "text" and layer["encoding"].get("text", {}).get("field") == "word"
    ]
    assert len(text) == 2, "and a word"
    panel = multiples.panel(unit, by, "EUR", has_open=True)
    assert {layer["data"]["name"] for layer in panel["layer"]} == {"d", "o", "s"} and panel is multiples.panel(
        unit, by, "EUR", has_open=True
    )
    assert {layer["data"]["name"] for layer in process.ranges(by, unit == "s", unit)["layer"]} == {"d", "l"}


def test_a_log_axis_has_round_durations() -> None:
    assert process.log_ticks(600, 30_000) == [600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0]
    assert len(process.log_ticks(1, 1e7)) <= 7
    assert process.log_ticks(550, 640) == units.duration_ticks(550, 640, at_most=5)
