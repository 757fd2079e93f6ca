"""When does the work come in, on the page: four kinds of data and none; the spread and the cohorts of a number."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from streamlit.testing.v1 import AppTest

from kpi.charts import cohorts as cohort_charts
from kpi.charts import spread as spread_charts
from kpi.charts import workload as charts
from kpi.workload import BANDS

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
ALL = {"from": "2026-03-01", "to": "2026-03-05"}


def words(app: AppTest) -> str:
    """All text a reader sees, escapes of Markdown taken out."""
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return app


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    page = sound(app(None, "workload.py"))
    assert page.title[0].value == "When does the work come in?"
    assert page.button(key="open_sample")


def test_four_tickets_by_hand(app: Open, tiny_key: str) -> None:
    """Monday 8 and 9, Tuesday 9, Wednesday 9; one still open. Too few to name hours, and said so."""
    page = sound(app(tiny_key, "workload.py", zone="UTC", cell="mon-09"))
    text = words(page)
    assert "4 tickets" in text and "too few to name the busiest hours" in text
    assert "Monday 09:00–09:59: 1 ticket in 1 such hour" in text
    assert page.selectbox(key="workload_day").value == 1 and page.selectbox(key="workload_hour").value == 9
    rows = next(frame.value for frame in page.dataframe if "ticket_id" in frame.value)
    assert rows["ticket_id"].tolist() == ["4"], "the one that is open"


@pytest.mark.parametrize("kind", ["tiny", "dirty", "lacking", "sample"])
@pytest.mark.parametrize("own", [{}, {"show": "wait", "cell": "tue-09"}, {"show": "staffed"}, {"show": "nope", "cell": "<script>"}])
def test_every_kind_of_data(kind: str, own: dict[str, str], app: Open, kept: dict[str, str]) -> None:
    page = sound(app(kept[kind], "workload.py", **own))
    assert page.title[0].value == "When does the work come in?"
    text = words(page)
    assert "created_at" not in text and "_seconds" not in text, "no raw names on screen"
    for part in [*page.markdown, *page.caption, *page.title, *page.subheader]:
        assert "](https://evil" not in part.value and "<script" not in part.value.replace("\\<", "")


def test_what_is_lacking_is_said_in_words(app: Open, lacking_key: str) -> None:
    """Tickets without a solve or a reply: the map is there, the rest says what it needs."""
    text = words(sound(app(lacking_key, "workload.py", show="wait")))
    assert "Wait for a first reply is not known" in text and "needs" in text
    assert "The backlog cannot be counted with these data:** needs status" in text
    text = words(sound(app(lacking_key, "workload.py", show="staffed")))
    assert "When agents worked is not known" in text


def test_choices_stand_in_the_address(app: Open, sample_key: str) -> None:
    page = sound(app(sample_key, "workload.py"))
    page = sound(page.selectbox(key="workload_day").select(3).run())
    assert page.query_params["cell"] in ("wed-12", ["wed-12"])
    page = sound(page.selectbox(key="workload_hour").select(15).run())
    assert page.query_params["cell"] in ("wed-15", ["wed-15"])
    assert "Wednesday 15:00–15:59" in words(page)


def test_dates_without_a_ticket_are_said(app: Open, tiny_key: str) -> None:
    page = sound(app(tiny_key, "workload.py", **{"from": "2026-01-01", "to": "2026-01-31"}))
    assert "Any" not in words(page) and not page.selectbox


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tiny", "dirty", "lacking", "sample"])
@pytest.mark.parametrize("metric", ["full_resolution_time", "csat_mean", "backlog_age", "csat"])
@pytest.mark.parametrize("view", ["spread", "cohorts"])
def test_spread_and_cohorts_of_every_kind_of_data(kind: str, metric: str, view: str, app: Open, kept: dict[str, str]) -> None:
    page = sound(app(kept[kind], "trends.py", metric=metric, view=view))
    assert "created_at" not in words(page)


def test_spread_by_hand(app: Open, tiny_key: str) -> None:
    """2 h, 4 h and 24 h: too few to say how they spread."""
    text = words(sound(app(tiny_key, "trends.py", metric="full_resolution_time", view="spread")))
    assert "3 tickets, from 2 h to 24 h: too few to say how they spread" in text
    assert "1 ticket created in these dates is still open, and not in it" in text


def test_the_specs_hold_no_data_and_are_made_once() -> None:
    specs = [
        charts.week("count", "light", "tickets"),
        charts.week("s", "dark", "wait", True, (60.0,)),
        charts.ages(BANDS, "week", "light"),
        spread_charts.bars("s", True, 1.0, 100.0, (5.0,), "Time"),
        spread_charts.curve("score", False, 0.5, 5.5, (), "Score"),
        cohort_charts.table((0, 1), ("5 Jan",), 50.0, "dark"),
        cohort_charts.curves(30, 50.0),
    ]
    for spec in specs:
        assert "datasets" not in spec and {layer["data"].get("name") for layer in spec["layer"]} <= set("dmsct")
    assert charts.week("count", "light", "tickets") is specs[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_hue_gets_steadily_lighter_or_darker_and_its_numbers_can_be_read(theme: str) -> None:
    """The ramp reads without colour: relative luminance (WCAG 2.2) moves one way only; text on it has 4.5 : 1 at every step."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: float, other: float) -> float:
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)

    for ramp in (charts.RAMP[theme], charts.AGES[theme]):
        steps = [luminance(colour) for colour in ramp]
        assert steps == sorted(steps, reverse=theme == "light")
        assert all(contrast(a, b) >= 1.2 for a, b in pairwise(steps))
    ramp = charts.RAMP[theme]
    (below, _), (above, _) = charts.letters(theme)
    for place in range(101):
        at = place / 100 * (len(ramp) - 1)
        low, part = min(int(at), len(ramp) - 2), at - min(int(at), len(ramp) - 2)
        mixed = "#" + "".join(
            f"{round((1 - part) * int(ramp[low][i : i + 2], 16) + part * int(ramp[low + 1][i : i + 2], 16)):02x}" for i in (1, 3, 5)
        )
        on = below if place / 100 < charts.TURN[theme] else above
        assert contrast(luminance(mixed), luminance(on)) >= 4.5, (place, mixed)


def test_places_on_the_ramp() -> None:
    assert charts.place([0, 5, 10, None, float("nan")]) == [0, 0.5, 1, 0, 0]
    assert charts.place([1, 10, 100], is_log=True) == pytest.approx([0, 0.5, 1])
    assert charts.place([7, 7], is_log=True) == [0, 0] and charts.place([None]) == [0]
