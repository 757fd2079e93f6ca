"""events.csv: what is read, what is refused with its row, and that what is written comes back and runs nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import BadValue, UnreadableFile
from kpi.events import KINDS, Event, Rejected, add, named, near, read, text_of, without, write
from kpi.events.file import LONGEST, MOST_EVENTS

DAY = dt.date(2026, 3, 2)


def test_a_file_by_hand() -> None:
    notes = read(
        "Date;Type;Event;Until;Description;KPI;Where;Owner\n"
        "2026-05-04;launch;  Mobile \t app ;2026-05-31;four weeks;tickets_created, backlog;product_area=Mobile app;Ann\n"
        "2026-03-02;Outage;Mail down;;;;team=Billing;team=Care\n"
        "\n"
        "2 March 2026 10:15;strange;Something;;;;\n"
    )
    assert notes.events == (
        Event(dt.date(2026, 5, 4), "Mobile app", "release", dt.date(2026, 5, 31), "four weeks", ("tickets_created", "backlog"),
              (("product_area", ("Mobile app",)),)),
        Event(DAY, "Mail down", "incident", where=(("team", ("Billing",)),)),
        Event(DAY, "Something", "other"),
    )  # fmt: skip
    assert notes.rejected == ()
    assert notes.remarks == ("Columns that were not used: Owner.", "Kinds nobody knows became “other”: “strange”.")


def test_the_events_of_the_sample_company_are_read() -> None:
    """Its own file has other headers: date, kind, title, about."""
    notes = read('date,kind,title,about\n2026-03-02,tool,New macro for Billing,Billing\n2025-12-25,holiday,"Holiday, Europe",Europe\n')
    assert [(e.kind, e.title, e.note) for e in notes.events] == [
        ("change", "New macro for Billing", "Billing"),
        ("holiday", "Holiday, Europe", "Europe"),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02", DAY), ("2026/3/2", DAY), ("20260302", DAY), ("2026-03-02T23:30:00Z", DAY), ("2026-03-02 08:15", DAY),
        ("2 March 2026", DAY), ("Mar 2, 2026", DAY), ("2. März 2026", DAY), ("02-Mar-26", DAY), ("3/3/2026", dt.date(2026, 3, 3)),
        ("25.12.2026", dt.date(2026, 12, 25)), ("12/25/2026 4:30 PM", dt.date(2026, 12, 25)),
    ],
)  # fmt: skip
def test_dates_that_leave_no_doubt(text: str, day: dt.date) -> None:
    (event,) = read(f'date,title\n"{text}",x\n').events
    assert event.date == day


def test_day_and_month_in_numbers_only_where_the_file_proves_their_order() -> None:
    proven = read("date,title\n03/04/2026,a\n25/04/2026,b\n")
    assert [e.date for e in proven.events] == [dt.date(2026, 4, 3), dt.date(2026, 4, 25)]
    other = read("date,title\n03/04/2026,a\n04/25/2026,b\n")
    assert [e.date for e in other.events] == [dt.date(2026, 3, 4), dt.date(2026, 4, 25)]
    doubtful = read("date,title\n03/04/2026,a\n2026-01-05,b\n")
    assert [e.title for e in doubtful.events] == ["b"]
    assert doubtful.rejected[0].row == 2
    assert doubtful.rejected[0].reason.startswith("The date “03/04/2026” may be 2026-03-04 or 2026-04-03.")
    both = read("date,title\n13/04/2026,a\n04/13/2026,b\n03/04/2026,c\n")
    assert [bad.row for bad in both.rejected] == [4], "a file of both orders proves neither"


def test_bad_rows_are_listed_with_number_and_reason_and_the_rest_loads() -> None:
    notes = read(
        "date,end,title,where,note\n"
        "2026-03-02,,good,,\n"
        "someday,,x,,\n"
        ",,no date,,\n"
        "2026-03-02,2026-03-01,backwards,,\n"
        "2026-03-02,,,,no title\n"
        f"2026-03-02,,{'t' * 121},,\n"
        "2026-03-02,,x,team,\n"
        "2026-03-02,,good,,\n"
        "0001-01-01,,old,,\n"
        '2026-03-05,,never "closed\n'
        "2026-03-06,,last,,\n"
    )
    assert [e.title for e in notes.events] == ["good", 'never "closed', "last"]
    said = {bad.row: bad.reason for bad in notes.rejected}
    assert said[3] == "The date “someday” is no date. Write it as 2026-03-02."
    assert said[4] == "It has no date."
    assert said[5].startswith("The event ends (2026-03-01) before it begins")
    assert said[6].startswith("An event needs a title")
    assert said[7].startswith("The title has 121 letters; 120 are kept")
    assert said[8].startswith("“team” in where is not a column and a value")
    assert said[9] == "The same event stands in an earlier row."
    assert said[10].startswith("The date 0001-01-01 is too far away")
    assert set(said) == set(range(3, 11))


def test_a_quotation_mark_that_is_never_closed_takes_one_row_only() -> None:
    notes = read('date,title\n2026-03-02,"open\n2026-03-03,b\n2026-03-04,c\n')
    assert [e.title for e in notes.events] == ["b", "c"]
    assert [(bad.row, bad.reason) for bad in notes.rejected] == [(2, "A quotation mark is never closed.")]


def test_rows_that_could_not_be_read_are_kept_when_the_file_is_written_anew() -> None:
    text = "date,title,note\nsomeday,=1+1,keep me\n2026-03-02,good,\n"
    after = add(text, Event(DAY, "new"))
    again = read(after)
    assert [e.title for e in again.events] == ["good", "new"]
    assert [(bad.cells["date"], bad.cells["note"]) for bad in again.rejected] == [("someday", "keep me")]
    assert "'=1+1" in after
    assert write(read(after)) == after


def test_add_doubles_nothing_and_without_takes_out() -> None:
    one, two = Event(DAY, "one"), Event(DAY, "two", "hire")
    text = add("", one, two, one)
    assert add(text, two) == text
    assert read(without(text, one)).events == (two,)
    assert without(without(text, one), two) == "", "an empty file is no file"
    assert read("") == read("  \n") == read(write([]))


def test_signs_that_are_no_text_are_taken_out() -> None:
    (event,) = read('date,title,note\n2026-03-02,"a\x00b\u202ec\x1b[31m","one\r\ntwo\x07"\n').events
    assert (event.title, event.note) == ("a b c [31m", "one\ntwo")


def test_too_many_events_and_too_long_texts() -> None:
    many = [Event(DAY + dt.timedelta(days=i), "x") for i in range(MOST_EVENTS)]
    full = write(many)
    with pytest.raises(BadValue, match="more than 2,000 events"):
        add(full, Event(DAY, "one more"))
    crowded = read(full + "2026-03-02,,other,one more,,,\n")
    assert len(crowded.events) == MOST_EVENTS and crowded.rejected[0].reason.startswith("Only 2,000 events are kept")
    with pytest.raises(BadValue, match="characters"):
        read("date,title\n" + "x" * LONGEST)
    with pytest.raises(BadValue, match="no column title: it has day, colour"):
        read("day,colour\n2026-03-02,red\n")
    assert read("date,title\n2026-03-02,x,,,,,,\n").events, "more cells than headers"


def test_what_is_no_event() -> None:
    for wrong in (
        {"title": " "}, {"title": "x" * 121}, {"note": "x" * 2001}, {"kind": "nope"}, {"date": dt.date(1800, 1, 1)},
        {"end": dt.date(2026, 3, 1)}, {"metrics": tuple(f"m{i}" for i in range(51))}, {"where": (("team", tuple(map(str, range(51)))),)},
    ):  # fmt: skip
        with pytest.raises(BadValue):
            Event(**{"date": DAY, "title": "x", **wrong})  # type: ignore[arg-type]


def test_uploads_in_other_encodings() -> None:
    text = "date,title\n2026-03-02,Störung – Köln\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (event,) = read(text_of(text.encode(encoding))).events
        assert event.title == "Störung – Köln"
    with pytest.raises(UnreadableFile, match="not a text file"):
        text_of(b"PK\x03\x04\x00\x00binary\x00")
    with pytest.raises(UnreadableFile, match="too large"):
        text_of(b"x" * (4 * LONGEST + 1))


def test_names_for_an_address() -> None:
    events = [Event(DAY, "New macro for Billing!"), Event(DAY, "new macro, for billing"), Event(DAY, "???"), Event(DAY, "Ärger/../..")]
    names = named(events)
    assert set(names) == {"2026-03-02-new-macro-for-billing", "2026-03-02-new-macro-for-billing-2", "2026-03-02", "2026-03-02-ärger"}
    assert set(names.values()) == set(events)


def test_neighbours() -> None:
    middle = Event(DAY, "middle")
    long = Event(DAY - dt.timedelta(days=90), "long", end=DAY - dt.timedelta(days=27))
    others = [Event(DAY + dt.timedelta(days=n), f"{n:+}") for n in (-29, -28, 0, 28, 29)]
    assert {e.title for e in near(middle, [middle, long, *others])} == {"-28", "+0", "+28", "long"}
    assert near(middle, [middle, *others])[0].title == "+0"


def test_kinds_differ_by_word_icon_and_shape() -> None:
    for part in ("word", "icon", "shape"):
        assert len({getattr(kind, part) for kind in KINDS.values()}) == len(KINDS)


words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs")), min_size=1, max_size=30)
risky = st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "'=x", "''+x", "'", "a;b", 'a"b', "a%3Bb", "a=b", "100%", "x,y"])
events_of = st.builds(
    Event,
    date=st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)),
    title=words | risky,
    kind=st.sampled_from(list(KINDS)),
    note=(words | risky | st.just("two\nlines")),
    metrics=st.lists(st.sampled_from(["csat", "backlog", "nps"]), unique=True, max_size=3).map(tuple),
    where=st.dictionaries(
        st.sampled_from(["team", "channel"]), st.sets(words | risky, min_size=1, max_size=3).map(lambda v: tuple(sorted(v))), max_size=2
    ).map(lambda pairs: tuple(sorted(pairs.items()))),
)


@given(st.lists(events_of, max_size=6, unique=True))
def test_what_is_written_comes_back_and_runs_nothing(events: list[Event]) -> None:
    text = write(events)
    notes = read(text)
    assert set(notes.events) == set(events) and not notes.rejected
    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for given_text in (text, "date,title\n" + text, f"date,title\n2026-03-02,{text}\n"):
        try:
            notes = read(given_text)
        except BadValue as error:
            assert error.what
        else:
            assert all(isinstance(bad, Rejected) and bad.reason for bad in notes.rejected)
