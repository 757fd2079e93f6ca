"""The definitions: every metric can be found by what people call it, opened by its address, and shows a ticket that is right."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import examples
from pages.parts.definition_words import ALSO, ELSEWHERE, GLOSSARY, INTERVALS

pytestmark = pytest.mark.slow

PAGE = "definitions.py"


@pytest.fixture
def page(app) -> Callable[..., AppTest]:
    """`page(key, metric="csat")`: the definitions at an address. Parameters of a page are given once it is the page: leaving drops them."""

    def opened(key: str | None, **query: str) -> AppTest:
        at = app(key, PAGE)
        for name, value in query.items():
            at.query_params[name] = value
        return at.run() if query else at

    return opened


def said(app: AppTest) -> str:
    """Everything the page says, in one line."""
    assert not app.exception, app.exception
    texts = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.warning]
    words = " ".join(str(text.value) for text in texts)
    tables = " ".join(str(table.value.to_dict()) for table in [*app.table, *app.dataframe])
    labels = " ".join(link.proto.label for link in app.get("page_link"))
    return f"{words} {tables} {labels}".replace("\u00a0", " ").replace("\\", "")


def metrics_listed(app: AppTest) -> list[str]:
    return [link.proto.label.strip("*") for link in app.get("page_link")]


@pytest.mark.parametrize("key", [None, "sample", "tiny", "dirty", "lacking"])
def test_the_list_stands_with_and_without_data(page, kept, key) -> None:
    at = page(kept[key] if key else None)
    assert not at.exception and not at.error
    assert at.title[0].value == "What the words mean"
    assert metrics_listed(at) == [metric.label for metric in kpi.metrics().values()], "all of them, by family"
    assert "Unknown" in said(at) and "Backlog" in said(at), "and the words"
    assert not at.get("vega_lite_chart"), "nothing is drawn before a metric is opened"


FOUND = {
    "FRT": "First reply",
    "frt": "First reply",
    "AHT": "Handle time (AHT)",
    "TTR": "First resolution",
    "MTTR": "Full resolution",
    "IQS": "Quality score",
    "FCR": "First contact resolution",
    "SLA": "SLA attainment",
    "CES": "Customer effort",
    "ASA": "Speed of answer",
    "net promoter": "NPS",
    "cost resolution": "Cost per resolution",
}


@pytest.mark.parametrize("find", FOUND)
def test_a_metric_is_found_by_what_the_field_calls_it(page, find) -> None:
    at = page(None, find=find)
    listed = metrics_listed(at)
    assert FOUND[find] in listed and len(listed) < 12
    assert at.text_input(key="find").value == find, "the field shows what the address asks"


def test_find_and_family_are_written_into_the_address(page) -> None:
    at = page(None)
    at.text_input(key="find").set_value("reply").run()
    assert at.query_params["find"] in ("reply", ["reply"]) and "First reply" in metrics_listed(at) and "CSAT" not in metrics_listed(at)
    at.button_group(key="family").select("quality").run()
    assert (
        at.query_params["family"] in ("quality", ["quality"])
        and "First reply" not in metrics_listed(at)
        and "One-touch" in metrics_listed(at)
    )
    at.text_input(key="find").set_value("").run()
    assert "find" not in at.query_params
    assert set(metrics_listed(at)) == {m.label for m in kpi.metrics().values() if m.family == "quality"}


def test_nothing_found_names_a_way_out(page) -> None:
    at = page(None, find="zzzz <b>![x](https://evil.example/p.png)")
    assert not metrics_listed(at) and "Try a shorter word" in said(at)


def test_a_link_opens_a_metric_with_its_worked_ticket(page) -> None:
    at = page(None, metric="first_reply_time")
    words = said(at)
    assert at.header[0].value == "First reply" and "first_reply_time" in words and "FRT" in words
    assert "1 h 42 min: from the creation to the first public human reply." in words
    assert "Zendesk starts at the creation too" in words, "how others count it"
    (chart,) = at.get("vega_lite_chart")
    counted = {d.name for d in chart.proto.datasets}
    assert {"segments", "marks", "counted", "ticks"} <= counted and "1 h 42" in chart.proto.alt.replace("\u00a0", " ")
    assert json.loads(chart.proto.spec)["layer"]
    assert len(at.get("page_link")) == 1, "the list makes room; one link leads back"


def test_working_hours_are_one_click_away_and_in_the_address(page) -> None:
    at = page(None, metric="full_resolution_time")
    assert "3 d 20 h: from the creation to the last solve" in said(at)
    at.button_group(key="example_clock").select("business").run()
    # Friday 15:00 to 17:00, eight hours of Monday, Tuesday 09:00 to 11:00
    assert "12 h: from the creation to the last solve, working hours only" in said(at)
    assert at.query_params["example"] in ("business", ["business"])


@pytest.mark.slow
@pytest.mark.parametrize("name", kpi.metrics())
def test_every_metric_opens(page, name) -> None:
    at = page(None, metric=name)
    words, metric = said(at), kpi.metrics()[name]
    assert at.header[0].value == metric.label and metric.about in words and metric.formula in words and metric.reference in words
    assert len(at.get("vega_lite_chart")) == (name in examples.TICKET), "a metric that is about no ticket has a table only"
    assert len(at.table) >= 2, "and every one has its worked table"
    assert "tickets." not in words.replace("tickets. ", " "), "no raw column names"


@pytest.mark.parametrize("bad", ["nonsense", "<script>alert(1)</script>", "![x](https://evil.example)", "../../etc", "a" * 500])
def test_an_unknown_metric_is_said_and_the_list_is_there(page, bad) -> None:
    at = page(None, metric=bad, family="no such family")
    assert not at.exception and "No metric is called" in at.warning[0].value and len(metrics_listed(at)) == len(kpi.metrics())
    assert "![x](" not in at.warning[0].value


def test_ones_own_number_is_linked_where_the_data_have_it(page, tiny_key: str, lacking_key: str) -> None:
    at = page(tiny_key, metric="csat")
    links = [link.proto for link in at.get("page_link")]
    (own,) = [link for link in links if "in your data" in link.label]
    assert "66.7" in own.label and "metric=csat" in own.query_string and f"data={tiny_key}" in own.query_string
    lacks = page(lacking_key, metric="csat")
    assert "Your data cannot tell it: needs CSAT answers" in said(lacks)


@pytest.mark.parametrize("key", ["tiny", "dirty", "lacking"])
@pytest.mark.parametrize("name", ["first_reply_time", "full_resolution_time", "backlog", "cost_per_ticket"])
def test_an_opened_metric_stands_on_any_data(page, kept: dict[str, Any], key: str, name: str) -> None:
    at = page(kept[key], metric=name)
    assert not at.exception and not at.error and at.header


def test_words_of_the_field_are_about_metrics_that_exist() -> None:
    assert set(ALSO) <= set(kpi.metrics()) and set(ELSEWHERE) <= set(kpi.metrics())
    assert all(said.endswith(".") for said in [*GLOSSARY.values(), *ELSEWHERE.values(), *INTERVALS.values()])
