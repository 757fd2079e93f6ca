"""The page "Why did it change?": for the sample, a tiny, a dirty and a lacking file, and for none; its address, its bars, its ways on."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

pytestmark = pytest.mark.slow

PAGE = "why.py"
MARCH = {"from": "2026-03-02", "to": "2026-06-28", "compare": "previous"}


def texts(at):
    return " ".join(str(part.value) for part in [*at.markdown, *at.caption, *at.warning])


def spec(at):
    (chart, *_) = at.get("vega_lite_chart")
    return json.loads(chart.proto.spec)


def test_without_data_there_are_ways_in(app):
    at = app(None, PAGE)
    assert not at.exception and at.title[0].value == "Why did it change?"
    assert any("Bring the export" in part.value for part in at.markdown)


def test_the_sample_is_told_and_drawn(app, sample_key):
    at = app(sample_key, PAGE, metric="handle_time", **MARCH)
    assert not at.exception and not at.error
    said = texts(at)
    assert "Mean handle time" in said and "normal variation" in said and "slices" in said
    chart = spec(at)
    assert "resolve" not in chart
    axes = [layer["encoding"]["y"]["axis"]["labelOverlap"] for layer in chart["layer"]]
    assert axes and not any(axes), "labels are never dropped"
    hollow = [layer["mark"] for layer in chart["layer"] if "'mix'" in str(layer.get("transform"))]
    assert hollow and all("strokeDash" in mark for mark in hollow), "told apart without colour"
    assert any("Part by part" in part.value for part in at.subheader)


@pytest.mark.parametrize("query", [{"metric": "csat"}, {"metric": "cost_per_ticket"}, {"metric": "tickets_created"}, {"metric": "backlog"}])
def test_every_kind_of_number(app, sample_key, query):
    at = app(sample_key, PAGE, **query, **MARCH)
    assert not at.exception and not at.error
    assert len(at.get("vega_lite_chart")) == (query["metric"] != "backlog"), "too few tickets wait in so small a company"
    if query["metric"] == "csat":
        assert any("who answered" in part.value for part in at.warning)
    if query["metric"] == "cost_per_ticket":
        assert "handling time per ticket" in texts(at) and "LMDI" in texts(at)


def test_a_dimension_of_the_address_is_shown_and_links_carry_the_filter(app, sample_key):
    at = app(sample_key, PAGE, metric="reopen_rate", by_column="channel", **MARCH)
    assert not at.exception
    assert at.query_params["by_column"] in ("channel", ["channel"])
    rows = at.dataframe[0].value
    assert {"Channel", "Itself", "Its share", "Adds", "Tickets"} <= set(rows.columns)
    link = next(link for link in rows["Tickets"] if isinstance(link, str))
    query = parse_qs(link.partition("?")[2])
    assert (
        query["where"][0].startswith("channel=")
        and query["metric"] == ["reopen_rate"]
        and query["data"]
        and query["from"] == ["2026-03-02"]
    )


def test_two_parts_of_one_period(app, sample_key):
    at = app(sample_key, PAGE, metric="csat", segment="team=Billing", against="Front line", **{"from": "2026-03-02", "to": "2026-06-28"})
    assert not at.exception and not at.error
    assert "CSAT of Billing is" in texts(at) and "Front line" in texts(at)
    assert [box.label for box in at.selectbox if box.key == "why_part"] == ["Team"]
    odd = app(sample_key, PAGE, metric="csat", segment="nothing=at all", **MARCH)
    assert not odd.exception and not [box for box in odd.selectbox if box.key == "why_part"]


def test_without_dates_it_asks_for_them(app, tiny_key):
    at = app(tiny_key, PAGE, metric="csat")
    assert not at.exception and "Nothing is compared here" in texts(at)
    assert [button for button in at.button if button.key == "why_dates"]


def test_too_few_and_too_late_are_said(app, tiny_key):
    at = app(tiny_key, PAGE, metric="tickets_created", **{"from": "2026-03-03", "to": "2026-03-03", "compare": "previous"})
    assert not at.exception and "too few rows" in texts(at)
    at = app(tiny_key, PAGE, metric="csat", **{"from": "2026-03-04", "to": "2026-03-10", "compare": "previous"})
    assert not at.exception and "cannot be compared here" in texts(at)


def test_dirty_and_lacking_data(app, dirty_key, lacking_key):
    at = app(dirty_key, PAGE, metric="tickets_created", **{"from": "2026-03-04", "to": "2026-03-05", "compare": "previous"})
    assert not at.exception and "<script>" not in texts(at)
    parts = app(dirty_key, PAGE, metric="tickets_created", segment="channel=email", **{"from": "2026-03-02", "to": "2026-03-05"})
    assert not parts.exception
    at = app(lacking_key, PAGE, metric="csat", **{"from": "2026-03-03", "to": "2026-03-03", "compare": "previous"})
    assert not at.exception and "needs CSAT answers" in texts(at)
