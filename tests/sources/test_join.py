"""Files of different tools made one dataset: what joined, against a merge pandas makes by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kpi.sources._join import said
from kpi.sources._report import Join
from tests.sources.conftest import Loaded, Read

pytestmark = pytest.mark.slow

Write = Callable[[str, str], Path]
HOUR = pd.Timedelta(hours=1)


def joins(loaded: Loaded) -> dict[str, Join]:
    return {join.table: join for file in loaded.report.files for join in file.joins}


def world(folder: Path) -> dict[str, Path]:
    """200 tickets of a Zendesk view; answers of Delighted, of whom a half names no ticket; reviews of Zendesk QA; agent time; customers."""
    dice = np.random.default_rng(7)
    start = pd.Timestamp("2025-03-01 08:00")
    tickets = pd.DataFrame(
        [
            {
                "Summation column": 1,
                "Id": 1000 + i,
                "Requester id": 9000 + i % 80,
                "Requester": f"Person {i % 80}",
                "Requester email": f"Person{i % 80}@Example.com",
                "Status": "Solved",
                "Via": "Mail",
                "Assignee": ["Ada Lane", "Ben Moor", "Cleo Nash"][i % 3],
                "Created at": (start + i * 5 * HOUR).strftime("%Y-%m-%d %H:%M"),
                "Updated at": (start + i * 5 * HOUR + HOUR).strftime("%Y-%m-%d %H:%M"),
                "Solved at": (start + i * 5 * HOUR + HOUR).strftime("%Y-%m-%d %H:%M"),
                "Satisfaction Score": "Not offered",
                "First reply time in minutes": 12,
            }
            for i in range(200)
        ]
    )
    answers = pd.DataFrame(
        [
            {
                "survey_type": ["csat", "csat", "nps"][n % 3],
                "score": int(dice.integers(1, 6)),
                "comment": "",
                "created_at": int((start + int(dice.integers(0, 1401)) * HOUR).timestamp()),
                "person_email": f"person{int(dice.integers(0, 100))}@example.com",
                "Ticket ID": f"#{1000 + int(dice.integers(0, 250))}" if n % 2 else "",
            }
            for n in range(120)
        ]
    )
    reviews = pd.DataFrame(
        {"Review ID": f"r{n}", "Conversation ID": f"ZD-00{1000 + n}", "Reviewer": "Mia", "Reviewee": "Ada Lane", "Tone": 1 + n % 5,
         "Review date": "2025-03-14 10:00:00"} for n in range(60)
    )  # fmt: skip
    time = pd.DataFrame({"agent": ["ADA LANE", "Ben Moor", "Zoe Quist"], "started_at": "2025-03-03T08:00:00Z", "paid_seconds": 28_800})
    customers = pd.DataFrame({"requester": [f"person{n}@example.com" for n in range(20, 130)], "segment": "gold"})
    frames = {"tickets_view": tickets, "delighted": answers, "qa": reviews, "agent_time": time, "customers": customers}
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return {name: folder / f"{name}.csv" for name in frames}


def expected_tickets(files: dict[str, Path]) -> pd.Series:
    """The ticket of every answer of Delighted by merges of pandas: the id without `#`, else the requester's newest ticket of 30 days."""
    tickets = pd.read_csv(files["tickets_view"])
    tickets["who"], tickets["at"] = tickets["Requester email"].str.lower(), pd.to_datetime(tickets["Created at"])
    answers = pd.read_csv(files["delighted"])
    answers["at"], answers["n"] = pd.to_datetime(answers["created_at"], unit="s"), range(len(answers))
    stated = answers["Ticket ID"].str.lstrip("#")
    found = stated.copy()
    merged = answers[stated.isna() & answers["survey_type"].isin(["csat", "ces"])].merge(
        tickets, left_on="person_email", right_on="who", suffixes=("", "_ticket")
    )
    merged = merged[(merged["at_ticket"] <= merged["at"]) & (merged["at"] - merged["at_ticket"] <= pd.Timedelta(days=30))]
    newest = merged.sort_values("at_ticket").groupby("n").tail(1).sort_values(["at", "n"])
    taken = set(zip(stated, answers["survey_type"], strict=True))
    for row in newest.to_dict("records"):
        key = (str(row["Id"]), row["survey_type"])
        if key not in taken:
            taken.add(key)
            found[row["n"]] = str(row["Id"])
    return found


