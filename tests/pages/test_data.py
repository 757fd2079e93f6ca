"""The Data page: what it says of four kinds of data, of effects, of files nobody recognises, and of files that are broken."""

from __future__ import annotations

import csv
import io
import time
import tomllib
from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import store
from tests.pages.conftest import DIRTY, FRAME, HARM

pytestmark = pytest.mark.slow

App = Callable[..., AppTest]
STRANGE = "Vorgang;Beginn;Ende;Zustand;Dauer;Sterne\n" + "".join(
    f"V{i};{i:02d}.03.2026 08:00;{i:02d}.03.2026 {8 + i % 3:02d}:00;{'Fertig' if i > 3 else 'Schwebt'};{i};{1 + i % 5}\n"
    for i in range(1, 28)
)
"""27 tickets of March by day, 24 of them done after 0, 1 or 2 hours; minutes of work 1 to 27; stars 1 to 5."""


def words(at: AppTest) -> str:
    assert not at.exception and not at.error, [*at.exception, *at.error]
    return " ".join(element.value for element in [*at.title, *at.subheader, *at.markdown, *at.caption, *at.text]).replace("\\", "")


def table(at: AppTest, *headers: str) -> pd.DataFrame:
    """The only table on the page that has these headers."""
    (found,) = [frame.value for frame in at.dataframe if set(headers) <= set(frame.value.columns)]
    return found


def opened(at: AppTest, key: str) -> AppTest:
    at.session_state[key] = True
    return at.run()


def imported(at: AppTest, key: str) -> AppTest:
    """Run until the import that the page began is done."""
    at.run()
    for _ in range(300):
        if store.state(key).name != "running":
            break
        time.sleep(0.1)
    return at.run()


