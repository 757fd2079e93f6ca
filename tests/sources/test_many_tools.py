"""What sources of several tools share: tables made anew, files that complete each other, persons, warnings, and telling questions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kpi.cells import base
from kpi.errors import BadValue, UnknownExport
from kpi.files import decode
from kpi.sources import CONFIDENCES, Source, all_sources, preview, recognise
from kpi.sources._others import OTHERS
from tests.sources.conftest import Read

pytestmark = pytest.mark.slow

EXPORTS = Path(__file__).parents[1] / "exports"
Write = Callable[[str, str], Path]


def test_a_best_effort_is_said_on_every_import(read: Read) -> None:
    said = 0
    for folder in (p for p in EXPORTS.iterdir() if p.is_dir()):
        for file in read(*sorted(folder.glob("export*"))).report.files:
            source = all_sources()[file.source]
            assert file.confidence == source.confidence
            assert any("best effort" in d for d in file.doubts) == source.is_best_effort
            said += source.is_best_effort
    assert said >= 8


def test_a_confidence_is_one_of_three() -> None:
    assert set(CONFIDENCES) == {"high", "medium", "low"}
    with pytest.raises(BadValue, match="'sure' is no confidence"):
        Source("x", "X", "tickets", {}, confidence="sure")


def test_names_before_which_a_source_goes_are_sources() -> None:
    assert all(name in all_sources() for s in all_sources().values() for name in s.over)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Agent name,Assigned conversations,Avg first response time,Avg resolution time,Resolution Count", "one row per agent"),
        ("Inbox name,Inbox type,No. of conversations,Avg first response time", "one row per agent, team, inbox"),
        ("Team name,Conversations count,Avg resolution time", "summary"),
        ("Conversation ID,SLA Policy,Assignee,Team,Breached Events", "without any of their times"),
        ("Ticket group,First reply time (min),% Satisfaction score", "probably a summary"),
    ],
)
def test_summaries_are_refused_with_the_reason(header: str, reason: str, write: Write, read: Read) -> None:
    with pytest.raises(UnknownExport, match=reason) as error:
        read(write("report.csv", header + "\n" + ",".join("1" for _ in header.split(",")) + "\n"))
    assert error.value.hint in {o.hint for o in OTHERS}


@pytest.mark.parametrize(
    "header",
    [
        "id,name,email,created_at",
        "Order ID,Customer,Status,Created,Total",
        "Date,Agent,Calls,Average handle time",
        "ID,Title,Priority,Owner,Created At,Updated At",
        "email,score,comment",
        "Name,Rating,Comment,Date",
    ],
)
def test_an_ordinary_table_is_no_export(header: str, write: Write, read: Read) -> None:
    [raw] = decode(read().con, [write("table.csv", header + "\n" + ",".join("1" for _ in header.split(",")) + "\n")])
    with pytest.raises(UnknownExport):
        recognise(raw)


EVENTS = EXPORTS / "zendesk_events" / "export.ndjson"


def test_events_complete_the_tickets_of_the_same_tool(write: Write, read: Read) -> None:
    """What the ticket's own export has stays, even where it is empty; what it has no column for is added."""
    tickets = write(
        "tickets.ndjson",
        '{"id":987,"created_at":"2015-08-27T08:00:00Z","updated_at":"2015-08-29T08:00:00Z","status":"open","via":{"channel":"email"},'
        '"requester_id":1,"assignee_id":2,"metric_set":{"reopens":3}}\n'
        '{"id":990,"created_at":"2015-08-27T08:00:00Z","updated_at":"2015-08-29T08:00:00Z","status":"open","via":{"channel":"email"},'
        '"requester_id":1,"assignee_id":2,"metric_set":{"reopens":0}}\n',
    )
    for order in ((tickets, EVENTS), (EVENTS, tickets)):
        loaded = read(*order)
        rows = loaded.con.execute(
            "SELECT ticket_id, status, channel, reopens, first_reply_at IS NOT NULL, requester_wait_seconds FROM tickets ORDER BY ticket_id"
        ).fetchall()
        assert rows == [
            ("987", "open", "email", 3, True, 6300.0),
            ("988", "hold", None, 0, False, None),
            ("989", "solved", None, 0, False, None),
            ("990", "open", "email", 0, False, None),
        ]
        assert {f.source: f.superseded for f in loaded.report.files} == {"zendesk_api": 0, "zendesk_events": 1}


