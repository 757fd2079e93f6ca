"""The weekly digest: the right week, the same numbers as anywhere, and nothing beyond what the data hold. Weeks worked by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import kpi
from kpi import Dataset, Scope
from kpi.errors import BadValue
from kpi.report import Heading, Note, Report, Sentence, Table, Tiles, Title
from kpi.report.digest import digest, newest_week, week_before
from kpi.report.text import words
from kpi.targets import read as read_targets

pytestmark = pytest.mark.slow

HEAD = "ticket_id,created_at,first_reply_at,solved_at,status,channel\n"


def desk(folder: Path, days: list[tuple[dt.datetime, str, int]]) -> Dataset:
    """Tickets by instant and channel, each replied to after so many minutes."""
    rows = []
    for number, (at, channel, minutes) in enumerate(days, 1):
        reply = at + dt.timedelta(minutes=minutes)
        rows.append(f"{number},{at:%Y-%m-%dT%H:%M:%SZ},{reply:%Y-%m-%dT%H:%M:%SZ},{reply:%Y-%m-%dT%H:%M:%SZ},solved,{channel}\n")
    path = folder / "tickets.csv"
    path.write_text(HEAD + "".join(rows), "utf-8")
    return kpi.read(path)


def fortnight(folder: Path, last: dt.datetime) -> Dataset:
    """A ticket every six hours from Monday 5 January 2026 to `last`; the newest instant is its reply, half an hour later."""
    count = int((last - dt.datetime(2026, 1, 5)).total_seconds() // (6 * 3600)) + 1
    return desk(folder, [(last - n * dt.timedelta(hours=6), "email", 30) for n in range(count)])


@pytest.mark.parametrize(
    ("last", "zone", "monday", "is_complete"),
    [
        ("2026-01-18T23:00", "UTC", "2026-01-05", True),  # the second week still lacks its last minutes
        ("2026-01-19T00:30", "UTC", "2026-01-12", True),
        ("2026-01-18T23:00", "Europe/Berlin", "2026-01-12", True),  # half past midnight there: the last reply is on Monday
        ("2026-01-19T00:30", "America/New_York", "2026-01-05", True),  # still Sunday evening
    ],
)
def test_the_newest_week_is_the_last_the_data_hold_to_its_end(tmp_path: Path, last: str, zone: str, monday: str, is_complete: bool) -> None:
    week = newest_week(fortnight(tmp_path, dt.datetime.fromisoformat(last)), zone)
    assert (week.start.isoformat(), week.is_complete) == (monday, is_complete) and week.end - week.start == dt.timedelta(days=6)


def test_a_scheduler_is_told_whether_last_week_is_all_there(tmp_path: Path) -> None:
    data = fortnight(tmp_path, dt.datetime(2026, 1, 16, 12))
    waiting = week_before(dt.datetime(2026, 1, 19, 6), data)
    assert waiting.start == dt.date(2026, 1, 12) and not waiting.is_complete
    assert waiting.text == "The week of 12–18 Jan 2026 is not complete: the data end on Fri 16 Jan 2026, 12:30 UTC."
    done = week_before(dt.datetime(2026, 1, 16, 12), data, "Europe/Berlin")
    assert done.text == "The week of 5–11 Jan 2026 is complete since Mon 12 Jan 2026, 00:00 Europe/Berlin."


def test_a_week_too_short_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="no complete week"):
        digest(fortnight(tmp_path, dt.datetime(2026, 1, 9)))


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Ten weeks of 20 tickets a day; in the last week those by chat wait ten times as long, those by email do not."""
    first, days = dt.datetime(2026, 1, 5, 8), []
    for day in range(71):
        for n in range(20):
            channel = "chat" if n % 4 else "email"
            slow = channel == "chat" and 63 <= day < 70
            days.append((first + dt.timedelta(days=day, minutes=20 * n), channel, (300 if slow else 30) + (n * 7 + day * 3) % 11))
    return desk(tmp_path_factory.mktemp("shifted"), days)


@pytest.fixture(scope="module")
def told(shifted: Dataset) -> Report:
    targets = read_targets(
        '[[target]]\nname = "Faster <b>"\nmetric = "first_reply_time"\nto = "20m"\nstart = 2026-01-12\ndeadline = 2026-04-30\nowner = "Ana"\n'
    ).targets
    return digest(shifted, targets=targets, problems=["Row 2 is bad."], url="https://kpi.example/?data=abc")


def test_it_says_what_changed_where_and_what_is_unfinished(told: Report) -> None:
    kinds = [type(block).__name__ for block in told.blocks]
    text = "\n".join(words(block.text) for block in told.blocks if isinstance(block, Title | Note | Sentence | Heading)).replace(
        "\u00a0", " "
    )
    assert kinds[:4] == ["Title", "Note", "Sentence", "Chart"]
    assert told.title == "Support in the week of 9–15 Mar 2026"  # 5 January and 63 days
    assert "9–15 Mar 2026 against 2–8 Mar 2026 · UTC · 140 tickets" in text and "is complete since Mon 16 Mar 2026, 00:00 UTC" in text
    finding = next(block.text for block in told.blocks if isinstance(block, Sentence))
    assert "beyond noise" in finding and ("First reply" in finding or "Full resolution" in finding) and "worse" in finding
    assert "Where " in text and "chat" in next(block.frame for block in told.blocks if isinstance(block, Table)).to_string()
    assert "Faster <b>: " in text and "Row 2 is bad." in text
    assert "The week of 16–22 Mar 2026 has begun: 20 tickets were created so far" in text
    assert told.link == "https://kpi.example/?data=abc&from=2026-03-09&to=2026-03-15&zone=UTC&compare=previous"


def test_its_numbers_are_those_of_kpi_measure(told: Report, shifted: Dataset) -> None:
    scope = Scope(start="2026-03-09", end="2026-03-15", compare="previous")
    now, weeks = told.proof.numbers
    assert dict(now.scope) == scope.to_query() and told.proof.fingerprint == shifted.fingerprint
    for row in now.rows:
        (record,) = kpi.measure([row[0]], scope, shifted).records()
        assert row[3:] == tuple(
            record[c] for c in ("value", "low", "high", "n", "top", "bottom", "before", "change", "change_low", "change_high")
        )
    assert weeks.scope["from"] == ["2026-01-05"] and all(len({r[1] for r in weeks.rows if r[0] == name}) == 10 for name in weeks.metrics)
    created = next(tile for block in told.blocks if isinstance(block, Tiles) for tile in block.tiles if tile.label == "Tickets created")
    assert (created.value, created.change, created.verdict, created.line) == ("140", "0", "no clear change", (140.0,) * 10)


def test_the_chart_is_of_what_changed(told: Report) -> None:
    (chart,) = told.charts
    assert chart.name in ("first_reply_time-by-week", "full_resolution_time-by-week") and len(chart.table) == 10
    assert list(chart.datasets["d"]["period"])[-1] == "2026-03-09" and chart.datasets["d"]["is_complete"].all()


def test_nothing_is_claimed_of_weeks_that_are_alike(tmp_path: Path) -> None:
    report = digest(fortnight(tmp_path, dt.datetime(2026, 2, 2, 9)))
    text = " ".join(block.text for block in report.blocks if isinstance(block, Sentence))
    assert "Nothing changed beyond noise" in text and not any(isinstance(block, Table) for block in report.blocks)


def test_as_of_goes_back_in_time(shifted: Dataset) -> None:
    assert digest(shifted, as_of=dt.datetime(2026, 2, 4)).title == "Support in the week of 26 Jan – 1 Feb 2026"
