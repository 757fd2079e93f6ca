"""The warm-up: what it compiles is what the Overview asks."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kpi.measure.compile import queries
from kpi.measure.shape import Shape
from pages.parts import warm


@pytest.mark.slow
def test_after_the_warm_up_the_overview_compiles_nothing_more(
    app: Callable[..., AppTest], sample_key: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for a change that looks beyond noise: that one number is asked by day, and which one it is depends on the data."""
    monkeypatch.setattr(gc, "freeze", lambda: None)  # the tests that follow want their garbage collected
    with caplog.at_level(logging.ERROR, logger="deskmeter"):
        warm.up()
    assert not caplog.records
    compiled: list[tuple[tuple[str, ...], str]] = []

    def watched(names: tuple[str, ...], shape: Shape, *how: Any, **told: Any) -> Any:
        before = queries.cache_info().misses
        found = queries(names, shape, *how, **told)
        compiled.extend([(names, shape.by)] * (queries.cache_info().misses - before))
        return found

    monkeypatch.setattr(sys.modules["kpi.measure"], "queries", watched)
    page = app(sample_key)
    assert page.metric and not page.exception
    assert not [names for names, by in compiled if len(names) > 1 or by != "day"]
