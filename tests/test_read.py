"""Several files at once: one that is damaged or unknown is named, and the rest still loads."""

from __future__ import annotations

from pathlib import Path

import pytest

import kpi
from kpi.errors import UnreadableFile

TICKETS = "ticket_id,created_at,status\n1,2024-03-04T09:00:00Z,solved\n2,2024-03-04T10:00:00Z,open\n"


def test_a_damaged_file_among_several_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text(TICKETS)
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04garbage")
    data = kpi.read(tmp_path / "broken.xlsx", tmp_path / "tickets.csv")
    assert data.rows["tickets"] == 2
    assert any("broken.xlsx" in doubt for doubt in data.report.doubts)


def test_nothing_but_damage_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04garbage")
    with pytest.raises(UnreadableFile, match=r"broken\.xlsx"):
        kpi.read(tmp_path / "broken.xlsx")


def test_a_table_nobody_knows_among_several_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text(TICKETS)
    (tmp_path / "shopping.csv").write_text("apples,pears\n1,2\n")
    data = kpi.read(tmp_path / "tickets.csv", tmp_path / "shopping.csv")
    assert data.rows["tickets"] == 2
    assert any("shopping.csv" in doubt for doubt in data.report.doubts)