def test_no_table_made_on_the_way_is_left(read: Read) -> None:
    loaded = read(EVENTS)
    assert loaded.one("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '%_shaped' OR table_name LIKE '_kpi%'") == 0


def test_two_agents_of_one_name_stay_two(write: Write, read: Read) -> None:
    folder = EXPORTS / "zendesk_warehouse"
    users = (folder / "export_user.csv").read_text("utf-8").replace(",Bea,,admin", ",Ann,,admin")
    loaded = read(folder / "export_ticket.csv", write("user.csv", users))
    assert set(loaded.counts("agent")) == {"Ann", "Ann (1112)"} or set(loaded.counts("agent")) == {"Ann (1111)", "Ann (1112)"}


def test_a_list_of_persons_names_only_its_own_tool(write: Write, read: Read) -> None:
    other = write("tickets.csv", "ticket_id,created_at,agent\nx,2024-01-01T00:00:00Z,1111\n")
    assert set(read(other, EXPORTS / "zendesk_warehouse" / "export_user.csv").counts("agent")) == {"1111"}


def test_a_whole_genesys_export_does_not_warn(write: Write, read: Read) -> None:
    text = (EXPORTS / "genesys_cloud" / "export.csv").read_text("utf-8")
    assert any("was cut off" in d and "2 rows" in d for d in read(write("cut.csv", text)).report.doubts)
    assert not any("was cut off" in d for d in read(write("whole.csv", text.replace("NO,6/30", "YES,6/30"))).report.doubts)


def test_a_recognised_file_that_is_made_anew_can_be_looked_at() -> None:
    [seen] = preview(EXPORTS / "surveymonkey" / "export.csv", "survey.csv")
    assert seen.source is not None and seen.source.name == "surveymonkey"
    assert seen.likeliest() == "surveys"


def test_readers_that_choose_can_be_mapped(write: Write, read: Read) -> None:
    """By the column (either), row by row (first), and by the time left of a promise (kept)."""
    mapping = {
        "name": "mine",
        "file": [
            {
                "fills": "tickets",
                "signs": [["No"]],
                "columns": {
                    "ticket_id": "No",
                    "agent": {"first": ["Who", "Else"]},
                    "team": {"either": ["Group", {"constant": "desk"}]},
                    "is_sla_met": {"kept": "Left", "once": "Done"},
                },
            }
        ],
    }
    loaded = read(write("x.csv", "No,Who,Else,Left,Done\n1,Ann,Bea,-1,\n2,,Bea,5,yes\n"), mapping=mapping)
    assert loaded.con.execute("SELECT agent, team, is_sla_met FROM tickets ORDER BY _row").fetchall() == [
        ("Ann", "desk", False),
        ("Bea", "desk", True),
    ]


def test_a_wide_file_is_recognised_quickly_enough(write: Write, read: Read) -> None:
    """Headers are looked up in an index, so 3,000 columns are no harder than thirty: a scan for each name took a minute."""
    [raw] = decode(read().con, [write("wide.csv", "Issue key,Issue id," + ",".join(f"c{i}" for i in range(3_000)) + "\n")])
    asked = 0

    def counted(text: str) -> str:
        nonlocal asked
        asked += 1
        return text.casefold()

    original, base.fold = base.fold, counted
    try:
        assert recognise(raw).source.name == "jira"
    finally:
        base.fold = original
    assert asked < 20 * len(raw.headers) + 20_000


def survey(write: Write, question: str, *answers: str) -> Path:
    rows = "".join(f'{i},9,01/31/2024 10:15:00 AM,"{a}"\n' for i, a in enumerate(answers))
    return write("survey.csv", f'Respondent ID,Collector ID,End Date,"{question}"\n,,,Response\n{rows}')


