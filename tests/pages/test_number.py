"""How this is made, on the page: for every number, four kinds of data and none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi.charts.line import trend

Open = Callable[..., AppTest]
SECTIONS = ["In words", "What was counted", "What was left out", "For notebooks", "Where it comes from"]


def words(app: AppTest) -> str:
    """All text a reader sees, escapes of Markdown taken out."""
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return app


def left_out(app: AppTest) -> dict[str, int]:
    """Reason -> rows, of every table of what was left out."""
    tables = [frame.value for frame in app.dataframe if "Left out because" in frame.value]
    return {reason: rows for table in tables for reason, rows in zip(table["Left out because"], table["Rows"], strict=True)}


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    page = sound(app(None, "number.py", metric="csat"))
    assert page.title[0].value == "How is this number made?"
    assert page.button(key="open_sample")


def test_a_tiny_number_by_hand(app: Open, tiny_key: str) -> None:
    """Three answers, 5, 4 and 1: 2 of 3 are good, too few for an interval."""
    page = sound(app(tiny_key, "number.py", metric="csat"))
    text = words(page)
    assert page.title[0].value.replace("\u00a0", " ").replace("\\", "") == "CSAT: 66.7 %"
    assert "100 × 2 ÷ 3 = 66.7 %" in text
    assert "No interval below 10 rows." in text
    assert "All 3 survey rows in these dates and filters count." in text
    parts = next(frame.value for frame in page.dataframe if "How much" in frame.value)
    assert parts.to_numpy().tolist() == [["Numerator", "answers of 4 or 5", "2"], ["Denominator", "answers", "3"]]
    assert {"In words", "What was counted", "For notebooks"} <= {heading.value for heading in page.subheader}
    rows = next(frame.value for frame in page.dataframe if "ticket_id" in frame.value)
    assert rows["ticket_id"].tolist() == ["3", "2", "1"]  # the newest first
    assert rows["value"].tolist() == ["no", "yes", "yes"]


def test_what_was_left_out_is_counted_with_its_reason(app: Open, tiny_key: str, dirty_key: str) -> None:
    assert left_out(app(tiny_key, "number.py", metric="full_resolution_time")) == {"not solved": 1}  # ticket 4
    dirty = left_out(sound(app(dirty_key, "number.py", metric="first_reply_time")))
    assert dirty["would be negative: it ends before the creation"] == 1  # ticket 1, answered before it was created
    assert dirty["spam"] == 1


def test_a_number_the_data_cannot_give_says_what_it_needs(app: Open, lacking_key: str) -> None:
    page = sound(app(lacking_key, "number.py", metric="full_resolution_time"))
    assert "not known" in page.title[0].value
    assert "needs" in words(page) and "solved time" in words(page)
    assert not any("Left out because" in frame.value for frame in page.dataframe)
    options = page.selectbox(key="number").options
    assert any("needs" in option for option in options) and not all("needs" in option for option in options)


@pytest.mark.slow
@pytest.mark.parametrize("name", kpi.metrics())
def test_every_number_opens(name: str, app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "number.py", metric=name))
    if "needs" in words(page):
        return
    assert [heading.value for heading in page.subheader if heading.value in SECTIONS] == SECTIONS
    assert page.code[0].language == "python" and f'"{name}"' in page.code[0].value
    label = kpi.metrics()[name].label
    assert page.title[0].value.replace("\\", "").startswith(label)
    assert "_" not in page.title[0].value.replace("\\_", ""), "no raw names on screen"


@pytest.mark.slow
def test_what_is_shown_is_the_number_of_the_package(app: Open, sample_key: str) -> None:
    from kpi import store

    page = app(sample_key, "number.py", metric="first_reply_time")
    calendar = store.default_calendar(sample_key)
    asked = {name: page.query_params[name] for name in ("by", "from", "to", "zone", "clock", "compare")}
    scope = kpi.Scope.from_query({name: [value] if isinstance(value, str) else value for name, value in asked.items()}, calendar)
    expected = kpi.measure("first_reply_time", scope, store.open_dataset(sample_key)).text
    assert expected.replace("\u00a0", " ") in words(page)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tiny", "dirty", "lacking", "sample"])
@pytest.mark.parametrize("name", ["csat", "tickets_created", "backlog", "net_flow", "occupancy", "retention_rate", "nope", ""])
def test_every_kind_of_data(kind: str, name: str, app: Open, kept: dict[str, str]) -> None:
    page = sound(app(kept[kind], "number.py", metric=name))
    assert page.query_params["metric"][0] in kpi.metrics() or page.query_params["metric"] in kpi.metrics()


def test_another_number_can_be_chosen_and_stands_in_the_address(app: Open, tiny_key: str) -> None:
    page = app(tiny_key, "number.py", metric="csat")
    sound(page.selectbox(key="number").select("tickets_created").run())
    assert page.title[0].value == "Tickets created: 4"
    assert page.query_params["metric"] in ("tickets_created", ["tickets_created"])


def test_harmful_text_stays_text(app: Open, dirty_key: str) -> None:
    page = sound(app(dirty_key, "number.py", metric="tickets_created"))
    for part in [*page.markdown, *page.caption, *page.title, *page.subheader]:
        assert "](https://evil" not in part.value
        assert "<script" not in part.value.replace("\\<", "")


def test_open_tickets_that_count_with_their_age_are_said(app: Open, tiny_key: str) -> None:
    """One of four is open: more than 5 %, so Kaplan-Meier. The list holds the three that are over."""
    page = sound(app(tiny_key, "number.py", metric="full_resolution_time", param="cohort=created"))
    assert left_out(page) == {"still open, counted with the age so far": 1}
    assert "the list and the file of rows behind the number do not hold them" in words(page)
    assert "Kaplan and Meier 1958" in words(page)


@pytest.mark.slow
def test_dates_without_a_row_are_said(app: Open, tiny_key: str) -> None:
    page = sound(app(tiny_key, "number.py", metric="csat", **{"from": "2026-01-01", "to": "2026-01-31"}))
    assert "not known" in page.title[0].value


@pytest.mark.parametrize("unit", ["s", "%", "points", "count", "score", "ratio", "currency"])
@pytest.mark.parametrize("by", ["day", "week", "month", "quarter", "year"])
def test_the_trend_is_a_spec_without_data_that_names_what_it_draws(unit: str, by: str) -> None:
    spec = trend(unit, by, "EUR", (0.0, 3600.0) if unit == "s" else ())
    assert {layer["data"]["name"] for layer in spec["layer"]} == {"d", "o", "s"}
    assert "datasets" not in spec and "values" not in str(spec["layer"][0]["data"])
    assert spec is trend(unit, by, "EUR", (0.0, 3600.0) if unit == "s" else ()), "made once"
    assert [layer["data"]["name"] for layer in trend(unit, by, parts=())["layer"]] == ["d", "d", "d"]
    dashed = [layer for layer in spec["layer"] if layer["mark"].get("strokeDash")]
    assert [layer["data"]["name"] for layer in dashed] == ["o"]


def test_the_next_questions_open_with_this_number(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "number.py", metric="csat"))
    links = {link.proto.label: link.proto.query_string for link in page.get("page_link") if link.proto.label.endswith("?")}
    assert set(links) == {"Is it getting better?", "How do we compare?", "Why did it change?"}
    assert all("metric=csat" in query and f"data={sample_key}" in query and "compare=previous" in query for query in links.values())
