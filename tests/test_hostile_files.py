"""Hostile files: names, archives, sizes and rubbish. Read whole, or refused in one sentence; nothing is written beside them."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

import kpi
from kpi.errors import KpiError
from kpi.scope import Scope
from tests.test_hostile import company, number, write

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "name",
    [
        "'; DROP TABLE x; --.csv",
        'a"b.csv',
        "a\nb.csv",
        "*.csv",
        "[a].csv",
        "{a,b}.csv",
        "?.csv",
        "-rf.csv",
        "%s$1.csv",
        "名前 🙂.csv",
        "a.b",
    ],
)
def test_file_names_are_only_names(tmp_path: Path, name: str) -> None:
    write(tmp_path / "a.csv", [["ticket_id", "created_at"], *([i, "2026-01-05T10:00:00Z"] for i in range(7))])
    data = kpi.read(write(tmp_path / name, company(["mood"])))
    assert data.rows["tickets"] == 40 and len(data.report.files) == 1
    assert number("tickets_created", Scope(), data) == 40


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


TABLE = b"ticket_id,created_at\n1,2026-01-05T10:00:00Z\n"


@pytest.mark.parametrize("member", ["../tickets.csv", "a/../../tickets.csv", "/tickets.csv", "..\\tickets.csv", "C:\\tickets.csv"])
def test_an_archive_that_points_outside_is_refused(tmp_path: Path, member: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    with pytest.raises(KpiError, match="outside"):
        kpi.read(zipped(folder / "a.zip", {member: TABLE}))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "inside"]


@pytest.mark.slow
def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KpiError, match="unpacks to more than"):
        kpi.read(zipped(tmp_path / "a.zip", {"tickets.csv": b"ticket_id,created_at\n" + b"0" * (64 * 2**20)}))


def test_bombs_in_bombs_and_crowds_are_refused(tmp_path: Path) -> None:
    deep = TABLE
    for depth in range(5):
        deep = zipped(tmp_path / f"{depth}.zip", {f"{depth}.zip" if depth else "tickets.csv": deep}).read_bytes()
    with pytest.raises(KpiError):
        kpi.read(tmp_path / "4.zip")
    with pytest.raises(KpiError, match="500 files"):
        kpi.read(zipped(tmp_path / "crowd.zip", {f"{i}.csv": TABLE for i in range(500)}))


def test_a_hostile_name_in_a_good_archive(tmp_path: Path) -> None:
    data = kpi.read(zipped(tmp_path / "a.zip", {"'; DROP TABLE x; --\x1b[2J.csv": TABLE}))
    assert data.rows["tickets"] == 1 and "\x1b" not in data.report.files[0].file


def test_a_header_of_a_megabyte(tmp_path: Path) -> None:
    huge = "x" * 2**20
    try:
        data = kpi.read(write(tmp_path / "tickets.csv", company([huge, huge + "y", "mood"])))
    except KpiError as refused:
        assert "\n" not in str(refused) and len(str(refused)) < 500
        return
    assert "mood" in data.extras and number("tickets_created", Scope(), data) == 40
    assert all(len(name) < 200 for name in data.extras), "a name one can show"
    assert all(len(doubt) < 1000 for doubt in data.report.doubts)


def test_ten_thousand_columns_and_a_cell_of_megabytes(tmp_path: Path) -> None:
    with pytest.raises(KpiError, match="columns") as refused:
        kpi.read(write(tmp_path / "wide.csv", [[f"c{i}" for i in range(20_000)], list(range(20_000))]))
    assert len(str(refused.value)) < 500
    data = kpi.read(
        write(tmp_path / "tickets.csv", [["ticket_id", "created_at", "channel"], ["1", "2026-01-05T10:00:00Z", "y" * 3_000_000]])
    )
    assert number("tickets_created", Scope(where={"channel": "y" * 3_000_000}), data) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'[{"ticket_id": "1", "created_at": "2026-01-05T10:00:00Z", "x": ' + b"[" * 3_000 + b"]" * 3_000 + b"}]",
        b'[{"ticket_id": 1e999999, "created_at": "2026-01-05T10:00:00Z"}]',
        b"PK\x03\x04" + b"\x00" * 200,
        b"PAR1" + b"\xff" * 200 + b"PAR1",
        b"\x1f\x8b" + b"\xff" * 200,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000,
        bytes(range(256)) * 40,
        b"\x00" * 5000,
        b'"' * 10_001,
        b"ticket_id,created_at\n" + b'1,"' + b"x" * 10_000,
    ],
    ids=[
        "brackets",
        "deep object",
        "deep cell",
        "endless number",
        "zip",
        "parquet",
        "gzip",
        "old excel",
        "bytes",
        "zeros",
        "quotes",
        "open quote",
    ],
)
def test_rubbish_is_read_or_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes(content)
    try:
        kpi.read(path)
    except KpiError as refused:
        assert "\n" not in str(refused) and 10 < len(str(refused)) < 600


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


ROWS = b"ticket_id,created_at\n" + b"".join(b"%d,2026-01-05T10:%02d:00Z\n" % (i, i % 60) for i in range(5_000))
REFUSED = {
    "bomb.zip": (b"", "unpacks to more than 200 times"),
    "bomb.csv.gz": (packed(b"ticket_id,created_at\n" + b"0" * (64 * 2**20)), "unpacks to more than 200 times"),
    "cut.csv.gz": (packed(ROWS)[:2_000], "ends in the middle"),
    "turned.csv.gz": (packed(ROWS)[:-8] + bytes(8), "damaged archive"),
    "cut.zip": (b"", "damaged or incomplete archive"),
    "wide.csv": (b",".join(b"c%d" % i for i in range(5_000)) + b"\n" + b",".join([b"1"] * 5_000) + b"\n", "None of its headers is known"),
    "line.csv": (b"ticket_id,created_at\n" + b"y" * (65 * 2**20), "a line of more than 64 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_each_and_the_rest_of_the_data_still_loads(tmp_path: Path, name: str) -> None:
    content, sentence = REFUSED[name]
    path, good = tmp_path / name, write(tmp_path / "good.csv", company(["mood"]))
    if name.endswith(".zip"):
        whole = zipped(path, {"tickets.csv": b"ticket_id,created_at\n" + b"0" * (64 * 2**20) if name == "bomb.zip" else ROWS})
        content = whole.read_bytes() if name == "bomb.zip" else whole.read_bytes()[:-40]
    path.write_bytes(content)
    with pytest.raises(KpiError, match=sentence) as refused:
        kpi.read(path)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400 and name in str(refused.value)
    data = kpi.read(path, good)
    assert data.rows["tickets"] == 40 and number("tickets_created", Scope(), data) == 40
    assert [doubt for doubt in data.report.doubts if name in doubt], "it is said which file is missing"


def test_five_thousand_columns_beside_the_tickets_own(tmp_path: Path) -> None:
    """The first 200 are kept to split by, the others are listed with the reason; the numbers are those of the tickets."""
    head = ["ticket_id", "created_at", *(f"c{i}" for i in range(5_000))]
    data = kpi.read(write(tmp_path / "tickets.csv", [head, *([i, "2026-01-05T10:00:00Z", *[i % 2] * 5_000] for i in range(4))]))
    assert number("tickets_created", Scope(where={"c7": ["1"]}), data) == 2
    assert len(data.report.extras) == 5_000 and sum(extra.kept for extra in data.report.extras) == 200
    assert any("4,800 more columns" in doubt for doubt in data.report.doubts)


def test_a_cell_of_a_megabyte_and_a_zero_byte_change_no_number(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_bytes(
        b"ticket_id,created_at,channel\n1,2026-01-05T10:00:00Z," + b"y" * 2**20 + b"\n2,2026-01-05T10:00:00Z,ma\x00il\n"
    )
    data = kpi.read(tmp_path / "tickets.csv")
    assert number("tickets_created", Scope(), data) == 2 and number("tickets_created", Scope(where={"channel": "mail"}), data) == 1
    assert any("1 NUL character was removed" in doubt for doubt in data.report.doubts)
    assert all(len(doubt) < 400 for doubt in data.report.doubts)
