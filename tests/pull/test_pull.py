"""Nothing lost, nothing twice, the newest version wins: after any sequence of faults, changes, breaks and new runs. The oracle is the server's own tickets."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from kpi.pull import book
from tests.pull.conftest import Client
from tests.pull.server import NOW, World

pytestmark = pytest.mark.slow

TOOLS = ("zendesk", "freshdesk", "intercom")
FAULTS = ("429", "429 date", "429 reset", "500", "503", "drop", "half json", "cut off")
Make = Callable[[World], Client]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks here are exceptions, which a disk need not survive; tests/pull/test_kill.py waits for the disk."""
    monkeypatch.setattr(book.Book, "synchronous", "OFF")


class Break(Exception):
    """The process ends here."""


def world(tool: str, tickets: int = 23, size: int = 5) -> World:
    made = World(tool, size)
    for n in range(1, tickets + 1):
        made.add(n, NOW - 864_000 + 600 * n)
    return made


@pytest.mark.parametrize("tool", TOOLS)
def test_everything_comes_once_and_a_second_run_brings_only_what_changed(tool: str, client: Make) -> None:
    here = world(tool)
    ours = client(here)
    assert ours.pull().fresh["tickets"] == 23
    assert ours.tickets() == here.held()
    here.now += 3600
    here.change(4)
    here.add(99, here.now)
    here.now += 3600
    before = len(here.asked)
    assert ours.pull().fresh["tickets"] == 2
    assert ours.tickets() == here.held()
    lists = [a for a in here.asked[before:] if "tickets" in a or "search" in a]
    assert len(lists) <= 4, f"it began anew: {lists}"  # Freshdesk: tickets, spam, deleted


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_outwaited(tool: str, fault: str, client: Make) -> None:
    here = world(tool)
    here.faults = ["", "", "", "", "", fault, "", fault, fault]
    ours = client(here)
    ours.pull()
    assert ours.tickets() == here.held()
    assert not here.sins
    assert len(ours.slept) == 3


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_or_twice_after_any_breaks(tool: str, seed: int, client: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    luck = random.Random(f"{tool} {seed}")  # noqa: S311  a story to tell again, no secret
    here = world(tool, tickets=luck.choice([0, 1, 5, 20, 40]), size=luck.choice([2, 3, 5, 7]))
    here.inclusive = luck.random() < 0.5
    ours = client(here)

    def mutate() -> None:
        """Tickets change, come, go, and change many at once, while they are paged."""
        if luck.random() < 0.3 and here.tickets:
            for n in luck.sample(sorted(here.tickets), min(len(here.tickets), luck.choice([1, 1, 2, 12]))):
                late = here.indexed[n]
                here.change(n, replies=luck.randrange(4))
                if luck.random() < 0.3:
                    here.indexed[n] = late  # the index will know it later
        if luck.random() < 0.2:
            here.add(1000 + len(here.tickets), float(int(here.now)))
        if luck.random() < 0.1 and here.tickets and tool != "intercom":  # Intercom reports no deletion
            here.change(luck.choice(sorted(here.tickets)), gone=True)
        for n in here.tickets:
            if luck.random() < 0.5:
                here.index(n)

    here.mutate = mutate
    real = book.Book.note

    def note(self: book.Book, name: str, value: object) -> None:
        if luck.random() < 0.05:
            raise Break  # inside the transaction: the page is written, its cursor is not
        real(self, name, value)  # type: ignore[arg-type]

    monkeypatch.setattr(book.Book, "note", note)

    def word() -> None:
        here.faults = [luck.choice(FAULTS) if luck.random() < 0.2 else "" for _ in range(3)]
        if luck.random() < 0.1:
            raise Break

    ours.on_word = word
    broken = 0
    for _ in range(8):
        try:
            ours.pull(messages=luck.random() < 0.2)
        except Break:
            broken += 1
            here.closed_until = 0.0  # a new process cannot know that the old one was told to wait
        here.wait(luck.choice([0, 30, 4000]))
    here.mutate, ours.on_word, here.faults = lambda: None, lambda: None, []
    monkeypatch.setattr(book.Book, "note", real)
    here.wait(120)
    ours.pull()
    assert ours.tickets() == here.held()
    assert not here.sins
    assert broken or not here.tickets or seed, "the first seed breaks at least once"


def test_freshdesk_a_bulk_change_in_one_second_that_moves_while_it_is_paged(client: Make) -> None:
    """60 tickets of one second fill 12 pages; of the first ones some are deleted or changed while the later pages are asked."""
    here = World("freshdesk")
    for n in range(1, 61):
        here.add(n, NOW - 5000)
    left = [1, 2, 3, 4, 6, 7, 8]

    def mutate() -> None:
        if left and int(here.asked[-1].rpartition("&page=")[2]) in range(2, 12):
            here.change(left.pop(), gone=len(left) % 2 == 0)

    here.mutate = mutate
    ours = client(here)
    ours.pull()
    here.now += 120
    ours.pull()
    assert not left
    assert ours.tickets() == here.held()


def test_freshdesk_never_asks_for_a_page_beyond_the_last_it_lists(client: Make) -> None:
    here = world("freshdesk", tickets=200)
    here.most_pages = 3
    ours = client(here)
    ours.pull()
    assert ours.tickets() == here.held()


@pytest.mark.parametrize("tool", TOOLS)
def test_an_earlier_start_fetches_the_earlier_ones(tool: str, client: Make) -> None:
    from datetime import UTC, datetime

    here = world(tool)
    ours = client(here)
    middle = NOW - 864_000 + 600 * 11.5
    ours.pull(since=datetime.fromtimestamp(middle, UTC))
    assert {int(n) for n in ours.tickets()} == set(range(12, 24))
    ours.pull(since=datetime.fromtimestamp(NOW, UTC))
    assert len(ours.tickets()) == 12
    ours.pull()
    assert ours.tickets() == here.held()


def test_zendesk_keeps_to_ten_requests_a_minute_without_being_told(client: Make) -> None:
    here = world("zendesk", tickets=200)
    ours = client(here)
    ours.pull()
    pages = sum("incremental" in path for path in here.asked)
    assert pages == 40
    assert sum(ours.slept) == pytest.approx(180, abs=1)  # 40 requests, ten a minute: the last ten after three minutes


def test_intercom_a_place_it_has_forgotten_is_looked_for_again(client: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    here = world("intercom")
    ours = client(here)
    ours.on_word = lambda: (_ for _ in ()).throw(Break) if "10 conv" in ours.said[-1] else None
    with pytest.raises(Break):
        ours.pull()
    ours.on_word = lambda: None
    here.faults = ["", "", "", "400"]
    ours.pull()
    assert any("from the beginning" in sentence for sentence in ours.said)
    assert ours.tickets() == here.held()


def test_freshdesk_a_deletion_that_is_no_change_of_the_ticket(client: Make) -> None:
    here = world("freshdesk")
    ours = client(here)
    ours.pull()
    here.tickets[4]["gone"] = True
    here.wait(3600)
    ours.pull()
    assert ours.tickets() == here.held()


def test_the_book_keeps_the_newest_and_of_equals_the_last_and_nothing_of_what_failed(tmp_path: Path) -> None:
    held = book.Book(tmp_path / "a.sqlite")
    with held.writing():
        assert held.put("t", [("1", 5.0, {"v": 5}), ("1", 4.0, {"v": 4}), ("2", 1.0, {"v": "a"}), ("2", 1.0, {"v": "b"})]) == 2
    with pytest.raises(Break), held.writing():
        held.put("t", [("3", 1.0, {})])
        raise Break
    assert list(held.every("t")) == [{"v": 5}, {"v": "b"}]
    held.close()
