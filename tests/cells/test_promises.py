"""Time left of a promise, readers row by row, parts of identifiers, texts in our words, lists in repeated columns: by hand."""

from __future__ import annotations

from kpi import cells
from tests.cells.reading import run


def test_time_left_says_whether_a_promise_was_kept() -> None:
    left = ["-3:15", "4:00", "4:00", "0", "-12", None, "−0:01", "soon", "1:02:03"]
    ended = [None, "yes", None, "yes", "yes", "yes", None, None, "yes"]
    out = run(cells.kept("X", once="Y"), left, ended, kind="flag")
    assert out.values == [False, True, None, True, False, None, False, None, True]
    assert out.unread == {7: "not a time that is left"}  # an open promise is unknown, not unread


def test_without_the_event_only_a_broken_promise_is_known() -> None:
    assert run(cells.kept("X", once="Z"), ["-1", "5"], kind="flag").values == [False, None]


def test_the_first_reader_that_can_read_a_cell() -> None:
    reader = cells.first(cells.status("X"), cells.choice("Y", words={"done": "solved", "to do": "new"}))
    out = run(reader, ["Open", "Parked", None, "Parked"], ["Done", "Done", "To do", None], kind="status")
    assert out.values == ["open", "solved", "new", None]
    assert out.unread == {3: "an unknown word"}
    assert {h.raw for h in reader.found(out.sheet.headers)} == {"X", "Y"}
    assert run(reader, ["Open"], kind="status", names=("X",)).values == ["open"]


def test_a_part_of_an_identifier() -> None:
    reader = cells.identifier("X", part=r"/conversations/(\d+)")
    texts = ["https://example.com/app/accounts/1/conversations/57", "57", None]
    assert run(reader, texts, kind="id").values == ["57", "57", None]


def test_texts_in_our_words() -> None:
    reader = cells.text("X", words={"assignee_id": "agent", "On-hold": "hold"})
    assert run(reader, ["Assignee_ID", "priority", "on-hold", None], kind="text").values == ["agent", "priority", "hold", None]


def test_a_repeated_header_is_one_list() -> None:
    out = run(cells.items("X", separators=";"), ["a", "b", None], ["c", "b", None], kind="list", names=("X", "x"))
    assert out.values == [["a", "c"], ["b"], None]
    assert len(out.compiled.headers) == 2
