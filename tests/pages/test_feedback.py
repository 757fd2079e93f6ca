"""What do customers say: for four kinds of data and none, for a company with much to say, and for people who mean harm."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import feedback, store
from kpi.charts.feedback import over_time, shares
from kpi.charts.feedback import words as words_chart

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
HARM = "![x](https://evil.example/p.png) <script>alert(1)</script> **bold** $x^2$ :red[x] mail eve@evil.example or +49 151 23456789, late"
YEAR = {"by": "all", "from": "2026-01-01", "to": "2026-03-31"}
LOWS = ["Waited far too long, slow", "The refund is late", "Still slow and no refund"]
HIGHS = ["Great and friendly", "Thank you, great help", "Quick and friendly"]


def files() -> dict[str, bytes]:
    """60 low and 60 high English comments, 12 German ones, and one that means harm, a few a day from 5 January 2026 on."""
    comments = [(1, LOWS[n % 3], "en") for n in range(60)] + [(5, HIGHS[n % 3], "en") for n in range(60)]
    comments += [(2, "Zu lange gewartet", "de")] * 12 + [(1, HARM, "en")]
    tickets, surveys = ["ticket_id,created_at,solved_at,status,language"], ["ticket_id,kind,score,scale_low,scale_high,answered_at,comment"]
    for n, (score, text, language) in enumerate(comments):
        day = f"2026-{1 + n // 56:02}-{1 + n // 2 % 28:02}T10:00:00Z"
        quoted = '"' + text.replace('"', '""') + '"'
        tickets.append(f"{n},{day},{day},solved,{language}")
        surveys.append(f"{n},csat,{score},1,5,{day},{quoted}")
    return {"tickets.csv": "\n".join(tickets).encode(), "surveys.csv": "\n".join(surveys).encode()}


@pytest.fixture(scope="module")
def voices(kept: dict[str, str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", kept["home"])
        key = store.keep(files())
        store.import_now(key)
        return key


@pytest.fixture(autouse=True)
def home(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])


def words(app: AppTest) -> str:
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader, *app.warning, *app.info]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    for part in [*app.markdown, *app.caption, *app.title, *app.subheader, *app.warning]:
        assert "](https://evil" not in part.value and "<script" not in part.value.replace("\\<", "")
    assert "evil.example" not in words(app) and "23456789" not in words(app)
    return app


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    page = sound(app(None, "feedback.py"))
    assert page.title[0].value == "What do customers say?"
    assert page.button(key="open_sample")


@pytest.mark.parametrize("kind", ["tiny", "lacking"])
def test_without_words_of_customers_it_says_what_is_needed(kind: str, app: Open, kept: dict[str, str]) -> None:
    assert "These data hold no customers' words: needs comments" in words(sound(app(kept[kind], "feedback.py"))).replace("*", "")


def scope_of(page: AppTest) -> kpi.Scope:
    names = ("by", "zone", "clock", "from", "to")
    asked = {n: [v] if isinstance(v := page.query_params[n], str) else v for n in names if n in page.query_params}
    return kpi.Scope.from_query(asked)


def test_themes_of_the_page_are_those_of_the_package(voices: str, app: Open) -> None:
    page = sound(app(voices, "feedback.py", theme="billing", **YEAR))
    found = feedback.heard(scope_of(page), store.open_dataset(voices))
    counts = feedback.counted(found, feedback.ours(), feedback.matched(found, feedback.ours()))
    said = words(page).replace("*", "")
    assert counts.text.replace("\u00a0", " ") in said and counts.caveat.replace("\u00a0", " ") in said
    assert (counts.n, counts.low_scores) == (133, 73)
    slow, billing = counts.of("slow"), counts.of("billing")
    assert slow is not None and (slow.n, slow.low_scores) == (73, 73), "60 English, 12 German, the one that means harm"
    assert billing is not None and (billing.n, billing.low_scores) == (40, 40)
    assert "Refund or billing: 40 of 133 comments" in said, "the theme of the address"
    charts = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    assert {layer["data"]["name"] for layer in charts[0]["layer"]} == {"d"} and len(charts) >= 2
    assert page.selectbox(key="feedback_theme").value == "billing"
    page = sound(page.selectbox(key="feedback_theme").select("slow").run())
    assert page.query_params["theme"] in ("slow", ["slow"])


def test_quotes_are_masked_text_and_open_their_ticket(voices: str, app: Open) -> None:
    page = sound(app(voices, "feedback.py", theme="slow", language="en", **YEAR))
    assert "[e-mail]" in words(page) and "[phone number]" in words(page), "the newest is shown first, covered"
    assert any("ticket=132" in str(one.proto) for one in page.get("page_link"))
    page = sound(app(voices, "feedback.py", view="comments", **YEAR))
    table = next(frame.value for frame in page.dataframe if "Comment" in frame.value)
    assert "evil.example" not in " ".join(table["Comment"]) and "23456789" not in " ".join(table["Comment"])
    assert table["Ticket"].iloc[0] == "132" and table["Themes"].iloc[0] == "Late or slow"


def test_words_of_one_language_and_quotes_where_there_are_too_few(voices: str, app: Open) -> None:
    page = sound(app(voices, "feedback.py", view="words", word="refund"))
    said = words(page).replace("*", "")
    assert "marks low scores most" in said and page.selectbox(key="feedback_language").value == "en"
    assert page.selectbox(key="feedback_word").value == "refund"
    page = sound(app(voices, "feedback.py", view="words", language="de", word="nonsense"))
    assert "Too few scored comments in German to compare words: 12 low and 0 high" in words(page)
    assert "“Zu lange gewartet”" in words(page) and not page.get("vega_lite_chart")


def test_nonsense_in_the_address_is_ignored(voices: str, app: Open) -> None:
    page = sound(app(voices, "feedback.py", view="<b>", theme="'; DROP", language="xx", word="![](x)"))
    assert page.segmented_control(key="feedback_view").value == "themes" and "theme" in words(page)


@pytest.mark.slow
def test_the_sample_speaks(sample_key: str, app: Open) -> None:
    for view in ("themes", "words", "comments"):
        assert "comments" in words(sound(app(sample_key, "feedback.py", view=view)))


def editor(key: str) -> AppTest:
    """What the expander holds, drawn as a page of its own and open."""

    def page(key: str) -> None:
        import streamlit as st

        from kpi import Scope, store
        from pages.parts import feedback_asked, feedback_dictionary
        from pages.parts.mine import Mine

        mine = Mine(key, store.names(key), store.open_dataset(key))
        st.session_state.setdefault("feedback_edit", True)
        themes, wrong = feedback_asked.themes(mine)
        feedback_dictionary.draw(mine, feedback_asked.heard(mine, Scope()), themes, wrong)

    return AppTest.from_function(page, kwargs={"key": key}, default_timeout=60)


def test_themes_are_changed_added_removed_and_brought(voices: str) -> None:
    try:
        page = sound(editor(voices).run())
        assert page.selectbox(key="feedback_edited").value == "slow"
        area(page, "English").input("tardy, snail*\nsnail*")
        sound(page.button(key="feedback_keep").click().run())
        kept = feedback.read(store.text(voices, "themes.toml"))
        assert dict(kept[0].words)["en"] == ("tardy", "snail*") and kept[1:] == feedback.ours()[1:]
        page.selectbox(key="feedback_edited").select("").run()
        next(one for one in page.text_input if one.label == "Name").input("Opening hours")
        area(page, "German").input("öffnungszeit*")
        sound(page.button(key="feedback_keep").click().run())
        assert feedback.read(store.text(voices, "themes.toml"))[-1] == feedback.Theme(
            "opening_hours", "Opening hours", (("de", ("öffnungszeit*",)),)
        )
        page = sound(editor(voices).run())
        sound(page.button(key="feedback_drop").click().run())
        assert [one.name for one in feedback.read(store.text(voices, "themes.toml"))][:1] == ["repeat"]
        before = store.text(voices, "themes.toml")
        area(page, "English").input("a*")
        page.button(key="feedback_keep").click().run()
        assert not page.exception and any("found nearly everywhere" in str(error.proto) for error in page.error)
        page = editor(voices).run()
        bad = b'[[theme]]\nname = "x"\nlabel = "X"\n[theme.words]\nen = "late"\n'
        page.file_uploader(key="feedback_upload_0").set_value(("t.toml", bad, "text/plain")).run()
        assert any("Line 5, theme 1: en must be a list of texts" in e.value.replace("\\", "") for e in page.error)
        assert store.text(voices, "themes.toml") == before, "nothing of it was taken"
        good = b'# ours\n[[theme]]\nname = "x"\nlabel = "X"\n[theme.words]\nen = ["late"]\n'
        page.file_uploader(key="feedback_upload_1").set_value(("t.toml", good, "text/plain")).run()
        assert store.text(voices, "themes.toml") == good.decode(), "comments and all"
        sound(page.button(key="feedback_anew").click().run())
        assert store.text(voices, "themes.toml") == ""
    finally:
        store.change(voices, "themes.toml", lambda _: "")


def area(page: AppTest, label: str) -> object:
    return next(one for one in page.text_area if one.label == label)


def test_a_broken_file_is_said_and_ours_are_used(voices: str, app: Open) -> None:
    store.change(voices, "themes.toml", lambda _: '[[theme]]\nname = "![x](https://evil.example)"\n')
    try:
        page = app(voices, "feedback.py", **YEAR)
        assert not page.exception and "ours are used" in words(page) and "Line 1, theme 1" in words(page) and "Late or slow" in words(page)
        assert all("](https://evil" not in part.value for part in page.warning)
    finally:
        store.change(voices, "themes.toml", lambda _: "")


def test_specs_have_no_data_and_name_what_they_draw() -> None:
    assert {layer["data"]["name"] for layer in shares("x", True)["layer"]} == {"d", "w"}
    assert {layer["data"]["name"] for layer in over_time("week", True)["layer"]} == {"d", "e"}
    assert {layer["data"]["name"] for layer in words_chart("x")["layer"]} == {"d"}
    for spec in (shares("x"), over_time("month", False), words_chart("x")):
        assert "values" not in str([layer["data"] for layer in spec["layer"]])
    assert shares("x") is shares("x"), "made once"
