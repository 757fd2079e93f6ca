"""The address as the whole state of a page: its names are those the reference page lists, what is chosen stands in it, and nothing in it breaks a page."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from contextlib import nullcontext
from itertools import cycle
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_events import noted as written
from tests.pages.test_scope_bar import address, stands

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "address.md").read_text("utf-8")
Open = Callable[..., AppTest]


def sections() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Page -> its title and the names of its own, as the frame declares them."""
    tree = ast.parse((ROOT / "pages" / "frame.py").read_text("utf-8"))
    found = next(n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "SECTIONS")
    return {name: (title, own) for listed in ast.literal_eval(found).values() for name, title, _, own in listed}


PAGES = sections()
HOSTILE: tuple[str | list[str], ...] = (
    "<script>alert(1)</script>",
    "x" * 10_000,
    "-1",
    "NaN",
    "tickets_created~~&metric=csat",
    ["' OR 1=1 --", "![x](https://evil.example/p.png)"],
)
VIEWS = {
    "trends": ("", "spread", "cohorts"),
    "benchmarks": ("others", "ourselves", "teams", "scorecard"),
    "targets": ("", "record"),
    "agents": ("apart", "coaching", "reviews"),
    "what_if": ("", "goal", "backlog", "staffing"),
    "feedback": ("themes", "comments", "words"),
}
SOUND = {
    "trends": {"metric": "full_resolution_time"},
    "tickets": {"metric": "csat"},
    "definitions": {"metric": "first_reply_time"},
    "why": {"from": "2026-07-01", "to": "2026-09-30", "compare": "previous", "segment": "channel=email"},
}
"""What a page needs, once it has said what it makes of the rest, to ask for the others."""
EVENTS = "date,kind,title\n2026-08-03,change,New macro\n2026-08-10,holiday,A day off\n"
ANY_TEXT = {("tickets", "find"), ("definitions", "find")}
"""What may be anything: it is looked for."""
SAID_OTHERWISE = {("tickets", "ticket"), ("definitions", "metric"), ("what_if", "set")}
"""What is not understood has a sentence of its own, in its place."""
NEEDS = {
    ("targets", "target"): "nobody keeps targets of these data",
    ("what_if", "scenario"): "nobody keeps scenarios of these data",
    ("data", "effects"): "these data have no finding with an effect",
    ("feedback", "word"): "too few comments with a score to compare words",
}
"""Where these data have nothing to choose from, the name says nothing."""


def noted(page: AppTest) -> set[str]:
    """The names that a page says it left out: in its note (which names the first few, and how many more there are) or where a number is typed."""
    parts = [re.split(" “|^all but the last ", part) for part in page.session_state["left_out"]]
    names = {part[0] or part[1] for part in parts}
    typed = [re.match(r"(\w[\w ]*) cannot be “", one.value) for one in page.caption]
    return names | {found[1].lower().replace(" ", "_") for found in typed if found}


def test_the_names_of_every_page_are_those_of_the_reference_page() -> None:
    rows = dict(re.findall(r"^\| ([A-Z][^|]+?) \| (`[^|]+) \|$", DOC, re.MULTILINE))
    for title, own in PAGES.values():
        declared = re.sub(r"\([^()]*\)", "", rows.get(title, ""))
        assert {name.split("=")[0] for name in re.findall(r"`([^`]+)`", declared)} == set(own), title


@pytest.mark.parametrize("page", PAGES)
def test_no_address_breaks_a_page_and_what_says_nothing_is_named(app: Open, sample_key: str, page: str) -> None:
    """Every name of the page's own with a value nobody meant, a few at a time, in each of its views."""
    own = PAGES[page][1]
    with written(sample_key, EVENTS) if page == "events" else nullcontext():
        refused_one_by_one(app, sample_key, page, own)


