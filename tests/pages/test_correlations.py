"""The Correlations page: the finding comes from the matrix, a pair from its address, and strange addresses and thin data are said in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.correlations import correlate
from kpi.tables import TABLES

pytestmark = pytest.mark.slow
Open = Callable[..., AppTest]
RAW = {column.name for table in TABLES.values() for column in table.columns if "_" in column.name}
PAGE = "correlations.py"


def stands(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *(error.value for error in app.error)]
    assert app.title[0].value == "What moves with what?"
    return app


def said(app: AppTest) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", element.value) for kind in ("markdown", "caption", "subheader") for element in app.get(kind))


def test_without_data_there_are_ways_in(app: Open) -> None:
    assert "What moves with what?" in [title.value for title in app(None, PAGE).title]


@pytest.mark.parametrize("unit", ["tickets", "periods", "agents"])
def test_the_finding_is_the_matrix(app: Open, sample_key: str, unit: str) -> None:
    at = stands(app(sample_key, PAGE, unit=unit))
    words = said(at)
    matrix = correlate(unit, at.session_state["asked"].but(by="all", compare=None, start=None, end=None), store.open_dataset(sample_key))
    assert ("All pairs" in words) == (not matrix.lacks)
    if not matrix.lacks:
        assert "looked at together" in words and "not proof" in words
    assert not [name for name in RAW if re.search(rf"\b{name}\b", words)]


@pytest.mark.parametrize("key", ["tiny_key", "dirty_key", "lacking_key"])
@pytest.mark.parametrize("unit", ["tickets", "periods", "agents"])
def test_thin_data_are_said_in_words(app: Open, key: str, unit: str, request: pytest.FixtureRequest) -> None:
    words = said(stands(app(request.getfixturevalue(key), PAGE, unit=unit)))
    assert any(sentence in words for sentence in ("do not know two numbers", "not enough weeks", "too few agents", "looked at", "surely"))


PAIRS: list[tuple[dict[str, Any], str]] = [
    ({"pair": "csat~first_reply_time"}, "First reply – CSAT"),
    ({"pair": "backlog~first_reply_time", "unit": "periods"}, "Backlog – First reply"),
    ({"pair": "csat~dsat"}, "Both are made from the same answers"),
    ({"pair": "handle_time~cost_per_ticket", "unit": "periods"}, "one equation"),
    ({"pair": "handle_time~cost_per_ticket"}, "is not known of single tickets"),
    ({"pair": "first_contact_resolution~csat", "unit": "agents"}, "First contact resolution – CSAT"),
]


@pytest.mark.parametrize(("query", "expected"), PAIRS)
def test_a_pair_has_its_address(app: Open, sample_key: str, query: dict[str, str], expected: str) -> None:
    assert expected in said(stands(app(sample_key, PAGE, **query)))


def test_a_pair_brings_what_was_published_and_its_inside(app: Open, sample_key: str) -> None:
    words = said(stands(app(sample_key, PAGE, pair="first_contact_resolution~csat")))
    assert "What others published" in words and "SQM Group" in words and "nothing here is fitted to it" in words
    assert "Does it hold inside?" in words and "surveys offered were answered" in words


@pytest.mark.parametrize("pair", ["<script>~csat", "csat", "csat~csat", "~", "csat~csat~csat", "../~x"])
def test_a_strange_pair_is_no_pair(app: Open, sample_key: str, pair: str) -> None:
    assert "All pairs" in said(stands(app(sample_key, PAGE, pair=pair, unit="nonsense")))