@pytest.fixture
def strange(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of a file nobody recognises, its import tried and failed."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    key = store.keep({"faelle.csv": STRANGE.encode()})
    at = AppTest.from_file(FRAME, default_timeout=60)
    at.query_params["data"] = key
    imported(at, key)
    assert (store.state(key).name, store.state(key).kind) == ("failed", "UnknownExport")
    return key


@pytest.mark.parametrize("kind", ["sample", "tiny", "dirty", "lacking"])
def test_each_kind_of_data_gets_a_verdict_first(app: App, kept: dict[str, str], kind: str) -> None:
    at = app(kept[kind], "data.py")
    assert at.title[0].value == "Can the data be trusted?" and words(at)
    verdict = next(m.value for m in at.markdown if m.value.startswith("**")).replace("\\", "")
    assert verdict.startswith({"dirty": "**With care:", "tiny": "**Yes:", "lacking": "**Yes:", "sample": "**Yes"}[kind])


def test_without_data_there_are_ways_in(app: App) -> None:
    at = app(None, "data.py")
    assert at.title[0].value == "Can the data be trusted?" and at.button(key="open_sample") and words(at)


def test_counts_agree_with_their_nouns(app: App, dirty_key: str, tiny_key: str) -> None:
    assert "9 rows became 7 tickets" in words(app(dirty_key, "data.py")) and "1 row left out" in words(app(dirty_key, "data.py"))
    at = app(tiny_key, "data.py")
    assert list(table(at, "Became")["Became"]) == ["4 tickets", "3 surveys"]
    assert "Nothing to look at" in words(at)


def test_a_column_says_where_it_was_found_how_full_it_is_and_what_it_holds(app: App, tiny_key: str) -> None:
    frame = table(app(tiny_key, "data.py"), "Found under")
    solved = frame[(frame["About"] == "Tickets") & (frame["Column"] == "Solved")].iloc[0]
    assert (solved["Filled"], solved["Not read"], solved["Found under"]) == (75.0, 0, "solved_at in tickets.csv")
    assert solved["For example"].count("2026-03-0") == 3
    assert not frame["Column"].str.contains("_").any()


@pytest.mark.slow
def test_every_finding_of_dirty_data_is_a_card_with_its_effect(app: App, dirty_key: str) -> None:
    """One reply an hour before the creation; the other replies took 30 and 60 minutes. Kept, the median falls from 45 to 30 minutes."""
    at = app(dirty_key, "data.py")
    said = words(at)
    for title in (
        "Replied to before they were created",
        "Solved before they were created",
        "Created: cells not read",
        "Dated in the future",
    ):
        assert title in said
    assert not [frame for frame in at.dataframe if "If they were kept" in frame.value], "nothing is measured before somebody looks"
    at = opened(at, "more_reply_before_creation")
    effects = table(at, "If they were kept").set_index("Metric")
    row = effects.loc["First reply"].map(lambda text: text.replace("\u00a0", " "))
    assert (row["Now"], row["If they were kept"], row["Difference"]) == ("45 min", "30 min", "-15 min")
    assert "Kept, they would move First reply by -15 min" in words(at).replace("\u00a0", " ")
    places = [
        f.value for f in at.dataframe if "Ticket" in f.value and "first reply 2026-03-02 07:00" in str(f.value["What stands there"].iloc[0])
    ]
    assert list(places[0]["Ticket"]) == ["1"] and list(places[0]["Row"]) == [2]


def test_whole_lists_are_there_to_download_and_safe_in_a_spreadsheet(app: App, dirty_key: str) -> None:
    from pages.parts.drawn import csv_of
    from pages.parts.quality_files import _cells, _rows

    at = app(dirty_key, "data.py")
    assert list(table(at, "Why it could not be read")["Column"]) == ["Created", "Status"]
    assert list(table(at, "Why")["Row"]) == [10]
    assert at.get("download_button"), "both can be downloaded"
    data = store.open_dataset(dirty_key)
    for frame in (_cells(data.unread()), _rows(data.rejected())):
        rows = list(csv.reader(io.StringIO(csv_of(frame))))
        assert len(rows) == len(frame) + 1 and not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_text_of_files_is_never_markdown(app: App, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    lines = DIRTY["tickets.csv"].decode().replace("weird", HARM).encode()
    key = store.keep({f"{HARM}.csv".replace("/", "_"): lines})
    store.import_now(key)
    at = app(key, "data.py")
    assert not at.exception
    for element in [*at.markdown, *at.caption]:
        assert "](http" not in element.value and "<script>" not in element.value and ":red[x]" not in element.value


def test_files_of_which_nothing_was_read_are_named_and_the_rest_loads(
    app: App, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    key = store.keep({**DIRTY, "broken.xlsx": b"PK\x03\x04 this is \x00\xff not what it says", "faelle.csv": STRANGE.encode()})
    store.import_now(key)
    at = app(key, "data.py")
    warnings = [w.value.replace("\\", "") for w in at.warning]
    assert any("broken.xlsx" in w for w in warnings) and any("faelle.csv" in w for w in warnings)
    at = opened(at, "match")
    assert not at.exception and at.selectbox(key="map_file").value == "2_0", "the file nobody recognised comes first"


def test_deleting_asks_first(app: App, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    key = store.keep({"tickets.csv": b"ticket_id,created_at\n1,2026-03-02T08:00:00Z\n"})
    store.import_now(key)
    at = app(key, "data.py")
    assert store.folder(key).is_dir() and "deleted from this machine" in words(at)
    at.button(key="discard").click().run()
    assert not at.exception and not store.folder(key).exists()


@pytest.mark.slow
def test_a_file_nobody_recognises_is_driven_to_a_number(app: App, strange: str) -> None:
    """Headers, statuses and the unit are said on the screen; the import uses them; the numbers are those worked by hand."""
    at = app(strange, "data.py")
    assert at.title[0].value == "Which column is which?" and "faelle" in at.error[0].proto.title
    state = {
        key.removeprefix("map_0_0_tickets_"): at.selectbox(key=key)
        for key in [s.key for s in at.selectbox]
        if key.startswith("map_0_0_tickets")
    }
    assert state["ticket_id_header"].value == "Vorgang" and state["ticket_id_header"].label == "Ticket id (needed)"
    assert state["status_header"].value == "Zustand"

    for column, header in {"created_at": "Beginn", "solved_at": "Ende", "handle_seconds": "Dauer", "csat_score": "Sterne"}.items():
        at.selectbox(key=f"map_0_0_tickets_{column}_header").select(header).run()
    assert not at.exception
    at.selectbox(key="map_0_0_tickets_handle_seconds_unit").select("minutes").run()
    assert at.selectbox(key="map_0_0_tickets_csat_score_scale").value == "1 to 5"
    at.selectbox(key="map_0_0_tickets_status_words_fertig").select("solved").run()
    at.selectbox(key="map_0_0_tickets_status_words_schwebt").select("open").run()
    said = " ".join(m.value for m in [*at.markdown, *at.caption])
    assert "The first 27 rows would become 27 tickets and 27 surveys" in said and "27 cells read" in said
    assert not at.button(key="use_0_0").disabled

    at.button(key="use_0_0").click()
    at = imported(at, strange)
    assert not at.exception and not at.error
    assert store.state(strange).name == "ready" and at.title[0].value == "Can the data be trusted?"
    data = store.open_dataset(strange)
    names = ["tickets_created", "tickets_solved", "full_resolution_time", "handle_time", "csat"]
    values = dict(zip(names, kpi.measure(names, kpi.Scope(), data).frame["value"], strict=True))
    waits = pd.Series([(i % 3) * 3600.0 for i in range(4, 28)])
    stars = pd.Series([1 + i % 5 for i in range(1, 28)])
    assert values == {
        "tickets_created": 27,
        "tickets_solved": 24,
        "full_resolution_time": waits.median(),
        "handle_time": 60 * sum(range(1, 28)) / 27,
        "csat": pytest.approx(100 * (stars >= 4).mean()),
    }
    again = store.options(strange).mappings["faelle.csv"]
    assert tomllib.loads(again)["file"][0]["columns"]["handle_seconds"] == {"duration": "Dauer", "unit": "minutes"}


@pytest.mark.slow
def test_the_screen_says_what_is_lacking_and_what_cannot_be_read(app: App, strange: str) -> None:
    at = app(strange, "data.py")
    at.selectbox(key="map_0_0_tickets_ticket_id_header").select("").run()
    said = " ".join(m.value for m in at.markdown).replace("\\", "")
    assert at.button(key="use_0_0").disabled and ("Still needed: Ticket id" in said or "lacks" in said)
    at.selectbox(key="map_0_0_tickets_ticket_id_header").select("Vorgang").run()
    at.selectbox(key="map_0_0_tickets_created_at_header").select("Zustand").run()
    captions = " ".join(c.value for c in [*at.markdown, *at.caption]).replace("\\", "")
    assert "27 not: “Fertig”, “Schwebt”" in captions
    at.selectbox(key="map_rows_0_0").select("surveys").run()
    assert not at.exception and at.selectbox(key="map_0_0_surveys_kind_header").value == "csat"


@pytest.mark.slow
def test_a_recognised_file_can_be_corrected_and_the_correction_forgotten(
    app: App, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    text = (
        "Ticket ID,Status,Created time,Resolved time,Closed time,Agent interactions\n"
        "1,Closed,2026-01-13 08:00,2026-01-13 09:00,2026-01-13 12:00,2\n"
    )
    key = store.keep({"freshdesk.csv": text.encode()})
    store.import_now(key)
    at = opened(app(key, "data.py"), "match")
    assert not at.exception and at.button(key="use_0_0").disabled, "nothing is changed yet"
    assert at.selectbox(key="map_0_0_tickets_solved_at_header").value == "Resolved time"
    at.selectbox(key="map_0_0_tickets_solved_at_header").select("Closed time").run()
    at.button(key="use_0_0").click()
    imported(at, key)
    assert kpi.measure("full_resolution_time", kpi.Scope(), store.open_dataset(key)).frame["value"].iloc[0] == 4 * 3600
    at = opened(app(key, "data.py"), "match")
    at.button(key="forget_0_0").click()
    imported(at, key)
    assert kpi.measure("full_resolution_time", kpi.Scope(), store.open_dataset(key)).frame["value"].iloc[0] == 3600


@pytest.mark.slow
def test_more_files_are_added_to_those_there_are(app: App, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    key = store.keep({"tickets.csv": b"ticket_id,created_at\n1,2026-03-02T08:00:00Z\n2,2026-03-02T08:00:00Z\n"})
    store.say(key, zone="Europe/Berlin")
    store.import_now(key)
    at = app(key, "data.py")
    uploader = next(u for u in at.file_uploader if u.key.startswith("add_"))
    uploader.upload("surveys.csv", b"ticket_id,kind,score\n1,csat,5\n2,csat,1\n").run()
    assert at.query_params["data"] in (key, [key]), "the address stays"
    assert store.names(key) == ("tickets.csv", "surveys.csv") and store.options(key).zone == "Europe/Berlin"


def test_dates_that_could_be_either_are_the_verdict_until_they_are_answered(
    app: App, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    rows = "".join(f"{d},Closed,0{d}/04/2026 10:00,0{d}/04/2026 1{d}:00,1\n" for d in (3, 5, 6))
    key = store.keep({"freshdesk.csv": f"Ticket ID,Status,Created time,Resolved time,Agent interactions\n{rows}".encode()})
    store.import_now(key)
    at = app(key, "data.py")
    assert "Not yet: 2 columns of dates cannot be read before you say" in words(at)
    at.segmented_control(key="date_order").select("dmy")
    imported(at, key)
    assert "Not yet" not in words(app(key, "data.py"))
    assert app(key, "data.py").segmented_control(key="date_order_said").value == "dmy"
