"""Findings and the size of their effect: worked by hand, and against pandas on a real forum."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.quality import KINDS, Effect, Finding, concerned, effects, quality, said, touched, verdict, zone_moves

pytestmark = pytest.mark.slow

HOUR = 3600.0
TODAY = dt.datetime(2026, 6, 1)
SCOPE = kpi.Scope()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., kpi.Dataset]:
    def reading(**files: str) -> kpi.Dataset:
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        return kpi.read(*(tmp_path / f"{name}.csv" for name in files))

    return reading


def found(data: kpi.Dataset, name: str) -> Finding:
    (finding,) = [f for f in quality(data, SCOPE, now=TODAY) if f.name == name]
    return finding


def names(data: kpi.Dataset) -> set[str]:
    return {f.name for f in quality(data, SCOPE, now=TODAY)}


def by_metric(finding: Finding, data: kpi.Dataset, scope: kpi.Scope = SCOPE) -> dict[str, Effect]:
    return {effect.metric: effect for effect in effects(finding, scope, data)}


HEAD = "ticket_id,created_at,first_reply_at,solved_at,status\n"
CLEAN = (
    "1,2026-03-02T08:00:00Z,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,solved\n"  # 1 h, 2 h
    "2,2026-03-02T08:00:00Z,2026-03-02T11:00:00Z,2026-03-02T12:00:00Z,solved\n"  # 3 h, 4 h
    "3,2026-03-02T08:00:00Z,2026-03-02T13:00:00Z,2026-03-02T14:00:00Z,solved\n"  # 5 h, 6 h
)


def test_clean_data_have_no_findings(read: Callable[..., kpi.Dataset]) -> None:
    assert quality(read(tickets=HEAD + CLEAN), SCOPE, now=TODAY) == []


def test_negative_replies_are_told_with_what_keeping_them_would_do(read: Callable[..., kpi.Dataset]) -> None:
    """Replies after 1, 3, 5 hours and one 7 hours before the creation: the median is 3 h without it and (1 + 3) / 2 = 2 h with it."""
    data = read(tickets=HEAD + CLEAN + "4,2026-03-02T08:00:00Z,2026-03-02T01:00:00Z,,open\n")
    finding = found(data, "reply_before_creation")
    assert (finding.tickets, finding.other, finding.kind) == (1, "kept", "times")
    assert finding.sentence == "1 ticket with a first reply before the creation; kept out of reply times."
    (example,) = finding.examples
    assert (example.ticket, example.file, example.row) == ("4", "tickets.csv", 5)
    assert example.text == "created 2026-03-02 08:00, first reply 2026-03-02 01:00"
    effect = by_metric(finding, data)["first_reply_time"]
    assert (effect.now, effect.other, effect.difference) == (3 * HOUR, 2 * HOUR, -1 * HOUR)
    assert (effect.n, effect.other_n, effect.unit) == (3, 4, "s")


def test_leaving_odd_tickets_out_moves_the_median_as_by_hand(read: Callable[..., kpi.Dataset]) -> None:
    """Solved after 2, 4, 6 h; a fourth solved after 10 h but before its reply. The median falls from 5 h to 4 h without it."""
    odd = "4,2026-03-02T08:00:00Z,2026-03-02T20:00:00Z,2026-03-02T18:00:00Z,solved\n"
    data = read(tickets=HEAD + CLEAN + odd)
    finding = found(data, "solve_before_reply")
    assert finding.other == "left out" and concerned(finding, SCOPE, data) == ["4"]
    told = by_metric(finding, data)
    assert (told["full_resolution_time"].now, told["full_resolution_time"].other) == (5 * HOUR, 4 * HOUR)
    assert (told["first_reply_time"].now, told["first_reply_time"].other) == (4 * HOUR, 3 * HOUR)  # of 1, 3, 5, 12 h


def test_an_effect_stays_inside_the_asked_scope(read: Callable[..., kpi.Dataset]) -> None:
    odd = "4,2026-04-02T08:00:00Z,2026-04-02T20:00:00Z,2026-04-02T18:00:00Z,solved\n"
    data = read(tickets=HEAD + CLEAN + odd)
    march = kpi.Scope(start="2026-03-01", end="2026-03-31", by="week", split=["status"], compare="previous")
    effect = by_metric(found(data, "solve_before_reply"), data, march)["full_resolution_time"]
    assert (effect.now, effect.other, effect.difference) == (4 * HOUR, 4 * HOUR, 0)


def test_what_is_not_counted_is_told_as_if_it_were(read: Callable[..., kpi.Dataset]) -> None:
    spam = "4,2026-03-02T08:00:00Z,,2026-03-02T09:00:00Z,spam\n5,2026-03-02T08:00:00Z,,,deleted\n"
    data = read(tickets=HEAD + CLEAN + spam)
    finding = found(data, "not_counted")
    assert (finding.tickets, finding.other) == (2, "kept")
    effect = by_metric(finding, data)["tickets_created"]
    assert (effect.now, effect.other, effect.difference, effect.is_beyond) == (3, 5, 2, None)


def test_unread_cells_name_the_metrics_and_the_places(read: Callable[..., kpi.Dataset]) -> None:
    """Solved after 2, 4, 6 h; ticket 4 was solved "soon". Without it the share of solved tickets is 3 of 3."""
    data = read(tickets=HEAD + CLEAN + "4,2026-03-02T08:00:00Z,2026-03-02T09:00:00Z,soon,open\n")
    finding = found(data, "unread.tickets.solved_at")
    assert (finding.tickets, finding.rows, finding.title) == (1, 1, "Solved: cells not read")
    assert "1 cell could not be read" in finding.sentence and {"full_resolution_time", "backlog"} <= set(finding.metrics)
    (example,) = finding.examples
    assert (example.file, example.row) == ("tickets.csv", 5) and example.text.startswith("soon (")
    told = by_metric(finding, data)
    assert (told["backlog"].now, told["backlog"].other) == (1, 0)
    assert (told["full_resolution_time"].now, told["full_resolution_time"].other) == (4 * HOUR, 4 * HOUR)


def test_rejected_rows_say_how_many_tickets_there_could_be(read: Callable[..., kpi.Dataset]) -> None:
    data = read(tickets=HEAD + CLEAN + ",2026-03-02T08:00:00Z,,,open\n")
    (finding,) = [f for f in quality(data, SCOPE, now=TODAY) if f.kind == "rows"]
    assert finding.sentence == "1 of 4 rows was left out. If each were a ticket there would be 4 instead of 3."
    assert finding.rows == 1 and finding.examples[0].row == 5 and not effects(finding, SCOPE, data) and finding.why_not


def test_several_rows_that_disagree_about_the_creation(read: Callable[..., kpi.Dataset]) -> None:
    """Ticket 3 stands twice, 4 h apart; the newest row counts (reply after 1 h). Without ticket 3 the median of 1, 3 is 2 h."""
    head = HEAD.replace("status", "status,updated_at")
    rows = "".join(f"{line},2026-03-03T00:00:00Z\n" for line in CLEAN.splitlines())
    newer = "3,2026-03-02T12:00:00Z,2026-03-02T13:00:00Z,2026-03-02T14:00:00Z,solved,2026-03-04T00:00:00Z\n"
    data = read(tickets=head + rows + newer)
    finding = found(data, "several_rows")
    assert (finding.tickets, finding.rows) == (1, 1)
    assert finding.sentence == (
        "1 ticket stands in more than one row; the newest row of each counts, 1 older row was set aside. "
        "They state different times of creation."
    )
    (example,) = finding.examples
    assert (example.ticket, example.row) == ("3", 4)
    assert example.text == "says created 2026-03-02 08:00, counted 2026-03-02 12:00"
    effect = by_metric(finding, data)["first_reply_time"]
    assert (effect.now, effect.other) == (1 * HOUR, 2 * HOUR)  # of 1, 3, 1 h; of 1, 3 h


def test_rows_that_only_repeat_are_told_without_a_quarrel(read: Callable[..., kpi.Dataset]) -> None:
    data = read(tickets=HEAD + CLEAN + CLEAN.splitlines(keepends=True)[0])
    assert "different" not in found(data, "several_rows").sentence and "creation_conflicts" not in names(data)


def test_a_date_in_the_future_ages_everything_until_it_is_left_out(read: Callable[..., kpi.Dataset]) -> None:
    """One open ticket since noon of 2 March. A ticket dated 2099 makes it 73 years old; without that one it is 2 h old (14:00)."""
    open_one = "4,2026-03-02T12:00:00Z,,,open\n"
    data = read(tickets=HEAD + CLEAN + open_one + "5,2098-01-01T00:00:00Z,,,open\n")
    finding = found(data, "in_the_future")
    assert finding.tickets == 1
    told = by_metric(finding, data)
    assert told["tickets_created"].difference == -1
    assert told["backlog_age"].other == 2 * HOUR and (told["backlog_age"].now or 0) > 30 * 365 * 24 * HOUR
    assert "in_the_future" not in names(read(tickets=HEAD + CLEAN + open_one))


def test_impossible_orders_and_dates_of_nobody(read: Callable[..., kpi.Dataset]) -> None:
    head = "ticket_id,created_at,first_solved_at,solved_at,closed_at,status\n"
    rows = (
        "1,2026-03-02T08:00:00Z,2026-03-02T12:00:00Z,2026-03-02T11:00:00Z,2026-03-02T13:00:00Z,closed\n"
        "2,2026-03-02T08:00:00Z,2026-03-02T12:00:00Z,2026-03-02T12:00:00Z,2026-03-02T09:00:00Z,closed\n"
        "3,1970-01-01T00:00:00Z,2026-03-02T12:00:00Z,2026-03-02T12:00:00Z,2026-03-02T13:00:00Z,closed\n"
        "4,2026-03-02T08:00:00Z,2026-03-02T12:00:00Z,2026-03-02T12:00:00Z,2026-03-02T13:00:00Z,closed\n"
    )
    data = read(tickets=head + rows)
    told = {name: concerned(found(data, name), SCOPE, data) for name in ("solves_backwards", "closed_before_solved", "long_ago")}
    assert told == {"solves_backwards": ["1"], "closed_before_solved": ["2"], "long_ago": ["3"]}
    assert touched(quality(data, SCOPE, now=TODAY), SCOPE, data) == 3


def test_orphans_are_listed_and_say_that_no_number_stands_on_them(read: Callable[..., kpi.Dataset]) -> None:
    messages = "ticket_id,sent_at,author_role\n1,2026-03-02T08:30:00Z,agent\n77,2026-03-02T08:30:00Z,agent\n"
    data = read(tickets=HEAD + CLEAN, messages=messages)
    finding = found(data, "orphan_messages")
    assert concerned(finding, SCOPE, data) == ["77"] and not effects(finding, SCOPE, data) and finding.why_not


def test_stated_and_counted_replies_that_differ(read: Callable[..., kpi.Dataset]) -> None:
    """Ticket 1 states a reply after an hour, the messages show one after half an hour: 0.5, 3, 5 h; without it 3, 5 h."""
    sent = (("1", "08:30"), ("2", "11:00"), ("3", "13:00"))
    messages = "ticket_id,sent_at,author_role\n" + "".join(f"{i},2026-03-02T{at}:00Z,agent\n" for i, at in sent)
    data = read(tickets=HEAD + CLEAN, messages=messages)
    finding = found(data, "first_reply_differs")
    assert concerned(finding, SCOPE, data) == ["1"]
    effect = by_metric(finding, data)["first_reply_time"]
    assert (effect.now, effect.other) == (3 * HOUR, 4 * HOUR)


def test_ids_a_spreadsheet_has_cut(read: Callable[..., kpi.Dataset]) -> None:
    data = read(tickets=HEAD + CLEAN.replace("\n1,", "\n").replace("3,2026", "5.70306E+17,2026", 1))
    assert found(data, "cut_ids").tickets == 1


def test_times_without_a_zone_say_what_moves(tmp_path: Path) -> None:
    """Of two tickets at 01:00 and 12:00, an hour to the east of UTC moves none, and two hours the first to the day before."""
    path = tmp_path / "freshdesk.csv"
    path.write_text(
        "Ticket ID,Status,Created time,Resolved time,Agent interactions\n"
        "1,Closed,2026-01-13 01:00,2026-01-14 04:00,1\n2,Closed,2026-01-13 12:00,2026-01-14 04:00,1\n",
        "utf-8",
    )
    data = kpi.read(path)
    finding = found(data, "zone")
    assert "2 columns state no time zone" in finding.sentence and "durations stay as they are" in finding.sentence
    moves = zone_moves(["Europe/Berlin", "Europe/Helsinki"], SCOPE, data).set_index("zone")["tickets"].to_dict()
    assert moves == {"Europe/Berlin": 0, "Europe/Helsinki": 1}
    before = kpi.measure("full_resolution_time", SCOPE, data).frame["value"].iloc[0]
    said = kpi.read(path, zone="Europe/Helsinki")
    assert "zone" not in names(said) and kpi.measure("full_resolution_time", SCOPE, said).frame["value"].iloc[0] == before


def test_when_every_ticket_is_odd_there_is_nothing_to_compare_with(read: Callable[..., kpi.Dataset]) -> None:
    data = read(
        tickets="ticket_id,created_at,status\n1,,open\n2,,open\n3,2026-03-02T08:00:00Z,sleeping\n".replace("3,2026-03-02T08:00:00Z", "3,")
    )
    finding = found(data, "no_creation_time")
    assert finding.tickets == 3 and not effects(finding, SCOPE, data) and finding.why_not


def test_laws_of_all_findings(read: Callable[..., kpi.Dataset]) -> None:
    """Whatever is found: a known kind, whole sentences, ids as many as counted, metrics that exist, and an effect or a reason for none."""
    messages = "ticket_id,sent_at,author_role\n1,2026-03-02T08:30:00Z,agent\n77,2026-03-02T08:30:00Z,agent\n"
    odd = "4,2026-03-02T08:00:00Z,2026-03-02T01:00:00Z,soon,open\n5,2098-01-01T00:00:00Z,,,spam\n,,,,\n6,,,,lost\n"
    data = read(tickets=HEAD + CLEAN + odd, messages=messages)
    everything = quality(data, SCOPE, now=TODAY)
    assert len(everything) >= 6 and len({f.name for f in everything}) == len(everything)
    for finding in everything:
        assert finding.kind in KINDS and finding.sentence.endswith((".", ":")) and finding.title
        assert not finding.ids or len(concerned(finding, SCOPE, data)) == finding.tickets
        assert set(finding.metrics) <= set(kpi.metrics()) and len(finding.examples) <= 5
        assert bool(effects(finding, SCOPE, data)) == bool(finding.other and finding.metrics) or not finding.why_not
        assert finding.other or finding.why_not
        assert "_" not in finding.title.replace("tickets.csv", "")


@pytest.mark.slow
def test_thunderbird_negative_replies_against_pandas(datasets: Path) -> None:
    """22 negative replies (the data set's README); what the median is with them, pandas says."""
    folder = datasets / "thunderbird_support"
    data = kpi.read(folder / "questions_2023.csv", folder / "answers_2023.csv")
    finding = found(data, "reply_before_creation")
    assert finding.tickets == 22
    effect = by_metric(finding, data)["first_reply_time"]
    assert (effect.now or 0) / HOUR == pytest.approx(4.4331, abs=0.0001) and (effect.n, effect.other_n) == (8_803, 8_825)

    asked = pd.read_csv(folder / "questions_2023.csv", usecols=["id", "created", "updated", "creator"])
    asked = asked.assign(updated=pd.to_datetime(asked["updated"]), created=pd.to_datetime(asked["created"]))
    asked = asked.sort_values("updated", kind="stable").drop_duplicates("id", keep="last")
    replies = pd.read_csv(folder / "answers_2023.csv", usecols=["question_id", "created", "creator"])
    both = replies.merge(asked, left_on="question_id", right_on="id", suffixes=("_reply", ""))
    both = both[both["creator_reply"] != both["creator"]]
    first = pd.to_datetime(both["created_reply"]).groupby(both["question_id"]).min()
    waits = (first - asked.set_index("id")["created"].reindex(first.index)).dt.total_seconds()
    assert (waits < 0).sum() == 22 and len(waits) == 8_825
    assert effect.other == pytest.approx(float(np.median(waits)))

    twice = found(data, "several_rows")
    assert (twice.tickets, twice.rows) == (49, 49)
    without = waits[~waits.index.isin(first.index.intersection([int(i) for i in concerned(twice, SCOPE, data)]))]
    effect = by_metric(twice, data)["first_reply_time"]
    assert effect.other == pytest.approx(float(np.median(without[without >= 0])))


@pytest.mark.slow
def test_known_facts_of_baltimore_and_kaggle(datasets: Path) -> None:
    calls = kpi.read(datasets / "baltimore_311" / "311_sample.csv")
    effect = by_metric(found(calls, "not_counted"), calls)["tickets_created"]
    assert (effect.now, effect.other) == (9_783, 10_000)
    tickets = kpi.read(datasets / "kaggle_support_tickets" / "customer_support_tickets.csv")
    assert found(tickets, "solve_before_reply").tickets == 1_365
    assert found(tickets, "no_creation_time").tickets == 8_469


def effect(now: float | None, other: float | None, low: float | None = None, high: float | None = None, metric: str = "csat") -> Effect:
    return Effect(metric, kpi.metrics()[metric].label, kpi.metrics()[metric].unit, now, other, low, high, 100, 90)


def test_the_size_is_said_by_the_metric_that_moves_most_beside_its_own_uncertainty() -> None:
    left_out, kept = Finding("x", "times", "X", "X.", other="left out"), Finding("x", "times", "X", "X.", other="kept")
    count, little = effect(100, 90, metric="tickets_created"), effect(80, 80.4, 79, 81)
    much = effect(3600, 1800, 3000, 4200, "first_reply_time")
    assert said(left_out, [count, little, much]).replace("\u00a0", " ") == (
        "Left out, they would move First reply by -30 min, more than its own uncertainty."
    )
    assert said(kept, [count, little]).replace("\u00a0", " ") == "Kept, they would move CSAT by +0.4 pts, less than its own uncertainty."
    assert said(left_out, [count]) == "Left out, they would move Tickets created by -10."
    assert said(left_out, [effect(80, 80, 79, 81)]) == "It moves none of these numbers."
    assert (little.is_beyond, much.is_beyond, count.is_beyond, effect(None, 1).difference) == (False, True, None, None)


@pytest.mark.parametrize(
    ("tickets", "answer"),
    [
        (HEAD + CLEAN, "Yes: every row and every cell was read, and nothing about them is odd."),
        (HEAD + CLEAN + "4,2026-03-02T08:00:00Z,,,spam\n", "Yes: every row and every cell was read; 1 ticket is left out by rule"),
        (HEAD + CLEAN + ",2026-03-02T08:00:00Z,,,open\n", "With care: 1 of 4 rows (25.0 %) was left out."),
        (HEAD + CLEAN + "4,2026-03-02T08:00:00Z,2026-03-02T01:00:00Z,,open\n", "With care: 1 of 4 tickets (25.0 %) has something odd"),
        ("ticket_id,created_at,status\n1,,open\n2,,open\n", "Only in part: no ticket says when it was created"),
    ],
)
def test_the_verdict(read: Callable[..., kpi.Dataset], tickets: str, answer: str) -> None:
    data = read(tickets=tickets)
    everything = quality(data, SCOPE, now=TODAY)
    assert verdict(data, everything, touched(everything, SCOPE, data)).replace("\u00a0", " ").startswith(answer)


def test_a_hundred_tickets_are_trusted_by_degrees(read: Callable[..., kpi.Dataset]) -> None:
    """1 odd ticket of 200 is nearly all right, 5 are mostly, 20 need care."""
    for odd, answer in ((1, "Yes, nearly all:"), (5, "Mostly:"), (20, "With care:")):
        rows = "".join(
            f"{i},2026-03-02T08:00:00Z,2026-03-02T{7 if i <= odd else 9:02d}:00:00Z,2026-03-02T10:00:00Z,solved\n" for i in range(1, 201)
        )
        data = read(tickets=HEAD + rows)
        everything = quality(data, SCOPE, now=TODAY)
        assert verdict(data, everything, touched(everything, SCOPE, data)).startswith(answer)
