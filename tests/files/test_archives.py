"""Zip and gzip: what is inside is read, and nothing an archive claims is believed."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from kpi.errors import UnreadableFile
from kpi.files import limits
from tests.files.reading import read_all, read_bytes

TABLE = "id,a\n1,x\n"


def packed(*members: tuple[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_several_tables(tmp_path: Path, method: int) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(
        packed(
            ("tickets.csv", TABLE), ("data/changes.csv", "id;b\n2;y\n"), ("__MACOSX/._tickets.csv", b"\x00\x05"), (".DS_Store", b"\x00"), ("data/", ""),
            method=method,
        )
    )  # fmt: skip
    one, two = read_all(path)
    assert [one.raw.file, two.raw.file] == ["export.zip › tickets.csv", "export.zip › changes.csv"]
    assert (one.cells, two.cells) == ([("1", "x")], [("2", "y")])


def test_the_same_name_twice_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(("2023/t.csv", TABLE), ("2024/t.csv", TABLE)))
    assert [r.raw.file for r in read_all(path)] == ["a.zip › 2023/t.csv", "a.zip › 2024/t.csv"]


def test_gzip_and_gzip_in_zip(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, gzip.compress(TABLE.encode()), "t.csv.gz").cells == [("1", "x")]
    inner = packed(("t.csv.gz", gzip.compress(TABLE.encode())))
    assert read_bytes(tmp_path, inner, "a.zip").raw.file == "a.zip › t.csv.gz"
    with pytest.raises(UnreadableFile, match="archive inside an archive inside"):
        read_bytes(tmp_path, packed(("b.zip", inner)), "c.zip")


def test_a_member_that_is_no_table_is_left_out_and_named(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, packed(("readme.pdf", b"%PDF-1.7"), ("t.csv", TABLE)), "a.zip")
    assert read.cells == [("1", "x")]
    assert read.says("Left out", "readme.pdf", "PDF")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(), "empty archive"),
        (packed(("a.pdf", b"%PDF")), "PDF"),
        (packed(("../../etc/passwd", TABLE)), "points outside"),
        (packed(("/etc/passwd", TABLE)), "points outside"),
        (packed(("C:\\t.csv", TABLE)), "points outside"),
        (packed(("t.csv", TABLE))[:60], "damaged"),
        (gzip.compress(TABLE.encode() * 100)[:-20], "damaged"),
        (b"\x1f\x8b\x08\x00rubbish", "damaged"),
    ],
)
def test_bad_archives(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_bytes(tmp_path, content, "a.zip")


def test_a_wrong_checksum_is_damage(tmp_path: Path) -> None:
    content = packed(("t.csv", TABLE), method=zipfile.ZIP_STORED).replace(b"1,x", b"2,x")
    with pytest.raises(UnreadableFile, match="damaged"):
        read_bytes(tmp_path, content, "a.zip")


def test_a_member_with_a_password(tmp_path: Path) -> None:
    content = bytearray(packed(("t.csv", TABLE)))
    content[6] |= 1  # the flag, in the member's own header and in the list of contents
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableFile, match=r"“t\.csv” in “a\.zip” is protected by a password"):
        read_bytes(tmp_path, bytes(content), "a.zip")


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBERS", 3)
    with pytest.raises(UnreadableFile, match="holds 4 files"):
        read_bytes(tmp_path, packed(*[(f"{i}.csv", TABLE) for i in range(4)]), "a.zip")


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: packed(("t.csv", content))])
def test_a_bomb_is_stopped_by_its_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(limits, "RATIO_SLACK", 2**20)
    content = pack(b"id,a\n" + b"0,0\n" * 2**20)
    assert len(content) * limits.MAX_RATIO < 2**22
    with pytest.raises(UnreadableFile, match="200 times its size"):
        read_bytes(tmp_path, content, "a.zip")


def test_members_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED", 3_000)
    table = "id,a\n" + "1,x\n" * 300
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_bytes(tmp_path, packed(("a.csv", table), ("b.csv", table), ("c.csv", table)), "a.zip")


def test_a_lie_about_the_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size an archive declares is neither needed nor believed."""
    monkeypatch.setattr(limits, "MAX_UNPACKED", 10_000)
    content = packed(("t.csv", "id,a\n" + "1,x\n" * 10_000))
    true_size = struct.pack("<I", 5 + 40_000)
    assert content.count(true_size) == 2
    with pytest.raises(UnreadableFile, match=r"unpacks to more than|damaged"):
        read_bytes(tmp_path, content.replace(true_size, struct.pack("<I", 9)), "a.zip")
