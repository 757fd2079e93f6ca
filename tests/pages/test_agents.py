"""Agents and teams, on the page: five views, four kinds of data and none; links to the tickets, hostile addresses and names harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.charts.agents import funnel
from pages.parts import agent_funnel
from tests.agents.made import answered

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
PAGE = "agents.py"
VIEWS = ("apart", "funnel", "mix", "coaching", "reviews")
ALL = {"from": "2026-03-01", "to": "2026-03-31"}
HARM = "![x](https://evil.example/p.png) **bold** $x^2$ :red[x] <script>"


def words(app: AppTest) -> str:
    """All text a reader sees, escapes of Markdown taken out."""
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return app


@pytest.fixture(scope="module")
def counts_key(kept: dict[str, str]) -> Iterator[str]:
    """Four agents by hand: Ana 95 %, a name that means harm 85 %, Cara 75 % of 400 answers each, Dan 8 of 9."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", kept["home"])
        tickets, surveys = answered({"Ana": (380, 400), HARM: (340, 400), "Cara": (300, 400), "Dan": (8, 9)})
        key = store.keep({"tickets.csv": tickets.to_csv(index=False).encode(), "surveys.csv": surveys.to_csv(index=False).encode()})
        store.import_now(key)
        yield key


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    page = sound(app(None, PAGE))
    assert page.title[0].value == "Who needs help, and who cannot be told apart?"
    assert page.button(key="open_sample")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("data", ["sample", "tiny", "dirty", "lacking"])
def test_every_view_with_every_kind_of_data(app: Open, kept: dict[str, str], data: str, view: str) -> None:
    page = sound(app(kept[data], PAGE, view=view))
    assert len([part for part in page.markdown if "**" in part.value]) >= 1, "there is a finding, or why there is none"


@pytest.mark.parametrize("view", VIEWS)
def test_teams_too(app: Open, sample_key: str, view: str) -> None:
    sound(app(sample_key, PAGE, view=view, by_whom="team", metric="full_resolution_time"))


def test_who_stands_out_by_hand(app: Open, counts_key: str) -> None:
    page = sound(app(counts_key, PAGE, **ALL))
    said = words(page)
    assert "CSAT: of 3 agents, Ana is clearly better and Cara is clearly worse than the average of 85.0 %" in said
    assert "1 with fewer than 10 rows gets no place" in said
    assert page.selectbox(key="agent_metric").value == "csat"
    assert "By name, not by rank" in said


def test_a_hostile_name_is_only_text(app: Open, counts_key: str) -> None:
    for view in ("apart", "funnel", "coaching"):
        page = sound(app(counts_key, PAGE, view=view, **ALL))
        assert not any(HARM in part.value for part in [*page.markdown, *page.caption])
    page = sound(app(counts_key, PAGE, view="coaching", agent=HARM, **ALL))
    assert page.selectbox(key="agent_one").value is None, "nothing stands out of that one"


def test_the_funnel_of_times_is_drawn_around_its_dots() -> None:
    """Limits for ten tickets reach from minutes to decades: on a scale that holds them every dot lies on the axis."""
    rows = pd.DataFrame({"value": [3_600.0, 86_400.0]})
    times: Any = SimpleNamespace(how="time")
    shares: Any = SimpleNamespace(how="share")
    assert agent_funnel._ends(times, rows) == (1_800.0, 172_800.0)
    assert agent_funnel._ends(shares, rows) is None
    assert agent_funnel._ends(times, pd.DataFrame({"value": [0.0, 5.0]})) is None
    spec = funnel("s", None, (7_200.0,), "rows", (1_800.0, 172_800.0))
    scales = [layer["encoding"]["y"]["scale"] for layer in spec["layer"]]
    assert all(scale == {"type": "log", "domain": [1_800.0, 172_800.0], "nice": False, "clamp": True} for scale in scales)


def test_coaching_leads_to_the_tickets(app: Open, counts_key: str) -> None:
    page = sound(app(counts_key, PAGE, view="coaching", **ALL))
    assert "Something stands out clearly about 2 of 3 agents" in words(page)
    page = sound(app(counts_key, PAGE, view="coaching", agent="Cara", **ALL))
    assert page.subheader[0].value == "Cara" and "Worth a talk" in words(page) and "CSAT: 75.0 % (n = 400)" in words(page)
    (query,) = [one.proto.query_string for one in page.get("page_link") if "tickets" in one.proto.page]
    asked = parse_qs(urlsplit(f"?{query}").query)
    assert asked["where"] == ["agent=Cara"] and asked["metric"] == ["csat"] and asked["from"] == ["2026-03-01"]


def test_a_wild_address_is_put_right(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, PAGE, view="medals", by_whom="'; DROP TABLE tickets", metric="tickets_created", agent="x", kind="<b>"))
    assert page.selectbox(key="agent_metric").value == "csat"
    sound(app(sample_key, PAGE, view="reviews", kind="<b>", agent="nobody"))
    sound(app(sample_key, PAGE, view="coaching", agent="nobody"))


def test_without_agents_teams_are_offered(app: Open, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    tickets, surveys = answered({"North": (90, 100), "South": (60, 100)})
    files = {"tickets.csv": tickets.rename(columns={"agent": "team"}), "surveys.csv": surveys}
    key = store.keep({name: frame.to_csv(index=False).encode() for name, frame in files.items()})
    store.import_now(key)
    page = sound(app(key, PAGE, **ALL))
    assert "teams are compared" in words(page) and "of 2 teams, North is clearly better" in words(page)


def test_quality_reviews_of_one_agent(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, PAGE, view="reviews", **{"from": "2024-11-01", "to": "2026-10-31"}))
    assert "manager reviews score" in words(page) and "By category" in words(page)
    who = page.selectbox(key="review_agent").options[0]
    one = sound(app(sample_key, PAGE, view="reviews", agent=who, **{"from": "2024-11-01", "to": "2026-10-31"}))
    assert one.selectbox(key="review_agent").value == who
