"""What happened, and did it matter: for four kinds of data and none; notes are added, changed, deleted, brought and taken away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import events, store
from kpi.charts.events import before_after, flags, placebos
from kpi.events import KINDS

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
MACRO = "date,kind,title,where\n2026-03-02,change,New macro for Billing,team=Billing\n"
HARM = 'date,kind,title,note\n2026-03-04,nope,"![x](https://evil.example/p.png) <script>alert(1)</script> **b** $x$ :red[x]",=1+1\nyesterday,x,y,z\n'


def words(app: AppTest) -> str:
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader, *app.warning, *app.info]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return app


@contextmanager
def noted(key: str, text: str) -> Iterator[None]:
    store.change(key, "events.csv", lambda _: text)
    try:
        yield
    finally:
        store.change(key, "events.csv", lambda _: "")


@pytest.fixture(autouse=True)
def home(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    page = sound(app(None, "events.py"))
    assert page.title[0].value == "What happened, and did it matter?"
    assert page.button(key="open_sample")


@pytest.mark.parametrize("kind", ["tiny", "dirty", "lacking", "sample"])
def test_without_notes_there_is_a_way_to_write_one(kind: str, app: Open, kept: dict[str, str]) -> None:
    page = sound(app(kept[kind], "events.py"))
    assert "Nothing is written down yet" in words(page)
    assert page.button(key="event_add") and page.button(key="event_import")


@pytest.mark.parametrize("kind", ["tiny", "dirty", "lacking"])
def test_too_little_to_compare_is_said(kind: str, app: Open, kept: dict[str, str]) -> None:
    with noted(kept[kind], "date,title\n2026-03-03,Something\n2020-01-01,Long before\n"):
        for event in ("", "2026-03-03-something", "2020-01-01-long-before", "nonsense"):
            page = sound(app(kept[kind], "events.py", event=event, metric="tickets_created"))
            said = words(page)
            assert "has no whole week before it or none after it" in said or "Too few weeks to say more" in said
            assert "lower than" not in said and "higher than" not in said


@pytest.mark.slow
def test_the_finding_of_the_page_is_that_of_the_package(app: Open, sample_key: str) -> None:
    """The planted macro, on the tickets the note itself is about."""
    with noted(sample_key, MACRO):
        page = sound(app(sample_key, "events.py", metric="handle_time"))
        asked = {name: [v] if isinstance(v := page.query_params[name], str) else v for name in ("zone", "clock")}
        scope = kpi.Scope.from_query({**asked, "by": ["week"], "where": ["team=Billing"]}, store.default_calendar(sample_key))
        result = kpi.measure("handle_time", scope, store.open_dataset(sample_key), intervals=False)
        (event,) = kept_events(sample_key)
        series = replace(events.Series.of(result), label="Handle time (AHT), mean (team: Billing)")
        found = events.before_after(series, event, others=[event])
        assert found.text.replace("\u00a0", " ") in words(page).replace("*", "")
        assert "Team: Billing" in words(page), "the scope's sentence says on which tickets"
        chart = json.loads(page.get("vega_lite_chart")[0].proto.spec)
        assert {layer["data"]["name"] for layer in chart["layer"]} == {"d", "c", "e"}


@pytest.mark.slow
def test_compared_with_other_tickets_or_last_year(app: Open, sample_key: str) -> None:
    with noted(sample_key, MACRO):
        for control, told in (
            ("others:team", "all other tickets (team)"),
            ("year", "the same weeks a year earlier"),
            ("team=Front line", "team: Front line"),
        ):
            page = sound(app(sample_key, "events.py", metric="handle_time", control=control))
            assert f"its own past and {told} would have led one to expect" in words(page), control
        page = sound(app(sample_key, "events.py", metric="handle_time", control="team=Nobody"))
        assert page.selectbox(key="event_control").value == ""


@pytest.mark.slow
def test_choices_stand_in_the_address(app: Open, sample_key: str) -> None:
    with noted(sample_key, MACRO + "2026-05-04,release,Mobile app,\n"):
        page = sound(app(sample_key, "events.py"))
        sound(page.selectbox(key="event_chosen").select("2026-03-02-new-macro-for-billing").run())
        sound(page.selectbox(key="event_metric").select("tickets_created").run())
        sound(page.selectbox(key="event_control").select("year").run())
        asked = {name: page.query_params[name] for name in ("event", "metric", "control")}
        assert {k: v if isinstance(v, str) else v[0] for k, v in asked.items()} == {
            "event": "2026-03-02-new-macro-for-billing",
            "metric": "tickets_created",
            "control": "year",
        }
        sound(page.button(key="event_open_0").click().run())
        assert page.selectbox(key="event_chosen").value == "2026-05-04-mobile-app"


def dialog(key: str, name: str, title: str = "") -> AppTest:
    """What a dialog holds, drawn as a page: the test's own runs are runs of the whole page, which close a dialog."""

    def page(key: str, name: str, title: str) -> None:
        from kpi import store
        from pages.parts import event_list, event_notes, event_written
        from pages.parts.mine import Mine

        mine = Mine(key, store.names(key), store.open_dataset(key))
        old = next((event for event in event_notes.kept(mine).values() if event.title == title), None)
        if name == "form":
            event_written.form(mine, old, "backlog", None)
        elif name == "bring":
            event_list.bring(mine)
        elif old:
            event_written.sure(mine, old)

    return AppTest.from_function(page, kwargs={"key": key, "name": name, "title": title}, default_timeout=60)