def test_five_tools_join_as_pandas_merges_them(tmp_path: Path, read: Read) -> None:
    files = world(tmp_path)
    loaded = read(*files.values())
    found = loaded.frame("SELECT ticket_id, requester FROM surveys ORDER BY _row")
    expected = expected_tickets(files)
    assert found["ticket_id"].str.lstrip("#").fillna("").tolist() == expected.fillna("").tolist()
    tickets, answers = pd.read_csv(files["tickets_view"]), pd.read_csv(files["delighted"])
    ids = set(tickets["Id"].astype(str))
    survey = joins(loaded)["surveys"]
    needy = expected.notna() | (answers["survey_type"] != "nps")
    assert (survey.on, survey.rows, survey.joined) == ("ticket_id", int(needy.sum()), int(expected.isin(ids).sum()))
    stated = answers["Ticket ID"].str.lstrip("#").dropna()
    assert survey.alike == int(stated.isin(ids).sum()) and survey.told == int(expected.notna().sum()) - len(stated) > 5
    assert survey.silent == int((expected.isna() & needy).sum()) > 0, "a recommendation needs no ticket"
    assert set(survey.here) <= set(answers["Ticket ID"]) and len(survey.here) == 3, "as the file writes them"
    people = dict(zip(tickets["Requester email"].str.lower(), tickets["Requester id"].astype(str), strict=True))
    assert found["requester"].tolist() == [people.get(mail, mail) for mail in answers["person_email"]], "called as the tickets call them"

    review = joins(loaded)["reviews"]
    assert (review.rows, review.joined, review.alike) == (60, 60, 60)
    merged = (
        pd.read_csv(files["qa"]).assign(id=lambda f: f["Conversation ID"].str[5:].astype(int)).merge(tickets, left_on="id", right_on="Id")
    )
    ours = loaded.frame("SELECT t.agent, count(*) AS n FROM reviews r JOIN tickets t USING (ticket_id) GROUP BY 1 ORDER BY 1")
    assert dict(zip(ours["agent"], ours["n"], strict=True)) == merged["Assignee"].value_counts().to_dict()

    time = joins(loaded)["agent_time"]
    assert (time.on, time.rows, time.joined, time.here) == ("agent", 3, 2, ("Zo…",))
    customers = joins(loaded)["customers"]
    assert (customers.on, customers.rows, customers.joined) == ("requester", 80, 60), "persons 20 to 79"
    assert customers.here[0] == "pe…@example.com" and customers.there[0] == "90…", "no person is named in a sentence that goes everywhere"
    assert joins(loaded).keys() == {"surveys", "reviews", "agent_time", "customers"}, "a file of tickets joins nothing"


TICKETS = "ticket_id,created_at,requester\n" + "".join(f"{i},2025-03-{i:02d},p{i}\n" for i in range(1, 11))


@pytest.mark.parametrize(
    ("ids", "joined", "alike"),
    [
        (["1", "2", "3"], 3, 0),
        (["#1", "# 2", "0003"], 3, 3),
        (["4.0", " 5 "], 2, 0),
        (["https://acme.example.com/agent/tickets/6", "https://acme.example.com/t/7/?x=1#c"], 2, 2),
        (["ZD-1", "ZD-2", "ZD-99"], 2, 2),
        (["ZD-1", "JR-2"], 0, 0),
        (["ZD-1", "ZD-77", "ZD-88", "ZD-99"], 0, 0),
        (["11", "12"], 0, 0),
    ],
    ids=["exact", "signs", "spreadsheet", "links", "one prefix", "two prefixes", "a prefix of another world", "strangers"],
)
def test_ids_are_the_same_only_where_that_is_plain(ids: list[str], joined: int, alike: int, write: Write, read: Read) -> None:
    lines = "".join(f"r{n},{one},Tone,4\n" for n, one in enumerate(ids))
    loaded = read(write("tickets.csv", TICKETS), write("reviews.csv", "review_id,ticket_id,category,score\n" + lines))
    (join,) = loaded.report.files[1].joins
    assert (join.rows, join.joined, join.alike) == (len(ids), joined, alike)


