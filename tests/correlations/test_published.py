"""Published relationships: every row is about two metrics there are, says where it comes from, and mistakes are named."""

from __future__ import annotations

import pytest

from kpi.catalogue import CATALOGUE
from kpi.correlations import NAMED
from kpi.correlations.published import _read, about, published
from kpi.errors import BadValue

ROW = {
    "first": "first_contact_resolution", "second": "csat", "sign": "+", "basis": "stated", "level": "customers", "statement": "They go together.",
    "publisher": "Somebody", "via": "", "year": "2020", "url": "https://example.com/", "is_primary": "true",
}  # fmt: skip


def test_rows() -> None:
    assert len(published()) >= 20
    for row in published():
        assert {row.first, row.second} <= set(CATALOGUE) and row.first != row.second
        assert row.statement.endswith(".") and row.publisher and (row.year is None or 1990 < row.year < 2100)


def test_in_either_order_and_sources_that_disagree_stand_side_by_side() -> None:
    assert about("csat", "first_reply_time") == about("first_reply_time", "csat")
    assert {row.sign for row in about("csat", "first_reply_time")} == {"-", "0 then -", "+", "0"}
    assert about("nps", "backlog") == ()
    assert sum(bool(about(*pair)) for pair in NAMED) >= 6


@pytest.mark.parametrize(
    ("column", "value"), [("first", "fcr"), ("sign", "?"), ("basis", "felt"), ("url", "javascript:alert(1)"), ("year", "last")]
)
def test_a_mistake_names_its_row_and_column(column: str, value: str) -> None:
    with pytest.raises(BadValue, match=f"row 7: {column} cannot be"):
        _read(7, {**ROW, column: value})
    assert _read(7, ROW).source == "Somebody, 2020"