def kept_events(key: str) -> tuple[events.Event, ...]:
    return events.read(store.text(key, "events.csv")).events


def test_a_note_is_written_changed_and_deleted(tiny_key: str) -> None:
    with noted(tiny_key, ""):
        page = dialog(tiny_key, "form").run()
        field(page, "What happened").input("New  tool")
        page.selectbox(key="event_column").select("channel").run()
        page.multiselect(key="event_values_channel").select("email")
        sound(page.button(key="event_kept").click().run())
        (event,) = kept_events(tiny_key)
        assert (event.title, event.kind, event.date.isoformat(), event.end) == ("New tool", "change", "2026-03-04", None)
        assert (event.metrics, event.where) == (("backlog",), (("channel", ("email",)),))
        page = dialog(tiny_key, "form", "New tool").run()
        field(page, "What happened").input("Old tool")
        sound(page.button(key="event_kept").click().run())
        (changed,) = kept_events(tiny_key)
        assert (changed.title, changed.where, changed.metrics) == ("Old tool", event.where, event.metrics)
        page = dialog(tiny_key, "sure", "Old tool").run()
        sound(page.button(key="event_deleted").click().run())
        assert store.text(tiny_key, "events.csv") == ""


def test_a_note_without_a_title_says_so_and_keeps_nothing(tiny_key: str) -> None:
    page = dialog(tiny_key, "form").run()
    page.button(key="event_kept").click().run()
    assert any("needs a title" in str(error.proto) for error in page.error)
    assert store.text(tiny_key, "events.csv") == ""


def test_a_list_is_brought(tiny_key: str) -> None:
    with noted(tiny_key, "date,title\n2026-03-02,here already\n"):
        page = dialog(tiny_key, "bring").run()
        page.file_uploader(key="event_file").set_value(
            ("mine.csv", b"date;title\n2026-03-02;here already\n3.4.2026;x\n2026-03-03;Neues B\xfcro\n", "text/csv")
        ).run()
        sound(page)
        assert "1 new event, 1 already here" in words(page).replace("*", "")
        bad = next(frame.value for frame in page.dataframe if "Why" in frame.value)
        assert bad["Row"].tolist() == [3]
        sound(page.button(key="event_import_now").click().run())
        assert [event.title for event in kept_events(tiny_key)] == ["here already", "Neues Büro"]


