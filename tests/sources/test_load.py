"""What loading promises: canonical files, open questions, rejected rows, repeated tickets, extra splits, odd and hostile files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from kpi.cells import Constant
from kpi.errors import BadValue, KpiError, UnknownExport, UnknownName, UnreadableFile
from kpi.files import decode
from kpi.sources import all_sources, load, read_mapping, recognise
from kpi.tables import DUCKDB_TYPES, ROW_EXPORT, TABLES
from tests.sources.conftest import Read

pytestmark = pytest.mark.slow

Write = Callable[[str, str], Path]

CANONICAL = {
    "tickets": "ticket_id,source,created_at,status,tags,reopens,is_sla_met,cost,first_reply_seconds,csat_score,plan\n"
    'T1,desk,2024-05-01T08:15:00Z,solved,"[""a"",""b""]",1,true,2.5,60,4,gold\nT2,,2024-05-02 08:15:00,NEW,,0,,,,,gold\n',
    "messages": "ticket_id,sent_at,author,author_role,is_public,channel,text\nT1,2024-05-01T08:16:00Z,Bea,agent,true,email,Hello\n",
    "changes": "ticket_id,changed_at,field,old,new\nT1,2024-05-01T08:15:00Z,status,,new\n",
    "surveys": "ticket_id,kind,score,scale_low,scale_high,is_higher_better,answered_at\nT1,nps,9,0,10,true,2024-05-03T00:00:00Z\n",
    "reviews": "review_id,ticket_id,agent,category,score,scale_low,scale_high,weight,is_critical\nR1,T1,Bea,tone,4,1,5,2,false\n",
    "agent_time": "agent,team,started_at,paid_seconds,available_seconds,handling_seconds,hourly_cost\nBea,A,2024-05-01,28800,3600,20000,31\n",
    "costs": 'period_start,period_end,category,amount,currency\n2024-05-01,2024-06-01,salaries,"12,500.50",EUR\n',
    "customers": "requester,became_customer_at,left_at,segment\nann,2020-01-01,,gold\n",
}


def test_the_eight_canonical_files_are_read_together(write: Write, read: Read) -> None:
    loaded = read(*[write(f"{name}.csv", text) for name, text in CANONICAL.items()])
    assert [f.source for f in loaded.report.files] == list(CANONICAL)
    assert loaded.report.questions == ()
    assert not any("zone" in d for d in loaded.report.doubts), "canonical times are UTC by contract"
    assert loaded.con.execute("SELECT * EXCLUDE (_row, _file, plan) FROM tickets ORDER BY _row").fetchone()[:4] == (
        "T1",
        "desk",
        datetime(2024, 5, 1, 8, 15),
        None,
    )
    assert loaded.one(
        "SELECT tags, reopens, is_sla_met, cost, first_reply_seconds, csat_score, plan FROM tickets WHERE ticket_id = 'T1'"
    ) == (
        ["a", "b"],
        1,
        True,
        2.5,
        60.0,
        4.0,
        "gold",
    )
    assert loaded.counts("status") == {"solved": 1, "new": 1}
    assert loaded.one("SELECT amount FROM costs") == 12_500.5
    assert all(loaded.one(f"SELECT count(*) FROM {t}") == (2 if t == "tickets" else 1) for t in TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_each_canonical_file_is_known_by_its_headers_alone(table: str, write: Write, read: Read) -> None:
    assert read(write("any_name.csv", CANONICAL[table])).report.files[0].tables == {table: 2 if table == "tickets" else 1}


def test_tables_have_exactly_the_declared_types(write: Write, read: Read) -> None:
    loaded = read(write("tickets.csv", CANONICAL["tickets"]))
    for table in TABLES.values():
        found = {r[0]: r[1] for r in loaded.con.execute(f"DESCRIBE {table.name}").fetchall()}
        declared = {c.name: DUCKDB_TYPES[c.type] for c in table.columns} | {"_row": "BIGINT", "_file": "VARCHAR"}
        assert found == declared | ({"plan": "VARCHAR"} if table.name == "tickets" else {})


def test_the_row_per_ticket_export_can_be_read_again(write: Write, read: Read) -> None:
    loaded = read(write("rows.csv", ",".join(ROW_EXPORT) + "\n" + "1" + "," * (len(ROW_EXPORT) - 1) + "\n"))
    assert loaded.report.files[0].source == "tickets"
    assert loaded.report.extras == ()


def test_canonical_words_mean_what_they_say(write: Write, read: Read) -> None:
    """Only the empty cell is unknown in our own format: a tag or a channel may be called `none` or `-`."""
    loaded = read(write("tickets.csv", "ticket_id,channel,type\n1,none,-\n2,,\n"))
    assert loaded.con.execute("SELECT channel, type FROM tickets ORDER BY _row").fetchall() == [("none", "-"), (None, None)]


# ---------------------------------------------------------------- questions

AMBIGUOUS = "number,assignment_group,opened_at,closed_at\nA,G,04/08/2015 10:00,29/08/2015 10:00\nB,G,05/08/2015 10:00,06/08/2015 10:00\n"


def test_an_undecidable_date_is_asked_and_can_be_answered(write: Write, read: Read) -> None:
    path = write("list.csv", AMBIGUOUS)
    loaded = read(path)
    (question,) = loaded.report.questions
    assert (question.header, question.column, question.readings, question.likely) == ("opened_at", "created_at", ("dmy", "mdy"), "dmy")
    assert "4 August" in question.text and "8 April" in question.text
    column = loaded.report.column("tickets", "created_at")
    assert (column.state, column.unread, column.filled) == ("unread", 2, 0)
    assert loaded.one("SELECT count(*) FROM tickets") == 2
    answered = read(path, date_orders={question.header: "dmy"})
    assert answered.report.questions == ()
    assert answered.one("SELECT min(created_at) FROM tickets") == datetime(2015, 8, 4, 10)
    assert read(path, date_orders={question.column: "mdy"}).one("SELECT min(created_at) FROM tickets") == datetime(2015, 4, 8, 10)


# ---------------------------------------------------------------- rows that have no place


def test_rows_without_an_id_are_listed_with_the_reason(write: Write, read: Read) -> None:
    loaded = read(write("tickets.csv", "ticket_id,created_at,status\n1,2024-01-01,open\n,2024-01-02,open\n"))
    assert loaded.con.execute('SELECT file, "row", reason, text FROM rejected_rows').fetchall() == [
        ("tickets.csv", 3, "“Ticket id” is empty", "2024-01-02, open")
    ]
    assert loaded.report.files[0].rejected == 1


def test_a_message_without_a_time_says_why_it_is_left_out(write: Write, read: Read) -> None:
    loaded = read(write("messages.csv", "ticket_id,sent_at,author\n1,2024-01-01 10:00,a\n2,tomorrow,b\n3,,c\n"))
    assert loaded.con.execute("SELECT reason FROM rejected_rows ORDER BY 1").fetchall() == [
        ("“Sent” cannot be read: not a date",),
        ("“Sent” is empty",),
    ]
    assert loaded.counts("text", "unread_cells") == {"tomorrow": 1}


def test_rows_the_export_does_not_count(write: Write, read: Read) -> None:
    text = "Interaction ID,Started At,Wait Time,Talk Time,Contact Type,Data Status (Valid / Damaged)\n"
    loaded = read(
        write("calls.csv", text + "1,2024-01-13 10:00,00:00:05,00:01:00,answered,Valid\n2,2024-01-13 10:00,00:00:05,,missed,Damaged\n")
    )
    assert loaded.one("SELECT count(*) FROM tickets") == 1
    assert loaded.counts("reason", "rejected_rows") == {"the export marks it as damaged": 1}


def test_an_unreadable_score_is_no_invitation(write: Write, read: Read) -> None:
    head = "Ticket ID,Created time,Agent interactions,Survey results\n"
    loaded = read(write("fd.csv", head + "1,2024-01-13 10:00,1,Happy\n2,2024-01-13 10:00,1,So-so\n3,2024-01-13 10:00,1,\n"))
    assert loaded.counts("score", "surveys") == {4.0: 1}
    assert loaded.con.execute('SELECT "table", "column", text FROM unread_cells').fetchall() == [("surveys", "score", "So-so")]


# ---------------------------------------------------------------- several rows of one ticket


def test_the_newest_row_of_a_repeated_ticket_wins_also_across_files(write: Write, read: Read) -> None:
    head = "ticket_id,created_at,updated_at,status\n"
    one = write("a.csv", head + "1,2024-01-01,2024-01-05,solved\n2,2024-01-01,2024-01-01,open\n")
    two = write("b.csv", head + "1,2024-01-01,2024-01-03,open\n2,2024-01-09,,closed\n3,2024-01-01,,new\n3,2024-01-01,,open\n")
    loaded = read(one, two)
    assert loaded.con.execute("SELECT ticket_id, status FROM tickets ORDER BY 1").fetchall() == [
        ("1", "solved"),
        ("2", "open"),
        ("3", "open"),
    ]
    assert [f.superseded for f in loaded.report.files] == [0, 3]
    assert [f.tables["tickets"] for f in loaded.report.files] == [2, 1]
    (said,) = [d for d in loaded.report.doubts if "more than once" in d]
    assert said.startswith("3 ticket ids occur more than once (6 rows)")
    assert "1 of them state different times of creation" in said


def test_the_same_id_in_two_tools_is_refused(write: Write, read: Read) -> None:
    own = write("tickets.csv", "ticket_id,created_at\nINC1,2024-01-01\n")
    other = write("list.csv", "Number,Assignment group,Opened,State\nINC1,G,2024-01-01 10:00,New\n")
    with pytest.raises(BadValue, match=r"Ticket INC1 is in “tickets.csv” and “list.csv”"):
        read(own, other)


def test_customers_are_folded_too(write: Write, read: Read) -> None:
    loaded = read(write("customers.csv", "requester,segment\nann,silver\nann,gold\n"))
    assert loaded.con.execute("SELECT requester, segment FROM customers").fetchall() == [("ann", "gold")]


def test_cut_ids_are_not_folded_into_one(write: Write, read: Read) -> None:
    rows = "".join(f"5.70306E+17,2024-01-0{i},open\n" for i in range(1, 10))
    loaded = read(write("tickets.csv", "ticket_id,created_at,status\n" + rows))
    assert loaded.one("SELECT count(*) FROM tickets") == 9
    assert any("a spreadsheet cut 9 identifiers to 1" in d for d in loaded.report.doubts)


# ---------------------------------------------------------------- extra splits


def extras_of(read: Read, path: Path) -> dict[str, str]:
    return {e.header: e.name or f"dropped: {e.reason}" for e in read(path).report.extras}


def test_extra_columns_become_splits_when_they_look_like_categories(write: Write, read: Read) -> None:
    head = "ticket_id,created_at,Plan Name,plan_name,Team Size,Subject,Customer Email,many,long,unique,mails,Seen at,empty,Period [txt]\n"
    rows = "".join(
        f"{i},2024-01-01,gold,g{i % 3},{i % 5},s,a@example.com,{i % 230},{'x' * (100 if i == 7 else 5)},{'u' + str(i)},"
        f"{'a@b.co' if i == 3 else 'x'},2024-01-0{1 + i % 9},,txt\n"
        for i in range(240)
    )
    found = extras_of(read, write("tickets.csv", head + rows))
    assert found == {
        "Plan Name": "plan_name",
        "plan_name": "plan_name_2",
        "Team Size": "team_size",
        "Subject": "dropped: free text or personal data",
        "Customer Email": "dropped: free text or personal data",
        "many": "dropped: more than 200 different values",
        "long": "dropped: holds texts longer than 80 characters",
        "unique": "dropped: more than 200 different values",
        "mails": "dropped: holds e-mail addresses",
        "Seen at": "dropped: holds dates or times",
        "empty": "dropped: empty",
        "Period [txt]": "period_2",
    }


def test_a_value_of_its_own_in_every_row_is_no_category(write: Write, read: Read) -> None:
    rows = "".join(f"{i},2024-01-01,k{i}\n" for i in range(50))
    assert extras_of(read, write("tickets.csv", "ticket_id,created_at,Key\n" + rows)) == {"Key": "dropped: a different value in every row"}


def test_hostile_headers_are_only_names(write: Write, read: Read) -> None:
    head = 'ticket_id,created_at,"x""; DROP TABLE tickets; --",_row,_file,select,\'\n'
    loaded = read(write("tickets.csv", head + "1,2024-01-01,a,b,c,d,e\n"))
    assert loaded.one("SELECT count(*) FROM tickets") == 1
    kept = {e.name for e in loaded.report.extras if e.kept}
    assert kept == {"x_drop_table_tickets", "row", "file", "select", "column"}
    assert loaded.one('SELECT x_drop_table_tickets, "row", "select" FROM tickets') == ("a", "b", "d")


def test_only_ticket_files_bring_splits(write: Write, read: Read) -> None:
    loaded = read(write("surveys.csv", "ticket_id,kind,score,mood\n1,csat,4,sunny\n"))
    assert [(e.header, e.kept) for e in loaded.report.extras] == [("mood", False)]


# ---------------------------------------------------------------- recognition and mappings

MAPPING = """
name = "our_desk"
label = "Our desk"
missing = ["nix"]
zone = "Europe/Berlin"
[[file]]
fills = "tickets"
signs = [["Fall", "Eröffnet"]]
latest = [{ count = "Stand" }]
[file.columns]
ticket_id = "Fall"
created_at = { instant = "Eröffnet", order = "dmy" }
first_reply_at = { after = "Eröffnet", wait = { duration = "Wartezeit", unit = "minutes" } }
handle_seconds = { total = ["Gespräch", "Nacharbeit"], unit = "minutes" }
unassigned_seconds = { between = "Eröffnet", end = "Zugewiesen" }
status = { status = "Zustand", words = { offen = "open", fertig = "solved" } }
channel = { constant = "phone" }
is_escalated = { flag = "Eskaliert", marks = true }
team = ["Gruppe", "Team"]
[[file.also]]
fills = "surveys"
[file.also.columns]
ticket_id = "Fall"
kind = { constant = "csat" }
score = { choice = "Note", words = { gut = 1, schlecht = 0 } }
"""
MAPPED = (
    "Fall,Eröffnet,Zugewiesen,Wartezeit,Gespräch,Nacharbeit,Zustand,Eskaliert,Team,Note,Stand\n"
    '7,01.07.2024 10:00,13.07.2024 10:00,30,5,"1,5",offen,ja,A,gut,1\n'
    "8,02.07.2024 10:00,nix,nix,nix,nix,fertig,,B,,2\n"
    "8,02.07.2024 10:00,nix,nix,nix,nix,offen,,B,,1\n"
)


def test_a_mapping_says_what_a_source_says(write: Write, read: Read) -> None:
    loaded = read(write("faelle.csv", MAPPED), mapping=write("our_desk.toml", MAPPING))
    (file,) = loaded.report.files
    assert (file.source, file.label, file.mapping, file.superseded) == ("our_desk", "Our desk", "our_desk.toml", 1)
    columns = "ticket_id, created_at, first_reply_at, handle_seconds, unassigned_seconds, status, channel, is_escalated, team"
    assert loaded.con.execute(f"SELECT {columns} FROM tickets ORDER BY _row").fetchall() == [
        ("7", datetime(2024, 7, 1, 8), datetime(2024, 7, 1, 8, 30), 390.0, 1_036_800.0, "open", "phone", True, "A"),
        ("8", datetime(2024, 7, 2, 8), None, None, None, "solved", "phone", False, "B"),
    ]
    assert loaded.con.execute("SELECT ticket_id, kind, score FROM surveys").fetchall() == [("7", "csat", 1.0)]
    assert not any("no time zone" in d for d in loaded.report.doubts)
    there = read(write("faelle.csv", MAPPED), mapping=write("our_desk.toml", MAPPING), zone="UTC")
    assert there.one("SELECT min(created_at) FROM tickets") == datetime(2024, 7, 1, 10), "a zone that is named goes before the mapping's"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("ticket_id =", "ticketid ="), "tickets has no column 'ticketid'"),
        (('fills = "surveys"', 'fills = "survey"'), "There is no table 'survey'"),
        (('offen = "open"', 'offen = "ofen"'), "tickets.status has no word 'ofen'"),
        (('unit = "minutes" } }', 'unit = "fortnights" } }'), "'fortnights' is not a unit of time"),
        (("instant =", "moment ="), "created_at names 0 readers"),
        (('order = "dmy"', 'ordre = "dmy"'), "It says 'ordre'"),
        (('zone = "Europe/Berlin"', 'zone = "Europe/Berlon"'), "'Europe/Berlon' is not a time zone"),
        (('name = "our_desk"', 'name = "Our desk!"'), "cannot be the name of a mapping"),
        (("[[file]]", "[file_]"), "It says 'file_'"),
    ],
)
def test_a_wrong_mapping_is_said_with_file_and_place(change: tuple[str, str], what: str, write: Write) -> None:
    assert change[0] in MAPPING
    with pytest.raises(KpiError) as error:
        read_mapping(write("our_desk.toml", MAPPING.replace(*change, 1)))
    assert what in error.value.what
    assert error.value.what.startswith("In “our_desk.toml”: ")


def test_a_mapping_that_is_none(write: Write, tmp_path: Path) -> None:
    for path in (write("broken.toml", "name = "), tmp_path / "nowhere.toml"):
        with pytest.raises(UnreadableFile, match=path.name):
            read_mapping(path)


def test_a_mapping_that_does_not_fit_says_what_it_lacks(write: Write, read: Read) -> None:
    with pytest.raises(UnknownExport, match=r"the mapping: it lacks “Eröffnet”"):
        read(write("x.csv", "Fall,Zustand\n1,offen\n"), mapping=write("our_desk.toml", MAPPING))


def test_a_file_two_sources_fit_is_not_guessed(write: Write, read: Read) -> None:
    text = "number,assignment_group,opened_at,Ticket ID,Created time,Initial response time\nA,G,2024-01-01 10:00,1,2024-01-01 10:00,\n"
    path = write("both.csv", text)
    with pytest.raises(UnknownExport, match=r"could be an export of .* and "):
        read(path)
    assert read(path, source="servicenow").report.files[0].source == "servicenow"


def test_naming_a_source(write: Write, read: Read) -> None:
    path = write("x.csv", "Id,Status,Created at\n1,Open,2024-01-13 10:00\n")
    with pytest.raises(UnknownExport):
        read(path)
    assert read(path, source="zendesk").counts("status") == {"open": 1}
    with pytest.raises(UnknownExport, match=r"not an export of Intercom: it lacks “Conversation ID”, “Conversation started at”"):
        read(path, source="intercom")
    with pytest.raises(UnknownName, match="There is no source 'zendsk'"):
        read(path, source="zendsk")


def test_a_zone_that_is_none(write: Write, read: Read) -> None:
    with pytest.raises(BadValue, match="is not a time zone"):
        read(write("tickets.csv", CANONICAL["tickets"]), zone="New York")


def test_progress_is_told_and_grows(write: Write, read: Read) -> None:
    heard: list[tuple[str, float]] = []
    read(
        *[write(f"{name}.csv", text) for name, text in CANONICAL.items()],
        progress=lambda file, share: heard.append((file, share)),
    )
    assert [s for _, s in heard] == sorted(s for _, s in heard)
    assert heard[-1] == ("customers.csv", 1.0)


# ---------------------------------------------------------------- laws over all sources


@pytest.mark.parametrize("name", list(all_sources()))
def test_every_source_can_fill_what_its_table_requires(name: str) -> None:
    source = all_sources()[name]
    for part in source.parts:
        assert all(c in part.columns for c in part.table.required)
        assert all(r.sought or isinstance(r, Constant) or r.kind == "either" for r in part.columns.values())
    assert source.signs or source.needs
    assert all(set(TABLES[source.fills].by_name) >= {item} for item in source.latest if isinstance(item, str))


def test_loading_leaves_nothing_behind(write: Write, read: Read) -> None:
    loaded = read(write("tickets.csv", CANONICAL["tickets"]))
    left = {r[0] for r in loaded.con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    assert not {v for v in left if v.startswith("_kpi")}
    tables = {r[0] for r in loaded.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert {t for t in tables if t.startswith("_kpi")} == set()


def test_reading_twice_gives_the_same_rows_in_the_same_order(write: Write, read: Read, datasets: Path) -> None:
    path = datasets / "kaggle_support_tickets" / "customer_support_tickets.csv"
    first, second = (read(path).con.execute("SELECT * FROM tickets").fetchall() for _ in range(2))
    assert first == second
    rows = [r for (r,) in read(path).con.execute("SELECT _row FROM tickets").fetchall()]
    assert rows == sorted(rows)


def test_load_twice_in_one_connection(write: Write, read: Read) -> None:
    """Answering a question reads the same decoded table again."""
    loaded = read(write("list.csv", AMBIGUOUS))
    (raw,) = decode(loaded.con, [write("again.csv", AMBIGUOUS)])
    for order, month in (("dmy", 8), ("mdy", 4)):
        load(loaded.con, [recognise(raw)], date_orders={"*": order})
        assert loaded.one("SELECT month(min(created_at)) FROM tickets") == month
