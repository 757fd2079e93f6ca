"""How do we compare, on the page: four views, four kinds of data and none; own figures kept, hostile addresses and files harmless."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kpi import Scope, benchmarks, scorecard, store
from kpi.charts import benchmarks as charts
from kpi.errors import BadValue
from pages.parts import benchmark_asked, benchmark_band, benchmark_file, scorecard_asked, scorecard_edit
from pages.parts.mine import Mine

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
PAGE = "benchmarks.py"
VIEWS = ("others", "ourselves", "teams", "scorecard")
ALL = {"from": "2026-03-01", "to": "2026-03-05"}


def words(app: AppTest) -> str:
    """All text a reader sees, escapes of Markdown taken out."""
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return app


def mine_of(key: str) -> Mine:
    return Mine(key, store.names(key), store.open_dataset(key), store.default_calendar(key), store.options(key))


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    page = sound(app(None, PAGE))
    assert page.title[0].value == "How do we compare?"
    assert page.button(key="open_sample")


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("data", ["sample", "tiny", "dirty", "lacking"])
def test_every_view_with_every_kind_of_data(app: Open, kept: dict[str, str], data: str, view: str) -> None:
    page = sound(app(kept[data], PAGE, view=view))
    assert page.title[0].value == "How do we compare?"
    assert len([part for part in page.markdown if "**" in part.value]) >= 1, "there is a finding, or why there is none"


def test_a_tiny_number_among_others_by_hand(app: Open, tiny_key: str) -> None:
    """Two of three answers are good: 66.7 %, below the four figures of Zendesk, 81 to 86 %, and three answers give no interval."""
    page = sound(app(tiny_key, PAGE, metric="csat", **ALL))
    text = words(page)
    assert "CSAT is 66.7 %: beside the 4 published figures that compare, 81.0–86.0 % (Zendesk, 2012–2014), and with no interval" in text
    age = dt.datetime.now(dt.UTC).year - 2014
    assert f"The newest is {age} years old." in text
    assert f"**81.0 %** · Zendesk · 2014, {age} years old · primary · average · global" in text
    links = [part.value for part in page.markdown if "](https://" in part.value]
    assert links and all("](http://" not in part.value and "](javascript" not in part.value for part in page.markdown)
    assert any(expander.label.startswith("Not compared, and why: 111 figures") for expander in page.expander)


def test_no_published_figure_is_said(app: Open, tiny_key: str, lacking_key: str) -> None:
    assert "No published figure with a source was found for Backlog." in words(app(tiny_key, PAGE, metric="backlog", **ALL))
    assert "cannot be compared: these data lack" in words(sound(app(lacking_key, PAGE, metric="full_resolution_time")))


def test_channel_and_industry_decide_what_compares(app: Open, sample_key: str) -> None:
    phone = words(sound(app(sample_key, PAGE, metric="speed_of_answer", channel="phone")))
    assert "published figures that compare" in phone and "ContactBabel" in phone
    retail = words(sound(app(sample_key, PAGE, metric="csat", industry="retail")))
    assert "Zendesk, 2012–2014" in retail and "retail & wholesale" in retail
    filtered = words(sound(app(sample_key, PAGE, metric="csat", where="channel=chat")))
    assert "LiveChat" in filtered, "the scope's own filter decides the channel"


def test_unknown_parameters_are_the_usual_ones(app: Open, tiny_key: str) -> None:
    odd = sound(app(tiny_key, PAGE, view="<script>", metric="x", channel="pigeon", industry="crime", own="rm -rf", **ALL))
    assert "CSAT is 66.7 %" in words(odd)


def test_own_figures_are_kept_compared_and_taken_away(app: Open, tiny_key: str) -> None:
    text = "metric,value,publisher,title,url,year\ncsat,60,[x](https://evil.example),<b>Survey</b>,https://example.com/a,2025\ncsat,999,P,T,,\n"
    store.change(tiny_key, benchmark_asked.TEXT, lambda _: text)
    try:
        page = sound(app(tiny_key, PAGE, metric="csat", **ALL))
        assert "the 5 published figures that compare, 60.0–86.0 %" in words(page)
        assert any("1 figure read; 1 row left out, the first is row 3: 999 lies outside" in expander.label for expander in page.expander)
        line = next(part.value for part in page.markdown if "https://example.com/a" in part.value)
        assert "](https://example.com/a)" in line and "](https://evil" not in line and "<b>" not in line.replace("\\<", "")
    finally:
        store.change(tiny_key, benchmark_asked.TEXT, lambda _: "")
    assert "the 4 published figures" in words(app(tiny_key, PAGE, metric="csat", **ALL))
    assert benchmarks.read(benchmark_file.EXAMPLE).figures[0].value == 88


def test_a_scorecard_kept_is_the_one_shown(app: Open, tiny_key: str) -> None:
    """CSAT 66.7 % between 60 and 80 scores a third; with a line nobody can read, that is said and the rest counts."""
    text = scorecard.write([scorecard.Line("csat", 5, 60, 80, "said")]) + '\n[[metric]]\nname = "csatt"\n'
    store.change(tiny_key, scorecard_asked.TEXT, lambda _: text)
    try:
        page = sound(app(tiny_key, PAGE, view="scorecard", **ALL))
        assert "The total is 33 of 100" in words(page)
        assert "Metric 2: there is no metric" in page.warning[0].value.replace("\\", "")
    finally:
        store.change(tiny_key, scorecard_asked.TEXT, lambda _: "")


def test_ends_as_one_types_them() -> None:
    reply, csat = scorecard.Line("first_reply_time"), scorecard.Line("csat")
    for end in (20.0, 900.0, 4 * 3600.0, 86_400 * 7.0, 4245.0):
        assert scorecard_asked.understood(reply, scorecard_asked.typed(reply, end)) == pytest.approx(end, rel=1e-3)
    assert scorecard_asked.typed(csat, 83.5) == "83.5" and scorecard_asked.understood(csat, " 83.5 % ") == 83.5
    assert scorecard_asked.understood(csat, "") is None and scorecard_asked.typed(reply, None) == ""


def test_the_band_of_a_trend_needs_three_publishers(app: Open, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Abandonment on the phone: BenchmarkPortal 6, Talkdesk 12, ContactBabel 9.1 (its newest): a band from 6 to 12. CSAT has one publisher."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    mine = mine_of(kept["sample"])
    phone = Scope(where={"channel": ["phone"]})
    (row,) = benchmark_band.band(mine, "abandonment_rate", phone).to_dict("records")
    assert (row["low"], row["high"]) == (6.0, 12.0)
    assert row["said"].replace("\u00a0", " ") == "the range of 3 publishers' figures, over all industries, 2003–2023: 6.0–12.0 %"
    nothing = benchmark_band.band(mine, "csat", Scope())
    assert nothing.empty and list(nothing) == ["low", "high", "said"]
    assert benchmark_band.band(mine_of(kept["lacking"]), "csat", Scope()).empty
    assert benchmark_band.band(mine, "abandonment_rate", Scope(where={"channel": ["phone", "chat"]})).empty, "a mix nobody published about"


@pytest.mark.parametrize(
    ("low", "high", "ticks", "logs"),
    [
        (20.0, 120.0, None, False),
        (600.0, 4000.0, (600, 1200, 1800, 2400, 3000, 3600), False),
        (60.0, 86_400.0, None, True),
        (0.0, 86_400.0, None, False),
    ],
)
def test_marks_of_an_axis_of_times(low: float, high: float, ticks: tuple[float, ...] | None, logs: bool) -> None:
    found, is_log = charts.ticks_of("s", low, high)
    assert is_log == logs and ticks in (None, found)
    assert all(low <= tick <= high for tick in found) and 2 <= len(found) <= 10
    assert charts.ticks_of("%", 1, 2) == ((), False)


def test_a_file_is_brought_through_the_page(app: Open, tiny_key: str) -> None:
    """One that is no table is told and not kept; a good one is kept as it came; and it can be removed."""

    def upload(name: str, content: bytes) -> AppTest:
        page = app(tiny_key, PAGE, metric="csat", **ALL)
        page.session_state["benchmark_file"] = True
        page.run()
        uploader = next(one for one in page.file_uploader if str(one.key).startswith("benchmarks_"))
        return uploader.upload(name, content).run()

    try:
        wrong = upload("b.csv", b"a;b\n1;2\n")
        assert not wrong.exception and "lack the column 'metric'" in wrong.error[0].value.replace("\\", "")
        assert "not UTF" in upload("b.csv", "metric,value,publisher,title\ncsat,60,Müller,T\n".encode("latin-1")).error[0].value.replace(
            "\\", ""
        )
        assert store.text(tiny_key, benchmark_asked.TEXT) == ""
        good = b"metric,value,publisher,title,year\ncsat,60,P,T,2025\ncsat,x,P,T,2025\n"
        page = sound(upload("b.csv", good))
        assert store.text(tiny_key, benchmark_asked.TEXT) == good.decode()
        assert "the 5 published figures" in words(page) and "Row 3: value 'x' is not a number" in words(page)
        page.button(key="benchmark_remove").click().run()
        assert store.text(tiny_key, benchmark_asked.TEXT) == ""
    finally:
        store.change(tiny_key, benchmark_asked.TEXT, lambda _: "")


def test_an_end_typed_anew_is_set_by_hand() -> None:
    reply = scorecard.Line("first_reply_time", 10, 4245.0, 2354.0)
    same = {"Weight": 20, "Ends from": "own best and worst", "Scores 0 at": "1.179h", "Scores 100 at": "39.23m"}
    assert scorecard_edit.line_of(reply, same) == reply.but(weight=20.0)
    typed = scorecard_edit.line_of(reply, same | {"Scores 0 at": "2h"})
    assert (typed.anchors, typed.worst, typed.best) == ("said", 7200.0, pytest.approx(2353.8))
    with pytest.raises(BadValue, match="must lie below its worst"):
        scorecard_edit.line_of(reply, same | {"Scores 0 at": "10m"})
    with pytest.raises(BadValue, match="soon"):
        scorecard_edit.line_of(reply, same | {"Scores 0 at": "soon"})