def refused_one_by_one(app: Open, sample_key: str, page: str, own: tuple[str, ...]) -> None:
    at = app(sample_key, f"{page}.py")
    views = cycle(VIEWS.get(page, ("",)))
    said: set[str] = set()
    for turn in range(max(len(HOSTILE), len(VIEWS.get(page, ())) + 2)):
        for place, name in enumerate((*own, "open", "names", "zone")):
            at.query_params[name] = HOSTILE[(turn + place) % len(HOSTILE)]
        if turn:
            for name, value in SOUND.get(page, {}).items():
                if name != "segment" or turn % 2:  # with one, parts are compared; without, the two periods
                    at.query_params[name] = value
        if "view" in own and turn > 1:
            at.query_params["view"] = next(views)
        at.run()
        assert not at.exception and not any("our side" in error.proto.title for error in at.error), (page, turn)
        assert not any("<script>" in part.value.replace("\\<", "") for part in (*at.markdown, *at.info, *at.caption))
        said |= noted(at)
    silent = {*own, "open", "names", "zone"} - said
    excused = {name for name in own if (page, name) in ANY_TEXT | SAID_OTHERWISE | NEEDS.keys()}
    assert silent <= excused, (page, silent)


def test_a_note_stays_for_as_long_as_the_address_and_goes_with_it(app: Open, tiny_key: str) -> None:
    at = stands(app(tiny_key, "trends.py", metric="nope", open="<b>"))
    (note,) = [one.value for one in at.info]
    assert "metric “nope”" in note and "open “\\<b\\>”" in note
    assert [one.value for one in stands(at.run()).info] == [note]
    at.selectbox(key="trend_metric").select("csat").run()
    assert address(at)["metric"] == ["csat"] and not any("nope" in one.value for one in stands(at).info)
    number = stands(app(tiny_key, "number.py", metric="nope"))
    assert address(number)["metric"] != ["nope"], "the address says what is shown"
    assert any("nope" in one.value for one in stands(number.run()).info), (
        "and the note is there when the page runs again, as it does by itself"
    )


def test_what_is_unfolded_stands_in_the_address_and_back_folds_it(app: Open, tiny_key: str) -> None:
    at = stands(app(tiny_key))
    assert "open" not in at.query_params
    at.session_state["other_numbers"] = True  # as a click on it
    assert address(stands(at.run()))["open"] == ["other_numbers"]
    assert address(stands(at.run()))["open"] == ["other_numbers"]
    del at.query_params["open"]  # as Back
    stands(at.run())
    assert not at.session_state["other_numbers"] and "open" not in at.query_params
    opened = stands(app(tiny_key, open="other_numbers"))
    assert opened.session_state["other_numbers"] and not opened.info
    unknown = stands(app(tiny_key, open="no_such_part"))
    assert noted(unknown) == {"open"} and "open" not in unknown.query_params


def test_the_range_of_the_spread_stands_in_the_address(app: Open, tiny_key: str) -> None:
    """Resolution 2 h, 4 h and 24 h: from 4 to below 12 hours lies one."""
    at = stands(app(tiny_key, "trends.py", metric="full_resolution_time", view="spread", range="14400~43200"))
    assert at.select_slider[0].value == (14_400.0, 43_200.0)
    (said,) = [one.label for one in at.expander if "of all" in one.label]
    assert said.startswith("1 ")
    at.select_slider[0].set_value((14_400.0, math.inf)).run()
    assert address(stands(at))["range"] == ["14400~inf"] and at.select_slider[0].value == (14_400.0, math.inf)
    assert next(one.label for one in at.expander if "of all" in one.label).startswith("2 ")
    at.query_params["range"] = "14400~43200"  # as Back
    assert stands(at.run()).select_slider[0].value == (14_400.0, 43_200.0)
    near = stands(app(tiny_key, "trends.py", metric="full_resolution_time", view="spread", range="13000~50000"))
    assert near.select_slider[0].value == (14_400.0, 43_200.0), "the nearest there is"
    at.selectbox(key="trend_metric").select("csat").run()
    assert "range" not in at.query_params


def test_the_order_of_the_longest_waiting_stands_in_the_address(app: Open, sample_key: str) -> None:
    at = stands(app(sample_key, "workload.py", order="untouched"))
    assert at.segmented_control(key="workload_stale").value == "place_by_touch"
    at.segmented_control(key="workload_stale").set_value("place_by_age").run()
    assert address(stands(at))["order"] == ["oldest"]


def test_the_dates_of_effects_stand_in_the_address(app: Open, dirty_key: str) -> None:
    dates = {"from": "2026-03-01", "to": "2026-03-31"}
    at = stands(app(dirty_key, "data.py", effects="these", **dates))
    assert at.segmented_control(key="effect_dates").value == "these"
    at.segmented_control(key="effect_dates").set_value("all").run()
    assert "effects" not in stands(at).query_params
