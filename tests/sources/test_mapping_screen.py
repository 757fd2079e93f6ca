"""What a mapping screen starts from and saves: a proposal for a strange file, and any mapping as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import BadValue, UnknownName
from kpi.files import decode
from kpi.sources import all_sources, from_mapping, propose, to_toml
from tests.sources.conftest import Read

Write = Callable[[str, str], Path]
STRANGE = (
    "Ticket ID,Opened,Group,Assigned to,Status,Resolved,Handling time,Mystery\n"
    "1,2024-01-13 10:00,Desk,Mia,Open,,90,x\n2,2024-01-13 11:00,Desk,Noa,Resolved,2024-01-13 12:00,30,y\n"
)


def test_a_proposal_finds_what_known_tools_call_it_and_reads_the_file(write: Write, read: Read) -> None:
    path = write("strange.csv", STRANGE)
    (raw,) = decode(read(write("tickets.csv", "ticket_id,status\n1,open\n")).con, [path])
    proposal = propose(raw)
    columns = proposal["file"][0]["columns"]
    assert columns["ticket_id"] == "Ticket ID"
    assert columns["created_at"] == "Opened"
    assert columns["solved_at"] == "Resolved"
    assert columns["handle_seconds"] == {"duration": "Handling time", "unit": "seconds"}
    assert (columns["team"], columns["agent"], columns["status"]) == ("Group", "Assigned to", "Status")
    loaded = read(path, mapping=write("strange.toml", to_toml(proposal)))
    assert loaded.con.execute("SELECT ticket_id, created_at, status, handle_seconds, mystery FROM tickets ORDER BY 1").fetchall() == [
        ("1", datetime(2024, 1, 13, 10), "open", 90.0, "x"),
        ("2", datetime(2024, 1, 13, 11), "solved", 30.0, "y"),
    ]


def test_a_proposal_for_a_table_that_is_none(write: Write, read: Read) -> None:
    (raw,) = decode(read(write("tickets.csv", "ticket_id,status\n1,open\n")).con, [write("strange.csv", STRANGE)])
    with pytest.raises(UnknownName):
        propose(raw, "ticket")


@pytest.mark.parametrize("origin", sorted({s.origin for s in all_sources().values() if s.origin}))
def test_shipped_mappings_survive_being_written(origin: str) -> None:
    data = tomllib.loads(Path(origin).read_text("utf-8"))
    again = tomllib.loads(to_toml(data))
    assert again == data
    assert from_mapping(again) == from_mapping(data)


@given(
    st.dictionaries(st.text(min_size=1), st.one_of(st.text(), st.booleans(), st.integers(-(2**60), 2**60), st.lists(st.text())), max_size=5)
)
def test_any_text_survives_being_written(data: dict[str, Any]) -> None:
    """Headers are anything; TOML forbids what is no character (half of a surrogate pair)."""
    try:
        str(data).encode("utf-8")
    except UnicodeEncodeError:
        return
    assert tomllib.loads(to_toml({"mapping": data})) == {"mapping": data}


def test_what_a_mapping_file_cannot_say() -> None:
    with pytest.raises(BadValue):
        to_toml({"name": None})
