"""Numbers, counts, flags, vocabularies, lists, identifiers, by hand."""

from __future__ import annotations

import pytest

from kpi import cells
from kpi.files import header
from tests.cells.reading import run


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2.5", "-3", "1e3", ".5", "+4"], [1, 2.5, -3, 1000, 0.5, 4]),
        (["1,5", "2"], [1.5, 2]),
        (["1.234,5", "2"], [1234.5, 2]),
        (["1,234.5", "2"], [1234.5, 2]),
        (["1,234", "12"], [1234, 12]),
        (["1,234,567"], [1234567]),
        (["1.234", "12,5", "1.5"], [1234, 12.5, None]),
        (["1,234", "12.5", "1,5"], [1.234, None, 1.5]),
    ],
)
def test_numbers(texts: list[str | None], expected: list[float | None]) -> None:
    assert run(cells.number("X"), texts).values == expected


@pytest.mark.parametrize("text", ["inf", "1_000", "0x10", "five", "1 000 000 x", "1e999", "--5"])
def test_what_is_no_number(text: str) -> None:
    assert run(cells.number("X"), ["1", text]).unread == {1: "not a number"}


def test_a_score_outside_its_scale_is_unread_not_clipped() -> None:
    assert run(cells.number("X", low=0, high=10), ["10", "11", "-1", "0"]).values == [10, None, None, 0]


def test_counts() -> None:
    out = run(cells.count("X"), ["0", "3", "3.0", "2.5", "-1", "many"], kind="count")
    assert out.values == [0, 3, 3, None, None, None]
    assert run(cells.count("X", less=1), ["0", "1", "3"], kind="count").values == [0, 0, 2]


def test_flags() -> None:
    texts: list[str | None] = ["TRUE", "no", "Y", "0", None, "maybe"]
    out = run(cells.flag("X"), texts, kind="flag")
    assert out.values == [True, False, True, False, None, None]
    assert "“maybe” (1)" in out.compiled.doubts[0]
    assert run(cells.flag("X", words={"y": False, "n": True}), ["Y", "N"], kind="flag").values == [False, True]


def test_marks_are_false_where_empty_only_in_a_column_that_never_says_no() -> None:
    assert run(cells.flag("X", marks=True), ["1", None, "1"], kind="flag").values == [True, False, True]
    assert run(cells.flag("X", marks=True), ["1", None, "0"], kind="flag").values == [True, None, False]


def test_statuses_of_the_tool_go_first_then_common_words() -> None:
    reader = cells.status("X", words={"Closed (Duplicate)": "merged"})
    out = run(reader, ["Closed (Duplicate)", "Closed (Support Pipeline)", "3 - Resolved", " in  Progress ", "Parked"], kind="text")
    assert out.values == ["merged", "closed", "solved", "open", None]
    assert out.unread == {4: "an unknown word"}


def test_words_from_a_file_are_never_sql() -> None:
    texts: list[str | None] = ["open'; DROP TABLE raw_0; --", '"', "\\", "')", "open", "$$", "Ünïcödé"]
    out = run(cells.status("X"), texts, kind="text")
    assert out.values == [None, None, None, None, "open", None, None]
    assert run(cells.text("X"), texts, kind="text").values == texts


def test_an_answer_that_is_none_is_not_unread() -> None:
    out = run(cells.choice("X", words={"good": 1, "bad": 0, "offered": None}), ["Good", "Offered", "bad", "odd"])
    assert out.values == [1, None, 0, None]
    assert list(out.unread) == [3]


def test_lists() -> None:
    texts: list[str | None] = ["a;b;", "b,a", '["x y","z"]', "[]", ";", "one", None, '["broken"']
    out = run(cells.items("X"), texts, kind="list")
    assert out.values == [["a", "b"], ["a", "b"], ["x y", "z"], None, None, ["one"], None, ['["broken"']]
    assert run(cells.items("X", separators=" "), ["vip refund"], kind="list").values == [["refund", "vip"]]
    assert run(cells.items("X", separators="'|]"), ["a|b'c]d"], kind="list").values == [["a", "b", "c", "d"]]


def test_identifiers() -> None:
    out = run(cells.identifier("X"), ["00123", "7.0", "INC1", "1.03006E+13", "1.03006E+13"], kind="text")
    assert out.values == ["00123", "7", "INC1", "1.03006E+13 (row 3)", "1.03006E+13 (row 4)"]
    assert "a spreadsheet cut 2 identifiers to 1 like 1.03006E+13" in out.compiled.doubts[0]


def test_codes_before_words() -> None:
    assert run(cells.text("X", strip_code=True), ["3 - Moderate", "P1", "2-High"], kind="text").values == ["Moderate", "P1", "High"]


def test_missing_words() -> None:
    texts: list[str | None] = ["No Agent", "-", "N/A", "null", "", "  ", "Mia", "\u00a0"]
    assert run(cells.text("X", missing=("No Agent",)), texts, kind="text").values == [None] * 6 + ["Mia", None]


def test_either_takes_the_first_that_is_there() -> None:
    reader = cells.either(cells.flag("Z"), cells.flag("Y", words={"y": False, "n": True}), cells.flag("X"))
    assert run(reader, ["y"], ["y"], kind="flag").values == [False]
    assert run(cells.either(cells.text("Z"), cells.constant("phone")), ["y"], kind="text").values == ["phone"]


def test_headers_are_found_whatever_their_case_blanks_and_notes() -> None:
    headers = [header(n, i) for i, n in enumerate(["\ufeffTicket  ID", "Resolution time", "Resolution time (in hrs)", "Answered (Y/N)"])]
    found = [cells.pick(headers, n) for n in ("ticket id", "Resolution Time", "resolution time (in hrs)", "answered", "nothing")]
    assert [h.column if h else None for h in found] == ["c0", "c1", "c2", "c3", None]
