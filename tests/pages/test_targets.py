"""The Targets page over all kinds of data: what is said comes from a judgement, and nothing that people write harms anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kpi import store

Open = Callable[..., AppTest]
GOOD = """
[[target]]
name = "Faster resolution"
metric = "full_resolution_time"
statistic = "mean"
change = "decrease by at least 5 %"
start = 2026-03-02
deadline = "10 months"
owner = "Ana"

[[target]]
metric = "csat"
to = "90 %"
start = 2026-03-02
deadline = 2026-12-31
"""


def stands(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *(error.value for error in app.error)]
    return app


def texts(app: AppTest) -> str:
    found = [str(element.value) for kind in ("title", "subheader", "markdown", "caption", "warning", "info") for element in app.get(kind)]
    return (
        "\n".join([*found, *(proto.label for proto in (element.proto for element in app.get("page_link")))])
        .replace("\\", "")
        .replace("\u00a0", " ")
    )


@pytest.fixture
def with_targets(sample_key: str, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    store.change(sample_key, "targets.toml", lambda _: GOOD)
    yield sample_key
    store.change(sample_key, "targets.toml", lambda _: "")
    store.change(sample_key, "calls.csv", lambda _: "")


@pytest.mark.parametrize("name", ["sample", "tiny", "dirty", "lacking"])
@pytest.mark.parametrize("view", ["", "record"])
def test_it_stands_on_all_kinds_of_data(app: Open, kept: dict[str, str], name: str, view: str) -> None:
    shown = stands(app(kept[name], "targets.py", **({"view": view} if view else {})))
    assert shown.title[0].value == "Will we reach our targets?"
    said = texts(shown)
    assert "No target yet" in said or view == "record"


def test_without_data_it_shows_the_way_in(app: Open) -> None:
    assert "Bring the export" in texts(stands(app(None, "targets.py")))
