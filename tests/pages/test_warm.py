"""The warm-up: what it compiles is what the Overview asks."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kpi.measure.compile import queries
from pages.parts import warm


@pytest.mark.slow
def test_after_the_warm_up_the_overview_compiles_nothing_more(
    app: Callable[..., AppTest], sample_key: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "freeze", lambda: None)  # the tests that follow want their garbage collected
    with caplog.at_level(logging.ERROR, logger="deskmeter"):
        warm.up()
    assert not caplog.records
    made = queries.cache_info().misses
    page = app(sample_key)
    assert page.metric and not page.exception
    assert queries.cache_info().misses == made
