"""The Data page of several files: the join rate of each, conflicts to download, files added and replaced, and the way back."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.sources import Join
from pages.parts.drawn import csv_of
from pages.parts.joined import _worded, said

pytestmark = pytest.mark.slow

App = Callable[..., AppTest]
TICKETS = b"ticket_id,created_at,updated_at,status,requester,agent\n" + b"".join(
    b"%d,2026-03-0%dT08:00:00Z,2026-03-09T08:00:00Z,open,p%d,Ada\n" % (i, i, i) for i in range(1, 9)
)
REVIEWS = b"review_id,ticket_id,category,score\n" + b"".join(b"r%d,#%d,Tone,4\n" % (i, i) for i in range(1, 5))
SURVEYS = (
    b"requester,kind,score,answered_at\np1,csat,5,2026-03-02T08:00:00Z\np2,csat,1,2026-03-03T08:00:00Z\nq,csat,1,2026-03-03T08:00:00Z\n"
)
AGAIN = b"ticket_id,created_at,updated_at,status\n1,2026-03-01T08:00:00Z,2026-03-09T08:00:00Z,solved\n2,2026-03-02T08:00:00Z,2026-03-10T08:00:00Z,solved\n"


def words(at: AppTest) -> str:
    assert not at.exception, at.exception
    return " ".join(element.value for element in [*at.title, *at.subheader, *at.markdown, *at.caption, *at.text]).replace("\\", "")


def table(at: AppTest, *headers: str) -> pd.DataFrame:
    (found,) = [frame.value for frame in at.dataframe if set(headers) <= set(frame.value.columns)]
    return found


def imported(at: AppTest, key: str) -> AppTest:
    at.run()
    for _ in range(300):
        if store.state(key).name != "running":
            break
        time.sleep(0.1)
    return at.run()


@pytest.fixture(autouse=True)
def home(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", kept["home"])


def brought(**files: bytes) -> str:
    key = store.keep({f"{name}.csv": content for name, content in files.items()})
    store.import_now(key)
    return key


def test_the_join_rate_of_every_file(app: App) -> None:
    """Four of four reviews by an id written with #, two of three answers by requester, for which the third is a stranger."""
    at = app(brought(tickets=TICKETS, reviews=REVIEWS, surveys=SURVEYS), "data.py")
    found = table(at, "Became", "Found in the tickets").set_index("File")["Found in the tickets"]
    assert found.str.replace("\u00a0", " ").to_dict() == {
        "tickets.csv": "the tickets",
        "reviews.csv": "100 % by ticket id",
        "surveys.csv": "66.7 % by id or requester",
    }
    text = words(at)
    assert "4 reviews were joined although their ticket ids are written differently" in text
    assert "only 2 of 3 surveys found their ticket (67 %). 1 names none. Check that both" in text


def test_one_file_needs_no_join(app: App, tiny_key: str) -> None:
    at = app(brought(tickets=TICKETS), "data.py")
    assert "Found in the tickets" not in table(at, "Became")


def test_conflicts_are_listed_and_can_be_downloaded(app: App) -> None:
    key = brought(tickets=TICKETS, again=AGAIN)
    at = app(key, "data.py")
    (row,) = table(at, "Does not count").to_dict("records")
    assert (row["Id"], row["Column"], row["Counts"], row["Does not count"]) == ("1", "Status", "solved", "open")
    assert (row["From"], row["From there"]) == ("again.csv, row 2", "tickets.csv, row 2")
    assert "Rows that contradict each other" in words(at)
    data = store.open_dataset(key)
    lines = list(csv.reader(io.StringIO(csv_of(_worded(data.query("SELECT * FROM conflicting_cells", data.canonical))))))
    assert len(lines) == 2


def test_without_names_no_conflict_tells_one(app: App) -> None:
    key = brought(tickets=TICKETS, again=AGAIN.replace(b",solved", b",open,Ben").replace(b"status\n", b"status,agent\n"))
    assert "Ben" in str(table(app(key, "data.py"), "Does not count").to_dict())
    at = app(key, "data.py", names="hidden")
    assert at.title[0].value == "Can the data be trusted?"
    assert not any("Does not count" in frame.value for frame in at.dataframe)


def test_a_file_is_replaced_and_the_address_stays(app: App) -> None:
    key = brought(tickets=TICKETS, reviews=REVIEWS)
    at = app(key, "data.py")
    at.selectbox(key="bring_instead").select("reviews.csv").run()
    next(u for u in at.file_uploader if u.key.startswith("add_")).upload("april.csv", REVIEWS.replace(b"r4,#4,Tone,4\n", b"")).run()
    imported(at, key)
    assert store.names(key) == ("tickets.csv", "april.csv") and store.open_dataset(key).rows["reviews"] == 3
    assert at.selectbox(key="bring_instead").value == "", "the next file is added again"


def test_the_way_back_from_a_file_that_breaks_the_import(app: App) -> None:
    """The only file is replaced by one nobody can read: the page says so, and one click has the old one back."""
    key = brought(tickets=TICKETS)
    store.bring(key, {"tickets.csv": b"\x00\x01\x02"}, instead=["tickets.csv"])
    at = app(key, "data.py")
    imported(at, key)
    assert store.state(key).name == "failed"
    at.button(key="files_back").click().run()
    assert store.state(key).name == "ready" and "8 tickets" in words(at.run())


@pytest.mark.parametrize(
    ("join", "text"),
    [
        (Join("surveys", "ticket_id", 0, 0), "nothing to join"),
        (Join("customers", "requester", 8, 6), "75.0 % of requesters"),
        (Join("agent_time", "agent", 3, 2), "66.7 % by agent"),
    ],
)
def test_words_of_a_join(join: Join, text: str) -> None:
    assert said(join).replace("\u00a0", " ") == text