@pytest.mark.parametrize(
    ("question", "answers", "expected"),
    [
        ("Would you recommend us?", ("10 - Extremely likely", "0 - Not at all likely"), [("nps", 10, 0, 10), ("nps", 0, 0, 10)]),
        ("Rate us", ("0", "9", "10"), [("nps", 0, 0, 10), ("nps", 9, 0, 10), ("nps", 10, 0, 10)]),
        ("How satisfied are you?", ("1", "5"), [("csat", 1, 1, 5), ("csat", 5, 1, 5)]),
        ("How satisfied are you?", ("2", "7"), [("csat", 2, 1, 7), ("csat", 7, 1, 7)]),
        ("Wie zufrieden sind Sie?", ("0", "10"), [("csat", 0, 0, 10), ("csat", 10, 0, 10)]),
        ("How satisfied are you?", ("Satisfied", "Neutral", "N/A"), [("csat", 4, 1, 5), ("csat", 3, 1, 5), ("csat", None, 1, 5)]),
        ("How easy was it?", ("Very easy", "Difficult"), [("ces", 5, 1, 5), ("ces", 2, 1, 5)]),
        # Two labels of one step: a longer scale than the five steps we know.
        ("How satisfied are you?", ("Very satisfied", "Extremely satisfied", "Neutral"), []),
        ("How old are you?", ("35", "60"), []),
        ("How many do you have?", ("1", "2", "3"), []),
        ("Which product?", ("App", "Site"), []),
    ],
)
def test_questions_are_told_by_words_and_answers(
    question: str, answers: tuple[str, ...], expected: list[tuple[object, ...]], write: Write, read: Read
) -> None:
    loaded = read(survey(write, question, *answers))
    assert loaded.con.execute("SELECT kind, score, scale_low, scale_high FROM surveys ORDER BY _row").fetchall() == expected
    assert any(("is read as" if expected else "no question could be told") in d for d in loaded.report.doubts)


def test_effort_is_better_when_it_is_low(write: Write, read: Read) -> None:
    assert read(survey(write, "How much effort was it?", "1", "5")).counts("is_higher_better", "surveys") == {False: 2}


def test_a_second_question_of_a_kind_is_said(write: Write, read: Read) -> None:
    path = write(
        "survey.csv",
        "Respondent ID,Collector ID,End Date,How satisfied are you?,How satisfied with the price?\n,,,Response,Response\n"
        "1,9,01/31/2024 10:15:00 AM,5,1\n",
    )
    loaded = read(path)
    assert loaded.counts("score", "surveys") == {5: 1}
    assert any("“How satisfied with the price? [Response]” is a csat score too" in d for d in loaded.report.doubts)


def test_an_export_that_the_tool_cut_off_is_said(write: Write, read: Read) -> None:
    rows = [f"HELP-{i},{i},2024-01-31 10:00" for i in range(1_000)]
    whole = write("whole.csv", "\n".join(["Issue key,Issue id,Created", *rows[:999]]))
    cut = write("cut.csv", "\n".join(["Issue key,Issue id,Created", *rows]))
    assert not any("some may be missing" in d for d in read(whole).report.doubts)
    assert any("ends an export at 1,000 rows" in d for d in read(cut).report.doubts)


def test_our_own_format_with_some_columns_of_a_tool_stays_ours(write: Write, read: Read) -> None:
    ours = "ticket_id,created_at,status,channel,priority,type,team,agent"
    path = write("tickets.csv", f"{ours},metric,instance_id,time\n1,2024-01-31T10:00:00Z,open,Email,High,Bug,Desk,Ann,a,1,b\n")
    assert read(path).report.files[0].source == "tickets"


@pytest.mark.parametrize("name", ["Tone'); DROP TABLE reviews; --", 'To"ne', "$1 {x} ?"])
def test_names_of_columns_are_data(name: str, write: Write, read: Read) -> None:
    quoted = name.replace('"', '""')
    path = write("qa.csv", f'Conversation ID,Reviewer,Reviewee,"{quoted}",Review date\n57,Mia,Ann,4,2024-01-31\n')
    assert read(path).con.execute("SELECT category, score FROM reviews").fetchall() == [(name, 4.0)]
    assert read(survey(write, f"How satisfied, {name.replace(chr(34), chr(39))}?", "5")).counts("score", "surveys") == {5: 1}


def test_reviews_without_categories_have_their_score(write: Write, read: Read) -> None:
    path = write(
        "qa.csv", "Conversation ID,Reviewer,Reviewee,IQS,Comment,Review date\n57,Mia,Ann,80%,Good,2024-01-31\n58,Mia,Ann,,,2024-01-31\n"
    )
    rows = read(path).con.execute("SELECT review_id, category, score, scale_low, scale_high FROM reviews").fetchall()
    assert rows == [("row 2", "Review score", 80.0, 0.0, 100.0)]
