"""The mapping screen, driven: words, dates and scores said; a mapping saved, chosen, brought and handed on; best efforts; files made anew."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import sources, store
from tests.pages.conftest import FRAME

pytestmark = pytest.mark.slow

App = Callable[..., AppTest]
DAYS = range(1, 13)
DESK = "Case ref;Opened on;Finished on;Stage;Effort;Mood\n" + "".join(
    f"C-{d};{d:02d}/05/2025 08:00;{d:02d}/05/2025 {8 + d:02d}:00;{'Done' if d > 2 else 'Parked'};{d};{['Delighted', 'Fine', 'Hmpf', 'Sent'][d % 4]}\n"
    for d in DAYS
)
"""Twelve tickets of 1 to 12 May (day first), solved after d hours. Moods: Hmpf on days 2, 6, 10; Delighted on 4, 8, 12; Fine on 1, 5, 9; Sent on 3, 7, 11."""


@pytest.fixture(autouse=True)
def home(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])
    for name in sources.saved():
        sources.delete_mapping(name)


def imported(at: AppTest, key: str) -> AppTest:
    at.run()
    for _ in range(300):
        if store.state(key).name != "running":
            break
        time.sleep(0.1)
    return at.run()


def unknown(name: str = "desk.csv", content: str = DESK) -> str:
    """The key of a file nobody recognises, its import tried."""
    key = store.keep({name: content.encode()})
    at = AppTest.from_file(FRAME, default_timeout=60)
    at.query_params["data"] = key
    imported(at, key)
    assert store.state(key).kind == "UnknownExport"
    return key


def words(at: AppTest) -> str:
    assert not at.exception, at.exception
    return " ".join(e.value for e in [*at.title, *at.markdown, *at.caption]).replace("\\", "")


def control(at: AppTest, column: str, what: str = "header", table: str = "tickets"):  # type: ignore[no-untyped-def]  # AppTest's own type is private
    return at.selectbox(key=f"map_0_0_{table}_{column}_{what}")


def toml(at: AppTest, key: str) -> dict:  # type: ignore[type-arg]  # as parsed
    return tomllib.loads(store.options(key).mappings["desk.csv"])


def driven(app: App, key: str) -> AppTest:
    """Everything said on the screen that the file needs."""
    at = app(key, "data.py")
    for column, header in {"ticket_id": "Case ref", "created_at": "Opened on", "solved_at": "Finished on", "status": "Stage"}.items():
        control(at, column).select(header).run()
    control(at, "csat_score").select("Mood").run()
    control(at, "handle_seconds").select("Effort").run()
    control(at, "handle_seconds", "unit").select("minutes").run()
    at.segmented_control(key="map_order_asked_0_0").set_value("dmy").run()
    control(at, "status", "words_parked").select("hold").run()
    control(at, "csat_score", "words_hmpf").select("1").run()
    assert not at.exception
    return at


def test_an_unknown_layout_becomes_the_numbers_worked_by_hand(app: App) -> None:
    """Median of 3..12 h solved is 7.5 h; CSAT on a scale of 1 to 3: three of nine answers are the best; effort is 6.5 min on the mean."""
    key = unknown()
    at = app(key, "data.py")
    assert "Say whether the day or the month comes first." in words(at)
    at = driven(app, key)
    assert control(at, "created_at", "order").value == control(at, "solved_at", "order").value == "dmy", "one answer for both"
    assert control(at, "csat_score", "scale").value == "1 to 3" and control(at, "csat_score", "words_delighted").value == "3"
    assert control(at, "csat_score", "words_sent").value == "none" and control(at, "status", "words_done").value == "solved"
    assert "The first 12 rows would become 12 tickets and 9 surveys" in words(at)
    at.button(key="use_0_0").click()
    imported(at, key)
    data = store.open_dataset(key)
    names = ["tickets_created", "tickets_solved", "full_resolution_time", "handle_time", "csat"]
    values = dict(zip(names, kpi.measure(names, kpi.Scope(), data).frame["value"], strict=True))
    assert values == {
        "tickets_created": 12, "tickets_solved": 10, "full_resolution_time": 7.5 * 3600, "handle_time": 6.5 * 60, "csat": pytest.approx(100 / 3)
    }  # fmt: skip
    assert data.first.isoformat() == "2025-05-01T08:00:00", "day first"
    score = toml(at, key)["file"][0]["also"][0]["columns"]["score"]
    assert score == {"choice": "Mood", "words": {"1": 1, "2": 2, "3": 3, "Delighted": 3, "Fine": 2, "Hmpf": 1}, "missing": ["Sent"]}


def test_an_order_can_be_said_for_one_column(app: App) -> None:
    key = unknown()
    at = app(key, "data.py")
    control(at, "created_at").select("Opened on").run()
    control(at, "created_at", "order").select("mdy").run()
    assert "12 cells read" in words(at), "month first: 5 January to 5 December"


def test_a_mapping_is_saved_found_again_and_loaded_into_the_controls(app: App) -> None:
    at = driven(app, unknown())
    at.text_input(key="map_name_0_0").set_value("Our desk").run()
    at.button(key="save_0_0").click().run()
    assert sources.saved() == {"our_desk": "Our desk"} and "--mapping our_desk" in words(at)
    assert control(at, "csat_score", "words_hmpf").value == "1", "what is on the screen stays"
    mapping = sources.saved_text("our_desk")

    key = unknown("next.csv")
    at = app(key, "data.py")
    assert "“Our desk” was saved for a file like this one" in words(at)
    at.selectbox(key="map_from_0_0").select("our_desk").run()
    assert control(at, "created_at", "order").value == "dmy" and control(at, "handle_seconds", "unit").value == "minutes"
    assert control(at, "csat_score", "words_hmpf").value == "1" and control(at, "csat_score", "words_sent").value == "none"
    assert control(at, "status", "words_parked").value == "hold" and "would become 12 tickets and 9 surveys" in words(at)
    at.button(key="use_0_0").click()
    imported(at, key)
    assert tomllib.loads(store.options(key).mappings["next.csv"])["file"] == tomllib.loads(mapping)["file"], "saved, loaded, used: the same"

    at = app(unknown("third.csv"), "data.py")
    at.selectbox(key="map_from_0_0").select("our_desk").run()
    at.selectbox(key="map_from_0_0").select("").run()
    assert control(at, "handle_seconds", "unit").value == "", "back to the proposal"
    at.selectbox(key="map_from_0_0").select("our_desk").run()
    at.button(key="map_del_0_0").click().run()
    assert sources.saved() == {} and not at.exception


COMPLEX = """
name = "theirs"
label = "Theirs"
zone = "Europe/Berlin"
[[file]]
fills = "tickets"
signs = [["Case ref", "Stage"]]
latest = ["updated_at"]
[file.columns]
ticket_id = "Case ref"
created_at = { instant = "Opened on", order = "dmy" }
handle_seconds = { total = ["Effort", "Effort"], unit = "minutes" }
channel = { constant = "phone" }
"""


def uploaded(at: AppTest, name: str, content: bytes) -> AppTest:
    next(u for u in at.file_uploader if u.key.startswith("map_toml_")).upload(name, content).run()
    assert not at.exception
    return at


def test_what_no_control_can_say_is_kept_as_the_mapping_says_it(app: App) -> None:
    """A sum of two columns, a constant and a zone come with a file, stay while other columns are changed, and count in the import."""
    key = unknown()
    at = uploaded(app(key, "data.py"), "theirs.toml", COMPLEX.encode())
    assert control(at, "handle_seconds").value == control(at, "channel").value == "\0kept"
    assert "as “Theirs” says" in str([control(at, "channel").options])
    control(at, "solved_at").select("Finished on").run()
    control(at, "solved_at", "order").select("dmy").run()
    at.button(key="use_0_0").click()
    imported(at, key)
    data = store.open_dataset(key)
    assert data.query("SELECT DISTINCT channel FROM tickets", data.canonical)["channel"].tolist() == ["phone"]
    assert kpi.measure("handle_time", kpi.Scope(), data).frame["value"].iloc[0] == 2 * 6.5 * 60
    assert data.first.isoformat() == "2025-05-01T06:00:00", "8 o'clock in Berlin"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "is no mapping"),
        (b"x = [", "is not TOML"),
        (b'name = "a"\n[[file]]\nfills = "tickts"\n', "There is no table"),
        (b'name = "a"\n[[file]]\nsigns = [["Nope"]]\n[file.columns]\nticket_id = "Nope"\n', "is for another file"),
    ],
    ids=["no text", "no TOML", "no table", "another file"],
)
def test_a_mapping_that_does_not_fit_is_one_sentence(app: App, content: bytes, sentence: str) -> None:
    at = uploaded(app(unknown(), "data.py"), "theirs.toml", content)
    assert sentence in words(at) and control(at, "ticket_id").value == "Case ref", "the screen stays"


REVIEWS = "Review ID,Conversation ID,Reviewer,Reviewee,Handled by,Tone,Solution,Review date\nr1,57,Mia,x1,Ann,5,4,2025-03-14\nr2,58,Mia,x2,Ben,3,4,2025-03-15\n"


def test_a_best_effort_is_said_and_a_wide_file_can_be_put_right(app: App) -> None:
    """The reviewee column holds codes: the agent is taken from another column of the file, the ratings stay as they were made."""
    key = store.keep({"qa.csv": REVIEWS.encode()})
    store.import_now(key)
    at = app(key, "data.py")
    (files,) = [f.value for f in at.dataframe if "Recognised as" in f.value]
    assert files["Recognised as"].tolist() == ["Zendesk QA (Klaus) reviews (best effort)"]
    at.session_state["match"] = True
    at.run()
    assert ":material/help:] best effort" in words(at) and "4 cells read" in words(at), "checked before anything is changed"
    assert "This is a best effort" in words(at) and "rows of ours before they are read" in words(at)
    control(at, "agent", table="reviews").select("Handled by").run()
    assert "would become 4 reviews" in words(at)
    at.button(key="use_0_0").click()
    imported(at, key)
    data = store.open_dataset(key)
    found = data.query("SELECT agent, sum(score) AS s FROM reviews GROUP BY 1 ORDER BY 1", data.canonical)
    assert found.values.tolist() == [["Ann", 9.0], ["Ben", 7.0]]


def test_words_of_files_are_never_markdown(app: App) -> None:
    harm = "![x](https://evil.example/p.png) :red[x] [y](https://evil.example)"
    at = app(unknown("harm.csv", DESK.replace("Parked", harm).replace("C-1;", "a@evil.example;")), "data.py")
    for element in [*at.markdown, *at.caption]:
        assert "](http" not in element.value and not re.search(r"https?:/|\w@\w", element.value.replace("\\", ""))


def test_a_mere_guess_is_said_and_not_chosen(app: App) -> None:
    """Minutes until the first answer look like a count of replies: taken in silence they would become "one touch"."""
    rows = "".join(f"V-{d};{d:02d}.05.2025 08:00;{d + 2}\n" for d in DAYS)
    key = unknown("vorgang.csv", f"Vorgang;Eröffnet;Erste Antwort (Min)\n{rows}")
    at = app(key, "data.py")
    assert control(at, "created_at").value == "Eröffnet" and control(at, "agent_replies").value == ""
    assert "maybe “Erste Antwort (Min)”" in words(at)
