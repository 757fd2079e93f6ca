"""A visitor's own benchmarks: what is read, what is left out, and that every left-out row is named with its reason."""

from __future__ import annotations

import pytest

from kpi.benchmarks import Figure, published, read, write
from kpi.errors import BadValue

HEAD = "metric,value,publisher,title"


def problems(*rows: str, head: str = HEAD) -> dict[int, str]:
    return {problem.row: problem.why for problem in read("\n".join([head, *rows])).problems}


def test_the_least_a_row_may_say() -> None:
    (figure,) = read(f"{HEAD}\ncsat,88,Our association,Survey\n").figures
    assert figure == Figure("csat", 88.0, "Our association", "Survey", "share", unit="%", is_own=True)
    assert (figure.age, figure.source, figure.channel, figure.industry, figure.definition) == ("undated", "own", "all", "all", "same")


def test_what_is_written_is_read_again() -> None:
    assert read(write(published()), own=False).figures == published()
    assert read("").figures == () and read("\ufeff" + HEAD + "\n").figures == ()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("csatt,88,P,T", "there is no metric 'csatt'. Did you mean 'csat'"),
        ("csat,eighty,P,T", "value 'eighty' is not a number"),
        ("csat,nan,P,T", "not a number one can compare"),
        ("csat,188,P,T", "188 lies outside the range of CSAT, 0 to 100"),
        ("csat,,P,T", "all empty"),
        ("csat,88,,T", "publisher is empty"),
        ("csat,88,P,", "title is empty"),
        ("csat,88,P," + "x" * 501, "more than 500 letters"),
        ("cost_per_ticket,8,P,T", "unit '' is no currency"),
        ("backlog,-3,P,T", "outside the range"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_read(row: str, why: str) -> None:
    book = read(f"{HEAD}\ncsat,81,A,B\n{row}\n\ncsat,82,A,B\n")
    assert [f.value for f in book.figures] == [81, 82]
    assert book.problems[0].row == 3 and why in book.problems[0].why
    assert "2 figures read; 1 row left out, the first is row 3" in book.text


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("url", "javascript:alert(1)", "no https address"),
        ("url", "http://example.com", "no https address"),
        ("url", "https://example.com/a)[x](https://evil.example", "no https address"),
        ("year", "12", "no year"),
        ("year", "2O12", "no year"),
        ("channel", "carrier pigeon", "channel cannot be 'carrier pigeon'. It may be all, phone"),
        ("industry", "crime", "industry cannot be"),
        ("definition", "my own", "definition cannot be"),
        ("unit", "s", "is not the metric's"),
        ("kind", "guess", "kind cannot be"),
        ("low", "90", "do not rise"),
    ],
)
def test_every_cell_is_checked(column: str, cell: str, why: str) -> None:
    assert why in problems(f"csat,88,P,T,{cell}", head=f"{HEAD},{column}")[2]


def test_times_are_a_mean_or_a_median_or_silent() -> None:
    head = f"{HEAD},statistic"
    assert read(f"{head}\nfirst_reply_time,3600,P,T,\n").figures[0].statistic == ""
    assert "a time is a mean or a median" in problems("first_reply_time,3600,P,T,share", head=head)[2]


def test_no_table_at_all() -> None:
    with pytest.raises(BadValue, match="lack the column 'metric'"):
        read("a;b;c\n1;2;3\n")
    with pytest.raises(BadValue, match="twice"):
        read("metric,metric,publisher,title\n")
    with pytest.raises(BadValue, match="more than 5,000"):
        read(HEAD + "\n" + "csat,88,P,T\n" * 5_001)


def test_the_same_row_twice_counts_once() -> None:
    assert problems("csat,88,P,T", "csat,88,P,T") == {3: "says the same as row 2."}


def test_hostile_text_stays_text() -> None:
    (figure,) = read(f"{HEAD}\ncsat,88,=1+1,<script>alert(1)</script>\n").figures
    assert (figure.publisher, figure.title) == ("=1+1", "<script>alert(1)</script>")