def test_two_tickets_that_differ_only_by_zeros_stay_two(write: Write, read: Read) -> None:
    tickets = write("tickets.csv", "ticket_id,created_at\n007,2025-01-01\n07,2025-01-01\n")
    loaded = read(tickets, write("reviews.csv", "review_id,ticket_id,category,score\nr1,7,Tone,4\nr2,07,Tone,4\n"))
    assert loaded.counts("ticket_id", "reviews") == {"7": 1, "07": 1}
    assert loaded.report.files[1].joins[0].joined == 1


def test_a_low_join_is_one_sentence_with_ids_of_both_sides(write: Write, read: Read) -> None:
    lines = "".join(f"r{n},X{n}Y,Tone,4\n" for n in range(9))
    loaded = read(write("tickets.csv", TICKETS), write("reviews.csv", "review_id,ticket_id,category,score\nr,1,Tone,3\n" + lines))
    (sentence,) = [d for d in loaded.report.doubts if "reviews.csv" in d]
    assert sentence == (
        "“reviews.csv”: only 1 of 10 reviews found their ticket (10 %). Here stands “X0Y”, “X1Y”, “X2Y”; the tickets say “1”, “10”, “2”. "
        "Check that both come from the same help desk and cover the same time."
    )


def test_no_row_at_all() -> None:
    (sentence,) = said(Join("surveys", "ticket_id", 5, 0, silent=5))
    assert sentence.startswith("none of 5 surveys found their ticket (0 %). 5 name none. Check that")


def test_a_good_join_needs_no_sentence() -> None:
    assert said(Join("reviews", "ticket_id", 10, 8)) == [] and len(said(Join("reviews", "ticket_id", 10, 7))) == 1


def test_without_tickets_nothing_joins(write: Write, read: Read) -> None:
    loaded = read(write("surveys.csv", "ticket_id,kind,score\n1,csat,4\n"))
    assert loaded.report.files[0].joins == ()


@pytest.mark.parametrize(
    ("answers", "tickets"),
    [
        ("p5,csat,4,2025-03-06\n", ["5"]),
        ("p5,csat,4,2025-03-04\n", [None]),
        ("p5,csat,4,2025-04-05\n", [None]),
        ("p5,nps,9,2025-03-06\n", [None]),
        ("P5 <p5>,csat,4,2025-03-06\n", ["5"]),
        ("p5,csat,4,2025-03-06\np5,csat,1,2025-03-07\n", ["5", None]),
        ("p5,csat,4,2025-03-06\np5,ces,1,2025-03-07\n", ["5", "5"]),
        ("q5,csat,4,2025-03-06\n", [None]),
    ],
    ids=["newest", "before it", "too late", "of the company", "an address with a name", "one answer a ticket", "each kind", "a stranger"],
)
def test_an_answer_without_a_ticket(answers: str, tickets: list[str | None], write: Write, read: Read) -> None:
    loaded = read(write("tickets.csv", TICKETS), write("surveys.csv", "requester,kind,score,answered_at\n" + answers))
    assert loaded.frame("SELECT ticket_id FROM surveys ORDER BY _row")["ticket_id"].replace({float("nan"): None}).tolist() == tickets


def test_a_ticket_not_counted_is_not_what_an_answer_is_about(write: Write, read: Read) -> None:
    tickets = write("tickets.csv", "ticket_id,created_at,requester,status\n1,2025-03-01,ann,solved\n2,2025-03-02,ann,spam\n")
    loaded = read(tickets, write("surveys.csv", "requester,kind,score,answered_at\nann,csat,4,2025-03-03\n"))
    assert loaded.counts("ticket_id", "surveys") == {"1": 1}


HEAD = "ticket_id,created_at,updated_at,status,agent\n"