def test_a_brought_file_that_is_no_list_is_refused_in_words(tiny_key: str) -> None:
    page = dialog(tiny_key, "bring").run()
    page.file_uploader(key="event_file").set_value(("x.csv", b"PK\x03\x04\x00", "text/csv")).run()
    assert not page.exception and any("is not a text file" in str(error.proto) for error in page.error)


def field(page: AppTest, label: str) -> Any:
    return next(one for one in page.text_input if one.label == label)


def test_harmful_notes_stay_text_and_bad_rows_are_listed(app: Open, tiny_key: str) -> None:
    with noted(tiny_key, HARM):
        page = sound(app(tiny_key, "events.py"))
        for part in [*page.markdown, *page.caption, *page.title, *page.subheader]:
            assert "](https://evil" not in part.value and "<script" not in part.value.replace("\\<", "")
        bad = next(frame.value for frame in page.dataframe if "Why" in frame.value)
        assert bad["Row"].tolist() == [3] and "is no date" in bad["Why"].iloc[0]
        for button in page.button:
            assert "](https://evil" not in button.label
        assert "Kinds nobody knows became" in words(page)


def test_a_file_nobody_can_read_is_said_and_hides_nothing_else(app: Open, tiny_key: str) -> None:
    with noted(tiny_key, "colour,day\nred,2026-03-02\n"):
        page = sound(app(tiny_key, "events.py"))
        assert "has no column title" in words(page)


@pytest.mark.slow
def test_kinds_filter_the_list_and_holidays_wait(app: Open, sample_key: str) -> None:
    rows = "".join(f"2026-0{m}-01,holiday,Day {m}\n" for m in range(1, 8))
    with noted(sample_key, f"date,kind,title\n2026-02-03,hire,Ann\n{rows}"):
        page = sound(app(sample_key, "events.py"))
        assert [b.label for b in page.button if (b.key or "").startswith("event_open_")] == ["**Ann**"]
        assert page.button(key="event_all").label == "Show all 8"
        page = sound(page.button(key="event_all").click().run())
        assert len([b for b in page.button if (b.key or "").startswith("event_open_")]) == 8
        page = sound(app(sample_key, "events.py", kind="hire"))
        assert [b.label for b in page.button if (b.key or "").startswith("event_open_")] == ["**Ann**"]


def test_specs_have_no_data_and_name_what_they_draw() -> None:
    for unit in ("s", "%", "points", "count", "score", "ratio", "currency"):
        spec = before_after(unit, "week", "EUR", (0.0, 3600.0) if unit == "s" else (), True, True)
        assert {layer["data"]["name"] for layer in spec["layer"]} == {"d", "c", "e", "k"}
        plain = before_after(unit, "month", None, (), False, False)
        assert {layer["data"]["name"] for layer in plain["layer"]} == {"d", "e"}
        assert "values" not in str([layer["data"] for layer in spec["layer"]])
    assert before_after("%", "week") is before_after("%", "week"), "made once"
    assert {layer["data"]["name"] for layer in placebos()["layer"]} == {"p", "n"}


def test_flags_take_the_dates_of_their_host_and_tell_kinds_by_shape() -> None:
    host = {"field": "period", "type": "temporal", "timeUnit": "utcyearmonthdate", "axis": {"format": "%b"}}
    layers = flags(host)
    assert all(layer["encoding"]["x"]["field"] == "date" and layer["encoding"]["x"]["axis"] == {"format": "%b"} for layer in layers)
    shapes = [layer["encoding"]["shape"]["scale"] for layer in layers if "shape" in layer["encoding"]]
    assert len(shapes) == 1 and shapes[0]["domain"] == list(KINDS) and len(set(shapes[0]["range"])) == len(KINDS)
    assert len(flags(labels=True)) == len(flags()) + 1