def test_appended_files_against_pandas(write: Write, read: Read) -> None:
    """The newest `updated_at` of each ticket is the ticket; what pandas keeps by sorting is what is kept."""
    dice = np.random.default_rng(11)
    frames = []
    for part in range(3):
        frame = pd.DataFrame(
            {"ticket_id": dice.permutation(100)[:60], "created_at": "2025-01-01", "status": dice.choice(["open", "solved"], 60)}
        )
        frame["updated_at"] = [f"2025-02-{int(dice.integers(1, 29)):02d} 10:00:{part:02d}" for _ in range(60)]
        frames.append(frame)
    paths = [write(f"part{n}.csv", frame.to_csv(index=False)) for n, frame in enumerate(frames)]
    loaded = read(*paths)
    whole = pd.concat(frames)
    newest = whole.sort_values("updated_at").groupby("ticket_id").tail(1)
    ours = loaded.frame("SELECT ticket_id::INT AS id, status FROM tickets")
    assert dict(zip(ours["id"], ours["status"], strict=True)) == dict(zip(newest["ticket_id"], newest["status"], strict=True))
    assert sum(f.superseded for f in loaded.report.files) == len(whole) - len(newest)
    assert loaded.one("SELECT count(*) FROM conflicting_cells") == 0, "every two rows of a ticket differ in age: that is news"


def test_conflicts_are_listed_cell_by_cell(write: Write, read: Read) -> None:
    one = write("a.csv", HEAD + "1,2025-01-01,2025-01-05,open,Ada\n2,2025-01-01,2025-01-05,open,Ada\n3,2025-01-01,,open,Ada\n")
    two = write("b.csv", HEAD + "1,2025-01-01,2025-01-05,solved,Ada\n2,2025-01-02,2025-01-06,solved,Ben\n3,2025-01-01,,open,\n")
    loaded = read(one, two)
    found = loaded.con.execute(
        'SELECT id, "column", stated, counted, file, "row", counted_file, counted_row, reason FROM conflicting_cells ORDER BY 1, 2'
    ).fetchall()
    assert found == [
        ("1", "status", "open", "solved", "a.csv", 2, "b.csv", 2, "both rows state the same last change"),
        ("2", "created_at", "2025-01-01 00:00:00", "2025-01-02 00:00:00", "a.csv", 3, "b.csv", 3, "a ticket is created once"),
    ], "a newer status is news, and an empty cell says nothing"


def test_rows_of_no_age_that_differ(write: Write, read: Read) -> None:
    loaded = read(write("tickets.csv", "ticket_id,created_at,status\n1,2025-01-01,open\n1,2025-01-01,solved\n"))
    assert loaded.con.execute("SELECT stated, counted, reason FROM conflicting_cells").fetchall() == [
        ("open", "solved", "no row states when it last changed")
    ]


EVENT = "ticket_id,sent_at,author,text\n"


def test_exports_that_overlap_count_once(write: Write, read: Read) -> None:
    """Pandas' own way: rows of the second file that the first has. Twice in one file stays twice; an equal row that states no time is another."""
    one = write("one.csv", EVENT + "1,2025-01-01T08:00,ann,a\n1,2025-01-01T08:00,ann,a\n1,2025-01-02T08:00,,b\n")
    two = write("two.csv", EVENT + "1,2025-01-02T08:00,,b\n1,2025-01-01T08:00,ann,a\n1,2025-01-03T08:00,ann,c\n")
    loaded = read(write("tickets.csv", TICKETS), one, two)
    left = pd.read_csv(two).merge(pd.read_csv(one).drop_duplicates(), how="left", indicator=True)
    expected = len(pd.read_csv(one)) + int((left["_merge"] == "left_only").sum())
    assert loaded.one("SELECT count(*) FROM messages") == expected == 4
    assert [f.superseded for f in loaded.report.files] == [0, 0, 2]
    assert "“two.csv”: 2 messages stand in an earlier file as well, cell by cell; they count once." in loaded.report.doubts
    assert loaded.counts("file", "superseded_rows") == {"two.csv": 2}


def test_what_states_no_time_may_be_two_things(write: Write, read: Read) -> None:
    text = "requester,kind,score\np1,nps,9\n"
    assert read(write("a.csv", text), write("b.csv", text)).one("SELECT count(*) FROM surveys") == 2
    costs = "period_start,category,amount\n2025-01-01,salaries,100\n"
    assert read(write("c.csv", costs), write("d.csv", costs)).one("SELECT count(*) FROM costs") == 2
